"""Logs played by a clock: nothing comes before its time, nor much after it."""

from itertools import pairwise
from pathlib import Path

import pytest

from beidou_svc.clock import ManualClock
from beidou_svc.replay.player import PAUSE_S_MAX, Player
from beidou_svc.replay.replayer import Replayer
from gnss.batches import NO_TIME
from gnss.time.scales import gpst_ns_to_unix_ns
from tests.unit.replay.logs import T0_UNIX_S, opened, prefixed, stream

T0_NS = T0_UNIX_S * 10**9


def play(paths: list[Path], speed: float, start_unix_ns: int = NO_TIME) -> list[tuple[float, float]]:
    """(played time, epoch's time) in seconds after T0 of each row, when it closed."""
    clock = ManualClock()
    sources, ids = opened(*paths)
    replayer, heard = Replayer(ids), []
    player = Player(sources, clock, speed, start_unix_ns=start_unix_ns)
    for item in player.play():
        if isinstance(item, float):
            clock.advance(item)
            continue
        now_ns, rows = player.now_unix_ns(), replayer.take(item)
        player.heard(rows)
        times = gpst_ns_to_unix_ns(rows.t_gpst_ns).tolist()
        heard += [((now_ns - T0_NS) / 1e9 if now_ns != NO_TIME else 0.0, (t - T0_NS) / 1e9) for t in times]
    for source in sources:
        source.reader.close()
    return heard


@pytest.mark.parametrize("speed", [0.5, 1.0, 20.0])
@pytest.mark.parametrize("form", [None, "{iso} "])
def test_epochs_come_when_they_are_due(tmp_path: Path, form: str | None, speed: float) -> None:
    data = stream(range(0, 40, 2))
    path = tmp_path / "gz-1.log"
    path.write_bytes(data if form is None else prefixed(data, form))
    for played_s, epoch_s in play([path], speed)[2:-1]:
        # by receive time: three lines an epoch, four lines a second; by epochs: closed by the one that follows it
        due_s = 2.0 + epoch_s if form is None else 0.75 * (epoch_s / 2 + 1)
        assert due_s - 4.1 <= played_s <= due_s + 2.1 + 0.1 * speed


def test_two_logs_keep_in_step(tmp_path: Path) -> None:
    paths = [tmp_path / "a.log", tmp_path / "b.log"]
    for path in paths:
        path.write_bytes(stream(range(60)))
    heard = play(paths, 10.0)
    assert max(abs(a - b) for (_, a), (_, b) in pairwise(heard)) <= 3.0


def test_a_start_within_the_log_is_reached_at_once(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(stream(range(100)))
    heard = play([path], 1.0, T0_NS + 90 * 10**9)
    assert all(played_s <= 90.1 for played_s, epoch_s in heard if 0 < epoch_s < 88)
    assert len(heard) == 100


def test_pauses_are_cut(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(prefixed(stream([0]), "{s} ") + prefixed(stream([1]), "{s} ").replace(b"17953290", b"17953390"))
    clock = ManualClock()
    began_ns = clock.mono_ns()
    sources, _ = opened(path)
    player = Player(sources, clock, 1.0)
    fed = 0
    for item in player.play():
        if isinstance(item, float):
            clock.advance(item)
        else:
            fed += len(item.segments)
    assert fed == 6
    assert (clock.mono_ns() - began_ns) / 1e9 == pytest.approx(PAUSE_S_MAX + 1, abs=1.5)


def test_stop_stops(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(stream(range(100)))
    sources, _ = opened(path)
    player = Player(sources, ManualClock(), 1.0)
    items = player.play()
    next(items)
    player.stop()
    assert len(list(items)) <= 1
    sources[0].reader.close()
