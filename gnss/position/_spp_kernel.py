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
from gnss.position._work import Solutions, SppWork, Use
from gnss.position.options import SppRules
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
def _dilution(work: SppWork, n: int, h: Horizon) -> tuple[float, float]:
    """(horizontal, vertical) dilution of precision, a clock for each constellation; infinite without a position.

    It takes the room of the velocity, which comes after it.
    """
    p, q, position = work.velocity, work.velocity.inverse, work.position
    for k in range(n):
        p.weight[k], p.y[k], p.group[k] = 1.0 if position.weight[k] > 0.0 else 0.0, 0.0, position.group[k]
        for axis in range(AXES):
            p.a[k, axis] = position.a[k, axis]
    if not least_squares(p, n, AXES):
        return np.inf, np.inf
    invert(p, AXES)
    ee, _, _, nn, _, uu = _to_enu(h, q)
    return sqrt(ee + nn), sqrt(uu)


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
    status, chi2, freedom, excluded = find_position(o, n, t_gpst_ns, table, rules, work, start_m)
    out.status[row], out.excluded[row] = status, excluded
    if status == _NO_POSITION:
        return n
    x, p, c = work.x, work.position, out.cov_enu_m2
    lat_rad, lon_rad, h_ell_m = ecef_to_geodetic_point(x[0], x[1], x[2], WGS84_A_M, WGS84_E2)
    h = horizon_at(lat_rad, lon_rad)
    hdop, vdop = _dilution(work, n, h)
    pdop = sqrt(hdop * hdop + vdop * vdop)
    if not pdop <= rules.pdop_max:
        out.status[row] = _NO_POSITION
        return n
    for g in range(p.members.shape[0]):
        if p.members[g] > 0:
            out.clock_s[row, g] = p.clock[g] / SPEED_OF_LIGHT_MPS
    out.dop[row, 0], out.dop[row, 1], out.dop[row, 2] = hdop, vdop, pdop
    out.used[row], out.freedom[row], out.chi2[row] = _count_used(work, n), freedom, chi2
    invert(p, WITH_AIR)
    factor = variance_factor(chi2, freedom)
    for k, value in enumerate(_to_enu(h, p.inverse)):
        c[row, k] = factor * value
    for axis in range(3):
        out.r_ecef_m[row, axis] = x[axis]
    out.geodetic[row, 0], out.geodetic[row, 1], out.geodetic[row, 2] = lat_rad, lon_rad, h_ell_m
    _write_velocity(o, n, table, rules, work, h, out, row)
    return n
