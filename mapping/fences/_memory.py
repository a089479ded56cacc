"""What the engine remembers of each terminal, one record a slot; columns are named by the numbers below.

Of each terminal three states are kept: the newest (HEAD), and two earlier ones (MID, OLD). Its rows since OLD are in
the ring from BEGIN to END, sorted by time: a row that comes late is put among them, and all of them are gone through
again from OLD. When MID is older than the watermark it becomes OLD, and the newest state becomes MID. Rows move to the
front of the ring when its end is reached: twice the watermark of rows is moved seldom, not at each turn.
"""

from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Int64s = NDArray[np.int64]

ROWS_MAX: Final = 128
"""Rows of a terminal that are kept: twice the watermark at 3 Hz. Of more, the older half becomes final early."""

PAIRS_MAX: Final = 16
"""Fences that a terminal may be in, or about to enter, at a time."""

EVENTS_MAX: Final = 64
"""Events of a terminal that can be taken back."""

NEVER: Final = 0
"""No time: no row is from the first ns of GPST."""

HEAD, MID, OLD = 0, 1, 2
STATES = 3

# book: of each terminal
NEWEST, BEGIN, END, LOGGED, DIRTY = 0, 1, 2, 3, 4
BOOK_COLUMNS = 5

# seat_i and seat_f: one state of a terminal, apart from its fences
T, FIRST_T, PAIRS, A_T, B_T, EDGE = 0, 1, 2, 3, 4, 5
SEAT_INTS = 6
X, Y, SPEED, STEP_MPS, AX, AY, BX, BY, OFFSET = 0, 1, 2, 3, 4, 5, 6, 7, 8
SEAT_FLOATS = 10

# pair_i and pair_f: one fence that a terminal is in, or is about to enter or cross
FENCE, FLAGS, SINCE, ENTERED, COUNT, FAST, WRONG = 0, 1, 2, 3, 4, 5, 6
PAIR_INTS = 8
FROM_X, FROM_Y, FASTEST = 0, 1, 2
PAIR_FLOATS = 4

# flags of a pair
INSIDE, DWELT, SPEEDING, WRONG_WAY, ARRIVED, OPENED, CROSSING, DEVIATED = 1, 2, 4, 8, 16, 32, 64, 128

# ring_i and ring_f: one row
ROW_T, RANK, ROW_EDGE = 0, 1, 2
ROW_INTS = 3
ROW_X, ROW_Y, VAR_E, VAR_N, COV_NE, ROW_SPEED, ROW_COURSE, ROW_OFFSET = 0, 1, 2, 3, 4, 5, 6, 7
ROW_FLOATS = 8

# event_i and event_f: one event, in the log of a terminal or on its way out
KIND, EVENT_FENCE, EVENT_T, CAUSE_T, STATUS, SLOT, OP = 0, 1, 2, 3, 4, 5, 6
LOG_INTS = 5
EVENT_INTS = 7
Z, EVENT_X, EVENT_Y, SIGMA, VALUE = 0, 1, 2, 3, 4
EVENT_FLOATS = 5


Memory = NDArray[np.void]
"""A record (`Mine`) of each terminal; all zero = nothing known."""


class Mine(Protocol):
    """One terminal: arrays by the columns above, the states and pairs of it by state, rows and events in order."""

    book: Int64s
    seat_i: Int64s
    seat_f: Floats
    pair_i: Int64s
    pair_f: Floats
    ring_i: Int64s
    ring_f: Floats
    log_i: Int64s
    log_f: Floats


MEMORY_TYPE: Final = np.dtype(
    (
        np.record,
        np.dtype(
            [
                ("book", "i8", (BOOK_COLUMNS,)),
                ("seat_i", "i8", (STATES, SEAT_INTS)),
                ("seat_f", "f8", (STATES, SEAT_FLOATS)),
                ("pair_i", "i8", (STATES, PAIRS_MAX, PAIR_INTS)),
                ("pair_f", "f8", (STATES, PAIRS_MAX, PAIR_FLOATS)),
                ("log_i", "i8", (EVENTS_MAX, LOG_INTS)),
                ("log_f", "f8", (EVENTS_MAX, EVENT_FLOATS)),
                ("ring_i", "i8", (ROWS_MAX, ROW_INTS)),
                ("ring_f", "f8", (ROWS_MAX, ROW_FLOATS)),
            ]
        ),
    )
)


def new_memory(n: int) -> Memory:
    """Nothing known of `n` terminals; memory is touched when a terminal is heard."""
    return np.zeros(n, MEMORY_TYPE)


def offset_of(field: str) -> int:
    """Where a field of the record begins, in bytes."""
    fields = MEMORY_TYPE.fields
    assert fields is not None
    return fields[field][1]
