"""The order in which ambiguities are factorised, and the float solution, against the dense problem."""

from dataclasses import replace

import numpy as np
import pytest

from gnss.orbits.satellites import GLONASS
from gnss.rtk._integer_kernel import admit_all, order_and_solve
from gnss.rtk._order_kernel import condition, misfit
from gnss.rtk._work import POSITION
from gnss.rtk.settings import Mode
from tests.unit.rtk.dense import ALL_NEW, Dense, Filter, add_epoch
from tests.unit.rtk.differences import SYSTEM_SIGNALS, Floats, World


def tracked(mode: Mode = Mode.KINEMATIC, seed: int = 1, epochs: int = 3) -> tuple[Filter, Dense, World]:
    """A filter after some epochs, with the dense problem beside it."""
    filter_, dense, world = Filter(replace(ALL_NEW, mode=mode)), Dense(), World(seed=seed)
    for number in range(epochs):
        filter_.enter(world.epoch(float(number), (1.0, 2.0, -0.5)))
        add_epoch(dense, number, world.last, filter_)
        assert filter_.update()
    return filter_, dense, world


def solved(filter_: Filter) -> int:
    """Order and solve; how many rows there are."""
    admit_all(filter_.mine, filter_.w)
    assert order_and_solve(filter_.mine, filter_.rules, filter_.w)
    return int(filter_.w.order.rows[0])


def rows_of_places(filter_: Filter) -> Floats:
    """How each row is made of the ambiguities by place: minus the pivot, or the pivot itself; the last reference is 0.

    A row of the identity for each position unknown.
    """
    w, n = filter_.w, int(filter_.w.order.rows[0])
    count, first = int(filter_.mine.count[0]), POSITION if filter_.is_static else 0
    made = np.zeros((n, first + count))
    for i in range(n):
        e = int(w.order.place[i])
        if e < 0:
            made[i, first + w.place_groups.pivot[-1 - e]] = 1.0
        elif e < POSITION:
            made[i, e] = 1.0
        else:
            place = e - POSITION
            made[i, first + place] = 1.0
            made[i, first + w.place_groups.pivot[w.order.group[place]]] = -1.0
    return made


def by_dense(filter_: Filter, dense: Dense) -> tuple[Floats, Floats]:
    """Values and covariance of the rows, by numpy: the reference pivot's ambiguity is held at zero."""
    names = filter_.names()
    form = dense.reduced_to(names)
    groups = filter_.w.place_groups
    reference = next(int(groups.pivot[g]) for g in range(int(groups.count[0])) if groups.row[g] < 0)
    first = POSITION if filter_.is_static else 0
    kept = np.delete(np.arange(len(form.rhs)), first + reference)
    covariance, best = np.zeros((len(form.rhs),) * 2), np.zeros(len(form.rhs))
    covariance[np.ix_(kept, kept)] = np.linalg.inv(form.information[np.ix_(kept, kept)])
    best[kept] = covariance[np.ix_(kept, kept)] @ form.rhs[kept]
    made = rows_of_places(filter_)
    return made @ best, made @ covariance @ made.T


@pytest.mark.parametrize("mode", [Mode.KINEMATIC, Mode.STATIC])
def test_the_float_solution_is_that_of_the_dense_problem(mode: Mode) -> None:
    filter_, dense, _ = tracked(mode)
    n = solved(filter_)
    values, covariance = by_dense(filter_, dense)
    full = filter_.w.full
    assert full.a_cyc[:n] == pytest.approx(values, abs=1e-5)
    lower = np.tril(full.lower[:n, :n], -1) + np.eye(n)
    information = lower @ np.diag(full.d[:n]) @ lower.T
    assert information @ covariance == pytest.approx(np.eye(n), abs=1e-4)


def test_integers_come_last_and_what_is_held_behind_them() -> None:
    filter_, _, _ = tracked()
    mine, order = filter_.mine, filter_.w.order
    mine.held[[3, 4, 9, 15]] = 1
    n = solved(filter_)
    groups = int(filter_.w.place_groups.count[0])
    assert groups == 4
    # an offset for each group but the reference, and no row for the pivots
    assert [int(e) < 0 for e in order.place[:n]] == [True] * 3 + [False] * (n - 3)
    assert n == int(mine.count[0]) - groups + (groups - 1)
    assert order.ready[0] == 3
    pivots = [int(p) for p in filter_.w.place_groups.pivot[:groups]]
    held = [p for p in (3, 4, 9, 15) if p not in pivots]
    assert sorted(int(e) - POSITION for e in order.place[order.held[0] : n]) == held
    score = np.array(order.score)[np.array(order.place[3:n]) - POSITION]
    assert (np.diff(score) >= 0).all()
    for place in range(int(mine.count[0])):
        row = int(order.row_of[place])
        assert (row < 0) == (place in pivots)
        assert row < 0 or order.place[row] == POSITION + place


def by_group(filter_: Filter) -> list[list[int]]:
    """Places of each group, the highest satellite first."""
    key, sin_el = np.array(filter_.mine.key[:24]), np.array(filter_.w.rover.sin_el[:24])
    order = np.argsort(-sin_el)
    return [order[key[order] == k].tolist() for k in np.unique(key)]


