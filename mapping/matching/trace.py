"""Whole traces at their best: the same model as online, with every row deciding every other."""

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, leaf_kernel
from mapping.datums.placed import Placed
from mapping.matching._advance_kernel import FAR_M, FAR_RATIO, FAR_TIMES, LOOP_SIGMAS, NS, Numbers, Work, advance
from mapping.matching._layout import OFFSET, ROWS_MIN, Floats, Ints, Longs, Trellis, new_block, trellis_of
from mapping.matching._route_kernel import Search, begin_search, search_from, way_to
from mapping.matching._tell_kernel import TOLD_WIDTH, Told, write_place
from mapping.matching.candidates import distance_m
from mapping.matching.emission import noise_between
from mapping.matching.model import Rules
from mapping.matching.observe import observe
from mapping.matching.online import to_batch
from mapping.matching.paths import find_way
from mapping.matching.result import MatchBatch
from mapping.matching.tables import MatchTables
from mapping.matching.transition import agreement_log, back_log, move_of, step_between
from mapping.matching.viterbi import best_state, smoothed

PLACES: Final = 12
"""Places a row of a whole trace; online has fewer."""

WINDOW: Final = 16
"""Rows by which it is judged how sure a place of a whole trace is."""


@dataclass(frozen=True, slots=True)
class Trace:
    """A trace on the roads.

    `rows` one final row per position. `way` (m,) the edges driven, in order, those between positions included, each
    from `way_start_m` to `way_end_m` (m,) of it; `way_row` (m,) the row that each was driven before or at; `is_joined`
    (m,) whether each follows from the edge before it on the map: it does not at the start, after a time off the road,
    and where the map has a gap.
    """

    rows: MatchBatch
    way: Ints
    way_start_m: Floats
    way_end_m: Floats
    way_row: Ints
    is_joined: NDArray[np.bool_]


class Way(NamedTuple):
    """Room for a way: edges, where each was entered and left, rows, joined, and a buffer."""

    edge: Ints
    start_m: Floats
    end_m: Floats
    row: Ints
    joined: NDArray[np.bool_]
    part: Ints


def match_trace(tables: MatchTables, placed: Placed, *, places: int = PLACES) -> Trace:
    """The best path of one terminal through all its rows.

    Shape: n rows of one terminal in any order (those of one instant in the order they were recorded); the result's
    rows are in the order of the input. Unit: rad, m, ns.
    Frame: `placed` must be in the network's, any other raises `FrameMixedError`. Error: rows with a status,
    without position or date keep it and have no edge.
    """
    rows, status = observe(tables, placed)
    fixes, n = placed.rows, len(placed)
    order = _usable(fixes.t_gpst_ns, status)
    trellis = trellis_of(new_block(max(order.size, ROWS_MIN), places))
    trellis.row[: order.size], trellis.t_ns[: order.size] = rows[order], fixes.t_gpst_ns[order]
    work, rules, numbers = tables.new_work(places), tables.model.rules(), tables.numbers
    _run(numbers, rules, trellis, order.size, work)
    state, share = np.full(order.size, -1, np.int32), np.zeros((order.size, places))
    _trace_back(trellis, state, share, work.fresh, np.zeros(order.size + 1, np.int32))
    told = _told(n, fixes.slot, fixes.t_gpst_ns, status)
    _write(trellis, order, state, share, told)
    way = _way_of(numbers, rules, trellis, state, work)
    rows_of_way = order[way.row] if way.row.size else way.row
    return Trace(to_batch(tables, told, n), way.edge, way.start_m, way.end_m, rows_of_way, way.joined)


def _usable(t_ns: Longs, status: NDArray[np.uint8]) -> Ints:
    """Rows that can be used, in order of time; those of one instant stay in their order."""
    order = np.argsort(t_ns, kind="stable").astype(np.int32)
    usable: Ints = order[status[order] == 0]
    return usable


def _told(n: int, slot: Ints, t_ns: Longs, status: NDArray[np.uint8]) -> Told:
    edges = np.full((2, n), -1, np.int32)
    number = np.full((n, TOLD_WIDTH), np.nan)
    return Told(slot.copy(), t_ns.copy(), edges[0], edges[1], number, np.ones(n, np.bool_), status.copy())


