"""Least squares of a position with a receiver clock for each group of signals, the clocks eliminated."""

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, leaf_kernel
from gnss.rtk._apart import apart
from gnss.rtk._work import Groups, Normal, Pairs

Floats = NDArray[np.float64]

RANK_MIN = 1e-12
"""A direction of which less than this part is left is observed by rounding alone."""


@leaf_kernel
def clear(normal: Normal) -> None:
    """No observations yet."""
    for i in range(3):
        normal.g[i] = 0.0
        for j in range(3):
            normal.h[i, j] = 0.0
    normal.cost[0] = 0.0


Sums = tuple[float, float, float, float, float, float, float, float, float, float]
"""Entries of `h` by rows, then `g`, then the cost: kept in registers while observations are added."""


@inline_kernel
def _sums(normal: Normal) -> Sums:
    h, g = normal.h, normal.g
    return h[0, 0], h[1, 0], h[1, 1], h[2, 0], h[2, 1], h[2, 2], g[0], g[1], g[2], normal.cost[0]


@inline_kernel
def _plus(s: Sums, x: float, y: float, z: float, observed: float, weight: float) -> Sums:
    """One observation of design (x, y, z) more."""
    wx, wy, wz = weight * x, weight * y, weight * z
    return (
        s[0] + wx * x, s[1] + wy * x, s[2] + wy * y, s[3] + wz * x, s[4] + wz * y, s[5] + wz * z,
        s[6] + wx * observed, s[7] + wy * observed, s[8] + wz * observed, s[9] + weight * observed * observed,
    )  # fmt: skip


@inline_kernel
def _keep(normal: Normal, s: Sums) -> None:
    h, g = normal.h, normal.g
    h[0, 0], h[1, 0], h[1, 1], h[2, 0], h[2, 1], h[2, 2] = s[0], s[1], s[2], s[3], s[4], s[5]
    g[0], g[1], g[2], normal.cost[0] = s[6], s[7], s[8], s[9]


@inline_kernel
def _without_clock(s: Sums, groups: Groups, g: int) -> Sums:
    """A clock takes away the mean of its group."""
    inverse, a = 1.0 / groups.w[g], groups.a[g]
    return _plus(s, inverse * a[0], inverse * a[1], inverse * a[2], inverse * groups.y[g], -groups.w[g])


@leaf_kernel
def accumulate(
    a: Floats, y: Floats, w: Floats, group: NDArray[np.int16], m: int, groups: Groups, normal: Normal
) -> int:
    """Add observations `y` of design `a` to the normal equations; returns how many there are more than clocks."""
    apart()
    for g in range(groups.count[0]):
        groups.w[g], groups.y[g] = 0.0, 0.0
        groups.a[g, 0], groups.a[g, 1], groups.a[g, 2] = 0.0, 0.0, 0.0
    s, redundancy = _sums(normal), 0
    for i in range(m):
        if w[i] > 0.0:
            g, weight, ax, ay, az = group[i], w[i], a[i, 0], a[i, 1], a[i, 2]
            groups.w[g] += weight
            groups.y[g] += weight * y[i]
            groups.a[g, 0] += weight * ax
            groups.a[g, 1] += weight * ay
            groups.a[g, 2] += weight * az
            redundancy += 1
            s = _plus(s, ax, ay, az, y[i], weight)
    for g in range(groups.count[0]):
        if groups.w[g] > 0.0:
            redundancy -= 1
            s = _without_clock(s, groups, g)
    _keep(normal, s)
    return redundancy


