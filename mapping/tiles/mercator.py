"""Web Mercator as tiles use it: the world as a unit square, x east from the date line, y south from 85.05 degrees.

A picture, not a place to measure: lengths are stretched by 1 / cos(latitude).
"""

from math import atan, degrees, pi, sinh
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mapping.errors import TileRangeError

Floats = NDArray[np.float64]

LAT_DEG_MAX: Final = degrees(atan(sinh(pi)))  # where the world is square, 85.0511...


def lonlat_to_world(lonlat_deg: Floats) -> Floats:
    """Unit-square positions of longitudes and latitudes (sphere formula on geodetic latitude, EPSG:3857).

    Shape: (n, 2) to (n, 2). Unit: degrees to 1 / circumference. Error: last bits; beyond 85.05 degrees the result lies
    outside the square. Source: EPSG 3857 (method 1024).
    """
    sin_lat = np.sin(np.radians(lonlat_deg[:, 1]))
    return np.stack([lonlat_deg[:, 0] / 360.0 + 0.5, 0.5 - np.arctanh(sin_lat) / (2.0 * pi)], axis=1)


def require_tile(z: int, x: int, y: int, zoom_max: int) -> None:
    """Refuse an address that is not in the pyramid: raises `TileRangeError`."""
    if not 0 <= z <= zoom_max:
        raise TileRangeError(f"zoom {z} is not served, 0..{zoom_max} are")
    if not (0 <= x < 2**z and 0 <= y < 2**z):
        raise TileRangeError(f"no tile {x}/{y} at zoom {z}: both run from 0 to {2**z - 1}")


def tile_at(lon_deg: float, lat_deg: float, z: int) -> tuple[int, int]:
    """Column and row of the tile that holds a point.

    Shape: scalars. Unit: degrees to tiles. Error: points outside the square give the nearest tile.
    Source: EPSG 3857, XYZ scheme.
    """
    world = lonlat_to_world(np.array([[lon_deg, lat_deg]]))[0]
    x, y = np.clip(np.floor(world * 2**z), 0, 2**z - 1).astype(int)
    return int(x), int(y)
