"""One field to its cell, as its step in the plan of `gnss.nmea.catalogue` says."""

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, leaf_kernel
from gnss._simd import load_u8
from gnss.nmea.catalogue import Plan
from gnss.nmea.fields import TEXT_SPAN, Op
from gnss.nmea.tokens import (
    BAD_DIGITS,
    BAD_PAIRS,
    find_point,
    fnv1a,
    get_pair,
    parse_angle,
    parse_digits8,
    parse_long,
    parse_number,
    parse_pairs,
    parse_time_of_day,
)
from gnss.status import Status
from gnss.stream.lines import hex_value
from gnss.time.civil import days_from_civil, days_in_month, is_valid_civil

_INTEGER, _TIME, _ANGLE, _SIGNED = int(Op.INTEGER), int(Op.TIME), int(Op.ANGLE), int(Op.SIGNED)
_CHARACTER, _HEX, _DATE = int(Op.CHARACTER), int(Op.HEX), int(Op.DATE)
_TEXT, _FREE_TEXT = int(Op.TEXT), int(Op.FREE_TEXT)
_DATE_TIME, _WORD = int(Op.DATE_TIME), int(Op.WORD)

_OK, _FIELD_SYNTAX, _RANGE = int(Status.OK), int(Status.FIELD_SYNTAX), int(Status.RANGE)
_BAD_HEMISPHERE, _PLACEHOLDER = int(Status.HEMISPHERE), int(Status.PLACEHOLDER)

OP, POSITIVE, NEGATIVE = 0, 1, 2
"""Columns of `Plan.step`."""
WORDS, SECOND = 1, 1
"""Column of `Plan.step` that says which words a WORD field may be, how far off the second cell of a DATE_TIME is."""

_BLANK, _PLUS, _MINUS = 0x20, 0x2B, 0x2D
_PLACEHOLDER_DEG = (360.0, 720.0)
_HEX_DIGITS_MAX = 8


def _months() -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """First day and length of the months that two digits of the year can mean, 16 a year."""
    first, length = np.zeros(100 * 16, np.int32), np.zeros(100 * 16, np.int32)
    for year in range(1969, 2069):
        for month in range(1, 13):
            row = year % 100 * 16 + month
            first[row], length[row] = days_from_civil(year, month, 1), days_in_month(year, month)
    return first, length


_MONTH_FIRST, _MONTH_LENGTH = _months()


@inline_kernel
def parse_date(buffer: NDArray[np.uint8], s: int, e: int) -> float:
    """ddmmyy -> days since 1970-01-01; NaN where there is no such day."""
    pairs = parse_pairs(buffer, s, 6) if e - s == 6 else BAD_PAIRS
    day, month, year = get_pair(pairs, 1), get_pair(pairs, 2), get_pair(pairs, 3)
    if pairs == BAD_PAIRS or month > 15:
        return np.nan
    row = np.uintp(year * 16 + month)
    if day < 1 or day > int(_MONTH_LENGTH[row]):
        return np.nan
    return np.float64(int(_MONTH_FIRST[row]) + day - 1)


@inline_kernel
def _parse_date_time(buffer: NDArray[np.uint8], s: int, e: int) -> tuple[float, float]:
    """yyyymmddhhmmss[.ss] -> (days since 1970-01-01, ns of the day); NaN where there is no such instant."""
    value = parse_digits8(buffer, s, 8) if e - s >= 14 else -1
    if value < 0:
        return np.nan, np.nan
    year, month, day = value // 10_000, value // 100 % 100, value % 100
    if not is_valid_civil(year, month, day):
        return np.nan, np.nan
    return np.float64(days_from_civil(year, month, day)), parse_time_of_day(buffer, s + 8, e)


@inline_kernel
def _word_index(buffer: NDArray[np.uint8], s: int, e: int, words: int, word_hash: NDArray[np.uint64]) -> float:
    """Index of the word among those of its field; -1 for a word that is not one of them."""
    wanted = fnv1a(buffer, s, e)
    first = words >> 8
    for i in range(words & 0xFF):
        if word_hash[first + i] == wanted:
            return np.float64(i)
    return -1.0


@inline_kernel
def letter_allowed(c: int, low: np.uint64, high: np.uint64) -> bool:
    """Whether a character is one of a set, given as bits; of the empty set every character is."""
    if low | high == np.uint64(0):
        return True
    word = low if c < 64 else high
    return c < 128 and (word >> np.uint64(c & 63)) & np.uint64(1) != np.uint64(0)


