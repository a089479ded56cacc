"""Integer problems for the lattice kernels, and the same solved by trying all integers."""

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from gnss.rtk._lattice_kernel import NO_BOUND, back_transform, factorise, reduce, search
from gnss.rtk._work import Lattice, new_lattice

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Solved:
    """Candidates (k, n) in the original ambiguities, best first, their misfits (k,), and the reduced problem."""

    integers: Floats
    misfit: Floats
    lattice: Lattice


def loaded(information: Floats, a_cyc: Floats) -> Lattice:
    """A problem as the kernels take it, not factorised yet."""
    w, n = new_lattice(), len(a_cyc)
    w.lower[:n, :n] = np.tril(information)
    w.a_cyc[:n] = a_cyc
    return w


def reduced(information: Floats, a_cyc: Floats) -> Lattice:
    """A problem factorised and reduced."""
    w, n = loaded(information, a_cyc), len(a_cyc)
    assert factorise(w.lower, w.d, n, w.panel)
    assert reduce(w, n)
    return w


def solve(information: Floats, a_cyc: Floats, k_max: int = 2, misfit_max: float = NO_BOUND) -> Solved:
    """All four steps."""
    w, n = reduced(information, a_cyc), len(a_cyc)
    found = search(w, n, k_max, misfit_max)
    assert found >= 0
    integers = np.empty((found, n))
    for row in range(found):
        back_transform(w, row, n, integers[row])
    return Solved(integers, w.misfit[:found].copy(), w)


def unit_lower(w: Lattice, n: int) -> Floats:
    """L of the factorisation, its upper triangle cleared."""
    lower: Floats = np.tril(w.lower[:n, :n])
    return lower


def misfit_of(information: Floats, a_cyc: Floats, z: Floats) -> float:
    """(z - a)ᵀ Λ (z - a)."""
    off = z - a_cyc
    return float(off @ information @ off)


def by_trying_all(information: Floats, a_cyc: Floats, k_max: int) -> tuple[Floats, Floats]:
    """The best integers and their misfits, among all that lie in a box that must hold the best `k_max`.

    The box holds the ellipsoid through the k-th best of the integers next to the float solution.
    """
    n = len(a_cyc)
    near = np.array(list(product((-2.0, -1.0, 0.0, 1.0, 2.0), repeat=n))) + np.rint(a_cyc)
    bound = np.sort([misfit_of(information, a_cyc, z) for z in near])[k_max - 1]
    reach = np.sqrt(bound * np.diag(np.linalg.inv(information))) + 1e-9
    sides = [np.arange(np.ceil(a - r), np.floor(a + r) + 1.0) for a, r in zip(a_cyc, reach, strict=True)]
    if np.prod([len(side) for side in sides]) > BOX_MAX:
        raise ValueError("too many integers to try")
    z = np.array(list(product(*sides)))
    q = np.einsum("ki,ij,kj->k", z - a_cyc, information, z - a_cyc)
    order = np.argsort(q, kind="stable")[:k_max]
    return z[order], q[order]


BOX_MAX = 40_000
"""Integers that are tried for one problem."""
