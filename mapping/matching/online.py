"""Matching of the whole fleet while it drives: one call for all rows of a tick, any number of rows a terminal.

The rule that makes order and chunking irrelevant: a row is decided by the rows that are at most `lag_s` younger, once
the youngest row of its terminal is `lag_s + watermark_s` younger; a row that comes later than `watermark_s` after a
younger one is not used (`STALE`). So whatever the order of rows within the watermark, the final rows are the same.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnss._jit import leaf_kernel
from mapping.datums.placed import Placed
from mapping.matching._layout import Floats, Ints, Longs
from mapping.matching._numbers import Numbers, Work
from mapping.matching._online_kernel import take_row, tell_rest
from mapping.matching._order_kernel import Memory
from mapping.matching._tell_kernel import (
    T_ACROSS,
    T_LAT,
    T_LATERAL,
    T_LON,
    T_OFFSET,
    T_P,
    T_P2,
    T_X,
    T_Y,
    TOLD_WIDTH,
    Desk,
    Told,
    tell,
)
from mapping.matching.lanes import assign_lanes
from mapping.matching.model import Rules
from mapping.matching.observe import observe
from mapping.matching.result import MatchBatch
from mapping.matching.state import MatchState
from mapping.matching.tables import MatchTables


def match_step(state: MatchState, tables: MatchTables, placed: Placed) -> tuple[MatchState, MatchBatch]:
    """Match all rows of a tick.

    Shape: n rows in any order; the result has n provisional rows, in the order of the input, then the final rows that
    can be told now, each terminal's in order of time. Unit: rad, m, ns. Frame: `placed` must be in the network's, any
    other raises `FrameMixedError`. Error: rows with a status, without position or date, too late or doubled are given
    back with their status and have no edge. `state` is grown where needed and changed in place.
    """
    rows, status = observe(tables, placed)
    fixes = placed.rows
    state = state.grown(int(fixes.slot.max()) + 1 if len(fixes) else 0)
    told = _room(len(fixes) + state.waiting + len(fixes))
    told.slot[: len(fixes)], told.t_ns[: len(fixes)], told.status[: len(fixes)] = fixes.slot, fixes.t_gpst_ns, status
    n = _step(
        tables.numbers, tables.rules, _memory(state), fixes.slot, fixes.t_gpst_ns, rows,
        tables.new_work(state.rules.places), told, _desk(state, tables),
    )  # fmt: skip
    return state, to_batch(tables, told, n)


def match_end(
    state: MatchState, tables: MatchTables, slots: Sequence[int] | NDArray[Any] | None = None
) -> tuple[MatchState, MatchBatch]:
    """Decide all that still waits, of some terminals or of all, and forget them: their streams end.

    Shape: `slots` (n,); the result has final rows only. Unit: rad, m, ns. Frame: the network's.
    """
    chosen = np.arange(len(state)) if slots is None else np.asarray(slots)
    told = _room(state.waiting)
    n = _end(_memory(state), chosen.astype(np.int32), told, _desk(state, tables))
    return state, to_batch(tables, told, n)


def _memory(state: MatchState) -> Memory:
    counters = state.stale, state.doubled, state.crowded
    rules = state.rules
    return Memory(state.trellis, state.order, state.n, state.told, *counters, rules.lag_ns, rules.watermark_ns)


def _desk(state: MatchState, tables: MatchTables) -> Desk:
    places = state.rules.places
    rows, origin = np.zeros(state.rules.rows, np.int32), np.zeros(places, np.int32)
    return Desk(tables.states.edge, rows, origin, np.zeros(places), np.zeros(places))


def _room(n: int) -> Told:
    slot, edge, edge_2nd = (np.full(n, -1, np.int32) for _ in range(3))
    number = np.full((TOLD_WIDTH, n), np.nan)
    return Told(slot, np.zeros(n, np.int64), edge, edge_2nd, number, np.zeros(n, np.bool_), np.zeros(n, np.uint8))


def to_batch(tables: MatchTables, told: Told, n: int) -> MatchBatch:
    """The first `n` rows of what was told, as a batch, with lanes where the network has any.

    Shape: (n,). Unit: rad, m, ns. Frame: the network's.
    """
    number, edge = told.number[:, :n], tables.states.edges_of(told.edge[:n])
    lane, lane_p = assign_lanes(tables.network, edge, number[T_X], number[T_Y], number[T_ACROSS])
    return MatchBatch.of(
        slot=told.slot[:n],
        t_gpst_ns=told.t_ns[:n],
        edge=edge,
        offset_m=number[T_OFFSET],
        lateral_m=number[T_LATERAL],
        lat_rad=number[T_LAT],
        lon_rad=number[T_LON],
        lane=lane,
        lane_p=lane_p,
        confidence=number[T_P].astype(np.float32),
        edge_2nd=tables.states.edges_of(told.edge_2nd[:n]),
        p_2nd=number[T_P2].astype(np.float32),
        is_off_road=(edge < 0) & (told.status[:n] == 0),
        is_final=told.is_final[:n],
        status=told.status[:n],
    )


@leaf_kernel
def _step(
    numbers: Numbers, rules: Rules, memory: Memory, slot: Ints, t_ns: Longs, rows: Floats, work: Work, told: Told,
    desk: Desk,
) -> int:  # fmt: skip
    at = len(slot)
    for i in range(len(slot)):
        if told.status[i] != 0:
            continue
        k, at = take_row(numbers, rules, memory, slot[i], t_ns[i], rows[i], work, told, at, desk)
        if k < 0:
            told.status[i] = -k
        else:
            tell(memory, slot[i], k, 1 << 62, told, i, False, desk)
    return at


@leaf_kernel
def _end(memory: Memory, slots: Ints, told: Told, desk: Desk) -> int:
    at = 0
    for s in slots:
        at = tell_rest(memory, s, told, at, desk)
    return at
