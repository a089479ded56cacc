"""Bad data: the engine gives no position and a reason, or does without; it never fails and never lies."""

from dataclasses import fields, replace

import numpy as np
import pytest

from gnss.constants import NS_PER_S
from gnss.orbits.book import OrbitBook
from gnss.rtcm.epochs import EpochBatch
from gnss.rtcm.observations import ObservationBatch
from gnss.rtk import report
from gnss.rtk.engine import NO_BASE_EPOCH, Why, latest_base
from gnss.rtk.settings import RtkSettings, rules_of
from gnss.rtk.state import RtkState
from gnss.status import Status
from tests.unit.rtk.stage import BASE, ENOUGH, FAR, NEAR, STATION, Solved, scene, solve

pytestmark = pytest.mark.compiled
"""The engine as a whole is too slow without the compiler; its kernels are interpreted in tests of their own."""

QUIET_M = 0.02


def assert_no_positions(solved: Solved, why: Why) -> None:
    """No row has a position, and each says why and says it in every column."""
    fixes = solved.fixes
    assert (solved.found.why == why).all()
    assert (fixes.status == Status.NO_POSITION).all()
    assert not fixes.fix_quality.any()
    assert (fixes.fix_dim == 1).all()
    assert (fixes.base_id == -1).all()
    measures = ("sigma_e_m", "pl_h_m", "pl_v_m", "baseline_m", "age_corr_s", "speed_mps", "ratio")
    for name in ("lat_rad", "lon_rad", "h_ell_m", *measures):
        assert np.isnan(getattr(fixes, name)).all(), name


def assert_sane(solved: Solved) -> None:
    """What is said of a position is true of it."""
    there = solved.fixes.fix_quality > 0
    assert (solved.error_m[solved.is_fixed] < 0.2).all()
    horizontal_m = np.hypot(*solved.error_enu_m[there, :2].T)
    assert (horizontal_m <= solved.fixes.pl_h_m[there]).all()
    assert (np.abs(solved.error_enu_m[there, 2]) <= solved.fixes.pl_v_m[there]).all()
    assert np.isnan(solved.fixes.lat_rad[~there]).all()


def test_without_a_base_there_is_no_position() -> None:
    told = scene(seconds=3)
    assert_no_positions(solve(told, base_of=np.full(3, NO_BASE_EPOCH)), Why.NO_BASE)


def test_without_orbits_there_is_no_position() -> None:
    assert_no_positions(solve(replace(scene(seconds=3), orbits=OrbitBook.empty())), Why.NO_PAIRS)


