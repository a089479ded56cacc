"""Pairing: the signals that rover and base both have, as single differences with their weights."""

from math import isfinite

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, leaf_kernel
from gnss.orbits.satellites import BEIDOU, PER_SYSTEM, is_beidou_geo
from gnss.rtk._apart import apart
from gnss.rtk._work import GROUPS_MAX, PAIRS_MAX, Groups, Lookup, Pairs, Side
from gnss.rtk.settings import Rules
from gnss.rtk.signals import BANDS, CODES, Carriers, satellite_block

CN0_GOOD_DBHZ = 40.0
"""Signals stronger than this are as good as their elevation says; weaker ones get the noise their strength implies."""

CN0_DECADE_DB = 10.0

GEO_NOISE = 2.0
"""How much noisier the slow BeiDou GEOs are: their multipath hardly changes (docs/sources.md, gnss_facts §11)."""


@inline_kernel
def group_key(satellite: int, code: int, base_code: int) -> int:
    """Number of the group whose phases are compared with each other."""
    return (((satellite >> 6) * 4 + satellite_block(satellite)) * CODES + code) * CODES + base_code


@inline_kernel
def _noise_ratio(satellite: int, sin_el: float, cn0_dbhz: float) -> float:
    """Variance of a phase over that at the zenith."""
    ratio = 0.5 + 0.5 / (sin_el * sin_el)
    if 0.0 < cn0_dbhz < CN0_GOOD_DBHZ:
        ratio *= 10.0 ** ((CN0_GOOD_DBHZ - cn0_dbhz) / CN0_DECADE_DB)
    number = satellite - BEIDOU * PER_SYSTEM
    if 0 < number < PER_SYSTEM and is_beidou_geo(satellite):
        ratio *= GEO_NOISE
    return ratio


@leaf_kernel
def find_group(groups: Groups, n: int, key: int) -> int:
    """Index of the group with this key among the first `n`, or `n`: where it is to be entered."""
    for g in range(n):
        if groups.keys[g] == key:
            return g
    return n


@leaf_kernel
def pair_up(
    rover: Side, n: int, base: Side, lookup: Lookup, carriers: Carriers, rules: Rules, iono_m2: float,
    code_variance: float, pairs: Pairs, groups: Groups, code_groups: Groups,
) -> tuple[int, int, int]:  # fmt: skip
    """Fill `pairs`; returns how many pairs, phase groups and code groups there are.

    `iono_m2` is the variance of the ionosphere left in the difference, `code_variance` what was learnt of the code's.
    """
    apart()
    m, g_count, c_count = 0, 0, 0
    variance = 2.0 * rules.sigma_phase_m * rules.sigma_phase_m
    code_ratio = rules.sigma_code_ratio * rules.sigma_code_ratio * code_variance
    for i in range(n):
        satellite, code = int(rover.satellite[i]), int(rover.code[i])
        j = int(lookup.by_code[satellite * CODES + code])
        if j < 0:
            j = int(lookup.by_band[satellite * BANDS + int(carriers.band[satellite >> 6, code])])
        if j < 0 or abs(base.wavelength_m[j] - rover.wavelength_m[i]) > 1e-9:
            continue
        key = group_key(satellite, code, int(base.code[j]))
        code_key = ((satellite >> 6) * CODES + code) * CODES + int(base.code[j])
        g, c = find_group(groups, g_count, key), find_group(code_groups, c_count, code_key)
        if m == PAIRS_MAX or g == GROUPS_MAX or c == GROUPS_MAX:
            break
        groups.keys[g], code_groups.keys[c] = key, code_key
        g_count, c_count = max(g_count, g + 1), max(c_count, c + 1)
        ratio = 0.5 * (_noise_ratio(satellite, rover.sin_el[i], rover.cn0_dbhz[i])
                       + _noise_ratio(satellite, rover.sin_el[i], base.cn0_dbhz[j]))  # fmt: skip
        pairs.row[m], pairs.base_row[m], pairs.group[m], pairs.code_group[m] = i, j, g, c
        pairs.key[m], pairs.place[m] = key, -1
        for k in range(3):
            pairs.a[m, k] = -rover.e[i, k]
        pairs.code_m[m] = rover.code_m[i] - base.code_m[j]
        pairs.phase_m[m] = rover.phase_m[i] - base.phase_m[j]
        slant = 1.0 / (rover.sin_el[i] * rover.sin_el[i] + 0.1)
        pairs.common_m2[m] = rules.common_ratio * variance * ratio + iono_m2 * slant
        pairs.w_code[m] = 1.0 / (variance * ratio * code_ratio)
        own_m2 = (1.0 - rules.common_ratio) * variance * ratio
        pairs.w_phase[m] = 1.0 / own_m2 if isfinite(pairs.phase_m[m]) else 0.0
        pairs.lock_s[m] = min(rover.lock_s[i], base.lock_s[j])
        pairs.half_cycle[m] = rover.half_cycle[i] | base.half_cycle[j]
        # a phase that may be off by half a cycle is a whole number of half waves
        pairs.wavelength_m[m] = rover.wavelength_m[i] * (0.5 if pairs.half_cycle[m] else 1.0)
        m += 1
    _share_codes(pairs, m, rover, rules.common_ratio)
    return m, g_count, c_count


@leaf_kernel
def _share_codes(pairs: Pairs, m: int, rover: Side, common_ratio: float) -> None:
    """Codes of one satellite are reflected alike: together they weigh little more than one."""
    i = 0
    while i < m:
        end, total = i, 0.0
        while end < m and rover.satellite[pairs.row[end]] == rover.satellite[pairs.row[i]]:
            total += pairs.w_code[end]
            end += 1
        for k in range(i, end):
            pairs.w_code[k] /= 1.0 + common_ratio * (total / pairs.w_code[k] - 1.0) if pairs.w_code[k] > 0.0 else 1.0
        i = end


@leaf_kernel
def tie_satellites(pairs: Pairs, m: int, satellites: NDArray[np.int16], scale: float) -> None:
    """What the error that the signals of a satellite share does to the weights in `pairs.w`.

    With weights w and a shared variance v the inverse of diag(1/w) + v is diag(w) - w wᵀ `tie`, and a direction common
    to all keeps the `share` of their weight. `scale` divides v like the weights are multiplied.
    """
    apart()
    i = 0
    while i < m:
        end, total = i, 0.0
        while end < m and satellites[pairs.row[end]] == satellites[pairs.row[i]]:
            total += pairs.w[end]
            end += 1
        tie = 1.0 / (total + scale / pairs.common_m2[i])
        for k in range(i, end):
            pairs.tie[k], pairs.share[k] = tie, 1.0 - total * tie
        i = end


Floats = NDArray[np.float64]