def test_what_is_held_is_the_pivot_of_its_group() -> None:
    filter_, _, _ = tracked()
    lowest = [places[-1] for places in by_group(filter_)]
    filter_.mine.held[lowest] = 1
    solved(filter_)
    assert sorted(int(p) for p in filter_.w.place_groups.pivot[:4]) == sorted(lowest)


def test_the_highest_is_the_pivot_where_nothing_is_held() -> None:
    filter_, _, _ = tracked()
    solved(filter_)
    assert sorted(int(p) for p in filter_.w.place_groups.pivot[:4]) == sorted(p[0] for p in by_group(filter_))


def test_half_cycles_are_integers_of_half_waves_and_the_first_to_be_left_out() -> None:
    filter_, _, _ = tracked()
    odd = [2, 8, 21]
    filter_.mine.half_cycle[odd] = 1
    admit_all(filter_.mine, filter_.w)
    assert order_and_solve(filter_.mine, filter_.rules, filter_.w)
    order = filter_.w.order
    ready = [int(e) - POSITION for e in order.place[order.ready[0] : order.rows[0]]]
    assert sorted(ready[:3]) == odd
    assert order.unit_cyc[order.ready[0] : order.rows[0]].tolist() == [0.5] * 3 + [1.0] * (len(ready) - 3)


def test_units_change_the_numbers_and_not_what_they_mean() -> None:
    filter_, dense, _ = tracked()
    filter_.mine.half_cycle[[2, 8, 21]] = 1
    n = solved(filter_)
    unit_cyc = np.array(filter_.w.order.unit_cyc[:n])
    assert (unit_cyc == 0.5).sum() == 3
    assert unit_cyc * filter_.w.full.a_cyc[:n] == pytest.approx(by_dense(filter_, dense)[0], abs=1e-5)


@pytest.mark.parametrize("what", ["barred", "not in view"])
def test_what_can_be_no_integer_comes_before_those_that_can(what: str) -> None:
    filter_, _, world = tracked()
    odd = [2, 8, 21]
    if what == "not in view":
        filter_.enter(world.epoch(3.0, (1.0, 2.0, -0.5)).take(np.delete(np.arange(24), odd)))
        assert filter_.update()
    admit_all(filter_.mine, filter_.w)
    if what == "barred":
        filter_.w.order.barred[odd] = 1
    assert order_and_solve(filter_.mine, filter_.rules, filter_.w)
    order = filter_.w.order
    floats = [int(e) - POSITION for e in order.place[3 : order.ready[0]]]
    assert sorted(floats) == odd
    assert not set(odd) & {int(p) for p in filter_.w.place_groups.pivot[:4]}


def test_glonass_has_no_pivot_and_no_integers() -> None:
    systems = (*SYSTEM_SIGNALS, (GLONASS, ("1C",)))
    filter_, world = Filter(), World(systems=systems)
    world.wave_m = world.wave_m + 1e-4 * np.arange(len(world.wave_m)) * (world.satellite >> 6 == GLONASS)
    for number in range(3):
        filter_.enter(world.epoch(float(number)))
        assert filter_.update()
    n = solved(filter_)
    order = filter_.w.order
    is_glonass = np.array(filter_.mine.satellite[: int(filter_.mine.count[0])]) >> 6 == GLONASS
    floats = [int(e) - POSITION for e in order.place[3 : order.ready[0]]]
    assert sorted(floats) == np.flatnonzero(is_glonass).tolist()
    assert n - int(order.ready[0]) == 24 - 4


def test_glonass_alone_is_solved_too() -> None:
    filter_, world = Filter(), World(systems=((GLONASS, ("1C",)),), satellites=8)
    for number in range(3):
        filter_.enter(world.epoch(float(number)))
        assert filter_.update()
    assert solved(filter_) == 7
    assert np.isfinite(filter_.w.full.a_cyc[:7]).all()


def test_values_that_are_known_pull_the_others_along() -> None:
    filter_, dense, _ = tracked(seed=5)
    n = solved(filter_)
    values, covariance = by_dense(filter_, dense)
    order, first = filter_.w.order, 14
    known = np.rint(values[first:]) + np.arange(n - first) % 2
    order.fixed[first:n] = known
    condition(filter_.w.full, order, first)
    gain = covariance[:first, first:] @ np.linalg.inv(covariance[first:, first:])
    off = known - values[first:]
    assert order.fixed[:first] == pytest.approx(values[:first] + gain @ off, abs=1e-3)
    expected = float(off @ np.linalg.inv(covariance[first:, first:]) @ off)
    assert misfit(filter_.w.full, order, first) == pytest.approx(expected, rel=1e-4)


def test_an_information_that_is_not_definite_has_no_solution() -> None:
    filter_, _, _ = tracked()
    filter_.mine.info[:] = -filter_.mine.info[:]
    admit_all(filter_.mine, filter_.w)
    assert not order_and_solve(filter_.mine, filter_.rules, filter_.w)


def test_no_ambiguities_have_no_solution() -> None:
    filter_ = Filter()
    filter_.w.pairs.count[0] = 0
    assert not order_and_solve(filter_.mine, filter_.rules, filter_.w)
