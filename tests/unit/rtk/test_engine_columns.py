"""Every column of a row that the engine gives, and the levels that protect it."""

from dataclasses import replace

import numpy as np
import pytest

from gnss.batches import FixBatch, Source
from gnss.constants import NS_PER_S
from gnss.frames.enu import r_enu_from_ecef
from gnss.rtk._jobs import Results
from gnss.rtk.engine import SolvedBatch, Why
from gnss.rtk.report import HEIGHT_FACTOR, INTEGRITY_RISK, MARGIN, RADIUS_FACTOR, TROPO_UP, rotation_enu, sigma_tropo_m
from gnss.rtk.settings import Mode
from gnss.status import Status
from tests.unit.rtk.stage import BASE, ENOUGH, FAR, NEAR, STATION, Solved, scene, solve

pytestmark = pytest.mark.compiled

ROVERS = (NEAR, FAR, (100.0, 50.0, 2.0))


def all_classes() -> Solved:
    """Rows of every class: codes at first, floats far away, integers."""
    rovers = (*ROVERS, (45_000.0, 9_000.0, 20.0))
    return solve(scene(rovers, seconds=20, v_enu_mps=(BASE, BASE, (12.0, -9.0, 0.3)), iono_ratio=2.0))


def test_columns_say_what_is_known() -> None:
    told, solved = scene(ROVERS, seconds=6), solve(scene(ROVERS, seconds=6))
    fixes, epochs = solved.fixes, told.rovers.epochs
    assert np.array_equal(fixes.slot, epochs.slot)
    assert np.array_equal(fixes.t_gpst_ns, epochs.t_gpst_ns)
    assert (fixes.source == Source.ENGINE).all()
    assert (fixes.status == Status.OK).all()
    assert (fixes.fix_dim == 3).all()
    assert (fixes.base_id == STATION).all()
    assert (fixes.age_corr_s == 0.0).all()
    distances_m = np.linalg.norm(np.array(ROVERS), axis=1)
    assert fixes.baseline_m == pytest.approx(distances_m[fixes.slot], abs=2.0)
    o = told.rovers.observations
    for system in (0, 3):
        mine = [np.unique(o.prn[(o.slot == s) & (o.system == system) & (told.epoch_of == 0)]) for s in range(3)]
        assert fixes.sats_view[:3, system].tolist() == [len(m) for m in mine]
        assert np.nanmin(fixes.cn0_dbhz[:, system]) > 30.0
    assert (fixes.sats_used <= fixes.sats_view.sum(axis=1)).all()
    assert fixes.sats_used.min() > 20


def test_no_column_of_a_solved_row_is_missing() -> None:
    fixes = solve(scene(ROVERS, seconds=6, v_enu_mps=((1.0, 1.0, 0.0),) * 3)).fixes
    late = fixes.take(fixes.t_gpst_ns == fixes.t_gpst_ns.max())
    needed = (
        "lat_rad", "lon_rad", "h_ell_m", "sigma_e_m", "sigma_n_m", "sigma_u_m", "cov_ne_m2", "cov_nu_m2", "cov_eu_m2",
        "pl_h_m", "pl_v_m", "age_corr_s", "baseline_m", "speed_mps", "course_rad", "vel_u_mps",
    )  # fmt: skip
    for name in needed:
        assert np.isfinite(getattr(late, name)).all(), name
    # a ratio is known of the epoch in which integers are found
    assert np.isfinite(fixes.ratio).any()
    unknown = {name for name, column in late.columns().items() if column.dtype.kind == "f" and np.isnan(column).all()}
    assert unknown.isdisjoint(needed)


def test_ages_are_those_of_the_base_epoch_and_never_negative() -> None:
    told = scene(seconds=9)
    base = np.zeros(9, np.int64)
    assert solve(told, base_of=base).fixes.age_corr_s.tolist() == [float(s) for s in range(9)]
    # a base whose clock is a little ahead counts as the same instant
    epochs = told.rovers.epochs
    early = replace(told, rovers=replace(told.rovers, epochs=epochs.replace(t_gpst_ns=epochs.t_gpst_ns - 3_000_000)))
    assert (solve(early, base_of=np.arange(9)).fixes.age_corr_s == 0.0).all()


def test_baselines_are_given_in_the_horizon_of_the_base() -> None:
    solved = solve(scene(ROVERS, seconds=6))
    fixed = solved.is_fixed
    expected = np.array(ROVERS)[solved.fixes.slot[fixed]]
    assert solved.found.baseline_enu_m[fixed] == pytest.approx(expected, abs=0.2), "that of the rover is a metre lower"
    length_m = np.linalg.norm(solved.found.baseline_enu_m, axis=1)
    assert length_m == pytest.approx(solved.fixes.baseline_m, abs=1e-6)


def test_every_class_occurs_and_states_its_noise() -> None:
    solved = all_classes()
    assert set(solved.fixes.fix_quality.tolist()) == {2, 4, 5}
    assert np.isfinite(solved.found.noise[solved.is_fixed]).all()
    assert (solved.found.held[solved.is_fixed] > 4).all()
    assert (solved.found.why == Why.SOLVED).all()
    sigma = [np.median(solved.fixes.sigma_e_m[solved.fixes.fix_quality == q]) for q in (4, 5, 2)]
    assert sigma[0] < 0.2 * min(sigma[1:])


