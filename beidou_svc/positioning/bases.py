"""The base stations: which terminals they are, where they stand, how they are, and their last epochs."""

from collections import deque
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from beidou_svc.fleet.registry import Role, Vector
from beidou_svc.positioning.settings import PositioningSettings
from gnss.batches import NO_TIME
from gnss.rtcm._kit import NO_STATION
from gnss.rtcm.epochs import EpochBatch
from gnss.rtcm.observations import ObservationBatch
from gnss.rtcm.stations import StationBatch
from gnss.rtk.base_choice import NO_ROW, BaseColumns
from gnss.rtk.base_codes import BaseCodes, CodeMeans, steady_codes
from gnss.status import Status
from gnss.time.era import Eras

SURVEYED = 0
"""Message number of a position that the register states."""

_POSITION_NUMBERS = (1005, 1006)
_IDENTITIES_A_BASE = 1 << 20


class BaseEpoch(NamedTuple):
    """One epoch of a base. `identity` tells bases apart, and a base from what it was before it jumped.

    `codes`, steadied by its phases, are made once for all its rovers.
    """

    t_gpst_ns: int
    station: int
    identity: int
    ecef_m: NDArray[np.float64]
    observations: ObservationBatch
    codes: BaseCodes


class Register(Protocol):
    """What is known of terminals beforehand, by slot."""

    def role_of(self, slot: int) -> Role:
        """Base or rover, as far as it is said."""
        ...

    def place_of(self, slot: int) -> Vector | None:
        """Where a base was surveyed to stand, ECEF in m."""
        ...


class NoRegister:
    """Nothing is known."""

    def role_of(self, slot: int) -> Role:
        return Role.UNSAID

    def place_of(self, slot: int) -> Vector | None:
        return None


