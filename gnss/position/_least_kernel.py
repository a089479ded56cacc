"""Weighted least squares with the clocks eliminated: the matrix has the same size whatever constellations there are.

Only the lower half of the normal matrix and of its factor is used.
"""

from math import sqrt

from gnss._jit import inline_kernel, leaf_kernel
from gnss.position._problem import AXES, UNKNOWNS_MAX, Problem

PIVOT_MIN = 1e-12
"""Of a normal matrix, relative to its diagonal: less is a geometry that determines nothing."""

LEVERAGE_MAX = 1.0 - 1e-9
"""An observation of more decides alone over an unknown: no other one can contradict it."""

SCREEN = 0.25
"""Part of the limit of a residual below which its leverage cannot matter, unless that is above three quarters."""

PRIOR_FREEDOM = 12.0
"""How many degrees of freedom the expected noise counts for beside those of the epoch, when its noise is judged."""


@inline_kernel
def _sum_groups(p: Problem, n: int, m: int) -> None:
    """Weighted means of the observations of each group."""
    for g in range(p.total.shape[0]):
        p.members[g], p.total[g], p.mean_y[g] = 0, 0.0, 0.0
        for j in range(m):
            p.mean[g, j] = 0.0
    for i in range(n):
        g, w = p.group[i], p.weight[i]
        if w > 0.0:
            p.members[g] += 1
            p.total[g] += w
            p.mean_y[g] += w * p.y[i]
            for j in range(m):
                p.mean[g, j] += w * p.a[i, j]
    for g in range(p.total.shape[0]):
        if p.members[g] > 0:
            p.mean_y[g] /= p.total[g]
            for j in range(m):
                p.mean[g, j] /= p.total[g]


@inline_kernel
def _accumulate(p: Problem, n: int, m: int) -> None:
    """Normal matrix and right-hand side (in `x`), the clocks eliminated."""
    for j in range(m):
        p.x[j] = 0.0
        for k in range(j + 1):
            p.normal[j, k] = 0.0
        p.normal[j, j] = p.prior[j]
    for i in range(n):
        g, w = p.group[i], p.weight[i]
        if w > 0.0:
            wy = w * (p.y[i] - p.mean_y[g])
            for j in range(m):
                a = p.a[i, j] - p.mean[g, j]
                p.x[j] += a * wy
                wa = w * a
                for k in range(j + 1):
                    p.normal[j, k] += wa * (p.a[i, k] - p.mean[g, k])


@inline_kernel
def _factorise(p: Problem, m: int) -> bool:
    """Cholesky's factor in place; False where the matrix is not positive definite."""
    c = p.normal
    for j in range(m):
        diagonal = c[j, j]
        rest = diagonal
        for k in range(j):
            rest -= c[j, k] * c[j, k]
        if not rest > PIVOT_MIN * diagonal:
            return False
        c[j, j] = sqrt(rest)
        for i in range(j + 1, m):
            value = c[i, j]
            for k in range(j):
                value -= c[i, k] * c[j, k]
            c[i, j] = value / c[j, j]
    return True


@inline_kernel
def _solve(p: Problem, m: int) -> None:
    """From the right-hand side in `x` to the solution, there too."""
    c, x = p.normal, p.x
    for j in range(m):
        for k in range(j):
            x[j] -= c[j, k] * x[k]
        x[j] /= c[j, j]
    for j in range(m - 1, -1, -1):
        for k in range(j + 1, m):
            x[j] -= c[k, j] * x[k]
        x[j] /= c[j, j]


@leaf_kernel
def invert(p: Problem, m: int) -> None:
    """The inverse of the normal matrix from its factor, by the inverse of that."""
    c, q = p.normal, p.inverse
    for j in range(m):
        q[j, j] = 1.0 / c[j, j]
        for i in range(j + 1, m):
            value = 0.0
            for k in range(j, i):
                value -= c[i, k] * q[k, j]
            q[i, j] = value / c[i, i]
    # column after column of L^-T L^-1: what is still needed of L^-1 is not yet overwritten
    for j in range(m):
        for i in range(j, m):
            value = 0.0
            for k in range(i, m):
                value += q[k, i] * q[k, j]
            q[i, j] = value
    for j in range(m):
        for i in range(j):
            q[i, j] = q[j, i]


