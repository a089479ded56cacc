"""The position of one epoch: improved from a start, freed of satellites that contradict the others, and judged."""

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, leaf_kernel
from gnss.orbits.satellites import PER_SYSTEM
from gnss.orbits.table import OrbitTable, line_of_sight
from gnss.position._atmosphere_kernel import weigh
from gnss.position._least_kernel import least_squares, odd_one_out
from gnss.position._problem import AXES, UNKNOWNS_MAX, Problem
from gnss.position._work import Seen, SppWork
from gnss.position.options import SppRules
from gnss.position.use import Use
from gnss.rtcm.observations import ObservationSink
from gnss.status import Status

STEPS_MAX = 12
"""Steps of the position; from the middle of the Earth it takes six."""

COARSE_M, FINE_M = 1_000.0, 30.0
"""Steps shorter than this end the search without atmosphere, and the one with it: 30 m leave an error below 0.1 mm."""

STRAY_M_MAX = 1e9
"""A longer step leads nowhere: the pseudoranges are no ranges."""

REACH_M = 100.0
"""Farther than this from where the atmosphere was taken, it is taken again."""

ROUGH_AIR_M, ROUGH_LEVEL = 5.0, 0.1
"""A delay in the zenith that is about right, and what keeps it small near the horizon."""

COARSE_SIGMA_M = 300.0
"""Noise taken for pseudoranges without atmosphere: only gross errors stand out of it."""

WITHOUT_AIR, WITH_AIR = AXES, UNKNOWNS_MAX
"""Unknowns: the position, and what the model of the ionosphere lacks."""

PASSES_MAX = 4
EARTH_M = 6_371_000.0
START_M_MIN = 6_000_000.0
"""A start nearer to the geocentre is none."""
RADIUS_M_MIN, RADIUS_M_MAX = 6_300_000.0, 8_000_000.0
"""Distance from the geocentre of receivers that are positioned here: to low orbits."""

_OK, _NO_POSITION, _INCONSISTENT = int(Status.OK), int(Status.NO_POSITION), int(Status.INCONSISTENT)
_USED, _EXCLUDED = int(Use.USED), int(Use.EXCLUDED)


@inline_kernel
def _length(x: float, y: float, z: float) -> float:
    return sqrt(x * x + y * y + z * z)


