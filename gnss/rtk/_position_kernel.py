"""The position of an epoch, with integers or with float ambiguities, and how sure it is."""

import numpy as np
from numpy.typing import NDArray

from gnss._jit import leaf_kernel
from gnss.rtk._apart import apart
from gnss.rtk._memory import Mine
from gnss.rtk._normal_kernel import accumulate, accumulate_tied, clear, solve
from gnss.rtk._pair_kernel import tie_satellites
from gnss.rtk._work import Groups, Lattice, Normal, Order, Pairs

Floats = NDArray[np.float64]

OUTLIER_MISFIT = 25.0
"""Square of the sigmas from which a phase does not belong to the integers that it is held to."""

OUTLIER_SHARE = 0.2
"""Of a wavelength: nothing smaller is an outlier."""

CODE_OUTLIER_MISFIT = 12.0
"""The same for codes."""

LEVERAGE_MIN = 0.2
"""Part of an observation that its group's clock leaves to be seen, at the least."""

CANDIDATE_MISFIT = 7.0
"""Square of the sigmas from which a phase is suspected of spoiling a set of integers."""


@leaf_kernel
def code_position(pairs: Pairs, m: int, code_groups: Groups, c_count: int, normal: Normal, c: Floats) -> int:
    """Position by the codes alone; codes that fit nowhere lose their weight. Returns the redundancy, < 0 = none."""
    apart()
    redundancy = -1
    for _ in range(m):
        clear(normal)
        redundancy = (
            accumulate(pairs.a, pairs.code_m, pairs.w_code, pairs.code_group, m, code_groups, c_count, normal) - 3
        )
        if redundancy < 0 or not solve(normal, c):
            return -1
        x = normal.x
        worst, worst_misfit, total = -1, CODE_OUTLIER_MISFIT, 0.0
        for i in range(m):
            if pairs.w_code[i] > 0.0:
                g = pairs.code_group[i]
                w = code_groups.w[g]
                clock = (code_groups.y[g] - code_groups.a[g, 0] * x[0] - code_groups.a[g, 1] * x[1]
                         - code_groups.a[g, 2] * x[2]) / w  # fmt: skip
                v = pairs.code_m[i] - clock - pairs.a[i, 0] * x[0] - pairs.a[i, 1] * x[1] - pairs.a[i, 2] * x[2]
                pairs.v_code[i] = v
                q = v * v * pairs.w_code[i]
                total += q
                # few in a group: the clock follows each of them
                q /= max(1.0 - pairs.w_code[i] / w, LEVERAGE_MIN)
                if q > worst_misfit:
                    worst, worst_misfit = i, q
        # a worst one among bad ones is no outlier: all are noisier than stated
        if worst < 0 or redundancy < 2 or worst_misfit < CODE_OUTLIER_MISFIT * (total - worst_misfit) / redundancy:
            break
        pairs.w_code[worst] = 0.0
    return redundancy


@leaf_kernel
def _phases_with(mine: Mine, pairs: Pairs, m: int, order: Order, places: Groups) -> None:
    """Phases less their ambiguities as `order.fixed` has them: `pairs.y` and weights `pairs.w`."""
    for i in range(m):
        place = pairs.place[i]
        pairs.w[i] = 0.0
        if place < 0 or pairs.w_phase[i] <= 0.0:
            continue
        row, offset_row = order.row_of[place], places.row[order.group[place]]
        cycles = order.fixed[row] if row >= 0 else 0.0
        if offset_row >= 0:
            cycles += order.fixed[offset_row]
        pairs.w[i] = pairs.w_phase[i]
        pairs.y[i] = pairs.phase_m[i] - pairs.wavelength_m[i] * (mine.offset_cyc[place] + cycles)


