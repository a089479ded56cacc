"""Lengths on the ellipsoid: from latitudes and longitudes, or from plane and grid coordinates corrected by their scale.

Near by, Gauss's mid-latitude formula does it in a kernel; farther off, PROJ's geodesics do.
"""

from math import atan2, cos, nan, pi, sin, sqrt
from typing import Final, NamedTuple

import numpy as np
import pyproj
from numpy.typing import ArrayLike, NDArray

from gnss._jit import inline_kernel, kernel
from gnss.constants import NS_PER_S
from gnss.frames.ellipsoid import CGCS2000
from mapping.datums.plane import Plane

Floats = NDArray[np.float64]

NEAR_RAD: Final = 0.003
"""Differences of latitude and longitude (19 km) up to which the mid-latitude formula is used."""

LAT_NEAR_RAD: Final = 1.3
"""Nearer to a pole (15 degrees) the formula is worth less, and PROJ's is used."""

_A_M, _E2 = CGCS2000.a_m, CGCS2000.e2


class Line(NamedTuple):
    """Columns of length in m, and of the direction at the middle in rad from north, clockwise, 0 to 2 pi."""

    length_m: Floats
    azimuth_rad: Floats


@inline_kernel
def _turned(dlon_rad: float) -> float:
    """A difference of longitudes the short way round."""
    if dlon_rad > pi:
        return dlon_rad - 2.0 * pi
    return dlon_rad + 2.0 * pi if dlon_rad < -pi else dlon_rad


@kernel
def line_near(lat_a_rad: float, lon_a_rad: float, lat_b_rad: float, lon_b_rad: float) -> tuple[float, float]:
    """Length and mid azimuth of a short line, for use in kernels.

    Shape: scalars. Unit: rad to (m, rad). Frame: both in one frame; CGCS2000's ellipsoid. Error: as `line_between`
    within 0.003 rad, NaN beyond and for NaN. Source: Gauss's mid-latitude formula.
    """
    dlat, dlon = lat_b_rad - lat_a_rad, _turned(lon_b_rad - lon_a_rad)
    lat = 0.5 * (lat_a_rad + lat_b_rad)
    if not (abs(dlat) <= NEAR_RAD and abs(dlon) <= NEAR_RAD and abs(lat) <= LAT_NEAR_RAD):
        return nan, nan
    sin_lat, cos_lat = sin(lat), cos(lat)
    w2 = 1.0 - _E2 * sin_lat * sin_lat
    prime_m = _A_M / sqrt(w2)
    meridian_m = prime_m * (1.0 - _E2) / w2
    # terms of third order on the sphere; what the ellipsoid changes in them is below 1e-8 of the length
    east_m = prime_m * cos_lat * dlon * (1.0 + (dlat * dlat - (dlon * sin_lat) ** 2) / 24.0)
    north_m = meridian_m * dlat * (1.0 - (2.0 + sin_lat * sin_lat) * dlon * dlon / 24.0)
    azimuth = atan2(east_m, north_m)
    return sqrt(east_m * east_m + north_m * north_m), azimuth if azimuth >= 0.0 else azimuth + 2.0 * pi


@kernel
def _line_rows(lat_a: Floats, lon_a: Floats, lat_b: Floats, lon_b: Floats, out: Floats) -> None:
    for row in range(lat_a.size):
        out[0, row], out[1, row] = line_near(lat_a[row], lon_a[row], lat_b[row], lon_b[row])


def line_between(lat_a_rad: ArrayLike, lon_a_rad: ArrayLike, lat_b_rad: ArrayLike, lon_b_rad: ArrayLike) -> Line:
    """Length and direction of the shortest way over the ellipsoid from a to b.

    Shape: the broadcast shape, twice. Unit: rad to m, rad. Frame: a and b in one frame; CGCS2000's ellipsoid. Error:
    below 1e-6 m to 1 km and 1e-3 m to 10 km, to 60 degrees of latitude; NaN for NaN. Beyond 0.003 rad, and near the
    poles, PROJ's geodesics (15 nm). Source: Gauss's mid-latitude formula; Karney 2013 through PROJ.
    """
    columns = np.broadcast_arrays(*(np.asarray(v, np.float64) for v in (lat_a_rad, lon_a_rad, lat_b_rad, lon_b_rad)))
    rows = [np.ascontiguousarray(column).ravel() for column in columns]
    out = np.empty((2, rows[0].size))
    _line_rows(rows[0], rows[1], rows[2], rows[3], out)
    far = np.isnan(out[0]) & ~np.isnan(rows[0] + rows[1] + rows[2] + rows[3])
    if far.any():
        _fill_far([row[far] for row in rows], far, out)
    return Line(out[0].reshape(columns[0].shape), out[1].reshape(columns[0].shape))


def _fill_far(rows: list[Floats], far: NDArray[np.bool_], out: Floats) -> None:
    lat_a, lon_a, lat_b, lon_b = (np.degrees(row) for row in rows)
    geod = pyproj.Geod(a=_A_M, rf=CGCS2000.inv_f)
    azimuth_deg, _, length_m = geod.inv(lon_a, lat_a, lon_b, lat_b)
    lon_mid, lat_mid, _ = geod.fwd(lon_a, lat_a, azimuth_deg, length_m / 2)
    azimuth_mid_deg, _, _ = geod.inv(lon_mid, lat_mid, lon_b, lat_b)
    out[0, far], out[1, far] = length_m, np.radians(azimuth_mid_deg) % (2 * pi)


def plane_length(x_a_m: ArrayLike, y_a_m: ArrayLike, x_b_m: ArrayLike, y_b_m: ArrayLike, plane: Plane) -> Floats:
    """True length of straight lines of a plane (or of a Gauss-Krüger grid, x from its central meridian).

    Shape: the broadcast shape. Unit: m to m. Frame: the plane's. Error: 2e-8 of the length within 100 km of the
    meridian for lines to 20 km; without the correction 1.2e-4 there. NaN for NaN. Source: the scale of a transverse
    Mercator projection, 1 + x² / (2 R²) to second order, meaned over the line.
    """
    x_a, y_a, x_b, y_b = (np.asarray(v, np.float64) for v in (x_a_m, y_a_m, x_b_m, y_b_m))
    # Gaussian radius at the middle of the line; a km of northing changes it by 1e-6
    lat_rad = plane.lat0_rad + 0.5 * (y_a + y_b) / _A_M
    radius2_m2 = _A_M * _A_M * (1.0 - _E2) / (1.0 - _E2 * np.sin(lat_rad) ** 2) ** 2
    x2 = (x_a * x_a + x_a * x_b + x_b * x_b) / (3.0 * radius2_m2)
    length_m: Floats = np.hypot(x_b - x_a, y_b - y_a) / (1.0 + x2 / 2.0 + x2 * x2 / 24.0)
    return length_m


def speed_between(line: Line, t_a_ns: ArrayLike, t_b_ns: ArrayLike) -> Floats:
    """Mean speed along lines between two times.

    Shape: the broadcast shape. Unit: m, ns to m/s. Error: the two positions' over the time; NaN where b is not after a.
    Source: length over time.
    """
    taken_ns = np.asarray(np.asarray(t_b_ns, np.int64) - np.asarray(t_a_ns, np.int64))
    taken_s = np.where(taken_ns > 0, taken_ns / NS_PER_S, np.nan)
    speed_mps: Floats = line.length_m / taken_s
    return speed_mps
