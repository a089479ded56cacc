"""What is remembered of rovers, as columns by slot."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from gnss.batches import NO_TIME, FixBatch
from gnss.constants import NS_PER_S
from gnss.frames.geodetic import geodetic_to_ecef
from gnss.rtk.base_choice import Choice
from gnss.status import Status

SHOWN_NS: Final = 12 * NS_PER_S
"""After so long without a place of its own a stream is a rover's: bases state theirs every 10 s."""


class Rovers:
    """First and last epoch, last place (ECEF, m; NaN = never placed), whether one is about to be solved, the base."""

    def __init__(self, n: int) -> None:
        self.t_first_ns = np.full(n, NO_TIME, np.int64)
        self.t_gpst_ns = np.full(n, NO_TIME, np.int64)
        self.ecef_m = np.full((n, 3), np.nan)
        self.is_queued = np.zeros(n, np.bool_)
        self._choice = Choice.none(n)

    def grow(self, n: int) -> None:
        """Make room for `n` terminals."""
        more = n - len(self.t_gpst_ns)
        if more <= 0:
            return
        fresh = Rovers(more)
        self.t_first_ns = np.concatenate([self.t_first_ns, fresh.t_first_ns])
        self.t_gpst_ns = np.concatenate([self.t_gpst_ns, fresh.t_gpst_ns])
        self.ecef_m = np.concatenate([self.ecef_m, fresh.ecef_m])
        self.is_queued = np.concatenate([self.is_queued, fresh.is_queued])
        pairs = zip(Choice._fields, self._choice, fresh._choice, strict=True)
        self._choice = Choice(**{name: np.concatenate([known, new]) for name, known, new in pairs})

    def forget(self, slots: NDArray[np.int32]) -> None:
        """Begin anew with some terminals: their clocks were set back. Where they are stays known."""
        self.t_first_ns[slots] = self.t_gpst_ns[slots] = NO_TIME

    def hear(self, slots: NDArray[np.int32], t_gpst_ns: NDArray[np.int64]) -> None:
        """Take note of epochs, one each."""
        is_first = self.t_first_ns[slots] == NO_TIME
        self.t_first_ns[slots[is_first]] = t_gpst_ns[is_first]
        self.t_gpst_ns[slots] = t_gpst_ns

    @property
    def are_shown(self) -> NDArray[np.bool_]:
        """Which streams have gone on for long enough to be told from those of bases that have not said so yet."""
        shown: NDArray[np.bool_] = self.t_gpst_ns - self.t_first_ns >= SHOWN_NS
        return shown

    def choice(self, slots: NDArray[np.int32]) -> Choice:
        """The base of some rovers, and what led to it."""
        return Choice(**{name: column[slots] for name, column in self._choice._asdict().items()})

    def choose(self, slots: NDArray[np.int32], choice: Choice) -> None:
        """Note another choice."""
        for name, column in choice._asdict().items():
            getattr(self._choice, name)[slots] = column

    def place(self, fixes: FixBatch) -> None:
        """Note where rovers are now."""
        placed = fixes.take(fixes.status != Status.NO_POSITION)
        self.ecef_m[placed.slot] = geodetic_to_ecef(placed.lat_rad, placed.lon_rad, placed.h_ell_m)
