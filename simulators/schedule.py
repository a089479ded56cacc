"""Who sends when: the period is cut into slots and terminals are spread over them, so that the load is smooth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gnss.constants import NS_PER_S
from simulators.errors import ScenarioError
from simulators.scenario import RATES_HZ

SLOT_MS_BY_PERIOD_MS = ((500, 50), (100, 20), (0, 10))  # from this period on, slots are this long


@dataclass(frozen=True)
class Schedule:
    """Slots of `slot_ns`; slot k belongs to the terminals whose number is k modulo `groups`."""

    terminals: int
    slot_ns: int
    groups: int

    @classmethod
    def at_rate(cls, terminals: int, rate_hz: float, staggered: bool = True) -> Schedule:
        """The schedule of a rate; not staggered (or alone) means that all terminals share every instant."""
        if rate_hz not in RATES_HZ:
            raise ScenarioError(
                f"rate {rate_hz:g} Hz is not possible; choose one of {', '.join(f'{r:g}' for r in RATES_HZ)}"
            )
        period_ms = round(1000 / rate_hz)
        slot_ms = next(slot for least, slot in SLOT_MS_BY_PERIOD_MS if period_ms >= least)
        slots = period_ms // slot_ms
        groups = max(k for k in range(1, slots + 1) if slots % k == 0 and k <= terminals) if staggered else 1
        return cls(terminals, period_ms * (NS_PER_S // 1000) // groups, groups)

    @property
    def period_s(self) -> float:
        """Seconds from one epoch of a terminal to its next."""
        return self.slot_ns * self.groups / NS_PER_S

    def rows(self, slot: int) -> NDArray[np.int32]:
        """The terminals whose epoch is in a slot."""
        return np.arange(slot % self.groups, self.terminals, self.groups, dtype=np.int32)

    def t_s(self, slot: int) -> float:
        """Scenario time of a slot."""
        return slot * self.slot_ns / NS_PER_S

    def epoch(self, slot: int) -> int:
        """How many epochs the slot's terminals had before."""
        return slot // self.groups
