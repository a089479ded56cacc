"""Checks of the stream formats: NMEA XOR, CRC-32 of Unicore/NovAtel logs, CRC-24Q of RTCM 3, Fletcher of UBX."""

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, leaf_kernel
from gnss._simd import fletcher_blocks, load_u8, load_u64, xor_bytes

CRC24Q_POLYNOMIAL = 0x1864CFB
"""CRC-24Q generator of RTCM 3, initial value 0 (sources: nmea §7)."""

CRC32_POLYNOMIAL = 0xEDB88320
"""Reflected CRC-32 of Unicore and NovAtel logs, initial value 0, no final inversion (sources: nmea §1)."""

_SLICES = 8
_CRC24Q_SLICES = 16
"""Sixteen bytes a step are 16 % faster than eight on frames of 280 bytes, whose loops are short."""


def _crc24q_tables() -> NDArray[np.uint32]:
    """table[k, b]: effect of byte b followed by k zero bytes."""
    table = np.zeros((_CRC24Q_SLICES, 256), np.uint32)
    for byte in range(256):
        crc = byte << 16
        for _ in range(8):
            crc = (crc << 1) ^ (CRC24Q_POLYNOMIAL if crc & 0x800000 else 0)
        table[0, byte] = crc & 0xFFFFFF
    for k in range(1, _CRC24Q_SLICES):
        before = table[k - 1]
        table[k] = ((before << 8) & 0xFFFFFF) ^ table[0, before >> 16]
    return table


def _crc32_tables() -> NDArray[np.uint32]:
    """table[k, b]: effect of byte b followed by k zero bytes, reflected."""
    table = np.zeros((_SLICES, 256), np.uint32)
    for byte in range(256):
        crc = byte
        for _ in range(8):
            crc = (crc >> 1) ^ (CRC32_POLYNOMIAL if crc & 1 else 0)
        table[0, byte] = crc
    for k in range(1, _SLICES):
        before = table[k - 1]
        table[k] = (before >> 8) ^ table[0, before & 0xFF]
    return table


CRC24Q = _crc24q_tables()
CRC32 = _crc32_tables()


@inline_kernel
def _crc24q_begin(word: np.uint64, crc: np.uint64, k: int) -> np.uint64:
    """Effect of eight bytes, the CRC so far worked into the first three, with `k` bytes behind them."""
    return np.uint64(
        CRC24Q[k + 7, (word & np.uint64(0xFF)) ^ (crc >> np.uint64(16))]
        ^ CRC24Q[k + 6, ((word >> np.uint64(8)) ^ (crc >> np.uint64(8))) & np.uint64(0xFF)]
        ^ CRC24Q[k + 5, ((word >> np.uint64(16)) ^ crc) & np.uint64(0xFF)]
        ^ CRC24Q[k + 4, (word >> np.uint64(24)) & np.uint64(0xFF)]
        ^ CRC24Q[k + 3, (word >> np.uint64(32)) & np.uint64(0xFF)]
        ^ CRC24Q[k + 2, (word >> np.uint64(40)) & np.uint64(0xFF)]
        ^ CRC24Q[k + 1, (word >> np.uint64(48)) & np.uint64(0xFF)]
        ^ CRC24Q[k, word >> np.uint64(56)]
    )


@leaf_kernel
def crc24q(buffer: NDArray[np.uint8], start: int, stop: int) -> int:
    """CRC-24Q of `buffer[start:stop]`, sixteen bytes a step; `buffer` padded by `PAD_BYTES`."""
    crc = np.uint64(0)
    i = start
    while i + 16 <= stop:
        later = _crc24q_begin(load_u64(buffer, i + 8), np.uint64(0), 0)
        crc = _crc24q_begin(load_u64(buffer, i), crc, 8) ^ later
        i += 16
    if i + 8 <= stop:
        crc = _crc24q_begin(load_u64(buffer, i), crc, 0)
        i += 8
    value = int(np.int64(crc))
    while i < stop:
        value = ((value << 8) & 0xFFFFFF) ^ int(CRC24Q[0, (value >> 16) ^ load_u8(buffer, i)])
        i += 1
    return value


@leaf_kernel
def crc32(buffer: NDArray[np.uint8], start: int, stop: int) -> int:
    """CRC-32 of `buffer[start:stop]`, initial value 0, no inversion; `buffer` padded by `PAD_BYTES`."""
    crc = np.uint64(0)
    i = start
    while i + 8 <= stop:
        w = load_u64(buffer, i) ^ crc
        crc = np.uint64(
            CRC32[7, w & np.uint64(0xFF)]
            ^ CRC32[6, (w >> np.uint64(8)) & np.uint64(0xFF)]
            ^ CRC32[5, (w >> np.uint64(16)) & np.uint64(0xFF)]
            ^ CRC32[4, (w >> np.uint64(24)) & np.uint64(0xFF)]
            ^ CRC32[3, (w >> np.uint64(32)) & np.uint64(0xFF)]
            ^ CRC32[2, (w >> np.uint64(40)) & np.uint64(0xFF)]
            ^ CRC32[1, (w >> np.uint64(48)) & np.uint64(0xFF)]
            ^ CRC32[0, w >> np.uint64(56)]
        )
        i += 8
    value = int(np.int64(crc))
    while i < stop:
        value = (value >> 8) ^ int(CRC32[0, (value ^ load_u8(buffer, i)) & 0xFF])
        i += 1
    return value


@inline_kernel
def xor_checksum(buffer: NDArray[np.uint8], start: int, stop: int) -> int:
    """XOR of `buffer[start:stop]`; `buffer` padded by `PAD_BYTES`."""
    acc = np.uint64(0)
    i = start
    while i + 64 <= stop:
        acc ^= xor_bytes(buffer, i, np.uint64(0xFFFFFFFFFFFFFFFF))
        i += 64
    if i < stop:
        acc ^= xor_bytes(buffer, i, (np.uint64(1) << np.uint64(stop - i)) - np.uint64(1))
    acc ^= acc >> np.uint64(32)
    acc ^= acc >> np.uint64(16)
    acc ^= acc >> np.uint64(8)
    return int(np.int64(acc & np.uint64(0xFF)))


@inline_kernel
def fletcher8(buffer: NDArray[np.uint8], start: int, stop: int) -> tuple[int, int]:
    """The two sums of the 8-bit Fletcher check of `buffer[start:stop]`, 64 bytes a step (from memory, unverified)."""
    blocks = (stop - start) // 64
    sums = int(np.int64(fletcher_blocks(buffer, start, blocks)))
    first, second = sums & 0xFF, sums >> 8
    for i in range(start + 64 * blocks, stop):
        first += load_u8(buffer, i)
        second += first
    return first & 0xFF, second & 0xFF
