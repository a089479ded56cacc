"""An epoch on its own: integers sought apart from what the filter knows, and once more where its codes are doubted.

Between buildings all codes may be reflected: together they point metres away, to integers that their noise does not
rule out. Phases say more than a position and clocks take where they are many: with codes that count little they are
asked what they prefer.
"""

from typing import Final

from gnss._jit import leaf_kernel
from gnss.rtk._apart import apart
from gnss.rtk._filter_kernel import update
from gnss.rtk._integer_kernel import admit_all, holds, order_and_solve, seek_all
from gnss.rtk._memory import Mine
from gnss.rtk._memory_kernel import reset
from gnss.rtk._slip_kernel import enter_new
from gnss.rtk._work import Work
from gnss.rtk.settings import Rules

DOUBTED: Final = 8.0
"""Variance of codes that are doubted, over what is known of them: a power of two, which can be undone exactly."""

DOUBTED_BELOW: Final = 2.0
"""Learnt variance of codes, over what was stated, from which on they are not doubted: they count little as it is."""


@leaf_kernel
def begin_anew(mine: Mine, rules: Rules, w: Work) -> bool:
    """A filter that knows this epoch alone; False where its geometry determines no position.

    The places that the pairs had before are in `kept_place`.
    """
    apart()
    pairs = w.pairs
    reset(mine)
    for i in range(pairs.count[0]):
        pairs.kept_place[i], pairs.place[i] = pairs.place[i], -1
    enter_new(mine, pairs)
    return update(mine, w, 1.0, rules, False, False)


@leaf_kernel
def solve_anew(mine: Mine, rules: Rules, w: Work) -> bool:
    """The float solution of this epoch alone; False where there is none."""
    if not begin_anew(mine, rules, w):
        return False
    admit_all(mine, w)
    return order_and_solve(mine, rules, w)


@leaf_kernel
def seek_by_phases(mine: Mine, rules: Rules, w: Work) -> bool:
    """Seek the integers of this epoch alone with codes that count little; whether they are held.

    What such codes leave tells nothing of the noise. The weights are then what they were.
    """
    apart()
    pairs = w.pairs
    if mine.code_variance[0] > DOUBTED_BELOW:
        return False
    for i in range(pairs.count[0]):
        pairs.w_code[i] /= DOUBTED
    if solve_anew(mine, rules, w):
        seek_all(mine, rules, w, False)
    for i in range(pairs.count[0]):
        pairs.w_code[i] *= DOUBTED
    return holds(mine)
