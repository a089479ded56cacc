"""Leap seconds: UTC <-> GPST as scalar kernels over one table that knows when it expires.

`utc_to_gpst(day, ns_of_day) -> t_gpst_ns`, `gpst_to_utc(t_gpst_ns) -> (day, ns_of_day)`, `gpst_minus_utc_s(day) ->
int64`, `utc_day_length_ns(day) -> int64`, `leap_table_expired(t_gpst_ns) -> bool`, `receive_time_to_gpst(t_rx_ns) ->
t_gpst_ns`. `day` counts from 1970-01-01; `ns_of_day` reaches 86 401e9 - 1 on a day that ends with 23:59:60. Vectorised
forms are in `gnss.time.scales`.
"""

import numpy as np

from gnss._jit import inline_kernel, kernel
from gnss.batches import NO_TIME
from gnss.constants import NS_PER_DAY, NS_PER_S

_NO_TIME = int(NO_TIME)

GPS_EPOCH_DAY = 3_657
"""1980-01-06, the epoch of GPST, in days since 1970-01-01 (IS-GPS-200)."""

# First UTC day of each value of GPST - UTC, in s. Source: IERS Bulletin C, through number 72 of July 2026
# (TAI - UTC minus the 19 s between TAI and GPST).
LEAP_SECONDS: tuple[tuple[str, int], ...] = (
    ("1980-01-06", 0),
    ("1981-07-01", 1),
    ("1982-07-01", 2),
    ("1983-07-01", 3),
    ("1985-07-01", 4),
    ("1988-01-01", 5),
    ("1990-01-01", 6),
    ("1991-01-01", 7),
    ("1992-07-01", 8),
    ("1993-07-01", 9),
    ("1994-07-01", 10),
    ("1996-01-01", 11),
    ("1997-07-01", 12),
    ("1999-01-01", 13),
    ("2006-01-01", 14),
    ("2009-01-01", 15),
    ("2012-07-01", 16),
    ("2015-07-01", 17),
    ("2017-01-01", 18),
)

LEAP_TABLE_EXPIRES = "2027-06-28"
"""First UTC day on which the table may be wrong (stated with IERS Bulletin C 72). The last value is carried
on."""


def _day_number(date: str) -> int:
    return int(np.datetime64(date, "D").astype(np.int64))


_FIRST_DAYS = np.array([_day_number(date) for date, _ in LEAP_SECONDS], dtype=np.int64)
_OFFSETS_S = np.array([offset for _, offset in LEAP_SECONDS], dtype=np.int64)
_FIRST_GPST_NS = (_FIRST_DAYS - GPS_EPOCH_DAY) * NS_PER_DAY + _OFFSETS_S * NS_PER_S
_LAST = len(LEAP_SECONDS) - 1

_EXPIRY_DAY = _day_number(LEAP_TABLE_EXPIRES) - GPS_EPOCH_DAY
LEAP_TABLE_EXPIRES_GPST_NS = _EXPIRY_DAY * NS_PER_DAY + LEAP_SECONDS[-1][1] * NS_PER_S
"""`LEAP_TABLE_EXPIRES` as `t_gpst_ns`."""


@kernel
def gpst_minus_utc_s(day: int) -> int:
    """GPST - UTC during a UTC day (and during the leap second at its end).

    Shape: scalar. Unit: days since 1970-01-01 to s. Error: exact up to `LEAP_TABLE_EXPIRES`, afterwards the
    last value; before 1980-01-06, where GPST does not exist, 0. Source: IERS Bulletin C.
    """
    # newest first: live data needs one comparison
    for row in range(_LAST, 0, -1):
        if day >= _FIRST_DAYS[row]:
            return int(_OFFSETS_S[row])
    return 0


@kernel
def utc_day_length_ns(day: int) -> int:
    """Length of a UTC day: 86 400 s, or 86 401 s where it ends with a leap second.

    Shape: scalar. Unit: days since 1970-01-01 to ns. Error: as `gpst_minus_utc_s`. Source: IERS Bulletin C.
    """
    return NS_PER_DAY + (gpst_minus_utc_s(day + 1) - gpst_minus_utc_s(day)) * NS_PER_S


@kernel
def utc_to_gpst(day: int, ns_of_day: int) -> int:
    """GPST of a UTC day and time of day; 23:59:60.x is `ns_of_day` >= 86 400e9.

    Shape: scalars. Unit: days since 1970-01-01 and ns to ns since 1980-01-06 GPST. Frame: UTC to GPST. Error:
    exact (as `gpst_minus_utc_s`). On a day without leap second 23:59:60 is the same instant as 00:00:00 of
    the next. Source: IS-GPS-200, IERS Bulletin C.
    """
    return (day - GPS_EPOCH_DAY) * NS_PER_DAY + ns_of_day + gpst_minus_utc_s(day) * NS_PER_S


@kernel
def gpst_to_utc(t_gpst_ns: int) -> tuple[int, int]:
    """UTC day and time of day of a GPST instant: the inverse of `utc_to_gpst`.

    Shape: scalars. Unit: ns since 1980-01-06 GPST to (days since 1970-01-01, ns of day 0..86 401e9 - 1).
    Frame: GPST to UTC. Error: exact (as `gpst_minus_utc_s`). Source: IS-GPS-200, IERS Bulletin C.
    """
    row = _LAST
    while row > 0 and t_gpst_ns < _FIRST_GPST_NS[row]:
        row -= 1
    utc_ns = t_gpst_ns - _OFFSETS_S[row] * NS_PER_S
    day = utc_ns // NS_PER_DAY
    ns_of_day = utc_ns - day * NS_PER_DAY
    if row < _LAST and t_gpst_ns >= _FIRST_GPST_NS[row + 1] - NS_PER_S:
        # inside the leap second itself, which belongs to the day that it ends
        day -= 1
        ns_of_day += NS_PER_DAY
    return day + GPS_EPOCH_DAY, ns_of_day


@kernel
def leap_table_expired(t_gpst_ns: int) -> bool:
    """Whether an instant lies where the table no longer promises to be right.

    Shape: scalar. Unit: ns since 1980-01-06 GPST. Error: exact. Source: the expiry stated with IERS Bulletin
    C.
    """
    return t_gpst_ns >= LEAP_TABLE_EXPIRES_GPST_NS


@inline_kernel
def receive_time_to_gpst(t_rx_ns: int) -> int:
    """GPST of a receive time, which counts as POSIX does; `NO_TIME` of `NO_TIME`.

    Shape: scalar. Unit: ns. Error: none. Source: docs/sources.md, gnss_facts §3.
    """
    if t_rx_ns == _NO_TIME:
        return _NO_TIME
    day = t_rx_ns // NS_PER_DAY
    return utc_to_gpst(day, t_rx_ns - day * NS_PER_DAY)