@leaf_kernel
def phase_position(
    mine: Mine, pairs: Pairs, m: int, order: Order, places: Groups, groups: Groups, code_groups: Groups, c_count: int,
    normal: Normal, c: Floats, misfit_max: float, share_min: float, satellites: NDArray[np.int16],
) -> tuple[int, float, int]:  # fmt: skip
    """Position from codes and from phases with the ambiguities in `order.fixed`.

    Returns the redundancy of the phases (negative = no position), their misfit, and the pair that fits worst, by more
    than `misfit_max` and `share_min` of a wavelength (-1 = all fit).
    """
    apart()
    _phases_with(mine, pairs, m, order, places)
    clear(normal)
    accumulate(pairs.a, pairs.code_m, pairs.w_code, pairs.code_group, m, code_groups, c_count, normal)
    tie_satellites(pairs, m, satellites, 1.0)
    redundancy = accumulate_tied(pairs, m, satellites, groups, normal) - 3
    if redundancy < 0 or not solve(normal, c):
        return -1, np.inf, -1
    x, total, worst, worst_misfit = normal.x, 0.0, -1, misfit_max
    clock = (groups.y[0] - groups.a[0, 0] * x[0] - groups.a[0, 1] * x[1] - groups.a[0, 2] * x[2]) / groups.w[0]
    for i in range(m):
        if pairs.w[i] > 0.0:
            v = pairs.y[i] - clock - pairs.a[i, 0] * x[0] - pairs.a[i, 1] * x[1] - pairs.a[i, 2] * x[2]
            misfit = v * v / (1.0 / pairs.w[i] + pairs.common_m2[i])
            total += misfit
            if misfit > worst_misfit and abs(v) > share_min * pairs.wavelength_m[i]:
                worst, worst_misfit = i, misfit
    return redundancy, total, worst


@leaf_kernel
def code_misfit(pairs: Pairs, m: int, code_groups: Groups, c_count: int, normal: Normal) -> tuple[float, int]:
    """Misfit of the codes at the position in `normal.x`, and how many they are more than their clocks."""
    apart()
    x, total, count = normal.x, 0.0, 0
    for g in range(c_count):
        count -= code_groups.w[g] > 0.0
    for i in range(m):
        if pairs.w_code[i] > 0.0:
            g = pairs.code_group[i]
            clock = (code_groups.y[g] - code_groups.a[g, 0] * x[0] - code_groups.a[g, 1] * x[1]
                     - code_groups.a[g, 2] * x[2]) / code_groups.w[g]  # fmt: skip
            v = pairs.code_m[i] - clock - pairs.a[i, 0] * x[0] - pairs.a[i, 1] * x[1] - pairs.a[i, 2] * x[2]
            total += v * v * pairs.w_code[i]
            count += 1
    return total, count


@leaf_kernel
def add_float_covariance(
    pairs: Pairs, m: int, n_float: int, full: Lattice, order: Order, places: Groups, groups: Groups, normal: Normal
) -> None:
    """Add G Λ⁻¹ Gᵀ, G the change of the position by the first `n_float` unknowns, to the covariance."""
    apart()
    cov, u = normal.cov, order.u
    for k in range(3):
        for i in range(n_float):
            u[k, i] = 0.0
    inverse = 1.0 / groups.w[0] if groups.w[0] > 0.0 else 0.0
    for i in range(m):
        if pairs.w[i] <= 0.0:
            continue
        place = pairs.place[i]
        row, offset_row = order.row_of[place], places.row[order.group[place]]
        lw = pairs.wavelength_m[i] * pairs.w[i] * pairs.share[i]
        hx = lw * (pairs.a[i, 0] - groups.a[0, 0] * inverse)
        hy = lw * (pairs.a[i, 1] - groups.a[0, 1] * inverse)
        hz = lw * (pairs.a[i, 2] - groups.a[0, 2] * inverse)
        for k in range(3):
            g = cov[k, 0] * hx + cov[k, 1] * hy + cov[k, 2] * hz
            if 0 <= row < n_float:
                u[k, row] += g
            if offset_row >= 0:
                u[k, offset_row] += g
    for i in range(n_float):
        for k in range(3):
            s = u[k, i]
            for j in range(i):
                s -= full.lower[i, j] * u[k, j]
            u[k, i] = s
    for k in range(3):
        for j in range(3):
            s = 0.0
            for i in range(n_float):
                s += u[k, i] * u[j, i] / full.d[i]
            cov[k, j] += s
