"""A bounded number of rounds of every fuzz target."""

import numpy as np
import pytest

from tests.fuzz import fuzz_decoder
from tests.fuzz.hostile import SOURCES, hostile_stream

ROUNDS = 60


def test_decoder() -> None:
    for seed in range(ROUNDS):
        fuzz_decoder.run_seed(seed)


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.__name__)
def test_every_source_is_hostile_and_repeatable(source: object) -> None:
    assert callable(source)
    first, again = (source(np.random.default_rng(4), 500) for _ in range(2))
    assert first == again
    assert len(first) > 100
    assert hostile_stream(np.random.default_rng(5)) == hostile_stream(np.random.default_rng(5))
