"""The best sequence against all sequences."""

from itertools import product
from math import inf

import numpy as np
import pytest
from numpy.typing import NDArray

from mapping.matching.viterbi import best_state, meeting, offer, posterior, smoothed

Floats = NDArray[np.float64]
PLACES = 3


def all_sequences(start: Floats, weights: list[Floats]) -> dict[tuple[int, ...], float]:
    """Every sequence and its score."""
    found = {}
    for states in product(range(PLACES), repeat=len(weights) + 1):
        links = zip(weights, states[:-1], states[1:], strict=True)
        found[states] = start[states[0]] + sum(float(w[i, j]) for w, i, j in links)
    return found


def run(start: Floats, weights: list[Floats]) -> tuple[Floats, NDArray[np.int32]]:
    """Scores and links of all rows."""
    score = np.full((len(weights) + 1, PLACES), -inf)
    back = np.full((len(weights) + 1, PLACES), -1, np.int32)
    score[0] = start
    for k, weight in enumerate(weights):
        for i, j in product(range(PLACES), repeat=2):
            offer(score[k + 1], back[k + 1], i, j, score[k, i] + weight[i, j])
    return score, back


@pytest.mark.parametrize("seed", range(20))
def test_the_best_sequence_is_the_best_of_all(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = int(rng.integers(1, 6))
    start = rng.normal(size=PLACES)
    weights = [
        np.where(rng.random((PLACES, PLACES)) < 0.3, -inf, rng.normal(size=(PLACES, PLACES))) for _ in range(rows)
    ]
    score, back = run(start, weights)
    everything = all_sequences(start, weights)
    best = max(everything.values())
    assert score[-1].max() == pytest.approx(best)
    if best > -inf:
        states = [best_state(score[-1], PLACES)]
        for links in back[:0:-1]:
            states.insert(0, int(links[states[0]]))
        assert everything[tuple(states)] == pytest.approx(best)


@pytest.mark.parametrize("seed", range(5))
def test_a_state_is_as_probable_as_the_best_sequences_through_it(seed: int) -> None:
    rng = np.random.default_rng(seed)
    start, weights = rng.normal(size=PLACES), [rng.normal(size=(PLACES, PLACES)) for _ in range(3)]
    score, back = run(start, weights)
    everything = all_sequences(start, weights)
    wanted = np.zeros(PLACES)
    for last in range(PLACES):
        best = max((s for s in everything if s[-1] == last), key=lambda s: everything[s])
        wanted[best[0]] += np.exp(everything[best])
    assert shares(score, back, np.arange(4, dtype=np.int32)) == pytest.approx(wanted / wanted.sum())


def shares(score: Floats, back: NDArray[np.int32], rows: NDArray[np.int32]) -> Floats:
    """How probable each state of the first row is."""
    share, probability, origin = np.ones(PLACES), np.zeros(PLACES), np.zeros(PLACES, np.int32)
    smoothed(score, back, rows, rows.size, PLACES, origin, probability, share)
    return share


def test_what_was_before_a_common_state_is_certain() -> None:
    back = np.array([[-1, -1, -1], [2, 1, 0], [1, 1, 1], [0, 1, 2]], np.int32)
    score = np.log(np.array([[0.2, 0.3, 0.5]] * 4))
    assert shares(score, back, np.arange(4, dtype=np.int32)).tolist() == [0.0, 1.0, 0.0]
    assert shares(score, back, np.array([2, 3], np.int32)) == pytest.approx([0.2, 0.3, 0.5])


def test_the_last_row_that_all_came_through_in_one_state_is_told() -> None:
    back = np.array([[-1, -1, -1], [2, 1, 0], [1, 1, 1], [0, 1, 2]], np.int32)
    origin = np.zeros(PLACES, np.int32)
    assert meeting(back, np.arange(4, dtype=np.int32), 4, PLACES, origin) == 1
    assert origin.tolist() == [1, 1, 1]
    assert meeting(back, np.array([2, 3], np.int32), 2, PLACES, origin) == -1
    assert origin.tolist() == [0, 1, 2]
    assert meeting(back, np.arange(4, dtype=np.int32), 4, 1, origin) == 3


def test_rows_may_stand_anywhere() -> None:
    back = np.array([[9, 9, 9], [1, 0, 1], [-1, -1, -1], [1, 1, 2]], np.int32)
    score = np.log(np.array([[0.2, 0.3, 0.5]] * 4))
    assert shares(score, back, np.array([2, 3, 1], np.int32)) == pytest.approx([0.0, 1.0, 0.0])
    assert shares(score, back, np.array([2, 3], np.int32)) == pytest.approx([0.0, 0.5, 0.5])


def test_a_sequence_that_begins_later_counts_for_none() -> None:
    back = np.array([[-1, -1, -1], [-1, -1, 0], [0, 1, 2]], np.int32)
    score = np.log(np.array([[0.2, 0.3, 0.5]] * 3))
    assert shares(score, back, np.arange(3, dtype=np.int32)) == pytest.approx([0.5, 0.0, 0.0])


def test_of_equal_sequences_the_lower_state_wins() -> None:
    best, back = np.full(2, -inf), np.full(2, -1, np.int32)
    assert [offer(best, back, i, 0, 0.0) for i in (1, 0, 2)] == [True, True, False]
    assert back.tolist() == [0, -1]
    assert best_state(best, 2) == 0


def test_nothing_possible_is_said() -> None:
    best, back, p = np.full(2, -inf), np.full(2, -1, np.int32), np.ones(2)
    assert not offer(best, back, 0, 0, -inf)
    assert back.tolist() == [-1, -1]
    assert best_state(best, 2) == -1
    posterior(best, 2, p)
    assert p.tolist() == [0.0, 0.0]
