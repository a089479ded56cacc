"""The rows of a terminal inside the watermark, its earlier states, and the log of what was said of it."""

from math import isnan

from gnss._jit import inline_kernel, leaf_kernel
from mapping.fences._desk import Out, Rows, Work
from mapping.fences._memory import (
    BEGIN,
    CAUSE_T,
    END,
    EVENT_FLOATS,
    EVENTS_MAX,
    HEAD,
    LOG_INTS,
    LOGGED,
    MID,
    OLD,
    OP,
    PAIR_FLOATS,
    PAIR_INTS,
    PAIRS,
    RANK,
    ROW_FLOATS,
    ROW_INTS,
    ROW_T,
    SEAT_FLOATS,
    SEAT_INTS,
    SLOT,
    Mine,
    T,
)
from mapping.fences.kinds import Op
from mapping.fences.state import Counter

ASSERT, RETRACT = int(Op.ASSERT), int(Op.RETRACT)
EVENTS_FULL = int(Counter.EVENTS_FULL)


@inline_kernel
def write_row(mine: Mine, at: int, rows: Rows, row: int) -> None:
    """Put a row of the batch into a place of the ring."""
    for c in range(ROW_INTS):
        mine.ring_i[at, c] = rows.i[row, c]
    for c in range(ROW_FLOATS):
        mine.ring_f[at, c] = rows.f[row, c]


@inline_kernel
def _move_row(mine: Mine, to: int, of: int) -> None:
    for c in range(ROW_INTS):
        mine.ring_i[to, c] = mine.ring_i[of, c]
    for c in range(ROW_FLOATS):
        mine.ring_f[to, c] = mine.ring_f[of, c]


@leaf_kernel
def place_in_ring(mine: Mine, t: int) -> int:
    """The first place of the ring whose time is not before t."""
    at, begin = int(mine.book[END]), mine.book[BEGIN]
    while at > begin and mine.ring_i[at - 1, ROW_T] >= t:
        at -= 1
    return at


@leaf_kernel
def insert_row(mine: Mine, at: int, rows: Rows, row: int) -> None:
    """Put a row between those of the ring, which has room."""
    for k in range(mine.book[END], at, -1):
        _move_row(mine, k, k - 1)
    mine.book[END] += 1
    write_row(mine, at, rows, row)


@leaf_kernel
def compare_rows(mine: Mine, at: int, rows: Rows, row: int) -> int:
    """1 where the new row of the same time is to be preferred, 0 where both are the same, -1 where not.

    The better rank wins; between equal ranks any fixed order will do, so that the order of arrival does not matter.
    """
    for c in range(RANK, ROW_INTS):
        if rows.i[row, c] != mine.ring_i[at, c]:
            return 1 if rows.i[row, c] > mine.ring_i[at, c] else -1
    for c in range(ROW_FLOATS):
        new, old = rows.f[row, c], mine.ring_f[at, c]
        if isnan(new) and isnan(old):
            continue
        if new != old:
            return 1 if isnan(old) or new > old else -1
    return 0


@leaf_kernel
def copy_state(mine: Mine, of: int, to: int) -> None:
    """Let one of the three states of a terminal be another."""
    for c in range(SEAT_INTS):
        mine.seat_i[to, c] = mine.seat_i[of, c]
    for c in range(SEAT_FLOATS):
        mine.seat_f[to, c] = mine.seat_f[of, c]
    for k in range(mine.seat_i[of, PAIRS]):
        for c in range(PAIR_INTS):
            mine.pair_i[to, k, c] = mine.pair_i[of, k, c]
        for c in range(PAIR_FLOATS):
            mine.pair_f[to, k, c] = mine.pair_f[of, k, c]


@leaf_kernel
def drop_final(mine: Mine) -> None:
    """Let go of the rows that OLD includes, and of the events that they caused."""
    final_t = mine.seat_i[OLD, T]
    begin, end = mine.book[BEGIN], mine.book[END]
    while begin < end and mine.ring_i[begin, ROW_T] <= final_t:
        begin += 1
    mine.book[BEGIN] = begin
    kept = 0
    for k in range(mine.book[LOGGED]):
        if mine.log_i[k, CAUSE_T] > final_t:
            _move_event(mine, kept, k)
            kept += 1
    mine.book[LOGGED] = kept


@leaf_kernel
def move_to_front(mine: Mine) -> None:
    """Let the rows of the ring begin at its first place."""
    begin, end = mine.book[BEGIN], mine.book[END]
    for k in range(begin, end):
        _move_row(mine, k - begin, k)
    mine.book[BEGIN], mine.book[END] = 0, end - begin


@inline_kernel
def _move_event(mine: Mine, to: int, of: int) -> None:
    for c in range(LOG_INTS):
        mine.log_i[to, c] = mine.log_i[of, c]
    for c in range(EVENT_FLOATS):
        mine.log_f[to, c] = mine.log_f[of, c]


@leaf_kernel
def turn_states(mine: Mine) -> None:
    """MID becomes OLD, the newest state becomes MID."""
    copy_state(mine, MID, OLD)
    copy_state(mine, HEAD, MID)
    drop_final(mine)


@inline_kernel
def log_event(mine: Mine, w: Work, made: int) -> None:
    """Remember an event, so that it can be taken back; the oldest is forgotten where there are too many."""
    n = mine.book[LOGGED]
    if n == EVENTS_MAX:
        w.made.counters[EVENTS_FULL] += 1
        for k in range(1, n):
            _move_event(mine, k - 1, k)
        n -= 1
    for c in range(LOG_INTS):
        mine.log_i[n, c] = w.made.i[made, c]
    for c in range(EVENT_FLOATS):
        mine.log_f[n, c] = w.made.f[made, c]
    mine.book[LOGGED] = n + 1


@inline_kernel
def say(w: Work, out: Out, made: int) -> None:
    """Send an event out."""
    to = w.made.count[0]
    for c in range(LOG_INTS):
        out.i[to, c] = w.made.i[made, c]
    for c in range(EVENT_FLOATS):
        out.f[to, c] = w.made.f[made, c]
    out.i[to, SLOT], out.i[to, OP] = w.made.slot[0], ASSERT
    w.made.count[0] = to + 1


@leaf_kernel
def take_back(mine: Mine, w: Work, out: Out, logged: int) -> None:
    """Say that an event of the log did not happen."""
    to = w.made.count[0]
    for c in range(LOG_INTS):
        out.i[to, c] = mine.log_i[logged, c]
    for c in range(EVENT_FLOATS):
        out.f[to, c] = mine.log_f[logged, c]
    out.i[to, SLOT], out.i[to, OP] = w.made.slot[0], RETRACT
    w.made.count[0] = to + 1