class BaseTable:
    """Bases by row, in order of appearance; a row is never given to another.

    `are_said_rovers`: by slot, terminals of which the register says that they are none.
    """

    def __init__(self, settings: PositioningSettings, register: Register, capacity: int) -> None:
        n = settings.bases_max
        self._settings, self._register = settings, register
        first, last, jumped, ill = (np.full(n, NO_TIME, np.int64) for _ in range(4))
        self.columns = BaseColumns(np.full((n, 3), np.nan), first, last, jumped, ill, np.zeros(n, np.int32))
        self.slot = np.full(n, -1, np.int32)
        self.station = np.full(n, NO_STATION, np.int32)
        self.number = np.full(n, SURVEYED, np.int32)
        self.t_heard_ns = np.full(n, NO_TIME, np.int64)
        self._jumps = np.zeros(n, np.int64)
        self._kept: list[deque[BaseEpoch]] = []
        self._code_means = CodeMeans.for_bases(n)
        self.row = np.full(capacity, NO_ROW, np.int32)
        self._is_known = np.zeros(capacity, np.bool_)
        self.are_said_rovers = np.zeros(capacity, np.bool_)
        self._is_surveyed = np.zeros(n, np.bool_)
        self._eras = Eras(n)
        self.refused = 0

    def __len__(self) -> int:
        return len(self._kept)

    def grow(self, n: int) -> None:
        """Make room for `n` terminals."""
        if n > len(self.row):
            more = np.zeros(n - len(self.row), np.bool_)
            self._is_known = np.concatenate([self._is_known, more])
            self.are_said_rovers = np.concatenate([self.are_said_rovers, more])
            self.row = np.concatenate([self.row, np.full(n - len(self.row), NO_ROW, np.int32)])

    def recognise(self, slots: NDArray[np.int32]) -> None:
        """Look terminals up in the register, each once."""
        for slot in np.unique(slots[~self._is_known[slots]]).tolist():
            self._is_known[slot] = True
            role = self._register.role_of(slot)
            self.are_said_rovers[slot] = role == Role.ROVER
            if role == Role.BASE:
                self._enter(slot)

    def in_use(self) -> BaseColumns:
        """The columns of the bases that there are."""
        n, c = len(self), self.columns
        return BaseColumns(**{name: column[:n] for name, column in c._asdict().items()})

    def _enter(self, slot: int) -> int:
        """A new base; `NO_ROW` = there are too many."""
        row = len(self)
        if row == self._settings.bases_max:
            self.refused += 1
            return NO_ROW
        self.row[slot], self.slot[row] = row, slot
        self._kept.append(deque(maxlen=self._settings.base_epochs_max))
        place = self._register.place_of(slot)
        if place is not None:
            self._is_surveyed[row] = True
            self.columns.ecef_m[row] = place
        return row

    def hear_stations(self, stations: StationBatch) -> None:
        """Take in what stations say of their place (messages 1005 and 1006: the antenna reference point)."""
        placed = np.isin(stations.number, _POSITION_NUMBERS) & (stations.status == Status.OK)
        placed &= np.isfinite(stations.ecef_m).all(axis=1) & (stations.ecef_m != 0.0).any(axis=1)
        self.recognise(stations.slot)
        for k in np.flatnonzero(placed).tolist():
            row = self._row_for(int(stations.slot[k]))
            if row != NO_ROW:
                self._place(row, int(stations.number[k]), int(stations.station[k]), stations.ecef_m[k])

    def _row_for(self, slot: int) -> int:
        """The row of a terminal that states a place; that makes it a base unless the register says otherwise."""
        row = int(self.row[slot])
        may = self._settings.auto_bases and self._register.role_of(slot) == Role.UNSAID
        return self._enter(slot) if row == NO_ROW and may else row

    def _place(self, row: int, number: int, station: int, ecef_m: NDArray[np.float64]) -> None:
        c = self.columns
        self.station[row] = station
        if self._is_surveyed[row]:
            return
        moved_m = float(np.linalg.norm(ecef_m - c.ecef_m[row]))
        if moved_m > self._settings.jump_m:
            self._jumps[row] += 1
            c.t_jumped_ns[row] = c.t_ill_ns[row] = c.t_last_ns[row]
        self.number[row] = number
        c.ecef_m[row] = ecef_m

    def hear_epochs(self, epochs: EpochBatch, observations: ObservationBatch, t_rx_ns: int) -> NDArray[np.uint8]:
        """Take in epochs of bases, in order of time; returns a `Status` for each: OK = of use."""
        verdicts = [self._hear(epochs, k, observations) for k in range(len(epochs))]
        self.t_heard_ns[self.row[epochs.slot]] = t_rx_ns
        return np.array(verdicts, np.uint8)

    def _hear(self, epochs: EpochBatch, k: int, observations: ObservationBatch) -> Status:
        row, t_ns, station = int(self.row[epochs.slot[k]]), int(epochs.t_gpst_ns[k]), int(epochs.station[k])
        self._follow_clock(row, epochs.clock_era[k])
        c = self.columns
        if self.station[row] == NO_STATION:
            self.station[row] = station
        if station != self.station[row]:
            return Status.FOREIGN_STATION
        if t_ns <= c.t_last_ns[row]:
            return Status.STALE
        # a copy: a view would keep the observations of everybody in memory
        mine = observations.take(np.arange(int(epochs.rows[k])) + int(epochs.first[k]))
        c.satellites[row] = len(np.unique(mine.system.astype(np.int64) << 8 | mine.prn))
        was_silent = c.t_last_ns[row] != NO_TIME and t_ns - c.t_last_ns[row] > self._settings.base.silent_after_ns
        if was_silent or c.satellites[row] < self._settings.base.satellites_min:
            c.t_ill_ns[row] = t_ns
        c.t_last_ns[row] = t_ns
        if not np.isfinite(c.ecef_m[row]).all():
            return Status.BASE_UNPLACED
        self._keep(row, t_ns, station, mine)
        return Status.OK

    def _follow_clock(self, row: int, era: np.uint8) -> None:
        """Forget the epochs of a base whose clock was set back; ambiguities against them do not hold either."""
        rows, eras = np.array([row]), np.array([era])
        if self._eras.ahead(rows, eras)[0] <= 0:
            return
        self._eras.enter(rows, eras)
        self._kept[row].clear()
        self._code_means.forget(rows)
        self._jumps[row] += 1
        for column in (
            self.columns.t_first_ns,
            self.columns.t_last_ns,
            self.columns.t_jumped_ns,
            self.columns.t_ill_ns,
        ):
            column[row] = NO_TIME

    def _keep(self, row: int, t_ns: int, station: int, observations: ObservationBatch) -> None:
        identity = row + int(self._jumps[row]) % _IDENTITIES_A_BASE * self._settings.bases_max
        kept = self._kept[row]
        _, codes = steady_codes(
            self._code_means, _epoch_of(observations, t_ns), observations, np.array([row], np.int32)
        )
        kept.append(BaseEpoch(t_ns, station, identity, self.columns.ecef_m[row].copy(), observations, codes))
        self.columns.t_first_ns[row] = kept[0].t_gpst_ns

    def latest(
        self, row: int, t_gpst_ns: NDArray[np.int64], tolerance_ns: int
    ) -> tuple[list[BaseEpoch], NDArray[np.int64]]:
        """The newest epochs of a base that are not later than the times (n,): some, and which for each, -1 = none."""
        kept = self._kept[row]
        times = np.array([epoch.t_gpst_ns for epoch in kept], np.int64)
        place = np.searchsorted(times, t_gpst_ns + tolerance_ns, side="right") - 1
        different, which = np.unique(place, return_inverse=True)
        missing = int((different < 0).any())
        return [kept[k] for k in different[missing:].tolist()], which - missing


def _epoch_of(observations: ObservationBatch, t_gpst_ns: int) -> EpochBatch:
    """The one epoch that these observations are."""
    return EpochBatch.missing(1, t_gpst_ns=t_gpst_ns, first=0, rows=len(observations))
