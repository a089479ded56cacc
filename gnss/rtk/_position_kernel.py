"""The position of an epoch, with integers or with float ambiguities, and how sure it is."""

from math import log

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, leaf_kernel
from gnss.rtk._apart import apart
from gnss.rtk._filter_kernel import coupling, inverse_weight
from gnss.rtk._memory import Mine
from gnss.rtk._normal_kernel import accumulate, accumulate_tied, along, clear, clock_of, solve
from gnss.rtk._pair_kernel import tie_satellites
from gnss.rtk._work import Groups, Lattice, Normal, Order, Pairs, Work

Floats = NDArray[np.float64]

OUTLIER_MISFIT = 25.0
"""Square of the sigmas from which a phase does not belong to the integers that it is held to."""

OUTLIER_SHARE = 0.2
"""Of a wavelength: nothing smaller is an outlier."""

CODE_OUTLIER_MISFIT = 12.0
"""The same for codes."""

CODE_TAIL = 4.0
"""Degrees of freedom of Student's distribution for a single code: reflections make its tails heavy."""

LEVERAGE_MIN = 0.2
"""Part of an observation that its group's clock leaves to be seen, at the least."""

CANDIDATE_MISFIT = 7.0
"""Square of the sigmas from which a phase is suspected of spoiling a set of integers."""


@leaf_kernel
def _worst_code(pairs: Pairs, groups: Groups, x: Floats) -> tuple[int, float, float]:
    """The code that fits the position worst (-1 = all fit), its misfit, and that of all."""
    worst, worst_misfit, total = -1, CODE_OUTLIER_MISFIT, 0.0
    for i in range(pairs.count[0]):
        if pairs.w_code[i] > 0.0:
            g = pairs.code_group[i]
            v = pairs.code_m[i] - clock_of(groups, g, x) - along(pairs.a, i, x)
            q = v * v * pairs.w_code[i]
            total += q
            # few in a group: the clock follows each of them
            q /= max(1.0 - pairs.w_code[i] / groups.w[g], LEVERAGE_MIN)
            if q > worst_misfit:
                worst, worst_misfit = i, q
    return worst, worst_misfit, total


@leaf_kernel
def code_position(w: Work) -> int:
    """Position by the codes alone; codes that fit nowhere lose their weight. Returns the redundancy, < 0 = none."""
    apart()
    pairs, normal = w.pairs, w.normal
    m, redundancy = pairs.count[0], -1
    for _ in range(m):
        clear(normal)
        count = accumulate(pairs.a, pairs.code_m, pairs.w_code, pairs.code_group, m, w.code_groups, normal)
        redundancy = count - 3
        if redundancy < 0 or not solve(normal):
            return -1
        worst, misfit, total = _worst_code(pairs, w.code_groups, normal.x)
        # a worst one among bad ones is no outlier: all are noisier than stated
        if worst < 0 or redundancy < 2 or misfit < CODE_OUTLIER_MISFIT * (total - misfit) / redundancy:
            break
        pairs.w_code[worst] = 0.0
    return redundancy


@leaf_kernel
def _phases_with(mine: Mine, pairs: Pairs, order: Order, places: Groups, held_only: bool) -> None:
    """Phases less their ambiguities as `order.fixed` has them: `pairs.y` and weights `pairs.w`."""
    for i in range(pairs.count[0]):
        place = pairs.place[i]
        pairs.w[i] = 0.0
        if place < 0 or pairs.w_phase[i] <= 0.0 or (held_only and mine.held[place] == 0):
            continue
        row, offset_row = order.row_of[place], places.row[order.group[place]]
        cycles = order.fixed[row] * order.unit_cyc[row] if row >= 0 else 0.0
        if offset_row >= 0:
            cycles += order.fixed[offset_row]
        pairs.w[i] = pairs.w_phase[i]
        pairs.y[i] = pairs.phase_m[i] - pairs.wavelength_m[i] * (mine.offset_cyc[place] + cycles)


@leaf_kernel
def phase_position(mine: Mine, w: Work, misfit_max: float, share_min: float, held_only: bool) -> tuple[int, float, int]:
    """Position from codes and from phases with the ambiguities in `order.fixed`; of those held alone on demand.

    Returns the redundancy of the phases (negative = no position), their misfit, and the pair that fits worst, by more
    than `misfit_max` and `share_min` of a wavelength (-1 = all fit).
    """
    apart()
    pairs, normal, groups = w.pairs, w.normal, w.groups
    m = pairs.count[0]
    _phases_with(mine, pairs, w.order, w.place_groups, held_only)
    clear(normal)
    accumulate(pairs.a, pairs.code_m, pairs.w_code, pairs.code_group, m, w.code_groups, normal)
    tie_satellites(pairs, 1.0)
    redundancy = accumulate_tied(pairs, groups, normal) - 3
    if redundancy < 0 or not solve(normal):
        return -1, np.inf, -1
    x, total, worst, worst_misfit = normal.x, 0.0, -1, misfit_max
    clock_m = clock_of(groups, 0, x)
    for i in range(m):
        if pairs.w[i] > 0.0:
            v = pairs.y[i] - clock_m - along(pairs.a, i, x)
            misfit = v * v / (1.0 / pairs.w[i] + pairs.shared_m[i] * pairs.shared_m[i])
            total += misfit
            if misfit > worst_misfit and abs(v) > share_min * pairs.wavelength_m[i]:
                worst, worst_misfit = i, misfit
    return redundancy, total, worst