@inline_kernel
def apply_hemisphere(
    buffer: NDArray[np.uint8], s: int, n: int, plan: Plan, row: np.uintp, cells: NDArray[np.float64], cell: np.uintp
) -> int:
    """Give the value in the cell before `cell` the sign that its letter says; returns a `Status`.

    An angle without its letter is refused.
    """
    cell -= np.uintp(1)
    if n == 1:
        c = load_u8(buffer, s)
        if c == int(plan.step[row, NEGATIVE]):
            cells[cell] = -cells[cell]
            return _OK
        if c == int(plan.step[row, POSITIVE]):
            return _OK
    elif n == 0 and (np.isnan(cells[cell]) or int(plan.step[row - np.uintp(1), OP]) == _SIGNED):
        return _OK
    return _BAD_HEMISPHERE


@inline_kernel
def _read_odd(
    buffer: NDArray[np.uint8], s: int, e: int, plan: Plan, row: np.uintp, cells: NDArray[np.float64], cell: np.uintp
) -> int:
    """Fields that are not plain numbers, times or angles."""
    op = int(plan.step[row, OP])
    if op == _CHARACTER:
        if e - s != 1 or not letter_allowed(load_u8(buffer, s), plan.letters[row, 0], plan.letters[row, 1]):
            return _FIELD_SYNTAX
        cells[cell] = np.float64(load_u8(buffer, s))
    elif op == _HEX:
        value = hex_value(buffer, s, e) if e - s <= _HEX_DIGITS_MAX else -1
        cells[cell] = np.float64(value) if value >= 0 else np.nan
        return _OK if value >= 0 else _FIELD_SYNTAX
    elif op == _DATE:
        cells[cell] = parse_date(buffer, s, e)
        return _FIELD_SYNTAX if np.isnan(cells[cell]) else _OK
    elif op in (_TEXT, _FREE_TEXT):
        cells[cell] = np.float64(s) * TEXT_SPAN + np.float64(e - s)
    elif op == _DATE_TIME:
        following = cell + np.uintp(plan.step[row, SECOND])
        cells[cell], cells[following] = _parse_date_time(buffer, s, e)
        return _FIELD_SYNTAX if np.isnan(cells[cell] + cells[following]) else _OK
    elif op == _WORD:
        cells[cell] = _word_index(buffer, s, e, int(plan.step[row, WORDS]), plan.word_hash)
    return _OK


@inline_kernel
def read_field(
    buffer: NDArray[np.uint8], s: int, e: int, plan: Plan, row: np.uintp, cells: NDArray[np.float64], cell: np.uintp
) -> int:
    """Read the non-empty field `buffer[s:e]` into its cell; returns a `Status`."""
    op = int(plan.step[row, OP])
    if op <= _INTEGER:
        digits = parse_digits8(buffer, s, e - s) if e - s <= 8 else BAD_DIGITS
        value = np.float64(digits) if digits >= 0 else parse_long(buffer, s, e)
        if op == _INTEGER and digits < 0 and value != np.floor(value):
            return _FIELD_SYNTAX
    elif op <= _SIGNED:
        value = parse_number(buffer, s, e)
    elif op == _ANGLE:
        first = load_u8(buffer, s)
        if first in (_PLUS, _MINUS):
            return _BAD_HEMISPHERE
        value = parse_angle(buffer, s, find_point(buffer, s, e), e)
        if value in _PLACEHOLDER_DEG:
            return _PLACEHOLDER
    elif op == _TIME:
        value = parse_time_of_day(buffer, s, e)
    else:
        return _read_odd(buffer, s, e, plan, row, cells, cell)
    if value >= plan.limits[row, 0] and value <= plan.limits[row, 1]:
        cells[cell] = value
        return _OK
    return _FIELD_SYNTAX if np.isnan(value) else _RANGE


@leaf_kernel
def read_padded(
    buffer: NDArray[np.uint8], s: int, e: int, plan: Plan, row: np.uintp, cells: NDArray[np.float64], cell: np.uintp
) -> int:
    """A field that was no good as it stands, without the blanks that some receivers pad it with. All blank is empty."""
    begin = s
    end = e
    while begin < end and load_u8(buffer, begin) == _BLANK:
        begin += 1
    while begin < end and load_u8(buffer, end - 1) == _BLANK:
        end -= 1
    if begin == end:
        return _OK
    if begin == s and end == e:
        return _FIELD_SYNTAX
    return read_field(buffer, begin, end, plan, row, cells, cell)
