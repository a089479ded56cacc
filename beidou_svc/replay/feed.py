"""Logs in, pages of pieces out, in an order that depends on the logs alone: not on the size of pages, nor on speed.

Logs without receive times are read one after the other, in the order given. Logs with receive times are merged by
them: of pieces received at the same time, those of the log named first come first, and within a log the order is the
log's own.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from beidou_svc.clock import FOREVER
from beidou_svc.replay.source import FILL_BYTES_MIN, LogSource, Page
from gnss._simd import PAD_BYTES
from gnss.batches import SegmentBatch

PAGE_BYTES = 1 << 20
"""Bytes handed on at once: what decoding them touches then stays in the processor's cache."""

_NONE = np.empty(0, np.int32)


class Fed(NamedTuple):
    """Pieces to decode, valid until the next ones are asked for, and the terminals that end with them."""

    buffer: NDArray[np.uint8]
    segments: SegmentBatch
    ended: NDArray[np.int32]


def _never(slot: int) -> bool:
    return False


def feed(
    sources: Sequence[LogSource],
    page_bytes: int = PAGE_BYTES,
    *,
    end_unix_ns: int = FOREVER,
    is_over: Callable[[int], bool] = _never,
) -> Iterator[Fed]:
    """Everything in the logs by pages; timed ones up to a receive time, others until their terminal is over."""
    yield from feed_streams([source for source in sources if not source.is_timed], page_bytes, is_over)
    timed = TimedFeed([source for source in sources if source.is_timed], page_bytes, end_unix_ns)
    while not timed.ended:
        yield timed.take(FOREVER)
        timed.advance()


def feed_streams(
    sources: Sequence[LogSource], page_bytes: int, is_over: Callable[[int], bool] = _never
) -> Iterator[Fed]:
    """Logs without receive times, small ones several to a page."""
    page = Page(max(page_bytes, FILL_BYTES_MIN))
    ended: list[int] = []
    for source in sources:
        while not source.ended and not is_over(source.slot):
            source.fill(page, page.size_bytes)
            if source.ended:
                ended.append(source.slot)
            if page.room_bytes < FILL_BYTES_MIN:
                yield Fed(page.buffer, page.segments(), np.array(ended, np.int32))
                page.clear()
                ended.clear()
    if page.rows or ended:
        yield Fed(page.buffer, page.segments(), np.array(ended, np.int32))


class TimedFeed:
    """Logs with receive times, merged by them.

    A log whose times go back is played as if the later time still held; what is recorded with a piece stays as it is.
    """

    def __init__(self, sources: Sequence[LogSource], page_bytes: int, end_unix_ns: int = FOREVER) -> None:
        share = max(page_bytes // max(len(sources), 1), 2 * FILL_BYTES_MIN)
        self._end_ns = end_unix_ns
        self._buffer = np.zeros(share * len(sources) + PAD_BYTES, np.uint8)
        self._lanes = [_Lane(source, self._buffer, i * share, share) for i, source in enumerate(sources)]
        self._read_on()

    @property
    def ended(self) -> bool:
        """Whether everything was taken."""
        return self.next_unix_ns > self._end_ns or not self._lanes

    @property
    def next_unix_ns(self) -> int:
        """When the next piece was received; `FOREVER` where there is none."""
        return min((lane.next_ns for lane in self._lanes), default=FOREVER)

    def take(self, until_unix_ns: int) -> Fed:
        """The next pieces received up to `until_unix_ns`; there may be more to take up to then."""
        # no log may run ahead of what another can still bring: the one read least far sets the limit
        horizon_ns, limiting = min(((lane.last_ns, i) for i, lane in enumerate(self._lanes)), default=(FOREVER, 0))
        parts = []
        for i, lane in enumerate(self._lanes):
            limit_ns = horizon_ns if i <= limiting else horizon_ns - 1
            parts.append(lane.take(min(limit_ns, until_unix_ns, self._end_ns)))
        return Fed(self._buffer, _merged(parts), _NONE)

    def advance(self) -> None:
        """Give back what `take` handed out, and read on."""
        self._read_on()

    def _read_on(self) -> None:
        for lane in self._lanes:
            lane.read_on()
        self._lanes = [lane for lane in self._lanes if not lane.is_done]


class _Lane:
    """One log of a merge: the part of it that was read ahead, and how much of that was taken."""

    def __init__(self, source: LogSource, buffer: NDArray[np.uint8], first: int, size_bytes: int) -> None:
        self._source = source
        self._page = Page(size_bytes, buffer[first : first + size_bytes])
        self._first = first
        self._segments = SegmentBatch.empty()
        self._key_ns: NDArray[np.int64] = np.empty(0, np.int64)
        self._taken = 0
        self._latest_ns = int(np.iinfo(np.int64).min)

    @property
    def is_done(self) -> bool:
        return self._source.ended and self._taken == len(self._key_ns)

    @property
    def next_ns(self) -> int:
        return int(self._key_ns[self._taken])

    @property
    def last_ns(self) -> int:
        """Up to when the log is known."""
        return FOREVER if self._source.ended else int(self._key_ns[-1])

    def read_on(self) -> None:
        """If everything was taken, read until there is something again, or the log ends."""
        if self._taken < len(self._key_ns):
            return
        self._taken, self._key_ns = 0, self._key_ns[:0]
        while not len(self._key_ns) and not self._source.ended:
            self._page.clear()
            self._source.fill(self._page, self._page.size_bytes)
            self._segments = self._page.segments()
            self._key_ns = np.maximum(np.maximum.accumulate(self._segments.t_rx_ns), self._latest_ns)
        if len(self._key_ns):
            self._latest_ns = int(self._key_ns[-1])

    def take(self, until_ns: int) -> tuple[SegmentBatch, NDArray[np.int64]]:
        """Pieces not yet taken that were received up to then, and what they are merged by."""
        stop = max(self._taken, int(np.searchsorted(self._key_ns, until_ns, side="right")))
        rows = slice(self._taken, stop)
        self._taken = stop
        taken = self._segments.take(rows)
        return taken.replace(start=taken.start + self._first), self._key_ns[rows]


def _merged(parts: Sequence[tuple[SegmentBatch, NDArray[np.int64]]]) -> SegmentBatch:
    parts = [part for part in parts if len(part[0])]
    segments = SegmentBatch.concat([segments for segments, _ in parts])
    if len(parts) < 2:
        return segments
    return segments.take(np.argsort(np.concatenate([key_ns for _, key_ns in parts]), kind="stable"))
