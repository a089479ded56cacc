"""The lane that a point is on, or nearest to: many points in one call.

    index = build_lane_index(network)
    found = nearest_lanes(index, x_m, y_m)

A point inside a lane is at distance 0 from it; inside of several, the one whose centre line is nearest counts. Every
cell of a grid lists the lanes that can be nearest to a point in it, and of each only the pieces of its outline that can
matter, with whether the cell's middle is inside: four or five short tests a point.
"""

from math import inf, sqrt
from typing import Final, NamedTuple

import numpy as np

from gnss._jit import inline_kernel, kernel
from mapping.network._lane_index import CELL_M, RADIUS_M, LaneIndex, build_index
from mapping.network.model import RoadNetwork
from mapping.network.tables import Floats, Ints

TILE_CELLS: Final = 16
ORDERED_MIN: Final = 1_000  # points; fewer are not worth putting in order
SAME: Final = 1.0 - 1e-9  # of lanes on the same line (both directions of one) the first counts


class NearestLanes(NamedTuple):
    """For each point: row of `Lanes` (-1 = none near), along its centre line, left of it, and to the lane itself, m."""

    lane: Ints
    offset_m: Floats
    lateral_m: Floats
    distance_m: Floats


def build_lane_index(network: RoadNetwork, *, radius_m: float = RADIUS_M, cell_m: float = CELL_M) -> LaneIndex:
    """Prepare a network for `nearest_lanes`: which lanes matter in which cell.

    Unit: m. Frame: the network's plane. `radius_m`: how far from every lane a point may be and still find one;
    `cell_m`: side of a cell, made larger where the index would be too large.
    """
    if not (radius_m > 0 and cell_m > 0):
        raise ValueError(f"radius and cell must be positive, got {radius_m} m and {cell_m} m")
    return build_index(network, radius_m, cell_m)


def nearest_lanes(index: LaneIndex, x_m: Floats, y_m: Floats) -> NearestLanes:
    """The nearest lane of each point.

    Shape: (n,) each. Unit: m; offset along the lane's centre line, lateral positive to the left of it, distance to
    the lane's area (0 inside). Frame: the network's plane. Error: 1e-9 m; lane -1 and NaN for NaN and for points
    farther than the index's radius from every lane.
    """
    x_m, y_m = (np.ascontiguousarray(values, dtype=np.float64) for values in (x_m, y_m))
    if x_m.shape != y_m.shape or x_m.ndim != 1:
        raise ValueError(f"x and y must be columns of one length, got {x_m.shape} and {y_m.shape}")
    lane, columns_m = np.empty(x_m.size, dtype=np.int32), np.empty((3, x_m.size))
    rows_m = np.empty((x_m.size, 4))
    if x_m.size >= ORDERED_MIN:
        order, points_m = _by_tile(index, x_m, y_m)
    else:
        order, points_m = np.arange(x_m.size, dtype=np.int32), np.stack([x_m, y_m], axis=1)
    _nearest_rows(index, order, points_m, rows_m)
    _to_columns(rows_m, lane, columns_m)
    return NearestLanes(lane, columns_m[0], columns_m[1], columns_m[2])


