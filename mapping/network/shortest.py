"""The table of shortest ways between edges up to a distance: a lookup instead of a search, for every pair of places.

A row of the table lists the edges that are reached within `cut_m` after the end of an edge, with the gap: metres from
the end of the one to the start of the other. Turn restrictions hold; of those by way of other roads the search sees
what its best way to the last road but one has driven. Edges that are closed at present change only the rows that are
near them: `with_closed` patches a table in milliseconds and leaves the one it was made from as it is.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import inf
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss._jit import kernel
from mapping.network._search import TurnGraph, clear, make_scratch, search
from mapping.network.model import RoadNetwork, lists_by
from mapping.network.tables import Floats, Ints

CUT_M: Final = 2_000.0
BLOCK_ROWS: Final = 512
NOT_FOUND: Final = -1
Longs = NDArray[np.int64]
Rows = tuple[Longs, Ints, NDArray[np.float32], Ints]
MapCalls = Callable[[Callable[[Ints], Rows], Iterable[Ints]], Iterable[Rows]]
"""How blocks of rows are computed: `map`, or that of a pool of threads (the kernels hold no lock)."""


class PathTable(NamedTuple):
    """The table as kernels take it.

    | name | dtype | shape | unit | meaning |
    |---|---|---|---|---|
    | begin, end | i8 | E | | where the row of each edge begins and ends |
    | edge | i4 | rows | | edges that are reached, ascending within a row |
    | gap_m | f4 | rows | m | from the end of the row's edge to the start of `edge` |
    | before | i4 | rows | | the edge driven before `edge`, -1 = it follows the row's edge itself |
    """

    begin: Longs
    end: Longs
    edge: Ints
    gap_m: NDArray[np.float32]
    before: Ints


@dataclass(frozen=True, slots=True)
class ShortestPaths:
    """A table, and what is needed to patch it."""

    table: PathTable
    graph: TurnGraph
    cut_m: float
    u_turn_m: float


def turn_graph(network: RoadNetwork) -> TurnGraph:
    """What the search walks on.

    Shape: see `TurnGraph`. Unit: m.
    """
    banned = network.banned
    last = banned.value[banned.first[1:] - 1] if len(banned) else np.empty(0, dtype=np.int32)
    by_last = lists_by(last, network.edge_count)
    turns = network.turns
    return TurnGraph(
        network.first_next,
        turns.next_edge,
        turns.next_kind,
        network.edges.length_m,
        by_last.first,
        by_last.value,
        banned.first,
        banned.value,
    )


def shortest_paths(
    network: RoadNetwork, cut_m: float = CUT_M, u_turn_m: float = inf, map_calls: MapCalls = map
) -> ShortestPaths:
    """The table of a network.

    Shape: a row an edge. Unit: m; `u_turn_m` is what turning back costs on top, inf = never. Error: none; the same
    table whatever `map_calls` does.
    """
    graph = turn_graph(network)
    closed = np.zeros(network.edge_count, dtype=np.bool_)
    sources = np.arange(network.edge_count, dtype=np.int32)
    counts, edge, gap_m, before = _rows(graph, sources, (cut_m, u_turn_m), closed, map_calls)
    end = np.cumsum(counts)
    return ShortestPaths(PathTable(end - counts, end, edge, gap_m, before), graph, cut_m, u_turn_m)


def with_closed(paths: ShortestPaths, closed: NDArray[np.bool_], map_calls: MapCalls = map) -> PathTable:
    """The table while some edges are closed: nobody drives onto them; who is on one may leave it.

    Shape: `closed` (E,). Unit: m. Error: none. Only rows from which a closed edge is reached are computed anew; the
    table in `paths` stays as it is, so that reopening is taking that one again, or a patch with fewer closed edges.
    """
    table = paths.table
    hit = np.flatnonzero(closed[table.edge])
    row_of_entry = np.searchsorted(table.end, hit, side="right")
    sources = np.unique(row_of_entry).astype(np.int32)
    counts, edge, gap_m, before = _rows(paths.graph, sources, (paths.cut_m, paths.u_turn_m), closed, map_calls)
    begin, end = table.begin.copy(), table.end.copy()
    end[sources] = table.edge.size + np.cumsum(counts)
    begin[sources] = end[sources] - counts
    parts: list[tuple[Any, Any]] = [(table.edge, edge), (table.gap_m, gap_m), (table.before, before)]
    return PathTable(begin, end, *(np.concatenate(pair) for pair in parts))


def _rows(
    graph: TurnGraph, sources: Ints, limits_m: tuple[float, float], closed: NDArray[np.bool_], map_calls: MapCalls
) -> Rows:
    """Rows of some edges, one after the other."""

    def block(some: Ints) -> Rows:
        return _search_rows(graph, some, limits_m[0], limits_m[1], closed)

    blocks = [sources[i : i + BLOCK_ROWS] for i in range(0, sources.size, BLOCK_ROWS)]
    parts = list(map_calls(block, blocks))
    if not parts:
        none = np.empty(0, dtype=np.int32)
        return np.empty(0, dtype=np.int64), none, np.empty(0, dtype=np.float32), none
    counts, edge, gap_m, before = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    return counts, edge, gap_m, before


@kernel
def _search_rows(
    graph: TurnGraph, sources: Ints, cut_m: float, u_turn_m: float, closed: NDArray[np.bool_]
) -> tuple[Longs, Ints, NDArray[np.float32], Ints]:
    scratch = make_scratch(graph.length_m.size, graph.next_edge.size)
    counts = np.empty(sources.size, dtype=np.int64)
    edge, before = np.empty(1024, dtype=np.int32), np.empty(1024, dtype=np.int32)
    gap_m = np.empty(1024, dtype=np.float32)
    size = 0
    for row in range(sources.size):
        count = search(graph, sources[row], cut_m, u_turn_m, closed, scratch)
        while size + count > edge.size:
            edge, before = np.concatenate((edge, edge)), np.concatenate((before, before))
            gap_m = np.concatenate((gap_m, gap_m))
        reached = np.sort(scratch.found[:count])
        for i in range(count):
            edge[size + i], before[size + i] = reached[i], scratch.before[reached[i]]
            gap_m[size + i] = scratch.gap_m[reached[i]]
        counts[row] = count
        size += count
        clear(scratch, count)
    return counts, edge[:size].copy(), gap_m[:size].copy(), before[:size].copy()


@kernel
def entry_of(table: PathTable, edge: int, then: int) -> int:
    """The entry of a pair of edges, -1 where the one is not reached from the other within the cut; for kernels."""
    low, high = table.begin[edge], table.end[edge]
    while low < high:
        middle = (low + high) // 2
        if table.edge[middle] < then:
            low = middle + 1
        else:
            high = middle
    return low if low < table.end[edge] and table.edge[low] == then else NOT_FOUND


@kernel
def gap_between(table: PathTable, edge: int, then: int) -> float:
    """Metres from the end of an edge to the start of another, inf beyond the cut; for kernels.

    Shape: scalars. Unit: m. Error: 1e-4 m (the table is float32).
    """
    entry = entry_of(table, edge, then)
    return inf if entry < 0 else float(table.gap_m[entry])


@kernel
def _path(table: PathTable, edge: int, then: int, out: Ints) -> int:
    """Edges between two, both left out, last first; gives their number, -1 where there is no way."""
    count, at = 0, then
    while True:
        entry = entry_of(table, edge, at)
        if entry < 0:
            return -1
        at = table.before[entry]
        if at < 0 or count == out.size:
            return count
        out[count] = at
        count += 1


def path_between(table: PathTable, edge: int, then: int, edges_max: int = 4096) -> Ints | None:
    """The edges driven between two edges, both left out; None where there is no way within the cut.

    Shape: (n,).
    """
    out = np.empty(edges_max, dtype=np.int32)
    count = _path(table, edge, then, out)
    return None if count < 0 else out[:count][::-1].copy()


@kernel
def _gaps(table: PathTable, edge: Ints, then: Ints, out: Floats) -> None:
    for row in range(edge.size):
        out[row] = gap_between(table, edge[row], then[row])


def gaps_between(table: PathTable, edge: Ints, then: Ints) -> Floats:
    """Metres from the end of each edge to the start of each other.

    Shape: (n,). Unit: m. Error: inf beyond the cut; 1e-4 m.
    """
    out = np.empty(edge.size)
    _gaps(table, edge, then, out)
    return out
