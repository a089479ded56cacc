"""A grid over the segments of a network: which are near a point, for many points in one call.

Every cell lists the segments that come into the square that reaches `reach_m` beyond it, so that one cell answers a
query of at most that radius, and cells that stand so far apart that their squares touch answer larger ones.
"""

from math import copysign, floor, hypot, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, kernel
from mapping.network.model import RoadNetwork, offsets_of
from mapping.network.tables import Floats, Ints

CELL_M = 25.0
REACH_M = 50.0
CELLS_MAX = 1 << 24  # cells of a grid: beyond, cells are made larger (a network of 200 km by 200 km has that many)


X_M, Y_M, UX, UY, LENGTH_M, RUN_M, H_MAP_M, SLOPE = range(8)
"""Columns of `SegmentGrid.piece`."""


class SegmentGrid(NamedTuple):
    """Segments of edges in order, and the grid over them, as kernels take them.

    | name | dtype | shape | unit | meaning |
    |---|---|---|---|---|
    | edge | i4 | segments | | the edge that a segment is of |
    | piece | f8 | segments, 8 | m | begin x, y; unit vector along; length; run along the edge, height, slope at it |
    | x0_m, y0_m | float | | m | south-west corner of the grid |
    | cell_m, reach_m | float | | m | side of a cell, and how far around it cells look |
    | nx, ny | int | | | cells east and north |
    | first | i8 | cells + 1 | | offsets into `segment`, rows of cells from south to north |
    | segment | i4 | | | segments within reach of a cell, ascending: those of one edge stand together |

    A segment is a row, which is one line of a processor's cache.
    """

    edge: Ints
    piece: Floats
    x0_m: float
    y0_m: float
    cell_m: float
    reach_m: float
    nx: int
    ny: int
    first: NDArray[np.int64]
    segment: Ints


class Near(NamedTuple):
    """What is near each point: row i of the query has rows `first[i]` to `first[i + 1]`, by ascending segment.

    | name | dtype | shape | unit | meaning |
    |---|---|---|---|---|
    | first | i4 | queries + 1 | | offsets |
    | segment | i4 | rows | | segment of the grid |
    | edge | i4 | rows | | its edge |
    | offset_m | f8 | rows | m | along the edge to the foot of the point |
    | fraction | f8 | rows | | along the segment to the foot, 0..1 |
    | lateral_m | f8 | rows | m | distance, positive where the point is to the left of the edge |
    """

    first: Ints
    segment: Ints
    edge: Ints
    offset_m: Floats
    fraction: Floats
    lateral_m: Floats


def make_grid(
    network: RoadNetwork, cell_m: float = CELL_M, reach_m: float = REACH_M, *, edges: NDArray[np.bool_] | None = None
) -> SegmentGrid:
    """The grid of a network, or of some of its edges.

    Shape: `edges` (E,), whether each is in the grid; all are unless told. Unit: m. Frame: the network's plane. Error:
    none; where cells would be too many they are larger.
    """
    edge, piece = _segments(network, edges)
    ends = np.concatenate([piece[:, :2], piece[:, :2] + piece[:, UX : UY + 1] * piece[:, LENGTH_M : LENGTH_M + 1]])
    low, high = (ends.min(axis=0) - reach_m, ends.max(axis=0) + reach_m) if edge.size else (np.zeros(2), np.ones(2))
    cell_m = max(cell_m, float(np.sqrt(np.prod(high - low) / CELLS_MAX)))
    nx, ny = (floor(n) + 1 for n in (high - low) / cell_m)
    none = np.empty(0, dtype=np.int32)
    corner = float(low[0]), float(low[1])
    bare = SegmentGrid(edge, piece, *corner, cell_m, reach_m, nx, ny, np.zeros(0, dtype=np.int64), none)
    first = np.zeros(nx * ny + 1, dtype=np.int64)
    _enter(bare, first[1:], none, False)
    np.cumsum(first, out=first)
    segment = np.empty(int(first[-1]), dtype=np.int32)
    _enter(bare, first[:-1].copy(), segment, True)
    return bare._replace(first=first, segment=segment)


