"""Same log, same tables: at any chunking and speed, whichever way logs are named, whatever the clock says."""

import gzip
import random
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from beidou_svc.clock import ManualClock
from beidou_svc.replay import replayer as replayer_module
from beidou_svc.replay.final import FinalTables, canonical_bytes
from beidou_svc.replay.final_io import refuse_existing, write_tables
from beidou_svc.replay.log_io import LogError
from beidou_svc.replay.replayer import Replayer, Window
from beidou_svc.replay.run import Tempo, replay_logs
from gnss.time.scales import unix_ns_to_gpst_ns
from tests.unit.replay.logs import T0_UNIX_S, epoch, opened, prefixed, stream

MIXED = (
    stream(range(30))
    + b"\xb5\x62\x01\x07\x02\x00\x00\x00\x0a\x2f"
    + stream(range(45, 50), quality=5)
    + b"$GNGGA,bad*00\r\n"
    + stream(range(20, 25))
    + stream(range(50, 70), quality=1)
)


def fleet_log(seconds: int = 40) -> bytes:
    """Three terminals, interleaved, late and doubled lines among them."""
    rng = random.Random(5)
    lines = []
    for second in range(seconds):
        for terminal in range(3):
            for line in epoch(second, 4 if second % 7 else 5, 1_000 * terminal).splitlines(keepends=True):
                t_s = T0_UNIX_S + second + terminal / 10 + rng.random() / 20
                lines.append(b"%.3f gz-%d %s" % (t_s, terminal, line))
                if rng.random() < 0.05:
                    lines.append(lines[rng.randrange(len(lines))])
    return b"".join(lines)


def logs(folder: Path) -> list[Path]:
    contents = {
        "b-stream.log": MIXED,
        "a-packed.nmea.gz": gzip.compress(stream(range(3, 60), offset=7)),
        "fleet.log": fleet_log(),
        "c-lines.log": prefixed(stream(range(10, 40), quality=2), "[{iso}] "),
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in contents]


def run(
    paths: list[Path], speed: float | None = None, *, window: Window | None = None, **tempo: Any
) -> tuple[FinalTables, float]:
    """The final tables, and how long the clock ran."""
    clock = ManualClock()
    start_ns = clock.mono_ns()
    window = window or Window()
    sources, ids = opened(*paths)
    tables = replay_logs(sources, Replayer(ids, window=window), window, Tempo(speed, clock, clock.advance, **tempo))
    return tables, (clock.mono_ns() - start_ns) / 1e9


@pytest.mark.parametrize("page_bytes", [4_096, 5_001, 20_000, 1 << 20])
def test_any_page_size_gives_the_same_tables(tmp_path: Path, page_bytes: int) -> None:
    paths = logs(tmp_path)
    assert run(paths, page_bytes=page_bytes)[0].digest() == run(paths)[0].digest()


@pytest.mark.parametrize("speed", [1.0, 3.7, 60.0, 10_000.0])
def test_any_speed_gives_the_same_tables(tmp_path: Path, speed: float) -> None:
    paths = logs(tmp_path)
    played, clock_s = run(paths, speed)
    assert played.digest() == run(paths)[0].digest()
    assert clock_s == pytest.approx(70 / speed, rel=0.1, abs=0.1)


def test_the_order_of_logs_does_not_matter_to_their_terminals(tmp_path: Path) -> None:
    paths = logs(tmp_path)
    assert run(paths)[0].digest() == run(paths[::-1])[0].digest()


def test_a_log_packed_or_cut_in_two_is_the_same_log(tmp_path: Path) -> None:
    whole, packed = tmp_path / "a" / "fleet.log", tmp_path / "b" / "fleet.log.gz"
    halves = [tmp_path / "c" / "one.log", tmp_path / "c" / "two.log"]
    lines = fleet_log().splitlines(keepends=True)
    for path in (whole, packed, halves[0]):
        path.parent.mkdir()
    whole.write_bytes(b"".join(lines))
    packed.write_bytes(gzip.compress(b"".join(lines)))
    in_order = sorted(lines, key=lambda line: float(line.split()[0]))
    whole_in_order = tmp_path / "in-order.log"
    whole_in_order.write_bytes(b"".join(in_order))
    halves[0].write_bytes(b"".join(in_order[::2]))
    halves[1].write_bytes(b"".join(in_order[1::2]))
    assert run([packed])[0].digest() == run([whole])[0].digest()
    assert run([whole_in_order])[0].ids == ["gz-0", "gz-1", "gz-2"]


