"""Receivers: which fix a place and the corrections allow, how large its error is, and what the receiver says of it.

The error is `sigma * (sqrt(0.8) * z + sqrt(0.2) * w)` in each axis, `z` a unit first-order Gauss-Markov process and `w`
white: its standard deviation is the sigma that the receiver reports, whatever the fix.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, kernel
from simulators.chance import normal, seed_states, unit
from simulators.chart import METRES_A_DEGREE_LAT, METRES_A_DEGREE_LON_EQUATOR
from simulators.network import BUILT, CANYON, TUNNEL
from simulators.sky import CANYON_BINS, SKY_BUILT, SKY_CANYON, SKY_OPEN, SKY_TUNNEL

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

RTK, DGNSS, SINGLE = 0, 1, 2
INVALID, Q_SINGLE, Q_DGNSS, Q_FIXED, Q_FLOAT, Q_ESTIMATED = 0, 1, 2, 4, 5, 6
CORRELATED_SHARE = 0.8
TAU_S = 75.0  # correlation time of the slow part of the error
FIXED_M, FIXED_PPM = 0.008, 1.0
FLOAT_M, FLOAT_START_M, FLOAT_TAU_S = 0.14, 0.70, 9.0
DGNSS_M, SINGLE_M = 0.50, 1.45
NORTH_FACTOR, UP_FACTOR = 1.15, 1.9
AGE_FIXED_S_MAX, AGE_FLOAT_S_MAX, AGE_S_MAX = 15.0, 40.0, 90.0
CANYON_SLIP_HZ = 0.05  # how often a canyon breaks the lock of the phases
BUILT_SLIP_HZ = 0.0008
CANYON_SINGLE_SHARE = 0.35  # share of slips in a canyon that also lose the corrections for a while
REACQUIRE_S = 3.0  # behind a tunnel the phases are not used for this long
INS_SPAN_S = 45.0  # an inertial unit bridges this much
INS_START_M, INS_DRIFT_MPS = 0.08, 0.12
CHANCE_STAGE = 23


class Receivers(NamedTuple):
    """State of all receivers (structure of arrays; kernels change it in place).

    name        | dtype   | shape | unit | meaning
    t_s         | float64 | n     | s    | scenario time of the last epoch
    kind        | uint8   | n     |      | RTK, DGNSS or SINGLE
    has_ins     | bool    | n     |      | bridges tunnels
    base        | int32   | n     |      | index of its base
    fix_after_s | float64 | n     | s    | lock needed before integers are fixed
    lock_s      | float64 | n     | s    | since the phases were last lost
    dark_s      | float64 | n     | s    | without satellites
    heard_s     | float64 | n     | s    | scenario time of the newest correction
    z           | float64 | n, 3  |      | slow part of the error: north, east, up
    chance      | uint64  | n     |      | random state
    """

    t_s: Floats
    kind: NDArray[np.uint8]
    has_ins: NDArray[np.bool_]
    base: Ints
    fix_after_s: Floats
    lock_s: Floats
    dark_s: Floats
    heard_s: Floats
    z: Floats
    chance: NDArray[np.uint64]


class Epochs(NamedTuple):
    """What receivers say at one instant, rows in the order of `row`.

    name        | dtype   | unit | meaning
    row         | int32   |      | terminal
    lat_deg, lon_deg | float64 | deg | with error; NaN without a fix
    h_ell_m     | float64 | m    | ellipsoidal, with error
    true_lat_deg, true_lon_deg, true_h_ell_m | float64 | deg, m | without
    fix_quality | uint8   |      | GGA field 6
    sigma_n_m, sigma_e_m, sigma_u_m | float64 | m | standard deviation of the error, NaN without a fix
    age_corr_s  | float64 | s    | NaN where no corrections are in use
    base        | int32   |      | index of the base, -1 where no corrections are in use
    sky         | int32   |      | sky kind
    speed_mps, course_deg | float64 | | course NaN at rest
    """

    row: Ints
    lat_deg: Floats
    lon_deg: Floats
    h_ell_m: Floats
    true_lat_deg: Floats
    true_lon_deg: Floats
    true_h_ell_m: Floats
    fix_quality: NDArray[np.uint8]
    sigma_n_m: Floats
    sigma_e_m: Floats
    sigma_u_m: Floats
    age_corr_s: Floats
    base: Ints
    sky: Ints
    speed_mps: Floats
    course_deg: Floats


def empty_epochs(rows: Ints) -> Epochs:
    """Columns for the epochs of some terminals, to be filled."""
    count = rows.size
    whole: dict[str, Any] = {name: np.empty(count) for name in Epochs._fields}
    return Epochs(
        **{
            **whole,
            "row": rows,
            "fix_quality": np.empty(count, dtype=np.uint8),
            "base": np.empty(count, dtype=np.int32),
            "sky": np.empty(count, dtype=np.int32),
        }
    )


def build_receivers(
    count: int, shares: tuple[float, float, float], ins_share: float, bases: int, seed: int
) -> Receivers:
    """Receivers of a fleet: `shares` of RTK, DGNSS and single receivers, warmed up at the start."""
    rng = np.random.default_rng([seed, CHANCE_STAGE])
    total = np.cumsum(shares) / sum(shares)
    kind = np.minimum(np.searchsorted(total, rng.random(count), side="right"), SINGLE)
    return Receivers(
        t_s=np.zeros(count),
        kind=kind.astype(np.uint8),
        has_ins=(kind == RTK) & (rng.random(count) < ins_share),
        base=rng.integers(0, max(1, bases), count).astype(np.int32),
        fix_after_s=rng.uniform(6.0, 22.0, count),
        lock_s=rng.uniform(5.0, 600.0, count),
        dark_s=np.zeros(count),
        heard_s=np.zeros(count),
        z=rng.standard_normal((count, 3)),
        chance=seed_states(seed, CHANCE_STAGE, count),
    )


@inline_kernel
def sky_kind(around: int, heading_deg: float) -> int:
    """The sky over an edge: a canyon's depends on the direction of the street."""
    if around == TUNNEL:
        return SKY_TUNNEL
    if around == CANYON:
        return SKY_CANYON + int(heading_deg % 180.0 / 180.0 * CANYON_BINS + 0.5) % CANYON_BINS
    return SKY_BUILT if around == BUILT else SKY_OPEN