def _segments(network: RoadNetwork, edges: NDArray[np.bool_] | None) -> tuple[Ints, Floats]:
    """Edge and piece of all segments that have a length."""
    points = network.shape.points
    edge = np.repeat(np.arange(network.edge_count, dtype=np.int32), np.diff(network.shape.first_point) - 1)
    begin = np.arange(edge.size, dtype=np.int64) + edge
    dx_m, dy_m = (column[begin + 1] - column[begin] for column in (points.x_m, points.y_m))
    length_m = np.hypot(dx_m, dy_m)
    kept = np.flatnonzero((length_m > 0.0) if edges is None else (length_m > 0.0) & edges[edge])
    begin, dx_m, dy_m, length_m = begin[kept], dx_m[kept], dy_m[kept], length_m[kept]
    slope = (points.h_map_m[begin + 1] - points.h_map_m[begin]) / length_m
    columns = (points.x_m[begin], points.y_m[begin], dx_m / length_m, dy_m / length_m, length_m)
    return edge[kept], np.column_stack([*columns, points.run_m[begin], points.h_map_m[begin], slope])


@kernel
def _enter(grid: SegmentGrid, at: NDArray[np.int64], segment: Ints, is_filling: bool) -> None:
    """Count the segments of every cell in `at`, or fill them in from there."""
    size_m = grid.cell_m + 2.0 * grid.reach_m
    for s in range(grid.edge.size):
        x_m, y_m, length_m = grid.piece[s, X_M], grid.piece[s, Y_M], grid.piece[s, LENGTH_M]
        dx_m, dy_m = grid.piece[s, UX] * length_m, grid.piece[s, UY] * length_m
        i0 = max(0, floor((min(x_m, x_m + dx_m) - grid.reach_m - grid.x0_m) / grid.cell_m))
        i1 = min(grid.nx - 1, floor((max(x_m, x_m + dx_m) + grid.reach_m - grid.x0_m) / grid.cell_m))
        j0 = max(0, floor((min(y_m, y_m + dy_m) - grid.reach_m - grid.y0_m) / grid.cell_m))
        j1 = min(grid.ny - 1, floor((max(y_m, y_m + dy_m) + grid.reach_m - grid.y0_m) / grid.cell_m))
        for j in range(j0, j1 + 1):
            south_m = grid.y0_m + j * grid.cell_m - grid.reach_m
            enter, leave = _within(y_m - south_m, dy_m, size_m, 0.0, 1.0)
            for i in range(i0, i1 + 1):
                west_m = grid.x0_m + i * grid.cell_m - grid.reach_m
                first, last = _within(x_m - west_m, dx_m, size_m, enter, leave)
                if first <= last:
                    cell = j * grid.nx + i
                    if is_filling:
                        segment[at[cell]] = s
                    at[cell] += 1


@inline_kernel
def _within(begin_m: float, step_m: float, size_m: float, first: float, last: float) -> tuple[float, float]:
    """The part of a segment that is between 0 and a size on one axis, of the part that is left of it already."""
    if step_m == 0.0:
        return (first, last) if 0.0 <= begin_m <= size_m else (1.0, 0.0)
    a, b = -begin_m / step_m, (size_m - begin_m) / step_m
    return max(first, min(a, b)), min(last, max(a, b))


@inline_kernel
def foot(px_m: float, py_m: float, dx_m: float, dy_m: float) -> tuple[float, float, float]:
    """Where a point (from the begin of a segment) is beside it: fraction along it, distance, and which side.

    Shape: scalars. Unit: m. Error: NaN for NaN. The side is positive to the left, 0 on the line.
    """
    square = dx_m * dx_m + dy_m * dy_m
    fraction = (px_m * dx_m + py_m * dy_m) / square if square > 0.0 else 0.0
    fraction = min(max(fraction, 0.0), 1.0)
    return fraction, hypot(px_m - fraction * dx_m, py_m - fraction * dy_m), dx_m * py_m - dy_m * px_m


@inline_kernel
def cell_of(grid: SegmentGrid, x_m: float, y_m: float) -> int:
    """The cell of a point, -1 outside of the grid.

    Shape: scalars. Unit: m. Error: -1 for NaN.
    """
    i, j = (x_m - grid.x0_m) / grid.cell_m, (y_m - grid.y0_m) / grid.cell_m
    if not (i >= 0.0 and i < grid.nx and j >= 0.0 and j < grid.ny):
        return -1
    return int(j) * grid.nx + int(i)


