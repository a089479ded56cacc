"""What is read before anything is solved: bases, channels, dates."""

import re
from pathlib import Path

import numpy as np
import pytest

from beidou_svc.solve import rtcm_file
from beidou_svc.solve.options import InputOptions
from beidou_svc.solve.recording import FileKind, Recording, SolveError
from beidou_svc.solve.session import load_session, reference_of, with_channels
from gnss.batches import NO_TIME
from gnss.frames.geodetic import geodetic_to_ecef
from gnss.pos_io import read_pos
from gnss.rtcm.observations import NO_CHANNEL, ObservationBatch
from gnss.status import Status
from gnss.time.rfc3339 import format_rfc3339
from tests.helpers.commands import call
from tests.unit.solve import sky


def options(
    rover: str = "rover.obs", base: str | None = "base.obs", nav: tuple[str, ...] = ("nav.nav",), **more: object
) -> InputOptions:
    known = {"date": None, "base_ecef_m": None, "base_llh": None, **more}
    return InputOptions(Path(rover), Path(base) if base else None, [Path(n) for n in nav], **known)  # type: ignore[arg-type]


@pytest.mark.usefixtures("folder")
def test_rover_base_and_book() -> None:
    session = load_session(options())
    assert session.base is not None and session.base_place is not None
    assert [len(r.epochs) for r in (session.rover, session.base)] == [sky.EPOCHS] * 2
    assert session.book.known == len(sky.ephemerides())
    np.testing.assert_allclose(session.base_place.ecef_m, sky.BASE_M, atol=1e-4)
    assert session.base_place.source == "APPROX POSITION XYZ of the header"
    assert session.problems() == []


@pytest.mark.usefixtures("folder")
def test_where_the_base_is() -> None:
    stated = (-2267335.6693, 5008649.1555, 3222374.9736)
    of_ecef = load_session(options(base_ecef_m=stated)).base_place
    of_llh = load_session(options(base_llh=(25.5, 114.5, 100.0))).base_place
    of_stream = load_session(options(base="base.rtcm3")).base_place
    assert of_ecef is not None and of_llh is not None and of_stream is not None
    assert (of_ecef.ecef_m.tolist(), of_ecef.source) == (list(stated), "--base-ecef")
    np.testing.assert_allclose(of_llh.ecef_m, geodetic_to_ecef(np.radians(25.5), np.radians(114.5), 100.0))
    np.testing.assert_allclose(of_stream.ecef_m, sky.BASE_M, atol=1e-4)
    assert of_stream.source == "message 1006 of station 7"
    with pytest.raises(SolveError, match="give one of them"):
        load_session(options(base_ecef_m=stated, base_llh=(1.0, 2.0, 3.0)))


def test_the_antenna_stands_above_the_marker(folder: Path) -> None:
    text = (folder / "base.obs").read_text()
    (folder / "base.obs").write_text(
        text.replace("        0.0000        0.0000        0.0000", "        1.5000        0.2000        0.1000")
    )
    place = load_session(options()).base_place
    assert place is not None
    up = sky.BASE_M / np.linalg.norm(sky.BASE_M)
    assert np.linalg.norm(place.ecef_m - sky.BASE_M) == pytest.approx(np.sqrt(1.5**2 + 0.2**2 + 0.1**2), abs=2e-3)
    assert (place.ecef_m - sky.BASE_M) @ up == pytest.approx(1.5, abs=0.01)


def test_a_base_that_does_not_say_where_it_is(folder: Path) -> None:
    lines = (folder / "base.obs").read_text().splitlines(keepends=True)
    (folder / "base.obs").write_text("".join(line for line in lines if "APPROX POSITION" not in line))
    with pytest.raises(SolveError, match="add --base-ecef X Y Z"):
        load_session(options())


def test_recordings_of_different_days(folder: Path) -> None:
    text = (folder / "base.obs").read_text()
    (folder / "base.obs").write_text(text.replace("> 2024 03 13", "> 2024 03 14"))
    with pytest.raises(SolveError, match="no time in common"):
        load_session(options())


def test_a_stream_without_a_week_takes_the_date_of_the_other(folder: Path) -> None:
    (folder / "x.rtcm3").write_bytes(sky.stream(with_ephemerides=False))
    for rover, base in (("x.rtcm3", "base.rtcm3"), ("rover.obs", "x.rtcm3")):
        session = load_session(options(rover=rover, base=base))
        assert session.base is not None
        assert np.array_equal(session.rover.epochs.t_gpst_ns, session.base.epochs.t_gpst_ns)
        assert any("x.rtcm3: dated by" in note for note in session.notes())