@inline_kernel
def _begin(seen: Seen, p: Problem, n: int, rules: SppRules) -> None:
    """All satellites alike, each with the clock of its constellation."""
    for k in range(n):
        seen.use[k], p.weight[k] = _USED, 1.0 / (COARSE_SIGMA_M * COARSE_SIGMA_M)
        p.group[k] = rules.clock_of[seen.satellite[k] // PER_SYSTEM]


@inline_kernel
def _start(seen: Seen, n: int, start_m: NDArray[np.float64], x: NDArray[np.float64]) -> None:
    """The start given, or else the place on the Earth under the mean of the satellites."""
    if _length(start_m[0], start_m[1], start_m[2]) > START_M_MIN:
        x[0], x[1], x[2] = start_m[0], start_m[1], start_m[2]
        return
    x[0], x[1], x[2] = 0.0, 0.0, 0.0
    for k in range(n):
        away_m = _length(seen.r_m[k, 0], seen.r_m[k, 1], seen.r_m[k, 2])
        for axis in range(3):
            x[axis] += seen.r_m[k, axis] / away_m
    length = _length(x[0], x[1], x[2])
    for axis in range(3):
        x[axis] *= EARTH_M / length if length > 0.0 else 0.0


@inline_kernel
def _look(seen: Seen, p: Problem, n: int, x: NDArray[np.float64], with_air: bool) -> None:
    """Directions and what is left of the pseudoranges at `x`; without atmosphere, less about as much as it adds."""
    away_m = _length(x[0], x[1], x[2])
    for k in range(n):
        range_m, ex, ey, ez = line_of_sight(seen.r_m[k, 0], seen.r_m[k, 1], seen.r_m[k, 2], x[0], x[1], x[2])
        p.a[k, 0], p.a[k, 1], p.a[k, 2] = -ex, -ey, -ez
        sin_el = (ex * x[0] + ey * x[1] + ez * x[2]) / away_m if away_m > 0.0 else 1.0
        delay_m = seen.delay_m[k] if with_air else ROUGH_AIR_M / max(sin_el + ROUGH_LEVEL, ROUGH_LEVEL)
        p.y[k] = seen.code_m[k] - range_m - delay_m


@leaf_kernel
def improve(seen: Seen, p: Problem, n: int, x: NDArray[np.float64], with_air: bool) -> bool:
    """Move `x` to where the weighted pseudoranges meet; the problem is that of the last step."""
    short_m = FINE_M if with_air else COARSE_M
    for _ in range(STEPS_MAX):
        _look(seen, p, n, x, with_air)
        if not least_squares(p, n, WITH_AIR if with_air else WITHOUT_AIR):
            return False
        for axis in range(3):
            x[axis] += p.x[axis]
        step_m = _length(p.x[0], p.x[1], p.x[2])
        if not step_m < STRAY_M_MAX:
            return False
        if step_m < short_m:
            return True
    return False


@leaf_kernel
def exclude(
    seen: Seen, p: Problem, n: int, x: NDArray[np.float64], with_air: bool, rules: SppRules, left: int
) -> tuple[int, float, int, int]:
    """(status, chi2, degrees of freedom, how many): leave out the worst until the rest agree, `left` at most."""
    excluded, m = 0, WITH_AIR if with_air else WITHOUT_AIR
    while True:
        worst, agrees, chi2, freedom = odd_one_out(p, n, m, rules.normal_quantile, rules.ratio2_max)
        if worst < 0 or excluded == left:
            # satellites that agree because too few are left to contradict do not count
            good = agrees and (freedom > 0 or excluded == 0)
            return _OK if good else _INCONSISTENT, chi2, freedom, excluded
        seen.use[worst], p.weight[worst] = _EXCLUDED, 0.0
        excluded += 1
        if not improve(seen, p, n, x, with_air):
            return _NO_POSITION, chi2, freedom, excluded


@leaf_kernel
def find_position(
    o: ObservationSink,
    n: int,
    t_gpst_ns: int,
    table: OrbitTable,
    rules: SppRules,
    work: SppWork,
    start_m: NDArray[np.float64],
) -> tuple[int, float, int, int]:
    """(status, chi2, degrees of freedom, satellites excluded) of the `n` satellites gathered; position in `work.x`.

    Every pass takes the atmosphere where the last one ended.
    """
    seen, p, x = work.seen, work.position, work.x
    _begin(seen, p, n, rules)
    _start(seen, n, start_m, x)
    status, chi2, freedom, excluded = _NO_POSITION, np.nan, 0, 0
    if not improve(seen, p, n, x, False):
        return status, chi2, freedom, excluded
    status, chi2, freedom, excluded = exclude(seen, p, n, x, False, rules, rules.exclusions_max)
    for _ in range(PASSES_MAX):
        if not RADIUS_M_MIN < _length(x[0], x[1], x[2]) < RADIUS_M_MAX:
            return _NO_POSITION, chi2, freedom, excluded
        x0_m, y0_m, z0_m = x[0], x[1], x[2]
        weigh(o, n, t_gpst_ns, table, rules, work)
        if not improve(seen, p, n, x, True):
            return _NO_POSITION, chi2, freedom, excluded
        status, chi2, freedom, more = exclude(seen, p, n, x, True, rules, rules.exclusions_max - excluded)
        excluded += more
        if status == _NO_POSITION or _length(x[0] - x0_m, x[1] - y0_m, x[2] - z0_m) < REACH_M:
            break
    return status, chi2, freedom, excluded
