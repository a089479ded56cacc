"""Kernels that stay functions of their own, and whose arguments share no memory.

LLVM would put each of them into every one of its callers, and compile the engine for minutes. `apart()` as the first
statement of a kernel keeps it whole; a call costs nanoseconds where the body takes microseconds. It also tells LLVM
that what is written through one argument is not read through another: sums stay in registers, rows become vectors.

`within()` is for a kernel that is called in one place, with dozens of arrays: hundreds of words would be handed over.
"""

from typing import Any

from llvmlite import ir
from numba import config, types
from numba.extending import intrinsic

_RETURNED = 2
"""Pointers to result and error, which come before the arguments."""


@intrinsic
def _apart(typingctx: Any) -> Any:
    """Mark the function that this is called in as one that is never inlined, and its pointers as disjoint."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        builder.function.attributes.add("noinline")
        for argument in builder.function.args[_RETURNED:]:
            if isinstance(argument.type, ir.PointerType):
                argument.add_attribute("noalias")
        return context.get_dummy_value()

    return types.none(), codegen


@intrinsic
def _within(typingctx: Any) -> Any:
    """Mark the function that this is called in as one that is always inlined."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        builder.function.attributes.add("alwaysinline")
        return context.get_dummy_value()

    return types.none(), codegen


def _nothing() -> None:
    """What these do where kernels run without the compiler."""


_is_plain = getattr(config, "DISABLE_JIT", False)
apart: Any = _nothing if _is_plain else _apart
within: Any = _nothing if _is_plain else _within
