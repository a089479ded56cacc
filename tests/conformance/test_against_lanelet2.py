"""Lanelet2 maps against the library `lanelet2`: ids, directions, successors, neighbours, lane changes, limits, lines.

Lanes are (lanelet, whether driven against its direction), as the library's routing graph has them.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from mapping.datums.frame import Frame
from mapping.datums.plane import Plane, geodetic_to_plane, plane_to_geodetic
from mapping.network.codes import LaneChange
from mapping.network.lane_features import LaneImport
from mapping.network.lanelet2_build import lanelet2_to_network
from mapping.network.lanelet2_lanelets import Ways, centre_of, read_lanelets
from mapping.network.lanelet2_osm import parse_lanelet2
from mapping.network.lanelet2_place import place_nodes
from mapping.network.report import NetworkReport

lanelet2: Any = pytest.importorskip("lanelet2", reason="the package lanelet2 is not installed")

pytestmark = pytest.mark.compiled

FRAME = Frame.parse("WGS84@2026.9")
ORIGIN = Plane(FRAME, np.radians(25.831), np.radians(114.935))
NAMES = (
    "fzi_karlsruhe.osm",
    "autoware_2km_test.osm",
    "autoware_vm_01_15-16.osm",
    "autoware_vm_02.osm",
    "autoware_vm_03.osm",
)
PARTICIPANTS = ("vehicle", "pedestrian", "bicycle")
LINE_M = 1e-3
Lane = tuple[int, bool]


class Pair(NamedTuple):
    """A map as the library has it and as text; its own plane."""

    theirs: Any
    projector: Any
    text: bytes


def with_degrees(text: str) -> str:
    """Latitudes and longitudes written out from local coordinates: the library takes empty ones for 0, 0."""

    def filled(match: re.Match[str]) -> str:
        x_m, y_m = (float(match[i]) for i in (2, 3))
        lat_rad, lon_rad = np.degrees(plane_to_geodetic(x_m, y_m, ORIGIN))
        return match[0].replace('lat="" lon=""', f'lat="{float(lat_rad)!r}" lon="{float(lon_rad)!r}"', 1)

    node = r'<node id="(-?\d+)" lat="" lon="">\s*(?:<tag k="mgrs_code"[^>]*>\s*)?'
    local = r'<tag k="local_x" v="([^"]*)"/>\s*<tag k="local_y" v="([^"]*)"/>'
    return re.sub(node + local, filled, text)


@pytest.fixture(scope="module", params=NAMES)
def pair(request: pytest.FixtureRequest, data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    path = data_dir / "map" / "lanelet2" / request.param
    if not path.is_file():
        pytest.skip(f"no {path}")
    text = path.read_text("utf-8")
    filled = with_degrees(text)
    if filled != text:
        path = tmp_path_factory.mktemp("maps") / path.name
        path.write_text(filled, "utf-8")
    lat, lon = re.findall(r"lat=['\"]([0-9.]+)['\"] lon=['\"]([0-9.]+)", filled)[0]
    projector = lanelet2.projection.UtmProjector(lanelet2.io.Origin(float(lat), float(lon)))
    theirs, _ = lanelet2.io.loadRobust(str(path), projector)
    return Pair(theirs, projector, text.encode())


def ours(pair: Pair, participant: str) -> LaneImport:
    return lanelet2_to_network(pair.text, FRAME, origin=ORIGIN, participant=participant)


def lanes_of(found: LaneImport) -> list[Lane]:
    return list(zip(found.network.lanes.ref.tolist(), found.is_against.tolist(), strict=True))


def rules_of(participant: str) -> Any:
    return lanelet2.traffic_rules.create(lanelet2.traffic_rules.Locations.Germany, participant)


def vertices(pair: Pair, participant: str) -> Iterator[tuple[Lane, Any]]:
    """All lanes that the library's routing graph has."""
    rules = rules_of(participant)
    for lanelet in pair.theirs.laneletLayer:
        for way in (lanelet, lanelet.invert()):
            if rules.canPass(lanelet) and rules.canPass(way):
                yield key(way), way


def key(lanelet: Any) -> Lane:
    return lanelet.id, lanelet.inverted()


