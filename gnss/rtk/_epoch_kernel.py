"""One epoch of one rover, and the loop over the epochs of all rovers."""

from math import isnan, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, leaf_kernel
from gnss.batches import NO_TIME
from gnss.constants import WGS84_A_M, WGS84_INV_F
from gnss.frames.geodetic import ecef_to_geodetic_point
from gnss.orbits.table import OrbitTable
from gnss.rtcm.observations import ObservationSink
from gnss.rtk._apart import apart
from gnss.rtk._filter_kernel import copy_filter, reset, update
from gnss.rtk._fix_kernel import FIX_MIN, held_fit, held_values, hold, join, release, seek, seek_more
from gnss.rtk._memory import Memory, Mine
from gnss.rtk._order_kernel import (
    arrange,
    choose_pivots,
    condition,
    float_cost,
    score_places,
    solve_float,
)
from gnss.rtk._pair_kernel import pair_up
from gnss.rtk._position_kernel import (
    CANDIDATE_MISFIT,
    OUTLIER_MISFIT,
    OUTLIER_SHARE,
    add_float_covariance,
    code_misfit,
    code_position,
    phase_position,
)
from gnss.rtk._side_kernel import forget_base, index_base, reduce_side
from gnss.rtk._slip_kernel import (
    ABSENT_NS_MAX,
    drop_absent,
    drop_seen,
    drop_stated,
    enter_new,
    find_places,
)
from gnss.rtk._work import POSITION, Scratch, Work
from gnss.rtk.settings import Rules
from gnss.rtk.signals import Carriers

Floats = NDArray[np.float64]

_NO_TIME = int(NO_TIME)
_S_PER_NS = 1e-9
_KINEMATIC, _STATIC, _SINGLE, _MOVING = 0, 1, 2, 3
_E2 = (2.0 - 1.0 / WGS84_INV_F) / WGS84_INV_F

NONE, DGNSS, FIXED, FLOAT = 0, 2, 4, 5
"""Fix qualities as NMEA has them."""

START_TRIES_MAX = 10
"""Linearisations of the first position, which starts at the base."""

NEAR_M = 30.0
"""Nearer than this to the truth, one linearisation leaves micrometres."""

KNOWN_NS_MAX = 10_000_000_000
"""A position older than this is no place to start from."""

RESET_NS_MAX = 60_000_000_000
"""Ambiguities older than this are not worth keeping."""

OUTLIERS_MAX = 4
"""Phases taken out of a fixed epoch before the integers are given up."""

EXCLUSIONS_MAX = 3
"""Phases left out one by one, the worst first, when all together give no integers that are believed."""

OFFSET_AGE_MIN = 3
"""Epochs after which the offset of a group is known."""

HELD_REDUNDANCY_MIN = 1
"""Satellites held more than needed for a position: without any, nothing would show that an integer is wrong."""

FIRST_REDUNDANCY_MIN = 2
"""The same for integers that were just found."""

SHARP_M = 0.15
"""Standard deviation (all three axes together) above which integers are not worth the name of a fix."""

PARTIAL_TRIES_MAX = 4
"""Smaller and smaller sets of ambiguities that are tried when all together are not believed."""

NOISE_MAX = 9.0
"""Misfit of a fixed epoch over its redundancy from which it is not believed."""

LEARN = 0.02
"""Weight of one epoch in what is learnt of the noise."""

REST_MPS_MAX = 0.2
"""A rover slower than this rests."""

STALE, NO_PAIRS, NO_CODE = 1, 2, 3
"""Why an epoch has no position."""


class Jobs(NamedTuple):
    """One row per rover epoch: who, which rows, against which base epoch, by which table."""

    slot: NDArray[np.int32]
    first: NDArray[np.int64]
    rows: NDArray[np.int32]
    t_ns: NDArray[np.int64]
    base: NDArray[np.int32]
    table: NDArray[np.int32]


