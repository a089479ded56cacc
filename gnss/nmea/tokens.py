"""Numbers out of characters, eight at a time.

Eight characters are one 64-bit word, so a number of up to eight digits is a load, a shift and three multiplications.
Results are exact: digits become an integer, and one division makes the float64 that is nearest to what was written
(up to 15 digits). Source: the field formats of NMEA 0183.
"""

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, leaf_kernel
from gnss._simd import count_trailing_zeros, load_u8, load_u64

POW10 = 10.0 ** np.arange(19)
POW10_INT = 10 ** np.arange(19, dtype=np.int64)

BAD_DIGITS = -1
"""What an integer parse returns for anything but digits."""

BAD_PAIRS = np.uint64(0xFFFFFFFFFFFFFFFF)
"""What `parse_pairs` returns for anything but digits."""

DIGITS_MAX = 18
"""Most digits of one number part; more is a syntax error."""

ANGLE_DIGITS_MIN = 3
"""Fewest digits before the point of an angle: two of minutes and one of degrees.

Fewer are decimal degrees, which some send by mistake.
"""

_ZEROS = np.uint64(0x3030303030303030)
_HIGH = np.uint64(0x8080808080808080)
_TEST = np.uint64(0x7676767676767676)
_LOW_BYTES = np.uint64(0x00FF00FF00FF00FF)
_LOW_HALVES = np.uint64(0x0000FFFF0000FFFF)
_M1, _M2, _M3 = np.uint64(2561), np.uint64(6553601), np.uint64(42949672960001)
_0, _1, _3, _7, _8 = np.uint64(0), np.uint64(1), np.uint64(3), np.uint64(7), np.uint64(8)
_16, _32, _56, _64 = np.uint64(16), np.uint64(32), np.uint64(56), np.uint64(64)
_BYTE, _MINUS = np.uint64(0xFF), np.uint64(0x2D ^ 0x30)
_POINTS = np.uint64(0x0101010101010101 * (0x2E ^ 0x30))
_ONES = np.uint64(0x0101010101010101)
_POINTS_RAW = np.uint64(0x0101010101010101 * 0x2E)
_POINT = 0x2E


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
    return int(np.int64(digits))


@inline_kernel
def parse_pairs(buffer: NDArray[np.uint8], s: int, n: int) -> np.uint64:
    """The `n` digits at `s`, 1 <= n <= 8, as four numbers of two digits: 16 bits each, the last two digits highest.

    `BAD_PAIRS` where a character is no digit.
    """
    digits = (load_u64(buffer, s) ^ _ZEROS) << (_64 - _8 * np.uint64(n))
    if ((digits + _TEST) | digits) & _HIGH:
        return BAD_PAIRS
    return ((digits * _M1) >> _8) & _LOW_BYTES


@inline_kernel
def get_pair(pairs: np.uint64, i: int) -> int:
    """The `i`-th of four numbers of two digits."""
    return int(np.int64((pairs >> np.uint64(16 * i)) & _BYTE))


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
def parse_short(buffer: NDArray[np.uint8], s: int, n: int) -> float:
    """The decimal number of `n` characters at `s`, 1 <= n <= 8: `[-]digits[.digits]`; NaN where it is none.

    No branch but for the point: the characters are shifted to the top of a word, the point is squeezed out of it.
    """
    word = load_u64(buffer, s) ^ _ZEROS
    negative = (word & _BYTE) == _MINUS
    if negative:
        word >>= _8
        n -= 1
    word <<= _64 - _8 * np.uint64(n) if n > 0 else _64 - np.uint64(1)
    points = word ^ _POINTS
    points = (points - _ONES) & ~points & _HIGH
    decimals = 0
    if points != _0:
        point = np.uint64(count_trailing_zeros(points)) - _7
        decimals = int(np.int64((_56 - point) >> _3))
        whole = (word & ((_1 << point) - _1)) << _8
        word = whole | (word >> point >> _8 << _8 << point)
        n -= 1
    if n <= 0 or ((word + _TEST) | word) & _HIGH:
        return np.nan
    word = (word * _M1) >> _8
    word = ((word & _LOW_BYTES) * _M2) >> _16
    word = ((word & _LOW_HALVES) * _M3) >> _32
    value = np.float64(np.int64(word)) / POW10[np.uintp(decimals)]
    return -value if negative else value


