"""One row of the trellis after another: places, links, scores, and the slow error on the best way to each place."""

from math import inf, isnan, log, pi
from typing import Final, NamedTuple

import numpy as np

from gnss._jit import leaf_kernel
from mapping.matching._layout import HX, OFF_ROAD, OFFSET, PLACE_WIDTH, STATIC, Floats, Ints, Trellis
from mapping.matching._route_kernel import Roads, Search, begin_search, new_search, search_from
from mapping.matching.candidates import EdgeNumbers, Found, distance_m, find_places, new_found
from mapping.matching.emission import Noise, carry_error, noise_between, residual_log
from mapping.matching.grid import Grid
from mapping.matching.model import Rules
from mapping.matching.paths import Ways, find_way, way_length
from mapping.matching.transition import Move, agreement_log, along_sigma_m, move_between, same_edge_log, speed_log
from mapping.matching.viterbi import best_state, relax

NS: Final = 1e-9
FAR_RATIO: Final = 0.6
"""Positions farther apart than this part of the table's reach are linked by a search instead of the table."""

FAR_M: Final = 600.0
FAR_TIMES: Final = 1.6
"""A search goes this much farther than the straight distance."""

HOPELESS: Final = 24.0
"""Places whose score lies so far below the best of their row are dropped."""


class Numbers(NamedTuple):
    """A network as the kernels of matching take it."""

    grid: Grid
    roads: Roads
    ways: Ways
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


class Step(NamedTuple):
    """What is between two rows: seconds, metres between the positions, how well known, and what errors did."""

    age_s: float
    seen_m: float
    sigma_m: float
    noise: Noise


def new_work(places: int, edges: int, turns: int) -> Work:
    """Room for rows of so many places in a network of so many edges and turns.

    Shape: (places,) and (places, places). Unit: dimensionless.
    """
    return Work(
        new_found(), np.zeros((places, places)), np.zeros(places), np.zeros(places), np.zeros(places, np.int32),
        np.zeros(PLACE_WIDTH), new_search(edges, turns),
    )  # fmt: skip


@leaf_kernel
def advance(numbers: Numbers, rules: Rules, trellis: Trellis, p: int, q: int, work: Work) -> None:
    """Fill in row q of the trellis after row p (-1 = none): `trellis.row[q]` and `t_ns[q]` are given.

    Shape: scalars. Unit: m, ns. A row near no road gets no places (`count` 0) and stands beside the trellis: the next
    row follows the one before it.
    """
    m = find_places(numbers.grid, numbers.edges, rules, trellis, q, work.found)
    if m == 1:
        trellis.count[q] = 0
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
    sigma_m = along_sigma_m(trellis.row[q], trellis.row[p], age_s, rules)
    step = Step(age_s, distance_m(trellis, p, q), sigma_m, noise)
    _weigh(numbers, rules, trellis, p, q, step, work)
    relax(trellis.score[p], work.weight, trellis.count[p], m, work.best, work.back)
    _settle(rules, trellis, p, q, noise, blank, work)


@leaf_kernel
def _off_road_log(row: Floats, blank: Noise) -> float:
    """What a position off the road scores besides its costs, on the scale of those on it."""
    course = 0.0 if isnan(row[HX]) else -log(2.0 * pi)
    return course - 0.5 * log(0.5 * (blank.cxx + blank.cyy + blank.qxx + blank.qyy))


@leaf_kernel
def _begin(rules: Rules, trellis: Trellis, q: int, m: int, blank: Noise, work: Work) -> None:
    for j in range(m):
        work.best[j], work.back[j] = work.fresh[j], -1
    work.best[m - 1] -= rules.off_road_cost
    _settle(rules, trellis, -1, q, blank, blank, work)


@leaf_kernel
def _weigh(numbers: Numbers, rules: Rules, trellis: Trellis, p: int, q: int, step: Step, work: Work) -> None:
    """The weights of all links from row p to row q, among them a jump from the best place of row p to each."""
    n, m = trellis.count[p], trellis.count[q]
    is_far = step.seen_m > FAR_RATIO * numbers.ways.reach_m
    top = best_state(trellis.score[p], n)
    for i in range(n):
        edge = trellis.edge[p, i]
        if is_far and edge >= 0:
            _search_all(numbers.roads, work.search, trellis, q, edge, FAR_TIMES * step.seen_m + FAR_M)
        for j in range(m):
            work.weight[i, j] = _link(numbers, rules, trellis, p, q, i, j, step, is_far, work)
    for j in range(m - 1):
        jump = work.fresh[j] - rules.jump_cost
        work.weight[top, j] = max(work.weight[top, j], jump)


