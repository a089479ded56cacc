"""Squares of 100 km of the military grid (MGRS), which Autoware names beside coordinates that are local to them.

Source: NGA.SIG.0012 (the alphabet of zones, bands and squares); the UTM projection is PROJ's.
"""

import re
from typing import Final, NamedTuple

import numpy as np
import pyproj
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SQUARE_M: Final = 100_000.0
ROWS_M: Final = 2_000_000.0  # after which the letters of the rows begin anew
BANDS: Final = "CDEFGHJKLMNPQRSTUVWX"  # of 8 degrees from 80 S; the last has 12
COLUMNS: Final = ("ABCDEFGH", "JKLMNPQR", "STUVWXYZ")  # by zone modulo 3: 1, 2, 0
ROWS: Final = "ABCDEFGHJKLMNPQRSTUV"
ROW_SHIFT_EVEN: Final = 5  # even zones begin with F
CODE: Final = re.compile(r"(\d{1,2})([C-HJ-NP-X])([A-HJ-NP-Z])([A-HJ-NP-V])")


class Square(NamedTuple):
    """A square: UTM zone, hemisphere, and the grid coordinates of its south-west corner."""

    zone: int
    is_south: bool
    easting_m: float
    northing_m: float


def parse_square(code: str) -> Square | None:
    """The square that a code such as `54SUE` begins with, or None where there is no such square.

    Unit: m of the UTM grid. Frame: WGS 84's grid. Source: NGA.SIG.0012.
    """
    match = CODE.match(code.strip().upper())
    if match is None or not 1 <= int(match[1]) <= 60:
        return None
    zone, band = int(match[1]), BANDS.index(match[2])
    column = COLUMNS[(zone - 1) % 3].find(match[3])
    if column < 0:
        return None
    row = (ROWS.index(match[4]) - (0 if zone % 2 else ROW_SHIFT_EVEN)) % len(ROWS)
    northing_m = _northing_in_band(row * SQUARE_M, zone, band)
    return Square(zone, band < BANDS.index("N"), (column + 1) * SQUARE_M, northing_m)


def _northing_in_band(northing_m: float, zone: int, band: int) -> float:
    """The first northing from the band's southern edge on whose row has that letter."""
    edge_lat_deg = -80.0 + 8.0 * band
    _, edge_m = _utm(zone, edge_lat_deg < 0)(6.0 * zone - 183.0, edge_lat_deg)
    edge_m = np.floor(edge_m / SQUARE_M) * SQUARE_M
    return float(northing_m + np.ceil((edge_m - northing_m) / ROWS_M) * ROWS_M)


def square_to_geodetic(square: Square, x_m: Floats, y_m: Floats) -> tuple[Floats, Floats]:
    """Latitudes and longitudes of points given by metres east and north of a square's corner.

    Shape: (n,) twice. Unit: m to rad. Frame: that of the map. Error: as PROJ, 1e-9 m. Source: EPSG method 9807.
    """
    easting_m, northing_m = square.easting_m + x_m, square.northing_m + y_m
    lon_deg, lat_deg = _utm(square.zone, square.is_south)(easting_m, northing_m, inverse=True)
    return np.radians(lat_deg), np.radians(lon_deg)


def _utm(zone: int, is_south: bool) -> pyproj.Proj:
    return pyproj.Proj(proj="utm", zone=zone, south=is_south, ellps="WGS84")
