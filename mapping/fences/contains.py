"""Which fences points are in: exactly as shapely's `covers` has it, for the polygons; by distance for the others."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mapping.datums.columns import float_columns
from mapping.fences._contains_kernel import SCRATCH_ROWS, find_fences
from mapping.fences.fence_set import FenceSet

ROOM_MIN = 4096
BLOCK = 512  # points


@dataclass(frozen=True, slots=True)
class Hits:
    """The fences of point i are `fence[first[i] : first[i + 1]]`: rows of the set."""

    first: NDArray[np.int32]
    fence: NDArray[np.int32]

    def pairs(self) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Point and fence of each hit.

        Shape: (hits,), twice.
        """
        return np.repeat(np.arange(len(self.first) - 1), np.diff(self.first)), self.fence


def find_containing(fences: FenceSet, x_m: ArrayLike, y_m: ArrayLike) -> Hits:
    """The fences that each point is in.

    Shape: (n,) to ragged rows of n. Unit: m in the plane of the set. Frame: the set's. Error: none for polygons, points
    on an edge, a vertex or the rim of a hole count as inside (`covers` of OGC Simple Features); for circles and
    corridors distances are rounded at 1e-9 m. NaN is in no fence.
    """
    x, y = float_columns(x_m, y_m)
    first = np.empty(len(x) + 1, np.int32)
    first[0] = 0
    fence = np.empty(max(ROOM_MIN, len(x)), np.int32)
    row, scratch = 0, np.empty((SCRATCH_ROWS, BLOCK), np.uint32)
    while (row := find_fences(x, y, fences.cells, fences.grid, row, first, fence, scratch)) < len(x):
        likely = int(1.25 * first[row] * len(x) / max(row, 1))
        longer = np.empty(max(2 * len(fence), likely), np.int32)
        longer[: first[row]] = fence[: first[row]]
        fence = longer
    return Hits(first, fence[: first[len(x)]])
