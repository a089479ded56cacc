"""The two libc calls that the sending kernel makes itself; found by name, so that the kernel can be cached.

Where numba is switched off the same functions come through ctypes.
"""

from __future__ import annotations

import ctypes
import os
import socket
import sys
from typing import Any

from numba import types

SEND_FLAGS = socket.MSG_DONTWAIT | (socket.MSG_NOSIGNAL if sys.platform == "linux" else 0)

_INT_POINTER: Any = types.CPointer(types.int32)  # type: ignore[no-untyped-call]
_ERRNO = "__errno_location" if sys.platform == "linux" else "__error"
_SIGNATURES: dict[str, Any] = {
    "send": types.int64(types.int32, types.int64, types.int64, types.int32),
    _ERRNO: _INT_POINTER(),
}
_CTYPES = {types.int32: ctypes.c_int, types.int64: ctypes.c_int64, _INT_POINTER: ctypes.POINTER(ctypes.c_int)}


def _function(name: str) -> Any:
    """A libc function that kernels can call: every address and size is a signed 64-bit integer."""
    signature = _SIGNATURES[name]
    if os.environ.get("NUMBA_DISABLE_JIT", "0") == "0":
        return types.ExternalFunction(name, signature)
    function = getattr(ctypes.CDLL(None), name)
    function.argtypes = [_CTYPES[kind] for kind in signature.args]
    function.restype = _CTYPES[signature.return_type]
    return function


libc_send = _function("send")
errno_location = _function(_ERRNO)
