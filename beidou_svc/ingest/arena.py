"""Where received bytes land: two pages taken in turn, each a buffer with columns that say whose bytes are where."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss._jit import kernel
from gnss.batches import SegmentBatch
from gnss.columns import frozen_column

USED, COUNT = range(2)
"""What the numbers in `Sink.filled` count: bytes of the buffer, rows of the columns."""


class Sink(NamedTuple):
    """One tick's bytes as kernels see them."""

    filled: NDArray[np.int64]
    buffer: NDArray[np.uint8]
    slot: NDArray[np.int32]
    start: NDArray[np.int64]
    length: NDArray[np.int32]


@kernel
def room_left(sink: Sink) -> NDArray[np.uint8]:
    """The part of the buffer that is free."""
    return sink.buffer[sink.filled[USED] :]


@kernel
def add_segment(sink: Sink, slot: int, start: int, length: int) -> None:
    """Say whose some bytes of the buffer are."""
    n = sink.filled[COUNT]
    sink.slot[n], sink.start[n], sink.length[n] = slot, start, length
    sink.filled[COUNT] = n + 1


class Page:
    """One tick's bytes."""

    __slots__ = ("_columns", "_t_rx_ns", "sink")

    def __init__(self, size_bytes: int, segments_max: int) -> None:
        self.sink = Sink(
            filled=np.zeros(2, np.int64),
            buffer=np.zeros(size_bytes, np.uint8),
            slot=np.zeros(segments_max, np.int32),
            start=np.zeros(segments_max, np.int64),
            length=np.zeros(segments_max, np.int32),
        )
        self._t_rx_ns = np.zeros(segments_max, np.int64)
        columns = (self.sink.slot, self.sink.start, self.sink.length, self._t_rx_ns)
        self._columns = tuple(frozen_column(column) for column in columns)

    def copy_in(self, slot: int, data: bytes) -> None:
        """Append bytes that were kept elsewhere."""
        used = int(self.sink.filled[USED])
        self.sink.buffer[used : used + len(data)] = np.frombuffer(data, np.uint8)
        self.sink.filled[USED] += len(data)
        add_segment(self.sink, slot, used, len(data))

    def bytes_at(self, start: int, length: int) -> bytes:
        """A copy of some bytes."""
        return self.sink.buffer[start : start + length].tobytes()

    def segments(self, t_rx_ns: int) -> SegmentBatch:
        """The columns filled so far; views that live as long as the page is not taken again."""
        n = int(self.sink.filled[COUNT])
        self._t_rx_ns[:n] = t_rx_ns
        return SegmentBatch(*(column[:n] for column in self._columns))


class Arena:
    """The two pages. What `turn` returned stays valid until the turn after next."""

    def __init__(self, size_bytes: int, segments_max: int) -> None:
        self._pages = (Page(size_bytes, segments_max), Page(size_bytes, segments_max))
        self._turn = 0

    def turn(self) -> Page:
        """The other page, emptied."""
        self._turn ^= 1
        page = self._pages[self._turn]
        page.sink.filled[:] = 0
        return page