def near_segments(grid: SegmentGrid, x_m: Floats, y_m: Floats, radius_m: Floats | float) -> Near:
    """All segments within a radius of each point.

    Shape: (n,), the radius (n,) or one. Unit: m. Frame: the network's plane. Error: a NaN point has none; a radius
    above the grid's `reach_m` raises `ValueError`.
    """
    radius = np.ascontiguousarray(np.broadcast_to(np.asarray(radius_m, dtype=np.float64), x_m.shape))
    if radius.size and float(np.nanmax(radius)) > grid.reach_m:
        raise ValueError(f"this grid reaches {grid.reach_m} m; make one with a larger reach_m")
    first = offsets_of(_count_near(grid, x_m, y_m, radius))
    rows = int(first[-1])
    ints, floats = np.empty((2, rows), dtype=np.int32), np.empty((3, rows))
    _fill_near(grid, x_m, y_m, radius, first, ints, floats)
    return Near(first, ints[0], ints[1], floats[0], floats[1], floats[2])


@kernel
def _count_near(grid: SegmentGrid, x_m: Floats, y_m: Floats, radius_m: Floats) -> Ints:
    counts = np.zeros(x_m.size, dtype=np.int32)
    for row in range(x_m.size):
        cell = cell_of(grid, x_m[row], y_m[row])
        if cell >= 0:
            for k in range(grid.first[cell], grid.first[cell + 1]):
                _, square_m2 = foot_on(grid, grid.segment[k], x_m[row], y_m[row])
                counts[row] += square_m2 <= radius_m[row] * radius_m[row]
    return counts


@kernel
def _fill_near(
    grid: SegmentGrid, x_m: Floats, y_m: Floats, radius_m: Floats, first: Ints, ints: Ints, floats: Floats
) -> None:
    for row in range(x_m.size):
        at = first[row]
        cell = cell_of(grid, x_m[row], y_m[row])
        if cell >= 0:
            for k in range(grid.first[cell], grid.first[cell + 1]):
                s = grid.segment[k]
                fraction, square_m2 = foot_on(grid, s, x_m[row], y_m[row])
                if square_m2 <= radius_m[row] * radius_m[row]:
                    ints[0, at], ints[1, at] = s, grid.edge[s]
                    floats[0, at] = grid.piece[s, RUN_M] + fraction * grid.piece[s, LENGTH_M]
                    floats[1, at] = fraction
                    floats[2, at] = copysign(sqrt(square_m2), side_of(grid, s, x_m[row], y_m[row]))
                    at += 1


@inline_kernel
def beside(piece: Floats, s: int, x_m: float, y_m: float) -> tuple[float, float, float, float]:
    """Where a point is beside a segment: to its foot, left of the line, beyond the end, and distance squared.

    Shape: rows of `SegmentGrid.piece`. Unit: m. Error: NaN for NaN.
    """
    dx_m, dy_m, ux, uy = x_m - piece[s, X_M], y_m - piece[s, Y_M], piece[s, UX], piece[s, UY]
    run_m, lateral_m = dx_m * ux + dy_m * uy, ux * dy_m - uy * dx_m
    foot_m = min(max(run_m, 0.0), piece[s, LENGTH_M])
    along_m = run_m - foot_m
    return foot_m, lateral_m, along_m, lateral_m * lateral_m + along_m * along_m


@inline_kernel
def foot_on(grid: SegmentGrid, s: int, x_m: float, y_m: float) -> tuple[float, float]:
    """Fraction along a segment to the foot of a point, and the square of its distance; for kernels.

    Shape: scalars. Unit: m.
    """
    foot_m, _, _, square_m2 = beside(grid.piece, s, x_m, y_m)
    return foot_m / grid.piece[s, LENGTH_M], square_m2


@inline_kernel
def side_of(grid: SegmentGrid, s: int, x_m: float, y_m: float) -> float:
    """Positive to the left of a segment, 0 on its line; for kernels.

    Shape: scalars. Unit: m.
    """
    return beside(grid.piece, s, x_m, y_m)[1]
