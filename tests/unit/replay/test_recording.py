"""What a service records is what it received, and replays to the same tables."""

from pathlib import Path

import numpy as np
import pytest

from beidou_svc.replay import recording_io
from beidou_svc.replay.feed import Fed, feed
from beidou_svc.replay.ids import Ids
from beidou_svc.replay.log_io import LogError
from beidou_svc.replay.recording_io import Recorder
from beidou_svc.replay.replayer import Replayer, Window
from beidou_svc.replay.run import replay_logs
from gnss.batches import NO_TIME, SegmentBatch
from gnss.status import Status
from tests.unit.ingest.rig import TICKS_MAX, Rig, running, tcp
from tests.unit.replay.logs import content_by_terminal, epoch, kept, opened, stream

DATA = np.frombuffer(b"\x00@1 2 x\n" + stream(range(9)), np.uint8)


def name_of(slot: int) -> str:
    return f"gz-{slot:05d}"


def test_pieces_come_back_as_they_were(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "r.log", name_of)
    lengths = [1, 9, 10, 99, 100, 300]
    t_ns = [NO_TIME, 0, 1, 10**9, 1_795_329_000_123_456_789, 2 * 10**18]
    slots = [0, 70_000, 3, 0, 3, 2]
    segments = SegmentBatch.missing(6, slot=slots, start=np.arange(6), length=lengths, t_rx_ns=t_ns)
    recorder.note(DATA, segments)
    recorder.note(DATA, SegmentBatch.empty())
    recorder.close()
    sources, ids = opened(tmp_path / "r.log")
    feds = [kept(fed) for fed in feed(sources)]
    assert [t for fed in feds for t in fed.segments.t_rx_ns.tolist()] == t_ns
    expected: dict[str, bytes] = {}
    for i, (slot, length) in enumerate(zip(slots, lengths, strict=True)):
        expected[name_of(slot)] = expected.get(name_of(slot), b"") + DATA[i : i + length].tobytes()
    assert content_by_terminal(feds, ids) == expected


def test_a_recording_replaces_nothing(tmp_path: Path) -> None:
    Recorder(tmp_path / "r.log", name_of).close()
    with pytest.raises(LogError, match="does not replace"):
        Recorder(tmp_path / "r.log", name_of)
    with pytest.raises(LogError, match="cannot be written"):
        Recorder(tmp_path / "missing" / "r.log", name_of)


def test_a_full_recording_ends_with_a_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(recording_io, "FILE_BYTES_MAX", 600)
    recorder = Recorder(tmp_path / "r.log", name_of)
    for _ in range(3):
        recorder.note(DATA, SegmentBatch.whole(DATA[:400]))
    assert not recorder.is_on
    assert "is full at" in caplog.text
    assert (tmp_path / "r.log").stat().st_size == recorder.written_bytes < 600


class Live:
    """What a service does with a tick, and the recorder beside it."""

    def __init__(self, rig: Rig, recorder: Recorder) -> None:
        ids = Ids()
        for slot in range(rig.registry.count):
            ids.slot_of(rig.registry.id_of(slot))
        self.replayer = Replayer(ids)
        self._rig, self._recorder = rig, recorder

    def take_until(self, received_bytes: int) -> None:
        """Tick until so much has come in all."""
        for _ in range(TICKS_MAX):
            if sum(map(len, self._rig.received.values())) >= received_bytes:
                return
            tick = self._rig.tick(0.05)
            self._recorder.note(tick.buffer, tick.segments)
            self.replayer.take(Fed(tick.buffer, tick.segments, np.empty(0, np.int32)))
        raise AssertionError("the bytes did not come")


def test_live_sockets_and_replay_end_with_the_same_tables(tmp_path: Path) -> None:
    with running(tcp(identity="line")) as rig:
        recorder = Recorder(tmp_path / "live.log", rig.registry.id_of)
        clients = [rig.connect(b"gz-%d\n" % i) for i in range(5)]
        rig.until(lambda: rig.registry.count == len(clients))
        live, sent_bytes = Live(rig, recorder), 0
        for second in range(30):
            for i, client in enumerate(clients):
                data = epoch(second, 4 if i else 5, i, date="150127")  # the rig's clock is at 2027-01-15
                client.sendall(data)
                sent_bytes += len(data)
            live.take_until(sent_bytes)
        recorder.close()
    expected = live.replayer.finish()
    sources, ids = opened(tmp_path / "live.log")
    replayed = replay_logs(sources, Replayer(ids), Window())
    assert len(expected.fixes) == 30 * len(clients)
    assert np.all(expected.fixes.status == Status.OK)
    assert replayed.fixes.equals(expected.fixes)
    assert replayed.digest() == expected.digest()
