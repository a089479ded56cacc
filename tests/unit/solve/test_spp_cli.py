"""`beidou spp` as people use it: files in the current folder, exit codes, words on standard error."""

import gzip
import re
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from gnss.batches import FixBatch
from gnss.frames.geodetic import geodetic_to_ecef
from gnss.pos_io import read_pos
from tests.helpers.commands import call
from tests.unit.solve import sky


def errors_m(fixes: FixBatch) -> NDArray[np.float64]:
    ecef_m = geodetic_to_ecef(fixes.lat_rad, fixes.lon_rad, fixes.h_ell_m)
    off_m: NDArray[np.float64] = np.linalg.norm(ecef_m - sky.ROVER_M, axis=1)
    return off_m


def test_rinex_to_positions(folder: Path) -> None:
    out, err = call("spp", "--rover", "rover.obs", "--nav", "nav.nav", "--out", "a.pos")
    found = read_pos(folder / "a.pos")
    assert (len(found.fixes), found.damaged) == (sky.EPOCHS, 0)
    assert errors_m(found.fixes).max() < 0.1
    assert set(found.fixes.fix_quality.tolist()) == {1}
    files = ["program   : beidou", "inp file  : rover.obs", "inp file  : nav.nav"]
    assert found.header[:6] == [*files, "pos mode  : single", "elev mask : 15.0 deg", "navi sys  : GRECJ"]
    assert re.search(r"with a position +3 of 3 epochs \(100\.0%\)", out)
    assert re.search(r"single +3 +100\.0%", out)
    assert re.search(r"BeiDou +[0-9.]+ +0\.\d{3} m +0", out)
    assert err == ""


def test_rtcm_to_positions_dated_by_its_own_ephemerides(folder: Path) -> None:
    out, _ = call("spp", "-r", "rover.rtcm3", "-o", "a.pos", "--format", "ecef")
    assert "rover.rtcm3: dated by the week of its ephemerides" in out
    assert errors_m(read_pos(folder / "a.pos").fixes).max() < 0.1
    assert f"{sky.DATE}T" in out
    call("spp", "-r", "rover.obs", "-n", "nav.nav", "-o", "b.pos")
    assert np.array_equal(read_pos(folder / "b.pos").fixes.t_gpst_ns, read_pos(folder / "a.pos").fixes.t_gpst_ns)


@pytest.mark.parametrize(
    ("words", "name"), [(("--date", sky.DATE), "x.rtcm3"), ((), "x_20240313.rtcm3"), ((), "2024-03-13.bin")]
)
def test_rtcm_without_a_week_is_dated_by_option_or_name(folder: Path, words: tuple[str, ...], name: str) -> None:
    (folder / name).write_bytes(sky.stream(with_ephemerides=False))
    call("spp", "-r", name, "-n", "nav.nav", "-o", "a.pos", *words)
    assert errors_m(read_pos(folder / "a.pos").fixes).max() < 0.1


def test_rtcm_without_a_week_is_dated_by_the_navigation_file(folder: Path) -> None:
    (folder / "x.rtcm3").write_bytes(sky.stream(with_ephemerides=False))
    out, _ = call("spp", "-r", "x.rtcm3", "-n", "nav.nav", "-o", "a.pos")
    assert "x.rtcm3: dated by nav.nav" in out


def test_rtcm_that_nothing_dates(folder: Path) -> None:
    (folder / "x.rtcm3").write_bytes(sky.stream(with_ephemerides=False))
    _, err = call("spp", "-r", "x.rtcm3", "-o", "a.pos", code=2)
    assert "add --date YYYY-MM-DD" in err


def test_packed_files(folder: Path) -> None:
    for name in ("rover.obs", "nav.nav"):
        (folder / f"{name}.gz").write_bytes(gzip.compress((folder / name).read_bytes()))
    call("spp", "-r", "rover.obs.gz", "-n", "nav.nav.gz", "-o", "a.pos")
    assert len(read_pos(folder / "a.pos").fixes) == sky.EPOCHS


def test_files_that_exist_are_kept(folder: Path) -> None:
    (folder / "a.pos").write_text("mine")
    words = ("spp", "-r", "rover.obs", "-n", "nav.nav", "-o", "a.pos")
    _, err = call(*words, code=2)
    assert "--force" in err and (folder / "a.pos").read_text() == "mine"
    call(*words, "--force", "--plot", "a.png")
    assert (folder / "a.png").read_bytes().startswith(b"\x89PNG")
    _, err = call("spp", "-r", "rover.obs", "-n", "nav.nav", "-o", "nowhere/a.pos", code=2)
    assert "nowhere is no folder" in err


@pytest.mark.parametrize("option", ["-o", "--plot"])
def test_what_is_read_is_never_replaced(folder: Path, option: str) -> None:
    (folder / "link.obs").symlink_to("rover.obs")
    before = (folder / "rover.obs").read_bytes()
    words = ("-o", "a.pos", "--plot", "link.obs") if option == "--plot" else ("-o", "link.obs")
    _, err = call("spp", "-r", "rover.obs", "-n", "nav.nav", "--force", *words, code=2)
    assert "link.obs is what is read: name another file" in err
    assert (folder / "rover.obs").read_bytes() == before


