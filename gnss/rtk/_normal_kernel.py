"""Least squares of a position with a receiver clock for each group of signals, the clocks eliminated."""

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from gnss._jit import leaf_kernel
from gnss.rtk._apart import apart
from gnss.rtk._work import Groups, Normal, Pairs

Floats = NDArray[np.float64]


@leaf_kernel
def clear(normal: Normal) -> None:
    """No observations yet."""
    for i in range(3):
        normal.g[i] = 0.0
        for j in range(3):
            normal.h[i, j] = 0.0
    normal.cost[0] = 0.0


@leaf_kernel
def sum_groups(a: Floats, y: Floats, w: Floats, group: NDArray[np.int16], m: int, groups: Groups, g_count: int) -> None:
    """Weight, weighted design and weighted observation of each group."""
    for g in range(g_count):
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
    a: Floats, y: Floats, w: Floats, group: NDArray[np.int16], m: int, groups: Groups, g_count: int, normal: Normal
) -> int:
    """Add observations to the normal equations; returns how many there are more than clocks."""
    apart()
    sum_groups(a, y, w, group, m, groups, g_count)
    redundancy = 0
    h00, h10, h11, h20, h21, h22 = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    g0, g1, g2, cost = 0.0, 0.0, 0.0, 0.0
    for i in range(m):
        if w[i] > 0.0:
            redundancy += 1
            wi, yi, ax, ay, az = w[i], y[i], a[i, 0], a[i, 1], a[i, 2]
            h00 += wi * ax * ax
            h10 += wi * ay * ax
            h11 += wi * ay * ay
            h20 += wi * az * ax
            h21 += wi * az * ay
            h22 += wi * az * az
            g0 += wi * ax * yi
            g1 += wi * ay * yi
            g2 += wi * az * yi
            cost += wi * yi * yi
    for g in range(g_count):
        if groups.w[g] > 0.0:
            redundancy -= 1
            s, ax, ay, az, yg = 1.0 / groups.w[g], groups.a[g, 0], groups.a[g, 1], groups.a[g, 2], groups.y[g]
            h00 -= s * ax * ax
            h10 -= s * ay * ax
            h11 -= s * ay * ay
            h20 -= s * az * ax
            h21 -= s * az * ay
            h22 -= s * az * az
            g0 -= s * ax * yg
            g1 -= s * ay * yg
            g2 -= s * az * yg
            cost -= s * yg * yg
    h = normal.h
    h[0, 0] += h00
    h[1, 0] += h10
    h[1, 1] += h11
    h[2, 0] += h20
    h[2, 1] += h21
    h[2, 2] += h22
    normal.g[0] += g0
    normal.g[1] += g1
    normal.g[2] += g2
    normal.cost[0] += cost
    return redundancy


@leaf_kernel
def accumulate_tied(pairs: Pairs, m: int, satellites: NDArray[np.int16], groups: Groups, normal: Normal) -> int:
    """The same for phases in `pairs.y` and `pairs.w` whose satellites share an error (`tie_satellites`), on one clock."""
    apart()
    for i in range(m):
        pairs.v_code[i] = pairs.w[i] * pairs.share[i]
    redundancy = accumulate(pairs.a, pairs.y, pairs.v_code, pairs.one, m, groups, 1, normal)
    # what the shared error takes from the cost, and `accumulate` did not: w y² - (Σ w y)² tie, less w share y²
    i = 0
    while i < m:
        end, square, said = i, 0.0, 0.0
        while end < m and satellites[pairs.row[end]] == satellites[pairs.row[i]]:
            square += pairs.w[end] * (1.0 - pairs.share[end]) * pairs.y[end] * pairs.y[end]
            said += pairs.w[end] * pairs.y[end]
            end += 1
        normal.cost[0] += square - said * said * pairs.tie[i]
        i = end
    return redundancy


@leaf_kernel
def cholesky3(h: Floats, c: Floats) -> bool:
    """Lower Cholesky factor of a 3 x 3 matrix; False where it is not positive definite."""
    for i in range(3):
        for j in range(i + 1):
            s = h[i, j]
            for k in range(j):
                s -= c[i, k] * c[j, k]
            if i == j:
                # a direction that nothing observes is as good as none: one part in 1e12 is rounding
                if not s > 1e-12 * abs(h[i, i]) or not s > 0.0:
                    return False
                c[i, i] = sqrt(s)
            else:
                c[i, j] = s / c[j, j]
    return True


@leaf_kernel
def solve(normal: Normal, c: Floats) -> bool:
    """Position correction `x` and its covariance `cov`; `c` (3, 3) becomes the Cholesky factor. False if singular."""
    apart()
    if not cholesky3(normal.h, c):
        return False
    i00, i11, i22 = 1.0 / c[0, 0], 1.0 / c[1, 1], 1.0 / c[2, 2]
    i10 = -c[1, 0] * i00 * i11
    i21 = -c[2, 1] * i11 * i22
    i20 = (c[2, 1] * c[1, 0] * i11 - c[2, 0]) * i00 * i22
    cov = normal.cov
    cov[0, 0] = i00 * i00 + i10 * i10 + i20 * i20
    cov[1, 0] = i10 * i11 + i20 * i21
    cov[1, 1] = i11 * i11 + i21 * i21
    cov[2, 0] = i20 * i22
    cov[2, 1] = i21 * i22
    cov[2, 2] = i22 * i22
    cov[0, 1], cov[0, 2], cov[1, 2] = cov[1, 0], cov[2, 0], cov[2, 1]
    g = normal.g
    for i in range(3):
        normal.x[i] = cov[i, 0] * g[0] + cov[i, 1] * g[1] + cov[i, 2] * g[2]
    return True
