"""Room for the positioning of one epoch, and what comes out of many."""

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from gnss.batches import SYSTEM_COUNT
from gnss.orbits.satellites import SATELLITE_COUNT
from gnss.position._problem import SATELLITES_MAX, Problem


class Seen(NamedTuple):
    """Satellites of an epoch with the signal chosen: state at transmission, and what delays it at the receiver.

    `row`: of the observations. `use`: a `Use`. `code_m`: pseudorange with the satellite's clock and group delay taken
    out. `r_m`, `v_mps` (n, 3): satellite, ECEF at transmission. `drift_mps`: of its clock. `el_rad`, `sin_az`,
    `cos_az`: where it stands. `delay_m`: atmosphere. `sigma_m`: of the pseudorange. `place` (448,): where each
    satellite stands, -1 = not there.
    """

    satellite: NDArray[np.int64]
    row: NDArray[np.int64]
    use: NDArray[np.uint8]
    code_m: NDArray[np.float64]
    r_m: NDArray[np.float64]
    v_mps: NDArray[np.float64]
    drift_mps: NDArray[np.float64]
    el_rad: NDArray[np.float64]
    sin_az: NDArray[np.float64]
    cos_az: NDArray[np.float64]
    delay_m: NDArray[np.float64]
    sigma_m: NDArray[np.float64]
    place: NDArray[np.int64]

    @classmethod
    def empty(cls) -> Self:
        """Room for `SATELLITES_MAX` satellites."""
        n = SATELLITES_MAX
        numbers = (np.zeros(n, np.int64), np.zeros(n, np.int64))
        drift, el, sin_az, cos_az, delay, sigma = (np.zeros(n) for _ in range(6))
        place = np.full(SATELLITE_COUNT, -1, np.int64)
        return cls(
            *numbers, np.zeros(n, np.uint8), np.zeros(n), np.zeros((n, 3)), np.zeros((n, 3)),
            drift, el, sin_az, cos_az, delay, sigma, place,
        )  # fmt: skip


class SppWork(NamedTuple):
    """Room for one epoch: its satellites, the problem of the position and that of the velocity.

    `x` (3,): the position being improved, ECEF in m.
    """

    seen: Seen
    position: Problem
    velocity: Problem
    x: NDArray[np.float64]

    @classmethod
    def empty(cls) -> Self:
        """Fresh room; it keeps nothing between epochs."""
        return cls(Seen.empty(), Problem.empty(), Problem.empty(), np.zeros(3))


class Solutions(NamedTuple):
    """Positions by row. What is not known is NaN.

    `status`: a `Status`. `r_ecef_m` (n, 3); `geodetic` (n, 3): latitude, longitude in rad, ellipsoidal height in m, WGS
    84. `clock_s` (n, 7): receiver clock less the time of each constellation. `cov_enu_m2` (n, 6): ee en eu nn nu uu.
    `dop` (n, 3): hdop, vdop, pdop. `used`, `excluded`, `freedom`: satellites, and degrees of freedom. `chi2`: sum of
    squared residuals over their variances. `v_enu_mps` (n, 3), `drift_sps`; `sigma_v_mps` (n, 3) of the velocity.
    """

    status: NDArray[np.uint8]
    r_ecef_m: NDArray[np.float64]
    geodetic: NDArray[np.float64]
    clock_s: NDArray[np.float64]
    cov_enu_m2: NDArray[np.float64]
    dop: NDArray[np.float64]
    used: NDArray[np.int64]
    excluded: NDArray[np.int64]
    freedom: NDArray[np.int64]
    chi2: NDArray[np.float64]
    v_enu_mps: NDArray[np.float64]
    sigma_v_mps: NDArray[np.float64]
    drift_sps: NDArray[np.float64]

    @classmethod
    def for_rows(cls, n: int) -> Self:
        """Room for `n` positions."""

        def nan(*shape: int) -> NDArray[np.float64]:
            return np.full((n, *shape), np.nan)

        used, excluded, freedom = (np.zeros(n, np.int64) for _ in range(3))
        return cls(
            np.zeros(n, np.uint8), nan(3), nan(3), nan(SYSTEM_COUNT), nan(6), nan(3), used, excluded, freedom,
            nan(), nan(3), nan(3), nan(),
        )  # fmt: skip
