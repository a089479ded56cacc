"""Fixed-width numbers and dates out of text: kernels over bytes."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, leaf_kernel
from gnss.constants import NS_PER_DAY, NS_PER_HOUR, NS_PER_S
from gnss.time.civil import days_from_civil, is_valid_civil
from gnss.time.leap import GPS_EPOCH_DAY, utc_to_gpst
from gnss.time.week import GPST_MINUS_BDT_S

GOOD: Final = 0
BLANK: Final = 1
BAD: Final = 2

_LABEL_COLUMN: Final = 60
_BEGIN = np.frombuffer(b"RINEX VERSION / TYPE", np.uint8)
_END = np.frombuffer(b"END OF HEADER", np.uint8)
_SPACE, _PLUS, _MINUS, _POINT, _ZERO, _NINE = 32, 43, 45, 46, 48, 57
_MANTISSA_MAX: Final = 10**17
"""Digits behind the eighteenth do not change a float64."""
_EXACT_TENS: Final = 22
"""10**22 is the last power of ten that a float64 holds exactly."""
_POWERS = np.array([10.0**k for k in range(_EXACT_TENS + 1)])
_EXPONENT_MAX: Final = 400
_YEAR_MIN, _YEAR_END = 1980, 2200  # int64 ns since 1980 reach to 2272
_YEAR_PIVOT: Final = 80  # two-digit years from here on are of the 20th century (RINEX 2)

GPST_TAGS: Final = 0
UTC_TAGS: Final = 1
BDT_TAGS: Final = 2


class Text(NamedTuple):
    """A text and its lines: line i is `data[start[i] : stop[i]]`, without its end."""

    data: NDArray[np.uint8]
    start: NDArray[np.int64]
    stop: NDArray[np.int64]


def split_lines(data: NDArray[np.uint8]) -> Text:
    """Where the lines of a text lie; a carriage return is part of the end of a line, or all of it."""
    ends = np.flatnonzero(data == ord("\n"))
    if not len(ends):
        ends = np.flatnonzero(data == ord("\r"))
    start = np.concatenate([np.zeros(1, np.int64), ends + 1])
    stop = np.concatenate([ends, np.full(1, len(data))])
    if len(data) == 0 or start[-1] == len(data):
        start, stop = start[:-1], stop[:-1]
    stop = stop - (data[np.maximum(stop - 1, 0)] == ord("\r")) if len(stop) else stop
    return Text(data, start, np.maximum(stop, start))


@leaf_kernel
def _has_label(text: Text, line: int, label: NDArray[np.uint8]) -> bool:
    """Whether a line has the label of a header record."""
    start = text.start[line] + _LABEL_COLUMN
    n, i = min(len(label), max(text.stop[line] - start, 0)), 0
    while i < n and text.data[start + i] == label[i]:
        i += 1
    return i == len(label)


@leaf_kernel
def header_lines(text: Text, line: int) -> int:
    """How many lines the header has that begins at a line; 0 = none does."""
    if not _has_label(text, line, _BEGIN):
        return 0
    end = line
    while end < len(text.start) and not _has_label(text, end, _END):
        end += 1
    return min(end + 1, len(text.start)) - line


@leaf_kernel
def _scale(mantissa: int, exponent: int) -> float:
    """Nearest number to mantissa times ten to the exponent; beyond 10**-22 within one unit in the last place.

    Zeros at the end are taken off there, so that a number is the same however it is written.
    """
    while exponent < -_EXACT_TENS and mantissa != 0 and mantissa % 10 == 0:
        mantissa //= 10
        exponent += 1
    value = float(mantissa)
    while exponent < -_EXACT_TENS:
        value /= _POWERS[_EXACT_TENS]
        exponent += _EXACT_TENS
    while exponent > _EXACT_TENS:
        value *= _POWERS[_EXACT_TENS]
        exponent -= _EXACT_TENS
    return value / _POWERS[-exponent] if exponent < 0 else value * _POWERS[exponent]


@leaf_kernel
def _read_exponent(data: NDArray[np.uint8], i: int, stop: int) -> tuple[int, int]:
    """Value of an exponent, whose letter is at `i`, and where it ends; no letter there is no exponent."""
    if i >= stop or data[i] not in (68, 69, 100, 101):  # D E d e
        return 0, i
    i += 1
    negative = i < stop and data[i] == _MINUS
    if i < stop and (data[i] == _MINUS or data[i] == _PLUS or data[i] == _SPACE):
        i += 1
    value = 0
    while i < stop and _ZERO <= data[i] <= _NINE:
        value = min(value * 10 + int(data[i]) - _ZERO, _EXPONENT_MAX)
        i += 1
    return (-value if negative else value), i


@inline_kernel
def _read_mantissa(data: NDArray[np.uint8], i: int, stop: int) -> tuple[int, int, int, int]:
    """Digits with a point among them: the number without the point, digits behind it, digits in all, where they end."""
    mantissa, places, digits, pointed = 0, 0, 0, 0
    while i < stop:
        c = int(data[i])
        if _ZERO <= c <= _NINE:
            if mantissa < _MANTISSA_MAX:
                mantissa = mantissa * 10 + c - _ZERO
                places += pointed
            else:
                places -= 1 - pointed
            digits += 1
        elif c == _POINT and pointed == 0:
            pointed = 1
        else:
            break
        i += 1
    return mantissa, places, digits, i


@leaf_kernel
def read_decimal(data: NDArray[np.uint8], start: int, stop: int) -> tuple[float, int]:
    """The number in `data[start:stop]`, blanks around it, and GOOD, BLANK or BAD. Exponents may be written with D."""
    i = start
    while i < stop and data[i] == _SPACE:
        i += 1
    if i >= stop:
        return np.nan, BLANK
    negative = data[i] == _MINUS
    if negative or data[i] == _PLUS:
        i += 1
    mantissa, places, digits, i = _read_mantissa(data, i, stop)
    exponent, i = _read_exponent(data, i, stop)
    while i < stop and data[i] == _SPACE:
        i += 1
    if digits == 0 or i < stop:
        return np.nan, BAD
    value = _scale(mantissa, exponent - places)
    return (-value if negative else value), GOOD


@leaf_kernel
def read_integer(data: NDArray[np.uint8], start: int, stop: int) -> tuple[int, int]:
    """The whole number, not negative, in `data[start:stop]`, and GOOD, BLANK or BAD."""
    value, digits, ended = 0, 0, 0
    for i in range(start, stop):
        c = int(data[i])
        if _ZERO <= c <= _NINE and ended == 0:
            value = value * 10 + c - _ZERO
            digits += 1
        elif c == _SPACE:
            ended = 1 if digits else 0
        else:
            return 0, BAD
    if digits == 0:
        return 0, BLANK
    return value, (GOOD if digits < 18 else BAD)


@leaf_kernel
def read_seconds_ns(data: NDArray[np.uint8], start: int, stop: int) -> tuple[int, int]:
    """Seconds with a fraction as whole nanoseconds, and GOOD, BLANK or BAD."""
    point = start
    while point < stop and data[point] != _POINT:
        point += 1
    whole, verdict = read_integer(data, start, point)
    if verdict == BAD or (verdict == BLANK and point >= stop):
        return 0, verdict
    fraction, weight = 0, NS_PER_S
    for i in range(point + 1, stop):
        c = int(data[i])
        if c == _SPACE:
            break
        if not _ZERO <= c <= _NINE:
            return 0, BAD
        weight //= 10
        fraction += (c - _ZERO) * weight
    return whole * NS_PER_S + fraction, GOOD


@leaf_kernel
def instant_gpst_ns(tags: int, day: int, ns_of_day: int) -> int:
    """GPST of a calendar day (since 1970-01-01) and time of day on the clock that the file keeps."""
    if tags == UTC_TAGS:
        return utc_to_gpst(day, ns_of_day)
    t_ns = (day - GPS_EPOCH_DAY) * NS_PER_DAY + ns_of_day
    return t_ns + GPST_MINUS_BDT_S * NS_PER_S if tags == BDT_TAGS else t_ns


@leaf_kernel
def read_date(data: NDArray[np.uint8], start: int, stop: int, columns: NDArray[np.int64], tags: int) -> tuple[int, int]:
    """Instant of a date whose six fields begin and end at `columns` (12,) of a line, and GOOD or BAD."""
    if start + columns[11] > stop:
        return 0, BAD
    year, ok0 = read_integer(data, start + columns[0], start + columns[1])
    month, ok1 = read_integer(data, start + columns[2], start + columns[3])
    day, ok2 = read_integer(data, start + columns[4], start + columns[5])
    hour, ok3 = read_integer(data, start + columns[6], start + columns[7])
    minute, ok4 = read_integer(data, start + columns[8], start + columns[9])
    second_ns, ok5 = read_seconds_ns(data, start + columns[10], start + columns[11])
    if ok0 | ok1 | ok2 | ok3 | ok4 | ok5:
        return 0, BAD
    if columns[1] - columns[0] == 2:
        year += 1900 if year >= _YEAR_PIVOT else 2000
    longest_ns = (61 if tags == UTC_TAGS else 60) * NS_PER_S
    if (
        not _YEAR_MIN <= year < _YEAR_END
        or not is_valid_civil(year, month, day)
        or hour > 23
        or minute > 59
        or second_ns >= longest_ns
    ):
        return 0, BAD
    of_day_ns = hour * NS_PER_HOUR + minute * 60 * NS_PER_S + second_ns
    return instant_gpst_ns(tags, days_from_civil(year, month, day), of_day_ns), GOOD
