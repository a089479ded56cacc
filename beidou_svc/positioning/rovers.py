"""What is remembered of rovers, as columns by slot."""

import numpy as np
from numpy.typing import NDArray

from gnss.batches import NO_TIME, FixBatch
from gnss.frames.geodetic import geodetic_to_ecef
from gnss.rtk.base_choice import Choice
from gnss.status import Status


class Rovers:
    """Last epoch, last place (ECEF, m; NaN = never placed), whether an epoch is about to be solved, the base chosen."""

    def __init__(self, n: int) -> None:
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
        self.t_gpst_ns = np.concatenate([self.t_gpst_ns, fresh.t_gpst_ns])
        self.ecef_m = np.concatenate([self.ecef_m, fresh.ecef_m])
        self.is_queued = np.concatenate([self.is_queued, fresh.is_queued])
        pairs = zip(Choice._fields, self._choice, fresh._choice, strict=True)
        self._choice = Choice(**{name: np.concatenate([known, new]) for name, known, new in pairs})

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
