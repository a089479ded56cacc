"""Streams through the decoder, many terminals at a time: what came out, in a form that can be compared."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gnss.batches import NO_TIME, FixBatch, SegmentBatch
from gnss.decoder import Push, StreamDecoder
from gnss.status import Status
from gnss.stream.spans import SpanBatch

Piece = bytes | NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything that a decoder said about some terminals: rows by terminal, counters, texts of the spans.

    `open` are the rows of the epochs that were still open before the streams ended.
    """

    fixes: FixBatch
    open: FixBatch
    texts: list[list[bytes]]
    sentences: NDArray[np.uint64]
    drops: NDArray[np.uint64]
    epochs: NDArray[np.uint64]
    unknown: dict[str, int]

    def rows_of(self, slot: int) -> FixBatch:
        """Rows of one terminal in the order they came, as if it were terminal 0."""
        rows = self.fixes.take(self.fixes.slot == slot)
        return rows.replace(slot=np.zeros(len(rows), np.int32))

    def dropped(self, slot: int = 0) -> dict[Status, int]:
        """What was not used of one terminal, by reason."""
        return {Status(i): int(n) for i, n in enumerate(self.drops[slot]) if n}


def push_pieces(
    decoder: StreamDecoder,
    pieces: Sequence[Piece],
    slots: Sequence[int] | None = None,
    *,
    final: bool = False,
    show_open: bool = False,
    t_rx_ns: int = NO_TIME,
) -> Push:
    """One push with one piece of each terminal (of terminals 0, 1, ... unless `slots` says otherwise)."""
    slots = range(len(pieces)) if slots is None else slots
    lengths = np.array([len(piece) for piece in pieces], np.int32)
    start = np.cumsum(lengths, dtype=np.int64) - lengths
    segments = SegmentBatch.missing(len(pieces), slot=list(slots), start=start, length=lengths, t_rx_ns=t_rx_ns)
    buffer = np.frombuffer(b"".join(bytes(piece) for piece in pieces), np.uint8)
    return decoder.push(buffer, segments, final=final, show_open=show_open)


def open_rows(decoder: StreamDecoder, slots: Sequence[int] = (0,)) -> FixBatch:
    """The epochs still open of some terminals."""
    return push_pieces(decoder, [b""] * len(slots), slots, show_open=True).fixes


def texts_of(buffer: NDArray[np.uint8], spans: SpanBatch) -> list[tuple[int, bytes]]:
    """(terminal, bytes) of every span."""
    rows = zip(spans.slot.tolist(), spans.start.tolist(), spans.stop.tolist(), strict=True)
    return [(slot, buffer[start:stop].tobytes()) for slot, start, stop in rows]


def decode_pieces(streams: Sequence[Sequence[Piece]], *, reference_gpst_ns: int = NO_TIME) -> Outcome:
    """Decode one stream per terminal, piece by piece: push k brings the k-th piece of every terminal that has one."""
    decoder = StreamDecoder(len(streams), reference_gpst_ns=reference_gpst_ns)
    texts: list[list[bytes]] = [[] for _ in streams]
    parts: list[FixBatch] = []

    def keep(push: Push) -> None:
        parts.append(push.fixes.take(slice(push.closed)))
        for slot, text in texts_of(push.buffer, push.spans):
            texts[slot].append(text)

    for k in range(max((len(pieces) for pieces in streams), default=0)):
        having = [slot for slot, pieces in enumerate(streams) if k < len(pieces)]
        keep(push_pieces(decoder, [streams[slot][k] for slot in having], having))
    everybody = np.arange(len(streams), dtype=np.int32)
    shown = open_rows(decoder, everybody.tolist())
    keep(decoder.end(everybody))
    fixes = FixBatch.concat(parts)
    c = decoder.counters
    rows = fixes.take(np.argsort(fixes.slot, kind="stable"))
    return Outcome(rows, shown, texts, c.sentences, c.drops, c.epochs, dict(c.unknown))


def decode_whole(data: Piece, *, reference_gpst_ns: int = NO_TIME) -> Outcome:
    """Decode one stream in one piece."""
    return decode_pieces([[data]], reference_gpst_ns=reference_gpst_ns)


def spans_of(data: Piece) -> list[tuple[int, int]]:
    """Where the sentences and frames of one stream begin and stop."""
    spans = push_pieces(StreamDecoder(1), [data], final=True).spans
    return list(zip(spans.start.tolist(), spans.stop.tolist(), strict=True))


def only_row(data: bytes, *, reference_gpst_ns: int = NO_TIME) -> FixBatch:
    """The one row that a stream makes."""
    fixes = decode_whole(data, reference_gpst_ns=reference_gpst_ns).fixes
    assert len(fixes) == 1, f"{len(fixes)} rows"
    return fixes