@leaf_kernel
def _search_all(roads: Roads, search: Search, trellis: Trellis, q: int, source: int, reach_m: float) -> None:
    """Search ways from the end of an edge to all edges of row q."""
    begin_search(search)
    run, targets = search.run[0], 0
    for j in range(trellis.count[q] - 1):
        edge = trellis.edge[q, j]
        targets += search.target[edge] != run
        search.target[edge] = run
    search_from(roads, search, source, reach_m, targets)


@leaf_kernel
def _link(
    numbers: Numbers, rules: Rules, trellis: Trellis, p: int, q: int, i: int, j: int, step: Step, is_far: bool,
    work: Work,
) -> float:  # fmt: skip
    """The weight of the link between two places: the way and what the new row says of its place."""
    edge, after = trellis.edge[p, i], trellis.edge[q, j]
    if after == OFF_ROAD:
        part = min(1.0, step.seen_m / (4.0 * step.sigma_m))
        moving = rules.off_moving_cost + rules.off_moving_cost_per_s * step.age_s
        stay = rules.off_resting_cost + part * (moving - rules.off_resting_cost)
        return work.fresh[j] - stay - (rules.off_road_cost if edge >= 0 else 0.0)
    if edge == OFF_ROAD:
        return work.fresh[j] - rules.on_road_cost
    place, before = trellis.place[q, j], trellis.place[p, i]
    way = _way_log(numbers, rules, trellis, p, q, edge, after, place, before, step, is_far, work.search)
    if way == -inf:
        return -inf
    return way + residual_log(place, before, step.noise, rules.tail_dof) + place[STATIC]


@leaf_kernel
def _way_log(
    numbers: Numbers, rules: Rules, trellis: Trellis, p: int, q: int, edge: int, after: int, place: Floats,
    before: Floats, step: Step, is_far: bool, search: Search,
) -> float:  # fmt: skip
    """How probable the way from one place on the road to another is."""
    rest_m = numbers.roads.length_m[edge] - before[OFFSET]
    between_m, backs = _between(numbers, edge, after, is_far, search)
    way_m = rest_m + between_m + place[OFFSET]
    move = edge_move(numbers.roads, rules, trellis, p, q, edge, after, step.age_s, step.seen_m, step.sigma_m)
    if after == edge:
        way_log = same_edge_log(place, before, rest_m + between_m + before[OFFSET], move, rules)
        way_m, backs = abs(place[OFFSET] - before[OFFSET]), 0
    else:
        if after == numbers.grid.mirror[edge]:
            way_m, backs = abs(rest_m - place[OFFSET]), 1
        way_log = agreement_log(way_m, move, rules)
    if way_log == -inf:
        return way_log
    way_log += speed_log(way_m, step.age_s, trellis.row[q], trellis.row[p], step.sigma_m, rules)
    return way_log - backs * rules.u_turn_cost


@leaf_kernel
def edge_move(
    roads: Roads, rules: Rules, trellis: Trellis, p: int, q: int, edge: int, after: int, age_s: float, seen_m: float,
    sigma_m: float,
) -> Move:  # fmt: skip
    """The move between two rows from one edge to another.

    Shape: scalars. Unit: m, s.
    """
    road_mps = max(roads.length_m[edge] / roads.travel_s[edge], roads.length_m[after] / roads.travel_s[after])
    return move_between(trellis.row[q], trellis.row[p], age_s, seen_m, sigma_m, road_mps, rules)


@leaf_kernel
def _between(numbers: Numbers, edge: int, after: int, is_far: bool, search: Search) -> tuple[float, int]:
    """Length of the way from the end of one edge to the start of another, and how often it turns round."""
    if is_far:
        if search.done[after] != search.run[0]:
            return inf, 0
        return search.run_m[after], search.backs[after]
    return way_length(numbers.ways, find_way(numbers.ways, edge, after))


@leaf_kernel
def _settle(rules: Rules, trellis: Trellis, p: int, q: int, noise: Noise, blank: Noise, work: Work) -> None:
    """Scores and links of row q, the best score 0; hopeless places are dropped, the one off the road stays last."""
    m, kept = trellis.count[q], 0
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
    trellis.count[q] = kept
