"""One row of the trellis after another: places, links, scores, and the slow error on the best way to each place."""

from math import inf, isnan, log, pi
from typing import Final, NamedTuple

import numpy as np

from gnss._jit import inline_kernel, leaf_kernel
from mapping.matching._layout import HX, OFF_ROAD, OFFSET, PLACE_WIDTH, STATIC, Floats, Ints, Trellis
from mapping.matching._route_kernel import Roads, Search, begin_search, new_search, search_from
from mapping.matching.candidates import EdgeNumbers, Found, distance_m, find_places, new_found
from mapping.matching.emission import Noise, carry_error, noise_between, residual_log
from mapping.matching.grid import Grid
from mapping.matching.model import Rules
from mapping.matching.paths import Ways, find_way, way_length
from mapping.matching.transition import (
    Step,
    agreement_log,
    loop_log,
    move_of,
    on_edge_log,
    speed_log,
    step_between,
)
from mapping.matching.viterbi import best_state, relax

NS: Final = 1e-9
FAR_RATIO: Final = 0.6
"""Positions farther apart than this part of the table's reach are linked by a search instead of the table."""

FAR_M: Final = 600.0
FAR_TIMES: Final = 1.6
"""A search goes this much farther than the straight distance."""

NEAR_RATIO: Final = 0.4
"""Positions nearer than this part of the near table's reach are linked by it."""

NEAR_S: Final = 6.0
"""So are only rows that follow soon."""

LOOP_SIGMAS: Final = 2.0
"""Farther back on an edge, a vehicle may also have driven once round."""

HOPELESS: Final = 14.0
"""Places whose score lies so far below the best of their row are dropped."""


class Numbers(NamedTuple):
    """A network as the kernels of matching take it; `near` holds the short ones of `ways`, which stay in cache."""

    grid: Grid
    roads: Roads
    ways: Ways
    near: Ways
    edges: EdgeNumbers


class Work(NamedTuple):
    """Room for one row: places found, links, scores without a past, new scores and links, and searches."""

    found: Found
    weight: Floats
    fresh: Floats
    best: Floats
    back: Ints
    nowhere: Floats
    search: Search


def new_work(places: int, edges: int, turns: int) -> Work:
    """Room for rows of so many places in a network of so many edges and turns.

    Shape: (places,) and (places, places). Unit: dimensionless.
    """
    return Work(
        new_found(), np.zeros((places, places)), np.zeros(places), np.zeros(places), np.zeros(places, np.int32),
        np.zeros(PLACE_WIDTH), new_search(edges, turns),
    )  # fmt: skip


@inline_kernel
def advance(numbers: Numbers, rules: Rules, trellis: Trellis, p: int, q: int, work: Work) -> None:
    """Fill in row q of the trellis after row p (-1 = none): `trellis.row[q]` and `t_ns[q]` are given.

    Shape: scalars. Unit: m, ns. A row near no road gets no places (`used` 0) and stands beside the trellis: the next
    row follows the one before it.
    """
    m = find_places(numbers.grid, numbers.edges, rules, trellis, q, work.found)
    if m == 1:
        trellis.used[q] = 0
        return
    blank = noise_between(trellis.row[q], trellis.row[q], -1.0, rules)
    for j in range(m - 1):
        place = trellis.place[q, j]
        work.fresh[j] = residual_log(place, work.nowhere, blank, rules.tail_dof) + place[STATIC]
    work.fresh[m - 1] = _off_road_log(trellis.row[q], blank)
    if p < 0:
        _begin(rules, trellis, q, m, blank, work)
        return
    age_s = (trellis.t_ns[q] - trellis.t_ns[p]) * NS
    noise = noise_between(trellis.row[q], trellis.row[p], age_s, rules)
    step = step_between(trellis.row[q], trellis.row[p], age_s, distance_m(trellis, p, q), noise, rules)
    _weigh(numbers, rules, trellis, p, q, step, work)
    relax(trellis.score[p], work.weight, trellis.used[p], m, work.best, work.back)
    _settle(rules, trellis, p, q, noise, blank, work)


@inline_kernel
def _off_road_log(row: Floats, blank: Noise) -> float:
    """What a position off the road scores besides its costs, on the scale of those on it."""
    course = 0.0 if isnan(row[HX]) else -log(2.0 * pi)
    return course - 0.5 * log(0.5 * (blank.cxx + blank.cyy + blank.qxx + blank.qyy))


@inline_kernel
def _begin(rules: Rules, trellis: Trellis, q: int, m: int, blank: Noise, work: Work) -> None:
    for j in range(m):
        work.best[j], work.back[j] = work.fresh[j], -1
    work.best[m - 1] -= rules.off_road_cost
    _settle(rules, trellis, -1, q, blank, blank, work)


