"""A few machine words on byte arrays: unaligned loads and 64-byte compares, as portable LLVM IR.

Every index is a plain non-negative offset; nothing here checks bounds. Buffers handed to these must be readable for
`PAD_BYTES` past the last byte that matters. With NUMBA_DISABLE_JIT=1 the same names are plain Python.
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import config as _config
from numba.core import cgutils as _cgutils
from numba.core import types
from numba.extending import intrinsic

PAD_BYTES = 64
"""Readable bytes that a buffer needs after its content."""

_numba_config: Any = _config
cgutils: Any = _cgutils

_U8, _U64 = ir.IntType(8), ir.IntType(64)
_BLOCK = ir.VectorType(_U8, 64)
_WORDS = ir.VectorType(_U64, 8)


def pointer_ir(context: Any, builder: Any, array_type: Any, array: Any, index: Any, element: ir.Type) -> Any:
    """Pointer to what stands at `index` of an array argument, taken for an `element`; for intrinsics."""
    data = context.make_array(array_type)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [index]), element.as_pointer())


def load_ir(builder: Any, pointer: Any, element: ir.Type) -> Any:
    """Load from any address, aligned or not; for intrinsics."""
    value = builder.load(pointer, typ=element)
    value.align = 1
    return value


def _splat(builder: Any, value: int) -> ir.Constant:
    return ir.Constant(_BLOCK, [value] * 64)


def _mask(builder: Any, flags: Any) -> Any:
    return builder.bitcast(flags, _U64)


def _reduce(builder: Any, vector: Any, operation: str) -> Any:
    kind = f"v{vector.type.count}i{vector.type.element.width}"
    whole = ir.FunctionType(vector.type.element, (vector.type,))
    reduce = cgutils.get_or_insert_function(builder.module, whole, f"llvm.vector.reduce.{operation}.{kind}")
    return builder.call(reduce, [vector])


@intrinsic
def _load_u64(typing: Any, array: Any, index: Any) -> Any:
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return load_ir(builder, pointer_ir(context, builder, signature.args[0], args[0], args[1], _U64), _U64)

    return types.uint64(array, types.int64), codegen


@intrinsic
def _load_u8(typing: Any, array: Any, index: Any) -> Any:
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        byte = load_ir(builder, pointer_ir(context, builder, signature.args[0], args[0], args[1], _U8), _U8)
        return builder.zext(byte, _U64)

    return types.int64(array, types.int64), codegen


@intrinsic
def _separators(typing: Any, array: Any, index: Any) -> Any:
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        block = load_ir(builder, pointer_ir(context, builder, signature.args[0], args[0], args[1], _BLOCK), _BLOCK)
        flags = builder.icmp_unsigned("==", block, _splat(builder, ord(",")))
        flags = builder.or_(flags, builder.icmp_unsigned("==", block, _splat(builder, ord(";"))))
        return _mask(builder, flags)

    return types.uint64(array, types.int64), codegen


@intrinsic
def _line_ends(typing: Any, array: Any, index: Any) -> Any:
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        block = load_ir(builder, pointer_ir(context, builder, signature.args[0], args[0], args[1], _BLOCK), _BLOCK)
        shifted = builder.sub(block, _splat(builder, 0x20))
        flags = builder.icmp_unsigned(">", shifted, _splat(builder, 0x5E))
        flags = builder.or_(flags, builder.icmp_unsigned("==", block, _splat(builder, ord("$"))))
        return _mask(builder, flags)

    return types.uint64(array, types.int64), codegen


@intrinsic
def _xor_bytes(typing: Any, array: Any, index: Any, keep: Any) -> Any:
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        block = load_ir(builder, pointer_ir(context, builder, signature.args[0], args[0], args[1], _BLOCK), _BLOCK)
        flags = builder.bitcast(args[2], ir.VectorType(ir.IntType(1), 64))
        kept = builder.select(flags, block, ir.Constant(_BLOCK, [0] * 64))
        return _reduce(builder, builder.bitcast(kept, _WORDS), "xor")

    return types.uint64(array, types.int64, types.uint64), codegen


@intrinsic
def _fletcher_blocks(typing: Any, array: Any, index: Any, blocks: Any) -> Any:
    """Each of 64 columns of bytes has sums of its own; the place of a column counts at the end."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        data = pointer_ir(context, builder, signature.args[0], args[0], args[1], _BLOCK)
        sums = [cgutils.alloca_once_value(builder, _splat(builder, 0)) for _ in range(2)]
        with cgutils.for_range(builder, args[2]) as loop:
            first = builder.add(builder.load(sums[0]), load_ir(builder, builder.gep(data, [loop.index]), _BLOCK))
            builder.store(first, sums[0])
            builder.store(builder.add(builder.load(sums[1]), first), sums[1])
        first, second = builder.load(sums[0]), builder.load(sums[1])
        before = _reduce(builder, builder.mul(first, ir.Constant(_BLOCK, list(range(64)))), "add")
        second = builder.sub(builder.mul(_reduce(builder, second, "add"), ir.Constant(_U8, 64)), before)
        first = builder.zext(_reduce(builder, first, "add"), _U64)
        return builder.or_(first, builder.shl(builder.zext(second, _U64), ir.Constant(_U64, 8)))

    return types.uint64(array, types.int64, types.int64), codegen


