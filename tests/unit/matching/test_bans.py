"""Restrictions over several roads: what they forbid cannot be matched, all else can."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, pairwise

import numpy as np
import pytest

from mapping.matching.bans import split_edges
from mapping.matching.online import match_end, match_step
from mapping.matching.paths import build_paths, find_way, way_length
from mapping.matching.result import MatchBatch
from mapping.matching.state import MatchState
from mapping.matching.trace import Trace, match_trace
from mapping.network.model import RoadNetwork
from mapping.network.tables import Lists
from tests.unit.matching.ascii_roads import Floats, RoadMap, placed, road_map

BRIDGE = """
A-----B-----C-----D
      |     |
      |     |
      E-----F
"""
FREE = road_map(BRIDGE, step_m=20.0)
BANNED = road_map(BRIDGE, step_m=20.0, no=["ABCD"])


def way(roads: RoadMap, trace: Trace) -> str:
    """The edges of a trace by their letters; a comma where two are not joined."""
    names = [roads.names[int(edge)] for edge in trace.way]
    return "".join(("" if joined else ",") + name for name, joined in zip(names, trace.is_joined, strict=True))


def driven(roads: RoadMap, xy: Floats, dt_s: float) -> str:
    return way(roads, match_trace(roads.tables(), placed(xy, dt_s=dt_s)))


def ends(nodes: str) -> Floats:
    """Two positions: in the middle of the first and of the last road of a path."""
    corner = np.array([FREE.at[node] for node in nodes])
    return np.array([corner[:2].mean(axis=0), corner[-2:].mean(axis=0)])


def test_the_importer_knows_the_restriction_as_a_sequence() -> None:
    assert len(FREE.network.banned) == 0
    assert [BANNED.names[int(edge)] for edge in BANNED.network.banned.of(0)] == ["AB", "BC", "CD"]


@pytest.mark.parametrize(("roads", "length_m"), [(FREE, 120.0), (BANNED, 60.0 + 120.0 + 60.0)])
def test_the_table_leads_around(roads: RoadMap, length_m: float) -> None:
    ways = build_paths(roads.network).ways
    found_m, backs = way_length(ways, find_way(ways, roads.edges["AB"], roads.edges["CD"]))
    assert found_m == pytest.approx(length_m)
    assert backs == 0


@pytest.mark.parametrize(("roads", "expected"), [(FREE, ",ABBCCD"), (BANNED, ",ABBEEFFCCD")])
def test_sparse_positions_are_linked_by_a_way_that_is_allowed(roads: RoadMap, expected: str) -> None:
    assert driven(roads, ends("ABCD"), 40.0) == expected


@pytest.mark.parametrize("nodes", ["EBCD", "ABCF", "ABEFCD", "DCBA"])
def test_other_ways_over_the_same_roads_stay_open(nodes: str) -> None:
    xy = FREE.path(nodes)
    assert driven(BANNED, xy, 1.0) == driven(FREE, xy, 1.0)
    assert driven(BANNED, xy, 1.0) == "," + "".join(a + b for a, b in pairwise(nodes))


def test_who_begins_on_the_road_in_between_may_turn() -> None:
    xy = FREE.path("BCD")
    assert driven(BANNED, xy[2:], 1.0) == ",BCCD"


def test_what_is_forbidden_is_never_one_way() -> None:
    xy = FREE.path("ABCD")
    assert driven(FREE, xy, 1.0) == ",ABBCCD"
    assert "ABBCCD" not in driven(BANNED, xy, 1.0)


def online(roads: RoadMap, xy: Floats, dt_s: float) -> MatchBatch:
    tables, state = roads.tables(), MatchState.for_slots(1)
    state, _ = match_step(state, tables, placed(xy, dt_s=dt_s))
    return match_end(state, tables)[1]


def test_online_takes_the_road_that_may_be_driven() -> None:
    """Positions halfway between two roads, of which one may not be entered."""
    between = np.array(FREE.at["C"]) + np.array([[8.0, -8.0], [14.0, -14.0]])
    xy = np.concatenate([FREE.path("ABC", speed_mps=20.0)[:-1], between])
    for roads, expected in ((road_map(BRIDGE, step_m=20.0, no=["ABCF"]), "CD"), (BANNED, "CF")):
        rows = online(roads, xy, 1.0)
        assert roads.names[int(rows.edge[-1])] == expected
        assert rows.edge.max() < roads.network.edge_count


def test_states_of_one_edge_are_told_as_one_edge() -> None:
    xy, bc = FREE.path("BC", speed_mps=20.0)[1:-1], BANNED.edges["BC"]
    for rows in (online(BANNED, xy, 1.0), match_trace(BANNED.tables(), placed(xy)).rows):
        assert rows.edge.tolist() == [bc] * len(xy)
        assert bc not in rows.edge_2nd.tolist()
    free = online(FREE, xy, 1.0)
    assert online(BANNED, xy, 1.0).confidence == pytest.approx(free.confidence, abs=0.05)


def test_a_closed_edge_is_closed_in_every_state() -> None:
    tables = BANNED.tables()
    closed = tables.with_closed([BANNED.edges["BC"]])
    assert closed.closed.tolist() == [BANNED.edges["BC"]]
    ab, cf = BANNED.edges["AB"], BANNED.edges["CF"]
    assert way_length(tables.paths.ways, find_way(tables.paths.ways, ab, cf))[0] == pytest.approx(120.0)
    assert way_length(closed.paths.ways, find_way(closed.paths.ways, ab, cf))[0] > 120.0


def walks(network: RoadNetwork, edges_max: int) -> Iterator[tuple[int, ...]]:
    """All ways over so many edges by the turns alone."""
    waiting: list[tuple[int, ...]] = [(edge,) for edge in range(network.edge_count)]
    while waiting:
        walk = waiting.pop()
        yield walk
        if len(walk) < edges_max:
            waiting += [(*walk, int(edge)) for edge in network.next_edges(walk[-1])]


def test_states_allow_exactly_what_is_not_banned() -> None:
    """Sequences that overlap, begin within each other and share roads."""
    by_name = FREE.edges
    banned = ["AB BC CD", "BC CF FE EB", "EB BC CF", "AB BC CF FE", "FC CB BE EF", "CB BE EF FC"]
    sequences = [[by_name[name] for name in sequence.split()] for sequence in banned]
    first = np.cumsum([0, *map(len, sequences)]).astype(np.int32)
    network = replace(FREE.network, banned=Lists(first, np.array(list(chain(*sequences)), np.int32)))
    states = split_edges(network)
    forbidden = {tuple(sequence) for sequence in sequences}
    seen = [0, 0]
    for walk in walks(network, 6):
        state = walk[0]
        for edge in walk[1:]:
            span = slice(int(states.first_next[state]), int(states.first_next[state + 1])) if state >= 0 else slice(0)
            after = [int(s) for s in states.next_state[span] if states.edge[s] == edge]
            assert len(after) <= 1
            state = after[0] if after else -1
        parts = {walk[i:j] for i in range(len(walk)) for j in range(i + 3, len(walk) + 1)}
        assert (state >= 0) == forbidden.isdisjoint(parts)
        seen[state >= 0] += 1
    assert min(seen) > 10


def test_without_such_restrictions_there_is_one_state_an_edge() -> None:
    states = split_edges(FREE.network)
    assert states.edge.tolist() == list(range(FREE.network.edge_count))
    assert states.next_state.tolist() == FREE.network.turns.next_edge.tolist()
