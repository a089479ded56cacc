"""Ionosphere by eight broadcast parameters: Klobuchar's model as GPS uses it, and as BeiDou does.

Parameters are α0..α3, β0..β3 as the messages state them (s, s per semicircle ...). Source: docs/sources.md,
gnss_facts §8, IS-GPS-200, BDS-SIS-ICD.
"""

from math import asin, cos, pi, sin, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gnss._jit import inline_kernel, kernel
from gnss.constants import SPEED_OF_LIGHT_MPS

PARAMETER_COUNT = 8

DAY_S = 86_400.0
NIGHT_S = 5e-9
"""Vertical delay at night."""
NOON_S = 50_400.0
"""Local time of the greatest delay, two in the afternoon."""
PERIOD_S_MIN, PERIOD_S_MAX = 72_000.0, 172_800.0

PIERCE_LAT_MAX = 0.416
"""Latitude of the pierce point in semicircles beyond which GPS's model does not go."""

BDS_EARTH_M, BDS_SHELL_M = 6_378_000.0, 375_000.0
"""Radius of the Earth and height of the shell in BeiDou's model."""

TYPICAL = (0.1118e-7, -0.7451e-8, -0.5961e-7, 0.1192e-6, 0.1167e6, -0.2294e6, -0.1311e6, 0.1049e7)
"""GPS's parameters of 1 January 2004, which RTKLIB and others take where none were received."""

_SHELL_RATIO = BDS_EARTH_M / (BDS_EARTH_M + BDS_SHELL_M)


@inline_kernel
def _polynomial(parameters: NDArray[np.float64], first: int, x: float) -> float:
    p = parameters
    return p[first] + x * (p[first + 1] + x * (p[first + 2] + x * p[first + 3]))


@inline_kernel
def klobuchar_gps_m(
    parameters: NDArray[np.float64],
    tow_s: float,
    lat_rad: float,
    lon_rad: float,
    sin_az: float,
    cos_az: float,
    el_rad: float,
) -> float:
    """Slant delay of a signal on L1 (GPS, QZSS, Galileo E1); on another carrier (L1 / f)² times as much.

    Shape: scalars and (8,). Unit: s of GPS week, rad to m. Frame: geodetic. Error: half of the delay remains, as a
    rule; computed to last bits. Source: IS-GPS-200, Klobuchar's model.
    """
    el = el_rad / pi
    psi = 0.0137 / (el + 0.11) - 0.022
    lat = min(max(lat_rad / pi + psi * cos_az, -PIERCE_LAT_MAX), PIERCE_LAT_MAX)
    lon = lon_rad / pi + psi * sin_az / cos(lat * pi)
    lat += 0.064 * cos((lon - 1.617) * pi)
    local_s = (43_200.0 * lon + tow_s) % DAY_S
    slant = 1.0 + 16.0 * (0.53 - el) ** 3
    amplitude_s = max(_polynomial(parameters, 0, lat), 0.0)
    period_s = max(_polynomial(parameters, 4, lat), PERIOD_S_MIN)
    x = 2.0 * pi * (local_s - NOON_S) / period_s
    day_s = amplitude_s * (1.0 + x * x * (-0.5 + x * x / 24.0)) if abs(x) < 1.57 else 0.0
    return SPEED_OF_LIGHT_MPS * slant * (NIGHT_S + day_s)


