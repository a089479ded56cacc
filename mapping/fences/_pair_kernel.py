"""The state machine of one terminal and one fence: what a row makes of it."""

from math import cos, isnan, nan, sin

from gnss._jit import inline_kernel, leaf_kernel
from mapping.fences._desk import MADE_MAX, Sheet, Work
from mapping.fences._memory import (
    ARRIVED,
    CAUSE_T,
    COUNT,
    CROSSING,
    DEVIATED,
    DWELT,
    EDGE,
    ENTERED,
    EVENT_FENCE,
    EVENT_T,
    EVENT_X,
    EVENT_Y,
    FAST,
    FASTEST,
    FENCE,
    FIRST_T,
    FLAGS,
    HEAD,
    INSIDE,
    KIND,
    OFFSET,
    OPENED,
    ROW_COURSE,
    ROW_EDGE,
    ROW_OFFSET,
    ROW_T,
    ROW_X,
    ROW_Y,
    SIGMA,
    SINCE,
    SPEEDING,
    STATUS,
    VALUE,
    WRONG,
    WRONG_WAY,
    Mine,
    Z,
)
from mapping.fences._motion_kernel import NS, Motion, is_opposed, leads_away
from mapping.fences._near_kernel import FAR, Limit
from mapping.fences.kinds import EventKind, EventStatus

ENTER, EXIT, DWELL = int(EventKind.ENTER), int(EventKind.EXIT), int(EventKind.DWELL)
SPEEDING_BEGINS, SPEEDING_ENDS = int(EventKind.SPEEDING), int(EventKind.SPEEDING_END)
DEVIATES, RETURNS = int(EventKind.DEVIATION), int(EventKind.RETURN)
WRONG_BEGINS, WRONG_ENDS = int(EventKind.WRONG_WAY), int(EventKind.WRONG_WAY_END)
ARRIVES, DEPARTS = int(EventKind.ARRIVED), int(EventKind.DEPARTED)
PLAIN, FIRST, WINDOW = int(EventStatus.PLAIN), int(EventStatus.FIRST), int(EventStatus.WINDOW)

RECEDES_M = 0.5
"""Backwards along a matched edge by this much from row to row is against its direction."""


@inline_kernel
def wants(sheet: Sheet, fence: int, kind: int) -> bool:
    """Whether a fence reports this kind."""
    return bool((sheet.rules[fence].kinds >> kind) & 1 != 0)


@leaf_kernel
def emit(
    mine: Mine, w: Work, sheet: Sheet, row: int, fence: int, kind: int, status: int, t_event: int, z: float,
    sigma_m: float, value: float, made: int,
) -> int:  # fmt: skip
    """Append an event if the fence wants its kind; gives how many there are."""
    if not wants(sheet, fence, kind) or made >= MADE_MAX:
        return made
    i, f = w.made.i, w.made.f
    i[made, KIND], i[made, EVENT_FENCE], i[made, STATUS] = kind, fence, status
    i[made, EVENT_T], i[made, CAUSE_T] = t_event, mine.ring_i[row, ROW_T]
    f[made, Z], f[made, SIGMA], f[made, VALUE] = z, sigma_m, value
    f[made, EVENT_X] = mine.ring_f[row, ROW_X]
    f[made, EVENT_Y] = mine.ring_f[row, ROW_Y]
    return made + 1


@inline_kernel
def _is_sure(mine: Mine, w: Work, sheet: Sheet, row: int, k: int, limit: Limit, motion: Motion) -> bool:
    """Whether a terminal is on the other side of a limit: far enough, for enough rows, for long enough."""
    rule, z_need = sheet.rules[mine.pair_i[HEAD, k, FENCE]], motion.z_need
    if motion.at_once and leads_away(motion, limit.nx, limit.ny):
        z_need = w.its.z_across
    rows = rule.confirm_rows
    if rows == 0:
        rows = 1 if motion.at_once else w.its.confirm_rows
    beyond_ns = mine.ring_i[row, ROW_T] - mine.pair_i[HEAD, k, SINCE]
    return abs(limit.z) >= z_need and mine.pair_i[HEAD, k, COUNT] >= rows and beyond_ns >= rule.confirm_ns


@leaf_kernel
def _enter(mine: Mine, w: Work, sheet: Sheet, row: int, k: int, z: float, sigma_m: float, made: int) -> int:
    pair_i = mine.pair_i
    fence, flags, since = pair_i[HEAD, k, FENCE], pair_i[HEAD, k, FLAGS], pair_i[HEAD, k, SINCE]
    away_s = (since - pair_i[HEAD, k, ENTERED]) * NS
    pair_i[HEAD, k, FLAGS], pair_i[HEAD, k, ENTERED] = INSIDE, since
    pair_i[HEAD, k, COUNT] = 0
    status = WINDOW if flags & OPENED else (FIRST if since == mine.seat_i[HEAD, FIRST_T] else PLAIN)
    made = emit(mine, w, sheet, row, fence, ENTER, status, since, z, sigma_m, 0.0, made)
    if flags & DEVIATED:
        made = emit(mine, w, sheet, row, fence, RETURNS, status, since, z, sigma_m, away_s, made)
    return made


