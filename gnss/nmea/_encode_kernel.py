"""The encode kernel: values to characters."""

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, leaf_kernel
from gnss.crc import crc32
from gnss.nmea.fields import Op
from gnss.nmea.tokens import POW10, POW10_INT
from gnss.time.civil import civil_from_days

_NUMBER, _TIME, _ANGLE, _SIGNED = int(Op.NUMBER), int(Op.TIME), int(Op.ANGLE), int(Op.SIGNED)
_CHARACTER, _HEX, _DATE = int(Op.CHARACTER), int(Op.HEX), int(Op.DATE)
_TEXT, _FREE_TEXT = int(Op.TEXT), int(Op.FREE_TEXT)
_DATE_TIME, _WORD, _HEMISPHERE, _SKIP = int(Op.DATE_TIME), int(Op.WORD), int(Op.HEMISPHERE), int(Op.SKIP)

FIELD_BYTES_MAX = 24
"""Longest field but for texts."""

_OP, _CELL, _WIDTH, _DECIMALS, _FIRST, _SECOND, _TEXT_COLUMN = range(7)
_HEX_DIGITS = np.frombuffer(b"0123456789ABCDEF", np.uint8).copy()
_NS_DIGITS = 9
_HASH, _DOLLAR, _STAR, _COMMA, _MINUS, _DOT, _ZERO, _SEMICOLON = 0x23, 0x24, 0x2A, 0x2C, 0x2D, 0x2E, 0x30, 0x3B


@inline_kernel
def _put_integer(out: NDArray[np.uint8], at: int, value: int, width: int) -> int:
    """Write a non-negative integer with at least `width` digits; returns where to go on."""
    digits = 1
    rest = value // 10
    while rest > 0:
        digits += 1
        rest //= 10
    digits = max(digits, width)
    for i in range(digits):
        out[at + digits - 1 - i] = _ZERO + value % 10
        value //= 10
    return at + digits


