"""The arithmetic of `gcj02_detector`: three hypotheses weighed sample by sample. Evidence columns: see `Evidence`."""

from math import exp, isnan, log, nan, sqrt
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
    straight_m_max: float
    decide: float
    floor: float
    turned_min: float


class Arrays(NamedTuple):
    """State by slot."""

    t_gpst_ns: NDArray[np.int64]
    lat_rad: Floats
    lon_rad: Floats
    evidence: Floats
    across: Floats
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
def _bounded(value: float, rules: Numbers) -> float:
    return min(max(value, -rules.floor), rules.decide + rules.floor)


@inline_kernel
def _least_turned(across: Floats) -> float:
    """Smaller eigenvalue of the sum of n n' over the hits: how many of them test the second direction."""
    nn, ne, ee = across[0], across[1], across[2]
    least: float = 0.5 * (nn + ee - sqrt((nn - ee) * (nn - ee) + 4.0 * ne * ne))
    return least


@inline_kernel
def _add_across(across: Floats, azimuth_rad: float) -> None:
    north, east = -np.sin(azimuth_rad), np.cos(azimuth_rad)
    across[0] += north * north
    across[1] += north * east
    across[2] += east * east


@kernel
def _weigh(state: Arrays, slot: int, hit_tagged: bool, hit_undone: bool, p_random: float, rules: Numbers) -> None:
    true, shifted = _weight(hit_tagged, rules.p_road, p_random), _weight(hit_undone, rules.p_road, p_random)
    evidence = state.evidence[slot]
    evidence[SHIFTED_OR_TRUE] = _bounded(evidence[SHIFTED_OR_TRUE] + shifted - true, rules)
    evidence[SHIFTED_OR_OFF] = _bounded(evidence[SHIFTED_OR_OFF] + shifted, rules)
    evidence[TRUE_OR_SHIFTED] = _bounded(evidence[TRUE_OR_SHIFTED] + true - shifted, rules)
    evidence[TRUE_OR_OFF] = _bounded(evidence[TRUE_OR_OFF] + true, rules)


@kernel
def _decide(state: Arrays, slot: int, rules: Numbers) -> bool:
    """Whether the flag changed."""
    evidence, across = state.evidence[slot], state.across[slot]
    if state.is_shifted[slot]:
        is_over = min(evidence[TRUE_OR_SHIFTED], evidence[TRUE_OR_OFF]) >= rules.decide
    else:
        is_over = min(evidence[SHIFTED_OR_TRUE], evidence[SHIFTED_OR_OFF]) >= rules.decide
        is_over = is_over and _least_turned(across) >= rules.turned_min
    if is_over:
        state.is_shifted[slot] = 1 - state.is_shifted[slot]
        across[:] = 0.0
    return bool(is_over)


@kernel
def _sample(state: Arrays, rows: Rows, row: int, length_m: float, azimuth_rad: float, rules: Numbers) -> bool:
    """Weigh one row that is far enough from the last; whether it changed the flag."""
    slot, sigma_m = rows.slot[row], rows.sigma_m[row]
    if not sigma_m <= rules.sigma_m_max:
        return False
    reach_m = sqrt(rules.near_m * rules.near_m + 4.0 * sigma_m * sigma_m)
    p_random = max(1.0 - exp(-2.0 * reach_m * rules.crowding * rows.road_density[row]), rules.p_random_min)
    if not p_random <= rules.p_random_max:
        return False
    hit_tagged, hit_undone = rows.tagged_m[row] <= reach_m, rows.undone_m[row] <= reach_m
    _weigh(state, slot, hit_tagged, hit_undone, p_random, rules)
    across = state.across[slot]
    if state.evidence[slot, SHIFTED_OR_OFF] <= 0.0:
        across[:] = 0.0
    if hit_undone and not hit_tagged and length_m <= rules.straight_m_max:
        _add_across(across, azimuth_rad)
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
        if not isnan(length_m) and _sample(state, rows, row, length_m, azimuth_rad, rules):
            first = SHIFTED_OR_TRUE if state.is_shifted[slot] else TRUE_OR_SHIFTED
            evidence[row] = min(state.evidence[slot, first], state.evidence[slot, first + 1])
            flag[row] = state.is_shifted[slot]
        state.t_gpst_ns[slot] = rows.t_gpst_ns[row]
        state.lat_rad[slot], state.lon_rad[slot] = rows.lat_rad[row], rows.lon_rad[row]