@leaf_kernel
def _leave(
    mine: Mine, w: Work, sheet: Sheet, row: int, k: int, z: float, sigma_m: float, status: int, t_event: int, made: int
) -> int:
    pair_i, pair_f = mine.pair_i, mine.pair_f
    fence, flags = pair_i[HEAD, k, FENCE], pair_i[HEAD, k, FLAGS]
    inside_s = (t_event - pair_i[HEAD, k, ENTERED]) * NS
    if flags & SPEEDING:
        fastest = pair_f[HEAD, k, FASTEST]
        made = emit(mine, w, sheet, row, fence, SPEEDING_ENDS, status, t_event, z, sigma_m, fastest, made)
    if flags & WRONG_WAY:
        made = emit(mine, w, sheet, row, fence, WRONG_ENDS, status, t_event, z, sigma_m, inside_s, made)
    if flags & ARRIVED:
        made = emit(mine, w, sheet, row, fence, DEPARTS, status, t_event, z, sigma_m, inside_s, made)
    made = emit(mine, w, sheet, row, fence, EXIT, status, t_event, z, sigma_m, inside_s, made)
    beyond_m = z * sigma_m if z != FAR else nan
    made = emit(mine, w, sheet, row, fence, DEVIATES, status, t_event, z, sigma_m, beyond_m, made)
    pair_i[HEAD, k, FLAGS] = DEVIATED if wants(sheet, fence, DEVIATES) and status != WINDOW else 0
    pair_i[HEAD, k, COUNT], pair_i[HEAD, k, ENTERED] = 0, t_event
    pair_i[HEAD, k, FAST], pair_i[HEAD, k, WRONG], pair_f[HEAD, k, FASTEST] = 0, 0, 0.0
    return made


@leaf_kernel
def _watch_speed(
    mine: Mine, w: Work, sheet: Sheet, row: int, k: int, z: float, sigma_m: float, speed_mps: float, made: int
) -> int:
    pair_i, pair_f = mine.pair_i, mine.pair_f
    fence, t = pair_i[HEAD, k, FENCE], mine.ring_i[row, ROW_T]
    limit_mps, speeds = sheet.rules[fence].limit_mps, pair_i[HEAD, k, FLAGS] & SPEEDING != 0
    if speed_mps > limit_mps + w.its.speeding_margin_mps:
        pair_i[HEAD, k, FAST] += 1
        pair_f[HEAD, k, FASTEST] = max(pair_f[HEAD, k, FASTEST], speed_mps)
        if not speeds and pair_i[HEAD, k, FAST] >= w.its.confirm_rows:
            pair_i[HEAD, k, FLAGS] |= SPEEDING
            made = emit(mine, w, sheet, row, fence, SPEEDING_BEGINS, PLAIN, t, z, sigma_m, speed_mps, made)
    elif speed_mps <= limit_mps:
        if speeds:
            pair_i[HEAD, k, FLAGS] &= ~SPEEDING
            fastest = pair_f[HEAD, k, FASTEST]
            made = emit(mine, w, sheet, row, fence, SPEEDING_ENDS, PLAIN, t, z, sigma_m, fastest, made)
        pair_i[HEAD, k, FAST], pair_f[HEAD, k, FASTEST] = 0, 0.0
    return made


@leaf_kernel
def _direction(mine: Mine, w: Work, row: int, dx: float, dy: float, motion: Motion) -> int:
    """Whether the terminal moves along (1) or against (-1) the direction of a corridor or of its matched edge."""
    speed_mps = motion.step_mps if isnan(motion.speed_mps) else motion.speed_mps
    if not (motion.seen and speed_mps >= w.its.wrong_way_mps):
        return 0
    edge = mine.ring_i[row, ROW_EDGE]
    if edge >= 0 and edge == mine.seat_i[HEAD, EDGE]:
        forward_m = mine.ring_f[row, ROW_OFFSET] - mine.seat_f[HEAD, OFFSET]
        if forward_m < -RECEDES_M:
            return -1
    course_rad = mine.ring_f[row, ROW_COURSE]
    if isnan(course_rad):
        return is_opposed(dx, dy, motion.step_x, motion.step_y)
    return is_opposed(dx, dy, sin(course_rad), cos(course_rad))


