"""`beidou-sim rtk` and `rtk-log`: files and the truth beside them, and mistakes that end with a sentence."""

from pathlib import Path

import numpy as np
import pyarrow.csv
import pytest
from typer.testing import CliRunner

from gnss.rtcm.messages import Family
from simulators.cli import app
from simulators.rtk.bases import build_bases
from simulators.rtk.commands import rtk_identities, rtk_ids
from simulators.scenario import load_scenario, parse_scenario
from tests.helpers.rtcm import decode_stream

RUN = CliRunner()
SCENARIO = """
start = 2026-11-22T06:30:00Z
[signals]
surroundings = "streets"
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five seconds of two rovers and a base, which is out for a while."""
    out = tmp_path_factory.mktemp("rtk")
    (out / "mine.toml").write_text(SCENARIO)
    told = ["--scenario", str(out / "mine.toml"), "--base-outage", "1:2:2", "--terminals", "2", "--duration-s", "5"]
    result = RUN.invoke(app, ["rtk-log", "--out", str(out / "log"), "--msm", "4", *told])
    assert result.exit_code == 0, result.output
    return out / "log"


def test_each_has_a_file_of_messages(folder: Path) -> None:
    assert sorted(path.name for path in folder.iterdir()) == [
        "gz-00001.rtcm3", "gz-00002.rtcm3", "gz-base-1.rtcm3", "truth.csv",
    ]  # fmt: skip
    decoded = decode_stream((folder / "gz-00001.rtcm3").read_bytes())
    assert {int(number) % 10 for number in decoded.messages.number} == {4}
    assert len(np.unique(decoded.observations.t_gpst_ns)) == 5


def test_an_unplugged_base_sends_nothing(folder: Path) -> None:
    decoded = decode_stream((folder / "gz-base-1.rtcm3").read_bytes())
    rows = decoded.messages.of_family(Family.MSM)
    t_s = np.unique((decoded.messages.t_gpst_ns[rows] - decoded.messages.t_gpst_ns[rows][0]) // 10**9)
    assert t_s.tolist() == [0, 1, 4]
    assert {1006, 1033, 1019, 1042, 1044, 1046} <= set(decoded.messages.number.tolist())


def test_the_truth_is_beside_it(folder: Path) -> None:
    truth = pyarrow.csv.read_csv(folder / "truth.csv").to_pydict()
    assert len(truth["id"]) == 5 * 3
    assert set(truth["id"]) == {"gz-00001", "gz-00002", "gz-base-1"}
    base = [k for k, name in enumerate(truth["id"]) if name == "gz-base-1"]
    assert [truth["lat_deg"][k] for k in base] == pytest.approx([25.8452] * 5)
    assert np.hypot(truth["x_ecef_m"][0], truth["y_ecef_m"][0]) == pytest.approx(5.744e6, rel=1e-3)


def test_identities_are_those_of_the_fleet_and_bases_say_so() -> None:
    plan = parse_scenario('[fleet]\nid_prefix = "x-"\ntoken = "s3"', "x.toml")
    bases = build_bases(plan.corrections, 2)
    assert rtk_ids(plan, 1, bases) == ["x-00001", "x-base-1", "x-base-2"]
    assert rtk_identities(plan, 1, bases)[1] == b"x-base-1 s3\r\n"


@pytest.mark.parametrize("name", ["rtk", "rtk-calm", "rtk-storm"])
def test_the_scenarios_that_come_along_load(name: str) -> None:
    assert load_scenario(name).name == name


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--msm", "5"], "rtk.msm"),
        (["--gga", "fixed"], "rtk.gga"),
        (["--base-outage", "7:1:2"], "base 7, but the bases are"),
        (["--scenario", "rainy"], "no scenario 'rainy'"),
        (["--terminals", "501"], "502 files are too many"),
    ],
)
def test_mistakes_end_with_a_sentence(arguments: list[str], message: str, tmp_path: Path) -> None:
    few = [] if "--terminals" in arguments else ["--terminals", "1"]
    (tmp_path / "mine.toml").write_text(SCENARIO)
    scenario = [] if "--scenario" in arguments else ["--scenario", str(tmp_path / "mine.toml")]
    result = RUN.invoke(app, ["rtk-log", "--out", str(tmp_path / "x"), *few, *scenario, *arguments])
    assert result.exit_code == 2
    assert message in result.output
