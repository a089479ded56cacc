"""What the engine's kernels take and give, as columns: rover epochs, base epochs, orbit tables, results."""

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Jobs(NamedTuple):
    """One row per rover epoch: who, which rows, against which base epoch, by which orbit tables.

    `base_table` differs from `table` where the base's epoch is older than a table reaches; both are of one ephemeris.
    """

    slot: NDArray[np.int32]
    first: NDArray[np.int64]
    rows: NDArray[np.int32]
    t_ns: NDArray[np.int64]
    base: NDArray[np.int32]
    table: NDArray[np.int32]
    base_table: NDArray[np.int32]


class Bases(NamedTuple):
    """One row per base epoch: its rows, time, where it stands, number of the station.

    By row of the observations: `correction_m` and `share` of `BaseCodes`.
    """

    first: NDArray[np.int64]
    rows: NDArray[np.int32]
    t_ns: NDArray[np.int64]
    x_ecef_m: Floats
    station: NDArray[np.int32]
    correction_m: Floats
    share: Floats


class Tables(NamedTuple):
    """Orbit tables one above the other: the columns of `OrbitTable` with a leading axis."""

    t_gpst_ns: NDArray[np.int64]
    r_ecef_m: Floats
    v_ecef_mps: Floats
    a_ecef_mps2: Floats
    clock_s: Floats
    clock_drift_sps: Floats
    tgd_s: Floats
    tgd2_s: Floats
    sigma_m: Floats
    issue: NDArray[np.int32]
    number: NDArray[np.uint16]
    status: NDArray[np.uint8]
    channel: NDArray[np.int8]


class Results(NamedTuple):
    """One row per rover epoch: what came out.

    `quality` as NMEA has it, 0 = none and `why`; `cov_m2` (n, 6) xx, yx, yy, zx, zy, zz; `noise` misfit of the fixed
    phases over their number; `held` phases held to integers.
    """

    quality: NDArray[np.uint8]
    why: NDArray[np.uint8]
    x_ecef_m: Floats
    v_ecef_mps: Floats
    cov_m2: Floats
    ratio: Floats
    satellites: NDArray[np.uint8]
    baseline_m: Floats
    age_s: Floats
    noise: Floats
    slips: NDArray[np.int32]
    held: NDArray[np.int32]

    @classmethod
    def for_rows(cls, n: int) -> Self:
        """Room for `n` rows, nothing known."""
        unknown = [np.full(n, np.nan) for _ in range(4)]
        return cls(
            quality=np.zeros(n, np.uint8),
            why=np.zeros(n, np.uint8),
            x_ecef_m=np.full((n, 3), np.nan),
            v_ecef_mps=np.full((n, 3), np.nan),
            cov_m2=np.full((n, 6), np.nan),
            ratio=unknown[0],
            satellites=np.zeros(n, np.uint8),
            baseline_m=unknown[1],
            age_s=unknown[2],
            noise=unknown[3],
            slips=np.zeros(n, np.int32),
            held=np.zeros(n, np.int32),
        )
