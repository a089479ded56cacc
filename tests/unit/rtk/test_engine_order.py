"""Rows depend on each terminal's own epochs alone: not on company, order or calls. A state can be kept and taken up."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from gnss.rtk._memory import MEMORY_TYPE
from gnss.rtk.engine import NO_BASE_EPOCH, latest_base, step
from gnss.rtk.state import RtkState
from tests.unit.rtk.stage import (
    BASE,
    ENOUGH,
    FAR,
    NEAR,
    STATION,
    Place,
    Scene,
    Solved,
    assert_same,
    rows_of,
    scene,
    solve,
)

pytestmark = pytest.mark.compiled

ROVERS: tuple[Place, ...] = (NEAR, FAR, (100.0, 50.0, 2.0), (-30.0, 900.0, 1.0))
BASES: tuple[Place, ...] = (BASE, (1_500.0, 0.0, 10.0))
ROUGH = {"slip_ratio": 100.0, "silent_slip_share": 0.3, "half_cycle_s": 3.0, "multipath_ratio": 1.5}


def rough() -> Scene:
    """Four rovers, one of them driving, with slips and open half cycles, so that there is something to depend on."""
    return scene(ROVERS, BASES, 14, (BASE, BASE, (12.0, -9.0, 0.3)), **ROUGH)


def own_bases(told: Scene) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Rovers 0 and 1 use the first base, the others the second."""
    station = np.where(told.rovers.epochs.slot < 2, STATION, STATION + 1).astype(np.int32)
    return latest_base(told.rovers.epochs, told.bases.epochs.replace(slot=told.bases.station), 30.0, station)


def together(told: Scene, **more: Any) -> Solved:
    return solve(told, base_of=own_bases(told), **more)


def in_calls(told: Scene, parts: Sequence[np.ndarray[Any, np.dtype[np.int64]]]) -> Solved:
    """The epochs call by call; rows in the order of the epochs."""
    state, solved = RtkState.for_slots(8), []
    for part in parts:
        solved.append(together(told.take(part), state=state))
    order = np.argsort(np.concatenate(parts))
    fixes = type(solved[0].fixes).concat([s.fixes for s in solved]).take(order)
    found = type(solved[0].found).concat([s.found for s in solved]).take(order)
    return Solved(fixes, found, np.concatenate([s.error_enu_m for s in solved])[order], state)


def test_the_stage_is_one_on_which_something_happens() -> None:
    solved = together(rough())
    assert solved.found.slips.sum() > 10
    assert set(solved.fixes.fix_quality.tolist()) >= {2, 4, 5}
    assert set(solved.fixes.base_id.tolist()) == {STATION, STATION + 1}


def test_the_order_of_terminals_in_a_call_does_not_matter() -> None:
    told = rough()
    n = len(told.rovers.epochs)
    whole = together(told)
    for seed in range(3):
        order = np.random.default_rng(seed).permutation(n)
        mixed = together(told.take(order))
        assert mixed.fixes.equals(whole.fixes.take(order))
        assert mixed.found.equals(whole.found.take(order))
        assert mixed.state.equals(whole.state)


def test_company_does_not_matter() -> None:
    told = rough()
    whole = together(told)
    for slots in ([0], [1, 3], [2]):
        rows = rows_of(slots, told)
        alone = together(told.take(rows))
        assert alone.fixes.equals(whole.fixes.take(rows))
        assert alone.found.equals(whole.found.take(rows))


@pytest.mark.parametrize("size", [1, 3, 7, 29])
def test_how_epochs_are_cut_into_calls_does_not_matter(size: int) -> None:
    told = rough()
    rows = np.arange(len(told.rovers.epochs))
    parts = [rows[first : first + size] for first in range(0, len(rows), size)]
    pieces, whole = in_calls(told, parts), together(told)
    assert_same(pieces, whole)
    assert pieces.state.equals(whole.state)


def test_calls_without_epochs_change_nothing() -> None:
    told = rough()
    rows = np.arange(len(told.rovers.epochs))
    nothing = rows[:0]
    assert_same(in_calls(told, [nothing, rows[:20], nothing, rows[20:], nothing]), together(told))


