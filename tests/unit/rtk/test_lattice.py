"""The integer search step by step: factors, reduction, success rate, and problems that are no problems."""

from math import erf

import numpy as np
import pytest

from gnss.rtk._lattice_kernel import (
    NO_BOUND,
    PANEL,
    SEARCH_STEPS_MAX,
    back_transform,
    factorise,
    reduce,
    search,
    success_rate,
)
from gnss.rtk._work import CANDIDATES_MAX, SIZE
from tests.unit.rtk.lattices import Floats, loaded, misfit_of, reduced, solve, unit_lower


def information_of(n: int, seed: int, spread: float = 2.0) -> Floats:
    """A positive definite matrix whose eigenvalues spread over so many powers of ten."""
    rng = np.random.default_rng(seed)
    turn, _ = np.linalg.qr(rng.standard_normal((n, n)))
    matrix: Floats = turn @ np.diag(10.0 ** rng.uniform(-spread / 2, spread / 2, n)) @ turn.T
    return (matrix + matrix.T) / 2


@pytest.mark.parametrize("n", [1, PANEL - 1, PANEL, PANEL + 1, 2 * PANEL, 23])
def test_the_factors_multiply_to_the_matrix(n: int) -> None:
    matrix = information_of(n, seed=n)
    w = loaded(matrix, np.zeros(n))
    assert factorise(w.lower, w.d, n, w.panel)
    lower, d = unit_lower(w, n), w.d[:n]
    assert np.array_equal(np.diag(lower), np.ones(n))
    assert lower @ np.diag(d) @ lower.T == pytest.approx(matrix, abs=1e-12)
    assert d == pytest.approx(np.diag(np.linalg.cholesky(matrix)) ** 2, rel=1e-9)


@pytest.mark.parametrize("n", [2, 5, 12])
@pytest.mark.parametrize("what", ["indefinite", "rank", "zero", "nan"])
def test_a_matrix_that_is_not_positive_definite_is_refused(n: int, what: str) -> None:
    matrix = information_of(n, seed=n)
    if what == "indefinite":
        matrix -= 2.0 * np.eye(n) * np.linalg.eigvalsh(matrix)[0]
    elif what == "rank":
        matrix = np.ones((n, n))
    elif what == "zero":
        matrix = np.zeros((n, n))
    else:
        matrix[n - 1, n - 2] = np.nan
    w = loaded(matrix, np.zeros(n))
    assert not factorise(w.lower, w.d, n, w.panel)


def test_the_largest_problem_has_room() -> None:
    w = loaded(information_of(SIZE, seed=1), np.linspace(0.0, 9.0, SIZE))
    assert factorise(w.lower, w.d, SIZE, w.panel)
    assert w.d[:SIZE].min() > 0.0


@pytest.mark.parametrize("n", [2, 6, 15])
def test_the_reduced_problem_is_the_same_one(n: int) -> None:
    matrix, a_cyc = information_of(n, seed=n, spread=6.0), np.linspace(-1e4, 1e6, n) + 0.37
    w = reduced(matrix, a_cyc)
    back, lower = w.back[:n, :n], unit_lower(w, n)
    assert np.array_equal(back, np.rint(back))
    assert abs(round(np.linalg.det(back))) == 1
    assert lower @ np.diag(w.d[:n]) @ lower.T == pytest.approx(back @ matrix @ back.T, rel=1e-6, abs=1e-9)
    assert back.T @ w.a_cyc[:n] == pytest.approx(a_cyc, rel=1e-12)


@pytest.mark.parametrize("n", [2, 6, 15])
def test_the_reduced_problem_is_nearly_diagonal_and_rises(n: int) -> None:
    w = reduced(information_of(n, seed=n, spread=6.0), np.zeros(n))
    lower, d = unit_lower(w, n), w.d[:n]
    assert np.abs(np.tril(lower, -1)).max() <= 0.5 + 1e-9
    # an exchange of neighbours would not make the one decided last surer
    off = np.diag(lower, -1)
    assert np.all(d[:-1] * off**2 + d[1:] >= d[:-1] * (1.0 - 1e-8))


def test_reduction_makes_the_success_rate_better() -> None:
    n, matrix = 12, information_of(12, seed=3, spread=5.0) * 20.0
    w = loaded(matrix, np.zeros(n))
    assert factorise(w.lower, w.d, n, w.panel)
    before = success_rate(w.d, n)
    assert reduce(w, n)
    assert success_rate(w.d, n) > 2.0 * before


