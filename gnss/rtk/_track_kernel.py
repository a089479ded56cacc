"""An epoch against the filter: where to linearise, what slipped, what drifted; then the update."""

from math import isnan, sqrt

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, leaf_kernel
from gnss.batches import NO_TIME
from gnss.constants import WGS84_A_M, WGS84_INV_F
from gnss.frames.geodetic import ecef_to_geodetic_point
from gnss.orbits.table import OrbitTable
from gnss.rtcm.observations import ObservationSink
from gnss.rtk._apart import apart, within
from gnss.rtk._filter_kernel import update
from gnss.rtk._memory import Mine
from gnss.rtk._memory_kernel import loosen, reset
from gnss.rtk._pair_kernel import pair_up
from gnss.rtk._position_kernel import code_position
from gnss.rtk._side_kernel import reduce_side
from gnss.rtk._slip_kernel import drop_absent, drop_seen, drop_stated, enter_new, find_places
from gnss.rtk._work import Normal, Work
from gnss.rtk.settings import STATIC, Rules
from gnss.rtk.signals import Carriers

Floats = NDArray[np.float64]

_NO_TIME = int(NO_TIME)
_S_PER_NS = 1e-9
_E2 = (2.0 - 1.0 / WGS84_INV_F) / WGS84_INV_F

START_TRIES_MAX = 10
"""Linearisations of the first position, which starts at the base."""

NEAR_M = 30.0
"""Nearer than this to the truth, one linearisation leaves micrometres."""

CHANCE_MISFIT = 16.0
"""Square of the sigmas by which the codes may lie off a place and yet say nothing against it."""

PAIRS_MIN = 4
"""Fewer signals determine no position."""

KNOWN_NS_MAX = 10_000_000_000
"""A position older than this is no place to start from."""

REST_MPS_MAX = 0.2
"""A rover slower than this rests."""

CLOCK_DRIFT_MPS = 1.5e-3
"""How fast a satellite's clock leaves what its ephemeris says: 5e-12 (from memory, unverified), while the base ages."""

LOOSEN_NS = 5_000_000_000
"""How often the offsets between groups of signals are let drift."""

OFFSET_DRIFT_M2PS = 1e-7
"""Variance by which the delays of a receiver's signals drift apart in a second: some mm in five minutes."""


@leaf_kernel
def direction_up(x: Floats, up: Floats) -> None:
    """Direction away from the ellipsoid at `x`, and the height above it, into `up` (4,)."""
    apart()
    lat_rad, lon_rad, h_ell_m = ecef_to_geodetic_point(x[0], x[1], x[2], WGS84_A_M, _E2)
    up[0] = np.cos(lat_rad) * np.cos(lon_rad)
    up[1] = np.cos(lat_rad) * np.sin(lon_rad)
    up[2] = np.sin(lat_rad)
    up[3] = h_ell_m


