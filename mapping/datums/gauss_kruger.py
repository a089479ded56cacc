"""Gauss-Krüger grids of CGCS2000: the 3-degree and 6-degree zones of China, forward, inverse, scale and convergence.

Eastings carry a false easting of 500 km; in the zone-prefixed codes also the zone number times 1 000 km. The EPSG axis
order of these systems is northing, easting (Chinese X and Y); here every function names what it takes and gives.
"""

from dataclasses import dataclass
from math import degrees, floor, nan
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gnss._jit import kernel, leaf_kernel
from gnss.frames.ellipsoid import CGCS2000
from mapping.datums.columns import float_columns
from mapping.datums.frame import CGCS2000_2000, Frame, require_frame
from mapping.datums.krueger import Series, distortion, series_of
from mapping.datums.transverse import (
    DLON_RAD_MAX,
    LAT_RAD_MAX,
    Earth,
    earth_of_cgcs2000,
    from_transverse,
    to_transverse,
)

Floats = NDArray[np.float64]

FALSE_EASTING_M: Final = 500_000.0  # m, EPSG 4491..4554

# First EPSG code, zone width in degrees, first zone, last zone, zone number in front of the easting. EPSG registry.
ZONE_BLOCKS: Final = (
    (4491, 6, 13, 23, True),
    (4502, 6, 13, 23, False),
    (4513, 3, 25, 45, True),
    (4534, 3, 25, 45, False),
)


@dataclass(frozen=True, slots=True)
class Zone:
    """One Gauss-Krüger zone of CGCS2000."""

    epsg: int
    width_deg: int
    number: int
    prefixed: bool

    @property
    def central_meridian_deg(self) -> int:
        """Longitude of the central meridian in degrees."""
        return 3 * self.number if self.width_deg == 3 else 6 * self.number - 3

    @property
    def false_easting_m(self) -> float:
        """Easting of the central meridian in m."""
        return FALSE_EASTING_M + (1_000_000.0 * self.number if self.prefixed else 0.0)


ZONES: Final = {
    first_epsg + number - first: Zone(first_epsg + number - first, width_deg, number, prefixed)
    for first_epsg, width_deg, first, last, prefixed in ZONE_BLOCKS
    for number in range(first, last + 1)
}
"""All zones by EPSG code (4491..4554)."""

SERIES: Final[Series] = series_of(CGCS2000)


class GridPoints(NamedTuple):
    """Columns of grid coordinates in m."""

    easting_m: Floats
    northing_m: Floats


class GridDistortion(NamedTuple):
    """Columns of what the grid does to lengths (grid / ellipsoid) and to north (grid north east of true north)."""

    scale: Floats
    convergence_rad: Floats


def zone_of_epsg(epsg: int) -> Zone:
    """The zone of an EPSG code. Source: EPSG registry; a code that is none raises `ValueError`."""
    if epsg not in ZONES:
        raise ValueError(f"EPSG:{epsg} is no Gauss-Krüger zone of CGCS2000; those are EPSG:{min(ZONES)}..{max(ZONES)}")
    return ZONES[epsg]


def select_zone(lon_rad: float, width_deg: int = 3, prefixed: bool = False) -> Zone:
    """The zone that a longitude lies in; a longitude on the border belongs to the zone east of it.

    Shape: scalar. Unit: rad; width 3 or 6 degrees. Error: outside the zones of China `ValueError`.
    Source: EPSG registry (zones 25..45 of 3 degrees, 13..23 of 6 degrees).
    """
    lon_deg = round(degrees(lon_rad), 12)  # 115.5 degrees must survive the way through radians
    number = floor((lon_deg + 1.5) / 3.0) if width_deg == 3 else floor(lon_deg / 6.0) + 1
    for first_epsg, width, first, last, with_number in ZONE_BLOCKS:
        if (width, with_number) == (width_deg, prefixed) and first <= number <= last:
            return ZONES[first_epsg + number - first]
    raise ValueError(f"no {width_deg}-degree Gauss-Krüger zone of CGCS2000 at longitude {lon_deg:.6f} degrees")


@leaf_kernel
def _project_rows(lat_rad: Floats, lon_rad: Floats, origin: tuple[float, float], earth: Earth, out_m: Floats) -> None:
    lon0_rad, false_easting_m = origin
    for row in range(lat_rad.size):
        x_m, out_m[1, row] = to_transverse(lat_rad[row], lon_rad[row] - lon0_rad, earth)
        out_m[0, row] = false_easting_m + x_m


