"""What the atmosphere adds to the pseudoranges at a place, and how much each is to be trusted."""

from math import cos, exp, log, pi, sin, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, leaf_kernel
from gnss.constants import (
    B1I_HZ,
    L1_HZ,
    NS_PER_DAY,
    NS_PER_S,
    NS_PER_WEEK,
    SPEED_OF_LIGHT_MPS,
    WGS84_A_M,
    WGS84_INV_F,
)  # fmt: skip
from gnss.delays.angles import Horizon, horizon_components
from gnss.delays.klobuchar import klobuchar_bds_m, klobuchar_gps_m
from gnss.delays.troposphere import HUMIDITY, Niell, niell_at, niell_mapping, saastamoinen_zenith_m
from gnss.frames.geodetic import ecef_to_geodetic_point
from gnss.orbits.satellites import BEIDOU, PER_SYSTEM
from gnss.orbits.table import OrbitTable
from gnss.position._gather_kernel import wavelength_m
from gnss.position._problem import Problem
from gnss.position._work import Seen, SppWork
from gnss.position.options import ORBIT_UNSTATED_M, SppRules
from gnss.position.use import Use
from gnss.rtcm.observations import ObservationSink
from gnss.time.civil import civil_from_days, days_from_civil
from gnss.time.leap import GPS_EPOCH_DAY

WGS84_E2 = (2.0 - 1.0 / WGS84_INV_F) / WGS84_INV_F

BDT_BEHIND_S = 14.0
WEEK_S = NS_PER_WEEK / NS_PER_S

TROPO_RATIO = 0.05
"""Error of the modelled troposphere over itself."""

IONO_OWN_RATIO = 0.3
"""Part of the ionosphere's error that is a satellite's own, over the whole."""

IONO_SCALE_RAD = 0.3
"""Distance, seen from the geocentre, over which the ionosphere's error changes by as much as it is."""

UNKNOWN_CN0_DBHZ = 40.0
"""Strength taken where none is stated."""

STRONG_CN0_DBHZ = 45.0
"""Strength at which multipath has the size that the options state."""

ZENITH_IONO_M_MIN = 1.0
"""The error of the ionosphere is taken to be at least that of so much of it."""

LN10_PER_20 = log(10.0) / 20.0

_USED, _LOW, _EXCLUDED = int(Use.USED), int(Use.LOW), int(Use.EXCLUDED)


class Place(NamedTuple):
    """A receiver's place and time as the models of the atmosphere take them."""

    lat_rad: float
    lon_rad: float
    horizon: Horizon
    tow_s: float
    dry_m: float
    wet_m: float
    niell: Niell


@inline_kernel
def horizon_at(lat_rad: float, lon_rad: float) -> Horizon:
    """Sines and cosines of a place."""
    return Horizon(sin(lat_rad), cos(lat_rad), sin(lon_rad), cos(lon_rad))


@inline_kernel
def place_at(x: NDArray[np.float64], t_gpst_ns: int) -> Place:
    """The place of an ECEF position."""
    lat_rad, lon_rad, h_ell_m = ecef_to_geodetic_point(x[0], x[1], x[2], WGS84_A_M, WGS84_E2)
    day, of_day_ns = divmod(t_gpst_ns, NS_PER_DAY)
    year = civil_from_days(day + GPS_EPOCH_DAY)[0]
    day_of_year = day + GPS_EPOCH_DAY - days_from_civil(year, 1, 1) + 1 + of_day_ns / NS_PER_DAY
    dry_m, wet_m = saastamoinen_zenith_m(lat_rad, h_ell_m, HUMIDITY)
    niell = niell_at(lat_rad, h_ell_m, day_of_year)
    tow_s = (t_gpst_ns % NS_PER_WEEK) / NS_PER_S
    return Place(lat_rad, lon_rad, horizon_at(lat_rad, lon_rad), tow_s, dry_m, wet_m, niell)


@inline_kernel
def _iono_m(place: Place, is_bds: bool, sin_az: float, cos_az: float, el_rad: float, rules: SppRules) -> float:
    """Ionosphere on L1, by BeiDou's parameters where they are wanted and known, or where GPS's are not."""
    lat_rad, lon_rad = place.lat_rad, place.lon_rad
    if rules.has_bds and (is_bds or not rules.has_gps):
        sow_s = (place.tow_s - BDT_BEHIND_S) % WEEK_S
        on_b1i_m = klobuchar_bds_m(rules.klobuchar_bds, sow_s, lat_rad, lon_rad, sin_az, cos_az, el_rad)
        return on_b1i_m * (B1I_HZ / L1_HZ) ** 2
    return klobuchar_gps_m(rules.klobuchar_gps, place.tow_s, lat_rad, lon_rad, sin_az, cos_az, el_rad)


