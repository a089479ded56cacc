"""The way of a signal: range, range rate, direction, and what the atmosphere adds."""

from __future__ import annotations

from math import cos, pi, sin, sqrt

from gnss._jit import inline_kernel
from gnss.constants import GPS_OMEGA_E_RADPS, SPEED_OF_LIGHT_MPS
from gnss.delays.klobuchar import klobuchar_gps_m
from gnss.orbits.table import OrbitTable, line_of_sight, satellite_at, velocity_at
from simulators.signals.kit import Air

EARTH_M = 6_371_000.0
WAVE_LENGTH_M, WAVE_PERIOD_S = 180_000.0, 1_200.0
"""Of a travelling ionospheric disturbance of middle size; it runs to the south-east."""
_HALF_ROOT = 0.7071067811865476

Three = tuple[float, float, float]


@inline_kernel
def signal_path(
    table: OrbitTable, satellite: int, at_s: float, place: Three
) -> tuple[float, float, float, float, float, float]:
    """(range, satellite clock in s, direction, when it left) of what is heard `at_s` after the table's instant."""
    rx_m, ry_m, rz_m = place
    r = table.r_ecef_m
    dx_m, dy_m, dz_m = r[satellite, 0] - rx_m, r[satellite, 1] - ry_m, r[satellite, 2] - rz_m
    range_m = sqrt(dx_m * dx_m + dy_m * dy_m + dz_m * dz_m)
    clock_s, ex, ey, ez = 0.0, 0.0, 0.0, 0.0
    for _ in range(2):
        x_m, y_m, z_m, clock_s = satellite_at(table, satellite, at_s - range_m / SPEED_OF_LIGHT_MPS)
        range_m, ex, ey, ez = line_of_sight(x_m, y_m, z_m, rx_m, ry_m, rz_m)
    return range_m, clock_s, ex, ey, ez, at_s - range_m / SPEED_OF_LIGHT_MPS


@inline_kernel
def range_rate_mps(
    table: OrbitTable, satellite: int, left_s: float, range_m: float, e: Three, place: Three, velocity: Three
) -> float:
    """How fast the range grows, by the time of reception; the Earth's turning while the signal travels is in it."""
    vx_mps, vy_mps, vz_mps = velocity_at(table, satellite, left_s)
    turn = GPS_OMEGA_E_RADPS * range_m / SPEED_OF_LIGHT_MPS
    vx_mps, vy_mps = vx_mps + turn * vy_mps, vy_mps - turn * vx_mps
    toward_mps = e[0] * vx_mps + e[1] * vy_mps + e[2] * vz_mps
    own_mps = e[0] * velocity[0] + e[1] * velocity[1] + e[2] * velocity[2]
    turning_mps = GPS_OMEGA_E_RADPS * (e[0] * (place[1] + range_m * e[1]) - e[1] * (place[0] + range_m * e[0]))
    return (toward_mps - own_mps) / (1.0 + (toward_mps - turning_mps) / SPEED_OF_LIGHT_MPS)


@inline_kernel
def ionosphere_m(air: Air, lat_rad: float, lon_rad: float, sin_az: float, cos_az: float, el_rad: float) -> float:
    """Delay of a code on L1: the model, and where its signal pierces the layer a slope and a wave."""
    model_m = klobuchar_gps_m(air.klobuchar, air.tow_s, lat_rad, lon_rad, sin_az, cos_az, el_rad)
    ahead_rad = pi * (0.0137 / (el_rad / pi + 0.11) - 0.022)
    north_m = EARTH_M * (lat_rad - air.lat_rad + ahead_rad * cos_az)
    east_m = EARTH_M * ((lon_rad - air.lon_rad) * cos(air.lat_rad) + ahead_rad * sin_az)
    phase = (east_m - north_m) * _HALF_ROOT / WAVE_LENGTH_M - air.tow_s / WAVE_PERIOD_S
    vertical_m = air.north_ratio * north_m + air.east_ratio * east_m + air.wave_m * sin(2.0 * pi * phase)
    slant = 1.0 + 16.0 * (0.53 - el_rad / pi) ** 3
    return air.iono_ratio * model_m + slant * vertical_m