@inline_kernel
def _distance_m(a: Floats, b: Floats) -> float:
    return sqrt((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2)


@inline_kernel
def _length(x: Floats) -> float:
    return sqrt(x[0] * x[0] + x[1] * x[1] + x[2] * x[2])


@inline_kernel
def _is_chance(normal: Normal) -> bool:
    """Whether a step of the codes is one that noise explains: with bad geometry it leads kilometres away."""
    return float(normal.g[0] * normal.x[0] + normal.g[1] * normal.x[1] + normal.g[2] * normal.x[2]) < CHANCE_MISFIT


@leaf_kernel
def start(mine: Mine, t_ns: int, base_x: Floats, is_static: bool, x: Floats) -> None:
    """Where to linearise: where the rover should be by now, else where the base is; a resting one where it was."""
    gap_ns = t_ns - mine.t_ns[0] if mine.t_ns[0] != _NO_TIME else KNOWN_NS_MAX + 1
    for k in range(3):
        known = gap_ns <= KNOWN_NS_MAX and not isnan(mine.x_ecef_m[k])
        x[k] = mine.x_ecef_m[k] + mine.v_ecef_mps[k] * gap_ns * _S_PER_NS if known else base_x[k]
        if is_static and not isnan(mine.anchor_ecef_m[k]):
            x[k] = mine.anchor_ecef_m[k]


@leaf_kernel
def linearise(
    o: ObservationSink, rows: tuple[int, int], tag_s: float, table: OrbitTable, base_x: Floats, age_s: float,
    rules: Rules, carriers: Carriers, code_variance: float, is_anchored: bool, w: Work,
) -> bool:  # fmt: skip
    """Pairs, linearised near the rover, and the position by codes; False where there is none.

    Of a rover at rest whose place is known the unknowns are relative to that: codes, whatever they say, do not move it.
    """
    within()
    s = w.scratch
    for k in range(START_TRIES_MAX):
        direction_up(s.x, s.up)
        n = reduce_side(o, rows, tag_s, table, s.x, s.up, rules, carriers, w.rover)
        iono_m, clock_m = rules.iono_ratio * _distance_m(s.x, base_x), CLOCK_DRIFT_MPS * age_s
        pair_up(w, n, carriers, rules, iono_m * iono_m, clock_m * clock_m, code_variance)
        if (w.pairs.count[0] < PAIRS_MIN and k > 0) or code_position(w) < 0:
            break
        if is_anchored or _length(w.normal.x) < NEAR_M or _is_chance(w.normal):
            return w.pairs.count[0] >= PAIRS_MIN
        for a in range(3):
            s.x[a] += w.normal.x[a]
        if _distance_m(s.x, base_x) > 2.0 * rules.baseline_m_max:
            break
    return False


@leaf_kernel
def keep_codes(mine: Mine, w: Work) -> None:
    """Keep the position by codes for want of a better one, and the first of a resting rover for good."""
    s = w.scratch
    for a in range(3):
        s.x_code[a] = w.normal.x[a]
        for c in range(3):
            s.cov_code[a, c] = w.normal.cov[a, c]
        if isnan(mine.anchor_ecef_m[a]):
            mine.anchor_ecef_m[a] = s.x[a]


@leaf_kernel
def _let_drift(mine: Mine, w: Work, t_ns: int) -> None:
    """Loosen the offsets of the groups, for the time since they were last."""
    if mine.t_loose_ns[0] == _NO_TIME:
        mine.t_loose_ns[0] = t_ns
    gap_ns = t_ns - mine.t_loose_ns[0]
    if gap_ns < LOOSEN_NS:
        return
    mine.t_loose_ns[0] = t_ns
    pairs = w.pairs
    for i in range(pairs.count[0]):
        first = 0
        while pairs.key[first] != pairs.key[i]:
            first += 1
        if first == i:
            variance_m2 = OFFSET_DRIFT_M2PS * gap_ns * _S_PER_NS
            loosen(mine, pairs.key[i], variance_m2 / pairs.wavelength_m[i] ** 2, w.scratch.column)


@leaf_kernel
def track(mine: Mine, t_ns: int, dt_s: float, rules: Rules, w: Work) -> tuple[int, bool]:
    """Bring the filter up to date; returns how many ambiguities began anew, and whether it has a solution."""
    apart()
    column = w.scratch.column
    find_places(mine, w.pairs)
    slips = drop_stated(mine, w.pairs, t_ns, column)
    drop_absent(mine, w.pairs, t_ns, column)
    slips += drop_seen(mine, w, t_ns, column)
    for k in range(3):
        w.scratch.moved[k] = w.normal.x[k]
    if mine.count[0] == 0 and rules.mode != STATIC:
        # nothing is left of what the codes said before: those of this epoch are as good as the first
        reset(mine)
    _let_drift(mine, w, t_ns)
    enter_new(mine, w.pairs)
    return slips, update(mine, w, dt_s, rules, rules.mode == STATIC, _length(mine.v_ecef_mps) > REST_MPS_MAX)
