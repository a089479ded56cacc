"""From drafts to a network: where roads are cut, which edges come of them, what is reported."""

from math import nan
from typing import Any

import numpy as np
import pytest

from mapping.network.build import NetworkBuilder
from mapping.network.codes import Direction, EdgeFlag, RoadClass, Structure
from mapping.network.drafts import JunctionDraft, RoadDraft, UnitDraft
from mapping.network.model import RoadNetwork
from tests.unit.network.drawn import CROSS, PLANE, build, build_reported, builder_of, edge, label, labels, line

ROW = "A---B---C---D"


def all_labels(network: RoadNetwork) -> list[str]:
    return sorted(label(network, number) for number in range(network.edge_count))


def test_a_road_alone_is_two_edges_that_are_twins() -> None:
    network = build(ROW, {"ABCD": {}})
    assert all_labels(network) == ["AD", "DA"]
    forward, back = edge(network, "AD"), edge(network, "DA")
    assert (network.edges.twin[forward], network.edges.twin[back]) == (back, forward)
    assert network.edges.flags[forward] == 0
    assert network.edges.flags[back] == EdgeFlag.REVERSED
    assert network.edges.length_m.tolist() == [120.0, 120.0]


def test_roads_are_cut_at_the_nodes_they_share() -> None:
    network = build(CROSS, {"BCD": {}, "ACE": {}})
    assert all_labels(network) == sorted(["BC", "CB", "CD", "DC", "AC", "CA", "CE", "EC"])
    assert set(network.edges.ref[[edge(network, "BC"), edge(network, "CD")]]) == {1}


def test_the_end_of_a_road_cuts_another() -> None:
    network = build(CROSS, {"BCD": {}, "AC": {}})
    assert all_labels(network) == sorted(["BC", "CB", "CD", "DC", "AC", "CA"])


def test_a_crossing_without_a_common_node_cuts_nothing() -> None:
    network = build(CROSS, {"BD": {}, "AE": {"layer": 1, "structure": Structure.BRIDGE}})
    assert all_labels(network) == sorted(["BD", "DB", "AE", "EA"])
    assert network.edges.layer[edge(network, "AE")] == 1


@pytest.mark.parametrize(
    ("direction", "expected", "flags"),
    [
        (Direction.FORWARD, "AD", EdgeFlag.ONEWAY),
        (Direction.BACKWARD, "DA", EdgeFlag.ONEWAY | EdgeFlag.REVERSED),
    ],
)
def test_one_way_roads(direction: Direction, expected: str, flags: EdgeFlag) -> None:
    network = build(ROW, {"ABCD": {"direction": direction}})
    assert all_labels(network) == [expected]
    assert network.edges.flags[0] == flags
    assert network.edges.twin[0] == -1
    first = network.shape.line(0)
    assert (first.x_m[0] < first.x_m[-1]) == (direction is Direction.FORWARD)


def test_the_line_of_an_edge_runs_from_node_to_node_and_measures_itself() -> None:
    network = build("    C\n   /\nA-B", {"ABC": {"h_map_m": np.array([1.0, 2.0, 4.0])}})
    there, back = network.shape.line(edge(network, "AC")), network.shape.line(edge(network, "CA"))
    assert there.run_m.tolist() == pytest.approx([0.0, 20.0, 20.0 + np.hypot(20.0, 20.0)])
    assert back.run_m.tolist() == pytest.approx([0.0, np.hypot(20.0, 20.0), 20.0 + np.hypot(20.0, 20.0)])
    assert back.x_m.tolist() == there.x_m[::-1].tolist()
    assert back.h_map_m.tolist() == [4.0, 2.0, 1.0]


def test_attributes_by_direction() -> None:
    attributes = {
        "road_class": RoadClass.PRIMARY,
        "limit_mps": 10.0,
        "limit_back_mps": 20.0,
        "lane_count": 2,
        "lane_count_back": 1,
        "name": "章江路",
        "flags": EdgeFlag.PRIVATE,
    }
    network = build(ROW, {"ABCD": attributes})
    there, back = edge(network, "AD"), edge(network, "DA")
    assert network.edges.limit_mps[[there, back]].tolist() == [10.0, 20.0]
    assert network.edges.lane_count[[there, back]].tolist() == [2, 1]
    assert {network.names[name] for name in network.edges.name} == {"章江路"}
    assert all(network.edges.flags & EdgeFlag.PRIVATE)


