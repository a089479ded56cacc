"""RTKLIB as a peer, through pyrtklib: its C functions on the same recordings and bytes. Where it is absent, no peer."""

import importlib
import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss.constants import NS_PER_S
from gnss.rinex_io import write_navigation, write_observations
from gnss.rtcm.ephemerides import EphemerisBatch
from gnss.rtcm.glonass_ephemerides import GlonassEphemerisBatch
from tests.bench.rtk_recordings import session_of

ROVER, BASE = 1, 2
TAG_TOLERANCE_S = 0.02
ELEVATION_MASK_DEG = 15.0
UNIX_S_OF_GPST = 315_964_800
"""Where the time scale of GPS begins, in the seconds that RTKLIB counts."""

STATUS_EPOCH = 1
"""What RTKLIB's decoder returns when an epoch of observations is complete."""


def library() -> Any:
    """The package, None where it is not installed."""
    return importlib.import_module("pyrtklib") if importlib.util.find_spec("pyrtklib") else None


class Epoch(NamedTuple):
    """Rows of the rover, then of the base, as `rtkpos` takes them."""

    rows: Any
    n: int


def _observed(rtklib: Any, name: str, folder: Path) -> tuple[Any, Any]:
    """Observations of rover and base, sorted, and ephemerides, as RTKLIB reads them from RINEX."""
    session = session_of(name)
    assert session.base is not None
    kepler = EphemerisBatch.concat([file.kepler for file in session.recordings])
    glonass = GlonassEphemerisBatch.concat([file.glonass for file in session.recordings])
    write_navigation(folder / "nav.nav", kepler, glonass, version=3.04)
    observations, navigation, station = rtklib.obs_t(), rtklib.nav_t(), rtklib.sta_t()
    for receiver, file in ((ROVER, session.rover), (BASE, session.base)):
        path = folder / f"{receiver}.obs"
        write_observations(path, file.epochs, file.observations, version=3.04)
        rtklib.readrnx(str(path), receiver, "", observations, navigation, station)
    rtklib.readrnx(str(folder / "nav.nav"), 0, "", observations, navigation, station)
    rtklib.sortobs(observations)
    rtklib.uniqnav(navigation)
    return observations, navigation


def _epochs(rtklib: Any, observations: Any, count: int) -> list[Epoch]:
    """The first epochs of the rover that have one of the base, not later."""
    rows = [observations.data[k] for k in range(observations.n)]
    t_s = np.array([row.time.time + row.time.sec for row in rows])
    receiver = np.array([row.rcv for row in rows])
    base_t_s = np.unique(t_s[receiver == BASE])
    epochs: list[Epoch] = []
    for rover_s in np.unique(t_s[receiver == ROVER]):
        latest = int(np.searchsorted(base_t_s, rover_s + TAG_TOLERANCE_S)) - 1
        if latest < 0:
            continue
        own = np.flatnonzero((receiver == ROVER) & (t_s == rover_s))
        chosen = [*own, *np.flatnonzero((receiver == BASE) & (t_s == base_t_s[latest]))]
        array = rtklib.Arr1Dobsd_t(len(chosen))
        for k, row in enumerate(chosen):
            array[k] = rows[int(row)]
        epochs.append(Epoch(array, len(chosen)))
        if len(epochs) == count:
            break
    return epochs


def _options(rtklib: Any, frequencies: int, base_ecef_m: NDArray[np.float64]) -> Any:
    """Kinematic, continuous ambiguities, all systems that the package knows."""
    options = rtklib.prcopt_default
    options.mode, options.nf, options.modear, options.glomodear = rtklib.PMODE_KINEMA, frequencies, 1, 0
    options.navsys = rtklib.SYS_GPS | rtklib.SYS_GLO | rtklib.SYS_GAL | rtklib.SYS_QZS | rtklib.SYS_CMP
    options.elmin, options.refpos = float(np.radians(ELEVATION_MASK_DEG)), 0
    for axis in range(3):
        options.rb[axis] = float(base_ecef_m[axis])
    return options


class Loaded(NamedTuple):
    """A recording as `rtkpos` takes it: the rover's epochs with their base, options, where the base is.

    `observations` own the memory of the epochs.
    """

    epochs: list[Epoch]
    options: Any
    navigation: Any
    observations: Any
    base_ecef_m: NDArray[np.float64]

    def begin(self, rtklib: Any) -> Any:
        """A filter that has seen nothing."""
        state = rtklib.rtk_t()
        rtklib.rtkinit(state, self.options)
        for axis in range(3):
            state.rb[axis] = float(self.base_ecef_m[axis])
        return state

    def step(self, rtklib: Any, state: Any, epoch: Epoch) -> None:
        """Bring a filter forward by one epoch."""
        rtklib.rtkpos(state, epoch.rows.ptr, epoch.n, self.navigation)


def load(rtklib: Any, name: str, frequencies: int, count: int) -> Loaded:
    """The first epochs of a recording, with continuous ambiguities of so many frequencies."""
    place = session_of(name).base_place
    assert place is not None
    with TemporaryDirectory() as folder:
        observations, navigation = _observed(rtklib, name, Path(folder))
    options = _options(rtklib, frequencies, place.ecef_m)
    return Loaded(_epochs(rtklib, observations, count), options, navigation, observations, place.ecef_m)


def positioning(rtklib: Any, name: str, frequencies: int, count: int) -> tuple[Callable[[], object], int]:
    """A function that takes the first epochs of a recording through `rtkpos` alone, and how many they are."""
    loaded = load(rtklib, name, frequencies, count)

    def run() -> object:
        state = loaded.begin(rtklib)
        for epoch in loaded.epochs:
            loaded.step(rtklib, state, epoch)
        rtklib.rtkfree(state)
        return loaded

    return run, len(loaded.epochs)


class Positions(NamedTuple):
    """One row an epoch of the rover: GPS time to the microsecond, ECEF m, whether its integers were found."""

    t_gpst_ns: NDArray[np.int64]
    ecef_m: NDArray[np.float64]
    is_fixed: NDArray[np.bool_]


def positions(rtklib: Any, name: str, frequencies: int) -> Positions:
    """What RTKLIB makes of a whole recording."""
    loaded = load(rtklib, name, frequencies, sys.maxsize)
    state, rows = loaded.begin(rtklib), []
    for epoch in loaded.epochs:
        loaded.step(rtklib, state, epoch)
        found = state.sol
        t_s, part_s = found.time.time - UNIX_S_OF_GPST, round(found.time.sec * 1e6)
        rows.append((t_s * NS_PER_S + part_s * 1_000, [found.rr[k] for k in range(3)], found.stat == rtklib.SOLQ_FIX))
    rtklib.rtkfree(state)
    t_gpst_ns, ecef_m, is_fixed = zip(*rows, strict=True)
    return Positions(np.array(t_gpst_ns), np.array(ecef_m), np.array(is_fixed))


def decoding(rtklib: Any, path: Path) -> Callable[[], int]:
    """A function that decodes a file of RTCM 3 in C, and returns how many epochs it found in it."""

    def run() -> int:
        decoder, file, epochs = rtklib.rtcm_t(), rtklib.FileWrapper(str(path), "rb"), 0
        rtklib.init_rtcm(decoder)
        while (found := rtklib.input_rtcm3f(decoder, file)) != -2:
            epochs += found == STATUS_EPOCH
        rtklib.free_rtcm(decoder)
        return epochs

    return run