class Bases(NamedTuple):
    """One row per base epoch: rows, time, where it stands, its table is that of the rover; `station` its id."""

    first: NDArray[np.int64]
    rows: NDArray[np.int32]
    t_ns: NDArray[np.int64]
    x_ecef_m: Floats
    station: NDArray[np.int32]


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
    """One row per rover epoch: what came out. `cov` (n, 6): xx, yx, yy, zx, zy, zz."""

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
    def for_rows(cls, n: int) -> "Results":
        """Room for `n` rows, nothing known."""
        return cls(
            np.zeros(n, np.uint8), np.zeros(n, np.uint8), np.full((n, 3), np.nan), np.full((n, 3), np.nan),
            np.full((n, 6), np.nan), np.full(n, np.nan), np.zeros(n, np.uint8), np.full(n, np.nan), np.full(n, np.nan),
            np.full(n, np.nan), np.zeros(n, np.int32), np.zeros(n, np.int32),
        )  # fmt: skip


@inline_kernel
def _table_at(tables: Tables, t: int) -> OrbitTable:
    return OrbitTable(
        tables.t_gpst_ns[t], tables.r_ecef_m[t], tables.v_ecef_mps[t], tables.a_ecef_mps2[t], tables.clock_s[t],
        tables.clock_drift_sps[t], tables.tgd_s[t], tables.tgd2_s[t], tables.sigma_m[t], tables.issue[t],
        tables.number[t], tables.status[t], tables.channel[t],
    )  # fmt: skip


@leaf_kernel
def direction_up(x: Floats, up: Floats) -> None:
    """Direction away from the ellipsoid at `x`, and the height above it, into `up` (4,)."""
    apart()
    from_geodetic = ecef_to_geodetic_point(x[0], x[1], x[2], WGS84_A_M, _E2)
    lat_rad, lon_rad = from_geodetic[0], from_geodetic[1]
    up[0] = np.cos(lat_rad) * np.cos(lon_rad)
    up[1] = np.cos(lat_rad) * np.sin(lon_rad)
    up[2] = np.sin(lat_rad)
    up[3] = from_geodetic[2]


