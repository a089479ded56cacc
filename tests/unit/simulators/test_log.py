"""Logs: the text of the fleet with the truth beside it, the same for the same seed."""

import csv
import gzip
from pathlib import Path

import numpy as np
import pyarrow.parquet
import pytest

from simulators.errors import SimulatorError
from simulators.fleet import Fleet
from simulators.link import Link
from simulators.log_io import Prefix, write_log
from simulators.scenario import Scenario
from simulators.schedule import Schedule
from simulators.sentences import Speaker
from tests.unit.simulators.town import grid_town

START_NS = 1_795_338_000 * 10**9
TOWN = grid_town()


def record(
    out: Path, terminals: int = 1, seconds: float = 10.0, prefix: Prefix = Prefix.NONE, truth: Path | None = None
) -> int:
    plan = Scenario()
    fleet = Fleet(TOWN, plan, Schedule.at_rate(terminals, 1.0), 3, START_NS)
    return write_log(fleet, Speaker(fleet), Link(plan.link, terminals, 3), seconds, out, prefix, truth)


def test_a_log_of_one_terminal_is_plain_text(tmp_path: Path) -> None:
    written = record(tmp_path / "one.nmea")
    text = (tmp_path / "one.nmea").read_bytes()
    assert written == len(text)
    lines = text.splitlines()
    assert sum(line.startswith(b"$GNGGA") for line in lines) == 10
    assert all(line.startswith(b"$G") for line in lines)


def test_compressed_logs_are_the_same_bytes_for_the_same_seed(tmp_path: Path) -> None:
    record(tmp_path / "a.nmea.gz")
    record(tmp_path / "b.nmea.gz")
    record(tmp_path / "plain.nmea")
    assert (tmp_path / "a.nmea.gz").read_bytes() == (tmp_path / "b.nmea.gz").read_bytes()
    assert gzip.decompress((tmp_path / "a.nmea.gz").read_bytes()) == (tmp_path / "plain.nmea").read_bytes()


def test_prefixes_tell_when_and_who(tmp_path: Path) -> None:
    record(tmp_path / "many.nmea", 20, 2.0, Prefix.TIME_ID)
    first, *_, last = (tmp_path / "many.nmea").read_text().splitlines()
    assert first.startswith("2026-11-22T09:00:00.000Z gz-00001 $GNGGA,090000.00,")
    assert last.startswith("2026-11-22T09:00:01.950Z gz-00020 $G")
    with pytest.raises(SimulatorError, match="time\\+id"):
        record(tmp_path / "many.nmea", 2, 2.0, Prefix.TIME)


def test_the_truth_stands_beside_the_log(tmp_path: Path) -> None:
    record(tmp_path / "a.nmea", truth=tmp_path / "truth.csv")
    record(tmp_path / "b.nmea", truth=tmp_path / "truth.parquet")
    with (tmp_path / "truth.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    table = pyarrow.parquet.read_table(tmp_path / "truth.parquet")
    assert table.num_rows == len(rows) == 10
    assert table["t_utc_ns"].to_pylist() == [START_NS + k * 10**9 for k in range(10)]
    assert [float(row["true_lat_deg"]) for row in rows] == pytest.approx(table["true_lat_deg"].to_pylist())
    said = [line.split(",") for line in (tmp_path / "a.nmea").read_text().splitlines() if line.startswith("$GNGGA")]
    minutes = np.array([float(fields[2][2:]) for fields in said])
    degrees = np.array([float(fields[2][:2]) for fields in said]) + minutes / 60
    np.testing.assert_allclose(degrees, table["lat_deg"].to_numpy(), atol=2e-10)
    assert [int(fields[6]) for fields in said] == table["fix_quality"].to_pylist()