def test_a_position_known_too_badly_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four satellites near a line: the covariance of the float knows that it may be kilometres off."""
    told = scene(seconds=3)
    sigma_m = np.sqrt(sum(getattr(solve(told).fixes, name) ** 2 for name in ("sigma_e_m", "sigma_n_m", "sigma_u_m")))
    monkeypatch.setattr(report, "SIGMA_M_MAX", 1.1 * float(sigma_m.max()))
    assert solve(told).fixes.fix_quality.all()
    monkeypatch.setattr(report, "SIGMA_M_MAX", 0.1 * float(sigma_m.min()))
    assert_no_positions(solve(told), Why.WEAK)


def test_without_common_signals_there_is_no_position() -> None:
    told = scene(seconds=3)
    o = told.rovers.observations
    # nobody else has these satellites
    strangers = told.heard(lambda o: o.replace(prn=np.where(o.slot == 0, 63, o.prn).astype(np.uint8)))
    assert_no_positions(solve(strangers), Why.NO_PAIRS)
    silent = told.heard(lambda o: o.replace(system=np.full(len(o), 5, np.uint8)))
    assert_no_positions(solve(silent), Why.NO_PAIRS)
    assert_no_positions(solve(told, RtkSettings(systems="E")), Why.NO_PAIRS)
    assert len(o)


def test_a_base_of_unknown_place_gives_no_position() -> None:
    told = scene(seconds=3)
    bases = replace(told.bases, ecef_m=np.full_like(told.bases.ecef_m, np.nan))
    assert_no_positions(solve(replace(told, bases=bases)), Why.NO_PAIRS)


@pytest.mark.compiled
def test_an_epoch_that_is_empty_gives_no_position_and_harms_none() -> None:
    told = scene(seconds=8)
    epochs = told.rovers.epochs
    empty = np.arange(8) == 5
    holes = replace(
        told, rovers=replace(told.rovers, epochs=epochs.replace(rows=np.where(empty, 0, epochs.rows).astype(np.int32)))
    )
    solved = solve(holes)
    assert solved.found.why.tolist() == [Why.SOLVED] * 5 + [Why.NO_PAIRS] + [Why.SOLVED] * 2
    assert solved.is_fixed.tolist() == [False, *[True] * 4, False, True, True]


def test_no_epochs_give_no_rows() -> None:
    told = scene(seconds=3)
    solved = solve(told.take(np.arange(0)))
    assert len(solved.fixes) == len(solved.found) == 0


@pytest.mark.compiled
@pytest.mark.parametrize("column", ["pr_m", "cp_cyc", "cn0_dbhz", "lock_s", "doppler_hz"])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 0.0, 1e30])
def test_numbers_that_are_none_are_done_without(column: str, value: float) -> None:
    told = scene(seconds=12)
    rng = np.random.default_rng(3)

    def spoilt(o: ObservationBatch) -> ObservationBatch:
        kind = getattr(o, column).dtype
        bad = (rng.random(len(o)) < 0.1) & (o.slot == 0)
        return o.replace(**{column: np.where(bad, value, getattr(o, column)).astype(kind)})

    solved = solve(told.heard(spoilt))
    assert (solved.fixes.fix_quality > 0).all()
    assert_sane(solved)
    # some of the rows are good enough for integers
    assert solved.is_fixed[6:].mean() > 0.5


@pytest.mark.compiled
@pytest.mark.parametrize("column", ["pr_m", "cp_cyc"])
def test_epochs_of_nothing_but_nan_are_done_without(column: str) -> None:
    told = scene(seconds=10)
    gone = told.heard(lambda o: o.replace(**{column: np.where(told.epoch_of == 6, np.nan, getattr(o, column))}))
    solved = solve(gone)
    expected = Why.NO_PAIRS if column == "pr_m" else Why.SOLVED
    assert solved.found.why[6] == expected
    assert not solved.is_fixed[6]
    assert solved.is_fixed[[4, 5]].all()
    assert solved.is_fixed[9]
    assert_sane(solved)


@pytest.mark.compiled
def test_a_base_of_nan_gives_no_position() -> None:
    told = scene(seconds=3)
    o = told.bases.observations
    deaf = replace(told, bases=replace(told.bases, observations=o.replace(pr_m=np.full(len(o), np.nan))))
    assert_no_positions(solve(deaf), Why.NO_PAIRS)


def stale(rows: list[int]) -> Solved:
    return solve(scene(seconds=6).take(rows))


@pytest.mark.compiled
def test_epochs_that_come_twice_are_solved_once() -> None:
    solved, once = stale([0, 1, 1, 2, 2, 2, 3]), stale([0, 1, 2, 3])
    assert solved.found.why.tolist() == [
        Why.SOLVED,
        Why.SOLVED,
        Why.STALE,
        Why.SOLVED,
        Why.STALE,
        Why.STALE,
        Why.SOLVED,
    ]
    good = solved.found.why == Why.SOLVED
    assert solved.fixes.take(good).equals(once.fixes)
    assert solved.state.equals(once.state)
    bad = Solved(solved.fixes.take(~good), solved.found.take(~good), solved.error_enu_m[~good], solved.state)
    assert_no_positions(bad, Why.STALE)


@pytest.mark.compiled
def test_epochs_that_come_late_are_stale_and_change_nothing() -> None:
    told, state = scene(seconds=6), RtkState.for_slots(1)
    solve(told.take([0, 1, 4]), state=state)
    before = state.to_bytes()
    assert_no_positions(solve(told.take([2, 3]), state=state), Why.STALE)
    assert state.to_bytes() == before
    assert solve(told.take([5]), state=state).found.why.tolist() == [Why.SOLVED]


@pytest.mark.compiled
def test_within_a_call_epochs_may_come_in_any_order() -> None:
    mixed, ordered = stale([4, 0, 2, 1, 3]), stale([0, 1, 2, 3, 4])
    assert mixed.fixes.equals(ordered.fixes.take(np.array([4, 0, 2, 1, 3])))


@pytest.mark.compiled
def test_another_base_begins_anew() -> None:
    told = scene(bases=(BASE, (1_500.0, 0.0, 10.0)), seconds=12)
    of = [np.flatnonzero(told.bases.station == STATION + k) for k in (0, 1)]
    chosen = np.concatenate([of[0][:6], of[1][6:]])
    solved = solve(told, base_of=chosen)
    assert solved.fixes.base_id.tolist() == [STATION] * 6 + [STATION + 1] * 6
    # ages in epochs: nothing is older than the change
    assert solved.state.memory["age"].max() <= 6
    assert solved.state.memory["station"].tolist()[0] == [STATION + 1]
    assert solved.is_fixed[[5, 11]].all()
    assert (solved.error_m[solved.is_fixed] < QUIET_M).all()


@pytest.mark.compiled
@pytest.mark.parametrize("last", [45, 64, 66])
def test_after_a_long_silence_ambiguities_begin_anew(last: int) -> None:
    told, state = scene(seconds=70), RtkState.for_slots(1)
    solve(told.take(np.arange(5)), state=state)
    solved = solve(told.take(np.arange(last, last + 4)), state=state)
    assert state.memory["age"].max() == 4
    assert solved.is_fixed[1:].all()
    assert_sane(solved)


@pytest.mark.compiled
def test_a_short_gap_is_bridged() -> None:
    solved = solve(scene(seconds=30).take([*range(6), *range(20, 30)]))
    assert solved.is_fixed[5:].all()
    assert not solved.found.slips.any()


def times(*after_s: float) -> EpochBatch:
    t = np.round(np.array(after_s) * NS_PER_S).astype(np.int64) + 10**18
    return EpochBatch.missing(len(t), slot=0, station=1, t_gpst_ns=t, first=0, rows=0)


def test_the_latest_base_epoch_that_is_not_later_is_used() -> None:
    base = times(0.0, 1.0, 2.0, 10.0)
    rover = times(-5.0, 0.0, 0.5, 1.98, 2.0, 2.9, 7.9, 8.1, 9.985, 99.0)
    assert latest_base(rover, base, 6.0).tolist() == [-1, 0, 0, 2, 2, 2, 2, -1, 3, -1]


def test_bases_are_kept_apart() -> None:
    base = times(0.0, 1.0, 2.0, 3.0).replace(slot=np.array([4, 9, 4, 9], np.int32))
    chosen = latest_base(times(3.5, 3.5, 0.5, 3.5), base, 30.0, np.array([4, 9, 9, 7], np.int32))
    assert chosen.tolist() == [2, 3, -1, -1]


@pytest.mark.compiled
@pytest.mark.parametrize("age_s", [1, 5, 10, 20])
def test_an_old_base_epoch_makes_positions_less_sure_and_not_wrong(age_s: int) -> None:
    told = scene(seconds=60)
    chosen = told.base_of
    aged = np.where(np.arange(60) >= age_s, np.roll(chosen, age_s), NO_BASE_EPOCH)
    solved, fresh = solve(told, base_of=aged), solve(told)
    assert solved.fixes.age_corr_s[age_s:] == pytest.approx(np.full(60 - age_s, age_s))
    assert_sane(solved)
    assert solved.fixes.sigma_u_m[-1] > fresh.fixes.sigma_u_m[-1]


@pytest.mark.compiled
def test_a_base_epoch_that_is_too_old_or_later_is_none() -> None:
    told = scene(seconds=12)
    solved = solve(told, replace(ENOUGH, age_corr_s_max=5.0), base_of=np.full(12, 3))
    assert solved.found.why.tolist() == [Why.NO_BASE] * 3 + [Why.SOLVED] * 6 + [Why.NO_BASE] * 3
    none = np.flatnonzero(solved.found.why == Why.NO_BASE)
    assert_no_positions(
        Solved(solved.fixes.take(none), solved.found.take(none), solved.error_enu_m[none], solved.state), Why.NO_BASE
    )


SENTENCES: list[tuple[dict[str, object], str]] = [
    ({"systems": "GX"}, "systems: X are none of"),
    ({"systems": ""}, "systems: name one at least"),
    ({"signals": ("1C", "Q9")}, "signals: Q9: no RINEX codes"),
    ({"mode": 9}, "mode: 9 is none of kinematic, static"),
]


@pytest.mark.parametrize(("changed", "sentence"), SENTENCES)
def test_settings_that_make_no_sense_are_refused_with_a_sentence(changed: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        rules_of(replace(RtkSettings(), **changed))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=sentence):
        solve(scene(seconds=3), replace(ENOUGH, **changed))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", [f.name for f in fields(RtkSettings) if isinstance(f.default, float)])
@pytest.mark.parametrize("value", [-1.0, np.nan, np.inf, -np.inf])
def test_numbers_that_make_no_sense_are_refused_by_name(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=f"^{name} lies between"):
        rules_of(replace(RtkSettings(), **{name: value}))  # type: ignore[arg-type]


@pytest.mark.compiled
def test_only_what_is_set_is_used() -> None:
    told = scene((NEAR, FAR), seconds=6, systems="GREC", signals_max=3)
    every = solve(told, RtkSettings())
    low = solve(told, RtkSettings(elevation_mask_deg=5.0))
    high = solve(told, RtkSettings(elevation_mask_deg=40.0))
    gps = solve(told, RtkSettings(systems="G"))
    one = solve(told, RtkSettings(systems="GC", signals=("2I",)))
    strong = solve(told, RtkSettings(cn0_dbhz_min=70.0))
    assert low.fixes.sats_used.min() > every.fixes.sats_used.min() > high.fixes.sats_used.max()
    o = told.rovers.observations
    assert gps.fixes.sats_used.max() <= len(np.unique(o.prn[o.system == 0])) < every.fixes.sats_used.min()
    assert one.found.held.max() <= one.fixes.sats_used.max() <= len(np.unique(o.prn[o.system == 3]))
    assert_no_positions(strong, Why.NO_PAIRS)
