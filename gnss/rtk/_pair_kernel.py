"""Pairing: the signals that rover and base both have, as single differences with their weights."""

from math import isfinite, sqrt

from gnss._jit import inline_kernel, leaf_kernel
from gnss.constants import L1_HZ, SPEED_OF_LIGHT_MPS
from gnss.orbits.satellites import BEIDOU, GLONASS, PER_SYSTEM, is_beidou_geo
from gnss.rtk._apart import apart
from gnss.rtk._work import GROUPS_MAX, PAIRS_MAX, Groups, Lookup, Pairs, Side, Work
from gnss.rtk.settings import Rules
from gnss.rtk.signals import BANDS, CODES, Carriers, satellite_block

CN0_GOOD_DBHZ = 40.0
"""Signals stronger than this are as good as their elevation says; weaker ones get the noise their strength implies."""

CN0_DECADE_DB = 10.0
"""Loss of strength that makes the noise ten times as strong."""

SAME_WAVE_M = 1e-9
"""Wavelengths nearer than this are one: signals of one carrier."""

PER_L1_M2 = (L1_HZ / SPEED_OF_LIGHT_MPS) ** 2
"""Of the wave on which the ionosphere's part is stated: it grows with the square of the wavelength."""

SLANT_FLOOR = 0.1
"""Keeps the slant through the ionosphere finite at the horizon."""

INTEGERS_ENOUGH = 10
"""Satellites with integer ambiguities from which on GLONASS, whose stay floats, adds work and nothing else."""

CODE_UNLOCKED = 4.0
"""Variance of a code without a phase, over that of one with: it comes by way of a reflection, or is hardly heard."""

CODE_UNSETTLED = 2.5
"""The same of a code whose phase was lost a moment ago, or whose half cycle is open: what took it is still near."""

SETTLED_S = 6.0
"""How long a phase must have been tracked for that: half cycles are settled by a subframe of six seconds."""

SURROUNDED = 2.0
"""Variance that codes gain where all phases are lost or disturbed; a part of them brings its part."""

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
def find_group(groups: Groups, key: int) -> int:
    """Index of the group with this key; it is entered where it is not known. -1 = no room."""
    n = groups.count[0]
    for g in range(n):
        if groups.keys[g] == key:
            return g
    if n == GROUPS_MAX:
        return -1
    groups.keys[n] = key
    groups.count[0] = n + 1
    return n


@leaf_kernel
def _integer_satellites(rover: Side, n: int, lookup: Lookup) -> int:
    """Satellites that both sides have and whose ambiguities can become integers."""
    count, last = 0, -1
    for i in range(n):
        satellite = int(rover.satellite[i])
        known = lookup.by_code[satellite * CODES + int(rover.code[i])] >= 0
        if satellite != last and known and satellite >> 6 != GLONASS:
            count += 1
            last = satellite
    return count


@inline_kernel
def _partner(rover: Side, i: int, base: Side, lookup: Lookup, carriers: Carriers) -> int:
    """Row of the base for row `i` of the rover: the same signal, else one on the same carrier, else -1."""
    satellite, code = int(rover.satellite[i]), int(rover.code[i])
    j = int(lookup.by_code[satellite * CODES + code])
    if j < 0:
        j = int(lookup.by_band[satellite * BANDS + int(carriers.band[satellite >> 6, code])])
    return j if j >= 0 and abs(base.wavelength_m[j] - rover.wavelength_m[i]) < SAME_WAVE_M else -1


@inline_kernel
def _reflected_ratio(pairs: Pairs, m: int) -> float:
    """Variance of a code over that of one whose phase is tracked undisturbed."""
    if not isfinite(pairs.phase_m[m]):
        return CODE_UNLOCKED
    return CODE_UNSETTLED if pairs.half_cycle[m] != 0 or pairs.lock_s[m] < SETTLED_S else 1.0


@inline_kernel
def _weigh(
    pairs: Pairs, m: int, ratio: float, of_codes: float, left_m2: float, rules: Rules, code_ratio: float
) -> None:
    """Weights of a pair: noise of its own, and what it shares with the other signals of its satellite (`left_m2`).

    `ratio` and `of_codes`: variances of the phases and of the codes, over those of two at the zenith.
    """
    zenith_m2 = 2.0 * rules.sigma_phase_m * rules.sigma_phase_m
    pairs.shared_m[m] = sqrt(rules.common_ratio * zenith_m2 * ratio + left_m2)
    pairs.w_code[m] = 1.0 / (zenith_m2 * of_codes * code_ratio * _reflected_ratio(pairs, m))
    own_m2 = (1.0 - rules.common_ratio) * zenith_m2 * ratio
    pairs.w_phase[m] = 1.0 / own_m2 if isfinite(pairs.phase_m[m]) else 0.0


