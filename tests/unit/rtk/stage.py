"""Rovers and bases under the simulated sky, for the engine: what they hear, and where they are."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gnss.batches import FixBatch
from gnss.constants import NS_PER_S
from gnss.frames.enu import ecef_to_enu
from gnss.frames.geodetic import geodetic_to_ecef
from gnss.orbits.book import OrbitBook
from gnss.rtcm.epochs import EpochBatch
from gnss.rtcm.observations import ObservationBatch
from gnss.rtk.base_codes import CodeMeans, steady_codes
from gnss.rtk.engine import BaseReceived, Received, SolvedBatch, latest_base, step
from gnss.rtk.settings import RtkSettings
from gnss.rtk.state import RtkState
from tests.unit.simulators.under_sky import PLACE, T0, ecef, observer, settings, watch

Floats = NDArray[np.float64]
Place = tuple[float, float, float]

BASE: Place = (0.0, 0.0, 0.0)
NEAR: Place = (500.0, 300.0, 5.0)
FAR: Place = (2_000.0, -1_500.0, 40.0)
STATION = 11
"""Number of the first base; the next ones follow."""

ENOUGH = RtkSettings(systems="GC")


@dataclass(frozen=True)
class Scene:
    """What rovers and bases heard, the truth by rover epoch (n, 3) east, north, up, and the orbits."""

    rovers: Received
    bases: BaseReceived
    truth_enu_m: Floats
    orbits: OrbitBook

    @property
    def base_of(self) -> NDArray[np.int64]:
        """The latest epoch of the first base."""
        first = np.flatnonzero(self.bases.station == STATION)
        chosen = latest_base(self.rovers.epochs, self.bases.epochs.take(first), 30.0)
        return np.where(chosen >= 0, first[chosen], chosen)

    def take(self, rows: ArrayLike) -> "Scene":
        """Some rover epochs only, or in another order."""
        chosen = np.asarray(rows)
        rovers = replace(self.rovers, epochs=self.rovers.epochs.take(chosen))
        return replace(self, rovers=rovers, truth_enu_m=self.truth_enu_m[chosen])

    def heard(self, change: Callable[[ObservationBatch], ObservationBatch]) -> "Scene":
        """The rovers' observations changed."""
        return replace(self, rovers=replace(self.rovers, observations=change(self.rovers.observations)))

    @property
    def epoch_of(self) -> NDArray[np.int64]:
        """Second of each row of the rovers' observations."""
        after: NDArray[np.int64] = (self.rovers.observations.t_gpst_ns - T0) // NS_PER_S
        return after


@dataclass(frozen=True)
class Solved:
    """A row a rover epoch: fixes, how they were found, and by how much they are wrong (n, 3) east, north, up."""

    fixes: FixBatch
    found: SolvedBatch
    error_enu_m: Floats
    state: RtkState

    @property
    def error_m(self) -> Floats:
        error: Floats = np.linalg.norm(self.error_enu_m, axis=1)
        return error

    @property
    def is_fixed(self) -> NDArray[np.bool_]:
        fixed: NDArray[np.bool_] = self.fixes.fix_quality == 4
        return fixed

    def of(self, slot: int) -> "Solved":
        """The rows of one terminal."""
        mine = self.fixes.slot == slot
        return replace(
            self, fixes=self.fixes.take(mine), found=self.found.take(mine), error_enu_m=self.error_enu_m[mine]
        )


@cache
def scene(
    rovers: tuple[Place, ...] = (NEAR,),
    bases: tuple[Place, ...] = (BASE,),
    seconds: int = 6,
    v_enu_mps: tuple[Place, ...] = (),
    rate_hz: int = 1,
    make: str = "board",
    **changed: Any,
) -> Scene:
    """Slots 0, 1, ... are the rovers; noise as receivers have it, a little multipath, nothing else that disturbs.

    Bases have an epoch a second, rovers `rate_hz` of them.
    """
    told = settings(**{"noise_ratio": 1.0, "multipath_ratio": 0.3, "systems": "GC", "signals_max": 2, **changed})
    n, m = len(rovers), len(bases)
    who = observer((make,) * n + ("reference",) * m, told)
    starts, speeds = np.array([*rovers, *bases]), np.array([*v_enu_mps, *[BASE] * (n + m - len(v_enu_mps))])
    seen = watch(who, starts, np.arange(seconds * rate_hz) / rate_hz, speeds)
    rows = np.cumsum([0] + [len(s.observations) for s in seen])
    epochs = EpochBatch.concat([s.epochs.replace(first=s.epochs.first + rows[k]) for k, s in enumerate(seen)])
    observations = ObservationBatch.concat([s.observations for s in seen])
    after_ns = epochs.t_gpst_ns - T0
    where = starts[epochs.slot] + after_ns[:, None] / NS_PER_S * speeds[epochs.slot]
    rover, base = epochs.slot < n, (epochs.slot >= n) & (after_ns % NS_PER_S == 0)
    station = (STATION - n + epochs.slot[base]).astype(np.int32)
    of_bases = epochs.take(base)
    _, codes = steady_codes(CodeMeans.for_bases(m), of_bases, observations, of_bases.slot - n)
    received = BaseReceived(of_bases, observations, ecef(where[base]), station, codes)
    return Scene(Received(epochs.take(rover), observations), received, where[rover], book(who))


def book(who: Any) -> OrbitBook:
    """What the satellites of an observer say of themselves."""
    orbits = OrbitBook.empty()
    kepler, glonass = who.orbits.on_air(T0)
    orbits.add(kepler)
    orbits.add_glonass(glonass)
    return orbits


def solve(
    told: Scene,
    settings: RtkSettings = ENOUGH,
    state: RtkState | None = None,
    base_of: NDArray[np.int64] | None = None,
    **more: Any,
) -> Solved:
    """All rover epochs in one call."""
    known = state if state is not None else RtkState.for_slots(8)
    chosen = told.base_of if base_of is None else base_of
    known, fixes, found = step(known, told.rovers, told.bases, chosen, told.orbits, settings, **more)
    where = ecef_to_enu(geodetic_to_ecef(fixes.lat_rad, fixes.lon_rad, fixes.h_ell_m), *PLACE)
    return Solved(fixes, found, where - told.truth_enu_m, known)


def assert_same(one: Solved, other: Solved) -> None:
    """The same rows, bit for bit."""
    assert one.fixes.equals(other.fixes)
    assert one.found.equals(other.found)


def rows_of(slots: Sequence[int], told: Scene) -> NDArray[np.int64]:
    return np.flatnonzero(np.isin(told.rovers.epochs.slot, slots))
