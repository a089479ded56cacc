"""How probable a move from one place to another is: how the way on the road agrees with the way seen."""

from math import inf, log, log1p, sqrt
from typing import Final, NamedTuple

from gnss._jit import inline_kernel
from mapping.matching._layout import SPEED, SXX, SYY, Floats
from mapping.matching.emission import Noise
from mapping.matching.model import Rules

SPEEDING: Final = 1.5
"""How much faster than usual one drives where a way winds."""


class Step(NamedTuple):
    """What is between two rows: seconds, metres between the positions, how well that is known along the road, how badly
    times may fit, what the new row costs off the road, the most that its residual can be worth, and what errors did."""

    age_s: float
    seen_m: float
    sigma_m: float
    stamp_s: float
    off_cost: float
    cap: float
    noise: Noise


class Move(NamedTuple):
    """Between two rows, m: how far the positions moved, how well that is known along the road, how far back noise may
    put a vehicle, and how long a way can be driven."""

    seen_m: float
    sigma_m: float
    back_m: float
    drivable_m: float


@inline_kernel
def along_sigma_m(row: Floats, before: Floats, age_s: float, rules: Rules) -> float:
    """How well the distance between two positions is known along the road.

    Shape: rows (ROW_WIDTH,). Unit: m, s.
    """
    mean_m2 = 0.25 * (row[SXX] + row[SYY] + before[SXX] + before[SYY])
    renewed = 1.0 - rules.slow_ratio + rules.slow_ratio * min(1.0, age_s / rules.slow_s)
    return sqrt(2.0 * renewed * mean_m2 + rules.sigma_line_m**2)


@inline_kernel
def agreement_log(way_m: float, move: Move, rules: Rules) -> float:
    """Logarithm of how probable a way of that length is where positions moved as they did, up to a constant.

    Shape: scalars. Unit: m. Exponential, as Newson and Krumm found it to be, with a second, rare exponential for ways
    that wind, as long as they can be driven in the time; -inf for a way that does not exist.
    """
    if way_m == inf:
        return -inf
    least_m, over_m = rules.detour_m + 0.5 * move.sigma_m, abs(way_m - move.seen_m)
    plain = over_m / (least_m + rules.detour_ratio * move.seen_m)
    if way_m > move.drivable_m:
        return -plain
    return -min(plain, rules.winding_cost + over_m / (least_m + rules.winding_ratio * move.seen_m))


@inline_kernel
def back_log(back_m: float, sigma_m: float, dof: float) -> float:
    """Logarithm of how probable it is that noise, or a late time stamp, put a vehicle back on its edge by so much.

    Shape: scalars. Unit: m. Student's t, as for residuals: vehicles that turn round are told from it by further rows.
    """
    times = back_m / sigma_m
    return -0.5 * (dof + 1.0) * log1p(times * times / dof)


@inline_kernel
def step_between(row: Floats, before: Floats, age_s: float, seen_m: float, noise: Noise, rules: Rules) -> Step:
    """What is between two rows.

    Shape: rows (ROW_WIDTH,). Unit: m, s.
    """
    sigma_m = along_sigma_m(row, before, age_s, rules)
    stamp_s = 0.0 if row[SPEED] + before[SPEED] >= 0.0 else rules.sigma_stamp_s
    moving = rules.off_moving_cost + rules.off_moving_cost_per_s * age_s
    part = min(1.0, seen_m / (4.0 * sigma_m))
    off_cost = rules.off_resting_cost + part * (moving - rules.off_resting_cost)
    cap = -0.5 * log(max(min(noise.qxx, noise.qyy) - abs(noise.qxy), 1e-9))
    return Step(age_s, seen_m, sigma_m, stamp_s, off_cost, cap, noise)


@inline_kernel
def move_of(step: Step, road_mps: float) -> Move:
    """What is known of a move on roads on which `road_mps` is driven.

    Shape: scalars. Unit: m, m/s. Where no speed is stated, times may not fit positions.
    """
    back_m = step.sigma_m + step.stamp_s * road_mps
    drivable_m = SPEEDING * road_mps * (step.age_s + 2.0 * step.stamp_s) + step.sigma_m
    return Move(step.seen_m, step.sigma_m, back_m, drivable_m)


@inline_kernel
def speed_log(way_m: float, age_s: float, row: Floats, before: Floats, sigma_m: float, rules: Rules) -> float:
    """0 where a way can be driven in the time, -inf where it cannot; in between where speeds are known and disagree.

    Shape: rows (ROW_WIDTH,). Unit: m, s.
    """
    slack_m = 6.0 * sigma_m + rules.detour_m
    mean_mps = 0.5 * (row[SPEED] + before[SPEED])
    if not mean_mps >= 0.0:
        return 0.0 if way_m <= rules.speed_mps_max * (age_s + 2.0 * rules.sigma_stamp_s) + slack_m else -inf
    if way_m > rules.speed_mps_max * age_s + slack_m:
        return -inf
    over_m = abs(way_m - mean_mps * age_s)
    scale_m = 2.0 * sigma_m + 2.0 * rules.detour_m + 0.25 * mean_mps * age_s + 0.4 * age_s * age_s
    return float(-0.5 * min(over_m / scale_m, 10.0) ** 2)


@inline_kernel
def on_edge_log(on_m: float, move: Move, rules: Rules) -> float:
    """Logarithm of how probable a move along one edge is: on, or back by noise.

    Shape: scalars. Unit: m.
    """
    return agreement_log(on_m, move, rules) if on_m >= 0.0 else back_log(-on_m, move.back_m, rules.tail_dof)


@inline_kernel
def loop_log(on_m: float, loop_m: float, move: Move, rules: Rules) -> float:
    """Logarithm of how probable it is that a vehicle seems to have gone back, or drove once round a loop of `loop_m`.

    Shape: scalars. Unit: m.
    """
    return max(back_log(-on_m, move.back_m, rules.tail_dof), agreement_log(loop_m + on_m, move, rules))