def test_rtcm_and_rinex_are_the_same_recording(folder: Path) -> None:
    rinex, rtcm = load_session(options(base=None)).rover, load_session(options("rover.rtcm3", None)).rover
    assert np.array_equal(rinex.epochs.t_gpst_ns, rtcm.epochs.t_gpst_ns)
    a, b = rinex.observations, rtcm.observations
    order = [np.lexsort((o.signal, o.prn, o.system, o.t_gpst_ns)) for o in (a, b)]
    for name, tolerance in (("system", 0), ("prn", 0), ("signal", 0), ("pr_m", 2e-3), ("cp_cyc", 1e-2)):
        np.testing.assert_allclose(getattr(a, name)[order[0]], getattr(b, name)[order[1]], atol=tolerance, err_msg=name)


def test_an_instant_counts_once(folder: Path) -> None:
    head, *epochs = re.split(r"(?=^> 2024)", (folder / "rover.obs").read_text(), flags=re.MULTILINE)
    (folder / "twice.obs").write_text("".join([head, *(epoch for epoch in epochs for _ in range(2))]))
    session = load_session(options("twice.obs", None))
    assert len(session.rover.epochs) == sky.EPOCHS
    assert session.notes() == ["twice.obs: 3 epochs repeat an instant and are left out"]


@pytest.mark.parametrize("words", [("spp",), ("rtk", "-b", "base.obs")])
def test_epochs_out_of_order_are_solved_like_others(folder: Path, words: tuple[str, ...]) -> None:
    head, *epochs = re.split(r"(?=^> 2024)", (folder / "rover.obs").read_text(), flags=re.MULTILINE)
    (folder / "mixed.obs").write_text("".join([head, *epochs[::-1], *epochs]))
    qualities = []
    for rover in ("rover", "mixed"):
        call(*words, "-r", f"{rover}.obs", "-n", "nav.nav", "-o", f"{rover}.pos")
        f = read_pos(folder / f"{rover}.pos").fixes
        assert len(f) == sky.EPOCHS and np.all(np.diff(f.t_gpst_ns) > 0)
        qualities.append(f.fix_quality.tolist())
    assert qualities[0] == qualities[1]


def test_channels_come_from_the_ephemerides() -> None:
    o = ObservationBatch.missing(3, system=[1, 1, 0], prn=[3, 4, 3], channel=[NO_CHANNEL, NO_CHANNEL, 0],
                                 status=[Status.NO_CHANNEL, Status.NO_CHANNEL, Status.OK])  # fmt: skip
    filled = with_channels(Recording(Path("x"), FileKind.OBSERVATIONS, observations=o), {3: -4}).observations
    assert filled.channel.tolist() == [-4, NO_CHANNEL, 0]
    assert filled.status.tolist() == [Status.OK, Status.NO_CHANNEL, Status.OK]


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("2024-03-13", "2024-03-13T12:00:00Z"),
        ("2024-03-13T05:00:00Z", "2024-03-13T05:00:00Z"),
        ("2024-03-13T05:00", "2024-03-13T05:00:00Z"),
    ],
)
def test_a_day_is_meant_by_its_noon(date: str, expected: str) -> None:
    assert str(format_rfc3339(reference_of(date), 0).item(), "ascii") == expected
    assert reference_of(None) == NO_TIME


def test_a_stream_may_be_read_in_pieces(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = load_session(options("rover.rtcm3", None)).rover
    monkeypatch.setattr(rtcm_file, "CHUNK_BYTES", 700)
    pieces = load_session(options("rover.rtcm3", None)).rover
    assert pieces.epochs.equals(whole.epochs)
    assert pieces.observations.equals(whole.observations)
    assert len(pieces.kepler) == len(whole.kepler)
    # what comes before and behind it is none of its business
    (folder / "noisy.rtcm3").write_bytes(
        b"\xd3\x00hello\r\n" * 20 + (folder / "rover.rtcm3").read_bytes() + b"\xd3\x00"
    )
    assert load_session(options("noisy.rtcm3", None)).rover.observations.equals(whole.observations)
