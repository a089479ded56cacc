"""The solver with its clocks eliminated against one with all unknowns in a matrix."""

import numpy as np
import pytest

from gnss.position._least_kernel import chi2_max, invert, judge, least_squares, odd_one_out, variance_factor, worst_of
from gnss.position._problem import AXES, UNKNOWNS_MAX, Problem

GROUPS = (0, 2, 3)


def problem(rng: np.random.Generator, n: int) -> Problem:
    p = Problem.empty()
    p.a[:n] = rng.normal(size=(n, UNKNOWNS_MAX))
    p.y[:n] = rng.normal(size=n) * 10
    p.weight[:n] = rng.uniform(0.1, 4.0, n)
    p.group[:n] = rng.choice(GROUPS, n)
    p.weight[n // 2] = 0.0
    return p


def whole(p: Problem, n: int, m: int) -> tuple[np.ndarray, np.ndarray]:
    """Unknowns and clocks, and the inverse of the whole normal matrix."""
    clocks = (p.group[:n, None] == np.array(GROUPS)).astype(float)
    design = np.hstack([p.a[:n, :m], clocks])
    normal = design.T @ (design * p.weight[:n, None]) + np.diag([*p.prior[:m], 0.0, 0.0, 0.0])
    inverse = np.linalg.inv(normal)
    return inverse @ design.T @ (p.weight[:n] * p.y[:n]), inverse


@pytest.mark.parametrize("m", [AXES, 4, UNKNOWNS_MAX])
@pytest.mark.parametrize("prior", [0.0, 0.7])
def test_against_all_unknowns_in_one_matrix(m: int, prior: float) -> None:
    rng = np.random.default_rng(8)
    for n in (20, 40):
        p = problem(rng, n)
        p.prior[3:] = prior
        assert least_squares(p, n, m)
        x, inverse = whole(p, n, m)
        np.testing.assert_allclose(p.x[:m], x[:m], rtol=1e-9, atol=1e-11)
        np.testing.assert_allclose(p.clock[list(GROUPS)], x[m:], rtol=1e-9, atol=1e-11)
        invert(p, m)
        np.testing.assert_allclose(p.inverse[:m, :m], inverse[:m, :m], rtol=1e-9, atol=1e-12)


def test_the_worst_is_judged_by_what_its_geometry_leaves() -> None:
    rng = np.random.default_rng(9)
    n, m = 25, AXES
    p = problem(rng, n)
    p.y[7] += 300.0
    assert least_squares(p, n, m)
    chi2, freedom, greatest = judge(p, n, m)
    x, inverse = whole(p, n, m)
    design = np.hstack([p.a[:n, :m], (p.group[:n, None] == np.array(GROUPS)).astype(float)])
    residual = p.y[:n] - design @ x
    np.testing.assert_allclose(p.residual[:n], residual, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(chi2, (p.weight[:n] * residual**2).sum(), rtol=1e-9)
    assert freedom == n - 1 - m - len(GROUPS)
    leverage = p.weight[:n] * np.einsum("ij,jk,ik->i", design, inverse, design)
    ratio = p.weight[:n] * residual**2 / (1 - leverage)
    worst, ratio2 = worst_of(p, n, m)
    assert worst == ratio.argmax() == 7
    np.testing.assert_allclose((ratio2, greatest), (ratio[7], (p.weight[:n] * residual**2).max()), rtol=1e-9)


def test_what_decides_alone_cannot_be_the_worst() -> None:
    rng = np.random.default_rng(10)
    p = problem(rng, 12)
    p.group[:12] = 0
    p.group[3], p.y[3] = 5, 1e6
    assert least_squares(p, 12, AXES)
    judge(p, 12, AXES)
    assert abs(p.residual[3]) < 1e-6 and worst_of(p, 12, AXES)[0] not in (3, -1)


def test_a_geometry_that_determines_nothing() -> None:
    p = problem(np.random.default_rng(11), 10)
    p.a[:10, 2] = 2.0 * p.a[:10, 0]
    assert not least_squares(p, 10, AXES)
    p.weight[:] = 0.0
    assert not least_squares(p, 10, AXES)


@pytest.mark.parametrize(
    ("freedom", "quantile", "expected"),
    [
        (1, 3.719, 15.14), (2, 3.719, 18.42), (5, 3.719, 25.74), (10, 3.719, 35.56), (30, 3.719, 67.63),
        (10, 1.6449, 18.31),
    ],
)  # fmt: skip
def test_quantiles_of_chi_square(freedom: int, quantile: float, expected: float) -> None:
    """Printed in tables: upper 0.0001 and 0.05."""
    np.testing.assert_allclose(chi2_max(freedom, quantile), expected, rtol={1: 0.09, 2: 0.05}.get(freedom, 0.025))


def test_noise_is_judged_by_the_epoch_and_by_what_is_expected() -> None:
    assert variance_factor(0.0, 0) == 1.0
    assert variance_factor(20.0, 20) == 1.0
    assert 1.5 < variance_factor(60.0, 20) < 3.0


@pytest.mark.parametrize(
    ("off", "limits", "expected"),
    [
        (0.0, (4.0, 25.0), (-1, True)),  # all agree
        (6.0, (4.0, 25.0), (5, True)),  # together they agree, one stands out
        (30.0, (4.0, 25.0), (5, False)),
        (4.5, (0.5, 1e9), (5, False)),  # together they do not
    ],
)
def test_the_odd_one_out(off: float, limits: tuple[float, float], expected: tuple[int, bool]) -> None:
    rng = np.random.default_rng(12)
    n = 40
    p = problem(rng, n)
    p.weight[:n] = 1.0
    p.y[:n] = rng.normal(size=n)
    p.y[5] += off
    assert least_squares(p, n, AXES)
    assert odd_one_out(p, n, AXES, *limits)[:2] == expected


def test_without_redundancy_nobody_is_the_odd_one_out() -> None:
    p = problem(np.random.default_rng(13), 8)
    p.group[:8], p.weight[:8] = 0, 1.0
    for n, agrees in ((4, True), (5, False)):
        assert least_squares(p, n, AXES)
        assert odd_one_out(p, n, AXES, 3.0, 20.0)[:2] == (-1, agrees)
