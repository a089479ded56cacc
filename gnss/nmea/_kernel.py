"""The decode kernel: spans to cells, following the plan of `gnss.nmea.catalogue`."""

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, leaf_kernel
from gnss._simd import count_trailing_zeros, load_u8, separators
from gnss.nmea.fields import FIELDS_MAX, TEXT_SPAN, Op
from gnss.nmea.tokens import fnv1a, parse_angle, parse_number, parse_time_of_day
from gnss.status import Status
from gnss.stream.lines import LINE_BYTES_MAX, hex_value
from gnss.time.civil import days_from_civil, is_valid_civil

_NUMBER, _INTEGER, _TIME, _ANGLE = int(Op.NUMBER), int(Op.INTEGER), int(Op.TIME), int(Op.ANGLE)
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

_COMMA, _DOT, _BLANK, _SEMICOLON, _STAR = 0x2C, 0x2E, 0x20, 0x3B, 0x2A
_OP, _CELL, _AUX = 0, 1, 3
_PLACEHOLDER_DEG = (360.0, 720.0)
_H, _TWO, _P = ord("H"), ord("2"), ord("P")

SEPARATORS_MAX = LINE_BYTES_MAX + 66
"""Room for the separators of the longest sentence."""

SECOND_ANTENNA = 1
"""Value of the antenna column for sentences that speak of the second antenna (address ends in H or 2)."""


@leaf_kernel
def find_separators(buffer: NDArray[np.uint8], p: int, stop: int, found: NDArray[np.int32]) -> int:
    """Offsets from `p` of `,` `.` `;` `*` in `buffer[p:stop]`, closed by `stop - p`; returns how many, without the closing one."""
    n = 0
    base = 0
    length = stop - p
    while base < length:
        flags = separators(buffer, p + base)
        while flags != np.uint64(0):
            found[n] = base + count_trailing_zeros(flags)
            n += 1
            flags &= flags - np.uint64(1)
        base += 64
    while n > 0 and found[n - 1] >= length:
        n -= 1
    found[n] = length
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
        kind = np.int64(formatter[key]) if (letters & 0xE0E0E0) == 0x404040 else 0
        if kind != 0 and first != _P:
            return kind, talker, antenna
    name = fnv1a(buffer, p, p + length)
    for i in range(len(whole_name)):
        if whole_name[i] == name:
            return np.int64(whole_kind[i]), 0, 0
    return 0, talker, 0