@leaf_kernel
def accumulate_alone(a: Floats, y: Floats, w: Floats, m: int, groups: Groups, normal: Normal) -> int:
    """The same for observations that share one clock: `groups` has one."""
    apart()
    s, redundancy = _sums(normal), 0
    of_w = of_y = of_x = of_ay = of_az = 0.0
    for i in range(m):
        if w[i] != 0.0:
            weight, ax, ay, az = w[i], a[i, 0], a[i, 1], a[i, 2]
            of_w += weight
            of_y += weight * y[i]
            of_x += weight * ax
            of_ay += weight * ay
            of_az += weight * az
            redundancy += 1
            s = _plus(s, ax, ay, az, y[i], weight)
    groups.count[0], groups.w[0], groups.y[0] = 1, of_w, of_y
    groups.a[0, 0], groups.a[0, 1], groups.a[0, 2] = of_x, of_ay, of_az
    if of_w > 0.0:
        redundancy -= 1
        s = _without_clock(s, groups, 0)
    _keep(normal, s)
    return redundancy


@leaf_kernel
def accumulate_tied(pairs: Pairs, groups: Groups, normal: Normal) -> int:
    """The same for phases in `pairs.y`, `pairs.w` whose satellites share an error (`tie_satellites`), on one clock."""
    apart()
    m = pairs.count[0]
    for i in range(m):
        pairs.v_code[i] = pairs.w[i] * pairs.share[i]
    redundancy = accumulate_alone(pairs.a, pairs.y, pairs.v_code, m, groups, normal)
    # what the shared error takes from the cost, and `accumulate_alone` did not: w y² - (Σ t y)², less w share y²
    i = 0
    while i < m:
        end, square, said = i, 0.0, 0.0
        while end < m and pairs.satellite[end] == pairs.satellite[i]:
            square += pairs.w[end] * (1.0 - pairs.share[end]) * pairs.y[end] * pairs.y[end]
            said += pairs.tie[end] * pairs.y[end]
            end += 1
        normal.cost[0] += square - said * said
        i = end
    return redundancy


@inline_kernel
def clock_of(groups: Groups, g: int, x: Floats) -> float:
    """The clock of a group at the position correction `x`."""
    of_position = groups.a[g, 0] * x[0] + groups.a[g, 1] * x[1] + groups.a[g, 2] * x[2]
    return (groups.y[g] - of_position) / groups.w[g]


@inline_kernel
def along(a: Floats, i: int, x: Floats) -> float:
    """What the position correction `x` does to observation `i`."""
    return a[i, 0] * x[0] + a[i, 1] * x[1] + a[i, 2] * x[2]


@leaf_kernel
def cholesky3(h: Floats, c: Floats) -> bool:
    """Lower Cholesky factor of a 3 x 3 matrix; False where it is not positive definite."""
    for i in range(3):
        for j in range(i + 1):
            s = h[i, j]
            for k in range(j):
                s -= c[i, k] * c[j, k]
            if i == j:
                if not s > max(RANK_MIN * abs(h[i, i]), 0.0):
                    return False
                c[i, i] = sqrt(s)
            else:
                c[i, j] = s / c[j, j]
    return True


@leaf_kernel
def solve(normal: Normal) -> bool:
    """Position correction `x` and its covariance `cov`; False where they are not determined."""
    apart()
    c, cov, g = normal.c, normal.cov, normal.g
    if not cholesky3(normal.h, c):
        return False
    i00, i11, i22 = 1.0 / c[0, 0], 1.0 / c[1, 1], 1.0 / c[2, 2]
    i10 = -c[1, 0] * i00 * i11
    i21 = -c[2, 1] * i11 * i22
    i20 = (c[2, 1] * c[1, 0] * i11 - c[2, 0]) * i00 * i22
    cov[0, 0] = i00 * i00 + i10 * i10 + i20 * i20
    cov[1, 0] = i10 * i11 + i20 * i21
    cov[1, 1] = i11 * i11 + i21 * i21
    cov[2, 0] = i20 * i22
    cov[2, 1] = i21 * i22
    cov[2, 2] = i22 * i22
    cov[0, 1], cov[0, 2], cov[1, 2] = cov[1, 0], cov[2, 0], cov[2, 1]
    for i in range(3):
        normal.x[i] = cov[i, 0] * g[0] + cov[i, 1] * g[1] + cov[i, 2] * g[2]
    return True
