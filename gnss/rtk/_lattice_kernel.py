"""Integer least squares on an information matrix: factorise, reduce, search.

Λ = L diag(d) Lᵀ with L unit lower triangular, so that the misfit of integers z against the float solution a is

    Σ_i d_i (z_i - a_i + Σ_{j>i} L[j, i] (z_j - a_j))²

and the last ambiguity is the first one the search decides. Working on the information instead of its inverse saves the
inversion that a covariance would need; 1/d_i are LAMBDA's conditional variances. Source: docs/sources.md, gnss_facts
§11 (LAMBDA, shrinking search).
"""

from math import erf, inf, sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gnss._jit import leaf_kernel
from gnss.rtk._apart import apart
from gnss.rtk._work import VECTOR, Lattice

Floats = NDArray[np.float64]

PANEL: Final = 4
"""Columns that are factorised together."""

_STEP: Final = np.uint64(VECTOR)
"""From one vector to the next; numba checks an index without a sign for nothing."""

SWAPS_MAX: Final = 100_000
"""Exchanges of neighbours in one reduction; real ones need a few n²."""

SEARCH_STEPS_MAX: Final = 50_000
"""Nodes visited in one search; a reduced problem of good quality needs a few hundred."""

SWAP_GAIN_MIN: Final = 1e-9
"""Relative gain below which two neighbours stay as they are: rounding alone must not exchange them for ever."""


@leaf_kernel
def _corner(lower: Floats, d: Floats, first: int, width: int, panel: Floats) -> bool:
    """Factorise the square on the diagonal from which the columns of a panel hang."""
    for q in range(width):
        j = first + q
        for i in range(j, first + width):
            value = lower[i, j]
            for r in range(q):
                value -= panel[PANEL + r, i] * panel[r, j]
            panel[q, i] = value
        if not panel[q, j] > 0.0:
            return False
        d[j], lower[j, j] = panel[q, j], 1.0
        for i in range(j + 1, first + width):
            panel[PANEL + q, i] = lower[i, j] = panel[q, i] * (1.0 / panel[q, j])
    return True


@leaf_kernel
def _hang(lower: Floats, d: Floats, first: int, n: int, panel: Floats) -> None:
    """The columns below the corner, a row at a time, which lies together in memory."""
    apart()
    j1, j2, j3 = first + 1, first + 2, first + 3
    i0, i1, i2, i3 = 1.0 / d[first], 1.0 / d[j1], 1.0 / d[j2], 1.0 / d[j3]
    c01, c02, c03 = panel[0, j1], panel[0, j2], panel[0, j3]
    c12, c13, c23 = panel[1, j2], panel[1, j3], panel[2, j3]
    for i in range(first + PANEL, n):
        v0 = lower[i, first]
        f0 = v0 * i0
        v1 = lower[i, j1] - f0 * c01
        f1 = v1 * i1
        v2 = lower[i, j2] - f0 * c02 - f1 * c12
        f2 = v2 * i2
        v3 = lower[i, j3] - f0 * c03 - f1 * c13 - f2 * c23
        f3 = v3 * i3
        panel[0, i], panel[1, i], panel[2, i], panel[3, i] = v0, v1, v2, v3
        panel[4, i], panel[5, i], panel[6, i], panel[7, i] = f0, f1, f2, f3
        lower[i, first], lower[i, j1], lower[i, j2], lower[i, j3] = f0, f1, f2, f3


@leaf_kernel
def factorise(lower: Floats, d: Floats, n: int, panel: Floats) -> bool:
    """Replace the lower triangle of Λ in `lower` by L, with its weights in `d`; `panel` (2 PANEL, n) is scratch.

    Row q of `panel` holds column q of four as it was, row PANEL + q as it is scaled. What they change in the rest is
    one pass along its rows by whole vectors, the last of which reaches beyond the diagonal: nobody looks there.
    False where Λ is not positive definite.
    """
    apart()
    for first in range(0, n, PANEL):
        width = min(PANEL, n - first)
        if not _corner(lower, d, first, width, panel):
            return False
        if width < PANEL:
            break
        _hang(lower, d, first, n, panel)
        c0, c1, c2, c3 = panel[0], panel[1], panel[2], panel[3]
        for i in range(first + PANEL, n):
            f0, f1, f2, f3 = panel[4, i], panel[5, i], panel[6, i], panel[7, i]
            row = lower[i]
            for start in range(np.uint64(first + PANEL), np.uint64(i + 1), _STEP):
                for k in range(start, start + _STEP):
                    row[k] -= f0 * c0[k] + f1 * c1[k] + f2 * c2[k] + f3 * c3[k]
    return True


@leaf_kernel
def _subtract(row: Floats, of: Floats, times: float, n: int) -> None:
    """Take a multiple of one row from another by whole vectors; both are zero behind their `n` numbers."""
    apart()
    for start in range(np.uint64(0), np.uint64(n), _STEP):
        for k in range(start, start + _STEP):
            row[k] -= times * of[k]


@leaf_kernel
def _swap(row: Floats, other: Floats, n: int) -> None:
    """Exchange the first `n` numbers of two rows."""
    apart()
    for k in range(n):
        row[k], other[k] = other[k], row[k]


