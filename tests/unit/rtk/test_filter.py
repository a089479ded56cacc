"""The float filter against one dense least-squares problem with everything in it."""

from collections.abc import Callable
from dataclasses import replace
from math import exp

import numpy as np
import pytest

from gnss.rtk._integer_kernel import order_and_solve
from gnss.rtk._order_kernel import float_cost
from gnss.rtk._position_kernel import add_float_covariance, phase_position
from gnss.rtk.settings import Mode
from tests.unit.rtk.dense import ALL_NEW, Dense, Filter, add_epoch
from tests.unit.rtk.differences import Differences, World

MODES = (Mode.KINEMATIC, Mode.STATIC)
REST_M = (2.0, -1.0, 0.5)


def everything(number: int, e: Differences) -> Differences:
    return e


def coming_and_going(number: int, e: Differences) -> Differences:
    """A satellite rises, another sets and comes back, a code is no good, a phase is not there."""
    seen = ~e.satellite_of(0) if number == 0 else np.ones(len(e), bool)
    seen &= ~e.satellite_of(4) if number == 1 else True
    w_code, w_phase = e.w_code.copy(), e.w_phase.copy()
    w_code[7], w_phase[9] = 0.0, 0.0 if number < 2 else w_phase[9]
    return e.changed(w_code=w_code, w_phase=w_phase).take(np.flatnonzero(seen))


def track(
    filter_: Filter, dense: Dense, epochs: int, what: Callable[[int, Differences], Differences], world: World
) -> None:
    """Some epochs into the filter and into the dense problem."""
    for number in range(epochs):
        x_m = REST_M if filter_.is_static else (0.7 * number, -1.0 * number, 0.1)
        filter_.enter(what(number, world.epoch(float(number), x_m)))
        add_epoch(dense, number, what(number, world.last), filter_)
        assert filter_.update()


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("what", [everything, coming_and_going])
def test_the_filter_is_one_least_squares_problem(mode: Mode, what: Callable[[int, Differences], Differences]) -> None:
    filter_, dense = Filter(replace(ALL_NEW, mode=mode)), Dense()
    track(filter_, dense, 4, what, World())
    filter_.form().assert_is(dense.reduced_to(filter_.names()))
    # the position of a resting rover is among the unknowns that the filter keeps
    kept = 3 if mode == Mode.STATIC else 0
    assert filter_.mine.dof[0] == pytest.approx(dense.redundancy(without="n") + kept, abs=1e-9)


@pytest.mark.parametrize("mode", MODES)
def test_an_ambiguity_that_slips_is_another_unknown(mode: Mode) -> None:
    filter_, dense, world = Filter(replace(ALL_NEW, mode=mode)), Dense(), World()
    for number in range(4):
        filter_.enter(world.epoch(float(number), REST_M))
        add_epoch(dense, number, world.last, filter_)
        assert filter_.update()
        if number < 3:
            # the first, one amidst, the last
            filter_.lose((0, 11, int(filter_.mine.count[0]) - 1)[number])
            world.cycles[(0, 11, 5)[number]] += 3
    filter_.form().assert_is(dense.reduced_to(filter_.names()))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("is_moving", [False, True])
def test_noise_that_repeats_itself_counts_for_what_is_new_of_it(mode: Mode, is_moving: bool) -> None:
    told = replace(
        ALL_NEW, mode=mode, correlation_code_s=40.0, correlation_phase_s=3.0, correlation_rest_s=9.0, memory_s=20.0
    )
    filter_, dense, world, dt_s = Filter(told), Dense(), World(), 0.5
    rho_code, rho_phase = exp(-dt_s / 40.0), exp(-dt_s / (3.0 if is_moving else 9.0))
    later = ((1.0 - rho_code) / (1.0 + rho_code), (1.0 - rho_phase) / (1.0 + rho_phase))
    for number in range(3):
        # one satellite begins with the second epoch: its phases are new in full, its codes are not
        e = world.epoch(dt_s * number, REST_M)
        e = e.take(np.flatnonzero(~e.satellite_of(2))) if number == 0 else e
        filter_.enter(e)
        dense.fade(exp(-dt_s / 20.0))
        add_epoch(dense, number, e, filter_, later if number else (1.0, 1.0))
        assert filter_.update(dt_s, is_moving)
    filter_.form().assert_is(dense.reduced_to(filter_.names()))


