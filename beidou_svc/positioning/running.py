"""Where the step of positioning runs: in the caller's thread, or beside it.

Live, ten thousand epochs of one second must not keep the sockets waiting, so a thread takes the steps, one after the
other; its kernels hold no lock of the interpreter. What comes out does not depend on that: a step is a function of what
was received and when, and what waits is taken together with what came meanwhile.
"""

import logging
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import NamedTuple, Protocol

from beidou_svc.positioning.arrived import Arrived
from beidou_svc.positioning.located import Located
from beidou_svc.positioning.stage import Positioning
from gnss.constants import NS_PER_S

IDLE_NS = NS_PER_S
"""Receive time after which a step looks at the bases although nothing came."""

ROWS_MAX = 1_000_000
"""Observations that may wait for a step beside: 70 MB."""

STEP_ROWS = 50_000
"""Observations after which a step beside takes no further tick: a thousand epochs, as ten thousand terminals send in
50 ms."""

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


class _Tick(NamedTuple):
    """What one tick brought, and up to when everything had been received with it."""

    arrived: Sequence[Arrived]
    complete_ns: int
    rows: int


class Beside:
    """In a thread of its own, step after step while there is something to do.

    A step takes ticks together that came meanwhile, but no more than `STEP_ROWS`: where much waits, what is solved
    shows before all of it is.
    """

    def __init__(self, positioning: Positioning, *, interval_ns: int, ticks_max: int, rows_max: int = ROWS_MAX) -> None:
        """`interval_ns`: least receive time between two steps. `ticks_max` ticks, or `rows_max` observations, may wait
        before it is behind."""
        self._positioning = positioning
        self._interval_ns, self._ticks_max, self._rows_max = interval_ns, ticks_max, rows_max
        self._executor = ThreadPoolExecutor(1, "positioning")
        self._working: Future[None] | None = None
        # what follows is shared with the thread
        self._lock = Lock()
        self._inbox: deque[_Tick] = deque()
        self._located: list[Located] = []
        self._complete_ns = self._begun_ns = 0
        self._is_working = False
        self._rows = self._waiting = self._room = 0
        self.failed = 0

    @property
    def is_behind(self) -> bool:
        return len(self._inbox) >= self._ticks_max or self._rows >= self._rows_max

    def grow(self, n: int) -> None:
        self._room = n

    def submit(self, arrived: Sequence[Arrived], complete_ns: int) -> None:
        with self._lock:
            self._complete_ns = complete_ns
            if arrived:
                rows = sum(len(each.observations) for each in arrived)
                self._inbox.append(_Tick(arrived, complete_ns, rows))
                self._rows += rows
            if not self._is_working and self._is_due():
                self._start()

    def _is_due(self) -> bool:
        if not self._is_left():
            return False
        since_ns = abs(self._complete_ns - self._begun_ns)
        has_work = bool(self._inbox) or self._waiting > 0
        return since_ns >= (self._interval_ns if has_work else IDLE_NS)

    def _is_left(self) -> bool:
        return bool(self._inbox) or self._complete_ns != self._begun_ns

    def _start(self) -> None:
        self._is_working = True
        self._working = self._executor.submit(self._work, *self._next())

    def _work(self, arrived: list[Arrived], complete_ns: int) -> None:
        """Step after step, in the thread."""
        while True:
            located = self._step(arrived, complete_ns)
            with self._lock:
                if located is not None:
                    self._located.append(located)
                    self._waiting = located.gauges.waiting
                if not self._is_due():
                    self._is_working = False
                    return
                arrived, complete_ns = self._next()

    def _step(self, arrived: list[Arrived], complete_ns: int) -> Located | None:
        try:
            self._positioning.grow(self._room)
            return self._positioning.step(arrived, complete_ns)
        except Exception:
            self.failed += 1
            logger.exception("a step of positioning failed; the service goes on")
            return None

    def _next(self) -> tuple[list[Arrived], int]:
        """What the next step takes, and up to when everything of it is there."""
        arrived: list[Arrived] = []
        rows, complete_ns = 0, self._complete_ns
        while self._inbox and rows < STEP_ROWS:
            tick = self._inbox.popleft()
            arrived.extend(tick.arrived)
            rows += tick.rows
            complete_ns = tick.complete_ns if self._inbox else self._complete_ns
        self._rows -= rows
        self._begun_ns = complete_ns
        return arrived, complete_ns

    def collect(self, *, wait: bool = False) -> list[Located]:
        if wait:
            self._finish()
        with self._lock:
            located, self._located = self._located, []
        return located

    def _finish(self) -> None:
        while True:
            if self._working is not None:
                self._working.result()
            with self._lock:
                if not self._is_left():
                    return
                self._start()

    def close(self) -> None:
        self._executor.shutdown(cancel_futures=True)
