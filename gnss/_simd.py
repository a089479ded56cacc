"""A few machine words on byte arrays: unaligned loads and 64-byte compares, as portable LLVM IR.

Every index is a plain non-negative offset; nothing here checks bounds. Buffers handed to these must be readable for
`PAD_BYTES` past the last byte that matters. With NUMBA_DISABLE_JIT=1 the same names are plain Python.
"""

from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

PAD_BYTES = 64
"""Readable bytes that a buffer needs after its content."""

_U8, _U64 = ir.IntType(8), ir.IntType(64)
_BLOCK = ir.VectorType(_U8, 64)
_WORDS = ir.VectorType(_U64, 8)


def _pointer(context: Any, builder: Any, array_type: Any, array: Any, index: Any, element: ir.Type) -> Any:
    data = context.make_array(array_type)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [index]), element.as_pointer())


def _load(builder: Any, pointer: Any, element: ir.Type) -> Any:
    value = builder.load(pointer, typ=element)
    value.align = 1
    return value


def _splat(builder: Any, value: int) -> ir.Constant:
    return ir.Constant(_BLOCK, [value] * 64)


def _mask(builder: Any, flags: Any) -> Any:
    return builder.bitcast(flags, _U64)


@intrinsic
def _load_u64(typing: Any, array: Any, index: Any) -> Any:
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return _load(builder, _pointer(context, builder, signature.args[0], args[0], args[1], _U64), _U64)

    return types.uint64(array, types.int64), codegen


@intrinsic
def _load_u8(typing: Any, array: Any, index: Any) -> Any:
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        byte = _load(builder, _pointer(context, builder, signature.args[0], args[0], args[1], _U8), _U8)
        return builder.zext(byte, _U64)

    return types.int64(array, types.int64), codegen


@intrinsic
def _separators(typing: Any, array: Any, index: Any) -> Any:
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        block = _load(builder, _pointer(context, builder, signature.args[0], args[0], args[1], _BLOCK), _BLOCK)
        flags = builder.icmp_unsigned("==", block, _splat(builder, ord(",")))
        flags = builder.or_(flags, builder.icmp_unsigned("==", block, _splat(builder, ord(";"))))
        return _mask(builder, flags)

    return types.uint64(array, types.int64), codegen


@intrinsic
def _line_ends(typing: Any, array: Any, index: Any) -> Any:
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        block = _load(builder, _pointer(context, builder, signature.args[0], args[0], args[1], _BLOCK), _BLOCK)
        shifted = builder.sub(block, _splat(builder, 0x20))
        flags = builder.icmp_unsigned(">", shifted, _splat(builder, 0x5E))
        flags = builder.or_(flags, builder.icmp_unsigned("==", block, _splat(builder, ord("$"))))
        return _mask(builder, flags)

    return types.uint64(array, types.int64), codegen


@intrinsic
def _xor_bytes(typing: Any, array: Any, index: Any, keep: Any) -> Any:
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        block = _load(builder, _pointer(context, builder, signature.args[0], args[0], args[1], _BLOCK), _BLOCK)
        flags = builder.bitcast(args[2], ir.VectorType(ir.IntType(1), 64))
        kept = builder.select(flags, block, ir.Constant(_BLOCK, [0] * 64))
        words = builder.bitcast(kept, _WORDS)
        reduce = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(_U64, (_WORDS,)), "llvm.vector.reduce.xor.v8i64"
        )
        return builder.call(reduce, [words])

    return types.uint64(array, types.int64, types.uint64), codegen


@intrinsic
def _copy_bytes(typing: Any, source: Any, start: Any, target: Any, at: Any, length: Any) -> Any:
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        read = _pointer(context, builder, signature.args[0], args[0], args[1], _U8)
        write = _pointer(context, builder, signature.args[2], args[2], args[3], _U8)
        cgutils.raw_memcpy(builder, write, read, args[4], 1)
        return context.get_dummy_value()

    return types.void(source, types.int64, target, types.int64, types.int64), codegen


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


if numba.config.DISABLE_JIT:

    def load_u64(buffer: Any, i: int) -> Any:
        """Eight bytes at `i`, first byte lowest."""
        return np.uint64(_py_word(buffer, i, 8))

    def load_u8(buffer: Any, i: int) -> int:
        """The byte at `i` as int64."""
        return int(buffer[i])

    def separators(buffer: Any, i: int) -> Any:
        """Bit k: byte `i + k` separates fields (`,` or `;`)."""
        return _py_flags(buffer, i, lambda b: b in b",;")

    def line_ends(buffer: Any, i: int) -> Any:
        """Bit k: byte `i + k` ends a sentence (`$`, control characters, bytes above 0x7E)."""
        return _py_flags(buffer, i, lambda b: b == 0x24 or not 0x20 <= b <= 0x7E)

    def xor_bytes(buffer: Any, i: int, keep: Any) -> Any:
        """XOR of the bytes `i + k` whose bit k is set in `keep`, as eight lanes in a word."""
        return _py_xor(buffer, i, keep)

    def count_trailing_zeros(word: Any) -> int:
        """Number of the lowest set bit; 64 for 0."""
        word = int(word)
        return (word & -word).bit_length() - 1 if word else 64

    def copy_bytes(source: Any, start: int, target: Any, at: int, length: int) -> None:
        """Copy `length` bytes from `source[start:]` to `target[at:]`; the two do not overlap."""
        target[at : at + length] = source[start : start + length]
else:
    load_u64 = _load_u64
    load_u8 = _load_u8
    separators = _separators
    line_ends = _line_ends
    xor_bytes = _xor_bytes
    count_trailing_zeros = _count_trailing_zeros
    copy_bytes = _copy_bytes
