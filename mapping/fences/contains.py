"""Which fences points are in: exactly as shapely's `covers` has it, for the polygons; by distance for the others."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mapping.datums.columns import float_columns
from mapping.fences._contains_kernel import SCRATCH_ROWS, find_hits
from mapping.fences.fence_set import FenceSet

ROOM_MIN = 4096
BLOCK = 512  # points


class Hits(NamedTuple):
    """Point and fence of each hit: rows of what was asked and of the set, in the order of the points.

    Shape: (hits,), twice.
    """

    point: NDArray[np.int32]
    fence: NDArray[np.int32]


def find_containing(fences: FenceSet, x_m: ArrayLike, y_m: ArrayLike) -> Hits:
    """The fences that each point is in.

    Shape: (n,) to the hits of n points. Unit: m in the plane of the set. Frame: the set's. Error: none for polygons,
    points on an edge, a vertex or the rim of a hole count as inside (`covers` of OGC Simple Features); for circles and
    corridors distances are rounded at 1e-9 m. NaN is in no fence.
    """
    x, y = float_columns(x_m, y_m)
    row, count, scratch = 0, 0, np.empty((SCRATCH_ROWS, BLOCK), np.uint32)
    hits = np.empty((2, max(ROOM_MIN, len(x))), np.int32)
    while True:
        row, count = find_hits(x, y, row, hits[0], hits[1], count, scratch, *fences.cells, *fences.grid)
        if row == len(x):
            return Hits(hits[0, :count], hits[1, :count])
        likely = int(1.25 * count * len(x) / max(row, 1))
        longer = np.empty((2, max(2 * hits.shape[1], likely)), np.int32)
        longer[:, :count] = hits[:, :count]
        hits = longer
