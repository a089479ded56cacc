"""Readers: a small kernel for each kind of field, of which `gnss.nmea._straight_kernel` makes those of sentences.

What a reader must know of the field in hand, a `Step`, it gets as an argument. The fields of a sentence lie between the
separators `found[at]`, `found[at + 1]` and so on up to `found[last]`, its values go to `cells[cell]` and those behind
it, where NaN stands before. A reader returns whether all is well. It need not know every way in which a field may be
written, but what it accepts, it reads to the same value as `gnss.nmea._field_kernel`.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel
from gnss._simd import load_u8
from gnss.nmea._field_kernel import letter_allowed, parse_date
from gnss.nmea.fields import TEXT_SPAN, Op
from gnss.nmea.tokens import find_point, parse_angle, parse_digits8, parse_number, parse_time_of_day
from gnss.stream.lines import hex_digit

U1 = NDArray[np.uint8]
I8 = NDArray[np.int64]
F8 = NDArray[np.float64]


class Step(NamedTuple):
    """A field, or the first of eight, and its range.

    `first` and `second`: two words of allowed characters; the positive and the negative letter; or which of eight
    fields are numbers, and which must be whole.
    """

    number: int
    low: float
    high: float
    first: np.uint64
    second: np.uint64


Reader = Callable[[U1, I8, int, int, F8, int, Step], bool]


@inline_kernel
def _store(value: float, cells: F8, cell: int, step: Step) -> bool:
    cells[np.uintp(cell + step.number)] = value
    return value >= step.low and value <= step.high


@inline_kernel
def _is_missing(found: I8, at: int, last: int, step: Step) -> bool:
    f = at + step.number
    return f >= last or found[np.uintp(f + 1)] - found[np.uintp(f)] == 1


@inline_kernel
def _bounds(found: I8, at: int, step: Step) -> tuple[int, int]:
    return found[np.uintp(at + step.number)] + 1, found[np.uintp(at + step.number + 1)]


@inline_kernel
def _read_number(buffer: U1, found: I8, at: int, last: int, cells: F8, cell: int, step: Step) -> bool:
    s, e = _bounds(found, at, step)
    return _is_missing(found, at, last, step) or _store(parse_number(buffer, s, e), cells, cell, step)


@inline_kernel
def _read_integer(buffer: U1, found: I8, at: int, last: int, cells: F8, cell: int, step: Step) -> bool:
    s, e = _bounds(found, at, step)
    digits = parse_digits8(buffer, s, e - s) if e - s <= 8 else -1
    value = np.float64(digits) if digits >= 0 else np.nan
    return _is_missing(found, at, last, step) or _store(value, cells, cell, step)


@inline_kernel
def _read_hexadecimal(buffer: U1, found: I8, at: int, last: int, cells: F8, cell: int, step: Step) -> bool:
    s, e = _bounds(found, at, step)
    digit = hex_digit(load_u8(buffer, s)) if e - s == 1 else -1
    value = np.float64(digit) if digit >= 0 else np.nan
    return _is_missing(found, at, last, step) or _store(value, cells, cell, step)


@inline_kernel
def _read_text(buffer: U1, found: I8, at: int, last: int, cells: F8, cell: int, step: Step) -> bool:
    s, e = _bounds(found, at, step)
    value = np.float64(s) * TEXT_SPAN + np.float64(e - s)
    return _is_missing(found, at, last, step) or _store(value, cells, cell, step)


@inline_kernel
def _read_character(buffer: U1, found: I8, at: int, last: int, cells: F8, cell: int, step: Step) -> bool:
    s, e = _bounds(found, at, step)
    c = load_u8(buffer, s)
    value = np.float64(c) if e - s == 1 and letter_allowed(c, step.first, step.second) else np.nan
    return _is_missing(found, at, last, step) or _store(value, cells, cell, step)


@inline_kernel
def _read_time(buffer: U1, found: I8, at: int, last: int, cells: F8, cell: int, step: Step) -> bool:
    s, e = _bounds(found, at, step)
    return _is_missing(found, at, last, step) or _store(parse_time_of_day(buffer, s, e), cells, cell, step)


@inline_kernel
def _read_date(buffer: U1, found: I8, at: int, last: int, cells: F8, cell: int, step: Step) -> bool:
    s, e = _bounds(found, at, step)
    return _is_missing(found, at, last, step) or _store(parse_date(buffer, s, e), cells, cell, step)


@inline_kernel
def _store_signed(buffer: U1, value: float, e: int, past: int, cells: F8, cell: int, step: Step) -> bool:
    """Store a value with the sign that the letter `buffer[e + 1:past]` gives it."""
    letter = np.uint64(load_u8(buffer, e + 1))
    in_range = _store(value, cells, cell, step)
    cells[np.uintp(cell + step.number)] = -value if letter == step.second else value
    return in_range and past - e == 2 and letter in (step.first, step.second)


@inline_kernel
def _read_signed(buffer: U1, found: I8, at: int, last: int, cells: F8, cell: int, step: Step) -> bool:
    s, e = _bounds(found, at, step)
    if at + step.number + 1 >= last:
        return at + step.number >= last
    past = found[np.uintp(at + step.number + 2)]
    if past == s + 1:
        return True
    value = parse_number(buffer, s, e) if e > s else np.nan
    return _store_signed(buffer, value, e, past, cells, cell, step)


@inline_kernel
def _read_angle(buffer: U1, found: I8, at: int, last: int, cells: F8, cell: int, step: Step) -> bool:
    s, e = _bounds(found, at, step)
    if at + step.number + 1 >= last:
        return at + step.number >= last
    past = found[np.uintp(at + step.number + 2)]
    if past == s + 1:
        return True
    value = parse_angle(buffer, s, find_point(buffer, s, e), e)
    return _store_signed(buffer, value, e, past, cells, cell, step)


@inline_kernel
def read_nothing(buffer: U1, found: I8, at: int, last: int, cells: F8, cell: int, step: Step) -> bool:
    return True


READERS: dict[Op, Reader] = {
    Op.WHOLE: _read_number,
    Op.NUMBER: _read_number,
    Op.SIGNED: _read_signed,
    Op.INTEGER: _read_integer,
    Op.ANGLE: _read_angle,
    Op.TIME: _read_time,
    Op.DATE: _read_date,
    Op.HEX: _read_hexadecimal,
    Op.TEXT: _read_text,
    Op.CHARACTER: _read_character,
}
"""How a field is read, by what it holds; angles and signed numbers together with their letter."""
