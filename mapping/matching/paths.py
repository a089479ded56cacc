"""How far it is from each edge to all near it, as a table: bounded, with turns as the network allows them.

For each edge a small hash table of the edges that can be reached from its end. A closure of edges gives another table
in which only the rows are searched anew that reach them; what was there before is untouched.
"""

from dataclasses import dataclass
from math import inf
from typing import Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, leaf_kernel
from mapping.matching._route_kernel import (
    TURN_S,
    U_TURN_KIND,
    U_TURN_S,
    Floats,
    Ints,
    Roads,
    new_search,
    ways_from,
)
from mapping.matching.bans import States, split_edges
from mapping.network.codes import RoadClass
from mapping.network.model import RoadNetwork

REACH_M: Final = 1_000.0
"""Ways of at most this length are in the table, unless that would be more than `WAYS_MAX`; longer ones are searched."""

WAYS_MAX: Final = 8_000_000
"""Ways in a table, 24 bytes each."""

DECIMALS: Final = 2
"""Of the seconds by which ways compete: of ways that are equal but for the last digits of coordinates, the one over the
first edges is taken, whatever plane the network is in."""

NEAR_M: Final = 300.0
"""Ways of at most this length are in a smaller table too, which the processor's cache holds."""

SAMPLE: Final = 64
_HASH: Final = 0x9E3779B1

SPEED_MPS: Final = {
    RoadClass.MOTORWAY: 30.0, RoadClass.TRUNK: 25.0, RoadClass.PRIMARY: 20.0, RoadClass.SECONDARY: 17.0,
    RoadClass.TERTIARY: 14.0, RoadClass.UNCLASSIFIED: 12.0, RoadClass.RESIDENTIAL: 9.0, RoadClass.LIVING_STREET: 4.0,
    RoadClass.SERVICE: 5.0, RoadClass.TRACK: 4.0, RoadClass.SCENIC: 6.0, RoadClass.BUSWAY: 12.0,
}  # fmt: skip
"""What is driven where no limit is stated, so that ways compete; m/s."""
SPEED_OTHER_MPS: Final = 12.0
SPEED_MPS_MIN: Final = 1.0


class Ways(NamedTuple):
    """The table as kernels take it: row e is `entry[first[e] : first[e + 1]]`, a power of two long.

    An entry is (edge, code), edge -1 = empty; `via` the edge after the source. Ways up to `reach_m` are in it.
    """

    first: NDArray[np.int64]
    entry: Ints
    via: Ints
    reach_m: float


@dataclass(frozen=True, slots=True)
class PathTable:
    """The roads and the table of ways on them. What they call an edge is a state of one (see `bans`)."""

    states: States
    roads: Roads
    ways: Ways
    near: Ways

    def closing(self, edges: Ints) -> Self:
        """The same with other edges closed (those only): rows that lead through them are searched anew.

        Shape: (n,) edges of the network. To be called on the table in which nothing is closed. Raises ValueError where
        it is not.
        """
        if self.roads.closed.any():
            raise ValueError("edges are closed on the table of the open network")
        closed, edges = np.zeros(len(self.roads.closed), np.uint8), self.states.of(edges)
        closed[edges] = 1
        roads = self.roads._replace(closed=closed)
        first, entry, via = self.ways.first, self.ways.entry.copy(), self.ways.via.copy()
        touched = np.searchsorted(first, np.flatnonzero(np.isin(entry[:, 0], edges)), "right") - 1
        sources = np.unique(touched).astype(np.int32)
        n_of = np.zeros(sources.size, np.int32)
        found = ways_from(roads, new_search(closed.size, roads.next_edge.size), sources, self.ways.reach_m, n_of)
        _place(first, sources, n_of, *found, entry, via)
        ways = self.ways._replace(entry=entry, via=via)
        return type(self)(self.states, roads, ways, nearer(ways, self.near.reach_m))


def build_paths(network: RoadNetwork, *, reach_m: float = REACH_M, ways_max: int = WAYS_MAX) -> PathTable:
    """The table of a network.

    Shape: as `Ways` says. Unit: m. Error: ways are the fastest by limits and classes, their lengths to 5 mm; the reach
    shrinks where the table would exceed `ways_max`.
    """
    states = split_edges(network)
    roads = roads_of(network, states)
    edges = len(roads.length_m)
    search = new_search(edges, len(roads.next_edge))
    sample = np.unique(np.linspace(0, max(edges - 1, 0), min(SAMPLE, edges)).astype(np.int32))
    while True:
        n_of = np.zeros(sample.size, np.int32)
        ways_from(roads, search, sample, reach_m, n_of)
        if not edges or n_of.mean() * edges <= ways_max or reach_m < 1.0:
            break
        reach_m /= 1.5
    n_of, sources = np.zeros(edges, np.int32), np.arange(edges, dtype=np.int32)
    found = ways_from(roads, search, sources, reach_m, n_of)
    ways = _table(n_of, *found, reach_m)
    return PathTable(states, roads, ways, nearer(ways, min(NEAR_M, reach_m)))