@intrinsic
def _copy_bytes(typing: Any, source: Any, start: Any, target: Any, at: Any, length: Any) -> Any:
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        read = pointer_ir(context, builder, signature.args[0], args[0], args[1], _U8)
        write = pointer_ir(context, builder, signature.args[2], args[2], args[3], _U8)
        cgutils.raw_memcpy(builder, write, read, args[4], 1)
        return context.get_dummy_value()

    return types.void(source, types.int64, target, types.int64, types.int64), codegen


@intrinsic
def _prefetch(typing: Any, array: Any, index: Any) -> Any:
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        place = pointer_ir(context, builder, signature.args[0], args[0], args[1], _U8)
        how = [ir.Constant(ir.IntType(32), value) for value in (0, 3, 1)]  # to be read, often, data
        kind = ir.FunctionType(ir.VoidType(), [place.type] + [word.type for word in how])
        builder.call(cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0"), [place, *how])
        return context.get_dummy_value()

    return types.void(array, types.int64), codegen


@intrinsic
def _count_trailing_zeros(typing: Any, word: Any) -> Any:
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.cttz(args[0], ir.Constant(ir.IntType(1), 0))

    return types.int64(types.uint64), codegen


def _py_word(buffer: Any, i: int, n: int) -> int:
    return int.from_bytes(bytes(buffer[i : i + n]), "little")


def _py_flags(buffer: Any, i: int, wanted: Any) -> Any:
    return np.uint64(sum(1 << k for k, b in enumerate(bytes(buffer[i : i + 64])) if wanted(b)))


def _py_xor(buffer: Any, i: int, keep: Any) -> Any:
    acc = 0
    for k, b in enumerate(bytes(buffer[i : i + 64])):
        if int(keep) >> k & 1:
            acc ^= b << 8 * (k % 8)
    return np.uint64(acc)


def _py_load_u64(buffer: Any, i: int) -> Any:
    return np.uint64(_py_word(buffer, i, 8))


def _py_load_u8(buffer: Any, i: int) -> int:
    return int(buffer[i])


def _py_separators(buffer: Any, i: int) -> Any:
    return _py_flags(buffer, i, lambda b: b in b",;")


def _py_line_ends(buffer: Any, i: int) -> Any:
    return _py_flags(buffer, i, lambda b: b == 0x24 or not 0x20 <= b <= 0x7E)


def _py_count_trailing_zeros(word: Any) -> int:
    word = int(word)
    return (word & -word).bit_length() - 1 if word else 64


def _py_fletcher_blocks(buffer: Any, i: int, blocks: int) -> Any:
    content = bytes(buffer[i : i + 64 * blocks])
    second = sum((len(content) - k) * b for k, b in enumerate(content))
    return np.uint64(sum(content) & 0xFF | (second & 0xFF) << 8)


def _py_prefetch(buffer: Any, i: int) -> None:
    pass


def _py_copy_bytes(source: Any, start: int, target: Any, at: int, length: int) -> None:
    target[at : at + length] = source[start : start + length]


_interpreted: bool = _numba_config.DISABLE_JIT

load_u64: Any = _py_load_u64 if _interpreted else _load_u64
"""`load_u64(buffer, i)`: eight bytes at `i` as uint64, first byte lowest."""

load_u8: Any = _py_load_u8 if _interpreted else _load_u8
"""`load_u8(buffer, i)`: the byte at `i` as int64."""

separators: Any = _py_separators if _interpreted else _separators
"""`separators(buffer, i)`: bit k is set where byte `i + k` separates fields (`,` or `;`)."""

line_ends: Any = _py_line_ends if _interpreted else _line_ends
"""`line_ends(buffer, i)`: bit k is set where byte `i + k` ends a sentence (`$`, control characters, above 0x7E)."""

xor_bytes: Any = _py_xor if _interpreted else _xor_bytes
"""`xor_bytes(buffer, i, keep)`: XOR of the bytes `i + k` whose bit k is set in `keep`, as eight lanes of a uint64."""

count_trailing_zeros: Any = _py_count_trailing_zeros if _interpreted else _count_trailing_zeros
"""`count_trailing_zeros(word)`: number of the lowest set bit of a uint64; 64 for 0."""

fletcher_blocks: Any = _py_fletcher_blocks if _interpreted else _fletcher_blocks
"""`fletcher_blocks(buffer, i, n)`: 8-bit Fletcher sums of `n` times 64 bytes: the first lowest, the second above it."""

prefetch: Any = _py_prefetch if _interpreted else _prefetch
"""`prefetch(buffer, i)`: the byte at `i` will be read soon; nothing happens where there is none."""

copy_bytes: Any = _py_copy_bytes if _interpreted else _copy_bytes
"""`copy_bytes(source, start, target, at, length)`: copy bytes between two arrays that do not overlap."""
