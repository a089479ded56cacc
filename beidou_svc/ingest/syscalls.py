"""The few system calls that kernels make themselves, so that a thousand sockets cost one call from Python.

The symbols are resolved by name in the running process, which keeps compiled kernels cacheable. Where numba is switched
off, the same functions come through ctypes. Every address and size is a signed 64-bit integer, because numba would turn
the sum of a signed and an unsigned one into a float.
"""

import ctypes
import os
import platform
import sys
from typing import Any

import numpy as np
from numba import types

if sys.platform != "linux":
    raise ImportError("the ingest reads its sockets with epoll and therefore runs on Linux only")

MSG_PEEK = 0x02
MSG_TRUNC = 0x20
MSG_DONTWAIT = 0x40
EPOLLERR = 0x008
EPOLLHUP = 0x010
EPOLLRDHUP = 0x2000
EAGAIN = 11
EINTR = 4

_PACKED = platform.machine() == "x86_64"

EPOLL_EVENT = np.dtype(
    {
        "names": ["events", "fd"],
        "formats": ["<u4", "<i4"],
        "offsets": [0, 4 if _PACKED else 8],
        "itemsize": 12 if _PACKED else 16,
    }
)
"""`struct epoll_event` (packed on x86-64 and nowhere else) with the half of its data that `select.epoll` sets."""

_SIZE = types.int64
_INT = types.int32
_INT_POINTER: Any = types.CPointer(_INT)  # type: ignore[no-untyped-call]
_SIGNATURES: dict[str, Any] = {
    "epoll_wait": _INT(_INT, _SIZE, _INT, _INT),
    "recv": _SIZE(_INT, _SIZE, _SIZE, _INT),
    "recvfrom": _SIZE(_INT, _SIZE, _SIZE, _INT, _SIZE, _SIZE),
    "__errno_location": _INT_POINTER(),
}
_CTYPES = {_INT: ctypes.c_int, _SIZE: ctypes.c_int64, _INT_POINTER: ctypes.POINTER(ctypes.c_int)}


def _function(name: str) -> Any:
    signature = _SIGNATURES[name]
    if os.environ.get("NUMBA_DISABLE_JIT", "0") == "0":
        return types.ExternalFunction(name, signature)
    function = getattr(ctypes.CDLL(None), name)
    function.argtypes = [_CTYPES[kind] for kind in signature.args]
    function.restype = _CTYPES[signature.return_type]
    return function


epoll_wait = _function("epoll_wait")
recv = _function("recv")
recvfrom = _function("recvfrom")
errno_location = _function("__errno_location")
