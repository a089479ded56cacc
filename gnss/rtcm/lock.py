"""Lock-time indicators: how long, at least, a phase has been tracked without a slip.

Source: docs/sources.md, gnss_facts §7 (RTCM DF402, DF407, DF013).
"""

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

LOCK_INDICATORS = 1024
"""Length of a table by indicator: DF407 has 10 bits."""


class LockCode(IntEnum):
    """Which indicator a message uses; row of `LOCK_S`."""

    DF402 = 0
    DF407 = 1
    DF013 = 2


DF013_STEPS: tuple[tuple[int, int, int], ...] = (
    (0, 1, 0), (24, 2, 24), (48, 4, 120), (72, 8, 408), (96, 16, 1176), (120, 32, 3096),
)  # fmt: skip
"""First indicator of a range, then slope and what is taken off: seconds = slope * indicator - offset."""

DF013_LAST, DF013_LAST_S = 127, 937.0
DF407_LAST = 704
"""Above this indicator DF407 has no meaning."""


def _df402_s() -> list[float]:
    """0 is less than 32 ms, n is at least 2^(n - 1) times 32 ms."""
    return [0.0] + [0.032 * 2 ** (n - 1) for n in range(1, 16)]


def _df407_s() -> list[float]:
    """The first 64 indicators count milliseconds; from there on, every 32 indicators the step doubles."""
    seconds = [i / 1e3 for i in range(64)]
    for i in range(64, DF407_LAST + 1):
        doublings = (i - 32) // 32
        step = 1 << doublings
        first = 32 * (doublings + 1)
        seconds.append((step * (i - first) + 32 * step) / 1e3)
    return seconds


def _df013_s() -> list[float]:
    seconds = []
    for i in range(DF013_LAST):
        _, slope, offset = next(row for row in reversed(DF013_STEPS) if i >= row[0])
        seconds.append(float(slope * i - offset))
    return [*seconds, DF013_LAST_S]


def _compile() -> NDArray[np.float32]:
    table = np.full((len(LockCode), LOCK_INDICATORS), np.nan, np.float32)
    for code, seconds in ((LockCode.DF402, _df402_s()), (LockCode.DF407, _df407_s()), (LockCode.DF013, _df013_s())):
        table[code, : len(seconds)] = seconds
    return table


LOCK_S = _compile()
"""Shortest lock time in s by `LockCode` and indicator; NaN where the indicator has no meaning."""