@inline_kernel
def _least_squares(p: Problem, n: int, m: int) -> bool:
    _sum_groups(p, n, m)
    _accumulate(p, n, m)
    if not _factorise(p, m):
        return False
    _solve(p, m)
    for g in range(p.total.shape[0]):
        p.clock[g] = p.mean_y[g]
        for j in range(m):
            p.clock[g] -= p.mean[g, j] * p.x[j]
    return True


@leaf_kernel
def least_squares(p: Problem, n: int, m: int) -> bool:
    """Solve for the first `m` unknowns and the clocks; False where the geometry does not determine them."""
    # loops whose length the compiler knows are unrolled
    if m == UNKNOWNS_MAX:
        return _least_squares(p, n, UNKNOWNS_MAX)
    if m == AXES:
        return _least_squares(p, n, AXES)
    return _least_squares(p, n, m)


@inline_kernel
def _leverage(p: Problem, i: int, m: int) -> float:
    """How much of its own fitted value an observation decides."""
    g, sum_of_squares = p.group[i], 0.0
    for j in range(m):
        inner = 0.0
        for k in range(m):
            inner += p.inverse[j, k] * (p.a[i, k] - p.mean[g, k])
        sum_of_squares += inner * (p.a[i, j] - p.mean[g, j])
    return p.weight[i] * (sum_of_squares + 1.0 / p.total[g])


@leaf_kernel
def judge(p: Problem, n: int, m: int) -> tuple[float, int, float]:
    """(sum of squared residuals over their variances, degrees of freedom, greatest term of the sum).

       Fills the residuals, of all observations.
    What was known beforehand of an unknown counts as an observation.
    """
    chi2, freedom, greatest = 0.0, -m, 0.0
    for j in range(m):
        chi2 += p.prior[j] * p.x[j] * p.x[j]
        freedom += 1 if p.prior[j] > 0.0 else 0
    for g in range(p.members.shape[0]):
        freedom -= 1 if p.members[g] > 0 else 0
    for i in range(n):
        fitted = p.clock[p.group[i]]
        for j in range(m):
            fitted += p.a[i, j] * p.x[j]
        p.residual[i] = p.y[i] - fitted
        if p.weight[i] > 0.0:
            squared = p.weight[i] * p.residual[i] * p.residual[i]
            chi2 += squared
            freedom += 1
            greatest = max(greatest, squared)
    return chi2, freedom, greatest


@leaf_kernel
def worst_of(p: Problem, n: int, m: int) -> tuple[int, float]:
    """The observation whose residual is greatest for what the geometry would let it be, and the square of that ratio.

    -1 if none can be judged.
    """
    invert(p, m)
    worst, worst_ratio = -1, 0.0
    for i in range(n):
        if p.weight[i] <= 0.0:
            continue
        leverage = _leverage(p, i, m)
        if leverage < LEVERAGE_MAX:
            ratio = p.weight[i] * p.residual[i] * p.residual[i] / (1.0 - leverage)
            if ratio > worst_ratio:
                worst, worst_ratio = i, ratio
    return worst, worst_ratio


@inline_kernel
def chi2_max(freedom: int, normal_quantile: float) -> float:
    """Quantile of the chi-square distribution by that of the normal one (Wilson and Hilferty).

    Too high by 9 % for one degree of freedom, 2 % for five, less for more, where it is used.
    """
    part = 2.0 / (9.0 * freedom)
    return freedom * (1.0 - part + normal_quantile * sqrt(part)) ** 3


@leaf_kernel
def odd_one_out(p: Problem, n: int, m: int, normal_quantile: float, ratio2_max: float) -> tuple[int, bool, float, int]:
    """(observation to leave out or -1, whether the rest agree, chi2, degrees of freedom) of a problem solved.

    The worst is left out where it fits far worse than noise explains, or where all together do.
    """
    chi2, freedom, greatest = judge(p, n, m)
    if freedom <= 0:
        return -1, freedom == 0, chi2, freedom
    agrees = chi2 <= chi2_max(freedom, normal_quantile)
    # most epochs need not ask which is the worst
    if freedom < 2 or (agrees and greatest < SCREEN * ratio2_max):
        return -1, agrees, chi2, freedom
    worst, ratio2 = worst_of(p, n, m)
    if agrees and ratio2 < ratio2_max:
        worst = -1
    return worst, agrees, chi2, freedom


@inline_kernel
def variance_factor(chi2: float, freedom: int) -> float:
    """How much noisier an epoch is than expected, judged by itself and by what is expected."""
    return (PRIOR_FREEDOM + chi2) / (PRIOR_FREEDOM + freedom)
