"""Positions, velocities and clocks of a receiver without noise, and what spoils them."""

from typing import Any

import numpy as np
import pytest

from gnss.batches import SYSTEMS, Source
from gnss.frames.geodetic import geodetic_to_ecef
from gnss.orbits._terms import NUMBER, TGD2
from gnss.orbits.book import OrbitBook
from gnss.orbits.rules import F_NAV
from gnss.orbits.satellites import GALILEO
from gnss.position.options import SppOptions
from gnss.position.spp import SppResult, solve_spp
from gnss.position.use import Use
from gnss.rtcm.epochs import EpochBatch
from gnss.rtcm.observations import ObservationBatch
from gnss.rtcm.signals import CODE_INDEX
from gnss.status import Status
from tests.unit.position import world as w

Epoch = tuple[EpochBatch, ObservationBatch]


def solve(epoch: Epoch, **options: Any) -> SppResult:
    return solve_spp(*epoch, w.book(), SppOptions(**options))


def error_m(result: SppResult, r_ecef_m: w.Floats = w.R_ECEF_M) -> float:
    f = result.fixes
    return float(np.linalg.norm(geodetic_to_ecef(f.lat_rad, f.lon_rad, f.h_ell_m)[0] - r_ecef_m))


def changed(epoch: Epoch, row: int, **values: Any) -> Epoch:
    columns = {name: getattr(epoch[1], name).copy() for name in values}
    for name, value in values.items():
        columns[name][row] = value
    return epoch[0], epoch[1].replace(**columns)


@pytest.mark.parametrize("letters", ["G", "E", "C", "GRECJ", "GC", "RE"])
def test_a_receiver_without_noise(letters: str) -> None:
    satellites = w.in_view(letters)
    result = solve(w.observe(w.Receiver(), satellites))
    fix = result.fixes
    assert (fix.status[0], fix.fix_quality[0], fix.fix_dim[0], fix.source[0]) == (Status.OK, 1, 3, Source.ENGINE)
    assert fix.sats_used[0] == len(satellites) and fix.sats_view.sum() == len(satellites)
    assert error_m(result) < 0.02
    assert np.abs(result.satellites.residual_m).max() < 0.02
    for letter in letters:
        clock_s = result.clocks.clock_s[0, SYSTEMS.index(letter)]
        expected_s = 2.3e-4 + w.Receiver().system_m.get(letter, 0.0) / w.C
        assert abs(clock_s - expected_s) < 1e-10


@pytest.mark.parametrize(("letter", "code"), [("G", "2W"), ("E", "7Q"), ("E", "5Q"), ("C", "6I"), ("C", "7I")])
def test_group_delays_of_other_signals(letter: str, code: str) -> None:
    satellites = w.in_view(letter)
    result = solve(w.observe(w.Receiver(), satellites, codes={letter: code}))
    assert error_m(result) < 0.02
    clock_s = result.clocks.clock_s[0, SYSTEMS.index(letter)]
    assert abs(clock_s - 2.3e-4 - w.Receiver().system_m.get(letter, 0.0) / w.C) < 1e-10
    assert set(result.satellites.signal.tolist()) == {CODE_INDEX[code]}


def test_the_delay_of_e1_against_the_clock_of_f_nav() -> None:
    """It is BGD(E1, E5a) then: what the world adds by I/NAV's, and is not taken off again, goes into the clock."""
    book = OrbitBook.empty(1)
    satellites = w.in_view("E")
    for s in satellites:
        codes, terms = w.book().pages.codes, w.book().pages.terms
        row = s + (F_NAV - GALILEO) * 64
        book.pages.issues[row], book.pages.codes[row, 0], book.pages.terms[row, 0] = 1, codes[s, 0], terms[s, 0]
        book.pages.codes[row, 0, NUMBER], book.pages.terms[row, 0, TGD2] = 1045, np.nan
    result = solve_spp(*w.observe(w.Receiver(), satellites), book)
    assert error_m(result) < 0.02
    bgd_a_s, bgd_b_s = 3e-9, -4e-9
    expected_s = 2.3e-4 + w.Receiver().system_m["E"] / w.C + bgd_b_s - bgd_a_s
    assert abs(result.clocks.clock_s[0, GALILEO] - expected_s) < 1e-10