def test_a_changed_digit_changes_the_digest(tmp_path: Path) -> None:
    one, other = tmp_path / "1" / "gz.log", tmp_path / "2" / "gz.log"
    for path, offset in ((one, 0), (other, 1)):
        path.parent.mkdir()
        path.write_bytes(stream(range(20)) + epoch(20, offset=offset) + stream(range(21, 30)))
    a, b = run([one])[0], run([other])[0]
    assert a.digest() != b.digest()
    assert len(a.fixes) == len(b.fixes) == 30


def test_tables_are_in_order_and_agree_with_each_other(tmp_path: Path) -> None:
    tables, _ = run(logs(tmp_path))
    assert tables.ids == sorted(tables.ids) == ["a-packed", "b-stream", "c-lines", "gz-0", "gz-1", "gz-2"]
    key = np.stack([tables.fixes.slot.astype(np.int64), tables.fixes.t_gpst_ns])
    assert np.array_equal(np.lexsort(key[::-1]), np.arange(len(tables.fixes)))
    assert tables.counted is not None
    assert tables.counted.epochs.sum() == len(tables.fixes)
    for i in range(len(tables.ids)):
        dated = tables.fixes.t_gpst_ns[tables.fixes.slot == i]
        assert tables.terminals["t_epoch_ns"][i] == dated.max()


def gpst(second: float) -> int:
    return int(unix_ns_to_gpst_ns(T0_UNIX_S * 10**9 + round(second * 1e9)))


@pytest.mark.parametrize("speed", [None, 1.0, 100.0])
def test_a_part_of_event_time(tmp_path: Path, speed: float | None) -> None:
    paths = logs(tmp_path)
    whole, _ = run(paths)
    window = Window(gpst(15), gpst(27.5))
    part, clock_s = run(paths, speed, window=window, page_bytes=4_096)
    inside = (whole.fixes.t_gpst_ns >= gpst(15)) & (whole.fixes.t_gpst_ns <= gpst(27.5))
    # a terminal's rows end with its first one beyond the window, late ones after it included
    expected = whole.fixes.take(inside & (whole.fixes.status == 0))
    assert part.fixes.take(part.fixes.status == 0).equals(expected)
    assert part.counted is None
    assert part.digest() == run(paths, window=window)[0].digest()
    if speed == 1.0:
        assert clock_s < 60


def test_a_long_pause_is_not_sat_out(tmp_path: Path) -> None:
    path = tmp_path / "gz-1.log"
    path.write_bytes(stream([0, 1, 2, 7_200, 7_201]))
    played, clock_s = run([path], 1.0)
    assert len(played.fixes) == 5
    assert clock_s < 60


def test_a_log_without_any_date_ends_too(tmp_path: Path) -> None:
    path = tmp_path / "gz-1.log"
    path.write_bytes(b"".join(line for line in stream(range(200)).splitlines(keepends=True) if b"GGA" in line))
    played, _ = run([path], 1.0)
    assert len(played.fixes) == 200
    assert played.digest() == run([path])[0].digest()


def test_too_many_rows_are_refused_with_advice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replayer_module, "ROWS_MAX", 20)
    with pytest.raises(LogError, match="--seek and --until"):
        run(logs(tmp_path))


def test_tables_are_written_as_they_are(tmp_path: Path) -> None:
    tables, _ = run(logs(tmp_path))
    write_tables(tables, tmp_path / "out", overwrite=False)
    with pytest.raises(LogError, match="--force"):
        refuse_existing(tmp_path / "out", overwrite=False)
    read = {name: pq.read_table(tmp_path / "out" / f"{name}.parquet") for name in ("fixes", "terminals", "events")}
    assert read["fixes"]["t_gpst_ns"].to_numpy().tolist() == tables.fixes.t_gpst_ns.tolist()
    assert read["terminals"]["terminal"].to_pylist() == tables.ids
    assert read["events"].num_rows == len(tables.events)
    counters = pq.read_table(tmp_path / "out" / "counters.parquet").to_pylist()
    assert {"terminal": "gz-0", "what": "sentence", "name": "GGA"}.items() <= next(
        row for row in counters if row["terminal"] == "gz-0" and row["name"] == "GGA"
    ).items()
    assert tables.counted is not None
    assert sum(row["count"] for row in counters if row["what"] == "drop") == tables.counted.drops.sum()


def test_every_nan_is_the_same_to_the_digest() -> None:
    other = np.array([0x7FF8000000000001, 0xFFF8000000000000], np.uint64).view(np.float64)
    assert canonical_bytes(other) == canonical_bytes(np.full(2, np.nan))
    assert canonical_bytes(np.array([1, 2], ">i4")) == canonical_bytes(np.array([1, 2], "<i4"))
