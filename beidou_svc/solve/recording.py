"""One recorded file of a receiver, whatever its form: what it observed, what satellites sent, where its antenna is."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from beidou_svc.errors import ServiceError
from gnss.batches import NO_TIME
from gnss.rinex.nav_ionosphere import Ionosphere
from gnss.rtcm.ephemerides import EphemerisBatch
from gnss.rtcm.epochs import EpochBatch
from gnss.rtcm.glonass_ephemerides import GlonassEphemerisBatch
from gnss.rtcm.observations import ObservationBatch
from gnss.rtcm.stations import StationBatch

MOVED_M = 0.001
"""Positions farther apart are two."""

PROBLEMS_SHOWN_MAX = 5
"""Problems of a file that are told one by one; the rest is counted."""


class SolveError(ServiceError):
    """A file or an option cannot be used; the message says which, why, and what to do."""


class UndatedError(SolveError):
    """A stream names no week, and nothing in it does."""


class FileKind(StrEnum):
    """What a file holds."""

    OBSERVATIONS = "RINEX observations"
    NAVIGATION = "RINEX navigation"
    RTCM3 = "RTCM 3"


@dataclass(frozen=True, slots=True)
class Place:
    """Position of an antenna reference point, ECEF, and where it was found; `sent`: all that a stream said of it."""

    ecef_m: NDArray[np.float64]
    source: str
    sent: StationBatch = field(default_factory=StationBatch.empty)

    def at(self, epochs: EpochBatch) -> NDArray[np.float64]:
        """(n, 3): where it was at each epoch, by what its station sent last before that, else sent first."""
        ecef_m = np.tile(self.ecef_m, (len(epochs), 1))
        for station in np.unique(self.sent.station):
            sent, rows = self.sent.take(self.sent.station == station), np.flatnonzero(epochs.station == station)
            last = np.searchsorted(np.maximum.accumulate(sent.t_gpst_ns), epochs.t_gpst_ns[rows]) - 1
            ecef_m[rows] = sent.ecef_m[np.maximum(last, 0)]
        return ecef_m

    @property
    def moves(self) -> int:
        """How often a station sent another position than before."""
        moved = 0
        for station in np.unique(self.sent.station):
            ecef_m = self.sent.ecef_m[self.sent.station == station]
            moved += int(np.count_nonzero(np.linalg.norm(np.diff(ecef_m, axis=0), axis=1) > MOVED_M))
        return moved


@dataclass(frozen=True, slots=True)
class Recording:
    """What a file holds. A navigation file has no epochs, a RINEX observation file no ephemerides."""

    path: Path
    kind: FileKind
    epochs: EpochBatch = field(default_factory=EpochBatch.empty)
    observations: ObservationBatch = field(default_factory=ObservationBatch.empty)
    kepler: EphemerisBatch = field(default_factory=EphemerisBatch.empty)
    glonass: GlonassEphemerisBatch = field(default_factory=GlonassEphemerisBatch.empty)
    ionosphere: Ionosphere = field(default_factory=Ionosphere)
    place: Place | None = None
    notes: Sequence[str] = ()
    problems: Sequence[str] = ()

    @property
    def ephemerides(self) -> int:
        """How many ephemerides it has."""
        return len(self.kepler) + len(self.glonass)

    def reference_gpst_ns(self) -> int:
        """An instant near those of the file; `NO_TIME` where it has none."""
        for t_ns in (self.epochs.t_gpst_ns, self.kepler.toe_gpst_ns, self.glonass.tb_gpst_ns):
            known = t_ns[t_ns != NO_TIME]
            if len(known):
                return int(np.sort(known)[len(known) // 2])
        return NO_TIME


def counted(problems: Sequence[str], total: int) -> list[str]:
    """The first problems, and how many there are more."""
    shown = list(problems[:PROBLEMS_SHOWN_MAX])
    more = total - len(shown)
    return [*shown, f"and {more:,} more problems"] if more > 0 else shown
