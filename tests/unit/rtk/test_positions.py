"""The position of an epoch from codes and phases with given ambiguities, against the dense problem."""

from dataclasses import replace

import numpy as np
import pytest

from gnss.rtk._integer_kernel import admit_all, order_and_solve
from gnss.rtk._position_kernel import add_float_covariance, phase_position, resting_position
from gnss.rtk._work import POSITION
from gnss.rtk.settings import Mode, RtkSettings
from tests.unit.rtk.dense import ALL_NEW, Dense, Filter, add_epoch, clock_design
from tests.unit.rtk.differences import Differences, Floats, World, phase_covariance

X_M = (1.0, 2.0, -0.5)


class Fixed:
    """A filter after some epochs, all rows of its order fixed to the true integers."""

    def __init__(self, settings: RtkSettings = ALL_NEW, seed: int = 1, epochs: int = 3) -> None:
        self.world, self.filter, self.dense = World(seed=seed), Filter(settings), Dense()
        for number in range(epochs):
            self.see(self.world.epoch(float(number), X_M), number)

    def see(self, e: Differences, number: int) -> None:
        self.filter.enter(e)
        add_epoch(self.dense, number, e, self.filter)
        assert self.filter.update()
        self.e = e
        admit_all(self.filter.mine, self.filter.w)
        assert order_and_solve(self.filter.mine, self.filter.rules, self.filter.w)
        self.n = int(self.filter.w.order.rows[0])

    def cycles(self) -> Floats:
        """True ambiguities of the pairs, less their offsets."""
        place = np.array(self.filter.w.pairs.place[: len(self.e)])
        cycles: Floats = self.world.cycles - np.array(self.filter.mine.offset_cyc)[place]
        return cycles

    def fix(self, only_from: int = 0) -> None:
        """True values for the rows from one on, floats before."""
        w = self.filter.w
        places, order = w.place_groups, w.order
        truth = np.zeros(int(self.filter.mine.count[0]))
        truth[np.array(w.pairs.place[: len(self.e)])] = self.cycles()
        reference = next(int(places.pivot[g]) for g in range(int(places.count[0])) if places.row[g] < 0)
        wave = dict(zip(np.array(w.pairs.place[: len(self.e)]).tolist(), self.e.wavelength_m, strict=True))
        for row in range(self.n):
            e = int(order.place[row])
            if row < only_from or 0 <= e < POSITION:
                order.fixed[row] = w.full.a_cyc[row]
            elif e < 0:
                # the clock takes the reference's metres from all
                pivot = int(places.pivot[-1 - e])
                order.fixed[row] = truth[pivot] - truth[reference] * wave[reference] / wave[pivot]
            else:
                order.fixed[row] = truth[e - POSITION] - truth[int(places.pivot[order.group[e - POSITION]])]


def by_numpy(e: Differences, phases_m: Floats) -> tuple[Floats, Floats, Floats]:
    """Position, covariance, residuals of the phases; codes and phases with clocks as unknowns."""
    used = e.w_phase > 0
    clocks = clock_design(e.code_group)
    m, k = int(used.sum()), clocks.shape[1]
    design = np.block([[e.a, clocks, np.zeros((len(e), 1))], [e.a[used], np.zeros((m, k)), np.ones((m, 1))]])
    weight = np.zeros((len(e) + m,) * 2)
    weight[: len(e), : len(e)] = np.diag(e.w_code)
    weight[len(e) :, len(e) :] = np.linalg.inv(phase_covariance(e.take(np.flatnonzero(used)), e.w_phase[used]))
    y = np.concatenate([e.code_m, phases_m[used]])
    covariance = np.linalg.pinv(design.T @ weight @ design, hermitian=True)
    found = covariance @ design.T @ weight @ y
    return found[:3], covariance[:3, :3].astype(np.float64), y[len(e) :] - design[len(e) :] @ found


@pytest.mark.parametrize("seed", range(3))
def test_with_integers_the_position_is_that_of_codes_and_phases(seed: int) -> None:
    fixed = Fixed(seed=seed)
    fixed.fix()
    w, e = fixed.filter.w, fixed.e
    redundancy, total, worst = phase_position(fixed.filter.mine, w, 25.0, 0.2, False)
    x_m, covariance, off_m = by_numpy(e, e.phase_m - e.wavelength_m * fixed.world.cycles)
    assert w.normal.x == pytest.approx(x_m, abs=1e-6)
    assert w.normal.cov == pytest.approx(covariance, rel=1e-5)
    assert redundancy == len(e) - 1 - 3
    assert worst == -1
    assert total == pytest.approx(float(np.sum(off_m**2 / (1.0 / e.w_phase + e.shared_m**2))), rel=1e-3)
    assert x_m == pytest.approx(X_M, abs=0.03)


