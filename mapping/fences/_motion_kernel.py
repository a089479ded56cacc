"""What is known of a terminal's motion when a row comes, and how sure one must therefore be that it crossed a limit.

The error of a position drifts over minutes, so that a vehicle parked on a limit wanders across it by its own noise. It
is believed to have crossed when it is seen to move, or when it is much further across than noise explains. Over
seconds the error drifts little: a way of the last seconds that led across the limit tells driving through it from
driving along it, and then there is little to wait for.
"""

from math import isnan, nan, sqrt
from typing import NamedTuple

from gnss._jit import inline_kernel
from mapping.fences._desk import Its
from mapping.fences._memory import (
    A_T,
    AX,
    AY,
    B_T,
    BX,
    BY,
    EDGE,
    FIRST_T,
    HEAD,
    NEVER,
    OFFSET,
    ROW_EDGE,
    ROW_OFFSET,
    ROW_SPEED,
    ROW_T,
    ROW_X,
    ROW_Y,
    SPEED,
    STEP_MPS,
    Mine,
    T,
    X,
    Y,
)
from mapping.fences._near_kernel import Where

NS = 1e-9
ANCHOR_NS = 3_000_000_000
"""Displacement is measured over one to two of these."""

APART = 1.4142135623730952
"""Standard deviation of the difference of two positions of equal, independent errors."""

Z_MOVED = 8.0
Z_RESTS = 4.0
Z_CREDIBLE = 4.0
SLACK_M = 1.0
SLOW_MPS = 0.5
FASTER = 1.5
"""A position is credible where the terminal got there at this many times its speed, within its accuracy."""


class Way(NamedTuple):
    """How a terminal got from its anchor to here: more than `least_m` is more than noise and standing make of it."""

    x_m: float
    y_m: float
    length_m: float
    noise_m: float
    least_m: float
    since_s: float


class Motion(NamedTuple):
    """z that is needed, whether one row is enough, whether the terminal was seen before, and how it moves."""

    z_need: float
    at_once: bool
    seen: bool
    rests: bool
    from_x: float
    from_y: float
    step_x: float
    step_y: float
    step_s: float
    step_mps: float
    speed_mps: float
    way: Way


@inline_kernel
def _way_of(mine: Mine, its: Its, t: int, where: Where) -> Way:
    """The way from the anchor to a position."""
    x_m, y_m = where.x_m - mine.seat_f[HEAD, AX], where.y_m - mine.seat_f[HEAD, AY]
    noise_m, since_s = Z_RESTS * APART * where.sigma_m, (t - mine.seat_i[HEAD, A_T]) * NS
    return Way(x_m, y_m, sqrt(x_m * x_m + y_m * y_m), noise_m, max(noise_m, 0.5 * its.moving_mps * since_s), since_s)


@inline_kernel
def motion_of(mine: Mine, its: Its, row: int, where: Where) -> Motion:
    """Judge a row by the rows before it."""
    seat_f, t, last = mine.seat_f, mine.ring_i[row, ROW_T], mine.seat_i[HEAD, T]
    speed, way = mine.ring_f[row, ROW_SPEED], _way_of(mine, its, t, where)
    if last == NEVER or t - last > its.gap_ns:
        return Motion(its.z_unsure, False, False, False, where.x_m, where.y_m, 0.0, 0.0, nan, nan, speed, way)
    dt_s = (t - last) * NS
    before, from_x, from_y = seat_f[HEAD, SPEED], seat_f[HEAD, X], seat_f[HEAD, Y]
    step_x, step_y = where.x_m - from_x, where.y_m - from_y
    step_m = sqrt(step_x * step_x + step_y * step_y)
    if isnan(speed):
        moves = way.length_m >= Z_MOVED * APART * where.sigma_m
        rests = way.length_m <= SLOW_MPS * way.since_s + way.noise_m
        expected_mps = seat_f[HEAD, STEP_MPS]
    else:
        steady = isnan(before) or before >= 0.5 * its.moving_mps
        moves = speed >= its.moving_mps and steady and way.length_m >= way.least_m and step_m >= 0.5 * speed * dt_s
        rests = speed < its.resting_mps and way.length_m <= way.noise_m + (
            SLOW_MPS * way.since_s if speed < SLOW_MPS else 0.0
        )
        expected_mps = speed if isnan(before) else max(speed, before)
    credible = step_m <= FASTER * expected_mps * dt_s + Z_CREDIBLE * where.sigma_m + SLACK_M
    z_need = its.z_moving if moves else (its.z_resting if rests else its.z_unsure)
    at_once, step_mps = moves and credible, step_m / dt_s
    return Motion(z_need, at_once, True, rests, from_x, from_y, step_x, step_y, dt_s, step_mps, speed, way)


@inline_kernel
def leads_away(motion: Motion, nx: float, ny: float) -> bool:
    """Whether the way of the last seconds, and of the last row, leads away from a limit in this direction."""
    way, step_m = motion.way, motion.step_x * nx + motion.step_y * ny
    away_m = way.x_m * nx + way.y_m * ny
    return away_m >= way.least_m and step_m >= 0.5 * away_m * motion.step_s / way.since_s


@inline_kernel
def remember(mine: Mine, row: int, motion: Motion) -> None:
    """Let the row be what later ones are judged by."""
    seat_i, seat_f, ring_f = mine.seat_i, mine.seat_f, mine.ring_f
    t, x, y = mine.ring_i[row, ROW_T], ring_f[row, ROW_X], ring_f[row, ROW_Y]
    if not motion.seen:
        seat_i[HEAD, A_T], seat_f[HEAD, AX], seat_f[HEAD, AY] = t, x, y
        seat_i[HEAD, B_T], seat_f[HEAD, BX], seat_f[HEAD, BY] = t, x, y
        seat_i[HEAD, FIRST_T] = t
    elif t - seat_i[HEAD, B_T] >= ANCHOR_NS:
        seat_i[HEAD, A_T] = seat_i[HEAD, B_T]
        seat_f[HEAD, AX], seat_f[HEAD, AY] = seat_f[HEAD, BX], seat_f[HEAD, BY]
        seat_i[HEAD, B_T], seat_f[HEAD, BX], seat_f[HEAD, BY] = t, x, y
    seat_i[HEAD, T], seat_f[HEAD, X], seat_f[HEAD, Y] = t, x, y
    seat_f[HEAD, SPEED], seat_f[HEAD, STEP_MPS] = motion.speed_mps, motion.step_mps
    seat_i[HEAD, EDGE] = mine.ring_i[row, ROW_EDGE]
    seat_f[HEAD, OFFSET] = ring_f[row, ROW_OFFSET]


@inline_kernel
def is_opposed(dx: float, dy: float, east: float, north: float) -> int:
    """-1 where a direction is opposed to a line's, 1 where it agrees, 0 where neither is clear (within 60 degrees)."""
    length = sqrt((dx * dx + dy * dy) * (east * east + north * north))
    along = dx * east + dy * north
    if not length > 0.0:
        return 0
    return -1 if along < -0.5 * length else (1 if along > 0.5 * length else 0)
