"""The decode kernel: spans to cells, following the plan of `gnss.nmea.catalogue`."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, leaf_kernel
from gnss._simd import count_trailing_zeros, load_u8, load_u64, separators
from gnss.nmea._field_kernel import CELL, OP, apply_hemisphere, read_field, read_padded
from gnss.nmea.catalogue import KIND, UNKNOWN, Plan
from gnss.nmea.fields import FIELDS_MAX, Op
from gnss.nmea.tokens import fnv1a
from gnss.status import Status
from gnss.stream.lines import LINE_BYTES_MAX
from gnss.stream.scan import SpanKind

_HEMISPHERE, _SKIP = int(Op.HEMISPHERE), int(Op.SKIP)
_OK, _UNKNOWN_SENTENCE, _PLACEHOLDER = int(Status.OK), int(Status.UNKNOWN_SENTENCE), int(Status.PLACEHOLDER)
_FIELD_COUNT, _FIELD_SYNTAX = int(Status.FIELD_COUNT), int(Status.FIELD_SYNTAX)
_RTCM3 = int(SpanKind.RTCM3)
_FKI, _ZERO, _NINE = KIND["FKI"], ord("0"), ord("9")

CELLS, FIELDS_MIN, HEAD, GROUP, TAIL, GROUP_MAX, OTHER = range(7)
"""Columns of `Plan.shape`."""

_H, _TWO, _P = ord("H"), ord("2"), ord("P")
_PQ = ord("P") << 8 | ord("Q")
"""The one talker with P, which else begins a maker's own sentence (sources: nmea §1)."""

SEPARATORS_MAX = LINE_BYTES_MAX + 66
"""Room for the separators of the longest sentence."""

SECOND_ANTENNA = 1
"""Value of the antenna column for sentences that speak of the second antenna (address ends in H or 2)."""


class SentenceSink(NamedTuple):
    """Where decoded sentences go: columns by row, cells, rows with placeholder positions, names nobody knows.

    `found` is scratch.
    """

    kind: NDArray[np.uint8]
    talker: NDArray[np.uint16]
    antenna: NDArray[np.uint8]
    status: NDArray[np.uint8]
    cell: NDArray[np.int64]
    cells: NDArray[np.float64]
    placeholders: NDArray[np.int32]
    unknown_names: NDArray[np.uint64]
    found: NDArray[np.int32]


@inline_kernel
def _find_separators(buffer: NDArray[np.uint8], p: int, stop: int, found: NDArray[np.int32]) -> int:
    """Offsets from `p` of the commas in `buffer[p:stop]`, closed by `stop - p`.

    Returns how many, without the closing one.
    """
    n = 0
    base = 0
    length = stop - p
    while base < length:
        flags = separators(buffer, p + base)
        if length - base < 64:
            flags &= (np.uint64(1) << np.uint64(length - base)) - np.uint64(1)
        while flags != np.uint64(0):
            found[np.uintp(n)] = base + count_trailing_zeros(flags)
            n += 1
            flags &= flags - np.uint64(1)
        base += 64
    found[np.uintp(n)] = length
    return n


@inline_kernel
def _sentence_kind(buffer: NDArray[np.uint8], p: int, length: int, plan: Plan) -> tuple[int, int, int]:
    """(kind, talker, antenna) of the address at `p`. Talker + formatter is 5 letters, 6 for a second antenna."""
    first = load_u8(buffer, p)
    talker = first << 8 | load_u8(buffer, p + 1)
    last = load_u8(buffer, p + 5)
    antenna = SECOND_ANTENNA if length == 6 and last in (_H, _TWO) else 0
    if length == 5 or antenna:
        letters = (load_u8(buffer, p + 2) << 16) | (load_u8(buffer, p + 3) << 8) | load_u8(buffer, p + 4)
        key = (letters >> 6) & 0x7C00 | (letters >> 3) & 0x3E0 | letters & 31
        kind = int(plan.formatter[np.uintp(key)]) if (letters & 0xE0E0E0) == 0x404040 else 0
        if kind != 0 and (first != _P or talker == _PQ):
            return kind, talker, antenna
    name = fnv1a(buffer, p, p + length)
    for i in range(len(plan.whole_name)):
        if plan.whole_name[i] == name:
            return int(plan.whole_kind[i]), 0, 0
    return 0, talker, 0


