"""The engine on simulated signals: integers within seconds, and positions to the centimetre."""

from dataclasses import replace

import numpy as np
import pytest

from gnss.rtk.engine import RtkWorkspace, latest_base
from gnss.rtk.settings import Mode, RtkSettings
from tests.unit.rtk.stage import BASE, ENOUGH, FAR, NEAR, STATION, Place, Scene, scene, solve

pytestmark = pytest.mark.compiled
"""The engine as a whole is too slow without the compiler; its kernels are interpreted in tests of their own."""

FIXED_WITHIN_S = 3
ROVERS: tuple[Place, ...] = (NEAR, FAR, (100.0, 50.0, 2.0), (-30.0, 900.0, 1.0))
SPEEDS: tuple[Place, ...] = (BASE, BASE, (12.0, -9.0, 0.3))


def few(told: Scene, satellites: int) -> Scene:
    """The rovers hear so many satellites above the mask, no more."""
    seen = told.rovers.observations
    strength = {prn: float(np.median(seen.cn0_dbhz[seen.prn == prn])) for prn in np.unique(seen.prn).tolist()}
    chosen = sorted(strength, key=lambda prn: strength[prn])[-satellites:]
    silent = ~np.isin(seen.prn, chosen)
    return told.heard(lambda o: o.replace(pr_m=np.where(silent, np.nan, o.pr_m)))


def test_a_rover_is_fixed_within_seconds_and_stays_so() -> None:
    solved = solve(scene())
    assert solved.is_fixed[FIXED_WITHIN_S:].all()
    assert solved.error_m[solved.is_fixed].max() < 0.02
    assert solved.found.held[-1] > 20
    assert not solved.found.slips.any()


@pytest.mark.compiled
@pytest.mark.parametrize("mode", list(Mode))
def test_all_rovers_are_fixed_in_every_mode(mode: Mode) -> None:
    told = scene(ROVERS, seconds=12, v_enu_mps=SPEEDS if mode != Mode.STATIC else ())
    solved = solve(told, replace(ENOUGH, mode=mode))
    for slot in range(len(ROVERS)):
        of = solved.of(slot)
        if mode == Mode.SINGLE_EPOCH:
            assert of.is_fixed.mean() > 0.5
        else:
            assert of.is_fixed[FIXED_WITHIN_S:].all()
        assert of.error_m[of.is_fixed].max() < 0.02


@pytest.mark.compiled
@pytest.mark.parametrize("station", [0, 1])
def test_either_base_serves(station: int) -> None:
    told = scene(ROVERS, (BASE, (1_500.0, 0.0, 10.0)), seconds=8)
    rows = np.flatnonzero(told.bases.station == STATION + station)
    chosen = rows[latest_base(told.rovers.epochs, told.bases.epochs.take(rows), 30.0)]
    solved = solve(told, base_of=chosen)
    assert (solved.fixes.base_id == STATION + station).all()
    late = solved.fixes.t_gpst_ns > solved.fixes.t_gpst_ns.min() + FIXED_WITHIN_S * 10**9
    assert solved.is_fixed[late].all()
    assert solved.error_m[solved.is_fixed].max() < 0.02


@pytest.mark.compiled
def test_the_speed_is_that_of_the_rover() -> None:
    solved = solve(scene(ROVERS, seconds=12, v_enu_mps=SPEEDS)).of(2)
    fixes = solved.fixes.take(np.arange(4, 12))
    assert fixes.speed_mps == pytest.approx(np.full(8, 15.0), abs=0.05)
    assert np.degrees(fixes.course_rad) == pytest.approx(np.full(8, np.degrees(np.arctan2(12.0, -9.0))), abs=0.3)
    assert fixes.vel_u_mps == pytest.approx(np.full(8, 0.3), abs=0.05)


@pytest.mark.compiled
def test_a_rover_at_rest_gets_better_with_time_only_where_it_is_told_so() -> None:
    told = scene(seconds=40, multipath_ratio=0.0)
    static = solve(told, replace(ENOUGH, mode=Mode.STATIC))
    moving = solve(told)
    late = np.arange(25, 40)
    spread_m = [np.ptp(solved.error_enu_m[late], axis=0).max() for solved in (static, moving)]
    assert spread_m[0] < 0.5 * spread_m[1]
    assert static.error_m[late].max() < 0.01
    assert static.fixes.sigma_u_m[-1] < 0.7 * static.fixes.sigma_u_m[FIXED_WITHIN_S + 1]


@pytest.mark.compiled
def test_a_rover_at_rest_stays_where_it_is_whatever_its_codes_say_for_a_moment() -> None:
    told = scene(seconds=40)
    elsewhere = scene(((NEAR[0] + 40.0, NEAR[1] - 30.0, NEAR[2] + 40.0),), seconds=40).rovers.observations
    misled = told.epoch_of == 20
    heard = told.heard(lambda o: o.replace(pr_m=np.where(misled, elsewhere.pr_m, o.pr_m)))
    solved = solve(heard, replace(ENOUGH, mode=Mode.STATIC))
    assert solved.error_m[solved.is_fixed].max() < 0.02
    assert solved.is_fixed[-15:].all()


