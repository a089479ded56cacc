"""What one epoch alone says of sets of integers: its phases and its codes, each set in the position that fits it best.

A set's likelihood is Student's, the noise level itself being uncertain, as in `_fix_kernel`; but a code may be a
reflection, one observation gone bad, so each code has Student's tails of its own, and the search's own sum of squares,
in which one bad code outweighs all phases, only says which sets are worth a look.
"""

from math import exp, inf, log
from typing import Final

from gnss._jit import leaf_kernel
from gnss.rtk._apart import apart
from gnss.rtk._integer_kernel import NO_LIMIT
from gnss.rtk._lattice_kernel import back_transform
from gnss.rtk._memory import Mine
from gnss.rtk._order_kernel import condition
from gnss.rtk._position_kernel import phase_cost, phase_position, robust_code_misfit
from gnss.rtk._work import Work

STATED_WORTH: Final = 20.0
"""How many observations of one epoch the stated noise level is worth: as many as it has."""


@leaf_kernel
def set_cost(mine: Mine, w: Work, first: int) -> float:
    """Minus the logarithm of the likelihood of the integers in `order.fixed` from row `first` on; inf = untestable."""
    apart()
    condition(w.full, w.order, first)
    redundancy = phase_position(mine, w, NO_LIMIT, 1.0, False)[0] - first
    if redundancy < 1:
        return inf
    codes, count = robust_code_misfit(w.pairs, w.code_groups, w.normal.x)
    return 0.5 * (STATED_WORTH + redundancy + count) * log(STATED_WORTH + phase_cost(w) + codes)


@leaf_kernel
def weigh_found(mine: Mine, w: Work, first: int) -> int:
    """Costs of the sets that the last search found, into `order.u[3]`; returns the best of them, -1 = untestable."""
    apart()
    order, best = w.order, -1
    count = order.rows[0] - first
    for k in range(order.found[0]):
        back_transform(w.part, k, count, order.fixed[first : first + count])
        order.u[3, k] = set_cost(mine, w, first)
        if order.u[3, k] == inf:
            return -1
        if best < 0 or order.u[3, k] < order.u[3, best]:
            best = k
    return best


@leaf_kernel
def log_odds_of(w: Work, own: float, least_apart: float) -> float:
    """Logarithm of the odds of a set of cost `own` against all sets found that differ by more than `least_apart`."""
    wrong = 0.0
    for k in range(w.order.found[0]):
        if abs(w.order.u[3, k] - own) > least_apart:
            wrong += exp(min(own - w.order.u[3, k], 700.0))
    return -log(wrong) if wrong > 0.0 else inf