@leaf_kernel
def _unproject_rows(
    easting_m: Floats, northing_m: Floats, origin: tuple[float, float], earth: Earth, out: Floats
) -> None:
    lon0_rad, false_easting_m = origin
    for row in range(easting_m.size):
        lat_rad, dlon_rad = from_transverse(easting_m[row] - false_easting_m, northing_m[row], earth)
        out[0, row], out[1, row] = lat_rad, lon0_rad + dlon_rad


@kernel
def _distort_rows(lat_rad: Floats, lon_rad: Floats, grid: tuple[float, ...], alpha: Floats, out: Floats) -> None:
    lon0_rad, radius_by_a, e = grid
    for row in range(lat_rad.size):
        dlon_rad = lon_rad[row] - lon0_rad
        out[0, row] = out[1, row] = nan
        if abs(dlon_rad) <= DLON_RAD_MAX and abs(lat_rad[row]) <= LAT_RAD_MAX:
            scale, convergence_rad = distortion(lat_rad[row], dlon_rad, e, alpha)
            out[0, row], out[1, row] = radius_by_a * scale, convergence_rad


def geodetic_to_grid(lat_rad: ArrayLike, lon_rad: ArrayLike, zone: Zone, *, frame: Frame) -> GridPoints:
    """Grid coordinates of geodetic ones.

    Shape: the broadcast shape, twice. Unit: rad to m. Frame: CGCS2000@2000.0, any other raises `FrameMixedError`.
    Error: within 7.5e-9 m (last bits) of PROJ; NaN for NaN, latitudes beyond the poles and longitudes more than 30
    degrees from the central meridian. To 3.5 degrees from it and 66 degrees of latitude 50 million points a second,
    6 million beyond. Source: EPSG 4491..4554 (EPSG method 9807), by `band_series` and Krüger's series.
    """
    require_frame(frame, CGCS2000_2000, "a Gauss-Krüger grid of CGCS2000")
    lat, lon = float_columns(lat_rad, lon_rad)
    grid_m = np.empty((2, lat.size))
    origin = (np.radians(zone.central_meridian_deg), zone.false_easting_m)
    _project_rows(lat.ravel(), lon.ravel(), origin, earth_of_cgcs2000(), grid_m)
    return GridPoints(grid_m[0].reshape(lat.shape), grid_m[1].reshape(lat.shape))


def grid_to_geodetic(easting_m: ArrayLike, northing_m: ArrayLike, zone: Zone) -> tuple[Floats, Floats]:
    """Latitudes and longitudes of grid coordinates, in CGCS2000@2000.0.

    Shape: the broadcast shape, twice. Unit: m to rad. Frame: the zone's, hence CGCS2000@2000.0. Error: within 1.2e-8 m
    (last bits of a degree) of PROJ; NaN for NaN and for points that no zone reaches (an easting of another zone's
    prefix, for example). Source: EPSG 4491..4554 (EPSG method 9807), by Krüger's series.
    """
    easting, northing = float_columns(easting_m, northing_m)
    lat_lon_rad = np.empty((2, easting.size))
    origin = (np.radians(zone.central_meridian_deg), zone.false_easting_m)
    _unproject_rows(easting.ravel(), northing.ravel(), origin, earth_of_cgcs2000(), lat_lon_rad)
    return lat_lon_rad[0].reshape(easting.shape), lat_lon_rad[1].reshape(easting.shape)


def grid_distortion(lat_rad: ArrayLike, lon_rad: ArrayLike, zone: Zone) -> GridDistortion:
    """Point scale and convergence of the grid: divide grid lengths by the scale before using them as distances.

    Shape: the broadcast shape, twice. Unit: rad to (dimensionless, rad). Frame: CGCS2000 latitudes; a metre of frame
    error changes neither in the 10th digit. Error: < 1e-12 in scale, < 1e-12 rad; NaN as in `geodetic_to_grid`.
    Source: EPSG 4491..4554 (EPSG method 9807), by Krüger's series.
    """
    lat, lon = float_columns(lat_rad, lon_rad)
    columns = np.empty((2, lat.size))
    numbers = (np.radians(zone.central_meridian_deg), SERIES.radius_m / SERIES.a_m, SERIES.e)
    _distort_rows(lat.ravel(), lon.ravel(), numbers, SERIES.alpha, columns)
    return GridDistortion(columns[0].reshape(lat.shape), columns[1].reshape(lat.shape))
