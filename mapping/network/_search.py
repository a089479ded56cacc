"""Shortest ways from one edge to all others within a distance: Dijkstra's algorithm over edges, so that turns count."""

from math import inf
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss._jit import kernel
from mapping.network.codes import TurnKind
from mapping.network.tables import Floats, Ints

U_TURN = int(TurnKind.U_TURN)


class TurnGraph(NamedTuple):
    """What the search walks on: successors of each edge, lengths, sequences that are banned by their last edge."""

    first_next: Ints
    next_edge: Ints
    next_kind: NDArray[np.uint8]
    length_m: Floats
    first_banned: Ints
    banned: Ints
    first_ban: Ints
    ban_edge: Ints


class Scratch(NamedTuple):
    """Of one search at a time: best gap so far and the edge before, by edge; the heap; edges in the order found."""

    gap_m: Floats
    before: Ints
    heap_m: Floats
    heap_edge: Ints
    found: Ints


@kernel
def make_scratch(edges: int, turns: int) -> Scratch:
    """Room for searches in a graph: every turn may enter the heap once."""
    gap_m = np.full(edges, inf)
    before = np.full(edges, -1, dtype=np.int32)
    heap_m, heap_edge = np.empty(turns + 1), np.empty(turns + 1, dtype=np.int32)
    return Scratch(gap_m, before, heap_m, heap_edge, np.empty(edges, dtype=np.int32))


@kernel
def _push(scratch: Scratch, size: int, gap_m: float, edge: int) -> None:
    keys, values = scratch.heap_m, scratch.heap_edge
    child = size
    while child > 0:
        parent = (child - 1) // 2
        if keys[parent] < gap_m or (keys[parent] == gap_m and values[parent] <= edge):
            break
        keys[child], values[child] = keys[parent], values[parent]
        child = parent
    keys[child], values[child] = gap_m, edge


@kernel
def _pop(scratch: Scratch, size: int) -> None:
    """Take the first entry out of a heap of `size` entries."""
    keys, values = scratch.heap_m, scratch.heap_edge
    key, value = keys[size - 1], values[size - 1]
    hole = 0
    while True:
        child = 2 * hole + 1
        if child >= size - 1:
            break
        right = child + 1
        if right < size - 1 and (
            keys[right] < keys[child] or (keys[right] == keys[child] and values[right] < values[child])
        ):
            child = right
        if key < keys[child] or (key == keys[child] and value <= values[child]):
            break
        keys[hole], values[hole] = keys[child], values[child]
        hole = child
    keys[hole], values[hole] = key, value


@kernel
def _is_banned(graph: TurnGraph, before: Ints, source: int, edge: int, then: int) -> bool:
    """Whether the way over `edge` to `then` ends with a banned sequence."""
    for i in range(graph.first_banned[then], graph.first_banned[then + 1]):
        ban = graph.banned[i]
        at, on_way, is_start = graph.first_ban[ban + 1] - 2, edge, False
        while at >= graph.first_ban[ban] and on_way == graph.ban_edge[at]:
            at -= 1
            if is_start:  # what was driven before is not known
                break
            is_start = before[on_way] < 0
            on_way = source if is_start else before[on_way]
        if at < graph.first_ban[ban]:
            return True
    return False


@kernel
def search(
    graph: TurnGraph, source: int, cut_m: float, u_turn_m: float, closed: NDArray[np.bool_], scratch: Scratch
) -> int:
    """Find every edge that is reached within `cut_m` after the end of `source`; gives how many.

    They stand in `scratch.found` by distance, their gaps and predecessors (-1 = follows the source) in
    `scratch.gap_m` and `scratch.before`, until `clear`.
    """
    size, count = 0, 0
    for i in range(graph.first_next[source], graph.first_next[source + 1]):
        then = graph.next_edge[i]
        gap_m = u_turn_m if graph.next_kind[i] == U_TURN else 0.0
        if gap_m <= cut_m and not closed[then] and gap_m < scratch.gap_m[then]:
            scratch.gap_m[then] = gap_m
            _push(scratch, size, gap_m, then)
            size += 1
    while size > 0:
        gap_m, edge = scratch.heap_m[0], scratch.heap_edge[0]
        _pop(scratch, size)
        size -= 1
        if gap_m > scratch.gap_m[edge]:
            continue
        scratch.found[count] = edge
        count += 1
        for i in range(graph.first_next[edge], graph.first_next[edge + 1]):
            then = graph.next_edge[i]
            next_m = gap_m + graph.length_m[edge] + (u_turn_m if graph.next_kind[i] == U_TURN else 0.0)
            if not (next_m <= cut_m and next_m < scratch.gap_m[then]) or closed[then]:
                continue
            if _is_banned(graph, scratch.before, source, edge, then):
                continue
            scratch.gap_m[then], scratch.before[then] = next_m, edge
            _push(scratch, size, next_m, then)
            size += 1
    return count


@kernel
def clear(scratch: Scratch, count: int) -> None:
    """Make the scratch ready for the next search."""
    for i in range(count):
        scratch.gap_m[scratch.found[i]] = inf
        scratch.before[scratch.found[i]] = -1
