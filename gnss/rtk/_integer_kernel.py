"""The integers of one epoch: those held are judged again, new ones join, and where none are held they are sought."""

from math import inf, nan

import numpy as np
from numpy.typing import NDArray

from gnss._jit import leaf_kernel
from gnss.rtk._apart import apart
from gnss.rtk._fix_kernel import (
    FIX_MIN,
    held_fit,
    held_values,
    hold,
    join,
    release,
    seek,
    seek_more,
    still_best,
)
from gnss.rtk._memory import Mine
from gnss.rtk._order_kernel import arrange, choose_pivots, condition, float_cost, score_places, solve_float
from gnss.rtk._position_kernel import CANDIDATE_MISFIT, phase_position
from gnss.rtk._work import Work
from gnss.rtk.settings import SINGLE_EPOCH, STATIC, Rules
from gnss.rtk.signals import CODES

Floats = NDArray[np.float64]

EXCLUSIONS_MAX = 3
"""Phases left out one by one, the worst first, when all together give no integers that are believed."""

PARTIAL_TRIES_MAX = 4
"""Smaller and smaller sets of ambiguities that are tried after that."""

PARTIAL_STEPS = 6
"""Part of the ambiguities that each of them leaves out more."""

SURER = 1.0
"""Logarithm by which the odds must be better with each further try: who tries often is wrong more often."""

LEAST_SURE = 0.3
"""Logarithm by which the odds of a single epoch may be less: most are far surer, and of all fewer are wrong."""

ODDS_OF_MISFIT = 3.0
"""Logarithm by which they must be better where integers misfit by twice what noise explains: no other epoch tells of
reflections that pull the codes towards wrong ones."""

LASTING = 2.3
"""Logarithm by which odds must be better of integers to be held: a wrong set would last, sought epoch after epoch."""

BEYOND_DOUBT = 4.6
"""The same for integers that are shown before an epoch alone has confirmed them: a hundred times surer."""

YOUNG = 10
"""Epochs in which integers just found are sought again, every time: as long as those must last that no epoch alone
confirms. Later the codes, wrong for a while, would mislead more than they help: what remains is whether the phases fit
(`held_fit`)."""

OFFSET_AGE_MIN = 3
"""Epochs after which the offset of a group is known."""

HELD_REDUNDANCY_MIN = 1
"""Satellites held more than needed for a position: without any, nothing would show that an integer is wrong."""

NO_LIMIT = inf
"""Misfit of a phase that is thrown out of nothing."""

_BLOCK_SHIFT = 2 * (CODES.bit_length() - 1)
"""Where the system and block of satellites stand in the key of a group (`group_key`)."""

_POSITION_UNKNOWNS = 3


@leaf_kernel
def order_and_solve(mine: Mine, rules: Rules, w: Work) -> bool:
    """Order the unknowns and solve for the float ambiguities; False where there are none."""
    score_places(mine, w.pairs, w.rover, w.order)
    choose_pivots(mine, w.place_groups, w.order)
    arrange(mine, w.place_groups, w.order, rules.mode == STATIC)
    return w.order.rows[0] > 0 and solve_float(mine, w.place_groups, w.order, w.full)


@leaf_kernel
def admit_all(mine: Mine, w: Work) -> None:
    """No ambiguity is barred from being an integer."""
    for place in range(mine.count[0]):
        w.order.barred[place] = 0


@leaf_kernel
def held_redundancy(mine: Mine, w: Work) -> tuple[int, int]:
    """Phases held to integers in this epoch; and satellites among them more than a position and the offsets take.

    Signals of one satellite look in one direction: more of them make integers surer, but not the position. The offset
    between the first signals of two systems costs a satellite until it is known from epochs before.
    """
    apart()
    count, satellites, spent, last, seen = 0, 0, _POSITION_UNKNOWNS, -1, 0
    for i in range(w.pairs.count[0]):
        place = w.pairs.place[i]
        if place >= 0 and mine.held[place] != 0 and w.pairs.w_phase[i] > 0.0:
            count += 1
            satellites += w.pairs.satellite[i] != last
            last = w.pairs.satellite[i]
            block = 1 << (int(mine.key[place]) >> _BLOCK_SHIFT)
            if seen & block == 0:
                seen |= block
                pivot = w.place_groups.pivot[w.order.group[place]]
                spent += mine.age[pivot] < OFFSET_AGE_MIN
    return count, satellites - max(spent, _POSITION_UNKNOWNS + 1)


@leaf_kernel
def holds(mine: Mine) -> bool:
    """Whether any integers are held."""
    count = 0
    for place in range(mine.count[0]):
        count += mine.held[place]
    return count > 0


