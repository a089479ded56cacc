"""The index behind `nearest_lane`: which lanes can be nearest in which cell, and which pieces of them matter there.

For a cell with half diagonal r and a lane at distance d from the cell's middle, every point of the cell is between
d - r and d + r from the lane. So a lane can be nearest only where d <= (least d of all lanes) + 2 r, and the same holds
for the pieces of its outline and of its centre line; pieces within r decide whether a point is inside.
"""

from math import inf, sqrt
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, kernel
from mapping.network._lane_pieces import LanePieces, apart, from_centre, from_outline, lane_pieces
from mapping.network.model import RoadNetwork, offsets_of
from mapping.network.tables import Floats, Ints

CELL_M: Final = 2.0
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
    | lane | i4 | items | | row of `Lanes` |
    | is_inside | ? | items | | whether the cell's middle is inside the lane |
    | first_piece, first_centre | i4 | items + 1 | | rows of `piece` and `centre` |
    | piece, centre | i4 | | | rows of `piece_m` and `centre_m` |
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
    lane: Ints
    is_inside: NDArray[np.bool_]
    first_piece: Ints
    first_centre: Ints
    piece: Ints
    centre: Ints
    piece_m: Floats
    centre_m: Floats


class _Grid(NamedTuple):
    x0_m: float
    y0_m: float
    cell_m: float
    nx: int
    ny: int
    radius_m: float


class _Rows(NamedTuple):
    """The columns of `LaneIndex` that are filled cell by cell."""

    lane: Ints
    is_inside: NDArray[np.bool_]
    first_piece: Ints
    first_centre: Ints
    piece: Ints
    centre: Ints


def build_index(network: RoadNetwork, radius_m: float, cell_m: float) -> LaneIndex:
    """Make the index of a network's lanes.

    Shape: as in `LaneIndex`. Unit: m.
    """
    pieces = lane_pieces(network)
    grid = _grid(pieces.box_m, radius_m, cell_m)
    least_m = np.full(grid.nx * grid.ny, inf)
    _find_least(grid, pieces, least_m)
    counts = np.zeros((3, grid.nx * grid.ny), dtype=np.int32)
    _visit(grid, pieces, least_m, counts, _rows(0, 0, 0), False)
    first = [offsets_of(count) for count in counts]
    rows = _rows(*(int(offsets[-1]) for offsets in first))
    cursors = np.stack([offsets[:-1] for offsets in first])
    _visit(grid, pieces, least_m, cursors, rows, True)
    rows.first_piece[-1], rows.first_centre[-1] = rows.piece.size, rows.centre.size
    return LaneIndex(
        x0_m=grid.x0_m,
        y0_m=grid.y0_m,
        cell_m=grid.cell_m,
        radius_m=radius_m,
        nx=grid.nx,
        ny=grid.ny,
        first_item=first[0],
        piece_m=pieces.outline_m,
        centre_m=pieces.line_m,
        **rows._asdict(),
    )


def _rows(items: int, pieces: int, centres: int) -> _Rows:
    ints = [np.zeros(n, dtype=np.int32) for n in (items, items + 1, items + 1, pieces, centres)]
    return _Rows(ints[0], np.zeros(items, dtype=np.bool_), *ints[1:])


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
def _find_least(grid: _Grid, pieces: LanePieces, least_m: Floats) -> None:
    """For the middle of every cell, the distance of the nearest lane."""
    for lane in range(pieces.box_m.shape[0]):
        west, east, south, north = _cells_of(grid, pieces.box_m, lane)
        for j in range(south, north):
            for i in range(west, east):
                x, y = grid.x0_m + (i + 0.5) * grid.cell_m, grid.y0_m + (j + 0.5) * grid.cell_m
                is_inside, apart_m = from_outline(pieces, lane, x, y)
                cell = j * grid.nx + i
                least_m[cell] = min(least_m[cell], 0.0 if is_inside else apart_m)


@kernel
def _visit(grid: _Grid, pieces: LanePieces, least_m: Floats, cursors: Ints, rows: _Rows, fill: bool) -> None:
    """Count, or fill in, what belongs to every cell; `cursors` are items, outline pieces, centre pieces by cell."""
    half_m = 0.5 * grid.cell_m * sqrt(2.0) * (1.0 + SLACK)
    for lane in range(pieces.box_m.shape[0]):
        west, east, south, north = _cells_of(grid, pieces.box_m, lane)
        for j in range(south, north):
            for i in range(west, east):
                x, y = grid.x0_m + (i + 0.5) * grid.cell_m, grid.y0_m + (j + 0.5) * grid.cell_m
                cell = j * grid.nx + i
                is_inside, apart_m = from_outline(pieces, lane, x, y)
                area_m = 0.0 if is_inside else apart_m
                if area_m > least_m[cell] + 2.0 * half_m or area_m > grid.radius_m + half_m:
                    continue
                if fill:
                    item = cursors[0, cell]
                    rows.lane[item], rows.is_inside[item] = lane, is_inside
                    rows.first_piece[item], rows.first_centre[item] = cursors[1, cell], cursors[2, cell]
                cursors[0, cell] += 1
                if not is_inside or apart_m <= half_m:
                    _visit_outline(pieces, lane, cell, x, y, apart_m + 2.0 * half_m, cursors, rows, fill)
                _visit_centre(pieces, lane, cell, x, y, 2.0 * half_m, cursors, rows, fill)


@inline_kernel
def _visit_outline(
    pieces: LanePieces,
    lane: int,
    cell: int,
    x: float,
    y: float,
    reach_m: float,
    cursors: Ints,
    rows: _Rows,
    fill: bool,
) -> None:
    for s in range(pieces.first_outline[lane], pieces.first_outline[lane + 1]):
        ax, ay = pieces.outline_m[s, 0], pieces.outline_m[s, 1]
        dx, dy = pieces.outline_m[s, 2] - ax, pieces.outline_m[s, 3] - ay
        if sqrt(apart(ax, ay, dx, dy, pieces.outline_m[s, 4], x, y)) <= reach_m:
            if fill:
                rows.piece[cursors[1, cell]] = s
            cursors[1, cell] += 1


@inline_kernel
def _visit_centre(
    pieces: LanePieces,
    lane: int,
    cell: int,
    x: float,
    y: float,
    more_m: float,
    cursors: Ints,
    rows: _Rows,
    fill: bool,
) -> None:
    nearest_m = inf
    for s in range(pieces.first_line[lane], pieces.first_line[lane + 1]):
        nearest_m = min(nearest_m, from_centre(pieces, s, x, y))
    for s in range(pieces.first_line[lane], pieces.first_line[lane + 1]):
        if from_centre(pieces, s, x, y) <= nearest_m + more_m:
            if fill:
                rows.centre[cursors[2, cell]] = s
            cursors[2, cell] += 1
