"""The transverse Mercator projection of CGCS2000's ellipsoid: the quick way where it reaches, Krüger's series beyond.

Scalar kernels for grids and planes, with scale 1 on the meridian: `to_transverse(lat_rad, dlon_rad, earth) -> (x_m,
northing_m)` and `from_transverse(x_m, northing_m, earth) -> (lat_rad, dlon_rad)`; `x_m` from the meridian, `northing_m`
from the equator. The two ways agree to 1e-8 m, last bits. Source: Karney 2011.
"""

from functools import lru_cache
from math import nan, pi
from typing import Final, NamedTuple

from gnss._jit import inline_kernel, kernel
from gnss.frames.ellipsoid import CGCS2000
from mapping.datums.band_series import (
    Bands,
    band_project,
    band_unproject,
    bands_of_cgcs2000,
    is_banded,
    is_banded_back,
)
from mapping.datums.krueger import Series, project, series_of, unproject

DLON_RAD_MAX: Final = pi / 6  # rad from the meridian; points beyond are NaN
LAT_RAD_MAX: Final = pi / 2  # rad
X_M_MAX: Final = 3_600_000.0  # m from the meridian, a little more than 30 degrees at the equator
NORTHING_M_MAX: Final = 10_010_000.0  # m from the equator, a little more than the pole


class Earth(NamedTuple):
    """The projection of an ellipsoid both ways."""

    series: Series
    bands: Bands


@lru_cache(maxsize=1)
def earth_of_cgcs2000() -> Earth:
    """The projection of the CGCS2000 ellipsoid (source: EPSG ellipsoid 1024)."""
    return Earth(series_of(CGCS2000), bands_of_cgcs2000())


@kernel
def _project(lat_rad: float, dlon_rad: float, series: Series) -> tuple[float, float]:
    xi, eta = project(lat_rad, dlon_rad, series.e, series.alpha)
    return series.radius_m * eta, series.radius_m * xi


@kernel
def _unproject(x_m: float, northing_m: float, series: Series) -> tuple[float, float]:
    return unproject(northing_m / series.radius_m, x_m / series.radius_m, series.e, series.beta)


@inline_kernel
def to_transverse(lat_rad: float, dlon_rad: float, earth: Earth) -> tuple[float, float]:
    """Distance from the meridian and northing of one point.

    Shape: scalars. Unit: rad to m. Frame: CGCS2000's ellipsoid. Error: 1e-8 m; NaN for NaN, beyond the poles, and more
    than 30 degrees from the meridian. Source: Karney 2011.
    """
    if is_banded(lat_rad, dlon_rad):
        return band_project(lat_rad, dlon_rad, earth.bands)
    if not (abs(dlon_rad) <= DLON_RAD_MAX and abs(lat_rad) <= LAT_RAD_MAX):
        return nan, nan
    return _project(lat_rad, dlon_rad, earth.series)


@inline_kernel
def from_transverse(x_m: float, northing_m: float, earth: Earth) -> tuple[float, float]:
    """Latitude and longitude from the meridian of one projected point: the inverse of `to_transverse`.

    Shape: scalars. Unit: m to rad. Frame: CGCS2000's ellipsoid. Error: 1e-8 m; NaN for NaN, beyond a pole, and more
    than 3 600 km from the meridian. Source: Karney 2011.
    """
    if is_banded_back(x_m, northing_m, earth.bands):
        return band_unproject(x_m, northing_m, earth.bands)
    if not (abs(x_m) <= X_M_MAX and abs(northing_m) <= NORTHING_M_MAX):
        return nan, nan
    return _unproject(x_m, northing_m, earth.series)
