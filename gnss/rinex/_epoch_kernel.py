"""Heads of epochs, and the bodies of RINEX 3 and 4: a line a satellite."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from gnss._jit import leaf_kernel
from gnss.batches import NO_TIME
from gnss.rinex._kit import (
    EPOCHS,
    FLAG_POWER,
    FLAG_SLIPS,
    FLAGS_END,
    LINE,
    RECORDS,
    ROWS,
    EpochSink,
    Memory,
    RowSink,
)
from gnss.rinex._satellite_kernel import (
    FIELD_WIDTH,
    close_rows,
    forget_locks,
    is_new,
    note,
    open_rows,
    read_field,
    read_satellite,
)
from gnss.rinex._text_kernel import GOOD, Text, header_lines, read_date, read_decimal, read_integer
from gnss.rinex.types import TypePlan
from gnss.status import Status

_OK, _SYNTAX, _TRUNCATED = int(Status.OK), int(Status.FIELD_SYNTAX), int(Status.TRUNCATED)
_DUPLICATE, _STALE, _GARBAGE = int(Status.DUPLICATE), int(Status.STALE), int(Status.GARBAGE)
_NO_TIME = int(NO_TIME)
_GREATER, _ZERO, _NINE = 62, 48, 57
_SATELLITE_WIDTH: Final = 3

DATE_3 = np.array([2, 6, 7, 9, 10, 12, 13, 15, 16, 18, 18, 29], np.int64)
_FLAG_3, _COUNT_3, _COUNT_END_3, _CLOCK_3, _CLOCK_END_3 = 31, 32, 35, 41, 56
_COUNT_LONGEST: Final = 41


@leaf_kernel
def open_epoch(memory: Memory, epochs: EpochSink, t_gpst_ns: int, clock_s: float) -> None:
    """Begin the row of an epoch."""
    n, last = memory.cursor[EPOCHS], memory.t_last[0]
    epochs.t_gpst_ns[n], epochs.first[n], epochs.clock_s[n] = t_gpst_ns, memory.cursor[ROWS], clock_s
    epochs.status[n] = _DUPLICATE if t_gpst_ns == last else (_STALE if last != _NO_TIME and t_gpst_ns < last else _OK)
    memory.t_last[0] = t_gpst_ns


@leaf_kernel
def close_epoch(memory: Memory, epochs: EpochSink) -> None:
    """End it: how many observations it has."""
    n = memory.cursor[EPOCHS]
    epochs.rows[n] = memory.cursor[ROWS] - epochs.first[n]
    memory.cursor[EPOCHS] = n + 1


@leaf_kernel
def read_clock_s(data: NDArray[np.uint8], start: int, stop: int) -> float:
    """Receiver clock offset of an epoch; NaN = not stated."""
    value, verdict = read_decimal(data, min(start, stop), stop)
    return value if verdict == GOOD else np.nan


@leaf_kernel
def _read_count(data: NDArray[np.uint8], start: int, stop: int) -> tuple[int, int]:
    """Number of records of an epoch. It has three columns; a larger one runs on into the blanks behind it."""
    end = start + _COUNT_END_3
    while end < min(start + _COUNT_LONGEST, stop) and _ZERO <= data[end] <= _NINE:
        end += 1
    return read_integer(data, start + _COUNT_3, min(end, stop))


@leaf_kernel
def _read_line(text: Text, line: int, plan: TypePlan, memory: Memory, rows: RowSink, t_gpst_ns: int) -> None:
    """The observations of one satellite."""
    data, start, stop = text.data, text.start[line], text.stop[line]
    system, prn = read_satellite(data, start, stop)
    if system < 0:
        note(memory, line, _SYNTAX)
        return
    if not is_new(memory, system, prn):
        note(memory, line, _DUPLICATE)
        return
    open_rows(plan, memory, rows, system)
    at, good = start + _SATELLITE_WIDTH, True
    for place in range(plan.fields[system]):
        if at >= stop:
            break
        good = read_field(data, at, stop, plan, system, place, memory, rows) and good
        at += FIELD_WIDTH
    if not good:
        note(memory, line, _SYNTAX)
    close_rows(plan, memory, rows, system, prn, t_gpst_ns)


@leaf_kernel
def _is_head(text: Text, line: int) -> bool:
    return text.stop[line] > text.start[line] and text.data[text.start[line]] == _GREATER


@leaf_kernel
def _begins(text: Text, line: int) -> bool:
    """Whether an epoch or a header begins there."""
    return _is_head(text, line) or header_lines(text, line) > 0


@leaf_kernel
def _read_epoch(text: Text, count: int, plan: TypePlan, memory: Memory, rows: RowSink, t_gpst_ns: int) -> None:
    """The satellites of an epoch; a head among them, or a header, ends it early."""
    line = memory.cursor[LINE]
    end = min(line + count, len(text.start))
    while line < end and not _begins(text, line):
        _read_line(text, line, plan, memory, rows, t_gpst_ns)
        line += 1
    if line < memory.cursor[LINE] + count:
        note(memory, min(line, len(text.start) - 1), _TRUNCATED)
    memory.cursor[LINE] = line


@leaf_kernel
def skip_lost(text: Text, memory: Memory) -> None:
    """Pass lines that belong to no epoch and to no header, as one problem."""
    line = memory.cursor[LINE]
    while line < len(text.start) and not _begins(text, line):
        line += 1
    memory.cursor[LINE] = line


@leaf_kernel
def _is_header(text: Text, memory: Memory) -> bool:
    """Whether a header stands at the cursor; lines that belong to nothing are passed."""
    line = memory.cursor[LINE]
    memory.cursor[RECORDS] = header_lines(text, line)
    if memory.cursor[RECORDS] > 0:
        return True
    if text.stop[line] > text.start[line]:
        note(memory, line, _GARBAGE)
    skip_lost(text, memory)
    return False


@leaf_kernel
def _read_head(data: NDArray[np.uint8], start: int, stop: int, tags: int) -> tuple[int, int, int]:
    """Instant, flag and number of records of the head of an epoch; flag -1 = not legible. Events need no date."""
    flag, ok_flag = read_integer(data, start + _FLAG_3, min(start + _FLAG_3 + 1, stop))
    count, ok_count = _read_count(data, start, stop)
    t_gpst_ns, ok_date = read_date(data, start, stop, DATE_3, tags)
    if ok_flag or flag >= FLAGS_END or ok_count or (flag <= FLAG_POWER and ok_date):
        return 0, -1, 0
    return t_gpst_ns, flag, count


@leaf_kernel
def read_body_3(text: Text, plan: TypePlan, tags: int, memory: Memory, epochs: EpochSink, rows: RowSink) -> bool:
    """Read epochs until header records stand at the cursor (True) or the text ends (False)."""
    data = text.data
    while memory.cursor[LINE] < len(text.start):
        line = memory.cursor[LINE]
        start, stop = text.start[line], text.stop[line]
        if not _is_head(text, line):
            if _is_header(text, memory):
                return True
            continue
        memory.cursor[LINE] = line + 1
        t_gpst_ns, flag, count = _read_head(data, start, stop, tags)
        if flag < 0:
            note(memory, line, _SYNTAX)
            skip_lost(text, memory)
            continue
        memory.events[flag] += 1
        if flag <= FLAG_POWER:
            if flag == FLAG_POWER:
                forget_locks(memory)
            open_epoch(memory, epochs, t_gpst_ns, read_clock_s(data, start + _CLOCK_3, min(start + _CLOCK_END_3, stop)))
            _read_epoch(text, count, plan, memory, rows, t_gpst_ns)
            close_epoch(memory, epochs)
        elif flag < FLAG_SLIPS and count > 0:
            memory.cursor[RECORDS] = count
            return True
        else:
            skip_records(text, memory, count)
    return False


@leaf_kernel
def skip_records(text: Text, memory: Memory, count: int) -> None:
    """Pass records that are not observations; a head among them, or a header, ends them early."""
    line = memory.cursor[LINE]
    end = min(line + count, len(text.start))
    while line < end and not _begins(text, line):
        line += 1
    memory.cursor[LINE] = line
