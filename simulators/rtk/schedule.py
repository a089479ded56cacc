"""Who sends when: all measure at the same instants, bases send at once, rovers one after the other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gnss.constants import NS_PER_S
from simulators.schedule import Schedule


@dataclass(frozen=True)
class RtkSchedule(Schedule):
    """Slots of a period whose epoch is at its beginning; the last `bases` of `terminals` rows are bases.

    `spread`: part of the period over which the slots lie.
    """

    bases: int = 0
    spread: float = 1.0

    @classmethod
    def of(cls, rovers: int, bases: int, rate_hz: float, spread: float) -> RtkSchedule:
        """The schedule of so many rovers and bases."""
        plain = Schedule.at_rate(rovers, rate_hz)
        return cls(rovers + bases, plain.slot_ns, plain.groups, bases, spread)

    @property
    def rovers(self) -> int:
        """How many rovers there are; their rows come first."""
        return self.terminals - self.bases

    @property
    def period_ns(self) -> int:
        """Nanoseconds from one epoch to the next."""
        return self.slot_ns * self.groups

    def rows(self, slot: int) -> NDArray[np.int32]:
        """Who sends in a slot: the bases in the first one of a period, before the rovers."""
        group = slot % self.groups
        rovers = np.arange(group, self.rovers, self.groups, dtype=np.int32)
        if group > 0:
            return rovers
        return np.concatenate((np.arange(self.rovers, self.terminals, dtype=np.int32), rovers))

    def t_s(self, slot: int) -> float:
        """Scenario time at which a slot sends."""
        period, group = divmod(slot, self.groups)
        return (period * self.groups + group * self.spread) * self.slot_ns / NS_PER_S

    def epoch_s(self, slot: int) -> float:
        """Scenario time of the epoch that a slot sends."""
        return self.epoch(slot) * self.period_ns / NS_PER_S