def test_velocity_and_drift() -> None:
    receiver = w.Receiver(v_enu_mps=(-12.0, 9.0, 0.5))
    result = solve(w.observe(receiver, w.in_view("GREC"), with_doppler=True))
    fix = result.fixes
    np.testing.assert_allclose(fix.speed_mps, 15.0, rtol=0, atol=1e-3)
    np.testing.assert_allclose(fix.course_rad, np.arctan2(-12.0, 9.0) % (2 * np.pi), rtol=0, atol=1e-4)
    np.testing.assert_allclose(fix.vel_u_mps, 0.5, rtol=0, atol=2e-3)
    np.testing.assert_allclose(result.clocks.drift_sps, 1.5e-7, rtol=0, atol=5e-12)


def test_a_receiver_at_rest_has_no_course() -> None:
    fix = solve(w.observe(w.Receiver(), w.in_view("GC"), with_doppler=True)).fixes
    assert fix.speed_mps[0] < 1e-3 and np.isnan(fix.course_rad[0])


def test_without_doppler_there_is_no_velocity() -> None:
    result = solve(w.observe(w.Receiver(), w.in_view("GC")))
    assert np.isnan([result.fixes.speed_mps[0], result.fixes.vel_u_mps[0], result.clocks.drift_sps[0]]).all()


def test_one_wrong_doppler_is_left_out() -> None:
    epoch = w.observe(w.Receiver(), w.in_view("GC"), with_doppler=True)
    spoilt = changed(epoch, 3, doppler_hz=epoch[1].doppler_hz[3] + 40.0)
    assert solve(spoilt).fixes.speed_mps[0] < 1e-2


@pytest.mark.parametrize("after_s", [-0.4, 0.497, 7.003])
def test_time_tags_between_seconds_and_clocks_that_run_free(after_s: float) -> None:
    receiver = w.Receiver(v_enu_mps=(20.0, 0.0, 0.0), clock_s=-3.1e-3)
    result = solve(w.observe(receiver, w.in_view("GREC"), after_s))
    assert error_m(result, receiver.at(after_s)) < 0.03


@pytest.mark.parametrize("off_m", [20.0, -40.0, 2_500.0, 3e6])
def test_a_wrong_pseudorange_is_found_and_left_out(off_m: float) -> None:
    epoch = w.observe(w.Receiver(), w.in_view("GREC"))
    for row in (0, 9, 20):
        result = solve(changed(epoch, row, pr_m=epoch[1].pr_m[row] + off_m))
        assert result.fixes.status[0] == Status.OK and result.clocks.excluded[0] == 1
        assert np.flatnonzero(result.satellites.use == Use.EXCLUDED).tolist() == [row]
        assert error_m(result) < 0.05
        np.testing.assert_allclose(result.satellites.residual_m[row], off_m, rtol=1e-3, atol=0.5)


def test_several_wrong_pseudoranges() -> None:
    epoch = w.observe(w.Receiver(), w.in_view("GREC"))
    for row, off_m in ((2, 60.0), (8, -35.0), (14, 900.0), (21, 45.0)):
        epoch = changed(epoch, row, pr_m=epoch[1].pr_m[row] + off_m)
    result = solve(epoch)
    assert np.flatnonzero(result.satellites.use == Use.EXCLUDED).tolist() == [2, 8, 14, 21]
    assert error_m(result) < 0.1
    few = solve(epoch, exclusions_max=2)
    assert few.fixes.status[0] == Status.INCONSISTENT and few.fixes.fix_quality[0] == 1


