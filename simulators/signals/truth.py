"""What is true beside what is observed: where receivers were, and what each observation is made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gnss.batch import Batch, column
from gnss.batches import NO_TIME


@dataclass(frozen=True, slots=True)
class TruthBatch(Batch):
    """One row per receiver and epoch, whether anything was heard or not; CGCS2000 taken as WGS 84.

    | name | dtype | shape | unit | meaning |
    |---|---|---|---|---|
    | slot | i4 | | | receiver |
    | t_gpst_ns | i8 | | ns | epoch, GPST since 1980-01-06, at which the receiver is there |
    | r_ecef_m | f8 | 3 | m | position |
    | v_ecef_mps | f8 | 3 | m/s | velocity |
    | lat_rad | f8 | | rad | geodetic latitude |
    | lon_rad | f8 | | rad | longitude |
    | h_ell_m | f8 | | m | ellipsoidal height |
    | clock_s | f8 | | s | receiver clock less GPST: the observations are of so much before the epoch |
    | drift_sps | f8 | | s/s | drift of the receiver clock |
    | kind | u1 | | | surroundings, a sky kind |
    | rows | i4 | | | observations |
    """

    slot: NDArray[np.int32] = column("i4")
    t_gpst_ns: NDArray[np.int64] = column("i8", missing=NO_TIME)
    r_ecef_m: NDArray[np.float64] = column("f8", 3)
    v_ecef_mps: NDArray[np.float64] = column("f8", 3)
    lat_rad: NDArray[np.float64] = column("f8")
    lon_rad: NDArray[np.float64] = column("f8")
    h_ell_m: NDArray[np.float64] = column("f8")
    clock_s: NDArray[np.float64] = column("f8")
    drift_sps: NDArray[np.float64] = column("f8")
    kind: NDArray[np.uint8] = column("u1")
    rows: NDArray[np.int32] = column("i4")


@dataclass(frozen=True, slots=True)
class PathBatch(Batch):
    """One row per observation, beside it.

    Code = range + receiver clock - satellite clock + troposphere + ionosphere + code bias, multipath and noise.
    Phase (m) = the same with the ionosphere taken off, phase bias, multipath and noise, + n_cyc wavelengths.

    | name | dtype | shape | unit | meaning |
    |---|---|---|---|---|
    | range_m | f8 | | m | way of the signal, with the turning of the Earth |
    | rx_clock_m | f8 | | m | receiver clock |
    | sat_clock_m | f8 | | m | satellite clock, with relativity |
    | tropo_m | f8 | | m | troposphere |
    | iono_m | f8 | | m | ionosphere on the carrier |
    | code_bias_m | f8 | | m | group delay of the satellite and bias of the make |
    | phase_bias_m | f8 | | m | bias of the make and of the receiver, common to a system and signal |
    | code_multipath_m | f8 | | m | multipath, and the detour of a signal heard by reflection only |
    | phase_multipath_m | f8 | | m | multipath |
    | code_noise_m | f8 | | m | thermal noise |
    | phase_noise_m | f8 | | m | thermal noise |
    | n_cyc | f8 | | cycle | ambiguity: whole, or with a half where the half cycle is not resolved |
    | az_rad | f8 | | rad | azimuth |
    | el_rad | f8 | | rad | elevation |
    | kind | u1 | | | surroundings, a sky kind |
    """

    range_m: NDArray[np.float64] = column("f8")
    rx_clock_m: NDArray[np.float64] = column("f8")
    sat_clock_m: NDArray[np.float64] = column("f8")
    tropo_m: NDArray[np.float64] = column("f8")
    iono_m: NDArray[np.float64] = column("f8")
    code_bias_m: NDArray[np.float64] = column("f8")
    phase_bias_m: NDArray[np.float64] = column("f8")
    code_multipath_m: NDArray[np.float64] = column("f8")
    phase_multipath_m: NDArray[np.float64] = column("f8")
    code_noise_m: NDArray[np.float64] = column("f8")
    phase_noise_m: NDArray[np.float64] = column("f8")
    n_cyc: NDArray[np.float64] = column("f8")
    az_rad: NDArray[np.float64] = column("f8")
    el_rad: NDArray[np.float64] = column("f8")
    kind: NDArray[np.uint8] = column("u1")
