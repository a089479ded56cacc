"""RTCM 3 to columns: MSM7 frames with their CRC, against RTKLIB's decoder and pyrtcm in the same run."""

from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyrtcm import RTCMReader

from gnss._simd import PAD_BYTES
from gnss.batches import SYSTEMS, SegmentBatch
from gnss.constants import NS_PER_WEEK, SPEED_OF_LIGHT_MPS
from gnss.rtcm.decode import RtcmDecoded, RtcmState, RtcmWorkspace, decode
from gnss.rtcm.encode_msm import encode_msm
from gnss.rtcm.observations import ObservationBatch
from gnss.rtcm.signals import CODE_INDEX, carrier_hz
from gnss.stream.spans import ScanState, ScanWorkspace, scan
from tests.bench.measure import cpu_s_of
from tests.bench.result import Result
from tests.bench.rtk_rtklib import decoding, library

NAME = "rtcm_decode"

TERMINALS = 200
"""What a tick of 20 ms brings of 10,000 terminals at 1 Hz."""
SIGNALS = {"G": ("1C", "2L"), "R": ("1C", "2C"), "E": ("1C", "7Q"), "C": ("2I", "6I", "5P")}
SATELLITES = {"G": 9, "R": 7, "E": 8, "C": 12}
"""An epoch of an open sky; its four frames have 281 bytes on average."""

REFERENCE_GPST_NS = 2_400 * NS_PER_WEEK
MUST, REACH = 1.5e6, 2.5e6
RTKLIB_TIMES_MUST, PYRTCM_TIMES_MUST = 8, 500


def epoch(rng: np.random.Generator) -> ObservationBatch:
    """What one terminal observes."""
    rows = [
        (SYSTEMS.index(letter), 3 * k + 1 if letter != "R" else 2 * k + 1, CODE_INDEX[code])
        for letter, codes in SIGNALS.items()
        for k in range(SATELLITES[letter])
        for code in codes
    ]
    system, prn, signal = np.array(rows, np.uint8).T
    n = len(rows)
    channel = np.where(system == SYSTEMS.index("R"), prn.astype(int) % 13 - 7, 0).astype(np.int8)
    hz = carrier_hz(system, signal, channel)
    range_m = 2.1e7 + 1e5 * prn + rng.normal(0, 10, n)
    return ObservationBatch.missing(
        n, station=[7] * n, t_stated=[345_600_000] * n, system=system, prn=prn, signal=signal, channel=channel,
        pr_m=range_m, cp_cyc=(range_m + rng.normal(0, 10, n)) * hz / SPEED_OF_LIGHT_MPS,
        doppler_hz=(prn + rng.normal(0, 0.3, n)) * hz / SPEED_OF_LIGHT_MPS,
        cn0_dbhz=rng.uniform(30, 52, n), lock_s=rng.uniform(0, 600, n),
    )  # fmt: skip


def load(kind: int) -> tuple[bytes, list[bytes]]:
    """What all terminals send in one tick, terminal after terminal, and the frames of one."""
    frames = encode_msm(epoch(np.random.default_rng(1)), kind)
    return frames.tobytes() * TERMINALS, frames.split()


def segments(stream: bytes) -> tuple[NDArray[np.uint8], SegmentBatch]:
    """The stream as that of many terminals."""
    length = len(stream) // TERMINALS
    starts = np.arange(TERMINALS) * length
    buffer = np.frombuffer(stream + bytes(PAD_BYTES), np.uint8)
    return buffer, SegmentBatch.missing(TERMINALS, slot=np.arange(TERMINALS), start=starts, length=[length] * TERMINALS)


def pipeline(stream: bytes) -> Callable[[], RtcmDecoded]:
    """Scan, CRC and decode of a tick, as the service does it."""
    buffer, pieces = segments(stream)
    scanner, space = ScanState.for_slots(TERMINALS), ScanWorkspace()
    state, work = RtcmState.for_slots(TERMINALS, REFERENCE_GPST_NS), RtcmWorkspace()

    def tick() -> RtcmDecoded:
        scanned, spans = scan(scanner, buffer, pieces, space)
        return decode(state, scanned, spans, work)

    return tick


def run() -> Iterator[Result]:
    """Frames a second, MSM7 and MSM4, CRC included, to columns."""
    yield from run_kind(7, MUST, REACH)
    yield from run_kind(4)


def run_kind(kind: int, must: float | None = None, reach: float | None = None) -> Iterator[Result]:
    """One kind of MSM, beside each peer."""
    stream, frames = load(kind)
    tick, turns = pipeline(stream), cycle(frames)
    count = len(tick().messages)
    assert count == TERMINALS * len(frames)
    metric, bytes_a_frame = f"MSM{kind} frames, scan + CRC + columns", len(stream) / count
    ours_s, peer_s = cpu_s_of(tick, lambda: RTCMReader.parse(next(turns)))
    note = f"{bytes_a_frame:.0f} bytes a frame, {len(stream) / ours_s / 1e6:.0f} MB/s"
    yield Result(NAME, metric, count / ours_s, "/s", "higher", "pyrtcm", 1 / peer_s, must, reach, count, note)
    if must is not None:
        times = count * peer_s / ours_s
        yield Result(NAME, f"{metric}, times pyrtcm", times, "", "higher", must=PYRTCM_TIMES_MUST, n=count)
    if (rtklib := library()) is not None:
        yield from _beside_rtklib(rtklib, stream, tick, count, metric, is_target=must is not None)


def _beside_rtklib(
    rtklib: Any, stream: bytes, tick: Callable[[], RtcmDecoded], count: int, metric: str, *, is_target: bool
) -> Iterator[Result]:
    """RTKLIB decodes the same bytes from a file in memory, one call in C for each epoch."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "stream.rtcm3"
        path.write_bytes(stream)
        decode_in_c = decoding(rtklib, path)
        assert decode_in_c() == TERMINALS
        ours_s, peer_s = cpu_s_of(tick, decode_in_c)
    peer, note = "RTKLIB input_rtcm3f", "C, by way of pyrtklib; fgetc of a cached file is in its time"
    yield Result(
        NAME, f"{metric}, beside RTKLIB", count / ours_s, "/s", "higher", peer, count / peer_s, n=count, note=note
    )
    if is_target:
        times = peer_s / ours_s
        yield Result(NAME, f"{metric}, times RTKLIB", times, "", "higher", must=RTKLIB_TIMES_MUST, n=count)
