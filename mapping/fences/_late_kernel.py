"""Rows that come late: all rows since OLD are gone through again, and what comes out differently is corrected."""

from math import isnan

from gnss._jit import leaf_kernel
from mapping.fences._advance_kernel import advance
from mapping.fences._desk import Chart, Out, Sheet, Work
from mapping.fences._memory import (
    BEGIN,
    DIRTY,
    END,
    EVENT_FLOATS,
    HEAD,
    LOG_INTS,
    LOGGED,
    MID,
    NEVER,
    NEWEST,
    OLD,
    ROW_T,
    Mine,
    T,
)
from mapping.fences._ring_kernel import copy_state, drop_final, log_event, move_to_front, say, take_back
from mapping.fences.state import Counter

EARLY_FINAL = int(Counter.EARLY_FINAL)


@leaf_kernel
def _is_same(mine: Mine, w: Work, logged: int, made: int) -> bool:
    for c in range(LOG_INTS):
        if mine.log_i[logged, c] != w.made.i[made, c]:
            return False
    for c in range(EVENT_FLOATS):
        old, new = mine.log_f[logged, c], w.made.f[made, c]
        if old != new and not (isnan(old) and isnan(new)):
            return False
    return True


@leaf_kernel
def _find(mine: Mine, w: Work, made: int) -> int:
    """Where an event is in the log, or -1."""
    for logged in range(mine.book[LOGGED]):
        if _is_same(mine, w, logged, made):
            return logged
    return -1


@leaf_kernel
def _correct(mine: Mine, w: Work, out: Out, made: int) -> None:
    """Take back what did not come out again, say what is new, and log what holds now."""
    for logged in range(mine.book[LOGGED]):
        again = False
        for k in range(made):
            again = again or _is_same(mine, w, logged, k)
        if not again:
            take_back(mine, w, out, logged)
    for k in range(made):
        if _find(mine, w, k) < 0:
            say(w, out, k)
    mine.book[LOGGED] = 0
    for k in range(made):
        log_event(mine, w, k)


@leaf_kernel
def _run_again(mine: Mine, w: Work, sheet: Sheet, chart: Chart, mid_t: int) -> int:
    """Go through all rows of the ring from OLD on; MID becomes the state at `mid_t`. Gives the events made."""
    made, is_mid = 0, mid_t == NEVER
    copy_state(mine, OLD, HEAD)
    if is_mid:
        copy_state(mine, OLD, MID)
    for row in range(mine.book[BEGIN], mine.book[END]):
        if not is_mid and mine.ring_i[row, ROW_T] > mid_t:
            copy_state(mine, HEAD, MID)
            is_mid = True
        made = advance(mine, w, sheet, chart, row, made)
    if not is_mid:
        copy_state(mine, HEAD, MID)
    return made


@leaf_kernel
def replay(mine: Mine, w: Work, sheet: Sheet, chart: Chart, out: Out) -> None:
    """Let the terminal's rows be gone through again."""
    mid_t = mine.seat_i[MID, T]
    _correct(mine, w, out, _run_again(mine, w, sheet, chart, mid_t))
    mine.book[DIRTY] = 0


@leaf_kernel
def _make_final(mine: Mine, w: Work, sheet: Sheet, chart: Chart, until_t: int) -> None:
    """Let the rows up to a time be final: OLD becomes the state there."""
    _run_again(mine, w, sheet, chart, until_t)
    copy_state(mine, MID, OLD)
    drop_final(mine)


@leaf_kernel
def make_room(mine: Mine, w: Work, sheet: Sheet, chart: Chart, out: Out) -> None:
    """The ring is full: rows beyond the watermark become final, or where there are none, the older half.

    Rows of the ring are where they were no more.
    """
    if mine.book[BEGIN] > 0:
        move_to_front(mine)
        return
    if mine.book[DIRTY] != 0:
        replay(mine, w, sheet, chart, out)
    until_t = mine.book[NEWEST] - w.its.watermark_ns
    if mine.ring_i[mine.book[BEGIN], ROW_T] > until_t:
        w.made.counters[EARLY_FINAL] += 1
        until_t = mine.ring_i[mine.book[END] // 2, ROW_T]
    _make_final(mine, w, sheet, chart, until_t)
    move_to_front(mine)
