"""From the grid of an OpenDRIVE file to the plane of the network, by the file's own reference or a stated origin.

Source: ASAM OpenDRIVE 1.8, georeferencing: points of the file are turned by the heading of the offset and then moved by
it (the order is unverified for a heading other than 0); the result is in the coordinates of `geoReference`.
"""

import re
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyproj
from numpy.typing import NDArray

from mapping.datums.frame import Frame
from mapping.datums.plane import Plane, geodetic_to_plane
from mapping.errors import MapFormatError
from mapping.network.planes import plane_around

Floats = NDArray[np.float64]

VERTICAL: Final = re.compile(r"\+(geoidgrids|vunits|vto_meter)=\S*")
"""What a reference says of heights: grids that are not at hand, and heights stay as the map states them."""
GRID_M_MAX: Final = 1e8  # from the origin of a projection
NO_REFERENCE: Final = "the file has no geoReference: state the origin of the map (latitude and longitude of its 0, 0)"


@dataclass(frozen=True, slots=True)
class Grid:
    """How the file's x and y become plane coordinates: by a projection to degrees, or (without) straight."""

    plane: Plane
    offset: tuple[float, float, float, float]
    to_geodetic: pyproj.Transformer | None

    def points_m(self, x_m: Floats, y_m: Floats, h_m: Floats) -> Floats:
        """Plane coordinates and heights of points of the file.

        Shape: (n, 3). Unit: m. Error: 5e-9 m; NaN where the projection has no inverse.
        """
        x_m, y_m = _moved(x_m, y_m, self.offset)
        is_near = (np.abs(x_m) <= GRID_M_MAX) & (np.abs(y_m) <= GRID_M_MAX)
        x_m, y_m = np.where(is_near, x_m, np.nan), np.where(is_near, y_m, np.nan)
        if self.to_geodetic is not None:
            lon_deg, lat_deg = self.to_geodetic.transform(x_m, y_m)
            lat_rad, lon_rad = np.radians(lat_deg), np.radians(lon_deg)
            x_m, y_m = geodetic_to_plane(lat_rad, lon_rad, self.plane, frame=self.plane.frame)
        return np.stack([x_m, y_m, h_m + self.offset[2]], axis=1)


def grid_of(
    reference: str,
    offset: tuple[float, float, float, float],
    ends_m: Floats,
    frame: Frame,
    *,
    plane: Plane | None = None,
    origin: Plane | None = None,
) -> Grid:
    """The way from a file's grid to a plane; `ends_m` are points of the file, by which a plane is chosen.

    Shape: (n, 2). Unit: m. Frame: the caller states that of the file; a reference says how coordinates are projected.
    Error: no reference and no origin, or a reference that PROJ does not know, raises `MapFormatError`.
    """
    if not reference:
        if origin is None:
            raise MapFormatError(NO_REFERENCE)
        return Grid(origin, offset, None) if plane in (None, origin) else _by_origin(origin, offset, plane)
    to_geodetic = _transformer(reference)
    if plane is None:
        lon_deg, lat_deg = to_geodetic.transform(*_moved(ends_m[:, 0], ends_m[:, 1], offset))
        known = np.isfinite(lat_deg) & np.isfinite(lon_deg)
        plane = plane_around(np.radians(lat_deg[known]), np.radians(lon_deg[known]), frame)
    return Grid(plane, offset, to_geodetic)


def _moved(x_m: Floats, y_m: Floats, offset: tuple[float, float, float, float]) -> tuple[Floats, Floats]:
    cos_hdg, sin_hdg = np.cos(offset[3]), np.sin(offset[3])
    return offset[0] + x_m * cos_hdg - y_m * sin_hdg, offset[1] + x_m * sin_hdg + y_m * cos_hdg


def _by_origin(origin: Plane, offset: tuple[float, float, float, float], plane: Plane | None) -> Grid:
    """A map around a stated origin into another plane: by the projection that the origin's plane is."""
    lat_deg, lon_deg = np.degrees(origin.lat0_rad), np.degrees(origin.lon0_rad)
    text = f"+proj=tmerc +lat_0={lat_deg:.15g} +lon_0={lon_deg:.15g} +k=1 +x_0=0 +y_0=0 +ellps=GRS80 +units=m"
    return Grid(plane or origin, offset, _transformer(text))


def _transformer(reference: str) -> pyproj.Transformer:
    """From the coordinates of a reference to its own degrees: a projection undone, no change of datum."""
    try:
        crs = pyproj.CRS.from_user_input(VERTICAL.sub("", reference))
        if crs.is_geographic or crs.geodetic_crs is None:
            raise MapFormatError(f"geoReference {reference!r} is no projection")
        return pyproj.Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True)
    except pyproj.exceptions.ProjError as error:
        raise MapFormatError(f"geoReference {reference!r} is not known to PROJ ({error})") from error
