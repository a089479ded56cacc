"""From float to integers: search, judge, hold, join, and judge again each epoch.

A set of integers is believed by the odds against all others, the noise level itself being uncertain: with S what
the float solution leaves and q_k the misfit of candidate k, the odds of the best against the k-th are
((S + q_k) / (S + q_1)) ^ ((degrees of freedom) / 2), Student's form of the ratio test. With many satellites a small
ratio is enough, with few a large one is needed. Source: docs/sources.md, gnss_facts §11 (ratio test, partial
ambiguity resolution).
"""

from math import erf, exp, inf, log, sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, leaf_kernel
from gnss.rtk._apart import apart
from gnss.rtk._lattice_kernel import back_transform, reduce, search, success_rate
from gnss.rtk._memory import Mine
from gnss.rtk._order_kernel import misfit
from gnss.rtk._work import CANDIDATES_MAX, POSITION, Groups, Lattice, Order

Floats = NDArray[np.float64]

FIX_MIN: Final = 4
"""Fewest double differences that are fixed together."""

VARIANCE_PRIOR: Final = 6.0
"""How many observations the stated noise level is worth when the data speak of it too."""

SUCCESS_MIN: Final = 0.5
"""Chance of finding the right integers at all, below which the search is not believed."""

EXCESS_SIGMAS: Final = 4.0
"""How far the misfit of integers may lie above what noise explains, in its own standard deviations."""

EXCESS_SCALE: Final = 2.5
"""And how much noisier than stated the data may be."""

AGAIN_LOG_ODDS_MIN: Final = 2.0
"""Logarithm of the odds below which integers held are let go when they are sought again."""

JOIN_SUCCESS_MIN: Final = 0.9999
"""Chance of rounding right, above which a new satellite's ambiguity is rounded and held with the others."""

JOIN_AGE_MIN: Final = 2
"""Epochs a new satellite is watched before that."""

JOIN_MISFIT_MAX: Final = 9.0
"""Square of the sigmas that it may lie off its integer."""


@leaf_kernel
def take_tail(full: Lattice, first: int, n: int, part: Lattice) -> int:
    """Copy rows `first` to `n` of the float solution as an integer problem of its own."""
    apart()
    for i in range(first, n):
        part.d[i - first], part.a_cyc[i - first] = full.d[i], full.a_cyc[i]
        for j in range(first, i + 1):
            part.lower[i - first, j - first] = full.lower[i, j]
    return n - first


@inline_kernel
def fits(q: float, count: int, noise: float) -> bool:
    """Whether a misfit of `count` integers is one that noise explains."""
    return q <= noise * EXCESS_SCALE * (count + EXCESS_SIGMAS * sqrt(2.0 * count))


@leaf_kernel
def odds_against(part: Lattice, found: int, cost: float, dof: float) -> float:
    """Logarithm of the odds that the best candidate is right, against all the others found."""
    s = VARIANCE_PRIOR + cost
    half = 0.5 * (VARIANCE_PRIOR + dof)
    wrong = 0.0
    for k in range(1, found):
        wrong += exp(-half * log((s + part.misfit[k]) / (s + part.misfit[0])))
    return -log(wrong) if wrong > 0.0 else inf


@leaf_kernel
def _judge(
    part: Lattice, count: int, cost: float, dof: float, log_odds_min: float, odds_of_misfit: float, first: int,
    order: Order,
) -> tuple[bool, float]:  # fmt: skip
    """Search an integer problem; the best candidate goes into `order.fixed`, whatever is thought of it."""
    apart()
    order.found[0] = 0
    if count < FIX_MIN or not reduce(part, count):
        return False, np.nan
    found = search(part, count, CANDIDATES_MAX, inf)
    if found < 2:
        return False, np.nan
    order.found[0] = found
    back_transform(part, 0, count, order.fixed[first : first + count])
    ratio = part.misfit[1] / max(part.misfit[0], 1e-12)
    noise = max(1.0, (VARIANCE_PRIOR + cost) / (VARIANCE_PRIOR + dof))
    order.log_odds[0] = odds_against(part, found, cost, dof + count)
    needed = log_odds_min + odds_of_misfit * (part.misfit[0] / (noise * count) - 1.0)
    believed = fits(part.misfit[0], count, noise) and order.log_odds[0] >= needed
    return believed and success_rate(part.d, count) > SUCCESS_MIN, ratio


@leaf_kernel
def seek(
    full: Lattice, first: int, cost: float, dof: float, log_odds_min: float, odds_of_misfit: float, part: Lattice,
    order: Order,
) -> tuple[bool, float]:  # fmt: skip
    """Look for the integers of the rows from `first` on; whether they are believed, and the ratio of the two best.

    The integers are left in `order.fixed`. `cost` and `dof`: the float solution's. The odds must be better by
    `odds_of_misfit` for each time that the integers misfit by more than what noise explains, and may be less where they
    fit better.
    """
    apart()
    count = take_tail(full, first, order.rows[0], part)
    return _judge(part, count, cost, dof, log_odds_min, odds_of_misfit, first, order)


