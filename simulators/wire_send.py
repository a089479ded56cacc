"""Sending to thousands of sockets in one kernel call: libc `send` in a loop, remainders kept, nothing blocks."""

from __future__ import annotations

import errno
import socket
import sys

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, kernel
from gnss._libc import INT, SIZE, errno_location, libc_function

SEND_FLAGS = socket.MSG_DONTWAIT | (socket.MSG_NOSIGNAL if sys.platform == "linux" else 0)
_send = libc_function("send", SIZE(INT, SIZE, SIZE, INT))

PENDING_BYTES_MAX = 16_384  # unsent bytes kept for one socket; what does not fit is dropped whole and counted

SENT_WRITES, SENT_BYTES, DROPPED_WRITES, UNCONNECTED_WRITES, BROKEN, KEPT_WRITES = range(6)
STATS = 6

_AGAIN, _INTERRUPTED = errno.EAGAIN, errno.EINTR
_TRIES_MAX = 3  # of one write that a signal interrupts

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Bytes = NDArray[np.uint8]


@inline_kernel
def _try(fd: int, address: int, length: int) -> int:
    """Bytes taken by the socket; 0 when it is full, -1 when it is broken."""
    for _ in range(_TRIES_MAX):
        taken = _send(fd, address, length, SEND_FLAGS)
        if taken >= 0:
            return int(taken)
        code = errno_location()[0]
        if code == _AGAIN:
            return 0
        if code != _INTERRUPTED:
            return -1
    return 0


@inline_kernel
def _flush(fd: int, row: int, pending: Bytes, pending_length: Ints) -> int:
    """Send what a socket still owes; -1 when it is broken, else what is left."""
    owed = pending_length[row]
    taken = _try(fd, int(pending.ctypes.data) + int(row) * PENDING_BYTES_MAX, owed)
    if taken < 0:
        return -1
    for k in range(taken, owed):
        pending[row, k - taken] = pending[row, k]
    pending_length[row] = owed - taken
    return int(owed - taken)


@inline_kernel
def _keep(row: int, start: int, length: int, buffer: Bytes, pending: Bytes, pending_length: Ints) -> bool:
    """Keep bytes for later; False when they do not fit."""
    owed = pending_length[row]
    if owed + length > PENDING_BYTES_MAX:
        return False
    for k in range(length):
        pending[row, owed + k] = buffer[start + k]
    pending_length[row] = owed + length
    return True


@kernel
def send_rows(
    fd: Ints, row: Ints, start: Longs, length: Longs, buffer: Bytes, pending: Bytes, pending_length: Ints,
    broken: NDArray[np.bool_], stats: Longs,
) -> None:  # fmt: skip
    """Send one piece of `buffer` to the socket of each row.

    `fd (terminals)`: -1 = not connected; `pending (terminals, PENDING_BYTES_MAX)`, `pending_length (terminals)`: owed
    bytes; `broken (terminals)` is set where the peer is gone; `stats (STATS)` counts. A write is kept or dropped whole,
    so a peer that is slow never sees half a sentence followed by another.
    """
    address = int(buffer.ctypes.data)
    for k in range(row.size):
        who, size = row[k], length[k]
        if size == 0:
            continue
        if fd[who] < 0 or broken[who]:
            stats[UNCONNECTED_WRITES] += 1
            continue
        left = _flush(fd[who], who, pending, pending_length) if pending_length[who] > 0 else 0
        taken = 0
        if left == 0:
            taken = _try(fd[who], address + start[k], size)
        if left < 0 or taken < 0:
            broken[who] = True
            stats[BROKEN] += 1
            continue
        stats[SENT_BYTES] += taken
        if taken == size:
            stats[SENT_WRITES] += 1
        elif _keep(who, start[k] + taken, size - taken, buffer, pending, pending_length):
            stats[KEPT_WRITES] += 1
        elif taken > 0:  # half of it is out and the rest finds no room: the stream cannot be mended
            broken[who] = True
            stats[BROKEN] += 1
        else:
            stats[DROPPED_WRITES] += 1


@kernel
def flush_rows(fd: Ints, pending: Bytes, pending_length: Ints, broken: NDArray[np.bool_], stats: Longs) -> int:
    """Try to send everything owed; returns how many sockets still owe."""
    owing = 0
    for who in range(fd.size):
        if pending_length[who] > 0 and fd[who] >= 0 and not broken[who]:
            before = pending_length[who]
            left = _flush(fd[who], who, pending, pending_length)
            if left < 0:
                broken[who] = True
                stats[BROKEN] += 1
                continue
            stats[SENT_BYTES] += before - left
            owing += left > 0
    return owing
