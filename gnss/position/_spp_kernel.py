"""One epoch from its observations to a row of solutions, and many epochs in one call.

`solve_one` allocates nothing and remembers nothing: other engines use it for a first position and receiver clock.
"""

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, leaf_kernel
from gnss.constants import NS_PER_S, SPEED_OF_LIGHT_MPS, WGS84_A_M
from gnss.delays.angles import Horizon, horizon_components
from gnss.frames.geodetic import ecef_to_geodetic_point
from gnss.orbits.table import OrbitTable
from gnss.position._atmosphere_kernel import WGS84_E2, horizon_at
from gnss.position._gather_kernel import gather
from gnss.position._least_kernel import invert, least_squares, variance_factor
from gnss.position._position_kernel import WITH_AIR, find_position
from gnss.position._problem import AXES
from gnss.position._velocity_kernel import find_velocity
from gnss.position._work import Solutions, SppWork
from gnss.position.options import SppRules
from gnss.position.use import Use
from gnss.rtcm.observations import ObservationSink
from gnss.status import Status

_NO_POSITION = int(Status.NO_POSITION)
_USED, _ALONE = int(Use.USED), int(Use.ALONE)

Six = tuple[float, float, float, float, float, float]


@inline_kernel
def _to_enu(h: Horizon, q: NDArray[np.float64]) -> Six:
    """A covariance in east, north, up (ee en eu nn nu uu) from one in ECEF."""
    # columns of R C, then rows times R transposed
    ex, nx, ux = horizon_components(h, q[0, 0], q[1, 0], q[2, 0])
    ey, ny, uy = horizon_components(h, q[0, 1], q[1, 1], q[2, 1])
    ez, nz, uz = horizon_components(h, q[0, 2], q[1, 2], q[2, 2])
    ee, en, eu = horizon_components(h, ex, ey, ez)
    _, nn, nu = horizon_components(h, nx, ny, nz)
    return ee, en, eu, nn, nu, horizon_components(h, ux, uy, uz)[2]


@inline_kernel
def _dilution(work: SppWork, n: int, h: Horizon) -> tuple[float, float, float]:
    """(horizontal, vertical, position) dilution of precision, a clock for each constellation; infinite if it has none.

    It takes the room of the velocity, which comes after it.
    """
    p, q, position = work.velocity, work.velocity.inverse, work.position
    for k in range(n):
        p.weight[k], p.y[k], p.group[k] = 1.0 if position.weight[k] > 0.0 else 0.0, 0.0, position.group[k]
        for axis in range(AXES):
            p.a[k, axis] = position.a[k, axis]
    if not least_squares(p, n, AXES):
        return np.inf, np.inf, np.inf
    invert(p, AXES)
    ee, _, _, nn, _, uu = _to_enu(h, q)
    return sqrt(ee + nn), sqrt(uu), sqrt(ee + nn + uu)


@inline_kernel
def _clear(out: Solutions, row: int) -> None:
    """Forget what a row held."""
    for axis in range(AXES):
        out.r_ecef_m[row, axis] = out.geodetic[row, axis] = out.dop[row, axis] = np.nan
        out.v_enu_mps[row, axis] = out.sigma_v_mps[row, axis] = np.nan
    for k in range(out.cov_enu_m2.shape[1]):
        out.cov_enu_m2[row, k] = np.nan
    for g in range(out.clock_s.shape[1]):
        out.clock_s[row, g] = np.nan
    out.chi2[row] = out.drift_sps[row] = np.nan
    out.used[row] = out.freedom[row] = 0


@inline_kernel
def _write_position(work: SppWork, h: Horizon, factor: float, out: Solutions, row: int) -> None:
    """Position, its covariance, clocks."""
    p = work.position
    for axis in range(AXES):
        out.r_ecef_m[row, axis] = work.x[axis]
    for g in range(p.members.shape[0]):
        if p.members[g] > 0:
            out.clock_s[row, g] = p.clock[g] / SPEED_OF_LIGHT_MPS
    invert(p, WITH_AIR)
    for k, value in enumerate(_to_enu(h, p.inverse)):
        out.cov_enu_m2[row, k] = factor * value


@inline_kernel
def _write_velocity(
    o: ObservationSink, n: int, table: OrbitTable, rules: SppRules, work: SppWork, h: Horizon, out: Solutions, row: int
) -> None:
    found, factor = find_velocity(o, n, table, rules, work)
    if not found:
        return
    p = work.velocity
    invert(p, AXES)
    v, s = out.v_enu_mps, out.sigma_v_mps
    v[row, 0], v[row, 1], v[row, 2] = horizon_components(h, p.x[0], p.x[1], p.x[2])
    ee, _, _, nn, _, uu = _to_enu(h, p.inverse)
    s[row, 0], s[row, 1], s[row, 2] = sqrt(factor * ee), sqrt(factor * nn), sqrt(factor * uu)
    out.drift_sps[row] = p.clock[0] / SPEED_OF_LIGHT_MPS


@inline_kernel
def _count_used(work: SppWork, n: int) -> int:
    """Satellites that the position rests on; one that is alone in its group gave it nothing but a clock."""
    used, p, use = 0, work.position, work.seen.use
    for k in range(n):
        if use[k] == _USED and p.members[p.group[k]] == 1:
            use[k] = _ALONE
        used += 1 if use[k] == _USED else 0
    return used


@leaf_kernel
def solve_one(
    o: ObservationSink,
    first: int,
    last: int,
    t_gpst_ns: int,
    table: OrbitTable,
    rules: SppRules,
    work: SppWork,
    start_m: NDArray[np.float64],
    out: Solutions,
    row: int,
) -> int:
    """Position, clock, covariance and velocity of one epoch into a row of `out`; returns how many satellites were seen.

    `o` rows `first` to `last` (not with it) are its observations, `t_gpst_ns` the receiver's time tag, at most 0.6 s
    from the instant of the table. `start_m` is a position near by, or zeros. The details of the satellites are left in
    `work`.

    Shape: scalars and rows. Unit: ns, m. Frame: ECEF of the satellites' broadcasts, WGS 84. Error: metres, as the
    covariance says; the row's status is a `Status`, its numbers NaN where there is no position. Source:
    docs/sources.md, gnss_facts §5 and §6.
    """
    n = gather(o, first, last, (t_gpst_ns - table.t_gpst_ns) / NS_PER_S, table, rules, work.seen)
    _clear(out, row)
    status, chi2, freedom, excluded = find_position(o, n, t_gpst_ns, table, rules, work, start_m)
    out.status[row], out.excluded[row] = status, excluded
    if status == _NO_POSITION:
        return n
    lat_rad, lon_rad, h_ell_m = ecef_to_geodetic_point(work.x[0], work.x[1], work.x[2], WGS84_A_M, WGS84_E2)
    h = horizon_at(lat_rad, lon_rad)
    hdop, vdop, pdop = _dilution(work, n, h)
    if not pdop <= rules.pdop_max:
        out.status[row] = _NO_POSITION
        return n
    out.dop[row, 0], out.dop[row, 1], out.dop[row, 2] = hdop, vdop, pdop
    out.geodetic[row, 0], out.geodetic[row, 1], out.geodetic[row, 2] = lat_rad, lon_rad, h_ell_m
    out.used[row], out.freedom[row], out.chi2[row] = _count_used(work, n), freedom, chi2
    _write_position(work, h, variance_factor(chi2, freedom), out, row)
    _write_velocity(o, n, table, rules, work, h, out, row)
    return n