@inline_kernel
def _put_scaled(out: NDArray[np.uint8], at: int, scaled: int, decimals: int, width: int) -> int:
    """Write `scaled / 10**decimals`, its whole part with at least `width` digits."""
    at = _put_integer(out, at, scaled // POW10_INT[decimals], width)
    if decimals > 0:
        out[at] = _DOT
        at = _put_integer(out, at + 1, scaled % POW10_INT[decimals], decimals)
    return at


@inline_kernel
def _put_number(out: NDArray[np.uint8], at: int, value: float, decimals: int, width: int) -> int:
    scaled = int(np.rint(abs(value) * POW10[decimals]))
    if value < 0 and scaled > 0:
        out[at] = _MINUS
        at += 1
    return _put_scaled(out, at, scaled, decimals, width)


@inline_kernel
def _put_time(out: NDArray[np.uint8], at: int, ns_of_day: float, decimals: int) -> int:
    ns = int(ns_of_day)
    second = ns // POW10_INT[_NS_DIGITS]
    minute = min(second // 60, 1439)
    at = _put_integer(out, at, minute // 60, 2)
    at = _put_integer(out, at, minute % 60, 2)
    part = (second - minute * 60) * POW10_INT[decimals] + ns % POW10_INT[_NS_DIGITS] // POW10_INT[_NS_DIGITS - decimals]
    return _put_scaled(out, at, part, decimals, 2)


@inline_kernel
def _put_angle(out: NDArray[np.uint8], at: int, value: float, decimals: int, width: int) -> int:
    whole = int(abs(value))
    minutes = int(np.rint((abs(value) - whole) * 60.0 * POW10[decimals]))
    if minutes >= 60 * POW10_INT[decimals]:
        whole += 1
        minutes -= 60 * POW10_INT[decimals]
    at = _put_integer(out, at, whole, width)
    return _put_scaled(out, at, minutes, decimals, 2)


@inline_kernel
def _put_date(out: NDArray[np.uint8], at: int, day: float, century: bool) -> int:
    """ddmmyy, or yyyymmdd with the century."""
    year, month, day_of_month = civil_from_days(int(day))
    if century:
        return _put_integer(out, at, (year * 100 + month) * 100 + day_of_month, 8)
    return _put_integer(out, at, (day_of_month * 100 + month) * 100 + year % 100, 6)


@inline_kernel
def _put_hex(out: NDArray[np.uint8], at: int, value: int, width: int) -> int:
    digits = 1
    while value >> (4 * digits) > 0:
        digits += 1
    digits = max(digits, width)
    for i in range(digits):
        out[at + i] = _HEX_DIGITS[(value >> (4 * (digits - 1 - i))) & 15]
    return at + digits


@inline_kernel
def _put_text(out: NDArray[np.uint8], at: int, text: NDArray[np.uint8], row: int, column: int) -> int:
    """Write the letters up to the first that is 0."""
    for i in range(text.shape[2]):
        if text[row, column, i] == 0:
            break
        out[at] = text[row, column, i]
        at += 1
    return at


@inline_kernel
def _put_value(out: NDArray[np.uint8], at: int, value: float, plan: NDArray[np.int64], f: int) -> int:
    """Write a number in the form of its field."""
    op, decimals, width = plan[f, _OP], plan[f, _DECIMALS], plan[f, _WIDTH]
    if op <= _NUMBER:
        return _put_number(out, at, value, decimals, width)
    if op == _SIGNED:
        return _put_number(out, at, abs(value), decimals, width)
    if op == _TIME:
        return _put_time(out, at, value, decimals)
    if op == _ANGLE:
        return _put_angle(out, at, value, decimals, width)
    if op == _HEMISPHERE:
        out[at] = plan[f, _SECOND] if value < 0 else plan[f, _FIRST]
        return at + 1
    if op == _CHARACTER:
        out[at] = int(value)
        return at + 1
    if op == _HEX:
        return _put_hex(out, at, int(value), 1)
    return _put_date(out, at, value, op != _DATE)


@inline_kernel
def _put_field(
    out: NDArray[np.uint8],
    at: int,
    values: NDArray[np.float64],
    text: NDArray[np.uint8],
    row: int,
    plan: NDArray[np.int64],
    f: int,
) -> int:
    """Write one field of a row; one that is not known stays empty."""
    op = plan[f, _OP]
    if op == _SKIP:
        out[at] = plan[f, _FIRST]
        return at + 1 if plan[f, _FIRST] else at
    if op in (_TEXT, _FREE_TEXT, _WORD):
        return _put_text(out, at, text, row, plan[f, _TEXT_COLUMN])
    value = values[row, plan[f, _CELL]]
    if np.isnan(value):
        return at
    at = _put_value(out, at, value, plan, f)
    if op == _DATE_TIME:
        return _put_time(out, at, values[row, plan[f, _CELL] + 1], plan[f, _DECIMALS])
    return at


@inline_kernel
def _repetitions(
    values: NDArray[np.float64], row: int, plan: NDArray[np.int64], head: int, group: int, group_max: int
) -> int:
    """How many repetitions of the group have a value, counted up to the last that has one."""
    for repetition in range(group_max, 0, -1):
        for i in range(group):
            if not np.isnan(values[row, plan[head + (repetition - 1) * group + i, _CELL]]):
                return repetition
    return 0


@inline_kernel
def _put_check(out: NDArray[np.uint8], begin: int, at: int, long: bool) -> int:
    """`*`, the XOR or CRC-32 of what stands behind the first character, CR LF."""
    check = crc32(out, begin + 1, at) if long else 0
    if not long:
        for i in range(begin + 1, at):
            check ^= int(out[i])
    out[at] = _STAR
    at = _put_hex(out, at + 1, check, 8 if long else 2)
    out[at] = 13
    out[at + 1] = 10
    return at + 2


@inline_kernel
def _put_address(out: NDArray[np.uint8], at: int, address: NDArray[np.uint8], row: int, mark: int) -> int:
    """Write what a sentence begins with."""
    out[at] = mark
    for i in range(address.shape[1]):
        out[at + 1 + i] = address[row, i]
    return at + 1 + address.shape[1]


@leaf_kernel
def encode_rows(
    values: NDArray[np.float64],
    text: NDArray[np.uint8],
    address: NDArray[np.uint8],
    plan: NDArray[np.int64],
    header: int,
    head: int,
    group: int,
    group_max: int,
    out: NDArray[np.uint8],
    offset: NDArray[np.int64],
) -> int:
    """Write every row; returns the number of bytes.

    `header` fields end with `;` and make it a `#` sentence with CRC-32.
    """
    at = 0
    past_group = head + group * group_max
    for row in range(len(values)):
        begin = at
        offset[row] = at
        at = _put_address(out, at, address, row, _HASH if header else _DOLLAR)
        repeated = head + group * _repetitions(values, row, plan, head, group, group_max) if group else head
        for f in range(len(plan)):
            if repeated <= f < past_group:
                continue
            if f >= past_group and group and np.isnan(values[row, plan[f, _CELL]]):
                break
            out[at] = _SEMICOLON if header and f == header else _COMMA
            at = _put_field(out, at + 1, values, text, row, plan, f)
        at = _put_check(out, begin, at, header > 0)
    offset[len(values)] = at
    return at


@leaf_kernel
def interleave_rows(
    text: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    starts: NDArray[np.int64],
    out: NDArray[np.uint8],
    offset: NDArray[np.int64],
) -> None:
    """Copy row after row, part after part."""
    at = 0
    rows = offsets.shape[1] - 1
    for row in range(rows):
        offset[row] = at
        for part in range(offsets.shape[0]):
            for i in range(starts[part] + offsets[part, row], starts[part] + offsets[part, row + 1]):
                out[at] = text[i]
                at += 1
    offset[rows] = at
