"""The lane that a point is on, or nearest to: many points in one call.

    index = build_lane_index(network)
    found = nearest_lanes(index, x_m, y_m)

A point inside a lane is at distance 0 from it; inside of several, the one whose centre line is nearest counts. Every
cell of a grid lists the lanes that can be nearest to a point in it, and of each only the pieces of its outline that can
matter, with whether the cell's middle is inside: four or five short tests a point.
"""

from math import inf, sqrt
from typing import NamedTuple

import numpy as np

from gnss._jit import inline_kernel, kernel
from mapping.network._lane_index import CELL_M, RADIUS_M, LaneIndex, build_index
from mapping.network.model import RoadNetwork
from mapping.network.tables import Floats, Ints


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
    lane, places_m = np.empty(x_m.size, dtype=np.int32), np.empty((3, x_m.size))
    _nearest_rows(index, x_m, y_m, lane, places_m)
    return NearestLanes(lane, places_m[0], places_m[1], places_m[2])


@kernel
def _nearest_rows(index: LaneIndex, x_m: Floats, y_m: Floats, lane: Ints, places_m: Floats) -> None:
    for row in range(x_m.size):
        lane[row], places_m[0, row], places_m[1, row], places_m[2, row] = nearest_lane(index, x_m[row], y_m[row])


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
    lane, offset_m, lateral_m, best_m2, best_centre_m2 = -1, np.nan, np.nan, index.radius_m * index.radius_m, inf
    for item in range(index.first_item[cell], index.first_item[cell + 1]):
        outside_m2 = _outside(index, item, middle_x, middle_y, x_m, y_m)
        if outside_m2 > best_m2:
            continue
        run_m, side_m, centre_m2 = _beside(index, item, x_m, y_m)
        if outside_m2 < best_m2 or lane < 0 or centre_m2 < best_centre_m2:
            lane, offset_m, lateral_m = index.lane[item], run_m, side_m
            best_m2, best_centre_m2 = outside_m2, centre_m2
    return lane, offset_m, lateral_m, sqrt(best_m2) if lane >= 0 else np.nan


@inline_kernel
def _outside(index: LaneIndex, item: int, middle_x: float, middle_y: float, x: float, y: float) -> float:
    """Squared distance of a point from a lane's area: by the pieces of its outline, 0 inside.

    Inside is what the cell's middle is, turned over by every piece on the way from there, first along x, then along y.
    """
    is_inside, nearest_m2 = index.is_inside[item], inf
    for k in range(index.first_piece[item], index.first_piece[item + 1]):
        s = index.piece[k]
        ax, ay, bx, by = index.piece_m[s, 0], index.piece_m[s, 1], index.piece_m[s, 2], index.piece_m[s, 3]
        dx, dy = bx - ax, by - ay
        if (ay > middle_y) != (by > middle_y):
            cross_x = ax + (middle_y - ay) * dx / dy
            is_inside ^= (cross_x > middle_x) != (cross_x > x)
        if (ax > x) != (bx > x):
            cross_y = ay + (x - ax) * dy / dx
            is_inside ^= (cross_y > middle_y) != (cross_y > y)
        px, py = x - ax, y - ay
        t = (px * dx + py * dy) * index.piece_m[s, 4]
        t = min(max(t, 0.0), 1.0)
        px, py = px - t * dx, py - t * dy
        nearest_m2 = min(nearest_m2, px * px + py * py)
    return 0.0 if is_inside else nearest_m2


@inline_kernel
def _beside(index: LaneIndex, item: int, x: float, y: float) -> tuple[float, float, float]:
    """Along the centre line of a lane, left of it, and the squared distance from it."""
    run_m, side, nearest_m2 = 0.0, 1.0, inf
    for k in range(index.first_centre[item], index.first_centre[item + 1]):
        s = index.centre[k]
        dx, dy = index.centre_m[s, 2], index.centre_m[s, 3]
        px, py = x - index.centre_m[s, 0], y - index.centre_m[s, 1]
        t = (px * dx + py * dy) * index.centre_m[s, 4]
        t = min(max(t, 0.0), 1.0)
        qx, qy = px - t * dx, py - t * dy
        distance_m2 = qx * qx + qy * qy
        if distance_m2 < nearest_m2:
            nearest_m2, run_m, side = distance_m2, index.centre_m[s, 5] + t * index.centre_m[s, 6], dx * py - dy * px
    return run_m, sqrt(nearest_m2) if side >= 0.0 else -sqrt(nearest_m2), nearest_m2


__all__ = ["LaneIndex", "NearestLanes", "build_lane_index", "nearest_lane", "nearest_lanes"]
