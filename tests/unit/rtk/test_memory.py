"""What is done to a filter apart from updating it: against the same done to covariances."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gnss.batches import NO_TIME
from gnss.rtk._memory import MEMORY_TYPE, Mine, new_memory
from gnss.rtk._memory_kernel import INFO_MIN, PROVEN_AGE, copy_filter, eliminate, leave, loosen, reset
from gnss.rtk._work import PLACES_MAX, POSITION, SIZE, new_work
from tests.unit.rtk.dense import Form, packed, unpacked

BY_PLACE = [name for name in MEMORY_TYPE.fields or () if np.shape(new_memory(1)[name]) == (1, PLACES_MAX)]


def known(count: int, seed: int = 1, full: bool = True) -> Mine:
    """A filter with so many ambiguities, all fields of each filled with numbers of its own."""
    mine: Any = new_memory(1)[0]
    rng, n = np.random.default_rng(seed), POSITION + count
    root = rng.standard_normal((n, n))
    packed(root @ root.T + (0.1 * np.eye(n) if full else 0.0), mine.info)
    mine.rhs[:n] = rng.standard_normal(n)
    mine.cost[0], mine.dof[0], mine.count[0] = 1e3, 55.0, count
    for k, name in enumerate(BY_PLACE):
        getattr(mine, name)[:count] = 20 * k % 90 + np.arange(count)
    filled: Mine = mine
    return filled


def form(mine: Mine) -> Form:
    n = POSITION + int(mine.count[0])
    return Form(unpacked(mine.info, n), mine.rhs[:n].copy(), float(mine.cost[0]))


def without(whole: Form, e: int) -> Form:
    """The same with one unknown eliminated: its row and column left out of the covariance."""
    kept = np.delete(np.arange(len(whole.rhs)), e)
    covariance, best = np.linalg.inv(whole.information), np.linalg.solve(whole.information, whole.rhs)
    information = np.linalg.inv(covariance[np.ix_(kept, kept)])
    rhs = information @ best[kept]
    least = whole.cost - float(whole.rhs @ best)
    return Form(information, rhs, least + float(rhs @ best[kept]))


def moved(whole: Form, order: list[int]) -> Form:
    return Form(whole.information[np.ix_(order, order)], whole.rhs[order], whole.cost)


@pytest.mark.parametrize("place", [0, 3, 6, 7])
def test_what_an_eliminated_ambiguity_said_of_the_others_stays(place: int) -> None:
    mine = known(8)
    expected = without(form(mine), POSITION + place)
    eliminate(mine, place, np.zeros(SIZE))
    # the last one has moved into the gap
    order = list(range(POSITION + 7))
    if place < 7:
        order.insert(POSITION + place, order.pop())
    assert_close(form(mine), moved(expected, order))


def assert_close(one: Form, other: Form) -> None:
    for mine, theirs in zip(one, other, strict=True):
        assert mine == pytest.approx(theirs, rel=1e-7, abs=1e-7)


@pytest.mark.parametrize("place", [0, 4, 7])
def test_all_that_is_known_of_the_last_ambiguity_moves_into_the_gap(place: int) -> None:
    mine, before = known(8), known(8)
    eliminate(mine, place, np.zeros(SIZE))
    left = np.arange(8)
    left[place] = 7
    assert int(mine.count[0]) == 7
    for name in BY_PLACE:
        assert getattr(mine, name)[:7].tolist() == getattr(before, name)[left[:7]].tolist(), name


def test_ambiguities_of_which_nothing_is_known_take_nothing_along() -> None:
    mine = known(4)
    n, e = POSITION + 4, POSITION + 1
    information = unpacked(mine.info, n)
    information[e, :] = information[:, e] = 0.0
    information[e, e] = INFO_MIN / 2
    packed(information, mine.info)
    mine.rhs[e] = 0.0
    before = moved(form(mine), [0, 1, 2, 3, 6, 5])
    eliminate(mine, 1, np.zeros(SIZE))
    assert np.array_equal(form(mine).information, before.information)
    assert np.array_equal(form(mine).rhs, before.rhs)
    assert form(mine).cost == before.cost


def test_the_one_ambiguity_there_is_leaves_nothing_but_the_position() -> None:
    mine = known(1)
    expected = without(form(mine), POSITION)
    eliminate(mine, 0, np.zeros(SIZE))
    assert int(mine.count[0]) == 0
    assert_close(form(mine), expected)


def proven(count: int = 8) -> Mine:
    """A filter all of whose ambiguities are of one group, and held for long."""
    mine = known(count)
    mine.key[:count], mine.held[:count], mine.age[:count] = 4711, 1, PROVEN_AGE
    mine.sure[0], mine.doubts[0] = 1, 0
    return mine


@pytest.mark.parametrize("place", [0, 3, 7])
def test_what_an_integer_said_stays_known_of_the_one_it_is_relative_to(place: int) -> None:
    mine = proven()
    partner = 5
    mine.seen_ns[:8], mine.seen_ns[partner] = 1, 2
    whole, apart_cyc = form(mine), 0.5 * float(mine.integer[place] - mine.integer[partner])
    # x = T z + t: the one that leaves is its partner and so many cycles
    n, e = len(whole.rhs), POSITION + place
    shift = np.zeros(n)
    shift[e] = apart_cyc
    turn = np.eye(n)
    turn[e, e], turn[e, POSITION + partner] = 0.0, 1.0
    turn = np.delete(turn, e, axis=1)
    leave(mine, place, np.zeros(SIZE))
    order = list(range(n - 1))
    if place < 7:
        order.insert(e, order.pop())
    pull = whole.rhs - whole.information @ shift
    cost = whole.cost - 2.0 * float(whole.rhs @ shift) + float(shift @ whole.information @ shift)
    expected = Form(turn.T @ whole.information @ turn, turn.T @ pull, cost)
    assert_close(form(mine), moved(expected, order))


def _not_held(mine: Mine) -> None:
    mine.held[2] = 0


def _held_of_late(mine: Mine) -> None:
    mine.age[2] = PROVEN_AGE - 1


def _not_sure(mine: Mine) -> None:
    mine.sure[0] = 0


def _doubted(mine: Mine) -> None:
    mine.doubts[0] = 1


def _alone_in_its_group(mine: Mine) -> None:
    mine.key[2] = 1


@pytest.mark.parametrize("change", [_not_held, _held_of_late, _not_sure, _doubted, _alone_in_its_group])
def test_any_other_ambiguity_leaves_what_its_float_said(change: Callable[[Mine], None]) -> None:
    mine, other = proven(), proven()
    change(mine)
    change(other)
    leave(mine, 2, np.zeros(SIZE))
    eliminate(other, 2, np.zeros(SIZE))
    assert_close(form(mine), form(other))


def test_offsets_drift_as_process_noise_makes_them() -> None:
    mine, key, variance_cyc2 = known(8), 4711, 0.02
    mine.key[:8] = [key, 1, key, 1, 1, key, 2, 2]
    before = form(mine)
    loosen(mine, key, variance_cyc2, np.zeros(SIZE))
    group = np.concatenate([np.zeros(POSITION), mine.key[:8] == key])
    covariance = np.linalg.inv(before.information) + variance_cyc2 * np.outer(group, group)
    best = np.linalg.solve(before.information, before.rhs)
    after = form(mine)
    assert after.information == pytest.approx(np.linalg.inv(covariance), rel=1e-7, abs=1e-7)
    # what is best does not change, nor how well it fits
    assert np.linalg.solve(after.information, after.rhs) == pytest.approx(best, rel=1e-7)
    assert after.cost - after.rhs @ best == pytest.approx(before.cost - before.rhs @ best, rel=1e-9)


def test_drift_of_a_group_that_is_not_there_changes_nothing() -> None:
    mine = known(5)
    before = mine.info.copy(), mine.rhs.copy(), mine.cost.copy()
    loosen(mine, 4711, 0.02, np.zeros(SIZE))
    for one, other in zip(before, (mine.info, mine.rhs, mine.cost), strict=True):
        assert np.array_equal(one, other)


@pytest.mark.parametrize("count", [0, 1, 8, PLACES_MAX])
def test_a_copied_filter_is_the_same_in_all_that_belongs_to_it(count: int) -> None:
    of, to = known(count), known(5, seed=2)
    where = to.x_ecef_m.copy(), to.t_ns.copy(), to.v_ecef_mps.copy()
    of.fixed_epochs[0] = 9
    copy_filter(of, to)
    assert np.array_equal(form(of).information, form(to).information)
    assert np.array_equal(form(of).rhs, form(to).rhs)
    for name in ("cost", "dof", "count", "fixed_epochs"):
        assert getattr(of, name).tolist() == getattr(to, name).tolist(), name
    for name in BY_PLACE:
        assert getattr(of, name)[:count].tolist() == getattr(to, name)[:count].tolist(), name
    # where the terminal is stays its own
    for one, other in zip(where, (to.x_ecef_m, to.t_ns, to.v_ecef_mps), strict=True):
        assert np.array_equal(one, other, equal_nan=one.dtype.kind == "f")


def test_a_filter_that_begins_anew_knows_nothing() -> None:
    mine = known(PLACES_MAX)
    mine.fixed_epochs[0] = 3
    reset(mine)
    assert not mine.info.any()
    assert not mine.rhs.any()
    for name in ("cost", "dof", "count", "fixed_epochs"):
        assert not getattr(mine, name).any(), name


def test_of_a_new_terminal_nothing_is_known() -> None:
    memory: Any = new_memory(3)
    assert len(memory) == 3
    assert np.isnan(memory["x_ecef_m"]).all()
    assert np.isnan(memory["anchor_ecef_m"]).all()
    assert (memory["t_ns"] == NO_TIME).all()
    assert not memory["count"].any()


def test_fields_of_a_record_are_no_words_of_numpy() -> None:
    # an attribute that every number of numpy has would hide the field where kernels run without the compiler
    work: Any = new_work()
    records = [MEMORY_TYPE, *(record.dtype for record in work)]
    assert not [name for record in records for name in record.names if hasattr(np.record, name)]
