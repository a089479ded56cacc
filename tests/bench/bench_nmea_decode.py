"""NMEA to columns: framing, checksum, every field, ranges; many terminals, in pieces of several sizes."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from pynmeagps import NMEAReader

from gnss.batches import SegmentBatch
from gnss.decoder import StreamDecoder
from gnss.nmea.decode import Workspace, decode
from gnss.stream.spans import ScanState, ScanWorkspace, scan
from tests.bench.measure import cpu_s_of
from tests.bench.nmea_load import FULL_MIX, SKY_MIX, arenas, cut, sentence_count, stream
from tests.bench.result import Result

NAME = "nmea_decode"

TERMINALS = 1_000
SECONDS = 40
ARENA_BYTES = 1 << 20
PIECES = {"1 MB": 1 << 20, "64 kB": 1 << 16, "1.4 kB": 1_400}
PEER_SENTENCES = 2_000
RATIO_MUST = 400
"""Times faster than pynmeagps."""


def decode_all(text: NDArray[np.uint8], parts: Sequence[SegmentBatch]) -> Callable[[], int]:
    """Scan and decode everything; the good sentences are counted, so that nothing can be left out."""
    scan_space, sentence_space = ScanWorkspace(), Workspace.for_spans(0)

    def run() -> int:
        state, good = ScanState.for_slots(TERMINALS), 0
        for segments in parts:
            work, spans = scan(state, text, segments, scan_space)
            good += int(np.count_nonzero(decode(work, spans, sentence_space).sentences.status == 0))
        return good

    return run


def assemble_all(text: NDArray[np.uint8], parts: Sequence[SegmentBatch]) -> Callable[[], int]:
    """Everything up to epochs."""

    def run() -> int:
        decoder = StreamDecoder(TERMINALS)
        return sum(decoder.push(text, segments).closed for segments in parts)

    return run


def parse_all(text: NDArray[np.uint8]) -> Callable[[], None]:
    """The first sentences with pynmeagps, one by one."""
    lines = text.tobytes().splitlines(keepends=True)[:PEER_SENTENCES]

    def run() -> None:
        for line in lines:
            NMEAReader.parse(line)

    return run


def run() -> Iterator[Result]:
    """Sentences a second for each mix and piece, beside pynmeagps on the same sentences."""
    yield from run_mix("full mix", FULL_MIX, PIECES, must=7e6, reach=15e6)
    yield from run_mix("full mix of two constellations", SKY_MIX, {"64 kB": PIECES["64 kB"]})
    yield from run_mix("GGA + RMC", ("GGA", "RMC"), {"64 kB": PIECES["64 kB"]}, must=8e6, reach=15e6)


def run_mix(
    what: str, mix: Sequence[str], pieces: dict[str, int], must: float | None = None, reach: float | None = None
) -> Iterator[Result]:
    """One mix, cut into pieces of each size."""
    text, offset = stream(TERMINALS, SECONDS, mix)
    n = sentence_count(text)
    for size, piece_bytes in pieces.items():
        parts = arenas(cut(offset, piece_bytes), ARENA_BYTES)
        decoding = decode_all(text, parts)
        assert decoding() == n
        ours_s, peer_s = cpu_s_of(decoding, parse_all(text))
        peer = PEER_SENTENCES / peer_s
        metric, unit, note = f"{what}, pieces of {size}", "sentences/s", f"{len(text) / ours_s / 1e6:.0f} MB/s"
        yield Result(NAME, metric, n / ours_s, unit, "higher", "pynmeagps", peer, must, reach, n, note)
        if must is not None:
            times = n / ours_s / peer
            yield Result(NAME, f"{metric}, times pynmeagps", times, "", "higher", must=RATIO_MUST if must else None)
    (epochs_s,) = cpu_s_of(assemble_all(text, parts))
    yield Result(NAME, f"{what}, up to epochs", n / epochs_s, "sentences/s", "higher", n=n)
