"""From arena to spans: stitch what each terminal sent to what it left unfinished, and scan all of it in one call."""

from copy import deepcopy
from dataclasses import dataclass, field
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, leaf_kernel
from gnss._simd import PAD_BYTES, copy_bytes
from gnss.batch import Batch, column
from gnss.batches import SegmentBatch
from gnss.status import STATUS_MAX
from gnss.stream.scan import SpanSink, scan_run

SENTENCE_BYTES_MIN = 4
"""Shortest thing that can become a span (`$*00`, which says nothing with a good check): bounds the number of spans."""


@dataclass(frozen=True, slots=True)
class SpanBatch(Batch):
    """Sentences and frames found, grouped by terminal, in the order of each terminal's bytes.

    | name | dtype | shape | unit | meaning |
    |---|---|---|---|---|
    | slot | i4 | | | terminal |
    | kind | u1 | | | a `SpanKind` |
    | start | i8 | | byte | first byte (`$`, `#`, 0xD3) in the scanned buffer |
    | stop | i8 | | byte | `*` of a sentence, end of a frame |
    | t_rx_ns | i8 | | ns | when its last byte was received, UTC since 1970-01-01 |
    """

    slot: NDArray[np.int32] = column("i4")
    kind: NDArray[np.uint8] = column("u1")
    start: NDArray[np.int64] = column("i8")
    stop: NDArray[np.int64] = column("i8")
    t_rx_ns: NDArray[np.int64] = column("i8")


@dataclass(slots=True)
class ScanState:
    """What the scanner remembers between calls: unfinished bytes of each terminal, and what was lost so far.

    `tail` holds the unfinished bytes of all terminals, `tail_start` and `tail_length` (slots,) say whose are where;
    `blamed` (slots,) is how many of them are already counted as lost; `drops` (slots, STATUS_MAX) counts by reason.
    """

    tail: NDArray[np.uint8]
    tail_start: NDArray[np.int64]
    tail_length: NDArray[np.int32]
    blamed: NDArray[np.int32]
    drops: NDArray[np.uint64]
    tailed: NDArray[np.int32] = field(default_factory=lambda: np.empty(0, np.int32))

    @classmethod
    def for_slots(cls, n: int) -> Self:
        """State of `n` terminals of which nothing was received."""
        return cls(
            np.empty(0, np.uint8),
            np.zeros(n, np.int64),
            np.zeros(n, np.int32),
            np.zeros(n, np.int32),
            np.zeros((n, STATUS_MAX), np.uint64),
        )

    def grow(self, n: int) -> None:
        """Make room for `n` terminals."""
        more = n - len(self.tail_start)
        if more > 0:
            self.tail_start = np.concatenate([self.tail_start, np.zeros(more, np.int64)])
            self.tail_length = np.concatenate([self.tail_length, np.zeros(more, np.int32)])
            self.blamed = np.concatenate([self.blamed, np.zeros(more, np.int32)])
            self.drops = np.concatenate([self.drops, np.zeros((more, STATUS_MAX), np.uint64)])

    def copy(self) -> Self:
        """An independent copy."""
        return deepcopy(self)


@dataclass(slots=True)
class ScanWorkspace:
    """Arrays that are used again from call to call."""

    work: NDArray[np.uint8] = field(default_factory=lambda: np.empty(0, np.uint8))
    slot: NDArray[np.int32] = field(default_factory=lambda: np.empty(0, np.int32))
    kind: NDArray[np.uint8] = field(default_factory=lambda: np.empty(0, np.uint8))
    start: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    stop: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    t_rx_ns: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))

    def reserve(self, n_bytes: int) -> None:
        """Make room to scan `n_bytes`; memory is only touched as far as it is used."""
        if len(self.work) >= n_bytes + PAD_BYTES:
            return
        room = n_bytes * 5 // 4 + PAD_BYTES
        self.work = np.zeros(room, np.uint8)
        spans = room // SENTENCE_BYTES_MIN + 1
        self.slot, self.kind = np.empty(spans, np.int32), np.empty(spans, np.uint8)
        self.start, self.stop, self.t_rx_ns = (np.empty(spans, np.int64) for _ in range(3))


