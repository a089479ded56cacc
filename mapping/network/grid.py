"""A grid over the segments of a network: which are near a point, for many points in one call.

Every cell lists the segments that come within `reach_m` of it, so that one cell answers a query of at most that radius.
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
TIE_M = 1e-6  # what is nearer by less is equally near
RINGS_MAX = 1e6  # cells between a point and the grid; points farther away have nothing near
CELLS_MAX = 1 << 24  # cells of a grid: beyond, cells are made larger (a network of 200 km by 200 km has that many)


class SegmentGrid(NamedTuple):
    """Segments of all edges in order, and the grid over them, as kernels take them.

    | name | dtype | shape | unit | meaning |
    |---|---|---|---|---|
    | edge | i4 | segments | | the edge that a segment is of |
    | x_m, y_m | f8 | segments | m | where it begins |
    | dx_m, dy_m | f8 | segments | m | from its begin to its end |
    | run_m | f8 | segments | m | along the edge to its begin |
    | length_m | f8 | segments | m | of the segment |
    | per_m2 | f8 | segments | 1/m² | 1 / length² |
    | x0_m, y0_m | float | | m | south-west corner of the grid |
    | cell_m, reach_m | float | | m | side of a cell, and how far around it cells look |
    | nx, ny | int | | | cells east and north |
    | first | i4 | cells + 1 | | offsets into `segment`, rows of cells from south to north |
    | segment | i4 | | | segments within reach of a cell, ascending |
    """

    edge: Ints
    x_m: Floats
    y_m: Floats
    dx_m: Floats
    dy_m: Floats
    run_m: Floats
    length_m: Floats
    per_m2: Floats
    x0_m: float
    y0_m: float
    cell_m: float
    reach_m: float
    nx: int
    ny: int
    first: Ints
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


def make_grid(network: RoadNetwork, cell_m: float = CELL_M, reach_m: float = REACH_M) -> SegmentGrid:
    """The grid of a network.

    Shape: scalars. Unit: m. Frame: the network's plane. Error: none; where cells would be too many they are larger.
    """
    points, first_point = network.shape.points, network.shape.first_point
    edge = np.repeat(np.arange(network.edge_count, dtype=np.int32), np.diff(first_point) - 1)
    begin = np.arange(edge.size, dtype=np.int64) + edge
    x_m, y_m = points.x_m[begin], points.y_m[begin]
    dx_m, dy_m = points.x_m[begin + 1] - x_m, points.y_m[begin + 1] - y_m
    x0_m, x1_m = (float(points.x_m.min()) - reach_m, float(points.x_m.max()) + reach_m) if edge.size else (0.0, 1.0)
    y0_m, y1_m = (float(points.y_m.min()) - reach_m, float(points.y_m.max()) + reach_m) if edge.size else (0.0, 1.0)
    cell_m = max(cell_m, float(np.sqrt((x1_m - x0_m) * (y1_m - y0_m) / CELLS_MAX)))
    nx, ny = floor((x1_m - x0_m) / cell_m) + 1, floor((y1_m - y0_m) / cell_m) + 1
    none = np.empty(0, dtype=np.int32)
    lengths = (points.run_m[begin], np.hypot(dx_m, dy_m), 1.0 / (dx_m * dx_m + dy_m * dy_m))
    bare = SegmentGrid(edge, x_m, y_m, dx_m, dy_m, *lengths, x0_m, y0_m, cell_m, reach_m, nx, ny, none, none)
    counts = np.zeros(nx * ny, dtype=np.int32)
    _enter(bare, counts, none, False)
    first = offsets_of(counts)
    segment = np.empty(int(first[-1]), dtype=np.int32)
    _enter(bare, first[:-1].copy(), segment, True)
    return bare._replace(first=first, segment=segment)


@kernel
def _enter(grid: SegmentGrid, at: Ints, segment: Ints, is_filling: bool) -> None:
    """Count the segments of every cell in `at`, or fill them in from there."""
    near_m = grid.reach_m + grid.cell_m * 0.70710678118655  # from the middle of a cell
    for s in range(grid.edge.size):
        x_m, y_m, dx_m, dy_m = grid.x_m[s], grid.y_m[s], grid.dx_m[s], grid.dy_m[s]
        i0 = max(0, floor((min(x_m, x_m + dx_m) - grid.reach_m - grid.x0_m) / grid.cell_m))
        i1 = min(grid.nx - 1, floor((max(x_m, x_m + dx_m) + grid.reach_m - grid.x0_m) / grid.cell_m))
        j0 = max(0, floor((min(y_m, y_m + dy_m) - grid.reach_m - grid.y0_m) / grid.cell_m))
        j1 = min(grid.ny - 1, floor((max(y_m, y_m + dy_m) + grid.reach_m - grid.y0_m) / grid.cell_m))
        for j in range(j0, j1 + 1):
            for i in range(i0, i1 + 1):
                middle_x_m, middle_y_m = grid.x0_m + (i + 0.5) * grid.cell_m, grid.y0_m + (j + 0.5) * grid.cell_m
                _, distance_m, _ = foot(middle_x_m - x_m, middle_y_m - y_m, dx_m, dy_m)
                if distance_m <= near_m:
                    cell = j * grid.nx + i
                    if is_filling:
                        segment[at[cell]] = s
                    at[cell] += 1


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
                _, square_m2 = _foot_on(grid, grid.segment[k], x_m[row], y_m[row])
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
                fraction, square_m2 = _foot_on(grid, s, x_m[row], y_m[row])
                if square_m2 <= radius_m[row] * radius_m[row]:
                    ints[0, at], ints[1, at] = s, grid.edge[s]
                    floats[0, at] = grid.run_m[s] + fraction * grid.length_m[s]
                    floats[1, at] = fraction
                    floats[2, at] = copysign(sqrt(square_m2), _side_of(grid, s, x_m[row], y_m[row]))
                    at += 1


class Nearest(NamedTuple):
    """The nearest segment of each point: columns as in `Near`, edge -1 and NaN where none is near enough."""

    segment: Ints
    edge: Ints
    offset_m: Floats
    fraction: Floats
    lateral_m: Floats


def nearest_segment(grid: SegmentGrid, x_m: Floats, y_m: Floats, radius_m: float = np.inf) -> Nearest:
    """The nearest segment of each point, the first of those that are equally near (forward before backward).

    Shape: (n,). Unit: m. Frame: the network's plane. Error: edge -1 where there is none within the radius, or for NaN.
    """
    ints, floats = np.full((2, x_m.size), -1, dtype=np.int32), np.full((3, x_m.size), np.nan)
    _nearest(grid, x_m, y_m, radius_m, ints, floats)
    return Nearest(ints[0], ints[1], floats[0], floats[1], floats[2])


@kernel
def _nearest(
    grid: SegmentGrid, x_m: Floats, y_m: Floats, radius_m: float, ints: NDArray[np.int32], floats: Floats
) -> None:
    for row in range(x_m.size):
        s, fraction, distance_m = nearest_to(grid, x_m[row], y_m[row], radius_m)
        if s >= 0:
            ints[0, row], ints[1, row] = s, grid.edge[s]
            floats[0, row] = grid.run_m[s] + fraction * grid.length_m[s]
            floats[1, row] = fraction
            floats[2, row] = copysign(distance_m, _side_of(grid, s, x_m[row], y_m[row]))


@kernel
def nearest_to(grid: SegmentGrid, x_m: float, y_m: float, radius_m: float) -> tuple[int, float, float]:
    """Segment, fraction and distance of the nearest one, looking ring by ring; segment -1 where there is none.

    Shape: scalars. Unit: m. Error: -1 for NaN.
    """
    best = (-1, 0.0, radius_m)
    i, j = (x_m - grid.x0_m) / grid.cell_m, (y_m - grid.y0_m) / grid.cell_m
    if not (abs(i) < RINGS_MAX and abs(j) < RINGS_MAX):
        return best
    ci, cj = floor(i), floor(j)
    outside = max(-ci, ci - grid.nx + 1, -cj, cj - grid.ny + 1)
    first, last = max(outside, 0), max(ci, grid.nx - 1 - ci, cj, grid.ny - 1 - cj)
    for ring in range(first, last + 1):
        # what the rings before have seen: all within their cells, from inside the grid also what is in reach of these
        seen_m = (ring - 1) * grid.cell_m + (grid.reach_m if outside <= 0 else 0.0)
        if ring > first and seen_m > best[2]:
            break
        west, east = max(ci - ring, 0), min(ci + ring, grid.nx - 1)
        for row in range(max(cj - ring, 0), min(cj + ring, grid.ny - 1) + 1):
            if row in (cj - ring, cj + ring):
                for column in range(west, east + 1):
                    best = _nearer(grid, x_m, y_m, row * grid.nx + column, best)
            else:
                if west == ci - ring:
                    best = _nearer(grid, x_m, y_m, row * grid.nx + west, best)
                if east == ci + ring:
                    best = _nearer(grid, x_m, y_m, row * grid.nx + east, best)
    return best


@inline_kernel
def _nearer(
    grid: SegmentGrid, x_m: float, y_m: float, cell: int, best: tuple[int, float, float]
) -> tuple[int, float, float]:
    """The best so far, or a segment of the cell that is nearer."""
    found, found_fraction, best_m = best
    for k in range(grid.first[cell], grid.first[cell + 1]):
        s = grid.segment[k]
        fraction, square_m2 = _foot_on(grid, s, x_m, y_m)
        if square_m2 > (best_m + TIE_M) * (best_m + TIE_M):
            continue
        # the two directions of a road are equally near, but for rounding
        distance_m = sqrt(square_m2)
        if distance_m < best_m - TIE_M or found < 0 or s < found:
            found, found_fraction, best_m = int(s), fraction, distance_m
    return found, found_fraction, best_m


@inline_kernel
def _foot_on(grid: SegmentGrid, s: int, x_m: float, y_m: float) -> tuple[float, float]:
    """Fraction along a segment to the foot of a point, and the square of its distance."""
    px_m, py_m = x_m - grid.x_m[s], y_m - grid.y_m[s]
    fraction = (px_m * grid.dx_m[s] + py_m * grid.dy_m[s]) * grid.per_m2[s]
    fraction = min(max(fraction, 0.0), 1.0)
    rx_m, ry_m = px_m - fraction * grid.dx_m[s], py_m - fraction * grid.dy_m[s]
    return fraction, rx_m * rx_m + ry_m * ry_m


@inline_kernel
def _side_of(grid: SegmentGrid, s: int, x_m: float, y_m: float) -> float:
    """Positive to the left of a segment, 0 on its line."""
    return float(grid.dx_m[s] * (y_m - grid.y_m[s]) - grid.dy_m[s] * (x_m - grid.x_m[s]))
