"""State of a satellite on Kepler's elements, written into a table.

The position follows the interface documents, the velocity is its derivative. The acceleration is that of a central
field in the turning frame: what it leaves out, the flattening of the Earth, moves a satellite by 10 µm in 0.6 s.
"""

from math import atan2, cos, sin, sqrt

from gnss._jit import inline_kernel, leaf_kernel
from gnss.constants import NS_PER_S, SPEED_OF_LIGHT_MPS
from gnss.orbits import _terms as term
from gnss.orbits._terms import Pages
from gnss.orbits.table import OrbitTable

STEPS_MAX = 12
"""Newton steps on Kepler's equation; three end it for the eccentricities in use."""

CONVERGED_RAD = 1e-14

GEO_TILT_SIN, GEO_TILT_COS = 0.0871557427476582, 0.9961946980917456
"""Of 5 degrees: the plane to which the ephemerides of BeiDou's GEOs refer is tilted to the equator."""

Six = tuple[float, float, float, float, float, float]


@inline_kernel
def eccentric_anomaly(mean_rad: float, e: float) -> tuple[float, float]:
    """(sin E, cos E) of Kepler's equation M = E - e sin E."""
    anomaly_rad = mean_rad + e * sin(mean_rad)
    for _ in range(STEPS_MAX):
        step_rad = (anomaly_rad - e * sin(anomaly_rad) - mean_rad) / (1.0 - e * cos(anomaly_rad))
        anomaly_rad -= step_rad
        if abs(step_rad) < CONVERGED_RAD:
            break
    return sin(anomaly_rad), cos(anomaly_rad)


@inline_kernel
def _in_plane(pages: Pages, row: int, k: int, tk_s: float, gm_m3ps2: float) -> tuple[float, float, Six]:
    """(e sin E and its rate times √A; x, y, their rates, inclination and its rate) in the plane of the orbit."""
    terms = pages.terms
    sqrt_a, e = terms[row, k, term.SQRT_A], terms[row, k, term.E]
    n_radps = sqrt(gm_m3ps2) / (sqrt_a * sqrt_a * sqrt_a) + terms[row, k, term.DELTA_N]
    sin_e, cos_e = eccentric_anomaly(terms[row, k, term.M0] + n_radps * tk_s, e)
    nearness, root = 1.0 - e * cos_e, sqrt(1.0 - e * e)
    e_rate_radps = n_radps / nearness
    phi_rad = atan2(root * sin_e, cos_e - e) + terms[row, k, term.OMEGA]
    phi_rate_radps = root * e_rate_radps / nearness
    sin_2, cos_2 = sin(2.0 * phi_rad), cos(2.0 * phi_rad)
    u_rad = phi_rad + terms[row, k, term.CUS] * sin_2 + terms[row, k, term.CUC] * cos_2
    r_m = sqrt_a * sqrt_a * nearness + terms[row, k, term.CRS] * sin_2 + terms[row, k, term.CRC] * cos_2
    i_rad = (
        terms[row, k, term.I0]
        + terms[row, k, term.IDOT] * tk_s
        + terms[row, k, term.CIS] * sin_2
        + terms[row, k, term.CIC] * cos_2
    )
    twice_radps = 2.0 * phi_rate_radps
    u_rate_radps = phi_rate_radps + twice_radps * (terms[row, k, term.CUS] * cos_2 - terms[row, k, term.CUC] * sin_2)
    r_rate_mps = sqrt_a * sqrt_a * e * sin_e * e_rate_radps
    r_rate_mps += twice_radps * (terms[row, k, term.CRS] * cos_2 - terms[row, k, term.CRC] * sin_2)
    i_rate_radps = terms[row, k, term.IDOT] + twice_radps * (
        terms[row, k, term.CIS] * cos_2 - terms[row, k, term.CIC] * sin_2
    )
    x_m, y_m = r_m * cos(u_rad), r_m * sin(u_rad)
    vx_mps = r_rate_mps * cos(u_rad) - y_m * u_rate_radps
    vy_mps = r_rate_mps * sin(u_rad) + x_m * u_rate_radps
    plane = (x_m, y_m, vx_mps, vy_mps, i_rad, i_rate_radps)
    return sqrt_a * e * sin_e, sqrt_a * e * cos_e * e_rate_radps, plane


@inline_kernel
def _out_of_plane(plane: Six, node_rad: float, node_rate_radps: float) -> Six:
    """Position and velocity in the frame in which the node of the orbit is at `node_rad`."""
    xp_m, yp_m, vxp_mps, vyp_mps, i_rad, i_rate_radps = plane
    sin_i, cos_i, sin_n, cos_n = sin(i_rad), cos(i_rad), sin(node_rad), cos(node_rad)
    x_m, y_m, z_m = xp_m * cos_n - yp_m * cos_i * sin_n, xp_m * sin_n + yp_m * cos_i * cos_n, yp_m * sin_i
    across_mps = vyp_mps * cos_i - z_m * i_rate_radps
    vx_mps = vxp_mps * cos_n - across_mps * sin_n - node_rate_radps * y_m
    vy_mps = vxp_mps * sin_n + across_mps * cos_n + node_rate_radps * x_m
    return x_m, y_m, z_m, vx_mps, vy_mps, vyp_mps * sin_i + yp_m * cos_i * i_rate_radps


