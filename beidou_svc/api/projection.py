"""The projected position of one terminal."""

import math
from typing import Any

from mapping.datums.frame import Frame
from mapping.datums.gauss_kruger import geodetic_to_grid, grid_distortion, zone_of_epsg
from mapping.errors import FrameMixedError


def project(epsg: int, frame: Frame, lat_deg: float | None, lon_deg: float | None) -> dict[str, Any] | None:
    """Easting, northing, scale and convergence in a Gauss-Krüger zone of CGCS2000.

    None without a position, with one too far from the zone, or with one in another frame.
    """
    if lat_deg is None or lon_deg is None:
        return None
    lat_rad, lon_rad = math.radians(lat_deg), math.radians(lon_deg)
    zone = zone_of_epsg(epsg)
    try:
        point = geodetic_to_grid(lat_rad, lon_rad, zone, frame=frame)
    except FrameMixedError:
        return None
    distortion = grid_distortion(lat_rad, lon_rad, zone)
    if math.isnan(float(point.easting_m)):
        return None
    return {
        "epsg": epsg,
        "easting_m": round(float(point.easting_m), 4),
        "northing_m": round(float(point.northing_m), 4),
        "scale": round(float(distortion.scale), 9),
        "convergence_deg": round(math.degrees(float(distortion.convergence_rad)), 7),
    }
