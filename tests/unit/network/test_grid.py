"""The segment grid against looking at every segment."""

from math import inf

import numpy as np
import pytest

from mapping.network.grid import LENGTH_M, SegmentGrid, make_grid, near_segments
from mapping.network.model import RoadNetwork, empty_network
from mapping.network.nearest_segment import nearest_segment
from mapping.network.tables import Floats
from tests.unit.network.drawn import PLANE, Ways, build, edge

TOWN = """
    A---B-------C
    |   |      /
    |   D-----E
    |        / \\
    F-------G   H
"""
WAYS: Ways = {"ABC": {}, "AF": {}, "BD": {}, "DE": {}, "CEG": {}, "EH": {}, "FG": {}}


def brute(grid: SegmentGrid, x_m: float, y_m: float) -> Floats:
    """Distance of a point to every segment."""
    x0_m, y0_m, ux, uy, length_m = grid.piece[:, : LENGTH_M + 1].T
    along_m = np.clip((x_m - x0_m) * ux + (y_m - y0_m) * uy, 0.0, length_m)
    away: Floats = np.hypot(x0_m + along_m * ux - x_m, y0_m + along_m * uy - y_m)
    return away


@pytest.fixture(scope="module")
def town() -> RoadNetwork:
    return build(TOWN, WAYS)


def points(n: int, margin_m: float) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(11)
    return rng.uniform(40.0 - margin_m, 170.0 + margin_m, n), rng.uniform(-margin_m, 60.0 + margin_m, n)


@pytest.mark.parametrize(("cell_m", "reach_m"), [(50.0, 100.0), (7.0, 30.0), (200.0, 25.0)])
def test_near_segments_are_all_within_the_radius(town: RoadNetwork, cell_m: float, reach_m: float) -> None:
    grid = make_grid(town, cell_m, reach_m)
    x_m, y_m = points(300, 60.0)
    radius_m = np.linspace(0.0, reach_m, 300)
    near = near_segments(grid, x_m, y_m, radius_m)
    for i in range(300):
        rows = slice(int(near.first[i]), int(near.first[i + 1]))
        expected = brute(grid, x_m[i], y_m[i])
        assert near.segment[rows].tolist() == np.flatnonzero(expected <= radius_m[i]).tolist()
        assert np.abs(near.lateral_m[rows]) == pytest.approx(expected[near.segment[rows]])
    assert near.edge.tolist() == grid.edge[near.segment].tolist()


@pytest.mark.parametrize(("cell_m", "reach_m"), [(50.0, 100.0), (5.0, 1.0), (400.0, 1.0)])
def test_the_nearest_segment_is_the_nearest_of_all(town: RoadNetwork, cell_m: float, reach_m: float) -> None:
    grid = make_grid(town, cell_m, reach_m)
    x_m, y_m = points(300, 500.0)
    found = nearest_segment(grid, x_m, y_m)
    for i in range(300):
        expected = brute(grid, x_m[i], y_m[i])
        assert found.segment[i] == np.flatnonzero(expected <= expected.min() + 1e-6)[0]
        assert abs(found.lateral_m[i]) == pytest.approx(expected.min())


def test_nearest_within_a_radius_only(town: RoadNetwork) -> None:
    grid = make_grid(town, 10.0, 5.0)
    found = nearest_segment(grid, np.array([45.0, 45.0, np.nan]), np.array([52.0, 70.0, 0.0]), 12.5)
    assert found.edge[0] >= 0
    assert found.edge[1:].tolist() == [-1, -1]
    assert np.isnan(found.offset_m[1:]).all()


def test_left_is_positive_along_the_edge() -> None:
    network = build("A---B", {"AB": {}})
    near = near_segments(make_grid(network), np.array([30.0]), np.array([10.0]), 20.0)
    rows = {int(number): row for row, number in enumerate(near.edge)}
    there, back = rows[edge(network, "AB")], rows[edge(network, "BA")]
    assert near.lateral_m[[there, back]].tolist() == [10.0, -10.0]
    assert near.offset_m[[there, back]].tolist() == [30.0, 10.0]
    assert near.fraction[[there, back]].tolist() == [0.75, 0.25]


def test_a_radius_beyond_the_reach_is_refused(town: RoadNetwork) -> None:
    with pytest.raises(ValueError, match="reach"):
        near_segments(make_grid(town, reach_m=20.0), np.zeros(1), np.zeros(1), 21.0)


def test_points_that_are_none_have_nothing_near(town: RoadNetwork) -> None:
    grid = make_grid(town)
    near = near_segments(grid, np.array([np.nan, inf, 20.0]), np.array([0.0, 0.0, np.nan]), 50.0)
    assert near.first.tolist() == [0, 0, 0, 0]
    assert nearest_segment(grid, np.array([inf, 1e12]), np.zeros(2)).edge.tolist() == [-1, -1]


def test_an_empty_network_has_nothing_near() -> None:
    grid = make_grid(empty_network("", PLANE))
    assert near_segments(grid, np.zeros(1), np.zeros(1), 50.0).edge.size == 0
    assert nearest_segment(grid, np.zeros(1), np.zeros(1)).edge.tolist() == [-1]


def test_cells_grow_rather_than_become_too_many(town: RoadNetwork, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mapping.network.grid.CELLS_MAX", 16)
    grid = make_grid(town, 1.0, 5.0)
    assert grid.nx * grid.ny <= 32
    found = nearest_segment(grid, np.array([45.0]), np.array([52.0]))
    assert abs(found.lateral_m[0]) == pytest.approx(brute(grid, 45.0, 52.0).min())
