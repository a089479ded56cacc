"""Drafted lanes into the lane tables of a network."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mapping.network.codes import LaneChange
from mapping.network.drafts import LaneDraft
from mapping.network.model import lists_by, offsets_of
from mapping.network.report import NetworkReport
from mapping.network.tables import Floats, Ints, Lanes, Lines, Lists, Points

KIND = "lane"
POINT_COLUMNS = (2, 3)
"""A line is columns x, y or x, y, height."""


class LaneTables(NamedTuple):
    """What a network has of lanes, and the row of every drafted lane (-1 = left out)."""

    lanes: Lanes
    first_lane: Ints
    shape: Lines
    left: Lines
    right: Lines
    following: Lists
    row: Ints


def lane_tables(
    drafts: list[tuple[int, LaneDraft]],
    edge_of_road: Ints,
    links: tuple[list[tuple[int, int]], list[tuple[int, int, bool, bool]]],
    edges: int,
    report: NetworkReport,
) -> LaneTables:
    """Tables of the sound lanes, sorted by edge and place in it; `links` are followers and neighbours by draft."""
    edge = np.array([edge_of_road[road] for road, _ in drafts], dtype=np.int32)
    sound = np.array([_is_sound(lane, int(e), report) for (_, lane), e in zip(drafts, edge, strict=True)], dtype=bool)
    index = np.array([lane.index for _, lane in drafts], dtype=np.int32)
    order = np.lexsort((index, edge))
    order = order[sound[order]]
    row = np.full(len(drafts), -1, dtype=np.int32)
    row[order] = np.arange(order.size, dtype=np.int32)
    kept = [drafts[i][1] for i in order]
    return LaneTables(
        _lanes(kept, edge[order], _neighbours(links[1], row, order.size)),
        offsets_of(np.bincount(edge[order], minlength=edges)),
        lines_of([lane.centre_m for lane in kept]),
        lines_of([lane.left_m for lane in kept]),
        lines_of([lane.right_m for lane in kept]),
        _following(links[0], row, order.size),
        row,
    )


def _lanes(kept: list[LaneDraft], edge: Ints, beside: tuple[Ints, Ints, NDArray[np.uint8]]) -> Lanes:
    left, right, change = beside
    return Lanes.of(
        ref=np.array([lane.ref for lane in kept], dtype=np.int64),
        edge=edge,
        index=np.array([lane.index for lane in kept], dtype=np.uint8),
        width_m=np.array([lane.width_m for lane in kept], dtype=np.float32),
        kind=np.array([lane.kind for lane in kept], dtype=np.uint8),
        limit_mps=np.array([lane.limit_mps for lane in kept], dtype=np.float32),
        left=left,
        right=right,
        change=change,
    )


def _is_sound(lane: LaneDraft, edge: int, report: NetworkReport) -> bool:
    for line in (lane.centre_m, lane.left_m, lane.right_m):
        if line is None:
            continue
        if line.ndim != 2 or line.shape[1] not in POINT_COLUMNS or len(line) < 2 or not np.isfinite(line[:, :2]).all():
            report.fault(KIND, lane.ref, "a line of it has fewer than two points, or points without a position")
            return False
    if edge < 0:
        report.fault(KIND, lane.ref, "its road is not in the network")
    return edge >= 0


def lines_of(parts: list[Floats | None]) -> Lines:
    """Lines of columns x, y (, height); none is a line without points."""
    sizes = np.array([0 if part is None else len(part) for part in parts], dtype=np.int64)
    columns = np.full((int(sizes.sum()), 3), np.nan)
    first = offsets_of(sizes)
    for part, begin, end in zip(parts, first[:-1], first[1:], strict=True):
        if part is not None:
            columns[begin:end, : part.shape[1]] = part
    x_m, y_m, h_map_m = np.ascontiguousarray(columns.T)
    step_m = np.hypot(np.diff(x_m, prepend=0.0), np.diff(y_m, prepend=0.0))
    run_m = np.concatenate([_run(step_m[a:b]) for a, b in pairwise(first)] or [np.empty(0)])
    return Lines(first, Points.of(x_m=x_m, y_m=y_m, h_map_m=h_map_m, run_m=run_m))


def _run(step_m: Floats) -> Floats:
    run_m = step_m.copy()
    run_m[:1] = 0.0
    return np.cumsum(run_m)


def _neighbours(
    pairs: list[tuple[int, int, bool, bool]], row: Ints, lanes: int
) -> tuple[Ints, Ints, NDArray[np.uint8]]:
    left, right = np.full(lanes, -1, dtype=np.int32), np.full(lanes, -1, dtype=np.int32)
    change = np.zeros(lanes, dtype=np.uint8)
    for left_draft, right_draft, may_right, may_left in pairs:
        a, b = int(row[left_draft]), int(row[right_draft])
        if a >= 0 and b >= 0:
            right[a], left[b] = b, a
            change[a] |= LaneChange.RIGHT if may_right else 0
            change[b] |= LaneChange.LEFT if may_left else 0
    return left, right, change


def _following(pairs: list[tuple[int, int]], row: Ints, lanes: int) -> Lists:
    rows = np.array(sorted({(int(row[a]), int(row[b])) for a, b in pairs}), dtype=np.int32).reshape(-1, 2)
    rows = rows[(rows >= 0).all(axis=1)]
    by_lane = lists_by(rows[:, 0], lanes)
    return Lists(by_lane.first, np.ascontiguousarray(rows[:, 1]))