@pytest.mark.compiled
def test_a_rover_that_drives_though_it_is_said_to_rest_is_where_its_codes_are() -> None:
    solved = solve(scene(seconds=40, v_enu_mps=((12.0, -9.0, 0.3),)), replace(ENOUGH, mode=Mode.STATIC))
    far = np.arange(10, 40)
    assert not solved.is_fixed[far].any()
    assert solved.error_m[far].max() < 10.0


@pytest.mark.compiled
def test_a_rover_thirty_kilometres_away_says_how_sure_it_is() -> None:
    solved = solve(scene(((25_000.0, -17_000.0, 30.0),), seconds=30, iono_ratio=1.0, iono_north_mm_km=0.8))
    assert (solved.fixes.fix_quality > 0).all()
    assert solved.fixes.baseline_m == pytest.approx(np.full(30, np.hypot(25_000.0, 17_000.0)), rel=1e-3)
    horizontal_m = np.hypot(solved.error_enu_m[:, 0], solved.error_enu_m[:, 1])
    assert (horizontal_m < solved.fixes.pl_h_m).all()
    assert (np.abs(solved.error_enu_m[:, 2]) < solved.fixes.pl_v_m).all()
    assert (horizontal_m[solved.is_fixed] < 0.1).all()
    # no better than what the ionosphere leaves
    near = solve(scene(seconds=30))
    assert solved.fixes.sigma_u_m[-1] > 2.0 * near.fixes.sigma_u_m[-1]


@pytest.mark.compiled
def test_two_carriers_tell_what_the_ionosphere_does() -> None:
    air = {"iono_ratio": 1.0, "iono_north_mm_km": 4.0, "iono_east_mm_km": -3.0}
    one, two = (solve(scene(((25_000.0, -17_000.0, 30.0),), seconds=40, signals_max=n, **air)) for n in (1, 2))
    late = np.arange(20, 40)
    assert two.is_fixed[late].all()
    # centimetres where one carrier alone is a decimetre off
    assert two.error_m[late].max() < 0.05
    assert one.error_m[late].min() > 0.1
    assert (np.abs(two.error_enu_m[late, 2]) < 3.0 * two.fixes.sigma_u_m[late]).all()


@pytest.mark.compiled
def test_a_base_that_moves_along_gives_the_heading() -> None:
    # two antennas two metres apart on one car; it drives north-east and is turned a little to the left of its way
    told = scene(((1.2, 1.6, 0.1),), seconds=12, v_enu_mps=((8.0, 8.0, 0.0), (8.0, 8.0, 0.0)))
    solved = solve(told, replace(ENOUGH, mode=Mode.MOVING_BASE))
    fixed = solved.is_fixed
    assert fixed[FIXED_WITHIN_S:].all()
    heading_deg = np.degrees(solved.fixes.heading_rad)
    assert heading_deg[fixed] == pytest.approx(np.full(fixed.sum(), np.degrees(np.arctan2(1.2, 1.6))), abs=1.0)
    assert np.degrees(solved.fixes.pitch_rad[fixed]) == pytest.approx(np.full(fixed.sum(), 2.86), abs=1.5)
    assert np.isnan(heading_deg[~fixed]).all()
    assert solved.fixes.baseline_m[fixed] == pytest.approx(np.full(fixed.sum(), np.sqrt(4.01)), abs=0.02)


@pytest.mark.compiled
def test_the_heading_does_not_need_to_know_where_the_car_is() -> None:
    # the base's own position is a single-point one, metres off and another one in every second
    told = scene(((1.2, 1.6, 0.1),), seconds=12, v_enu_mps=((8.0, 8.0, 0.0), (8.0, 8.0, 0.0)))
    rough = told.bases.ecef_m + np.random.default_rng(1).normal(0.0, 2.0, told.bases.ecef_m.shape)
    solved = solve(replace(told, bases=replace(told.bases, ecef_m=rough)), replace(ENOUGH, mode=Mode.MOVING_BASE))
    assert solved.is_fixed[FIXED_WITHIN_S:].all()
    heading_deg = np.degrees(solved.fixes.heading_rad[FIXED_WITHIN_S:])
    assert np.abs(heading_deg - np.degrees(np.arctan2(1.2, 1.6))).max() < 1.0


@pytest.mark.compiled
def test_headings_are_only_given_where_the_base_rides_along() -> None:
    assert np.isnan(solve(scene()).fixes.heading_rad).all()


@pytest.mark.compiled
@pytest.mark.parametrize("mode", [Mode.KINEMATIC, Mode.STATIC])
def test_five_satellites_on_two_carriers_are_fixed_after_a_while(mode: Mode) -> None:
    told = scene(seconds=90, systems="G")
    solved = solve(few(told, 5), replace(ENOUGH, mode=mode))
    late = np.arange(60, 90)
    assert (solved.fixes.sats_used[late] == 5).all()
    assert solved.is_fixed[late].all()
    assert solved.error_m[solved.is_fixed].max() < 0.05


