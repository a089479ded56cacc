"""The scenic line of the city: lane by lane, with its routes and stops, and the zones that are watched."""

from itertools import pairwise
from pathlib import Path
from xml.etree.ElementTree import parse

import numpy as np
import orjson
import pytest
import shapely

from simulators.chart import Chart
from simulators.world.lanelet2_io import write_lanelet2
from simulators.world.lanes import scenic_chain
from simulators.world.model import Lane, RoadClass, Structure, World
from simulators.world.scenic import PLAZA_KMH
from simulators.world.zones import CORRIDOR_M


def test_the_chain_goes_from_end_to_end(city: World) -> None:
    chain = scenic_chain(city.streets)
    assert sorted(k for k, _ in chain) == [
        k for k, street in enumerate(city.streets) if street.road_class is RoadClass.SCENIC
    ]
    ends = [city.streets[k].line.coords[:: -1 if is_turned else 1] for k, is_turned in chain]
    assert all(before[-1] == after[0] for before, after in pairwise(ends))


def test_a_city_without_a_scenic_route_has_no_chain(city: World) -> None:
    assert scenic_chain([street for street in city.streets if street.road_class is not RoadClass.SCENIC]) == []


def test_lanes_keep_their_width_and_lie_right_of_the_middle(city: World) -> None:
    for lane in city.lanes:
        off_m = shapely.distance(shapely.points(lane.right.coords), lane.left)
        assert off_m == pytest.approx(lane.width_m, abs=0.12)
        first, last = np.asarray(lane.left.coords[0]), np.asarray(lane.left.coords[1])
        across = np.asarray(lane.right.coords[0]) - first
        assert (last - first)[0] * across[1] - (last - first)[1] * across[0] < 0.0


def test_lanes_follow_each_other_without_a_gap(city: World) -> None:
    def borders(lane: Lane, at: int) -> tuple[tuple[float, ...], ...]:
        return lane.left.coords[at], lane.right.coords[at]

    starts = {borders(lane, 0) for lane in city.lanes}
    unmet = [lane for lane in city.lanes if borders(lane, -1) not in starts]
    assert len(unmet) == 2  # both ends of the route


def test_the_route_has_a_tunnel_a_plaza_and_a_road_beside_it(city: World) -> None:
    scenic = [street for street in city.streets if street.road_class is RoadClass.SCENIC]
    assert sum(street.structure is Structure.TUNNEL for street in scenic) == 1
    assert sum(street.speed_limit_kmh == PLAZA_KMH for street in scenic) == 1
    drives = shapely.union_all([s.line for s in city.streets if s.name.en.endswith("Riverside Drive")])
    near_m = [street.line.interpolate(0.5, normalized=True).distance(drives) for street in scenic]
    assert sorted(near_m)[len(near_m) // 2] < 100.0


def test_routes_call_at_every_stop_in_order(city: World) -> None:
    there, back = city.routes
    assert there.roads == back.roads[::-1]
    assert there.stops == back.stops[::-1]
    assert all(city.places[stop].kind == "stop" for stop in there.stops)
    line = shapely.line_merge(shapely.union_all([city.streets[k].line for k in there.roads]))
    along_m = [line.project(city.places[stop].point) for stop in there.stops]
    assert along_m in (sorted(along_m), sorted(along_m, reverse=True))


def test_zones_are_fences_of_the_file(city: World, city_text: bytes) -> None:
    fences = orjson.loads(city_text)["fences"]
    assert [fence["id"] for fence in fences] == [f"zone-{k + 1}" for k in range(len(city.zones))]
    assert fences[0]["properties"]["half_width_m"] == CORRIDOR_M
    assert fences[0]["geometry"]["type"] == "LineString"
    for zone in city.zones:
        assert zone.shape.is_valid
        assert zone.kinds
    speed = [fence["properties"]["speed_limit_kmh"] for fence in fences if "speeding" in fence["properties"]["kinds"]]
    assert speed == [PLAZA_KMH, 30.0]
    assert fences[0]["properties"]["groups"] == ["shuttles"]


def test_the_lanelet2_file_shares_borders_and_nodes(city: World, tmp_path: Path) -> None:
    path = tmp_path / "scenic.osm"
    assert write_lanelet2(city, path, Chart()) == len(city.lanes)
    root = parse(path).getroot()
    lanelets = root.findall("relation")
    assert len(lanelets) == len(city.lanes)
    members = [{m.get("role"): m.get("ref") for m in lanelet.findall("member")} for lanelet in lanelets]
    lefts = [member["left"] for member in members]
    assert all(lefts.count(left) == 2 for left in lefts)  # the middle line belongs to both directions
    ids = [element.get("id") for element in root]
    assert len(set(ids)) == len(ids)
    nodes = {node.get("id") for node in root.findall("node")}
    assert all(nd.get("ref") in nodes for way in root.findall("way") for nd in way.findall("nd"))
