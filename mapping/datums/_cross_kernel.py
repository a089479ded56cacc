"""Rows from many frames into one, in one pass: undo shifts, then by ECEF, or near the fleet's place linearly."""

from math import cos, degrees, isnan, nan, pi, radians, sin
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, kernel, leaf_kernel
from gnss.frames.geodetic import ecef_to_geodetic_point, geodetic_to_ecef_point
from mapping.datums.bd09 import bd09_to_gcj02_point
from mapping.datums.gcj02 import undo_gcj02_point
from mapping.datums.lattice import Lattice, find_cell, value_in_cell

Floats = NDArray[np.float64]
Point = tuple[float, float, float]


class Ways(NamedTuple):
    """One row a source frame; what the columns mean is said in `mapping.datums.ways`."""

    is_identity: NDArray[np.bool_]
    undo_bd09: NDArray[np.bool_]
    undo_gcj02: NDArray[np.bool_]
    moves: NDArray[np.bool_]
    is_observed: NDArray[np.bool_]
    ellipsoids: Floats
    at: Floats
    rate: Floats
    motion: Floats
    epoch: Floats
    years: Floats
    near: Floats
    box: Floats
    lattice: Lattice


@inline_kernel
def _unshifted(lat_rad: float, lon_rad: float, way: int, ways: Ways) -> tuple[float, float]:
    if not ways.undo_gcj02[way]:
        return lat_rad, lon_rad
    lat_deg, lon_deg = degrees(lat_rad), degrees(lon_rad)
    if ways.undo_bd09[way]:
        lat_deg, lon_deg = bd09_to_gcj02_point(lat_deg, lon_deg)
    lat_deg, lon_deg = undo_gcj02_point(lat_deg, lon_deg)
    return radians(lat_deg), radians(lon_deg)


@inline_kernel
def _is_near(lat_rad: float, lon_rad: float, ways: Ways) -> bool:
    box = ways.box
    return bool(abs(lat_rad - box[0]) <= box[2] and abs(lon_rad - box[1]) <= box[3])


@inline_kernel
def _affine(north_rad: float, east_rad: float, h_ell_m: float, years: float, near: Floats) -> Point:
    """What a way near the place adds; `near` is (2, 3, 4): at the epoch, and its change a year."""
    a, b, c = near[0], near[1], years
    lat = a[0, 0] + c * b[0, 0] + (a[0, 1] + c * b[0, 1]) * north_rad + (a[0, 2] + c * b[0, 2]) * east_rad
    lon = a[1, 0] + c * b[1, 0] + (a[1, 1] + c * b[1, 1]) * north_rad + (a[1, 2] + c * b[1, 2]) * east_rad
    up = a[2, 0] + c * b[2, 0] + (a[2, 1] + c * b[2, 1]) * north_rad + (a[2, 2] + c * b[2, 2]) * east_rad
    return lat + a[0, 3] * h_ell_m, lon + a[1, 3] * h_ell_m, up + a[2, 3] * h_ell_m


@inline_kernel
def _motion_ecef(lat_rad: float, lon_rad: float, lattice: Lattice) -> Point:
    """Velocity in ECEF, m a year; NaN where the lattice has none."""
    cell = find_cell(lat_rad, lon_rad, lattice)
    if cell.row < 0:
        return nan, nan, nan
    east, north = value_in_cell(cell, lattice, 0), value_in_cell(cell, lattice, 1)
    up = value_in_cell(cell, lattice, 2)
    sin_lat, cos_lat, sin_lon, cos_lon = sin(lat_rad), cos(lat_rad), sin(lon_rad), cos(lon_rad)
    outward = cos_lat * up - sin_lat * north
    return -sin_lon * east + cos_lon * outward, cos_lon * east + sin_lon * outward, cos_lat * north + sin_lat * up


@inline_kernel
def _applied(m: Floats, r: Point) -> Point:
    return (
        m[0, 0] * r[0] + m[0, 1] * r[1] + m[0, 2] * r[2] + m[0, 3],
        m[1, 0] * r[0] + m[1, 1] * r[1] + m[1, 2] * r[2] + m[1, 3],
        m[2, 0] * r[0] + m[2, 1] * r[1] + m[2, 2] * r[2] + m[2, 3],
    )


@inline_kernel
def _exactly(lat_rad: float, lon_rad: float, h_ell_m: float, later: float, way: int, ways: Ways) -> Point:
    """One point by ECEF; `later`: years from the way's epoch to that of the observation."""
    shape = ways.ellipsoids[way]
    r = geodetic_to_ecef_point(lat_rad, lon_rad, h_ell_m, shape[0], shape[1])
    x, y, z = _applied(ways.at[way], r)
    if ways.moves[way]:
        v = _motion_ecef(lat_rad, lon_rad, ways.lattice)
        years, m, c = ways.years[way] - later, ways.motion[way], ways.rate[way]
        x += years * (m[0, 0] * v[0] + m[0, 1] * v[1] + m[0, 2] * v[2])
        y += years * (m[1, 0] * v[0] + m[1, 1] * v[1] + m[1, 2] * v[2])
        z += years * (m[2, 0] * v[0] + m[2, 1] * v[1] + m[2, 2] * v[2])
        if later != 0.0:
            dx, dy, dz = _applied(c, r)
            x, y, z = x + later * dx, y + later * dy, z + later * dz
    return ecef_to_geodetic_point(x, y, z, shape[2], shape[3])


@kernel
def cross_exactly(lat_rad: float, lon_rad: float, h_ell_m: float, later: float, way: int, ways: Ways) -> Point:
    """One point by ECEF; `later`: years from the way's epoch to that of the observation."""
    return _exactly(lat_rad, lon_rad, h_ell_m, later, way, ways)


@leaf_kernel
def cross_rows(
    lat_rad: Floats, lon_rad: Floats, h_ell_m: Floats, epoch: Floats, way_of: NDArray[np.int32], ways: Ways, out: Floats
) -> None:
    """Fill `out` (3, n); rows with a negative way, off the Earth, or of unknown epoch or velocity, come out NaN."""
    for row in range(lat_rad.size):
        way, h_m = way_of[row], h_ell_m[row]
        out[0, row] = out[1, row] = out[2, row] = nan
        if way < 0:
            continue
        lat, lon = lat_rad[row], lon_rad[row]
        if ways.is_identity[way]:
            out[0, row], out[1, row], out[2, row] = lat, lon, h_m
            continue
        if not (abs(lat) <= pi / 2 and abs(lon) <= 2.0 * pi):
            continue
        lat, lon = _unshifted(lat, lon, way, ways)
        later = epoch[row] - ways.epoch[way] if ways.is_observed[way] else 0.0
        # a row without height still has a place; the height it is given is worth 0.15 mm a km
        known_h_m = 0.0 if isnan(h_m) else h_m
        if _is_near(lat, lon, ways):
            dlat, dlon, up_m = _affine(lat - ways.box[0], lon - ways.box[1], known_h_m, later, ways.near[way])
            out[0, row], out[1, row], out[2, row] = lat + dlat, lon + dlon, h_m + up_m
        else:
            there = _exactly(lat, lon, known_h_m, later, way, ways)
            out[0, row], out[1, row], out[2, row] = there[0], there[1], there[2] + (h_m - known_h_m)
