"""What each terminal observed last, as one word a signal: small enough to keep for everybody."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gnss._jit import leaf_kernel
from gnss.batch import Batch, column
from gnss.batches import NO_TIME
from gnss.rtcm.epochs import EpochBatch
from gnss.rtcm.observations import ObservationBatch
from gnss.status import Status

SIGNALS_MAX: Final = 128
"""Signals kept of a terminal; what it observes beyond is left out of the picture."""

_CN0_STEPS: Final = 4
_CN0_MAX: Final = 255
_OK: Final = int(Status.OK)


@dataclass(frozen=True, slots=True)
class ObservedBatch(Batch):
    """Signals that one terminal observed last.

    | name | dtype | shape | unit | meaning |
    |---|---|---|---|---|
    | system | u1 | | | constellation, index into `SYSTEMS` |
    | prn | u1 | | | number within the constellation |
    | signal | u1 | | | RINEX code, index into `CODE_NAMES` |
    | cn0_dbhz | f4 | | dB-Hz | carrier to noise density; NaN = not stated |
    """

    system: NDArray[np.uint8] = column("u1")
    prn: NDArray[np.uint8] = column("u1")
    signal: NDArray[np.uint8] = column("u1")
    cn0_dbhz: NDArray[np.float32] = column("f4")


@leaf_kernel
def _note_epochs(
    slot: NDArray[np.int32],
    first: NDArray[np.int64],
    rows: NDArray[np.int32],
    status: NDArray[np.uint8],
    system: NDArray[np.uint8],
    prn: NDArray[np.uint8],
    signal: NDArray[np.uint8],
    cn0_dbhz: NDArray[np.float32],
    words: NDArray[np.uint32],
    count: NDArray[np.int32],
) -> None:
    for e in range(len(slot)):
        if status[e] != _OK:
            continue
        n = np.int64(rows[e])
        n = n if n < SIGNALS_MAX else np.int64(SIGNALS_MAX)
        for k in range(n):
            row = first[e] + k
            steps = np.int64(np.rint(cn0_dbhz[row] * _CN0_STEPS)) if cn0_dbhz[row] > 0 else 0
            word = np.int64(system[row]) | np.int64(prn[row]) << 8 | np.int64(signal[row]) << 16
            words[slot[e], k] = np.uint32(word | min(steps, _CN0_MAX) << 24)
        count[slot[e]] = n


class SkyTable:
    """By slot: the signals of its last epoch, and when that was."""

    def __init__(self, n: int) -> None:
        self.t_gpst_ns = np.full(n, NO_TIME, np.int64)
        self._words = np.zeros((n, SIGNALS_MAX), np.uint32)
        self._count = np.zeros(n, np.int32)

    def grow(self, n: int) -> None:
        """Make room for `n` terminals."""
        more = n - len(self._count)
        if more > 0:
            self.t_gpst_ns = np.concatenate([self.t_gpst_ns, np.full(more, NO_TIME, np.int64)])
            self._words = np.concatenate([self._words, np.zeros((more, SIGNALS_MAX), np.uint32)])
            self._count = np.concatenate([self._count, np.zeros(more, np.int32)])

    def note(self, epochs: EpochBatch, observations: ObservationBatch) -> None:
        """Remember the last epoch of each terminal."""
        e, o = epochs, observations
        _note_epochs(e.slot, e.first, e.rows, e.status, o.system, o.prn, o.signal, o.cn0_dbhz, self._words, self._count)
        self.t_gpst_ns[e.slot] = e.t_gpst_ns

    def of(self, slot: int) -> ObservedBatch:
        """What a terminal observed last."""
        word = self._words[slot, : self._count[slot]].astype(np.int64)
        steps = word >> 24 & 0xFF
        return ObservedBatch.missing(
            len(word),
            system=word & 0xFF,
            prn=word >> 8 & 0xFF,
            signal=word >> 16 & 0xFF,
            cn0_dbhz=np.where(steps == 0, np.nan, steps / _CN0_STEPS),
        )
