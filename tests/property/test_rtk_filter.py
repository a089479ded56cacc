"""Whatever comes and goes, RTK's filter stays the one least-squares problem of all that it was told."""

from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gnss.rtk.settings import Mode
from tests.unit.rtk.dense import ALL_NEW, Dense, Filter, add_epoch
from tests.unit.rtk.differences import World

pytestmark = pytest.mark.compiled
"""Whole epochs take seconds without the compiler; their kernels are interpreted in tests of their own."""

SATELLITES = 12


@dataclass(frozen=True)
class Epoch:
    """What happens: satellites hidden, signals without a phase, ambiguities lost before, the time since the last."""

    hidden: set[int] = field(default_factory=set)
    no_phase: set[int] = field(default_factory=set)
    no_code: set[int] = field(default_factory=set)
    lost: set[int] = field(default_factory=set)


rows = st.integers(0, 2 * SATELLITES - 1)
epochs = st.builds(
    Epoch,
    st.sets(st.integers(0, SATELLITES - 1), max_size=9),
    st.sets(rows, max_size=5),
    st.sets(rows, max_size=5),
    st.sets(rows, max_size=4),
)


@settings(max_examples=60)
@given(st.lists(epochs, min_size=1, max_size=5), st.sampled_from([Mode.KINEMATIC, Mode.STATIC]), st.integers(0, 3))
def test_the_filter_is_one_least_squares_problem(told: list[Epoch], mode: Mode, seed: int) -> None:
    filter_, dense, world = Filter(replace(ALL_NEW, mode=mode)), Dense(), World(seed=seed)
    for number, what in enumerate(told):
        for place in sorted(what.lost, reverse=True):
            if place < int(filter_.mine.count[0]):
                filter_.lose(place)
        e = world.epoch(float(number), (0.3 * number if mode != Mode.STATIC else 1.0, -0.5, 0.2))
        e.w_phase[list(what.no_phase)] = 0.0
        e.w_code[list(what.no_code)] = 0.0
        hidden = np.unique(e.satellite)[list(what.hidden)]
        filter_.enter(e.take(np.flatnonzero(~np.isin(e.satellite, hidden))))
        before = list(dense.rows)
        add_epoch(dense, number, e.take(np.flatnonzero(~np.isin(e.satellite, hidden))), filter_)
        if not filter_.update():
            # too few satellites for a position: nothing was said
            dense.rows = before
    filter_.form().assert_is(dense.reduced_to(filter_.names()))


@settings(max_examples=60)
@given(st.lists(rows, max_size=20), st.integers(0, 3))
def test_what_is_forgotten_in_any_order_leaves_the_same(lost: list[int], seed: int) -> None:
    filter_, dense, world = Filter(), Dense(), World(seed=seed)
    for number in range(2):
        filter_.enter(world.epoch(float(number)))
        add_epoch(dense, number, world.last, filter_)
        assert filter_.update()
    for place in lost:
        if place < int(filter_.mine.count[0]):
            filter_.lose(place)
    # `names` are those that are left, wherever they now stand
    filter_.form().assert_is(dense.reduced_to(filter_.names()))
