"""State of a GLONASS satellite: its equations of motion integrated from tb, written into a table.

Always from tb in steps of one length and a last shorter one: what comes out depends on nothing that was asked before.
Source: docs/sources.md, gnss_facts §4 and §5.
"""

from math import sqrt

from gnss._jit import inline_kernel, leaf_kernel
from gnss.constants import GLONASS_GM_M3PS2, GLONASS_OMEGA_E_RADPS, NS_PER_S, PZ90_A_M, PZ90_J2
from gnss.orbits._terms import DELTA_TAU, GAMMA, GLONASS_SIGMA, REFERENCE, TAU, Pages
from gnss.orbits.table import OrbitTable

STEP_S = 60.0
"""Step of the fourth-order Runge-Kutta integration; half of it moves a satellite by less than 0.1 mm in 15 minutes."""

Three = tuple[float, float, float]
Six = tuple[float, float, float, float, float, float]


@inline_kernel
def _acceleration(state: Six, pull_mps2: Three) -> Three:
    """Acceleration in the turning frame: central field, flattening, the turning itself, sun and moon."""
    x_m, y_m, z_m, vx_mps, vy_mps, _ = state
    omega2 = GLONASS_OMEGA_E_RADPS * GLONASS_OMEGA_E_RADPS
    r2_m2 = x_m * x_m + y_m * y_m + z_m * z_m
    central = GLONASS_GM_M3PS2 / (r2_m2 * sqrt(r2_m2))
    flat = 1.5 * PZ90_J2 * central * PZ90_A_M * PZ90_A_M / r2_m2
    slope = 5.0 * z_m * z_m / r2_m2
    level = -central - flat * (1.0 - slope)
    ax_mps2 = (level + omega2) * x_m + 2.0 * GLONASS_OMEGA_E_RADPS * vy_mps + pull_mps2[0]
    ay_mps2 = (level + omega2) * y_m - 2.0 * GLONASS_OMEGA_E_RADPS * vx_mps + pull_mps2[1]
    az_mps2 = (-central - flat * (3.0 - slope)) * z_m + pull_mps2[2]
    return ax_mps2, ay_mps2, az_mps2


@inline_kernel
def _moved(state: Six, v_mps: Three, a_mps2: Three, step_s: float) -> Six:
    x_m, y_m, z_m = state[0] + v_mps[0] * step_s, state[1] + v_mps[1] * step_s, state[2] + v_mps[2] * step_s
    vx_mps, vy_mps = state[3] + a_mps2[0] * step_s, state[4] + a_mps2[1] * step_s
    return x_m, y_m, z_m, vx_mps, vy_mps, state[5] + a_mps2[2] * step_s


@inline_kernel
def _mean(p: Three, q: Three, r: Three, s: Three) -> Three:
    """Runge and Kutta's mean of four rates."""
    x = (p[0] + 2.0 * (q[0] + r[0]) + s[0]) / 6.0
    y = (p[1] + 2.0 * (q[1] + r[1]) + s[1]) / 6.0
    return x, y, (p[2] + 2.0 * (q[2] + r[2]) + s[2]) / 6.0


@inline_kernel
def _step(state: Six, pull_mps2: Three, step_s: float) -> Six:
    v1_mps, a1_mps2 = state[3:], _acceleration(state, pull_mps2)
    second = _moved(state, v1_mps, a1_mps2, 0.5 * step_s)
    v2_mps, a2_mps2 = second[3:], _acceleration(second, pull_mps2)
    third = _moved(state, v2_mps, a2_mps2, 0.5 * step_s)
    v3_mps, a3_mps2 = third[3:], _acceleration(third, pull_mps2)
    fourth = _moved(state, v3_mps, a3_mps2, step_s)
    v4_mps, a4_mps2 = fourth[3:], _acceleration(fourth, pull_mps2)
    v_mps = _mean(v1_mps, v2_mps, v3_mps, v4_mps)
    return _moved(state, v_mps, _mean(a1_mps2, a2_mps2, a3_mps2, a4_mps2), step_s)


@leaf_kernel
def write_glonass(table: OrbitTable, satellite: int, pages: Pages, row: int, k: int) -> None:
    """State and clock of a satellite at the instant of the table, by issue `k` of its row."""
    terms = pages.terms
    dt_s = (table.t_gpst_ns - pages.codes[row, k, REFERENCE]) / NS_PER_S
    state = (
        terms[row, k, 0], terms[row, k, 1], terms[row, k, 2], terms[row, k, 3], terms[row, k, 4], terms[row, k, 5],
    )  # fmt: skip
    pull_mps2 = (terms[row, k, 6], terms[row, k, 7], terms[row, k, 8])
    step_s = STEP_S if dt_s > 0.0 else -STEP_S
    whole = int(abs(dt_s) / STEP_S)
    for _ in range(whole):
        state = _step(state, pull_mps2, step_s)
    state = _step(state, pull_mps2, dt_s - whole * step_s)
    a_mps2 = _acceleration(state, pull_mps2)
    for axis in range(3):
        table.a_ecef_mps2[satellite, axis] = a_mps2[axis]
    r, v = table.r_ecef_m, table.v_ecef_mps
    r[satellite, 0], r[satellite, 1], r[satellite, 2] = state[0], state[1], state[2]
    v[satellite, 0], v[satellite, 1], v[satellite, 2] = state[3], state[4], state[5]
    table.clock_s[satellite] = terms[row, k, GAMMA] * dt_s - terms[row, k, TAU]
    table.clock_drift_sps[satellite] = terms[row, k, GAMMA]
    table.tgd_s[satellite], table.tgd2_s[satellite] = 0.0, terms[row, k, DELTA_TAU]
    table.sigma_m[satellite] = terms[row, k, GLONASS_SIGMA]
