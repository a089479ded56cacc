"""The float filter: one quadratic form over the ambiguities, in information form.

A moving rover's position is new each epoch, so it is eliminated at once, and with it the clock of its phases: what
remains is a rank-four change of the information about the ambiguities. Codes have a clock a signal. The phases of
different signals are apart by delays that stay: they are part of the ambiguities, and drift slowly (`loosen`).
Forgetting a satellite is the elimination of its ambiguity, which keeps what it said about the others.

Multipath repeats itself for a while: epochs closer together than that are counted for the part that is new.
"""

from math import exp, sqrt

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, leaf_kernel
from gnss.rtk._apart import apart
from gnss.rtk._memory import Mine
from gnss.rtk._memory_kernel import tri
from gnss.rtk._normal_kernel import accumulate, accumulate_tied, cholesky3, clear
from gnss.rtk._pair_kernel import tie_satellites
from gnss.rtk._work import POSITION, Groups, Normal, Order, Pairs, Work
from gnss.rtk.settings import Rules

Floats = NDArray[np.float64]


@inline_kernel
def new_share(dt_s: float, correlation_s: float) -> float:
    """The part of an epoch that is new, where noise is alike over `correlation_s`."""
    rho = exp(-dt_s / correlation_s)
    return (1.0 - rho) / (1.0 + rho)


@leaf_kernel
def _position_factor(mine: Mine, w: Work, code_share: float, phase_share: float) -> float:
    """Normal equations of the position from code and phase, each for the part that is new; returns the redundancy.

    A phase counts in full where its ambiguity begins. Its code does not: it has been heard before the slip.
    """
    pairs, normal = w.pairs, w.normal
    m = pairs.count[0]
    clear(normal)
    for i in range(m):
        pairs.w[i] = code_share * pairs.w_code[i]
    of_code = accumulate(pairs.a, pairs.code_m, pairs.w, pairs.code_group, m, w.code_groups, normal)
    for i in range(m):
        place = pairs.place[i]
        pairs.w[i] = 0.0
        if place >= 0:
            pairs.w[i] = pairs.w_phase[i] * (1.0 if mine.age[place] == 0 else phase_share)
            pairs.y[i] = pairs.phase_m[i] - pairs.wavelength_m[i] * mine.offset_cyc[place]
    tie_satellites(pairs, phase_share)
    return code_share * of_code + phase_share * accumulate_tied(pairs, w.groups, normal)


@leaf_kernel
def _project(c: Floats, x: float, y: float, z: float) -> tuple[float, float, float]:
    """Forward substitution with a 3 x 3 lower factor."""
    u = x / c[0, 0]
    v = (y - c[1, 0] * u) / c[1, 1]
    return u, v, (z - c[2, 0] * u - c[2, 1] * v) / c[2, 2]


@leaf_kernel
def _tie_up(mine: Mine, pairs: Pairs, i: int) -> float:
    """Couple a phase with the others of its satellite; returns what they say of the error they share."""
    e, said, j, tied = POSITION + pairs.place[i], 0.0, i, pairs.wavelength_m[i] * pairs.tie[i]
    while j > 0 and pairs.satellite[j - 1] == pairs.satellite[i]:
        j -= 1
    while j < pairs.count[0] and pairs.satellite[j] == pairs.satellite[i]:
        if pairs.w[j] > 0.0:
            said += pairs.tie[j] * pairs.y[j]
            f = POSITION + pairs.place[j]
            if f <= e:
                mine.info[tri(e) + f] -= tied * pairs.wavelength_m[j] * pairs.tie[j]
        j += 1
    return said * tied


@leaf_kernel
def coupling(pairs: Pairs, i: int, groups: Groups, inverse: float) -> tuple[float, float, float, float]:
    """How phase `i` hangs together with position (x, y, z) and clock, for one cycle of its ambiguity."""
    lw = pairs.wavelength_m[i] * pairs.w[i] * pairs.share[i]
    x = lw * (pairs.a[i, 0] - groups.a[0, 0] * inverse)
    y = lw * (pairs.a[i, 1] - groups.a[0, 1] * inverse)
    return x, y, lw * (pairs.a[i, 2] - groups.a[0, 2] * inverse), lw


@inline_kernel
def inverse_weight(groups: Groups) -> float:
    """One over the weight of all phases, 0 where there are none."""
    return 1.0 / groups.w[0] if groups.w[0] > 0.0 else 0.0


