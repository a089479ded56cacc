"""Roads of OpenDRIVE become edges and lanes: which way they run, how wide they are, what follows what."""

from math import cos, inf, nan, pi, sin

import numpy as np
import pytest

from mapping.errors import MapFormatError
from mapping.network.codes import LaneChange, LaneKind, RoadClass, Structure
from mapping.network.lane_features import FeatureKind
from mapping.network.opendrive_build import opendrive_to_network
from tests.unit.lanes.opendrive_maps import FRAME, PLANE, lane, lane_row, line, network_of, odr, road, section, straight


def test_lanes_run_as_traffic_runs() -> None:
    found = network_of(odr(straight()))
    network = found.network
    assert found.report.fault_count == 0
    assert network.edge_count == 2
    assert network.edges.twin.tolist() in ([1, 0],)
    expected = {-1: (0, 100, -1.75), -2: (0, 100, -5.25), 1: (100, 0, 1.75), 2: (100, 0, 5.25)}
    for number, (begin, end, y_m) in expected.items():
        points = network.lane_shape.line(lane_row(found, number))
        np.testing.assert_allclose([points.x_m[0], points.x_m[-1]], [begin, end], atol=1e-9)
        np.testing.assert_allclose(points.y_m, y_m, atol=1e-9)
    assert network.lanes.index[lane_row(found, -1)] == 0
    assert network.lanes.index[lane_row(found, 1)] == 0
    assert network.lanes.right[lane_row(found, 1)] == lane_row(found, 2)
    np.testing.assert_allclose(network.lanes.width_m, 3.5)
    left = network.lane_left.line(lane_row(found, 1))
    np.testing.assert_allclose(left.y_m, 0, atol=1e-9)
    edge = int(network.lanes.edge[lane_row(found, -1)])
    np.testing.assert_allclose(network.shape.line(edge).y_m, -3.5, atol=1e-9)


def test_left_hand_traffic_is_the_other_way_round() -> None:
    found = network_of(odr(straight(rule="LHT")))
    points = found.network.lane_shape.line(lane_row(found, -1))
    assert points.x_m[0] > points.x_m[-1]
    assert found.network.lanes.index[lane_row(found, -2)] == 0  # seen by who drives on it


def test_directions_of_lanes() -> None:
    lanes = (
        lane(1, "bidirectional"),
        lane(0, "none", ""),
        lane(-1, direction="reversed"),
        lane(-2, "bus"),
        lane(-3, "sidewalk"),
    )
    found = network_of(odr(road("7", 100, line(0, 0, 0, 0, 100), section(0, *lanes))))
    both = sorted(found.network.lane_shape.line(lane_row(found, 1, back=b)).x_m[0] for b in (False, True))
    np.testing.assert_allclose(both, [0, 100], atol=1e-9)
    assert found.network.lane_shape.line(lane_row(found, -1)).x_m[0] == pytest.approx(100)
    assert found.network.lanes.kind[lane_row(found, -2)] == LaneKind.BUS
    assert len(found.network.lanes) == 4


def test_a_bend_is_sampled_to_the_stated_chord() -> None:
    arc = line(0, 0, 0, 0, 50 * pi, '<arc curvature="0.02"/>')
    text = odr(road("7", 50 * pi, arc, section(0, lane(0, "none", ""), lane(-1))))
    for chord_m in (0.1, 0.01, 0.001):
        found = network_of(text, chord_m)
        points = found.network.lane_shape.line(0)
        radius = np.hypot(points.x_m, points.y_m - 50)
        np.testing.assert_allclose(radius, 51.75, atol=1e-9)
        middle = np.hypot(0.5 * (points.x_m[1:] + points.x_m[:-1]), 0.5 * (points.y_m[1:] + points.y_m[:-1]) - 50)
        assert 0.05 * chord_m < np.max(51.75 - middle) <= chord_m
        np.testing.assert_allclose(points.run_m[-1], 51.75 * pi, rtol=chord_m / 30)


