"""Cut the bytes of many terminals into sentences and frames, in one call.

Failure costs one byte: after anything that is not a sentence or a frame the scan goes on at the next byte, so that a
stray sync byte, a corrupt length or a flipped bit never takes a good neighbour with it.
"""

from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, leaf_kernel
from gnss._simd import load_u8
from gnss.status import Status
from gnss.stream import frames
from gnss.stream.lines import (
    CHECK_NONE,
    CHECK_OK,
    LINE_BYTES_MAX,
    check_sentence,
    find_line_end,
    find_new_line,
)


class SpanKind(IntEnum):
    """What a span holds."""

    NMEA = 0
    UNICORE = 1
    RTCM3 = 2


_NMEA, _UNICORE, _RTCM3 = int(SpanKind.NMEA), int(SpanKind.UNICORE), int(SpanKind.RTCM3)
_NEED_MORE, _NO_FRAME, _BAD_CHECK = frames.NEED_MORE, frames.NO_FRAME, frames.BAD_CHECK
_GARBAGE = int(Status.GARBAGE)
_CHECKSUM = int(Status.CHECKSUM)
_CRC = int(Status.CRC)
_NO_CHECKSUM = int(Status.NO_CHECKSUM)
_LINE_TOO_LONG = int(Status.LINE_TOO_LONG)
_TRUNCATED = int(Status.TRUNCATED)
_BAD_CHARACTER = int(Status.BAD_CHARACTER)
_FOREIGN = int(Status.FOREIGN_BINARY)

_CR, _LF, _DOLLAR, _BANG, _HASH = 0x0D, 0x0A, 0x24, 0x21, 0x23
_A, _Z = ord("A"), ord("Z")
_RTCM3_SYNC, _UBX_SYNC, _CASIC_SYNC, _UNICORE_SYNC = 0xD3, 0xB5, 0xBA, 0xAA

_NOISE, _SENTENCE, _FRAME, _LINE_END = range(4)

MARKS = np.full(256, _NOISE, np.uint8)
"""What a byte may begin; a line end between sentences is nobody's loss."""
MARKS[[_DOLLAR, _BANG, _HASH]] = _SENTENCE
MARKS[[_RTCM3_SYNC, _UBX_SYNC, _CASIC_SYNC, _UNICORE_SYNC]] = _FRAME
MARKS[[_CR, _LF]] = _LINE_END


@leaf_kernel
def _frame(buffer: NDArray[np.uint8], p: int, end: int, sync: int) -> int:
    if sync == _RTCM3_SYNC:
        return frames.rtcm3_frame(buffer, p, end)
    if sync == _UBX_SYNC:
        return frames.ubx_frame(buffer, p, end)
    if sync == _CASIC_SYNC:
        return frames.casic_frame(buffer, p, end)
    return frames.unicore_frame(buffer, p, end)


@leaf_kernel
def _sentence(buffer: NDArray[np.uint8], p: int, end: int, final: bool) -> tuple[int, int, int]:
    """(verdict, content stop, where to go on); verdict 0 = good, -1 = need more, else a `Status`."""
    if load_u8(buffer, p) == _HASH and p + 1 < end and not _A <= load_u8(buffer, p + 1) <= _Z:
        return _GARBAGE, p + 1, p + 1
    limit = min(end, p + LINE_BYTES_MAX + 1)
    q = find_line_end(buffer, p + 1, limit)
    if q == end and not final:
        return _NEED_MORE, q, p
    check, stop = check_sentence(buffer, p, q)
    if check == CHECK_OK and q < p + LINE_BYTES_MAX + 1:
        return 0, stop, q
    after = load_u8(buffer, q) if q < limit else -1
    if after >= 0 and after not in (_CR, _LF, _DOLLAR):
        r = find_new_line(buffer, q, limit)
        if r == end and not final:
            return _NEED_MORE, q, p
        raw_check, raw_stop = check_sentence(buffer, p, r)
        if raw_check == CHECK_OK:
            return 0, raw_stop, r
        return _BAD_CHARACTER, q, p + 1
    if q == p + LINE_BYTES_MAX + 1:
        return _LINE_TOO_LONG, q, p + 1
    if check != CHECK_NONE:
        return _CHECKSUM, q, p + 1
    cut_off = after == _DOLLAR or q == end
    if q == p + 1:
        return _GARBAGE, q, p + 1
    return (_TRUNCATED if cut_off else _NO_CHECKSUM), q, p + 1


