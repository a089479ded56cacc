"""In which form a log was recorded: found out from its first lines, so that nobody has to say."""

import re
from enum import StrEnum

import numpy as np

from beidou_svc.replay.prefix import read_prefix
from gnss.batches import NO_TIME

RECORDING_HEAD = b"#beidou recording 1\n"
"""First line of a recording, the form that this service writes itself."""

_RINEX_LABEL = 60
"""Column of the label of a RINEX line."""

HEAD_BYTES = 16_384
"""How much of a log is looked at."""

LINES_MAX = 64
"""Lines that are asked whether they begin with a receive time."""


class Form(StrEnum):
    """How a log holds the bytes that were received."""

    STREAM = "stream"
    """The bytes themselves: one terminal, no receive times."""
    LINES = "lines"
    """A receive time (and perhaps a terminal's id) before every line."""
    RECORDING = "recording"
    """Records of any bytes, each with its terminal and receive time."""


_SENTENCE = re.compile(rb"[$!][A-Z]{2}|#[A-Z]{3}")


def sniff(head: bytes) -> Form:
    """The form of a log that begins with `head`: lines, if most of those that hold a sentence begin with a time."""
    if head.startswith(RECORDING_HEAD):
        return Form.RECORDING
    lines = [line for line in head.split(b"\n")[: 4 * LINES_MAX] if _SENTENCE.search(line)][:LINES_MAX]
    prefixed = sum(_has_prefix(line) for line in lines)
    return Form.LINES if 2 * prefixed > len(lines) else Form.STREAM


def _has_prefix(line: bytes) -> bool:
    text = np.frombuffer(line, np.uint8)
    return bool(read_prefix(text, 0, len(text)).t_unix_ns != NO_TIME)


def is_rinex(head: bytes) -> bool:
    """Whether a file begins as RINEX does, compact or not: it holds no sentences."""
    return b"RINEX VERS" in head.split(b"\n", 1)[0][_RINEX_LABEL:]
