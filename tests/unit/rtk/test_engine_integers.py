"""Wrong integers end, slips cost a satellite and not the position, and what is kept is what was heard."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from gnss.constants import NS_PER_S
from gnss.rtcm.observations import ObservationBatch
from gnss.rtk._alone_kernel import LASTED
from gnss.rtk.engine import RtkWorkspace
from gnss.rtk.settings import RtkSettings
from gnss.rtk.state import RtkState
from tests.unit.rtk.stage import ENOUGH, Scene, Solved, scene, solve
from tests.unit.simulators.under_sky import T0

pytestmark = pytest.mark.compiled

Ints = NDArray[np.int64]
WRONG_M = 0.2
GOOD_M = 0.02
Change = Callable[[np.random.Generator, Ints, Ints, Ints], Ints]
"""From chance, satellites, keys and integers held (in half cycles) to other integers."""


def one(rng: np.random.Generator, satellite: Ints, key: Ints, integer: Ints) -> Ints:
    changed = integer.copy()
    changed[rng.integers(len(integer))] += rng.choice((-2, 2))
    return changed


def some(rng: np.random.Generator, satellite: Ints, key: Ints, integer: Ints) -> Ints:
    return integer + 2 * rng.integers(-1, 2, len(integer)) * (rng.random(len(integer)) < 0.3)


def all_of_them(rng: np.random.Generator, satellite: Ints, key: Ints, integer: Ints) -> Ints:
    return integer + 2 * rng.integers(-3, 4, len(integer))


def a_whole_satellite(rng: np.random.Generator, satellite: Ints, key: Ints, integer: Ints) -> Ints:
    changed: Ints = integer + 4 * (satellite == rng.choice(satellite))
    return changed


WAYS: list[Change] = [one, some, all_of_them, a_whole_satellite]


def spoil(state: RtkState, change: Change, seed: int) -> int:
    """Put other integers into the set held; returns how many are others."""
    mine = state.memory[0]
    held = np.flatnonzero(mine["held"][: int(mine["count"][0])])
    before = mine["integer"][held].astype(np.int64)
    after = change(np.random.default_rng(seed), mine["satellite"][held], mine["key"][held], before)
    mine["integer"][held] = after
    return int(np.sum(before != after))


def assert_ends(told: Scene, state: RtkState, after: int, settings: RtkSettings = ENOUGH) -> Solved:
    """From an epoch on: no fixed row is wrong, and the second one is either right or not fixed."""
    solved = solve(told.take(np.arange(after, len(told.rovers.epochs))), settings, state)
    assert not solved.is_fixed.any() or solved.error_m[solved.is_fixed].max() < WRONG_M
    assert not solved.is_fixed[2:].any() or solved.error_m[2:][solved.is_fixed[2:]].max() < GOOD_M
    return solved


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("after", [3, 6, 30])
@pytest.mark.parametrize("seed", range(4))
def test_wrong_integers_end_and_are_never_believed(way: Change, after: int, seed: int) -> None:
    told, state = scene(seconds=40), RtkState.for_slots(1)
    assert solve(told.take(np.arange(after)), state=state).is_fixed[-1]
    assert spoil(state, way, seed)
    solved = assert_ends(told, state, after)
    # and the right ones are found again
    assert solved.is_fixed[5:].all()


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("systems", ["C", "GC"])
def test_integers_that_belong_to_another_place_end(systems: str, seed: int) -> None:
    # the rover is told to be some waves away: integers that agree with each other as well as they can
    told, state = scene(seconds=40, systems="GC", signals_max=1), RtkState.for_slots(1)
    settings = RtkSettings(systems=systems)
    fixed = solve(told.take(np.arange(25)), settings, state).is_fixed
    assert fixed[-1]
    away_m = np.random.default_rng(seed).uniform(-0.6, 0.6, 3)
    mine = state.memory[0]
    places = np.arange(int(mine["count"][0]))
    look = _looks(told, mine["satellite"][places])
    mine["integer"][places] += 2 * np.rint(look @ away_m / 0.19).astype(np.int32)
    assert_ends(told, state, 25, settings)


def _looks(told: Scene, satellites: Ints) -> NDArray[np.float64]:
    """Changes of ranges with the place, by satellite, from their positions."""
    table = told.orbits.table(T0 + 25 * NS_PER_S)
    to = table.r_ecef_m[satellites] - told.bases.ecef_m[0]
    looks: NDArray[np.float64] = -to / np.linalg.norm(to, axis=1)[:, None]
    return looks


def slipped(
    at: int, cycles: float, share: float, is_stated: bool, seed: int
) -> Callable[[ObservationBatch], ObservationBatch]:
    """From a second on, the phases of a share of the rover's signals are off, and perhaps say so."""

    def change(o: ObservationBatch) -> ObservationBatch:
        rng = np.random.default_rng(seed)
        signal = o.system.astype(np.int64) << 16 | o.prn.astype(np.int64) << 8 | o.signal
        kinds, which = np.unique(signal, return_inverse=True)
        chosen = (rng.random(len(kinds)) < share)[which] & (o.slot == 0)
        after_s = (o.t_gpst_ns - T0) / NS_PER_S - at
        off = chosen & (after_s >= 0)
        size = cycles * rng.choice((-1.0, 1.0), len(kinds))[which]
        lock_s = np.where(off & is_stated, np.minimum(o.lock_s, after_s), o.lock_s)
        return o.replace(cp_cyc=o.cp_cyc + off * size, lock_s=lock_s.astype(o.lock_s.dtype))

    return change