def test_every_lanelet_with_its_direction(pair: Pair) -> None:
    report = NetworkReport()
    file = parse_lanelet2(pair.text, report)
    ways = Ways(file, place_nodes(file.nodes, FRAME, report, origin=ORIGIN), report)
    mine = read_lanelets(file, ways, report)
    theirs = {lanelet.id: lanelet for lanelet in pair.theirs.laneletLayer}
    assert set(mine) == set(theirs)
    bounds = {ref: (tuple(lanelet.left), tuple(lanelet.right)) for ref, lanelet in mine.items()}
    assert bounds == {
        ref: tuple((bound.id, bound.inverted()) for bound in (lanelet.leftBound, lanelet.rightBound))
        for ref, lanelet in theirs.items()
    }
    plane = ways.plane
    worst_m = 0.0
    for ref, lanelet in mine.items():
        line_m = centre_of(lanelet, ways, report)[:, :2]
        their_m = their_line(pair, theirs[ref].centerline, plane)
        assert line_m.shape == their_m.shape, ref
        worst_m = max(worst_m, float(np.abs(line_m - their_m).max()))
    assert worst_m < LINE_M


def their_line(pair: Pair, line: Any, plane: Plane) -> np.ndarray:
    """A line of the library in our plane, repeated points left out."""
    points = [pair.projector.reverse(lanelet2.core.BasicPoint3d(point.x, point.y, point.z)) for point in line]
    degrees = np.array([(point.lat, point.lon) for point in points])
    x_m, y_m = geodetic_to_plane(np.radians(degrees[:, 0]), np.radians(degrees[:, 1]), plane, frame=FRAME)
    line_m = np.stack([x_m, y_m], axis=1)
    kept: np.ndarray = line_m[np.concatenate([[True], np.hypot(*np.diff(line_m, axis=0).T) > 1e-7])]
    return kept


@pytest.mark.parametrize("participant", PARTICIPANTS)
def test_lanes_successors_neighbours_and_changes(pair: Pair, participant: str) -> None:
    found = ours(pair, participant)
    lanes, network = lanes_of(found), found.network
    theirs = dict(vertices(pair, participant))
    assert sorted(lanes) == sorted(theirs)
    graph = lanelet2.routing.RoutingGraph(pair.theirs, rules_of(participant))
    following = {lane: {key(then) for then in graph.following(lanelet)} for lane, lanelet in theirs.items()}
    assert {lane: {lanes[i] for i in network.lane_next.of(row)} for row, lane in enumerate(lanes)} == following
    for side, beside, change in (
        ("left", network.lanes.left, LaneChange.LEFT),
        ("right", network.lanes.right, LaneChange.RIGHT),
    ):
        changed = {lane: getattr(graph, side)(lanelet) for lane, lanelet in theirs.items()}
        adjacent = {lane: getattr(graph, f"adjacent{side.title()}")(lanelet) for lane, lanelet in theirs.items()}
        neighbours = {lane: changed[lane] or adjacent[lane] for lane in theirs}
        expected = {lane: None if other is None else key(other) for lane, other in neighbours.items()}
        assert {lane: lanes[beside[row]] if beside[row] >= 0 else None for row, lane in enumerate(lanes)} == expected
        may = {lane: bool(network.lanes.change[row] & change) for row, lane in enumerate(lanes)}
        assert may == {lane: other is not None for lane, other in changed.items()}


def test_edges_follow_where_lanes_do(pair: Pair) -> None:
    network = ours(pair, "vehicle").network
    edge = network.lanes.edge
    by_lanes = {(int(edge[row]), int(edge[then])) for row in range(len(edge)) for then in network.lane_next.of(row)}
    assert {(e, int(then)) for e in range(network.edge_count) for then in network.next_edges(e)} == by_lanes


def test_limits_where_they_are_stated(pair: Pair) -> None:
    found = ours(pair, "vehicle")
    rules = rules_of("vehicle")
    by_ref = {lanelet.id: lanelet for lanelet in pair.theirs.laneletLayer}
    for (ref, _), limit_mps in zip(lanes_of(found), found.network.lanes.limit_mps, strict=True):
        lanelet = by_ref[ref]
        if "speed_limit" in lanelet.attributes:
            assert limit_mps * 3.6 == pytest.approx(rules.speedLimit(lanelet).speedLimit, rel=1e-6)
        elif not lanelet.regulatoryElements:
            assert np.isnan(limit_mps)
