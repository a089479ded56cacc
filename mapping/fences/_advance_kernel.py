"""What one row makes of the newest state of its terminal: its pairs with fences, and events."""

from gnss._jit import inline_kernel
from mapping.fences._cross_kernel import find_crossed, note_crossing, settle_crossing
from mapping.fences._desk import Chart, Sheet, Work
from mapping.fences._memory import (
    COV_NE,
    CROSSING,
    FENCE,
    FIRST_T,
    FLAGS,
    HEAD,
    INSIDE,
    NEVER,
    OPENED,
    PAIR_FLOATS,
    PAIR_INTS,
    PAIRS,
    PAIRS_MAX,
    ROW_EDGE,
    ROW_T,
    ROW_X,
    ROW_Y,
    VAR_E,
    VAR_N,
    Mine,
    T,
)
from mapping.fences._motion_kernel import Motion, motion_of, remember
from mapping.fences._near_kernel import FAR, Where, find_near, limit_nowhere, limit_of, where_of
from mapping.fences._pair_kernel import is_idle, step_inside, step_outside
from mapping.fences._window_kernel import is_open
from mapping.fences.state import Counter

PAIRS_FULL = int(Counter.PAIRS_FULL)
TAKEN = -1


@inline_kernel
def _is_closed(sheet: Sheet, fence: int, t: int) -> bool:
    window = sheet.rules[fence].window
    return window >= 0 and not is_open(window, t, sheet.windows)


@inline_kernel
def _is_elsewhere(mine: Mine, sheet: Sheet, row: int, fence: int) -> bool:
    """Whether a fence that is bound to edges is not where the terminal was matched to."""
    rule, edge = sheet.rules[fence], mine.ring_i[row, ROW_EDGE]
    elsewhere = rule.edge_count != 0 and edge >= 0
    for k in range(rule.edge_first, rule.edge_first + rule.edge_count):
        elsewhere = elsewhere and sheet.edges[k] != edge
    return bool(elsewhere)


@inline_kernel
def _step_pair(
    mine: Mine,
    w: Work,
    sheet: Sheet,
    chart: Chart,
    row: int,
    k: int,
    near: int,
    where: Where,
    motion: Motion,
    made: int,
) -> int:
    """Let a pair take the row; `near` is the fence's place in the list of near fences, -1 = not near."""
    pair_i, t = mine.pair_i, mine.ring_i[row, ROW_T]
    fence = pair_i[HEAD, k, FENCE]
    limit = limit_nowhere(-FAR, where.sigma_m)
    closed = _is_closed(sheet, fence, t)
    inside = pair_i[HEAD, k, FLAGS] & INSIDE != 0
    if near >= 0 and not _is_elsewhere(mine, sheet, row, fence) and (inside or not closed):
        limit = limit_of(w.near, near)
    if inside:
        return step_inside(mine, w, sheet, row, k, limit, closed, motion, made)
    made = step_outside(mine, w, sheet, row, k, limit, motion, made)
    if pair_i[HEAD, k, FLAGS] & CROSSING and limit.z <= -motion.z_need:
        made = settle_crossing(mine, w, sheet, chart, row, k, where, made)
    return made


@inline_kernel
def _begin_pairs(mine: Mine, w: Work, sheet: Sheet, n_near: int, motion: Motion) -> None:
    """Pairs with the fences that the terminal is in, or is not surely outside of, and has no pair with."""
    seat_i, pair_i, pair_f = mine.seat_i, mine.pair_i, mine.pair_f
    last = seat_i[HEAD, T]
    for near in range(n_near):
        n, fence, z = seat_i[HEAD, PAIRS], w.near.fence[near], w.near.z[near]
        if fence == TAKEN or not (z >= 0.0 or (sheet.wants_cross and z > -motion.z_need)):
            continue
        if n == PAIRS_MAX:
            w.made.counters[PAIRS_FULL] += 1
            continue
        for c in range(PAIR_INTS):
            pair_i[HEAD, n, c] = 0
        for c in range(PAIR_FLOATS):
            pair_f[HEAD, n, c] = 0.0
        pair_i[HEAD, n, FENCE] = fence
        seat_i[HEAD, PAIRS] = n + 1
        if motion.seen and last != NEVER and _is_closed(sheet, fence, last):
            pair_i[HEAD, n, FLAGS] |= OPENED
        if sheet.wants_cross:
            note_crossing(mine, sheet, n, motion)


@inline_kernel
def _end_pair(mine: Mine, k: int) -> None:
    """The last pair takes the place of one of which nothing need be remembered."""
    seat_i, pair_i, pair_f = mine.seat_i, mine.pair_i, mine.pair_f
    n = seat_i[HEAD, PAIRS] - 1
    for c in range(PAIR_INTS):
        pair_i[HEAD, k, c] = pair_i[HEAD, n, c]
    for c in range(PAIR_FLOATS):
        pair_f[HEAD, k, c] = pair_f[HEAD, n, c]
    seat_i[HEAD, PAIRS] = n


@inline_kernel
def _step_pairs(
    mine: Mine, w: Work, sheet: Sheet, chart: Chart, row: int, n_near: int, where: Where, motion: Motion, made: int
) -> int:
    """Let all pairs take the row: first those there were, of which some end; then those that begin."""
    seat_i, pair_i, k = mine.seat_i, mine.pair_i, 0
    for begin in range(2):  # one loop, since what is inlined in it is large
        if begin == 1:
            _begin_pairs(mine, w, sheet, n_near, motion)
        while k < seat_i[HEAD, PAIRS]:
            fence, near = pair_i[HEAD, k, FENCE], -1
            for j in range(n_near):
                if w.near.fence[j] == fence:
                    near = j
            if sheet.rules[fence].kinds != 0:
                made = _step_pair(mine, w, sheet, chart, row, k, near, where, motion, made)
            if near >= 0:
                w.near.fence[near] = TAKEN
            if is_idle(mine, k) or sheet.rules[fence].kinds == 0:
                _end_pair(mine, k)
            else:
                k += 1
    return made


@inline_kernel
def advance(mine: Mine, w: Work, sheet: Sheet, chart: Chart, row: int, made: int) -> int:
    """Let the newest state of a terminal take one row of its ring; gives how many events there are then."""
    ring_f = mine.ring_f
    where = where_of(
        ring_f[row, ROW_X], ring_f[row, ROW_Y],
        ring_f[row, VAR_E], ring_f[row, VAR_N], ring_f[row, COV_NE],
    )  # fmt: skip
    motion = motion_of(mine, w.its, row, where)
    n_near = find_near(chart, where, motion.z_need, w.made.groups[0], sheet, w.near)
    had = 0
    if not motion.seen:
        mine.seat_i[HEAD, FIRST_T] = mine.ring_i[row, ROW_T]
    if sheet.wants_cross:
        had = mine.seat_i[HEAD, PAIRS]
        for k in range(had):
            w.made.had[k] = mine.pair_i[HEAD, k, FENCE]
    if n_near > 0 or mine.seat_i[HEAD, PAIRS] > 0:
        made = _step_pairs(mine, w, sheet, chart, row, n_near, where, motion, made)
    if sheet.wants_cross:
        made = find_crossed(mine, w, sheet, chart, row, where, motion, had, made)
    remember(mine, row, motion)
    return made