@pytest.mark.parametrize(("cycles", "found"), [(0.0, -1), (0.1, -1), (0.5, 6), (-1.0, 6), (3.0, 6)])
def test_a_phase_that_does_not_belong_to_its_integer_is_named(cycles: float, found: int) -> None:
    fixed = Fixed()
    fixed.fix()
    w = fixed.filter.w
    w.pairs.phase_m[6] += cycles * w.pairs.wavelength_m[6]
    _, _, worst = phase_position(fixed.filter.mine, w, 25.0, 0.2, False)
    assert worst == found


def test_only_more_than_a_share_of_a_wave_is_named() -> None:
    fixed = Fixed()
    fixed.fix()
    w = fixed.filter.w
    w.pairs.phase_m[6] += 0.4 * w.pairs.wavelength_m[6]
    assert phase_position(fixed.filter.mine, w, 25.0, 0.1, False)[2] == 6
    assert phase_position(fixed.filter.mine, w, 25.0, 0.9, False)[2] == -1
    assert phase_position(fixed.filter.mine, w, 1e9, 0.1, False)[2] == -1


def test_the_worst_of_two_is_named() -> None:
    fixed = Fixed()
    fixed.fix()
    w = fixed.filter.w
    w.pairs.phase_m[3] += 1.0 * w.pairs.wavelength_m[3]
    w.pairs.phase_m[11] += 2.0 * w.pairs.wavelength_m[11]
    assert phase_position(fixed.filter.mine, w, 25.0, 0.2, False)[2] == 11


@pytest.mark.parametrize("floats", [[2], [0, 5, 9], [1, 2, 3, 10, 11]])
def test_floats_have_no_part_in_a_position_of_what_is_held(floats: list[int]) -> None:
    fixed = Fixed(seed=5)
    fixed.fix()
    w, mine, e = fixed.filter.w, fixed.filter.mine, fixed.e
    place = np.array(w.pairs.place[: len(e)])
    mine.held[:] = 1
    for pair in floats:
        # a float is not known well enough to say where its phase should lie
        mine.held[place[pair]] = 0
        w.pairs.phase_m[pair] += 0.3 * w.pairs.wavelength_m[pair]
    redundancy, _, worst = phase_position(mine, w, 25.0, 0.2, True)
    held = e.changed(w_phase=np.where(np.isin(np.arange(len(e)), floats), 0.0, e.w_phase))
    phases_m = e.phase_m - e.wavelength_m * fixed.world.cycles
    x_m, covariance, _ = by_numpy(held, phases_m)
    assert w.normal.x == pytest.approx(x_m, abs=1e-6)
    assert w.normal.cov == pytest.approx(covariance, rel=1e-5)
    assert (redundancy, worst) == (len(e) - len(floats) - 1 - 3, -1)


@pytest.mark.parametrize("first", [6, 12, 20])
def test_what_is_not_fixed_makes_the_position_less_sure(first: int) -> None:
    fixed = Fixed(seed=4)
    fixed.fix(only_from=first)
    w, mine = fixed.filter.w, fixed.filter.mine
    assert phase_position(mine, w, np.inf, 1.0, False)[0] > 0
    sharp = w.normal.cov.copy()
    add_float_covariance(w, first)
    # the same by the dense problem: what is fixed is known without error
    order, places = w.order, w.place_groups
    names = [("x", 2), *fixed.filter.names()]
    form = fixed.dense.reduced_to(names)
    unknown = np.zeros((len(form.rhs), 3 + first))
    unknown[:3, :3] = np.eye(3)
    group = np.array(order.group[: int(mine.count[0])])
    for row in range(first):
        entry = int(order.place[row])
        if entry < 0:
            unknown[3 + np.flatnonzero(group == -1 - entry), 3 + row] = 1.0
        else:
            unknown[entry, 3 + row] = 1.0
    expected = np.linalg.inv(unknown.T @ form.information @ unknown)[:3, :3]
    assert w.normal.cov == pytest.approx(expected, rel=1e-4)
    assert np.trace(expected) > np.trace(sharp)
    assert int(places.count[0]) == 4


def test_a_resting_rover_is_where_all_epochs_together_say() -> None:
    fixed = Fixed(replace(ALL_NEW, mode=Mode.STATIC), seed=2)
    w, n = fixed.filter.w, fixed.n
    w.order.fixed[:n] = w.full.a_cyc[:n]
    resting_position(w, n)
    expected = fixed.dense.reduced_to([("x", "rest")])
    assert w.normal.cov == pytest.approx(np.linalg.inv(expected.information), rel=1e-5)
    assert w.normal.x == pytest.approx(np.linalg.solve(expected.information, expected.rhs), abs=1e-6)


def test_without_codes_and_phases_there_is_no_position() -> None:
    fixed = Fixed()
    fixed.fix()
    w = fixed.filter.w
    w.pairs.w_code[: len(fixed.e)] = 0.0
    w.pairs.w_phase[3 : len(fixed.e)] = 0.0
    redundancy, total, worst = phase_position(fixed.filter.mine, w, 25.0, 0.2, False)
    assert (redundancy, worst) == (-1, -1)
    assert total == np.inf
