"""The segment of a network that is nearest to a point, however far it is: rings of cells of a grid, from within."""

from math import copysign, floor, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, kernel
from mapping.network.grid import LENGTH_M, RUN_M, SegmentGrid, foot_on, side_of
from mapping.network.tables import Floats, Ints

TIE_M = 1e-6  # what is nearer by less is equally near
RINGS_MAX = 1e6  # cells between a point and the grid; points farther away have nothing near


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
            floats[0, row] = grid.piece[s, RUN_M] + fraction * grid.piece[s, LENGTH_M]
            floats[1, row] = fraction
            floats[2, row] = copysign(distance_m, side_of(grid, s, x_m[row], y_m[row]))


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
        fraction, square_m2 = foot_on(grid, s, x_m, y_m)
        if square_m2 > (best_m + TIE_M) * (best_m + TIE_M):
            continue
        # the two directions of a road are equally near, but for rounding
        distance_m = sqrt(square_m2)
        if distance_m < best_m - TIE_M or found < 0 or s < found:
            found, found_fraction, best_m = int(s), fraction, distance_m
    return found, found_fraction, best_m
