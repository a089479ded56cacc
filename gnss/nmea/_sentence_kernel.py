"""The decode kernel: spans to cells, following the plan of `gnss.nmea.catalogue`.

Sentences go through in blocks: first the separators of a block are found, then its fields are read. (A vector of eight
positions that were written one by one just before would have to wait for them.) The commonest sentences are then read
by straight-line code, made of the same tables in `gnss.nmea._straight_kernel`. What that cannot read is read here field
by field, and here is said how a sentence is bad.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, leaf_kernel
from gnss._simd import load_u64
from gnss.nmea._field_kernel import OP, apply_hemisphere, read_field, read_padded
from gnss.nmea._lanes import LANES
from gnss.nmea._split_kernel import (
    CELLS,
    FIELDS_MIN,
    STEP,
    find_separators,
    group_extent,
    join_free_text,
    sentence_kind,
)
from gnss.nmea._straight_kernel import read_straight
from gnss.nmea.catalogue import UNKNOWN, Plan
from gnss.nmea.fields import FIELDS_MAX, Op
from gnss.status import Status
from gnss.stream.lines import LINE_BYTES_MAX
from gnss.stream.scan import SpanKind

_HEMISPHERE, _SKIP = int(Op.HEMISPHERE), int(Op.SKIP)
_OK, _UNKNOWN_SENTENCE, _PLACEHOLDER = int(Status.OK), int(Status.UNKNOWN_SENTENCE), int(Status.PLACEHOLDER)
_FIELD_COUNT, _FIELD_SYNTAX = int(Status.FIELD_COUNT), int(Status.FIELD_SYNTAX)
_RTCM3 = int(SpanKind.RTCM3)

BLOCK = 32
"""Sentences whose fields are known at a time."""

FOUND_MAX = BLOCK * (LINE_BYTES_MAX + 1) + FIELDS_MAX + LANES + STEP
"""Room for the separators of a block of the longest sentences, and for what is read and written behind the last."""


class SentenceSink(NamedTuple):
    """Where decoded sentences go: columns by row, cells, rows with placeholder positions, names nobody knows.

    Scratch: `found` holds the positions of separators and ends, `first` (BLOCK + 1,) where each sentence's begin.
    """

    kind: NDArray[np.uint8]
    talker: NDArray[np.uint16]
    antenna: NDArray[np.uint8]
    status: NDArray[np.uint8]
    cell: NDArray[np.int64]
    cells: NDArray[np.float64]
    placeholders: NDArray[np.int32]
    unknown_names: NDArray[np.uint64]
    found: NDArray[np.int64]
    first: NDArray[np.int64]


@inline_kernel
def _read_one(
    buffer: NDArray[np.uint8], s: int, e: int, plan: Plan, row: np.uintp, cells: NDArray[np.float64], cell: np.uintp
) -> int:
    """Read the field `buffer[s:e]` into its cell; returns a `Status`. An empty field leaves the cell as it is."""
    op = int(plan.step[row, OP])
    if op == _HEMISPHERE:
        return apply_hemisphere(buffer, s, e - s, plan, row, cells, cell)
    if e == s or op == _SKIP:
        return _OK
    verdict = read_field(buffer, s, e, plan, row, cells, cell)
    if verdict == _FIELD_SYNTAX:
        verdict = read_padded(buffer, s, e, plan, row, cells, cell)
    return verdict


@inline_kernel
def _blank(plan: Plan, kind: int, cells: NDArray[np.float64], used: int) -> None:
    """NaN to all cells of a sentence, and to some behind them."""
    for cell in range(used, used + int(plan.shape[kind, CELLS]), LANES):
        for lane in range(LANES):
            cells[np.uintp(cell + lane)] = np.nan


@leaf_kernel
def _decode_in_order(
    buffer: NDArray[np.uint8],
    found: NDArray[np.int64],
    at: int,
    n: int,
    kind: int,
    plan: Plan,
    cells: NDArray[np.float64],
    used: int,
) -> tuple[int, int]:
    """Fill the cells of one sentence field by field; returns (verdict, note): a `Status` each.

    The note is `PLACEHOLDER` where a position is one that receivers send before they know any: such a position stays
    NaN.
    """
    _blank(plan, kind, cells, used)
    last_repeated, skipped, past = group_extent(plan, kind, n)
    note = _OK
    for f in range(min(n, past - skipped)):
        step = f if f < last_repeated else f + skipped
        begin, end = int(found[np.uintp(at + f)]) + 1, int(found[np.uintp(at + f + 1)])
        row, cell = np.uintp(kind * FIELDS_MAX + step), np.uintp(used + step)
        verdict = _read_one(buffer, begin, end, plan, row, cells, cell)
        if verdict == _PLACEHOLDER:
            note = verdict
        elif verdict != _OK:
            return verdict, note
    return (_FIELD_COUNT if n < int(plan.shape[kind, FIELDS_MIN]) else _OK), note


@inline_kernel
def _split_block(
    buffer: NDArray[np.uint8],
    span_kind: NDArray[np.uint8],
    span_start: NDArray[np.int64],
    span_stop: NDArray[np.int64],
    begin: int,
    end: int,
    plan: Plan,
    sink: SentenceSink,
) -> None:
    """Find the separators and the kinds of the sentences in rows `begin..end`."""
    at = 0
    for i in range(begin, end):
        row = np.uintp(i)
        sink.first[row - np.uintp(begin)] = at
        sink.kind[row] = UNKNOWN
        sink.talker[row] = 0
        sink.antenna[row] = 0
        if span_kind[row] == _RTCM3:
            continue
        p = span_start[row] + 1
        last = find_separators(buffer, p, span_stop[row], sink.found, at)
        kind, talker, antenna = sentence_kind(buffer, p, sink.found[np.uintp(at)] - p, last > at, plan)
        last = join_free_text(plan, kind, sink.found, at, last)
        sink.kind[row] = kind
        sink.talker[row] = talker
        sink.antenna[row] = antenna
        at = last + 1
    sink.first[np.uintp(end - begin)] = at
    for i in range(FIELDS_MAX + LANES):
        sink.found[np.uintp(at + i)] = span_start[begin]


@inline_kernel
def _name_code(buffer: NDArray[np.uint8], p: int, length: int) -> np.uint64:
    """The first eight characters of an address as a word."""
    if length <= 0:
        return np.uint64(0)
    return load_u64(buffer, p) & (np.uint64(0xFFFFFFFFFFFFFFFF) >> np.uint64(64 - 8 * min(length, 8)))


@inline_kernel
def _decode_sentence(
    buffer: NDArray[np.uint8], at: int, last: int, plan: Plan, sink: SentenceSink, row: np.uintp, used: int
) -> tuple[int, int]:
    """Decode a sentence whose separators and kind are known; returns (cells used, note)."""
    kind = int(sink.kind[row])
    verdict, note, good = _OK, _OK, False
    if last - at >= int(plan.shape[kind, FIELDS_MIN]):
        _blank(plan, kind, sink.cells, used)
        good = read_straight(kind, buffer, sink.found, at, last, sink.cells, used)
    if not good:
        verdict, note = _decode_in_order(buffer, sink.found, at, last - at, kind, plan, sink.cells, used)
    sink.status[row] = verdict
    return used + int(plan.shape[kind, CELLS]), note


@leaf_kernel
def decode_spans(
    buffer: NDArray[np.uint8],
    span_kind: NDArray[np.uint8],
    span_start: NDArray[np.int64],
    span_stop: NDArray[np.int64],
    plan: Plan,
    sink: SentenceSink,
) -> tuple[int, int, int]:
    """Decode every span into the row of its number.

    Returns how many cells, placeholder rows and unknown names there are.
    """
    used, placeholders, unknown = 0, 0, 0
    for block in range(0, len(span_kind), BLOCK):
        end = min(block + BLOCK, len(span_kind))
        _split_block(buffer, span_kind, span_start, span_stop, block, end, plan, sink)
        for i in range(block, end):
            row = np.uintp(i)
            at, past = sink.first[np.uintp(i - block)], sink.first[np.uintp(i - block + 1)]
            sink.cell[row] = used
            if sink.kind[row] != UNKNOWN:
                used, note = _decode_sentence(buffer, at, past - 1, plan, sink, row, used)
                if note == _PLACEHOLDER:
                    sink.placeholders[placeholders] = i
                    placeholders += 1
            elif span_kind[row] == _RTCM3:
                sink.status[row] = _OK
            else:
                sink.status[row] = _UNKNOWN_SENTENCE
                p = span_start[row] + 1
                sink.unknown_names[unknown] = _name_code(buffer, p, sink.found[np.uintp(at)] - p)
                unknown += 1
    return used, placeholders, unknown
