"""Integer least squares holds for every problem: what the search finds is what trying all integers finds."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.unit.rtk.lattices import Floats, by_trying_all, misfit_of, solve

numbers = st.floats(-1.0, 1.0, allow_nan=False)


@st.composite
def problems(draw: st.DrawFn, n_max: int = 4) -> tuple[Floats, Floats]:
    """Information and float solution of one to `n_max` ambiguities."""
    n = draw(st.integers(1, n_max))
    lower, weights, at = (np.array(draw(st.lists(numbers, min_size=m, max_size=m))) for m in (n * n, n, n))
    low = np.tril(lower.reshape(n, n) * 2.0, -1) + np.eye(n)
    information = low @ np.diag(10.0 ** (2.0 * weights)) @ low.T
    return (information + information.T) / 2, at * 60.0


@given(problems(), st.integers(1, 4))
def test_the_best_are_those_that_trying_all_finds(problem: tuple[Floats, Floats], k_max: int) -> None:
    information, a_cyc = problem
    try:
        expected, misfit = by_trying_all(information, a_cyc, k_max)
    except ValueError:
        assume(False)
    found = solve(information, a_cyc, k_max)
    # of two that are equally good either may come first, and either may be the last that is kept
    assert found.misfit == pytest.approx(misfit, rel=1e-7, abs=1e-9)
    clear = np.diff(misfit, prepend=-np.inf) > 1e-6 * (1.0 + misfit)
    for k in range(k_max - 1):
        if clear[k] and clear[k + 1]:
            assert found.integers[k].tolist() == expected[k].tolist()


@given(problems(n_max=8))
def test_misfits_are_those_of_their_integers(problem: tuple[Floats, Floats]) -> None:
    information, a_cyc = problem
    found = solve(information, a_cyc, 2)
    assert len(found.misfit) == 2
    assert [misfit_of(information, a_cyc, z) for z in found.integers] == pytest.approx(found.misfit, rel=1e-6, abs=1e-8)


@given(problems(n_max=8))
def test_reduction_is_a_change_of_whole_variables(problem: tuple[Floats, Floats]) -> None:
    information, a_cyc = problem
    n = len(a_cyc)
    w = solve(information, a_cyc).lattice
    back = w.back[:n, :n]
    assert np.array_equal(back, np.rint(back))
    assert abs(round(np.linalg.det(back))) == 1
    assert back.T @ w.a_cyc[:n] == pytest.approx(a_cyc, abs=1e-7)


@given(problems(n_max=8), st.integers(-1000, 1000))
def test_whole_cycles_added_to_the_floats_are_added_to_the_integers(problem: tuple[Floats, Floats], cyc: int) -> None:
    information, a_cyc = problem
    a_cyc = np.round(a_cyc, 3)
    here, there = solve(information, a_cyc, 2), solve(information, a_cyc + cyc, 2)
    assert there.misfit == pytest.approx(here.misfit, rel=1e-5, abs=1e-7)
    if here.misfit[1] > here.misfit[0] * (1.0 + 1e-4) + 1e-6:
        assert (there.integers[0] - here.integers[0]).tolist() == [cyc] * len(a_cyc)


@given(problems(n_max=8))
def test_two_runs_give_the_same_bits(problem: tuple[Floats, Floats]) -> None:
    one, other = (solve(*problem, 4) for _ in range(2))
    assert np.array_equal(one.misfit, other.misfit)
    assert np.array_equal(one.integers, other.integers)
