"""The links from one row of the trellis to the next, and the best of them to each place.

A link is looked at only where it can matter: an upper bound of it must beat what its place has, and must not be
hopeless. First what costs nothing to know, then the way, then the residual. No bound changes a result.
"""

from math import inf
from typing import Final

from gnss._jit import inline_kernel, leaf_kernel
from mapping.matching._layout import OFFSET, STATIC, Trellis
from mapping.matching._numbers import Numbers, Work
from mapping.matching._route_kernel import Roads, Search, begin_search, search_from
from mapping.matching.emission import Noise, expected, residual_log, unknown
from mapping.matching.model import Rules
from mapping.matching.paths import Ways, find_way, way_length
from mapping.matching.transition import Step, agreement_log, loop_log, move_of, on_edge_log, speed_log
from mapping.matching.viterbi import best_state, offer

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


@inline_kernel
def link(
    numbers: Numbers, rules: Rules, trellis: Trellis, p: int, q: int, step: Step, noise: Noise, blank: Noise,
    off_log: float, work: Work,
) -> None:  # fmt: skip
    """The best link from row p to each place of row q: `best`, `back` and `anew` of `work`.

    Shape: scalars. Unit: dimensionless (natural logarithms). `off_log` is what row q says of being off the road. Places
    that turn out to be hopeless may have less than their due.
    """
    n, m = trellis.used[p], trellis.used[q]
    top, off = best_state(trellis.score[p], n), n - 1
    for j in range(m):
        work.best[j], work.back[j], work.anew[j] = -inf, -1, 0
    left = trellis.score[p, top] - rules.off_road_cost if top != off else -inf
    offer(work.best, work.back, top, m - 1, left + off_log - step.off_cost)
    offer(work.best, work.back, off, m - 1, trellis.score[p, off] + off_log - step.off_cost)
    lead = work.best[m - 1]
    is_far = step.seen_m > FAR_RATIO * numbers.ways.reach_m
    is_near = step.seen_m < NEAR_RATIO * numbers.near.reach_m and step.age_s < NEAR_S
    ways = numbers.near if is_near else numbers.ways
    for k in range(n):
        i = top if k == 0 else (k - 1 if k <= top else k)
        if trellis.edge[p, i] >= 0:
            lead = _link_from(numbers, ways, rules, trellis, p, q, i, step, noise, is_far, lead, work)
    _jump(rules, trellis, p, q, top, step, blank, lead, work)


@inline_kernel
def _link_from(
    numbers: Numbers, ways: Ways, rules: Rules, trellis: Trellis, p: int, q: int, i: int, step: Step, noise: Noise,
    is_far: bool, lead: float, work: Work,
) -> float:  # fmt: skip
    """The links from one place on the road to all others; gives the best score of row q so far."""
    edge, score, before = trellis.edge[p, i], trellis.score[p, i], trellis.place[p, i]
    past, m, is_searched = expected(before, noise), trellis.used[q] - 1, False
    begin = _place_on(trellis, q, m, edge)
    for k in range(m):
        j = begin if k == 0 else (k - 1 if k <= begin else k)
        place = trellis.place[q, j]
        known = score + place[STATIC]
        least = max(work.best[j], lead - HOPELESS) - known - step.cap
        after = trellis.edge[q, j]
        if least >= 0.0 or _most(numbers, rules, edge, after, before[OFFSET], place[OFFSET], step) < least:
            continue
        if is_far and not is_searched:
            _search_all(numbers.roads, work.search, trellis, q, edge, FAR_TIMES * step.seen_m + FAR_M)
            is_searched = True
        way = _way_log(numbers, ways, rules, edge, after, before[OFFSET], place[OFFSET], step, is_far, work.search)
        if way <= least:
            continue
        if offer(work.best, work.back, i, j, known + way + residual_log(place, past, noise, rules.tail_dof)):
            work.anew[j] = 0
            lead = max(lead, work.best[j])
    return lead


@inline_kernel
def _place_on(trellis: Trellis, q: int, m: int, edge: int) -> int:
    """The place of a row on an edge, the first one where there is none: it is likely to be the best."""
    for j in range(m):
        if trellis.edge[q, j] == edge:
            return j
    return 0


@inline_kernel
def _jump(
    rules: Rules, trellis: Trellis, p: int, q: int, top: int, step: Step, blank: Noise, lead: float, work: Work
) -> None:
    """Links that lead from nowhere: back from off the road, or where no way leads from the best place."""
    off, i = trellis.used[p] - 1, top
    score = trellis.score[p, top] - rules.jump_cost
    if trellis.score[p, off] - rules.on_road_cost > score:
        i, score = off, trellis.score[p, off] - rules.on_road_cost
    for j in range(trellis.used[q] - 1):
        place = trellis.place[q, j]
        if score + place[STATIC] + step.cap > max(work.best[j], lead - HOPELESS):
            fresh = residual_log(place, unknown(blank), blank, rules.tail_dof) + place[STATIC]
            if offer(work.best, work.back, i, j, score + fresh):
                work.anew[j] = 1
                lead = max(lead, work.best[j])


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
def _most(numbers: Numbers, rules: Rules, edge: int, after: int, from_m: float, to_m: float, step: Step) -> float:
    """The most that the way between two places can be worth: it is no shorter than the rests of their edges."""
    rest_m = numbers.edges.length_m[edge] - from_m
    if after == edge:
        return 0.0
    if after == numbers.edges.mirror[edge]:
        return -rules.u_turn_cost
    move = move_of(step, max(numbers.edges.usual_mps[edge], numbers.edges.usual_mps[after]))
    return agreement_log(max(rest_m + to_m, step.seen_m), step, move, rules)


@inline_kernel
def _way_log(
    numbers: Numbers, ways: Ways, rules: Rules, edge: int, after: int, from_m: float, to_m: float, step: Step,
    is_far: bool, search: Search,
) -> float:  # fmt: skip
    """How probable the way from one place on the road to another is."""
    length_m = numbers.edges.length_m[edge]
    move = move_of(step, max(numbers.edges.usual_mps[edge], numbers.edges.usual_mps[after]))
    on_m, rest_m, backs = to_m - from_m, length_m - from_m, 0
    if after == edge:
        way_m = abs(on_m)
        if on_m > -LOOP_SIGMAS * move.back_m:
            way_log = on_edge_log(on_m, step, move, rules)
        else:
            loop_m, _ = _between(ways, edge, edge, is_far, search)
            way_log = loop_log(on_m, length_m + loop_m, step, move, rules)
    elif after == numbers.edges.mirror[edge]:
        way_m, backs = abs(rest_m - to_m), 1
        way_log = agreement_log(way_m, step, move, rules)
    else:
        between_m, backs = _between(ways, edge, after, is_far, search)
        way_m = rest_m + between_m + to_m
        way_log = agreement_log(way_m, step, move, rules)
    return way_log + speed_log(way_m, step) - backs * rules.u_turn_cost


@inline_kernel
def _between(ways: Ways, edge: int, after: int, is_far: bool, search: Search) -> tuple[float, int]:
    """Length of the way from the end of one edge to the start of another, and how often it turns round."""
    if is_far:
        if search.done[after] != search.run[0]:
            return inf, 0
        return search.run_m[after], search.backs[after]
    return way_length(ways, find_way(ways, edge, after))
