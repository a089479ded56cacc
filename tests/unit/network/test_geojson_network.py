"""GeoJSON to networks: the simulated city's properties, OSM's, files that say little, and mistakes by feature."""

from typing import Any

import numpy as np
import orjson
import pytest

from mapping.datums.frame import CGCS2000_2000
from mapping.network.codes import EdgeFlag, RoadClass, Structure
from mapping.network.features import network_geojson
from mapping.network.geojson import geojson_network
from mapping.network.geojson_io import parse_geojson
from mapping.network.model import RoadNetwork
from mapping.network.report import NetworkReport
from tests.unit.network.drawn import CROSS, PLANE, Feature, build, lon_lat, places, road


def read(features: list[Any], join_m: float = 0.1, **members: object) -> tuple[RoadNetwork, NetworkReport]:
    text = orjson.dumps({"type": "FeatureCollection", "features": features, **members})
    return geojson_network(parse_geojson(text), CGCS2000_2000, PLANE, join_m=join_m)


def test_the_properties_of_the_simulated_city() -> None:
    properties = {
        "layer": "road",
        "class": "scenic",
        "name": "滨江路",
        "name_en": "River Road",
        "oneway": True,
        "maxspeed_kmh": 25,
        "lanes": 2,
        "bridge": True,
    }
    network, report = read([road(CROSS, "BCD", 7, **properties)])
    edges = network.edges
    assert (edges.ref.tolist(), edges.road_class.tolist(), edges.lane_count.tolist()) == ([7], [RoadClass.SCENIC], [2])
    assert edges.limit_mps[0] == pytest.approx(25 / 3.6)
    assert (edges.structure[0], edges.layer[0], network.names[edges.name[0]]) == (Structure.BRIDGE, 1, "滨江路")
    assert report.fault_count == 0


def test_lanes_of_both_directions_are_shared_among_them() -> None:
    network, _ = read([road(CROSS, "BCD", None, **{"class": "primary", "lanes": 6})])
    assert network.edges.lane_count.tolist() == [3, 3]


@pytest.mark.parametrize(
    ("oneway", "edges"), [("F", 1), ("T", 1), ("B", 2), (True, 1), (False, 2), ("yes", 1), ("-1", 1), (1, 1), (0, 2)]
)
def test_ways_to_say_one_way(oneway: object, edges: int) -> None:
    network, report = read([road(CROSS, "BCD", fclass="secondary_link", oneway=oneway)])
    assert network.edge_count == edges
    assert network.edges.flags[0] & EdgeFlag.LINK
    assert (network.shape.line(0).x_m[0] > network.shape.line(0).x_m[-1]) == (oneway in ("T", "-1"))
    assert report.fault_count == 0


def test_a_line_that_says_nothing_is_a_road_of_unknown_class() -> None:
    network, _ = read([road(CROSS, "BCD")])
    assert network.edges.road_class.tolist() == [RoadClass.UNKNOWN] * 2
    assert network.edges.ref.tolist() == [-1, -1]


def test_lines_meet_at_common_points_and_where_one_ends_on_another() -> None:
    network, _ = read([road(CROSS, "BCD"), road(CROSS, "AC")])
    assert network.edge_count == 6
    network, _ = read([road(CROSS, "BD"), road(CROSS, "AC")])
    assert network.edge_count == 6
    assert len(network.nodes) == 4


def test_lines_that_only_cross_do_not_meet_nor_do_levels() -> None:
    assert read([road(CROSS, "BD"), road(CROSS, "AE")])[0].edge_count == 4
    assert read([road(CROSS, "BD"), road(CROSS, "AC", layer=1)])[0].edge_count == 4


def test_ends_within_the_distance_are_one_node() -> None:
    near = road(CROSS, "CD")
    near["geometry"]["coordinates"][0] = lon_lat(80.3, 20.0)
    apart = [road(CROSS, "BC"), near]
    assert len(read(apart, 0.1)[0].nodes) == 4
    assert len(read(apart, 1.0)[0].nodes) == 3


def test_many_lines_in_one_feature() -> None:
    at = places(CROSS)
    lines = [[lon_lat(*at[a]), lon_lat(*at[b])] for a, b in ("BC", "CD")]
    feature = {
        "type": "Feature",
        "id": 3,
        "properties": {},
        "geometry": {"type": "MultiLineString", "coordinates": lines},
    }
    network, _ = read([feature])
    assert network.edges.ref.tolist() == [3] * 4