@kernel
def sky_kinds(around: NDArray[np.uint8], street_deg: Floats, out: Ints) -> None:
    """`sky_kind` of many rows, into `out`."""
    for k in range(out.size):
        out[k] = sky_kind(around[k], street_deg[k])


@inline_kernel
def _track(receivers: Receivers, row: int, sky: int, dt_s: float) -> None:
    """Keep or lose the lock, and stay or go dark."""
    if sky == SKY_TUNNEL:
        receivers.dark_s[row] += dt_s
        receivers.lock_s[row] = -REACQUIRE_S
        return
    receivers.dark_s[row] = 0.0
    receivers.lock_s[row] += dt_s
    slip_hz = 0.0 if sky == SKY_OPEN else BUILT_SLIP_HZ if sky == SKY_BUILT else CANYON_SLIP_HZ
    if slip_hz > 0.0 and unit(receivers.chance, row) < slip_hz * dt_s:
        deep = sky >= SKY_CANYON and unit(receivers.chance, row) < CANYON_SINGLE_SHARE
        receivers.lock_s[row] = -12.0 * unit(receivers.chance, row) if deep else 0.0


@inline_kernel
def _quality(receivers: Receivers, row: int, age_s: float) -> int:
    """The fix that lock and corrections allow."""
    if receivers.dark_s[row] > 0.0:
        return Q_ESTIMATED if receivers.has_ins[row] and receivers.dark_s[row] < INS_SPAN_S else INVALID
    kind, lock_s = receivers.kind[row], receivers.lock_s[row]
    if kind == SINGLE or age_s > AGE_S_MAX or lock_s < 0.0:
        return Q_SINGLE
    if kind == DGNSS or age_s > AGE_FLOAT_S_MAX:
        return Q_DGNSS
    return Q_FIXED if age_s <= AGE_FIXED_S_MAX and lock_s > receivers.fix_after_s[row] else Q_FLOAT


