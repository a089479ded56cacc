"""From floats to integers: what is believed, what is held, who joins, what is let go."""

from math import inf, log

import numpy as np
import pytest
from numpy.typing import NDArray

from gnss.rtk._fix_kernel import (
    EXCESS_SCALE,
    FIX_MIN,
    JOIN_AGE_MIN,
    VARIANCE_PRIOR,
    _float_variance,
    fits,
    held_values,
    odds_against,
    release,
    seek,
)
from gnss.rtk._integer_kernel import OFFSET_AGE_MIN, admit_all, fix, held_redundancy, holds, order_and_solve
from gnss.rtk._work import POSITION, new_lattice, new_work
from tests.unit.rtk.dense import Filter
from tests.unit.rtk.differences import Differences, Floats, World

pytestmark = pytest.mark.compiled
"""Whole epochs take seconds without the compiler; their kernels are interpreted in tests of their own."""

X_M = (1.0, 2.0, -0.5)
ONE_SIGNAL = ((0, ("1C",)),)


class Fixing:
    """A filter that is asked for integers in every epoch, and the world that knows them."""

    def __init__(self, world: World | None = None) -> None:
        self.world = world or World(satellites=8)
        self.filter = Filter()
        self.t_s = 0.0

    def epoch(self, e: Differences | None = None) -> bool:
        """One epoch; whether there was a float solution."""
        e = e if e is not None else self.world.epoch(self.t_s, X_M)
        self.t_s += 1.0
        self.filter.enter(e)
        assert self.filter.update()
        solved, self.ratio = fix(self.filter.mine, self.filter.rules, self.filter.w)
        return bool(solved)

    def until_held(self, epochs_max: int = 20) -> None:
        for _ in range(epochs_max):
            self.epoch()
            if holds(self.filter.mine):
                return
        raise AssertionError("never fixed")

    @property
    def held(self) -> NDArray[np.bool_]:
        """By place."""
        held: NDArray[np.bool_] = np.array(self.filter.mine.held[: int(self.filter.mine.count[0])]) == 1
        return held

    def truth(self) -> Floats:
        """The true integer in each place, less its offset."""
        mine, n = self.filter.mine, int(self.filter.mine.count[0])
        which = {
            (int(s), int(k)): int(c)
            for s, k, c in zip(self.world.satellite, self.world.key, self.world.cycles, strict=True)
        }
        cycles = [which[int(mine.satellite[p]), int(mine.key[p])] for p in range(n)]
        truth: Floats = np.array(cycles) - np.array(mine.offset_cyc[:n])
        return truth

    def assert_right(self) -> None:
        """Differences of the integers held within each group are the true ones."""
        mine, n = self.filter.mine, int(self.filter.mine.count[0])
        off = self.truth() - 0.5 * np.array(mine.integer[:n])
        for key in np.unique(mine.key[:n]):
            mine_here = off[self.held & (np.array(mine.key[:n]) == key)]
            assert len(np.unique(mine_here)) <= 1


@pytest.mark.parametrize("seed", range(6))
def test_the_right_integers_are_found_and_held(seed: int) -> None:
    fixing = Fixing(World(satellites=8, seed=seed))
    fixing.until_held()
    for _ in range(5):
        assert fixing.epoch()
        fixing.assert_right()
    assert fixing.held.sum() > 24


@pytest.mark.parametrize("doubts", [0, 1])
def test_after_a_contradiction_odds_alone_show_no_integers(doubts: int) -> None:
    fixing = Fixing()
    fixing.filter.mine.doubts[0] = doubts
    fixing.until_held()
    assert int(fixing.filter.mine.sure[0]) == 1 - doubts
    # and what is let go keeps the doubt
    release(fixing.filter.mine)
    assert int(fixing.filter.mine.doubts[0]) == doubts


def test_noise_ten_times_as_stated_is_never_believed() -> None:
    for seed in range(6):
        fixing = Fixing(World(satellites=8, seed=seed))
        for k in range(8):
            fixing.epoch(fixing.world.epoch(float(k), X_M, noise=10.0))
            if holds(fixing.filter.mine):
                fixing.assert_right()


def test_integers_that_are_no_integers_are_not_believed() -> None:
    fixing = Fixing()
    parts = np.random.default_rng(1).uniform(-0.5, 0.5, len(fixing.world.cycles))
    for k in range(10):
        e = fixing.world.epoch(float(k), X_M)
        fixing.epoch(e.changed(phase_m=e.phase_m + parts * e.wavelength_m))
        assert fixing.held.sum() <= FIX_MIN + 1


