"""Reading all TCP sockets that have something, in one call: epoll, then `recv` straight into the arena.

Events are edge-triggered: a socket is reported once when bytes arrive. What is not read to the end (the rate limit, the
share per tick, a full arena) stays in the queue here and its bytes stay in the kernel, so that TCP itself slows the
sender down. So does a connection whose other side is gone, where this tick has ended enough of them: for ten thousand
that end at once nobody else has to wait. A first line is only *peeked at* until it is complete: an unnamed client costs
no memory of ours.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from beidou_svc.ingest import syscalls
from beidou_svc.ingest.arena import USED, Sink, add_segment, room_left
from beidou_svc.ingest.counters import Counter
from beidou_svc.ingest.reading import AGAIN, NOTHING, RESET, Bounds, read_greeting, read_stream
from beidou_svc.ingest.syscalls import EPOLL_EVENT, epoll_wait
from beidou_svc.ingest.table import Rows, State
from gnss._jit import kernel

EVENTS_PER_WAIT = 4_096
WAITS_PER_TICK_MAX = 64
ENDED_PER_TICK_MAX = 128
"""Each is settled one by one, some 50 µs; those whose end no event announced come on top."""

WAITING, AGAINS, GREETINGS, ENDED, KNOCKS = range(5)
"""What the numbers in `Queue.filled` count."""

_HANG_UP = syscalls.EPOLLRDHUP | syscalls.EPOLLHUP | syscalls.EPOLLERR
_FREE, _STREAM, _LISTENER = int(State.FREE), int(State.STREAM), int(State.LISTENER)
_GREETING_LINE, _GREETING_SENTENCE = int(State.GREETING_LINE), int(State.GREETING_SENTENCE)
_ARENA_FULL = int(Counter.ARENA_FULL)
_ONE = np.uint64(1)


class Queue(NamedTuple):
    """Working memory of the drain: how far each list is filled, then the lists. A row waits at most once."""

    filled: NDArray[np.int64]
    events: NDArray[Any]
    rows_waiting: NDArray[np.int32]
    rows_again: NDArray[np.int32]
    greeting_row: NDArray[np.int32]
    greeting_start: NDArray[np.int64]
    greeting_length: NDArray[np.int32]
    ended_row: NDArray[np.int32]
    ended_by_reset: NDArray[np.uint8]


def new_queue(capacity: int, handshakes_per_tick: int) -> Queue:
    """Working memory for rows below `capacity`."""
    return Queue(
        filled=np.zeros(5, np.int64),
        events=np.zeros(EVENTS_PER_WAIT, EPOLL_EVENT),
        rows_waiting=np.zeros(capacity, np.int32),
        rows_again=np.zeros(capacity, np.int32),
        greeting_row=np.zeros(handshakes_per_tick, np.int32),
        greeting_start=np.zeros(handshakes_per_tick, np.int64),
        greeting_length=np.zeros(handshakes_per_tick, np.int32),
        ended_row=np.zeros(capacity, np.int32),
        ended_by_reset=np.zeros(capacity, np.uint8),
    )


@kernel
def _collect(epoll_fd: int, rows: Rows, queue: Queue, n_waiting: int) -> int:
    """Append the rows that epoll reports to those already waiting; returns how many wait now."""
    n = n_waiting
    events = queue.events
    for _ in range(WAITS_PER_TICK_MAX):
        got = epoll_wait(np.int32(epoll_fd), np.int64(events.ctypes.data), np.int32(len(events)), np.int32(0))
        for i in range(got):
            fd = events[i]["fd"]
            row = rows[fd]
            if row["state"] == _LISTENER:
                queue.filled[KNOCKS] += 1
                continue
            if np.int64(events[i]["events"]) & _HANG_UP:
                row["hung_up"] = 1
            if row["queued"] == 0 and row["state"] != _FREE:
                row["queued"] = 1
                queue.rows_waiting[n] = fd
                n += 1
        if got < len(events):
            break
    return n


@kernel
def _greet(fd: int, row: Any, queue: Queue, sink: Sink, now_ns: int, bounds: Bounds) -> int:
    """One turn of a connection without a name; what it says is listed among the greetings."""
    n = queue.filled[GREETINGS]
    if n == len(queue.greeting_row):
        return AGAIN
    then, got = read_greeting(fd, row, room_left(sink), now_ns, bounds)
    if got > 0:
        queue.greeting_row[n] = fd
        queue.greeting_start[n] = sink.filled[USED]
        queue.greeting_length[n] = got
        queue.filled[GREETINGS] = n + 1
        sink.filled[USED] += got
    return then


@kernel
def _turn(
    fd: int, row: Any, queue: Queue, sink: Sink, now_ns: int, bounds: Bounds, counters: NDArray[np.uint64]
) -> int:
    """One turn of one row; returns what follows."""
    state = row["state"]
    if row["hung_up"] and queue.filled[ENDED] >= ENDED_PER_TICK_MAX:
        return AGAIN
    if state == _STREAM:
        then, got = read_stream(fd, row, room_left(sink), now_ns, bounds, counters)
        if got > 0:
            add_segment(sink, row["slot"], sink.filled[USED], got)
            sink.filled[USED] += got
        return then
    if state in (_GREETING_LINE, _GREETING_SENTENCE):
        return _greet(fd, row, queue, sink, now_ns, bounds)
    return NOTHING


@kernel
def _follow(fd: int, row: Any, then: int, queue: Queue) -> None:
    """Put a row that had its turn where it belongs."""
    filled = queue.filled
    if then == AGAIN:
        queue.rows_again[filled[AGAINS]] = fd
        filled[AGAINS] += 1
        return
    row["queued"] = 0
    if then != NOTHING:
        queue.ended_row[filled[ENDED]] = fd
        queue.ended_by_reset[filled[ENDED]] = then == RESET
        filled[ENDED] += 1


@kernel
def drain(
    epoll_fd: int, rows: Rows, queue: Queue, sink: Sink, now_ns: int, bounds: Bounds, counters: NDArray[np.uint64]
) -> None:
    """Read every socket that has something, once, in the order in which they became ready.

    Adds to `sink` and lists the greetings (first lines) and ended rows in `queue`, where the rows that have more to
    give keep waiting. `filled[KNOCKS]` tells whether there is something to accept.
    """
    n_waiting = int(queue.filled[WAITING])
    queue.filled[:] = 0
    total = _collect(epoll_fd, rows, queue, n_waiting)
    at = 0
    while at < total:
        if len(room_left(sink)) < bounds.handshake_bytes:
            counters[_ARENA_FULL] += _ONE
            break
        fd = queue.rows_waiting[at]
        at += 1
        _follow(fd, rows[fd], _turn(fd, rows[fd], queue, sink, now_ns, bounds, counters), queue)
    left, again = total - at, queue.filled[AGAINS]
    for i in range(left):
        queue.rows_waiting[i] = queue.rows_waiting[at + i]
    queue.rows_waiting[left : left + again] = queue.rows_again[:again]
    queue.filled[WAITING] = left + again
