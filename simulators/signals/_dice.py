"""Chance for kernels that need much of it: normal numbers in pairs, and numbers that follow from a salt alone."""

from __future__ import annotations

from math import cos, log, pi, sin, sqrt

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel
from simulators.chance import UNIT, unit

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1, _MIX_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)


@inline_kernel
def normal_pair(state: NDArray[np.uint64], row: int) -> tuple[float, float]:
    """The next two independent standard normal numbers of a row (Box-Muller)."""
    radius = sqrt(-2.0 * log(1.0 - unit(state, row)))
    angle = 2.0 * pi * unit(state, row)
    return radius * cos(angle), radius * sin(angle)


@inline_kernel
def salted(salt: np.uint64, number: int) -> float:
    """A number in [0, 1) that follows from a salt and a number (splitmix64)."""
    x = salt + np.uint64(number + 1) * _GOLDEN
    x = (x ^ (x >> _S30)) * _MIX_1
    x = (x ^ (x >> _S27)) * _MIX_2
    x ^= x >> _S31
    return float(x >> _S11) * UNIT
