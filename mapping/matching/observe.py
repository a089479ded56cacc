"""Fixes as rows of the trellis: plane coordinates, covariance, course, speed, height, and how far roads are sought."""

from math import cos, isfinite, nan, sin, sqrt
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, leaf_kernel
from gnss.batches import NO_TIME
from gnss.columns import frozen_column
from gnss.status import Status
from mapping.datums.placed import Placed
from mapping.datums.plane import PlaneNumbers, plane_numbers, to_plane_point
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
    Longs,
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

_NO_POSITION, _NO_DATE, _OK = int(Status.NO_POSITION), int(Status.NO_DATE), int(Status.OK)
_NO_TIME: Final = int(NO_TIME)
_BY_QUALITY_M: Final = np.append(SIGMA_BY_QUALITY_M, np.full(256 - len(SIGMA_BY_QUALITY_M), nan))


class _Seen(NamedTuple):
    """The columns of fixes that matching looks at."""

    t_gpst_ns: Longs
    lat_rad: Floats
    lon_rad: Floats
    h_ell_m: Floats
    sigma_e_m: Floats
    sigma_n_m: Floats
    cov_ne_m2: Floats
    sigma_u_m: Floats
    speed_mps: Floats
    course_rad: Floats
    heading_rad: Floats
    hdop: Floats
    fix_quality: NDArray[np.uint8]


def observe(tables: MatchTables, placed: Placed) -> tuple[Floats, NDArray[np.uint8]]:
    """Rows of the trellis, and the status of each: rows without position or date are marked, not used.

    Shape: (n, ROW_WIDTH) and (n,). Unit: m, rad. Frame: `placed` must be in the network's, any other raises
    `FrameMixedError`.
    """
    plane = tables.network.plane
    fixes = placed.rows_in(plane.frame, "matching")
    seen = _Seen(*(frozen_column(getattr(fixes, name)) for name in _Seen._fields))
    rows, status = np.empty((len(fixes), ROW_WIDTH)), fixes.status.copy()
    _observe(seen, plane_numbers(plane), tables.rules, _BY_QUALITY_M, rows, status)
    return rows, status


@leaf_kernel
def _observe(
    seen: _Seen, plane: PlaneNumbers, rules: Rules, by_quality_m: Floats, rows: Floats, status: NDArray[np.uint8]
) -> None:
    for i in range(len(rows)):
        row, is_heading = rows[i], isfinite(seen.heading_rad[i])
        row[X], row[Y] = to_plane_point(seen.lat_rad[i], seen.lon_rad[i], plane)
        row[LAT], row[LON] = seen.lat_rad[i], seen.lon_rad[i]
        row[SXX], row[SYY], row[SXY] = seen.sigma_e_m[i], seen.sigma_n_m[i], seen.cov_ne_m2[i]
        row[HX] = seen.heading_rad[i] if is_heading else seen.course_rad[i]
        row[SPEED] = seen.speed_mps[i]
        row[SIGMA_U] = seen.sigma_u_m[i] if isfinite(seen.sigma_u_m[i]) else SIGMA_U_M
        row[H_MAP] = seen.h_ell_m[i] - rules.map_to_ellipsoid_m
        _set_covariance(row, by_quality_m[seen.fix_quality[i]], seen.hdop[i], rules)
        _set_course(row, is_heading, plane.lon0_rad, rules)
        reach = rules.reach_sigmas * sqrt(row[SIGMA] * row[SIGMA] + rules.sigma_map_m * rules.sigma_map_m)
        row[RADIUS] = min(max(reach, rules.radius_m_min), rules.radius_m_max)
        if status[i] == _OK and not isfinite(row[X]):
            status[i] = _NO_POSITION
        if status[i] == _OK and seen.t_gpst_ns[i] == _NO_TIME:
            status[i] = _NO_DATE


@inline_kernel
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


@inline_kernel
def _set_course(row: Floats, is_heading: bool, lon0_rad: float, rules: Rules) -> None:
    """The course as a vector of the plane, turned by the convergence of the meridians."""
    course, speed = row[HX], row[SPEED]
    sigma = rules.sigma_course_rad
    if not is_heading:
        sigma = sqrt(
            sigma * sigma + (rules.sigma_speed_mps / max(speed if isfinite(speed) else SPEED_UNKNOWN_MPS, 1e-3)) ** 2
        )
    row[SIGMA_H] = sigma
    row[HX] = row[HY] = nan
    if isfinite(course) and sigma <= COURSE_SIGMA_RAD_MAX:
        grid = course - (row[LON] - lon0_rad) * sin(row[LAT])
        row[HX], row[HY] = sin(grid), cos(grid)
