"""Chance for kernels: one xorshift64 state a row, so that no row's luck depends on how rows are grouped."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel

UNIT = 1.0 / 9007199254740992.0  # 2**-53
_S13, _S7, _S17, _S11 = np.uint64(13), np.uint64(7), np.uint64(17), np.uint64(11)


def seed_states(seed: int, stage: int, rows: int) -> NDArray[np.uint64]:
    """One non-zero state a row from a seed; `stage` keeps different uses apart."""
    drawn = np.random.default_rng([seed, stage]).integers(1, 2**63, rows, dtype=np.uint64)
    return np.ascontiguousarray(drawn)


@inline_kernel
def unit(state: NDArray[np.uint64], row: int) -> float:
    """The next number in [0, 1) of a row."""
    x = state[row]
    x ^= x << _S13
    x ^= x >> _S7
    x ^= x << _S17
    state[row] = x
    return float(x >> _S11) * UNIT


@inline_kernel
def normal(state: NDArray[np.uint64], row: int) -> float:
    """The next standard normal number of a row (Box-Muller; the second of the pair is not kept)."""
    radius = np.sqrt(-2.0 * np.log(1.0 - unit(state, row)))
    return float(radius * np.cos(2.0 * np.pi * unit(state, row)))
