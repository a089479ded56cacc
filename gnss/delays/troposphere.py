"""Troposphere: Saastamoinen's zenith delays in a standard atmosphere, Niell's mapping to the slant.

Source: docs/sources.md, gnss_facts §9.
"""

from math import cos, exp, pi
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gnss._jit import inline_kernel, kernel

HUMIDITY = 0.5
"""Relative humidity of the standard atmosphere, unless stated."""

H_M_MIN, H_M_MAX = -500.0, 12_000.0
"""Heights beyond are taken as these: the formula of the pressure ends at 44 km."""

DAYS_PER_YEAR = 365.25
COLDEST_DAY = 28.0
"""Day of the year at which Niell's season starts in the north."""


@inline_kernel
def saastamoinen_zenith_m(lat_rad: float, h_ell_m: float, humidity: float) -> tuple[float, float]:
    """(hydrostatic, wet) delay in the zenith; the ellipsoidal height stands for that above the sea.

    Shape: scalars. Unit: rad, m to m. Frame: geodetic. Error: hydrostatic 1-2 cm by weather, wet 5 cm and more. Source:
    docs/sources.md, gnss_facts §9.
    """
    up_m = min(max(h_ell_m, H_M_MIN), H_M_MAX)
    pressure_hpa = 1013.25 * (1.0 - 2.2557e-5 * up_m) ** 5.2568
    temperature_k = 15.0 - 6.5e-3 * up_m + 273.16
    vapour_hpa = 6.108 * humidity * exp((17.15 * temperature_k - 4684.0) / (temperature_k - 38.45))
    dry_m = 0.0022768 * pressure_hpa / (1.0 - 0.00266 * cos(2.0 * lat_rad) - 0.00028 * up_m / 1e3)
    return dry_m, 0.002277 * (1255.0 / temperature_k + 0.05) * vapour_hpa


NODE_STEP_DEG = 15.0
_NODES = (
    # hydrostatic mean a, b, c; amplitude a, b, c; wet a, b, c at 15, 30, 45, 60 and 75 degrees
    (1.2769934e-3, 1.2683230e-3, 1.2465397e-3, 1.2196049e-3, 1.2045996e-3),
    (2.9153695e-3, 2.9152299e-3, 2.9288445e-3, 2.9022565e-3, 2.9024912e-3),
    (62.610505e-3, 62.837393e-3, 63.721774e-3, 63.824265e-3, 64.258455e-3),
    (0.0, 1.2709626e-5, 2.6523662e-5, 3.4000452e-5, 4.1202191e-5),
    (0.0, 2.1414979e-5, 3.0160779e-5, 7.2562722e-5, 11.723375e-5),
    (0.0, 9.0128400e-5, 4.3497037e-5, 84.795348e-5, 170.37206e-5),
    (5.8021897e-4, 5.6794847e-4, 5.8118019e-4, 5.9727542e-4, 6.1641693e-4),
    (1.4275268e-3, 1.5138625e-3, 1.4572752e-3, 1.5007428e-3, 1.7599082e-3),
    (4.3472961e-2, 4.6729510e-2, 4.3908931e-2, 4.4626982e-2, 5.4736038e-2),
)
NIELL_NODES: NDArray[np.float64] = np.array(_NODES)
"""(9, 5): terms of Niell's mapping by latitude."""

HEIGHT_A, HEIGHT_B, HEIGHT_C = 2.53e-5, 5.49e-3, 1.14e-3


class Niell(NamedTuple):
    """Niell's mapping at a latitude and season: three terms hydrostatic, three wet, and the height in km."""

    dry_a: float
    dry_b: float
    dry_c: float
    wet_a: float
    wet_b: float
    wet_c: float
    up_km: float


