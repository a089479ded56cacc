"""Lanelets become lanes, neighbours edges, shared end points successors; broken ones a line in the report."""

from math import inf, isnan

import numpy as np
import pytest

from mapping.datums.frame import CGCS2000_2000
from mapping.datums.plane import Plane
from mapping.errors import FrameMixedError, MapFormatError
from mapping.network.codes import EdgeFlag, LaneChange, LaneKind, RoadClass
from mapping.network.lane_features import FeatureKind, LaneImport
from mapping.network.lanelet2_build import lanelet2_to_network
from tests.unit.lanes.lanelet_maps import FRAME, NODES, PLANE, MapText, refs_of, row_of, two_by_two


def faults(found: LaneImport) -> list[tuple[int | str, str]]:
    return [(fault.ref, fault.what) for fault in found.report.faults]


def test_neighbours_are_one_edge_and_shared_ends_successors() -> None:
    found = two_by_two().network()
    network = found.network
    assert faults(found) == []
    assert network.edge_count == 2
    assert sorted(network.lanes.ref.tolist()) == [1, 2, 3, 4]
    one, two, three, four = (row_of(found, ref) for ref in (1, 2, 3, 4))
    assert network.lanes.edge[one] == network.lanes.edge[two] != network.lanes.edge[three]
    assert (network.lanes.index[one], network.lanes.index[two]) == (0, 1)
    assert refs_of(found, network.lane_next.of(one)) == [3]
    assert refs_of(found, network.lane_next.of(two)) == [4]
    assert refs_of(found, network.lane_next.of(three)) == []
    assert (network.lanes.right[one], network.lanes.left[two]) == (two, one)
    assert (network.lanes.left[one], network.lanes.right[two]) == (-1, -1)
    assert list(network.next_edges(int(network.lanes.edge[one]))) == [network.lanes.edge[three]]
    assert list(network.next_edges(int(network.lanes.edge[four]))) == []


def test_lines_are_in_the_middle_and_widths_are_those_of_the_lanes() -> None:
    found = two_by_two().network()
    line = found.network.lane_shape.line(row_of(found, 2))
    np.testing.assert_allclose([line.x_m[0], line.x_m[-1]], [0, 50], atol=1e-6)
    np.testing.assert_allclose(line.y_m, 1.75, atol=1e-6)
    np.testing.assert_allclose(found.network.lanes.width_m, 3.5, atol=1e-5)
    edge = found.network.shape.line(int(found.network.lanes.edge[row_of(found, 2)]))
    np.testing.assert_allclose(edge.y_m, 3.5, atol=1e-6)
    np.testing.assert_allclose(edge.run_m[-1], 50, atol=1e-5)
    left = found.network.lane_left.line(row_of(found, 2))
    np.testing.assert_allclose(left.x_m, [0, 50], atol=1e-6)  # stored from right to left, turned round


@pytest.mark.parametrize(("left", "right"), [("ab", "de"), ("ba", "de"), ("ab", "ed"), ("ba", "ed")], ids=str)
def test_the_left_bound_says_the_direction_however_bounds_are_stored(left: str, right: str) -> None:
    made = MapText()
    made.way(11, left)
    made.way(12, right)
    made.lanelet(1, 11, 12)
    made.lanelet(2, 12, 11)
    found = made.network()
    ends = {ref: found.network.lane_shape.line(row_of(found, ref)).x_m[[0, -1]] for ref in (1, 2)}
    np.testing.assert_allclose(ends[1], [0, 50], atol=1e-6)
    np.testing.assert_allclose(ends[2], [50, 0], atol=1e-6)


@pytest.mark.parametrize(
    ("tags", "to_right", "to_left"),
    [
        ({"subtype": "dashed"}, True, True),
        ({"subtype": "solid"}, False, False),
        ({"subtype": "dashed", "type": "virtual"}, False, False),
        ({"subtype": "solid", "lane_change": "yes"}, True, True),
        ({"subtype": "dashed", "lane_change": "no"}, False, False),
        # the way runs against the lanes, so its left is their right
        ({"subtype": "solid_dashed"}, True, False),
        ({"subtype": "dashed_solid"}, False, True),
        ({"subtype": "solid", "lane_change:left": "yes", "lane_change:right": "no"}, True, False),
    ],
)
def test_markings_say_who_may_change(tags: dict[str, str], to_right: bool, to_left: bool) -> None:
    made = MapText()
    made.way(11, "ab", subtype="solid")
    made.way(12, "ed", **tags)
    made.way(13, "gh", subtype="solid")
    made.lanelet(1, 11, 12)
    made.lanelet(2, 12, 13)
    found = made.network()
    change = found.network.lanes.change
    assert bool(change[row_of(found, 1)] & LaneChange.RIGHT) is to_right
    assert bool(change[row_of(found, 2)] & LaneChange.LEFT) is to_left
    assert not change[row_of(found, 1)] & LaneChange.LEFT
    assert not change[row_of(found, 2)] & LaneChange.RIGHT


