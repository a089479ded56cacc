"""Recordings made worse: what was done is told, what was not done to stays bit for bit, lock times know of it."""

from functools import cache

import numpy as np
import pytest

from gnss.constants import NS_PER_S
from gnss.rtcm.epochs import EpochBatch
from gnss.rtcm.observations import ObservationBatch
from simulators.signals.angles import angles_of
from simulators.signals.deeds import Deed
from simulators.signals.degrade import (
    Degraded,
    add_half_cycles,
    add_noise,
    add_ramps,
    add_slips,
    cut_out,
    hide_sky,
    lose_epochs,
)
from simulators.signals.orbits import SimulatedOrbits
from simulators.signals.series import series_of
from simulators.signals.skies import build_skies
from simulators.sky import SKY_BUILT
from tests.unit.simulators.under_sky import SEED, T0, ecef, observer, settings, watch

SECONDS = 60


@cache
def recording() -> tuple[EpochBatch, ObservationBatch]:
    """A minute of two receivers."""
    told = settings(systems="GC", signals_max=2, mask_deg=15.0)
    seconds = (0.0, 2.0, *np.arange(3.0, 3.0 + SECONDS))  # all phases are tracked when it begins
    seen = watch(observer(["board", "board"], told), [(0.0, 0.0, 0.0), (50.0, 0.0, 0.0)], seconds)[2:]
    first = np.cumsum([0, *(len(one.observations) for one in seen[:-1])])
    epochs = [one.epochs.replace(first=one.epochs.first + at) for one, at in zip(seen, first, strict=True)]
    return EpochBatch.concat(epochs), ObservationBatch.concat([one.observations for one in seen])


def rng() -> np.random.Generator:
    return np.random.default_rng(11)


def assert_side_by_side(done: Degraded) -> None:
    """Epochs name exactly their own rows."""
    epochs, o = done.epochs, done.observations
    assert int(epochs.rows.sum()) == len(o)
    which = np.repeat(np.arange(len(epochs)), epochs.rows)
    assert np.array_equal(epochs.first, np.cumsum(epochs.rows) - epochs.rows)
    assert np.array_equal(epochs.slot[which], o.slot)
    assert np.array_equal(epochs.t_gpst_ns[which], o.t_gpst_ns)


def test_a_hidden_sky_takes_the_rows_below_it_and_no_others() -> None:
    epochs, o = recording()
    place = ecef((0.0, 0.0, 0.0))
    az_rad, el_rad = angles_of(o, SimulatedOrbits(SEED, T0, "GC"), place)
    done = hide_sky(epochs, o, az_rad, el_rad, build_skies().horizon[SKY_BUILT])
    assert_side_by_side(done)
    stays = el_rad > np.radians(18.0)
    assert len(done.observations) == stays.sum() < len(o)
    assert done.observations.equals(o.take(stays))
    assert done.deeds.rows.sum() == (~stays).sum()
    assert set(done.deeds.deed.tolist()) == {int(Deed.HIDDEN)}


def test_lost_epochs_leave_lock_times_alone() -> None:
    epochs, o = recording()
    done = lose_epochs(epochs, o, rng(), 0.2)
    assert_side_by_side(done)
    assert len(done.epochs) + len(done.deeds) == len(epochs)
    assert 0.1 < len(done.deeds) / len(epochs) < 0.3
    assert int(done.deeds.rows.sum()) + len(done.observations) == len(o)
    assert done.observations.lock_s.max() == o.lock_s.max()


def test_outages_end_all_tracking() -> None:
    epochs, o = recording()
    done = cut_out(epochs, o, [(10.0, 5.0), (40.0, 2.5)])
    assert_side_by_side(done)
    assert len(done.epochs) == len(epochs) - 2 * (5 + 3)
    assert done.deeds.rows.sum() + len(done.observations) == len(o)
    t_s = (done.observations.t_gpst_ns - epochs.t_gpst_ns[0]) / NS_PER_S
    after = done.observations.take(t_s == 15.0)
    assert np.all(after.lock_s == 0.0)
    later = done.observations.take(t_s == 20.0)
    assert later.lock_s.max() == 5.0
    before = t_s < 10.0
    assert done.observations.take(before).equals(o.take((o.t_gpst_ns - o.t_gpst_ns[0]) / NS_PER_S < 10.0))