@inline_kernel
def _distance(a: Floats, b: Floats) -> float:
    return sqrt((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2)


@leaf_kernel
def _start(mine: Mine, t_ns: int, base_x: Floats, x: Floats) -> None:
    """Where to linearise: where the rover should be by now, else where the base is."""
    gap_ns = t_ns - mine.t_ns[0] if mine.t_ns[0] != _NO_TIME else KNOWN_NS_MAX + 1
    for k in range(3):
        known = gap_ns <= KNOWN_NS_MAX and not isnan(mine.x_ecef_m[k])
        x[k] = mine.x_ecef_m[k] + mine.v_ecef_mps[k] * gap_ns * _S_PER_NS if known else base_x[k]


@leaf_kernel
def _differences(
    o: ObservationSink, rows: tuple[int, int], tag_s: float, table: OrbitTable, base_x: Floats, base_n: int,
    rules: Rules, carriers: Carriers, mine: Mine, w: Work, s: Scratch,
) -> tuple[int, int, int, int]:  # fmt: skip
    """Pairs, linearised near the rover: how many rows, pairs, phase groups and code groups; none where codes fail."""
    apart()
    is_first = True
    for _ in range(START_TRIES_MAX):
        direction_up(s.x, s.up)
        n = reduce_side(o, rows, tag_s, table, s.x, s.up, rules, carriers, w.rover)
        iono_m = rules.iono_ratio * _distance(s.x, base_x)
        m, g_count, c_count = pair_up(
            w.rover, n, w.base, w.lookup, carriers, rules, iono_m * iono_m, mine.code_variance[0], w.pairs,
            w.groups, w.code_groups,
        )  # fmt: skip
        if m < 4 and not is_first:
            break
        if code_position(w.pairs, m, w.code_groups, c_count, w.normal, s.c) < 0:
            break
        x = w.normal.x
        step_m = sqrt(x[0] * x[0] + x[1] * x[1] + x[2] * x[2])
        if step_m < NEAR_M:
            return n, m, g_count, c_count
        is_first = False
        for k in range(3):
            s.x[k] += x[k]
        if _distance(s.x, base_x) > 2.0 * rules.baseline_m_max:
            break
    return 0, 0, 0, 0


@leaf_kernel
def _order_and_solve(mine: Mine, m: int, rules: Rules, w: Work) -> tuple[bool, int, int, int]:
    score_places(mine, w.pairs, m, w.rover, rules.glonass_ar, w.order)
    g_count = choose_pivots(mine, w.place_groups, w.order)
    n, ready, held = arrange(mine, w.place_groups, g_count, w.order, rules.mode == _STATIC)
    return n > 0 and solve_float(mine, w.place_groups, g_count, w.order, n, w.full), n, ready, held


@leaf_kernel
def _held_redundancy(mine: Mine, w: Work, m: int) -> tuple[int, int]:
    """Phases held to integers in this epoch; and satellites among them more than a position and the offsets take.

    Signals of one satellite look in one direction: more of them make integers surer, but not the position. The offset
    between the first signals of two systems costs a satellite until it is known from epochs before.
    """
    apart()
    apart()
    count, satellites, spent, last, seen = 0, 0, 3, -1, 0
    for i in range(m):
        place = w.pairs.place[i]
        if place >= 0 and mine.held[place] != 0 and w.pairs.w_phase[i] > 0.0:
            count += 1
            satellite = int(mine.satellite[place])
            satellites += satellite != last
            last = satellite
            block = 1 << (int(mine.key[place]) >> 12)
            pivot = w.place_groups.pivot[w.order.group[place]]
            if seen & block == 0:
                seen |= block
                spent += mine.age[pivot] < OFFSET_AGE_MIN
    return count, satellites - max(spent, 4)


@leaf_kernel
def _fix(mine: Mine, m: int, g_count: int, c_count: int, rules: Rules, w: Work, s: Scratch) -> tuple[int, float]:
    """Integers for this epoch, held in `mine`; returns rows of the float solution (0 = none) and the ratio."""
    apart()
    for place in range(mine.count[0]):
        w.order.barred[place] = 0
    ok, n, ready, held = _order_and_solve(mine, m, rules, w)
    if not ok:
        return 0, np.nan
    cost = float_cost(mine, w.order, n, w.full)
    dof = max(mine.dof[0] - n, 0.0)
    if held < n:
        held_values(mine, w.order, w.place_groups, held, n)
        if _held_redundancy(mine, w, m)[1] >= HELD_REDUNDANCY_MIN and held_fit(w.full, w.order, held, n, cost, dof):
            condition(w.full, w.order, held, n)
            if held - ready >= FIX_MIN and seek_more(
                w.full, ready, held, n, cost, dof, rules.log_odds_min, w.part, w.order
            ):
                hold(mine, w.order, w.place_groups, ready, held)
            else:
                join(mine, w.full, w.order, w.place_groups, ready, held, n)
            condition(w.full, w.order, ready, n)
            return n, np.nan
        release(mine)
        ok, n, ready, held = _order_and_solve(mine, m, rules, w)
        if not ok:
            return 0, np.nan
    return _seek_integers(mine, m, g_count, c_count, rules, w, s, n, ready)


@leaf_kernel
def _seek_integers(
    mine: Mine, m: int, g_count: int, c_count: int, rules: Rules, w: Work, s: Scratch, n: int, ready: int
) -> tuple[int, float]:
    """Integers for all that are ready; failing that, without those that fit worst, then without the lowest."""
    apart()
    ratio = np.nan
    for k in range(EXCLUSIONS_MAX + 1):
        cost, dof = float_cost(mine, w.order, n, w.full), max(mine.dof[0] - n, 0.0)
        believed, this_ratio = seek(w.full, ready, n, cost, dof, rules.log_odds_min, w.part, w.order)
        ratio = this_ratio if k == 0 or believed else ratio
        if believed:
            hold(mine, w.order, w.place_groups, ready, n)
            condition(w.full, w.order, ready, n)
            return n, ratio
        if k == EXCLUSIONS_MAX or n - ready <= FIX_MIN:
            break
        condition(w.full, w.order, ready, n)
        _, _, worst = phase_position(
            mine, w.pairs, m, w.order, w.place_groups, w.groups, w.code_groups, c_count, w.normal, s.c,
            CANDIDATE_MISFIT, 0.0, w.rover.satellite,
        )  # fmt: skip
        if worst < 0:
            break
        w.order.barred[w.pairs.place[worst]] = 1
        ok, n, ready, _ = _order_and_solve(mine, m, rules, w)
        if not ok:
            return 0, ratio
    return _seek_among_best(mine, m, rules, w, ratio)


@leaf_kernel
def _seek_among_best(mine: Mine, m: int, rules: Rules, w: Work, ratio: float) -> tuple[int, float]:
    """Integers for the highest satellites only, fewer and fewer of them."""
    apart()
    for place in range(mine.count[0]):
        w.order.barred[place] = 0
    ok, n, ready, _ = _order_and_solve(mine, m, rules, w)
    if not ok:
        return 0, ratio
    cost, dof = float_cost(mine, w.order, n, w.full), max(mine.dof[0] - n, 0.0)
    first = ready
    for _ in range(PARTIAL_TRIES_MAX):
        first += max(1, (n - ready) // 6)
        if n - first < FIX_MIN:
            break
        believed, this_ratio = seek(w.full, first, n, cost, dof, rules.log_odds_min, w.part, w.order)
        if believed:
            hold(mine, w.order, w.place_groups, first, n)
            condition(w.full, w.order, first, n)
            return n, this_ratio
    return n, ratio


@leaf_kernel
def _holds(mine: Mine) -> bool:
    for place in range(mine.count[0]):
        if mine.held[place]:
            return True
    return False


@leaf_kernel
def _begin_anew(
    mine: Mine, spare: Mine, m: int, g_count: int, c_count: int, rules: Rules, w: Work, s: Scratch, n: int
) -> tuple[bool, int]:
    """Ask this epoch alone for the integers: what the filter learnt of a bad past may be what keeps it from them.

    Returns whether they were found, and the rows of the float solution then in force.
    """
    apart()
    pairs = w.pairs
    reset(spare)
    for i in range(m):
        pairs.kept_place[i], pairs.place[i] = pairs.place[i], -1
    enter_new(spare, w.rover.satellite, pairs, m)
    ok = update(
        spare, pairs, m, 1.0, rules, False, False, w.groups, w.code_groups, c_count, w.normal,
        s.c, w.order, w.rover.satellite,
    )  # fmt: skip
    if ok:
        new_n, _ = _fix(spare, m, g_count, c_count, rules, w, s)
        if new_n > 0 and _holds(spare):
            copy_filter(spare, mine)
            return True, new_n
    for i in range(m):
        pairs.place[i] = pairs.kept_place[i]
    for place in range(mine.count[0]):
        w.order.barred[place] = 0
    ok, n, _, _ = _order_and_solve(mine, m, rules, w)
    return False, n if ok else 0


@leaf_kernel
def _with_integers(mine: Mine, m: int, n: int, c_count: int, t_ns: int, w: Work, s: Scratch) -> tuple[bool, float]:
    """The fixed position, if its phases agree; phases that do not are thrown out and begin anew."""
    apart()
    needed = HELD_REDUNDANCY_MIN if mine.fixed_epochs[0] > 0 else FIRST_REDUNDANCY_MIN
    for _ in range(OUTLIERS_MAX + 1):
        if _held_redundancy(mine, w, m)[1] < needed:
            return False, np.nan
        redundancy, total, worst = phase_position(
            mine, w.pairs, m, w.order, w.place_groups, w.groups, w.code_groups, c_count, w.normal, s.c,
            OUTLIER_MISFIT, OUTLIER_SHARE, w.rover.satellite,
        )  # fmt: skip
        if redundancy < 1:
            return False, np.nan
        if worst < 0:
            noise = total / redundancy
            first = n
            while first > 0 and _is_held(mine, w, first - 1):
                first -= 1
            add_float_covariance(w.pairs, m, first, w.full, w.order, w.place_groups, w.groups, w.normal)
            return noise < NOISE_MAX and _is_sharp(w), noise
        place = w.pairs.place[worst]
        mine.held[place] = 0
        mine.seen_ns[place] = t_ns - ABSENT_NS_MAX - 1
        w.pairs.w_phase[worst] = 0.0
        w.pairs.place[worst] = -1
    release(mine)
    return False, np.nan


@inline_kernel
def _is_held(mine: Mine, w: Work, row: int) -> bool:
    e = w.order.place[row]
    return e >= POSITION and mine.held[e - POSITION] != 0


@inline_kernel
def _is_sharp(w: Work) -> bool:
    cov = w.normal.cov
    return cov[0, 0] + cov[1, 1] + cov[2, 2] < SHARP_M * SHARP_M


@leaf_kernel
def _learn(mine: Mine, m: int, c_count: int, noise: float, w: Work) -> None:
    """Fold the noise of a fixed epoch into what is known of this terminal."""
    apart()
    total, count = code_misfit(w.pairs, m, w.code_groups, c_count, w.normal)
    if count > 3:
        ratio = min(total / count, 10.0)
        mine.code_variance[0] = min(max(mine.code_variance[0] * (1.0 + LEARN * (ratio - 1.0)), 0.05), 25.0)
    mine.phase_variance[0] += LEARN * (min(max(noise, 0.25), 10.0) - mine.phase_variance[0])


@leaf_kernel
def _remember(mine: Mine, m: int, t_ns: int, w: Work, s: Scratch, dt_s: float, moved: bool) -> None:
    """Keep position, velocity and phases for the next epoch."""
    apart()
    x = w.normal.x
    top, weight = 0.0, 0.0
    pairs = w.pairs
    for i in range(m):
        place = pairs.place[i]
        if place >= 0 and mine.age[place] > 0 and pairs.w_phase[i] > 0.0:
            ax = pairs.a[i, 0] * x[0] + pairs.a[i, 1] * x[1] + pairs.a[i, 2] * x[2]
            top += pairs.w_phase[i] * (pairs.phase_m[i] - mine.residual_m[place] - ax)
            weight += pairs.w_phase[i]
    clock_m = top / weight if weight > 0.0 else 0.0
    for i in range(m):
        place = pairs.place[i]
        if place >= 0 and pairs.w_phase[i] > 0.0:
            ax = pairs.a[i, 0] * x[0] + pairs.a[i, 1] * x[1] + pairs.a[i, 2] * x[2]
            mine.residual_m[place] = pairs.phase_m[i] - ax - clock_m
            mine.seen_ns[place] = t_ns
            mine.age[place] += 1
    for k in range(3):
        new = s.x[k] + x[k]
        step_m = s.x[k] + s.moved[k] - mine.x_ecef_m[k]
        mine.v_ecef_mps[k] = step_m / dt_s if moved and not isnan(step_m) else 0.0
        mine.x_ecef_m[k] = new
    mine.t_ns[0] = t_ns


@leaf_kernel
def _satellites(w: Work, m: int) -> int:
    """Different satellites among the pairs used."""
    count, last = 0, -1
    for i in range(m):
        satellite = w.rover.satellite[w.pairs.row[i]]
        if (w.pairs.w_code[i] > 0.0 or w.pairs.w_phase[i] > 0.0) and satellite != last:
            count += 1
            last = satellite
    return count


@leaf_kernel
def _write(r: Results, i: int, quality: int, mine: Mine, w: Work, s: Scratch, scale: float) -> None:
    r.quality[i] = quality
    k = 0
    for a in range(3):
        r.x_ecef_m[i, a] = s.x[a] + w.normal.x[a]
        for b in range(a + 1):
            r.cov_m2[i, k] = w.normal.cov[a, b] * scale
            k += 1


@inline_kernel
def _speed_mps(mine: Mine) -> float:
    v = mine.v_ecef_mps
    return sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2])