class SpanSink(NamedTuple):
    """Where spans go, by row."""

    slot: NDArray[np.int32]
    kind: NDArray[np.uint8]
    start: NDArray[np.int64]
    stop: NDArray[np.int64]
    t_rx_ns: NDArray[np.int64]


@inline_kernel
def _put_span(sink: SpanSink, n: int, kind: int, start: int, stop: int) -> int:
    row = np.uintp(n)
    sink.kind[row] = kind
    sink.start[row] = start
    sink.stop[row] = stop
    return n + 1


@inline_kernel
def _take_frame(
    buffer: NDArray[np.uint8],
    p: int,
    end: int,
    final: bool,
    blamed: int,
    drops: NDArray[np.uint64],
    sink: SpanSink,
    n: int,
) -> tuple[int, int, bool]:
    """Take the binary frame at `p`, or one byte of noise.

    Returns (rows, where to go on, whether more bytes must come first).
    """
    sync = load_u8(buffer, p)
    length = _frame(buffer, p, end, sync)
    if length == _NEED_MORE and not final:
        return n, p, True
    if length > 0:
        if sync == _RTCM3_SYNC:
            n = _put_span(sink, n, _RTCM3, p, p + length)
        else:
            drops[_FOREIGN] += np.uint64(1)
        return n, p + length, False
    if p >= blamed:
        reason = _CRC if length == _BAD_CHECK else (_TRUNCATED if length == _NEED_MORE else _GARBAGE)
        drops[reason] += np.uint64(1)
    return n, p + 1, False


@inline_kernel
def _take_verdict(
    verdict: int, first: int, p: int, stop: int, blamed: int, drops: NDArray[np.uint64], sink: SpanSink, n: int
) -> tuple[int, int]:
    """Keep a good sentence as a span, or count a lost one; returns (rows, blamed)."""
    if verdict == 0:
        return _put_span(sink, n, _UNICORE if first == _HASH else _NMEA, p, stop), blamed
    if p < blamed:
        return n, blamed
    drops[verdict] += np.uint64(1)
    return n, stop


@inline_kernel
def scan_run(
    buffer: NDArray[np.uint8],
    p: int,
    end: int,
    final: bool,
    blamed: int,
    drops: NDArray[np.uint64],
    sink: SpanSink,
    n: int,
) -> tuple[int, int, int]:
    """Scan `buffer[p:end]` of one terminal; spans go to rows `n`, `n + 1` and so on.

    Returns (rows, first byte not consumed, blamed).

    `drops` (STATUS_MAX,) counts lost sentences and frames by reason, and under `GARBAGE` the bytes outside of any. A
    span covers `$...` up to but without `*`, or a whole frame. `final`: no more bytes will come. `blamed`: bytes
    before it are already counted as part of something lost.
    """
    while p < end:
        c = load_u8(buffer, p)
        mark = MARKS[np.uintp(c)]
        if mark == _SENTENCE:
            verdict, stop, after = _sentence(buffer, p, end, final)
            if verdict == _NEED_MORE:
                break
            n, blamed = _take_verdict(verdict, c, p, stop, blamed, drops, sink, n)
            p = after
        elif mark == _FRAME:
            n, p, need_more = _take_frame(buffer, p, end, final, blamed, drops, sink, n)
            if need_more:
                break
        else:
            if mark == _NOISE and p >= blamed:
                drops[_GARBAGE] += np.uint64(1)
            p += 1
    return n, p, blamed