@leaf_kernel
def _couple(pairs: Pairs, groups: Groups, normal: Normal, order: Order, n: int, is_static: bool) -> None:
    """How each ambiguity hangs together with position and clock, into `order.u`.

    Rows 0 to 2: the coupling with the position, of a moving rover projected by the position's Cholesky factor; row 3:
    with the clock, projected.
    """
    apart()
    for k in range(4):
        for e in range(n):
            order.u[k, e] = 0.0
    inverse = inverse_weight(groups)
    root = sqrt(inverse)
    for i in range(pairs.count[0]):
        if pairs.w[i] > 0.0:
            e = POSITION + pairs.place[i]
            x, y, z, lw = coupling(pairs, i, groups, inverse)
            if not is_static:
                x, y, z = _project(normal.c, x, y, z)
            order.u[0, e], order.u[1, e], order.u[2, e], order.u[3, e] = x, y, z, lw * root


@leaf_kernel
def _add_ambiguities(mine: Mine, pairs: Pairs, groups: Groups, ub: Floats, order: Order, is_static: bool) -> None:
    """The phases' own part: the diagonal, the ties within a satellite, the right-hand side."""
    apart()
    inverse = inverse_weight(groups)
    for i in range(pairs.count[0]):
        if pairs.w[i] <= 0.0:
            continue
        e = POSITION + pairs.place[i]
        start, whole = tri(e), pairs.wavelength_m[i] * pairs.w[i]
        mine.info[start + e] += whole * pairs.wavelength_m[i]
        clock = whole * pairs.share[i] * groups.y[0] * inverse
        mine.rhs[e] += whole * pairs.y[i] - _tie_up(mine, pairs, i) - clock
        x, y, z = order.u[0, e], order.u[1, e], order.u[2, e]
        if is_static:
            mine.info[start] += x
            mine.info[start + 1] += y
            mine.info[start + 2] += z
        else:
            mine.rhs[e] -= x * ub[0] + y * ub[1] + z * ub[2]


@leaf_kernel
def _fade(mine: Mine, n: int, order: Order, keep: float, is_static: bool) -> None:
    """Let what is known fade, and take away what the unknown position and clock of this epoch explain: rank four."""
    apart()
    u0, u1, u2, u3 = order.u[0], order.u[1], order.u[2], order.u[3]
    for i in range(n):
        a, b, c, d = u0[i], u1[i], u2[i], u3[i]
        if is_static:
            a, b, c = 0.0, 0.0, 0.0
        row = mine.info[tri(i) : tri(i) + i + 1]
        for j in range(i + 1):
            row[j] = keep * row[j] - (a * u0[j] + b * u1[j] + c * u2[j] + d * u3[j])
    for i in range(n):
        mine.rhs[i] *= keep
    mine.cost[0] *= keep
    mine.dof[0] *= keep


@leaf_kernel
def _keep_position(mine: Mine, normal: Normal) -> None:
    """Of a resting rover the position is an unknown of the filter."""
    for i in range(3):
        mine.rhs[i] += normal.g[i]
        for j in range(i + 1):
            mine.info[tri(i) + j] += normal.h[i, j]


@leaf_kernel
def update(mine: Mine, w: Work, dt_s: float, rules: Rules, is_static: bool, is_moving: bool) -> bool:
    """Fold one epoch of single differences in; False where its geometry determines no position.

    `dt_s` since the epoch before; pairs have their places, `mine.age` is 0 for those new.
    """
    apart()
    normal, is_first = w.normal, mine.dof[0] == 0.0
    code_share = 1.0 if is_first else new_share(dt_s, rules.correlation_code_s)
    correlation_s = rules.correlation_phase_s if is_moving else rules.correlation_rest_s
    phase_share = 1.0 if is_first else new_share(dt_s, correlation_s)
    redundancy = _position_factor(mine, w, code_share, phase_share)
    if not is_static and not cholesky3(normal.h, normal.c):
        return False
    n, ub = POSITION + mine.count[0], normal.x
    _couple(w.pairs, w.groups, normal, w.order, n, is_static)
    _fade(mine, n, w.order, exp(-dt_s / rules.memory_s), is_static)
    mine.dof[0] += redundancy - (0.0 if is_static else 3.0 * phase_share)
    mine.cost[0] += normal.cost[0]
    if is_static:
        _keep_position(mine, normal)
    else:
        ub[0], ub[1], ub[2] = _project(normal.c, normal.g[0], normal.g[1], normal.g[2])
        mine.cost[0] -= ub[0] * ub[0] + ub[1] * ub[1] + ub[2] * ub[2]
    _add_ambiguities(mine, w.pairs, w.groups, ub, w.order, is_static)
    return True
