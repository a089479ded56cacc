"""`beidou rtk` as people use it."""

import re
from pathlib import Path

import numpy as np
import pytest

from gnss.frames.enu import ecef_to_enu
from gnss.frames.geodetic import ecef_to_geodetic, geodetic_to_ecef
from gnss.pos_io import read_pos
from tests.helpers.commands import call
from tests.unit.solve import sky

BASE_ECEF = ("--base-ecef", *(f"{metre:.4f}" for metre in sky.BASE_M))


def errors_m(path: Path, place_m: np.ndarray = sky.ROVER_M) -> list[float]:
    f = read_pos(path).fixes
    ecef_m = geodetic_to_ecef(f.lat_rad, f.lon_rad, f.h_ell_m)
    return [float(off_m) for off_m in np.linalg.norm(ecef_m - place_m, axis=1)]


@pytest.mark.parametrize("mode", ["kinematic", "static", "single-epoch"])
def test_integers_are_fixed_and_the_place_is_right(folder: Path, mode: str) -> None:
    out, err = call(
        "rtk", "-r", "rover.obs", "-b", "base.obs", "-n", "nav.nav", *BASE_ECEF, "--mode", mode, "-o", "a.pos"
    )
    found = read_pos(folder / "a.pos")
    assert (found.fixes.fix_quality == 4).sum() >= 1
    fixed = [off for off, q in zip(errors_m(folder / "a.pos"), found.fixes.fix_quality.tolist(), strict=True) if q == 4]
    assert max(fixed) < 0.03
    assert f"pos mode  : {mode}" in found.header
    assert any(re.fullmatch(r"ref pos   : 25\.8\d+ 114\.9\d+ \d+\.\d{4}", line) for line in found.header)
    assert re.search(r"RTK fixed +\d +\d+\.\d%.*the first after", out)
    assert re.search(r"as stated by +--base-ecef", out)
    assert "note:" not in out
    assert err == ""


def test_streams_say_everything_themselves(folder: Path) -> None:
    out, _ = call("rtk", "-r", "rover.rtcm3", "-b", "base.rtcm3", "-o", "a.pos", "--plot", "a.png", "--format", "ecef")
    assert max(errors_m(folder / "a.pos")) < 1.0
    assert "message 1006 of station 7" in out
    assert (folder / "a.png").exists()


def test_a_position_out_of_a_header_is_not_trusted_in_silence(folder: Path) -> None:
    out, _ = call("rtk", "-r", "rover.obs", "-b", "base.obs", "-n", "nav.nav", "-o", "a.pos")
    assert "note: the header's position of a base is often metres off" in out
    assert len(read_pos(folder / "a.pos").fixes) == sky.EPOCHS


def test_a_base_that_moves_need_not_say_where_it_is(folder: Path) -> None:
    lines = (folder / "base.obs").read_text().splitlines(keepends=True)
    (folder / "base.obs").write_text("".join(line for line in lines if "APPROX POSITION" not in line))
    words = ("rtk", "-r", "rover.obs", "-b", "base.obs", "-n", "nav.nav", "-o", "a.pos")
    _, err = call(*words, code=2)
    assert "--base-ecef" in err
    call(*words, "--mode", "moving-base")
    assert max(errors_m(folder / "a.pos")) < 3.0


def test_a_base_that_moves_is_in_the_sigma_of_positions_not_of_baselines(folder: Path) -> None:
    words = ("rtk", "-r", "rover.obs", "-b", "base.obs", "-n", "nav.nav", "--mode", "moving-base")
    call(*words, "-o", "a.pos")
    f = read_pos(folder / "a.pos").fixes
    assert (f.fix_quality == 4).any() and f.sigma_e_m.min() > 0.2
    out, _ = call(*words, "-o", "b.pos", "--format", "enu")
    assert f"{sky.EPOCHS} baselines are in b.pos" in out
    rows = [line.split() for line in (folder / "b.pos").read_text().splitlines() if not line.startswith("%")]
    east_north_up = np.array([[float(word) for word in row[2:5]] for row in rows if row[5] == "1"])
    lat_rad, lon_rad, h_ell_m = (float(value) for value in ecef_to_geodetic(sky.BASE_M))
    assert np.abs(east_north_up - ecef_to_enu(sky.ROVER_M, lat_rad, lon_rad, h_ell_m)).max() < 0.02
    assert max(float(row[7]) for row in rows if row[5] == "1") < 0.02


