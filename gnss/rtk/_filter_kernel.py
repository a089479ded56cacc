"""The float filter: one quadratic form over the ambiguities, in information form.

A moving rover's position is new each epoch, so it is eliminated at once, and with it the clock of its phases: what remains is a rank-four
change of the information about the ambiguities. Codes have a clock a signal. The phases of different signals are apart by delays that stay: they are
part of the ambiguities, and drift slowly (`loosen`).
Forgetting a satellite is the elimination of its ambiguity, which keeps what it said about the others.

Multipath repeats itself for a while: epochs closer together than that are counted for the part that is new.
"""

from math import exp, sqrt

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, leaf_kernel
from gnss.rtk._apart import apart
from gnss.rtk._memory import Mine
from gnss.rtk._normal_kernel import accumulate, accumulate_tied, cholesky3, clear
from gnss.rtk._pair_kernel import tie_satellites
from gnss.rtk._work import POSITION, Groups, Normal, Order, Pairs
from gnss.rtk.settings import Rules

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
    apart()
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
    apart()
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


@inline_kernel
def new_share(dt_s: float, correlation_s: float) -> float:
    """The part of an epoch that is new, where noise is alike over `correlation_s`."""
    rho = exp(-dt_s / correlation_s)
    return (1.0 - rho) / (1.0 + rho)


@leaf_kernel
def _position_factor(
    mine: Mine, pairs: Pairs, m: int, code_share: float, phase_share: float, groups: Groups, code_groups: Groups,
    c_count: int, normal: Normal, satellites: NDArray[np.int16],
) -> float:  # fmt: skip
    """Normal equations of the position from code and phase, each for the part that is new; returns the redundancy.

    A phase counts in full where its ambiguity begins. Its code does not: it has been heard before the slip.
    """
    clear(normal)
    for i in range(m):
        pairs.w[i] = code_share * pairs.w_code[i]
    redundancy = code_share * accumulate(
        pairs.a, pairs.code_m, pairs.w, pairs.code_group, m, code_groups, c_count, normal
    )
    for i in range(m):
        place = pairs.place[i]
        pairs.w[i] = 0.0
        if place >= 0:
            pairs.w[i] = pairs.w_phase[i] * (1.0 if mine.age[place] == 0 else phase_share)
            pairs.y[i] = pairs.phase_m[i] - pairs.wavelength_m[i] * mine.offset_cyc[place]
    tie_satellites(pairs, m, satellites, phase_share)
    return redundancy + phase_share * accumulate_tied(pairs, m, satellites, groups, normal)


@leaf_kernel
def _project(c: Floats, x: float, y: float, z: float) -> tuple[float, float, float]:
    """Forward substitution with a 3 x 3 lower factor."""
    u = x / c[0, 0]
    v = (y - c[1, 0] * u) / c[1, 1]
    return u, v, (z - c[2, 0] * u - c[2, 1] * v) / c[2, 2]


@leaf_kernel
def _tie_up(mine: Mine, pairs: Pairs, i: int, m: int, satellites: NDArray[np.int16], whole: float) -> float:
    """Couple a phase with the others of its satellite; returns what they say of the error they share."""
    satellite, e, said = satellites[pairs.row[i]], POSITION + pairs.place[i], 0.0
    j = i
    while j > 0 and satellites[pairs.row[j - 1]] == satellite:
        j -= 1
    while j < m and satellites[pairs.row[j]] == satellite:
        if pairs.w[j] > 0.0:
            said += pairs.w[j] * pairs.y[j]
            f = POSITION + pairs.place[j]
            if f <= e:
                mine.info[tri(e) + f] -= whole * pairs.wavelength_m[j] * pairs.w[j] * pairs.tie[i]
        j += 1
    return said * pairs.tie[i]