def test_a_ring_is_cut_where_roads_leave_it() -> None:
    ring = """
       A---B
       |   |
    E--D---C--F
    """
    network = build(ring, {"ABCDA": {"direction": Direction.FORWARD}, "ED": {}, "CF": {}})
    assert {"AC", "CD", "DA"} <= set(all_labels(network))
    assert network.shape.line(edge(network, "AC")).x_m.size == 3


def test_a_ring_alone_is_one_edge_from_its_node_to_itself() -> None:
    network = build("A-B\n|/\nC", {"ABCA": {"direction": Direction.FORWARD}})
    assert all_labels(network) == ["AA"]


def test_a_road_that_passes_a_node_twice_is_cut_there() -> None:
    network = build("A-B-C\n  |/\n  D", {"ABCDB": {}})
    assert {"AB", "BB"} <= set(all_labels(network))


def test_whole_roads_are_not_cut() -> None:
    network = build(CROSS, {"BCD": {"is_whole": True}, "AC": {}})
    assert all_labels(network) == sorted(["BD", "DB", "AC", "CA"])


def test_points_without_a_position_cut_a_road_and_are_reported() -> None:
    x_m, y_m = line(ROW, "ABCD")
    builder = NetworkBuilder("gap", PLANE)
    x_m[1] = nan
    builder.add_road(RoadDraft(ref=7, x_m=x_m, y_m=y_m, node_refs=np.arange(4)))
    network, report = builder.build()
    assert network.edges.length_m.tolist() == [40.0, 40.0]
    assert [(f.object_kind, f.ref, f.done) for f in report.faults] == [("way", 7, "cut there")]


@pytest.mark.parametrize(
    ("columns", "what"),
    [
        ({"x_m": np.array([0.0])}, "differ in length"),
        ({"x_m": np.array([0.0]), "y_m": np.array([0.0])}, "fewer than two points"),
        ({"x_m": np.array([0.0, nan]), "y_m": np.array([0.0, 1.0])}, "fewer than two points"),
        ({"node_refs": np.arange(3)}, "differ in length"),
        ({"h_map_m": np.zeros(5)}, "differ in length"),
    ],
)
def test_broken_roads_are_reported_by_their_id_and_harm_no_other(columns: dict[str, Any], what: str) -> None:
    builder = builder_of(ROW, {"ABCD": {}})
    builder.add_road(RoadDraft(**{"ref": 99, "x_m": np.array([0.0, 1.0]), "y_m": np.array([5.0, 6.0]), **columns}))
    network, report = builder.build()
    assert all_labels(network) == ["AD", "DA"]
    ((kind, ref, said),) = [(f.object_kind, f.ref, f.what) for f in report.faults]
    assert (kind, ref) == ("way", 99)
    assert what in said


def test_repeated_points_go_and_their_nodes_become_one() -> None:
    builder = NetworkBuilder("twice", PLANE)
    x_m, y_m = np.array([0.0, 10.0, 10.0, 20.0]), np.zeros(4)
    builder.add_road(RoadDraft(ref=1, x_m=x_m, y_m=y_m, node_refs=np.array([1, 2, 3, 4])))
    builder.add_road(RoadDraft(ref=2, x_m=np.array([10.0, 10.0]), y_m=np.array([0.0, 9.0]), node_refs=np.array([3, 5])))
    network, _ = builder.build()
    assert network.edge_count == 6
    assert (network.edges.length_m > 0.0).all()
    assert network.nodes.ref.tolist() == [1, 2, 4, 5]


def test_unnamed_ends_that_are_near_are_one_node() -> None:
    builder = NetworkBuilder("near", PLANE, join_m=1.0)
    builder.add_road(RoadDraft(ref=1, x_m=np.array([0.0, 10.0]), y_m=np.zeros(2)))
    builder.add_road(RoadDraft(ref=2, x_m=np.array([10.4, 20.0]), y_m=np.zeros(2)))
    builder.add_road(RoadDraft(ref=3, x_m=np.array([22.0, 30.0]), y_m=np.zeros(2)))
    network, _ = builder.build()
    assert len(network.nodes) == 5
    assert (network.nodes.ref < 0).all()


