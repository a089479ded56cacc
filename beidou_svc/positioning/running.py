"""Where the step of positioning runs: in the caller's thread, or beside it.

Live, ten thousand epochs of one second must not keep the sockets waiting, so a thread takes the steps, one after the
other; its kernels hold no lock of the interpreter. What comes out does not depend on that: a step is a function of what
was received and when, and what waits is taken together with what came meanwhile.
"""

import logging
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol

from beidou_svc.positioning.arrived import Arrived
from beidou_svc.positioning.located import Located
from beidou_svc.positioning.stage import Positioning
from gnss.constants import NS_PER_S

IDLE_NS = NS_PER_S
"""Receive time after which a step looks at the bases although nothing came."""

ROWS_MAX = 1_000_000
"""Observations that may wait for a step beside: 70 MB."""

logger = logging.getLogger("beidou_svc.positioning")


class Runner(Protocol):
    """Takes what arrived, gives what was located."""

    @property
    def is_behind(self) -> bool:
        """Whether so much waits that no more should be read from the sockets."""
        ...

    def grow(self, n: int) -> None:
        """Make room for `n` terminals."""

    def submit(self, arrived: Sequence[Arrived], complete_ns: int) -> None:
        """Everything received up to `complete_ns` (UTC since 1970) is among what arrived now and before."""

    def collect(self, *, wait: bool = False) -> list[Located]:
        """What was located since the last call; with `wait`, everything that was submitted is done first."""
        ...

    def close(self) -> None:
        """No more steps."""


class Inline:
    """In the caller's thread."""

    is_behind = False

    def __init__(self, positioning: Positioning) -> None:
        self._positioning = positioning
        self._located: list[Located] = []

    def grow(self, n: int) -> None:
        self._positioning.grow(n)

    def submit(self, arrived: Sequence[Arrived], complete_ns: int) -> None:
        self._located.append(self._positioning.step(arrived, complete_ns))

    def collect(self, *, wait: bool = False) -> list[Located]:
        located, self._located = self._located, []
        return located

    def close(self) -> None:
        return None


class Beside:
    """In a thread of its own, one step at a time; ticks that come meanwhile are taken together with the next."""

    def __init__(self, positioning: Positioning, *, interval_ns: int, ticks_max: int, rows_max: int = ROWS_MAX) -> None:
        """`interval_ns`: least receive time between two steps. `ticks_max` ticks, or `rows_max` observations, may wait
        before it is behind."""
        self._positioning = positioning
        self._interval_ns, self._ticks_max, self._rows_max = interval_ns, ticks_max, rows_max
        self._executor = ThreadPoolExecutor(1, "positioning")
        self._running: Future[Located] | None = None
        self._inbox: list[Arrived] = []
        self._complete_ns = self._begun_ns = 0
        self._ticks = self._rows = self._waiting = 0
        self._room = 0
        self._located: list[Located] = []
        self.failed = 0

    @property
    def is_behind(self) -> bool:
        return self._ticks >= self._ticks_max or self._rows >= self._rows_max

    def grow(self, n: int) -> None:
        self._room = n

    def submit(self, arrived: Sequence[Arrived], complete_ns: int) -> None:
        self._inbox.extend(arrived)
        self._rows += sum(len(each.observations) for each in arrived)
        self._ticks += bool(self._inbox)
        self._complete_ns = complete_ns
        self._settle()
        if self._running is None and self._is_due():
            self._begin()

    def _is_due(self) -> bool:
        since_ns = abs(self._complete_ns - self._begun_ns)
        has_work = bool(self._inbox) or self._waiting > 0
        return since_ns >= (self._interval_ns if has_work else IDLE_NS)

    def _begin(self) -> None:
        inbox, self._inbox, self._ticks, self._rows = self._inbox, [], 0, 0
        self._begun_ns = self._complete_ns
        self._running = self._executor.submit(self._step, inbox, self._complete_ns, self._room)

    def _step(self, arrived: list[Arrived], complete_ns: int, room: int) -> Located:
        self._positioning.grow(room)
        return self._positioning.step(arrived, complete_ns)

    def _settle(self, *, wait: bool = False) -> None:
        """Take over a step that is done."""
        if self._running is None or not (wait or self._running.done()):
            return
        running, self._running = self._running, None
        try:
            self._located.append(running.result())
            self._waiting = self._located[-1].gauges.waiting
        except Exception:
            self.failed += 1
            logger.exception("a step of positioning failed; the service goes on")

    def collect(self, *, wait: bool = False) -> list[Located]:
        self._settle(wait=wait)
        if wait and self._complete_ns != self._begun_ns:
            self._begin()
            self._settle(wait=True)
        located, self._located = self._located, []
        return located

    def close(self) -> None:
        self._executor.shutdown(cancel_futures=True)
