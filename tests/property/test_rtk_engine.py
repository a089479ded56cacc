"""However epochs of the engine are cut and mixed: rows depend on each terminal's own epochs alone."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gnss.rtk.state import RtkState
from tests.unit.rtk.stage import BASE, FAR, NEAR, Scene, scene, solve

pytestmark = pytest.mark.compiled

ROVERS = (NEAR, FAR, (100.0, 50.0, 2.0))
SECONDS = 8
N = len(ROVERS) * SECONDS


def told() -> Scene:
    return scene(ROVERS, seconds=SECONDS, v_enu_mps=(BASE, BASE, (12.0, -9.0, 0.3)), slip_ratio=100.0)


@settings(max_examples=40)
@given(st.lists(st.integers(0, N), max_size=6), st.permutations(range(N)), st.sets(st.integers(0, 2), min_size=1))
def test_rows_depend_on_the_terminals_own_epochs_alone(cuts: list[int], order: list[int], slots: set[int]) -> None:
    scene_, state = told(), RtkState.for_slots(3)
    whole = solve(scene_)
    rows: NDArray[Any] = np.array([row for row in range(N) if scene_.rovers.epochs.slot[row] in slots])
    edges = [0, *sorted(cuts), N]
    mixed = np.array(order)
    for first, last in pairwise(edges):
        part = rows[(rows >= first) & (rows < last)]
        # within a call the order does not matter
        part = mixed[np.isin(mixed, part)]
        solved = solve(scene_.take(part), state=state)
        assert solved.fixes.equals(whole.fixes.take(part))
        assert solved.found.equals(whole.found.take(part))
