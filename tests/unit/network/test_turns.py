"""Which edge may follow which, and what turn restrictions take away."""

import numpy as np
import pytest

from mapping.network.codes import Direction, RestrictionKind, TurnKind
from mapping.network.drafts import RestrictionDraft
from mapping.network.model import RoadNetwork
from tests.unit.network.drawn import CROSS, Ways, after, build, build_reported, edge, label

WAYS: Ways = {"BC": {}, "CD": {}, "AC": {}, "CE": {}}  # ways 1 to 4
NO, ONLY = RestrictionKind.NO, RestrictionKind.ONLY
LADDER = """
    A---B---C---D
        |   |
    H---G---F---E
"""
STREETS: Ways = {"AB": {}, "BC": {}, "CD": {}, "BG": {}, "CF": {}, "HG": {}, "GF": {}, "FE": {}}  # ways 1 to 8


def sequences(network: RoadNetwork) -> set[str]:
    return {
        "".join(label(network, int(e))[0] for e in network.banned.of(i))
        + label(network, int(network.banned.of(i)[-1]))[1]
        for i in range(len(network.banned))
    }


def test_every_road_that_leaves_a_node_may_follow() -> None:
    network = build(CROSS, WAYS)
    assert after(network, "BC") == {"CD", "CA", "CE"}
    assert after(network, "CD") == set()


def test_kinds_and_angles_of_turns() -> None:
    network = build(CROSS, WAYS)
    bc = edge(network, "BC")
    rows = range(int(network.first_next[bc]), int(network.first_next[bc + 1]))
    names = [label(network, int(network.turns.next_edge[row])) for row in rows]
    kinds = {name: TurnKind(network.turns.next_kind[row]) for name, row in zip(names, rows, strict=True)}
    turns_deg = {n: float(np.degrees(network.turns.next_turn_rad[row])) for n, row in zip(names, rows, strict=True)}
    assert kinds == {"CD": TurnKind.TURN, "CA": TurnKind.TURN, "CE": TurnKind.TURN, "CB": TurnKind.U_TURN}
    assert turns_deg == pytest.approx({"CD": 0.0, "CA": 90.0, "CE": -90.0, "CB": 180.0})


def test_the_only_way_on_is_followed() -> None:
    network = build("A---B---C", {"AB": {}, "BC": {}})
    ab = edge(network, "AB")
    kinds = network.turns.next_kind[network.first_next[ab] : network.first_next[ab + 1]]
    assert sorted(kinds.tolist()) == [TurnKind.FOLLOW, TurnKind.U_TURN]


def test_one_way_roads_are_left_and_entered_one_way_only() -> None:
    network = build(CROSS, {**WAYS, "CD": {"direction": Direction.BACKWARD}})
    assert after(network, "BC") == {"CA", "CE"}
    assert after(network, "DC") == {"CA", "CB", "CE"}


def test_no_left_turn() -> None:
    network = build(CROSS, WAYS, RestrictionDraft(1, NO, road_from=1, road_to=3, via_node=ord("C")))
    assert after(network, "BC") == {"CD", "CE"}
    assert after(network, "DC") == {"CA", "CB", "CE"}


def test_only_straight_on_forbids_all_else_and_turning_back() -> None:
    network = build(CROSS, WAYS, RestrictionDraft(1, ONLY, road_from=1, road_to=2, via_node=ord("C")))
    assert [label(network, n) for n in network.next_edges(edge(network, "BC"))] == ["CD"]


def test_no_u_turn() -> None:
    network = build(CROSS, WAYS, RestrictionDraft(1, NO, road_from=1, road_to=1, via_node=ord("C")))
    assert edge(network, "CB") not in network.next_edges(edge(network, "BC"))
    assert edge(network, "BC") in network.next_edges(edge(network, "CB"))


def test_a_restriction_from_a_road_that_ends_at_the_node_onto_one_that_is_cut_there() -> None:
    network = build(CROSS, {"BCD": {}, "AC": {}}, RestrictionDraft(1, NO, road_from=2, road_to=1, via_node=ord("C")))
    assert after(network, "AC") == {"CB", "CD"}


@pytest.mark.parametrize(
    ("restriction", "what"),
    [
        (RestrictionDraft(77, NO, 1, 9, via_node=ord("C")), "not in the network"),
        (RestrictionDraft(77, NO, 9, 1, via_node=ord("C")), "not in the network"),
        (RestrictionDraft(77, NO, 1, 2, via_node=ord("Z")), "names a node"),
        (RestrictionDraft(77, NO, 1, 2, via_node=ord("B")), "cannot be driven"),
        (RestrictionDraft(77, NO, 1, 2, via_roads=(9,)), "not in the network"),
        (RestrictionDraft(77, NO, 1, 1, via_roads=(2,)), "do not lead into each other"),
    ],
)
def test_restrictions_that_fit_no_road_are_reported(restriction: RestrictionDraft, what: str) -> None:
    network, report = build_reported(CROSS, WAYS, restriction)
    assert after(network, "BC") == {"CD", "CA", "CE"}
    ((kind, ref, said),) = [(f.object_kind, f.ref, f.what) for f in report.faults]
    assert (kind, ref) == ("restriction", 77)
    assert what in said


def test_a_restriction_that_can_mean_two_turns_is_reported() -> None:
    ways: Ways = {"BCD": {}, "ACE": {}}
    _, report = build_reported(CROSS, ways, RestrictionDraft(5, NO, 1, 2, via_node=ord("C")))
    assert [fault.ref for fault in report.faults] == [5]


def test_a_restriction_by_way_of_a_road_bans_the_sequence() -> None:
    network = build(LADDER, STREETS, RestrictionDraft(1, NO, road_from=1, road_to=5, via_roads=(2,)))
    assert sequences(network) == {"ABCF"}
    assert after(network, "AB") == {"BC", "BG"}


def test_a_restriction_by_way_of_two_roads() -> None:
    network = build(LADDER, STREETS, RestrictionDraft(1, NO, road_from=1, road_to=7, via_roads=(2, 5)))
    assert sequences(network) == {"ABCFG"}


def test_no_u_turn_by_way_of_a_link() -> None:
    ways: Ways = {"AB": {}, "BG": {}, "GH": {}}
    network = build(LADDER, ways, RestrictionDraft(1, NO, road_from=1, road_to=3, via_roads=(2,)))
    assert sequences(network) == {"ABGH"}


def test_the_only_way_over_a_road_bans_what_leaves_it_elsewhere() -> None:
    network = build(LADDER, STREETS, RestrictionDraft(1, ONLY, road_from=1, road_to=5, via_roads=(2,)))
    assert sequences(network) == {"ABCD", "ABCB"}
    assert after(network, "AB") == {"BC", "BG"}


def test_a_via_road_of_several_edges() -> None:
    ways: Ways = {"AB": {}, "BCD": {}, "CF": {}, "DE": {}, "EF": {}}
    drawing = """
    A---B---C---D
            |   |
            F---E
    """
    network = build(drawing, ways, RestrictionDraft(1, NO, road_from=1, road_to=4, via_roads=(2,)))
    assert sequences(network) == {"ABCDE"}
