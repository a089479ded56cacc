"""One row of the trellis after another: places, links, scores, and the slow error on the best way to each place."""

from math import isnan, log, pi
from typing import Final

from gnss._jit import inline_kernel
from mapping.matching._layout import HX, PLACE_WIDTH, STATIC, Floats, Trellis
from mapping.matching._link_kernel import HOPELESS, link
from mapping.matching._numbers import NS, Numbers, Work
from mapping.matching.candidates import distance_m, find_places
from mapping.matching.emission import Noise, carry_error, expected, noise_between, residual_log, unknown
from mapping.matching.model import Rules
from mapping.matching.transition import step_between
from mapping.matching.viterbi import best_state

_LOG_TURN: Final = log(2.0 * pi)


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
    row = trellis.row[q]
    blank = noise_between(row, row, -1.0, rules)
    if p < 0:
        _begin(rules, trellis, q, m, blank, work)
        _settle(rules, trellis, -1, q, blank, blank, work)
        return
    age_s = (trellis.t_ns[q] - trellis.t_ns[p]) * NS
    noise = noise_between(row, trellis.row[p], age_s, rules)
    step = step_between(row, trellis.row[p], age_s, distance_m(trellis, p, q), noise, rules)
    link(numbers, rules, trellis, p, q, step, noise, blank, _off_road_log(row, blank), work)
    _settle(rules, trellis, p, q, noise, blank, work)


@inline_kernel
def _off_road_log(row: Floats, blank: Noise) -> float:
    """What a position off the road scores besides its costs, on the scale of those on it."""
    course = 0.0 if isnan(row[HX]) else -_LOG_TURN
    return course - 0.5 * log(0.5 * (blank.cxx + blank.cyy + blank.qxx + blank.qyy))


@inline_kernel
def _begin(rules: Rules, trellis: Trellis, q: int, m: int, blank: Noise, work: Work) -> None:
    """Scores without a past."""
    for j in range(m - 1):
        place = trellis.place[q, j]
        work.best[j] = residual_log(place, unknown(blank), blank, rules.tail_dof) + place[STATIC]
    work.best[m - 1] = _off_road_log(trellis.row[q], blank) - rules.off_road_cost
    for j in range(m):
        work.back[j], work.anew[j] = -1, 1


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
            if work.anew[j] > 0:
                carry_error(place, unknown(blank), blank, rules.tail_dof)
            else:
                carry_error(place, expected(trellis.place[p, i], noise), noise, rules.tail_dof)
        if kept < j:
            for column in range(PLACE_WIDTH):
                trellis.place[q, kept, column] = place[column]
        trellis.edge[q, kept], trellis.back[q, kept] = trellis.edge[q, j], i
        trellis.score[q, kept] = work.best[j] - top
        kept += 1
    trellis.used[q] = kept