@inline_kernel
def _decode_fields(
    buffer: NDArray[np.uint8],
    p: int,
    found: NDArray[np.int32],
    n: int,
    kind: int,
    plan: Plan,
    cells: NDArray[np.float64],
    first_cell: int,
) -> tuple[int, int]:
    """Fill the cells of one sentence at `p` whose separators are known; returns (verdict, note): a `Status` each.

    The note is `PLACEHOLDER` where a position is one that receivers send before they know any: such a position stays
    NaN.
    """
    base = kind * FIELDS_MAX
    last_repeated, skipped, past = _group_extent(plan, kind, n)
    note = _OK
    s = p + int(found[0]) + 1
    for f in range(min(n, past - skipped)):
        e = p + int(found[np.uintp(f + 1)])
        begin = s
        s = e + 1
        row = np.uintp(base + f if f < last_repeated else base + f + skipped)
        op = int(plan.step[row, OP])
        cell = np.uintp(first_cell + int(plan.step[row, CELL]))
        if op == _HEMISPHERE:
            verdict = apply_hemisphere(buffer, begin, e - begin, plan, row, cells, cell)
        elif e == begin or op == _SKIP:
            continue
        else:
            verdict = read_field(buffer, begin, e, plan, row, cells, cell)
            if verdict == _FIELD_SYNTAX:
                verdict = read_padded(buffer, begin, e, plan, row, cells, cell)
        if verdict == _PLACEHOLDER:
            note = verdict
        elif verdict != _OK:
            return verdict, note
    return (_FIELD_COUNT if n < int(plan.shape[kind, FIELDS_MIN]) else _OK), note


@inline_kernel
def _group_extent(plan: Plan, kind: int, n: int) -> tuple[int, int, int]:
    """Of a sentence with `n` fields: where the group's repetitions end, how many plan rows they leave out, all rows."""
    head = int(plan.shape[kind, HEAD])
    group = int(plan.shape[kind, GROUP])
    group_max = int(plan.shape[kind, GROUP_MAX])
    past = head + group * group_max + int(plan.shape[kind, TAIL])
    if group == 0:
        return past, 0, past
    repeated = min(max(n - head, 0) // group, group_max)
    return head + group * repeated, group * (group_max - repeated), past


@inline_kernel
def _decode_sentence(
    buffer: NDArray[np.uint8], p: int, stop: int, plan: Plan, sink: SentenceSink, row: int, used: int
) -> tuple[int, int]:
    """Decode the sentence whose address is at `p` into row `row`, its cells from `used` on.

    Returns (cells used, note).
    """
    n = _find_separators(buffer, p, stop, sink.found)
    address = int(sink.found[0])
    kind, talker, antenna = _sentence_kind(buffer, p, address, plan)
    if kind == _FKI and n > 0 and _ZERO <= load_u8(buffer, p + address + 1) <= _NINE:
        kind = int(plan.shape[kind, OTHER])
    sink.talker[row] = talker
    sink.antenna[row] = antenna
    sink.kind[row] = kind
    if kind == UNKNOWN:
        sink.status[row] = _UNKNOWN_SENTENCE
        return used, _UNKNOWN_SENTENCE
    end = used + int(plan.shape[kind, CELLS])
    for cell in range(used, end):
        sink.cells[np.uintp(cell)] = np.nan
    verdict, note = _decode_fields(buffer, p, sink.found, n, kind, plan, sink.cells, used)
    sink.status[row] = verdict
    return end, note


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
    used = 0
    placeholders = 0
    unknown = 0
    for i in range(len(span_kind)):
        sink.cell[i] = used
        sink.kind[i] = UNKNOWN
        sink.talker[i] = 0
        sink.antenna[i] = 0
        sink.status[i] = _OK
        if span_kind[i] == _RTCM3:
            continue
        used, note = _decode_sentence(buffer, span_start[i] + 1, span_stop[i], plan, sink, i, used)
        if note == _PLACEHOLDER:
            sink.placeholders[placeholders] = i
            placeholders += 1
        elif note == _UNKNOWN_SENTENCE:
            sink.unknown_names[unknown] = _name_code(buffer, span_start[i] + 1, int(sink.found[0]))
            unknown += 1
    return used, placeholders, unknown


@inline_kernel
def _name_code(buffer: NDArray[np.uint8], p: int, length: int) -> np.uint64:
    """The first eight characters of an address as a word."""
    if length <= 0:
        return np.uint64(0)
    return load_u64(buffer, p) & (np.uint64(0xFFFFFFFFFFFFFFFF) >> np.uint64(64 - 8 * min(length, 8)))