@leaf_kernel
def _parse_date(buffer: NDArray[np.uint8], s: int, e: int) -> float:
    """ddmmyy -> days since 1970-01-01; NaN where there is no such day."""
    digits = parse_number(buffer, s, e, e)
    if e - s != 6 or not digits >= 0:
        return np.nan
    value = np.int64(digits)
    year = value % 100
    year += 1900 if year > 68 else 2000
    month = value // 100 % 100
    if not is_valid_civil(year, month, value // 10_000):
        return np.nan
    return np.float64(days_from_civil(year, month, value // 10_000))


@leaf_kernel
def _parse_date_time(buffer: NDArray[np.uint8], s: int, dot: int, e: int) -> tuple[float, float]:
    """yyyymmddhhmmss[.ss] -> (days since 1970-01-01, ns of the day); NaN where there is no such instant."""
    digits = parse_number(buffer, s, s + 8, s + 8) if dot - s == 14 else np.nan
    if not digits >= 0:
        return np.nan, np.nan
    value = np.int64(digits)
    year, month, day = value // 10_000, value // 100 % 100, value % 100
    if not is_valid_civil(year, month, day):
        return np.nan, np.nan
    return np.float64(days_from_civil(year, month, day)), parse_time_of_day(buffer, s + 8, dot, e)


@leaf_kernel
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
    e: int,
    letters: NDArray[np.uint64],
    step: NDArray[np.int32],
    row: int,
    cells: NDArray[np.float64],
    cell: int,
) -> int:
    """Give the value in `cell` the sign that its letter says. An angle without its letter is refused."""
    if e == s:
        return _OK if np.isnan(cells[cell]) or step[row - 1, _OP] == _SIGNED else _BAD_HEMISPHERE
    c = load_u8(buffer, s)
    if e - s != 1 or not _letter_allowed(c, letters, row):
        return _BAD_HEMISPHERE
    if c == step[row, _AUX]:
        cells[cell] = -cells[cell]
    return _OK


@leaf_kernel
def _read_odd(
    buffer: NDArray[np.uint8],
    s: int,
    dot: int,
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
        cells[cell], cells[cell + 1] = _parse_date_time(buffer, s, dot, e)
        return _FIELD_SYNTAX if np.isnan(cells[cell] + cells[cell + 1]) else _OK
    elif op == _WORD:
        cells[cell] = _word_index(buffer, s, e, np.int64(step[row, _AUX]), word_hash)
    return _OK


@leaf_kernel
def _read_field(
    buffer: NDArray[np.uint8],
    s: int,
    dot: int,
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
    if op in (_NUMBER, _INTEGER, _SIGNED):
        value = parse_number(buffer, s, dot, e)
    elif op == _TIME:
        value = parse_time_of_day(buffer, s, dot, e)
        cells[cell] = value
        return _FIELD_SYNTAX if np.isnan(value) else _OK
    elif op == _ANGLE:
        first = load_u8(buffer, s)
        if first in (0x2B, 0x2D):
            return _BAD_HEMISPHERE
        value = parse_angle(buffer, s, dot, e)
        if value in _PLACEHOLDER_DEG:
            return _PLACEHOLDER
    else:
        return _read_odd(buffer, s, dot, e, op, step, letters, row, word_hash, cells, cell)
    if np.isnan(value) or (op == _INTEGER and value != np.floor(value)):
        return _FIELD_SYNTAX
    if not limits[row, 0] <= value <= limits[row, 1]:
        return _RANGE
    cells[cell] = value
    return _OK


@leaf_kernel
def _trim(buffer: NDArray[np.uint8], s: int, e: int) -> tuple[int, int]:
    while s < e and load_u8(buffer, s) == _BLANK:
        s += 1
    while s < e and load_u8(buffer, e - 1) == _BLANK:
        e -= 1
    return s, e


@leaf_kernel
def _count_fields(buffer: NDArray[np.uint8], p: int, found: NDArray[np.int32], n: int) -> int:
    commas = 0
    for i in range(n):
        c = load_u8(buffer, p + np.int64(found[i]))
        if c in (_COMMA, _SEMICOLON):
            commas += 1
    return commas


@leaf_kernel
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
    jump = head + group * np.int64(shape[kind, 5])
    last_repeated = head
    if group > 0:
        fields = _count_fields(buffer, p, found, n)
        last_repeated += group * min(max(fields - head, 0) // group, np.int64(shape[kind, 5]))
    past = jump + np.int64(shape[kind, 4])
    note = _OK
    f = 0
    i = 0
    while i < n and load_u8(buffer, p + np.int64(found[i])) == _DOT:
        i += 1
    while i < n:
        s = p + np.int64(found[i]) + 1
        i += 1
        e = p + np.int64(found[i])
        dot = e
        while i < n:
            c = load_u8(buffer, e)
            if c != _DOT and c != _STAR:  # noqa: PLR1714 (numba: a tuple test is slower)
                break
            dot = e if c == _DOT and dot >= e else dot
            i += 1
            e = p + np.int64(found[i])
            dot = dot if dot < e and load_u8(buffer, dot) == _DOT else e
        row = f if f < last_repeated or group == 0 else f - last_repeated + jump
        f += 1
        if row >= past:
            continue
        row += base
        op = np.int64(step[row, _OP])
        cell = first_cell + np.int64(step[row, _CELL])
        if op == _HEMISPHERE:
            verdict = _apply_hemisphere(buffer, s, e, letters, step, row, cells, cell)
            if verdict != _OK:
                return verdict, note
            continue
        if e == s or op == _SKIP:
            continue
        if op != _TEXT and (load_u8(buffer, s) == _BLANK or load_u8(buffer, e - 1) == _BLANK):
            s, e = _trim(buffer, s, e)
            if s == e:
                continue
            dot = min(dot, e)
        verdict = _read_field(buffer, s, dot, e, op, step, limits, letters, row, word_hash, cells, cell)
        if verdict == _PLACEHOLDER:
            note = verdict
        elif verdict != _OK:
            return verdict, note
    return (_FIELD_COUNT if f < np.int64(shape[kind, 1]) else _OK), note
