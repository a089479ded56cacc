"""Lines that meet without saying so: which of their points are one node.

Ends that lie within a distance of each other are one node; so are points, of whatever lines, at the same place; an end
within the distance of another line of its level meets that line there, which gets a point more. Lines that cross
elsewhere are left alone: one of them may be a bridge.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from mapping.network._gather import renumbered, union
from mapping.network.tables import Floats, Ints

Longs = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Noded:
    """Lines with the number of the node of every point, and heights where there were any; columns a line."""

    x_m: list[Floats]
    y_m: list[Floats]
    h_map_m: list[Floats]
    node: list[Longs]


def node_lines(lines_m: list[Floats], layer: Ints, join_m: float) -> Noded:
    """Find the nodes of lines.

    Shape: each line (n, 3): x, y, height (NaN = none). Unit: m. Error: points without a position meet nothing.
    """
    first = np.concatenate([[0], np.cumsum([len(line) for line in lines_m])]).astype(np.int64)
    points = np.concatenate(lines_m) if lines_m else np.empty((0, 3))
    ends = np.unique(np.concatenate([first[:-1], first[1:] - 1]))
    pairs = [_same_place(points), _near_ends(points, ends, join_m)]
    a, b = (np.concatenate(side).astype(np.int32) for side in zip(*pairs, strict=True))
    node = union(len(points), a, b)
    line_of = np.repeat(np.arange(len(lines_m)), np.diff(first))
    inserts = _meetings(points, (first, line_of), ends, renumbered(node), (layer, join_m))
    return _with_inserted(lines_m, first, -1 - node.astype(np.int64), inserts)


def _same_place(points: Floats) -> tuple[Longs, Longs]:
    """Pairs of points at the same place, to the millimetre."""
    known = np.flatnonzero(np.isfinite(points[:, :2]).all(axis=1))
    rounded = np.round(points[known, :2] * 1e3).astype(np.int64)
    _, at, inverse = np.unique(rounded, axis=0, return_index=True, return_inverse=True)
    return known, known[at[inverse.ravel()]]


def _near_ends(points: Floats, ends: Longs, join_m: float) -> tuple[Longs, Longs]:
    """Pairs of ends within the distance."""
    geometry = _points(points[ends])
    a, b = shapely.STRtree(geometry).query(geometry, predicate="dwithin", distance=join_m)
    return ends[a], ends[b]


def _points(points: Floats) -> NDArray[np.object_]:
    """Points as shapely has them, none for those without a position."""
    made = np.full(len(points), None, dtype=object)
    known = np.isfinite(points[:, :2]).all(axis=1)
    made[known] = shapely.points(points[known, :2])
    return made


Insert = tuple[int, float, float, int]
"""Segment of a line (its first point within the line), x, y, and the end that meets it there."""


def _meetings(
    points: Floats, lines: tuple[Longs, NDArray[np.int64]], ends: Longs, node: Ints, rule: tuple[Ints, float]
) -> dict[int, list[Insert]]:
    """By line, where ends of others meet its segments between their points."""
    first, line_of = lines
    layer, join_m = rule
    begin = np.flatnonzero(line_of[:-1] == line_of[1:])
    begin = begin[np.isfinite(points[begin, :2]).all(axis=1) & np.isfinite(points[begin + 1, :2]).all(axis=1)]
    segments = shapely.linestrings(np.stack([points[begin, :2], points[begin + 1, :2]], axis=1))
    end_at, at = shapely.STRtree(segments).query(_points(points[ends]), predicate="dwithin", distance=join_m)
    found: dict[int, list[Insert]] = {}
    nodes_of_line: dict[int, set[int]] = {}
    for end, segment in zip(ends[end_at].tolist(), at.tolist(), strict=True):
        row = int(begin[segment])
        line = int(line_of[row])
        if line == line_of[end] or layer[line] != layer[line_of[end]]:
            continue
        known = nodes_of_line.setdefault(line, set(node[first[line] : first[line + 1]].tolist()))
        if node[end] not in known:
            known.add(int(node[end]))
            found.setdefault(line, []).append((row - int(first[line]), *points[end, :2].tolist(), end))
    return found


def _with_inserted(lines_m: list[Floats], first: Longs, node: Longs, inserts: dict[int, list[Insert]]) -> Noded:
    """The lines with the points at which others meet them."""
    made = Noded([], [], [], [])
    for number, given in enumerate(lines_m):
        line, nodes = given, node[first[number] : first[number + 1]]
        if number in inserts:
            line, nodes = _inserted(given, nodes, node, inserts[number])
        made.x_m.append(line[:, 0])
        made.y_m.append(line[:, 1])
        made.h_map_m.append(line[:, 2])
        made.node.append(nodes)
    return made


def _inserted(line: Floats, nodes: Longs, node: Longs, inserts: list[Insert]) -> tuple[Floats, Longs]:
    """One line with points more, in order along their segments."""
    along = [float(np.hypot(x - line[at, 0], y - line[at, 1])) for at, x, y, _ in inserts]
    order = sorted(range(len(inserts)), key=lambda i: (inserts[i][0], along[i]))
    at = [inserts[i][0] + 1 for i in order]
    rows = np.array([(inserts[i][1], inserts[i][2], np.nan) for i in order])
    return np.insert(line, at, rows, axis=0), np.insert(nodes, at, [node[inserts[i][3]] for i in order])
