"""Epochs and observations as the text of an observation file: one layout for RINEX 3 and 4, one for RINEX 2."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss._jit import leaf_kernel
from gnss.batches import NO_TIME
from gnss.constants import NS_PER_DAY, NS_PER_S
from gnss.rinex._satellite_kernel import FIELD_WIDTH, VALUE_WIDTH
from gnss.rinex.types import CODE, DOPPLER, PHASE, STRENGTH
from gnss.time.civil import civil_from_days
from gnss.time.leap import GPS_EPOCH_DAY

_SPACE, _MINUS, _POINT, _ZERO, _NEWLINE = 32, 45, 46, 48, 10
_NO_TIME = int(NO_TIME)
_TAG_NS: Final = 100  # the last digit of a tag
_MILLI_MAX: Final = 10**13 - 1
_MILLI_MIN: Final = -(10**12) + 1
_CLOCK_MAX: Final = 99.0
_COUNT_MAX: Final = 999  # a larger count runs on into the blanks behind it
_LIST_LINE: Final = 12
_LIST: Final = 32


class Layout(NamedTuple):
    """Where things stand: `field` (7, codes, 5) place of a type by system, code and kind, -1 = none; then numbers.

    `fields` (7,): how many types a system has; `fields_line`, `indent`: fields of a line and what is before them;
    `is_old`: RINEX 2.
    """

    field: NDArray[np.int64]
    fields: NDArray[np.int64]
    fields_line: int
    indent: int
    is_old: bool


class Rows(NamedTuple):
    """Observations, those of a satellite side by side; `satellite` (satellites + 1,): where they begin."""

    system: NDArray[np.uint8]
    prn: NDArray[np.uint8]
    signal: NDArray[np.uint8]
    pr_m: NDArray[np.float64]
    cp_cyc: NDArray[np.float64]
    doppler_hz: NDArray[np.float64]
    cn0_dbhz: NDArray[np.float32]
    lock_s: NDArray[np.float32]
    half_cycle: NDArray[np.uint8]
    satellite: NDArray[np.int64]


@leaf_kernel
def _put_digits(out: NDArray[np.uint8], at: int, width: int, value: int, fill: int) -> None:
    """A whole number that is not negative, right-justified, `fill` before it."""
    i = at + width - 1
    out[i] = _ZERO + value % 10
    value //= 10
    i -= 1
    while i >= at:
        out[i] = _ZERO + value % 10 if value else fill
        value //= 10
        i -= 1


@leaf_kernel
def _put_decimal(out: NDArray[np.uint8], at: int, width: int, value: float, places: int) -> None:
    """A number with `places` digits behind the point, right-justified in blanks."""
    scaled = round(abs(value) * 10.0**places)
    _put_digits(out, at + width - places, places, scaled % 10**places, _ZERO)
    out[at + width - places - 1] = _POINT
    whole = scaled // 10**places
    i = at + width - places - 2
    while True:
        out[i] = _ZERO + whole % 10
        whole //= 10
        i -= 1
        if whole == 0:
            break
    if value < 0 and scaled:
        out[i] = _MINUS


@leaf_kernel
def _put_satellite(out: NDArray[np.uint8], at: int, letter: int, number: int) -> None:
    out[at] = letter
    _put_digits(out, at + 1, 2, number, _ZERO)


@leaf_kernel
def _put_date(out: NDArray[np.uint8], at: int, t_gpst_ns: int, is_old: bool) -> int:
    """Date and time of day; returns where it ends."""
    day, of_day_ns = t_gpst_ns // NS_PER_DAY, t_gpst_ns % NS_PER_DAY
    year, month, day_of_month = civil_from_days(day + GPS_EPOCH_DAY)
    width = 2 if is_old else 4
    _put_digits(out, at, width, year % 100 if is_old else year, _ZERO)
    second_ns = of_day_ns % (60 * NS_PER_S)
    minutes = of_day_ns // (60 * NS_PER_S)
    at += width
    for number in (month, day_of_month, minutes // 60, minutes % 60):
        _put_digits(out, at + 1, 2, number, _SPACE if is_old else _ZERO)
        at += 3
    _put_digits(out, at, 3, second_ns // NS_PER_S, _SPACE)
    out[at + 3] = _POINT
    _put_digits(out, at + 4, 7, second_ns % NS_PER_S // _TAG_NS, _ZERO)
    return at + 11


@leaf_kernel
def _put_head(out: NDArray[np.uint8], at: int, t_gpst_ns: int, count: int, clock_s: float, is_old: bool) -> int:
    """Head of an epoch, blanks where RINEX 2 lists the satellites; returns where the line ends."""
    out[at : at + 80] = _SPACE
    if not is_old:
        out[at] = 62  # >
    end = _put_date(out, at + (1 if is_old else 2), t_gpst_ns, is_old)
    out[end + 2] = _ZERO
    digits = 3 if count <= _COUNT_MAX else 4
    _put_digits(out, end + 3, digits, count, _SPACE)
    if np.isnan(clock_s) or abs(clock_s) >= _CLOCK_MAX:
        return end + 3 + digits
    if is_old:
        _put_decimal(out, at + 68, 12, clock_s, 9)
        return at + 80
    _put_decimal(out, at + 41, 15, clock_s, 12)
    return at + 56


@leaf_kernel
def _end_line(out: NDArray[np.uint8], at: int, begin: int) -> int:
    while at > begin and out[at - 1] == _SPACE:
        at -= 1
    out[at] = _NEWLINE
    return at + 1


@leaf_kernel
def _put_list(
    out: NDArray[np.uint8], begin: int, at: int, rows: Rows, first: int, last: int, letters: NDArray[np.uint8]
) -> int:
    """RINEX 2: the satellites of an epoch, twelve a line, the first of which begins at `begin`."""
    for number in range(last - first):
        if number and number % _LIST_LINE == 0:
            begin = _end_line(out, at, begin)
            out[begin : begin + 80] = _SPACE
        row = rows.satellite[first + number]
        place = begin + _LIST + 3 * (number % _LIST_LINE)
        _put_satellite(out, place, letters[rows.system[row]], rows.prn[row] % 100)
        at = max(at, place + 3) if number < _LIST_LINE else place + 3
    return _end_line(out, at, begin)


@leaf_kernel
def _field_at(layout: Layout, begin: int, place: int) -> int:
    """Where a field is, in lines of whole width."""
    width = layout.indent + FIELD_WIDTH * layout.fields_line + 1
    return begin + place // layout.fields_line * width + layout.indent + FIELD_WIDTH * (place % layout.fields_line)


@leaf_kernel
def _put_value(
    out: NDArray[np.uint8], layout: Layout, begin: int, place: int, value: float, dropped: NDArray[np.int64]
) -> int:
    """A value into its field; returns where the field begins, -1 where the value does not go into the file."""
    if np.isnan(value):
        return -1
    milli = round(value * 1e3)
    if place < 0 or not _MILLI_MIN <= milli <= _MILLI_MAX:
        dropped[0] += 1
        return -1
    at = _field_at(layout, begin, place)
    _put_decimal(out, at, VALUE_WIDTH, value, 3)
    return at


@leaf_kernel
def _lli(rows: Rows, i: int, t_gpst_ns: int, t_last: NDArray[np.int64]) -> int:
    """Loss of lock: bit 0 where the phase has not been kept since the epoch in which it was last; bit 1 half cycles."""
    last = t_last[rows.system[i], rows.prn[i], rows.signal[i]]
    t_last[rows.system[i], rows.prn[i], rows.signal[i]] = t_gpst_ns
    lli = 2 if rows.half_cycle[i] else 0
    if last != _NO_TIME and rows.lock_s[i] < np.float32((t_gpst_ns - last) * 1e-9):
        lli |= 1
    return lli


@leaf_kernel
def _put_rows(
    out: NDArray[np.uint8],
    begin: int,
    layout: Layout,
    rows: Rows,
    first: int,
    last: int,
    t_gpst_ns: int,
    t_last: NDArray[np.int64],
    dropped: NDArray[np.int64],
) -> None:
    """The values of one satellite."""
    for i in range(first, last):
        field = layout.field[rows.system[i], rows.signal[i]]
        _put_value(out, layout, begin, field[CODE], rows.pr_m[i], dropped)
        _put_value(out, layout, begin, field[DOPPLER], rows.doppler_hz[i], dropped)
        _put_value(out, layout, begin, field[STRENGTH], rows.cn0_dbhz[i], dropped)
        at = _put_value(out, layout, begin, field[PHASE], rows.cp_cyc[i], dropped)
        if at >= 0:
            lli = _lli(rows, i, t_gpst_ns, t_last)
            if lli:
                out[at + VALUE_WIDTH] = _ZERO + lli


@leaf_kernel
def _close_lines(out: NDArray[np.uint8], begin: int, layout: Layout, fields: int) -> int:
    """Turn lines of whole width into lines without blanks at their end; returns where the last ends."""
    lines = max((fields + layout.fields_line - 1) // layout.fields_line, 1)
    width = layout.indent + FIELD_WIDTH * layout.fields_line + 1
    to = begin
    for k in range(lines):
        start = begin + k * width
        stop = start + layout.indent + FIELD_WIDTH * min(layout.fields_line, fields - k * layout.fields_line)
        while stop > start and out[stop - 1] == _SPACE:
            stop -= 1
        for i in range(start, stop):
            out[to + i - start] = out[i]
        to += stop - start
        out[to] = _NEWLINE
        to += 1
    return to


@leaf_kernel
def write_epochs(
    out: NDArray[np.uint8],
    layout: Layout,
    letters: NDArray[np.uint8],
    t_gpst_ns: NDArray[np.int64],
    clock_s: NDArray[np.float64],
    first_satellite: NDArray[np.int64],
    rows: Rows,
    t_last: NDArray[np.int64],
    dropped: NDArray[np.int64],
) -> int:
    """Write all epochs; satellites of epoch e are `first_satellite[e]` to `[e + 1]`. Returns how many bytes there are.

    `t_last` (7, 256, codes): when a phase was last written. `dropped` (1,) counts values that the file cannot hold.
    """
    at = 0
    for e in range(len(t_gpst_ns)):
        a, b = first_satellite[e], first_satellite[e + 1]
        begin, at = at, _put_head(out, at, t_gpst_ns[e], b - a, clock_s[e], layout.is_old)
        at = _put_list(out, begin, at, rows, a, b, letters) if layout.is_old else _end_line(out, at, begin)
        for s in range(a, b):
            first, last = rows.satellite[s], rows.satellite[s + 1]
            system = rows.system[first]
            lines = max((layout.fields[system] + layout.fields_line - 1) // layout.fields_line, 1)
            room = lines * (layout.indent + FIELD_WIDTH * layout.fields_line + 1)
            out[at : at + room] = _SPACE
            if not layout.is_old:
                _put_satellite(out, at, letters[system], rows.prn[first] % 100)
            _put_rows(out, at, layout, rows, first, last, t_gpst_ns[e], t_last, dropped)
            at = _close_lines(out, at, layout, layout.fields[system])
    return at
