"""Kernels of `gnss.stream.spans`: stitch what terminals sent to what they left unfinished, scan it, keep the rest."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, leaf_kernel
from gnss._simd import copy_bytes, prefetch
from gnss.stream.scan import SpanSink, scan_run

FETCH_BYTES_MAX = 2048
"""Bytes of the next segment that are fetched ahead; of longer ones the processor fetches the rest by itself."""


@leaf_kernel
def chain_segments(
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
def _fetch(buffer: NDArray[np.uint8], segments: Arrivals, i: int) -> None:
    """Have the first bytes of a segment brought near: pieces of many terminals lie scattered in memory."""
    start = segments.start[i]
    for at in range(start, start + min(int(segments.length[i]), FETCH_BYTES_MAX), 64):
        prefetch(buffer, at)


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
def scan_runs(
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
        if r + 1 < len(order):
            _fetch(buffer, segments, int(head[order[r + 1]]))
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
def save_tails(
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


@leaf_kernel
def all_inside(
    slot: NDArray[np.int32], start: NDArray[np.int64], length: NDArray[np.int32], slots: int, n_bytes: int
) -> bool:
    """Whether all segments are of known terminals and within the buffer."""
    for i in range(len(slot)):
        if slot[i] < 0 or slot[i] >= slots or start[i] < 0 or length[i] < 0 or start[i] + int(length[i]) > n_bytes:
            return False
    return True
