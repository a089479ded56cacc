"""Where does the sentence that begins here end, and is its check right? The text half of the scanner."""

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, leaf_kernel
from gnss._simd import count_trailing_zeros, line_ends, load_u8
from gnss.crc import crc32, xor_checksum

LINE_BYTES_MAX = 1024
"""Longest sentence accepted. NMEA says 82; real receivers send up to 700 in all-in-one logs."""

CHECK_OK = 0
CHECK_WRONG = 1
CHECK_NONE = 2

_CR, _LF, _STAR = 0x0D, 0x0A, 0x2A


@inline_kernel
def find_line_end(buffer: NDArray[np.uint8], p: int, end: int) -> int:
    """First position in `p..end` of a byte that ends a sentence (`$`, control, above 0x7E); `end` if there is none."""
    while p < end:
        flags = line_ends(buffer, p)
        if flags != np.uint64(0):
            q = p + count_trailing_zeros(flags)
            return q if q < end else end
        p += 64
    return end


@leaf_kernel
def find_new_line(buffer: NDArray[np.uint8], p: int, end: int) -> int:
    """First CR or LF in `p..end`; `end` if there is none. For sentences that carry raw bytes."""
    while p < end:
        c = load_u8(buffer, p)
        if c in (_CR, _LF):
            return p
        p += 1
    return end


@inline_kernel
def hex_digit(c: int) -> int:
    """Value of a hexadecimal digit of either case; -1 for anything else."""
    if 48 <= c <= 57:
        return c - 48
    lower = c | 0x20
    if 97 <= lower <= 102:
        return lower - 87
    return -1


@inline_kernel
def hex_value(buffer: NDArray[np.uint8], p: int, stop: int) -> int:
    """Value of the hexadecimal number in `p..stop`; -1 where a character is not a digit."""
    value = 0
    while p < stop:
        digit = hex_digit(load_u8(buffer, p))
        if digit < 0:
            return -1
        value = value << 4 | digit
        p += 1
    return value


@inline_kernel
def check_sentence(buffer: NDArray[np.uint8], p: int, q: int) -> tuple[int, int]:
    """Verdict on the sentence `buffer[p:q]` (from `$` or `#` up to its line end), and where its content stops.

    Two hexadecimal digits are an XOR, eight a CRC-32 over what stands between the first character and `*`
    (sources: nmea §1).
    """
    if q - 3 > p and load_u8(buffer, q - 3) == _STAR:
        stop = q - 3
        good = xor_checksum(buffer, p + 1, stop) == hex_value(buffer, stop + 1, q)
    elif q - 9 > p and load_u8(buffer, q - 9) == _STAR:
        stop = q - 9
        good = crc32(buffer, p + 1, stop) == hex_value(buffer, stop + 1, q)
    else:
        return CHECK_NONE, q
    return (CHECK_OK if good else CHECK_WRONG), stop
