"""The decode kernel: spans to cells, following the plan of `gnss.nmea.catalogue`."""

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, leaf_kernel
from gnss._simd import count_trailing_zeros, load_u8, separators
from gnss.nmea.fields import FIELDS_MAX, TEXT_SPAN, Op
from gnss.nmea.tokens import (
    BAD_DIGITS,
    find_point,
    fnv1a,
    parse_angle,
    parse_digits8,
    parse_long,
    parse_number,
    parse_time_of_day,
)
from gnss.status import Status
from gnss.stream.lines import LINE_BYTES_MAX, hex_value
from gnss.time.civil import days_from_civil, is_valid_civil

_INTEGER, _TIME, _ANGLE = int(Op.INTEGER), int(Op.TIME), int(Op.ANGLE)
_CHARACTER, _HEX, _DATE, _TEXT = int(Op.CHARACTER), int(Op.HEX), int(Op.DATE), int(Op.TEXT)
_SIGNED, _DATE_TIME, _WORD, _HEMISPHERE, _SKIP = (
    int(Op.SIGNED),
    int(Op.DATE_TIME),
    int(Op.WORD),
    int(Op.HEMISPHERE),
    int(Op.SKIP),
)
_OK, _UNKNOWN = int(Status.OK), int(Status.UNKNOWN_SENTENCE)
_FIELD_COUNT, _FIELD_SYNTAX = int(Status.FIELD_COUNT), int(Status.FIELD_SYNTAX)
_RANGE, _BAD_HEMISPHERE, _PLACEHOLDER = int(Status.RANGE), int(Status.HEMISPHERE), int(Status.PLACEHOLDER)

_BLANK, _PLUS, _MINUS = 0x20, 0x2B, 0x2D
_OP, _CELL, _AUX = 0, 1, 2
_POSITIVE, _NEGATIVE = 2, 3
_PLACEHOLDER_DEG = (360.0, 720.0)
_H, _TWO, _P = ord("H"), ord("2"), ord("P")
_PQ = ord("P") << 8 | ord("Q")
"""The one talker with P, which else begins a maker's own sentence (facts: nmea §1)."""

SEPARATORS_MAX = LINE_BYTES_MAX + 66
"""Room for the separators of the longest sentence."""

SECOND_ANTENNA = 1
"""Value of the antenna column for sentences that speak of the second antenna (address ends in H or 2)."""


@inline_kernel
def find_separators(buffer: NDArray[np.uint8], p: int, stop: int, found: NDArray[np.int32]) -> int:
    """Offsets from `p` of the commas in `buffer[p:stop]`, closed by `stop - p`; returns how many, without the closing one."""
    n = 0
    base = 0
    length = stop - p
    while base < length:
        flags = separators(buffer, p + base)
        if length - base < 64:
            flags &= (np.uint64(1) << np.uint64(length - base)) - np.uint64(1)
        while flags != np.uint64(0):
            found[np.uintp(n)] = base + count_trailing_zeros(flags)
            n += 1
            flags &= flags - np.uint64(1)
        base += 64
    found[np.uintp(n)] = length
    return n


@inline_kernel
def sentence_kind(
    buffer: NDArray[np.uint8],
    p: int,
    length: int,
    formatter: NDArray[np.uint8],
    whole_name: NDArray[np.uint64],
    whole_kind: NDArray[np.uint8],
) -> tuple[int, int, int]:
    """(kind, talker, antenna) of the address at `p`. Talker + formatter is 5 letters, 6 for a second antenna."""
    first = load_u8(buffer, p)
    talker = first << 8 | load_u8(buffer, p + 1)
    last = load_u8(buffer, p + 5)
    antenna = SECOND_ANTENNA if length == 6 and (last == _H or last == _TWO) else 0  # noqa: PLR1714 (numba: no tuple test)
    if length == 5 or antenna:
        letters = (load_u8(buffer, p + 2) << 16) | (load_u8(buffer, p + 3) << 8) | load_u8(buffer, p + 4)
        key = (letters >> 6) & 0x7C00 | (letters >> 3) & 0x3E0 | letters & 31
        kind = np.int64(formatter[np.uintp(key)]) if (letters & 0xE0E0E0) == 0x404040 else 0
        if kind != 0 and (first != _P or talker == _PQ):
            return kind, talker, antenna
    name = fnv1a(buffer, p, p + length)
    for i in range(len(whole_name)):
        if whole_name[i] == name:
            return np.int64(whole_kind[i]), 0, 0
    return 0, talker, 0


