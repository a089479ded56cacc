"""Cycle slips: by what the receivers say, and by what the phases of all satellites say of each other.

From one epoch to the next all phases change by a motion and a clock. A satellite that does not fit has slipped, by a
half cycle or by many; six phases are enough to see it, on one frequency.
"""

from math import isnan

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, leaf_kernel
from gnss.rtk._apart import apart
from gnss.rtk._memory import Mine
from gnss.rtk._memory_kernel import leave, tri
from gnss.rtk._normal_kernel import accumulate_alone, along, clear, clock_of, solve
from gnss.rtk._work import PLACES_MAX, POSITION, Groups, Normal, Pairs, Work

Floats = NDArray[np.float64]

LOCK_TOLERANCE_S = 0.02
"""Time tags of an epoch wander by this much."""

DRIFT_M2PS = 9e-6
"""Variance that atmosphere and satellite clocks add to a difference over time."""

MISFIT_MAX = 16.0
"""Square of the number of sigmas from which a phase is said to have slipped."""

STEP_M_MIN = 0.02
"""Nothing smaller is a slip: a half cycle of the shortest wave is 9 cm."""

SEEN_MIN = 1e-3
"""Of a phase less of which is seen than this nothing is known."""

REDUNDANCY_MIN = 2
"""Phases more than unknowns for the comparison to be worth anything."""

ABSENT_NS_MAX = 30_000_000_000
"""An ambiguity not seen for longer is forgotten."""

_S_PER_NS = 1e-9


@inline_kernel
def _is_place(mine: Mine, place: int, satellite: int, key: int) -> bool:
    return place < mine.count[0] and mine.satellite[place] == satellite and mine.key[place] == key


@leaf_kernel
def find_places(mine: Mine, pairs: Pairs) -> None:
    """The place of each pair's ambiguity, -1 where it has none. Satellites mostly come in the order of last time."""
    apart()
    guess = 0
    for i in range(pairs.count[0]):
        satellite, key = pairs.satellite[i], pairs.key[i]
        pairs.place[i] = -1
        if _is_place(mine, guess, satellite, key):
            pairs.place[i] = guess
        else:
            for place in range(mine.count[0]):
                if _is_place(mine, place, satellite, key):
                    pairs.place[i] = place
                    break
        guess = pairs.place[i] + 1


@leaf_kernel
def _drop(mine: Mine, pairs: Pairs, i: int, column: Floats) -> None:
    """Forget the ambiguity of pair `i`; the pair that had the last place follows it into the gap."""
    place, last = pairs.place[i], mine.count[0] - 1
    leave(mine, place, column)
    for j in range(pairs.count[0]):
        if pairs.place[j] == last:
            pairs.place[j] = place
    pairs.place[i] = -1


@leaf_kernel
def drop_stated(mine: Mine, pairs: Pairs, t_ns: int, column: Floats) -> int:
    """Forget the ambiguities whose receivers say that they slipped; returns how many."""
    apart()
    dropped = 0
    for i in range(pairs.count[0]):
        place = pairs.place[i]
        if place < 0:
            continue
        gap_s = (t_ns - mine.seen_ns[place]) * _S_PER_NS
        slipped = pairs.w_phase[i] <= 0.0 or pairs.half_cycle[i] != mine.half_cycle[place]
        slipped = slipped or (not isnan(pairs.lock_s[i]) and pairs.lock_s[i] < gap_s - LOCK_TOLERANCE_S)
        if slipped:
            _drop(mine, pairs, i, column)
            dropped += 1
    return dropped


@leaf_kernel
def drop_absent(mine: Mine, pairs: Pairs, t_ns: int, column: Floats) -> None:
    """Forget what has not been seen for long."""
    apart()
    place = 0
    while place < mine.count[0]:
        if t_ns - mine.seen_ns[place] > ABSENT_NS_MAX:
            last = mine.count[0] - 1
            leave(mine, place, column)
            for j in range(pairs.count[0]):
                if pairs.place[j] == place:
                    pairs.place[j] = -1
                elif pairs.place[j] == last:
                    pairs.place[j] = place
        else:
            place += 1


