"""Time enters the service here and nowhere else."""

import time
from typing import Final, Protocol

from gnss.constants import NS_PER_S

FOREVER: Final = 2**63 - 1
"""A time that never comes, in any scale."""


class Clock(Protocol):
    """Two readings: civil time to stamp data with, and a time that only moves forward to measure waits with."""

    def utc_ns(self) -> int:
        """UTC since 1970-01-01 in nanoseconds; may be set back by whoever keeps the machine's time."""
        ...

    def mono_ns(self) -> int:
        """Nanoseconds since some fixed instant; never goes back."""
        ...


class SystemClock:
    """The machine's clocks."""

    def utc_ns(self) -> int:
        return time.time_ns()

    def mono_ns(self) -> int:
        return time.monotonic_ns()


class ManualClock:
    """A clock that stands still until it is moved: for tests, and for anything that brings its own time."""

    def __init__(self, utc_ns: int = 1_800_000_000 * NS_PER_S, mono_ns: int = NS_PER_S) -> None:
        self._utc_ns = utc_ns
        self._mono_ns = mono_ns

    def utc_ns(self) -> int:
        return self._utc_ns

    def mono_ns(self) -> int:
        return self._mono_ns

    def advance(self, seconds: float) -> None:
        """Move both readings forward."""
        step_ns = round(seconds * NS_PER_S)
        self._utc_ns += step_ns
        self._mono_ns += step_ns
