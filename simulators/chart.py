"""The flat chart of the simulated district: metres east and north of one point, and back to CGCS2000 degrees."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer

Floats = NDArray[np.float64]

CENTER_LAT_DEG = 25.83
CENTER_LON_DEG = 114.93
METRES_A_DEGREE_LAT = 110_785.4  # meridian, at 25.83 deg N on GRS 80
METRES_A_DEGREE_LON_EQUATOR = 111_390.3  # prime vertical at 25.83 deg N on GRS 80; times cos(latitude)


@dataclass(frozen=True)
class Chart:
    """Transverse Mercator on the CGCS2000 ellipsoid, scale 1 at the centre (1.3e-6 off at 10 km)."""

    lat0_deg: float = CENTER_LAT_DEG
    lon0_deg: float = CENTER_LON_DEG
    _forward: Transformer = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Prepare the projection once; PROJ objects are slow to make and quick to use."""
        plane = (
            f"+proj=tmerc +lat_0={self.lat0_deg} +lon_0={self.lon0_deg} +k=1 +x_0=0 +y_0=0 "
            "+a=6378137 +rf=298.257222101 +units=m +no_defs"
        )
        degrees = "+proj=longlat +a=6378137 +rf=298.257222101 +no_defs"
        object.__setattr__(self, "_forward", Transformer.from_crs(degrees, plane, always_xy=True))

    def to_plane(self, lonlat_deg: Floats) -> Floats:
        """Longitude, latitude in degrees `(n, 2)` to east, north in metres `(n, 2)`."""
        x_m, y_m = self._forward.transform(lonlat_deg[:, 0], lonlat_deg[:, 1])
        return np.column_stack((x_m, y_m))

    def to_lonlat(self, plane_m: Floats) -> Floats:
        """East, north in metres `(n, 2)` to longitude, latitude in degrees `(n, 2)`."""
        lon, lat = self._forward.transform(plane_m[:, 0], plane_m[:, 1], direction="INVERSE")
        return np.column_stack((lon, lat))
