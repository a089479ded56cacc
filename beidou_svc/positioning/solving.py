"""Epochs whose base epoch is decided, solved: by the RTK engine, and what it cannot solve as single points."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from beidou_svc.positioning.bases import BaseEpoch
from beidou_svc.positioning.settings import PositioningSettings
from beidou_svc.positioning.waiting import Chosen
from gnss.batches import FixBatch
from gnss.orbits.book import OrbitBook
from gnss.position.spp import solve_spp
from gnss.rtcm.epochs import EpochBatch
from gnss.rtcm.observations import ObservationBatch
from gnss.rtk.base_choice import NO_ROW
from gnss.rtk.base_codes import BaseCodes
from gnss.rtk.engine import NO_BASE_EPOCH, BaseReceived, Received, RtkWorkspace, SolvedBatch, Why, step
from gnss.rtk.state import RtkState
from gnss.status import Status

NO_INDEX = -1
ROVERS_FIRST = 64

SHARED_MIN = 64
"""Epochs from which it pays to solve them in several threads."""


class Decided(NamedTuple):
    """Epochs to solve, and of the base epochs `used` which one for each, `NO_BASE_EPOCH` = none."""

    chosen: Chosen
    used: Sequence[BaseEpoch]
    base_of: NDArray[np.int64]


class Solved(NamedTuple):
    """Rows for the fleet, and beside each why RTK had no position (`Why`) and the base row, `NO_ROW` = none."""

    fixes: FixBatch
    why: NDArray[np.uint8]
    base: NDArray[np.int32]


NOTHING = Solved(FixBatch.empty(), np.empty(0, np.uint8), np.empty(0, np.int32))


class Solver:
    """The engines with what they remember: ambiguities by rover, ephemerides of all satellites."""

    def __init__(self, settings: PositioningSettings, capacity: int) -> None:
        self._settings = settings
        self.book = OrbitBook.empty()
        self._state = RtkState.for_slots(min(ROVERS_FIRST, settings.rovers_max))
        self._spaces = [RtkWorkspace() for _ in range(settings.threads)]
        self._threads = ThreadPoolExecutor(settings.threads, "rtk")
        self._index = np.full(capacity, NO_INDEX, np.int32)
        self.rovers = 0
        self.refused = 0

    def grow(self, n: int) -> None:
        """Make room for `n` terminals."""
        if n > len(self._index):
            self._index = np.concatenate([self._index, np.full(n - len(self._index), NO_INDEX, np.int32)])

    @property
    def are_known(self) -> NDArray[np.bool_]:
        """By slot: which terminals the engine remembers."""
        known: NDArray[np.bool_] = self._index != NO_INDEX
        return known

    def solve_single(self, epochs: EpochBatch, observations: ObservationBatch) -> FixBatch:
        """Each epoch as a single point."""
        return solve_spp(epochs, observations, self.book, self._settings.spp).fixes

    def solve(self, decided: Sequence[Decided]) -> Solved:
        """Solve epochs; rows come in the order given."""
        if not decided:
            return NOTHING
        epochs, observations = _joined([each.chosen for each in decided])
        base = np.concatenate([each.chosen.base for each in decided])
        used, base_of = _numbered(decided)
        index = self._indices(epochs.slot, base_of != NO_BASE_EPOCH)
        by_rtk = index != NO_INDEX
        why = np.full(len(epochs), Why.NO_BASE, np.uint8)
        parts, rows = [], []
        if by_rtk.any():
            rovers = Received(epochs.take(by_rtk).replace(slot=index[by_rtk]), observations)
            fixes, why[by_rtk] = self._solve_rtk(rovers, used, base_of[by_rtk])
            fixes = fixes.replace(slot=epochs.slot[by_rtk])
            good = fixes.status != Status.NO_POSITION
            parts.append(fixes.take(good))
            rows.append(np.flatnonzero(by_rtk)[good])
        left = np.setdiff1d(np.arange(len(epochs)), np.concatenate([np.empty(0, np.int64), *rows]))
        if len(left):
            parts.append(self.solve_single(epochs.take(left), observations))
            rows.append(left)
        fixes = FixBatch.concat(parts).take(np.argsort(np.concatenate(rows), kind="stable"))
        has_base = np.isin(np.arange(len(epochs)), left, invert=True)
        fixes = fixes.replace(t_rx_ns=epochs.t_rx_ns, clock_era=epochs.clock_era)
        return Solved(fixes, why, np.where(has_base, base, NO_ROW).astype(np.int32))

    def forget(self, slots: NDArray[np.int32]) -> None:
        """Begin anew with some terminals."""
        index = self._index[slots]
        self._state.forget(index[index != NO_INDEX])

    def _solve_rtk(
        self, rovers: Received, used: Sequence[BaseEpoch], base_of: NDArray[np.int64]
    ) -> tuple[FixBatch, NDArray[np.uint8]]:
        """Rows of the rovers by their index, and why there is no position. Shares of the rovers, each in its thread."""
        bases, index = _base_received(used), rovers.epochs.slot
        shares = self._settings.threads if len(index) >= SHARED_MIN else 1
        parts = [np.flatnonzero(index % shares == k) for k in range(shares)]

        def solve_share(k: int) -> tuple[FixBatch, SolvedBatch]:
            mine = Received(rovers.epochs.take(parts[k]), rovers.observations)
            engine = (self.book, self._settings.rtk, self._spaces[k])
            return step(self._state, mine, bases, base_of[parts[k]], *engine)[1:]

        solved = list((map if shares == 1 else self._threads.map)(solve_share, range(shares)))
        order = np.argsort(np.concatenate(parts), kind="stable")
        fixes = FixBatch.concat([each for each, _ in solved]).take(order)
        why = np.concatenate([each.why for _, each in solved])[order]
        stations = np.array([epoch.station for epoch in used], np.int32)
        base_id = np.where(fixes.base_id < 0, fixes.base_id, stations[base_of]).astype(np.int32)
        # every rover here has a base epoch: one that the engine calls missing is too old
        why = np.where(why == Why.NO_BASE, Why.STALE, why).astype(np.uint8)
        return fixes.replace(base_id=base_id), why

    def _indices(self, slots: NDArray[np.int32], wanted: NDArray[np.bool_]) -> NDArray[np.int32]:
        """Row of each rover in the engine's memory, made where it is wanted; `NO_INDEX` = not wanted, or too many."""
        for slot in dict.fromkeys(slots[wanted & (self._index[slots] == NO_INDEX)].tolist()):
            if self.rovers == self._settings.rovers_max:
                self.refused += 1
                continue
            if self.rovers == len(self._state):
                self._state.grow(min(2 * self.rovers, self._settings.rovers_max))
            self._index[slot] = self.rovers
            self.rovers += 1
        return np.where(wanted, self._index[slots], NO_INDEX).astype(np.int32)


