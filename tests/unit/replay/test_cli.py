"""The commands as people use them: files in the current folder, exit codes, words on standard error."""

import gzip
import re
from pathlib import Path

import matplotlib.image as mpl_image
import numpy as np
import pyarrow.parquet as pq
import pytest

from tests.helpers.commands import call
from tests.unit.replay.logs import prefixed, stream

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a log in it, and the current one."""
    (tmp_path / "gz-1.log").write_bytes(stream(range(20)) + stream(range(20, 40), quality=5))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_decode_sums_up_and_writes_nothing_unasked(folder: Path) -> None:
    out, err = call("decode", "gz-1.log")
    assert re.search(r"GGA +40 +1\.00", out)
    assert re.search(r"RTK float +20 +50\.0%", out)
    assert "2026-11-22T06:30:00.000Z" in out
    assert err == ""
    assert [path.name for path in folder.iterdir()] == ["gz-1.log"]


def test_decode_names_its_file_after_the_log(folder: Path) -> None:
    call("decode", "gz-1.log", "--to", "parquet")
    call("decode", "gz-1.log", "--to", "csv", "--table", "gst")
    assert pq.read_table(folder / "gz-1.parquet").num_rows == 40
    assert (folder / "gz-1.GST.csv").read_text().count("\n") == 41
    _, err = call("decode", "gz-1.log", "--to", "parquet", code=2)
    assert "--force" in err
    call("decode", "gz-1.log", "-o", "x.jsonl")
    assert (folder / "x.jsonl").read_text().count('"fix_quality":5') == 20


def test_a_table_on_standard_output_is_alone_there(folder: Path) -> None:
    out, err = call("decode", "gz-1.log", "--to", "csv", "--out", "-")
    assert out.startswith('"terminal","t"')
    assert out.count("\n") == 41
    assert "Fix quality" in err


def test_decode_draws_the_track_in_the_colours_of_its_quality(folder: Path) -> None:
    call("decode", "gz-1.log", "--plot", "p.png")
    assert (folder / "p.png").read_bytes().startswith(PNG)
    pixels = np.round(mpl_image.imread(folder / "p.png")[:, :, :3] * 255).astype(int)
    fixed, floating = [0x00, 0x80, 0x5C], [0x1B, 0x83, 0xC4]
    for color in (fixed, floating):
        assert np.count_nonzero((np.abs(pixels - color) <= 2).all(axis=2)) > 200
    _, err = call("decode", "gz-1.log", "--plot", "p.png", code=2)
    assert "--force" in err


def test_what_can_be_used_is_used_and_the_rest_is_said(folder: Path) -> None:
    (folder / "cut.log.gz").write_bytes(gzip.compress(stream(range(200)))[:-500])
    (folder / "empty.log").touch()
    out, err = call("replay", "gz-1.log", "missing.log", "cut.log.gz", "empty.log", ".", code=1)
    assert "SHA-256" in out
    assert "gz-1 " in out
    assert len(err.splitlines()) == 4
    for words in ("missing.log: no such file", "cut.log.gz: gzip cut off", "empty.log: is empty", ". is a folder"):
        assert words in err


def test_nothing_usable_is_another_code(folder: Path) -> None:
    _, err = call("decode", "missing.log", code=2)
    assert "check the name" in err
    (folder / "noise.bin").write_bytes(np.random.default_rng(1).bytes(5_000))
    out, err = call("decode", "noise.bin", code=1)
    assert "GARBAGE" in out
    assert "is this a log of a receiver" in err


@pytest.mark.parametrize("command", ["decode", "replay"])
@pytest.mark.parametrize("label", ["RINEX VERSION / TYPE", "CRINEX VERS   / TYPE"])
def test_rinex_is_sent_where_it_is_solved(folder: Path, command: str, label: str) -> None:
    (folder / "rover.obs.gz").write_bytes(
        gzip.compress(f"{'     3.05           OBSERVATION DATA':<60}{label}\n".encode())
    )
    _, err = call(command, "rover.obs.gz", code=2)
    assert "rover.obs.gz: a RINEX file, no log: beidou spp and beidou rtk" in err


def test_replay_prints_the_same_digest_at_any_speed(folder: Path) -> None:
    (folder / "timed.log.gz").write_bytes(gzip.compress(prefixed(stream(range(8)), "{iso} gz-2 ")))
    digests = {
        call("replay", "gz-1.log", "timed.log.gz", "--speed", speed)[0].splitlines()[-1] for speed in ("max", "500x")
    }
    assert len(digests) == 1
    assert re.search(r"[0-9a-f]{64}$", digests.pop())


def test_replay_writes_its_tables(folder: Path) -> None:
    window = ("--seek", "2026-11-22T06:30:05Z", "--until", "2026-11-22T06:30:14")
    out, _ = call("replay", "gz-1.log", *window, "--out", "tables")
    assert "10 epochs" in out
    assert pq.read_table(folder / "tables" / "fixes.parquet").num_rows == 10
    assert not (folder / "tables" / "counters.parquet").exists()


def test_a_window_without_any_row_is_told_and_has_tables(folder: Path) -> None:
    out, err = call("replay", "gz-1.log", "--seek", "2030-01-01", "--out", "tables", code=1)
    assert re.search(r"[0-9a-f]{64}", out)
    assert "does --seek ... --until hold any?" in err
    assert pq.read_table(folder / "tables" / "fixes.parquet").num_rows == 0


@pytest.mark.parametrize(
    ("words", "advice"),
    [
        (("decode", "gz-1.log", "--table", "GSV"), "add --to parquet|csv|jsonl|geojson, or --out FILE"),
        (("decode", "gz-1.log", "--to", "xml"), "choose parquet, csv, jsonl, geojson"),
        (("decode", "gz-1.log", "--to", "parquet", "--out", "-"), "name a file with --out"),
        (("decode", "gz-1.log", "--reference-time", "yesterday"), "write 2026-11-22"),
        (("decode", "gz-1.log", "gz-1.log"), "named twice"),
        (("replay", "gz-1.log", "--speed", "fast"), "such as 1 or 8x, or max"),
        (("replay", "gz-1.log", "--speed", "0"), "such as 1 or 8x, or max"),
        (("replay", "gz-1.log", "--seek", "2026-11-23", "--until", "2026-11-22"), "is after --until"),
    ],
)
def test_a_wrong_word_is_answered_with_the_right_ones(folder: Path, words: tuple[str, ...], advice: str) -> None:
    _, err = call(*words, code=2)
    assert advice in err


@pytest.mark.parametrize("time", ["2026-11-22", "2026-11-22T06:00", "2026-11-22 06:00:00", "2026-11-22T14:00:00+08:00"])
def test_a_reference_time_dates_a_log_without_dates(folder: Path, time: str) -> None:
    lines = stream(range(5)).splitlines(keepends=True)
    (folder / "gga.log").write_bytes(b"".join(line for line in lines if b"GGA" in line))
    assert "without a date" in call("decode", "gga.log")[0]
    out, _ = call("decode", "gga.log", "--reference-time", time)
    assert "2026-11-22T06:30:04.000Z" in out