@leaf_kernel
def _watch_direction(
    mine: Mine, w: Work, sheet: Sheet, row: int, k: int, z: float, sigma_m: float, direction: int, made: int
) -> int:
    pair_i = mine.pair_i
    fence, t = pair_i[HEAD, k, FENCE], mine.ring_i[row, ROW_T]
    wrong = pair_i[HEAD, k, FLAGS] & WRONG_WAY != 0
    if direction == 0:
        return made
    if (direction < 0) == wrong:
        pair_i[HEAD, k, WRONG] = 0
        return made
    pair_i[HEAD, k, WRONG] += 1
    if pair_i[HEAD, k, WRONG] >= w.its.wrong_way_rows:
        pair_i[HEAD, k, WRONG] = 0
        pair_i[HEAD, k, FLAGS] ^= WRONG_WAY
        made = emit(mine, w, sheet, row, fence, WRONG_ENDS if wrong else WRONG_BEGINS, PLAIN, t, z, sigma_m, 0.0, made)
    return made


@inline_kernel
def _watch_stops(
    mine: Mine, w: Work, sheet: Sheet, row: int, k: int, z: float, sigma_m: float, stands: bool, made: int
) -> int:
    """Whether the terminal has been inside for long, and whether it came to rest."""
    pair_i, fence = mine.pair_i, mine.pair_i[HEAD, k, FENCE]
    flags, t, since = pair_i[HEAD, k, FLAGS], mine.ring_i[row, ROW_T], pair_i[HEAD, k, ENTERED]
    dwell_ns = sheet.rules[fence].dwell_ns
    if dwell_ns >= 0 and not flags & DWELT and t - since >= dwell_ns:
        pair_i[HEAD, k, FLAGS] |= DWELT
        made = emit(mine, w, sheet, row, fence, DWELL, PLAIN, since + dwell_ns, z, sigma_m, (t - since) * NS, made)
    if stands and wants(sheet, fence, ARRIVES) and not flags & ARRIVED:
        pair_i[HEAD, k, FLAGS] |= ARRIVED
        made = emit(mine, w, sheet, row, fence, ARRIVES, PLAIN, t, z, sigma_m, (t - since) * NS, made)
    return made


@inline_kernel
def _stay(mine: Mine, w: Work, sheet: Sheet, row: int, k: int, limit: Limit, motion: Motion, made: int) -> int:
    """What is to be reported of a terminal that is inside."""
    fence, z, sigma_m = mine.pair_i[HEAD, k, FENCE], limit.z, limit.sigma_m
    stands = motion.rests if isnan(motion.speed_mps) else motion.speed_mps < w.its.arrived_mps
    made = _watch_stops(mine, w, sheet, row, k, z, sigma_m, stands, made)
    if wants(sheet, fence, SPEEDING_BEGINS):
        made = _watch_speed(mine, w, sheet, row, k, z, sigma_m, motion.speed_mps, made)
    if wants(sheet, fence, WRONG_BEGINS):
        direction = _direction(mine, w, row, limit.dx, limit.dy, motion)
        made = _watch_direction(mine, w, sheet, row, k, z, sigma_m, direction, made)
    return made


@inline_kernel
def step_inside(
    mine: Mine, w: Work, sheet: Sheet, row: int, k: int, limit: Limit, closed: bool, motion: Motion, made: int
) -> int:
    """What a row makes of a terminal that was inside."""
    pair_i, t, z, sigma_m = mine.pair_i, mine.ring_i[row, ROW_T], limit.z, limit.sigma_m
    if closed:
        return _leave(mine, w, sheet, row, k, -z, sigma_m, WINDOW, t, made)
    if z >= 0.0:
        pair_i[HEAD, k, COUNT] = 0
    else:
        if pair_i[HEAD, k, COUNT] == 0:
            pair_i[HEAD, k, SINCE] = t
        pair_i[HEAD, k, COUNT] += 1
        if _is_sure(mine, w, sheet, row, k, limit, motion):
            since = pair_i[HEAD, k, SINCE]
            status = FIRST if since == mine.seat_i[HEAD, FIRST_T] else PLAIN
            return _leave(mine, w, sheet, row, k, -z, sigma_m, status, since, made)
    return _stay(mine, w, sheet, row, k, limit, motion, made)


@inline_kernel
def step_outside(mine: Mine, w: Work, sheet: Sheet, row: int, k: int, limit: Limit, motion: Motion, made: int) -> int:
    """What a row makes of a terminal that was not yet inside."""
    pair_i, t = mine.pair_i, mine.ring_i[row, ROW_T]
    if limit.z < 0.0:
        pair_i[HEAD, k, COUNT] = 0
        return made
    if pair_i[HEAD, k, COUNT] == 0:
        pair_i[HEAD, k, SINCE] = t
    pair_i[HEAD, k, COUNT] += 1
    if _is_sure(mine, w, sheet, row, k, limit, motion):
        made = _enter(mine, w, sheet, row, k, limit.z, limit.sigma_m, made)
        made = _stay(mine, w, sheet, row, k, limit, motion, made)
    return made


@inline_kernel
def is_idle(mine: Mine, k: int) -> bool:
    """Whether nothing needs to be remembered of a pair."""
    flags = mine.pair_i[HEAD, k, FLAGS]
    return mine.pair_i[HEAD, k, COUNT] == 0 and not flags & (INSIDE | DEVIATED | CROSSING)