def test_widths_borders_and_offsets() -> None:
    widths = '<width sOffset="0" a="3" b="0" c="0" d="0"/><width sOffset="50" a="3" b="0.02" c="0" d="0"/>'
    lanes = (
        lane(0, "none", ""),
        lane(-1, inside=widths),
        lane(-2, inside='<border sOffset="0" a="8" b="0" c="0" d="0"/>'),
    )
    offset = '<laneOffset s="0" a="0" b="0.01" c="0" d="0"/>'
    found = network_of(odr(road("7", 100, line(0, 0, 0, 0, 100), offset + section(0, *lanes))))
    right = found.network.lane_right.line(lane_row(found, -1))
    s = right.x_m
    np.testing.assert_allclose(right.y_m, 0.01 * s - 3 - np.where(s > 50, 0.02 * (s - 50), 0), atol=1e-9)
    assert np.any(np.abs(s - 50) < 1e-9)
    outer = found.network.lane_right.line(lane_row(found, -2))
    np.testing.assert_allclose(outer.y_m, -8, atol=1e-9)
    assert found.network.lanes.width_m[lane_row(found, -1)] == pytest.approx(3.25, abs=1e-3)


def test_heights_and_cross_falls() -> None:
    more = (
        '<elevationProfile><elevation s="0" a="100" b="0.05" c="0" d="0"/></elevationProfile>'
        '<lateralProfile><superelevation s="0" a="0.1" b="0" c="0" d="0"/>'
        '<shape s="0" t="-10" a="0.2" b="0" c="0" d="0"/></lateralProfile>'
    )
    found = network_of(odr(straight(more=more)))
    points = found.network.lane_shape.line(lane_row(found, -1))
    np.testing.assert_allclose(points.y_m, -1.75 * cos(0.1), atol=1e-9)
    np.testing.assert_allclose(points.h_map_m, 100 + 0.05 * points.x_m - 1.75 * sin(0.1) + 0.2, atol=1e-9)


@pytest.mark.parametrize(
    ("mark", "to_right", "to_left"),
    [
        ('type="broken"', True, True),
        ('type="solid"', False, False),
        ('type="solid" laneChange="both"', True, True),
        ('type="broken" laneChange="none"', False, False),
        ('type="broken" laneChange="increase"', False, True),
        ('type="broken" laneChange="decrease"', True, False),
        ('type="broken solid"', True, False),
        ('type="solid broken"', False, True),
    ],
)
def test_marks_say_who_may_change(mark: str, to_right: bool, to_left: bool) -> None:
    inside = f'<width sOffset="0" a="3" b="0" c="0" d="0"/><roadMark sOffset="0" {mark}/>'
    lanes = (lane(2), lane(1, inside=inside), lane(0, "none", ""), lane(-1, inside=inside), lane(-2))
    found = network_of(odr(road("7", 100, line(0, 0, 0, 0, 100), section(0, *lanes))))
    change = found.network.lanes.change
    assert bool(change[lane_row(found, -1)] & LaneChange.RIGHT) is to_right
    assert bool(change[lane_row(found, -2)] & LaneChange.LEFT) is to_left
    if "crease" not in mark:  # which counts lane numbers, and they rise outward on the left
        assert bool(change[lane_row(found, 1)] & LaneChange.RIGHT) is to_right
        assert bool(change[lane_row(found, 2)] & LaneChange.LEFT) is to_left
    else:
        assert bool(change[lane_row(found, 1)] & LaneChange.RIGHT) is to_left


@pytest.mark.parametrize(
    ("of_road", "of_lane", "limit_mps"),
    [
        ('<speed max="50" unit="km/h"/>', "", 50 / 3.6),
        ('<speed max="20"/>', "", 20),
        ('<speed max="30" unit="mph"/>', "", 30 * 0.44704),
        ('<speed max="no limit"/>', "", inf),
        ('<speed max="undefined"/>', "", nan),
        ("", "", nan),
        ('<speed max="50" unit="km/h"/>', '<speed sOffset="0" max="30" unit="km/h"/>', 30 / 3.6),
        ('<speed max="50" unit="km/h"/>', '<speed sOffset="70" max="30" unit="km/h"/>', 50 / 3.6),
        ('<speed max="50" unit="km/h"/>', '<speed sOffset="20" max="30" unit="km/h"/>', 30 / 3.6),
    ],
)
def test_limits_of_roads_and_lanes(of_road: str, of_lane: str, limit_mps: float) -> None:
    kind = f'<type s="0" type="townLocal">{of_road}</type>'
    inside = f'<width sOffset="0" a="3" b="0" c="0" d="0"/>{of_lane}'
    text = odr(road("7", 100, line(0, 0, 0, 0, 100), section(0, lane(0, "none", ""), lane(-1, inside=inside)), kind))
    network = network_of(text).network
    np.testing.assert_allclose(network.lanes.limit_mps[0], limit_mps, rtol=1e-6)
    np.testing.assert_allclose(network.edges.limit_mps[0], limit_mps, rtol=1e-6)
    assert network.edges.road_class[0] == RoadClass.RESIDENTIAL


