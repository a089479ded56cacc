"""Fixes as rows of a ring: into the plane, with a covariance and a rank among rows of the same time."""

from math import isnan
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss._jit import leaf_kernel
from gnss.batches import NO_TIME
from mapping.datums.plane import PlaneNumbers, to_plane_point
from mapping.fences._desk import Its, Rows
from mapping.fences._memory import (
    COV_NE,
    RANK,
    ROW_COURSE,
    ROW_EDGE,
    ROW_OFFSET,
    ROW_SPEED,
    ROW_T,
    ROW_X,
    ROW_Y,
    VAR_E,
    VAR_N,
)

Floats = NDArray[np.float64]

RANK_OF_QUALITY = np.array([0, 2, 3, 3, 5, 4, 1, 1, 1], np.int64)
"""Of two rows of one time, the one of the better fix: integers before floats before corrected before single."""

QUALITY_SHIFT = 36
VERSION_SHIFT = 40


class Fixes(NamedTuple):
    """The columns of fixes that fences need."""

    slot: NDArray[np.int32]
    t_gpst_ns: NDArray[np.int64]
    lat_rad: Floats
    lon_rad: Floats
    sigma_n_m: Floats
    sigma_e_m: Floats
    cov_ne_m2: Floats
    speed_mps: Floats
    course_rad: Floats
    fix_quality: NDArray[np.uint8]
    status: NDArray[np.uint8]
    sentences: NDArray[np.uint32]
    version: NDArray[np.int64]
    edge: NDArray[np.int32]
    offset_m: Floats


@leaf_kernel
def _put_covariance(fixes: Fixes, row: int, its: Its, f: Floats) -> None:
    """The covariance that is stated, else that of the quality; never less than what maps and antennas are good for."""
    north_m, east_m, cov_m2 = fixes.sigma_n_m[row], fixes.sigma_e_m[row], fixes.cov_ne_m2[row]
    if not (north_m > 0.0 and east_m > 0.0 and north_m < np.inf and east_m < np.inf):
        north_m = east_m = its.sigma_m[fixes.fix_quality[row]]
        cov_m2 = 0.0
    least_m2 = its.sigma_m_min * its.sigma_m_min
    f[row, VAR_N], f[row, VAR_E] = max(north_m * north_m, least_m2), max(east_m * east_m, least_m2)
    f[row, COV_NE] = 0.0 if isnan(cov_m2) else cov_m2


@leaf_kernel
def place_rows(fixes: Fixes, plane: PlaneNumbers, its: Its, rows: Rows) -> None:
    """Fill the rows; those that cannot be used get no time."""
    i, f = rows.i, rows.f
    for row in range(fixes.slot.size):
        quality, t = fixes.fix_quality[row], fixes.t_gpst_ns[row]
        x, y = to_plane_point(fixes.lat_rad[row], fixes.lon_rad[row], plane)
        usable = quality != 0 and fixes.status[row] == 0 and not (isnan(x) or isnan(y))
        rows.slot[row], i[row, ROW_T], f[row, ROW_X], f[row, ROW_Y] = (
            fixes.slot[row],
            t if usable and t > 0 else NO_TIME,
            x,
            y,
        )
        rank = RANK_OF_QUALITY[quality] if quality < RANK_OF_QUALITY.size else 0
        i[row, RANK] = (fixes.version[row] << VERSION_SHIFT) + (rank << QUALITY_SHIFT) + fixes.sentences[row]
        i[row, ROW_EDGE] = fixes.edge[row]
        _put_covariance(fixes, row, its, f)
        f[row, ROW_SPEED], f[row, ROW_COURSE] = fixes.speed_mps[row], fixes.course_rad[row]
        f[row, ROW_OFFSET] = fixes.offset_m[row]