@leaf_kernel
def seek_more(full: Lattice, cost: float, dof: float, log_odds_min: float, part: Lattice, order: Order) -> bool:
    """Look for the integers of rows `order.ready` to `order.held`, those behind being known; into `order.fixed`.

    The rows before must be at their best given those known (`condition`).
    """
    apart()
    ready, held = order.ready[0], order.held[0]
    count = take_tail(full, ready, held, part)
    for i in range(count):
        part.a_cyc[i] = order.fixed[ready + i]
    known, q = order.rows[0] - held, misfit(full, order, held)
    return _judge(part, count, cost + q, dof + known, log_odds_min, 0.0, ready, order)[0]


@leaf_kernel
def hold(mine: Mine, order: Order, groups: Groups, first: int, n: int) -> None:
    """Hold the integers of rows `first` to `n`, in half cycles, and the pivots that they are relative to."""
    apart()
    for i in range(first, n):
        place = order.place[i] - POSITION
        pivot = groups.pivot[order.group[place]]
        if mine.held[pivot] == 0:
            mine.held[pivot], mine.integer[pivot] = 1, 0
        mine.held[place] = 1
        mine.integer[place] = int(np.rint(2.0 * order.unit_cyc[i] * order.fixed[i])) + mine.integer[pivot]


@leaf_kernel
def release(mine: Mine) -> None:
    """Hold no integers."""
    for place in range(mine.count[0]):
        mine.held[place] = 0
    mine.fixed_epochs[0], mine.sure[0] = 0, 0


@leaf_kernel
def held_values(mine: Mine, order: Order, groups: Groups) -> None:
    """The held integers relative to their pivots, in the units of the rows, into `order.fixed`."""
    for i in range(order.held[0], order.rows[0]):
        place = order.place[i] - POSITION
        halves = mine.integer[place] - mine.integer[groups.pivot[order.group[place]]]
        order.fixed[i] = 0.5 * halves / order.unit_cyc[i]


@leaf_kernel
def held_fit(full: Lattice, order: Order, cost: float, dof: float) -> bool:
    """Whether the integers held are still those that the data want."""
    noise = max(1.0, (VARIANCE_PRIOR + cost) / (VARIANCE_PRIOR + dof))
    held = order.held[0]
    return fits(misfit(full, order, held), order.rows[0] - held, noise)


@leaf_kernel
def still_best(full: Lattice, order: Order, cost: float, dof: float, part: Lattice) -> bool:
    """Whether a search that knows nothing of the integers held would choose them again."""
    apart()
    held = order.held[0]
    count = take_tail(full, held, order.rows[0], part)
    if not reduce(part, count):
        return False
    found = search(part, count, CANDIDATES_MAX, inf)
    if found < 2:
        return False
    best = order.u[0]
    back_transform(part, 0, count, best)
    for i in range(count):
        if best[i] != order.fixed[held + i]:
            return False
    return odds_against(part, found, cost, dof + count) >= AGAIN_LOG_ODDS_MIN


@leaf_kernel
def _float_variance(mine: Mine, full: Lattice, order: Order, row: int, c: Floats) -> float:
    """Variance of row `row`, those after it that are held being known, the others floats that depend on each other.

    The floats x solve Lᵀ x = e, errors e of variances 1/d: `c` gets what each error does to the row.
    """
    variance = 1.0 / full.d[row]
    c[row] = 1.0
    for k in range(row + 1, order.held[0]):
        c[k] = 0.0
        if mine.held[order.place[k] - POSITION] == 0:
            for j in range(row, k):
                c[k] -= full.lower[k, j] * c[j]
            variance += c[k] * c[k] / full.d[k]
    return variance


@leaf_kernel
def join(mine: Mine, full: Lattice, order: Order, groups: Groups) -> None:
    """Round the ready ambiguities before the held ones, best first; those that do not fit stay floats, at their mean.

    An ambiguity that stays a float makes those before it less certain.
    """
    apart()
    n = order.rows[0]
    for i in range(order.held[0] - 1, order.ready[0] - 1, -1):
        place, centre = order.place[i] - POSITION, full.a_cyc[i]
        for j in range(i + 1, n):
            centre -= full.lower[j, i] * (order.fixed[j] - full.a_cyc[j])
        variance = _float_variance(mine, full, order, i, order.u[0])
        off = np.rint(centre) - centre
        is_sure = erf(1.0 / sqrt(8.0 * variance)) >= JOIN_SUCCESS_MIN and off * off <= JOIN_MISFIT_MAX * variance
        if is_sure and mine.age[place] >= JOIN_AGE_MIN:
            order.fixed[i] = np.rint(centre)
            hold(mine, order, groups, i, i + 1)
        else:
            order.fixed[i] = centre
