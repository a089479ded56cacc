"""Dates that receivers leave out or get wrong: the day of a bare time of day, and dates 1 024 weeks back.

Scalar kernels: `resolve_utc_day(ns_of_day, t_reference_gpst_ns) -> day`, `unroll_date(day, day_reference,
tolerance_days) -> day`. Vectorised: `resolve_day`.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gnss._jit import kernel
from gnss.batches import NO_TIME
from gnss.time.columns import int64_columns
from gnss.time.leap import gpst_to_utc, utc_to_gpst
from gnss.time.week import GPS_WEEK_MODULUS

ROLLOVER_DAYS: Final = 7 * GPS_WEEK_MODULUS  # days, the period of a 10-bit GPS week


@kernel
def resolve_utc_day(ns_of_day: int, t_reference_gpst_ns: int) -> int:
    """UTC day that puts a time of day nearest to a reference time.

    Shape: scalars. Unit: ns of UTC day, ns since 1980-01-06 GPST; result days since 1970-01-01. Error: exact
    while the truth is within 12 h of the reference; at exactly 12 h the day of the reference is kept.
    Source: the rule for NMEA 0183 sentences without a date (GGA, GLL, GST, GNS).
    """
    day, reference_ns_of_day = gpst_to_utc(t_reference_gpst_ns)
    neighbour = day - 1 if ns_of_day > reference_ns_of_day else day + 1
    gap_ns = abs(utc_to_gpst(day, ns_of_day) - t_reference_gpst_ns)
    neighbour_gap_ns = abs(utc_to_gpst(neighbour, ns_of_day) - t_reference_gpst_ns)
    return neighbour if neighbour_gap_ns < gap_ns else day


@kernel
def unroll_date(day: int, day_reference: int, tolerance_days: int) -> int:
    """A date moved by whole 1 024-week periods, if that and only that brings it to the reference.

    A receiver whose firmware has outlived a GPS week roll-over reports dates 1 024 weeks back. The date is
    moved only where the result is plausible; any other date is returned as it came.

    Shape: scalars. Unit: days since 1970-01-01, days. Error: exact while the truth is within `tolerance_days`
    of the reference. Source: IS-GPS-200 (10-bit week).
    """
    periods = (day_reference - day + ROLLOVER_DAYS // 2) // ROLLOVER_DAYS
    moved = day + periods * ROLLOVER_DAYS
    return moved if abs(moved - day_reference) <= tolerance_days else day


@kernel
def _resolve_rows(ns_of_day: NDArray[np.int64], t_ref: NDArray[np.int64], day: NDArray[np.int64]) -> None:
    for row in range(ns_of_day.size):
        missing = ns_of_day[row] == NO_TIME or t_ref[row] == NO_TIME
        day[row] = NO_TIME if missing else resolve_utc_day(ns_of_day[row], t_ref[row])


def resolve_day(ns_of_day: ArrayLike, t_reference_gpst_ns: ArrayLike) -> NDArray[np.int64]:
    """UTC days that put times of day nearest to reference times: `resolve_utc_day` over arrays.

    Shape: the broadcast shape of the arguments. Unit: ns of UTC day, ns since 1980-01-06 GPST; result days
    since 1970-01-01. Error: as `resolve_utc_day`; `NO_TIME` in either argument gives `NO_TIME`.
    Source: the rule for NMEA 0183 sentences without a date.
    """
    of_day, reference = int64_columns(ns_of_day, t_reference_gpst_ns)
    day = np.empty(of_day.shape, dtype=np.int64)
    _resolve_rows(of_day.ravel(), reference.ravel(), day.ravel())
    return day