@inline_kernel
def _geo_to_earth(state: Six, turn_rad: float, omega_e_radps: float) -> Six:
    """Rz(turn) Rx(-5°) of a BeiDou GEO's state, and what the turning adds to the velocity."""
    x_m, yg_m, zg_m, vx_mps, vyg_mps, vzg_mps = state
    y_m, z_m = GEO_TILT_COS * yg_m - GEO_TILT_SIN * zg_m, GEO_TILT_SIN * yg_m + GEO_TILT_COS * zg_m
    vy_mps, vz_mps = GEO_TILT_COS * vyg_mps - GEO_TILT_SIN * vzg_mps, GEO_TILT_SIN * vyg_mps + GEO_TILT_COS * vzg_mps
    sin_t, cos_t = sin(turn_rad), cos(turn_rad)
    xe_m, ye_m = cos_t * x_m + sin_t * y_m, cos_t * y_m - sin_t * x_m
    vxe_mps = cos_t * vx_mps + sin_t * vy_mps + omega_e_radps * ye_m
    vye_mps = cos_t * vy_mps - sin_t * vx_mps - omega_e_radps * xe_m
    return xe_m, ye_m, z_m, vxe_mps, vye_mps, vz_mps


@inline_kernel
def write_motion(table: OrbitTable, satellite: int, state: Six, gm_m3ps2: float, omega_e_radps: float) -> None:
    """Position and velocity, and the acceleration that a central field gives them in the turning frame."""
    x_m, y_m, z_m, vx_mps, vy_mps, vz_mps = state
    r2_m2 = x_m * x_m + y_m * y_m + z_m * z_m
    pull_ps2 = gm_m3ps2 / (r2_m2 * sqrt(r2_m2))
    outward_ps2 = omega_e_radps * omega_e_radps - pull_ps2
    r, v, a = table.r_ecef_m, table.v_ecef_mps, table.a_ecef_mps2
    r[satellite, 0], r[satellite, 1], r[satellite, 2] = x_m, y_m, z_m
    v[satellite, 0], v[satellite, 1], v[satellite, 2] = vx_mps, vy_mps, vz_mps
    a[satellite, 0] = outward_ps2 * x_m + 2.0 * omega_e_radps * vy_mps
    a[satellite, 1] = outward_ps2 * y_m - 2.0 * omega_e_radps * vx_mps
    a[satellite, 2] = -pull_ps2 * z_m


@inline_kernel
def _write_clock(
    table: OrbitTable, satellite: int, pages: Pages, row: int, k: int, relativity_s: float, relativity_sps: float
) -> None:
    terms = pages.terms
    dt_s = (table.t_gpst_ns - pages.codes[row, k, term.TOC]) / NS_PER_S
    drift_sps = terms[row, k, term.AF1] + terms[row, k, term.AF2] * dt_s
    table.clock_s[satellite] = terms[row, k, term.AF0] + drift_sps * dt_s + relativity_s
    table.clock_drift_sps[satellite] = drift_sps + terms[row, k, term.AF2] * dt_s + relativity_sps
    table.tgd_s[satellite], table.tgd2_s[satellite] = terms[row, k, term.TGD], terms[row, k, term.TGD2]
    table.sigma_m[satellite] = terms[row, k, term.SIGMA]


@leaf_kernel
def write_kepler(
    table: OrbitTable,
    satellite: int,
    pages: Pages,
    row: int,
    k: int,
    is_tilted: bool,
    gm_m3ps2: float,
    omega_e_radps: float,
) -> None:
    """State and clock of a satellite at the instant of the table, by issue `k` of its row (source: gnss_facts §5)."""
    tk_s = (table.t_gpst_ns - pages.codes[row, k, term.REFERENCE]) / NS_PER_S
    e_sin, e_cos_rate, plane = _in_plane(pages, row, k, tk_s, gm_m3ps2)
    node_rate_radps = pages.terms[row, k, term.OMEGA_DOT] - (0.0 if is_tilted else omega_e_radps)
    node_rad = pages.terms[row, k, term.OMEGA0] + node_rate_radps * tk_s - omega_e_radps * pages.terms[row, k, term.TOE]
    state = _out_of_plane(plane, node_rad, node_rate_radps)
    if is_tilted:
        state = _geo_to_earth(state, omega_e_radps * tk_s, omega_e_radps)
    write_motion(table, satellite, state, gm_m3ps2, omega_e_radps)
    f = -2.0 * sqrt(gm_m3ps2) / (SPEED_OF_LIGHT_MPS * SPEED_OF_LIGHT_MPS)
    _write_clock(table, satellite, pages, row, k, f * e_sin, f * e_cos_rate)