@inline_kernel
def _difference(rover: Side, i: int, base: Side, j: int, pairs: Pairs, m: int) -> None:
    """Rover less base, into pair `m`."""
    pairs.row[m], pairs.satellite[m], pairs.place[m] = i, rover.satellite[i], -1
    for k in range(3):
        pairs.a[m, k] = -rover.e[i, k]
    pairs.code_m[m] = rover.code_m[i] - base.code_m[j]
    pairs.phase_m[m] = rover.phase_m[i] - base.phase_m[j]
    pairs.lock_s[m] = min(rover.lock_s[i], base.lock_s[j])
    pairs.half_cycle[m] = rover.half_cycle[i] | base.half_cycle[j]
    pairs.wavelength_m[m] = rover.wavelength_m[i]


@leaf_kernel
def pair_up(
    w: Work, n: int, carriers: Carriers, rules: Rules, iono_m2: float, clock_m2: float, code_variance: float
) -> None:
    """Fill `w.pairs` from the `n` rows of the rover and the base's side.

    `iono_m2` (on L1) and `clock_m2` are the variances of what ionosphere and satellite clocks leave in the difference,
    `code_variance` what was learnt of the codes'.
    """
    apart()
    rover, base, pairs, m = w.rover, w.base, w.pairs, 0
    w.code_groups.count[0] = 0
    code_ratio = rules.sigma_code_ratio * rules.sigma_code_ratio * code_variance
    floats_help = _integer_satellites(rover, n, w.lookup) < INTEGERS_ENOUGH
    for i in range(n):
        satellite, code = int(rover.satellite[i]), int(rover.code[i])
        j = _partner(rover, i, base, w.lookup, carriers)
        if j < 0 or (satellite >> 6 == GLONASS and not floats_help):
            continue
        c = find_group(w.code_groups, ((satellite >> 6) * CODES + code) * CODES + int(base.code[j]))
        if m == PAIRS_MAX or c < 0:
            break
        _difference(rover, i, base, j, pairs, m)
        pairs.key[m], pairs.code_group[m] = group_key(satellite, code, int(base.code[j])), c
        of_rover = 0.5 * _noise_ratio(satellite, rover.sin_el[i], rover.cn0_dbhz[i])
        of_base = 0.5 * _noise_ratio(satellite, rover.sin_el[i], base.cn0_dbhz[j])
        longer = rover.wavelength_m[i] * rover.wavelength_m[i] * PER_L1_M2
        left_m2 = iono_m2 * longer * longer / (rover.sin_el[i] * rover.sin_el[i] + SLANT_FLOOR) + clock_m2
        _weigh(pairs, m, of_rover + of_base, of_rover + base.share[j] * of_base, left_m2, rules, code_ratio)
        m += 1
    pairs.count[0] = m
    _take_clock(pairs)
    _share_codes(pairs, rules.common_ratio)
    _doubt_surroundings(pairs)


@leaf_kernel
def _take_clock(pairs: Pairs) -> None:
    """Take the first code from all: receivers' clocks are milliseconds apart, whose squares drown the misfits."""
    if pairs.count[0] > 0:
        clock_m = pairs.code_m[0]
        for i in range(pairs.count[0]):
            pairs.code_m[i] -= clock_m
            pairs.phase_m[i] -= clock_m


@leaf_kernel
def _doubt_surroundings(pairs: Pairs) -> None:
    """Where many phases are lost all codes are likely reflected, those too whose phase is tracked undisturbed."""
    disturbed, m = 0, pairs.count[0]
    for i in range(m):
        disturbed += _reflected_ratio(pairs, i) > 1.0
    for i in range(m):
        pairs.w_code[i] /= 1.0 + SURROUNDED * disturbed / m


@leaf_kernel
def _share_codes(pairs: Pairs, common_ratio: float) -> None:
    """Codes of one satellite are reflected alike: together they weigh little more than one."""
    i, m = 0, pairs.count[0]
    while i < m:
        end, total = i, 0.0
        while end < m and pairs.satellite[end] == pairs.satellite[i]:
            total += pairs.w_code[end]
            end += 1
        for k in range(i, end):
            pairs.w_code[k] /= 1.0 + common_ratio * (total / pairs.w_code[k] - 1.0)
        i = end


@leaf_kernel
def tie_satellites(pairs: Pairs, scale: float) -> None:
    """What the error that the signals of a satellite share does to the weights in `pairs.w`.

    With weights w and sigmas s of what is shared the inverse of diag(1/w) + s sᵀ is diag(w) - t tᵀ, t being `tie`,
    and a direction common to all keeps the `share` of their weight: less than nothing of a longer wave, where it tells
    of the ionosphere. `scale` divides s² like the weights are multiplied.
    """
    apart()
    i, m = 0, pairs.count[0]
    while i < m:
        end, total, square = i, 0.0, scale
        while end < m and pairs.satellite[end] == pairs.satellite[i]:
            pairs.tie[end] = pairs.w[end] * pairs.shared_m[end]
            total += pairs.tie[end]
            square += pairs.tie[end] * pairs.shared_m[end]
            end += 1
        root, mean = 1.0 / sqrt(square), total / square
        for k in range(i, end):
            pairs.tie[k] *= root
            pairs.share[k] = 1.0 - pairs.shared_m[k] * mean
        i = end
