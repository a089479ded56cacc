"""What the observation kernels are handed: memory to keep, columns to write."""

from typing import Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from gnss.batches import NO_TIME, SYSTEM_COUNT, SYSTEMS
from gnss.rinex.report import Problems
from gnss.rinex.types import FIELDS_MAX, PRN_END
from gnss.rtcm.signals import CODE_NAMES

# places in `Memory.cursor`
LINE: Final = 0  # next line to read
EPOCHS: Final = 1  # epochs written
ROWS: Final = 2  # observations written
RECORDS: Final = 3  # header records that stand at LINE
CURSOR_END: Final = 4

FLAG_OK: Final = 0
FLAG_POWER: Final = 1
FLAG_SLIPS: Final = 6
FLAGS_END: Final = 7

SYSTEM_OF = np.full(256, -1, np.int64)
"""Column of a system by the byte of its letter; a blank is GPS, as in RINEX 2."""
for _index, _letter in enumerate(SYSTEMS):
    SYSTEM_OF[ord(_letter)] = _index
SYSTEM_OF[ord(" ")] = SYSTEMS.index("G")
SBAS = SYSTEMS.index("S")
GLONASS = SYSTEMS.index("R")
SBAS_OFFSET: Final = 100  # S20 is PRN 120


class Memory(NamedTuple):
    """What is remembered between epochs.

    `lock_from` (7, PRN_END, codes): instant since which a phase has not slipped. `seen` (7, PRN_END): number of the
    epoch in which a satellite was last. `t_last` (1,). `lli`, `ssi` (FIELDS_MAX,): of the signals of the satellite at
    hand. Then where reading stands and what was wrong (`gnss.rinex.report.Problems`).
    """

    lock_from: NDArray[np.int64]
    seen: NDArray[np.int64]
    t_last: NDArray[np.int64]
    lli: NDArray[np.uint8]
    ssi: NDArray[np.uint8]
    cursor: NDArray[np.int64]
    counts: NDArray[np.int64]
    problem_line: NDArray[np.int64]
    problem_status: NDArray[np.uint8]
    problems: NDArray[np.int64]
    events: NDArray[np.int64]

    @classmethod
    def fresh(cls, line: int, problems: Problems) -> Self:
        """Nothing seen; the first line of the body is `line`."""
        cursor = np.zeros(CURSOR_END, np.int64)
        cursor[LINE] = line
        return cls(
            np.full((SYSTEM_COUNT, PRN_END, len(CODE_NAMES)), NO_TIME, np.int64),
            np.full((SYSTEM_COUNT, PRN_END), -1, np.int64), np.full(1, NO_TIME, np.int64),
            np.zeros(FIELDS_MAX, np.uint8), np.zeros(FIELDS_MAX, np.uint8), cursor,
            problems.counts, problems.lines, problems.statuses, problems.total, problems.events,
        )  # fmt: skip


class EpochSink(NamedTuple):
    """Columns of epochs."""

    t_gpst_ns: NDArray[np.int64]
    first: NDArray[np.int64]
    rows: NDArray[np.int32]
    status: NDArray[np.uint8]
    clock_s: NDArray[np.float64]

    @classmethod
    def room(cls, n: int) -> Self:
        """Columns of `n` rows, not yet filled."""
        return cls(*(np.empty(n, dtype) for dtype in ("i8", "i8", "i4", "u1", "f8")))


class RowSink(NamedTuple):
    """Columns of observations."""

    t_gpst_ns: NDArray[np.int64]
    system: NDArray[np.uint8]
    prn: NDArray[np.uint8]
    signal: NDArray[np.uint8]
    channel: NDArray[np.int8]
    pr_m: NDArray[np.float64]
    cp_cyc: NDArray[np.float64]
    doppler_hz: NDArray[np.float64]
    cn0_dbhz: NDArray[np.float32]
    lock_s: NDArray[np.float32]
    half_cycle: NDArray[np.uint8]
    status: NDArray[np.uint8]

    @classmethod
    def room(cls, n: int) -> Self:
        """Columns of `n` rows, not yet filled."""
        codes = ("i8", "u1", "u1", "u1", "i1", "f8", "f8", "f8", "f4", "f4", "u1", "u1")
        return cls(*(np.empty(n, dtype) for dtype in codes))
