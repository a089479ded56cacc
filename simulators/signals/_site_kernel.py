"""A receiver at one instant, and what reaches it from one satellite."""

from __future__ import annotations

from math import cos, exp, sin, sqrt
from typing import NamedTuple

from gnss._jit import inline_kernel
from gnss.constants import SPEED_OF_LIGHT_MPS, WGS84_A_M
from gnss.delays.angles import Horizon, azimuth_elevation, horizon_components
from gnss.delays.troposphere import HUMIDITY, Niell, niell_at, niell_mapping, saastamoinen_zenith_m
from gnss.frames.ellipsoid import WGS84
from gnss.frames.geodetic import ecef_to_geodetic_point
from gnss.orbits.table import OrbitTable
from simulators.signals._path_kernel import Three, ionosphere_m, range_rate_mps, signal_path
from simulators.signals.kit import Air, Places, Units

E2 = WGS84.e2
CORRELATION_REST_S = 90.0
CORRELATION_M = 6.0
"""Multipath changes within so much time at rest, or on so much way."""

ZENITH_CN0_DBHZ, LOW_DB = 49.0, 14.0


class Site(NamedTuple):
    """A receiver at the moment at which it measures, which its clock's error shifts from the epoch."""

    row: int
    make: int
    kind: int
    place: Three
    velocity: Three
    up: Three
    lat_rad: float
    lon_rad: float
    horizon: Horizon
    dry_m: float
    wet_m: float
    niell: Niell
    bias_s: float
    drift_sps: float
    dt_s: float
    keep: float


class Ray(NamedTuple):
    """What reaches a receiver from a satellite; `iono_m` on L1, `rate_mps` with both clocks."""

    range_m: float
    sat_clock_m: float
    rate_mps: float
    tropo_m: float
    iono_m: float
    az_rad: float
    el_rad: float
    sin_el: float
    cn0_dbhz: float


@inline_kernel
def site_of(units: Units, places: Places, i: int, air: Air, dt_s: float) -> Site:
    """The i-th of some receivers."""
    row = places.row[i]
    bias_s = units.bias_s[row]
    vx_mps, vy_mps, vz_mps = places.v_ecef_mps[i, 0], places.v_ecef_mps[i, 1], places.v_ecef_mps[i, 2]
    x_m = places.r_ecef_m[i, 0] - vx_mps * bias_s
    y_m = places.r_ecef_m[i, 1] - vy_mps * bias_s
    z_m = places.r_ecef_m[i, 2] - vz_mps * bias_s
    lat_rad, lon_rad, h_ell_m = ecef_to_geodetic_point(x_m, y_m, z_m, WGS84_A_M, E2)
    horizon = Horizon(sin(lat_rad), cos(lat_rad), sin(lon_rad), cos(lon_rad))
    dry_m, wet_m = saastamoinen_zenith_m(lat_rad, h_ell_m, HUMIDITY)
    speed_mps = sqrt(vx_mps * vx_mps + vy_mps * vy_mps + vz_mps * vz_mps)
    fastest_s = CORRELATION_M / max(speed_mps, CORRELATION_M / CORRELATION_REST_S)
    up = (horizon.cos_lat * horizon.cos_lon, horizon.cos_lat * horizon.sin_lon, horizon.sin_lat)
    return Site(
        row, units.make[row], places.kind[i], (x_m, y_m, z_m), (vx_mps, vy_mps, vz_mps), up, lat_rad, lon_rad, horizon,
        dry_m, wet_m * air.wet_ratio, niell_at(lat_rad, h_ell_m, air.day), bias_s, units.drift_sps[row], dt_s,
        exp(-dt_s / fastest_s),
    )  # fmt: skip


@inline_kernel
def rough_sin_el(table: OrbitTable, satellite: int, site: Site) -> float:
    """Sine of the elevation at the instant of the table, to 1e-4: enough to leave out what is below the horizon."""
    r, place, up = table.r_ecef_m, site.place, site.up
    dx_m, dy_m, dz_m = r[satellite, 0] - place[0], r[satellite, 1] - place[1], r[satellite, 2] - place[2]
    above_m = dx_m * up[0] + dy_m * up[1] + dz_m * up[2]
    return float(above_m / sqrt(dx_m * dx_m + dy_m * dy_m + dz_m * dz_m))


@inline_kernel
def ray_of(table: OrbitTable, satellite: int, site: Site, air: Air) -> Ray:
    """Range, direction and delays of the signals of a satellite."""
    range_m, clock_s, ex, ey, ez, left_s = signal_path(table, satellite, -site.bias_s, site.place)
    e = (ex, ey, ez)
    rate_mps = range_rate_mps(table, satellite, left_s, range_m, e, site.place, site.velocity)
    clocks_sps = site.drift_sps - table.clock_drift_sps[satellite]
    rate_mps += SPEED_OF_LIGHT_MPS * clocks_sps - rate_mps * site.drift_sps
    east, north, up = horizon_components(site.horizon, ex, ey, ez)
    az_rad, el_rad = azimuth_elevation(east, north, up)
    dry, wet = niell_mapping(site.niell, up)
    level = max(sqrt(east * east + north * north), 1e-9)
    iono_m = ionosphere_m(air, site.lat_rad, site.lon_rad, east / level, north / level, el_rad)
    cn0_dbhz = ZENITH_CN0_DBHZ - LOW_DB * (1.0 - up) * sqrt(1.0 - up)
    return Ray(
        range_m, SPEED_OF_LIGHT_MPS * clock_s, rate_mps, dry * site.dry_m + wet * site.wet_m, iono_m, az_rad, el_rad,
        up, cn0_dbhz,
    )  # fmt: skip
