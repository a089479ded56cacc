"""How probable a move from one place to another is: how the way on the road agrees with the way seen."""

from math import inf, log, sqrt
from typing import Final, NamedTuple

from gnss._jit import inline_kernel
from mapping.matching._layout import SPEED, SXX, SYY, Floats
from mapping.matching.emission import Noise
from mapping.matching.model import Rules

SPEEDING: Final = 1.5
"""How much faster than usual one drives where a way winds."""


class Step(NamedTuple):
    """What is between two rows, and what follows from it for every way between them.

    `age_s`, `seen_m` between the positions, `sigma_m` how well that is known along the road, `stamp_s` how badly times
    may fit; `per_plain_m` and `per_winding_m` what a metre more or less costs on a way that is plain or winds;
    `mean_mps` the stated speed, NaN where there is none, and `per_speed_m` what disagreeing with it costs; `way_m_max`
    can be driven; `off_cost` of the new row off the road, and `cap`, the most that its residual can be worth.
    """

    age_s: float
    seen_m: float
    sigma_m: float
    stamp_s: float
    per_plain_m: float
    per_winding_m: float
    mean_mps: float
    per_speed_m: float
    way_m_max: float
    off_cost: float
    cap: float


class Move(NamedTuple):
    """On the roads between two rows, m: how far back noise may put a vehicle, and how long a way can be driven."""

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
def agreement_log(way_m: float, step: Step, move: Move, rules: Rules) -> float:
    """Logarithm of how probable a way of that length is where positions moved as they did, up to a constant.

    Shape: scalars. Unit: m. Exponential, as Newson and Krumm found it to be, with a second, rare exponential for ways
    that wind, as long as they can be driven in the time; -inf for a way that does not exist.
    """
    over_m = abs(way_m - step.seen_m)
    plain = over_m * step.per_plain_m
    if way_m > move.drivable_m:
        return -plain
    return -min(plain, rules.winding_cost + over_m * step.per_winding_m)


@inline_kernel
def back_log(back_m: float, sigma_m: float, dof: float) -> float:
    """Logarithm of how probable it is that noise, or a late time stamp, put a vehicle back on its edge by so much.

    Shape: scalars. Unit: m. Student's t, as for residuals: vehicles that turn round are told from it by further rows.
    """
    times = back_m / sigma_m
    return -0.5 * (dof + 1.0) * log(1.0 + times * times / dof)


@inline_kernel
def step_between(row: Floats, before: Floats, age_s: float, seen_m: float, noise: Noise, rules: Rules) -> Step:
    """What is between two rows.

    Shape: rows (ROW_WIDTH,). Unit: m, s.
    """
    sigma_m = along_sigma_m(row, before, age_s, rules)
    mean_mps = 0.5 * (row[SPEED] + before[SPEED])
    stamp_s = 0.0 if mean_mps >= 0.0 else rules.sigma_stamp_s
    moving = rules.off_moving_cost + rules.off_moving_cost_per_s * age_s
    part = min(1.0, seen_m / (4.0 * sigma_m))
    off_cost = rules.off_resting_cost + part * (moving - rules.off_resting_cost)
    least_m = rules.detour_m + 0.5 * sigma_m
    fits_m = 2.0 * sigma_m + 2.0 * rules.detour_m + 0.25 * mean_mps * age_s + 0.4 * age_s * age_s
    way_m_max = rules.speed_mps_max * (age_s + 2.0 * stamp_s) + 6.0 * sigma_m + rules.detour_m
    cap = -0.5 * log(max(min(noise.qxx, noise.qyy) - abs(noise.qxy), 1e-9))
    return Step(
        age_s, seen_m, sigma_m, stamp_s, 1.0 / (least_m + rules.detour_ratio * seen_m),
        1.0 / (least_m + rules.winding_ratio * seen_m), mean_mps, 1.0 / fits_m, way_m_max, off_cost, cap,
    )  # fmt: skip


@inline_kernel
def move_of(step: Step, road_mps: float) -> Move:
    """What is known of a move on roads on which `road_mps` is driven.

    Shape: scalars. Unit: m, m/s. Where no speed is stated, times may not fit positions.
    """
    back_m = step.sigma_m + step.stamp_s * road_mps
    return Move(back_m, SPEEDING * road_mps * (step.age_s + 2.0 * step.stamp_s) + step.sigma_m)


@inline_kernel
def speed_log(way_m: float, step: Step) -> float:
    """0 where a way can be driven in the time, -inf where it cannot; in between where speeds are known and disagree.

    Shape: scalars. Unit: m.
    """
    if way_m > step.way_m_max:
        return -inf
    if not step.mean_mps >= 0.0:
        return 0.0
    times = min(abs(way_m - step.mean_mps * step.age_s) * step.per_speed_m, 10.0)
    return -0.5 * times * times


@inline_kernel
def on_edge_log(on_m: float, step: Step, move: Move, rules: Rules) -> float:
    """Logarithm of how probable a move along one edge is: on, or back by noise.

    Shape: scalars. Unit: m.
    """
    return agreement_log(on_m, step, move, rules) if on_m >= 0.0 else back_log(-on_m, move.back_m, rules.tail_dof)


@inline_kernel
def loop_log(on_m: float, loop_m: float, step: Step, move: Move, rules: Rules) -> float:
    """Logarithm of how probable it is that a vehicle seems to have gone back, or drove once round a loop of `loop_m`.

    Shape: scalars. Unit: m.
    """
    return max(back_log(-on_m, move.back_m, rules.tail_dof), agreement_log(loop_m + on_m, step, move, rules))
