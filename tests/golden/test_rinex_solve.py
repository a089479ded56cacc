"""`beidou spp` and `beidou rtk` over real recordings: the places that others surveyed come out."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from typer.testing import CliRunner

from beidou_svc.cli import app
from gnss.constants import NS_PER_S, NS_PER_WEEK
from gnss.frames.geodetic import geodetic_to_ecef
from gnss.pos_io import read_pos

# folder, rover, base, navigation, base position, rover position
STATIC = [
    (
        "whu_static", "rover.obs", "base.obs", ("rover.nav", "base.nav"),
        (-2267335.6693, 5008649.1555, 3222374.9736), (-2267809.757, 5009324.159, 3221016.716),
    ),
    (
        "csm1_static", "SEPT078M1.21O", "3034078M1.21O", ("SEPT078M.21P",),
        (-3959400.631, 3385704.533, 3667523.111), (-3962108.673, 3381309.574, 3668678.638),
    ),
]  # fmt: skip


def solved(words: list[str], out: Path, place_m: tuple[float, ...]) -> tuple[list[int], NDArray[np.float64]]:
    """Fix qualities, and how far the positions are from a place."""
    result = CliRunner().invoke(app, [*words, "-o", str(out)])
    assert result.exit_code == 0, result.output
    f = read_pos(out).fixes
    off_m = np.linalg.norm(geodetic_to_ecef(f.lat_rad, f.lon_rad, f.h_ell_m) - np.array(place_m), axis=1)
    return f.fix_quality.tolist(), off_m


@pytest.mark.parametrize(
    ("folder", "rover", "base", "nav", "base_m", "rover_m"), STATIC, ids=[row[0] for row in STATIC]
)
def test_static_recordings(
    data_dir: Path, tmp_path: Path, folder: str, rover: str, base: str, nav: tuple[str, ...],
    base_m: tuple[float, ...], rover_m: tuple[float, ...],
) -> None:  # fmt: skip
    files = ["-r", str(data_dir / "rtk" / folder / rover)]
    for name in nav:
        files += ["-n", str(data_dir / "rtk" / folder / name)]
    quality, off_m = solved(["spp", *files], tmp_path / "spp.pos", rover_m)
    assert set(quality) == {1}
    assert off_m.max() < 10.0
    files += ["-b", str(data_dir / "rtk" / folder / base), "--base-ecef", *(str(metre) for metre in base_m)]
    quality, off_m = solved(["rtk", *files], tmp_path / "rtk.pos", rover_m)
    assert len(quality) >= 50
    assert quality.count(4) > 0.9 * len(quality)
    assert np.quantile(off_m, 0.9) < 0.03


def test_a_car_is_where_it_was_at_the_time_that_is_written(data_dir: Path, tmp_path: Path) -> None:
    """Its receiver's clock is 6 ms behind: at 12 m/s its tags are 7 cm off the truth, its instants are not."""
    folder = data_dir / "rtk/azure_car"
    base = ("--base-ecef", "-2430697.6962", "-4704189.1965", "3544329.0994")
    files = ("-r", folder / "rover_first1900.obs", "-b", folder / "base.obs", "-n", folder / "nav.nav")
    words = ["rtk", *(str(word) for word in files), *base, "-o", str(tmp_path / "a.pos")]
    assert CliRunner().invoke(app, words).exit_code == 0
    f = read_pos(tmp_path / "a.pos").fixes
    truth = np.loadtxt(folder / "groundtruth_first1900.csv", delimiter=",", skiprows=1)
    tow_s = f.t_gpst_ns % NS_PER_WEEK / NS_PER_S
    inside = (tow_s >= truth[0, 1]) & (tow_s <= truth[-1, 1])
    there_m = np.stack([np.interp(tow_s[inside], truth[:, 1], truth[:, 2 + axis]) for axis in range(3)], axis=1)
    off_m = np.linalg.norm(geodetic_to_ecef(f.lat_rad, f.lon_rad, f.h_ell_m)[inside] - there_m, axis=1)
    assert inside.sum() > 1_890
    assert np.median(off_m) < 0.015
    assert np.quantile(off_m, 0.95) < 0.03


def test_streams_across_the_roll_over_of_the_week(data_dir: Path, tmp_path: Path) -> None:
    """Both antenna reference points are in messages 1006, 70.310 m apart, to the 44 mm of different antennas."""
    folder = data_dir / "rtk/str_static"
    words = [
        "-r",
        str(folder / "swift_week-rollover-STR17.rtcm3"),
        "-b",
        str(folder / "swift_week-rollover-STR24.rtcm3"),
    ]
    rover_m = (-4467102.3061, 2683039.5304, -3666949.982)
    quality, off_m = solved(["rtk", *words], tmp_path / "a.pos", rover_m)
    assert (len(quality), set(quality)) == (1126, {4})
    assert off_m.max() < 0.06