def test_slips_are_those_that_are_told() -> None:
    epochs, o = recording()
    done = add_slips(epochs, o, rng(), per_h=120.0, silent_share=0.3)
    series = series_of(o)
    change = (done.observations.cp_cyc - o.cp_cyc)[series.order]
    step = np.where(series.is_first, change, np.diff(change, prepend=0.0))
    rows = series.order[np.abs(step) > 1e-6]
    assert len(rows) == len(done.deeds) > 50
    assert np.sort(step[np.abs(step) > 1e-6]) == pytest.approx(np.sort(done.deeds.amount), abs=1e-6)
    told = done.deeds.deed == Deed.SLIP
    assert 0.15 < 1.0 - told.mean() < 0.45
    assert (done.observations.lock_s < o.lock_s).sum() > 0
    zero = (done.observations.lock_s == 0.0) & (o.lock_s > 0.0)
    assert zero.sum() == told.sum()
    assert np.array_equal(done.observations.pr_m, o.pr_m)


def test_half_cycles_stay_open_after_each_beginning() -> None:
    epochs, o = recording()
    cut = cut_out(epochs, o, [(30.0, 5.0)])
    done = add_half_cycles(cut.epochs, cut.observations, rng(), resolve_s=4.0)
    is_open = cut.observations.lock_s < 4.0
    assert np.array_equal(done.observations.half_cycle == 1, is_open)
    off = done.observations.cp_cyc - cut.observations.cp_cyc
    assert set(np.round(off[is_open], 6).tolist()) == {0.0, 0.5}
    assert np.all(off[~is_open] == 0.0)
    assert len(done.deeds) == len(series_of(cut.observations).order[series_of(cut.observations).is_first]) * 2


def test_ramps_go_up_and_down_on_all_signals_of_a_satellite() -> None:
    epochs, o = recording()
    done = add_ramps(epochs, o, rng(), per_h=600.0, size_m=20.0, duration_s=20.0)
    moved = done.observations.pr_m != o.pr_m
    assert len(done.deeds) > 5
    assert done.deeds.rows.sum() >= moved.sum() > 0
    assert (done.observations.pr_m - o.pr_m).max() <= done.deeds.amount.sum()
    assert np.abs(done.observations.cp_cyc - o.cp_cyc).max() < 0.25 * len(done.deeds)
    satellites = {(int(s), int(p)) for s, p in zip(o.system[moved], o.prn[moved], strict=True)}
    assert satellites == {(int(s), int(p)) for s, p in zip(done.deeds.system, done.deeds.prn, strict=True)}


def test_noise_has_its_size() -> None:
    epochs, o = recording()
    done = add_noise(epochs, o, rng(), code_m=2.0, phase_m=0.01, cn0_db=6.0)
    assert (done.observations.pr_m - o.pr_m).std() == pytest.approx(2.0, rel=0.05)
    assert (done.observations.cn0_dbhz - o.cn0_dbhz).max() == pytest.approx(-6.0, abs=1e-4)


@pytest.mark.parametrize(
    "worse",
    [
        lambda e, o: lose_epochs(e, o, rng(), 0.5),
        lambda e, o: cut_out(e, o, [(0.0, 1.0)]),
        lambda e, o: add_slips(e, o, rng(), 100.0),
        lambda e, o: add_half_cycles(e, o, rng()),
        lambda e, o: add_ramps(e, o, rng(), 100.0, 5.0, 10.0),
        lambda e, o: add_noise(e, o, rng(), 1.0, 0.01),
        lambda e, o: hide_sky(e, o, np.zeros(len(o)), np.zeros(len(o)), build_skies().horizon[SKY_BUILT]),
    ],
)
def test_chance_is_the_seed_and_nothing_is_not_a_mistake(worse) -> None:  # type: ignore[no-untyped-def]
    epochs, o = recording()
    a, b = worse(epochs, o), worse(epochs, o)
    assert a.observations.equals(b.observations)
    assert a.deeds.equals(b.deeds)
    empty = worse(EpochBatch.empty(), ObservationBatch.empty())
    assert len(empty.observations) == len(empty.epochs) == 0
