"""The fastest ways over edges and allowed turns: Dijkstra's algorithm, bounded by length."""

from math import inf
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss._jit import kernel, leaf_kernel

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Bytes = NDArray[np.uint8]

U_TURN_KIND: Final = 2
U_TURN_S: Final = 60.0
"""How long turning round takes, when ways compete."""

TURN_S: Final = 2.0
"""How long a turn through a right angle takes, when ways compete."""

ALL: Final = 1 << 30
"""More targets than there are: the search goes on to its bound."""


class Roads(NamedTuple):
    """What ways are made of: by edge its length and the time it takes, the turns after it, and whether it is closed."""

    length_m: Floats
    travel_s: Floats
    first_next: Ints
    next_edge: Ints
    next_s: Floats
    next_back: Bytes
    closed: Bytes


class Search(NamedTuple):
    """Room for one search; what it found is valid where `stamp` is the `run` of the search.

    By edge, at its start: `cost_s`, `run_m` from the end of the source, `backs` turnings round, `parent` the edge
    before, `first` the edge after the source. `settled` lists the edges reached, nearest in time first. `target` is
    set to `run` by who wants those edges only.
    """

    cost_s: Floats
    run_m: Floats
    backs: Ints
    parent: Ints
    first: Ints
    stamp: NDArray[np.int64]
    target: NDArray[np.int64]
    settled: Ints
    done: NDArray[np.int64]
    heap_s: Floats
    heap_edge: Ints
    run: NDArray[np.int64]


def new_search(edges: int, turns: int) -> Search:
    """Room for searches in a network of so many edges and turns.

    Shape: arrays by edge; the heap has room for every turn. Unit: s, m.
    """
    backs, parent, first, settled = np.empty((4, edges), np.int32)
    stamp, target, done = np.zeros((3, edges), np.int64)
    cost_s, run_m = np.empty((2, edges))
    heap_s, heap_edge, run = np.empty(turns + 1), np.empty(turns + 1, np.int32), np.zeros(1, np.int64)
    return Search(cost_s, run_m, backs, parent, first, stamp, target, settled, done, heap_s, heap_edge, run)


@leaf_kernel
def _push(search: Search, n: int, cost_s: float, edge: int) -> int:
    at = n
    while at > 0:
        above = (at - 1) >> 1
        if search.heap_s[above] <= cost_s:
            break
        search.heap_s[at], search.heap_edge[at] = search.heap_s[above], search.heap_edge[above]
        at = above
    search.heap_s[at], search.heap_edge[at] = cost_s, edge
    return n + 1


@leaf_kernel
def _pop(search: Search, n: int) -> int:
    """Remove the first entry, whose values the caller has read."""
    n -= 1
    cost_s, edge, at = search.heap_s[n], search.heap_edge[n], 0
    while True:
        below = 2 * at + 1
        if below >= n:
            break
        if below + 1 < n and search.heap_s[below + 1] < search.heap_s[below]:
            below += 1
        if search.heap_s[below] >= cost_s:
            break
        search.heap_s[at], search.heap_edge[at] = search.heap_s[below], search.heap_edge[below]
        at = below
    search.heap_s[at], search.heap_edge[at] = cost_s, edge
    return n


@leaf_kernel
def _leave(roads: Roads, search: Search, n: int, edge: int, is_source: bool, reach_m: float) -> int:
    """Put what may follow an edge on the heap, where it is reached in less time than before."""
    run = search.run[0]
    cost_s = 0.0 if is_source else search.cost_s[edge] + roads.travel_s[edge]
    run_m = 0.0 if is_source else search.run_m[edge] + roads.length_m[edge]
    if run_m > reach_m:
        return n
    for turn in range(roads.first_next[edge], roads.first_next[edge + 1]):
        after = roads.next_edge[turn]
        after_s = cost_s + roads.next_s[turn]
        seen = search.stamp[after] == run
        if roads.closed[after] or (seen and (search.done[after] == run or search.cost_s[after] <= after_s)):
            continue
        search.stamp[after], search.cost_s[after], search.run_m[after] = run, after_s, run_m
        search.backs[after] = (0 if is_source else search.backs[edge]) + roads.next_back[turn]
        search.parent[after] = edge
        search.first[after] = after if is_source else search.first[edge]
        n = _push(search, n, after_s, after)
    return n


