"""Recordings: received bytes as they came, with terminal and receive time, in a file that people can read too.

    #beidou recording 1
    @1795329000125000000 164 gz-00017
    <164 bytes><LF>

A head says when (UTC, Unix ns), how many bytes, of whom; any bytes may follow. What belonged to which connection is not
recorded: a terminal is one stream.
"""

import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from beidou_svc.replay.cutting import RECORD_HEAD_BYTES_MAX
from beidou_svc.replay.forms import RECORDING_HEAD
from beidou_svc.replay.log_io import LogError
from gnss._jit import inline_kernel, leaf_kernel
from gnss._simd import copy_bytes
from gnss.batches import NO_TIME, SegmentBatch

FILE_BYTES_MAX = 1 << 36
"""A recording stops when it has grown to 64 GiB."""

_AT, _BLANK, _MINUS, _LF = 0x40, 0x20, 0x2D, 0x0A

logger = logging.getLogger("beidou_svc")


@inline_kernel
def _put_decimal(out: NDArray[np.uint8], at: int, value: int) -> int:
    """Write a number that is not negative; returns where it ends."""
    digits = 1
    bound = 10
    while digits < 19 and value >= bound:
        digits += 1
        bound *= 10
    for i in range(digits):
        out[at + digits - 1 - i] = 48 + value % 10
        value //= 10
    return at + digits


@inline_kernel
def _put_head(out: NDArray[np.uint8], at: int, t_rx_ns: int, length: int) -> int:
    """Write `@time length `; returns where it ends."""
    out[at] = _AT
    if t_rx_ns == NO_TIME:
        out[at + 1] = _MINUS
        at += 2
    else:
        at = _put_decimal(out, at + 1, t_rx_ns)
    out[at] = _BLANK
    at = _put_decimal(out, at + 1, length)
    out[at] = _BLANK
    return at + 1


@inline_kernel
def _put_line(out: NDArray[np.uint8], at: int, source: NDArray[np.uint8], first: int, n: int) -> int:
    """Copy bytes and end them with a line feed; returns where that ends."""
    copy_bytes(source, first, out, at, n)
    out[at + n] = _LF
    return at + n + 1


@leaf_kernel
def _put_records(
    buffer: NDArray[np.uint8],
    slot: NDArray[np.int32],
    start: NDArray[np.int64],
    length: NDArray[np.int32],
    t_rx_ns: NDArray[np.int64],
    names: NDArray[np.uint8],
    edge: NDArray[np.int64],
    out: NDArray[np.uint8],
) -> int:
    """Write a record for every piece; returns the bytes used."""
    at = 0
    for i in range(len(slot)):
        first, last = int(edge[slot[i]]), int(edge[slot[i] + 1])
        at = _put_head(out, at, int(t_rx_ns[i]), int(length[i]))
        at = _put_line(out, at, names, first, last - first)
        at = _put_line(out, at, buffer, int(start[i]), int(length[i]))
    return at


class Recorder:
    """Writes what a service receives. A disk that fails ends the recording, with a message, not the service."""

    def __init__(self, path: Path, id_of: Callable[[int], str]) -> None:
        self.path = path
        self.is_on = True
        self.written_bytes = 0
        self._id_of = id_of
        self._names: NDArray[np.uint8] = np.empty(0, np.uint8)
        self._edge: NDArray[np.int64] = np.zeros(1, np.int64)
        try:
            self._file = path.open("xb")
        except FileExistsError as error:
            raise LogError(f"{path} exists: a recording does not replace a file; name another") from error
        except OSError as error:
            raise LogError(f"{path} cannot be written: {error.strerror or error}") from error
        self._write(RECORDING_HEAD)

    def note(self, buffer: NDArray[np.uint8], segments: SegmentBatch) -> None:
        """Record pieces in order of arrival."""
        if not self.is_on or not len(segments):
            return
        self._learn_names(int(segments.slot.max()) + 1)
        s = segments
        room = int(s.length.sum()) + len(s) * RECORD_HEAD_BYTES_MAX
        out = np.empty(room, np.uint8)
        used = _put_records(buffer, s.slot, s.start, s.length, s.t_rx_ns, self._names, self._edge, out)
        self._write(out[:used].data)

    def close(self) -> None:
        """End the recording."""
        self.is_on = False
        try:
            self._file.close()
        except OSError as error:
            logger.error("the end of the recording %s may be missing: %s", self.path, error)

    def discard(self) -> None:
        """End the recording and remove it."""
        self.close()
        self.path.unlink(missing_ok=True)

    def _write(self, data: bytes | memoryview) -> None:
        if self.written_bytes + len(data) > FILE_BYTES_MAX:
            logger.error("the recording %s is full at %d bytes and ends here", self.path, self.written_bytes)
            self.close()
            return
        try:
            self._file.write(data)
        except OSError as error:
            logger.error("the recording %s ends after %d bytes: %s", self.path, self.written_bytes, error)
            self.close()
            return
        self.written_bytes += len(data)

    def _learn_names(self, count: int) -> None:
        known = len(self._edge) - 1
        if count <= known:
            return
        new = [self._id_of(slot).encode("ascii", "replace") for slot in range(known, count)]
        self._names = np.concatenate([self._names, np.frombuffer(b"".join(new), np.uint8)])
        edges = self._edge[-1] + np.cumsum([len(name) for name in new])
        self._edge = np.concatenate([self._edge, edges.astype(np.int64)])
