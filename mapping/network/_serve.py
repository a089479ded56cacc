"""Stops on the edges that serve them, and routes over edges in driving order."""

from collections.abc import Sequence

import numpy as np

from mapping.network.drafts import StopDraft
from mapping.network.grid import Near, SegmentGrid, near_segments
from mapping.network.report import NetworkReport
from mapping.network.tables import Ints, Stops

WRONG_SIDE_M = 4.0
"""How much nearer an edge must be to serve a stop that lies on its other side: a lane."""


def place_stops(
    drafts: Sequence[StopDraft],
    names: Ints,
    served_by: Sequence[Ints | None],
    grid: SegmentGrid,
    is_right_hand: bool,
    report: NetworkReport,
) -> Stops:
    """Every stop on the nearest edge, of those equally near on the one that passes it on its kerb side.

    `served_by` limits a stop to some edges. A stop without a road within the grid's reach has edge -1.
    """
    x_m, y_m = np.array([s.x_m for s in drafts], dtype=float), np.array([s.y_m for s in drafts], dtype=float)
    near = near_segments(grid, x_m, y_m, grid.reach_m)
    edge, offset_m = np.full(len(drafts), -1, dtype=np.int32), np.full(len(drafts), np.nan)
    for i, stop in enumerate(drafts):
        if (row := _best(near, i, served_by[i], is_right_hand)) is None:
            report.fault("stop", stop.ref, "no road is near it", "kept, on no road")
        else:
            edge[i], offset_m[i] = near.edge[row], near.offset_m[row]
    ref = np.array([s.ref for s in drafts], dtype=np.int64)
    lane = np.full(len(drafts), -1, dtype=np.int32)
    return Stops.of(ref=ref, name=names, edge=edge, offset_m=offset_m, x_m=x_m, y_m=y_m, lane=lane)


def _best(near: Near, i: int, allowed: Ints | None, is_right_hand: bool) -> int | None:
    rows = np.arange(near.first[i], near.first[i + 1])
    if allowed is not None:
        rows = rows[np.isin(near.edge[rows], allowed)]
    if rows.size == 0:
        return None
    lateral_m = near.lateral_m[rows]
    wrong = lateral_m > 0.0 if is_right_hand else lateral_m < 0.0
    return int(rows[np.argmin(np.abs(lateral_m) + WRONG_SIDE_M * wrong)])
