"""From received bytes to positions: scan, decode and assemble, as one step for any number of terminals."""

from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray

from gnss._jit import leaf_kernel
from gnss.batches import NO_TIME, FixBatch, SegmentBatch
from gnss.nmea.catalogue import KIND_MAX
from gnss.nmea.decode import Decoded, Workspace, decode
from gnss.nmea.epoch import EpochState, EpochWorkspace, assemble
from gnss.status import STATUS_MAX, Status
from gnss.stream.scan import SpanKind
from gnss.stream.spans import ScanState, ScanWorkspace, SpanBatch, scan

QUALITY_COUNT = 9
"""Fix qualities 0..8."""

UNKNOWN_NAMES_MAX = 4096
"""Different names of unknown sentences that are counted one by one; the rest is counted together."""

RTCM3_KIND = 0
"""Where `sentences` counts RTCM 3 frames: kind 0 names no sentence."""

_PLACEHOLDER = int(Status.PLACEHOLDER)
_NOBODY = np.empty(0, np.int32)


@dataclass(slots=True)
class Counters:
    """What was received, by terminal.

    `sentences` (slots, KIND_MAX), `drops` (slots, STATUS_MAX), `epochs` (slots, 9) by quality.
    """

    sentences: NDArray[np.uint64]
    drops: NDArray[np.uint64]
    epochs: NDArray[np.uint64]
    unknown: dict[str, int] = field(default_factory=dict)

    @classmethod
    def for_slots(cls, n: int) -> Self:
        """All zero."""
        return cls(
            np.zeros((n, KIND_MAX), np.uint64),
            np.zeros((n, STATUS_MAX), np.uint64),
            np.zeros((n, QUALITY_COUNT), np.uint64),
        )

    def grow(self, n: int) -> None:
        """Make room for `n` terminals. `drops` is the scanner's array and grows there."""
        more = n - len(self.sentences)
        if more > 0:
            self.sentences = np.concatenate([self.sentences, np.zeros((more, KIND_MAX), np.uint64)])
            self.epochs = np.concatenate([self.epochs, np.zeros((more, QUALITY_COUNT), np.uint64)])

    def add_unknown(self, names: NDArray[np.uint64]) -> None:
        """Count sentences that nobody decodes: `names` (n,), up to eight characters a word, first one lowest."""
        for code, count in zip(*np.unique(names, return_counts=True), strict=True):
            name = int(code).to_bytes(8, "little").rstrip(b"\0").decode("latin-1")
            if name not in self.unknown and len(self.unknown) >= UNKNOWN_NAMES_MAX:
                name = "other"
            self.unknown[name] = self.unknown.get(name, 0) + int(count)


@leaf_kernel
def _count_sentences(
    slot: NDArray[np.int32],
    kind: NDArray[np.uint8],
    status: NDArray[np.uint8],
    placeholders: NDArray[np.int32],
    sentences: NDArray[np.uint64],
    drops: NDArray[np.uint64],
) -> None:
    for i in range(len(slot)):
        if status[i] == 0:
            sentences[slot[i], kind[i]] += np.uint64(1)
        else:
            drops[slot[i], status[i]] += np.uint64(1)
    for i in range(len(placeholders)):
        drops[slot[placeholders[i]], _PLACEHOLDER] += np.uint64(1)


@leaf_kernel
def _count_epochs(
    slot: NDArray[np.int32],
    quality: NDArray[np.uint8],
    status: NDArray[np.uint8],
    epochs: NDArray[np.uint64],
    drops: NDArray[np.uint64],
) -> None:
    for i in range(len(slot)):
        epochs[slot[i], quality[i]] += np.uint64(1)
        if status[i] != 0:
            drops[slot[i], status[i]] += np.uint64(1)


@dataclass(slots=True)
class Push:
    """What one push brought.

    Rows, the spans and the bytes they lie in (spans, bytes and sentences valid until the next push).

    `fixes` has the closed epochs first, `closed` of them; rows behind them are epochs still open, to be shown and
    forgotten.
    """

    fixes: FixBatch
    closed: int
    spans: SpanBatch
    buffer: NDArray[np.uint8]
    decoded: Decoded

    def rtcm3(self) -> SpanBatch:
        """The RTCM 3 frames among the spans, CRC checked."""
        return self.spans.take(np.flatnonzero(self.spans.kind == SpanKind.RTCM3))


class StreamDecoder:
    """Decodes the byte streams of many terminals; the state of all of them is here.

    Results depend on the bytes of each terminal alone: not on how they are cut, nor on what other terminals send.
    """

    __slots__ = ("_epoch_space", "_scan_space", "_sentence_space", "counters", "epochs", "scanner")

    def __init__(self, slots: int = 1, *, reference_gpst_ns: int = NO_TIME) -> None:
        self.scanner = ScanState.for_slots(slots)
        self.epochs = EpochState.for_slots(slots, reference_gpst_ns)
        self.counters = Counters.for_slots(slots)
        self.counters.drops = self.scanner.drops
        self._scan_space = ScanWorkspace()
        self._sentence_space = Workspace.for_spans(0)
        self._epoch_space = EpochWorkspace()

    def grow(self, slots: int) -> None:
        """Make room for `slots` terminals."""
        self.scanner.grow(slots)
        self.epochs.grow(slots)
        self.counters.grow(slots)
        self.counters.drops = self.scanner.drops

    def push(
        self, buffer: NDArray[np.uint8], segments: SegmentBatch, *, final: bool = False, show_open: bool = False
    ) -> Push:
        """Take received bytes; `final` says that these terminals send no more, so that what is unfinished is settled.

        `buffer` needs no padding. With `show_open` the epochs still open of these terminals are among the rows. Rows
        with a status other than OK are among the fixes; sentences and bytes that did not make a row are in `counters`
        by reason.
        """
        work, spans = scan(self.scanner, buffer, segments, self._scan_space, final=final)
        decoded = decode(work, spans, self._sentence_space)
        s, c = decoded.sentences, self.counters
        _count_sentences(s.slot, s.kind, s.status, decoded.placeholders, c.sentences, c.drops)
        if len(decoded.unknown_names):
            c.add_unknown(decoded.unknown_names)
        touched = np.unique(segments.slot) if final or show_open else _NOBODY
        fixes, closed = assemble(self.epochs, work, decoded, self._epoch_space, touched, close=final)
        f = fixes
        _count_epochs(f.slot[:closed], f.fix_quality[:closed], f.status[:closed], c.epochs, c.drops)
        return Push(fixes, closed, spans, work, decoded)

    def end(self, slots: NDArray[np.int32]) -> Push:
        """These terminals, `slots` (n,), send no more: settle what they left unfinished."""
        empty = SegmentBatch.missing(len(slots), slot=slots)
        return self.push(np.empty(0, np.uint8), empty, final=True)
