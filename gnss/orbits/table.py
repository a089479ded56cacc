"""The state of every satellite at one instant, as kernels and people read it.

A satellite at another time t, not more than about 0.6 s away: r + v dt + a dt²/2 with dt = t - t_gpst_ns, less than
0.1 mm from its ephemeris.
"""

from enum import IntEnum
from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel
from gnss.constants import GPS_OMEGA_E_RADPS, SPEED_OF_LIGHT_MPS
from gnss.orbits.satellites import SATELLITE_COUNT

NO_CHANNEL = -128
"""Missing GLONASS frequency channel, as in `ObservationBatch`."""

REACH_S_MAX = 0.6
"""How far from the instant of a table its states hold to 0.1 mm."""


class OrbitStatus(IntEnum):
    """Whether a satellite of a table can be used."""

    USABLE = 0
    NO_EPHEMERIS = 1
    TOO_OLD = 2
    UNHEALTHY = 3


class OrbitTable(NamedTuple):
    """Satellites at `t_gpst_ns` (GPST since 1980-01-06), a row for each index of `gnss.orbits.satellites`.

    `r_ecef_m`, `v_ecef_mps`, `a_ecef_mps2` (n, 3): in the Earth-fixed frame of the instant itself, PZ-90 taken as WGS
    84; NaN where there is no ephemeris in force. `clock_s`, `clock_drift_sps` (n,): satellite clock less system time,
    with relativity, without group delay. `tgd_s`, `tgd2_s`: group delays as `EphemerisBatch` has them; of GLONASS 0 and
    Δτn. `sigma_m`: accuracy as stated (URA, SISA), NaN = not stated. `issue`: IODE, IODnav, AODE or GLONASS tb in
    quarters of an hour, -1 = none. `number`: RTCM message of the ephemeris, which tells Galileo's F/NAV from I/NAV.
    `status`: an `OrbitStatus`; an unhealthy satellite has a state. `channel`: of GLONASS, -128 = not known.
    """

    t_gpst_ns: int
    r_ecef_m: NDArray[np.float64]
    v_ecef_mps: NDArray[np.float64]
    a_ecef_mps2: NDArray[np.float64]
    clock_s: NDArray[np.float64]
    clock_drift_sps: NDArray[np.float64]
    tgd_s: NDArray[np.float64]
    tgd2_s: NDArray[np.float64]
    sigma_m: NDArray[np.float64]
    issue: NDArray[np.int32]
    number: NDArray[np.uint16]
    status: NDArray[np.uint8]
    channel: NDArray[np.int8]


def empty_table(t_gpst_ns: int = 0) -> OrbitTable:
    """A table in which no satellite is known.

    Shape: (448,) and (448, 3). Unit: as `OrbitTable` says. Error: none. Source: none.
    """
    n = SATELLITE_COUNT
    r, v, a = (np.full((n, 3), np.nan) for _ in range(3))
    clock, drift, tgd, tgd2, sigma = (np.full(n, np.nan) for _ in range(5))
    issue, number = np.full(n, -1, np.int32), np.zeros(n, np.uint16)
    status, channel = np.full(n, OrbitStatus.NO_EPHEMERIS, np.uint8), np.full(n, NO_CHANNEL, np.int8)
    return OrbitTable(t_gpst_ns, r, v, a, clock, drift, tgd, tgd2, sigma, issue, number, status, channel)


@inline_kernel
def satellite_at(table: OrbitTable, satellite: int, offset_s: float) -> tuple[float, float, float, float]:
    """ECEF position in m and clock in s of one satellite, `offset_s` after the instant of the table.

    Shape: scalars. Unit: s to (m, m, m, s). Frame: Earth-fixed at the time asked for. Error: < 0.1 mm while
    |offset_s| <= 0.6 s; NaN where the satellite has no state. Source: motion under constant acceleration.
    """
    half_s2 = 0.5 * offset_s * offset_s
    r, v, a = table.r_ecef_m, table.v_ecef_mps, table.a_ecef_mps2
    x_m = r[satellite, 0] + v[satellite, 0] * offset_s + a[satellite, 0] * half_s2
    y_m = r[satellite, 1] + v[satellite, 1] * offset_s + a[satellite, 1] * half_s2
    z_m = r[satellite, 2] + v[satellite, 2] * offset_s + a[satellite, 2] * half_s2
    return x_m, y_m, z_m, table.clock_s[satellite] + table.clock_drift_sps[satellite] * offset_s


@inline_kernel
def velocity_at(table: OrbitTable, satellite: int, offset_s: float) -> tuple[float, float, float]:
    """ECEF velocity in m/s of one satellite, `offset_s` after the instant of the table.

    Shape: scalars. Unit: s to m/s. Frame: Earth-fixed. Error: < 0.1 mm/s while |offset_s| <= 0.6 s. Source: motion
    under constant acceleration.
    """
    v, a = table.v_ecef_mps, table.a_ecef_mps2
    return (
        v[satellite, 0] + a[satellite, 0] * offset_s,
        v[satellite, 1] + a[satellite, 1] * offset_s,
        v[satellite, 2] + a[satellite, 2] * offset_s,
    )


@inline_kernel
def transmission_offset(table: OrbitTable, satellite: int, tag_offset_s: float, pr_m: float) -> float:
    """When the signal of a pseudorange left the satellite, in s after the instant of the table.

    `tag_offset_s` is the epoch as the receiver states it, less the instant of the table: its clock error is in the
    pseudorange too and cancels.

    Shape: scalars. Unit: s, m to s. Error: that of the pseudorange and the satellite clock; NaN where it has no state.
    Source: docs/sources.md, gnss_facts §5.
    """
    by_satellite_clock_s = tag_offset_s - pr_m / SPEED_OF_LIGHT_MPS
    drift_s = table.clock_drift_sps[satellite] * (by_satellite_clock_s - table.clock_s[satellite])
    return by_satellite_clock_s - table.clock_s[satellite] - drift_s


@inline_kernel
def line_of_sight(
    x_m: float, y_m: float, z_m: float, rx_m: float, ry_m: float, rz_m: float
) -> tuple[float, float, float, float]:
    """Range that a signal travelled, and the direction from receiver to satellite.

    The satellite's position is Earth-fixed at transmission, the receiver's at reception: the Earth turns in between
    (Sagnac).

    Shape: scalars. Unit: m to (m, and a unit vector). Frame: Earth-fixed at reception. Error: < 1 µm. Source:
    docs/sources.md, gnss_facts §5.
    """
    dx_m, dy_m, dz_m = x_m - rx_m, y_m - ry_m, z_m - rz_m
    straight_m = sqrt(dx_m * dx_m + dy_m * dy_m + dz_m * dz_m)
    sagnac_m = GPS_OMEGA_E_RADPS / SPEED_OF_LIGHT_MPS * (x_m * ry_m - y_m * rx_m)
    turn_rad = GPS_OMEGA_E_RADPS / SPEED_OF_LIGHT_MPS * (straight_m + sagnac_m)
    # the turn is below 1.1e-5 rad: the next terms of sine and cosine are below the last bit
    cos_turn, sin_turn = 1.0 - 0.5 * turn_rad * turn_rad, turn_rad - turn_rad * turn_rad * turn_rad / 6.0
    dx_m = cos_turn * x_m + sin_turn * y_m - rx_m
    dy_m = cos_turn * y_m - sin_turn * x_m - ry_m
    range_m = sqrt(dx_m * dx_m + dy_m * dy_m + dz_m * dz_m)
    return range_m, dx_m / range_m, dy_m / range_m, dz_m / range_m
