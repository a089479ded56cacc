"""The plane in which roads and fences are computed: metres east and north of an origin, true to scale on its meridian.

A transverse Mercator projection of the CGCS2000 ellipsoid with scale 1 on the meridian of the origin. Lengths come out
too long by x² / (2 R²): 8e-6 at 25 km from the meridian, 3e-5 at 50 km. The ellipsoids of WGS 84 and of the ITRF differ
from that of CGCS2000 by 0.1 mm, so a plane serves any true frame; what it never does is change the frame.
Source: EPSG method 9807, by Krüger's series (Karney 2011).
"""

from dataclasses import dataclass
from functools import lru_cache
from math import isfinite, pi
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gnss._jit import inline_kernel, leaf_kernel
from mapping.datums.columns import float_columns
from mapping.datums.frame import SHIFTED, Frame, require_frame
from mapping.datums.transverse import LAT_RAD_MAX, Earth, earth_of_cgcs2000, from_transverse, to_transverse
from mapping.errors import FrameMixedError

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Plane:
    """The frame whose coordinates the plane takes, and its origin (x = y = 0), in rad."""

    frame: Frame
    lat0_rad: float
    lon0_rad: float

    def __post_init__(self) -> None:
        if self.frame.datum in SHIFTED:
            raise FrameMixedError(f"no plane of {self.frame}: its lengths are wrong by metres a kilometre")
        if not (abs(self.lat0_rad) < LAT_RAD_MAX and isfinite(self.lon0_rad) and abs(self.lon0_rad) <= 2.0 * pi):
            raise ValueError(f"no origin of a plane: latitude {self.lat0_rad} rad, longitude {self.lon0_rad} rad")


class PlaneNumbers(NamedTuple):
    """A plane as kernels take it: longitude of the meridian, northing of the origin, and the projection."""

    lon0_rad: float
    northing0_m: float
    earth: Earth


class PlanePoints(NamedTuple):
    """Columns of plane coordinates in m: x east, y north of the origin."""

    x_m: Floats
    y_m: Floats


@lru_cache(maxsize=256)
def plane_numbers(plane: Plane) -> PlaneNumbers:
    """The numbers of a plane that `to_plane_point` and `from_plane_point` take.

    Shape: scalars and tables. Unit: rad, m. Frame: the plane's. Error: last bits. Source: Karney 2011.
    """
    earth = earth_of_cgcs2000()
    _, northing0_m = to_transverse(plane.lat0_rad, 0.0, earth)
    return PlaneNumbers(plane.lon0_rad, northing0_m, earth)


@inline_kernel
def to_plane_point(lat_rad: float, lon_rad: float, plane: PlaneNumbers) -> tuple[float, float]:
    """Plane coordinates of one point, for use in kernels.

    Shape: scalars. Unit: rad to m (x east, y north). Frame: the plane's. Error: as `geodetic_to_plane`. Source: Karney
    2011.
    """
    x_m, northing_m = to_transverse(lat_rad, lon_rad - plane.lon0_rad, plane.earth)
    return x_m, northing_m - plane.northing0_m


@inline_kernel
def from_plane_point(x_m: float, y_m: float, plane: PlaneNumbers) -> tuple[float, float]:
    """Latitude and longitude of one point of the plane, for use in kernels.

    Shape: scalars. Unit: m to rad. Frame: the plane's. Error: as `plane_to_geodetic`. Source: Karney 2011.
    """
    lat_rad, dlon_rad = from_transverse(x_m, y_m + plane.northing0_m, plane.earth)
    return lat_rad, plane.lon0_rad + dlon_rad


@leaf_kernel
def _to_plane_rows(lat_rad: Floats, lon_rad: Floats, plane: PlaneNumbers, out_m: Floats) -> None:
    for row in range(lat_rad.size):
        out_m[0, row], out_m[1, row] = to_plane_point(lat_rad[row], lon_rad[row], plane)


@leaf_kernel
def _from_plane_rows(x_m: Floats, y_m: Floats, plane: PlaneNumbers, out_rad: Floats) -> None:
    for row in range(x_m.size):
        out_rad[0, row], out_rad[1, row] = from_plane_point(x_m[row], y_m[row], plane)


def geodetic_to_plane(lat_rad: ArrayLike, lon_rad: ArrayLike, plane: Plane, *, frame: Frame) -> PlanePoints:
    """Plane coordinates of geodetic ones.

    Shape: the broadcast shape, twice. Unit: rad to m (x east, y north). Frame: `frame` must be the plane's, any other
    raises `FrameMixedError`. Error: 1e-8 m; NaN for NaN, latitudes beyond the poles and longitudes more than 30
    degrees from the plane's meridian. Source: EPSG method 9807, by Krüger's series.
    """
    require_frame(frame, plane.frame, "a plane")
    lat, lon = float_columns(lat_rad, lon_rad)
    points_m = np.empty((2, lat.size))
    _to_plane_rows(lat.ravel(), lon.ravel(), plane_numbers(plane), points_m)
    return PlanePoints(points_m[0].reshape(lat.shape), points_m[1].reshape(lat.shape))


def plane_to_geodetic(x_m: ArrayLike, y_m: ArrayLike, plane: Plane) -> tuple[Floats, Floats]:
    """Latitudes and longitudes of plane coordinates, in the plane's frame.

    Shape: the broadcast shape, twice. Unit: m to rad. Frame: the plane's. Error: 1e-8 m; NaN for NaN and for points
    more than 3 600 km from the meridian or beyond a pole. Source: EPSG method 9807, by Krüger's series.
    """
    x, y = float_columns(x_m, y_m)
    lat_lon_rad = np.empty((2, x.size))
    _from_plane_rows(x.ravel(), y.ravel(), plane_numbers(plane), lat_lon_rad)
    return lat_lon_rad[0].reshape(x.shape), lat_lon_rad[1].reshape(x.shape)
