"""From the ambiguities of an epoch to its position and class, and what is kept of it."""

from math import isnan, nan

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, leaf_kernel
from gnss.rtk._apart import apart
from gnss.rtk._fix_kernel import VARIANCE_PRIOR, release
from gnss.rtk._integer_kernel import HELD_REDUNDANCY_MIN, NO_LIMIT, held_redundancy, holds
from gnss.rtk._jobs import Results
from gnss.rtk._memory import Mine
from gnss.rtk._normal_kernel import along, cholesky3
from gnss.rtk._position_kernel import (
    OUTLIER_MISFIT,
    OUTLIER_SHARE,
    add_float_covariance,
    code_misfit,
    phase_position,
    resting_position,
)
from gnss.rtk._slip_kernel import ABSENT_NS_MAX
from gnss.rtk._work import POSITION, Work
from gnss.rtk.settings import KINEMATIC, MOVING_BASE, SINGLE_EPOCH, STATIC, Rules

Floats = NDArray[np.float64]

DGNSS, FIXED, FLOAT = 2, 4, 5
"""Fix qualities as NMEA has them."""

SINGLE_REDUNDANCY_MIN = 2
"""Satellites more than needed, for integers of an epoch that no other will confirm."""

OUTLIERS_MAX = 4
"""Phases taken out of a fixed epoch before the integers are given up."""

SHARP_M = 0.15
"""Standard deviation (all three axes together) above which integers are not worth the name of a fix."""

QUIET_MIN = 0.75
"""Less noise than this, over what is stated, makes integers no sharper: the next reflection comes unannounced."""

NOISE_MAX = 9.0
"""Misfit of a fixed epoch over its redundancy from which it is not believed."""

OFF_GAIN_MIN = 0.1
"""Weight of an epoch in what is remembered of the distance between fixed positions and codes."""

OFF_EPOCHS_MIN = 2
"""Epochs before that distance means anything."""

OFF_MISFIT_MAX = 18.0
"""Square of the sigmas of one epoch's codes from which on it cannot be: theirs are three dimensions, and they err alike
for a while, so that their mean is no better than one of them."""

ELSEWHERE_M = 30.0
"""Farther than this from its first place a rover that was said to rest has moved, or all its codes are reflected."""

LEARN_CODE = 0.02
"""Weight of one epoch in what is learnt of the noise of codes."""

LEARN_PHASE = 0.1
"""The same for phases: their reflections come and go within tens of seconds."""

LEARN_MAX = 10.0
"""No epoch teaches more noise than this, in the variance expected."""

CODE_VARIANCE_MIN, CODE_VARIANCE_MAX = 0.05, 25.0
"""Bounds of what is learnt of the codes."""

PHASE_NOISE_MIN = 0.25
"""Nor is less believed of the phases."""


@inline_kernel
def _is_held(mine: Mine, w: Work, row: int) -> bool:
    e = w.order.place[row]
    return e >= POSITION and mine.held[e - POSITION] != 0


@inline_kernel
def _is_sharp(cov: Floats, noise: float) -> bool:
    return noise * (cov[0, 0] + cov[1, 1] + cov[2, 2]) < SHARP_M * SHARP_M


@leaf_kernel
def _throw_out(mine: Mine, w: Work, pair: int, t_ns: int) -> None:
    """A phase that does not belong to its integer begins anew in the next epoch."""
    place = w.pairs.place[pair]
    mine.held[place] = 0
    mine.seen_ns[place] = t_ns - ABSENT_NS_MAX - 1
    w.pairs.w_phase[pair] = 0.0
    w.pairs.place[pair] = -1


@leaf_kernel
def _make_sure(w: Work, n_float: int, is_static: bool) -> None:
    """The covariance of the position, `n_float` unknowns being floats; of a rover at rest, what all epochs say."""
    if is_static:
        resting_position(w, n_float)
    else:
        add_float_covariance(w, n_float)


@leaf_kernel
def _with_integers(mine: Mine, t_ns: int, mode: int, w: Work) -> tuple[bool, float]:
    """The fixed position, if its phases agree; those that do not are thrown out. Returns the noise too."""
    apart()
    needed = SINGLE_REDUNDANCY_MIN if mode == SINGLE_EPOCH else HELD_REDUNDANCY_MIN
    # a phase that is thrown out has no part in the position: its integer may count as known
    first = w.order.rows[0]
    while first > 0 and _is_held(mine, w, first - 1):
        first -= 1
    for _ in range(OUTLIERS_MAX + 1):
        if held_redundancy(mine, w)[1] < needed:
            return False, nan
        redundancy, total, worst = phase_position(mine, w, OUTLIER_MISFIT, OUTLIER_SHARE, True)
        if redundancy < 1:
            return False, nan
        if worst < 0:
            _make_sure(w, first, mode == STATIC)
            noise = total / redundancy
            # what noise the epoch itself shows: where satellites are few, one reflection moves all
            learnt = max(mine.phase_variance[0], QUIET_MIN)
            shown = max(learnt, (VARIANCE_PRIOR * learnt + total) / (VARIANCE_PRIOR + redundancy))
            return noise < NOISE_MAX and _is_sharp(w.normal.cov, shown), noise
        _throw_out(mine, w, worst, t_ns)
    release(mine)
    return False, nan