def test_named_ends_alone_join_roads() -> None:
    builder = NetworkBuilder("ends", PLANE)
    for ref, ends in ((1, (5, 6)), (2, (6, 7))):
        builder.add_road(RoadDraft(ref=ref, x_m=np.array([0.0, 5.0, 9.0]), y_m=np.zeros(3), ends=ends))
    network, _ = builder.build()
    assert network.nodes.ref.tolist() == [5, 6, 7]


def test_stated_turns_join_the_roads_and_no_others() -> None:
    builder = NetworkBuilder("stated", PLANE, turns_are_stated=True)
    numbers = [
        builder.add_road(
            RoadDraft(
                ref=ref, x_m=np.array([x_m, x_m + 10.0]), y_m=np.zeros(2), is_whole=True, direction=Direction.FORWARD
            )
        )
        for ref, x_m in ((1, 0.0), (2, 10.0), (3, 10.0))
    ]
    builder.follow(numbers[0], numbers[1])
    network, _ = builder.build()
    assert network.next_edges(0).tolist() == [1]
    assert network.next_edges(2).size == 0
    assert network.edges.node_to[0] == network.edges.node_from[1] != network.edges.node_from[2]
    with pytest.raises(ValueError, match="turns_are_stated"):
        NetworkBuilder("found", PLANE).follow(0, 1)


def test_paired_roads_are_twins() -> None:
    builder = NetworkBuilder("pair", PLANE)
    one = RoadDraft(ref=1, x_m=np.array([0.0, 9.0]), y_m=np.zeros(2), is_whole=True, direction=Direction.FORWARD)
    builder.pair(builder.add_road(one), builder.add_road(RoadDraft(**{**_fields(one), "x_m": one.x_m[::-1].copy()})))
    network, _ = builder.build()
    assert network.edges.twin.tolist() == [1, 0]
    assert network.edges.flags.tolist() == [0, 0]


def _fields(draft: RoadDraft) -> dict[str, Any]:
    return {name: getattr(draft, name) for name in draft.__slots__}


def test_junctions_are_where_three_roads_meet_or_as_drafted() -> None:
    network = build(CROSS, {"BCD": {}, "AC": {}})
    assert network.junction_ref.tolist() == [ord("C")]
    builder = builder_of(ROW, {"ABCD": {}})
    builder.add_junction(JunctionDraft(5, node_refs=(ord("A"),), roads=(0,)))
    network, _ = builder.build()
    assert network.junction_ref.tolist() == [5]
    assert network.junction_nodes.of(0).tolist() == [0, 1]


def test_road_side_units_keep_their_place() -> None:
    builder = builder_of(ROW, {"ABCD": {}})
    builder.add_unit(UnitDraft(3, "RSU 3", 1.0, 2.0))
    network, _ = builder.build()
    assert (network.units.ref[0], network.names[network.units.name[0]], network.units.y_m[0]) == (3, "RSU 3", 2.0)


def test_equal_maps_have_equal_digests_and_others_have_not() -> None:
    first, again = build(CROSS, {"BCD": {}, "AC": {}}), build(CROSS, {"BCD": {}, "AC": {}})
    other = build(CROSS, {"BCD": {}, "AC": {"limit_mps": 10.0}})
    assert first.content_digest == again.content_digest != other.content_digest


def test_nothing_makes_an_empty_network() -> None:
    network, report = NetworkBuilder("empty", PLANE).build()
    assert (network.edge_count, report.fault_count) == (0, 0)
    assert labels(network, []) == set()


def test_the_report_counts_all_and_names_the_first() -> None:
    builder = NetworkBuilder("many", PLANE)
    for ref in range(7):
        builder.add_road(RoadDraft(ref=ref, x_m=np.zeros(1), y_m=np.zeros(1)))
    _, report = builder.build()
    assert report.fault_count == 7
    assert report.lines() == ["7 x way: has fewer than two points with a position; left out (0, 1, 2, 3, 4, ...)"]
    assert build_reported(ROW, {"ABCD": {}})[1].lines() == []
