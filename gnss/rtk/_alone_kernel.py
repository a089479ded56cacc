"""Integers held are questioned by single epochs: does one that knows nothing of the past prefer others?

The filter's past may be wrong: codes reflected for minutes, a slip that nobody saw. The epoch is solved anew with the
same phases, its best sets of integers are sought, and the set held is weighed against them (`_evidence_kernel`).
"""

from gnss._jit import leaf_kernel
from gnss.rtk._anew_kernel import begin_anew
from gnss.rtk._apart import apart
from gnss.rtk._evidence_kernel import log_odds_of, set_cost, weigh_found
from gnss.rtk._fix_kernel import held_values, release, seek
from gnss.rtk._integer_kernel import admit_all, order_and_solve
from gnss.rtk._memory import Mine
from gnss.rtk._order_kernel import condition
from gnss.rtk._position_kernel import phase_position
from gnss.rtk._work import POSITION, Work
from gnss.rtk.settings import Rules

UNTESTED, CONFIRMED, OPEN, CONTRADICTED = 0, 1, 2, 3

SUSPICIOUS = 2.0
"""Misfit of the held phases over their redundancy from which on they are questioned: twice what noise explains."""

DOUBTS_MAX = 2
"""Epochs in a row that contradict the integers held, after which they are let go."""

LASTED = 10
"""Epochs whose phases the integers fitted, after which they are shown though no epoch alone tells them from others."""

NOBODY = -1
"""No satellite is left out."""

SAME_COST = 1e-6
"""Sets whose costs differ by less are one set: rounding."""


@leaf_kernel
def _pair_at(w: Work, place: int) -> int:
    """The pair whose ambiguity has this place, -1 = none."""
    for i in range(w.pairs.count[0]):
        if w.pairs.place[i] == place:
            return i
    return -1


@leaf_kernel
def _enter_held(mine: Mine, spare: Mine, w: Work, first: int) -> bool:
    """Put the integers held in `mine` into `order.fixed`, relative to the pivots of `spare`; False where one lacks."""
    apart()
    order, pairs = w.order, w.pairs
    for row in range(first, order.rows[0]):
        place = order.place[row] - POSITION
        pivot = w.place_groups.pivot[order.group[place]]
        i, j = _pair_at(w, place), _pair_at(w, pivot)
        if i < 0 or j < 0:
            return False
        a, b = pairs.kept_place[i], pairs.kept_place[j]
        if a < 0 or b < 0 or mine.held[a] == 0 or mine.held[b] == 0:
            return False
        cycles = mine.offset_cyc[a] - spare.offset_cyc[place] - mine.offset_cyc[b] + spare.offset_cyc[pivot]
        cycles += 0.5 * (mine.integer[a] - mine.integer[b])
        order.fixed[row] = cycles / order.unit_cyc[row]
    return True


@leaf_kernel
def _compare(mine: Mine, spare: Mine, rules: Rules, w: Work) -> int:
    """Weigh the integers held against those that the epoch in `spare` prefers."""
    apart()
    first = w.order.ready[0]
    seek(w.full, first, 0.0, 0.0, 0.0, 0.0, w.part, w.order)
    best = weigh_found(spare, w, first)
    if best < 0 or not _enter_held(mine, spare, w, first):
        return UNTESTED
    own, least = set_cost(spare, w, first), w.order.u[3, best]
    if own > least + SAME_COST:
        return CONTRADICTED if own - least > rules.log_odds_min else OPEN
    return CONFIRMED if log_odds_of(w, own, SAME_COST) >= 0.0 else OPEN


@leaf_kernel
def _ask_alone(mine: Mine, spare: Mine, rules: Rules, w: Work, left_out: int) -> int:
    """What the epoch alone, without the phases of satellite `left_out`, says of the integers held.

    The pairs' places are kept, the order of unknowns is not.
    """
    apart()
    pairs, verdict = w.pairs, UNTESTED
    if begin_anew(spare, rules, w):
        for i in range(pairs.count[0]):
            kept = pairs.kept_place[i]
            if pairs.place[i] >= 0:
                barred = kept < 0 or mine.held[kept] == 0 or pairs.satellite[i] == left_out
                w.order.barred[pairs.place[i]] = barred
        if order_and_solve(spare, rules, w):
            verdict = _compare(mine, spare, rules, w)
    for i in range(pairs.count[0]):
        pairs.place[i] = pairs.kept_place[i]
    admit_all(mine, w)
    return verdict


@leaf_kernel
def question(mine: Mine, spare: Mine, rules: Rules, w: Work) -> None:
    """Question the integers held where they are not sure yet, or their phases fit badly."""
    apart()
    redundancy, total, worst = phase_position(mine, w, 0.0, 0.0, True)
    if mine.sure[0] != 0 and mine.doubts[0] == 0 and total <= SUSPICIOUS * redundancy:
        return
    verdict = _ask_alone(mine, spare, rules, w, NOBODY)
    if verdict == CONTRADICTED and worst >= 0:
        # one reflection moves the epoch's own position: what hangs on a single satellite is no contradiction
        others = _ask_alone(mine, spare, rules, w, w.pairs.satellite[worst])
        verdict = OPEN if others in (CONFIRMED, OPEN) else CONTRADICTED
    if verdict == CONFIRMED or (verdict == OPEN and mine.fixed_epochs[0] >= LASTED):
        mine.sure[0] = 1
    if verdict == CONTRADICTED:
        mine.doubts[0] += 1
    elif mine.sure[0] != 0:
        mine.doubts[0] = 0
    if mine.doubts[0] >= DOUBTS_MAX:
        release(mine)
        # until an epoch confirms others
        mine.doubts[0] = 1
    order_and_solve(mine, rules, w)
    held_values(mine, w.order, w.place_groups)
    condition(w.full, w.order, w.order.held[0])