def test_the_success_rate_is_that_of_rounding_in_sequence() -> None:
    sigma = np.array([0.1, 0.25, 0.4, 0.05])
    expected = np.prod([erf(0.5 / s / np.sqrt(2.0)) for s in sigma])
    assert success_rate(1.0 / sigma**2, len(sigma)) == pytest.approx(expected, rel=1e-12)


def test_candidates_come_best_first_and_are_all_different() -> None:
    matrix, a_cyc = information_of(7, seed=4), np.linspace(-3.0, 3.0, 7)
    found = solve(matrix, a_cyc, k_max=CANDIDATES_MAX)
    assert len(np.unique(found.integers, axis=0)) == CANDIDATES_MAX
    assert np.all(np.diff(found.misfit) >= 0.0)
    assert [misfit_of(matrix, a_cyc, z) for z in found.integers] == pytest.approx(found.misfit, rel=1e-9)


def test_equal_candidates_are_all_found() -> None:
    # four corners of a square, the float solution in its middle
    found = solve(np.eye(2), np.array([0.5, -3.5]), k_max=4)
    assert sorted(map(tuple, found.integers.tolist())) == [(0, -4), (0, -3), (1, -4), (1, -3)]
    assert found.misfit == pytest.approx(np.full(4, 0.5), rel=1e-12)


def test_whole_numbers_are_their_own_solution() -> None:
    a_cyc = np.array([3.0, -7.0, 1e9, 0.0, 5.0])
    found = solve(information_of(5, seed=9), a_cyc)
    assert found.integers[0].tolist() == a_cyc.tolist()
    assert found.misfit[0] == pytest.approx(0.0, abs=1e-9)
    assert found.misfit[1] > 1e-3


def test_a_problem_of_huge_condition_keeps_its_known_answer() -> None:
    # eigenvalues over twelve powers of ten, and integers that are nearly right in every direction
    n, rng = 8, np.random.default_rng(2)
    matrix = information_of(n, seed=21, spread=12.0)
    z = rng.integers(-1000, 1000, n).astype(float)
    off = np.linalg.solve(np.linalg.cholesky(matrix).T, 1e-3 * rng.standard_normal(n))
    found = solve(matrix, z + off)
    assert found.integers[0].tolist() == z.tolist()


def test_a_bound_leaves_out_what_lies_beyond_it() -> None:
    matrix, a_cyc = information_of(5, seed=6), np.array([0.1, 0.4, -0.2, 7.3, 2.6])
    free = solve(matrix, a_cyc, k_max=4)
    between = (free.misfit[1] + free.misfit[2]) / 2
    bounded = solve(matrix, a_cyc, k_max=4, misfit_max=between)
    assert np.array_equal(bounded.integers, free.integers[:2])
    assert len(solve(matrix, a_cyc, k_max=4, misfit_max=free.misfit[0] / 2).integers) == 0


@pytest.mark.compiled
def test_a_search_without_end_is_given_up() -> None:
    # all corners of a cube are equally near: 2^18 nodes, more than are ever visited
    n = 18
    assert 2**n > SEARCH_STEPS_MAX
    w = reduced(np.eye(n), np.full(n, 0.5))
    assert search(w, n, 2, NO_BOUND) == -1


@pytest.mark.compiled
def test_a_float_solution_that_is_no_number_has_no_integers() -> None:
    w = reduced(np.eye(4), np.array([0.1, np.nan, 0.2, 0.3]))
    assert search(w, 4, 2, NO_BOUND) < 1


def test_a_workspace_that_was_used_gives_the_same_bits() -> None:
    matrix, a_cyc = information_of(10, seed=11, spread=4.0), np.linspace(-50.0, 80.0, 10)
    fresh = solve(matrix, a_cyc, k_max=4)
    w = reduced(information_of(20, seed=12), np.linspace(0.0, 9.0, 20))
    search(w, 20, 4, NO_BOUND)
    w.lower[:10, :10], w.a_cyc[:10] = np.tril(matrix), a_cyc
    assert factorise(w.lower, w.d, 10, w.panel)
    assert reduce(w, 10)
    assert search(w, 10, 4, NO_BOUND) == 4
    again = np.empty((4, 10))
    for row in range(4):
        back_transform(w, row, 10, again[row])
    assert np.array_equal(w.misfit[:4], fresh.misfit)
    assert np.array_equal(again, fresh.integers)