@inline_kernel
def _sigma_e(receivers: Receivers, row: int, quality: int, sky: int, hdop: float, baseline_m: float) -> float:
    """Standard deviation east of a fix, metres."""
    rough = 1.6 if sky >= SKY_CANYON else 1.0
    shape = min(max(hdop, 0.5), 8.0)
    if quality == Q_FIXED:
        return float((FIXED_M + FIXED_PPM * 1e-6 * baseline_m) * (0.6 + 0.6 * shape) * rough)
    if quality == Q_FLOAT:
        return float((FLOAT_M + FLOAT_START_M * np.exp(-max(0.0, receivers.lock_s[row]) / FLOAT_TAU_S)) * rough)
    if quality == Q_DGNSS:
        return DGNSS_M * (0.4 + shape) * rough
    if quality == Q_ESTIMATED:
        return float(INS_START_M + INS_DRIFT_MPS * receivers.dark_s[row])
    return SINGLE_M * (0.4 + shape) * rough


@inline_kernel
def _drift(receivers: Receivers, row: int, dt_s: float) -> None:
    """Advance the slow part of the error."""
    keep = np.exp(-dt_s / TAU_S)
    renew = np.sqrt(1.0 - keep * keep)
    for axis in range(3):
        receivers.z[row, axis] = keep * receivers.z[row, axis] + renew * normal(receivers.chance, row)


@inline_kernel
def _error(receivers: Receivers, row: int, axis: int) -> float:
    """The error of one axis in units of its sigma."""
    slow = np.sqrt(CORRELATED_SHARE) * receivers.z[row, axis]
    return float(slow + np.sqrt(1.0 - CORRELATED_SHARE) * normal(receivers.chance, row))


@kernel
def observe(
    receivers: Receivers, out: Epochs, t_s: float, base_heard_s: Floats, hdop: Floats, baseline_m: Floats
) -> None:
    """Fill quality, sigmas, ages and positions of `out`, whose truth, sky, speed and course are set.

    `base_heard_s (bases)`: scenario time of the newest correction each base has sent; `hdop (2, sky kinds)`;
    `baseline_m (rows of out)`.
    """
    for k in range(out.row.size):
        row = out.row[k]
        dt_s = max(t_s - receivers.t_s[row], 0.0)
        receivers.t_s[row] = t_s
        sky = out.sky[k]
        _track(receivers, row, sky, dt_s)
        _drift(receivers, row, dt_s)
        if sky != SKY_TUNNEL:
            latency_s = 0.6 + 0.8 * unit(receivers.chance, row)
            newest = min(base_heard_s[receivers.base[row]], t_s - latency_s)
            receivers.heard_s[row] = max(receivers.heard_s[row], newest)
        age_s = t_s - receivers.heard_s[row]
        quality = _quality(receivers, row, age_s)
        out.fix_quality[k] = quality
        corrected = quality in (Q_DGNSS, Q_FIXED, Q_FLOAT)
        out.age_corr_s[k] = age_s if corrected else np.nan
        out.base[k] = receivers.base[row] if corrected else -1
        receiver = 1 if receivers.kind[row] == SINGLE else 0
        _place(receivers, out, k, quality, sky, hdop[receiver, sky], baseline_m[k])


@inline_kernel
def _place(receivers: Receivers, out: Epochs, k: int, quality: int, sky: int, hdop: float, baseline_m: float) -> None:
    """Set the sigmas and the position with its error; NaN without a fix."""
    row = out.row[k]
    if quality == INVALID:
        out.lat_deg[k] = out.lon_deg[k] = out.h_ell_m[k] = np.nan
        out.sigma_n_m[k] = out.sigma_e_m[k] = out.sigma_u_m[k] = np.nan
        return
    sigma_e = _sigma_e(receivers, row, quality, sky, hdop, baseline_m)
    out.sigma_e_m[k] = sigma_e
    out.sigma_n_m[k] = sigma_e * NORTH_FACTOR
    out.sigma_u_m[k] = sigma_e * UP_FACTOR
    north_m = out.sigma_n_m[k] * _error(receivers, row, 0)
    east_m = out.sigma_e_m[k] * _error(receivers, row, 1)
    lat = out.true_lat_deg[k]
    out.lat_deg[k] = lat + north_m / METRES_A_DEGREE_LAT
    out.lon_deg[k] = out.true_lon_deg[k] + east_m / (METRES_A_DEGREE_LON_EQUATOR * np.cos(np.radians(lat)))
    out.h_ell_m[k] = out.true_h_ell_m[k] + out.sigma_u_m[k] * _error(receivers, row, 2)