@leaf_kernel
def _keep_held(mine: Mine, rules: Rules, w: Work) -> bool:
    """Whether the integers held are still believed; others then join them."""
    order = w.order
    cost, dof = float_cost(mine, order, w.full), max(mine.dof[0] - order.rows[0], 0.0)
    held_values(mine, order, w.place_groups)
    if held_redundancy(mine, w)[1] < HELD_REDUNDANCY_MIN or not held_fit(w.full, order, cost, dof):
        return False
    epochs = mine.fixed_epochs[0]
    if epochs < YOUNG and not still_best(w.full, order, cost, dof, w.part):
        return False
    ready, held = order.ready[0], order.held[0]
    condition(w.full, order, held)
    if held - ready >= FIX_MIN and seek_more(w.full, cost, dof, rules.log_odds_min, w.part, order):
        hold(mine, order, w.place_groups, ready, held)
    else:
        join(mine, w.full, order, w.place_groups)
    condition(w.full, order, ready)
    return True


@leaf_kernel
def fix(mine: Mine, rules: Rules, w: Work) -> tuple[bool, float]:
    """Integers for this epoch, held in `mine`; whether there is a float solution at all, and the ratio."""
    apart()
    admit_all(mine, w)
    if not order_and_solve(mine, rules, w):
        return False, nan
    if w.order.held[0] < w.order.rows[0]:
        if _keep_held(mine, rules, w):
            return True, nan
        release(mine)
        if not order_and_solve(mine, rules, w):
            return False, nan
    else:
        # each held one is alone in its group: relative to nothing
        release(mine)
    return seek_all(mine, rules, w, True)


@leaf_kernel
def _try(mine: Mine, rules: Rules, w: Work, first: int, tries: int, codes_tell: bool) -> tuple[bool, float]:
    """Seek the integers of the rows from `first` on, and hold them if they are believed."""
    cost, dof = float_cost(mine, w.order, w.full), max(mine.dof[0] - w.order.rows[0], 0.0)
    if not codes_tell:
        cost, dof = 0.0, 0.0
    is_single = rules.mode == SINGLE_EPOCH
    odds = rules.log_odds_min + tries * SURER + (-LEAST_SURE if is_single else LASTING)
    odds_of_misfit = ODDS_OF_MISFIT if is_single else 0.0
    believed, ratio = seek(w.full, first, cost, dof, odds, odds_of_misfit, w.part, w.order)
    if believed:
        hold(mine, w.order, w.place_groups, first, w.order.rows[0])
        mine.sure[0] = w.order.log_odds[0] >= odds + BEYOND_DOUBT and mine.doubts[0] == 0
    condition(w.full, w.order, first)
    return believed, ratio


@leaf_kernel
def seek_all(mine: Mine, rules: Rules, w: Work, codes_tell: bool) -> tuple[bool, float]:
    """Integers for all that are ready; failing that, without those that fit worst, then without the lowest.

    `codes_tell` whether what the float solution leaves of the observations, codes mostly, tells of the noise level.
    """
    apart()
    first_ratio = nan
    for k in range(EXCLUSIONS_MAX + 1):
        believed, ratio = _try(mine, rules, w, w.order.ready[0], k, codes_tell)
        if believed:
            return True, ratio
        first_ratio = ratio if k == 0 else first_ratio
        if k == EXCLUSIONS_MAX or w.order.rows[0] - w.order.ready[0] <= FIX_MIN:
            break
        _, _, worst = phase_position(mine, w, CANDIDATE_MISFIT, 0.0, False)
        if worst < 0:
            break
        w.order.barred[w.pairs.place[worst]] = 1
        if not order_and_solve(mine, rules, w):
            return False, first_ratio
    return _seek_among_best(mine, rules, w, first_ratio, codes_tell)


@leaf_kernel
def _seek_among_best(mine: Mine, rules: Rules, w: Work, first_ratio: float, codes_tell: bool) -> tuple[bool, float]:
    """Integers for the highest satellites only, fewer and fewer of them."""
    apart()
    admit_all(mine, w)
    if not order_and_solve(mine, rules, w):
        return False, first_ratio
    n, first = w.order.rows[0], w.order.ready[0]
    step = max(1, (n - first) // PARTIAL_STEPS)
    for k in range(PARTIAL_TRIES_MAX):
        first += step
        if n - first < FIX_MIN:
            break
        believed, ratio = _try(mine, rules, w, first, k + 1, codes_tell)
        if believed:
            return True, ratio
    return True, first_ratio
