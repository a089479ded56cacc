"""Mistakes of geometry and topology: ends that do not meet, roads on top of each other, crossings without a node."""

from math import cos, hypot, pi
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from gnss._jit import kernel
from mapping.network.grid import LENGTH_M, UX, UY, X_M, Y_M, SegmentGrid, beside, make_grid, near_segments
from mapping.network.model import RoadNetwork
from mapping.network.tables import Floats, Ints

GAP_M_MAX: Final = 5.0
"""An end that is nearer to another road than this, and does not meet it, was meant to."""
OVERLAP_M: Final = 0.5
OVERLAP_M_MIN: Final = 20.0
"""Carriageways that part or join run on top of each other for less."""
OVERLAP_STEP_M: Final = 10.0
"""Roads are compared at points of this distance along them."""
PARALLEL_COS: Final = cos(5.0 * pi / 180.0)
SPIKE_COS: Final = cos(160.0 * pi / 180.0)
SPIKE_M_MAX: Final = 15.0
"""A hairpin has longer legs than a spike."""
SAME_M: Final = 0.5


def degrees_of_nodes(network: RoadNetwork) -> NDArray[np.int64]:
    """At how many road ends each node lies, both directions of a road once.

    Shape: (N,).
    """
    edges = network.edges
    once = (edges.twin < 0) | (edges.twin > np.arange(len(edges)))
    ends = np.concatenate([edges.node_from[once], edges.node_to[once]])
    return np.bincount(ends, minlength=len(network.nodes))


def dead_ends(network: RoadNetwork) -> Ints:
    """The edges that end at a node where no other road is.

    Shape: (n,).
    """
    return np.flatnonzero(degrees_of_nodes(network)[network.edges.node_to] == 1).astype(np.int32)


def gaps(network: RoadNetwork, gap_m: float = GAP_M_MAX) -> Ints:
    """Edges at whose dead end another road of the same level passes within `gap_m`.

    Shape: (n,). Unit: m.
    """
    alone = degrees_of_nodes(network) == 1
    edges = network.edges
    ends = np.flatnonzero(alone[edges.node_to] | ((edges.twin < 0) & alone[edges.node_from])).astype(np.int32)
    node = np.where(alone[edges.node_to[ends]], edges.node_to[ends], edges.node_from[ends])
    near = near_segments(make_grid(network, reach_m=gap_m), network.nodes.x_m[node], network.nodes.y_m[node], gap_m)
    row = np.repeat(np.arange(ends.size), np.diff(near.first))
    other, mine = near.edge, ends[row]
    meets = (edges.node_from[other] == node[row]) | (edges.node_to[other] == node[row])
    own = (other == mine) | (other == edges.twin[mine])
    return np.unique(mine[~meets & ~own & (edges.layer[other] == edges.layer[mine])]).astype(np.int32)


def overlaps(network: RoadNetwork) -> Ints:
    """Edges that run within half a metre of another of the same level, in parallel, for 20 m or more.

    Shape: (n,). Of two the later; the twin is not counted.
    """
    grid = make_grid(network, reach_m=OVERLAP_M, cell_m=20.0)
    along_m = _overlapping(grid, network.edges.twin, network.edges.layer)
    return np.flatnonzero(along_m >= OVERLAP_M_MIN).astype(np.int32)


@kernel
def _overlapping(grid: SegmentGrid, twin: Ints, layer: NDArray[np.int8]) -> Floats:
    """Along how many metres of each edge an earlier edge runs on top of it."""
    along_m = np.zeros(twin.size)
    for s in range(grid.edge.size):
        edge = grid.edge[s]
        if 0 <= twin[edge] < edge:
            continue
        places = int(grid.piece[s, LENGTH_M] / OVERLAP_STEP_M) + 1
        for i in range(places):
            along = (i + 0.5) / places
            run_m = along * grid.piece[s, LENGTH_M]
            x_m, y_m = grid.piece[s, X_M] + run_m * grid.piece[s, UX], grid.piece[s, Y_M] + run_m * grid.piece[s, UY]
            cell = int((y_m - grid.y0_m) / grid.cell_m) * grid.nx + int((x_m - grid.x0_m) / grid.cell_m)
            for k in range(grid.first[cell], grid.first[cell + 1]):
                t = grid.segment[k]
                other = grid.edge[t]
                if other >= edge or other == twin[edge] or layer[other] != layer[edge]:
                    continue
                apart_m2 = beside(grid.piece, t, x_m, y_m)[3]
                cosine = abs(grid.piece[s, UX] * grid.piece[t, UX] + grid.piece[s, UY] * grid.piece[t, UY])
                if apart_m2 <= OVERLAP_M * OVERLAP_M and cosine >= PARALLEL_COS:
                    along_m[edge] += grid.piece[s, LENGTH_M] / places
                    break
    return along_m


