"""Roads that are driven both ways: edges whose lines are each other's reverse, of which a grid needs only one."""

import numpy as np
from numpy.typing import NDArray

from mapping.network.grid import SegmentGrid, make_grid
from mapping.network.model import RoadNetwork

CELL_M = 32.0
REACH_M = 48.0
"""How far around its cells the grid of matching looks: one look into one cell finds all roads within it."""

SAME_M = 1e-6


def mirrors(network: RoadNetwork) -> NDArray[np.int32]:
    """Of each edge the twin whose line is its own backwards, point by point; -1 = none.

    Shape: (edges,). Unit: dimensionless. Error: lines are the same within 1e-6 m.
    """
    shape, twin = network.shape, network.edges.twin.astype(np.int32)
    mirror = np.full(twin.size, -1, np.int32)
    for edge in np.flatnonzero(twin > np.arange(twin.size)):
        a, b = shape.line(int(edge)), shape.line(int(twin[edge]))
        if (
            len(a) == len(b)
            and np.allclose(a.x_m, b.x_m[::-1], 0, SAME_M)
            and np.allclose(a.y_m, b.y_m[::-1], 0, SAME_M)
        ):
            mirror[edge], mirror[twin[edge]] = twin[edge], edge
    return mirror


def grid_of_roads(network: RoadNetwork, mirror: NDArray[np.int32]) -> SegmentGrid:
    """The grid in which matching seeks: of two mirrored edges it has the first one.

    Shape: `mirror` (edges,). Unit: m. Frame: the network's plane.
    """
    listed = (mirror < 0) | (mirror > np.arange(mirror.size))
    return make_grid(network, CELL_M, REACH_M, edges=listed)
