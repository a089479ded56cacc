"""What single-point positioning says beside the fixes: of each satellite, and of the receivers' clocks."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gnss.batch import Batch, column
from gnss.batches import NO_TIME, SYSTEM_COUNT


@dataclass(frozen=True, slots=True)
class SppSatelliteBatch(Batch):
    """One row per epoch and satellite that had an ephemeris in force and a signal to use.

    | name | dtype | shape | unit | meaning |
    |---|---|---|---|---|
    | epoch | i4 | | | row of the epoch |
    | system | u1 | | | constellation, index into `SYSTEMS` |
    | prn | u1 | | | number within the constellation |
    | signal | u1 | | | RINEX code of the signal chosen, index into `CODE_NAMES` |
    | az_rad | f8 | | rad | azimuth; NaN = the epoch has no position |
    | el_rad | f8 | | rad | elevation |
    | residual_m | f8 | | m | what is left of the pseudorange; NaN = below the mask or no position |
    | sigma_m | f8 | | m | standard deviation assumed of it |
    | use | u1 | | | a `Use`: used, low, excluded, alone in its constellation, or no position |
    """

    epoch: NDArray[np.int32] = column("i4")
    system: NDArray[np.uint8] = column("u1")
    prn: NDArray[np.uint8] = column("u1")
    signal: NDArray[np.uint8] = column("u1")
    az_rad: NDArray[np.float64] = column("f8")
    el_rad: NDArray[np.float64] = column("f8")
    residual_m: NDArray[np.float64] = column("f8")
    sigma_m: NDArray[np.float64] = column("f8")
    use: NDArray[np.uint8] = column("u1")


@dataclass(frozen=True, slots=True)
class SppClockBatch(Batch):
    """One row per epoch: the receiver's clock, and how well the pseudoranges agreed.

    | name | dtype | shape | unit | meaning |
    |---|---|---|---|---|
    | slot | i4 | | | terminal |
    | t_gpst_ns | i8 | | ns | time tag of the receiver, GPST since 1980-01-06 |
    | clock_s | f8 | 7 | s | receiver clock less the time of each constellation (QZSS: as GPS); NaN = not determined |
    | drift_sps | f8 | | s/s | drift of the receiver clock |
    | sigma_e_mps | f8 | | m/s | standard deviation of the velocity east |
    | sigma_n_mps | f8 | | m/s | standard deviation of the velocity north |
    | sigma_u_mps | f8 | | m/s | standard deviation of the velocity up |
    | chi2 | f8 | | | sum of squared residuals over their variances |
    | freedom | i4 | | | degrees of freedom |
    | excluded | u1 | | | satellites excluded |
    """

    slot: NDArray[np.int32] = column("i4")
    t_gpst_ns: NDArray[np.int64] = column("i8", missing=NO_TIME)
    clock_s: NDArray[np.float64] = column("f8", SYSTEM_COUNT)
    drift_sps: NDArray[np.float64] = column("f8")
    sigma_e_mps: NDArray[np.float64] = column("f8")
    sigma_n_mps: NDArray[np.float64] = column("f8")
    sigma_u_mps: NDArray[np.float64] = column("f8")
    chi2: NDArray[np.float64] = column("f8")
    freedom: NDArray[np.int32] = column("i4")
    excluded: NDArray[np.uint8] = column("u1")