@leaf_kernel
def _run(numbers: Numbers, rules: Rules, trellis: Trellis, n: int, work: Work) -> None:
    p = -1
    for q in range(n):
        if p >= 0 and (trellis.t_ns[q] - trellis.t_ns[p]) * NS > rules.gap_s_max:
            p = -1
        advance(numbers, rules, trellis, p, q, work)
        if trellis.used[q] > 0:
            p = q


@leaf_kernel
def _trace_back(trellis: Trellis, state: Ints, share: Floats, probability: Floats, rows: Ints) -> None:
    """The best place of every row, part by part; rows beside the trellis get -1. And how sure each is."""
    end, last = -1, -1
    for q in range(len(state) - 1, -1, -1):
        if trellis.used[q] == 0:
            continue
        if end < 0:
            end, last = 0, best_state(trellis.score[q], trellis.used[q])
        state[q] = last
        last = trellis.back[q, last]
        if trellis.back[q, 0] < 0:
            end = -1
    for q in range(len(state)):
        if trellis.used[q] > 0:
            n = _window(trellis, q, rows)
            count = trellis.used[rows[n - 1]]
            smoothed(trellis.score, trellis.back, rows, n, count, probability, share[q])


@leaf_kernel
def _window(trellis: Trellis, q: int, rows: Ints) -> int:
    """The rows of one part from row q on, at most `WINDOW`."""
    rows[0], n = q, 1
    for r in range(q + 1, len(trellis.used)):
        if trellis.used[r] == 0:
            continue
        if trellis.back[r, 0] < 0 or n >= WINDOW:
            break
        rows[n] = r
        n += 1
    return n


@leaf_kernel
def _write(trellis: Trellis, order: Ints, state: Ints, share: Floats, told: Told) -> None:
    for q in range(len(state)):
        second = -1
        for j in range(trellis.used[q]):
            is_other = j != state[q] and trellis.edge[q, j] >= 0 and share[q, j] > 0.0
            if is_other and (second < 0 or share[q, j] > share[q, second]):
                second = j
        write_place(trellis, q, state[q], second, share[q], told, order[q])


def _way_of(numbers: Numbers, rules: Rules, trellis: Trellis, state: Ints, work: Work) -> Way:
    room, part = max(64, 4 * state.size), np.empty(len(numbers.roads.length_m), np.int32)
    while True:
        edge, row = np.empty(room, np.int32), np.empty(room, np.int32)
        way = Way(edge, np.empty(room), np.empty(room), row, np.empty(room, np.bool_), part)
        n = _drive(numbers, rules, trellis, state, work, way)
        if n <= room:
            return Way(edge[:n], way.start_m[:n], way.end_m[:n], row[:n], way.joined[:n], part)
        room = n


@leaf_kernel
def _drive(numbers: Numbers, rules: Rules, trellis: Trellis, state: Ints, work: Work, way: Way) -> int:
    """The edges driven, in order; how many there are, which may be more than there is room for."""
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
            part = 0 if goes_on else _part(numbers, rules, trellis, state, before, q, work.search, way.part)
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
    turns_round = part == 1 and way.part[0] == numbers.grid.mirror[way.edge[n - 1]]
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
    if b == numbers.grid.mirror[a]:
        return 1
    n = way_between(numbers, a, b, seen_m, search, part)
    if n < 1:
        return 0 if a == b else -1
    way_m = numbers.roads.length_m[a] + on_m
    for k in range(n - 1):
        way_m += numbers.roads.length_m[part[k]]
    if a == b and back_log(-on_m, move.back_m, rules.tail_dof) >= agreement_log(way_m, move, rules):
        return 0
    return n if agreement_log(way_m, move, rules) > -2.0 * rules.jump_cost else -1


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
        entry = find_way(numbers.ways, current, b)
        if entry < 0:
            return 0
        current = numbers.ways.via[entry]
        part[n] = current
        n += 1
        if current == b:
            return n
    return 0
