"""Lanes of a GeoJSON file, as the simulated city writes them."""

from typing import Any

import numpy as np
import orjson
import pytest

from mapping.datums.frame import CGCS2000_2000
from mapping.network.codes import EdgeFlag, LaneChange
from mapping.network.features import network_geojson
from mapping.network.geojson import geojson_network
from mapping.network.geojson_io import parse_geojson
from mapping.network.model import RoadNetwork
from mapping.network.report import NetworkReport
from tests.unit.network.drawn import PLANE, lon_lat, road

ROW = "A---B---C"


def lane(number: int, road_id: int, x_m: tuple[float, float], y_m: float, **members: object) -> dict[str, Any]:
    coordinates = [lon_lat(x_m[0], y_m), lon_lat(x_m[1], y_m)]
    return {"id": number, "road": road_id, "index": 0, "width_m": 3.0, "coordinates": coordinates, **members}


LANES = [
    lane(1, 7, (0.0, 40.0), -1.5, maxspeed_kmh=30),
    lane(2, 7, (0.0, 40.0), -4.5, index=1),
    lane(3, 7, (40.0, 0.0), 1.5, back=True),
    lane(4, 8, (40.0, 80.0), -1.5),
    lane(5, 8, (80.0, 40.0), 1.5, back=True),
]


def read(lanes: list[Any]) -> tuple[RoadNetwork, NetworkReport]:
    features = [road(ROW, "AB", 7, lanes=3), road(ROW, "BC", 8), road(ROW, "BC", 9, layer=3)]
    text = orjson.dumps({"type": "FeatureCollection", "features": features, "lanes": lanes})
    return geojson_network(parse_geojson(text), CGCS2000_2000, PLANE)


def test_lanes_belong_to_the_edges_of_their_roads() -> None:
    network, report = read(LANES)
    assert report.fault_count == 0
    by_ref = {int(ref): row for row, ref in enumerate(network.lanes.ref)}
    refs = {number: int(network.edges.ref[network.lanes.edge[row]]) for number, row in by_ref.items()}
    assert refs == {1: 7, 2: 7, 3: 7, 4: 8, 5: 8}
    one, other, back = (by_ref[number] for number in (1, 2, 3))
    assert (network.lanes.right[one], network.lanes.left[other]) == (other, one)
    assert network.lanes.change[[one, other]].tolist() == [LaneChange.RIGHT, LaneChange.LEFT]
    assert network.lanes.limit_mps[one] == pytest.approx(30 / 3.6)
    edges = network.edges
    ahead, against = int(network.lanes.edge[one]), int(network.lanes.edge[back])
    assert edges.twin[[ahead, against]].tolist() == [against, ahead]
    assert edges.flags[[ahead, against]].tolist() == [0, EdgeFlag.REVERSED]
    assert {int(network.lanes.ref[row]) for row in network.lane_next.of(one)} == {4}
    assert {int(network.lanes.ref[row]) for row in network.lane_next.of(by_ref[5])} == {3}
    assert network.lane_next.of(other).size == 0


def test_roads_with_lanes_meet_the_others_as_before() -> None:
    network, _ = read(LANES)
    assert len(network.nodes) == 3
    ways_on = {int(network.edges.ref[n]) for n in network.next_edges(int(network.lanes.edge[0]))}
    assert ways_on == {7, 8, 9}


@pytest.mark.parametrize(
    "broken",
    [
        None,
        {},
        {"id": 6, "road": 7, "index": 0},
        lane(6, 7, (0.0, 1.0), 0.0, index=-1),
        lane(6, 7, (0.0, 1.0), 0.0, index="x"),
        lane(6, 99, (0.0, 1.0), 0.0),
        lane(6, 7, (0.0, 1.0), 0.0, coordinates=[[0, 0], [999, 0]]),
    ],
)
def test_broken_lanes_are_reported(broken: object) -> None:
    network, report = read([*LANES, broken])
    assert len(network.lanes) == 5
    assert [fault.object_kind for fault in report.faults] == ["lane"]


def test_lanes_are_written_and_read_back() -> None:
    network, _ = read(LANES)
    again, report = geojson_network(parse_geojson(network_geojson(network)), CGCS2000_2000, PLANE)
    assert report.fault_count == 0
    for name in ("ref", "index", "left", "right", "change", "kind"):
        assert getattr(again.lanes, name).tolist() == getattr(network.lanes, name).tolist(), name
    assert again.lane_shape.points.x_m == pytest.approx(network.lane_shape.points.x_m, abs=2e-3)
    assert np.array_equal(again.lane_next.value, network.lane_next.value)
