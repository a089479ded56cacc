"""Positioning as one step: what arrived in, rows for the fleet out.

Everything is done in rounds of equal receive time: ephemerides and stations first, then the epochs of bases, then those
of rovers, which choose a base and wait for it. What a terminal's rows are depends on what was received and when, not on
how it was cut into steps.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from beidou_svc.positioning.arrived import Arrived, Notes
from beidou_svc.positioning.base_rows import rows_of_bases
from beidou_svc.positioning.bases import BaseEpoch, BaseTable, NoRegister, Register
from beidou_svc.positioning.located import Gauges, Located, Outcome, bases_now
from beidou_svc.positioning.rounds import Backlog, Round
from beidou_svc.positioning.rovers import Rovers
from beidou_svc.positioning.settings import PositioningSettings
from beidou_svc.positioning.solving import Decided, Solver
from beidou_svc.positioning.waiting import Chosen, Waiting
from gnss.batches import NO_TIME
from gnss.rtcm.epochs import EpochBatch
from gnss.rtcm.observations import ObservationBatch
from gnss.rtk.base_choice import NO_ROW, choose_bases
from gnss.rtk.engine import NO_BASE_EPOCH
from gnss.status import Status
from gnss.time.era import Eras


class Positioning:
    """The state of positioning and its step."""

    def __init__(self, settings: PositioningSettings, capacity: int, register: Register | None = None) -> None:
        """`register`: which terminals are bases, and where they stand, as far as that is known beforehand."""
        self._settings = settings
        self._backlog = Backlog(settings.backlog_rows_max)
        self._bases = BaseTable(settings, register or NoRegister(), capacity)
        self._waiting = Waiting(settings.wait_ns, settings.base.tolerance_ns, settings.waiting_max)
        self._solver = Solver(settings, capacity)
        self._rovers = Rovers(capacity)
        self._eras = Eras(capacity)
        self._queue: list[Decided] = []

    def grow(self, n: int) -> None:
        """Make room for `n` terminals."""
        self._rovers.grow(n)
        self._eras.grow(n)
        self._bases.grow(n)
        self._solver.grow(n)

    def expect(self, slots: Sequence[int]) -> None:
        """Terminals that the register knows, so that bases show before they have spoken."""
        self._bases.recognise(np.array(slots, np.int32))

    def step(self, arrived: Sequence[Arrived], complete_ns: int) -> Located:
        """Take in what arrived; everything received up to `complete_ns` (UTC since 1970) is there now.

        Rows are those of epochs that were decided: their base has spoken, or their time to wait for it is up.
        """
        outcome = Outcome()
        for each in arrived:
            self._backlog.add(each)
        for now in self._backlog.complete(complete_ns):
            self._expire(now.t_rx_ns - 1)
            self._hear_notes(now.notes, outcome)
            self._hear_epochs(now, outcome)
            self._decide(self._waiting.ready(self._bases.columns.t_last_ns))
        self._waiting.limit(complete_ns)
        self._expire(complete_ns)
        self._solve_queued(outcome)
        bases = bases_now(self._bases, complete_ns, self._settings.base)
        newest_ns = outcome.newest_ns()
        orbits = None if newest_ns == NO_TIME else self._solver.book.table(newest_ns)
        return outcome.located(bases, self._bases.slot, self._gauges(), orbits)

    def _gauges(self) -> Gauges:
        return Gauges(
            waiting=len(self._waiting),
            rovers=self._rover_count(),
            hurried=self._waiting.hurried,
            backlog_refused=self._backlog.refused,
            bases_refused=self._bases.refused,
            rovers_refused=self._solver.refused,
        )

    def _rover_count(self) -> int:
        """Streams that are solved as rovers' and are: a base's may come before it states its place."""
        is_rover = self._bases.are_said_rovers | self._rovers.are_shown
        return int(np.count_nonzero(is_rover & self._solver.are_known & (self._bases.row == NO_ROW)))

    def _hear_notes(self, notes: Notes | None, outcome: Outcome) -> None:
        if notes is None:
            return
        if len(notes.kepler) or len(notes.glonass):
            # what is decided is solved with what was known when it was
            self._solve_queued(outcome)
            self._solver.book.add(notes.kepler)
            self._solver.book.add_glonass(notes.glonass)
        self._bases.hear_stations(notes.stations)

    def _hear_epochs(self, now: Round, outcome: Outcome) -> None:
        """The epochs of a round, of bases first; each terminal's one after the other."""
        epochs = now.epochs.take(now.epochs.status != Status.NO_DATE)
        repeated = epochs.status != Status.OK
        outcome.drop(epochs.slot[repeated], epochs.status[repeated])
        epochs = epochs.take(~repeated)
        self._bases.recognise(epochs.slot)
        is_base = self._bases.row[epochs.slot] != NO_ROW
        self._hear_bases(epochs.take(is_base), now, outcome)
        rovers = epochs.take(~is_base)
        while len(rovers):
            is_first = np.diff(rovers.slot, prepend=-1) != 0
            self._hear_rovers(rovers.take(is_first), now, outcome)
            rovers = rovers.take(~is_first)

    def _hear_bases(self, epochs: EpochBatch, now: Round, outcome: Outcome) -> None:
        if not len(epochs):
            return
        observations, t_rx_ns = now.observations, now.t_rx_ns
        verdicts = self._bases.hear_epochs(epochs, observations, t_rx_ns)
        bad = verdicts != Status.OK
        outcome.drop(epochs.slot[bad], verdicts[bad])
        outcome.add_stated(rows_of_bases(epochs.take(~bad), observations, self._bases))
        unplaced = epochs.take(verdicts == Status.BASE_UNPLACED)
        if len(unplaced):
            # nobody knows better, so a single point shows where it may be
            nobody = np.full(len(unplaced), NO_ROW, np.int32)
            self._decide([Chosen(unplaced, observations, nobody)])

    def _hear_rovers(self, epochs: EpochBatch, now: Round, outcome: Outcome) -> None:
        """One epoch each of some rovers: give it a base and let it wait."""
        self._follow_clocks(epochs, outcome)
        rovers, late = self._rovers, epochs.t_gpst_ns <= self._rovers.t_gpst_ns[epochs.slot]
        outcome.drop(epochs.slot[late], np.full(int(late.sum()), Status.STALE, np.uint8))
        epochs = epochs.take(~late)
        slots = epochs.slot
        rovers.hear(slots, epochs.t_gpst_ns)
        before, bases = rovers.choice(slots), self._bases.in_use()
        places = self._places(epochs, now.observations, outcome)
        after = choose_bases(before, epochs.t_gpst_ns, places, bases, self._settings.base)
        rovers.choose(slots, after)
        outcome.note_choice(epochs, before, after, self._bases.slot)
        self._waiting.put(Chosen(epochs, now.observations, after.base), now.t_rx_ns)

    def _follow_clocks(self, epochs: EpochBatch, outcome: Outcome) -> None:
        """Begin anew with rovers whose clock was set back; what is decided already is solved before."""
        is_set = self._eras.ahead(epochs.slot, epochs.clock_era) > 0
        if not is_set.any():
            return
        slots = epochs.slot[is_set]
        self._eras.enter(slots, epochs.clock_era[is_set])
        self._solve_queued(outcome)
        self._waiting.forget(slots)
        self._rovers.forget(slots)
        self._solver.forget(slots)

    def _places(self, epochs: EpochBatch, observations: ObservationBatch, outcome: Outcome) -> NDArray[np.float64]:
        """Where rovers are (ECEF, m), as far as the choice of a base needs to know."""
        rovers, slots = self._rovers, epochs.slot
        if len(self._bases) < 2:
            return np.full((len(slots), 3), np.nan)
        if rovers.is_queued[slots].any():
            # their last epochs are decided: with them solved, it makes no difference when this step began
            self._solve_queued(outcome)
        unplaced = epochs.take(np.isnan(rovers.ecef_m[slots, 0]))
        if len(unplaced):
            rovers.place(self._solver.solve_single(unplaced, observations))
        return rovers.ecef_m[slots]

    def _expire(self, until_ns: int) -> None:
        self._decide(self._waiting.expired(until_ns))

    def _decide(self, chosen: Iterable[Chosen]) -> None:
        """Give epochs the newest base epoch that there is now, and queue them."""
        tolerance_ns = self._settings.base.tolerance_ns
        for each in chosen:
            used: list[BaseEpoch] = []
            base_of = np.full(len(each.base), NO_BASE_EPOCH, np.int64)
            for row in np.unique(each.base[each.base != NO_ROW]).tolist():
                rows = np.flatnonzero(each.base == row)
                latest, which = self._bases.latest(row, each.epochs.t_gpst_ns[rows], tolerance_ns)
                base_of[rows] = np.where(which < 0, NO_BASE_EPOCH, which + len(used))
                used += latest
            self._rovers.is_queued[each.epochs.slot] = True
            self._queue.append(Decided(each, used, base_of))

    def _solve_queued(self, outcome: Outcome) -> None:
        queue, self._queue = self._queue, []
        if not queue:
            return
        solved = self._solver.solve(queue)
        self._rovers.is_queued[solved.fixes.slot] = False
        self._rovers.place(solved.fixes)
        outcome.add_solved(solved)