def test_two_ways_on_one_lanelet_are_twin_edges() -> None:
    made = MapText()
    made.way(11, "ab")
    made.way(12, "de")
    made.lanelet(1, 11, 12, one_way="no")
    network = made.network().network
    assert network.lanes.ref.tolist() == [1, 1]
    assert network.edges.twin.tolist() == [1, 0]
    assert sorted(bool(flag & EdgeFlag.REVERSED) for flag in network.edges.flags) == [False, True]
    assert not (network.edges.flags & EdgeFlag.ONEWAY).any()


def test_opposite_lanelets_that_share_their_left_bound_are_twins() -> None:
    made = MapText()
    made.way(11, "de", subtype="solid")
    made.way(12, "gh")
    made.way(13, "ab")
    made.lanelet(1, 11, 12)
    made.lanelet(2, 11, 13)
    network = made.network().network
    assert network.edges.twin.tolist() == [1, 0]


@pytest.mark.parametrize(
    ("tags", "limit_kmh"),
    [
        ({"speed_limit": "30"}, 30),
        ({"speed_limit": "50 km/h"}, 50),
        ({"speed_limit": "10 m/s"}, 36),
        ({"speed_limit": "20 mph"}, 20 * 1.609344),
        ({"speed_limit": "none"}, inf),
        ({"speed_limit__vehicle": "15", "speed_limit": "30"}, 15),
        ({}, np.nan),
        ({"speed_limit": "fast"}, np.nan),
    ],
)
def test_limits_are_those_that_are_stated(tags: dict[str, str], limit_kmh: float) -> None:
    made = MapText()
    made.way(11, "ab")
    made.way(12, "de")
    made.lanelet(1, 11, 12, **tags)
    found = made.network()
    np.testing.assert_allclose(found.network.lanes.limit_mps[0] * 3.6, limit_kmh, rtol=1e-6)
    np.testing.assert_allclose(found.network.edges.limit_mps[0] * 3.6, limit_kmh, rtol=1e-6)
    assert len(faults(found)) == (tags.get("speed_limit") == "fast")


@pytest.mark.parametrize(("sign", "limit_kmh"), [("de274-60", 60), ("de274_1", 30), ("40", 40), ("de205", np.nan)])
def test_a_sign_comes_before_the_tag(sign: str, limit_kmh: float) -> None:
    made = MapText()
    made.way(11, "ab")
    made.way(12, "de")
    made.way(20, "gh", type="traffic_sign", subtype=sign)
    made.relation(21, [("way", "refers", 20)], {"type": "regulatory_element", "subtype": "speed_limit"})
    made.lanelet(1, 11, 12, 21, speed_limit="25")
    found = made.network()
    expected = 25 if isnan(limit_kmh) else limit_kmh
    np.testing.assert_allclose(found.network.lanes.limit_mps[0] * 3.6, expected, rtol=1e-6)


def test_limits_by_place_only_where_one_is_told_and_then_marked() -> None:
    text = two_by_two().text
    found = lanelet2_to_network(text, FRAME, assumed_limits={("urban", "road"): 50 / 3.6})
    np.testing.assert_allclose(found.network.lanes.limit_mps * 3.6, 50, rtol=1e-6)
    assert (found.network.edges.flags & EdgeFlag.ASSUMED_LIMIT).all()


