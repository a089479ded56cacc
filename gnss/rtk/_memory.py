"""What the engine remembers of each terminal: an information filter over its ambiguities, and where it was."""

from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from gnss.batches import NO_TIME
from gnss.rtk._work import PLACES_MAX, SIZE, Bytes, Floats, Shorts, record_type

TRIANGLE: Final = SIZE * (SIZE + 1) // 2
"""Entries of the packed lower triangle of the information matrix."""

Memory = NDArray[np.void]
"""A record (`Mine`) for each terminal."""


class Mine(Protocol):
    """One terminal. Single numbers are arrays of one; by place = by ambiguity.

    `info` (TRIANGLE,) packed lower triangle by rows, `rhs` (SIZE,), `cost`, `dof`: the quadratic form of all
    observations so far; its first three unknowns are a resting rover's position, the others single-difference
    ambiguities in cycles less `offset_cyc`. `count` places in use. By place: `satellite`, `key` of its group,
    `offset_cyc`, `residual_m` phase less range and clocks when last seen at `seen_ns`, `age` epochs, `half_cycle`,
    `held` 1 = fixed to `integer`, in half cycles. `x_ecef_m` last position, `v_ecef_mps`, `t_ns`; `anchor_ecef_m` where
    a resting rover's filter is linearised; `station` number of its base; `code_variance` and `phase_variance` what was
    learnt of the noise; `fixed_epochs` since the integers were found, `sure` 1 = they may be shown, `doubts` epochs of
    late that contradict them; `off_codes_m` how far, of late, they lie from the codes; `t_loose_ns` when offsets of
    groups were last let drift.
    """

    info: Floats
    rhs: Floats
    cost: Floats
    dof: Floats
    code_variance: Floats
    phase_variance: Floats
    x_ecef_m: Floats
    v_ecef_mps: Floats
    anchor_ecef_m: Floats
    off_codes_m: Floats
    offset_cyc: Floats
    residual_m: Floats
    seen_ns: NDArray[np.int64]
    t_ns: NDArray[np.int64]
    t_loose_ns: NDArray[np.int64]
    key: NDArray[np.int32]
    age: NDArray[np.int32]
    integer: NDArray[np.int32]
    count: NDArray[np.int32]
    station: NDArray[np.int32]
    fixed_epochs: NDArray[np.int32]
    sure: NDArray[np.int32]
    doubts: NDArray[np.int32]
    satellite: Shorts
    half_cycle: Bytes
    held: Bytes


_ONE = (
    "cost",
    "dof",
    "code_variance",
    "phase_variance",
    "t_ns",
    "t_loose_ns",
    "count",
    "station",
    "fixed_epochs",
    "sure",
    "doubts",
)

MEMORY_TYPE: Final = record_type(
    Mine,
    (PLACES_MAX,),
    {
        "info": (TRIANGLE,),
        "rhs": (SIZE,),
        **{name: (3,) for name in ("x_ecef_m", "v_ecef_mps", "anchor_ecef_m", "off_codes_m")},
        **{name: (1,) for name in _ONE},
    },
)


def new_memory(n: int) -> Memory:
    """Nothing known of `n` terminals."""
    memory: Any = np.zeros(n, MEMORY_TYPE)
    memory["x_ecef_m"] = memory["anchor_ecef_m"] = np.nan
    memory["t_ns"] = memory["t_loose_ns"] = NO_TIME
    memory["seen_ns"] = NO_TIME
    memory["station"] = -1
    memory["code_variance"] = memory["phase_variance"] = 1.0
    return memory