@leaf_kernel
def _track(mine: Mine, m: int, t_ns: int, dt_s: float, g_count: int, c_count: int, rules: Rules, w: Work,
           s: Scratch) -> tuple[int, bool, bool]:  # fmt: skip
    """Bring the filter up to date; returns slips, whether the motion is known, and whether the filter holds."""
    apart()
    find_places(mine, w.rover.satellite, w.pairs, m)
    slips = drop_stated(mine, w.pairs, m, t_ns, s.column)
    drop_absent(mine, w.pairs, m, t_ns, s.column)
    seen = drop_seen(mine, w.pairs, m, t_ns, w.place_groups, w.normal, s.c, s.column)
    slips += seen[0]
    for k in range(3):
        s.moved[k] = w.normal.x[k]
    moved = s.moved[0] != 0.0 or s.moved[1] != 0.0 or s.moved[2] != 0.0
    enter_new(mine, w.rover.satellite, w.pairs, m)
    ok = update(
        mine, w.pairs, m, dt_s, rules, rules.mode == _STATIC, _speed_mps(mine) > REST_MPS_MAX, w.groups,
        w.code_groups, c_count, w.normal, s.c, w.order, w.rover.satellite,
    )  # fmt: skip
    return slips, moved, ok


@leaf_kernel
def solve_epoch(
    o: ObservationSink, jobs: Jobs, j: int, bases: Bases, base_n: int, table: OrbitTable, rules: Rules,
    carriers: Carriers, mine: Mine, spare: Mine, w: Work, s: Scratch, r: Results,
) -> None:  # fmt: skip
    """One rover epoch against the base epoch whose side is in `w.base`."""
    apart()
    t_ns, b = jobs.t_ns[j], jobs.base[j]
    if mine.t_ns[0] != _NO_TIME and t_ns <= mine.t_ns[0]:
        r.why[j] = STALE
        return
    gap_ns = t_ns - mine.t_ns[0] if mine.t_ns[0] != _NO_TIME else RESET_NS_MAX + 1
    if gap_ns > RESET_NS_MAX or mine.base[0] != bases.station[b] or rules.mode == _SINGLE:
        reset(mine)
        mine.base[0] = bases.station[b]
        mine.anchor_ecef_m[0] = np.nan
    base_x = bases.x_ecef_m[b]
    _start(mine, t_ns, base_x, s.x)
    if rules.mode == _STATIC and not isnan(mine.anchor_ecef_m[0]):
        for k in range(3):
            s.x[k] = mine.anchor_ecef_m[k]
    tag_s = (t_ns - table.t_gpst_ns) * _S_PER_NS
    rows = (jobs.first[j], jobs.first[j] + jobs.rows[j])
    n_rows, m, g_count, c_count = _differences(o, rows, tag_s, table, base_x, base_n, rules, carriers, mine, w, s)
    r.age_s[j] = (t_ns - bases.t_ns[b]) * _S_PER_NS
    if m < 4:
        r.why[j] = NO_PAIRS
        return
    if isnan(mine.anchor_ecef_m[0]):
        for k in range(3):
            mine.anchor_ecef_m[k] = s.x[k]
    dt_s = min(gap_ns, RESET_NS_MAX) * _S_PER_NS
    for a in range(3):
        s.x_code[a] = w.normal.x[a]
        for c in range(3):
            s.cov_code[a, c] = w.normal.cov[a, c]
    r.slips[j], moved, ok = _track(mine, m, t_ns, dt_s, g_count, c_count, rules, w, s)
    n = 0
    if ok:
        n, r.ratio[j] = _fix(mine, m, g_count, c_count, rules, w, s)
        if n == 0:
            reset(mine)
    quality, scale = _position(mine, m, n, c_count, t_ns, w, s, r, j)
    if quality == FLOAT and rules.mode in (_KINEMATIC, _MOVING) and gap_ns <= RESET_NS_MAX:
        begun, n = _begin_anew(mine, spare, m, g_count, c_count, rules, w, s, n)
        if begun or n > 0:
            quality, scale = _position(mine, m, n, c_count, t_ns, w, s, r, j)
    _write(r, j, quality, mine, w, s, scale)
    r.satellites[j] = _satellites(w, m)
    r.baseline_m[j] = _distance(r.x_ecef_m[j], base_x)
    if n > 0:
        _remember(mine, m, t_ns, w, s, dt_s, moved)
        for k in range(3):
            r.v_ecef_mps[j, k] = mine.v_ecef_mps[k]
    else:
        mine.t_ns[0] = t_ns
        for k in range(3):
            mine.x_ecef_m[k], mine.v_ecef_mps[k] = r.x_ecef_m[j, k], 0.0


