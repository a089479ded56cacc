"""What a decoded log held, gathered while it streams by: spans, rates, gaps, satellites, RTCM types."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gnss.batches import NO_TIME, SYSTEM_COUNT, FixBatch
from gnss.constants import NS_PER_MS, NS_PER_S
from gnss.decoder import Push

INTERVALS_MAX = 4_096
"""Different intervals between epochs that are counted one by one."""

_RTCM3_HEAD_BYTES = 3


@dataclass(slots=True)
class Summary:
    """Totals over all terminals. Times are GPST ns."""

    rows: int = 0
    undated: int = 0
    t_first_ns: int = NO_TIME
    t_last_ns: int = NO_TIME
    terminals: int = 0
    rtcm_types: dict[int, int] = field(default_factory=dict)
    view_sum: NDArray[np.int64] = field(default_factory=lambda: np.zeros(SYSTEM_COUNT, np.int64))
    view_rows: NDArray[np.int64] = field(default_factory=lambda: np.zeros(SYSTEM_COUNT, np.int64))
    view_most: NDArray[np.int64] = field(default_factory=lambda: np.zeros(SYSTEM_COUNT, np.int64))
    cn0_sum_dbhz: NDArray[np.float64] = field(default_factory=lambda: np.zeros(SYSTEM_COUNT))
    cn0_rows: NDArray[np.int64] = field(default_factory=lambda: np.zeros(SYSTEM_COUNT, np.int64))
    intervals_ms: dict[int, int] = field(default_factory=dict)
    _last_ns: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))

    def add(self, push: Push) -> None:
        """Take account of one push."""
        frames = push.rtcm3()
        if len(frames):
            at = frames.start + _RTCM3_HEAD_BYTES
            kinds = push.buffer[at].astype(np.int64) << 4 | push.buffer[at + 1] >> 4
            for kind, n in zip(*np.unique(kinds, return_counts=True), strict=True):
                self.rtcm_types[int(kind)] = self.rtcm_types.get(int(kind), 0) + int(n)
        self.add_fixes(push.fixes)

    def add_fixes(self, fixes: FixBatch) -> None:
        """Take account of closed rows."""
        self.rows += len(fixes)
        dated = fixes.t_gpst_ns != NO_TIME
        self.undated += len(fixes) - int(dated.sum())
        self._add_sky(fixes)
        if dated.any():
            self._add_times(fixes.slot[dated], fixes.t_gpst_ns[dated])

    def _add_sky(self, fixes: FixBatch) -> None:
        view = fixes.sats_view
        self.view_sum += view.sum(axis=0, dtype=np.int64)
        self.view_rows += np.count_nonzero(view, axis=0)
        self.view_most = np.maximum(self.view_most, view.max(axis=0, initial=0))
        self.cn0_sum_dbhz += np.nansum(fixes.cn0_dbhz, axis=0, dtype=np.float64)
        self.cn0_rows += np.count_nonzero(~np.isnan(fixes.cn0_dbhz), axis=0)

    def _add_times(self, slot: NDArray[np.int32], t_ns: NDArray[np.int64]) -> None:
        first_ns, last_ns = int(t_ns.min()), int(t_ns.max())
        self.t_first_ns = first_ns if self.t_first_ns == NO_TIME else min(self.t_first_ns, first_ns)
        self.t_last_ns = max(self.t_last_ns, last_ns)
        more = int(slot.max()) + 1 - len(self._last_ns)
        if more > 0:
            self._last_ns = np.concatenate([self._last_ns, np.full(more, NO_TIME, np.int64)])
        order = np.argsort(slot, kind="stable")
        slot, t_ns = slot[order], t_ns[order]
        before_ns = np.empty_like(t_ns)
        before_ns[1:] = t_ns[:-1]
        heads = np.flatnonzero(np.diff(slot, prepend=-1))
        before_ns[heads] = self._last_ns[slot[heads]]
        ends = np.append(heads[1:] - 1, len(slot) - 1)
        self._last_ns[slot[ends]] = t_ns[ends]
        self._count_intervals(t_ns[before_ns != NO_TIME] - before_ns[before_ns != NO_TIME])
        self.terminals = int(np.count_nonzero(self._last_ns != NO_TIME))

    def _count_intervals(self, interval_ns: NDArray[np.int64]) -> None:
        rounded = (interval_ns + NS_PER_MS // 2) // NS_PER_MS
        for interval_ms, n in zip(*np.unique(rounded, return_counts=True), strict=True):
            key = int(interval_ms)
            if key not in self.intervals_ms and len(self.intervals_ms) >= INTERVALS_MAX:
                key = max(self.intervals_ms)  # beyond the limit all is counted with the longest known
            self.intervals_ms[key] = self.intervals_ms.get(key, 0) + int(n)

    @property
    def span_s(self) -> float:
        """From the first to the last epoch."""
        return 0.0 if self.t_first_ns == NO_TIME else (self.t_last_ns - self.t_first_ns) / NS_PER_S

    def usual_intervals_ms(self, n: int) -> list[tuple[int, float]]:
        """The most frequent intervals between epochs of a terminal, each with its share."""
        total = sum(self.intervals_ms.values())
        ordered = sorted(self.intervals_ms, key=lambda ms: (-self.intervals_ms[ms], ms))
        return [(ms, self.intervals_ms[ms] / total) for ms in ordered[:n]]
