"""Run as a program, with and without NUMBA_DISABLE_JIT=1: prints what kernels make of a few streams, as JSON.

Interpreted, it also counts how often hostile streams make the scanner look at a byte.
"""

import hashlib
import json
import sys
from typing import Any

import numpy as np

from gnss.stream import frames, lines, scan
from gnss.stream.scan import SpanSink, scan_run
from tests.fuzz.hostile import GOOD, flipped, odd_fields, spliced
from tests.helpers.chunking import INTERPRETED
from tests.helpers.decoding import Outcome, decode_pieces

LIMIT_BYTES = 64
"""Longest sentence and foreign payload while looks are counted: the bound is proportional to it."""

HOSTILE: dict[str, bytes] = {
    "dollars": b"$" * 3000,
    "hashes": b"#A" * 1500,
    "bangs": b"!" * 3000,
    "checks": b"!*00" * 750,
    "long checks": (b"!" * 50 + b"*00000000\r\n") * 50,
    "raw bytes": b"!\xff" * 1500,
    "rtcm3": b"\xd3\x00\x3a" * 1000,
    "ubx": b"\xb5\x62\x00\x00\x40\x00" * 500,
    "casic": b"\xba\xce\x40\x00\x00\x00" * 500,
    "unicore": b"\xaa\x44\xb5\x00\x00\x00\x20\x00" * 400,
    "novatel": b"\xaa\x44\x12\x1c\x00\x00\x00\x00\x20\x00" * 300,
    "zeros": b"\x00" * 3000,
}


class Counted:
    """A buffer that counts how many bytes were asked for."""

    def __init__(self, data: bytes) -> None:
        self.data = np.frombuffer(data + bytes(128), np.uint8)
        self.looks = 0

    def __getitem__(self, key: int | slice) -> Any:
        part = self.data[key]
        self.looks += np.size(part)
        return part

    def __len__(self) -> int:
        return len(self.data)


def digest(outcome: Outcome) -> str:
    """SHA-256 over every column of the rows and the counters."""
    sha = hashlib.sha256()
    for fixes in (outcome.fixes, outcome.open):
        for name, column in fixes.columns().items():
            # NaN has many bit patterns and one meaning
            clean = np.where(np.isnan(column), np.nan, column) if column.dtype.kind == "f" else column
            sha.update(name.encode() + clean.tobytes())
    for counters in (outcome.sentences, outcome.drops, outcome.epochs):
        sha.update(counters.tobytes())
    sha.update(repr(outcome.texts).encode() + repr(sorted(outcome.unknown.items())).encode())
    return sha.hexdigest()


def streams() -> list[list[bytes]]:
    """The same few streams in every process, one of them in pieces."""
    rng = np.random.default_rng(11)
    good = b"".join(GOOD)
    return [[good[:300], good[300:]], [flipped(rng, 1200)], [spliced(rng, 1200)], [odd_fields(rng, 1500)]]


def looks_per_byte(data: bytes) -> float:
    """How often the scanner looks at a byte on average; only interpreted kernels can be watched."""
    buffer: Any = Counted(data)
    rows = len(data) // 4 + 8
    sink = SpanSink(*(np.empty(rows, dtype) for dtype in ("i4", "u1", "i8", "i8", "i8")))
    scan_run(buffer, 0, len(data), True, 0, np.zeros(64, np.uint64), sink, 0)
    return float(buffer.looks / len(data))


def main() -> None:
    """Print the digest of the rows, and the looks where they can be counted."""
    result: dict[str, Any] = {"digest": digest(decode_pieces(streams()))}
    if INTERPRETED:
        for module in (frames, lines, scan):
            for limit in ("LINE_BYTES_MAX", "FOREIGN_PAYLOAD_BYTES_MAX"):
                if hasattr(module, limit):
                    setattr(module, limit, LIMIT_BYTES)
        result["looks"] = {name: looks_per_byte(data) for name, data in HOSTILE.items()}
    sys.stdout.write(json.dumps(result))


if __name__ == "__main__":
    with np.errstate(over="ignore"):
        main()
