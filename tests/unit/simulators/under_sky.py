"""A few receivers under the simulated sky, for tests."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gnss.constants import NS_PER_S, NS_PER_WEEK
from gnss.frames.enu import enu_to_ecef, r_enu_from_ecef
from simulators.signals.makes import MAKES, Make
from simulators.signals.observer import Observed, Observer
from simulators.signals.orbits import EXACT, OrbitErrors, SimulatedOrbits
from simulators.signals.settings import SignalSettings
from simulators.signals.units import build_units, places_of
from simulators.sky import SKY_OPEN

T0 = 2_401 * NS_PER_WEEK + 3 * 86_400 * NS_PER_S + 5 * 3_600 * NS_PER_S
"""An instant of January 2026."""

PLACE = (float(np.radians(25.83)), float(np.radians(114.93)), 110.0)
SEED = 5

QUIET = SignalSettings(
    iono_ratio=0.0, iono_north_mm_km=0.0, iono_east_mm_km=0.0, iono_wave_m=0.0, multipath_ratio=0.0, noise_ratio=0.0,
    slip_ratio=0.0, half_cycle_s=0.0, reflected_ratio=0.0, jam_per_h=0.0, trees_share=0.0,
)  # fmt: skip
"""Nothing but geometry, clocks and troposphere."""


def settings(**changed: object) -> SignalSettings:
    """No errors but those that a test asks for."""
    return QUIET.model_copy(update={"systems": "GRECJ", "signals_max": 6, **changed})


def observer(
    makes: Sequence[str | Make], told: SignalSettings, seed: int = SEED, errors: OrbitErrors = EXACT
) -> Observer:
    """A receiver of each make."""
    known = [MAKES[make] if isinstance(make, str) else make for make in makes]
    orbits = SimulatedOrbits(seed, T0, told.systems, errors)
    return Observer(orbits, known, build_units(np.arange(len(known)), known, seed), told, T0, PLACE[:2])


def ecef(enu_m: ArrayLike) -> NDArray[np.float64]:
    """ECEF of places given in metres east, north and up of `PLACE`."""
    return enu_to_ecef(np.asarray(enu_m, np.float64), *PLACE)


def watch(
    who: Observer, enu_m: ArrayLike, seconds: ArrayLike, v_enu_mps: ArrayLike = 0.0, kind: int = SKY_OPEN
) -> list[Observed]:
    """What receivers hear that start at some places and move evenly, at some seconds after `T0`."""
    start, v = np.atleast_2d(np.asarray(enu_m, np.float64)), np.asarray(v_enu_mps, np.float64)
    r_ecef = r_enu_from_ecef(*PLACE[:2]).T
    v_ecef = np.broadcast_to(v, start.shape) @ r_ecef.T
    return [
        who.observe(T0 + round(s * NS_PER_S), places_of(ecef(start + v * s), v_ecef, kind), with_paths=True)
        for s in np.asarray(seconds, np.float64).tolist()
    ]
