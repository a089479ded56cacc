"""From arena to spans: stitch what each terminal sent to what it left unfinished, and scan all of it in one call."""

from copy import deepcopy
from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray

from gnss._simd import PAD_BYTES
from gnss.batch import Batch, column
from gnss.batches import SegmentBatch
from gnss.status import STATUS_MAX
from gnss.stream._spans_kernel import Arrivals, Tails, all_inside, chain_segments, save_tails, scan_runs
from gnss.stream.scan import SpanSink

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


def _keep_tails(
    state: ScanState, order: NDArray[np.int32], in_work: NDArray[np.int32], work: NDArray[np.uint8]
) -> None:
    """Make a new store of unfinished bytes out of the old one and what this scan left in `work`."""
    kept, old = state.tailed, state.tail
    tailed = np.empty(len(kept) + len(order), np.int32)
    tail = np.empty(int(state.tail_length[np.concatenate([kept, order])].sum()), np.uint8)
    count = save_tails(kept, order, old, work, state.tail_start, state.tail_length, in_work, tail, tailed)
    state.tail, state.tailed = tail, tailed[:count]


def _require_inside(segments: SegmentBatch, slots: int, n_bytes: int) -> None:
    """Kernels check no bounds: whoever names a byte or a terminal that is not there hears of it here."""
    if all_inside(segments.slot, segments.start, segments.length, slots, n_bytes):
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
    order = order[: chain_segments(segments.slot, head, last, following, order)]
    in_work = head.copy()
    workspace.reserve(int(segments.length.sum()) + int(state.tail_length[order].sum()))
    w = workspace
    arrivals = Arrivals(segments.start, segments.length, segments.t_rx_ns, following)
    tails = Tails(state.tail, state.tail_start, state.tail_length, state.blamed, state.drops)
    sink = SpanSink(w.slot, w.kind, w.start, w.stop, w.t_rx_ns)
    spans = scan_runs(buffer, arrivals, head, order, final, tails, w.work, sink)
    _keep_tails(state, order, in_work, w.work)
    return w.work, SpanBatch(w.slot[:spans], w.kind[:spans], w.start[:spans], w.stop[:spans], w.t_rx_ns[:spans])