@leaf_kernel
def _size_reduce(w: Lattice, j: int, i: int, n: int) -> None:
    """Make |L[j, i]| at most one half by an integer change of variables."""
    mu = np.rint(w.lower[j, i])
    if mu != 0.0:
        _subtract(w.lower[j], w.lower[i], mu, i + 1)
        _subtract(w.back[j], w.back[i], mu, n)
        w.a_cyc[i] += mu * w.a_cyc[j]


@leaf_kernel
def _exchange(w: Lattice, k: int, n: int) -> None:
    """Swap the neighbouring ambiguities k-1 and k."""
    apart()
    u, d1, d2 = w.lower[k, k - 1], w.d[k - 1], w.d[k]
    first = d1 * u * u + d2
    turned, share = d1 * u / first, d2 / first
    w.d[k - 1], w.d[k] = first, d1 * share
    w.lower[k, k - 1] = turned
    for j in range(k + 1, n):
        r1, r2 = w.lower[j, k - 1], w.lower[j, k]
        w.lower[j, k - 1] = turned * r1 + share * r2
        w.lower[j, k] = r1 - u * r2
    _swap(w.lower[k - 1], w.lower[k], k - 1)
    _swap(w.back[k - 1], w.back[k], n)
    w.a_cyc[k - 1], w.a_cyc[k] = w.a_cyc[k], w.a_cyc[k - 1]


@leaf_kernel
def reduce(w: Lattice, n: int) -> bool:
    """Decorrelate: the weights are put in rising order as far as integer changes of variables allow."""
    apart()
    for i in range(n):
        w.back[i, :] = 0.0
        w.back[i, i] = 1.0
        w.lower[i, i + 1 :] = 0.0
    k = 1
    swaps = 0
    while k < n:
        _size_reduce(w, k, k - 1, n)
        u = w.lower[k, k - 1]
        if w.d[k - 1] * u * u + w.d[k] < w.d[k - 1] * (1.0 - SWAP_GAIN_MIN):
            _exchange(w, k, n)
            swaps += 1
            if swaps > SWAPS_MAX:
                return False
            k = max(k - 1, 1)
        else:
            k += 1
    # what is not next to the diagonal decides no exchange, and is made small once, when all is in order
    for k in range(2, n):
        for i in range(k - 2, -1, -1):
            _size_reduce(w, k, i, n)
    return True


@leaf_kernel
def success_rate(d: Floats, n: int) -> float:
    """Probability that rounding in sequence finds the true integers, a lower bound for integer least squares."""
    p = 1.0
    for i in range(n):
        p *= erf(sqrt(d[i] / 8.0))
    return p


@leaf_kernel
def _conditional(w: Lattice, i: int, n: int) -> float:
    """Where ambiguity i lies, given the integers behind it."""
    c = w.a_cyc[i]
    for j in range(i + 1, n):
        c -= w.lower[j, i] * (w.z[j] - w.a_cyc[j])
    return c


@leaf_kernel
def _enter(w: Lattice, i: int, n: int) -> None:
    w.centre[i] = _conditional(w, i, n)
    w.z[i] = np.rint(w.centre[i])
    w.step[i] = 1.0 if w.centre[i] >= w.z[i] else -1.0


@leaf_kernel
def _next(w: Lattice, i: int) -> None:
    """The next integer by distance from the centre: zigzag."""
    w.z[i] += w.step[i]
    w.step[i] = -w.step[i] - (1.0 if w.step[i] > 0.0 else -1.0)


@leaf_kernel
def _keep(w: Lattice, q: float, n: int, found: int, k_max: int) -> int:
    """Insert a candidate where it belongs; returns how many there are."""
    place = min(found, k_max - 1)
    while place > 0 and w.misfit[place - 1] > q:
        w.misfit[place] = w.misfit[place - 1]
        for i in range(n):
            w.best[place, i] = w.best[place - 1, i]
        place -= 1
    w.misfit[place] = q
    for i in range(n):
        w.best[place, i] = w.z[i]
    return min(found + 1, k_max)


@leaf_kernel
def search(w: Lattice, n: int, k_max: int, misfit_max: float) -> int:
    """The `k_max` integer vectors of least misfit (in reduced variables), best first; returns how many were found.

    Candidates with more misfit than `misfit_max` are not sought. Returns -1 where the search was given up.
    """
    apart()
    found, bound = 0, misfit_max
    i = n - 1
    w.partial[n] = 0.0
    _enter(w, i, n)
    for _ in range(SEARCH_STEPS_MAX):
        off = w.z[i] - w.centre[i]
        q = w.partial[i + 1] + w.d[i] * off * off
        if q < bound:
            w.partial[i] = q
            if i > 0:
                i -= 1
                _enter(w, i, n)
            else:
                found = _keep(w, q, n, found, k_max)
                if found == k_max:
                    bound = w.misfit[k_max - 1]
                _next(w, 0)
        else:
            i += 1
            if i == n:
                return found
            _next(w, i)
    return -1


@leaf_kernel
def back_transform(w: Lattice, row: int, n: int, integers: Floats) -> None:
    """Candidate `row` in the original ambiguities."""
    apart()
    for i in range(n):
        integers[i] = 0.0
    for j in range(n):
        z = w.best[row, j]
        for i in range(n):
            integers[i] += z * w.back[j, i]


NO_BOUND: Final = inf
