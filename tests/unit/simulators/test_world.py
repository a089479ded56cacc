"""The city: the same for the same seed, large enough, connected, and labelled as the tiles want it."""

import hashlib
from collections import Counter
from typing import Any

import numpy as np
import orjson
import pytest
import shapely

from mapping.datums.frame import CGCS2000_2000
from mapping.network.check import check_network
from mapping.network.geojson import geojson_network
from mapping.network.geojson_io import parse_geojson
from simulators.chart import Chart
from simulators.network import Network
from simulators.world import build_world
from simulators.world.geojson_io import encode_world
from simulators.world.model import RoadClass, Structure, World
from tests.unit.simulators.conftest import SEED

LAYERS = {"road", "water", "green", "building", "place"}


def by_layer(features: list[dict[str, Any]], layer: str) -> list[dict[str, Any]]:
    return [feature for feature in features if feature["properties"]["layer"] == layer]


OTHER_SEED = 2026


@pytest.fixture(scope="module")
def other_city() -> World:
    return build_world(OTHER_SEED)


def test_a_seed_gives_one_city(city_text: bytes, other_city: World) -> None:
    again = encode_world(build_world(SEED), Chart())
    other = encode_world(other_city, Chart())
    assert hashlib.sha256(again).hexdigest() == hashlib.sha256(city_text).hexdigest()
    assert hashlib.sha256(other).hexdigest() != hashlib.sha256(city_text).hexdigest()


@pytest.mark.parametrize("seed", [SEED, OTHER_SEED])
def test_the_district_is_as_large_as_the_real_one(seed: int, city: World, other_city: World) -> None:
    city = city if seed == SEED else other_city
    assert city.area_km2 == pytest.approx(70.0, abs=0.01)
    assert city.road_km > 250.0
    assert len(city.buildings) > 4000
    assert {street.road_class for street in city.streets} == set(RoadClass)
    assert {street.structure for street in city.streets} == set(Structure)
    assert any(street.canyon for street in city.streets)
    assert sum(place.kind == "stop" for place in city.places) >= 10


def test_the_roads_pass_the_check_for_operators(city_text: bytes) -> None:
    network, report = geojson_network(parse_geojson(city_text), CGCS2000_2000)
    assert report.fault_count == 0
    assert check_network(network).errors == 0


def test_everything_is_in_the_district_and_at_its_place(city: World) -> None:
    reach = city.outline.buffer(1.0)
    assert all(reach.contains(building.polygon) for building in city.buildings)
    assert all(reach.contains(street.line) for street in city.streets)
    center = shapely.Point(Chart().to_plane(np.array([[114.93, 25.83]]))[0])
    assert center.distance(city.outline.centroid) < 500.0


def test_no_building_stands_on_a_road_or_in_the_water(city: World) -> None:
    buildings = np.array([building.polygon for building in city.buildings])
    streets = [s.line for s in city.streets if s.structure is Structure.GROUND]
    on_road, _ = shapely.STRtree(streets).query(buildings, predicate="intersects")
    in_water, _ = shapely.STRtree([area.polygon for area in city.water]).query(buildings, predicate="intersects")
    assert on_road.size == 0
    assert in_water.size == 0


def test_surface_roads_cross_the_rivers_on_bridges_or_below(city: World) -> None:
    rivers = shapely.union_all([area.polygon for area in city.water if area.kind == "river"])
    grounded = [s.line for s in city.streets if s.structure is Structure.GROUND]
    assert not shapely.intersects(grounded, rivers).any()
    bridges = [s for s in city.streets if s.structure is Structure.BRIDGE and s.line.intersects(rivers)]
    assert len({street.name.zh for street in bridges}) >= 4


def test_every_edge_can_be_reached_from_every_other(network: Network) -> None:
    followers = [
        network.next_edge[network.first_next[e] : network.first_next[e + 1]] for e in range(network.length_m.size)
    ]
    predecessors: list[list[int]] = [[] for _ in followers]
    for edge, following in enumerate(followers):
        for successor in following:
            predecessors[successor].append(edge)
    for step in (followers, predecessors):
        seen, todo = {0}, [0]
        while todo:
            for edge in step[todo.pop()]:
                if int(edge) not in seen:
                    seen.add(int(edge))
                    todo.append(int(edge))
        assert len(seen) == len(followers)


def test_carriageways_of_the_ring_touch_other_roads_only_by_ramps(city: World) -> None:
    ends = Counter[tuple[float, ...]]()
    ring = [s for s in city.streets if s.road_class is RoadClass.MOTORWAY and s.lane_count == 3]
    others = {
        p for s in city.streets if s.road_class is not RoadClass.MOTORWAY for p in (s.line.coords[0], s.line.coords[-1])
    }
    for street in ring:
        ends.update({street.line.coords[0]: 1, street.line.coords[-1]: 1})
    assert ring
    assert not others.intersection(ends)


def test_features_follow_the_table_of_layers(features: list[dict[str, Any]], city_text: bytes) -> None:
    assert {feature["properties"]["layer"] for feature in features} == LAYERS
    for feature in by_layer(features, "road"):
        said = feature["properties"]
        assert said["class"] in set(RoadClass)
        assert said["maxspeed_kmh"] in range(10, 130)
        assert said["lanes"] in range(1, 9)
    assert all(feature["properties"]["height_m"] >= 6 for feature in by_layer(features, "building"))
    for feature in by_layer(features, "place"):
        assert feature["properties"]["name"]
        assert feature["properties"]["name_en"]
    frame = orjson.loads(city_text)["frame"]
    assert (frame["datum"], frame["epoch"]) == ("CGCS2000", 2000.0)


def test_geometry_is_valid_geojson(features: list[dict[str, Any]]) -> None:
    for layer in ("water", "green", "building"):
        for feature in by_layer(features, layer):
            polygon = shapely.geometry.shape(feature["geometry"])
            assert polygon.is_valid
            assert polygon.exterior.is_ccw


def test_stops_lie_on_the_scenic_route(network: Network, city: World) -> None:
    stops = sum(place.kind == "stop" for place in city.places)
    assert network.stop_m.size == 2 * stops  # one for each direction
    counts = np.diff(network.first_stop)
    assert np.all(network.stop_m <= np.repeat(network.length_m, counts))
