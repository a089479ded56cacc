"""Whatever the order and the cuts in which rows come, the same events stand at the end; enter and exit alternate."""

import hashlib
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from mapping.datums.placed import Placed
from mapping.fences.engine import fence_step
from mapping.fences.events import EventBatch
from mapping.fences.fence_set import FenceSet
from mapping.fences.kinds import EventKind, Op
from mapping.fences.state import Counter, FenceState
from tests.unit.fences.maps import built, drawn, placed
from tests.unit.fences.said import final_table

# rules and memories are records, whose fields are attributes only where kernels are compiled
pytestmark = pytest.mark.compiled

ISLANDS = """
..........
.##..##...
.##..##.#.
.....##...
.###......
..........
"""
KINDS = frozenset(
    {EventKind.ENTER, EventKind.EXIT, EventKind.DWELL, EventKind.CROSS, EventKind.SPEEDING, EventKind.ARRIVED}
)
LATE_S = 15
ROWS = 60


def fences() -> FenceSet:
    return built(
        drawn("islands", ISLANDS, 10.0, kinds=KINDS, dwell_s=4.0, speed_limit_mps=8.0),
        drawn("small", ISLANDS, 3.0, kinds=KINDS, dwell_s=4.0, speed_limit_mps=8.0),
    )


FENCES = fences()


def drive(seed: int) -> Placed:
    """Two terminals that drive and rest among the islands, with stated and unstated accuracy."""
    rng = np.random.default_rng(seed)
    speed = np.where(rng.uniform(size=(2, ROWS // 10)) < 0.3, 0.0, rng.uniform(2.0, 14.0, (2, ROWS // 10)))
    speed = np.repeat(speed, 10, axis=1)
    turn = np.cumsum(rng.normal(0.0, 0.4, (2, ROWS)), axis=1)
    x, y = 50.0 + np.cumsum(speed * np.cos(turn), axis=1), 30.0 + np.cumsum(speed * np.sin(turn), axis=1)
    points = np.stack([x % 100.0, y % 60.0], axis=-1).reshape(-1, 2) + rng.normal(0.0, 0.3, (2 * ROWS, 2))
    return placed(
        points, np.tile(np.arange(ROWS), 2), slot=np.repeat([0, 1], ROWS), speed_mps=speed.ravel(),
        fix_quality=rng.choice([4, 5], 2 * ROWS), sigma_n_m=np.nan, sigma_e_m=np.nan,
    )  # fmt: skip


def said(rows: Placed, order: NDArray[np.int64], cuts: list[int]) -> tuple[EventBatch, FenceState]:
    state, events = FenceState.for_slots(2), []
    for part in np.split(order, sorted(cuts)):
        state, more = fence_step(state, FENCES, rows.take(part))
        events.append(more)
    return EventBatch.concat(events), state


def table_hash(events: EventBatch) -> str:
    return hashlib.sha256(repr(sorted(final_table(events).items())).encode()).hexdigest()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**20), st.integers(0, 2**20), st.lists(st.integers(0, 2 * ROWS), max_size=8))
def test_any_order_within_the_watermark_ends_in_equal_tables(drive_seed: int, order_seed: int, cuts: list[int]) -> None:
    rows, rng = drive(drive_seed), np.random.default_rng(order_seed)
    t_s = rows.rows.t_gpst_ns * 1e-9
    in_order = np.argsort(t_s, kind="stable")
    late = np.argsort(t_s + rng.uniform(0.0, LATE_S, len(t_s)), kind="stable")
    twice = np.insert(late, rng.integers(0, len(late), 5), late[:5])  # the first rows again, some time
    expected, first = said(rows, in_order, [])
    events, state = said(rows, late, cuts)
    assert table_hash(events) == table_hash(expected)
    assert (expected.op == Op.ASSERT).all()
    assert state.counters[Counter.LATE] == state.counters[Counter.EVENTS_FULL] == 0
    # what differs is when earlier states are kept, not what is known now
    assert np.array_equal(state.memory["seat_f"][:, 0], first.memory["seat_f"][:, 0], equal_nan=True)
    again, repeated = said(rows, twice, cuts)
    if repeated.counters[Counter.LATE] + repeated.counters[Counter.DUPLICATE] == 5:
        assert table_hash(again) == table_hash(expected)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**20), st.lists(st.integers(0, 2 * ROWS), max_size=8))
def test_cuts_do_not_matter(seed: int, cuts: list[int]) -> None:
    rows = drive(seed)
    order = np.argsort(rows.rows.t_gpst_ns, kind="stable")
    whole, state = said(rows, order, [])
    parts, other = said(rows, order, cuts)
    assert whole.equals(parts)
    assert state.equals(other)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**20))
def test_enter_and_exit_alternate(seed: int) -> None:
    rows = drive(seed)
    events, _ = said(rows, np.argsort(rows.rows.t_gpst_ns, kind="stable"), [])
    for slot in range(2):
        for fence in range(2):
            chosen = (events.slot == slot) & (events.fence == fence) & (events.kind <= EventKind.EXIT)
            kinds = events.kind[chosen].tolist()
            assert kinds[:1] in ([], [EventKind.ENTER])
            assert all(a != b for a, b in pairwise(kinds))
            assert (np.diff(events.t_gpst_ns[chosen]) >= 0).all()
