"""Fixes as rows of the trellis: plane coordinates, covariance, course, speed, height, and how far roads are sought."""

from math import cos, hypot, isfinite, nan, sin, sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gnss._jit import leaf_kernel
from gnss.batches import NO_TIME, FixBatch
from gnss.status import Status
from mapping.datums.placed import Placed
from mapping.datums.plane import geodetic_to_plane
from mapping.matching._layout import (
    H_MAP,
    HX,
    HY,
    LAT,
    LON,
    RADIUS,
    ROW_WIDTH,
    SIGMA,
    SIGMA_H,
    SIGMA_U,
    SPEED,
    SXX,
    SXY,
    SYY,
    Floats,
    X,
    Y,
)
from mapping.matching.model import Rules
from mapping.matching.tables import MatchTables

SIGMA_BY_QUALITY_M: Final = (nan, 4.0, 1.5, 1.5, 0.05, 0.5, nan, nan, nan)
"""Horizontal sigma by fix quality (GGA field 6) where a row states none; NaN = the model's default."""

DOP_MAX: Final = 10.0
COURSE_SIGMA_RAD_MAX: Final = 1.2
"""A course that is known no better says nothing."""
SPEED_UNKNOWN_MPS: Final = 3.0
"""What a course without a speed is taken to be driven at."""
SIGMA_U_M: Final = 10.0
"""Of a height that states none."""

_NO_POSITION, _NO_DATE = int(Status.NO_POSITION), int(Status.NO_DATE)


def observe(tables: MatchTables, placed: Placed) -> tuple[Floats, NDArray[np.uint8]]:
    """Rows of the trellis, and the status of each: rows without position or date are marked, not used.

    Shape: (n, ROW_WIDTH) and (n,). Unit: m, rad. Frame: `placed` must be in the network's, any other raises
    `FrameMixedError`.
    """
    plane = tables.network.plane
    fixes = placed.rows_in(plane.frame, "matching")
    rows = np.empty((len(fixes), ROW_WIDTH))
    rows[:, X], rows[:, Y] = geodetic_to_plane(fixes.lat_rad, fixes.lon_rad, plane, frame=placed.frame)
    rows[:, LAT], rows[:, LON] = fixes.lat_rad, fixes.lon_rad
    rows[:, SXX], rows[:, SYY], rows[:, SXY] = fixes.sigma_e_m, fixes.sigma_n_m, fixes.cov_ne_m2
    rows[:, HX] = np.where(np.isfinite(fixes.heading_rad), fixes.heading_rad, fixes.course_rad)
    rows[:, SPEED], rows[:, SIGMA_U] = fixes.speed_mps, fixes.sigma_u_m
    rows[:, H_MAP] = fixes.h_ell_m - tables.model.map_to_ellipsoid_m
    has_heading = np.isfinite(fixes.heading_rad)
    by_quality = np.append(SIGMA_BY_QUALITY_M, np.full(256 - len(SIGMA_BY_QUALITY_M), nan))
    _finish(rows, by_quality[fixes.fix_quality], fixes.hdop, has_heading, plane.lon0_rad, tables.model.rules())
    return rows, _statuses(fixes, rows)


def _statuses(fixes: FixBatch, rows: Floats) -> NDArray[np.uint8]:
    status = fixes.status.copy()
    status[(status == 0) & ~np.isfinite(rows[:, X])] = _NO_POSITION
    status[(status == 0) & (fixes.t_gpst_ns == NO_TIME)] = _NO_DATE
    return status


@leaf_kernel
def _finish(
    rows: Floats, quality_m: Floats, hdop: Floats, has_heading: NDArray[np.bool_], lon0_rad: float, rules: Rules
) -> None:
    for i in range(len(rows)):
        row = rows[i]
        _set_covariance(row, quality_m[i], hdop[i], rules)
        _set_course(row, has_heading[i], lon0_rad, rules)
        if not isfinite(row[SIGMA_U]):
            row[SIGMA_U] = SIGMA_U_M
        reach = rules.reach_sigmas * hypot(row[SIGMA], rules.sigma_map_m)
        row[RADIUS] = min(max(reach, rules.radius_m_min), rules.radius_m_max)


@leaf_kernel
def _set_covariance(row: Floats, quality_m: float, hdop: float, rules: Rules) -> None:
    """From sigma east and north and their covariance, or from the fix quality, or the default."""
    east, north, cov = row[SXX], row[SYY], row[SXY]
    if not (isfinite(east) and isfinite(north)):
        east = quality_m if isfinite(quality_m) else rules.sigma_default_m
        east *= min(max(hdop, 1.0), DOP_MAX) if isfinite(hdop) else 1.0
        north, cov = east, 0.0
    if not cov * cov < (east * north) ** 2:
        cov = 0.0
    row[SXX], row[SYY], row[SXY] = east * east, north * north, cov
    half, mean = 0.5 * (row[SXX] - row[SYY]), 0.5 * (row[SXX] + row[SYY])
    row[SIGMA] = sqrt(mean + sqrt(half * half + cov * cov))


@leaf_kernel
def _set_course(row: Floats, is_heading: bool, lon0_rad: float, rules: Rules) -> None:
    """The course as a vector of the plane, turned by the convergence of the meridians."""
    course, speed = row[HX], row[SPEED]
    sigma = rules.sigma_course_rad
    if not is_heading:
        sigma = hypot(sigma, rules.sigma_speed_mps / max(speed if isfinite(speed) else SPEED_UNKNOWN_MPS, 1e-3))
    row[SIGMA_H] = sigma
    row[HX] = row[HY] = nan
    if isfinite(course) and sigma <= COURSE_SIGMA_RAD_MAX:
        grid = course - (row[LON] - lon0_rad) * sin(row[LAT])
        row[HX], row[HY] = sin(grid), cos(grid)
