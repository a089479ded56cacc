"""What may stand before a sentence on its line: the time it was received and, behind it, the terminal's id. As kernels.

2026-11-22T06:30:00.125Z $GNGGA,...              RFC 3339; also with a blank for the T, an offset, or no zone (= UTC)
[2026-11-22 14:30:00.125+08:00] gz-00017 $GN...  in brackets; a terminal's id behind it
1795329000.125,$GNGGA,...                        Unix time in s; ms, µs and ns are told by their number of digits
1795329000125|gz-00017|$GNGGA,...                separators: blanks, tabs, `,` `;` `|`
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel
from gnss.batches import NO_TIME
from gnss.constants import NS_PER_S
from gnss.time.civil import days_from_civil, is_valid_civil

PREFIX_BYTES_MAX = 160
"""Longest prefix; a line longer than this shows all of it."""

ID_BYTES_MAX = 64
"""Longest terminal id."""

NO_ID = -1

_DIGITS_MAX = 19
_FRACTION_DIGITS_MAX = 18
_SEPARATORS_MAX = 8
_NINE = 57
_T_NS_MAX = 9_200_000_000 * NS_PER_S
_S_PER_DAY = 86_400
_YEAR_MIN, _YEAR_MAX = 1970, 2261

SEPARATOR = np.zeros(256, np.uint8)
SEPARATOR[[*b" \t,;|"]] = 1
ID_FIRST = np.zeros(256, np.uint8)
ID_FIRST[[*b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"]] = 1
ID_NEXT = ID_FIRST.copy()
ID_NEXT[[*b"._:@-"]] = 1
BEGINS = np.zeros(256, np.uint8)
BEGINS[[*b"$!#", 0xD3, 0xB5, 0xBA, 0xAA]] = 1
"""Bytes that a sentence or a frame (RTCM 3, UBX, CASIC, Unicore) begins with."""

_UNIT_NS = np.zeros(_DIGITS_MAX + 1, np.int64)
_UNIT_NS[9:11] = NS_PER_S
_UNIT_NS[12:14] = 1_000_000
_UNIT_NS[15:17] = 1_000
_UNIT_NS[18:20] = 1
"""What one unit of a Unix time is, by its digits before the point; 0 = not a Unix time."""


class Prefix(NamedTuple):
    """Receive time (`NO_TIME` = there is no prefix), where the id stands (`NO_ID`), where the content begins."""

    t_unix_ns: int
    id_start: int
    id_stop: int
    content: int


@inline_kernel
def take_digits(buffer: NDArray[np.uint8], p: int, end: int) -> tuple[int, int]:
    """Value of the digits at `p` and where they end; at most 19 are read, -1 where they do not fit."""
    value = 0
    stop = min(end, p + _DIGITS_MAX)
    if stop - p == _DIGITS_MAX and buffer[p] == _NINE:
        return -1, p
    while p < stop and 48 <= buffer[p] <= 57:
        value = value * 10 + int(buffer[p]) - 48
        p += 1
    return value, p


@inline_kernel
def _pair(buffer: NDArray[np.uint8], p: int, end: int) -> int:
    """Value of the two digits at `p`; -1 for anything else."""
    if p + 2 > end or not (48 <= buffer[p] <= 57 and 48 <= buffer[p + 1] <= 57):
        return -1
    return (int(buffer[p]) - 48) * 10 + int(buffer[p + 1]) - 48


@inline_kernel
def _take_fraction(buffer: NDArray[np.uint8], p: int, end: int, unit_ns: int) -> tuple[int, int]:
    """ns of the decimals at `p` (their point or comma first), cut at what `unit_ns` can hold, and where they end."""
    if p + 1 >= end or not (buffer[p] == 46 or (buffer[p] == 44 and 48 <= buffer[p + 1] <= 57)):
        return 0, p
    p += 1
    stop = min(end, p + _FRACTION_DIGITS_MAX)
    value = 0
    scale = 1
    while p < stop and 48 <= buffer[p] <= 57:
        if scale < NS_PER_S:
            value = value * 10 + int(buffer[p]) - 48
            scale *= 10
        p += 1
    return value * unit_ns // scale, p


@inline_kernel
def _take_zone(buffer: NDArray[np.uint8], p: int, end: int) -> tuple[int, int]:
    """Minutes ahead of UTC of `Z`, `+hh:mm`, `+hhmm` or nothing, and where it ends."""
    if p < end and buffer[p] in (90, 122):
        return 0, p + 1
    if p + 5 > end or buffer[p] not in (43, 45):
        return 0, p
    hours = _pair(buffer, p + 1, end)
    q = p + 4 if buffer[p + 3] == 58 else p + 3
    minutes = _pair(buffer, q, end)
    if not (0 <= hours <= 23 and 0 <= minutes <= 59):
        return 0, p
    ahead = hours * 60 + minutes
    return (-ahead if buffer[p] == 45 else ahead), q + 2


@inline_kernel
def _take_date_time(buffer: NDArray[np.uint8], p: int, end: int, year: int) -> tuple[int, int]:
    """Unix ns of what follows the year at `p`: `-MM-DDThh:mm:ss...`; `NO_TIME` where it does not."""
    if p + 15 > end or buffer[p + 3] != 45 or buffer[p + 6] not in (84, 116, 32):
        return NO_TIME, p
    month, day = _pair(buffer, p + 1, end), _pair(buffer, p + 4, end)
    hour, minute, second = _pair(buffer, p + 7, end), _pair(buffer, p + 10, end), _pair(buffer, p + 13, end)
    colons = buffer[p + 9] == 58 and buffer[p + 12] == 58
    in_range = 0 <= hour <= 23 and 0 <= minute <= 59 and 0 <= second <= 60
    if not (colons and in_range and _YEAR_MIN <= year <= _YEAR_MAX and is_valid_civil(year, month, day)):
        return NO_TIME, p
    fraction_ns, q = _take_fraction(buffer, p + 15, end, NS_PER_S)
    ahead, q = _take_zone(buffer, q, end)
    seconds = days_from_civil(year, month, day) * _S_PER_DAY + (hour * 60 + minute - ahead) * 60 + second
    return seconds * NS_PER_S + fraction_ns, q


@inline_kernel
def _take_time(buffer: NDArray[np.uint8], p: int, end: int) -> tuple[int, int]:
    """Unix ns of the time at `p` in any of its forms, and where it ends; `NO_TIME` where there is none."""
    value, q = take_digits(buffer, p, end)
    if q - p == 4 and q < end and buffer[q] == 45:
        return _take_date_time(buffer, q, end, value)
    unit_ns = _UNIT_NS[q - p]
    if unit_ns == 0 or value > _T_NS_MAX // unit_ns:
        return NO_TIME, p
    fraction_ns, q = _take_fraction(buffer, q, end, unit_ns)
    return value * unit_ns + fraction_ns, q


@inline_kernel
def _skip_separators(buffer: NDArray[np.uint8], p: int, end: int) -> int:
    stop = min(end, p + _SEPARATORS_MAX)
    while p < stop and SEPARATOR[buffer[p]]:
        p += 1
    return p


@inline_kernel
def _take_id(buffer: NDArray[np.uint8], p: int, end: int) -> int:
    """Where the id at `p` ends; `p` where there is none, or none that a sentence or frame follows."""
    if p >= end or not ID_FIRST[buffer[p]]:
        return p
    q = p + 1
    while q < end and q - p <= ID_BYTES_MAX and ID_NEXT[buffer[q]]:
        q += 1
    content = _skip_separators(buffer, q, end)
    named = q - p <= ID_BYTES_MAX and content > q and content < end and BEGINS[buffer[content]] != 0
    return q if named else p


@inline_kernel
def read_prefix(buffer: NDArray[np.uint8], p: int, end: int) -> Prefix:
    """The prefix of the line `buffer[p:end]`."""
    q = p + 1 if p < end and buffer[p] == 91 else p
    t_unix_ns, after = _take_time(buffer, q, end)
    if t_unix_ns == NO_TIME:
        return Prefix(NO_TIME, NO_ID, NO_ID, p)
    if after < end and buffer[after] == 93:
        after += 1
    content = _skip_separators(buffer, after, end)
    if content == after and not (after < end and BEGINS[buffer[after]] != 0):
        return Prefix(NO_TIME, NO_ID, NO_ID, p)
    stop = _take_id(buffer, content, end)
    if stop == content:
        return Prefix(t_unix_ns, NO_ID, NO_ID, content)
    return Prefix(t_unix_ns, content, stop, _skip_separators(buffer, stop, end))
