"""The float filter: one quadratic form over the ambiguities, in information form.

A moving rover's position is new each epoch, so it is eliminated at once: what remains is a rank-three change of the
information about the ambiguities. So are the receiver clocks, one a group: only differences within a group are known.
Forgetting a satellite is the elimination of its ambiguity, which keeps what it said about the others.

Multipath repeats itself within `correlation_s`: epochs closer together are counted for the part that is new.
"""

from math import exp

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, leaf_kernel
from gnss.rtk._memory import Mine
from gnss.rtk._normal_kernel import accumulate, cholesky3, clear
from gnss.rtk._work import POSITION, Groups, Normal, Order, Pairs

Floats = NDArray[np.float64]

INFO_MIN = 1e-9
"""An ambiguity about which less is known than this (1/cycle²) is as good as unknown."""


@inline_kernel
def tri(row: int) -> int:
    """Where a row of the packed lower triangle begins."""
    return row * (row + 1) // 2


@leaf_kernel
def reset(mine: Mine) -> None:
    """Forget all ambiguities."""
    n = POSITION + mine.count[0]
    for i in range(tri(n)):
        mine.info[i] = 0.0
    for i in range(n):
        mine.rhs[i] = 0.0
    mine.cost[0], mine.dof[0] = 0.0, 0.0
    mine.count[0], mine.fixed_epochs[0] = 0, 0


@leaf_kernel
def _column(mine: Mine, e: int, n: int, out: Floats) -> None:
    """Row and column `e` of the information as one vector."""
    start = tri(e)
    for j in range(e + 1):
        out[j] = mine.info[start + j]
    for i in range(e + 1, n):
        out[i] = mine.info[tri(i) + e]


@leaf_kernel
def eliminate(mine: Mine, place: int, column: Floats) -> None:
    """Forget one ambiguity, keeping what it said about the others; the last place moves into the gap."""
    n, e = POSITION + mine.count[0], POSITION + place
    _column(mine, e, n, column)
    if column[e] > INFO_MIN:
        inverse, b = 1.0 / column[e], mine.rhs[e]
        for i in range(n):
            factor = column[i] * inverse
            if factor != 0.0:
                start = tri(i)
                for j in range(i + 1):
                    mine.info[start + j] -= factor * column[j]
                mine.rhs[i] -= factor * b
        mine.cost[0] -= b * b * inverse
    last = n - 1
    if e != last:
        _move(mine, last, e, column)
    start = tri(last)
    for j in range(last + 1):
        mine.info[start + j] = 0.0
    mine.rhs[last] = 0.0
    mine.count[0] -= 1


@leaf_kernel
def _move(mine: Mine, last: int, e: int, column: Floats) -> None:
    """Put the last ambiguity into place `e`."""
    _column(mine, last, last + 1, column)
    start = tri(e)
    for j in range(e):
        mine.info[start + j] = column[j]
    mine.info[start + e] = column[last]
    for i in range(e + 1, last):
        mine.info[tri(i) + e] = column[i]
    mine.rhs[e] = mine.rhs[last]
    to, of = e - POSITION, last - POSITION
    mine.satellite[to], mine.key[to], mine.offset_cyc[to] = mine.satellite[of], mine.key[of], mine.offset_cyc[of]
    mine.residual_m[to], mine.seen_ns[to], mine.age[to] = mine.residual_m[of], mine.seen_ns[of], mine.age[of]
    mine.half_cycle[to], mine.held[to], mine.integer[to] = mine.half_cycle[of], mine.held[of], mine.integer[of]


@leaf_kernel
def _scaled(mine: Mine, pairs: Pairs, m: int, share: float, w: Floats, out: Floats) -> None:
    """Weights as they count in the filter: those of ambiguities seen before for the part that is new."""
    for i in range(m):
        place = pairs.place[i]
        out[i] = 0.0 if place < 0 else w[i] * (1.0 if mine.age[place] == 0 else share)


@leaf_kernel
def _position_factor(
    mine: Mine, pairs: Pairs, m: int, share: float, groups: Groups, g_count: int, code_groups: Groups, c_count: int,
    normal: Normal,
) -> float:  # fmt: skip
    """Normal equations of the position from code and phase with filter weights; returns the redundancy counted."""
    clear(normal)
    _scaled(mine, pairs, m, share, pairs.w_code, pairs.w)
    redundancy = accumulate(pairs.a, pairs.code_m, pairs.w, pairs.code_group, m, code_groups, c_count, normal)
    _scaled(mine, pairs, m, share, pairs.w_phase, pairs.w)
    for i in range(m):
        place = pairs.place[i]
        if place >= 0:
            pairs.y[i] = pairs.phase_m[i] - pairs.wavelength_m[i] * mine.offset_cyc[place]
    redundancy += accumulate(pairs.a, pairs.y, pairs.w, pairs.group, m, groups, g_count, normal)
    return float(redundancy)


@leaf_kernel
def _project(c: Floats, x: float, y: float, z: float) -> tuple[float, float, float]:
    """Forward substitution with a 3 x 3 lower factor."""
    u = x / c[0, 0]
    v = (y - c[1, 0] * u) / c[1, 1]
    return u, v, (z - c[2, 0] * u - c[2, 1] * v) / c[2, 2]