def test_a_packed_file_that_is_cut_off_is_used_up_to_there(folder: Path) -> None:
    packed = gzip.compress((folder / "rover.obs").read_bytes())
    (folder / "cut.obs.gz").write_bytes(packed[:-30])
    _, err = call("spp", "-r", "cut.obs.gz", "-n", "nav.nav", "-o", "a.pos", code=1)
    assert re.search(
        r"cut.obs.gz: the gzip file is damaged, it is cut off: the [\d,]+ bytes unpacked before are used", err
    )
    assert len(read_pos(folder / "a.pos").fixes) >= sky.EPOCHS - 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("-r", "rover.obs"), "no ephemerides in rover.obs: add --nav FILE"),
        (("-r", "nav.nav", "-n", "nav.nav"), "belongs behind --nav"),
        (("-r", "rover.obs", "-n", "base.obs"), "no ephemeris in it"),
        (("-r", "missing.obs", "-n", "nav.nav"), "missing.obs cannot be read: No such file"),
        (("-r", "words.txt", "-n", "nav.nav"), "neither RINEX nor RTCM 3"),
        (("-r", "packed.crx", "-n", "nav.nav"), "crx2rnx"),
        (("-r", "weather.met", "-n", "nav.nav"), "RINEX of type 'M'"),
        (("-r", "bad.gz", "-n", "nav.nav"), "gzip file is damaged"),
        (("-r", "empty.obs", "-n", "nav.nav"), "no epoch with observations in it: no epochs at all"),
        (("-r", "types.obs", "-n", "nav.nav"), "its 3 epochs are of no known observation types"),
        (("-r", "nothing.obs", "-n", "nav.nav"), "nothing.obs: the file is empty"),
        (("-r", "rover.obs", "-n", "nav.nav", "--plot", "a.pos"), "name another file with --plot"),
        (("-r", "rover.obs", "-n", "nav.nav", "--systems", "GX"), "--systems are letters out of GRECJIS, got 'GX'"),
        (("-r", "rover.obs", "-n", "nav.nav", "--elevation-mask", "95"), "--elevation-mask is within 0 and 90"),
        (("-r", "rover.obs", "-n", "nav.nav", "--format", "xyz"), "choose llh or ecef"),
        (("-r", "rover.rtcm3", "--date", "yesterday"), "--date yesterday: not a time"),
    ],
)
def test_what_goes_wrong_says_what_to_do(folder: Path, words: tuple[str, ...], said: str) -> None:
    (folder / "words.txt").write_text("hello, this is no recording\n" * 100)
    (folder / "packed.crx").write_text(f"{'1.0':<60}CRINEX VERS   / TYPE\n")
    (folder / "weather.met").write_text(f"{'     3.05           M: METEOROLOGICAL':<60}RINEX VERSION / TYPE\n")
    (folder / "bad.gz").write_bytes(b"\x1f\x8b\x08\x00broken")
    text = (folder / "rover.obs").read_text()
    (folder / "nothing.obs").write_bytes(b"")
    (folder / "types.obs").write_text("".join(t for t in text.splitlines(True) if "OBS TYPES" not in t))
    (folder / "empty.obs").write_text(text[: text.index("END OF HEADER") + 21])
    _, err = call("spp", *words, "-o", "a.pos", code=2)
    assert said in err
    assert not (folder / "a.pos").exists()


def test_ephemerides_of_another_day(folder: Path) -> None:
    text = (folder / "rover.obs").read_text()
    (folder / "late.obs").write_text(text.replace("> 2024 03 13", "> 2024 05 13"))
    out, err = call("spp", "-r", "late.obs", "-n", "nav.nav", "-o", "a.pos", code=1)
    assert "the ephemerides are of 2024-03-13T" in err and "the observations of 2024-05-13T" in err
    assert "NO_POSITION" in out


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("spp", "--systems", "e"), "--systems e, and the rover observed GC, there are ephemerides of GC"),
        (("rtk", "-b", "base.obs", "--systems", "R"), "the rover observed GC, the base observed GC"),
        (("spp", "--elevation-mask", "80"), "too few satellites above --elevation-mask 80 with an ephemeris"),
        (("rtk", "-b", "base.obs", "--elevation-mask", "80"), "signals that rover and base have in common"),
    ],
)
def test_no_position_says_why(words: tuple[str, ...], said: str) -> None:
    _, err = call(*words, "-r", "rover.obs", "-n", "nav.nav", "-o", "a.pos", code=1)
    assert "no epoch has a position" in err
    assert said in err


def test_damage_is_told_and_the_rest_is_used(folder: Path) -> None:
    lines = (folder / "rover.obs").read_text().splitlines(keepends=True)
    (folder / "rover.obs").write_text("".join(lines[:-1]) + lines[-1].replace(".", "x"))
    _, err = call("spp", "-r", "rover.obs", "-n", "nav.nav", "-o", "a.pos", code=1)
    assert f"rover.obs: line {len(lines)}: a field is not of its form" in err
    assert len(read_pos(folder / "a.pos").fixes) == sky.EPOCHS
