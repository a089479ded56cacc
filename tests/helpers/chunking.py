"""The one test that every stream passes: what comes out depends on the bytes, not on how they are cut.

Terminals do not know of each other, so a thousand ways to cut a stream are a thousand terminals of one decoder: each
receives the same bytes in other pieces, and all must end up with the columns of the one that got them whole.
"""

import itertools
import os
from collections.abc import Callable, Sequence

import numpy as np

from gnss.batches import NO_TIME
from gnss.status import Status
from tests.helpers.decoding import Outcome, decode_pieces, decode_whole, spans_of

INTERPRETED = os.environ.get("NUMBA_DISABLE_JIT", "0") == "1"
BYTES_MAX = 12_000 if INTERPRETED else 1_500_000
"""How many bytes one way of cutting may cost over all terminals; kernels that are not compiled get a sample."""

GARBAGE = b"\x00\xff noise ,,*7\n\x80$GPG$!#\xd3\xb5\xba\xaa\x44\r\n"
"""No sentence and no frame, but a bit of each."""

Cut = Callable[[bytes, np.random.Generator], list[bytes]]


def pieces_at(data: bytes, at: Sequence[int]) -> list[bytes]:
    """`data` cut before the given positions."""
    edges = [0, *sorted(at), len(data)]
    return [data[a:b] for a, b in itertools.pairwise(edges)]


def pieces_of(data: bytes, size: int) -> list[bytes]:
    """`data` in pieces of `size` bytes."""
    return pieces_at(data, range(size, len(data), size))


def assert_same(got: Outcome, whole: Outcome, how: str) -> None:
    """Every terminal of `got` has the rows, counters and spans of the only one of `whole`."""
    n = len(got.texts)
    for slot in range(n):
        assert got.texts[slot] == whole.texts[0], f"{how}: spans of terminal {slot}"
    for ours, theirs in ((got.fixes, whole.fixes), (got.open, whole.open)):
        rows = np.tile(np.arange(len(theirs)), n)
        wanted = theirs.take(rows).replace(slot=np.repeat(np.arange(n, dtype=np.int32), len(theirs)))
        assert len(ours) == len(wanted), f"{how}: {len(ours)} rows, expected {len(wanted)}"
        for name, column in ours.columns().items():
            np.testing.assert_array_equal(column, getattr(wanted, name), err_msg=f"{how}: column {name}")
    for name in ("sentences", "drops", "epochs"):
        counters = getattr(whole, name)
        np.testing.assert_array_equal(getattr(got, name), np.repeat(counters, n, axis=0), err_msg=f"{how}: {name}")
    assert got.unknown == {name: n * count for name, count in whole.unknown.items()}, how


def _splits_in_two(data: bytes, rng: np.random.Generator) -> list[list[bytes]]:
    n = min(len(data) + 1, max(BYTES_MAX // max(len(data), 1), 2))
    at = np.arange(len(data) + 1) if n == len(data) + 1 else np.sort(rng.choice(len(data) + 1, n, replace=False))
    return [[data[:i], data[i:]] for i in at.tolist()]


def _byte_by_byte(data: bytes, rng: np.random.Generator) -> list[list[bytes]]:
    """All of a short stream; of a long one several windows: all states are met without a push for every byte."""
    window = min(len(data), 60 if INTERPRETED else 700)
    n = 1 if window == len(data) else max(min(BYTES_MAX // len(data), len(data) // window), 1)
    begins = np.linspace(0, len(data) - window, n).astype(int).tolist()
    return [[data[:b], *pieces_of(data[b : b + window], 1), data[b + window :]] for b in begins]


def _random_splits(data: bytes, rng: np.random.Generator) -> list[list[bytes]]:
    n = int(np.clip(BYTES_MAX // max(len(data), 1), 2, 24))
    return [pieces_at(data, rng.integers(0, len(data) + 1, rng.integers(2, 30)).tolist()) for _ in range(n)]


def _equal_pieces(data: bytes, rng: np.random.Generator) -> list[list[bytes]]:
    sizes = [17, 64, 65, 333, 1_000, 1 << 12, 1 << 16, 1 << 20]
    return [pieces_of(data, size) for size in sizes if size < 2 * len(data) and len(data) // size < 120]


WAYS: tuple[tuple[str, Callable[[bytes, np.random.Generator], list[list[bytes]]]], ...] = (
    ("split in two", _splits_in_two),
    ("byte by byte", _byte_by_byte),
    ("random splits", _random_splits),
    ("equal pieces", _equal_pieces),
)


def assert_survivors(data: bytes, whole: Outcome, seed: int) -> None:
    """One bit flipped: every sentence and frame that does not hold it is still found."""
    rng = np.random.default_rng(seed)
    n = int(min(8 * len(data), max(BYTES_MAX // len(data), 8)))
    bits = np.sort(rng.choice(8 * len(data), n, replace=False)).tolist()
    edges = spans_of(data)
    flipped = []
    for bit in bits:
        damaged = bytearray(data)
        damaged[bit // 8] ^= 1 << bit % 8
        flipped.append([bytes(damaged)])
    got = decode_pieces(flipped)
    for slot, bit in enumerate(bits):
        # the check and the line end behind a sentence are its own: `*`, up to eight digits, CR LF
        alive = [text for text, (a, b) in zip(whole.texts[0], edges, strict=True) if not a <= bit // 8 < b + 11]
        found = iter(got.texts[slot])
        missing = [text for text in alive if text not in found]
        assert not missing, f"bit {bit % 8} of byte {bit // 8} took {missing[0]!r} with it"


def assert_any_chunking(data: bytes, *, seed: int = 1, reference_gpst_ns: int = NO_TIME) -> Outcome:
    """Whole, cut anywhere, byte by byte, among garbage, one bit flipped. Returns what the whole gave."""
    whole = decode_whole(data, reference_gpst_ns=reference_gpst_ns)
    if not data:
        return whole
    rng = np.random.default_rng(seed)
    for how, cut in WAYS:
        ways = cut(data, rng)
        if ways:
            assert_same(decode_pieces(ways, reference_gpst_ns=reference_gpst_ns), whole, f"{how} (seed {seed})")
    led, trailed = (
        decode_whole(stream, reference_gpst_ns=reference_gpst_ns)
        for stream in (GARBAGE + data, data + b"\r\n" + GARBAGE)
    )
    for outcome, where in ((led, "behind garbage"), (trailed, "before garbage")):
        assert outcome.texts == whole.texts, where
        assert outcome.fixes.equals(whole.fixes), where
        assert outcome.drops[0, Status.GARBAGE] > whole.drops[0, Status.GARBAGE], where
    assert_survivors(data, whole, seed)
    return whole