def test_signals_tunnels_and_crosswalks() -> None:
    more = (
        '<objects><tunnel s="0" length="100"/><object id="5" type="crosswalk" s="60" t="0"/></objects>'
        '<signals><signal id="3" type="1000001" dynamic="yes" s="90" t="-8" orientation="+"/>'
        '<signal id="4" type="274" dynamic="no" s="10" t="8" orientation="-">'
        '<validity fromLane="1" toLane="1"/></signal>'
        "</signals>"
    )
    found = network_of(odr(straight(more=more)))
    rows = found.features
    assert (found.network.edges.structure == Structure.TUNNEL).all()
    assert rows.kind.tolist() == [FeatureKind.TRAFFIC_LIGHT] * 2 + [FeatureKind.TRAFFIC_SIGN, FeatureKind.CROSSWALK]
    assert sorted(rows.lane.tolist()) == sorted([lane_row(found, -1), lane_row(found, -2), lane_row(found, 1), -1])
    np.testing.assert_allclose(rows.offset_m[:3], [90, 90, 90])
    np.testing.assert_allclose([rows.x_m[0], rows.y_m[0]], [90, -8])


def test_a_reference_places_the_map_and_an_offset_moves_it() -> None:
    reference = (
        "+proj=tmerc +lat_0=25.8 +lon_0=114.9 +k=1 +x_0=0 +y_0=0 +ellps=GRS80 +geoidgrids=egm96_15.gtx +vunits=m"
    )
    offset = '<offset x="1000" y="2000" z="50" hdg="0"/>'
    found = opendrive_to_network(odr(straight(), reference=reference, offset=offset), FRAME)
    from mapping.datums.plane import Plane

    plane = Plane(FRAME, np.radians(25.8), np.radians(114.9))
    found = opendrive_to_network(odr(straight(), reference=reference, offset=offset), FRAME, plane=plane)
    points = found.network.lane_shape.line(lane_row(found, -1))
    np.testing.assert_allclose([points.x_m[0], points.y_m[0]], [1000, 1998.25], atol=1e-6)
    np.testing.assert_allclose(points.h_map_m, 50)


def test_what_cannot_be_placed_says_what_to_state() -> None:
    with pytest.raises(MapFormatError, match="state the origin"):
        opendrive_to_network(odr(straight()), FRAME)
    with pytest.raises(MapFormatError, match="not known to PROJ"):
        opendrive_to_network(odr(straight(), reference="+proj=nonsense"), FRAME)
    with pytest.raises(MapFormatError, match="outermost element"):
        opendrive_to_network(b"<osm/>", FRAME)
    with pytest.raises(MapFormatError, match="document type"):
        opendrive_to_network(b"<!DOCTYPE a []><OpenDRIVE/>", FRAME)
    with pytest.raises(MapFormatError, match="nested deeper"):
        opendrive_to_network(b"<OpenDRIVE>" + b"<a>" * 100 + b"</a>" * 100 + b"</OpenDRIVE>", FRAME)


def test_broken_roads_are_named_and_the_rest_is_kept() -> None:
    gap = line(0, 0, 0, 0, 50) + line(50, 50, 0.5, 0, 50)
    found = network_of(
        odr(
            straight(),
            straight(),
            road("8", 100, "", section(0, lane(-1))),
            road("9", 100, line(0, 0, 0, 0, 100), ""),
            road("10", 100, gap, section(0, lane(-1), lane(-1), lane(-2, inside=""))),
            road("11", 100, line(0, 0, 0, 0, 100, "<bezier/>"), section(0, lane(-1))),
            road("12", 120, line(0, 0, 0, 0, 100), section(0, lane(-1)) + section(500, lane(-1))),
        )
    )
    whats = {(fault.ref, fault.what) for fault in found.report.faults}
    assert ("7", "occurs twice") in whats
    assert ("8", "has no reference line") in whats
    assert ("9", "has no lane section") in whats
    assert ("10", "the reference line has a gap of more than 1 cm") in whats
    assert ("10", "lane -1 occurs twice or has no number") in whats
    assert ("10", "lane -2 of section 0 has no width") in whats
    assert ("11", "geometry 0 is of no known shape or lacks a number") in whats
    assert ("12", "its length is not that of its reference line") in whats
    assert ("12", "lane section 1 begins nowhere on the road") in whats
    assert {7, 10, 12} == {ref // 1_000_000 for ref in found.network.lanes.ref.tolist()}


def test_the_origin_is_the_plane() -> None:
    assert network_of(odr(straight())).network.plane == PLANE
