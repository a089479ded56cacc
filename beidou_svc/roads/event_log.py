"""The last events, in columns, newest overwriting oldest; each row has a number (`seq`) that only grows.

An event that late data takes back stays, with `standing` false, and is followed by the row that took it back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from beidou_svc.clock import FOREVER
from gnss.batches import NO_TIME
from mapping.fences.events import EventBatch
from mapping.fences.kinds import EventKind, Op

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class EventQuery:
    """What is asked for; empty sets mean everything. Times are GPST ns, from (included) to (excluded)."""

    slots: frozenset[int] | None = None
    fences: frozenset[int] | None = None
    kinds: frozenset[int] | None = None
    op: int | None = None
    only_standing: bool = False
    from_gpst_ns: int = NO_TIME
    to_gpst_ns: int = FOREVER


class EventLog:
    """A ring of event rows. `seq` is the number of the newest (0 = none yet), `kept_from` that of the oldest kept."""

    def __init__(self, rows_max: int) -> None:
        self._rows_max = rows_max
        specs = EventBatch.specs()
        self.columns: dict[str, NDArray[Any]] = {
            name: np.full((rows_max, *spec.row_shape), spec.missing, spec.dtype) for name, spec in specs.items()
        }
        self.standing = np.zeros(rows_max, np.bool_)
        self.fence_version = np.zeros(rows_max, np.int32)
        self.seq = 0
        self.counts = np.zeros((len(EventKind), len(Op) + 1), np.uint64)
        self._asserted: dict[int, int] = {}
        self._begun: dict[int, int] = {}

    @property
    def kept_from(self) -> int:
        """Number of the oldest row that is kept."""
        return max(1, self.seq - self._rows_max + 1)

    def add(self, events: EventBatch, fence_version: NDArray[np.int32]) -> None:
        """Append rows in their order; `fence_version` (n,) is that of the fence of each."""
        np.add.at(self.counts, (events.kind, events.op), np.uint64(1))
        for first in range(0, len(events), self._rows_max):
            part = slice(first, first + self._rows_max)
            self._append(events.take(part), fence_version[part])

    def _append(self, events: EventBatch, fence_version: NDArray[np.int32]) -> None:
        seqs = self.seq + 1 + np.arange(len(events))
        at = self._at(seqs)
        for event_id, was_standing in zip(
            self.columns["event_id"][at].tolist(), self.standing[at].tolist(), strict=True
        ):
            if was_standing:
                self._asserted.pop(event_id, None)
        for name, column in self.columns.items():
            column[at] = getattr(events, name)
        self.fence_version[at] = fence_version
        self.standing[at] = False
        self.seq += len(events)
        for seq, event_id, op in zip(seqs.tolist(), events.event_id.tolist(), events.op.tolist(), strict=True):
            self._stand(seq, event_id, op)

    def _stand(self, seq: int, event_id: int, op: int) -> None:
        before = self._asserted.pop(event_id, None)
        if before is not None:
            self.standing[self._at(before)] = False
        if op == Op.ASSERT:
            self._asserted[event_id] = seq
            self.standing[self._at(seq)] = True

    def rows(self, query: EventQuery, *, before: int | None = None, since: int = 0, limit: int) -> Rows:
        """Numbers of the rows that satisfy a query, newest first: those smaller than `before`, greater than `since`."""
        newest = self.seq if before is None else min(self.seq, before - 1)
        seqs = np.arange(newest, max(self.kept_from, since + 1) - 1, -1)
        matches = self._matches(query, self._at(seqs))
        found: Rows = seqs[matches][:limit]
        return found

    def _matches(self, query: EventQuery, at: Rows) -> NDArray[np.bool_]:
        columns = self.columns
        matches = np.ones(len(at), np.bool_)
        for name, wanted in (("slot", query.slots), ("fence", query.fences), ("kind", query.kinds)):
            if wanted is not None:
                matches &= np.isin(columns[name][at], list(wanted))
        if query.op is not None:
            matches &= columns["op"][at] == query.op
        if query.only_standing:
            matches &= self.standing[at]
        t_ns = columns["t_gpst_ns"][at]
        matches &= (t_ns >= query.from_gpst_ns) & (t_ns < query.to_gpst_ns)
        return matches

    def after(self, since: int, limit: int) -> Rows:
        """Numbers of the rows after one, oldest first."""
        first = max(self.kept_from, since + 1)
        return np.arange(first, min(self.seq, first + limit - 1) + 1)

    def read(self, seqs: Rows) -> Mapping[str, NDArray[Any]]:
        """Columns of some rows, with `standing` and `fence_version`."""
        at = self._at(seqs)
        return {
            **{name: column[at] for name, column in self.columns.items()},
            "standing": self.standing[at],
            "fence_version": self.fence_version[at],
        }

    def begin_anew(self, slots: NDArray[np.int32]) -> None:
        """What was said of some slots until now says nothing of where they are: their clocks were wrong."""
        self._begun.update(dict.fromkeys(slots.tolist(), self.seq))

    def inside(self, slot: int) -> list[int]:
        """The fences (rows of the set) that a terminal is in, as the latest standing entries and exits say."""
        query = EventQuery(
            slots=frozenset({slot}), kinds=frozenset({int(EventKind.ENTER), int(EventKind.EXIT)}), only_standing=True
        )
        rows = self.read(self.rows(query, since=self._begun.get(slot, 0), limit=self._rows_max))
        order = np.lexsort((rows["kind"], rows["t_gpst_ns"]))
        kind_of: dict[int, int] = dict(zip(rows["fence"][order].tolist(), rows["kind"][order].tolist(), strict=True))
        return sorted(fence for fence, kind in kind_of.items() if kind == EventKind.ENTER)

    def _at(self, seqs: Any) -> Any:
        return (seqs - 1) % self._rows_max