@inline_kernel
def klobuchar_bds_m(
    parameters: NDArray[np.float64],
    bdt_sow_s: float,
    lat_rad: float,
    lon_rad: float,
    sin_az: float,
    cos_az: float,
    el_rad: float,
) -> float:
    """Slant delay of a signal on B1I by BeiDou's eight parameters; on another carrier (B1I / f)² times as much.

    Shape: scalars and (8,). Unit: s of BDT week, rad to m. Frame: geodetic. Error: about half of the delay remains;
    computed to last bits. Source: BDS-SIS-ICD.
    """
    sin_zenith = _SHELL_RATIO * cos(el_rad)
    psi_rad = pi / 2.0 - el_rad - asin(sin_zenith)
    sin_psi = sin(psi_rad)
    sin_lat = sin(lat_rad) * cos(psi_rad) + cos(lat_rad) * sin_psi * cos_az
    pierce_lat_rad = asin(min(max(sin_lat, -1.0), 1.0))
    across = sin_psi * sin_az / max(cos(pierce_lat_rad), 1e-9)
    pierce_lon_rad = lon_rad + asin(min(max(across, -1.0), 1.0))
    local_s = (43_200.0 * pierce_lon_rad / pi + bdt_sow_s) % DAY_S
    lat = abs(pierce_lat_rad / pi)
    amplitude_s = max(_polynomial(parameters, 0, lat), 0.0)
    period_s = min(max(_polynomial(parameters, 4, lat), PERIOD_S_MIN), PERIOD_S_MAX)
    after_s = local_s - NOON_S
    day_s = amplitude_s * cos(2.0 * pi * after_s / period_s) if abs(after_s) < period_s / 4.0 else 0.0
    return SPEED_OF_LIGHT_MPS * (NIGHT_S + day_s) / sqrt(1.0 - sin_zenith * sin_zenith)


Floats = NDArray[np.float64]


@kernel
def _rows(is_bds: bool, parameters: Floats, week_s: Floats, place: Floats, az_rad: Floats, el_rad: Floats) -> Floats:
    delay_m = np.empty_like(az_rad)
    for i in range(len(az_rad)):
        lat_rad, lon_rad, sin_az, cos_az = place[0, i], place[1, i], sin(az_rad[i]), cos(az_rad[i])
        if is_bds:
            delay_m[i] = klobuchar_bds_m(parameters, week_s[i], lat_rad, lon_rad, sin_az, cos_az, el_rad[i])
        else:
            delay_m[i] = klobuchar_gps_m(parameters, week_s[i], lat_rad, lon_rad, sin_az, cos_az, el_rad[i])
    return delay_m


def _vectorised(is_bds: bool, parameters: ArrayLike, *columns: ArrayLike) -> Floats:
    terms = np.ascontiguousarray(parameters, np.float64)
    if terms.shape != (PARAMETER_COUNT,):
        raise ValueError(f"Klobuchar's model has 8 parameters, got {terms.shape}")
    given = np.broadcast_arrays(*(np.asarray(column, np.float64) for column in columns))
    week_s, lat_rad, lon_rad, az_rad, el_rad = (np.ascontiguousarray(column).ravel() for column in given)
    return _rows(is_bds, terms, week_s, np.stack((lat_rad, lon_rad)), az_rad, el_rad).reshape(given[0].shape)


def klobuchar_gps(
    parameters: ArrayLike,
    tow_s: ArrayLike,
    lat_rad: ArrayLike,
    lon_rad: ArrayLike,
    az_rad: ArrayLike,
    el_rad: ArrayLike,
) -> Floats:
    """Slant delays on L1 by GPS's parameters.

    Shape: (8,) and the broadcast shape of the rest. Unit: s of GPS week, rad to m. Frame: geodetic. Error: as
    `klobuchar_gps_m`; NaN in gives NaN out. Source: IS-GPS-200.
    """
    return _vectorised(False, parameters, tow_s, lat_rad, lon_rad, az_rad, el_rad)


def klobuchar_bds(
    parameters: ArrayLike,
    bdt_sow_s: ArrayLike,
    lat_rad: ArrayLike,
    lon_rad: ArrayLike,
    az_rad: ArrayLike,
    el_rad: ArrayLike,
) -> Floats:
    """Slant delays on B1I by BeiDou's parameters.

    Shape: (8,) and the broadcast shape of the rest. Unit: s of BDT week, rad to m. Frame: geodetic. Error: as
    `klobuchar_bds_m`; NaN in gives NaN out. Source: BDS-SIS-ICD.
    """
    return _vectorised(True, parameters, bdt_sow_s, lat_rad, lon_rad, az_rad, el_rad)