def test_a_contradiction_that_cannot_be_told_apart_is_said() -> None:
    """Five satellites of one constellation: something is wrong, but not which."""
    epoch = w.observe(w.Receiver(), w.in_view("G")[:5])
    assert solve(epoch).fixes.status[0] == Status.OK
    result = solve(changed(epoch, 1, pr_m=epoch[1].pr_m[1] + 500.0))
    assert result.fixes.status[0] == Status.INCONSISTENT and np.isfinite(result.fixes.lat_rad[0])


@pytest.mark.parametrize("count", [0, 1, 3])
def test_too_few_satellites(count: int) -> None:
    fix = solve(w.observe(w.Receiver(), w.in_view("G")[:count])).fixes
    assert (fix.status[0], fix.fix_quality[0], fix.sats_used[0]) == (Status.NO_POSITION, 0, 0)
    assert np.isnan([fix.lat_rad[0], fix.sigma_n_m[0], fix.hdop[0], fix.speed_mps[0]]).all()


def test_four_satellites_are_enough_and_leave_nothing_to_check() -> None:
    result = solve(w.observe(w.Receiver(), w.in_view("G")[:4]), pdop_max=1e4)
    assert result.fixes.status[0] == Status.OK and result.clocks.freedom[0] == 0
    assert error_m(result) < 1.0


def test_a_satellite_alone_in_its_constellation_decides_nothing() -> None:
    result = solve(w.observe(w.Receiver(), (*w.in_view("G"), w.in_view("E")[0])))
    assert result.satellites.use[-1] == Use.ALONE
    assert result.fixes.sats_used[0] == len(w.in_view("G"))


def test_masks_of_elevation_and_strength() -> None:
    satellites = w.in_view("GC", 5.0)
    epoch = changed(w.observe(w.Receiver(), satellites), 0, cn0_dbhz=12.0)
    result = solve(epoch, elevation_mask_deg=25.0)
    low = np.array([w.elevation_rad(s, w.T_GPST_NS) < np.radians(25) for s in satellites])
    assert len(result.satellites) == len(satellites) - 1
    assert ((result.satellites.use == Use.LOW) == low[1:]).all()
    assert result.fixes.sats_used[0] == (~low[1:]).sum()
    unknown = changed(w.observe(w.Receiver(), satellites), 0, cn0_dbhz=np.nan)
    assert len(solve(unknown).satellites) == len(satellites)


def test_the_better_signal_is_taken_and_the_other_where_it_has_none() -> None:
    satellites = w.in_view("G")
    epoch, rows = w.observe(w.Receiver(), satellites, codes={"G": "2W"})
    _, better = w.observe(w.Receiver(), satellites)
    both = ObservationBatch.concat([rows, better])
    order = np.arange(len(both)).reshape(2, -1).T.ravel()
    both = changed((epoch, both.take(order)), 3, pr_m=np.nan)[1]
    result = solve((epoch.replace(rows=np.array([len(both)], np.int32)), both))
    assert result.satellites.signal.tolist() == [CODE_INDEX["1C"], CODE_INDEX["2W"]] + [CODE_INDEX["1C"]] * (
        len(satellites) - 2
    )
    assert error_m(result) < 0.05


def test_unhealthy_and_unknown_satellites_are_not_used() -> None:
    satellites = w.in_view("GE")
    book = w.book().copy()
    book.pages.codes[satellites[0], 0, 4] = 1
    book.pages.issues[satellites[1]] = 0
    result = solve_spp(*w.observe(w.Receiver(), satellites), book)
    assert len(result.satellites) == len(satellites) - 2
    assert solve_spp(*w.observe(w.Receiver(), satellites), OrbitBook.empty()).fixes.status[0] == Status.NO_POSITION


