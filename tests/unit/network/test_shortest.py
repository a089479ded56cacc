"""The table of shortest ways against a search that is written down plainly."""

from concurrent.futures import ThreadPoolExecutor
from math import inf

import numpy as np
import pytest
from numpy.typing import NDArray

from mapping.network.codes import Direction, RestrictionKind, TurnKind
from mapping.network.drafts import RestrictionDraft
from mapping.network.model import RoadNetwork
from mapping.network.shortest import PathTable, gaps_between, path_between, shortest_paths, with_closed
from tests.unit.network.drawn import Ways, build, edge, label

LADDER = """
    A---B---C---D
    |   |   |   |
    H---G---F---E
"""
WAYS = {"ABCD": {}, "HGFE": {"direction": Direction.FORWARD}, "AH": {}, "BG": {}, "CF": {}, "DE": {}}


def plain_gaps(network: RoadNetwork, source: int, closed: set[int], u_turn_m: float = inf) -> dict[int, float]:
    """Distances from the end of an edge to the starts of all others, by relaxing until nothing changes."""
    gaps: dict[int, float] = {}
    waiting = [(source, -float(network.edges.length_m[source]))]
    while waiting:
        at, gap_m = waiting.pop()
        for row in range(int(network.first_next[at]), int(network.first_next[at + 1])):
            then = int(network.turns.next_edge[row])
            cost_m = u_turn_m if network.turns.next_kind[row] == TurnKind.U_TURN else 0.0
            next_m = gap_m + float(network.edges.length_m[at]) + cost_m
            if then not in closed and next_m < gaps.get(then, inf):
                gaps[then] = next_m
                waiting.append((then, next_m))
    return gaps


def row_of(table: PathTable, source: int) -> dict[int, float]:
    rows = slice(int(table.begin[source]), int(table.end[source]))
    return dict(zip(table.edge[rows].tolist(), table.gap_m[rows].tolist(), strict=True))


def assert_rows(network: RoadNetwork, table: PathTable, cut_m: float, closed: set[int], u_turn_m: float = inf) -> None:
    for source in range(network.edge_count):
        expected = {e: g for e, g in plain_gaps(network, source, closed, u_turn_m).items() if g <= cut_m}
        assert row_of(table, source) == pytest.approx(expected), label(network, source)


@pytest.fixture(scope="module")
def ladder() -> RoadNetwork:
    return build(LADDER, WAYS)


@pytest.mark.parametrize("cut_m", [0.0, 50.0, 120.0, 1e6])
@pytest.mark.parametrize("u_turn_m", [inf, 0.0, 70.0])
def test_the_table_is_what_a_plain_search_finds(ladder: RoadNetwork, cut_m: float, u_turn_m: float) -> None:
    assert_rows(ladder, shortest_paths(ladder, cut_m, u_turn_m).table, cut_m, set(), u_turn_m)


def test_rows_are_sorted_and_looked_up(ladder: RoadNetwork) -> None:
    table = shortest_paths(ladder).table
    for source in range(ladder.edge_count):
        reached = table.edge[table.begin[source] : table.end[source]]
        assert (np.diff(reached) > 0).all()
    one, other = np.array([edge(ladder, "AB")] * 2, dtype=np.int32), np.array([edge(ladder, "CD"), 0], dtype=np.int32)
    assert gaps_between(table, one, other)[0] == 40.0


def test_turning_back_is_dear_or_never(ladder: RoadNetwork) -> None:
    ab, ba = (np.array([edge(ladder, name)], dtype=np.int32) for name in ("AB", "BA"))
    assert gaps_between(shortest_paths(ladder, u_turn_m=30.0).table, ab, ba)[0] == 30.0
    around_m = gaps_between(shortest_paths(ladder).table, ab, ba)[0]
    assert around_m > 30.0


