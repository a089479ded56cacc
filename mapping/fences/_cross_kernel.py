"""Whether a terminal passed through a fence between two rows: looked for along the straight way between them."""

from math import hypot

from gnss._jit import leaf_kernel
from mapping.fences._desk import NEAR_MAX, Chart, Sheet, Work
from mapping.fences._memory import (
    CROSSING,
    FENCE,
    FLAGS,
    FROM_X,
    FROM_Y,
    HEAD,
    PAIRS,
    ROW_T,
    Mine,
)
from mapping.fences._motion_kernel import Motion
from mapping.fences._near_kernel import Where, find_near
from mapping.fences._pair_kernel import PLAIN, emit, wants
from mapping.fences.kinds import EventKind

CROSS = int(EventKind.CROSS)

SAMPLES = 32
"""Points of the way that are looked at; what is thinner than their distance can be missed."""

WAY_M_MAX = 1000.0
WAY_M_MIN = 0.5


@leaf_kernel
def note_crossing(mine: Mine, sheet: Sheet, k: int, motion: Motion) -> None:
    """Remember where the terminal came from, when it comes near a fence that wants crossings."""
    if motion.seen and wants(sheet, mine.pair_i[HEAD, k, FENCE], CROSS):
        mine.pair_i[HEAD, k, FLAGS] |= CROSSING
        mine.pair_f[HEAD, k, FROM_X] = motion.from_x
        mine.pair_f[HEAD, k, FROM_Y] = motion.from_y


@leaf_kernel
def settle_crossing(mine: Mine, w: Work, sheet: Sheet, chart: Chart, row: int, k: int, where: Where, made: int) -> int:
    """When the terminal is sure to be outside again: it crossed if its way led through the fence."""
    pair_i, pair_f, near = mine.pair_i, mine.pair_f, w.along
    fence = pair_i[HEAD, k, FENCE]
    pair_i[HEAD, k, FLAGS] &= ~CROSSING
    from_x, from_y = pair_f[HEAD, k, FROM_X], pair_f[HEAD, k, FROM_Y]
    best, sigma_m = 0.0, where.sigma_m
    for s in range(1, SAMPLES):
        point = _between(where, from_x, from_y, s / SAMPLES)
        for j in range(find_near(chart, point, 0.0, w.made.groups[0], sheet, near)):
            if near.fence[j] == fence and near.z[j] > best:
                best, sigma_m = near.z[j], near.sigma_m[j]
    if best > 0.0:
        t, way_m = mine.ring_i[row, ROW_T], hypot(where.x_m - from_x, where.y_m - from_y)
        made = emit(mine, w, sheet, row, fence, CROSS, PLAIN, t, best, sigma_m, way_m, made)
    return made


@leaf_kernel
def _between(where: Where, from_x: float, from_y: float, part: float) -> Where:
    x, y = from_x + part * (where.x_m - from_x), from_y + part * (where.y_m - from_y)
    return Where(x, y, where.l11, where.l21, where.l22, where.sigma_m, where.per_l11, where.per_l22)


@leaf_kernel
def _is_known(mine: Mine, w: Work, fence: int, had: int) -> bool:
    """Whether the terminal has to do with a fence at this row: then its pair says what happens."""
    known = False
    for k in range(had):
        known = known or w.made.had[k] == fence
    for k in range(mine.seat_i[HEAD, PAIRS]):
        known = known or mine.pair_i[HEAD, k, FENCE] == fence
    return known


@leaf_kernel
def _note_passed(w: Work, j: int, passed: int) -> int:
    """Keep, of each fence on the way, the place deepest inside it."""
    near, made = w.along, w.made
    for k in range(passed):
        if made.passed[k] == near.fence[j]:
            if near.z[j] > made.passed_z[k]:
                made.passed_z[k], made.passed_sigma_m[k] = near.z[j], near.sigma_m[j]
            return passed
    if passed == NEAR_MAX:
        return passed
    made.passed[passed], made.passed_z[passed] = near.fence[j], near.z[j]
    made.passed_sigma_m[passed] = near.sigma_m[j]
    return passed + 1


@leaf_kernel
def find_crossed(
    mine: Mine, w: Work, sheet: Sheet, chart: Chart, row: int, where: Where, motion: Motion, had: int, made: int
) -> int:
    """Events of the fences that lie between this row and the one before, and that neither of them was near."""
    way_m = hypot(motion.step_x, motion.step_y)
    if not (motion.seen and WAY_M_MIN < way_m < WAY_M_MAX):
        return made
    passed = 0
    for s in range(1, SAMPLES):
        point = _between(where, motion.from_x, motion.from_y, s / SAMPLES)
        for j in range(find_near(chart, point, 0.0, w.made.groups[0], sheet, w.along)):
            fence = w.along.fence[j]
            if w.along.z[j] > 0.0 and wants(sheet, fence, CROSS) and not _is_known(mine, w, fence, had):
                passed = _note_passed(w, j, passed)
    t = mine.ring_i[row, ROW_T]
    for k in range(passed):
        z, sigma_m = w.made.passed_z[k], w.made.passed_sigma_m[k]
        made = emit(mine, w, sheet, row, w.made.passed[k], CROSS, PLAIN, t, z, sigma_m, way_m, made)
    return made
