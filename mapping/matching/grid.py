"""Which pieces of road are near a point: a grid whose cells list all that lies within a margin around them.

One look into one cell finds everything within `MARGIN_M`. Pieces of one edge stand together in a cell, and a road that
is driven both ways stands there once, for both its edges.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss._jit import kernel
from mapping.network.model import RoadNetwork

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

CELL_M: Final = 32.0
MARGIN_M: Final = 48.0
CELLS_MAX: Final = 16_000_000
"""Beyond, cells are larger."""


class Grid(NamedTuple):
    """Pieces (straight segments) of all edges, and the cells that list them.

    `piece` (P, 8): x_m, y_m of the start, unit vector along, length_m, run_m of the start along its edge, height of
    the start and its slope. `piece_edge` (P,) the edge; `mirror` (E,) the twin whose line is the same backwards, -1 =
    none. Cell (column c, row r) has pieces `member[first[r * columns + c]]` up to the next.
    """

    x0_m: float
    y0_m: float
    cell_m: float
    columns: int
    rows: int
    piece: Floats
    piece_edge: Ints
    mirror: Ints
    first: NDArray[np.int64]
    member: Ints


def build_grid(network: RoadNetwork) -> Grid:
    """The grid of a network.

    Shape: as `Grid` says. Unit: m. Frame: the network's plane. A network without edges has one empty cell.
    """
    mirror = _mirrors(network)
    listed = ~((mirror >= 0) & (mirror < np.arange(mirror.size)))
    piece, piece_edge = _pieces(network, listed)
    x0, y0, cell_m, columns, rows = _extent(piece)
    ends = np.column_stack([piece[:, 0:2], piece[:, 0:2] + piece[:, 2:4] * piece[:, 4:5]])
    counts = np.zeros(columns * rows + 1, np.int64)
    _count_members(ends, x0, y0, cell_m, columns, rows, counts)
    first = np.concatenate([[0], np.cumsum(counts[:-1])]).astype(np.int64)
    member = np.empty(int(first[-1]), np.int32)
    _fill_members(ends, x0, y0, cell_m, columns, rows, first[:-1].copy(), member)
    return Grid(x0, y0, cell_m, columns, rows, piece, piece_edge, mirror, first, member)


def _mirrors(network: RoadNetwork) -> Ints:
    """Twins whose lines are each other's reverse, point by point."""
    shape, twin = network.shape, network.edges.twin.astype(np.int32)
    mirror = np.full(twin.size, -1, np.int32)
    for edge in np.flatnonzero(twin > np.arange(twin.size)):
        a, b = shape.line(int(edge)), shape.line(int(twin[edge]))
        if len(a) == len(b) and np.allclose(a.x_m, b.x_m[::-1], 0, 1e-6) and np.allclose(a.y_m, b.y_m[::-1], 0, 1e-6):
            mirror[edge], mirror[twin[edge]] = twin[edge], edge
    return mirror


def _pieces(network: RoadNetwork, listed: NDArray[np.bool_]) -> tuple[Floats, Ints]:
    first, points = network.shape.first_point, network.shape.points
    edge_of_point = np.repeat(np.arange(len(listed), dtype=np.int32), np.diff(first))
    start = np.flatnonzero((edge_of_point[:-1] == edge_of_point[1:]) & listed[edge_of_point[:-1]])
    dx, dy = points.x_m[start + 1] - points.x_m[start], points.y_m[start + 1] - points.y_m[start]
    length = np.hypot(dx, dy)
    start, dx, dy = start[length > 0.0], dx[length > 0.0], dy[length > 0.0]
    length = length[length > 0.0]
    slope = (points.h_map_m[start + 1] - points.h_map_m[start]) / length
    columns = (points.x_m[start], points.y_m[start], dx / length, dy / length, length, points.run_m[start])
    return np.column_stack([*columns, points.h_map_m[start], slope]), edge_of_point[start]


def _extent(piece: Floats) -> tuple[float, float, float, int, int]:
    if not len(piece):
        return 0.0, 0.0, CELL_M, 1, 1
    ends = np.concatenate([piece[:, 0:2], piece[:, 0:2] + piece[:, 2:4] * piece[:, 4:5]])
    low, high = ends.min(axis=0) - MARGIN_M, ends.max(axis=0) + MARGIN_M
    cell_m = max(CELL_M, float(np.sqrt(np.prod(high - low) / CELLS_MAX)))
    columns, rows = (int(n) for n in np.ceil((high - low) / cell_m))
    return float(low[0]), float(low[1]), cell_m, max(columns, 1), max(rows, 1)


@kernel
def _touches(ends: Floats, x_low: float, y_low: float, size_m: float) -> bool:
    """Whether a segment comes into a square, by clipping it against two pairs of sides."""
    enter, leave = 0.0, 1.0
    for axis in range(2):
        low = x_low if axis == 0 else y_low
        start, step = ends[axis], ends[axis + 2] - ends[axis]
        if step == 0.0:
            if start < low or start > low + size_m:
                return False
            continue
        a, b = (low - start) / step, (low + size_m - start) / step
        enter, leave = max(enter, min(a, b)), min(leave, max(a, b))
    return enter <= leave


@kernel
def _span(a: float, b: float, zero: float, cell_m: float, n: int) -> tuple[int, int]:
    low = int(np.floor((min(a, b) - MARGIN_M - zero) / cell_m))
    high = int(np.floor((max(a, b) + MARGIN_M - zero) / cell_m))
    return max(low, 0), min(high, n - 1)


@kernel
def _count_members(
    ends: Floats, x0: float, y0: float, cell_m: float, columns: int, rows: int, counts: NDArray[np.int64]
) -> None:
    size = cell_m + 2.0 * MARGIN_M
    for piece in range(len(ends)):
        c0, c1 = _span(ends[piece, 0], ends[piece, 2], x0, cell_m, columns)
        r0, r1 = _span(ends[piece, 1], ends[piece, 3], y0, cell_m, rows)
        for r in range(r0, r1 + 1):
            for c in range(c0, c1 + 1):
                if _touches(ends[piece], x0 + c * cell_m - MARGIN_M, y0 + r * cell_m - MARGIN_M, size):
                    counts[r * columns + c] += 1


@kernel
def _fill_members(
    ends: Floats, x0: float, y0: float, cell_m: float, columns: int, rows: int, at: NDArray[np.int64], member: Ints
) -> None:
    size = cell_m + 2.0 * MARGIN_M
    for piece in range(len(ends)):
        c0, c1 = _span(ends[piece, 0], ends[piece, 2], x0, cell_m, columns)
        r0, r1 = _span(ends[piece, 1], ends[piece, 3], y0, cell_m, rows)
        for r in range(r0, r1 + 1):
            for c in range(c0, c1 + 1):
                if _touches(ends[piece], x0 + c * cell_m - MARGIN_M, y0 + r * cell_m - MARGIN_M, size):
                    member[at[r * columns + c]] = piece
                    at[r * columns + c] += 1
