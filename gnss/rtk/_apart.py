"""Kernels that stay functions of their own.

LLVM would put each of them into every one of its callers, and compile the engine for minutes. `apart()` as the first
statement of a kernel keeps it whole; a call costs nanoseconds where the body takes microseconds.
"""

from typing import Any

from numba import config, types
from numba.extending import intrinsic


@intrinsic  # type: ignore[untyped-decorator]
def _apart(typingctx: Any) -> Any:
    """Mark the function that this is called in as one that is never inlined."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        builder.function.attributes.add("noinline")
        return context.get_dummy_value()

    return types.none(), codegen


def _nothing() -> None:
    """What `apart` does where kernels run without the compiler."""


apart: Any = _nothing if getattr(config, "DISABLE_JIT", False) else _apart