@leaf_kernel
def _position(mine: Mine, m: int, n: int, c_count: int, t_ns: int, w: Work, s: Scratch, r: Results,
              j: int) -> tuple[int, float]:  # fmt: skip
    """The best position there is: quality, and the factor its covariance is to be scaled with."""
    apart()
    if n > 0 and _holds(mine):
        good, noise = _with_integers(mine, m, n, c_count, t_ns, w, s)
        r.noise[j], r.held[j] = noise, _held_redundancy(mine, w, m)[0]
        if good:
            mine.fixed_epochs[0] += 1
            _learn(mine, m, c_count, noise, w)
            return FIXED, max(mine.phase_variance[0], 1.0)
        if mine.fixed_epochs[0] == 0:
            release(mine)
    if n > 0:
        for i in range(n):
            w.order.fixed[i] = w.full.a_cyc[i]
        redundancy, _, _ = phase_position(
            mine, w.pairs, m, w.order, w.place_groups, w.groups, w.code_groups, c_count, w.normal, s.c, np.inf, 1.0,
            w.rover.satellite,
        )  # fmt: skip
        if redundancy >= 0:
            add_float_covariance(w.pairs, m, n, w.full, w.order, w.place_groups, w.groups, w.normal)
            return FLOAT, 1.0
    for a in range(3):
        w.normal.x[a] = s.x_code[a]
        for c in range(3):
            w.normal.cov[a, c] = s.cov_code[a, c]
    return DGNSS, 1.0


