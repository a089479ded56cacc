"""Which stream speaks for which terminal, and what happens when two want to.

The newer stream wins once it is authenticated: a terminal whose cable was pulled is back at once, however long its old
connection would have lingered. Two sources that keep taking a terminal from each other are reported as duplicates.
"""

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from beidou_svc.ingest.counters import Counter
from beidou_svc.ingest.table import Rows

NO_ROW = -1
_ALLOWANCE_UNKNOWN = np.nan


@dataclass(frozen=True, slots=True)
class Takeover:
    """One stream replaced by another of the same terminal."""

    t_utc_ns: int
    slot: int
    reason: Counter
    old_peer: str
    new_peer: str


@dataclass(frozen=True, slots=True)
class Rules:
    """Limits of the sessions, in nanoseconds."""

    live_ns: int
    window_ns: int
    takeovers: int
    recent_max: int


class Sessions:
    """Columns by slot: the row that speaks for a terminal, its takeovers, its allowance between connections."""

    def __init__(self, rules: Rules, counters: NDArray[np.uint64]) -> None:
        self._rules = rules
        self._counters = counters
        self.recent: deque[Takeover] = deque(maxlen=rules.recent_max)
        self.duplicates: dict[int, int] = {}
        self.row: NDArray[np.int32] = np.zeros(0, np.int32)
        self.takeovers: NDArray[np.uint32] = np.zeros(0, np.uint32)
        self._window_count: NDArray[np.uint16] = np.zeros(0, np.uint16)
        self._window_t_ns: NDArray[np.int64] = np.zeros(0, np.int64)
        self._allowance_bytes: NDArray[np.float64] = np.zeros(0)
        self._allowance_t_ns: NDArray[np.int64] = np.zeros(0, np.int64)

    def ensure_capacity(self, n: int) -> None:
        """Make room for slots below `n`."""
        more = n - len(self.row)
        if more <= 0:
            return
        self.row = np.concatenate([self.row, np.full(more, NO_ROW, np.int32)])
        self.takeovers = np.concatenate([self.takeovers, np.zeros(more, np.uint32)])
        self._window_count = np.concatenate([self._window_count, np.zeros(more, np.uint16)])
        self._window_t_ns = np.concatenate([self._window_t_ns, np.zeros(more, np.int64)])
        self._allowance_bytes = np.concatenate([self._allowance_bytes, np.full(more, _ALLOWANCE_UNKNOWN)])
        self._allowance_t_ns = np.concatenate([self._allowance_t_ns, np.zeros(more, np.int64)])

    def row_of(self, slot: int) -> int:
        """Row that speaks for a terminal, or `NO_ROW`."""
        return int(self.row[slot]) if slot < len(self.row) else NO_ROW

    def bind(self, slot: int, row: int, rows: Rows) -> None:
        """Let a row speak for a terminal. What it may send at once is what its last connection left it."""
        self.row[slot] = row
        rows[row]["slot"] = slot
        if not np.isnan(self._allowance_bytes[slot]):
            rows[row]["allowance_bytes"] = self._allowance_bytes[slot]
            rows[row]["t_allowance_ns"] = self._allowance_t_ns[slot]

    def release(self, slot: int, row: int, rows: Rows) -> None:
        """End what `bind` began."""
        self._allowance_bytes[slot] = rows[row]["allowance_bytes"]
        self._allowance_t_ns[slot] = rows[row]["t_allowance_ns"]
        if self.row[slot] == row:
            self.row[slot] = NO_ROW

    def classify(self, old: int, new: int, rows: Rows, now_ns: int) -> Counter:
        """Why the stream in row `new` replaces that in row `old`."""
        a, b = rows[old], rows[new]
        if now_ns - int(a["t_read_ns"]) > self._rules.live_ns:
            return Counter.TAKEOVER_SILENT
        same = a["address_high"] == b["address_high"] and a["address_low"] == b["address_low"]
        return Counter.TAKEOVER_SAME_ADDRESS if same else Counter.TAKEOVER_OTHER_ADDRESS

    def note(self, takeover: Takeover, now_ns: int) -> None:
        """Count and list a takeover; raise the duplicate alarm where live streams keep replacing each other."""
        slot = takeover.slot
        self._counters[takeover.reason] += np.uint64(1)
        self.takeovers[slot] += np.uint32(1)
        self.recent.append(takeover)
        if takeover.reason is Counter.TAKEOVER_SILENT:
            return
        if now_ns - int(self._window_t_ns[slot]) > self._rules.window_ns:
            self._window_count[slot] = 0
            self._window_t_ns[slot] = now_ns
        self._window_count[slot] = min(int(self._window_count[slot]) + 1, self._rules.takeovers)
        if self._window_count[slot] >= self._rules.takeovers:
            if slot not in self.duplicates:
                self._counters[Counter.DUPLICATE_ALARM] += np.uint64(1)
            self.duplicates[slot] = now_ns

    def forget(self, now_ns: int) -> None:
        """Lower the alarm of terminals that have had no such takeover for a whole window."""
        over = [slot for slot, t_ns in self.duplicates.items() if now_ns - t_ns > self._rules.window_ns]
        for slot in over:
            del self.duplicates[slot]
