"""Outlines and centre lines of a network's lanes as rows of pieces, as kernels take them."""

from math import inf, sqrt
from typing import Final, NamedTuple

import numpy as np

from gnss._jit import inline_kernel
from mapping.network.model import RoadNetwork, offsets_of
from mapping.network.tables import Floats, Ints, Lines

Square = tuple[float, float, float]
"""Middle x, y and half a side, m."""

SHORT_M: Final = 1e-9  # pieces are never divided by less


class LanePieces(NamedTuple):
    """Outlines and centre lines of all lanes: rows as in `LaneIndex`, and where those of each lane begin; boxes."""

    first_outline: Ints
    outline_m: Floats
    first_line: Ints
    line_m: Floats
    box_m: Floats


def lane_pieces(network: RoadNetwork) -> LanePieces:
    """Outlines and centre lines of a network's lanes as rows of pieces."""
    outlines, lines, boxes = [], [], []
    for row in range(len(network.lanes)):
        centre = network.lane_shape.line(row)
        centre_m = np.stack([centre.x_m, centre.y_m], axis=1)
        sides_m = [_side(lines_of, row) for lines_of in (network.lane_left, network.lane_right)]
        if any(len(side) < 2 for side in sides_m):
            width_m = float(network.lanes.width_m[row])
            half_m = 0.5 * width_m if width_m > 0 else 0.0
            sides_m = [_beside(centre_m, half_m), _beside(centre_m, -half_m)]
        ring_m = np.concatenate([sides_m[0], sides_m[1][::-1], sides_m[0][:1]])
        outlines.append(_outline_rows(ring_m))
        lines.append(_centre_rows(centre_m, centre.run_m))
        boxes.append([*ring_m.min(axis=0), *ring_m.max(axis=0)])
    sizes = [offsets_of(np.array([len(part) for part in parts], dtype=np.int64)) for parts in (outlines, lines)]
    outline_m, line_m = np.concatenate([np.empty((0, 5)), *outlines]), np.concatenate([np.empty((0, 7)), *lines])
    return LanePieces(sizes[0], outline_m, sizes[1], line_m, np.array(boxes).reshape(-1, 4))


def _side(lines: Lines, row: int) -> Floats:
    points = lines.line(row)
    return np.stack([points.x_m, points.y_m], axis=1)


def _beside(line_m: Floats, left_m: float) -> Floats:
    """A line moved to its left, by the mean direction of the pieces that meet at each point."""
    unit = np.diff(line_m, axis=0)
    unit = unit / np.maximum(np.hypot(unit[:, 0], unit[:, 1]), SHORT_M)[:, None]
    mean = np.concatenate([unit[:1], unit]) + np.concatenate([unit, unit[-1:]])
    mean = mean / np.maximum(np.hypot(mean[:, 0], mean[:, 1]), SHORT_M)[:, None]
    moved: Floats = line_m + left_m * np.stack([-mean[:, 1], mean[:, 0]], axis=1)
    return moved


def _outline_rows(ring_m: Floats) -> Floats:
    step_m = np.diff(ring_m, axis=0)
    square_m2 = np.sum(step_m**2, axis=1)
    rows = np.column_stack([ring_m[:-1], ring_m[1:], 1.0 / np.maximum(square_m2, SHORT_M**2)])
    return rows[square_m2 > 0] if np.any(square_m2 > 0) else rows[:1]


def _centre_rows(centre_m: Floats, run_m: Floats) -> Floats:
    step_m = np.diff(centre_m, axis=0)
    square_m2 = np.sum(step_m**2, axis=1)
    inverse = 1.0 / np.maximum(square_m2, SHORT_M**2)
    return np.column_stack([centre_m[:-1], step_m, inverse, run_m[:-1], np.sqrt(square_m2)])


@inline_kernel
def apart(ax: float, ay: float, dx: float, dy: float, inverse: float, x: float, y: float) -> float:
    """Squared distance of a point from a piece."""
    px, py = x - ax, y - ay
    t = min(max((px * dx + py * dy) * inverse, 0.0), 1.0)
    px, py = px - t * dx, py - t * dy
    return px * px + py * py


@inline_kernel
def from_outline(pieces: LanePieces, lane: int, x: float, y: float) -> tuple[bool, float]:
    """Whether a point is inside a lane, and its distance from the outline."""
    is_inside, nearest_m2 = False, inf
    for s in range(pieces.first_outline[lane], pieces.first_outline[lane + 1]):
        ax, ay = pieces.outline_m[s, 0], pieces.outline_m[s, 1]
        dx, dy = pieces.outline_m[s, 2] - ax, pieces.outline_m[s, 3] - ay
        if (ay > y) != (pieces.outline_m[s, 3] > y):
            is_inside ^= ax + (y - ay) * dx / dy > x
        nearest_m2 = min(nearest_m2, apart(ax, ay, dx, dy, pieces.outline_m[s, 4], x, y))
    return is_inside, sqrt(nearest_m2)


@inline_kernel
def from_piece(pieces: LanePieces, s: int, x: float, y: float) -> float:
    """Distance of a point from a piece of a centre line.

    Shape: scalars. Unit: m.
    """
    line_m = pieces.line_m
    return sqrt(apart(line_m[s, 0], line_m[s, 1], line_m[s, 2], line_m[s, 3], line_m[s, 4], x, y))


@inline_kernel
def from_centre(pieces: LanePieces, lane: int, x: float, y: float) -> float:
    """Distance of a point from the centre line of a lane.

    Shape: scalars. Unit: m.
    """
    nearest_m = inf
    for s in range(pieces.first_line[lane], pieces.first_line[lane + 1]):
        nearest_m = min(nearest_m, from_piece(pieces, s, x, y))
    return nearest_m


@inline_kernel
def touches(ax: float, ay: float, bx: float, by: float, square: Square) -> bool:
    """Whether a piece has a point in a square.

    Shape: scalars. Unit: m. Source: the axes along which square and piece could be apart.
    """
    x, y, half_m = square
    if min(ax, bx) > x + half_m or max(ax, bx) < x - half_m or min(ay, by) > y + half_m or max(ay, by) < y - half_m:
        return False
    dx, dy = bx - ax, by - ay
    return abs(dx * (y - ay) - dy * (x - ax)) <= half_m * (abs(dx) + abs(dy)) * (1.0 + SHORT_M)


@inline_kernel
def is_behind(rows: Floats, s: int, has_ends: bool, part: float, square: Square) -> bool:
    """Whether a whole square lies behind the begin (`part` 0) of a piece, or beyond its end (1).

    Shape: scalars. Unit: m. `has_ends`: rows are begin and end, else begin and step.
    """
    dx, dy = rows[s, 2], rows[s, 3]
    if has_ends:
        dx, dy = dx - rows[s, 0], dy - rows[s, 1]
    x, y, half_m = square
    along: float = dx * (x - rows[s, 0] - part * dx) + dy * (y - rows[s, 1] - part * dy)
    reach: float = half_m * (abs(dx) + abs(dy))
    return along + reach < 0.0 if part == 0.0 else along - reach > 0.0