@leaf_kernel
def _changes(mine: Mine, pairs: Pairs, t_ns: int) -> None:
    """Change of each phase since it was last seen, into `pairs.y`, with its weight."""
    for i in range(pairs.count[0]):
        place = pairs.place[i]
        pairs.w[i] = 0.0
        if place >= 0:
            gap_s = (t_ns - mine.seen_ns[place]) * _S_PER_NS
            noise_m2 = 1.0 / pairs.w_phase[i] + pairs.shared_m[i] * pairs.shared_m[i]
            pairs.y[i] = pairs.phase_m[i] - mine.residual_m[place]
            pairs.w[i] = 1.0 / (2.0 * mine.phase_variance[0] * noise_m2 + DRIFT_M2PS * gap_s)


@inline_kernel
def _seen_share(pairs: Pairs, groups: Groups, cov: Floats, i: int) -> float:
    """The part of a change in one phase that the motion and the clock do not follow."""
    s = 1.0 / groups.w[0]
    x, y, z = pairs.a[i, 0] - s * groups.a[0, 0], pairs.a[i, 1] - s * groups.a[0, 1], pairs.a[i, 2] - s * groups.a[0, 2]
    of_motion = x * (cov[0, 0] * x + 2.0 * (cov[1, 0] * y + cov[2, 0] * z))
    of_motion += y * (cov[1, 1] * y + 2.0 * cov[2, 1] * z) + z * cov[2, 2] * z
    return 1.0 - pairs.w[i] * (s + of_motion)


@leaf_kernel
def _worst(pairs: Pairs, groups: Groups, normal: Normal) -> int:
    """The phase without which all others fit the motion best, -1 where all fit.

    Not the one that fits worst: the motion follows a phase that stands alone in its direction, and leaves others off.
    """
    worst, most, all_fit, clock_m = -1, 0.0, True, clock_of(groups, 0, normal.x)
    for i in range(pairs.count[0]):
        if pairs.w[i] > 0.0:
            v = pairs.y[i] - clock_m - along(pairs.a, i, normal.x)
            misfit = v * v * pairs.w[i]
            all_fit = all_fit and (misfit <= MISFIT_MAX or abs(v) <= STEP_M_MIN)
            gain = misfit / max(_seen_share(pairs, groups, normal.cov, i), SEEN_MIN)
            if gain > most:
                worst, most = i, gain
    return -1 if all_fit else worst


@leaf_kernel
def drop_seen(mine: Mine, w: Work, t_ns: int, column: Floats) -> int:
    """Forget the ambiguities whose phase does not fit the motion of the others; returns how many.

    The motion since the last epoch, relative to the position that was expected, is left in `w.normal.x`; zero where
    too few phases tell.
    """
    apart()
    pairs, normal, groups = w.pairs, w.normal, w.groups
    _changes(mine, pairs, t_ns)
    dropped = 0
    for _ in range(PLACES_MAX):
        clear(normal)
        redundancy = accumulate_alone(pairs.a, pairs.y, pairs.w, pairs.count[0], groups, normal)
        if redundancy < 3 + REDUNDANCY_MIN or not solve(normal):
            normal.x[0], normal.x[1], normal.x[2] = 0.0, 0.0, 0.0
            break
        worst = _worst(pairs, groups, normal)
        if worst < 0:
            break
        pairs.w[worst] = 0.0
        _drop(mine, pairs, worst, column)
        dropped += 1
    return dropped


@leaf_kernel
def enter_new(mine: Mine, pairs: Pairs) -> int:
    """A place for each phase that has none, its offset from the code; returns how many found no room."""
    apart()
    refused = 0
    for i in range(pairs.count[0]):
        if pairs.place[i] >= 0 or pairs.w_phase[i] <= 0.0:
            continue
        place = mine.count[0]
        if place == PLACES_MAX:
            refused += 1
            continue
        mine.count[0] += 1
        e = POSITION + place
        start = tri(e)
        for j in range(e + 1):
            mine.info[start + j] = 0.0
        mine.rhs[e] = 0.0
        mine.satellite[place], mine.key[place] = pairs.satellite[i], pairs.key[i]
        mine.offset_cyc[place] = np.rint((pairs.phase_m[i] - pairs.code_m[i]) / pairs.wavelength_m[i])
        mine.age[place], mine.half_cycle[place], mine.held[place] = 0, pairs.half_cycle[i], 0
        pairs.place[i] = place
    return refused
