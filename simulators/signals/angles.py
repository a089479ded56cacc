"""Under which angles the satellites of recorded observations were seen."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gnss.delays.angles import look_angles
from gnss.frames.geodetic import ecef_to_geodetic
from gnss.orbits.satellites import NO_SATELLITE, satellite_index
from gnss.rtcm.observations import ObservationBatch
from simulators.signals.orbits import Orbits


def angles_of(
    o: ObservationBatch, orbits: Orbits, r_ecef_m: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(azimuth, elevation) of each row from a place, rad, to 0.01 degrees; NaN where the satellite is not known."""
    place = np.asarray(r_ecef_m, np.float64)
    lat_rad, lon_rad, _ = ecef_to_geodetic(place)
    satellite = satellite_index(o.system, o.prn)
    line = np.full((len(o), 3), np.nan)
    for t in np.unique(o.t_gpst_ns):
        rows = np.flatnonzero((o.t_gpst_ns == t) & (satellite != NO_SATELLITE))
        line[rows] = orbits.table(int(t)).r_ecef_m[satellite[rows]] - place
    return look_angles(line, float(lat_rad), float(lon_rad))
