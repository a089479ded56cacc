"""Carriageways that a map draws without their directions: which one is the wrong one to drive on.

Two roads of one class and name, side by side, each open to both directions, are the two carriageways of one road whose
directions were lost on the way into the map. Where traffic keeps right, the right one is driven.
"""

from math import inf
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gnss._jit import leaf_kernel
from mapping.network.codes import RoadClass
from mapping.network.grid import LENGTH_M, UX, UY, X_M, Y_M, SegmentGrid
from mapping.network.model import RoadNetwork

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

APART_M: Final = (4.0, 24.0)
"""How far apart the lines of two carriageways may be."""

COSINE_MIN: Final = 0.97
SHARE_MIN: Final = 0.7
"""How much of an edge must have the other one beside it."""

STEP_M: Final = 8.0

LENGTH_M_MIN: Final = 25.0
"""Shorter pieces side by side are the sides of islands."""

CLASSES: Final = tuple(range(RoadClass.MOTORWAY, RoadClass.LIVING_STREET))
"""Lanes of car parks and tracks lie side by side without being carriageways."""


def wrong_side(network: RoadNetwork, grid: SegmentGrid, mirror: Ints, *, keeps_right: bool = True) -> NDArray[np.bool_]:
    """Of each edge, whether it is the wrong one of two carriageways for its direction.

    Shape: (edges,). Unit: m. Frame: the network's plane.
    """
    edges = network.edges
    beside = np.zeros(len(edges))
    kind = edges.road_class.astype(np.int64) * (edges.name.max(initial=0) + 1) + edges.name
    allowed = (edges.twin >= 0) & np.isin(edges.road_class, CLASSES)
    _measure(grid, mirror, kind, allowed, network.edges.layer, beside, 1.0 if keeps_right else -1.0)
    return (beside >= SHARE_MIN * edges.length_m) & (edges.length_m >= LENGTH_M_MIN)


@leaf_kernel
def _measure(
    grid: SegmentGrid, mirror: Ints, kind: NDArray[np.int64], allowed: NDArray[np.bool_], layer: NDArray[np.int8],
    beside: Floats, side: float,
) -> None:  # fmt: skip
    """How many metres of each edge have another of its kind beside them, on the side that one drives on."""
    for p in range(len(grid.piece)):
        edge = grid.edge[p]
        if not allowed[edge]:
            continue
        length = grid.piece[p, LENGTH_M]
        steps = max(1, int(length / STEP_M))
        for k in range(steps):
            run = (k + 0.5) / steps * length
            x, y = grid.piece[p, X_M] + run * grid.piece[p, UX], grid.piece[p, Y_M] + run * grid.piece[p, UY]
            right, left = _neighbours(grid, kind, allowed, layer, edge, p, x, y)
            if side < 0.0:
                right, left = left, right
            beside[edge] += right * length / steps
            if mirror[edge] >= 0:
                beside[mirror[edge]] += left * length / steps


@leaf_kernel
def _neighbours(
    grid: SegmentGrid, kind: NDArray[np.int64], allowed: NDArray[np.bool_], layer: NDArray[np.int8], edge: int, p: int,
    x: float, y: float,
) -> tuple[bool, bool]:  # fmt: skip
    """Whether another edge of the kind runs along to the right only, and to the left only, of a point on a piece."""
    ux, uy = grid.piece[p, UX], grid.piece[p, UY]
    column, row = int((x - grid.x0_m) / grid.cell_m), int((y - grid.y0_m) / grid.cell_m)
    cell = row * grid.nx + column
    right, left = inf, inf
    for m in range(grid.first[cell], grid.first[cell + 1]):
        other = grid.segment[m]
        vx, vy = grid.piece[other, UX], grid.piece[other, UY]
        f = grid.edge[other]
        if f == edge or kind[f] != kind[edge] or not allowed[f] or layer[f] != layer[edge]:
            continue
        run = (x - grid.piece[other, X_M]) * vx + (y - grid.piece[other, Y_M]) * vy
        if abs(ux * vx + uy * vy) < COSINE_MIN or run < 0.0 or run > grid.piece[other, LENGTH_M]:
            continue
        dx, dy = grid.piece[other, X_M] + run * vx - x, grid.piece[other, Y_M] + run * vy - y
        across = ux * dy - uy * dx
        if APART_M[0] <= abs(across) <= APART_M[1]:
            if across < 0.0:
                right = min(right, -across)
            else:
                left = min(left, across)
    return right < inf and left == inf, left < inf and right == inf
