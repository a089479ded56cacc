"""P(inside) from the covariance: exact for a straight limit, and what of it holds elsewhere."""

import math

import numpy as np
import pytest

from mapping.fences._desk import Chart, new_near
from mapping.fences._near_kernel import FAR, find_near, where_of
from mapping.fences.engine import sheet_of
from mapping.fences.fence_set import FenceSet
from mapping.fences.model import Corridor, FenceDraft
from tests.unit.fences.maps import built, degrees_of, drawn

pytestmark = pytest.mark.compiled
"""Rules are records, whose fields are attributes only where kernels are compiled."""

SQUARE = """
#
"""


def z_at(fences: FenceSet, x_m: float, y_m: float, cov: tuple[float, float, float], z_need: float = 8.0) -> float:
    """z of the only fence; `cov` is variance east, variance north, covariance."""
    near = new_near()
    where = where_of(x_m, y_m, *cov)
    count = find_near(Chart(fences.cells, fences.grid), where, z_need, -1, sheet_of(fences), near)
    assert count <= 1
    return float(near.z[0]) if count else -FAR


@pytest.mark.parametrize("cov", [(0.25, 0.25, 0.0), (1.0, 0.04, 0.0), (0.5, 0.5, 0.45), (0.3, 0.9, -0.4)])
@pytest.mark.parametrize("east_m", [-1.0, -0.2, 0.0, 0.3, 1.2])
def test_a_straight_limit_is_exact(cov: tuple[float, float, float], east_m: float) -> None:
    fences = built(drawn("square", SQUARE, 500.0))
    rng = np.random.default_rng(1)
    points = rng.multivariate_normal([east_m, 250.0], [[cov[0], cov[2]], [cov[2], cov[1]]], 100_000)
    p = 0.5 * math.erfc(-z_at(fences, east_m, 250.0, cov) / math.sqrt(2.0))
    assert z_at(fences, east_m, 250.0, cov) == pytest.approx(east_m / math.sqrt(cov[0]), abs=1e-6)
    assert p == pytest.approx((points[:, 0] > 0.0).mean(), abs=0.006)


def test_at_a_corner_the_nearest_edge_alone_counts() -> None:
    """The stated error: P(inside) at a right-angled corner is 0.25, the straight limit says 0.5."""
    fences = built(drawn("square", SQUARE, 500.0))
    assert z_at(fences, 1e-9, 1e-9, (0.25, 0.25, 0.0)) == pytest.approx(0.0, abs=1e-6)


def test_the_rim_of_a_corridor() -> None:
    line = degrees_of(np.array([[0.0, 0.0], [1000.0, 0.0]]))
    fences = built(FenceDraft("c", Corridor((line,), 10.0)))
    assert z_at(fences, 500.0, 8.0, (4.0, 0.25, 0.0)) == pytest.approx(4.0, rel=1e-6)
    assert z_at(fences, 500.0, -11.0, (4.0, 0.25, 0.0)) == pytest.approx(-2.0, rel=1e-6)


@pytest.mark.parametrize("sigma_m", [3.0, 10.0, 30.0])
def test_a_position_known_badly_looks_further_than_its_cell(sigma_m: float) -> None:
    fences = built(drawn("square", SQUARE, 1000.0), cell_m=60.0)
    for inside_m in (-200.0, -70.0, 40.0, 90.0, 230.0):
        z = z_at(fences, inside_m, 500.0, (sigma_m**2, sigma_m**2, 0.0))
        expected = inside_m / sigma_m
        if abs(expected) < 8.0:
            assert z == pytest.approx(expected, rel=1e-6)
        else:
            assert abs(z) >= 8.0 and (z > 0.0) == (inside_m > 0.0)


def test_impossible_covariances_are_taken_without_their_correlation() -> None:
    fences = built(drawn("square", SQUARE, 500.0))
    assert z_at(fences, 1.0, 250.0, (0.25, 0.25, 7.0)) == pytest.approx(2.0, rel=1e-6)
