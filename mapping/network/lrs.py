"""Linear referencing: places as (edge, metres from its start, metres to the left), in the plane, and along routes.

A place beside an edge is on the perpendicular of the segment that holds its offset; at a corner it is on that of the
segment that begins there. Found back from x and y, a place has the offset of the nearest point of the edge.
"""

from math import hypot, inf, isnan, nan
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from gnss._jit import kernel
from mapping.datums.frame import Frame
from mapping.datums.plane import geodetic_to_plane, plane_to_geodetic
from mapping.network.grid import SegmentGrid, foot
from mapping.network.model import RoadNetwork
from mapping.network.nearest_segment import nearest_segment
from mapping.network.tables import Floats, Ints


class EdgeLines(NamedTuple):
    """The lines of all edges as kernels take them: columns of `RoadNetwork.shape`, in m."""

    first: Ints
    x_m: Floats
    y_m: Floats
    run_m: Floats


class Places(NamedTuple):
    """Columns of places: edge (-1 = none), offset from its start in m, lateral in m (left of the edge is positive)."""

    edge: Ints
    offset_m: Floats
    lateral_m: Floats


class Spots(NamedTuple):
    """Columns of points of the plane in m, and the course of the road there in rad from north, clockwise."""

    x_m: Floats
    y_m: Floats
    course_rad: Floats


def edge_lines(network: RoadNetwork) -> EdgeLines:
    """The lines of a network for kernels.

    Shape: (E + 1,) and points. Unit: m. Frame: the network's plane.
    """
    points = network.shape.points
    return EdgeLines(network.shape.first_point, points.x_m, points.y_m, points.run_m)


@kernel
def segment_at(lines: EdgeLines, edge: int, offset_m: float) -> int:
    """The point of an edge's line with which the segment begins that holds an offset; the last one at the end.

    Shape: scalars. Unit: m. Error: offsets beyond the ends give the first or last segment.
    """
    low, high = int(lines.first[edge]), int(lines.first[edge + 1]) - 1
    while high - low > 1:
        middle = (low + high) // 2
        if lines.run_m[middle] <= offset_m:
            low = middle
        else:
            high = middle
    return low


@kernel
def spot_at(lines: EdgeLines, edge: int, offset_m: float, lateral_m: float) -> tuple[float, float, float]:
    """Where a place is, and the course of the edge there; for use in kernels.

    Shape: scalars. Unit: m, rad from north clockwise. Error: offsets beyond the ends of the edge give its ends; NaN
    for NaN.
    """
    k = segment_at(lines, edge, offset_m)
    dx_m, dy_m = lines.x_m[k + 1] - lines.x_m[k], lines.y_m[k + 1] - lines.y_m[k]
    length_m = hypot(dx_m, dy_m)
    along = (offset_m - lines.run_m[k]) / (lines.run_m[k + 1] - lines.run_m[k])
    if not isnan(along):  # min and max may lose a NaN
        along = min(max(along, 0.0), 1.0)
    x_m = lines.x_m[k] + along * dx_m - lateral_m * dy_m / length_m
    y_m = lines.y_m[k] + along * dy_m + lateral_m * dx_m / length_m
    return x_m, y_m, np.arctan2(dx_m, dy_m)


@kernel
def _spots(lines: EdgeLines, edge: Ints, offset_m: Floats, lateral_m: Floats, out: Floats) -> None:
    for row in range(edge.size):
        out[0, row] = out[1, row] = out[2, row] = nan
        if 0 <= edge[row] < lines.first.size - 1:
            spot = spot_at(lines, edge[row], offset_m[row], lateral_m[row])
            out[0, row], out[1, row], out[2, row] = spot


@kernel
def _beside(lines: EdgeLines, edge: Ints, x_m: Floats, y_m: Floats, out: Floats) -> None:
    for row in range(edge.size):
        out[0, row] = out[1, row] = nan
        best_m = inf
        if not 0 <= edge[row] < lines.first.size - 1:
            continue
        for k in range(lines.first[edge[row]], lines.first[edge[row] + 1] - 1):
            dx_m, dy_m = lines.x_m[k + 1] - lines.x_m[k], lines.y_m[k + 1] - lines.y_m[k]
            fraction, distance_m, side = foot(x_m[row] - lines.x_m[k], y_m[row] - lines.y_m[k], dx_m, dy_m)
            if distance_m < best_m:
                best_m = distance_m
                out[0, row] = lines.run_m[k] + fraction * (lines.run_m[k + 1] - lines.run_m[k])
                out[1, row] = distance_m if side >= 0.0 else -distance_m


def places_to_plane(network: RoadNetwork, places: Places) -> Spots:
    """Points of the plane of places.

    Shape: (n,). Unit: m, rad. Frame: the network's plane. Error: NaN for edge -1 and NaN; offsets beyond the ends give
    the ends.
    """
    out = np.empty((3, places.edge.size))
    _spots(edge_lines(network), places.edge, places.offset_m, places.lateral_m, out)
    return Spots(out[0], out[1], out[2])


def places_to_geodetic(network: RoadNetwork, places: Places) -> tuple[Floats, Floats]:
    """Latitudes and longitudes of places, in the network's frame.

    Shape: (n,), twice. Unit: m to rad. Frame: the network's. Error: as `places_to_plane`.
    """
    spots = places_to_plane(network, places)
    return plane_to_geodetic(spots.x_m, spots.y_m, network.plane)


def plane_to_places(grid: SegmentGrid, x_m: Floats, y_m: Floats, radius_m: float = inf) -> Places:
    """The place on the nearest edge of each point: of two twins the forward one.

    Shape: (n,). Unit: m. Frame: the network's plane. Error: edge -1 where no edge is within the radius, and for NaN.
    """
    near = nearest_segment(grid, x_m, y_m, radius_m)
    return Places(near.edge, near.offset_m, near.lateral_m)


def plane_to_places_on(network: RoadNetwork, edge: Ints, x_m: Floats, y_m: Floats) -> Places:
    """The place on a given edge that is nearest to each point.

    Shape: (n,). Unit: m. Frame: the network's plane. Error: NaN for edge -1 and NaN.
    """
    out = np.empty((2, edge.size))
    _beside(edge_lines(network), edge, x_m, y_m, out)
    return Places(edge, out[0], out[1])


def geodetic_to_places(
    network: RoadNetwork, grid: SegmentGrid, lat_rad: ArrayLike, lon_rad: ArrayLike, *, frame: Frame
) -> Places:
    """The place on the nearest edge of each position.

    Shape: (n,). Unit: rad to m. Frame: `frame` must be the network's, any other raises `FrameMixedError`. Error: edge
    -1 for NaN.
    """
    x_m, y_m = geodetic_to_plane(lat_rad, lon_rad, network.plane, frame=frame)
    return plane_to_places(grid, np.atleast_1d(x_m), np.atleast_1d(y_m))
