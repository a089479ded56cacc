"""Where received bytes land: two pages taken in turn, each a buffer with columns that say whose bytes are where."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss.batches import SegmentBatch


class Sink(NamedTuple):
    """The part of a page that kernels fill."""

    buffer: NDArray[np.uint8]
    slot: NDArray[np.int32]
    start: NDArray[np.int64]
    length: NDArray[np.int32]


@dataclass(slots=True)
class Page:
    """One tick's bytes: `sink.buffer` is filled up to `used`, the columns up to `count`."""

    sink: Sink
    t_rx_ns: NDArray[np.int64]
    used: int = 0
    count: int = 0

    def append(self, slot: int, start: int, length: int) -> None:
        """Name bytes that already lie in the buffer."""
        self.sink.slot[self.count] = slot
        self.sink.start[self.count] = start
        self.sink.length[self.count] = length
        self.count += 1

    def copy_in(self, slot: int, data: bytes) -> None:
        """Append bytes that were kept elsewhere."""
        self.sink.buffer[self.used : self.used + len(data)] = np.frombuffer(data, np.uint8)
        self.append(slot, self.used, len(data))
        self.used += len(data)

    def bytes_at(self, start: int, length: int) -> bytes:
        """A copy of some bytes."""
        return self.sink.buffer[start : start + length].tobytes()

    def segments(self, t_rx_ns: int) -> SegmentBatch:
        """The columns filled so far; views that live as long as the page is not taken again."""
        n = self.count
        self.t_rx_ns[:n] = t_rx_ns
        columns: dict[str, NDArray[Any]] = {
            "slot": self.sink.slot[:n],
            "start": self.sink.start[:n],
            "length": self.sink.length[:n],
            "t_rx_ns": self.t_rx_ns[:n],
        }
        return SegmentBatch.of(**columns)


class Arena:
    """The two pages. What `turn` returned stays valid until the turn after next."""

    def __init__(self, size_bytes: int, segments_max: int) -> None:
        self._pages = (_new_page(size_bytes, segments_max), _new_page(size_bytes, segments_max))
        self._turn = 0

    def turn(self) -> Page:
        """The other page, emptied."""
        self._turn ^= 1
        page = self._pages[self._turn]
        page.used = page.count = 0
        return page


def _new_page(size_bytes: int, segments_max: int) -> Page:
    sink = Sink(
        buffer=np.zeros(size_bytes, np.uint8),
        slot=np.zeros(segments_max, np.int32),
        start=np.zeros(segments_max, np.int64),
        length=np.zeros(segments_max, np.int32),
    )
    return Page(sink, np.zeros(segments_max, np.int64))
