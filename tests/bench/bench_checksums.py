"""The checks of the stream formats, on what they run over: sentences, Unicore logs, RTCM 3 frames."""

import zlib
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from pynmeagps.nmeahelpers import calc_checksum

from gnss._jit import kernel
from gnss._simd import PAD_BYTES
from gnss.crc import crc24q, crc32, xor_checksum
from tests.bench.measure import cpu_s_of
from tests.bench.result import Result

NAME = "checksums"

SENTENCE = b"GNGGA,133901.50,4134.50180366,N,09345.03586734,W,4,19,0.7,280.829,M,-31.442,M,7.5,0002"
SENTENCES = 10_000
FRAME_BYTES = 1_000_000


@kernel
def _xor_all(buffer: NDArray[np.uint8], length: int, count: int) -> int:
    total = 0
    for row in range(count):
        total += xor_checksum(buffer, row * length, (row + 1) * length)
    return total


def padded(content: bytes) -> NDArray[np.uint8]:
    """The bytes as an array that kernels may read past the end of."""
    return np.frombuffer(content + bytes(PAD_BYTES), dtype=np.uint8)


def run() -> Iterator[Result]:
    """XOR per sentence, CRC-32 and CRC-24Q per byte."""
    sentences = padded(SENTENCE * SENTENCES)
    text = SENTENCE.decode()
    ours_s, peer_s = cpu_s_of(lambda: _xor_all(sentences, len(SENTENCE), SENTENCES), lambda: calc_checksum(text))
    yield Result(NAME, "XOR of a GGA", SENTENCES / ours_s, "/s", "higher", "pynmeagps", 1 / peer_s, n=SENTENCES)

    rng = np.random.default_rng(1)
    content = rng.bytes(FRAME_BYTES)
    frame = padded(content)
    crc32_s, zlib_s = cpu_s_of(lambda: crc32(frame, 0, FRAME_BYTES), lambda: zlib.crc32(content))
    yield Result(NAME, "CRC-32", FRAME_BYTES / crc32_s, "B/s", "higher", "zlib", FRAME_BYTES / zlib_s, n=FRAME_BYTES)
    (crc24q_s,) = cpu_s_of(lambda: crc24q(frame, 0, FRAME_BYTES))
    yield Result(NAME, "CRC-24Q", FRAME_BYTES / crc24q_s, "B/s", "higher", n=FRAME_BYTES)
