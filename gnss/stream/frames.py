"""How long is the frame that begins here? One kernel per binary protocol that shares a line with NMEA.

Each takes `(buffer, p, end)`, the bytes known being `buffer[p:end]`, and returns the frame's length in bytes, or
`NEED_MORE` while a verdict is not possible, `NO_FRAME` where none begins, `BAD_CHECK` where its check fails. The
verdict depends on the bytes from `p` on only, never on how many of them are known: that is what makes results
independent of chunking.
"""

import numpy as np
from numpy.typing import NDArray

from gnss._jit import leaf_kernel
from gnss._simd import load_u8
from gnss.crc import crc24q, crc32, fletcher8

NEED_MORE = -1
NO_FRAME = 0
BAD_CHECK = -2

FOREIGN_PAYLOAD_BYTES_MAX = 8192
"""Longest payload of a foreign frame that is believed; beyond it, its sync bytes are taken for noise."""


@leaf_kernel
def rtcm3_frame(buffer: NDArray[np.uint8], p: int, end: int) -> int:
    """RTCM 3: 0xD3, six zero bits, ten bits of length, payload, CRC-24Q (sources: nmea §7)."""
    if end - p >= 2 and load_u8(buffer, p + 1) & 0xFC:
        return NO_FRAME
    if end - p < 3:
        return NEED_MORE
    length = (load_u8(buffer, p + 1) & 3) << 8 | load_u8(buffer, p + 2)
    if end - p < length + 6:
        return NEED_MORE
    q = p + 3 + length
    sent = load_u8(buffer, q) << 16 | load_u8(buffer, q + 1) << 8 | load_u8(buffer, q + 2)
    return length + 6 if crc24q(buffer, p, q) == sent else BAD_CHECK


@leaf_kernel
def ubx_frame(buffer: NDArray[np.uint8], p: int, end: int) -> int:
    """u-blox UBX.

    B5 62, class, id, u16 length, payload, 8-bit Fletcher over class..payload (from memory, unverified).
    """
    if end - p >= 2 and load_u8(buffer, p + 1) != 0x62:
        return NO_FRAME
    if end - p < 6:
        return NEED_MORE
    length = load_u8(buffer, p + 4) | load_u8(buffer, p + 5) << 8
    if length > FOREIGN_PAYLOAD_BYTES_MAX:
        return NO_FRAME
    if end - p < length + 8:
        return NEED_MORE
    a, b = fletcher8(buffer, p + 2, p + 6 + length)
    good = a == load_u8(buffer, p + 6 + length) and b == load_u8(buffer, p + 7 + length)
    return length + 8 if good else BAD_CHECK


@leaf_kernel
def casic_frame(buffer: NDArray[np.uint8], p: int, end: int) -> int:
    """CASIC: BA CE, u16 length, class, id, payload, u32 sum of words (from memory, unverified)."""
    if end - p >= 2 and load_u8(buffer, p + 1) != 0xCE:
        return NO_FRAME
    if end - p < 6:
        return NEED_MORE
    length = load_u8(buffer, p + 2) | load_u8(buffer, p + 3) << 8
    if length > FOREIGN_PAYLOAD_BYTES_MAX or length % 4:
        return NO_FRAME
    if end - p < length + 10:
        return NEED_MORE
    total = (load_u8(buffer, p + 5) << 24) + (load_u8(buffer, p + 4) << 16) + length
    for i in range(p + 6, p + 6 + length, 4):
        total += _u32(buffer, i)
    return length + 10 if total & 0xFFFFFFFF == _u32(buffer, p + 6 + length) else BAD_CHECK


@leaf_kernel
def _u32(buffer: NDArray[np.uint8], i: int) -> int:
    low = load_u8(buffer, i) | load_u8(buffer, i + 1) << 8
    return low | load_u8(buffer, i + 2) << 16 | load_u8(buffer, i + 3) << 24


@leaf_kernel
def unicore_frame(buffer: NDArray[np.uint8], p: int, end: int) -> int:
    """Unicore and NovAtel binary logs: AA 44 B5, AA 44 12 or AA 44 13, header, payload, CRC-32.

    The 24-byte header behind AA 44 B5 is known (sources: nmea §3); the places of the length fields are from memory,
    unverified.
    """
    if end - p >= 2 and load_u8(buffer, p + 1) != 0x44:
        return NO_FRAME
    if end - p >= 3:
        third = load_u8(buffer, p + 2)
        if third not in (0xB5, 0x12, 0x13):
            return NO_FRAME
    if end - p < 10:
        return NEED_MORE
    third = load_u8(buffer, p + 2)
    if third == 0xB5:
        length = 24 + (load_u8(buffer, p + 6) | load_u8(buffer, p + 7) << 8)
    elif third == 0x12:
        length = load_u8(buffer, p + 3) + (load_u8(buffer, p + 8) | load_u8(buffer, p + 9) << 8)
    else:
        length = 12 + load_u8(buffer, p + 3)
    if length < 10 or length > FOREIGN_PAYLOAD_BYTES_MAX:
        return NO_FRAME
    if end - p < length + 4:
        return NEED_MORE
    return length + 4 if crc32(buffer, p, p + length) == _u32(buffer, p + length) else BAD_CHECK
