"""Geometry to the command integers of Mapbox Vector Tile 2.1 (section 4.3): one kernel call a layer and tile.

Vertices that fall on the same tile unit as the one before are dropped; so are lines of one point and rings without
area. Outer rings run clockwise on the screen and holes the other way, whichever way they came.
"""

from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from gnss._jit import kernel
from mapping.tiles.schema import GeometryKind

Ints = NDArray[np.int64]

MOVE_TO = 1
LINE_TO = 2
CLOSE_PATH = 7
POINT = int(GeometryKind.POINT)
POLYGON = int(GeometryKind.POLYGON)


class Ragged(NamedTuple):
    """Geometries as nested runs: geometry -> parts -> rings -> vertices, each level by offsets; a line is one ring."""

    xy: Ints
    ring_offsets: Ints
    part_offsets: Ints
    geometry_offsets: Ints


def to_ragged(geometry: NDArray[np.object_], xy_units: NDArray[np.float64]) -> Ragged:
    """Offsets of shapely geometries of one kind, with their vertices rounded to tile units.

    Shape: (n,) geometries with (m, 2) vertices in their order. Unit: tile units. Error: geometries of mixed kinds
    raise `ValueError`. Source: shapely's ragged arrays (GeoArrow layout).
    """
    kind, _, offsets = shapely.to_ragged_array(geometry)
    levels = [np.asarray(level, dtype=np.int64) for level in offsets]
    count = geometry.size
    if kind in (shapely.GeometryType.POINT, shapely.GeometryType.MULTIPOINT):
        levels = [levels[0] if levels else np.arange(count + 1), np.arange(count + 1), np.arange(count + 1)]
    elif kind in (shapely.GeometryType.LINESTRING, shapely.GeometryType.MULTILINESTRING):
        levels.insert(1, np.arange(levels[0].size))
    if len(levels) == 2:
        levels.append(np.arange(levels[1].size))
    return Ragged(np.rint(xy_units).astype(np.int64), levels[0], levels[1], levels[2])


@kernel
def _double_area(xy: Ints, start: int, end: int) -> int:
    """Twice the signed area of a ring: positive when it runs clockwise on the screen (y down)."""
    area = 0
    before = end - 1
    for vertex in range(start, end):
        area += xy[before, 0] * xy[vertex, 1] - xy[vertex, 0] * xy[before, 1]
        before = vertex
    return area


@kernel
def _zigzag(value: int) -> int:
    return 2 * value if value >= 0 else -2 * value - 1


@kernel
def _put_path(xy: Ints, start: int, end: int, step: int, pen: Ints, out: NDArray[np.uint32], at: int) -> int:
    """Write MoveTo and LineTo for the vertices from `start` by `step` until `end`; gives where the next goes.

    `pen` is the position that deltas count from. A path of one point is taken back: neither `pen` nor `at` moves.
    """
    first_x, first_y = xy[start, 0], xy[start, 1]
    out[at], out[at + 1], out[at + 2] = 8 + MOVE_TO, _zigzag(first_x - pen[0]), _zigzag(first_y - pen[1])
    write = at + 4
    last_x, last_y = first_x, first_y
    for vertex in range(start + step, end, step):
        x, y = xy[vertex, 0], xy[vertex, 1]
        if x != last_x or y != last_y:
            out[write], out[write + 1] = _zigzag(x - last_x), _zigzag(y - last_y)
            write += 2
            last_x, last_y = x, y
    lines = (write - at - 4) // 2
    if lines == 0:
        return at
    out[at + 3] = lines * 8 + LINE_TO
    pen[0], pen[1] = last_x, last_y
    return write


@kernel
def _put_part(xy: Ints, rings: Ints, is_area: bool, pen: Ints, out: NDArray[np.uint32], at: int) -> int:
    """Write one line, or one polygon with its holes; a polygon whose outer ring has no area goes with its holes."""
    if not is_area:
        return _put_path(xy, rings[0], rings[1], 1, pen, out, at)
    for ring in range(rings.size - 1):
        start, end = rings[ring], rings[ring + 1] - 1  # the last vertex repeats the first
        while end - start > 1 and xy[end - 1, 0] == xy[start, 0] and xy[end - 1, 1] == xy[start, 1]:
            end -= 1
        area = _double_area(xy, start, end)
        if area == 0:
            if ring == 0:
                return at
            continue
        if (area > 0) == (ring == 0):
            at = _put_path(xy, start, end, 1, pen, out, at)
        else:
            at = _put_path(xy, end - 1, start - 1, -1, pen, out, at)
        out[at] = 8 + CLOSE_PATH
        at += 1
    return at


@kernel
def _put_points(xy: Ints, start: int, end: int, out: NDArray[np.uint32], at: int) -> int:
    if end == start:
        return at
    out[at] = (end - start) * 8 + MOVE_TO
    last_x, last_y = 0, 0
    for vertex in range(start, end):
        x, y = xy[vertex, 0], xy[vertex, 1]
        out[at + 1], out[at + 2] = _zigzag(x - last_x), _zigzag(y - last_y)
        last_x, last_y = x, y
        at += 2
    return at + 1


@kernel
def encode_commands(kind: int, ragged: Ragged) -> tuple[NDArray[np.uint32], Ints]:
    """Command integers of all geometries, and where each geometry's begin and end; nothing drawable = no command.

    Shape: n geometries to (m,) integers and (n + 1,) offsets. Unit: tile units. Error: coordinates beyond 2^28 tile
    units wrap. Source: Mapbox Vector Tile 2.1, sections 4.3.1 to 4.3.4.
    """
    xy, ring_offsets, part_offsets, geometry_offsets = ragged
    count = geometry_offsets.size - 1
    out = np.empty(2 * xy.shape[0] + 5 * ring_offsets.size + 5, dtype=np.uint32)
    offsets = np.zeros(count + 1, dtype=np.int64)
    at = 0
    for row in range(count):
        pen = np.zeros(2, dtype=np.int64)
        for part in range(geometry_offsets[row], geometry_offsets[row + 1]):
            rings = ring_offsets[part_offsets[part] : part_offsets[part + 1] + 1]
            if rings.size < 2:
                continue
            if kind == POINT:
                at = _put_points(xy, rings[0], rings[-1], out, at)
            elif rings[1] > rings[0]:
                at = _put_part(xy, rings, kind == POLYGON, pen, out, at)
        offsets[row + 1] = at
    return out[:at], offsets
