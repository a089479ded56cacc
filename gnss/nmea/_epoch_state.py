"""The arrays of the epoch assembler, as its kernels take them."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss.time._watch_kernel import WATCH_COUNT, WATCH_TIMES

# columns of `EpochArrays.clock` behind those of the watch: is an epoch open; its time of day and day; last dated
# instant; receive time; satellites in the sky, generation and whether they changed; constellations whose GSA came;
# verdict on the date, whether it was stated; receive time of `LAST`
OPEN, TIME, DAY, LAST, RX, SKY, GENERATION, DIRTY, USED_FRESH, VERDICT, STATED, LAST_RX = range(
    WATCH_COUNT, WATCH_COUNT + 12
)
CLOCK_COUNT = WATCH_COUNT + 12
CLOCK_TIMES = (*WATCH_TIMES, LAST, RX, LAST_RX)
"""Columns that are missing at first."""

# columns of `RowSink.clock`
ROW_SLOT, ROW_TIME, ROW_RX, ROW_CLOSED, ROW_VERDICT, ROW_ERA = range(6)
ROW_CLOCK_COUNT = 6


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
    """Where rows go: their values, and (slot, time, receive time, newest instant closed before, verdict on the
    date, era)."""

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