def test_epochs_without_a_base_are_single(folder: Path) -> None:
    """The rover's first epoch as it is, the others an hour later, when the base has gone."""
    text = (folder / "rover.obs").read_text()
    head, *epochs = re.split(r"(?=^> 2024)", text, flags=re.MULTILINE)
    later = [re.sub(r"(?<=^> 2024 03 13 )\d\d", lambda hour: f"{int(hour[0]) + 1:02d}", epoch) for epoch in epochs[1:]]
    (folder / "rover.obs").write_text("".join([head, epochs[0], *later]))
    out, _ = call("rtk", "-r", "rover.obs", "-b", "base.obs", "-n", "nav.nav", *BASE_ECEF, "-o", "a.pos")
    assert re.search(r"without a base epoch that is fresh enough +2 epochs", out)
    quality = read_pos(folder / "a.pos").fixes.fix_quality.tolist()
    assert quality[0] in (4, 5)
    assert quality[1:] == [1] * len(quality[1:])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("-b", "base.obs", "--mode", "fast"), "--mode fast: choose kinematic, static, single-epoch, moving-base"),
        (("-b", "base.obs", "--signals", "1C,9X9"), "--signals"),
        (("-b", "base.obs", "--systems", "GX"), "--systems"),
        (("-b", "nav.nav"), "--base takes observations"),
        (("-b", "base.obs", *BASE_ECEF, "--base-llh", "25", "115", "100"), "give one of them"),
        (("-b", "base.obs", "--base-llh", "115", "25", "100"), "latitude comes first"),
        (("-b", "base.obs", "--base-llh", "25", "115", "nan"), "--base-llh 25 115 nan: no place on the ground"),
        (("-b", "base.obs", "--base-ecef", "nan", "1", "2"), "--base-ecef nan 1 2: no place on the ground"),
        (("-b", "base.obs", "--base-ecef", "-2426.1", "5203.6", "2762.3"), "X, Y and Z in metres"),
    ],
)
def test_what_goes_wrong_says_what_to_do(folder: Path, words: tuple[str, ...], said: str) -> None:
    _, err = call("rtk", "-r", "rover.obs", "-n", "nav.nav", "-o", "a.pos", *words, code=2)
    assert said in err
    assert not (folder / "a.pos").exists()


@pytest.mark.parametrize(("off_m", "said"), [(40.0, "40.0 m"), (7_000.0, "7,000.0 m"), (12_000_000.0, "12,000 km")])
def test_a_base_that_stands_elsewhere_is_said(folder: Path, off_m: float, said: str) -> None:
    across = np.cross(sky.BASE_M, [0.0, 0.0, 1.0])
    angle = 2 * np.arcsin(off_m / 2 / np.linalg.norm(sky.BASE_M))
    out_of_the_way = across / np.linalg.norm(across) * np.linalg.norm(sky.BASE_M)
    place = [f"{metre:.4f}" for metre in np.cos(angle) * sky.BASE_M + np.sin(angle) * out_of_the_way]
    words = ("rtk", "-r", "rover.obs", "-b", "base.obs", "-n", "nav.nav", "-o", "a.pos")
    _, err = call(*words, "--base-ecef", *place, code=1)
    assert f"its own codes put the base {said} from where --base-ecef has it" in err
    assert (folder / "a.pos").exists()


def test_static_mode_of_a_rover_that_moved_is_said(folder: Path) -> None:
    """One epoch where the rover stood, one where the base did, 360 m away."""
    words = ("rtk", "-b", "base.obs", "-n", "nav.nav", *BASE_ECEF, "--mode", "static", "-o", "a.pos", "--force")
    _, err = call(*words, "-r", "rover.obs")
    assert err == ""
    here, there = (
        re.split(r"(?=^> 2024)", (folder / f"{name}.obs").read_text(), flags=re.MULTILINE) for name in ("rover", "base")
    )
    (folder / "moved.obs").write_text("".join([*here[:2], there[2]]))
    _, err = call(*words, "-r", "moved.obs", code=1)
    assert "moved.obs: its own codes say that it moved: --mode static is for antennas that stand still" in err


def test_a_stream_that_was_cut_off_is_said(folder: Path) -> None:
    stream = (folder / "rover.rtcm3").read_bytes()
    (folder / "cut.rtcm3").write_bytes(stream[:-9])
    out, _ = call("rtk", "-r", "cut.rtcm3", "-b", "base.rtcm3", "-o", "a.pos")
    assert re.search(r"note: cut.rtcm3: \d+ bytes belong to no whole message", out)


@pytest.mark.usefixtures("folder")
def test_signals_that_nobody_has() -> None:
    out, err = call("rtk", "-r", "rover.obs", "-b", "base.obs", "-n", "nav.nav", "--signals", "5Q", "-o", "a.pos")
    assert err == ""
    assert "too few satellites in common" in out
