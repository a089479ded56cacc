"""RTCM 3 streams through scanner and decoder, and the frames that a stream holds."""

from pathlib import Path

import numpy as np

from gnss._simd import PAD_BYTES
from gnss.batches import NO_TIME, SegmentBatch
from gnss.constants import NS_PER_WEEK
from gnss.rtcm.decode import RtcmDecoded, RtcmState, decode
from gnss.stream.spans import ScanState, ScanWorkspace, scan

WEEK_2161 = 2161 * NS_PER_WEEK
"""A time near that of most recordings, in whole GPS weeks: enough for what does not ask for the date."""

CAPTURES = (
    "rtcm/gpsd/rtcm3-2.log", "rtcm/gpsd/rtcm3.bndm.log", "rtcm/pyrtcm/*.log", "rtcm/pyrtcm/*.bin", "rtcm/swift/*",
    "rtcm/vectors/*.rtcm", "rtk/str_static/*.rtcm3",
)  # fmt: skip


def captures(data_dir: Path) -> list[Path]:
    """Every recorded RTCM 3 stream."""
    return sorted(path for pattern in CAPTURES for path in data_dir.glob(pattern))


def decode_stream(data: bytes, *, reference_gpst_ns: int = WEEK_2161, t_rx_ns: int = NO_TIME) -> RtcmDecoded:
    """All of a stream as that of terminal 0."""
    return decode_pieces([data], reference_gpst_ns=reference_gpst_ns, t_rx_ns=t_rx_ns)[0]


def decode_pieces(
    streams: list[bytes], *, reference_gpst_ns: int = WEEK_2161, t_rx_ns: int = NO_TIME
) -> tuple[RtcmDecoded, RtcmState]:
    """Each stream as that of a terminal of its own."""
    n = len(streams)
    lengths = [len(stream) for stream in streams]
    starts = np.cumsum([0, *lengths[:-1]])
    segments = SegmentBatch.missing(n, slot=range(n), start=starts, length=lengths, t_rx_ns=[t_rx_ns] * n)
    buffer = np.frombuffer(b"".join(streams) + bytes(PAD_BYTES), np.uint8)
    work, spans = scan(ScanState.for_slots(n), buffer, segments, ScanWorkspace(), final=True)
    state = RtcmState.for_slots(n, reference_gpst_ns)
    return decode(state, work, spans), state


def frames_of(decoded: RtcmDecoded) -> list[bytes]:
    """The frames of the messages, in order."""
    m = decoded.messages
    return [decoded.buffer[a:b].tobytes() for a, b in zip(m.start.tolist(), m.stop.tolist(), strict=True)]
