"""What arrived, in rounds: all that was received at one time, and no round before everything of it is there.

Within a round the order is that of the terminals. So how bytes were cut into ticks and pages makes no difference.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from beidou_svc.positioning.arrived import Arrived, Notes
from gnss.rtcm.ephemerides import EphemerisBatch
from gnss.rtcm.epochs import EpochBatch
from gnss.rtcm.glonass_ephemerides import GlonassEphemerisBatch
from gnss.rtcm.observations import ObservationBatch
from gnss.rtcm.stations import StationBatch

_LONG_AGO_NS = int(np.iinfo(np.int64).min)


class Round(NamedTuple):
    """All that was received at `t_rx_ns`. The observations may be those of other rounds too."""

    t_rx_ns: int
    notes: Notes | None
    epochs: EpochBatch
    observations: ObservationBatch


class Backlog:
    """Keeps what arrived until its round is complete."""

    def __init__(self, rows_max: int) -> None:
        """`rows_max`: observations that wait here at most; epochs beyond are refused and counted."""
        self._rows_max = rows_max
        self._clear()
        self._complete_ns = _LONG_AGO_NS
        self.refused = 0

    def _clear(self) -> None:
        self._epochs: list[EpochBatch] = []
        self._observations: list[ObservationBatch] = []
        self._notes: list[Notes] = []
        self._rows = 0

    def add(self, arrived: Arrived) -> None:
        """Take in what a tick brought."""
        self._notes.extend(arrived.notes)
        epochs = arrived.epochs
        fits = self._rows + np.cumsum(epochs.rows) <= self._rows_max
        self.refused += int(np.count_nonzero(~fits))
        if not fits.any():
            return
        self._epochs.append(epochs.take(fits).replace(first=epochs.first[fits] + self._rows))
        self._observations.append(arrived.observations)
        self._rows += len(arrived.observations)

    def complete(self, until_ns: int) -> Iterator[Round]:
        """The rounds up to and with `until_ns`, in order; what comes late is taken to have come just now.

        A time before that of the last call is that of a clock that was set back.
        """
        epochs, observations = EpochBatch.concat(self._epochs), ObservationBatch.concat(self._observations)
        notes = self._notes
        late_ns, self._complete_ns = min(self._complete_ns, until_ns), until_ns
        epoch_ns = np.maximum(epochs.t_rx_ns, late_ns)
        note_ns = np.maximum(np.array([note.t_rx_ns for note in notes], np.int64), late_ns)
        self._clear()
        if (epoch_ns > until_ns).any() or (note_ns > until_ns).any():
            waits = [note for note, t_ns in zip(notes, note_ns.tolist(), strict=True) if t_ns > until_ns]
            self.add(Arrived(*gathered(epochs.take(epoch_ns > until_ns), observations), waits))
        times = np.unique(np.concatenate([epoch_ns, note_ns]))
        order = np.lexsort((epochs.slot, epoch_ns))
        for t_ns in times[times <= until_ns].tolist():
            first, stop = np.searchsorted(epoch_ns[order], (t_ns, t_ns + 1))
            noted = [notes[k] for k in np.flatnonzero(note_ns == t_ns)]
            yield Round(t_ns, _joined(t_ns, noted), epochs.take(order[first:stop]), observations)


def gathered(epochs: EpochBatch, observations: ObservationBatch) -> tuple[EpochBatch, ObservationBatch]:
    """Epochs with their own observations and no others."""
    first = np.cumsum(epochs.rows) - epochs.rows
    rows = np.repeat(epochs.first - first, epochs.rows) + np.arange(int(epochs.rows.sum()))
    return epochs.replace(first=first.astype(np.int64)), observations.take(rows)


def _joined(t_rx_ns: int, notes: Sequence[Notes]) -> Notes | None:
    """One note of several, in the order of message numbers and terminals."""
    if not notes:
        return None
    kepler = EphemerisBatch.concat([note.kepler for note in notes])
    glonass = GlonassEphemerisBatch.concat([note.glonass for note in notes])
    stations = StationBatch.concat([note.stations for note in notes])
    return Notes(
        t_rx_ns,
        kepler.take(np.lexsort((kepler.slot, kepler.number))),
        glonass.take(np.argsort(glonass.slot, kind="stable")),
        stations.take(np.lexsort((stations.slot, stations.number))),
    )