@pytest.mark.parametrize("is_stated", [True, False])
@pytest.mark.parametrize("cycles", [0.5, 1.0, 20.0])
@pytest.mark.parametrize("share", [0.04, 0.3])
def test_slips_cost_no_position(is_stated: bool, cycles: float, share: float) -> None:
    told, whole_waves = scene(seconds=20), cycles != 0.5
    for seed in range(4):
        solved = solve(told.heard(slipped(10, cycles, share, is_stated, seed)))
        assert solved.found.slips[10] > 0
        assert not solved.found.slips[:10].any()
        assert solved.is_fixed[3:10].all()
        assert solved.error_m[solved.is_fixed].max() < GOOD_M
        if whole_waves:
            assert solved.is_fixed[10:].all()
            assert not solved.found.slips[11:].any()


def test_when_all_phases_slip_the_integers_are_found_again() -> None:
    told = scene(seconds=24)
    for seed in range(4):
        solved = solve(told.heard(slipped(10, 3.0, 1.0, True, seed)))
        assert solved.found.slips[10] > 40
        assert solved.is_fixed[-8:].all()
        assert solved.error_m[solved.is_fixed].max() < GOOD_M


def test_satellites_come_and_go_while_the_position_stays() -> None:
    told = scene(seconds=60)
    o = told.rovers.observations
    rng = np.random.default_rng(5)
    # each satellite is hidden for a while, one after the other
    number = np.unique(o.system.astype(np.int64) << 8 | o.prn, return_inverse=True)[1]
    hidden_s = rng.uniform(5.0, 50.0, number.max() + 1)[number]
    age_s = (o.t_gpst_ns - T0) / NS_PER_S - hidden_s
    gone = (age_s > 0) & (age_s < 6.0) & (o.slot == 0)
    back_s = np.where(age_s >= 6.0, age_s - 6.0, np.inf)

    def change(o: ObservationBatch) -> ObservationBatch:
        lock_s = np.minimum(o.lock_s, np.where(o.slot == 0, back_s, np.inf)).astype(o.lock_s.dtype)
        return o.replace(pr_m=np.where(gone, np.nan, o.pr_m), lock_s=lock_s)

    solved = solve(told.heard(change))
    assert solved.is_fixed[3:].all()
    assert solved.error_m[3:].max() < GOOD_M
    assert solved.found.slips.sum() > 20


