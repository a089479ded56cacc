"""Files that are written: what a version can hold, and what it says."""

from pathlib import Path

import numpy as np
import pytest

from gnss.batches import NO_TIME, SYSTEMS
from gnss.errors import FileFormatError
from gnss.rinex.header import RinexHeader
from gnss.rinex.nav_ionosphere import Ionosphere
from gnss.rinex.navigation import parse_navigation
from gnss.rinex.observations import parse_observations
from gnss.rinex.write_navigation import format_navigation
from gnss.rinex.write_observations import VERSIONS, format_observations
from gnss.rinex_io import read_navigation, read_observations, write_navigation, write_observations
from gnss.rtcm.epochs import EpochBatch
from gnss.rtcm.glonass_ephemerides import GlonassEphemerisBatch
from gnss.rtcm.observations import ObservationBatch
from tests.unit.rinex.samples import C20, G08, GLONASS, GPS, HEADER, NAV_HEADER
from tests.unit.rinex.texts import T_2020, head, read, read_nav, signal


def observations(*rows: tuple[str, int, str], **columns: list[float]) -> tuple[EpochBatch, ObservationBatch]:
    """One epoch of (system, PRN, code)."""
    n = len(rows)
    known: dict[str, list[float]] = {"pr_m": [2e7] * n, "cp_cyc": [1e8] * n, "lock_s": [0.0] * n, **columns}
    system = [SYSTEMS.index(letter) for letter, _, _ in rows]
    o = ObservationBatch.missing(
        n,
        t_gpst_ns=T_2020,
        system=system,
        prn=[prn for _, prn, _ in rows],
        signal=[signal(c) for _, _, c in rows],
        **known,
    )
    return EpochBatch.missing(1, t_gpst_ns=T_2020, rows=n), o


def again(epochs: EpochBatch, o: ObservationBatch, version: float = 3.05) -> tuple[ObservationBatch, int]:
    text = format_observations(epochs, o, version=version)
    return parse_observations(np.frombuffer(text.text, np.uint8)).observations, text.dropped


def test_the_text_of_an_epoch() -> None:
    found = read(HEADER + head(48.994, 2) + G08 + C20)
    text = format_observations(found.epochs, found.observations, found.header).text.decode()
    body = text[text.index("END OF HEADER") :].splitlines()[1:]
    assert body == ["> 2020 07 12 00 00 48.9940000  0  2", G08.replace("G 8", "G08").rstrip(), C20.rstrip()]
    assert all(len(row) <= 80 for row in text.splitlines()[:10])


def test_slips_are_marked_where_the_lock_is_shorter_than_the_gap() -> None:
    g08 = G08.replace("112691853.523  ", "112691853.523{}")
    flags = ["  ", "  ", "1 ", "2 ", "3 ", "  "]
    first = read(HEADER + "".join(head(t, 1) + g08.format(f) for t, f in enumerate(flags)))
    text = format_observations(first.epochs, first.observations).text.decode()
    written = [row[33:34] for row in text.splitlines() if row.startswith("G08")]
    assert written == [" ", " ", "1", "2", "3", " "]
    assert read(text).observations.equals(first.observations)


@pytest.mark.parametrize(
    ("version", "codes", "dropped", "left"),
    [
        (3.05, [("C", 20, "2I"), ("C", 20, "1P")], 0, ["1P", "2I"]),
        (3.02, [("C", 20, "2I"), ("C", 20, "1P")], 2, ["2I"]),
        (2.11, [("G", 8, "1C"), ("G", 8, "2W"), ("G", 8, "2L"), ("G", 8, "5Q")], 1, ["1C", "2X", "5X", "2W"]),
        (2.11, [("G", 8, "1C"), ("R", 8, "1C"), ("R", 8, "2C")], 0, ["1C", "1C", "2C"]),
        (2.11, [("C", 8, "2I"), ("C", 8, "5P")], 2, ["2I"]),
        (2.11, [("G", 8, "1C"), ("G", 8, "1W"), ("S", 124, "1C")], 1, ["1C", "1W", "1C"]),
    ],
)
def test_what_a_version_can_hold(
    version: float, codes: list[tuple[str, int, str]], dropped: int, left: list[str]
) -> None:
    back, lost = again(*observations(*codes), version=version)
    assert (back.signal_names(), lost) == (left, dropped)


def test_numbers_that_do_not_fit_are_counted() -> None:
    epochs, o = observations(
        ("G", 8, "1C"), ("G", 8, "2W"), pr_m=[1e10, -1e9], cp_cyc=[9_999_999_999.999, -999_999_999.999]
    )
    back, dropped = again(epochs, o)
    assert dropped == 2
    assert back.cp_cyc.tolist() == [9_999_999_999.999, -999_999_999.999]
    assert np.isnan(back.pr_m).all()


