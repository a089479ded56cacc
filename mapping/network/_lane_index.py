"""The index behind `nearest_lane`: which lanes can be nearest in which cell, and which pieces of them matter there.

For a cell with half diagonal r and a lane at distance d from the cell's middle, every point of the cell is between
d - r and d + r from the lane (inside of it, d is negative). So no point is farther from its nearest lane than the least
d + r of all, and lanes with a larger d - r do not matter; the same holds for the pieces of their outlines and of their
centre lines. Pieces within r decide whether a point is inside.
"""

from math import inf, sqrt
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, kernel
from mapping.network._lane_pieces import (
    LanePieces,
    Square,
    apart,
    from_centre,
    from_outline,
    from_piece,
    is_behind,
    lane_pieces,
    touches,
)
from mapping.network.model import RoadNetwork, offsets_of
from mapping.network.tables import Floats, Ints

Rows = NDArray[np.uint32]

CELL_M: Final = 1.0
RADIUS_M: Final = 15.0
VISITS_MAX: Final = 8_000_000  # pairs of a cell and a lane that are looked at; more make the cells larger
SHIFT_M: Final = 0.1234567  # of the grid: round coordinates of maps then do not lie on the middles of cells
SLACK: Final = 1e-9


class LaneIndex(NamedTuple):
    """A grid over lanes, as kernels take it.

    | name | dtype | shape | unit | meaning |
    |---|---|---|---|---|
    | x0_m, y0_m | float | | m | south-west corner of the grid |
    | cell_m, radius_m | float | | m | side of a cell; how far from a lane points may be |
    | nx, ny | int | | | cells |
    | first_item | i4 | cells + 1 | | items of each cell |
    | item | u4 | items x 4 | | row of `Lanes` x 4, + 2 if its distance matters, + 1 if the cell's middle is inside;
      where in `part` its pieces of outline begin, those of its centre line begin, and these end |
    | part | u4 | | | rows of `piece_m` and `centre_m` |
    | piece_m | f8 | outline x 5 | m | begin x, y; end x, y; 1 / length² |
    | centre_m | f8 | centre x 7 | m | begin x, y; dx, dy; 1 / length²; run at the begin; length |
    """

    x0_m: float
    y0_m: float
    cell_m: float
    radius_m: float
    nx: int
    ny: int
    first_item: Ints
    item: Rows
    part: Rows
    piece_m: Floats
    centre_m: Floats


class _Grid(NamedTuple):
    x0_m: float
    y0_m: float
    cell_m: float
    nx: int
    ny: int
    radius_m: float


class _Bounds(NamedTuple):
    """What a lane must reach to matter in a cell: the least distance that is certain for every point of the cell, and,
    where lanes cover the whole cell, the least distance of their centre lines that is."""

    area_m: Floats
    centre_m: Floats


def build_index(network: RoadNetwork, radius_m: float, cell_m: float) -> LaneIndex:
    """Make the index of a network's lanes.

    Shape: as in `LaneIndex`. Unit: m.
    """
    pieces = lane_pieces(network)
    grid = _grid(pieces.box_m, radius_m, cell_m)
    cells = grid.nx * grid.ny
    bounds = _Bounds(np.full(cells, radius_m), np.full(cells, inf))
    _find_bounds(grid, pieces, bounds)
    counts = np.zeros((2, cells), dtype=np.int32)
    nothing = np.empty((0, 4), dtype=np.uint32)
    _visit(grid, pieces, bounds, counts, nothing, nothing[:, 0], False)
    first = [offsets_of(count) for count in counts]
    item = np.empty((int(first[0][-1]), 4), dtype=np.uint32)
    part = np.empty(int(first[1][-1]), dtype=np.uint32)
    _visit(grid, pieces, bounds, np.stack([offsets[:-1] for offsets in first]), item, part, True)
    numbers = (grid.x0_m, grid.y0_m, grid.cell_m, radius_m, grid.nx, grid.ny)
    return LaneIndex(*numbers, first[0], item, part, pieces.outline_m, pieces.line_m)


def _grid(box_m: Floats, radius_m: float, cell_m: float) -> _Grid:
    """A grid around all boxes, its cells as small as asked for or as `VISITS_MAX` lets them be."""
    if not len(box_m):
        return _Grid(0.0, 0.0, cell_m, 0, 0, radius_m)
    while _visits(box_m, radius_m, cell_m) > VISITS_MAX:
        cell_m *= 2.0
    low_m = box_m[:, :2].min(axis=0) - radius_m - SHIFT_M
    span_m = box_m[:, 2:].max(axis=0) + radius_m - low_m
    nx, ny = (int(np.ceil(span / cell_m)) for span in span_m)
    return _Grid(float(low_m[0]), float(low_m[1]), cell_m, nx, ny, radius_m)


def _visits(box_m: Floats, radius_m: float, cell_m: float) -> float:
    """How many pairs of a cell and a lane there are, and how many cells."""
    sides = (box_m[:, 2:] - box_m[:, :2] + 2.0 * radius_m) / cell_m + 2.0
    whole = (box_m[:, 2:].max(axis=0) - box_m[:, :2].min(axis=0) + 2.0 * radius_m) / cell_m
    return max(float(np.prod(sides, axis=1).sum()), float(np.prod(whole)))


