"""Terminals that send GCJ-02 although they are said to send true positions: who does, and since when."""

from collections import deque
from dataclasses import dataclass, replace
from typing import Final

from mapping.datums.gcj02_detector import ShiftFlagBatch

KEPT_MAX: Final = 1_000
"""Alarms that are over and still listed."""


@dataclass(frozen=True, slots=True)
class FrameAlarm:
    """One alarm, GPST ns; `t_end_ns` None = it stands. `evidence`: log of how much likelier it is than all else."""

    slot: int
    t_gpst_ns: int
    evidence: float
    t_end_ns: int | None = None


class FrameAlarms:
    """Alarms by slot. `version` grows with every change; `total` counts all that were raised."""

    def __init__(self) -> None:
        self.standing: dict[int, FrameAlarm] = {}
        self.over: deque[FrameAlarm] = deque(maxlen=KEPT_MAX)
        self.version = self.total = 0

    def note(self, flags: ShiftFlagBatch) -> None:
        """Take note of changes of mind, in order."""
        columns = (flags.slot, flags.t_gpst_ns, flags.is_shifted, flags.evidence)
        for slot, t_ns, is_shifted, evidence in zip(*(column.tolist() for column in columns), strict=True):
            self.version += 1
            if is_shifted:
                self.total += 1
                self.standing[slot] = FrameAlarm(slot, t_ns, evidence)
            elif slot in self.standing:
                self.over.append(replace(self.standing.pop(slot), t_end_ns=t_ns))

    def newest_first(self) -> list[FrameAlarm]:
        """Those that stand, then those that are over."""
        standing = sorted(self.standing.values(), key=lambda alarm: -alarm.t_gpst_ns)
        return [*standing, *reversed(self.over)]
