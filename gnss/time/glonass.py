"""GLONASS time: Moscow days (UTC + 3 h) counted in elapsed time, as RTCM sends them.

Scalar kernels: `glonasst_to_gpst(day, ns_of_day)`, `gpst_to_glonasst(t_gpst_ns) -> (day, ns_of_day)`,
`resolve_glonasst(weekday, ns_of_day, t_reference_gpst_ns) -> t_gpst_ns`.

`ns_of_day` is the time elapsed since Moscow midnight. A leap second falls at 3 h into a Moscow day, and that
day then counts to 86 400.999 s (the legal end of DF034). Elapsed time has no gap and no double second; a
receiver that labels the leap second 02:59:60 instead is 1 s behind this count from 03:00 to midnight of that
one day.
"""

from typing import Final

from gnss._jit import kernel
from gnss.constants import NS_PER_DAY, NS_PER_HOUR
from gnss.time.civil import weekday_from_days
from gnss.time.leap import gpst_to_utc, utc_to_gpst
from gnss.time.week import nearest_congruent

MOSCOW_MIDNIGHT_UTC_NS: Final = 21 * NS_PER_HOUR  # ns of UTC day: GLONASST = UTC(SU) + 3 h (GLONASS ICD)
WEEKDAY_UNKNOWN: Final = 7  # RTCM DF416: day of week not known, 0 = Sunday


@kernel
def glonasst_to_gpst(day: int, ns_of_day: int) -> int:
    """GPST of a Moscow day and the time elapsed in it.

    Shape: scalars. Unit: days since 1970-01-01 and ns (to 86 401e9 - 1) to ns since 1980-01-06 GPST.
    Error: exact within the leap-second table. Source: GLONASS ICD, RTCM DF034.
    """
    return utc_to_gpst(day - 1, MOSCOW_MIDNIGHT_UTC_NS) + ns_of_day


@kernel
def gpst_to_glonasst(t_gpst_ns: int) -> tuple[int, int]:
    """Moscow day and time elapsed in it: the inverse of `glonasst_to_gpst`.

    Shape: scalar. Unit: ns since 1980-01-06 GPST to (days since 1970-01-01, ns to 86 401e9 - 1).
    Error: exact within the leap-second table. Source: GLONASS ICD, RTCM DF034.
    """
    utc_day, utc_ns_of_day = gpst_to_utc(t_gpst_ns)
    day = utc_day + 1 if utc_ns_of_day >= MOSCOW_MIDNIGHT_UTC_NS else utc_day
    return day, t_gpst_ns - glonasst_to_gpst(day, 0)


@kernel
def resolve_glonasst(weekday: int, ns_of_day: int, t_reference_gpst_ns: int) -> int:
    """GPST of a Moscow time of day and day of week, nearest to a reference time.

    Shape: scalars. Unit: 0 Sunday..6, 7 unknown; ns; ns since 1980-01-06 GPST. Error: exact while the truth
    is within 3 days of the reference (12 h where the weekday is unknown). Source: RTCM DF416, DF034.
    """
    day, reference_ns_of_day = gpst_to_glonasst(t_reference_gpst_ns)
    if weekday != WEEKDAY_UNKNOWN:
        day = nearest_congruent(weekday, 7, weekday_from_days(day)) + day - weekday_from_days(day)
    elif ns_of_day - reference_ns_of_day > NS_PER_DAY // 2:
        day -= 1
    elif reference_ns_of_day - ns_of_day > NS_PER_DAY // 2:
        day += 1
    return glonasst_to_gpst(day, ns_of_day)