def _joined(parts: Sequence[Chosen]) -> tuple[EpochBatch, ObservationBatch]:
    """Epochs of several rounds beside all their observations; those that share them do not double them."""
    place: dict[int, int] = {}
    observations: list[ObservationBatch] = []
    at = 0
    epochs = []
    for part in parts:
        key = id(part.observations)
        if key not in place:
            place[key] = at
            observations.append(part.observations)
            at += len(part.observations)
        epochs.append(part.epochs.replace(first=part.epochs.first + place[key]))
    return EpochBatch.concat(epochs), ObservationBatch.concat(observations)


def _numbered(decided: Sequence[Decided]) -> tuple[list[BaseEpoch], NDArray[np.int64]]:
    """The different base epochs, and the number of each of those given; `NO_BASE_EPOCH` = none."""
    used = {id(epoch): epoch for each in decided for epoch in each.used}
    number = {key: k for k, key in enumerate(used)}
    # the last entry is that of no base epoch, which is one before the first
    numbers = [np.array([*(number[id(epoch)] for epoch in each.used), NO_BASE_EPOCH]) for each in decided]
    return list(used.values()), np.concatenate([of[each.base_of] for of, each in zip(numbers, decided, strict=True)])


def _base_received(used: Sequence[BaseEpoch]) -> BaseReceived:
    rows = np.array([len(epoch.observations) for epoch in used], np.int32)
    epochs = EpochBatch.missing(
        len(used), t_gpst_ns=[epoch.t_gpst_ns for epoch in used], first=np.cumsum(rows) - rows, rows=rows
    )
    return BaseReceived(
        epochs,
        ObservationBatch.concat([epoch.observations for epoch in used]),
        np.array([epoch.ecef_m for epoch in used]),
        np.array([epoch.identity for epoch in used], np.int32),
        BaseCodes.concat([epoch.codes for epoch in used]),
    )
