"""The fleet on air: slot after slot, each at its own moment of a schedule that does not drift."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from simulators.link import Breaks, Link, Writes
from simulators.scenario import Scenario
from simulators.schedule import Schedule
from simulators.sentences import Text, join_texts

LAG_COUNTED_S = 0.1  # a slot sent later than this is counted as late
FLUSH_STEP_S = 0.0005  # between two tries to send what is owed
FLUSH_WAIT_S_MAX = 10.0  # a peer that takes nothing for this long is not waited for any longer


class Epochs(Protocol):
    """What the receivers of a slot have to say."""

    @property
    def row(self) -> NDArray[np.int32]:
        """The terminal of each text."""


E = TypeVar("E", bound=Epochs)
E_co = TypeVar("E_co", bound=Epochs, covariant=True)
E_contra = TypeVar("E_contra", bound=Epochs, contravariant=True)


class Cars(Protocol[E_co]):
    """A fleet, of one kind or another."""

    @property
    def scenario(self) -> Scenario:
        """What it was told."""

    @property
    def schedule(self) -> Schedule:
        """Who sends when."""

    def observe(self, slot: int) -> E_co:
        """What the receivers of a slot have to say; slots are asked for in order."""


class Voice(Protocol[E_contra]):
    """Puts into bytes what receivers have to say."""

    def speak(self, slot: int, epochs: E_contra) -> Text:
        """The text of a slot: row k of `epochs` is `buffer[offset[k]:offset[k + 1]]`."""


class Clock(Protocol):
    """A steady clock that can wait."""

    def now_s(self) -> float:
        """Seconds since some fixed moment."""

    def wait_until(self, at_s: float) -> None:
        """Return at `at_s`, or at once when it is past."""


class Outlet(Protocol):
    """Where the text goes: sockets, or a recorder in tests."""

    def send(self, writes: Writes) -> None:
        """Send to many terminals."""

    def apply(self, breaks: Breaks, now_s: float) -> None:
        """Break connections."""

    def poll(self, now_s: float) -> None:
        """Do what connections need between slots."""

    def flush(self) -> int:
        """Try to send what is still owed; how many terminals still owe."""


@dataclass
class Progress:
    """What has been done so far."""

    slots: int = 0
    epochs: int = 0
    late_slots: int = 0
    lag_s: float = 0.0
    lag_max_s: float = 0.0
    scenario_s: float = 0.0
    faults: dict[str, int] = field(default_factory=dict)


@dataclass
class Broadcast(Generic[E]):
    """Drives a fleet and hands its text to an outlet in time."""

    fleet: Cars[E]
    speaker: Voice[E]
    link: Link
    outlet: Outlet
    clock: Clock
    speedup: float = 1.0
    on_progress: Callable[[Progress], None] = lambda progress: None
    progress: Progress = field(default_factory=Progress)

    def run(self, duration_s: float | None, begin_s: float) -> Progress:
        """Run for some seconds of scenario time (`None`: until interrupted); scenario time 0 is at `begin_s`."""
        schedule, load = self.fleet.schedule, self.fleet.scenario.load
        pace = self._pace()
        slots = None if duration_s is None else round(duration_s * 1e9 / schedule.slot_ns)
        progress = self.progress = Progress()
        waiting: dict[int, list[Text]] = {}
        while slots is None or progress.slots < slots:
            slot = progress.slots
            t_s = schedule.t_s(slot)
            epochs = self.fleet.observe(slot)
            text = self._gathered(waiting, slot, self.speaker.speak(slot, epochs))
            breaks = self.link.breaks(t_s, schedule.slot_ns / 1e9)
            if not load.unlimited:
                self.clock.wait_until(begin_s + t_s / pace)
            now_s = self.clock.now_s()
            self.outlet.apply(breaks, now_s)
            self.outlet.poll(now_s)
            if text is not None:
                for writes in self.link.carry(t_s, epochs.row, *text):
                    self.outlet.send(writes)
                if load.unlimited:
                    self._drain()
            self._count(progress, epochs.row.size, t_s, 0.0 if load.unlimited else now_s - begin_s - t_s / pace)
        self._drain()
        return progress

    def _drain(self) -> None:
        """Wait until the peers have taken everything, or one has taken nothing for too long."""
        give_up_s = self.clock.now_s() + FLUSH_WAIT_S_MAX
        while self.outlet.flush() and (now_s := self.clock.now_s()) < give_up_s:
            self.clock.wait_until(now_s + FLUSH_STEP_S)

    def _pace(self) -> float:
        """Scenario seconds in a second of the clock."""
        load, schedule = self.fleet.scenario.load, self.fleet.schedule
        if load.writes_per_s == 0.0:
            return self.speedup
        return load.writes_per_s * load.epochs_per_write * schedule.period_s / schedule.terminals

    def _gathered(self, waiting: dict[int, list[Text]], slot: int, text: Text) -> Text | None:
        """Collect the epochs that share a write; `None` until there are enough."""
        wanted = self.fleet.scenario.load.epochs_per_write
        if wanted == 1:
            return text
        parts = waiting.setdefault(slot % self.fleet.schedule.groups, [])
        parts.append(text)
        if len(parts) < wanted:
            return None
        joined = join_texts(parts)
        parts.clear()
        return joined

    def _count(self, progress: Progress, epochs: int, t_s: float, lag_s: float) -> None:
        """Note what the slot has done."""
        progress.slots += 1
        progress.epochs += epochs
        progress.scenario_s = t_s
        progress.lag_s = max(0.0, lag_s)
        progress.lag_max_s = max(progress.lag_max_s, progress.lag_s)
        progress.late_slots += progress.lag_s > LAG_COUNTED_S
        progress.faults = dict(self.link.counts)
        self.on_progress(progress)


def identities(prefix: str, token: str, count: int) -> list[bytes]:
    """The first line of every terminal: `ID` or `ID TOKEN`."""
    tail = f" {token}" if token else ""
    return [f"{name}{tail}\r\n".encode() for name in terminal_ids(prefix, count)]


def terminal_ids(prefix: str, count: int) -> list[str]:
    """Ids of terminals, numbered from 1 with five digits."""
    return [f"{prefix}{number:05d}" for number in range(1, count + 1)]
