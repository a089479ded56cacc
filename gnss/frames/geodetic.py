"""Geodetic coordinates <-> ECEF on any ellipsoid, exact at the poles and at satellite height.

Scalar kernels: `geodetic_to_ecef_point(lat_rad, lon_rad, h_ell_m, a_m, e2) -> (x, y, z)`,
`ecef_to_geodetic_point(x_m, y_m, z_m, a_m, e2) -> (lat_rad, lon_rad, h_ell_m)`, `curvature_radii(lat_rad, a_m, e2) ->
(meridian_m, prime_vertical_m)`. Vectorised: `geodetic_to_ecef`, `ecef_to_geodetic`.
"""

from math import atan2, cos, hypot, nan, sin, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gnss._jit import inline_kernel, kernel
from gnss.frames.ellipsoid import WGS84, Ellipsoid

Floats = NDArray[np.float64]

ITERATIONS_MAX = 8
"""Bowring steps; three end it from 10 km below to 100 km above the ellipsoid."""

CONVERGED = 4e-16
"""Change of (sin, cos) of the reduced latitude that ends the iteration: a few last bits."""

RADIUS_MIN_M = 60_000.0
"""Nearer than this to the geocentre, about the evolute of the ellipsoid (43 km), a latitude is not unique."""

RADIUS_MAX_M = 1e12
"""Farther than this is no position on or near the Earth, and squares would overflow in the end."""


@kernel
def curvature_radii(lat_rad: float, a_m: float, e2: float) -> tuple[float, float]:
    """Radii of curvature in the meridian and in the prime vertical.

    Shape: scalars. Unit: rad, m to (m, m). Frame: geodetic latitude on the ellipsoid given. Error: last bits;
    NaN in gives NaN out. Source: geometry of the ellipsoid.
    """
    w2 = 1.0 - e2 * sin(lat_rad) ** 2
    prime_vertical_m = a_m / sqrt(w2)
    return prime_vertical_m * (1.0 - e2) / w2, prime_vertical_m


@kernel
def geodetic_to_ecef_point(
    lat_rad: float, lon_rad: float, h_ell_m: float, a_m: float, e2: float
) -> tuple[float, float, float]:
    """ECEF of one geodetic point.

    Shape: scalars. Unit: rad, rad, m to m. Frame: the one of the input, on the ellipsoid given. Error: < 2 nm
    at the surface; NaN in gives NaN out. Source: geometry of the ellipsoid.
    """
    sin_lat, cos_lat = sin(lat_rad), cos(lat_rad)
    prime_vertical_m = a_m / sqrt(1.0 - e2 * sin_lat * sin_lat)
    p_m = (prime_vertical_m + h_ell_m) * cos_lat
    return p_m * cos(lon_rad), p_m * sin(lon_rad), (prime_vertical_m * (1.0 - e2) + h_ell_m) * sin_lat


@inline_kernel
def _unit(y: float, x: float) -> tuple[float, float]:
    """(sin, cos) of the direction of (x, y)."""
    norm = sqrt(x * x + y * y)
    return y / norm, x / norm


@kernel
def ecef_to_geodetic_point(x_m: float, y_m: float, z_m: float, a_m: float, e2: float) -> tuple[float, float, float]:
    """Geodetic coordinates of one ECEF point: Bowring's iteration on the reduced latitude, without trigonometry.

    Shape: scalars. Unit: m to (rad, rad, m). Frame: the one of the input, on the ellipsoid given. Error: < 10 nm to
    20 000 km height, < 100 nm to 100 000 km; NaN for NaN and for points within 60 km or beyond 1e12 m of the
    geocentre; longitude 0 on the axis. Source: Bowring 1976.
    """
    p_m = hypot(x_m, y_m)
    if not RADIUS_MIN_M <= hypot(p_m, z_m) <= RADIUS_MAX_M:
        return nan, nan, nan
    axis_ratio = sqrt(1.0 - e2)
    rise_cubic_m, run_cubic_m = e2 / (1.0 - e2) * a_m * axis_ratio, e2 * a_m
    # (sin, cos) of the reduced latitude, from tan = (a z) / (b p), exact on the ellipsoid itself
    sin_beta, cos_beta = _unit(z_m, axis_ratio * p_m)
    sin_lat, cos_lat = 0.0, 1.0
    for _ in range(ITERATIONS_MAX):
        sin_lat, cos_lat = _unit(
            z_m + rise_cubic_m * sin_beta * sin_beta * sin_beta, p_m - run_cubic_m * cos_beta * cos_beta * cos_beta
        )
        last_sin_beta, last_cos_beta = sin_beta, cos_beta
        sin_beta, cos_beta = _unit(axis_ratio * sin_lat, cos_lat)
        if abs(sin_beta - last_sin_beta) + abs(cos_beta - last_cos_beta) < CONVERGED:
            break
    # projected on the normal: no division that fails at a pole or at the equator
    h_ell_m = p_m * cos_lat + z_m * sin_lat - a_m * sqrt(1.0 - e2 * sin_lat * sin_lat)
    return atan2(sin_lat, cos_lat), atan2(y_m, x_m), h_ell_m


