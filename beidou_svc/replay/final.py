"""The final tables of a replay, in an order that depends on the log alone, and one digest over all of them.

Rows are ordered by terminal id, time and order of arrival. What depends on when something was played is not in the
tables; receive times are, as the log recorded them.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from beidou_svc.fleet.side import EPOCH_COLUMNS, POSITION_COLUMNS
from beidou_svc.fleet.state import FleetState
from beidou_svc.replay.events import EventBatch, find_events
from beidou_svc.roads.recorded import RoadTables
from gnss.batches import FixBatch, Source

DIGEST_HEAD = b"beidou final tables 1\n"

Columns = dict[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted by terminal; rows in the order of the ids."""

    sentences: NDArray[np.uint64]
    drops: NDArray[np.uint64]
    epochs: NDArray[np.uint64]
    unknown: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class FinalTables:
    """What a replay ends with. `slot` in `fixes` and `events` is an index into `ids`, which are sorted.

    `terminals` has a row for each id: its last epoch, its last position, and how many rows came too late. `counted` is
    None where only a part of the log was asked for: bytes around that part were read too. `roads` is None where no
    network and no fences were asked for.
    """

    ids: Sequence[str]
    fixes: FixBatch
    events: EventBatch
    terminals: Columns
    counted: Counted | None
    roads: RoadTables | None = None

    def digest(self) -> str:
        """SHA-256 over ids, names, types and values of all columns of all tables, in hexadecimal."""
        sha = hashlib.sha256(DIGEST_HEAD)
        for text, array in self._hashed():
            sha.update(text.encode())
            sha.update(canonical_bytes(array))
        return sha.hexdigest()

    def _hashed(self) -> Iterator[tuple[str, NDArray[Any]]]:
        joined = "\n".join(self.ids)
        yield f"ids {joined}\n", np.empty(0)
        tables: dict[str, Columns] = {
            "fixes": self.fixes.columns(),
            "terminals": self.terminals,
            "events": self.events.columns(),
        }
        if self.roads is not None:
            tables |= {"matches": self.roads.matches.columns(), "road_events": self.roads.events.columns()}
            yield f"fences {self.roads.fences}\n", np.empty(0)
        if self.counted is not None:
            counted = self.counted
            tables["counted"] = {"sentences": counted.sentences, "drops": counted.drops, "epochs": counted.epochs}
            yield f"unknown {sorted(counted.unknown.items())}\n", np.empty(0)
        for table, columns in tables.items():
            for name, array in columns.items():
                yield f"{table}.{name} {array.dtype.str} {array.shape}\n", array


def canonical_bytes(array: NDArray[Any]) -> memoryview:
    """The values as little-endian bytes, every NaN the same."""
    if array.dtype.kind == "f":
        array = np.where(np.isnan(array), np.array(np.nan, array.dtype), array)
    if not array.size:
        return memoryview(b"")  # which a view of no rows cannot be cast to
    return np.ascontiguousarray(array, array.dtype.newbyteorder("<")).data.cast("B")


def final_tables(
    ids: Sequence[str], rows: FixBatch, state: FleetState, counted: Counted | None, gap_s: float
) -> FinalTables:
    """Put everything in its final order; `ids` names the slots of the rows, of the state and of what was counted."""
    by_name = sorted(range(len(ids)), key=lambda slot: ids[slot])
    order = np.array(by_name, np.int64)
    rank = np.empty(len(ids), np.int32)
    rank[order] = np.arange(len(ids), dtype=np.int32)
    fixes = _sorted(rows.replace(slot=rank[rows.slot]))
    return FinalTables(
        ids=[ids[slot] for slot in by_name],
        fixes=fixes,
        events=find_events(_telling(fixes, len(ids)), gap_s),
        terminals=_terminals(state, order),
        counted=None if counted is None else _reordered(counted, order),
    )


def _telling(fixes: FixBatch, terminals: int) -> FixBatch:
    """Rows that events are read off: of terminals that have computed positions these, of others their own."""
    computed = fixes.source == Source.ENGINE
    if not computed.any():
        return fixes
    is_computed = np.zeros(terminals, np.bool_)
    is_computed[fixes.slot[computed]] = True
    return fixes.take(computed | ~is_computed[fixes.slot])


def _sorted(fixes: FixBatch) -> FixBatch:
    """Rows by terminal and time, equal ones in order of arrival, computed ones last. Logs mostly are so already."""
    slot, t_ns, computed = fixes.slot, fixes.t_gpst_ns, fixes.source == Source.ENGINE
    if computed.any():
        return fixes.take(np.lexsort((computed, t_ns, slot)))
    in_order = (slot[1:] > slot[:-1]) | ((slot[1:] == slot[:-1]) & (t_ns[1:] >= t_ns[:-1]))
    return fixes if in_order.all() else fixes.take(np.lexsort((t_ns, slot)))


def _terminals(state: FleetState, order: NDArray[np.int64]) -> Columns:
    columns = {name: state.columns[name][order] for name in EPOCH_COLUMNS + POSITION_COLUMNS}
    columns["t_epoch_ns"] = state.epoch.t_ns[order]
    columns["epoch_trust"] = state.epoch.trust[order]
    columns["t_position_ns"] = state.position.t_ns[order]
    columns["position_trust"] = state.position.trust[order]
    columns["stale_rows"] = state.heard.stale[order]
    return columns


def _reordered(counted: Counted, order: NDArray[np.int64]) -> Counted:
    return Counted(counted.sentences[order], counted.drops[order], counted.epochs[order], dict(counted.unknown))
