"""The arrays of the epoch assembler, as its kernels take them."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

# columns of `EpochArrays.clock`: is an epoch open; its time of day and day; last dated instant; latest instant
# closed; receive time;
# satellites in the sky, generation and whether they changed; constellations whose GSA came; date suspect, stated;
# receive time of `LAST`; epochs in a row that were suspect because they leapt ahead
OPEN, TIME, DAY, LAST, CLOSED, RX, SKY, GENERATION, DIRTY, USED_FRESH, SUSPECT, STATED, LAST_RX, LEAPS = range(14)
CLOCK_COUNT = 14

# values of `SUSPECT`
SURE, FAR, LEAPT = 0, 1, 2

# columns of `RowSink.clock`
ROW_SLOT, ROW_TIME, ROW_RX, ROW_CLOSED, ROW_SUSPECT = range(5)
ROW_CLOCK_COUNT = 5


class EpochArrays(NamedTuple):
    """State by terminal.

    Values of the open row, times and flags, satellites in view, GSV groups of this cycle, satellites used.
    """

    acc: NDArray[np.float64]
    clock: NDArray[np.int64]
    sky: NDArray[np.uint64]
    seen: NDArray[np.uint64]
    used: NDArray[np.uint64]


class RowSink(NamedTuple):
    """Where rows go: their values, and (slot, time, receive time, latest instant closed before, date suspect)."""

    acc: NDArray[np.float64]
    clock: NDArray[np.int64]


class SentenceColumns(NamedTuple):
    """What the assembler reads of a `SentenceBatch`, and its cells."""

    slot: NDArray[np.int32]
    kind: NDArray[np.uint8]
    talker: NDArray[np.uint16]
    antenna: NDArray[np.uint8]
    status: NDArray[np.uint8]
    cell: NDArray[np.int64]
    t_rx_ns: NDArray[np.int64]
    cells: NDArray[np.float64]
