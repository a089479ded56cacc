"""What a step of positioning yields: rows for the fleet, what was dropped, which bases there are and who uses them."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from beidou_svc.positioning.bases import BaseTable
from beidou_svc.positioning.solving import Solved
from gnss.batch import Batch, column
from gnss.batches import NO_TIME, FixBatch
from gnss.orbits.table import OrbitTable
from gnss.rtcm._kit import NO_STATION
from gnss.rtcm.epochs import EpochBatch
from gnss.rtk.base_choice import NO_ROW, BaseRules, Choice, judge_bases
from gnss.rtk.engine import Why

NO_SLOT = -1


@dataclass(frozen=True, slots=True)
class SwitchBatch(Batch):
    """One row per rover that got another base, or none.

    | name | dtype | shape | unit | meaning |
    |---|---|---|---|---|
    | slot | i4 | | | rover |
    | t_gpst_ns | i8 | | ns | its epoch, GPST since 1980-01-06 |
    | before | i4 | | | terminal that was its base; -1 = none |
    | base | i4 | | | terminal that is its base now; -1 = none |
    | reason | u1 | | | a `BaseReason` |
    """

    slot: NDArray[np.int32] = column("i4")
    t_gpst_ns: NDArray[np.int64] = column("i8", missing=NO_TIME)
    before: NDArray[np.int32] = column("i4", missing=NO_SLOT)
    base: NDArray[np.int32] = column("i4", missing=NO_SLOT)
    reason: NDArray[np.uint8] = column("u1")


@dataclass(frozen=True, slots=True)
class BaseBatch(Batch):
    """One row per base station, as it is now.

    | name | dtype | shape | unit | meaning |
    |---|---|---|---|---|
    | slot | i4 | | | terminal |
    | station | i4 | | | reference station id; 65535 = not said |
    | number | i4 | | | message that states its place, 1005 or 1006; 0 = the register |
    | ecef_m | f8 | 3 | m | where its antenna stands, ECEF; NaN = not stated |
    | t_last_ns | i8 | | ns | its newest epoch, GPST since 1980-01-06 |
    | t_heard_ns | i8 | | ns | when that was received, UTC since 1970-01-01 |
    | satellites | i4 | | | how many it observed then |
    | health | u1 | | | a `BaseHealth` |
    """

    slot: NDArray[np.int32] = column("i4")
    station: NDArray[np.int32] = column("i4", missing=NO_STATION)
    number: NDArray[np.int32] = column("i4")
    ecef_m: NDArray[np.float64] = column("f8", 3)
    t_last_ns: NDArray[np.int64] = column("i8", missing=NO_TIME)
    t_heard_ns: NDArray[np.int64] = column("i8", missing=NO_TIME)
    satellites: NDArray[np.int32] = column("i4")
    health: NDArray[np.uint8] = column("u1")


class Gauges(NamedTuple):
    """How full things are, and how often they were too full (totals)."""

    waiting: int = 0
    rovers: int = 0
    hurried: int = 0
    backlog_refused: int = 0
    bases_refused: int = 0
    rovers_refused: int = 0


class Located(NamedTuple):
    """Rows for the fleet; beside each, why RTK had no position (a `Why`) and the terminal that was its base, -1 = none.

    `is_rover`: not a row of a base. `drop_slot`, `drop_status`: epochs that were not used, one each. `orbits`: where
    the satellites are about now; None = there was nothing to solve.
    """

    fixes: FixBatch
    why: NDArray[np.uint8]
    base_slot: NDArray[np.int32]
    is_rover: NDArray[np.bool_]
    drop_slot: NDArray[np.int32]
    drop_status: NDArray[np.uint8]
    switches: SwitchBatch
    bases: BaseBatch
    gauges: Gauges
    orbits: OrbitTable | None


def bases_now(table: BaseTable, t_rx_ns: int, rules: BaseRules) -> BaseBatch:
    """The bases as they are at a receive time."""
    n, c = len(table), table.in_use()
    heard = table.t_heard_ns[:n]
    silence_ns = np.where(heard == NO_TIME, 0, t_rx_ns - heard)
    health = judge_bases(c, c.t_last_ns + silence_ns, rules).diagonal()
    return BaseBatch.missing(
        n,
        slot=table.slot[:n],
        station=table.station[:n],
        number=table.number[:n],
        ecef_m=c.ecef_m,
        t_last_ns=c.t_last_ns,
        t_heard_ns=heard,
        satellites=c.satellites,
        health=health,
    )


class Outcome:
    """Gathers what comes out of a step."""

    def __init__(self) -> None:
        self._solved: list[Solved] = []
        self._is_rover: list[NDArray[np.bool_]] = []
        self._drops: list[tuple[NDArray[np.int32], NDArray[np.uint8]]] = []
        self._switches: list[SwitchBatch] = []

    def drop(self, slots: NDArray[np.int32], status: NDArray[np.uint8]) -> None:
        """Epochs that are not used, and why."""
        if len(slots):
            self._drops.append((slots, status))

    def add_stated(self, fixes: FixBatch) -> None:
        """Rows of bases."""
        if len(fixes):
            why, base = np.full(len(fixes), Why.SOLVED, np.uint8), np.full(len(fixes), NO_ROW, np.int32)
            self._solved.append(Solved(fixes, why, base))
            self._is_rover.append(np.zeros(len(fixes), np.bool_))

    def add_solved(self, solved: Solved) -> None:
        """Rows of rovers."""
        self._solved.append(solved)
        self._is_rover.append(np.ones(len(solved.fixes), np.bool_))

    def note_choice(self, epochs: EpochBatch, before: Choice, after: Choice, slot_of: NDArray[np.int32]) -> None:
        """Rovers whose base is another one now."""
        moved = np.flatnonzero(before.base != after.base)
        if len(moved):
            switch = SwitchBatch.missing(
                len(moved),
                slot=epochs.slot[moved],
                t_gpst_ns=epochs.t_gpst_ns[moved],
                before=_slots(before.base[moved], slot_of),
                base=_slots(after.base[moved], slot_of),
                reason=after.reason[moved],
            )
            self._switches.append(switch)

    def located(
        self, bases: BaseBatch, slot_of: NDArray[np.int32], gauges: Gauges, orbits: OrbitTable | None
    ) -> Located:
        """All of it; `slot_of` is the terminal of each base row."""
        slots = [slots for slots, _ in self._drops]
        status = [status for _, status in self._drops]
        base = np.concatenate([np.empty(0, np.int32), *(each.base for each in self._solved)])
        return Located(
            FixBatch.concat([each.fixes for each in self._solved]),
            np.concatenate([np.empty(0, np.uint8), *(each.why for each in self._solved)]),
            _slots(base, slot_of),
            np.concatenate([np.empty(0, np.bool_), *self._is_rover]),
            np.concatenate([np.empty(0, np.int32), *slots]),
            np.concatenate([np.empty(0, np.uint8), *status]),
            SwitchBatch.concat(self._switches),
            bases,
            gauges,
            orbits,
        )

    def newest_ns(self) -> int:
        """Time of the newest row (GPST); `NO_TIME` without any."""
        return max((int(each.fixes.t_gpst_ns.max(initial=NO_TIME)) for each in self._solved), default=NO_TIME)


def _slots(base: NDArray[np.int32], slot_of: NDArray[np.int32]) -> NDArray[np.int32]:
    return np.where(base == NO_ROW, NO_SLOT, slot_of[np.maximum(base, 0)]).astype(np.int32)
