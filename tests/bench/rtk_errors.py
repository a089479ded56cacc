"""Runs of the engine over recordings, beside where the rover really was."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gnss.batches import FixBatch
from gnss.constants import NS_PER_S
from gnss.frames.enu import r_enu_from_ecef
from gnss.frames.geodetic import ecef_to_geodetic, geodetic_to_ecef
from gnss.rtcm.epochs import EpochBatch
from gnss.rtcm.observations import ObservationBatch
from gnss.rtk.base_codes import CodeMeans, steady_codes
from gnss.rtk.engine import NO_BASE_EPOCH, BaseReceived, Received, RtkWorkspace, latest_base, step
from gnss.rtk.settings import RtkSettings
from gnss.rtk.state import RtkState
from tests.bench.rtk_recordings import Recorded
from tests.bench.rtk_worse import Rows

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

FIXED, FLOAT, DGNSS = 4, 5, 2
"""Fix qualities as GGA has them."""

WRONG_H_M, WRONG_V_M = 0.2, 0.4
"""Fixed epochs that are off by more than one of these are wrong."""

_WORKSPACE = RtkWorkspace()


@dataclass(frozen=True, slots=True)
class Errors:
    """One row per rover epoch that had a base and whose truth is known.

    `run` number of the recording and variant it is of; `since_s` after that run's first row; `quality` as GGA, 0 = no
    position; `enu_m` (n, 3) position less truth, NaN without one; `sigma_m` (n, 3); `pl_h_m`, `pl_v_m`.
    """

    run: NDArray[np.int32]
    since_s: Floats
    quality: NDArray[np.uint8]
    enu_m: Floats
    sigma_m: Floats
    pl_h_m: Floats
    pl_v_m: Floats

    def __len__(self) -> int:
        return len(self.run)

    def take(self, rows: NDArray[np.bool_]) -> "Errors":
        """Some of the rows."""
        return Errors(*(getattr(self, name)[rows] for name in self.__slots__))

    @property
    def h_m(self) -> Floats:
        """Horizontal error."""
        return np.asarray(np.hypot(self.enu_m[:, 0], self.enu_m[:, 1]))

    @property
    def v_m(self) -> Floats:
        """Vertical error, without its sign."""
        return np.asarray(np.abs(self.enu_m[:, 2]))

    @property
    def wrong(self) -> Bools:
        """Fixed, and not where it is said to be."""
        return np.asarray((self.quality == FIXED) & ((self.h_m > WRONG_H_M) | (self.v_m > WRONG_V_M)))

    @property
    def misleading(self) -> Bools:
        """With a protection level that does not hold."""
        return np.asarray((self.h_m > self.pl_h_m) | (self.v_m > self.pl_v_m))


def joined(parts: Sequence[Errors]) -> Errors:
    """Several after each other, their runs numbered through."""
    runs, before = [], 0
    for part in parts:
        runs.append(part.run + before)
        before += int(part.run.max(initial=-1)) + 1
    names = Errors.__slots__[1:]
    columns = [np.concatenate([getattr(part, name) for part in parts]) for name in names]
    return Errors(np.concatenate(runs), *columns)


def solve(r: Recorded, settings: RtkSettings, variants: Sequence[Rows] = (), base: Rows | None = None) -> Errors:
    """Every variant of a recording (the recording itself where there is none) as a terminal of its own."""
    rovers, o = as_terminals(variants or [Rows(r.epochs, r.observations)])
    bases = r.base if base is None else _base_of(r.base, base)
    base_of = latest_base(rovers, bases.epochs, settings.age_corr_s_max)
    state = RtkState.for_slots(max(len(variants), 1))
    _, fixes, _ = step(state, Received(rovers, o), bases, base_of, r.book, settings, _WORKSPACE)
    return errors_of(r, fixes, base_of != NO_BASE_EPOCH)


def as_terminals(variants: Sequence[Rows]) -> tuple[EpochBatch, ObservationBatch]:
    """Each in a slot of its own, their observations after each other."""
    epochs, observations, before = [], [], 0
    for slot, (e, o) in enumerate(variants):
        epochs.append(e.replace(slot=np.full(len(e), slot, np.int32), first=e.first + before))
        observations.append(o.replace(slot=np.full(len(o), slot, np.int32)))
        before += len(o)
    return EpochBatch.concat(epochs), ObservationBatch.concat(observations)


def _base_of(whole: BaseReceived, rows: Rows) -> BaseReceived:
    """The base with some of its epochs; it stands still."""
    n = len(rows.epochs)
    _, codes = steady_codes(CodeMeans.for_bases(1), *rows, np.zeros(n, np.int32))
    return BaseReceived(*rows, np.tile(whole.ecef_m[:1], (n, 1)), np.full(n, whole.station[0], np.int32), codes)


def errors_of(r: Recorded, fixes: FixBatch, has_base: Bools) -> Errors:
    """Positions less truth, in the horizon of the truth."""
    truth = r.truth(fixes.t_gpst_ns)
    use = has_base & np.isfinite(truth[:, 0])
    f, truth = fixes.take(use), truth[use]
    lat_rad, lon_rad, _ = ecef_to_geodetic(truth)
    away_m = geodetic_to_ecef(f.lat_rad, f.lon_rad, f.h_ell_m) - truth
    enu_m = np.einsum("nij,nj->ni", r_enu_from_ecef(lat_rad, lon_rad), away_m) - r.offset_enu_m
    begin_ns = np.zeros(int(f.slot.max(initial=0)) + 1, np.int64)
    slots, first = np.unique(f.slot, return_index=True)
    begin_ns[slots] = f.t_gpst_ns[first]
    sigma_m = np.stack([f.sigma_e_m, f.sigma_n_m, f.sigma_u_m], axis=1)
    since_s = (f.t_gpst_ns - begin_ns[f.slot]) / NS_PER_S
    return Errors(f.slot, since_s, f.fix_quality, enu_m, sigma_m, f.pl_h_m, f.pl_v_m)
