"""Rows that come late correct what was said; rows that come too late are counted."""

import numpy as np
import pytest

from mapping.fences.engine import fence_step
from mapping.fences.settings import FenceSettings
from mapping.fences.state import Counter, FenceState
from tests.unit.fences.maps import BLOCK, built, drawn, placed, straight
from tests.unit.fences.said import final_table, run, told

# rules and memories are records, whose fields are attributes only where kernels are compiled
pytestmark = pytest.mark.compiled

FENCES = built(drawn("block", BLOCK))
X = [5.0, 15.0, 25.0, 35.0, 45.0, 55.0, 65.0]


def test_an_earlier_first_row_inside_moves_the_event() -> None:
    rows = placed(straight(X, 20.0), speed_mps=10.0)
    without = rows.take(np.array([0, 1, 2, 3, 5, 6]))
    events = run(FENCES, without, rows.take(np.array([4])))
    assert told(events) == [("enter", 5.0), ("-enter", 5.0), ("enter", 4.0)]
    assert events.event_id[0] == events.event_id[1] != events.event_id[2]
    assert final_table(events) == final_table(run(FENCES, rows))


def test_a_late_row_that_changes_nothing_says_nothing() -> None:
    rows = placed(straight(X, 20.0), speed_mps=10.0)
    events = run(FENCES, rows.take(np.array([0, 2, 3, 4, 5, 6])), rows.take(np.array([1])))
    assert told(events) == [("enter", 4.0)]


def test_a_revised_row_takes_the_place_of_the_first() -> None:
    rows = placed(straight(X, 20.0), speed_mps=10.0)
    wrong = placed(straight([5.0, 15.0, 25.0, 35.0, 36.0, 55.0, 65.0], 20.0), speed_mps=10.0)
    state = FenceState.for_slots(1)
    state, first = fence_step(state, FENCES, wrong)
    versions = np.ones(1, np.int64)
    state, then = fence_step(state, FENCES, rows.take(np.array([4])), version=versions)
    assert told(first) == [("enter", 5.0)] and told(then) == [("-enter", 5.0), ("enter", 4.0)]
    state, again = fence_step(state, FENCES, wrong.take(np.array([4])), version=versions - 1)
    assert len(again) == 0
    assert (state.counters[Counter.REVISED], state.counters[Counter.DUPLICATE]) == (1, 1)


def test_the_better_fix_of_one_time_wins() -> None:
    rows = placed(straight(X, 20.0), speed_mps=10.0)
    single = placed(straight([200.0], 20.0), np.array([4.0]), fix_quality=1, sigma_n_m=5.0, sigma_e_m=5.0)
    assert told(run(FENCES, single, rows)) == told(run(FENCES, rows, single)) == [("enter", 4.0)]


def test_rows_beyond_the_watermark_are_counted() -> None:
    state, settings = FenceState.for_slots(1), FenceSettings(watermark_s=3.0)
    rows = placed(straight(X, 20.0), speed_mps=10.0)
    state, _ = fence_step(state, FENCES, rows.take(np.array([0, 6])), settings=settings)
    state, events = fence_step(state, FENCES, rows.take(np.array([3, 4])), settings=settings)
    assert (state.counters[Counter.LATE], state.counters[Counter.REPLAYED]) == (1, 1)
    assert told(events) == [("-enter", 6.0), ("enter", 4.0)]


def test_more_rows_than_are_kept_become_final_early() -> None:
    t_s = np.arange(0.0, 15.0, 0.05)
    rows = placed(np.column_stack([5.0 + t_s, np.full(len(t_s), 20.0)]), t_s, speed_mps=1.0)
    state = FenceState.for_slots(1)
    state, events = fence_step(state, FENCES, rows)
    assert len(events) == 0
    assert state.counters[Counter.EARLY_FINAL] > 0
    state, _ = fence_step(state, FENCES, placed(straight([5.0], 20.0), np.array([0.01])))
    assert state.counters[Counter.LATE] == 1


def test_states_are_values() -> None:
    rows = placed(straight(X, 20.0), speed_mps=10.0)
    state = FenceState.for_slots(2)
    state, _ = fence_step(state, FENCES, rows.take(slice(0, 4)))
    kept = state.copy()
    state.grow(5)
    state, events = fence_step(state, FENCES, rows.take(slice(4, 7)))
    kept, same = fence_step(kept, FENCES, rows.take(slice(4, 7)))
    assert events.equals(same) and len(state) == 5
    kept.grow(5)
    assert kept.equals(state)
    kept.forget(np.array([0], np.int32))
    assert not kept.equals(state)