def test_the_edges_between(ladder: RoadNetwork) -> None:
    table = shortest_paths(ladder).table
    found = path_between(table, edge(ladder, "AB"), edge(ladder, "CD"))
    assert found is not None
    assert [label(ladder, int(e)) for e in found] == ["BC"]
    straight = path_between(table, edge(ladder, "AB"), edge(ladder, "BC"))
    assert straight is not None
    assert straight.size == 0
    assert path_between(shortest_paths(ladder, 10.0).table, edge(ladder, "AB"), edge(ladder, "CD")) is None


def test_restrictions_hold() -> None:
    network = build(LADDER, WAYS, RestrictionDraft(1, RestrictionKind.NO, 4, 1, via_node=ord("B")))
    assert network.edge_count > 0
    restricted = build(LADDER, {"AB": {}, "BC": {}, "BG": {}}, RestrictionDraft(1, RestrictionKind.NO, 3, 2, ord("B")))
    table = shortest_paths(restricted).table
    gb, bc = (np.array([edge(restricted, name)], dtype=np.int32) for name in ("GB", "BC"))
    assert gaps_between(table, gb, bc)[0] == inf
    assert_rows(restricted, table, 2000.0, set())


def test_sequences_that_are_banned_are_not_driven() -> None:
    ways: Ways = {"AB": {}, "BC": {}, "CD": {}, "BG": {}, "CF": {}, "HG": {}, "GF": {}, "FE": {}}
    free = build(LADDER, ways)
    banned = build(LADDER, ways, RestrictionDraft(1, RestrictionKind.NO, road_from=1, road_to=3, via_roads=(2,)))
    for network, expected_m in ((free, 40.0), (banned, inf)):
        table = shortest_paths(network).table
        ab, cd = (np.array([edge(network, name)], dtype=np.int32) for name in ("AB", "CD"))
        # B, G, F, C is a way around, when it is not itself the shorter one that is banned
        gap_m = gaps_between(table, ab, cd)[0]
        assert gap_m == (expected_m if expected_m < inf else 20.0 + 40.0 + 20.0)
        bc = np.array([edge(network, "BC")], dtype=np.int32)
        assert gaps_between(table, bc, cd)[0] == 0.0


@pytest.mark.parametrize("names", [("BC",), ("BC", "CB"), ("FE", "DE"), ("AB", "GF", "CD")])
def test_closed_edges_are_driven_around(ladder: RoadNetwork, names: tuple[str, ...]) -> None:
    paths = shortest_paths(ladder, 500.0)
    before = row_of(paths.table, 0)
    closed: NDArray[np.bool_] = np.zeros(ladder.edge_count, dtype=np.bool_)
    closed[[edge(ladder, name) for name in names]] = True
    patched = with_closed(paths, closed)
    assert_rows(ladder, patched, 500.0, set(np.flatnonzero(closed).tolist()))
    assert row_of(paths.table, 0) == before
    nothing = with_closed(paths, np.zeros(ladder.edge_count, dtype=np.bool_))
    assert_rows(ladder, nothing, 500.0, set())


def test_threads_make_the_same_table(ladder: RoadNetwork, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mapping.network.shortest.BLOCK_ROWS", 3)
    with ThreadPoolExecutor(2) as pool:
        threaded = shortest_paths(ladder, map_calls=pool.map).table
    alone = shortest_paths(ladder).table
    for name in PathTable._fields:
        assert np.array_equal(getattr(threaded, name), getattr(alone, name)), name


def test_a_large_random_network_agrees_with_the_plain_search() -> None:
    rng = np.random.default_rng(3)
    rows = ["    " + "-".join(chr(65 + 5 * r + c) for c in range(5)) for r in range(5)]
    drawing = "\n".join(rows)
    ways: Ways = {}
    for r in range(5):
        for c in range(5):
            here = chr(65 + 5 * r + c)
            if c < 4:
                ways[here + chr(65 + 5 * r + c + 1)] = {"direction": Direction(int(rng.integers(0, 3)))}
            if r < 4:
                ways[here + chr(65 + 5 * (r + 1) + c)] = {"direction": Direction(int(rng.integers(0, 3)))}
    network = build(drawing, ways)
    assert_rows(network, shortest_paths(network, 90.0).table, 90.0, set())
