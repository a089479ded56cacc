"""Fuzz the decoder: `python -m tests.fuzz.fuzz_decoder SECONDS [SEED]`. A failure names the seed that repeats it."""

import sys
import time

import numpy as np

from gnss.batches import NO_TIME, FixBatch
from gnss.status import Status
from tests.fuzz.hostile import hostile_stream
from tests.helpers.chunking import pieces_at
from tests.helpers.decoding import Outcome, decode_pieces

STREAMS = 24
"""Terminals of one round: half of them receive in one piece what the other half receives cut."""


def assert_sound(fixes: FixBatch) -> None:
    """What holds for every row, whatever was received."""
    there = ~np.isnan(fixes.lat_rad)
    assert (np.abs(fixes.lat_rad[there]) <= np.pi / 2).all()
    assert (np.abs(fixes.lon_rad[there]) <= np.pi).all()
    assert np.array_equal(there, ~np.isnan(fixes.lon_rad))
    assert (fixes.fix_quality[there] > 0).all(), "a place with quality 0"
    assert (fixes.fix_quality <= 8).all()
    good = fixes.status == Status.OK
    assert there[good].all()
    assert (fixes.t_gpst_ns[good] != NO_TIME).all()
    assert (fixes.sats_view <= 128).all()


def assert_alike(outcome: Outcome, whole: int, cut: int) -> None:
    """Two terminals that received the same bytes say the same."""
    assert outcome.texts[whole] == outcome.texts[cut]
    assert outcome.rows_of(whole).equals(outcome.rows_of(cut))
    for counters in (outcome.sentences, outcome.drops, outcome.epochs):
        assert np.array_equal(counters[whole], counters[cut])


def run_seed(seed: int) -> None:
    """One round of hostile streams; raises AssertionError with the seed."""
    rng = np.random.default_rng(seed)
    streams = [hostile_stream(rng) for _ in range(STREAMS // 2)]
    cut = [pieces_at(data, rng.integers(0, len(data) + 1, rng.integers(1, 12)).tolist()) for data in streams]
    try:
        outcome = decode_pieces([*([data] for data in streams), *cut])
        assert_sound(outcome.fixes)
        assert_sound(outcome.open)
        for k in range(len(streams)):
            assert_alike(outcome, k, k + len(streams))
    except AssertionError as error:
        raise AssertionError(f"seed {seed}: {error}") from error


def main(seconds: float, seed: int) -> int:
    """Run rounds for so long; returns how many."""
    until = time.monotonic() + seconds
    rounds = 0
    while time.monotonic() < until:
        run_seed(seed + rounds)
        rounds += 1
    return rounds


if __name__ == "__main__":
    first_seed = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    done = main(float(sys.argv[1]), first_seed)
    sys.stdout.write(f"decoder: {done} rounds of {STREAMS} streams from seed {first_seed}, nothing found\n")
