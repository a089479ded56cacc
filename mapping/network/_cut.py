"""Roads into pieces between nodes, and pieces into directed edges with their lines."""

from dataclasses import dataclass
from math import hypot

import numpy as np
from numpy.typing import NDArray

from gnss._jit import kernel
from mapping.network._gather import Gathered, union
from mapping.network.codes import Direction
from mapping.network.drafts import RoadDraft
from mapping.network.model import offsets_of
from mapping.network.tables import Floats, Ints, Lines, Nodes, Points

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Cut:
    """Directed edges before they have turns: the road of each, its nodes, whether it runs backward, and their lines.

    `node_of` gives the row of a node by the dense number of `Gathered`, -1 where no edge begins or ends there.
    """

    road: Ints
    node_from: Ints
    node_to: Ints
    is_back: Flags
    twin: Ints
    shape: Lines
    nodes: Nodes
    node_of: Ints


def cut(g: Gathered, joined: list[tuple[int, int]]) -> Cut:
    """Cut every road at the nodes it shares with others; `joined` are pairs of nodes that are one."""
    pairs = np.array([*g.same, *joined], dtype=np.int32).reshape(-1, 2)
    root = union(g.node_refs.size, np.ascontiguousarray(pairs[:, 0]), np.ascontiguousarray(pairs[:, 1]))
    node = np.where(g.node >= 0, root[g.node], -1).astype(np.int32) if root.size else g.node
    uses = np.bincount(node[node >= 0], minlength=g.node_refs.size)
    is_whole = np.array([road.is_whole for road in g.roads], dtype=np.bool_)
    pieces = np.empty((g.x_m.size, 3), dtype=np.int32)
    count = _cut_rows(g.first, node, g.is_gap, is_whole, uses, pieces)
    road, begin, end = np.ascontiguousarray(pieces[:count].T)
    piece, is_back, twin = _directions(g.roads, road)
    shape = _lines(g, begin[piece], end[piece], is_back)
    node_a, node_b = node[begin][piece], node[end][piece]
    nodes, row = _nodes(g, node_a, node_b, shape, is_back)
    node_of = row[root] if root.size else row
    node_from, node_to = row[np.where(is_back, node_b, node_a)], row[np.where(is_back, node_a, node_b)]
    return Cut(road[piece], node_from, node_to, is_back, twin, shape, nodes, node_of)


@kernel
def _cut_rows(first: Ints, node: Ints, is_gap: Flags, is_whole: Flags, uses: NDArray[np.int64], out: Ints) -> int:
    """Rows (road, first point, last point) of the pieces; gives their number."""
    n = 0
    for road in range(first.size - 1):
        begin = first[road]
        for i in range(first[road] + 1, first[road + 1]):
            if is_gap[i]:
                begin = i
                continue
            at_end = i + 1 == first[road + 1] or is_gap[i + 1]
            if at_end or (not is_whole[road] and node[i] >= 0 and uses[node[i]] > 1):
                out[n, 0], out[n, 1], out[n, 2] = road, begin, i
                n += 1
                begin = i
    return n


def _directions(roads: list[RoadDraft], road_of_piece: Ints) -> tuple[Ints, Flags, Ints]:
    """The piece of every edge, whether the edge runs backward, and its twin; forward before backward."""
    direction = np.array([road.direction for road in roads], dtype=np.int32)[road_of_piece]
    piece = np.repeat(np.arange(road_of_piece.size, dtype=np.int32), 1 + (direction == Direction.BOTH))
    is_second = np.zeros(piece.size, dtype=np.bool_)
    is_second[1:] = piece[1:] == piece[:-1]
    is_back = is_second | (direction[piece] == Direction.BACKWARD)
    edge = np.arange(piece.size, dtype=np.int32)
    both = direction[piece] == Direction.BOTH
    twin = np.where(both, np.where(is_second, edge - 1, edge + 1), -1)
    return piece, is_back, twin.astype(np.int32)


def _lines(g: Gathered, begin: Ints, end: Ints, is_back: Flags) -> Lines:
    first = offsets_of(end - begin + 1)
    columns = np.empty((4, int(first[-1])))
    _fill_lines(first, begin, end, is_back, (g.x_m, g.y_m, g.h_map_m), columns)
    return Lines(first, Points.of(x_m=columns[0], y_m=columns[1], h_map_m=columns[2], run_m=columns[3]))


@kernel
def _fill_lines(
    first: Ints, begin: Ints, end: Ints, is_back: Flags, source: tuple[Floats, Floats, Floats], out: Floats
) -> None:
    x_m, y_m, h_map_m = source
    for e in range(begin.size):
        step, i, run_m = (-1, end[e], 0.0) if is_back[e] else (1, begin[e], 0.0)
        for k in range(first[e], first[e + 1]):
            if k > first[e]:
                run_m += hypot(x_m[i] - x_m[i - step], y_m[i] - y_m[i - step])
            out[0, k], out[1, k], out[2, k], out[3, k] = x_m[i], y_m[i], h_map_m[i], run_m
            i += step


def _nodes(g: Gathered, node_a: Ints, node_b: Ints, shape: Lines, is_back: Flags) -> tuple[Nodes, Ints]:
    """The nodes at which edges end, in the order of their numbers, each where the first edge there has it."""
    used, first_use = np.unique(np.concatenate([node_a, node_b]), return_index=True)
    row = np.full(g.node_refs.size, -1, dtype=np.int32)
    row[used] = np.arange(used.size, dtype=np.int32)
    begin, end = shape.first_point[:-1], shape.first_point[1:] - 1
    ends = np.concatenate([np.where(is_back, end, begin), np.where(is_back, begin, end)])[first_use]
    points = shape.points.take(ends)
    nodes = Nodes.of(ref=g.node_refs[used], x_m=points.x_m.copy(), y_m=points.y_m.copy(), h_map_m=points.h_map_m.copy())
    return nodes, row