def test_stops_units_and_routes() -> None:
    def point(number: int, x_m: float, y_m: float, **properties: object) -> Feature:
        geometry = {"type": "Point", "coordinates": lon_lat(x_m, y_m)}
        return {"type": "Feature", "id": number, "geometry": geometry, "properties": properties}

    features = [
        road(CROSS, "BC", 1),
        road(CROSS, "CD", 2),
        point(10, 50.0, 15.0, layer="stop", name="West"),
        point(11, 100.0, 15.0, layer="place", kind="stop", name="East"),
        point(12, 60.0, 25.0, layer="rsu", name="Unit"),
        point(13, 60.0, 25.0, layer="place", kind="park"),
    ]
    routes = [{"id": 5, "name": "One", "roads": [1, 2], "stops": [10, 11], "headway_s": 300}]
    network, report = read(features, routes=routes)
    assert report.fault_count == 0
    assert network.stops.ref.tolist() == [10, 11]
    assert network.route_stops.run_m.tolist() == pytest.approx([10.0, 60.0], abs=0.01)
    assert (network.routes.ref.tolist(), network.routes.headway_s.tolist()) == ([5], [300.0])
    assert network.units.ref.tolist() == [12]


@pytest.mark.parametrize(
    ("feature", "ref"),
    [
        (None, "#1"),
        ({}, "#1"),
        ({"type": "Feature", "id": 9, "geometry": None, "properties": {}}, 9),
        ({"type": "Feature", "geometry": {"type": 3}, "properties": {}}, "#1"),
        ({"type": "Feature", "id": "9", "geometry": {"type": "LineString", "coordinates": []}, "properties": {}}, 9),
        ({"type": "Feature", "geometry": {"type": "LineString", "coordinates": [[1, 2]]}, "properties": {"id": 9}}, 9),
        ({"type": "Feature", "geometry": {"type": "LineString", "coordinates": [[1, "2"], [3, 4]]}}, "#1"),
        (
            {"type": "Feature", "geometry": {"type": "LineString", "coordinates": [[1, 2], [3]]}, "properties": None},
            "#1",
        ),
        ({"type": "Feature", "geometry": {"type": "MultiLineString", "coordinates": 5}, "properties": {}}, "#1"),
        (
            {
                "type": "Feature",
                "id": 9,
                "geometry": {"type": "Point", "coordinates": [1]},
                "properties": {"layer": "stop"},
            },
            9,
        ),
    ],
)
def test_broken_features_are_reported_and_harm_no_other(feature: object, ref: int | str) -> None:
    network, report = read([road(CROSS, "BCD"), feature])
    assert network.edge_count == 2
    assert [(fault.object_kind, fault.ref) for fault in report.faults] == [("feature", ref)]


def test_positions_off_the_earth_cut_a_line() -> None:
    feature = road(CROSS, "BCD", 4)
    feature["geometry"]["coordinates"][1] = [500.0, 0.0]
    network, report = read([road(CROSS, "AE"), feature])
    assert network.edge_count == 2
    assert (report.faults[0].ref, report.faults[0].done) == (4, "cut there")


@pytest.mark.parametrize("routes", [[3], [{}], [{"id": 1, "roads": []}], [{"id": 1, "roads": [99]}], [{"roads": "x"}]])
def test_broken_routes_are_reported(routes: list[object]) -> None:
    network, report = read([road(CROSS, "BCD", 1)], routes=routes)
    assert len(network.routes) == 0
    assert report.faults[-1].object_kind == "route"


def test_what_is_written_reads_back_the_same() -> None:
    ways: dict[str, dict[str, Any]] = {
        "BCD": {"road_class": RoadClass.PRIMARY, "limit_mps": 50 / 3.6, "lane_count": 2, "name": "章江路"},
        "AC": {
            "road_class": RoadClass.TERTIARY,
            "flags": EdgeFlag.LINK,
            "limit_mps": 30 / 3.6,
            "limit_back_mps": 20 / 3.6,
        },
        "CE": {
            "structure": Structure.TUNNEL,
            "layer": -1,
            "lane_count": 2,
            "lane_count_back": 1,
            "flags": EdgeFlag.PRIVATE,
        },
    }
    network = build(CROSS, ways)
    again, report = geojson_network(parse_geojson(network_geojson(network)), CGCS2000_2000, PLANE)
    assert report.fault_count == 0
    for name in ("ref", "road_class", "lane_count", "layer", "structure", "twin", "flags"):
        assert getattr(again.edges, name).tolist() == getattr(network.edges, name).tolist(), name
    assert again.edges.limit_mps.tolist() == pytest.approx(network.edges.limit_mps.tolist(), nan_ok=True)
    assert again.edges.length_m.tolist() == pytest.approx(network.edges.length_m.tolist(), abs=3e-3)
    assert [again.names[n] for n in again.edges.name] == [network.names[n] for n in network.edges.name]
    assert np.diff(again.first_next).tolist() == np.diff(network.first_next).tolist()