def edge_geometry(network: RoadNetwork, edges: Ints) -> NDArray[Any]:
    """Lines of edges as shapely objects, in the plane.

    Shape: (n,). Unit: m.
    """
    first, points = network.shape.first_point, network.shape.points
    sizes = np.diff(first)[edges]
    of_line = np.repeat(np.arange(edges.size), sizes)
    within = np.arange(of_line.size) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    at = first[edges][of_line] + within
    lines: NDArray[Any] = shapely.linestrings(np.column_stack((points.x_m[at], points.y_m[at])), indices=of_line)
    return lines


def crossings(network: RoadNetwork) -> Ints:
    """Edges that cross an earlier one of the same level where there is no node.

    Shape: (n,).
    """
    edges = network.edges
    once = np.flatnonzero((edges.twin < 0) | (edges.twin > np.arange(len(edges)))).astype(np.int32)
    if once.size == 0:
        return once
    lines = edge_geometry(network, once)
    a, b = shapely.STRtree(lines).query(lines, predicate="crosses")
    later = (a > b) & (edges.layer[once[a]] == edges.layer[once[b]])
    return np.unique(once[a[later]]).astype(np.int32)


def duplicates(network: RoadNetwork) -> Ints:
    """Edges between the same nodes, with the same length and middle, as an earlier one.

    Shape: (n,).
    """
    edges = network.edges
    middle_x, middle_y = _middles(network)
    order = np.lexsort((np.arange(len(edges)), edges.length_m, edges.node_to, edges.node_from))
    before, after = order[:-1], order[1:]
    same = (edges.node_from[before] == edges.node_from[after]) & (edges.node_to[before] == edges.node_to[after])
    same &= np.abs(edges.length_m[before] - edges.length_m[after]) < SAME_M
    same &= np.hypot(middle_x[before] - middle_x[after], middle_y[before] - middle_y[after]) < SAME_M
    same &= edges.twin[before] != after
    return np.sort(np.maximum(before, after)[same]).astype(np.int32)


def _middles(network: RoadNetwork) -> tuple[Floats, Floats]:
    """The point half-way along every edge."""
    from mapping.network.lrs import Places, places_to_plane

    edge = np.arange(network.edge_count, dtype=np.int32)
    spots = places_to_plane(network, Places(edge, network.edges.length_m / 2.0, np.zeros(edge.size)))
    return spots.x_m, spots.y_m


def spikes(network: RoadNetwork) -> Ints:
    """Edges whose line goes forth and back within a few metres.

    Shape: (n,).
    """
    points = network.shape.points
    found = _spiked(network.shape.first_point, points.x_m, points.y_m)
    twin = network.edges.twin
    return np.flatnonzero(found & ((twin < 0) | (twin > np.arange(twin.size)))).astype(np.int32)


@kernel
def _spiked(first: Ints, x_m: Floats, y_m: Floats) -> NDArray[np.bool_]:
    found = np.zeros(first.size - 1, dtype=np.bool_)
    for e in range(first.size - 1):
        for i in range(first[e] + 1, first[e + 1] - 1):
            ax_m, ay_m, bx_m, by_m = x_m[i] - x_m[i - 1], y_m[i] - y_m[i - 1], x_m[i + 1] - x_m[i], y_m[i + 1] - y_m[i]
            a_m, b_m = hypot(ax_m, ay_m), hypot(bx_m, by_m)
            if min(a_m, b_m) <= SPIKE_M_MAX and ax_m * bx_m + ay_m * by_m < SPIKE_COS * a_m * b_m:
                found[e] = True
    return found