def test_base_epochs_that_nobody_uses_do_not_matter() -> None:
    told = rough()
    chosen = own_bases(told)
    used = np.unique(chosen[chosen >= 0])
    bases = told.bases
    epochs = bases.epochs.take(used)
    fewer = replace(bases, epochs=epochs, ecef_m=bases.ecef_m[used], station=bases.station[used])
    state, fixes, found = step(
        RtkState.for_slots(8), told.rovers, fewer, np.searchsorted(used, chosen), told.orbits, ENOUGH
    )
    whole = together(told)
    assert fixes.equals(whole.fixes)
    assert found.equals(whole.found)
    assert state.equals(whole.state)


@pytest.mark.parametrize("how", ["copied", "stored", "grown"])
def test_a_state_that_was_kept_is_taken_up_where_it_was(how: str) -> None:
    told = rough()
    rows = np.arange(len(told.rovers.epochs))
    state = RtkState.for_slots(4)
    first = together(told.take(rows[:25]), state=state)
    kept = state.copy() if how == "copied" else RtkState.from_bytes(state.to_bytes())
    if how == "grown":
        kept.grow(9)
        assert len(kept) == 9
    # what happens to the original afterwards is not the copy's business
    together(told.take(rows[25:]), state=state)
    rest = together(told.take(rows[25:]), state=kept)
    whole = together(told)
    assert whole.fixes.take(rows[:25]).equals(first.fixes)
    assert whole.fixes.take(rows[25:]).equals(rest.fixes)
    assert whole.found.take(rows[25:]).equals(rest.found)
    assert RtkState(kept.memory[:4]).equals(state)


def test_growing_to_fewer_keeps_all() -> None:
    state = RtkState.for_slots(5)
    state.grow(3)
    assert len(state) == 5


def test_states_are_equal_only_if_they_are() -> None:
    told = scene(seconds=3)
    one, other = RtkState.for_slots(2), RtkState.for_slots(2)
    assert one.equals(other)
    solve(told, state=one)
    assert not one.equals(other)
    assert len(one.to_bytes()) == 2 * one.bytes_per_terminal == 2 * MEMORY_TYPE.itemsize


def test_a_record_has_no_bytes_that_mean_nothing() -> None:
    # numpy does not copy padding: two equal states would have different bytes
    assert MEMORY_TYPE.fields is not None
    named = sum(kind.itemsize for kind, *_ in MEMORY_TYPE.fields.values())
    assert named == MEMORY_TYPE.itemsize


def test_bytes_of_another_version_are_refused() -> None:
    with pytest.raises(ValueError, match="another version"):
        RtkState.from_bytes(RtkState.for_slots(2).to_bytes()[:-8])


def test_a_terminal_that_was_forgotten_begins_anew_and_others_do_not() -> None:
    told = rough()
    late = told.rovers.epochs.t_gpst_ns > told.rovers.epochs.t_gpst_ns.min() + 8 * 10**9
    state = RtkState.for_slots(8)
    together(told.take(np.flatnonzero(~late)), state=state)
    state.forget(np.array([1], np.int32))
    rest = together(told.take(np.flatnonzero(late)), state=state)
    fresh = together(told.take(np.flatnonzero(late)))
    whole = together(told)
    for slot, expected in ((1, fresh), (0, whole), (2, whole), (3, whole)):
        rows = expected.of(slot).fixes
        assert rest.of(slot).fixes.equals(rows.take(np.arange(len(rows) - len(rest.of(slot).fixes), len(rows))))


def test_slots_beyond_the_state_are_refused_with_a_sentence() -> None:
    with pytest.raises(ValueError, match="epochs of terminal 3, known are 2"):
        solve(scene(ROVERS, seconds=2), state=RtkState.for_slots(2))


def test_two_states_that_are_brought_forward_by_turns_do_not_meet() -> None:
    told, other = rough(), scene((FAR,), seconds=14)
    mine, theirs = RtkState.for_slots(8), RtkState.for_slots(8)
    rows, solved = np.arange(len(told.rovers.epochs)), []
    for first in range(0, len(rows), 4):
        solved.append(together(told.take(rows[first : first + 4]), state=mine).fixes)
        solve(other.take([first // 4]), state=theirs)
    assert type(solved[0]).concat(solved).equals(together(told).fixes)


def test_no_base_epoch_is_the_only_negative_row() -> None:
    told = scene(seconds=3)
    solved = solve(told, base_of=np.array([0, NO_BASE_EPOCH, 2]))
    assert solved.fixes.base_id.tolist() == [STATION, -1, STATION]
