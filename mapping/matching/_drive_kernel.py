"""The edges that the best path of a trace drives, in order, those between its positions included."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, leaf_kernel
from mapping.matching._layout import OFFSET, Floats, Ints, Trellis
from mapping.matching._link_kernel import FAR_M, FAR_RATIO, FAR_TIMES, LOOP_SIGMAS
from mapping.matching._numbers import NS, Numbers
from mapping.matching._route_kernel import Search, begin_search, search_from, way_to
from mapping.matching.candidates import distance_m
from mapping.matching.emission import noise_between
from mapping.matching.model import Rules
from mapping.matching.paths import find_way
from mapping.matching.transition import agreement_log, back_log, move_of, step_between


class Way(NamedTuple):
    """Room for a way: edges, where each was entered and left, rows, joined, and a buffer."""

    edge: Ints
    start_m: Floats
    end_m: Floats
    row: Ints
    joined: NDArray[np.bool_]
    part: Ints


def new_way(room: int, edges: int) -> Way:
    """Room for a way of so many edges, in a network of `edges`.

    Shape: as `Way` says. Unit: m.
    """
    edge, row = np.empty((2, room), np.int32)
    start_m, end_m = np.empty((2, room))
    return Way(edge, start_m, end_m, row, np.empty(room, np.bool_), np.empty(edges, np.int32))


@leaf_kernel
def drive(numbers: Numbers, rules: Rules, trellis: Trellis, state: Ints, search: Search, way: Way) -> int:
    """The edges driven, in order; how many there are, which may be more than there is room for.

    Shape: `state` (n,) the best place of each row, -1 = beside the trellis; out `way`. Unit: m.
    """
    n, before, last_m = 0, -1, 0.0
    for q in range(len(state)):
        if state[q] < 0:
            continue
        edge = trellis.edge[q, state[q]]
        if edge < 0 or trellis.back[q, 0] < 0:
            before = -1
        if edge < 0:
            continue
        part = -1
        if before >= 0:
            goes_on = edge == trellis.edge[before, state[before]] and _offset(trellis, state, q) >= last_m
            part = 0 if goes_on else _part(numbers, rules, trellis, state, before, q, search, way.part)
        if part < 0:
            way.part[0] = edge
        if n + abs(part) <= len(way.edge):
            _append(numbers, way, n, part, q, _offset(trellis, state, q))
        n, before, last_m = n + abs(part), q, _offset(trellis, state, q)
    return n


@inline_kernel
def _offset(trellis: Trellis, state: Ints, q: int) -> float:
    """How far along its edge the best place of a row is."""
    return float(trellis.place[q, state[q], OFFSET])


@inline_kernel
def _append(numbers: Numbers, way: Way, n: int, part: int, q: int, offset_m: float) -> None:
    """Write down the edges of a part, and how far the last of them was driven; a part of 0 is more of the same edge."""
    length_m = numbers.roads.length_m
    turns_round = part == 1 and way.part[0] == numbers.edges.mirror[way.edge[n - 1]]
    if part > 0 and not turns_round:
        way.end_m[n - 1] = length_m[way.edge[n - 1]]
    for k in range(abs(part)):
        at, edge = n + k, way.part[k]
        way.edge[at], way.row[at], way.joined[at] = edge, q, part > 0
        way.start_m[at], way.end_m[at] = 0.0, length_m[edge]
    last = n + abs(part) - 1
    if part < 0:
        way.start_m[last] = offset_m
    elif turns_round:
        way.start_m[last] = min(length_m[way.edge[last]] - way.end_m[last - 1], offset_m)
    way.end_m[last] = max(offset_m, way.end_m[last]) if part == 0 else offset_m


@leaf_kernel
def _part(
    numbers: Numbers, rules: Rules, trellis: Trellis, state: Ints, p: int, q: int, search: Search, part: Ints
) -> int:
    """The edges between two places, the last included, the first not; how many, or -1 where no way leads."""
    a, b = trellis.edge[p, state[p]], trellis.edge[q, state[q]]
    seen_m = distance_m(trellis, p, q)
    age_s = (trellis.t_ns[q] - trellis.t_ns[p]) * NS
    noise = noise_between(trellis.row[q], trellis.row[p], age_s, rules)
    step = step_between(trellis.row[q], trellis.row[p], age_s, seen_m, noise, rules)
    move = move_of(step, max(numbers.edges.usual_mps[a], numbers.edges.usual_mps[b]))
    on_m = trellis.place[q, state[q], OFFSET] - trellis.place[p, state[p], OFFSET]
    if a == b and on_m > -LOOP_SIGMAS * move.back_m:
        return 0
    part[0] = b
    if b == numbers.edges.mirror[a]:
        return 1
    n = way_between(numbers, a, b, seen_m, search, part)
    if n < 1:
        return 0 if a == b else -1
    way_m = numbers.roads.length_m[a] + on_m
    for k in range(n - 1):
        way_m += numbers.roads.length_m[part[k]]
    if a == b and back_log(-on_m, move.back_m, rules.tail_dof) >= agreement_log(way_m, step, move, rules):
        return 0
    return n if agreement_log(way_m, step, move, rules) > -2.0 * rules.jump_cost else -1


@leaf_kernel
def way_between(numbers: Numbers, a: int, b: int, seen_m: float, search: Search, part: Ints) -> int:
    """The edges of the fastest way from the end of one edge through another, in order; how many, 0 = there is none.

    Shape: out `part` (edges,). Unit: m. Where positions are far apart it is searched, otherwise looked up.
    """
    if seen_m > FAR_RATIO * numbers.ways.reach_m:
        begin_search(search)
        search.target[b] = search.run[0]
        search_from(numbers.roads, search, a, FAR_TIMES * seen_m + FAR_M, 1)
        return way_to(search, a, b, part)
    current, n = a, 0
    while n < len(part):
        ways, entry = numbers.near, find_way(numbers.near, current, b)
        if entry < 0:
            ways, entry = numbers.ways, find_way(numbers.ways, current, b)
        if entry < 0:
            return 0
        current = ways.via[entry]
        part[n] = current
        n += 1
        if current == b:
            return n
    return 0