@leaf_kernel
def _learn(mine: Mine, noise: float, w: Work) -> None:
    """Fold the noise of a fixed epoch into what is known of this terminal."""
    apart()
    total, count = code_misfit(w.pairs, w.code_groups, w.normal.x)
    if count > POSITION:
        grown = mine.code_variance[0] * (1.0 + LEARN_CODE * (min(total / count, LEARN_MAX) - 1.0))
        mine.code_variance[0] = min(max(grown, CODE_VARIANCE_MIN), CODE_VARIANCE_MAX)
    mine.phase_variance[0] += LEARN_PHASE * (min(max(noise, PHASE_NOISE_MIN), LEARN_MAX) - mine.phase_variance[0])


@leaf_kernel
def _leaves_codes(mine: Mine, w: Work) -> bool:
    """Whether the fixed positions of late lie where the codes, whatever their reflections, can hardly be."""
    apart()
    off, x, c = mine.off_codes_m, w.normal.x, w.normal.c
    gain = max(1.0 / mine.fixed_epochs[0], OFF_GAIN_MIN)
    for k in range(3):
        off[k] += gain * (x[k] - w.scratch.x_code[k] - off[k])
    if mine.fixed_epochs[0] < OFF_EPOCHS_MIN or not cholesky3(w.scratch.cov_code, c):
        return False
    u = off[0] / c[0, 0]
    v = (off[1] - c[1, 0] * u) / c[1, 1]
    t = (off[2] - c[2, 0] * u - c[2, 1] * v) / c[2, 2]
    return u * u + v * v + t * t > OFF_MISFIT_MAX


@leaf_kernel
def _is_elsewhere(w: Work) -> bool:
    """Whether the codes say that a rover is not where it is said to rest: floats that know nothing else are no help."""
    x = w.scratch.x_code
    return bool(x[0] * x[0] + x[1] * x[1] + x[2] * x[2] > ELSEWHERE_M * ELSEWHERE_M)


@leaf_kernel
def _with_floats(mine: Mine, is_static: bool, w: Work) -> bool:
    """The float position, if there is one."""
    n = w.order.rows[0]
    for i in range(n):
        w.order.fixed[i] = w.full.a_cyc[i]
    redundancy, _, _ = phase_position(mine, w, NO_LIMIT, 1.0, False)
    if redundancy >= 0:
        _make_sure(w, n, is_static)
    return redundancy >= 0


@leaf_kernel
def position(mine: Mine, solved: bool, t_ns: int, rules: Rules, w: Work, r: Results, j: int) -> tuple[int, float]:
    """The best position there is: quality, and the factor its covariance is to be scaled with."""
    apart()
    is_static = rules.mode == STATIC
    is_questioned = rules.mode in (KINEMATIC, MOVING_BASE)
    if solved and holds(mine):
        good, noise = _with_integers(mine, t_ns, rules.mode, w)
        r.noise[j], r.held[j] = noise, held_redundancy(mine, w)[0]
        if good:
            mine.fixed_epochs[0] += 1
            if _leaves_codes(mine, w):
                release(mine)
            elif not is_questioned or (mine.sure[0] != 0 and mine.doubts[0] == 0):
                _learn(mine, noise, w)
                return FIXED, max(mine.phase_variance[0], 1.0)
        elif mine.fixed_epochs[0] == 0:
            release(mine)
    if solved and not (is_static and _is_elsewhere(w)) and _with_floats(mine, is_static, w):
        return FLOAT, 1.0
    for a in range(3):
        w.normal.x[a] = w.scratch.x_code[a]
        for c in range(3):
            w.normal.cov[a, c] = w.scratch.cov_code[a, c]
    return DGNSS, 1.0


@leaf_kernel
def _keep_phases(mine: Mine, w: Work, t_ns: int) -> None:
    """Phases less range and the clock's change, for the next epoch to be compared with."""
    pairs, x = w.pairs, w.normal.x
    top, weight = 0.0, 0.0
    for i in range(pairs.count[0]):
        place = pairs.place[i]
        if place >= 0 and mine.age[place] > 0 and pairs.w_phase[i] > 0.0:
            top += pairs.w_phase[i] * (pairs.phase_m[i] - mine.residual_m[place] - along(pairs.a, i, x))
            weight += pairs.w_phase[i]
    clock_m = top / weight if weight > 0.0 else 0.0
    for i in range(pairs.count[0]):
        place = pairs.place[i]
        if place >= 0 and pairs.w_phase[i] > 0.0:
            mine.residual_m[place] = pairs.phase_m[i] - along(pairs.a, i, x) - clock_m
            mine.seen_ns[place] = t_ns
            mine.age[place] += 1


@leaf_kernel
def remember(mine: Mine, t_ns: int, dt_s: float, w: Work) -> None:
    """Keep position, velocity and phases for the next epoch."""
    apart()
    s = w.scratch
    moved = s.moved[0] != 0.0 or s.moved[1] != 0.0 or s.moved[2] != 0.0
    _keep_phases(mine, w, t_ns)
    for k in range(3):
        step_m = s.x[k] + s.moved[k] - mine.x_ecef_m[k]
        mine.v_ecef_mps[k] = step_m / dt_s if moved and not isnan(step_m) else 0.0
        mine.x_ecef_m[k] = s.x[k] + w.normal.x[k]
    mine.t_ns[0] = t_ns
