"""What one turn of one TCP connection does: read its bytes within its allowance, or look at its first line."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from beidou_svc.ingest import syscalls
from beidou_svc.ingest.counters import Counter
from beidou_svc.ingest.syscalls import recv
from beidou_svc.ingest.table import State
from gnss._jit import kernel
from gnss._libc import errno_location

NOTHING, AGAIN, END, RESET = 0, 1, 2, 3
"""What follows from one turn: nothing, another turn, the end of the stream, its breaking off."""

_PEEK = np.int32(syscalls.MSG_DONTWAIT | syscalls.MSG_PEEK)
_TAKE = np.int32(syscalls.MSG_DONTWAIT)
_EAGAIN, _EINTR = syscalls.EAGAIN, syscalls.EINTR
_GREETING_LINE = int(State.GREETING_LINE)
_BYTES, _READS = int(Counter.BYTES), int(Counter.READS)
_READ_CAPPED, _RATE_HELD = int(Counter.READ_CAPPED), int(Counter.RATE_HELD)
_ONE = np.uint64(1)
_LF, _CR = 10, 13
_SENTENCE_STARTS = (0x21, 0x23, 0x24)  # ! # $
_BINARY_FROM = 0x80


class Bounds(NamedTuple):
    """Limits as the kernels need them."""

    bytes_per_ns: float
    burst_bytes: float
    read_bytes: int
    handshake_bytes: int


@kernel
def is_data(first: int) -> bool:
    """Whether a first byte begins data rather than a name: a sentence or a binary frame."""
    return first in _SENTENCE_STARTS or first >= _BINARY_FROM


@kernel
def refill(row: Any, now_ns: int, bounds: Bounds) -> Any:
    """Fill the token bucket up; returns how many bytes (a float) the connection may send now."""
    allowance = row["allowance_bytes"] + (now_ns - row["t_allowance_ns"]) * bounds.bytes_per_ns
    allowance = min(allowance, bounds.burst_bytes)
    row["allowance_bytes"] = allowance
    row["t_allowance_ns"] = now_ns
    return allowance


@kernel
def _failed(hung_up: int) -> int:
    """What a negative `recv` means."""
    code = errno_location()[0]
    if code == _EAGAIN:
        return END if hung_up else NOTHING
    return AGAIN if code == _EINTR else RESET


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
def _account(row: Any, data: NDArray[np.uint8], now_ns: int, counters: NDArray[np.uint64]) -> None:
    row["allowance_bytes"] -= len(data)
    row["bytes"] += np.uint64(len(data))
    row["reads"] += np.uint32(1)
    row["t_read_ns"] = now_ns
    _note_record(row, data, now_ns)
    counters[_BYTES] += np.uint64(len(data))
    counters[_READS] += _ONE


@kernel
def _hold(row: Any, counters: NDArray[np.uint64]) -> None:
    """Count that a connection has used up its allowance, once until it has been read to its end again."""
    if row["held"] == 0:
        row["held"] = 1
        counters[_RATE_HELD] += _ONE


@kernel
def read_stream(
    fd: int, row: Any, room: NDArray[np.uint8], now_ns: int, bounds: Bounds, counters: NDArray[np.uint64]
) -> tuple[int, int]:
    """Read a connection once into `room`. Returns what follows and how many bytes came."""
    allowance = refill(row, now_ns, bounds)
    if allowance < 1.0:
        _hold(row, counters)
        return AGAIN, 0
    asked = min(bounds.read_bytes, len(room), int(allowance))
    got = recv(np.int32(fd), np.int64(room.ctypes.data), np.int64(asked), _TAKE)
    if got < 0:
        return _failed(row["hung_up"]), 0
    if got == 0:
        return END, 0
    _account(row, room[:got], now_ns, counters)
    if got < asked:
        row["held"] = 0
        return (AGAIN if row["hung_up"] else NOTHING), got
    if asked == int(allowance):
        _hold(row, counters)
    elif asked == bounds.read_bytes:
        counters[_READ_CAPPED] += _ONE
    return AGAIN, got


@kernel
def read_greeting(fd: int, row: Any, room: NDArray[np.uint8], now_ns: int, bounds: Bounds) -> tuple[int, int]:
    """Take the first line if it is complete; show, but do not take, the beginning of data or of a line too long."""
    left = bounds.handshake_bytes - int(row["bytes"])
    address = np.int64(room.ctypes.data)
    got = recv(np.int32(fd), address, np.int64(left), _PEEK)
    if got < 0:
        return _failed(row["hung_up"]), 0
    if got == 0:
        return END, 0
    row["t_read_ns"] = now_ns
    if row["state"] == _GREETING_LINE and is_data(room[0]):
        return AGAIN, got
    for i in range(got):
        if room[i] == _LF:
            recv(np.int32(fd), address, np.int64(i + 1), _TAKE)
            row["bytes"] += np.uint64(i + 1)
            return AGAIN, i + 1
    if got >= left:
        return AGAIN, got
    return (END if row["hung_up"] else NOTHING), 0