@leaf_kernel
def _add_ambiguities(
    mine: Mine, pairs: Pairs, m: int, groups: Groups, g_count: int, c: Floats, ub: Floats, order: Order, is_static: bool
) -> None:
    """The phase's own part: diagonal, clocks of the groups, and the rows that couple with the position."""
    for g in range(g_count):
        groups.head[g] = -1
    for i in range(m):
        if pairs.w[i] <= 0.0:
            continue
        g, e = pairs.group[i], POSITION + pairs.place[i]
        lw, inverse = pairs.wavelength_m[i] * pairs.w[i], 1.0 / groups.w[g]
        hx = lw * (pairs.a[i, 0] - groups.a[g, 0] * inverse)
        hy = lw * (pairs.a[i, 1] - groups.a[g, 1] * inverse)
        hz = lw * (pairs.a[i, 2] - groups.a[g, 2] * inverse)
        mine.rhs[e] += lw * (pairs.y[i] - groups.y[g] * inverse)
        start = tri(e)
        mine.info[start + e] += lw * pairs.wavelength_m[i]
        if is_static:
            mine.info[start] += hx
            mine.info[start + 1] += hy
            mine.info[start + 2] += hz
        else:
            u, v, t = _project(c, hx, hy, hz)
            order.u[0, e], order.u[1, e], order.u[2, e] = u, v, t
            mine.rhs[e] -= u * ub[0] + v * ub[1] + t * ub[2]
        # every pair with those of its group before it, and with itself
        scaled = lw * inverse
        mine.info[start + e] -= scaled * lw
        j = groups.head[g]
        while j >= 0:
            f = POSITION + pairs.place[j]
            at = start + f if f < e else tri(f) + e
            mine.info[at] -= scaled * pairs.wavelength_m[j] * pairs.w[j]
            j = pairs.next[j]
        pairs.next[i] = groups.head[g]
        groups.head[g] = i


@leaf_kernel
def _fade(mine: Mine, n: int, keep: float) -> None:
    for i in range(tri(n)):
        mine.info[i] *= keep
    for i in range(n):
        mine.rhs[i] *= keep
    mine.cost[0] *= keep
    mine.dof[0] *= keep


@leaf_kernel
def _lower_rank(mine: Mine, n: int, order: Order) -> None:
    """Take away what the unknown position explains: rank three."""
    u0, u1, u2 = order.u[0], order.u[1], order.u[2]
    for i in range(POSITION, n):
        a, b, c = u0[i], u1[i], u2[i]
        if a == 0.0 and b == 0.0 and c == 0.0:
            continue
        start = tri(i)
        for j in range(POSITION, i + 1):
            mine.info[start + j] -= a * u0[j] + b * u1[j] + c * u2[j]


@leaf_kernel
def update(
    mine: Mine, pairs: Pairs, m: int, dt_s: float, correlation_s: float, memory_s: float, is_static: bool,
    groups: Groups, g_count: int, code_groups: Groups, c_count: int, normal: Normal, c: Floats, order: Order,
) -> bool:  # fmt: skip
    """Fold one epoch of single differences in; False where its geometry determines no position.

    `dt_s` since the epoch before; pairs have their places, `mine.age` is 0 for those new.
    """
    rho = exp(-dt_s / correlation_s)
    share = (1.0 - rho) / (1.0 + rho)
    redundancy = _position_factor(mine, pairs, m, share, groups, g_count, code_groups, c_count, normal)
    n = POSITION + mine.count[0]
    _fade(mine, n, exp(-dt_s / memory_s))
    ub = normal.x
    if is_static:
        for i in range(3):
            mine.rhs[i] += normal.g[i]
            for j in range(i + 1):
                mine.info[tri(i) + j] += normal.h[i, j]
        mine.cost[0] += normal.cost[0]
    else:
        if not cholesky3(normal.h, c):
            return False
        ub[0], ub[1], ub[2] = _project(c, normal.g[0], normal.g[1], normal.g[2])
        mine.cost[0] += normal.cost[0] - ub[0] * ub[0] - ub[1] * ub[1] - ub[2] * ub[2]
        for k in range(3):
            for e in range(n):
                order.u[k, e] = 0.0
    mine.dof[0] += (redundancy - 3.0) * (1.0 if mine.dof[0] == 0.0 else share)
    _add_ambiguities(mine, pairs, m, groups, g_count, c, ub, order, is_static)
    if not is_static:
        _lower_rank(mine, n, order)
    return True


@leaf_kernel
def copy_filter(of: Mine, to: Mine) -> None:
    """Take over another filter's ambiguities and all it knows of them."""
    reset(to)
    n = POSITION + of.count[0]
    for i in range(tri(n)):
        to.info[i] = of.info[i]
    for i in range(n):
        to.rhs[i] = of.rhs[i]
    to.cost[0], to.dof[0], to.count[0] = of.cost[0], of.dof[0], of.count[0]
    to.fixed_epochs[0] = of.fixed_epochs[0]
    for i in range(of.count[0]):
        to.satellite[i], to.key[i], to.offset_cyc[i] = of.satellite[i], of.key[i], of.offset_cyc[i]
        to.residual_m[i], to.seen_ns[i], to.age[i] = of.residual_m[i], of.seen_ns[i], of.age[i]
        to.half_cycle[i], to.held[i], to.integer[i] = of.half_cycle[i], of.held[i], of.integer[i]
