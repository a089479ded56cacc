"""Local east-north-up: rotations between ECEF and the horizon of a point."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gnss.frames.ellipsoid import WGS84, Ellipsoid
from gnss.frames.geodetic import geodetic_to_ecef

Floats = NDArray[np.float64]


def r_enu_from_ecef(lat_rad: ArrayLike, lon_rad: ArrayLike) -> Floats:
    """Rotation matrices that turn ECEF differences into east, north, up at a geodetic point.

    Shape: the broadcast shape + (3, 3). Unit: rad. Frame: ECEF to ENU of the point. Error: last bits; NaN in
    gives NaN out. At a pole the longitude given decides where east is. Source: geometry of the ellipsoid.
    """
    lat, lon = np.broadcast_arrays(np.asarray(lat_rad, dtype=np.float64), np.asarray(lon_rad, dtype=np.float64))
    sin_lat, cos_lat, sin_lon, cos_lon = np.sin(lat), np.cos(lat), np.sin(lon), np.cos(lon)
    rotation = np.empty((*lat.shape, 3, 3))
    rotation[..., 0, 0], rotation[..., 0, 1], rotation[..., 0, 2] = -sin_lon, cos_lon, 0.0 * lat
    rotation[..., 1, 0], rotation[..., 1, 1] = -sin_lat * cos_lon, -sin_lat * sin_lon
    rotation[..., 1, 2] = cos_lat
    rotation[..., 2, 0], rotation[..., 2, 1], rotation[..., 2, 2] = cos_lat * cos_lon, cos_lat * sin_lon, sin_lat
    return rotation


def ecef_to_enu(
    r_ecef_m: ArrayLike,
    origin_lat_rad: float,
    origin_lon_rad: float,
    origin_h_ell_m: float,
    ellipsoid: Ellipsoid = WGS84,
) -> Floats:
    """East, north, up of ECEF positions, seen from one origin.

    Shape: (..., 3) to (..., 3). Unit: m; rad, rad, m for the origin. Frame: ECEF to ENU of the origin, both
    in the frame of the input. Error: 2 nm + last bits; NaN rows stay NaN. Source: geometry of the ellipsoid.
    """
    origin_m = geodetic_to_ecef(origin_lat_rad, origin_lon_rad, origin_h_ell_m, ellipsoid)
    rotation = r_enu_from_ecef(origin_lat_rad, origin_lon_rad)
    enu_m: Floats = (np.asarray(r_ecef_m, dtype=np.float64) - origin_m) @ rotation.T
    return enu_m


def enu_to_ecef(
    enu_m: ArrayLike,
    origin_lat_rad: float,
    origin_lon_rad: float,
    origin_h_ell_m: float,
    ellipsoid: Ellipsoid = WGS84,
) -> Floats:
    """ECEF positions of east, north, up offsets from one origin: the inverse of `ecef_to_enu`.

    Shape: (..., 3) to (..., 3). Unit: m; rad, rad, m for the origin. Frame: ENU of the origin to ECEF, both
    in the frame of the origin. Error: 2 nm + last bits; NaN rows stay NaN. Source: geometry of the ellipsoid.
    """
    origin_m = geodetic_to_ecef(origin_lat_rad, origin_lon_rad, origin_h_ell_m, ellipsoid)
    rotation = r_enu_from_ecef(origin_lat_rad, origin_lon_rad)
    r_ecef_m: Floats = origin_m + np.asarray(enu_m, dtype=np.float64) @ rotation
    return r_ecef_m
