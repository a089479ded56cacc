"""What the engine remembers of each terminal: an information filter over its ambiguities, and where it was."""

from typing import Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from gnss.batches import NO_TIME
from gnss.rtk._work import PLACES_MAX, SIZE

TRIANGLE: Final = SIZE * (SIZE + 1) // 2
"""Entries of the packed lower triangle of the information matrix."""

Floats = NDArray[np.float64]


class Memory(NamedTuple):
    """By terminal, and by place (one ambiguity) where stated.

    `info` (S, TRIANGLE) packed lower triangle by rows, `rhs` (S, SIZE), `cost`, `dof`: the quadratic form of all
    observations so far; its first three unknowns are a resting rover's position, the others single-difference
    ambiguities in cycles less `offset_cyc`. `count` places in use. By place: `satellite`, `key` of its group,
    `offset_cyc`, `residual_m` phase less range and clocks when last seen at `seen_ns`, `age` epochs, `half_cycle`,
    `held` 1 = fixed to `integer`. `x_ecef_m` last position, `v_ecef_mps`, `t_ns`;
    `anchor_ecef_m` where a resting rover's filter is linearised; `base` its station; `code_variance`
    and `phase_variance` what was learnt of the noise; `fixed_epochs` since the integers were found.
    """

    info: Floats
    rhs: Floats
    cost: Floats
    dof: Floats
    count: NDArray[np.int32]
    satellite: NDArray[np.int16]
    key: NDArray[np.int32]
    offset_cyc: Floats
    residual_m: Floats
    seen_ns: NDArray[np.int64]
    age: NDArray[np.int32]
    half_cycle: NDArray[np.uint8]
    held: NDArray[np.uint8]
    integer: NDArray[np.int32]
    x_ecef_m: Floats
    v_ecef_mps: Floats
    anchor_ecef_m: Floats
    t_ns: NDArray[np.int64]
    base: NDArray[np.int32]
    code_variance: Floats
    phase_variance: Floats
    fixed_epochs: NDArray[np.int32]

    @classmethod
    def for_slots(cls, n: int) -> Self:
        """Nothing known of `n` terminals."""
        p = PLACES_MAX
        return cls(
            np.zeros((n, TRIANGLE)), np.zeros((n, SIZE)), np.zeros(n), np.zeros(n), np.zeros(n, np.int32),
            np.zeros((n, p), np.int16), np.zeros((n, p), np.int32), np.zeros((n, p)), np.zeros((n, p)),
            np.full((n, p), NO_TIME, np.int64), np.zeros((n, p), np.int32), np.zeros((n, p), np.uint8),
            np.zeros((n, p), np.uint8), np.zeros((n, p), np.int32), np.full((n, 3), np.nan), np.zeros((n, 3)),
            np.full((n, 3), np.nan), np.full(n, NO_TIME, np.int64), np.full(n, -1, np.int32), np.ones(n), np.ones(n), np.zeros(n, np.int32),
        )  # fmt: skip


class Mine(NamedTuple):
    """The part of `Memory` that belongs to one terminal: views, single numbers as arrays of one."""

    info: Floats
    rhs: Floats
    cost: Floats
    dof: Floats
    count: NDArray[np.int32]
    satellite: NDArray[np.int16]
    key: NDArray[np.int32]
    offset_cyc: Floats
    residual_m: Floats
    seen_ns: NDArray[np.int64]
    age: NDArray[np.int32]
    half_cycle: NDArray[np.uint8]
    held: NDArray[np.uint8]
    integer: NDArray[np.int32]
    x_ecef_m: Floats
    v_ecef_mps: Floats
    anchor_ecef_m: Floats
    t_ns: NDArray[np.int64]
    base: NDArray[np.int32]
    code_variance: Floats
    phase_variance: Floats
    fixed_epochs: NDArray[np.int32]
