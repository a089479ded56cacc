"""Blocks of a log to pieces of terminals' streams: whose bytes, received when. One kernel for each form of log."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from beidou_svc.replay.ids import FULL, IdIndex, slot_of_id
from beidou_svc.replay.prefix import (
    ID_BYTES_MAX,
    ID_FIRST,
    ID_NEXT,
    NO_ID,
    PREFIX_BYTES_MAX,
    Prefix,
    read_prefix,
    take_digits,
)
from gnss._jit import inline_kernel, leaf_kernel
from gnss._simd import count_trailing_zeros, line_ends
from gnss.batches import NO_TIME

OWN, SLOT, TIME, INSIDE, UNPREFIXED, DAMAGED = range(6)
"""What is remembered of a log: slot of its own terminal (`NO_SLOT` = none yet), slot and time of the current line or
record, bytes left of it (lines: 1 while inside), lines without a prefix, damaged bytes."""

NO_SLOT = -2

RECORD_HEAD_BYTES_MAX = 20 + 12 + ID_BYTES_MAX + 4
"""`@time length id` and its line end."""

RECORD_BYTES_MAX = 1 << 24
"""Longest record that is believed."""

PIECE_BYTES_MIN = 8
"""A piece takes at least so many bytes of a log: the shortest prefix or head, and a byte."""

ASK_NOTHING, ASK_OWN, ASK_ROOM = 0, 1, 2

_NO_FLAGS, _ONE = np.uint64(0), np.uint64(1)
_AT, _BLANK, _MINUS, _LF, _CR = 0x40, 0x20, 0x2D, 0x0A, 0x0D


class Pieces(NamedTuple):
    """Columns that the kernels fill."""

    slot: NDArray[np.int32]
    start: NDArray[np.int64]
    length: NDArray[np.int32]
    t_rx_ns: NDArray[np.int64]


class Cut(NamedTuple):
    """Rows filled, bytes consumed up to, and what is needed before going on: the log's own slot, room for ids."""

    rows: int
    consumed: int
    ask: int


def new_memory() -> NDArray[np.int64]:
    """The memory of a log of which nothing was read."""
    return np.array([NO_SLOT, NO_SLOT, NO_TIME, 0, 0, 0], np.int64)


@inline_kernel
def _put(pieces: Pieces, n: int, memory: NDArray[np.int64], start: int, stop: int) -> int:
    """Add a piece, to the piece before it where that is the same terminal's, of the same time, and ends here."""
    follows = n > 0 and pieces.start[n - 1] + pieces.length[n - 1] == start
    if follows and pieces.slot[n - 1] == memory[SLOT] and pieces.t_rx_ns[n - 1] == memory[TIME]:
        pieces.length[n - 1] += stop - start
    elif stop > start:
        pieces.slot[n] = memory[SLOT]
        pieces.start[n] = start
        pieces.length[n] = stop - start
        pieces.t_rx_ns[n] = memory[TIME]
        n += 1
    return n


@inline_kernel
def _line_stop(buffer: NDArray[np.uint8], p: int, end: int) -> int:
    """Behind the next line feed; `-end` if there is none. Looks at 64 bytes at a time (the buffer is padded)."""
    while p < end:
        flags = line_ends(buffer, p)
        while flags != _NO_FLAGS:
            q = p + int(count_trailing_zeros(flags))
            if q >= end:
                return -end
            if buffer[q] == _LF:
                return q + 1
            flags &= flags - _ONE
        p += 64
    return -end


@inline_kernel
def _owner(buffer: NDArray[np.uint8], p: int, prefix: Prefix, index: IdIndex, memory: NDArray[np.int64]) -> int:
    """Slot whose line at `p` it is; `FULL` or `NO_SLOT` where something must be done first."""
    if prefix.t_unix_ns == NO_TIME:
        slot = memory[SLOT] if memory[SLOT] != NO_SLOT else memory[OWN]
        blank = buffer[p] == _LF or buffer[p] == _CR
        memory[UNPREFIXED] += 0 if blank or slot == NO_SLOT else 1
        return int(slot)
    if prefix.id_start != NO_ID:
        return slot_of_id(index, buffer, prefix.id_start, prefix.id_stop)
    return int(memory[OWN])