def test_integers_that_are_not_heard_are_known() -> None:
    told, state = scene(seconds=24, signals_max=1), RtkState.for_slots(1)
    o = told.rovers.observations
    # three satellites of each system are left
    few = np.concatenate([np.unique(o.prn[o.system == system])[:3] for system in (0, 3)])
    gone = (told.epoch_of >= 20) & ~np.isin(o.prn, few)
    told = told.heard(lambda o: o.replace(pr_m=np.where(gone, np.nan, o.pr_m)))
    solve(told.take(np.arange(22)), state=state)
    other = state.copy()
    mine = other.memory[0]
    absent = np.asarray(mine["seen_ns"]) < mine["t_ns"]
    assert mine["held"][absent].sum() > 10
    mine["held"][absent] = 0
    last = told.take(np.arange(22, 24))
    known, unknown = solve(last, state=state), solve(last, state=other)
    # what they said of the offset between the systems makes the position, and says how sure it is
    assert known.is_fixed.all()
    assert known.error_m.max() < GOOD_M
    assert (known.fixes.sigma_u_m < 0.8 * unknown.fixes.sigma_u_m).all()
    assert (np.abs(unknown.error_enu_m[:, 2]) < 4.0 * unknown.fixes.sigma_u_m).all()


def test_when_nothing_is_left_of_the_past_an_epoch_is_the_first() -> None:
    told = scene(seconds=14).heard(slipped(10, 3.0, 1.0, True, 1))
    state, fresh = RtkState.for_slots(1), RtkState.for_slots(1)
    solve(told.take(np.arange(10)), state=state)
    for name in ("code_variance", "phase_variance"):
        fresh.memory[name] = state.memory[name]
    later, first = (solve(told.take(np.arange(10, 11)), state=one) for one in (state, fresh))
    assert later.fixes.fix_quality.tolist() == first.fixes.fix_quality.tolist()
    assert later.fixes.sigma_u_m == pytest.approx(first.fixes.sigma_u_m, rel=1e-4)


PULLED_PRN, THROWN_PRN = 38, 3
"""Satellites: one whose reflection moves the position towards other integers, and the highest."""


@pytest.mark.parametrize("contradicted", [0, 1])
def test_integers_that_fit_for_long_are_shown_though_no_epoch_alone_confirms_them(contradicted: int) -> None:
    told, state = scene(seconds=40, signals_max=1), RtkState.for_slots(1)
    few = RtkSettings(systems="C", elevation_mask_deg=46.0)
    assert solve(told.take(np.arange(20)), few, state).is_fixed[-1]
    # and now codes that tell one epoch nothing
    settings = replace(few, sigma_code_ratio=3000.0)
    mine = state.memory[0]
    mine["sure"], mine["doubts"], mine["fixed_epochs"] = 0, contradicted, LASTED - 5
    later = solve(told.take(np.arange(20, 40)), settings, state)
    assert not later.is_fixed[:4].any()
    assert later.is_fixed[6:].all()
    assert later.error_m[later.is_fixed].max() < GOOD_M


@pytest.mark.parametrize(("sigma_code_ratio", "is_noise"), [(1e5, True), (1e2, False)])
def test_codes_that_noise_explains_move_no_rover_from_where_it_should_be(
    sigma_code_ratio: float, is_noise: bool
) -> None:
    # with bad geometry they lead so far away that the ranges are no straight lines any more
    off_m = np.random.default_rng(2).uniform(-300.0, 300.0, 64)
    told, state, workspace = scene(seconds=12, signals_max=1), RtkState.for_slots(1), RtkWorkspace()
    told = told.heard(lambda o: o.replace(pr_m=o.pr_m + off_m[o.prn] * ((told.epoch_of >= 10) & (o.slot == 0))))
    settings = RtkSettings(systems="GC", sigma_code_ratio=sigma_code_ratio)
    solve(told.take(np.arange(10)), settings, state, workspace=workspace)
    start = np.array(state.memory[0]["x_ecef_m"])
    solve(told.take(np.arange(10, 11)), settings, state, workspace=workspace)
    moved_m = np.linalg.norm(np.array(workspace.work.scratch.x) - start)
    assert (moved_m < 5.0) == is_noise


