"""The arithmetic of `gcj02_detector`: three hypotheses weighed sample by sample. Evidence columns: see `Evidence`."""

from math import exp, isnan, log, nan, sin, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, kernel
from mapping.datums.distances import line_near

Floats = NDArray[np.float64]

SHIFTED_OR_TRUE, SHIFTED_OR_OFF, TRUE_OR_SHIFTED, TRUE_OR_OFF = range(4)
"""Columns of evidence: log of how much likelier the first is than the second."""


class Numbers(NamedTuple):
    """Rules as the kernel takes them; `DetectorRules` says what they mean."""

    near_m: float
    sigma_m_max: float
    p_road: float
    crowding: float
    p_random_min: float
    p_random_max: float
    step_m: float
    p_parallel: float
    turn_rad: float
    decide: float
    floor: float


class Arrays(NamedTuple):
    """State by slot."""

    t_gpst_ns: NDArray[np.int64]
    lat_rad: Floats
    lon_rad: Floats
    evidence: Floats
    straight_rad: Floats
    gained: Floats
    is_shifted: NDArray[np.uint8]


class Rows(NamedTuple):
    """Columns of the rows, in order of time."""

    slot: NDArray[np.int32]
    t_gpst_ns: NDArray[np.int64]
    lat_rad: Floats
    lon_rad: Floats
    sigma_m: Floats
    tagged_m: Floats
    undone_m: Floats
    road_density: Floats


@inline_kernel
def _weight(is_hit: bool, p_road: float, p_random: float) -> float:
    """Log of how much likelier a hit (or a miss) is on a road than anywhere."""
    return log(p_road / p_random) if is_hit else log((1.0 - p_road) / (1.0 - p_random))


@inline_kernel
def _has_turned(azimuth_rad: float, straight_rad: float, turn_rad: float) -> bool:
    """Whether the way no longer runs along the straight, either way round; so it does where there is none yet."""
    return not abs(sin(azimuth_rad - straight_rad)) <= sin(turn_rad)


@inline_kernel
def _add(state: Arrays, slot: int, column: int, weight: float, most: float, rules: Numbers) -> None:
    """Add a weight to a column of evidence, but no more than one straight may."""
    gain = min(weight, most - state.gained[slot, column])
    state.gained[slot, column] += gain
    evidence = state.evidence[slot]
    evidence[column] = min(max(evidence[column] + gain, -rules.floor), rules.decide + rules.floor)


@kernel
def _weigh(state: Arrays, slot: int, hit_tagged: bool, hit_undone: bool, p_random: float, rules: Numbers) -> None:
    most = -log(rules.p_parallel * p_random)
    true, shifted = _weight(hit_tagged, rules.p_road, p_random), _weight(hit_undone, rules.p_road, p_random)
    _add(state, slot, SHIFTED_OR_TRUE, shifted - true, most, rules)
    _add(state, slot, SHIFTED_OR_OFF, shifted, most, rules)
    _add(state, slot, TRUE_OR_SHIFTED, true - shifted, most, rules)
    _add(state, slot, TRUE_OR_OFF, true, most, rules)


@kernel
def _decide(state: Arrays, slot: int, rules: Numbers) -> bool:
    """Whether the flag changed."""
    evidence = state.evidence[slot]
    first = TRUE_OR_SHIFTED if state.is_shifted[slot] else SHIFTED_OR_TRUE
    is_over = min(evidence[first], evidence[first + 1]) >= rules.decide
    if is_over:
        state.is_shifted[slot] = 1 - state.is_shifted[slot]
    return bool(is_over)


@kernel
def _sample(state: Arrays, rows: Rows, row: int, azimuth_rad: float, rules: Numbers) -> bool:
    """Weigh one row that is far enough from the last; whether it changed the flag."""
    slot, sigma_m = rows.slot[row], rows.sigma_m[row]
    if not sigma_m <= rules.sigma_m_max:
        return False
    reach_m = sqrt(rules.near_m * rules.near_m + 4.0 * sigma_m * sigma_m)
    p_random = max(1.0 - exp(-2.0 * reach_m * rules.crowding * rows.road_density[row]), rules.p_random_min)
    if not p_random <= rules.p_random_max:
        return False
    if _has_turned(azimuth_rad, state.straight_rad[slot], rules.turn_rad):
        state.straight_rad[slot] = azimuth_rad
        state.gained[slot] = 0.0
    _weigh(state, slot, rows.tagged_m[row] <= reach_m, rows.undone_m[row] <= reach_m, p_random, rules)
    return _decide(state, slot, rules)


@kernel
def step_rows(state: Arrays, rows: Rows, rules: Numbers, evidence: Floats, flag: NDArray[np.uint8]) -> None:
    """Go through rows in order of time; `evidence` is that of rows that changed their terminal's `flag`, else NaN."""
    for row in range(rows.slot.size):
        slot = rows.slot[row]
        evidence[row] = nan
        is_known = not isnan(rows.lat_rad[row] + rows.lon_rad[row])
        if not is_known or rows.t_gpst_ns[row] <= state.t_gpst_ns[slot]:
            continue
        lat_rad, lon_rad = state.lat_rad[slot], state.lon_rad[slot]
        length_m, azimuth_rad = line_near(lat_rad, lon_rad, rows.lat_rad[row], rows.lon_rad[row])
        if length_m < rules.step_m:
            continue
        # farther than the formula reaches, or the first of its terminal: a place to count from
        if not isnan(length_m) and _sample(state, rows, row, azimuth_rad, rules):
            first = SHIFTED_OR_TRUE if state.is_shifted[slot] else TRUE_OR_SHIFTED
            evidence[row] = min(state.evidence[slot, first], state.evidence[slot, first + 1])
            flag[row] = state.is_shifted[slot]
        state.t_gpst_ns[slot] = rows.t_gpst_ns[row]
        state.lat_rad[slot], state.lon_rad[slot] = rows.lat_rad[row], rows.lon_rad[row]
