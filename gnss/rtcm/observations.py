"""The columns of decoded observations."""

from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from gnss.batch import Batch, column
from gnss.batches import NO_TIME, SYSTEMS
from gnss.rtcm.signals import CODE_NAMES

NO_CHANNEL = -128
"""Missing GLONASS frequency channel."""


@dataclass(frozen=True, slots=True)
class ObservationBatch(Batch):
    """One row per satellite and signal of a message, satellites in order of number, signals of their MSM number.

    | name | dtype | shape | unit | meaning |
    |---|---|---|---|---|
    | slot | i4 | | | terminal |
    | t_gpst_ns | i8 | | ns | epoch, GPST since 1980-01-06; `NO_TIME` = no date known |
    | t_stated | u4 | | | epoch as sent: ms of the system's week; GLONASS: 3 bits of weekday, 27 bits ms of Moscow day |
    | station | u2 | | | reference station id as sent |
    | system | u1 | | | constellation, index into `SYSTEMS` |
    | prn | u1 | | | number within the constellation: J01 is 1, SBAS PRN 120 is 120 |
    | signal | u1 | | | RINEX code, index into `CODE_NAMES`; 0 = a signal number without a meaning |
    | channel | i1 | | | GLONASS frequency channel, -7..6; -128 = not known; 0 for other systems |
    | pr_m | f8 | | m | pseudorange; NaN = not sent |
    | cp_cyc | f8 | | cycle | carrier phase, growing with the range |
    | doppler_hz | f8 | | Hz | Doppler, positive where the range shrinks |
    | cn0_dbhz | f4 | | dB-Hz | carrier to noise density |
    | lock_s | f4 | | s | the phase has not slipped for at least this long |
    | half_cycle | u1 | | | 1: the phase may be off by half a cycle |
    | status | u1 | | | a `Status` |
    """

    slot: NDArray[np.int32] = column("i4")
    t_gpst_ns: NDArray[np.int64] = column("i8", missing=NO_TIME)
    t_stated: NDArray[np.uint32] = column("u4")
    station: NDArray[np.uint16] = column("u2")
    system: NDArray[np.uint8] = column("u1")
    prn: NDArray[np.uint8] = column("u1")
    signal: NDArray[np.uint8] = column("u1")
    channel: NDArray[np.int8] = column("i1")
    pr_m: NDArray[np.float64] = column("f8")
    cp_cyc: NDArray[np.float64] = column("f8")
    doppler_hz: NDArray[np.float64] = column("f8")
    cn0_dbhz: NDArray[np.float32] = column("f4")
    lock_s: NDArray[np.float32] = column("f4")
    half_cycle: NDArray[np.uint8] = column("u1")
    status: NDArray[np.uint8] = column("u1")

    def sort_by_time(self) -> Self:
        """Rows ordered by time, then terminal; equal keys keep their order."""
        return self.take(np.lexsort((self.slot, self.t_gpst_ns)))

    def satellite_names(self) -> list[str]:
        """RINEX names (`C21`); SBAS PRN 120 is S20."""
        pairs = zip(self.system.tolist(), self.prn.tolist(), strict=True)
        return [f"{SYSTEMS[s]}{p - 100 if SYSTEMS[s] == 'S' else p:02d}" for s, p in pairs]

    def signal_names(self) -> list[str]:
        """RINEX codes of the signals (`2I`)."""
        return [CODE_NAMES[signal] for signal in self.signal.tolist()]


class ObservationSink(NamedTuple):
    """Where kernels write observations: the columns of `ObservationBatch` in its order."""

    slot: NDArray[np.int32]
    t_gpst_ns: NDArray[np.int64]
    t_stated: NDArray[np.uint32]
    station: NDArray[np.uint16]
    system: NDArray[np.uint8]
    prn: NDArray[np.uint8]
    signal: NDArray[np.uint8]
    channel: NDArray[np.int8]
    pr_m: NDArray[np.float64]
    cp_cyc: NDArray[np.float64]
    doppler_hz: NDArray[np.float64]
    cn0_dbhz: NDArray[np.float32]
    lock_s: NDArray[np.float32]
    half_cycle: NDArray[np.uint8]
    status: NDArray[np.uint8]

    @classmethod
    def for_rows(cls, n: int) -> Self:
        """Room for `n` rows; memory is only touched as far as it is used."""
        return cls(**{name: np.empty(n, spec.dtype) for name, spec in ObservationBatch.specs().items()})

    def batch(self, n: int) -> ObservationBatch:
        """The first `n` rows, without a copy."""
        return ObservationBatch(**{name: array[:n] for name, array in self._asdict().items()})
