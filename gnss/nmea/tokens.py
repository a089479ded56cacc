"""Numbers out of characters, eight at a time.

A decimal number stands in the buffer as `[s, dot)` and `[dot + 1, e)`; where it has no point, `dot == e`. Eight characters are one
64-bit word, so a number of up to eight digits on each side of its point is two loads and six multiplications. Results are exact: digits
become an integer, and one division makes the float64 that is nearest to what was written (up to 15 digits).
"""

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, leaf_kernel
from gnss._simd import load_u8, load_u64

POW10 = 10.0 ** np.arange(19)
POW10_INT = 10 ** np.arange(19, dtype=np.int64)

BAD_DIGITS = -1
"""What an integer parse returns for anything but digits."""

DIGITS_MAX = 18
"""Most digits of one number part; more is a syntax error."""

_ZEROS = np.uint64(0x3030303030303030)
_HIGH = np.uint64(0x8080808080808080)
_TEST = np.uint64(0x7676767676767676)
_LOW_BYTES = np.uint64(0x00FF00FF00FF00FF)
_LOW_HALVES = np.uint64(0x0000FFFF0000FFFF)
_M1, _M2, _M3 = np.uint64(2561), np.uint64(6553601), np.uint64(42949672960001)
_8, _16, _32, _64 = np.uint64(8), np.uint64(16), np.uint64(32), np.uint64(64)


@inline_kernel
def parse_digits8(buffer: NDArray[np.uint8], s: int, n: int) -> int:
    """Value of the `n` <= 8 digits at `s`; 0 for none; `BAD_DIGITS` where a character is no digit."""
    if n <= 0:
        return 0 if n == 0 else BAD_DIGITS
    shift = _64 - _8 * np.uint64(n)
    digits = (load_u64(buffer, s) ^ _ZEROS) << shift
    if ((digits + _TEST) | digits) & _HIGH:
        return BAD_DIGITS
    digits = (digits * _M1) >> _8
    digits = ((digits & _LOW_BYTES) * _M2) >> _16
    digits = ((digits & _LOW_HALVES) * _M3) >> _32
    return np.int64(digits)


@leaf_kernel
def parse_digits(buffer: NDArray[np.uint8], s: int, n: int) -> int:
    """Value of the `n` digits at `s`, any `n` up to `DIGITS_MAX`; `BAD_DIGITS` otherwise."""
    if n <= 8:
        return parse_digits8(buffer, s, n)
    if n > DIGITS_MAX:
        return BAD_DIGITS
    value = 0
    while n > 0:
        part = min(n, 8)
        digits = parse_digits8(buffer, s, part)
        if digits < 0:
            return BAD_DIGITS
        value = value * POW10_INT[part] + digits
        s += part
        n -= part
    return value


@inline_kernel
def parse_decimal(buffer: NDArray[np.uint8], s: int, dot: int, e: int) -> float:
    """The unsigned decimal number at `[s, e)` with its point at `dot` (`e` if none); NaN where it is none."""
    whole_digits = dot - s
    part_digits = e - dot - 1
    if part_digits <= 0:
        whole = parse_digits(buffer, s, whole_digits)
        if whole < 0 or whole_digits == 0:
            return np.nan
        return np.float64(whole)
    if whole_digits <= 8 and part_digits <= 8:
        whole = parse_digits8(buffer, s, whole_digits)
        part = parse_digits8(buffer, dot + 1, part_digits)
    else:
        whole = parse_digits(buffer, s, whole_digits)
        part = parse_digits(buffer, dot + 1, part_digits)
    if whole < 0 or part < 0:
        return np.nan
    if whole_digits + part_digits > DIGITS_MAX:
        return np.float64(whole) + np.float64(part) / POW10[part_digits]
    return np.float64(whole * POW10_INT[part_digits] + part) / POW10[part_digits]


@inline_kernel
def parse_number(buffer: NDArray[np.uint8], s: int, dot: int, e: int) -> float:
    """Like `parse_decimal`, with an optional sign in front."""
    c = load_u8(buffer, s)
    if c == 0x2D:
        return -parse_decimal(buffer, s + 1, dot, e)
    if c == 0x2B:
        s += 1
    return parse_decimal(buffer, s, dot, e)


@leaf_kernel
def parse_time_of_day(buffer: NDArray[np.uint8], s: int, dot: int, e: int) -> float:
    """hhmmss[.sss…] -> nanoseconds of the day; 60 seconds are legal in the last minute of a day; NaN where it is no time.

    At most nine digits of the second, so that no digit is lost.
    """
    if dot - s != 6 or e - dot - 1 > 9:
        return np.nan
    clock = parse_digits8(buffer, s, 6)
    part_digits = max(e - dot - 1, 0)
    part = parse_digits(buffer, dot + 1, part_digits)
    if clock < 0 or part < 0:
        return np.nan
    hour = clock // 10_000
    minute = clock // 100 % 100
    second = clock % 100
    leap = second == 60 and minute == 59 and hour == 23
    if hour > 23 or minute > 59 or (second > 59 and not leap):
        return np.nan
    whole = (hour * 60 + minute) * 60 + second
    return np.float64(whole * 1_000_000_000 + part * POW10_INT[9 - part_digits])


@inline_kernel
def parse_angle(buffer: NDArray[np.uint8], s: int, dot: int, e: int) -> float:
    """[d]ddmm.mmm… -> degrees; NaN where it is no angle (or 60 minutes or more)."""
    clock = parse_digits8(buffer, s, dot - s) if dot - s <= 8 else -1
    part_digits = max(e - dot - 1, 0)
    if clock < 0 or dot == s or part_digits > 12:
        return np.nan
    part = parse_digits(buffer, dot + 1, part_digits)
    degrees = clock // 100
    minutes = clock % 100
    if part < 0 or minutes > 59:
        return np.nan
    scaled = minutes * POW10_INT[part_digits] + part
    return np.float64(degrees) + np.float64(scaled) / (60.0 * POW10[part_digits])


@inline_kernel
def fnv1a(buffer: NDArray[np.uint8], s: int, e: int) -> np.uint64:
    """FNV-1a hash of `buffer[s:e]`, 64 bits: how words and odd addresses are recognised."""
    value = np.uint64(0xCBF29CE484222325)
    for i in range(s, e):
        value = (value ^ np.uint64(load_u8(buffer, i))) * np.uint64(0x100000001B3)
    return value


def fnv1a_of(text: str) -> np.uint64:
    """The same hash of a text, for the tables."""
    value = 0xCBF29CE484222325
    for byte in text.encode("ascii"):
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return np.uint64(value)