@leaf_kernel
def solve_jobs(
    o: ObservationSink, base_o: ObservationSink, jobs: Jobs, bases: Bases, tables: Tables, rules: Rules,
    carriers: Carriers, memory: Memory, spare: Memory, w: Work, r: Results,
) -> None:  # fmt: skip
    """All rover epochs, in order; the base's side is computed anew only where base epoch or table change."""
    last_base, last_table, base_n = -1, -1, 0
    s = w.scratch
    for j in range(len(jobs.slot)):
        b, t = jobs.base[j], jobs.table[j]
        table = _table_at(tables, t)
        if b != last_base or t != last_table:
            forget_base(w.base, base_n, carriers, w.lookup)
            direction_up(bases.x_ecef_m[b], s.base_up)
            tag_s = (bases.t_ns[b] - table.t_gpst_ns) * _S_PER_NS
            rows = (bases.first[b], bases.first[b] + bases.rows[b])
            base_n = reduce_side(base_o, rows, tag_s, table, bases.x_ecef_m[b], s.base_up, rules, carriers, w.base)
            index_base(w.base, base_n, carriers, w.lookup)
            last_base, last_table = b, t
        solve_epoch(o, jobs, j, bases, base_n, table, rules, carriers, memory[jobs.slot[j]], spare[0], w, s, r)
    forget_base(w.base, base_n, carriers, w.lookup)
