"""Places on edges and along routes, there and back."""

import numpy as np
import pytest

from mapping.datums.frame import CGCS2000_2000, Frame
from mapping.datums.plane import plane_to_geodetic
from mapping.errors import FrameMixedError
from mapping.network.drafts import RouteDraft
from mapping.network.grid import make_grid
from mapping.network.lrs import (
    Places,
    geodetic_to_places,
    places_to_geodetic,
    places_to_plane,
    plane_to_places,
    plane_to_places_on,
)
from mapping.network.model import RoadNetwork
from mapping.network.routes import places_to_runs, route_index, runs_to_places
from tests.unit.network.drawn import PLANE, build, builder_of, edge

CORNER = """
    A-------B
            |
            C
"""


def places(network: RoadNetwork, *rows: tuple[str, float, float]) -> Places:
    numbers = np.array([edge(network, name) for name, _, _ in rows], dtype=np.int32)
    return Places(numbers, np.array([r[1] for r in rows]), np.array([r[2] for r in rows]))


@pytest.fixture(scope="module")
def corner() -> RoadNetwork:
    return build(CORNER, {"ABC": {}})


@pytest.mark.parametrize(
    ("name", "offset_m", "lateral_m", "spot", "course_deg"),
    [
        ("AC", 0.0, 0.0, (40.0, 20.0), 90.0),
        ("AC", 30.0, 5.0, (70.0, 25.0), 90.0),
        ("AC", 30.0, -5.0, (70.0, 15.0), 90.0),
        ("AC", 80.0, 2.0, (122.0, 20.0), 180.0),
        ("AC", 90.0, 2.0, (122.0, 10.0), 180.0),
        ("AC", 100.0, 0.0, (120.0, 0.0), 180.0),
        ("CA", 0.0, 2.0, (118.0, 0.0), 0.0),
        ("CA", 30.0, -3.0, (110.0, 23.0), -90.0),
        ("AC", -7.0, 0.0, (40.0, 20.0), 90.0),
        ("AC", 170.0, 1.0, (121.0, 0.0), 180.0),
    ],
)
def test_where_a_place_is(
    corner: RoadNetwork, name: str, offset_m: float, lateral_m: float, spot: tuple[float, float], course_deg: float
) -> None:
    found = places_to_plane(corner, places(corner, (name, offset_m, lateral_m)))
    assert (found.x_m[0], found.y_m[0]) == pytest.approx(spot)
    assert np.degrees(found.course_rad[0]) == pytest.approx(course_deg)


def test_places_come_back_on_their_edge(corner: RoadNetwork) -> None:
    rng = np.random.default_rng(5)
    given = Places(
        np.full(200, edge(corner, "AC"), dtype=np.int32), rng.uniform(0.0, 70.0, 200), rng.uniform(-9.0, 9.0, 200)
    )
    spots = places_to_plane(corner, given)
    back = plane_to_places_on(corner, given.edge, spots.x_m, spots.y_m)
    assert back.offset_m == pytest.approx(given.offset_m)
    assert back.lateral_m == pytest.approx(given.lateral_m)


def test_the_nearest_edge_of_two_twins_is_the_forward_one(corner: RoadNetwork) -> None:
    found = plane_to_places(make_grid(corner), np.array([50.0, 50.0]), np.array([25.0, 15.0]))
    assert found.edge.tolist() == [edge(corner, "AC")] * 2
    assert found.lateral_m.tolist() == [5.0, -5.0]
    assert found.offset_m.tolist() == [10.0, 10.0]


def test_through_latitude_and_longitude(corner: RoadNetwork) -> None:
    given = places(corner, ("AC", 30.0, 5.0), ("AC", 90.0, -2.0))
    lat_rad, lon_rad = places_to_geodetic(corner, given)
    expected = plane_to_geodetic(*places_to_plane(corner, given)[:2], PLANE)
    assert (lat_rad == expected[0]).all()
    back = geodetic_to_places(corner, make_grid(corner), lat_rad, lon_rad, frame=CGCS2000_2000)
    assert back.offset_m == pytest.approx(given.offset_m, abs=1e-6)
    assert back.lateral_m == pytest.approx(given.lateral_m, abs=1e-6)
    with pytest.raises(FrameMixedError):
        geodetic_to_places(corner, make_grid(corner), lat_rad, lon_rad, frame=Frame.parse("WGS84@2026.5"))


def test_no_edge_and_no_number_give_nothing(corner: RoadNetwork) -> None:
    given = Places(np.array([-1, 99, 0], dtype=np.int32), np.array([0.0, 0.0, np.nan]), np.zeros(3))
    assert np.isnan(places_to_plane(corner, given).x_m).all()
    back = plane_to_places_on(corner, given.edge, np.array([0.0, 0.0, np.nan]), np.zeros(3))
    assert np.isnan(back.offset_m).all()


SQUARE = """
    A---B
    |   |
    D---C---E
"""


@pytest.fixture(scope="module")
def routed() -> RoadNetwork:
    """Route 0 goes once round and out; route 1 drives A to B twice."""
    builder = builder_of(SQUARE, {"AB": {}, "BC": {}, "CD": {}, "DA": {}, "CE": {}})
    builder.add_route(RouteDraft(1, "round and out", (1, 2, 3, 4, 1, 2, 5)))
    builder.add_route(RouteDraft(2, "there", (1, 2)))
    return builder.build()[0]


def test_routes_know_their_length_and_edges(routed: RoadNetwork) -> None:
    assert routed.routes.length_m.tolist() == [40.0 + 20.0 + 40.0 + 20.0 + 40.0 + 20.0 + 40.0, 60.0]
    assert route_index(routed).length_m.tolist() == routed.routes.length_m.tolist()


def test_route_metres_there_and_back(routed: RoadNetwork) -> None:
    index = route_index(routed)
    run_m = np.array([0.0, 15.0, 40.0, 59.0, 130.0, 219.0, 220.0, 221.0, -1.0, np.nan])
    route = np.zeros(run_m.size, dtype=np.int32)
    found = runs_to_places(index, route, run_m)
    assert found.edge[7:].tolist() == [-1, -1, -1]
    assert found.edge[2] == edge(routed, "BC")
    back = places_to_runs(index, route, found, run_m)
    assert back[:7].tolist() == run_m[:7].tolist()
    assert np.isnan(back[7:]).all()


def test_a_road_driven_twice_is_told_apart_by_where_the_vehicle_was(routed: RoadNetwork) -> None:
    index = route_index(routed)
    ab = places(routed, ("AB", 10.0, 0.0), ("AB", 10.0, 0.0), ("AB", 10.0, 0.0))
    route = np.zeros(3, dtype=np.int32)
    assert places_to_runs(index, route, ab, np.array([0.0, 100.0, np.nan])).tolist() == [10.0, 130.0, 10.0]
    assert places_to_runs(index, route, ab).tolist() == [10.0, 10.0, 10.0]


def test_edges_of_other_routes_are_not_on_a_route(routed: RoadNetwork) -> None:
    index = route_index(routed)
    given = places(routed, ("CE", 5.0, 0.0), ("BA", 5.0, 0.0), ("BC", 5.0, 0.0))
    found = places_to_runs(index, np.array([1, 1, 1], dtype=np.int32), given)
    assert np.isnan(found[:2]).all()
    assert found[2] == 45.0
    assert np.isnan(places_to_runs(index, np.array([-1, 2, 9], dtype=np.int32), given)).all()