@leaf_kernel
def _chain_segments(
    slot: NDArray[np.int32],
    head: NDArray[np.int32],
    last: NDArray[np.int32],
    following: NDArray[np.int32],
    order: NDArray[np.int32],
) -> int:
    """Link the segments of each terminal in order of arrival.

    `order` gets the terminals in order of first appearance.
    """
    runs = 0
    for i in range(len(slot)):
        s = slot[i]
        following[i] = -1
        if head[s] < 0:
            head[s] = i
            order[runs] = s
            runs += 1
        else:
            following[last[s]] = i
        last[s] = i
    return runs


class Arrivals(NamedTuple):
    """Segments by row, and the segment that follows of the same terminal (-1: none)."""

    start: NDArray[np.int64]
    length: NDArray[np.int32]
    t_rx_ns: NDArray[np.int64]
    following: NDArray[np.int32]


class Tails(NamedTuple):
    """The unfinished bytes of every terminal, and what it lost: the arrays of `ScanState`."""

    bytes: NDArray[np.uint8]
    start: NDArray[np.int64]
    length: NDArray[np.int32]
    blamed: NDArray[np.int32]
    drops: NDArray[np.uint64]


@inline_kernel
def _stitch(
    buffer: NDArray[np.uint8], segments: Arrivals, i: int, tails: Tails, slot: int, work: NDArray[np.uint8], at: int
) -> int:
    """Copy what a terminal left unfinished and all its segments from the `i`-th on to `work[at:]`; returns the end."""
    copy_bytes(tails.bytes, tails.start[slot], work, at, int(tails.length[slot]))
    at += int(tails.length[slot])
    while i >= 0:
        copy_bytes(buffer, segments.start[i], work, at, int(segments.length[i]))
        at += int(segments.length[i])
        i = segments.following[i]
    return at


@inline_kernel
def _stamp(segments: Arrivals, i: int, arrived: int, sink: SpanSink, first: int, n: int, slot: int) -> None:
    """Give spans `first..n` of a terminal its slot, and the receive time of the segment that brought their last byte.

    `arrived` is where the bytes before the `i`-th segment end.
    """
    arrived += int(segments.length[i])
    for row in range(first, n):
        sink.slot[row] = slot
        while sink.stop[row] > arrived and segments.following[i] >= 0:
            i = segments.following[i]
            arrived += int(segments.length[i])
        sink.t_rx_ns[row] = segments.t_rx_ns[i]


@leaf_kernel
def _scan_runs(
    buffer: NDArray[np.uint8],
    segments: Arrivals,
    head: NDArray[np.int32],
    order: NDArray[np.int32],
    final: bool,
    tails: Tails,
    work: NDArray[np.uint8],
    sink: SpanSink,
) -> int:
    """Stitch and scan one terminal after the other.

    What is unfinished stays in `work`, where `tails.start` then points to.
    """
    n = 0
    at = 0
    for r in range(len(order)):
        slot = int(order[r])
        begin = at
        at = _stitch(buffer, segments, int(head[slot]), tails, slot, work, at)
        first = n
        blamed = begin + int(tails.blamed[slot])
        n, rest, blamed = scan_run(work, begin, at, final, blamed, tails.drops[slot], sink, n)
        _stamp(segments, int(head[slot]), begin + int(tails.length[slot]), sink, first, n, slot)
        tails.start[slot] = rest
        tails.length[slot] = at - rest
        tails.blamed[slot] = max(blamed - rest, 0)
        head[slot] = -1
    return n


