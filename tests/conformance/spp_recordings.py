"""Recordings whose receivers' positions are known, for the tests of single-point positioning."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss.constants import NS_PER_S, NS_PER_WEEK
from gnss.frames.enu import r_enu_from_ecef
from gnss.frames.geodetic import ecef_to_geodetic, geodetic_to_ecef
from gnss.orbits.book import OrbitBook
from gnss.position.options import SppOptions
from gnss.position.spp import SppResult, solve_spp
from gnss.rinex_io import read_navigation, read_observations
from gnss.rtcm.epochs import EpochBatch, RtcmEpochState, assemble_epochs
from gnss.rtcm.observations import ObservationBatch
from gnss.rtcm.stations import decode_stations
from tests.helpers.rtcm import decode_stream

Floats = NDArray[np.float64]
STATIONS = {
    "whu_static/base.obs": (-2267335.6693, 5008649.1555, 3222374.9736),
    "whu_static/rover.obs": (-2267809.757, 5009324.159, 3221016.716),
    "azure_car/base.obs": (-2430697.6962, -4704189.1965, 3544329.0994),
    "csm1_static/SEPT078M1.21O": (-3962108.673, 3381309.574, 3668678.638),
    "csm1_static/3034078M1.21O": (-3959400.631, 3385704.533, 3667523.111),
}
NAVIGATION = {
    "whu_static": ("base.nav", "rover.nav"),
    "azure_car": ("nav.nav",),
    "csm1_static": ("SEPT078M.21P",),
    "str_static": ("nav.nav",),
}
CAR = "azure_car/rover_first1900.obs"
CAR_TRUTH = "azure_car/groundtruth_first1900.csv"


@dataclass(frozen=True)
class Recording:
    """Observations, ephemerides, and where the receiver was at a time (NaN = not known)."""

    epochs: EpochBatch
    observations: ObservationBatch
    book: OrbitBook
    truth: Callable[[Floats], Floats]
    klobuchar_gps: tuple[float, ...] | None


class Errors(NamedTuple):
    """Of the epochs with a position that is known: east, north, up and what the fix says of them."""

    enu_m: Floats
    sigma_m: Floats

    def horizontal_m(self, share: float) -> float:
        """Error that so many epochs stay below."""
        return float(np.quantile(np.hypot(self.enu_m[:, 0], self.enu_m[:, 1]), share))

    def vertical_m(self, share: float) -> float:
        """Likewise of the height."""
        return float(np.quantile(np.abs(self.enu_m[:, 2]), share))


def of_car(folder: Path) -> Callable[[Floats], Floats]:
    columns = np.loadtxt(folder / CAR_TRUTH, delimiter=",", skiprows=1)

    def at(tow_s: Floats) -> Floats:
        inside = (tow_s >= columns[0, 1]) & (tow_s <= columns[-1, 1])
        x = [np.interp(tow_s, columns[:, 1], columns[:, 2 + axis]) for axis in range(3)]
        return np.where(inside[:, None], np.stack(x, axis=1), np.nan)

    return at


def recording(data_dir: Path, name: str) -> Recording:
    """One of the RINEX recordings, by its path in the folder of RTK data."""
    folder = data_dir / "rtk"
    station = name.split("/", maxsplit=1)[0]
    navigation = read_navigation(*(folder / station / file for file in NAVIGATION[station]))
    observed = read_observations(folder / name)
    book = OrbitBook.holding(navigation.kepler, navigation.glonass)
    parameters = navigation.ionosphere.klobuchar.get("G")
    truth = of_car(folder) if name == CAR else (lambda tow_s: np.tile(STATIONS[name], (len(tow_s), 1)))
    klobuchar = None if parameters is None else tuple(parameters.tolist())
    return Recording(observed.epochs, observed.observations, book, truth, klobuchar)


def stream(data_dir: Path, station: int) -> Recording:
    """One of the RTCM streams across the roll-over of a GPS week."""
    folder = data_dir / "rtk/str_static"
    data = (folder / f"swift_week-rollover-STR{station}.rtcm3").read_bytes()
    decoded = decode_stream(data, reference_gpst_ns=2011 * NS_PER_WEEK - 3600 * NS_PER_S)
    epochs, observations = assemble_epochs(RtcmEpochState.for_slots(1), decoded, ended=np.array([0], np.int32))
    stations = decode_stations(decoded)
    antenna = stations.ecef_m[np.isfinite(stations.ecef_m[:, 0])][-1]
    navigation = read_navigation(folder / "nav.nav")
    book = OrbitBook.holding(navigation.kepler, navigation.glonass)
    return Recording(epochs, observations, book, lambda tow_s: np.tile(antenna, (len(tow_s), 1)), None)


def solve(r: Recording) -> SppResult:
    """Every epoch of a recording."""
    return solve_spp(r.epochs, r.observations, r.book, SppOptions(klobuchar_gps=r.klobuchar_gps))


def errors(r: Recording, result: SppResult) -> Errors:
    """Of every epoch whose truth is known."""
    f = result.fixes
    truth_m = r.truth(f.t_gpst_ns / NS_PER_S % (NS_PER_WEEK // NS_PER_S))
    rows = np.flatnonzero((f.fix_quality > 0) & np.isfinite(truth_m[:, 0]))
    lat_rad, lon_rad, _ = ecef_to_geodetic(truth_m[rows])
    away_m = geodetic_to_ecef(f.lat_rad, f.lon_rad, f.h_ell_m)[rows] - truth_m[rows]
    enu_m = np.einsum("nij,nj->ni", r_enu_from_ecef(lat_rad, lon_rad), away_m)
    return Errors(enu_m, np.stack([f.sigma_e_m, f.sigma_n_m, f.sigma_u_m], axis=1)[rows])
