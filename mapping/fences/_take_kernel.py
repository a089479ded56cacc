"""A batch of rows into the memories of their terminals, in the order in which they come."""

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, leaf_kernel
from gnss.batches import NO_TIME
from mapping.fences._advance_kernel import advance
from mapping.fences._cells import RUNS_AT
from mapping.fences._contains_kernel import place_of
from mapping.fences._desk import MADE_MAX, Chart, Out, Rows, Sheet, Work
from mapping.fences._late_kernel import make_room, replay
from mapping.fences._memory import (
    DIRTY,
    END,
    EVENTS_MAX,
    MID,
    NEWEST,
    OLD,
    ROW_FLOATS,
    ROW_INTS,
    ROW_T,
    ROW_X,
    ROW_Y,
    ROWS_MAX,
    Memory,
    Mine,
    T,
    offset_of,
)
from mapping.fences._prefetch import prefetch
from mapping.fences._ring_kernel import (
    compare_rows,
    insert_row,
    log_event,
    place_in_ring,
    say,
    turn_states,
    write_row,
)
from mapping.fences.state import Counter

Int32s = NDArray[np.int32]
Int64s = NDArray[np.int64]

AHEAD = 6
"""Rows between asking for memory and using it."""

LINE_BYTES = 64
HOT_BYTES = offset_of("pair_i") + LINE_BYTES
RING_I_BYTES, RING_F_BYTES = offset_of("ring_i"), offset_of("ring_f")

TAKEN, UNUSABLE, LATE = int(Counter.ROWS), int(Counter.UNUSABLE), int(Counter.LATE)
DUPLICATE, REVISED, REPLAYED = int(Counter.DUPLICATE), int(Counter.REVISED), int(Counter.REPLAYED)


@inline_kernel
def _take_in_order(mine: Mine, w: Work, sheet: Sheet, chart: Chart, out: Out, rows: Rows, row: int) -> None:
    """A row that is newer than all of its terminal's."""
    t = rows.i[row, ROW_T]
    if mine.book[END] == ROWS_MAX:
        make_room(mine, w, sheet, chart, out)
    dirty = mine.book[DIRTY] != 0
    if not dirty and mine.seat_i[MID, T] <= t - w.its.watermark_ns:
        turn_states(mine)
    at = mine.book[END]
    write_row(mine, at, rows, row)
    mine.book[END], mine.book[NEWEST] = at + 1, t
    if not dirty:
        for k in range(advance(mine, w, sheet, chart, at, 0)):
            log_event(mine, w, k)
            say(w, out, k)


@leaf_kernel
def _take_late(mine: Mine, w: Work, sheet: Sheet, chart: Chart, out: Out, rows: Rows, row: int) -> bool:
    """A row that is not; gives whether the terminal's rows have to be gone through again."""
    t = rows.i[row, ROW_T]
    if t <= mine.book[NEWEST] - w.its.watermark_ns or t <= mine.seat_i[OLD, T]:
        w.made.counters[LATE] += 1
        return False
    at = place_in_ring(mine, t)
    if at < mine.book[END] and mine.ring_i[at, ROW_T] == t:
        verdict = compare_rows(mine, at, rows, row)
        w.made.counters[REVISED if verdict > 0 else DUPLICATE] += 1
        if verdict > 0:
            write_row(mine, at, rows, row)
        return verdict > 0
    if mine.book[END] == ROWS_MAX:
        make_room(mine, w, sheet, chart, out)
        if t <= mine.seat_i[OLD, T]:
            w.made.counters[LATE] += 1
            return False
        at = place_in_ring(mine, t)
    insert_row(mine, at, rows, row)
    return True


@inline_kernel
def _has_room(w: Work, out: Out) -> bool:
    """Whether whatever one row causes fits into what goes out."""
    return bool(w.made.count[0] + 2 * MADE_MAX + 2 * EVENTS_MAX <= out.i.shape[0])


@inline_kernel
def _look_ahead(memory: Memory, rows: Rows, row: int, chart: Chart) -> None:
    """Ask for what rows need that come soon: first what is always read of their terminals, and the records of their
    cells; then the place in the ring, and the edges of the first partial fence."""
    cells = chart.cells
    if row + 2 * AHEAD < rows.slot.size:
        slot = rows.slot[row + 2 * AHEAD]
        for line in range(0, HOT_BYTES, LINE_BYTES):
            prefetch(memory, slot, line)
        x_m, y_m = rows.f[row + 2 * AHEAD, ROW_X], rows.f[row + 2 * AHEAD, ROW_Y]
        record = place_of(x_m, y_m, cells, chart.grid)[1]
        rows.record[row + 2 * AHEAD] = record
        prefetch(cells.words, record, 0)
        prefetch(cells.words, record, LINE_BYTES)
    if row + AHEAD < rows.slot.size:
        slot, record = rows.slot[row + AHEAD], rows.record[row + AHEAD]
        at = memory[slot].book[END]
        prefetch(memory, slot, RING_I_BYTES + 8 * ROW_INTS * at)
        prefetch(memory, slot, RING_F_BYTES + 8 * ROW_FLOATS * at)
        if cells.words[record + 1] != 0:
            vertex = cells.words[record + 2 + cells.words[record] + RUNS_AT]
            prefetch(cells.vertex_m, vertex, 0)
            prefetch(cells.vertex_m, vertex, LINE_BYTES)


@leaf_kernel
def take_rows(
    memory: Memory, groups: Int64s, w: Work, sheet: Sheet, chart: Chart, out: Out, rows: Rows, begin: int,
    dirty: Int32s, n_dirty: int,
) -> tuple[int, int]:  # fmt: skip
    """Take the rows from `begin` on while there is room; gives the row reached and how many terminals are dirty."""
    for row in range(begin, rows.slot.size):
        slot, t = rows.slot[row], rows.i[row, ROW_T]
        if not _has_room(w, out):
            return row, n_dirty
        _look_ahead(memory, rows, row, chart)
        mine = memory[slot]
        w.made.slot[0], w.made.groups[0] = slot, groups[slot]
        w.made.counters[TAKEN] += 1
        if t == NO_TIME:
            w.made.counters[UNUSABLE] += 1
        elif t > mine.book[NEWEST]:
            _take_in_order(mine, w, sheet, chart, out, rows, row)
        elif _take_late(mine, w, sheet, chart, out, rows, row):
            w.made.counters[REPLAYED] += 1
            if mine.book[DIRTY] == 0:
                mine.book[DIRTY] = 1
                dirty[n_dirty] = slot
                n_dirty += 1
    return rows.slot.size, n_dirty


@leaf_kernel
def replay_dirty(
    memory: Memory, groups: Int64s, w: Work, sheet: Sheet, chart: Chart, out: Out, dirty: Int32s, begin: int,
    n_dirty: int,
) -> int:  # fmt: skip
    """Go through the rows of dirty terminals again while there is room; gives how many were done."""
    for k in range(begin, n_dirty):
        if not _has_room(w, out):
            return k
        mine = memory[dirty[k]]
        w.made.slot[0], w.made.groups[0] = dirty[k], groups[dirty[k]]
        if mine.book[DIRTY] != 0:
            replay(mine, w, sheet, chart, out)
    return n_dirty
