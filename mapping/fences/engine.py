"""The fence engine: placed fixes in, events out, in event time.

    state = FenceState.for_slots(n)
    state, events = fence_step(state, fences, placed)

Results depend on each terminal's rows alone, not on how they are cut into calls, and within the watermark not on their
order: a row that comes late is put among the others, and events that turn out wrong are retracted. The state is
changed in place. An edit of the fences holds for the rows that are taken, or gone through again, after it.
"""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from gnss.batches import FixBatch
from gnss.columns import frozen_column
from mapping.datums.placed import Placed
from mapping.datums.plane import plane_numbers
from mapping.fences._desk import MADE_MAX, Chart, Its, Out, Rows, Sheet, Work, new_made, new_near, new_out
from mapping.fences._memory import ROW_FLOATS, ROW_INTS
from mapping.fences._rows_kernel import Fixes, place_rows
from mapping.fences._take_kernel import replay_dirty, take_rows
from mapping.fences.events import EventBatch, events_of
from mapping.fences.fence_set import FenceSet
from mapping.fences.kinds import EventKind
from mapping.fences.settings import FenceSettings, its_of
from mapping.fences.state import COUNTERS, FenceState

NO_EDGE = -1
ALL_GROUPS = -1
ROOM_MIN = 4 * MADE_MAX


class Matched(Protocol):
    """What of a batch of matched rows is used: the edge (-1 = none) and the way along it, row by row as the fixes."""

    @property
    def edge(self) -> NDArray[np.int32]:
        """Edge of the network, -1 = off the road or not known."""

    @property
    def offset_m(self) -> NDArray[np.float64]:
        """Along the edge from its start."""


def fence_step(
    state: FenceState,
    fences: FenceSet,
    placed: Placed,
    match: Matched | None = None,
    *,
    settings: FenceSettings | None = None,
    groups: NDArray[np.int64] | None = None,
    version: NDArray[np.int64] | None = None,
) -> tuple[FenceState, EventBatch]:
    """Take a batch of rows and say what happened at the fences.

    Shape: `placed` and `match` n rows; `groups` a mask of group bits a slot (`FenceSet.group_mask`; None = all groups);
    `version` a row's number among those of its terminal and time (None = 0), the greatest counts. Frame: that of the
    fences, any other raises `FrameMixedError`. Error: rows of no use and rows beyond the watermark are counted in the
    state; slots that the state has no room for raise `ValueError`.
    """
    fixes = placed.rows_in(fences.frame, "fences")
    if len(fixes) and (int(fixes.slot.max()) >= len(state) or int(fixes.slot.min()) < 0):
        raise ValueError(f"a row is of slot {int(fixes.slot.max())}, the state has room for {len(state)}: let it grow")
    its = its_of(settings or FenceSettings())
    rows = _rows_of(fixes, match, version, fences, its)
    w, out = Work(new_near(), new_near(), new_made(), its), new_out(max(ROOM_MIN, len(fixes) // 4))
    fixed = (state.memory, _masks(state, groups), w, sheet_of(fences), Chart(fences.cells, fences.grid), out)
    said: list[tuple[NDArray[np.int64], NDArray[np.float64]]] = []
    dirty, n_dirty, row, done = np.empty(max(1, len(fixes)), np.int32), 0, 0, 0
    while row < len(fixes):
        row, n_dirty = take_rows(*fixed, rows, row, dirty, n_dirty)
        _collect(w, out, said)
    while done < n_dirty:
        done = replay_dirty(*fixed, dirty, done, n_dirty)
        _collect(w, out, said)
    state.counters += w.made.counters[:COUNTERS]
    if not said:
        return state, EventBatch.empty()
    return state, events_of(np.concatenate([i for i, _ in said]), np.concatenate([f for _, f in said]), fences)


def _collect(w: Work, out: Out, said: list[tuple[NDArray[np.int64], NDArray[np.float64]]]) -> None:
    """Take what went out, and make room again."""
    n = int(w.made.count[0])
    if n:
        said.append((out.i[:n].copy(), out.f[:n].copy()))
    w.made.count[0] = 0


def _rows_of(
    fixes: FixBatch, match: Matched | None, version: NDArray[np.int64] | None, fences: FenceSet, its: Its
) -> Rows:
    n = len(fixes)
    if match is not None and len(match.edge) != n:
        raise ValueError(f"{len(match.edge)} matched rows for {n} fixes")
    i, f = np.empty((n, ROW_INTS), np.int64), np.empty((n, ROW_FLOATS))
    rows = Rows(np.empty(n, np.int32), i, f, np.zeros(n, np.int32))
    columns = Fixes(
        fixes.slot,
        fixes.t_gpst_ns,
        fixes.lat_rad,
        fixes.lon_rad,
        fixes.sigma_n_m,
        fixes.sigma_e_m,
        fixes.cov_ne_m2,
        fixes.speed_mps,
        fixes.course_rad,
        fixes.fix_quality,
        fixes.status,
        fixes.sentences,
        np.zeros(n, np.int64) if version is None else np.ascontiguousarray(version, np.int64),
        np.full(n, NO_EDGE, np.int32) if match is None else np.ascontiguousarray(match.edge, np.int32),
        np.full(n, np.nan) if match is None else np.ascontiguousarray(match.offset_m, np.float64),
    )
    place_rows(Fixes._make(frozen_column(column) for column in columns), plane_numbers(fences.plane), its, rows)
    return rows


def _masks(state: FenceState, groups: NDArray[np.int64] | None) -> NDArray[np.int64]:
    masks = np.full(len(state), ALL_GROUPS, np.int64) if groups is None else np.ascontiguousarray(groups, np.int64)
    if len(masks) < len(state):
        raise ValueError(f"{len(masks)} masks of groups for {len(state)} slots")
    return masks


def sheet_of(fences: FenceSet) -> Sheet:
    """What kernels need of the fences apart from where they are."""
    wants_cross = bool((fences.rules["kinds"] & (1 << EventKind.CROSS)).any())
    return Sheet(fences.rules, fences.window_table, fences.edges, wants_cross, bool(fences.rules["groups"].any()))
