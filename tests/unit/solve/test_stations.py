"""Streams of several stations: a base's place is that of its own station, at the time of each epoch."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from beidou_svc.solve.recording import FileKind, Place, Recording, SolveError
from beidou_svc.solve.stations import one_station
from gnss.batches import NO_TIME
from gnss.frames.geodetic import geodetic_to_ecef
from gnss.pos_io import read_pos
from gnss.rtcm.epochs import EpochBatch
from gnss.rtcm.stations import StationBatch
from tests.helpers.commands import call
from tests.unit.solve import sky

S = 10**9
HERE, THERE = np.array([6.4e6, 0.0, 0.0]), np.array([0.0, 6.4e6, 0.0])


def worst_m(path: Path) -> float:
    f = read_pos(path).fixes
    off_m = np.linalg.norm(geodetic_to_ecef(f.lat_rad, f.lon_rad, f.h_ell_m) - sky.ROVER_M, axis=1)
    return float(off_m.max())


def recorded(station: list[int], t_s: list[int], sent: list[tuple[int, int, np.ndarray]]) -> Recording:
    """Epochs of stations, and what they sent: (station, second known then, position)."""
    numbers, seconds, places = zip(*sent, strict=True)
    stations = StationBatch.missing(
        len(sent), number=1005, station=numbers, t_gpst_ns=[s * S if s >= 0 else NO_TIME for s in seconds],
        ecef_m=np.stack(places),
    )  # fmt: skip
    epochs = EpochBatch.missing(len(t_s), station=station, t_gpst_ns=[s * S for s in t_s])
    return Recording(Path("x.rtcm3"), FileKind.RTCM3, epochs, place=Place(places[-1], "sent", stations))


def test_a_stream_of_two_is_refused_until_one_is_named(folder: Path) -> None:
    (folder / "two.rtcm3").write_bytes(sky.stream(station_id=7) + sky.stream(True, station_id=8))
    words = ("-r", "rover.rtcm3", "-b", "two.rtcm3", "-o", "a.pos")
    _, err = call("rtk", *words, code=2)
    assert f"7 ({sky.EPOCHS} epochs), 8 ({sky.EPOCHS} epochs): name one of them with --base-station ID" in err
    out, _ = call("rtk", *words, "--base-station", "8")
    assert "message 1006 of station 8" in out
    assert worst_m(folder / "a.pos") < 0.05
    _, err = call("rtk", *words, "--base-station", "9", "--force", code=2)
    assert "--base-station 9: not in two.rtcm3: there are 7" in err
    _, err = call("spp", "-r", "two.rtcm3", "-o", "b.pos", code=2)
    assert "--rover-station ID" in err
    call("spp", "-r", "two.rtcm3", "-o", "b.pos", "--rover-station", "7")
    assert worst_m(folder / "b.pos") < 0.1


@pytest.mark.usefixtures("folder")
def test_a_file_without_stations_has_none_to_name() -> None:
    words = ("rtk", "-r", "rover.obs", "-b", "base.obs", "-n", "nav.nav", "-o", "a.pos")
    _, err = call(*words, "--base-station", "8", code=2)
    assert "--base-station 8: not in base.obs: this file names none" in err


def test_stations_that_follow_upon_each_other_are_one_base() -> None:
    base = recorded([1, 1, 2, 2], [0, 1, 2, 3], [(1, -1, HERE), (2, 1, THERE)])
    assert one_station(base, "base", None) == base
    assert base.place is not None
    assert np.array_equal(base.place.at(base.epochs), np.stack([HERE, HERE, THERE, THERE]))
    assert base.place.moves == 0
    with pytest.raises(SolveError, match=r"1 \(2 epochs\), 2 \(2 epochs\)"):
        one_station(replace(base, epochs=base.epochs.replace(t_gpst_ns=np.array([0, 2 * S, S, 3 * S]))), "base", None)


def test_a_station_that_moves_stood_where_it_had_said() -> None:
    base = recorded([5] * 4, [10, 11, 12, 13], [(5, 10, HERE), (5, 11, HERE), (5, 12, THERE)])
    assert base.place is not None
    assert np.array_equal(base.place.at(base.epochs), np.stack([HERE, HERE, HERE, THERE]))
    assert base.place.moves == 1


def test_a_place_sent_by_another_station_serves_all_the_same() -> None:
    base = recorded([0, 0], [10, 11], [(5, 10, HERE)])
    assert base.place is not None
    assert np.array_equal(base.place.at(base.epochs), np.stack([HERE, HERE]))
    named = one_station(base, "base", 0)
    assert named.place is None
