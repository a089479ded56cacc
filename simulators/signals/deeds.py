"""What was done to a recording, in rows."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from gnss.batch import Batch, column
from gnss.batches import NO_TIME

ALL = 255
"""Of a deed: all satellites."""


class Deed(IntEnum):
    """What was done."""

    HIDDEN = 0
    LOST_EPOCH = 1
    OUTAGE = 2
    SLIP = 3
    SILENT_SLIP = 4
    HALF_CYCLE = 5
    RAMP = 6
    NOISE = 7


@dataclass(frozen=True, slots=True)
class DeedBatch(Batch):
    """One row per thing done.

    | name | dtype | shape | unit | meaning |
    |---|---|---|---|---|
    | deed | u1 | | | a `Deed` |
    | slot | i4 | | | terminal; -1 = all |
    | system | u1 | | | constellation; 255 = all satellites |
    | prn | u1 | | | satellite |
    | signal | u1 | | | RINEX code, index into `CODE_NAMES`; 0 = all signals |
    | from_gpst_ns | i8 | | ns | when it began |
    | to_gpst_ns | i8 | | ns | when it ended; slips do not end |
    | amount | f8 | | | cycles of slips, metres of ramps and noise |
    | rows | i4 | | | rows that it changed or removed |
    """

    deed: NDArray[np.uint8] = column("u1")
    slot: NDArray[np.int32] = column("i4", missing=-1)
    system: NDArray[np.uint8] = column("u1", missing=ALL)
    prn: NDArray[np.uint8] = column("u1")
    signal: NDArray[np.uint8] = column("u1")
    from_gpst_ns: NDArray[np.int64] = column("i8", missing=NO_TIME)
    to_gpst_ns: NDArray[np.int64] = column("i8", missing=NO_TIME)
    amount: NDArray[np.float64] = column("f8")
    rows: NDArray[np.int32] = column("i4")