@inline_kernel
def _clocks(groups: Groups) -> int:
    """How many clocks were solved."""
    count = 0
    for g in range(groups.count[0]):
        count += groups.w[g] > 0.0
    return count


@inline_kernel
def _code_misfit_m(pairs: Pairs, groups: Groups, i: int, x: Floats) -> float:
    """What is left of the code of a pair at the position `x`."""
    return pairs.code_m[i] - clock_of(groups, pairs.code_group[i], x) - along(pairs.a, i, x)


@leaf_kernel
def code_misfit(pairs: Pairs, groups: Groups, x: Floats) -> tuple[float, int]:
    """Misfit of the codes at the position `x`, and how many they are more than their clocks."""
    apart()
    total, count = 0.0, -_clocks(groups)
    for i in range(pairs.count[0]):
        if pairs.w_code[i] > 0.0:
            v = _code_misfit_m(pairs, groups, i, x)
            total += v * v * pairs.w_code[i]
            count += 1
    return total, count


@leaf_kernel
def phase_cost(w: Work) -> float:
    """Misfit of the phases at the position just solved, errors that signals of a satellite share being one."""
    normal = w.normal
    cost = normal.cost[0]
    for k in range(3):
        cost -= normal.g[k] * normal.x[k]
    codes, _ = code_misfit(w.pairs, w.code_groups, normal.x)
    return max(cost - codes, 0.0)


@leaf_kernel
def robust_code_misfit(pairs: Pairs, groups: Groups, x: Floats) -> tuple[float, int]:
    """Misfit of the codes at `x`, each Student distributed: a reflection is one observation gone bad."""
    apart()
    total, count = 0.0, -_clocks(groups)
    for i in range(pairs.count[0]):
        if pairs.w_code[i] > 0.0:
            v = _code_misfit_m(pairs, groups, i, x)
            total += (CODE_TAIL + 1.0) * log(1.0 + v * v * pairs.w_code[i] / CODE_TAIL)
            count += 1
    return total, count


@leaf_kernel
def _position_by_unknowns(w: Work, n_float: int) -> None:
    """Change of the position by each of the first unknowns, into `order.u`."""
    cov, u, order, pairs = w.normal.cov, w.order.u, w.order, w.pairs
    for k in range(3):
        for i in range(n_float):
            u[k, i] = 0.0
    inverse = inverse_weight(w.groups)
    for i in range(pairs.count[0]):
        if pairs.w[i] <= 0.0:
            continue
        place = pairs.place[i]
        row, offset_row = order.row_of[place], w.place_groups.row[order.group[place]]
        hx, hy, hz, _ = coupling(pairs, i, w.groups, inverse)
        for k in range(3):
            g = cov[k, 0] * hx + cov[k, 1] * hy + cov[k, 2] * hz
            if 0 <= row < n_float:
                u[k, row] += g * order.unit_cyc[row]
            if offset_row >= 0:
                u[k, offset_row] += g


@inline_kernel
def _solve_lower(full: Lattice, u: Floats, n: int) -> None:
    """Forward substitution of three right-hand sides."""
    for i in range(n):
        for k in range(3):
            s = u[k, i]
            for j in range(i):
                s -= full.lower[i, j] * u[k, j]
            u[k, i] = s


@inline_kernel
def _weighted(full: Lattice, u: Floats, k: int, j: int, n: int) -> float:
    """Product of two solved right-hand sides, by the conditional variances."""
    s = 0.0
    for i in range(n):
        s += u[k, i] * u[j, i] / full.d[i]
    return s


@leaf_kernel
def add_float_covariance(w: Work, n_float: int) -> None:
    """Add G Λ⁻¹ Gᵀ, G the change of the position by the first `n_float` unknowns, to the covariance."""
    apart()
    normal: Normal = w.normal
    u = w.order.u
    _position_by_unknowns(w, n_float)
    _solve_lower(w.full, u, n_float)
    for k in range(3):
        for j in range(3):
            normal.cov[k, j] += _weighted(w.full, u, k, j, n_float)


@leaf_kernel
def resting_position(w: Work, n_float: int) -> None:
    """Of a rover that rests: the position that all epochs together say, and its covariance.

    It stands in the first rows of the order; `order.fixed` has them at their best given what is fixed, the rows from
    `n_float` on.
    """
    apart()
    u = w.order.u
    for k in range(3):
        w.normal.x[k] = w.order.fixed[k]
        for i in range(n_float):
            u[k, i] = 1.0 if i == k else 0.0
    _solve_lower(w.full, u, n_float)
    for k in range(3):
        for j in range(3):
            w.normal.cov[k, j] = _weighted(w.full, u, k, j, n_float)
