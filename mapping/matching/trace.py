"""Whole traces at their best: the same model as online, with every row deciding every other."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mapping.datums.placed import Placed
from mapping.matching._drive_kernel import Way, drive, new_way
from mapping.matching._layout import Floats, Ints, Longs, Trellis, bare_trellis
from mapping.matching._tell_kernel import TOLD_WIDTH, Told
from mapping.matching._trace_kernel import solve
from mapping.matching.observe import observe
from mapping.matching.online import to_batch
from mapping.matching.result import MatchBatch
from mapping.matching.tables import MatchTables

PLACES: Final = 12
"""Places a row of a whole trace; online has fewer."""

WAY_ROOM: Final = 64
"""Edges of a way for which there is room at first, besides two a row."""


@dataclass(frozen=True, slots=True)
class Trace:
    """A trace on the roads.

    `rows` one final row per position. `way` (m,) the edges driven, in order, those between positions included, each
    from `way_start_m` to `way_end_m` (m,) of it; `way_row` (m,) the row that each was driven before or at; `is_joined`
    (m,) whether each follows from the edge before it on the map: it does not at the start, after a time off the road,
    and where the map has a gap.
    """

    rows: MatchBatch
    way: Ints
    way_start_m: Floats
    way_end_m: Floats
    way_row: Ints
    is_joined: NDArray[np.bool_]


def match_trace(tables: MatchTables, placed: Placed, *, places: int = PLACES) -> Trace:
    """The best path of one terminal through all its rows.

    Shape: n rows of one terminal in any order (those of one instant in the order they were recorded); the result's
    rows are in the order of the input. Unit: rad, m, ns.
    Frame: `placed` must be in the network's, any other raises `FrameMixedError`. Error: rows with a status,
    without position or date keep it and have no edge.
    """
    rows, status = observe(tables, placed)
    fixes, n = placed.rows, len(placed)
    order = _usable(fixes.t_gpst_ns, status)
    told = _told(n, fixes.slot, fixes.t_gpst_ns, status)
    trellis = bare_trellis(rows[order], fixes.t_gpst_ns[order], places)
    way = _solve(tables, trellis, order, told)
    rows_of_way = order[way.row] if way.row.size else way.row
    return Trace(
        to_batch(tables, told, n), tables.states.edges_of(way.edge), way.start_m, way.end_m, rows_of_way, way.joined
    )


def _usable(t_ns: Longs, status: NDArray[np.uint8]) -> Ints:
    """Rows that can be used, in order of time; those of one instant stay in their order."""
    order = np.argsort(t_ns, kind="stable").astype(np.int32)
    usable: Ints = order[status[order] == 0]
    return usable


def _told(n: int, slot: Ints, t_ns: Longs, status: NDArray[np.uint8]) -> Told:
    edges = np.full((2, n), -1, np.int32)
    number = np.full((TOLD_WIDTH, n), np.nan)
    return Told(slot.copy(), t_ns.copy(), edges[0], edges[1], number, np.ones(n, np.bool_), status.copy())


def _solve(tables: MatchTables, trellis: Trellis, order: Ints, told: Told) -> Way:
    """Match, tell, and give the way, for which room is made as it turns out to be long."""
    places = trellis.edge.shape[1]
    work, (state, chain) = tables.new_work(places), np.empty((2, order.size), np.int32)
    way = new_way(WAY_ROOM + 2 * order.size, len(tables.states))
    n = solve(
        tables.numbers,
        tables.rules,
        trellis,
        tables.states.edge,
        order,
        work,
        told,
        state,
        chain,
        np.empty(places),
        way,
    )
    if n > len(way.edge):
        way = new_way(n, len(tables.states))
        drive(tables.numbers, tables.rules, trellis, state, work.search, way)
    return Way(way.edge[:n], way.start_m[:n], way.end_m[:n], way.row[:n], way.joined[:n], way.part)
