"""RTCM 3 frames around payloads: preamble, length, CRC-24Q (sources: nmea §7)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gnss._jit import leaf_kernel
from gnss._simd import PAD_BYTES
from gnss.crc import crc24q

HEAD_BYTES, CHECK_BYTES = 3, 3
PAYLOAD_BYTES_MAX = 1023
PREAMBLE = 0xD3


@dataclass(frozen=True, slots=True)
class Frames:
    """Encoded frames: frame i is `buffer[start[i] : stop[i]]`; `buffer` has `PAD_BYTES` of room behind the last."""

    buffer: NDArray[np.uint8]
    start: NDArray[np.int64]
    stop: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.start)

    def tobytes(self) -> bytes:
        """All frames, one behind the other."""
        return self.buffer[: self.stop[-1]].tobytes() if len(self) else b""

    def split(self) -> list[bytes]:
        """Each frame by itself."""
        return [self.buffer[a:b].tobytes() for a, b in zip(self.start.tolist(), self.stop.tolist(), strict=True)]


@leaf_kernel
def _close(buffer: NDArray[np.uint8], start: NDArray[np.int64], stop: NDArray[np.int64]) -> None:
    for i in range(len(start)):
        a, check = start[i], stop[i] - CHECK_BYTES
        length = check - a - HEAD_BYTES
        buffer[a] = PREAMBLE
        buffer[a + 1] = length >> 8
        buffer[a + 2] = length & 0xFF
        crc = crc24q(buffer, a, check)
        buffer[check] = crc >> 16
        buffer[check + 1] = (crc >> 8) & 0xFF
        buffer[check + 2] = crc & 0xFF


def open_frames(payload_bytes: NDArray[np.int64]) -> Frames:
    """Room for frames of payloads of these lengths, all zero; `close_frames` completes them.

    Shape: (n,). Unit: bytes. Raises ValueError for a payload longer than a frame can hold.
    """
    if len(payload_bytes) and payload_bytes.max() > PAYLOAD_BYTES_MAX:
        raise ValueError(f"a payload of {payload_bytes.max()} bytes; a frame holds {PAYLOAD_BYTES_MAX}")
    stop = np.cumsum(payload_bytes + HEAD_BYTES + CHECK_BYTES)
    start = stop - payload_bytes - HEAD_BYTES - CHECK_BYTES
    total = int(stop[-1]) if len(stop) else 0
    return Frames(np.zeros(total + PAD_BYTES, np.uint8), start, stop)


def close_frames(frames: Frames) -> Frames:
    """Write preamble, length and CRC around the payloads, in place."""
    _close(frames.buffer, frames.start, frames.stop)
    return frames
