"""Epochs of rovers that wait for their base: until it has spoken of the same instant, or their time is up."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from beidou_svc.positioning.rounds import gathered
from gnss.rtcm.epochs import EpochBatch
from gnss.rtcm.observations import ObservationBatch
from gnss.rtk.base_choice import NO_ROW


class Chosen(NamedTuple):
    """Epochs of rovers and the base row of each, `NO_ROW` = none; the observations may be those of others too."""

    epochs: EpochBatch
    observations: ObservationBatch
    base: NDArray[np.int32]

    def take(self, rows: NDArray[np.bool_]) -> "Chosen":
        """Some of the epochs."""
        return Chosen(self.epochs.take(rows), self.observations, self.base[rows])


@dataclass(slots=True)
class _Part:
    """Epochs of one round that still wait."""

    chosen: Chosen
    deadline_ns: int


class Waiting:
    """Keeps epochs in the order of their rounds. Beyond `epochs_max` those that have waited longest go on at once."""

    def __init__(self, wait_ns: int, tolerance_ns: int, epochs_max: int) -> None:
        self._wait_ns, self._tolerance_ns, self._epochs_max = wait_ns, tolerance_ns, epochs_max
        self._parts: list[_Part] = []
        self.hurried = 0

    def __len__(self) -> int:
        return sum(len(part.chosen.base) for part in self._parts)

    def put(self, chosen: Chosen, t_rx_ns: int) -> None:
        """Epochs received at a time."""
        self._parts.append(_Part(chosen, t_rx_ns + self._wait_ns))

    def ready(self, t_last_ns: NDArray[np.int64]) -> Iterator[Chosen]:
        """Take out what need not wait: without a base, or its base (by row) has an epoch as late as theirs."""
        for part in self._parts:
            base = part.chosen.base
            waits = (base != NO_ROW) & (t_last_ns[base] < part.chosen.epochs.t_gpst_ns - self._tolerance_ns)
            if waits.all():
                continue
            yield part.chosen.take(~waits) if waits.any() else part.chosen
            part.chosen = _alone(part.chosen.take(waits))
        self._parts = [part for part in self._parts if len(part.chosen.base)]

    def expired(self, until_ns: int) -> Iterator[Chosen]:
        """Take out what has waited up to then, and what is too much."""
        while self._parts:
            is_due = self._parts[0].deadline_ns <= until_ns
            too_many = len(self) > self._epochs_max
            if not is_due and not too_many:
                return
            part = self._parts.pop(0)
            self.hurried += 0 if is_due else len(part.chosen.base)
            yield part.chosen

    def forget(self, slots: NDArray[np.int32]) -> None:
        """Give up what waits of some terminals: their clocks were wrong."""
        for part in self._parts:
            is_left = ~np.isin(part.chosen.epochs.slot, slots)
            if not is_left.all():
                part.chosen = _alone(part.chosen.take(is_left))
        self._parts = [part for part in self._parts if len(part.chosen.base)]

    def limit(self, until_ns: int) -> None:
        """No deadline is later than the wait from now: a clock was set back."""
        for part in self._parts:
            part.deadline_ns = min(part.deadline_ns, until_ns + self._wait_ns)


def _alone(chosen: Chosen) -> Chosen:
    """With the observations of these epochs alone, where most of the others are gone."""
    kept = int(chosen.epochs.rows.sum())
    if not kept or 2 * kept > len(chosen.observations):
        return chosen
    return Chosen(*gathered(chosen.epochs, chosen.observations), chosen.base)