@pytest.mark.parametrize("status", [Status.NO_DATE, Status.DUPLICATE])
def test_epochs_that_are_no_epochs_stay_so(status: Status) -> None:
    epoch, rows = w.observe(w.Receiver(), w.in_view("G"))
    fix = solve((epoch.replace(status=np.array([status], np.uint8)), rows)).fixes
    assert fix.status[0] == status and fix.fix_quality[0] == 0
    assert fix.sats_view[0, 0] == len(rows)


def test_epochs_that_name_missing_rows_are_refused() -> None:
    epoch, rows = w.observe(w.Receiver(), w.in_view("G"))
    with pytest.raises(ValueError, match="rows up to"):
        solve((epoch.replace(first=np.array([1])), rows))


def test_signals_that_there_are_not_are_refused() -> None:
    with pytest.raises(ValueError, match="signals"):
        solve(changed(w.observe(w.Receiver(), w.in_view("G")), 0, signal=255))


@pytest.mark.parametrize("seed", range(5))
def test_nonsense_gives_rows_with_a_verdict(seed: int) -> None:
    """Numbers of every kind in every place: what comes out is a position near the truth, or none, or one in doubt."""
    rng = np.random.default_rng(seed)
    epoch, rows = w.observe(w.Receiver(), w.in_view("GREC"), with_doppler=True)
    odd = np.array([np.nan, np.inf, -np.inf, 0.0, -1.0, 1e-30, 1e30, 2e7, 9.9e7])
    for share in (0.1, 0.5, 0.9):
        columns = {}
        for name in ("pr_m", "doppler_hz", "cn0_dbhz"):
            column = getattr(rows, name)
            spoilt = rng.choice(odd, len(rows)).astype(column.dtype, copy=False)
            columns[name] = np.where(rng.random(len(rows)) < share, spoilt, column)
        columns["prn"] = np.where(rng.random(len(rows)) < share / 3, rng.integers(0, 256, len(rows)), rows.prn)
        columns["prn"] = columns["prn"].astype(np.uint8)
        result = solve((epoch, rows.replace(**columns)))
        status = result.fixes.status[0]
        assert status in (Status.OK, Status.NO_POSITION, Status.INCONSISTENT)
        assert np.isfinite(result.fixes.lat_rad[0]) == (status != Status.NO_POSITION)
        if share == 0.1 and status == Status.OK:
            assert error_m(result) < 5.0


def test_no_epochs() -> None:
    result = solve((EpochBatch.empty(), ObservationBatch.empty()))
    assert len(result.fixes) == len(result.clocks) == len(result.satellites) == 0


def test_each_epoch_by_itself() -> None:
    """In one call, in pieces, in another order: the same rows bit for bit."""
    times_s = (0.0, 1.0, 0.3, 5.0, 1.2)
    parts = [w.observe(w.Receiver(), w.in_view("GREC"), s) for s in times_s]
    parts[2] = changed(parts[2], 4, pr_m=parts[2][1].pr_m[4] + 80.0)
    whole = solve(w.joined(parts))
    for k, part in enumerate(parts):
        alone = solve(part)
        assert whole.fixes.take(slice(k, k + 1)).equals(alone.fixes)
        assert whole.clocks.take(slice(k, k + 1)).equals(alone.clocks)
    swapped = solve(w.joined(parts[::-1]))
    assert swapped.fixes.take(slice(None, None, -1)).equals(whole.fixes)


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"systems": "GX"}, "systems"), ({"false_alarm": 0.0}, "false_alarm"), ({"elevation_mask_deg": 90.0}, "mask"),
        ({"klobuchar_gps": (1.0,)}, "klobuchar_gps"), ({"klobuchar_bds": (np.nan,) * 8}, "klobuchar_bds"),
    ],
)  # fmt: skip
def test_options_that_make_no_sense(changed: dict[str, Any], word: str) -> None:
    with pytest.raises(ValueError, match=word):
        solve((EpochBatch.empty(), ObservationBatch.empty()), **changed)