def test_the_float_position_and_its_covariance_are_those_of_the_dense_problem() -> None:
    filter_, dense, world = Filter(), Dense(), World(seed=4)
    track(filter_, dense, 4, coming_and_going, world)
    mine, w = filter_.mine, filter_.w
    assert order_and_solve(mine, filter_.rules, w)
    n = int(w.order.rows[0])
    w.order.fixed[:n] = w.full.a_cyc[:n]
    redundancy, _, _ = phase_position(mine, w, np.inf, 1.0, False)
    assert redundancy > 0
    add_float_covariance(w, n)
    expected = dense.reduced_to([("x", 3)])
    assert w.normal.cov == pytest.approx(np.linalg.inv(expected.information), rel=1e-6)
    assert w.normal.x == pytest.approx(np.linalg.solve(expected.information, expected.rhs), abs=1e-6)
    assert w.normal.x == pytest.approx((2.1, -3.0, 0.1), abs=0.5)


@pytest.mark.parametrize("mode", MODES)
def test_what_the_float_solution_leaves_is_what_least_squares_leaves(mode: Mode) -> None:
    filter_, dense = Filter(replace(ALL_NEW, mode=mode)), Dense()
    track(filter_, dense, 5, everything, World(seed=8))
    assert order_and_solve(filter_.mine, filter_.rules, filter_.w)
    cost = float_cost(filter_.mine, filter_.w.order, filter_.w.full)
    assert cost == pytest.approx(dense.reduced_to([]).cost, rel=1e-4)
    # and as much as there are observations more than unknowns, if they are as noisy as stated
    redundancy = dense.redundancy(without="")
    assert filter_.mine.dof[0] - filter_.w.order.rows[0] == pytest.approx(redundancy, abs=1e-9)
    assert cost == pytest.approx(redundancy, abs=5.0 * np.sqrt(2.0 * redundancy))


def test_a_resting_rover_gets_one_position_of_all_epochs() -> None:
    filter_, dense = Filter(replace(ALL_NEW, mode=Mode.STATIC)), Dense()
    track(filter_, dense, 5, coming_and_going, World(seed=2))
    assert order_and_solve(filter_.mine, filter_.rules, filter_.w)
    expected = dense.reduced_to([("x", "rest")])
    x_m = np.linalg.solve(expected.information, expected.rhs)
    assert filter_.w.full.a_cyc[:3] == pytest.approx(x_m, abs=1e-6)
    assert x_m == pytest.approx(REST_M, abs=0.3)


@pytest.mark.parametrize("what", ["three satellites", "one direction", "one code each"])
def test_an_epoch_that_determines_no_position_is_refused(what: str) -> None:
    filter_, e = Filter(), World().epoch()
    if what == "three satellites":
        e = e.take(np.flatnonzero(e.satellite_of(0) | e.satellite_of(1) | e.satellite_of(2)))
    elif what == "one direction":
        e = e.changed(a=np.tile(e.a[0], (len(e), 1)))
    else:
        e = e.changed(code_group=np.arange(len(e)), w_phase=np.zeros(len(e)))
    filter_.enter(e)
    before = filter_.form()
    assert not filter_.update()
    filter_.form().assert_is(before)


def test_more_ambiguities_than_places_are_refused_and_the_rest_goes_on() -> None:
    world = World(satellites=24)
    e = world.epoch()
    filter_, dense = Filter(), Dense()
    filter_.enter(e)
    assert int(filter_.mine.count[0]) == len(filter_.mine.satellite) < len(e)
    assert np.sum(np.asarray(filter_.w.pairs.place[: len(e)]) < 0) == len(e) - len(filter_.mine.satellite)
    add_epoch(dense, 0, e, filter_)
    assert filter_.update()
    filter_.form().assert_is(dense.reduced_to(filter_.names()))