@leaf_kernel
def cut_lines(
    buffer: NDArray[np.uint8],
    p: int,
    end: int,
    final: bool,
    index: IdIndex,
    memory: NDArray[np.int64],
    pieces: Pieces,
    n: int,
) -> Cut:
    """Cut prefixed lines; a line without a prefix belongs to the terminal and time of the line before it.

    What is left unconsumed at the end is shorter than `PREFIX_BYTES_MAX`.
    """
    while p < end:
        stop = _line_stop(buffer, p, end)
        ended = stop > 0
        stop = abs(stop)
        if not memory[INSIDE]:
            if not ended and not final and end - p < PREFIX_BYTES_MAX:
                break
            prefix = read_prefix(buffer, p, stop)
            slot = _owner(buffer, p, prefix, index, memory)
            if slot < 0:
                return Cut(n, p, ASK_ROOM if slot == FULL else ASK_OWN)
            memory[SLOT] = slot
            memory[TIME] = memory[TIME] if prefix.t_unix_ns == NO_TIME else prefix.t_unix_ns
            p = prefix.content
        n = _put(pieces, n, memory, p, stop)
        memory[INSIDE] = 0 if ended else 1
        p = stop
    return Cut(n, p, ASK_NOTHING)


@inline_kernel
def _read_head(buffer: NDArray[np.uint8], p: int, stop: int) -> tuple[int, int, int, int]:
    """(time, length, id start, id stop) of the record head `@time length id` in `p..stop`; length -1: it is none."""
    q = p + 1
    t_unix_ns = NO_TIME
    if q < stop and buffer[q] == _MINUS:
        q += 1
    else:
        t_unix_ns, after = take_digits(buffer, q, stop)
        if after == q or t_unix_ns < 0:
            return NO_TIME, -1, 0, 0
        q = after
    if q >= stop or buffer[q] != _BLANK:
        return NO_TIME, -1, 0, 0
    length, after = take_digits(buffer, q + 1, stop)
    if after == q + 1 or after >= stop or buffer[after] != _BLANK or not 0 <= length <= RECORD_BYTES_MAX:
        return NO_TIME, -1, 0, 0
    first = after + 1
    q = first
    while q < stop and ID_NEXT[buffer[q]]:
        q += 1
    if q == first or q - first > ID_BYTES_MAX or not ID_FIRST[buffer[first]] or q + 1 != stop or buffer[q] != _LF:
        return NO_TIME, -1, 0, 0
    return t_unix_ns, length, first, q


@inline_kernel
def _begin_record(buffer: NDArray[np.uint8], p: int, stop: int, index: IdIndex, memory: NDArray[np.int64]) -> bool:
    """Take the head in `p..stop`, or count it as damage; False where the index of ids must grow first."""
    t_unix_ns, length, first, last = NO_TIME, -1, 0, 0
    if buffer[p] == _AT:
        t_unix_ns, length, first, last = _read_head(buffer, p, stop)
    if length < 0:
        memory[DAMAGED] += stop - p
        return True
    slot = slot_of_id(index, buffer, first, last)
    if slot == FULL:
        return False
    memory[SLOT] = slot
    memory[TIME] = t_unix_ns
    memory[INSIDE] = length
    return True


@leaf_kernel
def cut_records(
    buffer: NDArray[np.uint8],
    p: int,
    end: int,
    final: bool,
    index: IdIndex,
    memory: NDArray[np.int64],
    pieces: Pieces,
    n: int,
) -> Cut:
    """Cut a recording into its records. Where a record should begin and none does, bytes are skipped and counted.

    What is left unconsumed at the end is shorter than `RECORD_HEAD_BYTES_MAX`.
    """
    while p < end:
        if memory[INSIDE] > 0:
            stop = min(end, p + memory[INSIDE])
            n = _put(pieces, n, memory, p, stop)
            memory[INSIDE] -= stop - p
            p = stop
        elif buffer[p] == _LF:
            p += 1
        else:
            stop = _line_stop(buffer, p, min(end, p + RECORD_HEAD_BYTES_MAX))
            if stop < 0 and not final and end - p < RECORD_HEAD_BYTES_MAX:
                break
            stop = abs(stop)
            if not _begin_record(buffer, p, stop, index, memory):
                return Cut(n, p, ASK_ROOM)
            p = stop
    return Cut(n, p, ASK_NOTHING)
