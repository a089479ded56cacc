"""One epoch of one rover, and the loop over the epochs of all rovers."""

from math import isnan

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, leaf_kernel
from gnss.batches import NO_TIME
from gnss.orbits.table import OrbitTable
from gnss.rtcm.observations import ObservationSink
from gnss.rtk._alone_kernel import question
from gnss.rtk._anew_kernel import seek_by_phases, solve_anew
from gnss.rtk._apart import apart, within
from gnss.rtk._integer_kernel import admit_all, fix, holds, order_and_solve, seek_all
from gnss.rtk._jobs import Bases, Jobs, Results, Tables
from gnss.rtk._memory import Memory, Mine
from gnss.rtk._memory_kernel import copy_filter, reset
from gnss.rtk._result_kernel import write
from gnss.rtk._side_kernel import forget_base, index_base, reduce_side, steady_side
from gnss.rtk._solution_kernel import FLOAT, position, remember
from gnss.rtk._track_kernel import direction_up, keep_codes, linearise, start, track
from gnss.rtk._work import Work
from gnss.rtk.settings import KINEMATIC, MOVING_BASE, SINGLE_EPOCH, STATIC, Rules
from gnss.rtk.signals import Carriers

Floats = NDArray[np.float64]

_NO_TIME = int(NO_TIME)
_S_PER_NS = 1e-9

RESET_NS_MAX = 60_000_000_000
"""Ambiguities older than this are not worth keeping."""

STALE, NO_PAIRS = 1, 2
"""Why an epoch has no position."""


@inline_kernel
def _table_at(tables: Tables, t: int) -> OrbitTable:
    return OrbitTable(
        tables.t_gpst_ns[t], tables.r_ecef_m[t], tables.v_ecef_mps[t], tables.a_ecef_mps2[t], tables.clock_s[t],
        tables.clock_drift_sps[t], tables.tgd_s[t], tables.tgd2_s[t], tables.sigma_m[t], tables.issue[t],
        tables.number[t], tables.status[t], tables.channel[t],
    )  # fmt: skip


@leaf_kernel
def _begin(mine: Mine, t_ns: int, station: int, rules: Rules) -> int:
    """Time since the last epoch; what is too old, or of another base, is forgotten."""
    gap_ns = t_ns - mine.t_ns[0] if mine.t_ns[0] != _NO_TIME else RESET_NS_MAX + 1
    if gap_ns > RESET_NS_MAX or mine.station[0] != station or rules.mode == SINGLE_EPOCH:
        reset(mine)
        mine.station[0] = station
        mine.anchor_ecef_m[0] = mine.anchor_ecef_m[1] = mine.anchor_ecef_m[2] = np.nan
    return gap_ns


@leaf_kernel
def _take_epoch_alone(mine: Mine, spare: Mine, solved: bool, rules: Rules, w: Work) -> bool:
    """Ask this epoch alone for the integers: what the filter learnt of a bad past may be what keeps it from them.

    Returns whether there is a float solution: that of this epoch where it has integers, else the filter's again.
    """
    apart()
    pairs = w.pairs
    if solve_anew(spare, rules, w):
        seek_all(spare, rules, w, True)
    if holds(spare):
        copy_filter(spare, mine)
        return True
    for i in range(pairs.count[0]):
        pairs.place[i] = pairs.kept_place[i]
    admit_all(mine, w)
    return solved and order_and_solve(mine, rules, w)


