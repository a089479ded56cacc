"""Recorded rovers and bases whose positions are known: what the accuracy of RTK is measured on."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from beidou_svc.solve.options import InputOptions
from beidou_svc.solve.rtk_solver import base_received
from beidou_svc.solve.session import Session, load_session
from gnss.constants import NS_PER_S, NS_PER_WEEK
from gnss.orbits.book import OrbitBook
from gnss.position.options import SppOptions, compile_rules
from gnss.rtcm.epochs import EpochBatch
from gnss.rtcm.observations import ObservationBatch
from gnss.rtk.engine import BaseReceived

Floats = NDArray[np.float64]
Place = tuple[float, float, float]
Truth = Callable[[NDArray[np.int64]], Floats]

ROOT = Path(__file__).resolve().parents[2]
DATA_DIR = Path(os.environ.get("BEIDOU_TEST_DATA", ROOT.parent / "shared" / "data"))

NO_PLACE: Place = (0.0, 0.0, 0.0)
CAR_TRUTH = "groundtruth_first1900.csv"
WEEK_S = NS_PER_WEEK // NS_PER_S


class Source(NamedTuple):
    """Files of a recording, and where the antennas were, ECEF m: None = message 1006 of the stream or a file tells."""

    rover: str
    base: str
    nav: Sequence[str]
    base_ecef_m: Place | None
    rover_ecef_m: Place | None
    offset_enu_m: Place = NO_PLACE
    """What right positions are known to be off by, because the antennas are of different types."""


SOURCES = {
    "azure_car": Source(
        "rover_first1900.obs", "base.obs", ["nav.nav"], (-2430697.6962, -4704189.1965, 3544329.0994), None
    ),
    "str_static": Source(
        "swift_week-rollover-STR24.rtcm3", "swift_week-rollover-STR17.rtcm3", ["nav.nav"], None, None,
        (-0.002, 0.003, 0.044),
    ),
    "whu_static": Source(
        "rover.obs", "base.obs", ["base.nav", "rover.nav"],
        (-2267335.6693, 5008649.1555, 3222374.9736), (-2267809.757, 5009324.159, 3221016.716),
    ),
    "csm1_static": Source(
        "SEPT078M1.21O", "3034078M1.21O", ["SEPT078M.21P"],
        (-3959400.631, 3385704.533, 3667523.111), (-3962108.673, 3381309.574, 3668678.638),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Recorded:
    """A rover's epochs in order, its base, everybody's ephemerides, where the rover was at a time (NaN: unknown)."""

    name: str
    epochs: EpochBatch
    observations: ObservationBatch
    base: BaseReceived
    book: OrbitBook
    truth: Truth
    offset_enu_m: Floats

    def head(self, n: int) -> "Recorded":
        """The first epochs of the rover."""
        return replace(self, epochs=self.epochs.take(slice(0, n)))


def has_data(data_dir: Path = DATA_DIR) -> bool:
    """Whether the recordings are there."""
    return (data_dir / "rtk").is_dir()


def compact(epochs: EpochBatch, o: ObservationBatch) -> tuple[EpochBatch, ObservationBatch]:
    """The same epochs over no more observations than they have."""
    rows = epochs.rows.astype(np.int64)
    first = np.cumsum(rows) - rows
    chosen = np.repeat(epochs.first - first, rows) + np.arange(int(rows.sum()))
    return epochs.replace(first=first), o.take(chosen)


def _of_car(path: Path) -> Truth:
    """Of the whole second that is nearest: receivers whose clocks run free tag their epochs milliseconds beside it."""
    columns = np.loadtxt(path, delimiter=",", skiprows=1)
    tow_s, ecef_m = columns[:, 1].astype(np.int64), columns[:, 2:5]

    def at(t_gpst_ns: NDArray[np.int64]) -> Floats:
        wanted_s = (t_gpst_ns + NS_PER_S // 2) // NS_PER_S % WEEK_S
        row = np.minimum(np.searchsorted(tow_s, wanted_s), len(tow_s) - 1)
        return np.where((tow_s[row] == wanted_s)[:, None], ecef_m[row], np.nan)

    return at


@cache
def session_of(name: str, data_dir: Path = DATA_DIR) -> Session:
    """The files of one of the `SOURCES`, as the command line loads them."""
    source, folder = SOURCES[name], data_dir / "rtk" / name
    nav = [folder / file for file in source.nav]
    return load_session(InputOptions(folder / source.rover, folder / source.base, nav, None, source.base_ecef_m, None))


@cache
def recorded(name: str, data_dir: Path = DATA_DIR) -> Recorded:
    """One of the `SOURCES`."""
    source, session, folder = SOURCES[name], session_of(name, data_dir), data_dir / "rtk" / name
    epochs, observations = compact(session.rover.epochs, session.rover.observations)
    if source.rover_ecef_m is not None:
        place = np.array(source.rover_ecef_m)
    else:
        assert session.rover.place is not None
        place = session.rover.place.ecef_m
    fixed: Truth = lambda t_gpst_ns: np.tile(place, (len(t_gpst_ns), 1))  # noqa: E731
    truth = _of_car(folder / CAR_TRUTH) if (folder / CAR_TRUTH).is_file() else fixed
    base = base_received(session, compile_rules(SppOptions()))
    return Recorded(name, epochs, observations, base, session.book, truth, np.array(source.offset_enu_m))
