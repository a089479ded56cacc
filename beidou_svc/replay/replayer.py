"""Logs through the live pipeline into a fleet, in this process: what comes out are the final tables."""

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from beidou_svc.clock import FOREVER
from beidou_svc.config import RtkSection
from beidou_svc.fleet.registry import Role, Vector
from beidou_svc.fleet.state import FleetRules, FleetState, new_state, step
from beidou_svc.pipeline.build import replay_pipeline
from beidou_svc.positioning.bases import NoRegister
from beidou_svc.replay.events import GAP_S
from beidou_svc.replay.feed import Fed
from beidou_svc.replay.final import Counted, FinalTables, final_tables
from beidou_svc.replay.ids import TERMINALS_MAX, Ids
from beidou_svc.replay.log_io import LogError
from beidou_svc.replay.row_store import RowStore
from beidou_svc.roads.recorded import RecordedRoads
from gnss._jit import leaf_kernel
from gnss.batches import NO_TIME, FixBatch, SegmentBatch, Source
from gnss.time.scales import gpst_ns_to_unix_ns

ROWS_MAX = 50_000_000
"""Epochs that final tables may have: some 11 GB. `beidou decode` writes any number."""

FOLD_ROWS = 1 << 16
"""Rows that are folded into the fleet at once."""

_NO_SLOTS = np.empty(0, np.int32)
_NO_BYTES = np.empty(0, np.uint8)


@dataclass(frozen=True, slots=True)
class Window:
    """The part of event time that is asked for, both ends included; everything unless said otherwise."""

    from_gpst_ns: int = NO_TIME
    until_gpst_ns: int = FOREVER

    @property
    def is_open(self) -> bool:
        """Whether everything is asked for, epochs without a date too."""
        return self.from_gpst_ns == NO_TIME and self.until_gpst_ns == FOREVER

    @property
    def from_unix_ns(self) -> int:
        """The beginning as UTC, Unix ns."""
        return NO_TIME if self.from_gpst_ns == NO_TIME else int(gpst_ns_to_unix_ns(self.from_gpst_ns))

    @property
    def until_unix_ns(self) -> int:
        """The end as UTC, Unix ns."""
        return FOREVER if self.until_gpst_ns == FOREVER else int(gpst_ns_to_unix_ns(self.until_gpst_ns))


@leaf_kernel
def _select(
    slot: NDArray[np.int32],
    t_gpst_ns: NDArray[np.int64],
    from_gpst_ns: int,
    until_gpst_ns: int,
    is_over: NDArray[np.bool_],
    wanted: NDArray[np.bool_],
) -> None:
    """A terminal's rows end with its first row beyond the window: what comes after may not have been read."""
    for i in range(len(slot)):
        t_ns = t_gpst_ns[i]
        is_over[slot[i]] |= t_ns > until_gpst_ns
        wanted[i] = t_ns != NO_TIME and t_ns >= from_gpst_ns and not is_over[slot[i]]


class NamedBases:
    """A register that knows the bases by their ids; every other terminal is a rover."""

    def __init__(self, ids: Ids, bases: Collection[str]) -> None:
        self._ids, self._bases = ids, frozenset(bases)

    def role_of(self, slot: int) -> Role:
        return Role.BASE if self._ids.names[slot] in self._bases else Role.ROVER

    def place_of(self, slot: int) -> Vector | None:
        return None


