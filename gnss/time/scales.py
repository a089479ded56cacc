"""Time scales over arrays: GPST in the middle, UTC, Unix time, BDT, GST and GLONASST around it.

`NO_TIME` in gives `NO_TIME` out, in every column. Floats are refused: seconds as float64 lose nanoseconds.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gnss._jit import kernel
from gnss.batches import NO_TIME
from gnss.constants import NS_PER_DAY, NS_PER_WEEK
from gnss.time.columns import int64_columns
from gnss.time.glonass import glonasst_to_gpst, gpst_to_glonasst
from gnss.time.leap import LEAP_TABLE_EXPIRES_GPST_NS, gpst_to_utc, utc_to_gpst
from gnss.time.week import BDT_EPOCH_GPST_NS, GST_EPOCH_GPST_NS

Int64s = NDArray[np.int64]


@kernel
def _utc_rows(day: Int64s, ns_of_day: Int64s, t_gpst_ns: Int64s) -> None:
    for row in range(day.size):
        missing = day[row] == NO_TIME or ns_of_day[row] == NO_TIME
        t_gpst_ns[row] = NO_TIME if missing else utc_to_gpst(day[row], ns_of_day[row])


@kernel
def _gpst_rows(t_gpst_ns: Int64s, day: Int64s, ns_of_day: Int64s) -> None:
    for row in range(t_gpst_ns.size):
        if t_gpst_ns[row] == NO_TIME:
            day[row] = ns_of_day[row] = NO_TIME
        else:
            day[row], ns_of_day[row] = gpst_to_utc(t_gpst_ns[row])


@kernel
def _glonasst_rows(day: Int64s, ns_of_day: Int64s, t_gpst_ns: Int64s) -> None:
    for row in range(day.size):
        missing = day[row] == NO_TIME or ns_of_day[row] == NO_TIME
        t_gpst_ns[row] = NO_TIME if missing else glonasst_to_gpst(day[row], ns_of_day[row])


@kernel
def _gpst_to_glonasst_rows(t_gpst_ns: Int64s, day: Int64s, ns_of_day: Int64s) -> None:
    for row in range(t_gpst_ns.size):
        if t_gpst_ns[row] == NO_TIME:
            day[row] = ns_of_day[row] = NO_TIME
        else:
            day[row], ns_of_day[row] = gpst_to_glonasst(t_gpst_ns[row])


def utc_to_gpst_ns(day: ArrayLike, ns_of_day: ArrayLike) -> Int64s:
    """GPST of UTC days and times of day; 23:59:60.x is `ns_of_day` >= 86 400e9.

    Shape: the broadcast shape. Unit: days since 1970-01-01, ns; result ns since 1980-01-06 GPST. Frame: UTC
    to GPST. Error: exact within the leap-second table. Source: IS-GPS-200, IERS Bulletin C.
    """
    days, of_day = int64_columns(day, ns_of_day)
    t_gpst_ns = np.empty(days.shape, dtype=np.int64)
    _utc_rows(days.ravel(), of_day.ravel(), t_gpst_ns.ravel())
    return t_gpst_ns


def gpst_ns_to_utc(t_gpst_ns: ArrayLike) -> tuple[Int64s, Int64s]:
    """UTC days and times of day of GPST instants; a leap second is `ns_of_day` >= 86 400e9 of the day it
    ends.

    Shape: that of the argument, twice. Unit: ns since 1980-01-06 GPST; result days since 1970-01-01, ns of
    day. Frame: GPST to UTC. Error: exact within the leap-second table. Source: IS-GPS-200, IERS Bulletin C.
    """
    (times,) = int64_columns(t_gpst_ns)
    day, ns_of_day = np.empty_like(times), np.empty_like(times)
    _gpst_rows(times.ravel(), day.ravel(), ns_of_day.ravel())
    return day, ns_of_day


def unix_ns_to_gpst_ns(t_unix_ns: ArrayLike) -> Int64s:
    """GPST of POSIX times.

    Shape: that of the argument. Unit: ns since 1970-01-01 (POSIX) to ns since 1980-01-06 GPST. Error: POSIX
    time counts a leap second and the second after it with the same numbers; here they mean the second after
    it. Source: POSIX.1 (seconds since the epoch), IERS Bulletin C.
    """
    (times,) = int64_columns(t_unix_ns)
    day, ns_of_day = np.divmod(times, NS_PER_DAY)
    return utc_to_gpst_ns(np.where(times == NO_TIME, NO_TIME, day), ns_of_day)


def gpst_ns_to_unix_ns(t_gpst_ns: ArrayLike) -> Int64s:
    """POSIX times of GPST instants.

    Shape: that of the argument. Unit: ns since 1980-01-06 GPST to ns since 1970-01-01 (POSIX). Error: a leap
    second is folded onto the second that follows it, so two instants 1 s apart get the same number.
    Source: POSIX.1 (seconds since the epoch), IERS Bulletin C.
    """
    day, ns_of_day = gpst_ns_to_utc(t_gpst_ns)
    missing = day == NO_TIME
    return np.where(missing, NO_TIME, np.where(missing, 0, day) * NS_PER_DAY + ns_of_day)


def leap_table_expired_at(t_gpst_ns: ArrayLike) -> NDArray[np.bool_]:
    """Which instants lie beyond the expiry of the leap-second table (their UTC carries on with the last
    value).

    Shape: that of the argument. Unit: ns since 1980-01-06 GPST. Error: exact. Source: IERS Bulletin C.
    """
    (times,) = int64_columns(t_gpst_ns)
    return times >= LEAP_TABLE_EXPIRES_GPST_NS


def _shift(t_ns: ArrayLike, by_ns: int) -> Int64s:
    (times,) = int64_columns(t_ns)
    missing = times == NO_TIME
    return np.where(missing, NO_TIME, np.where(missing, 0, times) + by_ns)


def _split(t_ns: ArrayLike, epoch_gpst_ns: int) -> tuple[Int64s, Int64s]:
    times = _shift(t_ns, -epoch_gpst_ns)
    missing = times == NO_TIME
    week, of_week_ns = np.divmod(times, NS_PER_WEEK)
    return np.where(missing, NO_TIME, week), np.where(missing, NO_TIME, of_week_ns)


def _join(week: ArrayLike, of_week_ns: ArrayLike, epoch_gpst_ns: int) -> Int64s:
    weeks, of_week = int64_columns(week, of_week_ns)
    missing = (weeks == NO_TIME) | (of_week == NO_TIME)
    start_ns = np.where(missing, 0, weeks) * NS_PER_WEEK + epoch_gpst_ns
    return np.where(missing, NO_TIME, start_ns + np.where(missing, 0, of_week))


def gpst_ns_to_bdt_ns(t_gpst_ns: ArrayLike) -> Int64s:
    """BDT of GPST instants.

    Shape: that of the argument. Unit: ns since 1980-01-06 GPST to ns since 2006-01-01 BDT. Error: exact.
    Source: BDS-SIS-ICD (BDT = GPST - 14 s, week + 1356).
    """
    return _shift(t_gpst_ns, -BDT_EPOCH_GPST_NS)


def bdt_ns_to_gpst_ns(t_bdt_ns: ArrayLike) -> Int64s:
    """GPST of BDT instants.

    Shape: that of the argument. Unit: ns since 2006-01-01 BDT to ns since 1980-01-06 GPST. Error: exact.
    Source: BDS-SIS-ICD (BDT = GPST - 14 s, week + 1356).
    """
    return _shift(t_bdt_ns, BDT_EPOCH_GPST_NS)


def gpst_ns_to_gps_week(t_gpst_ns: ArrayLike) -> tuple[Int64s, Int64s]:
    """GPS weeks (not rolled over) and times of week.

    Shape: that of the argument, twice. Unit: ns since 1980-01-06 GPST to weeks, ns. Error: exact. Source:
    IS-GPS-200.
    """
    return _split(t_gpst_ns, 0)


def gps_week_to_gpst_ns(gps_week: ArrayLike, tow_ns: ArrayLike) -> Int64s:
    """GPST of full GPS weeks and times of week.

    Shape: the broadcast shape. Unit: weeks, ns to ns since 1980-01-06 GPST. Error: exact. Source: IS-GPS-200.
    """
    return _join(gps_week, tow_ns, 0)


def gpst_ns_to_bdt_week(t_gpst_ns: ArrayLike) -> tuple[Int64s, Int64s]:
    """BDT weeks (not rolled over) and seconds of week in ns.

    Shape: that of the argument, twice. Unit: ns since 1980-01-06 GPST to weeks, ns. Error: exact. Source:
    BDS-SIS-ICD.
    """
    return _split(t_gpst_ns, BDT_EPOCH_GPST_NS)


def bdt_week_to_gpst_ns(bdt_week: ArrayLike, bdt_sow_ns: ArrayLike) -> Int64s:
    """GPST of full BDT weeks and seconds of week.

    Shape: the broadcast shape. Unit: weeks, ns to ns since 1980-01-06 GPST. Error: exact. Source:
    BDS-SIS-ICD.
    """
    return _join(bdt_week, bdt_sow_ns, BDT_EPOCH_GPST_NS)


def gpst_ns_to_gst_week(t_gpst_ns: ArrayLike) -> tuple[Int64s, Int64s]:
    """GST weeks (not rolled over) and times of week; GST is taken as aligned to GPST.

    Shape: that of the argument, twice. Unit: ns since 1980-01-06 GPST to weeks, ns. Error: the offset GGTO
    (tens of ns) is not applied. Source: Galileo OS SIS ICD.
    """
    return _split(t_gpst_ns, GST_EPOCH_GPST_NS)


def gst_week_to_gpst_ns(gst_week: ArrayLike, tow_ns: ArrayLike) -> Int64s:
    """GPST of full GST weeks and times of week.

    Shape: the broadcast shape. Unit: weeks, ns to ns since 1980-01-06 GPST. Error: as `gpst_ns_to_gst_week`.
    Source: Galileo OS SIS ICD.
    """
    return _join(gst_week, tow_ns, GST_EPOCH_GPST_NS)


def glonasst_to_gpst_ns(day: ArrayLike, ns_of_day: ArrayLike) -> Int64s:
    """GPST of Moscow days and the time elapsed in them (`gnss.time.glonass` says how leap seconds count).

    Shape: the broadcast shape. Unit: days since 1970-01-01, ns to ns since 1980-01-06 GPST. Error: exact
    within the leap-second table. Source: GLONASS ICD, RTCM DF034.
    """
    days, of_day = int64_columns(day, ns_of_day)
    t_gpst_ns = np.empty(days.shape, dtype=np.int64)
    _glonasst_rows(days.ravel(), of_day.ravel(), t_gpst_ns.ravel())
    return t_gpst_ns


def gpst_ns_to_glonasst(t_gpst_ns: ArrayLike) -> tuple[Int64s, Int64s]:
    """Moscow days and times elapsed in them.

    Shape: that of the argument, twice. Unit: ns since 1980-01-06 GPST to days since 1970-01-01, ns. Error:
    exact within the leap-second table. Source: GLONASS ICD, RTCM DF034.
    """
    (times,) = int64_columns(t_gpst_ns)
    day, ns_of_day = np.empty_like(times), np.empty_like(times)
    _gpst_to_glonasst_rows(times.ravel(), day.ravel(), ns_of_day.ravel())
    return day, ns_of_day
