"""BD-09, the coordinates of Baidu's maps: GCJ-02 with a further offset and wobble; inverse to the last bits.

For display only, like GCJ-02. Source: the public BD-09 formula as in coordtransform (k = pi * 3000 / 180; libraries
that take k = pi are 58 m off in Ganzhou).
"""

from math import atan2, cos, pi, sin, sqrt
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gnss._jit import kernel
from mapping.datums.columns import float_columns

Floats = NDArray[np.float64]

WOBBLE_PER_DEG: Final = pi * 3000.0 / 180.0  # phase a degree, of the public formula
OFFSET_LON_DEG: Final = 0.0065  # degrees, of the public formula
OFFSET_LAT_DEG: Final = 0.006  # degrees, of the public formula

INVERSE_STEPS: Final = 8
"""Fixed-point steps; each gains a factor of 50 at 115 degrees east, from 1 km to below 1e-9 m."""


@kernel
def gcj02_to_bd09_point(lat_deg: float, lon_deg: float) -> tuple[float, float]:
    """BD-09 of one GCJ-02 position.

    Shape: scalars. Unit: degrees to degrees. Frame: GCJ-02 to BD-09. Error: last bits of the public formula; NaN in
    gives NaN out. Source: the public BD-09 formula.
    """
    radius_deg = sqrt(lat_deg * lat_deg + lon_deg * lon_deg) + 2e-5 * sin(lat_deg * WOBBLE_PER_DEG)
    angle_rad = atan2(lat_deg, lon_deg) + 3e-6 * cos(lon_deg * WOBBLE_PER_DEG)
    return radius_deg * sin(angle_rad) + OFFSET_LAT_DEG, radius_deg * cos(angle_rad) + OFFSET_LON_DEG


@kernel
def bd09_to_gcj02_point(lat_deg: float, lon_deg: float) -> tuple[float, float]:
    """GCJ-02 of one BD-09 position.

    Shape: scalars. Unit: degrees to degrees. Frame: BD-09 to GCJ-02. Error: within 1e-8 m in China; NaN in gives NaN
    out. Source: the public BD-09 formula, by fixed-point iteration.
    """
    lat, lon = lat_deg - OFFSET_LAT_DEG, lon_deg - OFFSET_LON_DEG
    for _ in range(INVERSE_STEPS):
        reached_lat, reached_lon = gcj02_to_bd09_point(lat, lon)
        lat, lon = lat + (lat_deg - reached_lat), lon + (lon_deg - reached_lon)
    return lat, lon


@kernel
def _forward_rows(lat_deg: Floats, lon_deg: Floats, out_deg: Floats) -> None:
    for row in range(lat_deg.size):
        out_deg[0, row], out_deg[1, row] = gcj02_to_bd09_point(lat_deg[row], lon_deg[row])


@kernel
def _inverse_rows(lat_deg: Floats, lon_deg: Floats, out_deg: Floats) -> None:
    for row in range(lat_deg.size):
        out_deg[0, row], out_deg[1, row] = bd09_to_gcj02_point(lat_deg[row], lon_deg[row])


def gcj02_to_bd09(lat_rad: ArrayLike, lon_rad: ArrayLike) -> tuple[Floats, Floats]:
    """BD-09 latitudes and longitudes of GCJ-02 ones.

    Shape: the broadcast shape, twice. Unit: rad to rad. Frame: GCJ-02 to BD-09. Error: last bits of the public
    formula; NaN rows stay NaN. Source: the public BD-09 formula.
    """
    lat, lon = float_columns(lat_rad, lon_rad)
    out_deg = np.empty((2, lat.size))
    _forward_rows(np.degrees(lat).ravel(), np.degrees(lon).ravel(), out_deg)
    return np.radians(out_deg[0]).reshape(lat.shape), np.radians(out_deg[1]).reshape(lat.shape)


def bd09_to_gcj02(lat_rad: ArrayLike, lon_rad: ArrayLike) -> tuple[Floats, Floats]:
    """GCJ-02 latitudes and longitudes of BD-09 ones: the inverse of `gcj02_to_bd09`.

    Shape: the broadcast shape, twice. Unit: rad to rad. Frame: BD-09 to GCJ-02. Error: within 1e-8 m in China (the
    usual closed formula is 1 m off); NaN rows stay NaN. Source: the public BD-09 formula, by fixed-point iteration.
    """
    lat, lon = float_columns(lat_rad, lon_rad)
    out_deg = np.empty((2, lat.size))
    _inverse_rows(np.degrees(lat).ravel(), np.degrees(lon).ravel(), out_deg)
    return np.radians(out_deg[0]).reshape(lat.shape), np.radians(out_deg[1]).reshape(lat.shape)