class Replayer:
    """Takes what a feed brings. Rows depend on the logs alone, so how they are cut and how fast they come is free.

    Nobody watches this fleet while it moves: its rows are folded in at the end, by the step that the live service takes
    every tick. Only closed epochs are: which of them were seen open depends on the cutting.
    """

    def __init__(
        self,
        ids: Ids,
        *,
        reference_gpst_ns: int = NO_TIME,
        window: Window | None = None,
        gap_s: float = GAP_S,
        rtk: RtkSection | None = None,
        bases: Collection[str] = (),
        roads: RecordedRoads | None = None,
    ) -> None:
        """`rtk`: settings of positioning. `bases`: ids of base stations; all others are rovers then. `roads`: network
        and fences."""
        self._ids = ids
        self._window = window or Window()
        self._gap_s = gap_s
        self._roads = roads
        self._capacity = 16
        register = NamedBases(ids, bases) if bases else NoRegister()
        self.pipeline = replay_pipeline(rtk or RtkSection(), self._capacity, register, reference_gpst_ns)
        self._rows = RowStore()
        self._is_over = np.zeros(self._capacity, np.bool_)

    def take(self, fed: Fed) -> FixBatch:
        """Decode what was fed; returns the epochs that closed, and those whose observations wait to be solved."""
        if self._ids.count > self._capacity:
            self._grow()
        closed = self.pipeline.tick(fed.buffer, fed.segments, _NO_SLOTS, show_open=False)
        self._keep(closed)
        if len(fed.ended):
            closed = FixBatch.concat([closed, self._end(fed.ended)])
        return FixBatch.concat([closed, self.pipeline.observed()])

    def is_over(self, slot: int) -> bool:
        """Whether a terminal is beyond the window, so that the rest of its log need not be read."""
        return bool(self._is_over[slot])

    def finish(self) -> FinalTables:
        """Settle what is unfinished; the final tables."""
        ids = self._ids
        if ids.count > self._capacity:
            self._grow()
        self._end(np.arange(ids.count, dtype=np.int32))
        self._keep(self.pipeline.finish())
        rows = self._rows.table()
        counted = None
        if self._window.is_open:
            pipeline, n = self.pipeline, ids.count
            counted = Counted(pipeline.sentences[:n], pipeline.drops[:n], pipeline.epochs[:n], pipeline.unknown)
        tables = final_tables(ids.names, rows, _fleet_of(rows, ids.count), counted, self._gap_s)
        return tables if self._roads is None else replace(tables, roads=self._roads.tables(tables.ids, tables.fixes))

    def _end(self, slots: NDArray[np.int32]) -> FixBatch:
        closed = self.pipeline.tick(_NO_BYTES, SegmentBatch.empty(), slots)
        self._keep(closed)
        return closed

    def _keep(self, closed: FixBatch) -> None:
        rows = closed if self._window.is_open else closed.take(self._wanted(closed))
        if not len(rows):
            return
        if self._rows.rows + len(rows) > ROWS_MAX:
            raise LogError(
                f"more than {ROWS_MAX:,} epochs: replay a part with --seek and --until, or use beidou decode, "
                "which needs no more memory for longer logs"
            )
        self._rows.add(rows)

    def _wanted(self, rows: FixBatch) -> NDArray[np.bool_]:
        """Rows within the window. Computed ones come late and say nothing of how far their terminal was read."""
        wanted, window = np.zeros(len(rows), np.bool_), self._window
        computed = rows.source == Source.ENGINE
        said = rows.take(~computed)
        of_said = np.empty(len(said), np.bool_)
        _select(said.slot, said.t_gpst_ns, window.from_gpst_ns, window.until_gpst_ns, self._is_over, of_said)
        wanted[~computed] = of_said
        t_ns = rows.t_gpst_ns[computed]
        wanted[computed] = (t_ns >= window.from_gpst_ns) & (t_ns <= window.until_gpst_ns)
        return wanted

    def _grow(self) -> None:
        self._capacity = max(self._ids.count, 2 * self._capacity)
        self.pipeline.ensure_capacity(self._capacity)
        self._is_over = np.concatenate([self._is_over, np.zeros(self._capacity - len(self._is_over), np.bool_)])


def _fleet_of(rows: FixBatch, terminals: int) -> FleetState:
    """The fleet after all rows."""
    # the last minutes of every terminal are for the live page: one second of them is the least
    state = new_state(FleetRules(terminals_max=TERMINALS_MAX, recent_s=1))
    state.ensure_capacity(terminals)
    for first in range(0, len(rows), FOLD_ROWS):
        step(state, rows.take(slice(first, first + FOLD_ROWS)), 0)
    return state
