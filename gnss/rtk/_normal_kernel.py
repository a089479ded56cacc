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


@inline_kernel
def _add(normal: Normal, x: float, y: float, z: float, observed: float, weight: float) -> None:
    """One observation of design (x, y, z)."""
    h, g = normal.h, normal.g
    wx, wy, wz = weight * x, weight * y, weight * z
    h[0, 0] += wx * x
    h[1, 0] += wy * x
    h[1, 1] += wy * y
    h[2, 0] += wz * x
    h[2, 1] += wz * y
    h[2, 2] += wz * z
    g[0] += wx * observed
    g[1] += wy * observed
    g[2] += wz * observed
    normal.cost[0] += weight * observed * observed


@leaf_kernel
def _sum_groups(a: Floats, y: Floats, w: Floats, group: NDArray[np.int16], m: int, groups: Groups) -> None:
    """Weight, weighted design and weighted observation of each group."""
    for g in range(groups.count[0]):
        groups.w[g], groups.y[g] = 0.0, 0.0
        groups.a[g, 0], groups.a[g, 1], groups.a[g, 2] = 0.0, 0.0, 0.0
    for i in range(m):
        if w[i] > 0.0:
            g = group[i]
            groups.w[g] += w[i]
            groups.y[g] += w[i] * y[i]
            for k in range(3):
                groups.a[g, k] += w[i] * a[i, k]


@leaf_kernel
def accumulate(
    a: Floats, y: Floats, w: Floats, group: NDArray[np.int16], m: int, groups: Groups, normal: Normal
) -> int:
    """Add observations `y` of design `a` to the normal equations; returns how many there are more than clocks."""
    apart()
    _sum_groups(a, y, w, group, m, groups)
    redundancy = 0
    for i in range(m):
        if w[i] > 0.0:
            redundancy += 1
            _add(normal, a[i, 0], a[i, 1], a[i, 2], y[i], w[i])
    for g in range(groups.count[0]):
        if groups.w[g] > 0.0:
            # a clock takes away the mean of its group
            redundancy -= 1
            s = 1.0 / groups.w[g]
            _add(normal, s * groups.a[g, 0], s * groups.a[g, 1], s * groups.a[g, 2], s * groups.y[g], -groups.w[g])
    return redundancy


@leaf_kernel
def accumulate_tied(pairs: Pairs, groups: Groups, normal: Normal) -> int:
    """The same for phases in `pairs.y`, `pairs.w` whose satellites share an error (`tie_satellites`), on one clock."""
    apart()
    m = pairs.count[0]
    for i in range(m):
        pairs.v_code[i] = pairs.w[i] * pairs.share[i]
    groups.count[0] = 1
    redundancy = accumulate(pairs.a, pairs.y, pairs.v_code, pairs.one, m, groups, normal)
    # what the shared error takes from the cost, and `accumulate` did not: w y² - (Σ w y)² tie, less w share y²
    i = 0
    while i < m:
        end, square, said = i, 0.0, 0.0
        while end < m and pairs.satellite[end] == pairs.satellite[i]:
            square += pairs.w[end] * (1.0 - pairs.share[end]) * pairs.y[end] * pairs.y[end]
            said += pairs.w[end] * pairs.y[end]
            end += 1
        normal.cost[0] += square - said * said * pairs.tie[i]
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
