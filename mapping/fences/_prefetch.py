"""Ask for memory before it is needed: the memories of ten thousand terminals do not fit into a cache."""

from typing import Any

from llvmlite import ir
from numba import config as _config
from numba.core import types
from numba.extending import intrinsic

_numba_config: Any = _config

_U8, _U32 = ir.IntType(8), ir.IntType(32)
_WRITE, _KEEP, _DATA = 1, 3, 1


@intrinsic
def _prefetch(typing: Any, array: Any, row: Any, offset: Any) -> Any:
    """The line of memory at a byte offset in a row of an array."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, args[0])
        row_bytes = builder.extract_value(data.strides, 0)
        start = builder.bitcast(data.data, _U8.as_pointer())
        at = builder.gep(start, [builder.add(builder.mul(args[1], row_bytes), args[2])])
        whole = ir.FunctionType(ir.VoidType(), (_U8.as_pointer(), _U32, _U32, _U32))
        call = builder.module.declare_intrinsic("llvm.prefetch", (_U8.as_pointer(),), whole)
        builder.call(call, [at, ir.Constant(_U32, _WRITE), ir.Constant(_U32, _KEEP), ir.Constant(_U32, _DATA)])
        return context.get_dummy_value()

    return types.none(array, types.int64, types.int64), codegen


def _nothing(array: Any, row: int, offset: int) -> None:
    """What `prefetch` does where kernels run without the compiler."""


prefetch: Any = _nothing if getattr(_numba_config, "DISABLE_JIT", False) else _prefetch
