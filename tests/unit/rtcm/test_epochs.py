"""Epochs: every message of an instant together, dated right, at any cut of the stream."""

from pathlib import Path

import numpy as np
import pytest

from gnss.batches import NO_TIME, SegmentBatch
from gnss.constants import NS_PER_DAY, NS_PER_S, NS_PER_WEEK
from gnss.rtcm.decode import RtcmDecoded, RtcmState, decode
from gnss.rtcm.epochs import EpochBatch, RtcmEpochState, assemble_epochs
from gnss.rtcm.observations import ObservationBatch
from gnss.status import Status
from gnss.stream.spans import ScanState, ScanWorkspace, scan
from gnss.time.scales import gpst_ns_to_unix_ns
from tests.helpers.chunking import INTERPRETED
from tests.helpers.rtcm import decode_stream

ALL = np.array([0], np.int32)
STATIONS = {
    "swift_week-rollover-STR17.rtcm3": (1126, slice(1_190_966, 1_255_136)),
    "swift_week-rollover-STR24.rtcm3": (1134, slice(661_733, 697_817)),
}
"""Epochs of both recordings, and where in them the half minute of the roll-over is."""
PART_EPOCHS = 30

WEEK = 2009
"""GPS week in which both recordings begin; they end in the next one."""

FIRST_S, LAST_S = 604_209, 604_800 + 544
REFERENCES = {
    "before": (WEEK + 1) * NS_PER_WEEK - NS_PER_DAY // 3,
    "after": (WEEK + 1) * NS_PER_WEEK + NS_PER_DAY // 3,
}


def roll_over(data_dir: Path, name: str) -> tuple[bytes, int]:
    """A recording and how many epochs it has; kernels that are not compiled get the half minute that matters."""
    data, (epochs, part) = (data_dir / "rtk/str_static" / name).read_bytes(), STATIONS[name]
    return (data[part], PART_EPOCHS) if INTERPRETED else (data, epochs)


def epochs_of(decoded: RtcmDecoded) -> tuple[EpochBatch, ObservationBatch]:
    return assemble_epochs(RtcmEpochState.for_slots(1), decoded, ended=ALL)


def assert_every_second(epochs: EpochBatch, count: int) -> None:
    """One epoch a second, none twice, none left out, all within the recording."""
    second = epochs.t_gpst_ns // NS_PER_S - WEEK * NS_PER_WEEK // NS_PER_S
    assert np.all(epochs.status == Status.OK)
    assert np.all(epochs.t_gpst_ns % NS_PER_S == 0)
    assert second[0] >= FIRST_S
    assert second[-1] < LAST_S
    np.testing.assert_array_equal(np.diff(second), 1)
    assert len(epochs) == count


@pytest.mark.parametrize("reference", REFERENCES)
@pytest.mark.parametrize("name", STATIONS)
def test_no_epoch_of_the_week_roll_over_is_mis_dated(data_dir: Path, name: str, reference: str) -> None:
    """Across the roll-over of week 2009 to 2010: 14 s of BDT of the old week in the new one, which one station sends as
    negative times; GLONASS by days; GPS, Galileo, QZSS by weeks. A reference within half a day is enough:
    the first message of one is of GLONASS and does not know its weekday.
    """
    data, count = roll_over(data_dir, name)
    decoded = decode_stream(data, reference_gpst_ns=REFERENCES[reference])
    assert np.all(decoded.messages.status == Status.OK)
    assert_every_second(epochs_of(decoded)[0], count)


@pytest.mark.parametrize("name", STATIONS)
def test_the_receive_time_dates_epochs(data_dir: Path, name: str) -> None:
    """Live, the reference is the receive time, whatever was known before."""
    data, count = roll_over(data_dir, name)
    received = int(gpst_ns_to_unix_ns(np.int64((WEEK + 1) * NS_PER_WEEK)))
    decoded = decode_stream(data, reference_gpst_ns=NO_TIME, t_rx_ns=received)
    assert_every_second(epochs_of(decoded)[0], count)


def test_without_any_reference_the_first_dated_message_helps(data_dir: Path) -> None:
    """Only what came before is without a date."""
    data, count = roll_over(data_dir, "swift_week-rollover-STR17.rtcm3")
    epochs, _ = epochs_of(decode_stream(data, reference_gpst_ns=NO_TIME))
    assert np.flatnonzero(epochs.status != Status.OK).tolist() == [0]
    assert epochs.status[0] == Status.NO_DATE
    assert_every_second(epochs.take(slice(1, None)), count - 1)