def test_covariances_are_those_of_ellipsoids() -> None:
    fixes = all_classes().fixes
    cov = np.zeros((len(fixes), 3, 3))
    for i, name in enumerate(("e", "n", "u")):
        cov[:, i, i] = getattr(fixes, f"sigma_{name}_m").astype(np.float64) ** 2
    cov[:, 0, 1] = cov[:, 1, 0] = fixes.cov_ne_m2
    cov[:, 0, 2] = cov[:, 2, 0] = fixes.cov_eu_m2
    cov[:, 1, 2] = cov[:, 2, 1] = fixes.cov_nu_m2
    assert np.linalg.eigvalsh(cov).min() > 0.0


def test_protection_levels_bound_the_sigmas_and_the_errors() -> None:
    solved = all_classes()
    fixes = solved.fixes
    margin = np.array([MARGIN[int(quality)] for quality in fixes.fix_quality])
    largest = np.maximum(fixes.sigma_e_m, fixes.sigma_n_m)
    assert (fixes.pl_h_m >= margin * RADIUS_FACTOR * largest * (1.0 - 1e-6)).all()
    assert (fixes.pl_h_m <= margin * RADIUS_FACTOR * np.hypot(fixes.sigma_e_m, fixes.sigma_n_m) * (1.0 + 1e-6)).all()
    assert fixes.pl_v_m == pytest.approx(margin * HEIGHT_FACTOR * fixes.sigma_u_m, rel=1e-6)
    assert (np.hypot(solved.error_enu_m[:, 0], solved.error_enu_m[:, 1]) < fixes.pl_h_m).all()
    assert (np.abs(solved.error_enu_m[:, 2]) < fixes.pl_v_m).all()


def test_the_factors_are_those_of_the_risk() -> None:
    rng = np.random.default_rng(1)
    plane, line = rng.standard_normal((2, 2_000_000)), rng.standard_normal(2_000_000)
    assert np.mean(np.hypot(*plane) > RADIUS_FACTOR) == pytest.approx(INTEGRITY_RISK, rel=0.2)
    assert np.mean(np.abs(line) > HEIGHT_FACTOR) == pytest.approx(INTEGRITY_RISK, rel=0.2)


def test_what_no_observation_shows_is_added_to_every_sigma() -> None:
    told = scene(seconds=6)
    plain, rough = solve(told, replace(ENOUGH, sigma_site_m=0.0)), solve(told, replace(ENOUGH, sigma_site_m=0.05))
    added = rough.fixes.sigma_e_m.astype(np.float64) ** 2 - plain.fixes.sigma_e_m.astype(np.float64) ** 2
    assert added == pytest.approx(np.full(6, 0.05**2), abs=1e-6)
    added = rough.fixes.sigma_u_m.astype(np.float64) ** 2 - plain.fixes.sigma_u_m.astype(np.float64) ** 2
    assert added == pytest.approx(np.full(6, 0.1**2), abs=1e-5)


def test_heights_far_above_the_base_are_less_sure() -> None:
    told = scene(((800.0, 300.0, 2.0), (800.0, 300.0, 1_000.0)), seconds=10)
    solved = solve(told)
    settled = solved.fixes.t_gpst_ns > solved.fixes.t_gpst_ns.min() + 3 * NS_PER_S
    level, high = (settled & (solved.fixes.slot == k) for k in (0, 1))
    assert (solved.fixes.sigma_u_m[level] < 0.015).all()
    assert (solved.fixes.sigma_u_m[high] > 0.025).all()
    assert (np.abs(solved.error_enu_m[high, 2]) < 3.0 * solved.fixes.sigma_u_m[high]).all()
    assert solved.fixes.sigma_e_m[high] == pytest.approx(solved.fixes.sigma_e_m[level], rel=0.1)


def test_the_troposphere_between_equal_heights_is_none() -> None:
    h_m = np.array([0.0, 500.0, 500.0, 1_500.0, np.nan])
    sigma_m = sigma_tropo_m(h_m, np.array([0.0, 500.0, 1_500.0, 500.0, 0.0]))
    assert sigma_m[:2].tolist() == [0.0, 0.0]
    assert sigma_m[2] == sigma_m[3] == pytest.approx(TROPO_UP * 0.27, abs=2e-4)
    assert np.isnan(sigma_m[4])


def test_horizons_turn_as_frames_say() -> None:
    lat, lon = np.radians([25.8, -40.0, 0.0]), np.radians([114.9, -70.0, 180.0])
    turn = rotation_enu(lat, lon)
    for k in range(3):
        assert turn[k] == pytest.approx(r_enu_from_ecef(lat[k], lon[k]), abs=1e-15)


def test_of_no_epoch_there_are_no_columns() -> None:
    results = Results.for_rows(0)
    assert all(len(column) == 0 for column in results)
    assert len(SolvedBatch.empty()) == 0
    assert isinstance(solve(scene(seconds=3).take(np.arange(0))).fixes, FixBatch)


def test_a_heading_needs_integers() -> None:
    told = scene(((1.2, 1.6, 0.1),), seconds=6)
    solved = solve(told, replace(ENOUGH, mode=Mode.MOVING_BASE))
    assert np.array_equal(np.isfinite(solved.fixes.heading_rad), solved.is_fixed)
    assert np.array_equal(np.isfinite(solved.fixes.pitch_rad), solved.is_fixed)