def pulled(prn: int, at: int, code_m: float, phase_m: float) -> Callable[[ObservationBatch], ObservationBatch]:
    """From a second on, codes and phases of a BeiDou satellite come by way of a reflection that grows within 8 s."""

    def change(o: ObservationBatch) -> ObservationBatch:
        after_s = (o.t_gpst_ns - T0) / NS_PER_S - at
        share = np.clip(after_s / 8.0, 0.0, 1.0) * ((o.slot == 0) & (o.system == 3) & (o.prn == prn))
        return o.replace(pr_m=o.pr_m + share * code_m, cp_cyc=o.cp_cyc + share * phase_m / 0.19)

    return change


def test_what_hangs_on_one_satellite_is_no_contradiction() -> None:
    told, settings = scene(seconds=50, signals_max=1), RtkSettings(systems="GC", elevation_mask_deg=40.0)
    solved = solve(told.heard(pulled(PULLED_PRN, 20, 8.0, 0.05)), settings)
    assert solved.is_fixed[19:].all()
    assert solved.error_m[solved.is_fixed].max() < WRONG_M


def test_a_phase_that_is_thrown_out_leaves_the_position_as_sure_as_the_others_make_it() -> None:
    told, settings = scene(seconds=50, signals_max=1), RtkSettings(systems="GC", elevation_mask_deg=35.0)
    # one of the highest satellites, thrown out as often as it comes back
    solved = solve(told.heard(pulled(THROWN_PRN, 20, 8.0, 0.05)), settings)
    assert (np.diff(solved.found.held[20:]) < 0).any()
    assert solved.is_fixed[19:].all()
    assert solved.fixes.sigma_u_m[19:].max() < 0.05


def test_ambiguities_of_satellites_that_have_set_are_forgotten() -> None:
    told, state = scene(seconds=50), RtkState.for_slots(1)
    o = told.rovers.observations
    gone = np.unique(o.prn[(o.system == 3)])[:4]
    hidden = np.isin(o.prn, gone) & (o.system == 3) & (told.epoch_of >= 10)
    solve(told.heard(lambda o: o.replace(pr_m=np.where(hidden, np.nan, o.pr_m))), state=state)
    mine = state.memory[0]
    known = mine["satellite"][: int(mine["count"][0])]
    assert len(np.unique(known)) > 20
    assert not np.isin(known, 3 * 64 + gone.astype(np.int64)).any()


def test_a_phase_whose_half_cycle_is_open_has_an_integer_of_half_waves() -> None:
    told, state = scene(seconds=12), RtkState.for_slots(1)
    o = told.rovers.observations
    is_open = (o.prn % 3 == 0) & (o.slot == 0)
    off_cyc = 0.5 * (is_open & (o.prn % 2 == 0))
    solved = solve(
        told.heard(lambda o: o.replace(half_cycle=is_open.astype(np.uint8), cp_cyc=o.cp_cyc + off_cyc)), state=state
    )
    mine = state.memory[0]
    n = int(mine["count"][0])
    halves = mine["half_cycle"][:n] == 1
    assert halves.sum() > 10
    held, odd = mine["held"][:n] == 1, mine["integer"][:n] % 2 == 1
    assert (held & halves).sum() > 5
    assert (held & odd).any()
    assert not (held & odd & ~halves).any()
    assert solved.is_fixed[4:].all()
    assert solved.error_m[solved.is_fixed].max() < GOOD_M


def test_half_cycles_that_are_off_and_then_resolved_do_no_harm() -> None:
    solved = solve(scene(seconds=40, half_cycle_s=4.0, half_cycle_share=0.5, slip_ratio=300.0))
    assert solved.found.slips.sum() > 10
    assert solved.is_fixed[10:].mean() > 0.8
    assert solved.error_m[solved.is_fixed].max() < 0.03