def test_a_wrong_weekday_of_glonass_does_not_tear_epochs_apart(data_dir: Path) -> None:
    """A Piksi at 5 Hz whose GLONASS weekday is two days off: its time of day is right."""
    data = (data_dir / "rtcm/swift/swift_piksi-5Hz.rtcm3").read_bytes()
    epochs, _ = epochs_of(decode_stream(data))
    assert len(epochs) == 38
    np.testing.assert_array_equal(np.diff(epochs.t_gpst_ns), NS_PER_S // 5)


def test_glonass_day_roll_over(data_dir: Path) -> None:
    """Legacy messages: GLONASS counts from Moscow midnight, which is 18 s into a GPS second of no note."""
    data = (data_dir / "rtcm/swift/swift_glo_day_rollover.rtcm").read_bytes()
    epochs, observations = epochs_of(decode_stream(data))
    np.testing.assert_array_equal(np.diff(epochs.t_gpst_ns), NS_PER_S)
    systems = [
        set(observations.system[e.first[0] : e.first[0] + e.rows[0]].tolist()) for e in epochs.split(range(1, 7))
    ]
    assert systems == [{0, 1}] * 7


def test_a_station_that_always_says_no_more(data_dir: Path) -> None:
    """A message that comes after the end of its instant is told as such, and the station is not believed again."""
    data = (data_dir / "rtcm/swift/swift_hemi.rtcm").read_bytes()
    state = RtcmEpochState.for_slots(1)
    epochs, _ = assemble_epochs(state, decode_stream(data), ended=ALL)
    assert epochs.status.tolist() == [Status.OK, Status.DUPLICATE] + 6 * [Status.OK]
    assert state.is_believed.tolist() == [0]


def pieces(data: bytes, size: int) -> tuple[EpochBatch, ObservationBatch]:
    """Epochs of a stream that arrives in pieces."""
    scanner, epochs = ScanState.for_slots(1), RtcmEpochState.for_slots(1)
    state = RtcmState.for_slots(1, REFERENCES["before"])
    found, rows, first = [], [], 0
    for begin in range(0, len(data), size):
        piece = np.frombuffer(data[begin : begin + size], np.uint8)
        buffer, spans = scan(scanner, piece, SegmentBatch.whole(piece), ScanWorkspace())
        ended = ALL if begin + size >= len(data) else None
        part, part_rows = assemble_epochs(epochs, decode(state, buffer, spans), ended=ended)
        found.append(part.replace(first=part.first + first))
        rows.append(part_rows)
        first += len(part_rows)
    return EpochBatch.concat(found), ObservationBatch.concat(rows)


@pytest.mark.parametrize("size", [97, 1_024, 30_000])
def test_the_same_at_every_chunking(data_dir: Path, size: int) -> None:
    """Including GLONASS phases of MSM4, whose channels come with ephemerides."""
    data = (data_dir / "rtk/str_static/swift_week-rollover-STR24.rtcm3").read_bytes()[:60_000]
    epochs, rows = pieces(data, size)
    whole_epochs, whole_rows = pieces(data, len(data))
    assert epochs.equals(whole_epochs)
    assert rows.equals(whole_rows)


def test_an_epoch_says_when_it_was_known_to_be_complete(data_dir: Path) -> None:
    """With its last message, or, where that claims that more follow, with the first of the next instant."""
    decoded = decode_stream((data_dir / "rtk/str_static/swift_week-rollover-STR24.rtcm3").read_bytes()[:30_000])
    rx_ns = np.arange(len(decoded.messages), dtype=np.int64)
    m = decoded.messages.replace(t_rx_ns=rx_ns)
    said = epochs_of(RtcmDecoded(m, decoded.observations, decoded.buffer))[0]
    observing = np.isin(m.number, range(1071, 1138))
    np.testing.assert_array_equal(said.t_rx_ns[:-1], rx_ns[observing & (m.more == 0)][: len(said) - 1])
    silent = RtcmDecoded(m.replace(more=np.ones(len(m), np.uint8)), decoded.observations, decoded.buffer)
    later = epochs_of(silent)[0]
    first_of_next = [rx_ns[observing & (m.t_gpst_ns == t)][0] for t in later.t_gpst_ns[1:]]
    np.testing.assert_array_equal(later.t_rx_ns[:-1], first_of_next)