def _table(n_of: Ints, target: Ints, code: Ints, via: Ints, reach_m: float) -> Ways:
    """A table of ways that stand source after source."""
    sizes = 1 << np.ceil(np.log2(np.maximum(1.5 * n_of, 1.0) + 1.0)).astype(np.int64)
    first = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    entry, out_via = np.full((int(first[-1]), 2), -1, np.int32), np.full(int(first[-1]), -1, np.int32)
    _place(first, np.arange(n_of.size, dtype=np.int32), n_of, target, code, via, entry, out_via)
    return Ways(first, entry, out_via, reach_m)


def nearer(ways: Ways, reach_m: float) -> Ways:
    """The ways of a table that are at most so long.

    Shape: as `Ways` says. Unit: m.
    """
    is_near = (ways.entry[:, 0] >= 0) & (ways.entry[:, 1] >> 2 <= reach_m * 100.0)
    kept = np.flatnonzero(is_near)
    n_of = np.diff(np.searchsorted(kept, ways.first)).astype(np.int32)
    return _table(n_of, ways.entry[kept, 0].copy(), ways.entry[kept, 1].copy(), ways.via[kept], reach_m)


def roads_of(network: RoadNetwork, states: States) -> Roads:
    """What ways are made of, from a network; nothing is closed.

    Shape: arrays by state and by turn. Unit: m, s.
    """
    edges, turns = network.edges, network.turns
    by_class = np.full(256, SPEED_OTHER_MPS)
    for road_class, speed_mps in SPEED_MPS.items():
        by_class[road_class] = speed_mps
    limit = edges.limit_mps.astype(np.float64)
    speed = np.where(np.isfinite(limit), np.maximum(limit, SPEED_MPS_MIN), by_class[edges.road_class])
    back = turns.next_kind[states.next_turn] == U_TURN_KIND
    turn_rad = turns.next_turn_rad[states.next_turn].astype(np.float64)
    angle = np.minimum(np.abs(turn_rad) / (np.pi / 2), 2.0)
    next_s: Floats = np.where(back, U_TURN_S, TURN_S * np.nan_to_num(angle)).astype(np.float64)
    travel_s = np.maximum(np.round(edges.length_m / speed, DECIMALS), 10.0**-DECIMALS)
    return Roads(
        edges.length_m[states.edge], travel_s[states.edge], states.first_next, states.next_state,
        np.round(next_s, DECIMALS), back.astype(np.uint8), np.zeros(len(states), np.uint8),
    )  # fmt: skip


@leaf_kernel
def _place(
    first: NDArray[np.int64], sources: Ints, n_of: Ints, target: Ints, code: Ints, via: Ints, entry: Ints, out_via: Ints
) -> None:
    """Put ways into the rows of their sources, which are emptied before. A row that is full takes no more."""
    k = 0
    for s in range(len(sources)):
        begin, end = first[sources[s]], first[sources[s] + 1]
        for slot in range(begin, end):
            entry[slot, 0] = -1
        for way in range(k, k + min(np.int64(n_of[s]), end - begin - 1)):
            slot = begin + _slot(target[way], end - begin)
            while entry[slot, 0] >= 0:
                slot = slot + 1 if slot + 1 < end else begin
            entry[slot, 0], entry[slot, 1], out_via[slot] = target[way], code[way], via[way]
        k += n_of[s]


@inline_kernel
def _slot(edge: int, size: int) -> int:
    return int(((np.int64(edge) * _HASH) >> 12) & (size - 1))


@inline_kernel
def find_way(ways: Ways, source: int, target: int) -> int:
    """The entry of the way from the end of one edge to the start of another, -1 = none within reach.

    Shape: scalars. Unit: dimensionless.
    """
    begin, end = ways.first[source], ways.first[source + 1]
    slot = begin + _slot(target, end - begin)
    while ways.entry[slot, 0] >= 0:
        if ways.entry[slot, 0] == target:
            return int(slot)
        slot = slot + 1 if slot + 1 < end else begin
    return -1


@inline_kernel
def way_length(ways: Ways, slot: int) -> tuple[float, int]:
    """Length of the way of an entry, and how often it turns round; inf for entry -1.

    Shape: scalars. Unit: m. Error: 5 mm.
    """
    if slot < 0:
        return inf, 0
    code = ways.entry[slot, 1]
    return (code >> 2) * 0.01, code & 3