def test_satellites_that_come_in_pieces_are_put_together() -> None:
    epochs, o = observations(("G", 8, "1C"), ("C", 20, "2I"), ("G", 8, "2W"))
    back, _ = again(epochs, o)
    assert list(zip(back.satellite_names(), back.signal_names(), strict=True)) == [
        ("G08", "1C"),
        ("G08", "2W"),
        ("C20", "2I"),
    ]


def test_epochs_without_a_date_are_left_out() -> None:
    epochs, o = observations(("G", 8, "1C"))
    undated = epochs.replace(t_gpst_ns=np.array([NO_TIME]))
    back, _ = again(EpochBatch.concat([undated, epochs]), o)
    assert len(back) == 1


def test_no_epochs_at_all() -> None:
    text = format_observations(EpochBatch.empty(), ObservationBatch.empty()).text
    assert parse_observations(np.frombuffer(text, np.uint8)).report.is_clean


@pytest.mark.parametrize("version", [1.0, 3.01, 5.0])
def test_versions_that_are_not_written(version: float) -> None:
    with pytest.raises(ValueError, match="is not written"):
        format_observations(*observations(("G", 8, "1C")), version=version)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_header_comes_back(version: float) -> None:
    known = {
        **{"program": "p", "run_by": "r", "date": "d", "comments": ["one", "two"], "marker_name": "M1"},
        **{"marker_number": "7", "observer": "o", "agency": "a", "receiver": ("1", "2", "3"), "antenna": ("4", "5")},
        **{"approx_ecef_m": (-2267335.6693, 5008649.1555, 3222374.9736), "antenna_hen_m": (1.5, 0.0, 0.1)},
        **{"interval_s": 1.0, "leap_seconds": 18},
    }
    h = RinexHeader()
    for name, value in known.items():
        setattr(h, name, value)
    epochs, o = observations(("G", 8, "1C"))
    back = read(format_observations(epochs, o, h, version=version).text.decode()).header
    assert {name: getattr(back, name) for name in known} == known
    assert (back.version, back.time_system) == (version, "GPS")


def test_glonass_channels_go_into_the_header() -> None:
    epochs, o = observations(*(("R", prn, "1C") for prn in range(1, 13)))
    o = o.replace(channel=np.arange(12, dtype=np.int8) - 5)
    back, _ = again(epochs, o)
    assert back.channel.tolist() == o.channel.tolist()


@pytest.mark.parametrize("version", VERSIONS)
def test_navigation_comes_back(version: float) -> None:
    found = read_nav(NAV_HEADER + GPS + GLONASS)
    numbers = np.array([1.118e-08, 7.451e-09, -5.96e-08, -5.96e-08, 9.011e04, 0.0, -1.966e05, -6.554e04])
    ionosphere = Ionosphere({"G": numbers})
    for kepler, glonass in (
        (found.kepler, GlonassEphemerisBatch.empty()),
        (found.kepler.take(slice(0)), found.glonass),
    ):
        text = format_navigation(kepler, glonass, ionosphere=ionosphere, leap_seconds=18, version=version)
        back = parse_navigation(np.frombuffer(text.text, np.uint8))
        assert back.reports[0].is_clean
        assert back.kepler.equals(kepler)
        assert back.glonass.equals(glonass)
        assert back.leap_seconds == 18
        if version >= 3.0 or len(kepler):
            assert back.ionosphere.klobuchar["G"].tolist() == numbers.tolist()


def test_rinex_2_navigation_is_of_one_system() -> None:
    found = read_nav(NAV_HEADER + GPS + GLONASS)
    with pytest.raises(ValueError, match="GPS or GLONASS alone, not GR"):
        format_navigation(found.kepler, found.glonass, version=2.11)


def test_files_plain_and_packed(tmp_path: Path) -> None:
    found = read(HEADER + head(0, 2) + G08 + C20)
    nav = read_nav(NAV_HEADER + GPS + GLONASS)
    for name in ("a.obs", "a.obs.gz"):
        assert write_observations(tmp_path / name, found.epochs, found.observations) == 0
        assert read_observations(tmp_path / name).observations.equals(found.observations)
        assert write_navigation(tmp_path / f"n{name}", nav.kepler, nav.glonass) == 0
    back = read_navigation(tmp_path / "na.obs", tmp_path / "na.obs.gz")
    assert (len(back.kepler), len(back.glonass), len(back.headers)) == (2, 2, 2)
    assert (tmp_path / "a.obs.gz").read_bytes()[:2] == b"\x1f\x8b"


def test_files_that_cannot_be_read_say_which(tmp_path: Path) -> None:
    (tmp_path / "x.gz").write_bytes(b"\x1f\x8b\x08\x00broken")
    (tmp_path / "y.Z").write_bytes(b"\x1f\x9d\x90")
    (tmp_path / "z.obs").write_text("no")
    for name, what in (("x.gz", "damaged"), ("y.Z", "unpack it first"), ("z.obs", "no RINEX file")):
        with pytest.raises(FileFormatError, match=rf"{name}.*{what}"):
            read_observations(tmp_path / name)
    with pytest.raises(OSError, match="nowhere"):
        read_observations(tmp_path / "nowhere")
