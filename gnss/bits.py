"""Bit fields in byte arrays, most significant bit first, as RTCM 3 and the navigation messages have them.

A position is counted in bits from the first byte of the buffer; a field has 1 to `BITS_MAX` bits. Nothing here checks
bounds: buffers are readable for `PAD_BYTES` (`gnss._simd`) past the last byte that matters.
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import config as _config
from numba.core import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from gnss._jit import inline_kernel

_numba_config: Any = _config

BITS_MAX = 57
"""Widest field: eight bytes are read at once, and a field may begin at the last bit of the first."""


@intrinsic
def _load_big_endian(typing: Any, array: Any, index: Any) -> Any:
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, args[0]).data
        word = ir.IntType(64)
        pointer = builder.bitcast(builder.gep(data, [args[1]]), word.as_pointer())
        value = builder.load(pointer, typ=word)
        value.align = 1
        return builder.bswap(value)

    return types.uint64(array, types.int64), codegen


@intrinsic
def _count_leading_zeros(typing: Any, word: Any) -> Any:
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.ctlz(args[0], ir.Constant(ir.IntType(1), 0))

    return types.int64(types.uint64), codegen


@intrinsic
def _count_ones(typing: Any, word: Any) -> Any:
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.ctpop(args[0])

    return types.int64(types.uint64), codegen


def _py_load_big_endian(buffer: Any, i: int) -> Any:
    return np.uint64(int.from_bytes(bytes(buffer[i : i + 8]), "big"))


def _py_count_leading_zeros(word: Any) -> int:
    return 64 - int(word).bit_length()


def _py_count_ones(word: Any) -> int:
    return int(word).bit_count()


_interpreted: bool = _numba_config.DISABLE_JIT

load_big_endian: Any = _py_load_big_endian if _interpreted else _load_big_endian
"""`load_big_endian(buffer, i)`: eight bytes at `i` as uint64, first byte highest."""

count_leading_zeros: Any = _py_count_leading_zeros if _interpreted else _count_leading_zeros
"""`count_leading_zeros(word)`: number of zeros above the highest set bit of a uint64; 64 for 0."""

count_ones: Any = _py_count_ones if _interpreted else _count_ones
"""`count_ones(word)`: number of set bits of a uint64."""


@inline_kernel
def get_unsigned(buffer: NDArray[np.uint8], bit: int, width: int) -> int:
    """The unsigned number in the `width` bits from `bit` on."""
    word = load_big_endian(buffer, bit >> 3)
    return int(np.int64((word << np.uint64(bit & 7)) >> np.uint64(64 - width)))


@inline_kernel
def get_signed(buffer: NDArray[np.uint8], bit: int, width: int) -> int:
    """The number in two's complement in the `width` bits from `bit` on."""
    word = load_big_endian(buffer, bit >> 3)
    return int(np.int64(word << np.uint64(bit & 7)) >> np.int64(64 - width))


@inline_kernel
def get_word(buffer: NDArray[np.uint8], bit: int, width: int) -> np.uint64:
    """The up to 64 bits from `bit` on as a word, the first one highest, zeros behind the last."""
    first = load_big_endian(buffer, bit >> 3) << np.uint64(bit & 7)
    rest = load_big_endian(buffer, (bit >> 3) + 1) >> np.uint64(8 - (bit & 7))
    return np.uint64((first | rest) & (np.uint64(0xFFFFFFFFFFFFFFFF) << np.uint64(64 - width)))


@inline_kernel
def get_sign_magnitude(buffer: NDArray[np.uint8], bit: int, width: int) -> int:
    """The number whose first bit is its sign and whose others are its magnitude, as GLONASS has them."""
    magnitude = get_unsigned(buffer, bit + 1, width - 1)
    return -magnitude if get_unsigned(buffer, bit, 1) else magnitude


@inline_kernel
def put_bits(buffer: NDArray[np.uint8], bit: int, width: int, value: int) -> None:
    """Write the low `width` bits of `value` from `bit` on, where the buffer holds zeros."""
    last = bit + width - 1
    left = 7 - (last & 7)
    i = last >> 3
    # the first byte written takes what does not end at a byte's edge
    buffer[i] |= np.uint8((value << left) & 0xFF & ((1 << (left + width)) - 1 if left + width < 8 else 0xFF))
    done = 8 - left
    while done < width:
        i -= 1
        rest = width - done
        mask = (1 << rest) - 1 if rest < 8 else 0xFF
        buffer[i] |= np.uint8((value >> done) & mask)
        done += 8
