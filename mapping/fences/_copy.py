"""Copy or fill sixteen words at once: fences of a cell are few, and loops of unforeseen length cost more than that."""

from typing import Any

from llvmlite import ir
from numba import config as _config
from numba.core import types
from numba.extending import intrinsic

from mapping.fences._cells import WORDS_PAST, Int32s

_numba_config: Any = _config

_LINE = ir.VectorType(ir.IntType(32), WORDS_PAST)


@intrinsic
def _copy_line(typing: Any, to: Any, to_at: Any, of: Any, of_at: Any) -> Any:
    """`to[to_at : to_at + 16] = of[of_at : of_at + 16]` of C-contiguous int32, neither checked nor aligned."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        def line(array: int) -> Any:
            data = context.make_array(signature.args[array])(context, builder, args[array]).data
            return builder.bitcast(builder.gep(data, [args[array + 1]]), _LINE.as_pointer())

        builder.store(builder.load(line(2), align=4), line(0), align=4)
        return context.get_dummy_value()

    return types.none(to, types.int64, of, types.int64), codegen


def _copy_plain(to: Int32s, to_at: int, of: Int32s, of_at: int) -> None:
    """What `copy_line` does where kernels run without the compiler."""
    to[to_at : to_at + WORDS_PAST] = of[of_at : of_at + WORDS_PAST]


@intrinsic
def _fill_line(typing: Any, to: Any, to_at: Any, word: Any) -> Any:
    """`to[to_at : to_at + 16] = word` of C-contiguous int32, neither checked nor aligned."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, args[0]).data
        nothing, first = ir.Constant(_LINE, ir.Undefined), ir.Constant(ir.IntType(32), 0)
        one = builder.insert_element(nothing, builder.trunc(args[2], ir.IntType(32)), first)
        line = builder.shuffle_vector(one, nothing, ir.Constant(ir.VectorType(ir.IntType(32), WORDS_PAST), None))
        builder.store(line, builder.bitcast(builder.gep(data, [args[1]]), _LINE.as_pointer()), align=4)
        return context.get_dummy_value()

    return types.none(to, types.int64, types.int64), codegen


def _fill_plain(to: Int32s, to_at: int, word: int) -> None:
    """What `fill_line` does where kernels run without the compiler."""
    to[to_at : to_at + WORDS_PAST] = word


copy_line: Any = _copy_plain if getattr(_numba_config, "DISABLE_JIT", False) else _copy_line
fill_line: Any = _fill_plain if getattr(_numba_config, "DISABLE_JIT", False) else _fill_line