@inline_kernel
def _cells_of(grid: _Grid, box_m: Floats, lane: int) -> tuple[int, int, int, int]:
    """The cells around a lane's box: west, east, south and north, the ends excluded."""
    reach_m = grid.radius_m + grid.cell_m
    west = max(0, int((box_m[lane, 0] - reach_m - grid.x0_m) / grid.cell_m))
    south = max(0, int((box_m[lane, 1] - reach_m - grid.y0_m) / grid.cell_m))
    east = min(grid.nx, int((box_m[lane, 2] + reach_m - grid.x0_m) / grid.cell_m) + 1)
    north = min(grid.ny, int((box_m[lane, 3] + reach_m - grid.y0_m) / grid.cell_m) + 1)
    return west, east, south, north


@kernel
def _find_bounds(grid: _Grid, pieces: LanePieces, bounds: _Bounds) -> None:
    half_m = 0.5 * grid.cell_m * sqrt(2.0) * (1.0 + SLACK)
    for lane in range(pieces.box_m.shape[0]):
        west, east, south, north = _cells_of(grid, pieces.box_m, lane)
        for j in range(south, north):
            for i in range(west, east):
                x, y = grid.x0_m + (i + 0.5) * grid.cell_m, grid.y0_m + (j + 0.5) * grid.cell_m
                is_inside, apart_m = from_outline(pieces, lane, x, y)
                cell = j * grid.nx + i
                most_m = half_m - apart_m if is_inside else apart_m + half_m
                bounds.area_m[cell] = min(bounds.area_m[cell], max(0.0, most_m))
                if most_m <= 0.0:
                    centre_m = from_centre(pieces, lane, x, y) + half_m
                    bounds.centre_m[cell] = min(bounds.centre_m[cell], centre_m)


@kernel
def _visit(grid: _Grid, pieces: LanePieces, bounds: _Bounds, cursors: Ints, item: Rows, part: Rows, fill: bool) -> None:
    """Count, or fill in, what belongs to every cell; `cursors` are the items and parts of each."""
    half_m = 0.5 * grid.cell_m * sqrt(2.0) * (1.0 + SLACK)
    for lane in range(pieces.box_m.shape[0]):
        west, east, south, north = _cells_of(grid, pieces.box_m, lane)
        for j in range(south, north):
            for i in range(west, east):
                x, y = grid.x0_m + (i + 0.5) * grid.cell_m, grid.y0_m + (j + 0.5) * grid.cell_m
                cell = j * grid.nx + i
                is_inside, apart_m = from_outline(pieces, lane, x, y)
                if not is_inside and apart_m - half_m > bounds.area_m[cell]:
                    continue
                centre_m = from_centre(pieces, lane, x, y)
                if centre_m - half_m > bounds.centre_m[cell]:
                    continue
                begin = cursors[1, cell]
                # the distance from a lane matters only in cells that none covers wholly
                reach_m = bounds.area_m[cell] + half_m if bounds.area_m[cell] > 0.0 else -1.0
                square = (x, y, 0.5 * grid.cell_m * (1.0 + SLACK))
                if not is_inside or apart_m <= half_m:
                    cursors[1, cell] = _add_outline(pieces, lane, square, reach_m, begin, part, fill)
                middle = cursors[1, cell]
                cursors[1, cell] = _add_centre(pieces, lane, square, centre_m + 2.0 * half_m, middle, part, fill)
                if fill:
                    k = cursors[0, cell]
                    item[k, 0], item[k, 1] = 4 * lane + 2 * (reach_m > 0.0) + is_inside, begin
                    item[k, 2], item[k, 3] = middle, cursors[1, cell]
                cursors[0, cell] += 1


@inline_kernel
def _add_outline(pieces: LanePieces, lane: int, square: Square, reach_m: float, at: int, part: Rows, fill: bool) -> int:
    """The pieces that cross a cell, and those that can be the nearest ones to a point of it."""
    rows, begin, end = pieces.outline_m, pieces.first_outline[lane], pieces.first_outline[lane + 1]
    for s in range(begin, end):
        crosses = touches(rows[s, 0], rows[s, 1], rows[s, 2], rows[s, 3], square)
        dx, dy = rows[s, 2] - rows[s, 0], rows[s, 3] - rows[s, 1]
        near = sqrt(apart(rows[s, 0], rows[s, 1], dx, dy, rows[s, 4], square[0], square[1])) <= reach_m
        before, after = s - 1 if s > begin else end - 1, s + 1 if s + 1 < end else begin
        if crosses or (near and not _is_hidden(rows, before, s, after, True, square)):
            if fill:
                part[at] = s
            at += 1
    return at


@inline_kernel
def _add_centre(pieces: LanePieces, lane: int, square: Square, reach_m: float, at: int, part: Rows, fill: bool) -> int:
    """The pieces of a centre line that can be the nearest ones to a point of a cell."""
    rows, begin, end = pieces.line_m, pieces.first_line[lane], pieces.first_line[lane + 1]
    for s in range(begin, end):
        before, after = s - 1 if s > begin else -1, s + 1 if s + 1 < end else -1
        near = from_piece(pieces, s, square[0], square[1]) <= reach_m
        if near and not _is_hidden(rows, before, s, after, False, square):
            if fill:
                part[at] = s
            at += 1
    return at


@inline_kernel
def _is_hidden(rows: Floats, before: int, s: int, after: int, has_ends: bool, square: Square) -> bool:
    """Whether for every point of a cell the nearest point of a piece is one that it shares with its neighbour.

    Where all lie behind its begin, the piece before has that point too. Where all lie beyond its end, the piece after
    has it, which is kept unless it is itself hidden behind this one.
    """
    if before >= 0 and is_behind(rows, s, has_ends, 0.0, square):
        return True
    beyond = after >= 0 and is_behind(rows, s, has_ends, 1.0, square)
    return beyond and not is_behind(rows, after, has_ends, 0.0, square)
