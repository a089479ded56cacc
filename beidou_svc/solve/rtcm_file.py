"""Recorded RTCM 3 streams. They name times of week but no week: the date comes from elsewhere, and it is said where."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from beidou_svc.solve.recording import FileKind, Place, Recording, UndatedError
from gnss._simd import PAD_BYTES
from gnss.batches import NO_TIME, SYSTEMS, SegmentBatch
from gnss.rtcm.decode import RtcmDecoded, RtcmState, decode
from gnss.rtcm.ephemerides import EphemerisBatch, decode_ephemerides
from gnss.rtcm.epochs import EpochBatch, RtcmEpochState, assemble_epochs
from gnss.rtcm.glonass_ephemerides import GlonassEphemerisBatch, decode_glonass_ephemerides
from gnss.rtcm.observations import ObservationBatch
from gnss.rtcm.stations import StationBatch, decode_stations
from gnss.status import STATUS_TEXT, Status
from gnss.stream.spans import ScanState, ScanWorkspace, scan

CHUNK_BYTES = 4 << 20
"""Bytes decoded at once."""

HEAD_BYTES = 1 << 16
"""A stream shows what it is within so many bytes."""

_GLONASS = SYSTEMS.index("R")
_POSITION_NUMBERS = (1005, 1006)
_DROPS_TOLD = (Status.CRC, Status.TOO_SHORT, Status.UNKNOWN_SIGNAL, Status.NO_CHANNEL)
_TERMINAL = np.zeros(1, np.int32)


class _Pass:
    """One reading of a stream: what came out of it, part by part."""

    def __init__(self, reference_gpst_ns: int, channels: dict[int, int]) -> None:
        self.scanner, self.work = ScanState.for_slots(1), ScanWorkspace()
        self.state, self.epoch_state = RtcmState.for_slots(1, reference_gpst_ns), RtcmEpochState.for_slots(1)
        for prn, channel in channels.items():
            self.state.channels[0, prn - 1] = channel
        self.epochs: list[EpochBatch] = []
        self.observations: list[ObservationBatch] = []
        self.kepler: list[EphemerisBatch] = []
        self.glonass: list[GlonassEphemerisBatch] = []
        self.stations: list[StationBatch] = []

    def take(self, data: NDArray[np.uint8], *, final: bool) -> RtcmDecoded:
        """Decode a piece."""
        segments = SegmentBatch.whole(data)
        padded = np.concatenate([data, np.zeros(PAD_BYTES, np.uint8)])
        buffer, spans = scan(self.scanner, padded, segments, self.work, final=final)
        decoded = decode(self.state, buffer, spans)
        epochs, observations = assemble_epochs(self.epoch_state, decoded, ended=_TERMINAL if final else None)
        before = sum(len(part) for part in self.observations)
        self.epochs.append(epochs.replace(first=epochs.first + before))
        self.observations.append(observations)
        self.kepler.append(decode_ephemerides(decoded))
        self.glonass.append(decode_glonass_ephemerides(decoded))
        self.stations.append(decode_stations(decoded))
        return decoded


def has_frames(data: NDArray[np.uint8]) -> bool:
    """Whether there is an RTCM 3 message near the beginning of some bytes."""
    one = _Pass(NO_TIME, {})
    return len(one.take(data[:HEAD_BYTES], final=True).messages) > 0


def _read(data: NDArray[np.uint8], reference_gpst_ns: int, channels: dict[int, int]) -> _Pass:
    one = _Pass(reference_gpst_ns, channels)
    starts = range(0, max(len(data), 1), CHUNK_BYTES)
    for start in starts:
        one.take(data[start : start + CHUNK_BYTES], final=start == starts[-1])
    return one


def _place(stations: StationBatch) -> Place | None:
    """The position that the station sent last, and all before."""
    mine = stations.take(np.isin(stations.number, _POSITION_NUMBERS) & (stations.status == Status.OK))
    mine = mine.take(np.any(mine.ecef_m != 0, axis=1))
    if not len(mine):
        return None
    number, station = int(mine.number[-1]), int(mine.station[-1])
    return Place(mine.ecef_m[-1].copy(), f"message {number} of station {station}", mine)


def _dated_by_itself(one: _Pass) -> int:
    """An instant by the long weeks of BeiDou and Galileo ephemerides; `NO_TIME` without any."""
    toe_ns = EphemerisBatch.concat(one.kepler).toe_gpst_ns
    known = toe_ns[toe_ns != NO_TIME]
    return int(known[0]) if len(known) else NO_TIME


def _near_start(data: NDArray[np.uint8], reference_gpst_ns: int, channels: dict[int, int]) -> int:
    """A reference time to the second: by the first epoch whose time of week a reference days off dates just as well.

    GLONASS states a time of day; half a day off, its first epoch would be dated a day off.
    """
    one = _Pass(reference_gpst_ns, channels)
    one.take(data[:HEAD_BYTES], final=True)
    o = ObservationBatch.concat(one.observations)
    t_ns = o.t_gpst_ns[(o.system != _GLONASS) & (o.t_gpst_ns != NO_TIME)]
    return int(t_ns[0]) if len(t_ns) else reference_gpst_ns


def _problems(path: Path, one: _Pass) -> list[str]:
    drops = one.state.drops[0] + one.scanner.drops[0]
    told = [(status, int(drops[status])) for status in _DROPS_TOLD if drops[status]]
    return [f"{path}: {n:,} times {status.name}: {STATUS_TEXT[status]}" for status, n in told]


def _left_over(path: Path, one: _Pass) -> list[str]:
    """Bytes of no message: a receiver's own, or what is left of a message that was cut off."""
    n = int(one.scanner.drops[0][Status.GARBAGE])
    return [f"{path.name}: {n:,} bytes belong to no whole message"] if n else []


def read_rtcm(path: Path, data: NDArray[np.uint8], reference_gpst_ns: int, channels: dict[int, int]) -> Recording:
    """Decode a stream. `reference_gpst_ns`: a time within three days of its beginning, half a day if it is of GLONASS
    alone, or `NO_TIME`; `channels`: known GLONASS frequency channels by satellite.

    Raises UndatedError where no date can be found.
    """
    notes: list[str] = []
    if reference_gpst_ns == NO_TIME:
        undated = _read(data, reference_gpst_ns, channels)
        reference_gpst_ns = _dated_by_itself(undated)
        if any(len(part) for part in undated.epochs):
            if reference_gpst_ns == NO_TIME:
                raise UndatedError(
                    f"{path}: RTCM 3 names no week, and this stream has no BeiDou or Galileo ephemeris that does: "
                    "add --date YYYY-MM-DD, the day it was recorded"
                )
            notes.append(f"{path.name}: dated by the week of its ephemerides; --date YYYY-MM-DD overrules that")
    one = _read(data, _near_start(data, reference_gpst_ns, channels), channels)
    return Recording(
        path,
        FileKind.RTCM3,
        EpochBatch.concat(one.epochs),
        ObservationBatch.concat(one.observations),
        EphemerisBatch.concat(one.kepler),
        GlonassEphemerisBatch.concat(one.glonass),
        place=_place(StationBatch.concat(one.stations)),
        notes=[*notes, *_left_over(path, one)],
        problems=_problems(path, one),
    )