@pytest.mark.compiled
def test_a_single_epoch_wants_a_sixth() -> None:
    settings = replace(ENOUGH, mode=Mode.SINGLE_EPOCH)
    told = scene(seconds=90, systems="G")
    assert not solve(few(told, 5), settings).is_fixed.any()
    assert solve(few(told, 6), settings).is_fixed[FIXED_WITHIN_S:].any()


def test_single_epochs_keep_no_ambiguity() -> None:
    told, settings = scene(seconds=4), replace(ENOUGH, mode=Mode.SINGLE_EPOCH)
    whole = solve(told, settings)
    # each epoch alone, of a terminal never seen before, gives the same
    for row in range(4):
        alone = solve(told.take([row]), settings)
        assert alone.fixes.fix_quality.tolist() == [whole.fixes.fix_quality[row]]
        # what was learnt of the noise stays, and with it the weights
        assert alone.error_enu_m[0] == pytest.approx(whole.error_enu_m[row], abs=2e-3)
    assert whole.state.memory["age"].max() <= 1


@pytest.mark.compiled
def test_many_phases_are_believed_where_all_codes_point_elsewhere() -> None:
    told, settings = scene(seconds=8, signals_max=1), replace(ENOUGH, mode=Mode.SINGLE_EPOCH)
    elsewhere = scene(((NEAR[0] + 5.0, NEAR[1] + 4.0, NEAR[2] - 8.0),), seconds=8, signals_max=1).rovers.observations
    reflected = solve(told.heard(lambda o: o.replace(pr_m=elsewhere.pr_m)), settings)
    assert reflected.is_fixed[FIXED_WITHIN_S:].all()
    assert reflected.error_m[FIXED_WITHIN_S:].max() < 0.02


@pytest.mark.compiled
def test_what_is_learnt_of_the_phases_noise_follows_it() -> None:
    quiet, noisy = (solve(scene(seconds=30, noise_ratio=ratio, multipath_ratio=ratio)) for ratio in (0.3, 4.0))
    learnt = [float(solved.state.memory["phase_variance"][0, 0]) for solved in (quiet, noisy)]
    assert learnt[0] < 0.4
    assert learnt[1] > 1.0


@pytest.mark.compiled
@pytest.mark.parametrize("systems", ["G", "C", "GE", "GREC"])
def test_any_constellation_of_satellites_enough_will_do(systems: str) -> None:
    solved = solve(scene(seconds=15, systems="GREC"), RtkSettings(systems=systems))
    assert solved.is_fixed[-5:].all()
    assert solved.error_m[solved.is_fixed].max() < 0.03


@pytest.mark.compiled
@pytest.mark.parametrize("make", ["reference", "free", "chip", "other"])
def test_rover_and_base_may_be_of_different_makes(make: str) -> None:
    # other signals, clocks that run free, offsets between systems and half cycles of GEOs
    solved = solve(scene(seconds=12, make=make, systems="GREC"), RtkSettings(systems="GREC"))
    assert solved.is_fixed[FIXED_WITHIN_S:].all()
    assert solved.error_m[solved.is_fixed].max() < 0.02


@pytest.mark.compiled
@pytest.mark.parametrize("rate_hz", [2, 10])
def test_between_the_seconds_of_the_base_rovers_stay_fixed(rate_hz: int) -> None:
    told = scene(seconds=10, rate_hz=rate_hz, v_enu_mps=((12.0, -9.0, 0.3),))
    solved = solve(told)
    late = np.arange(FIXED_WITHIN_S * rate_hz, 10 * rate_hz)
    assert solved.fixes.age_corr_s[late] == pytest.approx(late % rate_hz / rate_hz)
    assert solved.is_fixed[late].all()
    assert solved.error_m[late].max() < 0.02
    assert solved.fixes.speed_mps[late] == pytest.approx(np.full(len(late), 15.0), abs=0.05 * rate_hz)


@pytest.mark.compiled
def test_five_satellites_of_one_frequency_are_never_fixed() -> None:
    told = scene(seconds=40, systems="C", signals_max=1)
    o = told.rovers.observations
    five = np.unique(o.prn[o.prn > 18])[:5]
    few = told.heard(lambda o: o.replace(pr_m=np.where(np.isin(o.prn, five), o.pr_m, np.nan)))
    solved = solve(few, RtkSettings(systems="C", elevation_mask_deg=5.0))
    assert (solved.fixes.sats_used <= 5).all()
    assert (solved.fixes.fix_quality > 0).all()
    assert not solved.is_fixed.any()


@pytest.mark.compiled
def test_working_memory_may_be_used_again() -> None:
    told, workspace = scene(ROVERS, seconds=8), RtkWorkspace()
    fresh = solve(told)
    solve(scene(systems="GREC", signals_max=3), workspace=workspace)
    again = solve(told, workspace=workspace)
    assert fresh.fixes.equals(again.fixes)
    assert fresh.found.equals(again.found)
