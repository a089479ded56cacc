"""Edges that are found again in another network: by number, by place, or not at all."""

import numpy as np

from mapping.network.codes import Direction
from mapping.network.marks import edge_marks, find_edges
from tests.unit.network.drawn import CROSS, build, edge, labels

TOWN = """
    X---Y
        |
        A
        |
    B---C---D
        |
        E
"""
"""The cross and a road to the north of it, which comes first."""


def test_edges_of_the_same_network_are_themselves() -> None:
    network = build(CROSS, {"BCD": {}, "ACE": {}})
    every = np.arange(network.edge_count)
    assert find_edges(network, every.tolist(), edge_marks(network, every.tolist())).tolist() == every.tolist()


def test_edges_have_other_numbers_in_another_network() -> None:
    old, new = build(CROSS, {"BCD": {}, "ACE": {}}), build(TOWN, {"XYA": {}, "ACE": {}, "BCD": {}})
    wanted = [edge(old, name) for name in ("BC", "CB", "CD", "EC")]
    found = find_edges(new, wanted, edge_marks(old, wanted))
    assert [labels(new, [each]) for each in found] == [{"BC"}, {"CB"}, {"CD"}, {"EC"}]


def test_a_road_that_is_driven_one_way_now_has_no_way_back() -> None:
    old = build(CROSS, {"BCD": {}, "ACE": {}})
    new = build(TOWN, {"XYA": {}, "ACE": {}, "BCD": {"direction": Direction.FORWARD}})
    wanted = [edge(old, "CB"), edge(old, "BC")]
    assert find_edges(new, wanted, edge_marks(old, wanted)).tolist() == [-1, edge(new, "BC")]


def test_a_road_that_was_moved_is_another() -> None:
    old, new = build(CROSS, {"BCD": {}, "AC": {}}), build(CROSS.replace("    A", "   A"), {"BCD": {}, "AC": {}})
    wanted = [edge(old, "AC"), edge(old, "BC")]
    assert find_edges(new, wanted, edge_marks(old, wanted)).tolist() == [-1, edge(new, "BC")]
    assert find_edges(new, [10**6], edge_marks(old, wanted[:1])).tolist() == [-1]