@leaf_kernel
def _add_ambiguities(
    mine: Mine, pairs: Pairs, m: int, groups: Groups, c: Floats, ub: Floats, order: Order, is_static: bool,
    satellites: NDArray[np.int16],
) -> None:  # fmt: skip
    """The phase's own part: the diagonal, and per ambiguity what clock and position take away from it."""
    apart()
    inverse = 1.0 / groups.w[0] if groups.w[0] > 0.0 else 0.0
    root = sqrt(inverse)
    for i in range(m):
        if pairs.w[i] <= 0.0:
            continue
        e = POSITION + pairs.place[i]
        whole = pairs.wavelength_m[i] * pairs.w[i]
        lw = whole * pairs.share[i]
        hx = lw * (pairs.a[i, 0] - groups.a[0, 0] * inverse)
        hy = lw * (pairs.a[i, 1] - groups.a[0, 1] * inverse)
        hz = lw * (pairs.a[i, 2] - groups.a[0, 2] * inverse)
        start = tri(e)
        mine.info[start + e] += whole * pairs.wavelength_m[i]
        mine.rhs[e] += whole * (pairs.y[i] - _tie_up(mine, pairs, i, m, satellites, whole)) - lw * groups.y[0] * inverse
        order.u[3, e] = lw * root
        if is_static:
            mine.info[start] += hx
            mine.info[start + 1] += hy
            mine.info[start + 2] += hz
        else:
            u, v, t = _project(c, hx, hy, hz)
            order.u[0, e], order.u[1, e], order.u[2, e] = u, v, t
            mine.rhs[e] -= u * ub[0] + v * ub[1] + t * ub[2]


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
    """Take away what the unknown position and clock explain: rank four."""
    apart()
    apart()
    u0, u1, u2, u3 = order.u[0], order.u[1], order.u[2], order.u[3]
    for i in range(POSITION, n):
        a, b, c, d = u0[i], u1[i], u2[i], u3[i]
        if d == 0.0:
            continue
        start = tri(i)
        for j in range(POSITION, i + 1):
            mine.info[start + j] -= a * u0[j] + b * u1[j] + c * u2[j] + d * u3[j]


@leaf_kernel
def loosen(mine: Mine, key: int, variance_cyc2: float, column: Floats) -> None:
    """Let the phases of a group drift together against the others: its receivers' delays are not quite constant."""
    n, b, s = POSITION + mine.count[0], 0.0, 0.0
    for i in range(n):
        column[i] = 0.0
    for place in range(mine.count[0]):
        if mine.key[place] == key:
            e = POSITION + place
            b += mine.rhs[e]
            start = tri(e)
            for j in range(e):
                column[j] += mine.info[start + j]
            for i in range(e, n):
                column[i] += mine.info[tri(i) + e]
    for place in range(mine.count[0]):
        if mine.key[place] == key:
            s += column[POSITION + place]
    gain = 1.0 / (1.0 / variance_cyc2 + max(s, 0.0))
    for i in range(n):
        factor = gain * column[i]
        if factor != 0.0:
            start = tri(i)
            for j in range(i + 1):
                mine.info[start + j] -= factor * column[j]
            mine.rhs[i] -= factor * b
    mine.cost[0] -= gain * b * b


@leaf_kernel
def update(
    mine: Mine, pairs: Pairs, m: int, dt_s: float, rules: Rules, is_static: bool, is_moving: bool,
    groups: Groups, code_groups: Groups, c_count: int, normal: Normal, c: Floats, order: Order,
    satellites: NDArray[np.int16],
) -> bool:  # fmt: skip
    """Fold one epoch of single differences in; False where its geometry determines no position.

    `dt_s` since the epoch before; pairs have their places, `mine.age` is 0 for those new.
    """
    apart()
    is_first = mine.dof[0] == 0.0
    code_share = 1.0 if is_first else new_share(dt_s, rules.correlation_code_s)
    correlation_s = rules.correlation_phase_s if is_moving else rules.correlation_rest_s
    phase_share = 1.0 if is_first else new_share(dt_s, correlation_s)
    redundancy = _position_factor(
        mine, pairs, m, code_share, phase_share, groups, code_groups, c_count, normal, satellites
    )
    n = POSITION + mine.count[0]
    _fade(mine, n, exp(-dt_s / rules.memory_s))
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
    for k in range(4):
        for e in range(n):
            order.u[k, e] = 0.0
    mine.dof[0] += redundancy - 3.0 * phase_share
    _add_ambiguities(mine, pairs, m, groups, c, ub, order, is_static, satellites)
    _lower_rank(mine, n, order)
    return True


@leaf_kernel
def copy_filter(of: Mine, to: Mine) -> None:
    """Take over another filter's ambiguities and all it knows of them."""
    apart()
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
