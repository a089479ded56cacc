"""The nearest lane of many points against shapely: containment, distances, offsets and sides."""

from pathlib import Path

import numpy as np
import pytest
import shapely

from mapping.network.lanelet2_io import read_lanelet2
from mapping.network.model import RoadNetwork
from mapping.network.nearest_lane import build_lane_index, nearest_lanes
from mapping.network.opendrive_io import read_opendrive
from tests.unit.lanes.lanelet_maps import FRAME, PLANE, MapText, row_of, two_by_two
from tests.unit.lanes.opendrive_maps import lane, line, network_of, odr, road, section


def polygons(network: RoadNetwork) -> list[shapely.Polygon]:
    found = []
    for row in range(len(network.lanes)):
        left, right = network.lane_left.line(row), network.lane_right.line(row)
        ring = [np.stack([left.x_m, left.y_m], axis=1), np.stack([right.x_m, right.y_m], axis=1)[::-1]]
        found.append(shapely.Polygon(np.concatenate(ring)))
    return found


def centres(network: RoadNetwork) -> list[shapely.LineString]:
    lines = (network.lane_shape.line(row) for row in range(len(network.lanes)))
    return [shapely.LineString(np.stack([points.x_m, points.y_m], axis=1)) for points in lines]


def assert_nearest(network: RoadNetwork, x_m: np.ndarray, y_m: np.ndarray, radius_m: float, cell_m: float) -> None:
    """Every answer is the nearest lane, and a point without an answer has none within the radius."""
    index = build_lane_index(network, radius_m=radius_m, cell_m=cell_m)
    found = nearest_lanes(index, x_m, y_m)
    points = shapely.points(x_m, y_m)
    areas, lines = np.array(polygons(network)), np.array(centres(network))
    apart_m = shapely.distance(areas[:, None], points[None, :])
    least_m = apart_m.min(axis=0)
    near = least_m <= radius_m
    np.testing.assert_array_equal(found.lane >= 0, near)
    assert np.isnan(found.distance_m[~near]).all()
    row, column = found.lane[near], np.flatnonzero(near)
    np.testing.assert_allclose(found.distance_m[near], least_m[near], rtol=0, atol=1e-9)
    np.testing.assert_allclose(apart_m[row, column], least_m[near], rtol=0, atol=1e-9)
    # of lanes that are as near, the one whose centre line is nearest
    beside_m = np.where(apart_m <= least_m + 1e-9, shapely.distance(lines[:, None], points[None, :]), np.inf)
    np.testing.assert_allclose(np.abs(found.lateral_m[near]), beside_m.min(axis=0)[near], rtol=0, atol=1e-9)
    foot = shapely.line_interpolate_point(lines[row], found.offset_m[near])
    np.testing.assert_allclose(shapely.distance(foot, points[near]), np.abs(found.lateral_m[near]), rtol=0, atol=1e-8)


def around(network: RoadNetwork, n: int, seed: int, margin_m: float = 20.0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    points = network.lane_shape.points
    rows = rng.integers(0, len(points), n)
    return points.x_m[rows] + rng.uniform(-1, 1, n) * margin_m, points.y_m[rows] + rng.uniform(-1, 1, n) * margin_m


def test_which_lane_how_far_and_on_which_side() -> None:
    found = two_by_two().network()
    index = build_lane_index(found.network, radius_m=10.0, cell_m=7.0)
    x_m, y_m = np.array([10.0, 10.0, 60.0, 99.0, -3.0, 10.0, np.nan]), np.array([5.0, 1.0, 5.25, -4.0, 1.5, 30.0, 0.0])
    got = nearest_lanes(index, x_m, y_m)
    assert got.lane.tolist() == [row_of(found, ref) for ref in (1, 2, 3, 4, 2)] + [-1, -1]
    np.testing.assert_allclose(got.offset_m, [10, 10, 10, 49, 0, np.nan, np.nan], atol=1e-5)
    np.testing.assert_allclose(got.lateral_m, [-0.25, -0.75, 0, -5.75, -3.0104, np.nan, np.nan], atol=1e-4)
    np.testing.assert_allclose(got.distance_m, [0, 0, 0, 4, 3, np.nan, np.nan], atol=1e-5)


@pytest.mark.compiled
@pytest.mark.parametrize("cell_m", [0.7, 2.0, 5.0, 40.0])
@pytest.mark.parametrize("radius_m", [3.0, 15.0])
def test_bends_against_shapely(cell_m: float, radius_m: float) -> None:
    arc = line(0, 0, 0, 0, 60, '<arc curvature="0.05"/>') + line(60, 2.8224, 39.7998, 3.0, 40)
    lanes = (lane(2), lane(1), lane(0, "none", ""), lane(-1), lane(-2))
    network = network_of(odr(road("7", 100, arc, section(0, *lanes)))).network
    assert_nearest(network, *around(network, 4000, 5), radius_m, cell_m)


@pytest.mark.compiled
@pytest.mark.parametrize("name", ["fzi_karlsruhe.osm", "autoware_vm_03.osm"])
def test_lanelets_against_shapely(data_dir: Path, name: str) -> None:
    network = read_lanelet2(data_dir / "map" / "lanelet2" / name, FRAME).network
    assert_nearest(network, *around(network, 6000, 7), 15.0, 2.0)


@pytest.mark.compiled
def test_opendrive_against_shapely(data_dir: Path) -> None:
    network = read_opendrive(data_dir / "map" / "opendrive" / "multi_intersections.xodr", FRAME, origin=PLANE).network
    assert_nearest(network, *around(network, 6000, 9), 15.0, 2.0)


@pytest.mark.compiled
def test_points_on_bounds_and_corners_are_on_a_lane() -> None:
    found = two_by_two().network()
    x_m, y_m = (values.ravel() for values in np.meshgrid([0.0, 25.0, 50.0, 75.0, 100.0], [0.0, 1.75, 3.5, 7.0]))
    got = nearest_lanes(build_lane_index(found.network), x_m, y_m)
    assert (got.lane >= 0).all()
    np.testing.assert_allclose(got.distance_m, 0, atol=1e-6)


@pytest.mark.compiled
def test_lanes_without_bounds_are_as_wide_as_they_say() -> None:
    from dataclasses import replace

    network = two_by_two().network().network
    none = replace(network.lane_left, first_point=np.zeros_like(network.lane_left.first_point))
    found = nearest_lanes(build_lane_index(replace(network, lane_left=none)), np.array([10.0]), np.array([-4.0]))
    np.testing.assert_allclose(found.distance_m, 4.0, atol=1e-5)


def test_a_network_without_lanes_has_none() -> None:
    made = MapText()
    made.way(11, "ab")
    made.way(12, "de")
    made.lanelet(1, 11, 12, subtype="walkway")
    found = nearest_lanes(build_lane_index(made.network().network), np.array([0.0]), np.array([0.0]))
    assert found.lane.tolist() == [-1]


def test_wrong_callers_are_told() -> None:
    network = two_by_two().network().network
    with pytest.raises(ValueError, match="positive"):
        build_lane_index(network, radius_m=0.0)
    with pytest.raises(ValueError, match="one length"):
        nearest_lanes(build_lane_index(network, cell_m=20.0), np.zeros(3), np.zeros(2))
