"""The fleet's fixes into one frame: rows of many terminals, each in its own frame, in one call."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss.batches import NO_TIME, FixBatch
from gnss.constants import NS_PER_DAY
from gnss.status import Status
from mapping.datums._cross_kernel import Ways, cross_rows
from mapping.datums.frame import Frame
from mapping.datums.placed import Placed

Floats = NDArray[np.float64]

NO_WAY: Final = -1
"""Of a row whose frame has no way to the target."""

DAYS_PER_YEAR: Final = 365.25
GPST_AT_2000_NS: Final = 7_300 * NS_PER_DAY  # ns, from 1980-01-06 to 2000-01-01
UNIX_AT_2000_NS: Final = 10_957 * NS_PER_DAY  # ns, from 1970-01-01 to 2000-01-01


class Placing(NamedTuple):
    """Fixes in the target frame, and which rows of them were refused: those have no position any more."""

    placed: Placed
    is_refused: NDArray[np.bool_]


def epochs_of(fixes: FixBatch) -> Floats:
    """Epoch of each row: that of the fix, else that at which it was received, else NaN.

    Shape: (n,). Unit: decimal years. Error: 0.002 years (0.1 mm of motion), for leap years and leap seconds are left
    out. Source: docs/sources.md, mapping.
    """
    years = np.full(len(fixes), np.nan)
    for t_ns, start_ns in ((fixes.t_rx_ns, UNIX_AT_2000_NS), (fixes.t_gpst_ns, GPST_AT_2000_NS)):
        known = t_ns != NO_TIME
        years[known] = 2000.0 + (t_ns[known] - start_ns) / (NS_PER_DAY * DAYS_PER_YEAR)
    return years


def place(fixes: FixBatch, way_of_row: NDArray[np.int32], ways: Ways, target: Frame) -> Placing:
    """Fixes with their positions in `target`.

    Shape: a row a fix; `way_of_row` indexes the rows of `ways`, `NO_WAY` = none. Unit: as the batch. Frame: each way's
    source to `target`, which must be the target of all ways. Error: as `cross`; in the box of the fleet's place 0.1 mm
    more. Rows without way, or outside the velocity grid, or of unknown epoch in a frame that needs one, are refused:
    their position is NaN, and their status FRAME_MIXED unless it was bad before. Source: as `cross`.
    """
    if way_of_row.size and not -1 <= int(way_of_row.min()) <= int(way_of_row.max()) < ways.epoch.size:
        raise ValueError(f"there are {ways.epoch.size} ways, rows name {way_of_row.min()} to {way_of_row.max()}")
    used = np.unique(way_of_row)
    if used.size == 0 or (used[0] >= 0 and ways.is_identity[used].all()):
        return Placing(Placed(target, fixes), np.zeros(len(fixes), np.bool_))
    epoch = epochs_of(fixes) if ways.is_observed[used].any() else np.zeros(len(fixes))
    out = np.empty((3, len(fixes)))
    cross_rows(fixes.lat_rad, fixes.lon_rad, fixes.h_ell_m, epoch, way_of_row, ways, out)
    refused = np.isnan(out[0]) & ~np.isnan(fixes.lat_rad) & ~np.isnan(fixes.lon_rad)
    status = fixes.status
    if refused.any():
        status = np.where(refused & (status == Status.OK), np.uint8(Status.FRAME_MIXED), status)
    rows = fixes.replace(lat_rad=out[0], lon_rad=out[1], h_ell_m=out[2], status=status)
    return Placing(Placed(target, rows), refused)
