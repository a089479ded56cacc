"""Small shapes the city is drawn with: smooth curves, ribbons, blobs and offset lines."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, Polygon

Floats = NDArray[np.float64]


def smooth_open(points: Floats, rounds: int = 4) -> Floats:
    """Cut the corners of a polyline (Chaikin); the two ends stay."""
    for _ in range(rounds):
        head, tail = points[:-1], points[1:]
        cut = np.stack((0.75 * head + 0.25 * tail, 0.25 * head + 0.75 * tail), axis=1).reshape(-1, 2)
        points = np.vstack((points[:1], cut[1:-1], points[-1:]))
    return points


def smooth_closed(points: Floats, rounds: int = 4) -> Floats:
    """Cut the corners of a closed ring whose last point is not repeated."""
    for _ in range(rounds):
        following = np.roll(points, -1, axis=0)
        points = np.stack((0.75 * points + 0.25 * following, 0.25 * points + 0.75 * following), axis=1)
        points = points.reshape(-1, 2)
    return points


def resample(points: Floats, step_m: float) -> Floats:
    """Points at equal distances along a polyline, both ends kept."""
    run = np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))))
    at = np.linspace(0.0, run[-1], max(2, round(float(run[-1]) / step_m) + 1))
    return np.column_stack((np.interp(at, run, points[:, 0]), np.interp(at, run, points[:, 1])))


def left_normals(points: Floats) -> Floats:
    """Unit vectors to the left of a polyline at its points."""
    tangent = np.gradient(points, axis=0)
    tangent /= np.hypot(tangent[:, 0], tangent[:, 1])[:, None]
    return np.column_stack((-tangent[:, 1], tangent[:, 0]))


def ribbon(centre: Floats, half_width_m: Floats) -> Polygon:
    """The area within `half_width_m` (per point) to both sides of a line."""
    normal = left_normals(centre) * half_width_m[:, None]
    return as_polygon(Polygon(np.vstack((centre + normal, (centre - normal)[::-1]))).buffer(0))


def superellipse(half_x_m: float, half_y_m: float, power: float, turn_rad: float, points: int = 240) -> Floats:
    """A rounded rectangle, its axes turned by `turn_rad`; the last point is not repeated."""
    angle = np.linspace(0.0, 2 * np.pi, points, endpoint=False)
    x = half_x_m * np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** (2 / power)
    y = half_y_m * np.sign(np.sin(angle)) * np.abs(np.sin(angle)) ** (2 / power)
    return np.column_stack((x * np.cos(turn_rad) - y * np.sin(turn_rad), x * np.sin(turn_rad) + y * np.cos(turn_rad)))


def blob(rng: np.random.Generator, centre: Floats, radius_m: float, stretch: float = 1.4) -> Polygon:
    """A soft, irregular round area: a lake, a wood, a hill."""
    angle = np.linspace(0.0, 2 * np.pi, 11, endpoint=False)
    radius = radius_m * rng.uniform(0.75, 1.15, angle.size)
    turn = rng.uniform(0, np.pi)
    x, y = radius * np.cos(angle) * np.sqrt(stretch), radius * np.sin(angle) / np.sqrt(stretch)
    turned = np.column_stack((x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn)))
    return Polygon(smooth_closed(turned + centre, rounds=3))


def as_polygon(shape: shapely.Geometry) -> Polygon:
    """The largest polygon of a shape (an empty one when there is none)."""
    parts = polygons_of(shape)
    return max(parts, key=lambda part: part.area) if parts else Polygon()


def polygons_of(shape: shapely.Geometry) -> list[Polygon]:
    """All polygons in a shape."""
    return [part for part in shapely.get_parts(shapely.get_parts(shape)) if isinstance(part, Polygon) and part.area > 0]


def lines_of(shape: shapely.Geometry) -> list[LineString]:
    """All lines in a shape, those that only meet end to end merged."""
    parts = [
        part for part in shapely.get_parts(shapely.get_parts(shape)) if isinstance(part, LineString) and part.length > 0
    ]
    if not parts:
        return []
    merged = shapely.line_merge(shapely.MultiLineString(parts))
    return [part for part in shapely.get_parts(merged) if part.length > 0]
