"""The bodies of RINEX 2: satellites in the head of an epoch, then lines of five observations each."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from gnss._jit import leaf_kernel
from gnss.rinex._epoch_kernel import close_epoch, open_epoch, read_clock_s
from gnss.rinex._kit import FLAG_POWER, FLAG_SLIPS, FLAGS_END, LINE, RECORDS, EpochSink, Memory, RowSink
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
from gnss.rinex._text_kernel import BAD, GOOD, Text, header_lines, read_date, read_integer
from gnss.rinex.types import TypePlan
from gnss.status import Status

_SYNTAX, _TRUNCATED = int(Status.FIELD_SYNTAX), int(Status.TRUNCATED)
_DUPLICATE, _GARBAGE = int(Status.DUPLICATE), int(Status.GARBAGE)
_SPACE = 32

DATE_2 = np.array([1, 3, 4, 6, 7, 9, 10, 12, 13, 15, 15, 26], np.int64)
_DATE_END, _FLAG, _COUNT, _COUNT_END, _CLOCK, _CLOCK_END = 26, 28, 29, 32, 68, 80
_LIST, _LIST_WIDTH, _LIST_LINE = 32, 3, 12
FIELDS_LINE: Final = 5


@leaf_kernel
def _is_blank(data: NDArray[np.uint8], start: int, stop: int) -> bool:
    i = start
    while i < stop and data[i] == _SPACE:
        i += 1
    return i >= stop


@leaf_kernel
def _read_head(text: Text, line: int, tags: int) -> tuple[int, int, int]:
    """Instant, flag and number of records of the head of an epoch; flag -1 = the line is none."""
    data, start, stop = text.data, text.start[line], text.stop[line]
    if stop < start + _COUNT_END:
        return 0, -1, 0
    flag, ok_flag = read_integer(data, start + _FLAG, start + _FLAG + 1)
    count, ok_count = read_integer(data, start + _COUNT, start + _COUNT_END)
    if BAD in (ok_flag, ok_count) or flag >= FLAGS_END or data[start] != _SPACE or data[start + 27] != _SPACE:
        return 0, -1, 0
    t_gpst_ns, ok_date = read_date(data, start, stop, DATE_2, tags)
    if ok_date != GOOD and (flag <= FLAG_POWER or not _is_blank(data, start, start + _DATE_END)):
        return 0, -1, 0
    return t_gpst_ns, flag, count


@leaf_kernel
def _lines_a_satellite(plan: TypePlan) -> int:
    return max((plan.fields[0] + FIELDS_LINE - 1) // FIELDS_LINE, 1)


@leaf_kernel
def _lists_fit(text: Text, head: int, count: int) -> bool:
    """Whether the lines that go on with the list of satellites are there, and are that."""
    more = (count + _LIST_LINE - 1) // _LIST_LINE - 1
    if head + more >= len(text.start):
        return False
    for line in range(head + 1, head + 1 + more):
        start, stop = text.start[line], text.stop[line]
        if stop < start + _LIST + _LIST_WIDTH or not _is_blank(text.data, start, start + _LIST):
            return False
    return True


@leaf_kernel
def _satellite_at(text: Text, head: int, number: int) -> tuple[int, int]:
    """System and PRN of a satellite by its number in the list that begins in the head."""
    line = head + number // _LIST_LINE
    start = text.start[line] + _LIST + _LIST_WIDTH * (number % _LIST_LINE)
    return read_satellite(text.data, start, text.stop[line])


@leaf_kernel
def _read_fields(text: Text, line: int, plan: TypePlan, tags: int, system: int, memory: Memory, rows: RowSink) -> bool:
    """The lines of a satellite, the first being `line`; False where one of them begins an epoch or a header."""
    good = True
    for place in range(plan.fields[system]):
        at_line = line + place // FIELDS_LINE
        start, stop = text.start[at_line], text.stop[at_line]
        at = start + FIELD_WIDTH * (place % FIELDS_LINE)
        if at < stop and not read_field(text.data, at, stop, plan, system, place, memory, rows):
            if _read_head(text, at_line, tags)[1] >= 0 or header_lines(text, at_line) > 0:
                return False
            good = False
    if not good:
        note(memory, line, _SYNTAX)
    return True


@leaf_kernel
def _read_epoch(
    text: Text, head: int, count: int, plan: TypePlan, tags: int, memory: Memory, rows: RowSink, t_gpst_ns: int
) -> None:
    """The satellites of an epoch; the head of another among them ends it early."""
    each, line = _lines_a_satellite(plan), head + 1 + max((count - 1) // _LIST_LINE, 0)
    for number in range(count):
        if line + each > len(text.start):
            line = len(text.start)
            note(memory, line - 1, _TRUNCATED)
            break
        system, prn = _satellite_at(text, head, number)
        if system < 0 or not is_new(memory, system, prn):
            note(memory, line, _SYNTAX if system < 0 else _DUPLICATE)
        else:
            open_rows(plan, memory, rows, system)
            whole = _read_fields(text, line, plan, tags, system, memory, rows)
            if not whole:
                note(memory, line, _TRUNCATED)
                line = next_head(text, line, tags)
                break
            close_rows(plan, memory, rows, system, prn, t_gpst_ns)
        line += each
    memory.cursor[LINE] = line


@leaf_kernel
def next_head(text: Text, line: int, tags: int) -> int:
    """The first line from `line` on that is the head of an epoch, or begins a header."""
    while line < len(text.start) and _read_head(text, line, tags)[1] < 0 and header_lines(text, line) == 0:
        line += 1
    return line


@leaf_kernel
def _is_header(text: Text, memory: Memory, tags: int) -> bool:
    """Whether a header stands at the cursor; lines that belong to nothing are passed."""
    line = memory.cursor[LINE]
    memory.cursor[RECORDS] = header_lines(text, line)
    if memory.cursor[RECORDS] > 0:
        return True
    if not _is_blank(text.data, text.start[line], text.stop[line]):
        note(memory, line, _GARBAGE)
    memory.cursor[LINE] = next_head(text, line + 1, tags)
    return False


@leaf_kernel
def read_body_2(text: Text, plan: TypePlan, tags: int, memory: Memory, epochs: EpochSink, rows: RowSink) -> bool:
    """Read epochs until header records stand at the cursor (True) or the text ends (False)."""
    while memory.cursor[LINE] < len(text.start):
        line = memory.cursor[LINE]
        start, stop = text.start[line], text.stop[line]
        t_gpst_ns, flag, count = _read_head(text, line, tags)
        if flag < 0:
            if _is_header(text, memory, tags):
                return True
            continue
        memory.events[flag] += 1
        memory.cursor[LINE] = line + 1
        if FLAG_POWER < flag < FLAG_SLIPS:
            memory.cursor[RECORDS] = count
            if count > 0:
                return True
        elif not _lists_fit(text, line, count):
            note(memory, line, _TRUNCATED)
        elif flag >= FLAG_SLIPS:
            lists = max((count - 1) // _LIST_LINE, 0)
            memory.cursor[LINE] = min(line + 1 + lists + count * _lines_a_satellite(plan), len(text.start))
        else:
            if flag == FLAG_POWER:
                forget_locks(memory)
            clock_s = read_clock_s(text.data, start + _CLOCK, min(start + _CLOCK_END, stop))
            open_epoch(memory, epochs, t_gpst_ns, clock_s)
            _read_epoch(text, line, count, plan, tags, memory, rows, t_gpst_ns)
            close_epoch(memory, epochs)
    return False