@leaf_kernel
def search_from(roads: Roads, search: Search, source: int, reach_m: float, targets: int) -> int:
    """Fastest ways from the end of an edge to the starts of others; how many were reached.

    Shape: scalars. Unit: m. `reach_m` bounds the length of the way; the search ends when `targets` edges marked in
    `search.target` were reached (`ALL`: none is). An edge is entered at most once; the source itself may be reached
    again by a loop.
    """
    run = search.run[0]
    n, found = _leave(roads, search, 0, source, True, reach_m), 0
    while n > 0 and targets > 0:
        cost_s, edge = search.heap_s[0], search.heap_edge[0]
        n = _pop(search, n)
        if search.done[edge] == run or cost_s > search.cost_s[edge]:
            continue
        search.done[edge] = run
        search.settled[found] = edge
        found += 1
        targets -= search.target[edge] == run
        n = _leave(roads, search, n, edge, False, reach_m)
    return found


@leaf_kernel
def begin_search(search: Search) -> None:
    """Forget the search before; targets are marked after this.

    Shape: none. Unit: dimensionless.
    """
    search.run[0] += 1


@leaf_kernel
def way_to(search: Search, source: int, edge: int, way: Ints) -> int:
    """The edges of the way that the last search found, from the one after the source up to `edge`; how many.

    Shape: out `way` (>= the number of edges,), in driving order. Unit: dimensionless. 0 where it was not reached.
    """
    if search.done[edge] != search.run[0]:
        return 0
    n, current = 0, edge
    while n < len(way):
        way[n] = current
        n += 1
        current = search.parent[current]
        if current == source and search.first[edge] == way[n - 1]:
            break
    for k in range(n // 2):
        way[k], way[n - 1 - k] = way[n - 1 - k], way[k]
    return n


@kernel
def ways_from(roads: Roads, search: Search, sources: Ints, reach_m: float, n_of: Ints) -> tuple[Ints, Ints, Ints]:
    """All ways from several edges: targets, codes (see `code_of`) and the first edges, source after source.

    Shape: `sources` (n,), out `n_of` (n,) how many each has; gives three (sum of `n_of`,). Unit: m.
    """
    room, n = 1024, 0
    target, code, first = np.empty(room, np.int32), np.empty(room, np.int32), np.empty(room, np.int32)
    for s in range(len(sources)):
        begin_search(search)
        found = search_from(roads, search, sources[s], reach_m, ALL)
        if n + found > room:
            room = 2 * (n + found)
            target, code, first = _grown(target, n, room), _grown(code, n, room), _grown(first, n, room)
        for k in range(found):
            edge = search.settled[k]
            target[n + k], first[n + k] = edge, search.first[edge]
            code[n + k] = code_of(search.run_m[edge], search.backs[edge])
        n_of[s] = found
        n += found
    return target[:n], code[:n], first[:n]


@kernel
def _grown(values: Ints, n: int, room: int) -> Ints:
    grown = np.empty(room, np.int32)
    grown[:n] = values[:n]
    return grown


@leaf_kernel
def code_of(run_m: float, backs: int) -> int:
    """Length and turnings round of a way in one number: whole centimetres times 4, plus up to 3.

    Shape: scalars. Unit: m. Error: 5 mm.
    """
    return int(min(np.int64(run_m * 100.0 + 0.5), np.int64(500_000_000)) * 4 + min(backs, 3))


NOWHERE: Final = inf
"""Length of a way that does not exist."""
