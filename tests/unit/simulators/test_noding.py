"""From drawn lines to a network: crossings split, stumps go, levels stay apart."""

import numpy as np
import pytest
from shapely import LineString, Point

from simulators.world.model import RoadClass, Street
from simulators.world.noding import (
    cut_line,
    ends_of,
    insert_node,
    merge_short,
    node_at,
    node_streets,
    prune,
    strongly_connected,
)


def street(*points: tuple[float, float], road_class: RoadClass = RoadClass.TERTIARY, oneway: bool = False) -> Street:
    return Street(LineString(points), road_class, oneway=oneway)


def total(streets: list[Street]) -> float:
    return float(sum(s.line.length for s in streets))


def test_a_crossing_becomes_four_arms_of_the_right_classes() -> None:
    main = street((-100, 0), (100, 0), road_class=RoadClass.PRIMARY)
    side = street((0, -100), (0, 100))
    noded = node_streets([side, main])
    assert len(noded) == 4
    assert sum((0.0, 0.0) in ends_of(s) for s in noded) == 4
    assert sorted(s.road_class for s in noded) == ["primary", "primary", "tertiary", "tertiary"]


def test_where_streets_lie_on_each_other_the_higher_class_stays() -> None:
    noded = node_streets([street((0, 0), (200, 0)), street((0, 0), (200, 0), road_class=RoadClass.SECONDARY)])
    assert [s.road_class for s in noded] == [RoadClass.SECONDARY]


def test_pieces_keep_the_direction_of_their_street() -> None:
    noded = node_streets([street((100, 0), (-100, 0), oneway=True), street((0, -100), (0, 100))])
    assert all(s.line.coords[0][0] > s.line.coords[-1][0] for s in noded if s.is_oneway)


def test_junctions_that_almost_coincide_become_one() -> None:
    streets = [street((-200, 0), (0, 0)), street((0, 0), (9, 0)), street((9, 0), (200, 0)), street((9, 0), (9, 200))]
    merged = merge_short(streets)
    assert len(merged) == 3
    nodes = [node for s in merged for node in ends_of(s)]
    assert len(set(nodes)) == 4


def test_blind_ends_go_unless_they_may_end_there() -> None:
    square = [
        street((0, 0), (300, 0)),
        street((300, 0), (300, 300)),
        street((300, 300), (0, 300)),
        street((0, 300), (0, 0)),
    ]
    stub, exit_road = street((300, 0), (400, 0)), street((0, 0), (-100, 0))
    kept = prune([*square, stub, exit_road], lambda node: node[0] < 0)
    assert stub not in kept
    assert exit_road in kept
    assert total(kept) == total(square) + 100.0


def test_a_node_is_put_into_the_nearest_street_or_its_near_end() -> None:
    streets = [street((0, 0), (200, 0)), street((0, 50), (200, 50))]
    assert insert_node(streets, Point(100, 8), lambda s: True) == (100.0, 0.0)
    assert len(streets) == 3
    assert insert_node(streets, Point(5, 45), lambda s: True) == (0.0, 50.0)
    assert len(streets) == 3


@pytest.mark.parametrize("marks", [[], [10.0], [10.0, 60.0, 61.5], [99.99]])
def test_cut_pieces_meet_and_lose_nothing(marks: list[float]) -> None:
    line = LineString([(0, 0), (30, 0), (30, 40), (60, 40)])
    pieces = cut_line(line, marks)
    assert len(pieces) == len(marks) + 1
    for piece, following, mark in zip(pieces, pieces[1:], marks, strict=False):
        assert piece.coords[-1] == following.coords[0] == node_at(line, mark)
    assert np.isclose(sum(piece.length for piece in pieces), line.length, atol=0.02)


def test_a_oneway_trap_is_not_part_of_the_network() -> None:
    loop = [street((0, 0), (300, 0)), street((300, 0), (300, 300)), street((300, 300), (0, 0))]
    trap = street((0, 0), (-300, 0), oneway=True)
    assert strongly_connected([*loop, trap]) == loop
