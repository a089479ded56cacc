"""Where the truth of a recording is itself off.

Where two engines that share no code agree to millimetres for seconds, and both lie farther from the truth than noise
explains, it is the truth that moved.
"""

from functools import cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss.constants import NS_PER_S
from gnss.frames.enu import r_enu_from_ecef
from gnss.frames.geodetic import ecef_to_geodetic
from tests.bench.rtk_cases import ALL, plain
from tests.bench.rtk_errors import FIXED, Errors
from tests.bench.rtk_recordings import recorded
from tests.bench.rtk_rtklib import library, positions

RECORDING, FREQUENCIES = "azure_car", 1
"""The one whose truth is another program's solution."""

AGREE_M = 0.004
"""Two engines agree, horizontally."""

OFF_M = 0.007
"""Farther from the truth than this is worth the question."""

EPOCHS_MIN = 5
"""Fewer in a row may be chance."""


class Moved(NamedTuple):
    """Errors of the epochs whose truth moved, the most that the engines differ there, and errors of all others."""

    errors: Errors
    apart_m: float
    others: Errors


@cache
def moved() -> Moved | None:
    """What RTKLIB says of it; None where it is not installed."""
    rtklib = library()
    if rtklib is None:
        return None
    ours = next(e for case, e in plain().items() if (case.recording, case.setting) == (RECORDING, ALL))
    r = recorded(RECORDING)
    peer = positions(rtklib, RECORDING, FREQUENCIES)
    truth = r.truth(peer.t_gpst_ns)
    lat_rad, lon_rad, _ = ecef_to_geodetic(truth)
    peer_enu_m = np.einsum("nij,nj->ni", r_enu_from_ecef(lat_rad, lon_rad), peer.ecef_m - truth)
    # both count whole seconds from the rover's first epoch
    second = np.round((peer.t_gpst_ns - r.epochs.t_gpst_ns[0]) / NS_PER_S).astype(np.int64)
    rows = np.searchsorted(second, np.round(ours.since_s).astype(np.int64)).clip(max=len(second) - 1)
    same = second[rows] == np.round(ours.since_s)
    apart_m = np.hypot(*(ours.enu_m - peer_enu_m[rows])[:, :2].T)
    sided = same & peer.is_fixed[rows] & (ours.quality == FIXED) & (apart_m < AGREE_M) & (ours.h_m > OFF_M)
    chosen = long_runs(sided)
    return Moved(ours.take(chosen), float(apart_m[chosen].max(initial=0.0)), ours.take(~chosen))


def long_runs(marked: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Those marked that stand in a row of enough of them."""
    edges = [0, *(np.flatnonzero(np.diff(marked)) + 1).tolist(), len(marked)]
    kept = np.zeros(len(marked), bool)
    for first, last in pairwise(edges):
        kept[first:last] = marked[first:last].all() and last - first >= EPOCHS_MIN
    return kept
