"""Azimuth and elevation of a direction. Source: geometry of the ellipsoid."""

from math import atan2, pi, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gnss._jit import inline_kernel
from gnss.frames.enu import r_enu_from_ecef


class Horizon(NamedTuple):
    """Sines and cosines of a place's geodetic latitude and longitude."""

    sin_lat: float
    cos_lat: float
    sin_lon: float
    cos_lon: float


@inline_kernel
def horizon_components(horizon: Horizon, ex: float, ey: float, ez: float) -> tuple[float, float, float]:
    """East, north and up components of an ECEF vector.

    Shape: scalars. Unit: that of the vector. Frame: ECEF to ENU of the place. Error: last bits.
    """
    outward = horizon.cos_lon * ex + horizon.sin_lon * ey
    east = horizon.cos_lon * ey - horizon.sin_lon * ex
    north = horizon.cos_lat * ez - horizon.sin_lat * outward
    return east, north, horizon.cos_lat * outward + horizon.sin_lat * ez


@inline_kernel
def azimuth_elevation(east: float, north: float, up: float) -> tuple[float, float]:
    """(azimuth 0..2 pi from north over east, elevation) of a direction in ENU.

    Shape: scalars. Unit: any to rad. Frame: ENU. Error: last bits; azimuth 0 in the zenith.
    """
    az_rad = atan2(east, north)
    return az_rad + 2.0 * pi if az_rad < 0.0 else az_rad, atan2(up, sqrt(east * east + north * north))


def look_angles(
    direction_ecef: ArrayLike, lat_rad: float, lon_rad: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Azimuth and elevation of ECEF vectors from receiver to satellite.

    Shape: (..., 3) to twice (...). Unit: any to rad. Frame: ECEF to the horizon of the place, azimuth 0..2 pi from
    north over east. Error: last bits; NaN rows stay NaN.
    """
    east, north, up = np.moveaxis(np.asarray(direction_ecef, np.float64) @ r_enu_from_ecef(lat_rad, lon_rad).T, -1, 0)
    return np.arctan2(east, north) % (2.0 * np.pi), np.arctan2(up, np.hypot(east, north))
