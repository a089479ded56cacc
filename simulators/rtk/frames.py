"""Frames of RTCM 3 put together by terminal."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gnss.rtcm.epochs import EpochBatch
from gnss.rtcm.frames import HEAD_BYTES, PREAMBLE, Frames
from gnss.rtcm.msm_layout import MORE_BIT

Bytes = NDArray[np.uint8]
Text = tuple[Bytes, NDArray[np.int64]]

CHECKED_BYTES = 6
"""Bytes of a frame around its payload."""

_MORE_BYTE, _MORE_MASK = HEAD_BYTES + MORE_BIT // 8, 0x80 >> MORE_BIT % 8


def msm_text(frames: Frames, epochs: EpochBatch, row: NDArray[np.int32]) -> Text:
    """Messages of the epochs of some terminals as `(buffer, offset)`, one piece for each of `row`, in its order.

    The last message of an epoch is the one that says that no more follow.
    """
    is_last = (frames.buffer[frames.start + _MORE_BYTE] & _MORE_MASK) == 0
    stop = frames.stop[is_last]
    length = np.zeros(len(row), dtype=np.int64)
    if len(stop) != len(epochs):
        raise ValueError(f"{len(stop)} last messages of {len(epochs)} epochs")
    place = np.zeros(int(row.max(initial=-1)) + 1, dtype=np.int64)
    place[row] = np.arange(len(row))
    at = place[epochs.slot]
    if np.any(np.diff(at) <= 0):
        raise ValueError("epochs are not in the order of the terminals")
    length[at] = np.diff(stop, prepend=0)
    offset = np.concatenate((np.zeros(1, np.int64), np.cumsum(length)))
    return frames.buffer[: offset[-1]], offset


def pack(texts: list[bytes]) -> Text:
    """One piece for each terminal."""
    offset = np.cumsum([0, *(len(text) for text in texts)], dtype=np.int64)
    return np.frombuffer(b"".join(texts), dtype=np.uint8), offset


def split_messages(text: bytes) -> list[bytes]:
    """An epoch cut into its frames and sentences."""
    pieces, at = [], 0
    while at < len(text):
        if text[at] == PREAMBLE and at + HEAD_BYTES <= len(text):
            end = at + CHECKED_BYTES + ((text[at + 1] & 3) << 8 | text[at + 2])
        else:
            end = text.find(b"\n", at) + 1 or len(text)
        pieces.append(text[at:end])
        at = end
    return pieces
