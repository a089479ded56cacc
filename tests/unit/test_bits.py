"""Bit fields at every offset and width, against Python's own big integers."""

import numpy as np
import pytest

from gnss._simd import PAD_BYTES
from gnss.bits import BITS_MAX, get_sign_magnitude, get_signed, get_unsigned, get_word, put_bits

DATA = np.random.default_rng(2).bytes(24)
WHOLE = int.from_bytes(DATA, "big")
TOTAL = 8 * len(DATA)


def expected(bit: int, width: int) -> int:
    return WHOLE >> (TOTAL - bit - width) & ((1 << width) - 1)


@pytest.mark.parametrize("bit", range(17))
def test_every_width(bit: int) -> None:
    buffer = np.frombuffer(DATA + bytes(PAD_BYTES), np.uint8)
    for width in range(1, BITS_MAX + 1):
        value = expected(bit, width)
        assert get_unsigned(buffer, bit, width) == value
        assert get_signed(buffer, bit, width) == value - (1 << width) * (value >> (width - 1))
        if width > 1:
            magnitude = value & ((1 << (width - 1)) - 1)
            assert get_sign_magnitude(buffer, bit, width) == (-magnitude if value >> (width - 1) else magnitude)


@pytest.mark.parametrize("bit", range(17))
def test_words(bit: int) -> None:
    buffer = np.frombuffer(DATA + bytes(PAD_BYTES), np.uint8)
    for width in range(1, 65):
        assert int(get_word(buffer, bit, width)) == expected(bit, width) << (64 - width)


@pytest.mark.parametrize("bit", range(9))
def test_what_is_written_is_read_and_nothing_else(bit: int) -> None:
    for width in range(1, BITS_MAX + 1):
        buffer = np.zeros(len(DATA) + PAD_BYTES, np.uint8)
        value = expected(bit, width)
        put_bits(buffer, bit, width, value)
        assert get_unsigned(buffer, bit, width) == value
        assert int.from_bytes(buffer.tobytes(), "big").bit_count() == value.bit_count()
        ones = np.zeros(len(DATA) + PAD_BYTES, np.uint8)
        put_bits(ones, bit, width, -1)
        assert get_signed(ones, bit, width) == -1
        assert int.from_bytes(ones.tobytes(), "big").bit_count() == width
