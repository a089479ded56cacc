"""In which lane of its edge a vehicle is, where the map has lanes and the position is good enough to say."""

from math import exp, inf, isnan, nan, sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gnss._jit import leaf_kernel
from mapping.network.codes import LaneKind
from mapping.network.model import RoadNetwork

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

SIGMA_LANE_M: Final = 0.35
"""How a vehicle weaves within its lane, and how well its centre line is drawn."""

WIDTH_M: Final = 3.5
"""Of a lane that states none."""

SIGMA_OF_WIDTH_MAX: Final = 0.5
"""Sigma across the road, in widths of a lane, beyond which no lane is named."""

_DRIVEN: Final = (LaneKind.DRIVING, LaneKind.BUS)


def assign_lanes(
    network: RoadNetwork, edge: Ints, x_m: Floats, y_m: Floats, sigma_across_m: Floats
) -> tuple[Ints, NDArray[np.float32]]:
    """The lane of each position and its probability, given its edge.

    Shape: (n,) each. Unit: m. Frame: the network's plane. -1 and NaN where the edge is -1 or has no lanes, or where
    sigma exceeds half a lane. Probabilities are those of the lanes of the edge that vehicles drive on.
    """
    lane, lane_p = np.full(edge.size, -1, np.int32), np.full(edge.size, np.nan, np.float32)
    if not len(network.lanes):
        return lane, lane_p
    driven = np.isin(network.lanes.kind, [int(kind) for kind in _DRIVEN])
    width = np.where(np.isfinite(network.lanes.width_m), network.lanes.width_m, WIDTH_M).astype(np.float64)
    first, points = network.lane_shape.first_point, network.lane_shape.points
    _assign(
        edge, x_m, y_m, sigma_across_m, network.first_lane, driven, width, first, points.x_m, points.y_m, lane, lane_p
    )
    return lane, lane_p


@leaf_kernel
def _assign(
    edge: Ints, x_m: Floats, y_m: Floats, sigma_m: Floats, first_lane: Ints, driven: NDArray[np.bool_], width_m: Floats,
    first: Ints, px: Floats, py: Floats, lane: Ints, lane_p: NDArray[np.float32],
) -> None:  # fmt: skip
    for i in range(len(edge)):
        if edge[i] < 0 or isnan(sigma_m[i]):
            continue
        total, best, best_p = 0.0, -1, 0.0
        for k in range(first_lane[edge[i]], first_lane[edge[i] + 1]):
            if not driven[k] or sigma_m[i] > SIGMA_OF_WIDTH_MAX * width_m[k]:
                continue
            apart_m = _distance_to_line(x_m[i], y_m[i], px, py, first[k], first[k + 1])
            p = exp(-0.5 * apart_m * apart_m / (sigma_m[i] * sigma_m[i] + SIGMA_LANE_M * SIGMA_LANE_M))
            total += p
            if p > best_p:
                best, best_p = k, p
        lane[i], lane_p[i] = best, best_p / total if best >= 0 else nan


@leaf_kernel
def _distance_to_line(x: float, y: float, px: Floats, py: Floats, begin: int, end: int) -> float:
    """Distance of a point to a polyline; inf where it has no piece."""
    best2 = inf
    for p in range(begin, end - 1):
        ax, ay, bx, by = px[p], py[p], px[p + 1], py[p + 1]
        dx, dy = bx - ax, by - ay
        length2 = dx * dx + dy * dy
        t = ((x - ax) * dx + (y - ay) * dy) / length2 if length2 > 0.0 else 0.0
        t = min(max(t, 0.0), 1.0)
        ex, ey = x - ax - t * dx, y - ay - t * dy
        best2 = min(best2, ex * ex + ey * ey)
    return sqrt(best2)
