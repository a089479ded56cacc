"""Reading all TCP sockets that have something, in one call: epoll, then `recv` straight into the arena.

Events are edge-triggered: a socket is reported once when bytes arrive. What is not read to the end (the rate limit, the
share per tick, a full arena) stays in the queue here and its bytes stay in the kernel, so that TCP itself slows the
sender down. A first line is only *peeked at* until it is complete: an unnamed client costs no memory of ours.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from beidou_svc.ingest import syscalls
from beidou_svc.ingest.arena import Sink
from beidou_svc.ingest.counters import Counter
from beidou_svc.ingest.syscalls import EPOLL_EVENT, epoll_wait, errno_location, recv
from beidou_svc.ingest.table import Rows, State
from gnss._jit import kernel

EVENTS_PER_WAIT = 4_096
WAITS_PER_TICK_MAX = 64
ENDED_PER_TICK_MAX = 1_024

_HANG_UP = syscalls.EPOLLRDHUP | syscalls.EPOLLHUP | syscalls.EPOLLERR
_PEEK = np.int32(syscalls.MSG_DONTWAIT | syscalls.MSG_PEEK)
_TAKE = np.int32(syscalls.MSG_DONTWAIT)
_EAGAIN, _EINTR = syscalls.EAGAIN, syscalls.EINTR
_FREE, _GREETING_LINE, _STREAM = int(State.FREE), int(State.GREETING_LINE), int(State.STREAM)
_GREETING_SENTENCE = int(State.GREETING_SENTENCE)
_BYTES, _READS, _READ_CAPPED = int(Counter.BYTES), int(Counter.READS), int(Counter.READ_CAPPED)
_RATE_HELD, _ARENA_FULL = int(Counter.RATE_HELD), int(Counter.ARENA_FULL)
_HANDSHAKE_TIME, _IDLE, _SLOW_RECORD = int(Counter.HANDSHAKE_TIME), int(Counter.IDLE), int(Counter.SLOW_RECORD)
_LF, _CR = 10, 13
_ONE = np.uint64(1)

_NOTHING, _AGAIN, _END, _RESET = 0, 1, 2, 3
"""What follows from one read: nothing, another turn, the end of the stream, its breaking off."""


class Bounds(NamedTuple):
    """Limits as the kernels need them."""

    bytes_per_ns: float
    burst_bytes: float
    read_bytes: int
    handshake_bytes: int


class Terms(NamedTuple):
    """How long a connection may be what it is."""

    handshake_ns: int
    idle_ns: int
    partial_ns: int


class Queue(NamedTuple):
    """Working memory of the drain. Row `r` stands in `rows_waiting` at most once."""

    events: NDArray[Any]
    rows_waiting: NDArray[np.int32]
    rows_again: NDArray[np.int32]
    greeting_row: NDArray[np.int32]
    greeting_start: NDArray[np.int64]
    greeting_length: NDArray[np.int32]
    ended_row: NDArray[np.int32]
    ended_by_reset: NDArray[np.uint8]


class Drained(NamedTuple):
    """How far the arrays are filled."""

    segments: int
    used: int
    waiting: int
    greetings: int
    ended: int


def new_queue(capacity: int, handshakes_per_tick: int) -> Queue:
    """Working memory for rows below `capacity`."""
    return Queue(
        events=np.zeros(EVENTS_PER_WAIT, EPOLL_EVENT),
        rows_waiting=np.zeros(capacity, np.int32),
        rows_again=np.zeros(capacity, np.int32),
        greeting_row=np.zeros(handshakes_per_tick, np.int32),
        greeting_start=np.zeros(handshakes_per_tick, np.int64),
        greeting_length=np.zeros(handshakes_per_tick, np.int32),
        ended_row=np.zeros(ENDED_PER_TICK_MAX, np.int32),
        ended_by_reset=np.zeros(ENDED_PER_TICK_MAX, np.uint8),
    )


@kernel
def _collect(epoll_fd: int, rows: Rows, queue: Queue, n_waiting: int) -> int:
    """Append the rows that epoll reports to those already waiting."""
    n = n_waiting
    events = queue.events
    for _ in range(WAITS_PER_TICK_MAX):
        got = epoll_wait(np.int32(epoll_fd), np.int64(events.ctypes.data), np.int32(len(events)), np.int32(0))
        for i in range(got):
            row = np.int64(events[i]["fd"])
            if np.int64(events[i]["events"]) & _HANG_UP:
                rows[row]["hung_up"] = 1
            if rows[row]["queued"] == 0 and rows[row]["state"] != _FREE:
                rows[row]["queued"] = 1
                queue.rows_waiting[n] = row
                n += 1
        if got < len(events):
            break
    return n


@kernel
def _failed(hung_up: int) -> int:
    """What a negative `recv` means."""
    code = errno_location()[0]
    if code == _EAGAIN:
        return _END if hung_up else _NOTHING
    return _AGAIN if code == _EINTR else _RESET


@kernel
def refill(row: Any, now_ns: int, bounds: Bounds) -> Any:
    """Bytes (a float) that the connection may send now."""
    allowance = row["allowance_bytes"] + (now_ns - row["t_allowance_ns"]) * bounds.bytes_per_ns
    allowance = min(allowance, bounds.burst_bytes)
    row["allowance_bytes"] = allowance
    row["t_allowance_ns"] = now_ns
    return allowance


@kernel
def _note_record(row: Any, data: NDArray[np.uint8], now_ns: int) -> None:
    """Remember since when a line has been incomplete."""
    last = len(data) - 1
    i = last
    while i >= 0 and data[i] != _LF and data[i] != _CR:
        i -= 1
    if i == last:
        row["t_partial_ns"] = 0
    elif i >= 0 or row["t_partial_ns"] == 0:
        row["t_partial_ns"] = now_ns


@kernel
def _read_stream(
    fd: int,
    row: Any,
    buffer: NDArray[np.uint8],
    used: int,
    now_ns: int,
    bounds: Bounds,
    counters: NDArray[np.uint64],
) -> tuple[int, int]:
    """Read one connection once. Returns what follows and how many bytes came."""
    allowance = refill(row, now_ns, bounds)
    if allowance < 1.0:
        if row["held"] == 0:
            row["held"] = 1
            counters[_RATE_HELD] += _ONE
        return _AGAIN, 0
    asked = min(bounds.read_bytes, len(buffer) - used, int(allowance))
    got = recv(np.int32(fd), np.int64(buffer.ctypes.data) + used, np.int64(asked), _TAKE)
    if got < 0:
        return _failed(row["hung_up"]), 0
    if got == 0:
        return _END, 0
    row["allowance_bytes"] = allowance - got
    row["bytes"] += np.uint64(got)
    row["reads"] += np.uint32(1)
    row["t_read_ns"] = now_ns
    _note_record(row, buffer[used : used + got], now_ns)
    counters[_BYTES] += np.uint64(got)
    counters[_READS] += _ONE
    if got < asked:
        row["held"] = 0
        return (_AGAIN if row["hung_up"] else _NOTHING), got
    if got == bounds.read_bytes:
        counters[_READ_CAPPED] += _ONE
    return _AGAIN, got


@kernel
def is_data(first: int) -> bool:
    """Whether a first byte begins data rather than a name: a sentence or a binary frame."""
    return first in (0x21, 0x23, 0x24) or first >= 0x80


@kernel
def _greet(fd: int, row: Any, buffer: NDArray[np.uint8], used: int, now_ns: int, bounds: Bounds) -> tuple[int, int]:
    """Take the first line if it is complete; show, but do not take, the beginning of data or of a line too long."""
    room = bounds.handshake_bytes - np.int64(row["bytes"])
    start = np.int64(buffer.ctypes.data) + used
    got = recv(np.int32(fd), start, np.int64(room), _PEEK)
    if got < 0:
        return _failed(row["hung_up"]), 0
    if got == 0:
        return _END, 0
    row["t_read_ns"] = now_ns
    if row["state"] == _GREETING_LINE and is_data(buffer[used]):
        return _AGAIN, got
    for i in range(got):
        if buffer[used + i] == _LF:
            recv(np.int32(fd), start, np.int64(i + 1), _TAKE)
            row["bytes"] += np.uint64(i + 1)
            return _AGAIN, i + 1
    if got >= room:
        return _AGAIN, got
    return (_END if row["hung_up"] else _NOTHING), 0


@kernel
def drain(
    epoll_fd: int,
    rows: Rows,
    queue: Queue,
    n_waiting: int,
    sink: Sink,
    used: int,
    n: int,
    now_ns: int,
    bounds: Bounds,
    counters: NDArray[np.uint64],
) -> Drained:
    """Read every socket that has something, once, in the order in which they became ready.

    Fills the buffer of `sink` from `used` and its columns from `n`, the queue's greetings (first lines) and ended rows.
    The first `waiting` entries of `queue.rows_waiting` are the rows to go on with in the next call.
    """
    total = _collect(epoll_fd, rows, queue, n_waiting)
    waiting = queue.rows_waiting
    buffer = sink.buffer
    n_again = n_greetings = n_ended = at = 0
    while at < total:
        if n_ended == len(queue.ended_row) or n == len(sink.slot):
            break
        if len(buffer) - used < bounds.handshake_bytes:
            counters[_ARENA_FULL] += _ONE
            break
        fd = waiting[at]
        at += 1
        row = rows[fd]
        got = 0
        then = _NOTHING
        if row["state"] == _STREAM:
            then, got = _read_stream(fd, row, buffer, used, now_ns, bounds, counters)
            if got > 0:
                sink.slot[n], sink.start[n], sink.length[n] = row["slot"], used, got
                n += 1
        elif row["state"] == _GREETING_LINE or row["state"] == _GREETING_SENTENCE:
            then = _AGAIN
            if n_greetings < len(queue.greeting_row):
                then, got = _greet(fd, row, buffer, used, now_ns, bounds)
                if got > 0:
                    queue.greeting_row[n_greetings] = fd
                    queue.greeting_start[n_greetings] = used
                    queue.greeting_length[n_greetings] = got
                    n_greetings += 1
        used += got
        if then == _AGAIN:
            queue.rows_again[n_again] = fd
            n_again += 1
            continue
        row["queued"] = 0
        if then != _NOTHING:
            queue.ended_row[n_ended] = fd
            queue.ended_by_reset[n_ended] = then == _RESET
            n_ended += 1
    left = total - at
    for i in range(left):
        waiting[i] = waiting[at + i]
    waiting[left : left + n_again] = queue.rows_again[:n_again]
    return Drained(n, used, left + n_again, n_greetings, n_ended)


@kernel
def expired(
    rows: Rows,
    first: int,
    end: int,
    now_ns: int,
    terms: Terms,
    found: NDArray[np.int32],
    why: NDArray[np.uint8],
) -> int:
    """Rows `first` to `end` whose time is over, with the `Counter` that says why; as many as `found` holds."""
    n = 0
    for i in range(first, end):
        row = rows[i]
        if row["state"] == _FREE:
            continue
        reason = 0
        if row["state"] == _GREETING_LINE or row["state"] == _GREETING_SENTENCE:
            if now_ns - row["t_open_ns"] > terms.handshake_ns:
                reason = _HANDSHAKE_TIME
        elif now_ns - row["t_read_ns"] > terms.idle_ns:
            reason = _IDLE
        elif row["t_partial_ns"] != 0 and row["t_read_ns"] - row["t_partial_ns"] > terms.partial_ns:
            reason = _SLOW_RECORD
        if reason != 0:
            found[n], why[n] = i, reason
            n += 1
            if n == len(found):
                break
    return n
