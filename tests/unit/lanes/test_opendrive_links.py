"""Lanes of OpenDRIVE follow over sections, roads and junctions, whichever side says so."""

from math import pi

import pytest

from mapping.errors import MapFormatError
from tests.unit.lanes.opendrive_maps import crossing, lane, lane_row, line, network_of, numbers, odr, road, section


@pytest.mark.parametrize("stated", ["both", "before", "after"])
def test_lanes_follow_over_sections_and_roads_whichever_side_says_so(stated: str) -> None:
    def links(before: int | None, after: int | None) -> str:
        found = "" if before is None or stated == "before" else f'<predecessor id="{before}"/>'
        return found + ("" if after is None or stated == "after" else f'<successor id="{after}"/>')

    # the second road runs against the first: lane -1 goes on as its lane 1
    first = section(0, lane(1, links=links(None, 1)), lane(0, "none", ""), lane(-1, links=links(None, -2)))
    second = section(60, lane(1, links=links(1, -1)), lane(0, "none", ""), lane(-1), lane(-2, links=links(-1, 1)))
    other = section(0, lane(1, links=links(None, -2)), lane(0, "none", ""), lane(-1, links=links(None, 1)))
    join_a = '<link><successor elementType="road" elementId="8" contactPoint="end"/></link>'
    join_b = '<link><successor elementType="road" elementId="7" contactPoint="end"/></link>'
    a = road("7", 100, line(0, 0, 0, 0, 100), first + second, join_a)
    b = road("8", 50, line(0, 150, 0, pi, 50), other, join_b)
    found = network_of(odr(a, b))
    following = found.network.lane_next
    assert numbers(found, following.of(lane_row(found, -1))) == [(7, 1, -2)]
    assert numbers(found, following.of(lane_row(found, 1, section_number=1))) == [(7, 0, 1)]
    assert numbers(found, following.of(lane_row(found, -1, section_number=1))) == []
    if stated != "after":
        # at a joint both lanes say where they go; "before" and "after" differ only within a road
        assert numbers(found, following.of(lane_row(found, -2, section_number=1))) == [(8, 0, 1)]
        assert numbers(found, following.of(lane_row(found, -1, road_number=8))) == [(7, 1, 1)]
    edges = {int(found.network.lanes.edge[lane_row(found, n, section_number=s)]) for n, s in ((-1, 0), (-2, 1))}
    first_edge = int(found.network.lanes.edge[lane_row(found, -1)])
    assert set(found.network.next_edges(first_edge).tolist()) <= edges | {int(found.network.edges.twin[first_edge])}


@pytest.mark.parametrize("links", ['<laneLink from="-1" to="-1"/>', ""])
def test_lanes_follow_through_a_junction(links: str) -> None:
    found = network_of(crossing(links))
    following = found.network.lane_next
    assert numbers(found, following.of(lane_row(found, -1, 1))) == [(2, 0, -1)]
    assert numbers(found, following.of(lane_row(found, -1, 2))) == [(3, 0, -1)]
    assert numbers(found, following.of(lane_row(found, 1, 3))) == []
    assert found.network.junction_ref.tolist() == [9]
    assert found.report.fault_count == 0
    # edges that follow each other share a node
    edges, lanes = found.network.edges, found.network.lanes
    assert edges.node_to[lanes.edge[lane_row(found, -1, 1)]] == edges.node_from[lanes.edge[lane_row(found, -1, 2)]]


def test_lanes_that_are_joined_and_do_not_meet_are_named() -> None:
    text = crossing()
    assert network_of(text).report.fault_count == 0
    moved = text.replace(b'x="110" y="10"', b'x="110" y="10.02"')
    assert [(f.ref, f.what) for f in network_of(moved).report.faults] == [
        ("2", "its lanes do not meet those of road 3: a gap of more than 1 cm")
    ]


def test_broken_links_are_named() -> None:
    more = (
        '<connection id="1" incomingRoad="1" connectingRoad="77" contactPoint="start"/>'
        '<connection id="2" incomingRoad="1"/>'
    )
    found = network_of(crossing('<laneLink from="-1" to="-5"/>', more))
    whats = [(fault.ref, fault.what) for fault in found.report.faults]
    assert ("1", "lane -1 leads into lane -5 of road 2, which is not there") in whats
    assert ("9", "leads onto road 77, which is not there") in whats
    assert ("9", "connection 2 is incomplete") in whats


@pytest.mark.parametrize("cut", range(0, 2200, 67))
def test_a_damaged_file_is_an_error_or_a_report(cut: int) -> None:
    text = crossing()
    damaged = text[:cut] + b"7" + text[cut + 1 :]
    try:
        network_of(damaged)
    except MapFormatError:
        return
