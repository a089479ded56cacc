"""The velocity of one epoch from Doppler, by the satellites of its position."""

from math import sin

import numpy as np

from gnss._jit import inline_kernel, leaf_kernel
from gnss.constants import GPS_OMEGA_E_RADPS, SPEED_OF_LIGHT_MPS
from gnss.orbits.table import OrbitTable
from gnss.position._atmosphere_kernel import weakness
from gnss.position._gather_kernel import wavelength_m
from gnss.position._least_kernel import least_squares, odd_one_out, variance_factor
from gnss.position._problem import AXES
from gnss.position._work import SppWork
from gnss.position.options import SppRules
from gnss.position.use import Use
from gnss.rtcm.observations import ObservationSink

RATE_MPS_MAX = 20_000.0
"""Range rates beyond are of no receiver near the Earth, however far its clock drifts."""

_USED = int(Use.USED)


@inline_kernel
def _range_rate_of_satellite(work: SppWork, k: int) -> float:
    """How fast the range to a satellite grows for a receiver at rest, the clocks aside."""
    a, x, r, v = work.position.a, work.x, work.seen.r_m, work.seen.v_mps
    ex, ey, ez = -a[k, 0], -a[k, 1], -a[k, 2]
    range_m = ex * (r[k, 0] - x[0]) + ey * (r[k, 1] - x[1]) + ez * (r[k, 2] - x[2])
    turn_rad = GPS_OMEGA_E_RADPS / SPEED_OF_LIGHT_MPS * range_m
    radial_mps = ex * v[k, 0] + ey * v[k, 1] + ez * v[k, 2] + turn_rad * (ex * v[k, 1] - ey * v[k, 0])
    # while the range grows, the satellite's time at transmission runs slower, and the Earth turns more in between
    slower = radial_mps / SPEED_OF_LIGHT_MPS
    return radial_mps * (1.0 - slower) + GPS_OMEGA_E_RADPS * slower * (ex * r[k, 1] - ey * r[k, 0])


@leaf_kernel
def find_velocity(o: ObservationSink, n: int, table: OrbitTable, rules: SppRules, work: SppWork) -> tuple[bool, float]:
    """(whether there is one, variance factor); velocity and drift, in m/s, are then in `work.velocity`.

    Range rates that contradict the others are left out, worst first.
    """
    seen, p, position = work.seen, work.velocity, work.position
    for k in range(n):
        satellite, i = seen.satellite[k], seen.row[k]
        p.weight[k], p.group[k], p.y[k] = 0.0, 0, 0.0
        for axis in range(3):
            p.a[k, axis] = position.a[k, axis]
        rate_mps = -o.doppler_hz[i] * wavelength_m(o, i, satellite, table, rules)
        if seen.use[k] != _USED or not abs(rate_mps) < RATE_MPS_MAX:
            continue
        p.y[k] = rate_mps - _range_rate_of_satellite(work, k) + seen.drift_mps[k]
        sin_el, weak = sin(seen.el_rad[k]), weakness(o.cn0_dbhz[i])
        variance_m2ps2 = rules.sigma_doppler_mps * rules.sigma_doppler_mps * (1.0 / (sin_el * sin_el) + weak * weak)
        p.weight[k] = 1.0 / variance_m2ps2
    for _ in range(rules.exclusions_max + 1):
        if not least_squares(p, n, AXES):
            return False, np.nan
        worst, agrees, chi2, freedom = odd_one_out(p, n, AXES, rules.normal_quantile, rules.ratio2_max)
        if worst < 0:
            return agrees, variance_factor(chi2, freedom)
        p.weight[worst] = 0.0
    return False, np.nan