@inline_kernel
def _parse_date(buffer: NDArray[np.uint8], s: int, e: int) -> float:
    """ddmmyy -> days since 1970-01-01; NaN where there is no such day."""
    value = parse_digits8(buffer, s, 6) if e - s == 6 else -1
    if value < 0:
        return np.nan
    year = value % 100
    year += 1900 if year > 68 else 2000
    month = value // 100 % 100
    if not is_valid_civil(year, month, value // 10_000):
        return np.nan
    return np.float64(days_from_civil(year, month, value // 10_000))


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
def _word_index(buffer: NDArray[np.uint8], s: int, e: int, aux: int, word_hash: NDArray[np.uint64]) -> float:
    wanted = fnv1a(buffer, s, e)
    first = aux >> 8
    for i in range(aux & 0xFF):
        if word_hash[first + i] == wanted:
            return np.float64(i)
    return -1.0


@inline_kernel
def _letter_allowed(c: int, letters: NDArray[np.uint64], row: int) -> bool:
    if letters[row, 0] == np.uint64(0) and letters[row, 1] == np.uint64(0):
        return True
    if c > 127:
        return False
    return (letters[row, c >> 6] >> np.uint64(c & 63)) & np.uint64(1) != np.uint64(0)


@inline_kernel
def _apply_hemisphere(
    buffer: NDArray[np.uint8],
    s: int,
    n: int,
    step: NDArray[np.int32],
    row: int,
    cells: NDArray[np.float64],
    cell: int,
) -> int:
    """Give the value in `cell` the sign that its letter says. An angle without its letter is refused."""
    if n == 1:
        c = load_u8(buffer, s)
        if c == np.int64(step[row, _NEGATIVE]):
            cells[cell] = -cells[cell]
            return _OK
        if c == np.int64(step[row, _POSITIVE]):
            return _OK
    elif n == 0 and (np.isnan(cells[cell]) or np.int64(step[row - np.uintp(1), _OP]) == _SIGNED):
        return _OK
    return _BAD_HEMISPHERE


@inline_kernel
def _read_odd(
    buffer: NDArray[np.uint8],
    s: int,
    e: int,
    op: int,
    step: NDArray[np.int32],
    letters: NDArray[np.uint64],
    row: int,
    word_hash: NDArray[np.uint64],
    cells: NDArray[np.float64],
    cell: int,
) -> int:
    """Fields that are not plain numbers, times or angles."""
    if op == _CHARACTER:
        if e - s != 1 or not _letter_allowed(load_u8(buffer, s), letters, row):
            return _FIELD_SYNTAX
        cells[cell] = np.float64(load_u8(buffer, s))
    elif op == _HEX:
        value = hex_value(buffer, s, e)
        if value < 0 or e - s > 8:
            return _FIELD_SYNTAX
        cells[cell] = np.float64(value)
    elif op == _DATE:
        cells[cell] = _parse_date(buffer, s, e)
        return _FIELD_SYNTAX if np.isnan(cells[cell]) else _OK
    elif op == _TEXT:
        cells[cell] = np.float64(s) * TEXT_SPAN + np.float64(e - s)
    elif op == _DATE_TIME:
        following = cell + np.uintp(1)
        cells[cell], cells[following] = _parse_date_time(buffer, s, e)
        return _FIELD_SYNTAX if np.isnan(cells[cell] + cells[following]) else _OK
    elif op == _WORD:
        cells[cell] = _word_index(buffer, s, e, np.int64(step[row, _AUX]), word_hash)
    return _OK


@inline_kernel
def _read_field(
    buffer: NDArray[np.uint8],
    s: int,
    e: int,
    op: int,
    step: NDArray[np.int32],
    limits: NDArray[np.float64],
    letters: NDArray[np.uint64],
    row: int,
    word_hash: NDArray[np.uint64],
    cells: NDArray[np.float64],
    cell: int,
) -> int:
    """Read one non-empty field into its cell; returns a `Status`."""
    if op <= _INTEGER:
        digits = parse_digits8(buffer, s, e - s) if e - s <= 8 else BAD_DIGITS
        value = np.float64(digits) if digits >= 0 else parse_long(buffer, s, e)
        if op == _INTEGER and digits < 0 and value != np.floor(value):
            return _FIELD_SYNTAX
    elif op <= _SIGNED:
        value = parse_number(buffer, s, e)
    elif op == _ANGLE:
        first = load_u8(buffer, s)
        if first == _PLUS or first == _MINUS:  # noqa: PLR1714 (numba: a tuple test is slower)
            return _BAD_HEMISPHERE
        value = parse_angle(buffer, s, find_point(buffer, s, e), e)
        if value in _PLACEHOLDER_DEG:
            return _PLACEHOLDER
    elif op == _TIME:
        value = parse_time_of_day(buffer, s, e)
    else:
        return _read_odd(buffer, s, e, op, step, letters, row, word_hash, cells, cell)
    if value >= limits[row, 0] and value <= limits[row, 1]:
        cells[cell] = value
        return _OK
    return _FIELD_SYNTAX if np.isnan(value) else _RANGE


@leaf_kernel
def _read_padded(
    buffer: NDArray[np.uint8],
    s: int,
    e: int,
    op: int,
    step: NDArray[np.int32],
    limits: NDArray[np.float64],
    letters: NDArray[np.uint64],
    row: int,
    word_hash: NDArray[np.uint64],
    cells: NDArray[np.float64],
    cell: int,
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
    return _read_field(buffer, begin, end, op, step, limits, letters, row, word_hash, cells, cell)


@inline_kernel
def decode_fields(
    buffer: NDArray[np.uint8],
    p: int,
    found: NDArray[np.int32],
    n: int,
    kind: int,
    shape: NDArray[np.int32],
    step: NDArray[np.int32],
    limits: NDArray[np.float64],
    letters: NDArray[np.uint64],
    word_hash: NDArray[np.uint64],
    cells: NDArray[np.float64],
    first_cell: int,
) -> tuple[int, int]:
    """Fill the cells of one sentence at `p` whose separators are known; returns (verdict, note): a `Status` each.

    The note is `PLACEHOLDER` where a position is one that receivers send before they know any: such a position stays NaN.
    """
    base = kind * FIELDS_MAX
    head = np.int64(shape[kind, 2])
    group = np.int64(shape[kind, 3])
    past = head + group * np.int64(shape[kind, 5]) + np.int64(shape[kind, 4])
    last_repeated = past
    skipped = 0
    if group > 0:
        repeated = min(max(n - head, 0) // group, np.int64(shape[kind, 5]))
        last_repeated = head + group * repeated
        skipped = group * (np.int64(shape[kind, 5]) - repeated)
    note = _OK
    s = p + np.int64(found[0]) + 1
    for f in range(min(n, past - skipped)):
        e = p + np.int64(found[np.uintp(f + 1)])
        begin = s
        s = e + 1
        row = np.uintp(base + f if f < last_repeated else base + f + skipped)
        op = np.int64(step[row, _OP])
        cell = np.uintp(first_cell + np.int64(step[row, _CELL]))
        if op == _HEMISPHERE:
            verdict = _apply_hemisphere(buffer, begin, e - begin, step, row, cells, cell)
        elif e == begin or op == _SKIP:
            continue
        else:
            verdict = _read_field(buffer, begin, e, op, step, limits, letters, row, word_hash, cells, cell)
            if verdict == _FIELD_SYNTAX:
                verdict = _read_padded(buffer, begin, e, op, step, limits, letters, row, word_hash, cells, cell)
        if verdict == _PLACEHOLDER:
            note = verdict
        elif verdict != _OK:
            return verdict, note
    return (_FIELD_COUNT if n < np.int64(shape[kind, 1]) else _OK), note