@kernel
def _to_ecef_rows(
    lat_rad: Floats, lon_rad: Floats, h_ell_m: Floats, ellipsoid: tuple[float, float], r_m: Floats
) -> None:
    a_m, e2 = ellipsoid
    for row in range(lat_rad.size):
        x_m, y_m, z_m = geodetic_to_ecef_point(lat_rad[row], lon_rad[row], h_ell_m[row], a_m, e2)
        r_m[row, 0], r_m[row, 1], r_m[row, 2] = x_m, y_m, z_m


@kernel
def _to_geodetic_rows(
    r_m: Floats, ellipsoid: tuple[float, float], lat_rad: Floats, lon_rad: Floats, h_m: Floats
) -> None:
    a_m, e2 = ellipsoid
    for row in range(lat_rad.size):
        lat_rad[row], lon_rad[row], h_m[row] = ecef_to_geodetic_point(r_m[row, 0], r_m[row, 1], r_m[row, 2], a_m, e2)


def geodetic_to_ecef(
    lat_rad: ArrayLike, lon_rad: ArrayLike, h_ell_m: ArrayLike, ellipsoid: Ellipsoid = WGS84
) -> Floats:
    """ECEF positions of geodetic coordinates.

    Shape: the broadcast shape + (3,). Unit: rad, rad, m (ellipsoidal height) to m. Frame: the one of the
    input, on `ellipsoid`. Error: < 2 nm at the surface; NaN in gives NaN out. Source: geometry of the
    ellipsoid.
    """
    columns = [np.asarray(value, dtype=np.float64) for value in (lat_rad, lon_rad, h_ell_m)]
    lat, lon, height = (np.asarray(column, order="C") for column in np.broadcast_arrays(*columns))
    r_ecef_m = np.empty((lat.size, 3))
    _to_ecef_rows(lat.ravel(), lon.ravel(), height.ravel(), (ellipsoid.a_m, ellipsoid.e2), r_ecef_m)
    return r_ecef_m.reshape(*lat.shape, 3)


def ecef_to_geodetic(r_ecef_m: ArrayLike, ellipsoid: Ellipsoid = WGS84) -> tuple[Floats, Floats, Floats]:
    """Latitudes, longitudes and ellipsoidal heights of ECEF positions.

    Shape: (..., 3) to three times (...). Unit: m to rad, rad (-pi..pi), m. Frame: the one of the input, on
    `ellipsoid`. Error: round trip < 10 nm to 20 000 km height, < 100 nm to 100 000 km; rows with NaN,
    infinity or within 60 km of the geocentre give NaN; a last axis that is not 3 raises `ValueError`. Source:
    Bowring 1976.
    """
    r_m = np.asarray(r_ecef_m, dtype=np.float64)
    if r_m.ndim == 0 or r_m.shape[-1] != 3:
        raise ValueError(f"ECEF positions have shape (..., 3), got {r_m.shape}")
    rows = np.ascontiguousarray(r_m.reshape(-1, 3))
    lat_rad, lon_rad, h_ell_m = (np.empty(r_m.shape[:-1]) for _ in range(3))
    _to_geodetic_rows(rows, (ellipsoid.a_m, ellipsoid.e2), lat_rad.ravel(), lon_rad.ravel(), h_ell_m.ravel())
    return lat_rad, lon_rad, h_ell_m
