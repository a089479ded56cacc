"""Positioning as the service shows it: who uses which base and why, what came out, what is in view.

Kept in the thread of the event loop; everything here comes out of finished steps.
"""

from collections import deque

import numpy as np
from numpy.typing import NDArray

from beidou_svc.positioning.arrived import Arrived
from beidou_svc.positioning.located import NO_SLOT, BaseBatch, Gauges, Located, SwitchBatch
from beidou_svc.positioning.sky import SkyTable
from gnss.batches import NO_TIME, FixBatch
from gnss.decoder import QUALITY_COUNT
from gnss.orbits.table import OrbitTable
from gnss.rtk.base_choice import BaseReason
from gnss.rtk.engine import Why

SWITCHES_KEPT_MAX = 64
"""Switches of bases that are listed."""


class PositioningView:
    """By slot: `base_slot`, `reason` and `t_switch_ns` (GPST) of the base in use; `epochs` solved by fix quality."""

    def __init__(self, n: int) -> None:
        self.base_slot = np.full(n, NO_SLOT, np.int32)
        self.reason = np.zeros(n, np.uint8)
        self.t_switch_ns = np.full(n, NO_TIME, np.int64)
        self.epochs = np.zeros((n, QUALITY_COUNT), np.uint64)
        self.sky = SkyTable(n)
        self.why = np.zeros(max(Why) + 1, np.uint64)
        self.switches = np.zeros(len(BaseReason), np.uint64)
        self.recent: deque[SwitchBatch] = deque(maxlen=SWITCHES_KEPT_MAX)
        self.bases = BaseBatch.empty()
        self.gauges = Gauges()
        self.orbits: OrbitTable | None = None
        self._drops: list[tuple[NDArray[np.int32], NDArray[np.uint8]]] = []

    def grow(self, n: int) -> None:
        """Make room for `n` terminals."""
        more = n - len(self.base_slot)
        if more <= 0:
            return
        fresh = PositioningView(more)
        for name in ("base_slot", "reason", "t_switch_ns", "epochs"):
            setattr(self, name, np.concatenate([getattr(self, name), getattr(fresh, name)]))
        self.sky.grow(n)

    def note_sky(self, arrived: Arrived) -> None:
        """Remember what terminals have in view."""
        self.sky.note(arrived.epochs, arrived.observations)

    def take(self, located: Located) -> FixBatch:
        """Take note of a finished step; returns its rows."""
        self.bases, self.gauges = located.bases, located.gauges
        self.orbits = located.orbits or self.orbits
        fixes = located.fixes
        rovers = located.is_rover
        np.add.at(self.epochs, (fixes.slot[rovers], fixes.fix_quality[rovers]), np.uint64(1))
        self.why += np.bincount(located.why[rovers], minlength=len(self.why)).astype(np.uint64)
        self._drops.append((located.drop_slot, located.drop_status))
        self._switch(located.switches)
        # a base's first epochs may come before it says what it is, and are then given a base as a rover's are
        self.base_slot[self.bases.slot] = NO_SLOT
        return fixes

    def _switch(self, switches: SwitchBatch) -> None:
        if not len(switches):
            return
        # of several switches of one rover the last is the one in force: they are in order
        self.base_slot[switches.slot] = switches.base
        self.reason[switches.slot] = switches.reason
        self.t_switch_ns[switches.slot] = switches.t_gpst_ns
        again = switches.take(switches.before != NO_SLOT)
        self.switches += np.bincount(again.reason, minlength=len(self.switches)).astype(np.uint64)
        last = again.take(slice(-SWITCHES_KEPT_MAX, None))
        self.recent.extend(last.split(range(1, len(last))) if len(last) else [])

    def count_drops(self, drops: NDArray[np.uint64]) -> None:
        """Count what was not used, by terminal and reason (slots, STATUS_MAX)."""
        for slots, status in self._drops:
            if len(slots):
                np.add.at(drops, (slots, status), np.uint64(1))
        self._drops.clear()

    def rovers_of(self, slot: int) -> int:
        """How many rovers use a base."""
        return int(np.count_nonzero(self.base_slot == slot))