@leaf_kernel
def _save_tails(
    kept: NDArray[np.int32],
    order: NDArray[np.int32],
    old: NDArray[np.uint8],
    work: NDArray[np.uint8],
    tail_start: NDArray[np.int64],
    tail_length: NDArray[np.int32],
    in_work: NDArray[np.int32],
    tail: NDArray[np.uint8],
    tailed: NDArray[np.int32],
) -> int:
    """Gather the unfinished bytes of `kept` (untouched, in `old`) and `order` (just scanned, in `work`) into `tail`."""
    at = 0
    n = 0
    for group in range(2):
        slots = order if group == 1 else kept
        source = work if group == 1 else old
        for r in range(len(slots)):
            s = slots[r]
            if tail_length[s] == 0 or (group == 0 and in_work[s] >= 0):
                continue
            copy_bytes(source, tail_start[s], tail, at, int(tail_length[s]))
            tail_start[s] = at
            at += int(tail_length[s])
            tailed[n] = s
            n += 1
    return n


def _keep_tails(
    state: ScanState, order: NDArray[np.int32], in_work: NDArray[np.int32], work: NDArray[np.uint8]
) -> None:
    """Make a new store of unfinished bytes out of the old one and what this scan left in `work`."""
    kept, old = state.tailed, state.tail
    tailed = np.empty(len(kept) + len(order), np.int32)
    tail = np.empty(int(state.tail_length[np.concatenate([kept, order])].sum()), np.uint8)
    count = _save_tails(kept, order, old, work, state.tail_start, state.tail_length, in_work, tail, tailed)
    state.tail, state.tailed = tail, tailed[:count]


@leaf_kernel
def _all_inside(
    slot: NDArray[np.int32], start: NDArray[np.int64], length: NDArray[np.int32], slots: int, n_bytes: int
) -> bool:
    """Whether all segments are of known terminals and within the buffer."""
    for i in range(len(slot)):
        if slot[i] < 0 or slot[i] >= slots or start[i] < 0 or length[i] < 0 or start[i] + int(length[i]) > n_bytes:
            return False
    return True


def _require_inside(segments: SegmentBatch, slots: int, n_bytes: int) -> None:
    """Kernels check no bounds: whoever names a byte or a terminal that is not there hears of it here."""
    if _all_inside(segments.slot, segments.start, segments.length, slots, n_bytes):
        return
    if segments.slot.min() < 0 or segments.slot.max() >= slots:
        raise ValueError(f"segments of terminals {segments.slot.min()}..{segments.slot.max()}, known are {slots}")
    raise ValueError(f"segments reach outside of the buffer of {n_bytes} bytes")


def scan(
    state: ScanState,
    buffer: NDArray[np.uint8],
    segments: SegmentBatch,
    workspace: ScanWorkspace,
    *,
    final: bool = False,
) -> tuple[NDArray[np.uint8], SpanBatch]:
    """Scan what arrived.

    Returns the stitched bytes and the spans in them, both valid until the workspace is used again.

    `state` is brought up to date in place: unfinished bytes wait there for the rest. `final` says that no more bytes
    of these terminals will come, so that what is unfinished is counted as lost. Raises ValueError for segments
    outside of `buffer` or of unknown terminals.
    """
    slots = len(state.tail_start)
    n = len(segments)
    _require_inside(segments, slots, len(buffer))
    head = np.full(slots, -1, np.int32)
    last = np.empty(slots, np.int32)
    following = np.empty(n, np.int32)
    order = np.empty(n, np.int32)
    order = order[: _chain_segments(segments.slot, head, last, following, order)]
    in_work = head.copy()
    workspace.reserve(int(segments.length.sum()) + int(state.tail_length[order].sum()))
    w = workspace
    arrivals = Arrivals(segments.start, segments.length, segments.t_rx_ns, following)
    tails = Tails(state.tail, state.tail_start, state.tail_length, state.blamed, state.drops)
    sink = SpanSink(w.slot, w.kind, w.start, w.stop, w.t_rx_ns)
    spans = _scan_runs(buffer, arrivals, head, order, final, tails, w.work, sink)
    _keep_tails(state, order, in_work, w.work)
    return w.work, SpanBatch(w.slot[:spans], w.kind[:spans], w.start[:spans], w.stop[:spans], w.t_rx_ns[:spans])
