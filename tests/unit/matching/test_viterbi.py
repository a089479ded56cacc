"""The best sequence against all sequences."""

from itertools import product
from math import inf

import numpy as np
import pytest
from numpy.typing import NDArray

from mapping.matching.viterbi import ancestor, backtrace, best_state, posterior, relax, smoothed

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
        relax(score[k], weight, PLACES, PLACES, score[k + 1], back[k + 1])
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
        state = np.empty(rows + 1, np.int32)
        backtrace(back, np.arange(rows + 1, dtype=np.int32), rows + 1, best_state(score[-1], PLACES), state)
        assert everything[tuple(int(s) for s in state)] == pytest.approx(best)


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
    share, probability = np.zeros(PLACES), np.zeros(PLACES)
    smoothed(score, back, np.arange(4, dtype=np.int32), 4, PLACES, probability, share)
    assert share == pytest.approx(wanted / wanted.sum())
    assert probability.sum() == pytest.approx(1.0)


def test_rows_may_stand_anywhere() -> None:
    back = np.array([[9, 9], [1, 0], [-1, -1], [1, 1]], np.int32)
    rows, state = np.array([2, 3, 1], np.int32), np.empty(3, np.int32)
    backtrace(back, rows, 3, 1, state)
    assert state.tolist() == [1, 0, 1]
    assert ancestor(back, rows, 3, 1) == 1


def test_a_sequence_may_begin_later() -> None:
    back = np.array([[-1, -1], [-1, -1], [0, 1]], np.int32)
    state = np.empty(3, np.int32)
    backtrace(back, np.arange(3, dtype=np.int32), 3, 1, state)
    assert state.tolist() == [-1, 1, 1]
    assert ancestor(back, np.arange(3, dtype=np.int32), 3, 1) == -1


def test_of_equal_sequences_the_lower_state_wins() -> None:
    best, back = np.zeros(2), np.zeros(2, np.int32)
    relax(np.zeros(2), np.zeros((2, 2)), 2, 2, best, back)
    assert back.tolist() == [0, 0]
    assert best_state(best, 2) == 0


def test_nothing_possible_is_said() -> None:
    best, back, p = np.zeros(2), np.zeros(2, np.int32), np.ones(2)
    relax(np.zeros(2), np.full((2, 2), -inf), 2, 2, best, back)
    assert back.tolist() == [-1, -1]
    assert best_state(best, 2) == -1
    posterior(best, 2, p)
    assert p.tolist() == [0.0, 0.0]