@inline_kernel
def find_point(buffer: NDArray[np.uint8], s: int, e: int) -> int:
    """Position of the first `.` in `[s, e)`; `e` if there is none."""
    while s < e:
        points = load_u64(buffer, s) ^ _POINTS_RAW
        points = (points - _ONES) & ~points & _HIGH
        if points != _0:
            return min(s + (count_trailing_zeros(points) >> 3), e)
        s += 8
    return e


@leaf_kernel
def parse_long(buffer: NDArray[np.uint8], s: int, e: int) -> float:
    """The decimal number at `[s, e)`, `[+-]digits[.digits]`, of any length up to `DIGITS_MAX` digits a side.

    NaN where it is none.
    """
    first = load_u8(buffer, s)
    negative = first == ord("-")
    if negative or first == ord("+"):
        s += 1
    dot = find_point(buffer, s, e)
    whole_digits = dot - s
    part_digits = max(e - dot - 1, 0)
    whole = parse_digits(buffer, s, whole_digits)
    part = parse_digits(buffer, dot + 1, part_digits)
    if whole < 0 or part < 0 or whole_digits + part_digits == 0:
        return np.nan
    if whole_digits + part_digits > DIGITS_MAX:
        value = np.float64(whole) + np.float64(part) / POW10[part_digits]
    else:
        value = np.float64(whole * POW10_INT[part_digits] + part) / POW10[part_digits]
    return -value if negative else value


@inline_kernel
def parse_number(buffer: NDArray[np.uint8], s: int, e: int) -> float:
    """The decimal number at `[s, e)`; NaN where it is none."""
    if e - s <= 8:
        value = parse_short(buffer, s, e - s)
        if value == value:  # noqa: PLR0124 (not NaN)
            return value
    return parse_long(buffer, s, e)


@inline_kernel
def parse_time_of_day(buffer: NDArray[np.uint8], s: int, e: int) -> float:
    """hhmmss[.sss…] -> nanoseconds of the day; 60 seconds are legal in the last minute of a day.

    NaN where it is no time.

    At most nine digits of the second, so that no digit is lost.
    """
    n = e - s
    part_digits = n - 7 if n > 7 else 0
    if n < 6 or part_digits > 9 or (n > 6 and load_u8(buffer, s + 6) != _POINT):
        return np.nan
    clock = parse_pairs(buffer, s, 6)
    part = parse_digits8(buffer, s + 7, part_digits) if part_digits <= 8 else parse_digits(buffer, s + 7, part_digits)
    if clock == BAD_PAIRS or part < 0:
        return np.nan
    hour, minute, second = get_pair(clock, 1), get_pair(clock, 2), get_pair(clock, 3)
    if hour > 23 or minute > 59 or (second > 59 and not (second == 60 and minute == 59 and hour == 23)):
        return np.nan
    whole = (hour * 60 + minute) * 60 + second
    return np.float64(whole * 1_000_000_000 + part * POW10_INT[np.uintp(9 - part_digits)])


@inline_kernel
def parse_angle(buffer: NDArray[np.uint8], s: int, dot: int, e: int) -> float:
    """[d]ddmm.mmm… with its point at `dot` (`e` if none) -> degrees.

    NaN where it is no angle (or 60 minutes or more).
    """
    part_digits = e - dot - 1 if dot < e else 0
    if dot - s > 8 or dot - s < ANGLE_DIGITS_MIN or part_digits > 12:
        return np.nan
    clock = parse_pairs(buffer, s, dot - s)
    part = (
        parse_digits8(buffer, dot + 1, part_digits) if part_digits <= 8 else parse_digits(buffer, dot + 1, part_digits)
    )
    degrees = (get_pair(clock, 0) * 100 + get_pair(clock, 1)) * 100 + get_pair(clock, 2)
    minutes = get_pair(clock, 3)
    if clock == BAD_PAIRS or part < 0 or minutes > 59:
        return np.nan
    power = np.uintp(part_digits)
    scaled = minutes * POW10_INT[power] + part
    return np.float64(degrees) + np.float64(scaled) / (60.0 * POW10[power])


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
