"""The three checks against published values and against themselves, one bit at a time."""

import numpy as np
import pytest
from numpy.typing import NDArray

from gnss._simd import PAD_BYTES
from gnss.crc import crc24q, crc32, fletcher8, xor_checksum
from tests.helpers.frames import crc24q_bitwise, crc32_without_inversion


def padded(data: bytes) -> NDArray[np.uint8]:
    return np.frombuffer(data + bytes(PAD_BYTES), np.uint8)


def fletcher8_bytewise(data: bytes) -> tuple[int, int]:
    first = second = 0
    for byte in data:
        first = (first + byte) & 0xFF
        second = (second + first) & 0xFF
    return first, second


def test_check_values_of_123456789() -> None:
    """As the catalogues of CRC parameters list them; CRC-24Q differs from CRC-24 of OpenPGP by its start at 0."""
    digits = padded(b"123456789")
    assert crc24q(digits, 0, 9) == 0xCDE703
    assert crc32(digits, 0, 9) == 0x2DFD2D88
    assert xor_checksum(digits, 0, 9) == 0x31


def test_a_published_rtcm_frame() -> None:
    """The example of message 1005 that the RTCM 3 standard prints and everyone quotes."""
    frame = bytes.fromhex("D300133ED7D30202980EDEEF34B4BD62AC0941986F33360B98")
    assert crc24q(padded(frame), 0, len(frame) - 3) == 0x360B98


@pytest.mark.parametrize("start", [0, 1, 7])
def test_every_length_and_offset(start: int) -> None:
    data = np.random.default_rng(5).integers(0, 256, 210, np.uint8).tobytes()
    buffer = padded(data)
    for stop in range(start, len(data)):
        part = data[start:stop]
        assert crc24q(buffer, start, stop) == crc24q_bitwise(part)
        assert crc32(buffer, start, stop) == crc32_without_inversion(part)
        assert fletcher8(buffer, start, stop) == fletcher8_bytewise(part)
        assert xor_checksum(buffer, start, stop) == np.bitwise_xor.reduce(np.frombuffer(part, np.uint8), initial=0)
