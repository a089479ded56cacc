"""What the fence engine says: events that are asserted, and taken back when late rows show them wrong."""

from dataclasses import dataclass
from math import erfc, sqrt

import numpy as np
from numpy.typing import NDArray

from gnss._jit import kernel
from gnss.batch import Batch, column
from gnss.batches import NO_TIME
from mapping.datums.plane import plane_to_geodetic
from mapping.fences._memory import (
    CAUSE_T,
    EVENT_FENCE,
    EVENT_T,
    EVENT_X,
    EVENT_Y,
    KIND,
    OP,
    SIGMA,
    SLOT,
    STATUS,
    VALUE,
    Z,
)
from mapping.fences.fence_set import FenceSet
from mapping.fences.kinds import Op

Floats = NDArray[np.float64]
Uint64s = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class EventBatch(Batch):
    """One row per thing said. The final table is what was asserted and not retracted; `event_id` is its key.

    `p` is the probability of what is said: to be inside for ENTER, to be outside for EXIT and DEVIATION. `value` is, by
    kind: EXIT, DEPARTED, DWELL, ARRIVED s inside; SPEEDING m/s, SPEEDING_END greatest m/s; DEVIATION m beyond the
    limit, NaN = further than is looked; RETURN s away; CROSS m of the way between the rows.

    | name | dtype | shape | unit | meaning |
    |---|---|---|---|---|
    | event_id | u8 | | | the same for the same terminal, fence, kind and time |
    | op | u1 | | | an `Op`: asserted or retracted |
    | kind | u1 | | | an `EventKind` |
    | slot | i4 | | | terminal |
    | fence | i4 | | | row of the `FenceSet` |
    | t_gpst_ns | i8 | | ns | when it happened, GPST: the first row beyond the limit |
    | p | f4 | | | probability |
    | lat_rad | f8 | | rad | latitude of the row that decided |
    | lon_rad | f8 | | rad | longitude of the row that decided |
    | sigma_m | f4 | | m | standard deviation of that position across the limit |
    | cause_t_gpst_ns | i8 | | ns | time of the row that decided |
    | value | f8 | | | see above |
    | status | u1 | | | an `EventStatus` |
    """

    event_id: NDArray[np.uint64] = column("u8")
    op: NDArray[np.uint8] = column("u1", missing=int(Op.ASSERT))
    kind: NDArray[np.uint8] = column("u1")
    slot: NDArray[np.int32] = column("i4")
    fence: NDArray[np.int32] = column("i4")
    t_gpst_ns: NDArray[np.int64] = column("i8", missing=NO_TIME)
    p: NDArray[np.float32] = column("f4")
    lat_rad: NDArray[np.float64] = column("f8")
    lon_rad: NDArray[np.float64] = column("f8")
    sigma_m: NDArray[np.float32] = column("f4")
    cause_t_gpst_ns: NDArray[np.int64] = column("i8", missing=NO_TIME)
    value: NDArray[np.float64] = column("f8")
    status: NDArray[np.uint8] = column("u1")


@kernel
def _probabilities(z: Floats, p: NDArray[np.float32]) -> None:
    for row in range(z.size):
        p[row] = 0.5 * erfc(-z[row] / sqrt(2.0))


def _mixed(value: Uint64s) -> Uint64s:
    """Bits of a number spread over all of it. Source: splitmix64 (Steele, Lea and Flood, 2014)."""
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


def events_of(i: NDArray[np.int64], f: Floats, fences: FenceSet) -> EventBatch:
    """Events from the engine's numbers.

    Shape: (n, columns) twice to n rows. Unit: m of the plane to rad. Frame: that of the fences.
    """
    p = np.empty(len(i), np.float32)
    _probabilities(np.ascontiguousarray(f[:, Z]), p)
    lat_rad, lon_rad = plane_to_geodetic(f[:, EVENT_X], f[:, EVENT_Y], fences.plane)
    key = fences.rules["key"][i[:, EVENT_FENCE]]
    event_id = _mixed(
        _mixed(key ^ _mixed((i[:, SLOT] * 256 + i[:, KIND]).astype(np.uint64))) ^ i[:, EVENT_T].astype(np.uint64)
    )
    return EventBatch.of(
        event_id=event_id,
        op=i[:, OP].astype(np.uint8),
        kind=i[:, KIND].astype(np.uint8),
        slot=i[:, SLOT].astype(np.int32),
        fence=i[:, EVENT_FENCE].astype(np.int32),
        t_gpst_ns=i[:, EVENT_T].copy(),
        p=p,
        lat_rad=lat_rad,
        lon_rad=lon_rad,
        sigma_m=f[:, SIGMA].astype(np.float32),
        cause_t_gpst_ns=i[:, CAUSE_T].copy(),
        value=f[:, VALUE].copy(),
        status=i[:, STATUS].astype(np.uint8),
    )
