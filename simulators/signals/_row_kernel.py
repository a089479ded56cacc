"""One row: code, phase, Doppler and C/N0 of a signal, and what they are made of."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel
from gnss.constants import L1_HZ, SPEED_OF_LIGHT_MPS
from gnss.orbits.rules import F_NAV_MESSAGE
from gnss.orbits.table import OrbitTable
from gnss.rtcm.observations import ObservationSink
from simulators.signals._dice import normal_pair, salted
from simulators.signals._site_kernel import Ray, Site
from simulators.signals.kit import OFF_BY_HALF, Knobs, MakePlan, PathSink, Plan, Skies, Tracks, Units

REFERENCE_CN0_DBHZ = 45.0
PHASE_NOISE_CYC, DOPPLER_NOISE_MPS, CN0_NOISE_DB = 0.0035, 0.02, 0.4
"""At 45 dB-Hz; weaker signals are noisier by the square root of what they lack."""

CODE_MP_M, CODE_MP_LOW_M = 0.15, 0.6
PHASE_MP_M, PHASE_MP_LOW_M = 0.0015, 0.004
"""Multipath in the zenith of open surroundings, and how much more there is at the horizon."""

PHASE_MP_RATIO_MAX = 3.0


class Sizes(NamedTuple):
    """Standard deviations of the multipath of a satellite, m, and its factor on noise, before what a signal adds."""

    code_m: float
    phase_m: float
    noise: float


@inline_kernel
def sizes_of(site: Site, ray: Ray, makes: MakePlan, skies: Skies, knobs: Knobs) -> Sizes:
    """Errors to expect of the signals of a satellite."""
    rough = skies.multipath_ratio[site.kind]
    own = makes.multipath_ratio[site.make] * knobs.multipath_ratio
    low = (1.0 - ray.sin_el) * (1.0 - ray.sin_el)
    return Sizes(
        own * rough * (CODE_MP_M + CODE_MP_LOW_M * low),
        own * min(rough, PHASE_MP_RATIO_MAX) * (PHASE_MP_M + PHASE_MP_LOW_M * low),
        makes.noise_ratio[site.make] * knobs.noise_ratio,
    )


@inline_kernel
def group_delay_m(table: OrbitTable, plan: Plan, k: int, j: int) -> float:
    """Delay of a signal in the satellite, as far as its ephemeris states it."""
    satellite = plan.satellite[k]
    f_nav = 1 if table.number[satellite] == F_NAV_MESSAGE else 0
    delay_s = 0.0
    if table.tgd_s[satellite] == table.tgd_s[satellite]:
        delay_s += plan.of_tgd[f_nav, k, j] * table.tgd_s[satellite]
    if table.tgd2_s[satellite] == table.tgd2_s[satellite]:
        delay_s += plan.of_tgd2[f_nav, k, j] * table.tgd2_s[satellite]
    return SPEED_OF_LIGHT_MPS * delay_s


@inline_kernel
def write_row(
    n: int, site: Site, ray: Ray, sizes: Sizes, detour_m: float, cn0_dbhz: float, has_phase: bool, k: int, j: int,
    t_ns: int, stated: NDArray[np.int64], table: OrbitTable, plan: Plan, makes: MakePlan, units: Units, tracks: Tracks,
    out: ObservationSink, paths: PathSink,
) -> None:  # fmt: skip
    """Write row `n`: signal `j` of satellite `k` at a receiver."""
    row, make, system = site.row, site.make, plan.system[k]
    channel = table.channel[plan.satellite[k]] if plan.step_hz[k, j] > 0.0 else 0
    carrier_hz = plan.hz[k, j] + plan.step_hz[k, j] * channel
    wave_m = SPEED_OF_LIGHT_MPS / carrier_hz
    weak = 10.0 ** ((REFERENCE_CN0_DBHZ - cn0_dbhz) / 20.0) * sizes.noise
    code, phase = normal_pair(units.chance, row)
    rate, strength = normal_pair(units.chance, row)
    rx_clock_m = SPEED_OF_LIGHT_MPS * site.bias_s
    iono_m = ray.iono_m * (L1_HZ / carrier_hz) * (L1_HZ / carrier_hz)
    code_bias_m = group_delay_m(table, plan, k, j) + makes.code_bias_m[make, k, j]
    code_bias_m += makes.glonass_code_m[make] * channel
    own_cyc = salted(units.salt[row], 64 * system + plan.code[k, j])
    phase_bias_m = (makes.phase_bias_cyc[make, k, j] + own_cyc) * wave_m + makes.glonass_phase_m[make] * channel
    code_mp_m = tracks.code_mp[row, k, j] * sizes.code_m * plan.multipath_ratio[k, j]
    phase_mp_m = tracks.phase_mp[row, k, j] * sizes.phase_m
    code_noise_m, phase_noise_m = code * weak * plan.code_noise_m[k, j], phase * weak * PHASE_NOISE_CYC * wave_m
    n_cyc = tracks.n_cyc[row, k, j] + (0.5 if tracks.half[row, k, j] & OFF_BY_HALF else 0.0)
    common_m = ray.range_m + rx_clock_m - ray.sat_clock_m + ray.tropo_m
    code_mp_m += detour_m
    out.slot[n], out.t_gpst_ns[n], out.t_stated[n], out.station[n] = row, t_ns, stated[system], units.station[row]
    out.system[n], out.prn[n], out.signal[n], out.channel[n] = system, plan.prn[k], plan.code[k, j], channel
    out.pr_m[n] = common_m + iono_m + code_bias_m + code_mp_m + code_noise_m
    phase_m = common_m - iono_m + phase_bias_m + phase_mp_m + phase_noise_m
    out.cp_cyc[n] = phase_m / wave_m + n_cyc if has_phase else np.nan
    out.doppler_hz[n] = -(ray.rate_mps + rate * weak * DOPPLER_NOISE_MPS) / wave_m
    out.cn0_dbhz[n] = cn0_dbhz + strength * CN0_NOISE_DB * sizes.noise
    out.lock_s[n] = max(tracks.lock_s[row, k, j], 0.0) if has_phase else 0.0
    out.half_cycle[n] = 1 if tracks.half[row, k, j] else 0
    out.status[n] = 0
    if len(paths.range_m) > 0:
        paths.range_m[n], paths.rx_clock_m[n], paths.sat_clock_m[n] = ray.range_m, rx_clock_m, ray.sat_clock_m
        paths.tropo_m[n], paths.iono_m[n] = ray.tropo_m, iono_m
        paths.code_bias_m[n], paths.phase_bias_m[n] = code_bias_m, phase_bias_m
        paths.code_multipath_m[n], paths.phase_multipath_m[n] = code_mp_m, phase_mp_m
        paths.code_noise_m[n], paths.phase_noise_m[n], paths.n_cyc[n] = code_noise_m, phase_noise_m, n_cyc
        paths.az_rad[n], paths.el_rad[n], paths.kind[n] = ray.az_rad, ray.el_rad, site.kind