@kernel
def _by_tile(index: LaneIndex, x_m: Floats, y_m: Floats) -> tuple[Ints, Floats]:
    """Row numbers and points in the order of the tiles they are in, so that what one needs is at hand for the next."""
    columns = index.nx // TILE_CELLS + 1
    tiles = columns * (index.ny // TILE_CELLS + 1)
    tile = np.empty(x_m.size, dtype=np.int32)
    first = np.zeros(tiles + 2, dtype=np.int32)
    by_m = 1.0 / (index.cell_m * TILE_CELLS)
    for row in range(x_m.size):
        column, line = (x_m[row] - index.x0_m) * by_m, (y_m[row] - index.y0_m) * by_m
        is_in = column >= 0.0 and line >= 0.0 and column < columns and line * columns < tiles
        tile[row] = int(line) * columns + int(column) if is_in else tiles
        first[tile[row] + 1] += 1
    for t in range(tiles + 1):
        first[t + 1] += first[t]
    order, points_m = np.empty(x_m.size, dtype=np.int32), np.empty((x_m.size, 2))
    for row in range(x_m.size):
        k = first[tile[row]]
        first[tile[row]] = k + 1
        order[k], points_m[k, 0], points_m[k, 1] = row, x_m[row], y_m[row]
    return order, points_m


@kernel
def _nearest_rows(index: LaneIndex, order: Ints, points_m: Floats, rows_m: Floats) -> None:
    """Answers as rows: scattered columns would cost four times as many visits to memory."""
    for k in range(order.size):
        lane, offset_m, lateral_m, distance_m = nearest_lane(index, points_m[k, 0], points_m[k, 1])
        row = order[k]
        rows_m[row, 0], rows_m[row, 1], rows_m[row, 2], rows_m[row, 3] = lane, offset_m, lateral_m, distance_m


@kernel
def _to_columns(rows_m: Floats, lane: Ints, columns_m: Floats) -> None:
    for row in range(lane.size):
        lane[row] = int(rows_m[row, 0])
        columns_m[0, row], columns_m[1, row], columns_m[2, row] = rows_m[row, 1], rows_m[row, 2], rows_m[row, 3]


@inline_kernel
def nearest_lane(index: LaneIndex, x_m: float, y_m: float) -> tuple[int, float, float, float]:
    """Lane, offset, lateral and distance of one point, for use in kernels.

    Shape: scalars. Unit: m. Frame: the network's plane. Error: as `nearest_lanes`.
    """
    column, line = (x_m - index.x0_m) / index.cell_m, (y_m - index.y0_m) / index.cell_m
    if not (column >= 0.0 and column < index.nx and line >= 0.0 and line < index.ny):
        return -1, np.nan, np.nan, np.nan
    i, j = int(column), int(line)
    cell = j * index.nx + i
    middle_x, middle_y = index.x0_m + (i + 0.5) * index.cell_m, index.y0_m + (j + 0.5) * index.cell_m
    best, run_m, side, best_m2, centre_m2 = -1, np.nan, np.nan, index.radius_m * index.radius_m, inf
    for k in range(index.first_item[cell], index.first_item[cell + 1]):
        outside_m2 = _outside(index, k, middle_x, middle_y, x_m, y_m)
        if outside_m2 > best_m2:
            continue
        its_run_m, its_side, its_centre_m2 = _beside(index, k, x_m, y_m)
        if outside_m2 < best_m2 or best < 0 or its_centre_m2 < centre_m2 * SAME:
            best, best_m2 = k, outside_m2
            run_m, side, centre_m2 = its_run_m, its_side, its_centre_m2
    if best < 0:
        return -1, np.nan, np.nan, np.nan
    lateral_m = sqrt(centre_m2)
    return index.item[best, 0] >> 2, run_m, lateral_m if side >= 0.0 else -lateral_m, sqrt(best_m2)


@inline_kernel
def _outside(index: LaneIndex, k: int, middle_x: float, middle_y: float, x: float, y: float) -> float:
    """Squared distance of a point from a lane's area: by the pieces of its outline, 0 inside, infinite where it
    does not matter how far.

    Inside is what the cell's middle is, turned over by every piece on the way from there, first along x, then along y.
    """
    is_inside, begin, end = (index.item[k, 0] & 1) != 0, index.item[k, 1], index.item[k, 2]
    for part in range(begin, end):
        s = index.part[part]
        ax, ay, bx, by = index.piece_m[s, 0], index.piece_m[s, 1], index.piece_m[s, 2], index.piece_m[s, 3]
        if (ay > middle_y) != (by > middle_y):
            cross_x = ax + (middle_y - ay) * (bx - ax) / (by - ay)
            is_inside ^= (cross_x > middle_x) != (cross_x > x)
        if (ax > x) != (bx > x):
            cross_y = ay + (x - ax) * (by - ay) / (bx - ax)
            is_inside ^= (cross_y > middle_y) != (cross_y > y)
    if is_inside:
        return 0.0
    nearest_m2 = inf
    if index.item[k, 0] & 2:
        for part in range(begin, end):
            s = index.part[part]
            ax, ay = index.piece_m[s, 0], index.piece_m[s, 1]
            dx, dy, px, py = index.piece_m[s, 2] - ax, index.piece_m[s, 3] - ay, x - ax, y - ay
            t = min(max((px * dx + py * dy) * index.piece_m[s, 4], 0.0), 1.0)
            px, py = px - t * dx, py - t * dy
            nearest_m2 = min(nearest_m2, px * px + py * py)
    return nearest_m2


@inline_kernel
def _beside(index: LaneIndex, k: int, x: float, y: float) -> tuple[float, float, float]:
    """Along the centre line of a lane, on which side of it (left positive), and the squared distance from it."""
    run_m, side, nearest_m2 = 0.0, 1.0, inf
    for part in range(index.item[k, 2], index.item[k, 3]):
        s = index.part[part]
        dx, dy = index.centre_m[s, 2], index.centre_m[s, 3]
        px, py = x - index.centre_m[s, 0], y - index.centre_m[s, 1]
        t = min(max((px * dx + py * dy) * index.centre_m[s, 4], 0.0), 1.0)
        qx, qy = px - t * dx, py - t * dy
        distance_m2 = qx * qx + qy * qy
        if distance_m2 < nearest_m2:
            nearest_m2, run_m, side = distance_m2, index.centre_m[s, 5] + t * index.centre_m[s, 6], dx * py - dy * px
    return run_m, side, nearest_m2