@inline_kernel
def niell_at(lat_rad: float, h_ell_m: float, day_of_year: float) -> Niell:
    """Terms of the mapping at a place and day; the same for all satellites.

    Shape: scalars. Unit: rad, m, days (1 = 1 January, 0 h). Frame: geodetic. Error: last bits. Source: Niell 1996.
    """
    node = min(max(abs(lat_rad) * 180.0 / pi / NODE_STEP_DEG - 1.0, 0.0), 4.0)
    low = min(int(node), 3)
    part = node - low
    phase = (day_of_year - COLDEST_DAY) / DAYS_PER_YEAR + (0.5 if lat_rad < 0.0 else 0.0)
    season = cos(2.0 * pi * phase)
    n = NIELL_NODES
    dry_a = (1 - part) * (n[0, low] - season * n[3, low]) + part * (n[0, low + 1] - season * n[3, low + 1])
    dry_b = (1 - part) * (n[1, low] - season * n[4, low]) + part * (n[1, low + 1] - season * n[4, low + 1])
    dry_c = (1 - part) * (n[2, low] - season * n[5, low]) + part * (n[2, low + 1] - season * n[5, low + 1])
    wet_a = (1 - part) * n[6, low] + part * n[6, low + 1]
    wet_b = (1 - part) * n[7, low] + part * n[7, low + 1]
    wet_c = (1 - part) * n[8, low] + part * n[8, low + 1]
    up_m = min(max(h_ell_m, H_M_MIN), H_M_MAX)
    return Niell(dry_a, dry_b, dry_c, wet_a, wet_b, wet_c, up_m / 1e3)


@inline_kernel
def _fraction(sin_el: float, a: float, b: float, c: float) -> float:
    return (1.0 + a / (1.0 + b / (1.0 + c))) / (sin_el + a / (sin_el + b / (sin_el + c)))


@inline_kernel
def niell_mapping(niell: Niell, sin_el: float) -> tuple[float, float]:
    """(hydrostatic, wet) slant delay for one in the zenith.

    Shape: scalars. Unit: sine of the elevation, dimensionless. Error: 1 % at 5 degrees; meaningless below the horizon.
    Source: Niell 1996.
    """
    dry = _fraction(sin_el, niell.dry_a, niell.dry_b, niell.dry_c)
    dry += (1.0 / sin_el - _fraction(sin_el, HEIGHT_A, HEIGHT_B, HEIGHT_C)) * niell.up_km
    return dry, _fraction(sin_el, niell.wet_a, niell.wet_b, niell.wet_c)


Floats = NDArray[np.float64]


@kernel
def _rows(
    lat_rad: Floats, h_ell_m: Floats, day_of_year: Floats, sin_el: Floats, humidity: float, delay_m: Floats
) -> None:
    for i in range(len(sin_el)):
        dry_m, wet_m = saastamoinen_zenith_m(lat_rad[i], h_ell_m[i], humidity)
        dry, wet = niell_mapping(niell_at(lat_rad[i], h_ell_m[i], day_of_year[i]), sin_el[i])
        delay_m[i] = dry_m * dry + wet_m * wet


def troposphere(
    lat_rad: ArrayLike, h_ell_m: ArrayLike, day_of_year: ArrayLike, el_rad: ArrayLike, humidity: float = HUMIDITY
) -> Floats:
    """Slant delays: Saastamoinen in the zenith, Niell to the slant.

    Shape: the broadcast shape. Unit: rad, m, days (1 = 1 January, 0 h), rad to m. Frame: geodetic. Error: some cm in
    the zenith, by weather; NaN in gives NaN out. Source: docs/sources.md, gnss_facts §9.
    """
    given = np.broadcast_arrays(*(np.asarray(column, np.float64) for column in (lat_rad, h_ell_m, day_of_year, el_rad)))
    lat, up, day, elevation_rad = (np.ascontiguousarray(column).ravel() for column in given)
    delay_m = np.empty(lat.shape)
    _rows(lat, up, day, np.sin(elevation_rad), humidity, delay_m)
    return delay_m.reshape(given[0].shape)