def test_who_may_use_a_lanelet() -> None:
    made = MapText()
    made.way(11, "ab")
    made.way(12, "de")
    made.way(13, "gh")
    made.lanelet(1, 11, 12, subtype="bus_lane")
    made.lanelet(2, 12, 13, subtype="highway")
    made.lanelet(3, 11, 12, subtype="crosswalk")
    made.lanelet(4, 11, 12, subtype="walkway", participant__vehicle="yes")
    found = made.network()
    assert sorted(found.network.lanes.ref.tolist()) == [2, 4]
    assert ("bus_lane: not for vehicle") in [what for _, what in faults(found)]
    buses = made.network("vehicle:bus").network
    assert sorted(buses.lanes.ref.tolist()) == [1, 2, 4]
    assert buses.lanes.kind[buses.lanes.ref == 1] == LaneKind.BUS
    assert buses.edges.road_class[buses.lanes.edge[buses.lanes.ref == 2]] == RoadClass.MOTORWAY
    assert [(f, r) for f, r in zip(found.features.kind, found.features.ref, strict=True)] == [
        (FeatureKind.CROSSWALK, 3)
    ]


def test_stop_lines_and_lights_know_their_lanes() -> None:
    made = MapText({**NODES, "s": (48.0, 3.5), "t": (48.0, 0.0), "u": (52.0, 9.0)})
    made.way(11, "de")
    made.way(12, "gh")
    made.way(20, "st", type="stop_line")
    made.way(21, "bu", type="traffic_light")
    members = [("way", "refers", 21), ("way", "ref_line", 20)]
    made.relation(30, members, {"type": "regulatory_element", "subtype": "traffic_light"})
    made.lanelet(1, 11, 12, 30)
    features = made.network().features
    assert features.kind.tolist() == [FeatureKind.TRAFFIC_LIGHT, FeatureKind.STOP_LINE]
    assert features.ref.tolist() == [30, 20]
    assert features.lane.tolist() == [0, 0]
    np.testing.assert_allclose(features.offset_m, 48, atol=1e-5)
    np.testing.assert_allclose(features.x_m, [51, 48], atol=1e-5)


def broken_map() -> MapText:
    made = two_by_two()
    made.way(21, "zz")
    made.relation(101, [("way", "left", 11)], {"type": "lanelet"})
    made.relation(102, [("way", "left", 11), ("way", "right", 77)], {"type": "lanelet"})
    made.relation(103, [("way", "left", 11), ("way", "right", 11)], {"type": "lanelet"})
    made.relation(104, [("way", "left", 11), ("way", "right", 21)], {"type": "lanelet"})
    made.way(22, "de", area="yes")
    made.relation(105, [("way", "left", 11), ("way", "right", 22)], {"type": "lanelet"})
    made.lanelet(1, 11, 12)
    made.relation(106, [("way", "outer", 11)], {"type": "multipolygon", "subtype": "parking"})
    made.parts.append('<way id="x"><nd ref="1"/><nd/></way><relation id="9"><member ref="z" role="left"/></relation>')
    return made


def test_broken_objects_are_named_and_the_rest_is_kept() -> None:
    found = broken_map().network()
    assert sorted(found.network.lanes.ref.tolist()) == [1, 2, 3, 4]
    refs = {ref for ref, _ in faults(found)}
    assert {101, 102, 103, 104, 105, 106, "x", 21} <= refs
    assert (1, "occurs twice") in faults(found)
    assert found.report.read["area"] == 1


def test_what_is_no_map_says_so() -> None:
    with pytest.raises(MapFormatError, match="outermost element"):
        lanelet2_to_network(b"<gpx></gpx>", FRAME)
    with pytest.raises(MapFormatError, match="not well-formed"):
        lanelet2_to_network(b"<osm><node", FRAME)
    with pytest.raises(MapFormatError, match="document type"):
        lanelet2_to_network(b'<!DOCTYPE o [<!ENTITY a "aaaa">]><osm>&a;</osm>', FRAME)
    with pytest.raises(MapFormatError, match="no road with a position"):
        lanelet2_to_network(b"<osm></osm>", FRAME)


def test_the_frame_is_the_callers_word() -> None:
    with pytest.raises(FrameMixedError):
        lanelet2_to_network(two_by_two().text, FRAME, plane=Plane(CGCS2000_2000, 0.45, 2.0))
    assert two_by_two().network().network.frame == FRAME


@pytest.mark.parametrize("cut", range(0, 2400, 61))
def test_a_damaged_file_is_an_error_or_a_report(cut: int) -> None:
    text = two_by_two().text
    damaged = text[:cut] + b"7" + text[cut + 1 :]
    try:
        found = lanelet2_to_network(damaged, FRAME, plane=PLANE)
    except MapFormatError:
        return
    assert len(found.network.lanes) <= 4