@leaf_kernel
def _solve(mine: Mine, spare: Mine, j: int, t_ns: int, gap_ns: int, base_x: Floats, rules: Rules, w: Work,
           r: Results) -> None:  # fmt: skip
    """The epoch whose pairs are in `w`."""
    within()
    dt_s, moves = min(gap_ns, RESET_NS_MAX) * _S_PER_NS, rules.mode in (KINEMATIC, MOVING_BASE)
    keep_codes(mine, w)
    r.slips[j], solved = track(mine, t_ns, dt_s, rules, w)
    if solved:
        solved, r.ratio[j] = fix(mine, rules, w)
        if solved and rules.mode == SINGLE_EPOCH and not holds(mine):
            solved = seek_by_phases(mine, rules, w) or solve_anew(mine, rules, w)
        if solved and moves and holds(mine):
            question(mine, spare, rules, w)
    if not solved:
        reset(mine)
    quality, scale = position(mine, solved, t_ns, rules, w, r, j)
    if quality == FLOAT and moves and gap_ns <= RESET_NS_MAX and not holds(mine):
        solved = _take_epoch_alone(mine, spare, solved, rules, w)
        quality, scale = position(mine, solved, t_ns, rules, w, r, j)
    write(r, j, quality, scale, base_x, w)
    if solved:
        remember(mine, t_ns, dt_s, w)
    for k in range(3):
        if solved:
            r.v_ecef_mps[j, k] = mine.v_ecef_mps[k]
        else:
            mine.x_ecef_m[k], mine.v_ecef_mps[k] = r.x_ecef_m[j, k], 0.0
    mine.t_ns[0] = t_ns


@leaf_kernel
def _solve_epoch(
    o: ObservationSink, jobs: Jobs, j: int, bases: Bases, table: OrbitTable, rules: Rules, carriers: Carriers,
    mine: Mine, spare: Mine, w: Work, r: Results,
) -> None:  # fmt: skip
    """One rover epoch against the base epoch whose side is in `w.base`."""
    within()
    t_ns, b = jobs.t_ns[j], jobs.base[j]
    if mine.t_ns[0] != _NO_TIME and t_ns <= mine.t_ns[0]:
        r.why[j] = STALE
        return
    base_x = bases.x_ecef_m[b]
    gap_ns = _begin(mine, t_ns, bases.station[b], rules)
    start(mine, t_ns, base_x, rules.mode == STATIC, w.scratch.x)
    tag_s = (t_ns - table.t_gpst_ns) * _S_PER_NS
    rows = (jobs.first[j], jobs.first[j] + jobs.rows[j])
    r.age_s[j] = (t_ns - bases.t_ns[b]) * _S_PER_NS
    is_anchored = rules.mode == STATIC and not isnan(mine.anchor_ecef_m[0])
    if linearise(o, rows, tag_s, table, base_x, r.age_s[j], rules, carriers, mine.code_variance[0], is_anchored, w):
        _solve(mine, spare, j, t_ns, gap_ns, base_x, rules, w, r)
    else:
        r.why[j] = NO_PAIRS


@leaf_kernel
def solve_jobs(
    o: ObservationSink, base_o: ObservationSink, jobs: Jobs, bases: Bases, tables: Tables, rules: Rules,
    carriers: Carriers, memory: Memory, spare: Memory, w: Work, r: Results,
) -> None:  # fmt: skip
    """All rover epochs, in order; the base's side is computed anew only where base epoch or table change."""
    last_base, last_table, base_n = -1, -1, 0
    for j in range(len(jobs.slot)):
        b, t = jobs.base[j], jobs.base_table[j]
        if b != last_base or t != last_table:
            forget_base(w.base, base_n, carriers, w.lookup)
            table = _table_at(tables, t)
            x, up = bases.x_ecef_m[b], w.scratch.base_up
            direction_up(x, up)
            tag_s = (bases.t_ns[b] - table.t_gpst_ns) * _S_PER_NS
            rows = (bases.first[b], bases.first[b] + bases.rows[b])
            base_n = reduce_side(base_o, rows, tag_s, table, x, up, rules, carriers, w.base)
            steady_side(w.base, base_n, bases)
            index_base(w.base, base_n, carriers, w.lookup)
            last_base, last_table = b, t
        _solve_epoch(
            o, jobs, j, bases, _table_at(tables, jobs.table[j]), rules, carriers, memory[jobs.slot[j]], spare[0], w, r
        )
    forget_base(w.base, base_n, carriers, w.lookup)
