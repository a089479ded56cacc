"""The command line: what it writes, and that mistakes end with status 2 and a sentence."""

from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner

from simulators.cli import app

RUN = CliRunner()


@pytest.fixture(scope="module")
def world_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("world") / "world.geojson"
    result = RUN.invoke(app, ["world", "--seed", "7", "--out", str(path)])
    assert result.exit_code == 0
    assert "70 km2" in result.output
    return path


def test_world_writes_a_city(world_file: Path) -> None:
    assert orjson.loads(world_file.read_bytes())["type"] == "FeatureCollection"


def test_log_writes_sentences(world_file: Path, tmp_path: Path) -> None:
    out = tmp_path / "one.nmea"
    result = RUN.invoke(app, ["log", "--duration-s", "5", "--world", str(world_file), "--out", str(out)])
    assert result.exit_code == 0
    assert out.read_text().count("$GNRMC") == 5


def test_scenarios_are_listed_shown_and_explained() -> None:
    assert "storm: Everything goes wrong" in RUN.invoke(app, ["scenarios"]).output
    assert "cable_pull_per_h = 6.0" in RUN.invoke(app, ["scenarios", "storm"]).output
    assert "link.delay_mean_s = 1.5  # mean" in RUN.invoke(app, ["scenarios", "--settings"]).output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["scenarios", "rainy"], "no scenario 'rainy'"),
        (["fleet", "--scenario", "rainy"], "no scenario 'rainy'"),
        (["fleet", "--rate-hz", "3"], "rate 3 Hz is not possible"),
        (["fleet", "--world", "absent.geojson"], "beidou-sim world"),
        (["log", "--out", "x.nmea", "--terminals", "2"], "--prefix time+id"),
    ],
)
def test_mistakes_end_with_a_sentence(arguments: list[str], message: str, world_file: Path) -> None:
    if arguments[0] == "log":
        arguments = [*arguments, "--world", str(world_file)]
    result = RUN.invoke(app, arguments)
    assert result.exit_code == 2
    assert message in result.output
