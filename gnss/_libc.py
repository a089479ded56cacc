"""Functions of the C library that kernels can call, so that a thousand calls cost one from Python.

The symbols are resolved by name in the running process, which keeps compiled kernels cacheable. Where numba is switched
off, the same functions come through ctypes. Every address and size is a signed 64-bit integer, because numba would turn
the sum of a signed and an unsigned one into a float.
"""

import ctypes
import os
import sys
from typing import Any

from numba import types

SIZE = types.int64
INT = types.int32
INT_POINTER: Any = types.CPointer(INT)  # type: ignore[no-untyped-call]
_CTYPES = {INT: ctypes.c_int, SIZE: ctypes.c_int64, INT_POINTER: ctypes.POINTER(ctypes.c_int)}


def libc_function(name: str, signature: Any) -> Any:
    """The function of this name; `signature` is made of the types above: `INT(INT, SIZE)` gives an int.

    Shape: scalars. Unit: none. Source: the C library.
    """
    if os.environ.get("NUMBA_DISABLE_JIT", "0") == "0":
        return types.ExternalFunction(name, signature)
    function = getattr(ctypes.CDLL(None), name)
    function.argtypes = [_CTYPES[kind] for kind in signature.args]
    function.restype = _CTYPES[signature.return_type]
    return function


errno_location = libc_function("__errno_location" if sys.platform == "linux" else "__error", INT_POINTER())
