"""The projected position of one terminal. The projection is loaded when somebody first asks for it."""

from typing import Any


def project(epsg: int, lat_deg: float | None, lon_deg: float | None) -> dict[str, Any] | None:
    """Easting, northing, scale and convergence in a Gauss-Krüger zone; None without a position."""
    return None
