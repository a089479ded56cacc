"""Recorded logs of real receivers through replay: one digest at every chunking, speed, packing and order."""

import gzip
import sys
from pathlib import Path

import pytest

from beidou_svc.clock import ManualClock
from beidou_svc.replay.final import FinalTables
from beidou_svc.replay.replayer import Replayer, Window
from beidou_svc.replay.run import Tempo, replay_logs
from tests.unit.replay.logs import opened


@pytest.fixture(scope="session")
def captures(data_dir: Path) -> list[Path]:
    """The receivers' logs, in an order of their own."""
    return sorted(data_dir.glob("nmea/gpsd/*.log")) + sorted(data_dir.glob("nmea/pynmeagps/*.log"))


def replay(paths: list[Path], speed: float | None = None, page_bytes: int = 1 << 20) -> FinalTables:
    clock = ManualClock()
    sources, ids = opened(*paths)
    return replay_logs(sources, Replayer(ids), Window(), Tempo(speed, clock, clock.advance, page_bytes))


@pytest.fixture(scope="session")
def tables(captures: list[Path]) -> FinalTables:
    """Replayed at once."""
    return replay(captures)


def test_the_logs_hold_what_they_should(tables: FinalTables) -> None:
    sys.stdout.write(f"SHA-256 of the final tables: {tables.digest()}\n")
    epochs = dict.fromkeys(tables.ids, 0)
    for slot in tables.fixes.slot.tolist():
        epochs[tables.ids[slot]] += 1
    expected = {"nmea-rtk": 122, "ublox-zed-f9p-nmea": 29, "quectel-l76k-nmea": 151, "beidou-bd": 10}
    assert expected.items() <= epochs.items()


@pytest.mark.parametrize("page_bytes", [4_096, 4_999, 65_536])
def test_any_page_size(captures: list[Path], tables: FinalTables, page_bytes: int) -> None:
    assert replay(captures, page_bytes=page_bytes).digest() == tables.digest()


@pytest.mark.parametrize("speed", [1.0, 25.0, 5_000.0])
def test_any_speed(captures: list[Path], tables: FinalTables, speed: float) -> None:
    assert replay(captures, speed).digest() == tables.digest()


def test_packed_and_in_another_order(captures: list[Path], tables: FinalTables, tmp_path: Path) -> None:
    packed = [tmp_path / f"{path.name}.gz" for path in captures]
    for path, copy in zip(captures, packed, strict=True):
        copy.write_bytes(gzip.compress(path.read_bytes()))
    assert replay(packed[::-1]).digest() == tables.digest()
