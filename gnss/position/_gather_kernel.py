"""The satellites of an epoch: one signal of each, and where it was when that signal left."""

from math import isfinite, isnan

from gnss._jit import inline_kernel, leaf_kernel
from gnss.constants import SPEED_OF_LIGHT_MPS
from gnss.orbits.rules import F_NAV, F_NAV_MESSAGE
from gnss.orbits.satellites import GLONASS, PER_SYSTEM, satellite_row
from gnss.orbits.table import OrbitTable, satellite_at, transmission_offset, velocity_at
from gnss.position._problem import SATELLITES_MAX
from gnss.position._work import Seen
from gnss.position.options import SppRules
from gnss.position.signals import UNUSED
from gnss.rtcm.observations import NO_CHANNEL, ObservationSink

PR_M_MIN, PR_M_MAX = 1e6, 1e8
"""Pseudoranges beyond are of no satellite that is used here."""


@inline_kernel
def _group(table: OrbitTable, satellite: int) -> int:
    return F_NAV if table.number[satellite] == F_NAV_MESSAGE else satellite // PER_SYSTEM


@inline_kernel
def _part(factor: float, delay_s: float) -> float:
    """A delay that is not stated matters only where it is asked for."""
    return factor * delay_s if factor != 0.0 else 0.0


@inline_kernel
def group_delay_s(table: OrbitTable, satellite: int, code: int, rules: SppRules) -> float:
    """Group delay of a signal against the satellite's clock; NaN where the ephemeris does not tell."""
    g = _group(table, satellite)
    return _part(rules.of_tgd[g, code], table.tgd_s[satellite]) + _part(rules.of_tgd2[g, code], table.tgd2_s[satellite])


@inline_kernel
def wavelength_m(o: ObservationSink, i: int, satellite: int, table: OrbitTable, rules: SppRules) -> float:
    """Of the carrier of an observation; NaN for a GLONASS channel that is not known."""
    system, code = satellite // PER_SYSTEM, o.signal[i]
    carrier_hz = rules.carrier_hz[system, code]
    if system == GLONASS:
        channel = o.channel[i] if o.channel[i] != NO_CHANNEL else table.channel[satellite]
        carrier_hz += rules.carrier_step_hz[system, code] * (channel if channel != NO_CHANNEL else 0)
    return SPEED_OF_LIGHT_MPS / carrier_hz


@inline_kernel
def _rank(o: ObservationSink, i: int, satellite: int, table: OrbitTable, rules: SppRules) -> int:
    """How welcome an observation is: 0 most, `UNUSED` not at all."""
    if satellite < 0 or table.status[satellite] != 0 or o.status[i] != 0:
        return UNUSED
    rank = int(rules.rank[_group(table, satellite), o.signal[i]])
    pr_m, cn0_dbhz = o.pr_m[i], o.cn0_dbhz[i]
    if rank == UNUSED or not (isfinite(pr_m) and PR_M_MIN < pr_m < PR_M_MAX):
        return UNUSED
    if 0.0 < cn0_dbhz < rules.cn0_dbhz_min or isnan(group_delay_s(table, satellite, o.signal[i], rules)):
        return UNUSED
    return rank


@inline_kernel
def _choose(o: ObservationSink, first: int, last: int, table: OrbitTable, rules: SppRules, seen: Seen) -> int:
    """The best signal of each satellite among rows `first` to `last` (not with it); returns how many there are."""
    n = 0
    for i in range(first, last):
        satellite = satellite_row(int(o.system[i]), int(o.prn[i]))
        rank = _rank(o, i, satellite, table, rules)
        if rank == UNUSED:
            continue
        k = seen.place[satellite]
        if k < 0:
            if n == SATELLITES_MAX:
                continue
            seen.place[satellite], seen.satellite[n], seen.row[n] = n, satellite, i
            n += 1
        elif rank < _rank(o, seen.row[k], satellite, table, rules):
            seen.row[k] = i
    for k in range(n):
        seen.place[seen.satellite[k]] = -1
    return n


@leaf_kernel
def gather(
    o: ObservationSink, first: int, last: int, tag_s: float, table: OrbitTable, rules: SppRules, seen: Seen
) -> int:
    """Fill `seen` from the rows of an epoch `tag_s` after the instant of the table; returns how many satellites."""
    n = _choose(o, first, last, table, rules, seen)
    for k in range(n):
        satellite, i = seen.satellite[k], seen.row[k]
        delay_s = group_delay_s(table, satellite, o.signal[i], rules)
        offset_s = transmission_offset(table, satellite, tag_s, o.pr_m[i])
        x_m, y_m, z_m, clock_s = satellite_at(table, satellite, offset_s)
        seen.r_m[k, 0], seen.r_m[k, 1], seen.r_m[k, 2] = x_m, y_m, z_m
        seen.v_mps[k, 0], seen.v_mps[k, 1], seen.v_mps[k, 2] = velocity_at(table, satellite, offset_s)
        seen.code_m[k] = o.pr_m[i] + SPEED_OF_LIGHT_MPS * (clock_s - delay_s)
        seen.drift_mps[k] = SPEED_OF_LIGHT_MPS * table.clock_drift_sps[satellite]
    return n
