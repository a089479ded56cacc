"""Receiver clocks: steered back to zero, or running free until a millisecond is taken off."""

from __future__ import annotations

from math import sqrt

from gnss._jit import inline_kernel
from simulators.chance import normal
from simulators.signals.kit import Units

NOISE_SPS = 2e-10  # random walk of the frequency, in a second
STEP_S_MAX = 10.0  # steering does not look further ahead
JUMP_S = 1e-3


@inline_kernel
def advance_clock(units: Units, row: int, steer_s: float, dt_s: float) -> bool:
    """Bring a clock to a new epoch, its drift changing evenly in between; whether it jumped."""
    if dt_s <= 0.0:
        return False
    drift_sps = units.drift_sps[row]
    change_sps = NOISE_SPS * sqrt(dt_s) * normal(units.chance, row)
    if steer_s > 0.0:
        pull = units.bias_s[row] / (steer_s * steer_s) + 2.0 * drift_sps / steer_s
        change_sps -= pull * min(dt_s, STEP_S_MAX)
    units.bias_s[row] += dt_s * (drift_sps + 0.5 * change_sps)
    units.drift_sps[row] = drift_sps + change_sps
    if steer_s > 0.0 or abs(units.bias_s[row]) <= 0.5 * JUMP_S:
        return False
    units.bias_s[row] -= JUMP_S if units.bias_s[row] > 0.0 else -JUMP_S
    return True