@inline_kernel
def _weigh(numbers: Numbers, rules: Rules, trellis: Trellis, p: int, q: int, step: Step, work: Work) -> None:
    """The weights of all links from row p to row q, among them a jump from the best place of row p to each.

    The best place comes first: links of others that cannot be better than its are not looked at, they get -inf.
    """
    n, m = trellis.used[p], trellis.used[q]
    is_far = step.seen_m > FAR_RATIO * numbers.ways.reach_m
    is_near = step.seen_m < NEAR_RATIO * numbers.near.reach_m and step.age_s < NEAR_S
    ways = numbers.near if is_near else numbers.ways
    top = best_state(trellis.score[p], n)
    for j in range(m):
        work.best[j] = work.fresh[j] - rules.jump_cost if j < m - 1 else -inf
    for k in range(n):
        i = top if k == 0 else (k - 1 if k <= top else k)
        edge, score = trellis.edge[p, i], trellis.score[p, i]
        if is_far and edge >= 0:
            _search_all(numbers.roads, work.search, trellis, q, edge, FAR_TIMES * step.seen_m + FAR_M)
        for j in range(m):
            weight = work.best[j] if k == 0 else -inf
            if j == m - 1 or score + trellis.place[q, j, STATIC] + step.cap > work.best[j]:
                weight = max(weight, _link(numbers, ways, rules, trellis, p, q, i, j, step, is_far, work))
            work.weight[i, j], work.best[j] = weight, max(work.best[j], score + weight)


@leaf_kernel
def _search_all(roads: Roads, search: Search, trellis: Trellis, q: int, source: int, reach_m: float) -> None:
    """Search ways from the end of an edge to all edges of row q."""
    begin_search(search)
    run, targets = search.run[0], 0
    for j in range(trellis.used[q] - 1):
        edge = trellis.edge[q, j]
        targets += search.target[edge] != run
        search.target[edge] = run
    search_from(roads, search, source, reach_m, targets)


@inline_kernel
def _link(
    numbers: Numbers, ways: Ways, rules: Rules, trellis: Trellis, p: int, q: int, i: int, j: int, step: Step,
    is_far: bool, work: Work,
) -> float:  # fmt: skip
    """The weight of the link between two places: the way and what the new row says of its place."""
    edge, after = trellis.edge[p, i], trellis.edge[q, j]
    if after == OFF_ROAD:
        return float(work.fresh[j] - step.off_cost - (rules.off_road_cost if edge >= 0 else 0.0))
    if edge == OFF_ROAD:
        return float(work.fresh[j] - rules.on_road_cost)
    place, before = trellis.place[q, j], trellis.place[p, i]
    way = _way_log(numbers, ways, rules, trellis, p, q, edge, after, place, before, step, is_far, work.search)
    if way == -inf:
        return -inf
    return float(way + residual_log(place, before, step.noise, rules.tail_dof) + place[STATIC])


@inline_kernel
def _way_log(
    numbers: Numbers, ways: Ways, rules: Rules, trellis: Trellis, p: int, q: int, edge: int, after: int,
    place: Floats, before: Floats, step: Step, is_far: bool, search: Search,
) -> float:  # fmt: skip
    """How probable the way from one place on the road to another is."""
    length_m = numbers.edges.length_m[edge]
    move = move_of(step, max(numbers.edges.usual_mps[edge], numbers.edges.usual_mps[after]))
    on_m, rest_m, backs = place[OFFSET] - before[OFFSET], length_m - before[OFFSET], 0
    if after == edge:
        way_m = abs(on_m)
        if on_m > -LOOP_SIGMAS * move.back_m:
            way_log = on_edge_log(on_m, move, rules)
        else:
            loop_m, backs = _between(ways, edge, edge, is_far, search)
            way_log, backs = loop_log(on_m, length_m + loop_m, move, rules), 0
    elif after == numbers.grid.mirror[edge]:
        way_m, backs = abs(rest_m - place[OFFSET]), 1
        way_log = agreement_log(way_m, move, rules)
    else:
        between_m, backs = _between(ways, edge, after, is_far, search)
        way_m = rest_m + between_m + place[OFFSET]
        way_log = agreement_log(way_m, move, rules)
    if way_log == -inf:
        return way_log
    way_log += speed_log(way_m, step.age_s, trellis.row[q], trellis.row[p], step.sigma_m, rules)
    return way_log - backs * rules.u_turn_cost


@inline_kernel
def _between(ways: Ways, edge: int, after: int, is_far: bool, search: Search) -> tuple[float, int]:
    """Length of the way from the end of one edge to the start of another, and how often it turns round."""
    if is_far:
        if search.done[after] != search.run[0]:
            return inf, 0
        return search.run_m[after], search.backs[after]
    return way_length(ways, find_way(ways, edge, after))


@inline_kernel
def _settle(rules: Rules, trellis: Trellis, p: int, q: int, noise: Noise, blank: Noise, work: Work) -> None:
    """Scores and links of row q, the best score 0; hopeless places are dropped, the one off the road stays last."""
    m, kept = trellis.used[q], 0
    top = work.best[best_state(work.best, m)]
    for j in range(m):
        if work.best[j] - top < -HOPELESS and j < m - 1:
            continue
        i, place = work.back[j], trellis.place[q, j]
        if j < m - 1:
            is_new = p < 0 or trellis.edge[p, i] == OFF_ROAD or work.weight[i, j] == work.fresh[j] - rules.jump_cost
            if is_new:
                carry_error(place, work.nowhere, blank, rules.tail_dof)
            else:
                carry_error(place, trellis.place[p, i], noise, rules.tail_dof)
        for column in range(PLACE_WIDTH):
            trellis.place[q, kept, column] = place[column]
        trellis.edge[q, kept], trellis.back[q, kept] = trellis.edge[q, j], i
        trellis.score[q, kept] = work.best[j] - top
        kept += 1
    trellis.used[q] = kept
