"""RTKLIB as a peer, through pyrtklib: its C functions on the same recordings and bytes. Where it is absent, no peer."""

import importlib
import importlib.util
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss.rinex_io import write_navigation, write_observations
from gnss.rtcm.ephemerides import EphemerisBatch
from gnss.rtcm.glonass_ephemerides import GlonassEphemerisBatch
from tests.bench.rtk_recordings import session_of

ROVER, BASE = 1, 2
TAG_TOLERANCE_S = 0.02
ELEVATION_MASK_DEG = 15.0
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


def positioning(rtklib: Any, name: str, frequencies: int, count: int) -> tuple[Callable[[], object], int]:
    """A function that takes the first epochs of a recording through `rtkpos` alone, and how many they are."""
    place = session_of(name).base_place
    assert place is not None
    with TemporaryDirectory() as folder:
        observations, navigation = _observed(rtklib, name, Path(folder))
    epochs, options = _epochs(rtklib, observations, count), _options(rtklib, frequencies, place.ecef_m)

    def run() -> object:
        state = rtklib.rtk_t()
        rtklib.rtkinit(state, options)
        for axis in range(3):
            state.rb[axis] = float(place.ecef_m[axis])
        for epoch in epochs:
            rtklib.rtkpos(state, epoch.rows.ptr, epoch.n, navigation)
        rtklib.rtkfree(state)
        return observations  # its memory is that of the epochs

    return run, len(epochs)


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