@inline_kernel
def sigma_iono_m(zenith_iono_m: float, rules: SppRules) -> float:
    """Error of the ionosphere in the zenith; a model without parameters knows little more than its size."""
    ratio = rules.iono_ratio if rules.has_gps or rules.has_bds else 1.0
    return ratio * max(zenith_iono_m, ZENITH_IONO_M_MIN)


@inline_kernel
def pierce_angle_rad(el_rad: float) -> float:
    """How far from the receiver, seen from the geocentre, a signal pierces the ionosphere (as Klobuchar has it)."""
    return pi * (0.0137 / (el_rad / pi + 0.11) - 0.022)


@inline_kernel
def weakness(cn0_dbhz: float) -> float:
    """How much worse a signal is than a strong one: ten to the power of a twentieth of the decibels lacking."""
    strength_dbhz = cn0_dbhz if cn0_dbhz > 0.0 else UNKNOWN_CN0_DBHZ
    return exp((STRONG_CN0_DBHZ - strength_dbhz) * LN10_PER_20)


@inline_kernel
def _variance_m2(
    satellite: int,
    table: OrbitTable,
    rules: SppRules,
    sin_el: float,
    cn0_dbhz: float,
    own_iono_m: float,
    tropo_m: float,
) -> float:
    """Variance of what is a pseudorange's own: noise, multipath, orbit, atmosphere."""
    system = satellite // PER_SYSTEM
    noise_m = rules.code_factor[system] * rules.sigma_code_m / sin_el
    multipath_m = rules.code_factor[system] * rules.sigma_multipath_m * weakness(cn0_dbhz)
    stated_m = table.sigma_m[satellite]
    orbit_m = rules.orbit_ratio[system] * (stated_m if stated_m == stated_m else ORBIT_UNSTATED_M)  # noqa: PLR0124
    air_m2 = own_iono_m * own_iono_m + TROPO_RATIO * TROPO_RATIO * tropo_m * tropo_m
    return noise_m * noise_m + multipath_m * multipath_m + orbit_m * orbit_m + air_m2


@inline_kernel
def _point(horizon: Horizon, p: Problem, seen: Seen, k: int) -> float:
    """Where a satellite stands; returns the sine of its elevation."""
    east, north, up = horizon_components(horizon, -p.a[k, 0], -p.a[k, 1], -p.a[k, 2])
    level = sqrt(east * east + north * north)
    seen.el_rad[k] = np.arctan2(up, level)
    seen.sin_az[k], seen.cos_az[k] = (east / level, north / level) if level > 0.0 else (0.0, 1.0)
    return up


@leaf_kernel
def weigh(o: ObservationSink, n: int, t_gpst_ns: int, table: OrbitTable, rules: SppRules, work: SppWork) -> None:
    """Angles, delays and weights of the satellites at `work.x`; those below the mask are not used.

    Directions are those that the problem of the position has; what is not known of the ionosphere enters it.
    """
    seen, p = work.seen, work.position
    place = place_at(work.x, t_gpst_ns)
    zenith_m = _iono_m(place, False, 0.0, 1.0, 0.5 * pi, rules)
    iono_m = sigma_iono_m(zenith_m, rules)
    own_m, per_rad = IONO_OWN_RATIO * iono_m, iono_m / IONO_SCALE_RAD
    p.prior[3], p.prior[4], p.prior[5] = 1.0 / (iono_m * iono_m), 1.0 / (per_rad * per_rad), 1.0 / (per_rad * per_rad)
    for k in range(n):
        satellite, i = seen.satellite[k], seen.row[k]
        up = _point(place.horizon, p, seen, k)
        if seen.use[k] != _EXCLUDED:
            seen.use[k] = _USED if up >= rules.sin_el_min else _LOW
        p.weight[k] = 0.0
        if up < rules.sin_el_min:
            continue
        on_l1_m = _iono_m(
            place, satellite // PER_SYSTEM == BEIDOU, seen.sin_az[k], seen.cos_az[k], seen.el_rad[k], rules
        )
        ratio = L1_HZ * wavelength_m(o, i, satellite, table, rules) / SPEED_OF_LIGHT_MPS
        obliquity = on_l1_m * ratio * ratio / zenith_m
        away = obliquity * pierce_angle_rad(seen.el_rad[k])
        p.a[k, 3], p.a[k, 4], p.a[k, 5] = obliquity, away * seen.cos_az[k], away * seen.sin_az[k]
        dry, wet = niell_mapping(place.niell, up)
        tropo_m = dry * place.dry_m + wet * place.wet_m
        seen.delay_m[k] = on_l1_m * ratio * ratio + tropo_m
        variance_m2 = _variance_m2(satellite, table, rules, up, o.cn0_dbhz[i], own_m * obliquity, tropo_m)
        seen.sigma_m[k] = sqrt(variance_m2)
        if seen.use[k] == _USED:
            p.weight[k] = 1.0 / variance_m2