def test_four_satellites_of_one_frequency_are_not_fixed() -> None:
    fixing = Fixing(World(satellites=4, systems=ONE_SIGNAL))
    for _ in range(20):
        fixing.epoch()
        assert not fixing.held.any()


def test_integers_are_relative_to_their_pivot_whichever_it_is() -> None:
    fixing = Fixing()
    fixing.until_held()
    for _ in range(JOIN_AGE_MIN + 1):
        fixing.epoch()
    mine, w = fixing.filter.mine, fixing.filter.w
    truth = fixing.truth()
    seen: set[tuple[int, ...]] = set()
    for seed in range(5):
        # other satellites rise highest
        w.rover.sin_el[: len(truth)] = np.random.default_rng(seed).uniform(0.3, 1.0, len(truth))
        admit_all(mine, w)
        assert order_and_solve(mine, fixing.filter.rules, w)
        held_values(mine, w.order, w.place_groups)
        seen.add(tuple(int(p) for p in w.place_groups.pivot[:4]))
        for row in range(int(w.order.held[0]), int(w.order.rows[0])):
            place = int(w.order.place[row]) - POSITION
            pivot = int(w.place_groups.pivot[w.order.group[place]])
            assert w.order.fixed[row] == truth[place] - truth[pivot]
    assert len(seen) == 5


def test_a_new_satellite_joins_once_it_is_known_for_sure() -> None:
    fixing, world = Fixing(), World(satellites=8)
    fixing.world = world
    late = world.satellite == np.unique(world.satellite)[3]
    for k in range(12):
        e = world.epoch(float(k), X_M)
        fixing.epoch(e.take(np.flatnonzero(~late)) if k < 6 else e)
        fixing.assert_right()
        known = np.isin(np.array(fixing.filter.mine.satellite[: len(fixing.held)]), world.satellite[late])
        if k == 6:
            assert known.sum() == 2
            assert not fixing.held[known].any()
    assert fixing.held[known].all()


def test_one_that_is_off_by_a_part_of_a_wave_does_not_join() -> None:
    fixing, world = Fixing(), World(satellites=8)
    fixing.world = world
    odd = np.flatnonzero(world.satellite == np.unique(world.satellite)[3])[:1]
    for k in range(12):
        e = world.epoch(float(k), X_M)
        e.phase_m[odd] += 0.4 * e.wavelength_m[odd]
        fixing.epoch(e.take(np.delete(np.arange(len(e)), odd)) if k < 6 else e)
    place = int(np.array(fixing.filter.w.pairs.place)[odd[0]])
    assert not fixing.held[place]
    assert fixing.held.sum() == len(fixing.held) - 1


@pytest.mark.parametrize("held", [4, 12, 20])
def test_a_float_is_as_sure_as_the_floats_it_depends_on_let_it_be(held: int) -> None:
    fixing = Fixing()
    fixing.epoch()
    mine, w = fixing.filter.mine, fixing.filter.w
    order, n = w.order, int(w.order.rows[0])
    release(mine)
    assert order_and_solve(mine, fixing.filter.rules, w)
    order.held[0] = n - held
    lower = np.tril(np.array(w.full.lower)[:n, :n], -1) + np.eye(n)
    information = lower @ np.diag(np.array(w.full.d)[:n]) @ lower.T
    unknown = np.linalg.inv(information[: n - held, : n - held])
    for row in range(int(order.ready[0]), n - held):
        assert _float_variance(mine, w.full, order, row, order.u[0]) == pytest.approx(unknown[row, row], rel=1e-6)
    # an integer between them is known: what it says of those behind it is left aside
    between = n - held - 2
    mine.held[order.place[between] - POSITION] = 1
    unknown = np.linalg.inv(np.delete(np.delete(information[: n - held, : n - held], between, 0), between, 1))
    row = n - held - 3
    assert _float_variance(mine, w.full, order, row, order.u[0]) >= unknown[row, row] * (1.0 - 1e-6)


def test_integers_of_which_none_is_relative_to_another_are_let_go() -> None:
    fixing, world = Fixing(), World(satellites=10)
    fixing.world = world
    number = np.unique(world.satellite, return_inverse=True)[1] % 10
    for k in range(6):
        fixing.epoch(world.epoch(float(k), X_M).take(np.flatnonzero(number < 6)))
    mine = fixing.filter.mine
    assert holds(mine)
    mine.fixed_epochs[0], mine.sure[0] = 7, 1
    # one satellite a system stays, others are new
    fixing.epoch(world.epoch(6.0, X_M, noise=30.0).take(np.flatnonzero((number == 0) | (number >= 6))))
    assert not holds(mine)
    assert (int(mine.fixed_epochs[0]), int(mine.sure[0])) == (0, 0)


