"""Single-point positions against RTKLIB's (pyrtklib), both against the truth."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from gnss.frames.enu import r_enu_from_ecef
from gnss.frames.geodetic import ecef_to_geodetic
from tests.conformance.spp_recordings import CAR, NAVIGATION, errors, recording, solve

rtklib: Any = pytest.importorskip("pyrtklib")

EVERY = 8
"""RTKLIB positions each so manyth epoch."""
WEEK_S = 604_800
NAMES = (CAR, "azure_car/base.obs", "csm1_static/SEPT078M1.21O", "csm1_static/3034078M1.21O", "whu_static/base.obs")


def epochs_of(observations: Any) -> Iterator[tuple[int, int]]:
    first = 0
    while first < observations.n:
        last = first
        while last < observations.n and (
            abs(rtklib.timediff(observations.data[last].time, observations.data[first].time)) < 1e-3
        ):
            last += 1
        yield first, last
        first = last


def rtklib_positions(folder: Path, name: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Times of week and ECEF positions."""
    observations, navigation, station = rtklib.obs_t(), rtklib.nav_t(), rtklib.sta_t()
    rtklib.readrnx(str(folder / name), 1, "", observations, navigation, station)
    for file in NAVIGATION[name.split("/", maxsplit=1)[0]]:
        rtklib.readrnx(str(folder / name.split("/", maxsplit=1)[0] / file), 1, "", observations, navigation, station)
    rtklib.uniqnav(navigation)
    rtklib.sortobs(observations)
    options = rtklib.prcopt_default
    options.navsys = rtklib.SYS_GPS | rtklib.SYS_GLO | rtklib.SYS_GAL | rtklib.SYS_QZS | rtklib.SYS_CMP
    options.mode, options.ionoopt, options.tropopt, options.elmin = 0, 1, 1, float(np.radians(10))
    tow_s, r_ecef_m = [], []
    for first, last in list(epochs_of(observations))[::EVERY]:
        rows = rtklib.Arr1Dobsd_t(last - first)
        for k in range(last - first):
            rows[k] = observations.data[first + k]
        solution, angles = rtklib.sol_t(), rtklib.Arr1Ddouble(2 * (last - first))
        status, message = rtklib.Arr1Dssat_t(rtklib.MAXSAT), rtklib.Arr1Dchar(128)
        if rtklib.pntpos(rows.ptr, last - first, navigation, options, solution, angles, status.ptr, message):
            tow_s.append(rtklib.time2gpst(observations.data[first].time, rtklib.Arr1Dint(1)))
            r_ecef_m.append([solution.rr[axis] for axis in range(3)])
    return np.array(tow_s), np.array(r_ecef_m)


@pytest.mark.compiled
@pytest.mark.parametrize("name", NAMES)
def test_not_worse_than_rtklib(data_dir: Path, name: str) -> None:
    r = recording(data_dir, name)
    ours = errors(r, solve(r))
    tow_s, r_ecef_m = rtklib_positions(data_dir / "rtk", name)
    truth_m = r.truth(tow_s % WEEK_S)
    known = np.isfinite(truth_m[:, 0])
    lat_rad, lon_rad, _ = ecef_to_geodetic(truth_m[known][0])
    enu_m = (r_ecef_m - truth_m)[known] @ r_enu_from_ecef(lat_rad, lon_rad).T
    theirs_h_m, theirs_v_m = (
        np.quantile(np.hypot(enu_m[:, 0], enu_m[:, 1]), 0.95),
        np.quantile(np.abs(enu_m[:, 2]), 0.95),
    )
    assert ours.horizontal_m(0.95) < theirs_h_m + 0.6
    assert ours.vertical_m(0.95) < theirs_v_m + 1.2
