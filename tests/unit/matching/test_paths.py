"""The table of ways against a plain search over the same edges and turns."""

import heapq
from math import inf

import numpy as np
import pytest

from mapping.matching._route_kernel import Roads
from mapping.matching.mirrors import grid_of_roads, mirrors
from mapping.matching.paths import PathTable, build_paths, find_way, way_length
from mapping.matching.sides import wrong_side
from tests.unit.matching.ascii_roads import RoadMap, road_map

TOWN = """
A----B-->-C----D
|    |    |    |
E----F----G----H
 \\   |   /|    |
  \\  |  / v    |
   \\ | /  |    |
     I----J----K
"""


def plain_ways(roads: Roads, source: int, reach_m: float) -> dict[int, float]:
    """Lengths of the fastest ways from the end of an edge to the starts of others."""

    def turns(edge: int) -> list[tuple[int, float]]:
        span = range(int(roads.first_next[edge]), int(roads.first_next[edge + 1]))
        return [(int(roads.next_edge[k]), float(roads.next_s[k])) for k in span]

    heap = [(s, 0.0, e) for e, s in turns(source)]
    heapq.heapify(heap)
    done: dict[int, float] = {}
    while heap:
        cost_s, run_m, edge = heapq.heappop(heap)
        if edge in done:
            continue
        done[edge] = run_m
        after_m = run_m + float(roads.length_m[edge])
        if after_m <= reach_m:
            for after, s in turns(edge):
                heapq.heappush(heap, (cost_s + float(roads.travel_s[edge]) + s, after_m, after))
    return done


@pytest.fixture(scope="module")
def town() -> RoadMap:
    return road_map(TOWN, step_m=30.0, no=["ABF"])


@pytest.mark.parametrize("reach_m", [100.0, 400.0, 3_000.0])
def test_ways_are_those_of_a_plain_search(town: RoadMap, reach_m: float) -> None:
    table = build_paths(town.network, reach_m=reach_m)
    for source in range(town.network.edge_count):
        wanted = plain_ways(table.roads, source, reach_m)
        for target in range(town.network.edge_count):
            length_m, _ = way_length(table.ways, find_way(table.ways, source, target))
            assert length_m == pytest.approx(wanted.get(target, inf), abs=0.006)


def test_the_reach_shrinks_where_the_table_would_be_too_large(town: RoadMap) -> None:
    assert build_paths(town.network, reach_m=3_000.0, ways_max=100).ways.reach_m < 1_000.0


def test_near_ways_are_the_short_ones(town: RoadMap) -> None:
    table = build_paths(town.network, reach_m=3_000.0)
    assert ways_in(table, near=True) == {k: v for k, v in ways_in(table, near=False).items() if v <= 300.0}


def ways_in(table: PathTable, *, near: bool) -> dict[tuple[int, int], float]:
    """All ways of a table by source and target."""
    ways = table.near if near else table.ways
    found = {}
    for source in range(len(table.roads.length_m)):
        for slot in range(int(ways.first[source]), int(ways.first[source + 1])):
            if ways.entry[slot, 0] >= 0:
                found[source, int(ways.entry[slot, 0])] = (int(ways.entry[slot, 1]) >> 2) / 100.0
    return found


def wrong_edges(m: RoadMap, *, keeps_right: bool = True) -> set[str]:
    mirror = mirrors(m.network)
    wrong = wrong_side(m.network, grid_of_roads(m.network, mirror), mirror, keeps_right=keeps_right)
    return {m.names[int(edge)] for edge in np.flatnonzero(wrong)}


def test_of_two_carriageways_without_directions_the_left_one_is_wrong() -> None:
    m = road_map("""
A-------------------------B
C-------------------------D
""", step_m=12.0, name="Ring")  # fmt: skip
    assert wrong_edges(m) == {"AB", "DC"}
    assert wrong_edges(m, keeps_right=False) == {"BA", "CD"}


def test_carriageways_with_directions_and_lone_roads_are_right() -> None:
    m = road_map("""
A------------>------------B
C------------<------------D

E-------------------------F
""", step_m=12.0, name="Ring")  # fmt: skip
    assert not wrong_edges(m)