def test_held_integers_that_no_longer_fit_are_let_go() -> None:
    fixing = Fixing()
    fixing.until_held()
    fixing.epoch()
    mine = fixing.filter.mine
    mine.integer[: len(fixing.held)] += 2 * (np.arange(len(fixing.held)) % 3)
    fixing.epoch()
    fixing.assert_right()


def test_what_is_released_is_not_held() -> None:
    fixing = Fixing()
    fixing.until_held()
    fixing.filter.mine.fixed_epochs[0] = 7
    release(fixing.filter.mine)
    assert not holds(fixing.filter.mine)
    assert not fixing.held.any()
    assert fixing.filter.mine.fixed_epochs[0] == 0


def test_a_satellite_with_two_signals_counts_once() -> None:
    fixing = Fixing()
    fixing.until_held()
    mine, w = fixing.filter.mine, fixing.filter.w
    count = int(mine.count[0])
    mine.age[:count] = OFFSET_AGE_MIN
    mine.held[:count] = 1
    # sixteen satellites of two signals each; a position takes three of them, the clock one
    assert held_redundancy(mine, w) == (32, 16 - 4)
    mine.held[np.flatnonzero(np.array(mine.satellite[:count]) == mine.satellite[0])] = 0
    assert held_redundancy(mine, w) == (30, 15 - 4)
    # one that is not heard in this epoch counts for nothing
    w.pairs.w_phase[2:4] = 0.0
    assert held_redundancy(mine, w) == (28, 14 - 4)


def test_an_offset_between_systems_takes_a_satellite_until_it_is_known() -> None:
    fixing = Fixing()
    fixing.until_held()
    mine, w = fixing.filter.mine, fixing.filter.w
    count = int(mine.count[0])
    mine.held[:count] = 1
    for age, spent in ((OFFSET_AGE_MIN - 1, 5), (OFFSET_AGE_MIN, 4)):
        mine.age[:count] = age
        assert held_redundancy(mine, w)[1] == 16 - spent


def test_odds_are_those_of_students_ratio() -> None:
    part = new_lattice()
    part.misfit[:3] = (2.0, 9.0, 11.0)
    cost, dof = 30.0, 40.0
    s, power = VARIANCE_PRIOR + cost, (VARIANCE_PRIOR + dof) / 2
    one, other = ((s + q) / (s + 2.0) for q in (9.0, 11.0))
    assert odds_against(part, 2, cost, dof) == pytest.approx(power * log(one))
    assert odds_against(part, 3, cost, dof) == pytest.approx(-log(one**-power + other**-power))
    assert odds_against(part, 1, cost, dof) == inf


def test_a_small_ratio_is_enough_with_many_and_not_with_few() -> None:
    part = new_lattice()
    part.misfit[:2] = (20.0, 40.0)
    assert odds_against(part, 2, 100.0, 150.0) > log(1e3) > odds_against(part, 2, 4.0, 6.0)


@pytest.mark.parametrize(("off_cyc", "more", "believed"), [(0.05, 1.0, True), (0.3, -1.0, False)])
def test_a_single_epoch_must_be_surer_where_its_integers_misfit(off_cyc: float, more: float, believed: bool) -> None:
    """`more` than the odds it has is asked for: too much, or less, by the odds alone."""
    n, w = 6, new_work()
    w.full.d[:n], w.full.a_cyc[:n], w.full.lower[:n, :n] = 40.0, off_cyc, np.eye(n)
    w.order.rows[0] = n
    seek(w.full, 0, 30.0, 30.0, 0.0, 0.0, w.part, w.order)
    asked = float(w.order.log_odds[0]) + more
    for odds_of_misfit, as_expected in ((0.0, more < 0.0), (3.0, believed)):
        assert seek(w.full, 0, 30.0, 30.0, asked, odds_of_misfit, w.part, w.order)[0] == as_expected


def test_a_misfit_that_noise_explains_fits() -> None:
    assert fits(10.0, 10, 1.0)
    assert not fits(1_000.0, 10, 1.0)
    assert fits(1_000.0, 10, 40.0)
    assert not fits(np.nan, 10, 1.0)
    assert fits(EXCESS_SCALE * 4, 4, 1.0)
