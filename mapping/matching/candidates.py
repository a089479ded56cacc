"""Where on the roads a position may be: the nearest place of every edge within reach, the likeliest K of them."""

from math import inf, sqrt
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel
from mapping.matching._layout import (
    ALONG,
    LATERAL,
    OFFSET,
    PLACE_WIDTH,
    RADIUS,
    SIGMA,
    STATIC,
    UX,
    UY,
    Floats,
    Ints,
    Trellis,
    X,
    Y,
)
from mapping.matching.emission import course_log, height_log
from mapping.matching.model import Rules
from mapping.network.grid import H_MAP_M, RUN_M, SLOPE, SegmentGrid, beside
from mapping.network.grid import UX as PIECE_UX
from mapping.network.grid import UY as PIECE_UY

FOUND_MAX: Final = 96
"""Places considered of one position, before the likeliest are chosen; those found later are not."""

D2: Final = PLACE_WIDTH
H_FOOT: Final = PLACE_WIDTH + 1
FOUND_WIDTH: Final = PLACE_WIDTH + 2


class EdgeNumbers(NamedTuple):
    """What places on each edge have in common: (edges,) its length, what is driven on it, what a place on it costs
    by itself, whether it is closed, its mirror, the twin whose line is the same backwards (-1 = none), and another
    state of it (see `bans`)."""

    length_m: Floats
    usual_mps: Floats
    cost: Floats
    closed: NDArray[np.uint8]
    mirror: Ints
    next_same: Ints


class Found(NamedTuple):
    """Room for the places of one position: (FOUND_MAX,) edges, (FOUND_MAX, FOUND_WIDTH) places with distance squared
    and height of the foot, and the logarithm of how probable each is by itself."""

    edge: Ints
    place: Floats
    log: Floats


def new_found() -> Found:
    """Room for the places of one position.

    Shape: as `Found` says. Unit: m.
    """
    return Found(np.zeros(FOUND_MAX, np.int32), np.zeros((FOUND_MAX, FOUND_WIDTH)), np.zeros(FOUND_MAX))


@inline_kernel
def _keep(grid: SegmentGrid, p: int, n: int, is_wide: bool, x: float, y: float, found: Found) -> int:
    """Add the place on one piece, or put it in the stead of a farther one of the same edge found in another cell."""
    edge, at = grid.edge[p], n
    foot, lateral, along, d2 = beside(grid.piece, p, x, y)
    if is_wide:
        for k in range(n):
            if found.edge[k] == edge:
                at = k
    if at < n and found.place[at, D2] <= d2:
        return n
    if at >= FOUND_MAX:
        return n
    place = found.place
    found.edge[at] = edge
    place[at, OFFSET], place[at, LATERAL], place[at, ALONG] = grid.piece[p, RUN_M] + foot, lateral, along
    place[at, UX], place[at, UY], place[at, D2] = grid.piece[p, PIECE_UX], grid.piece[p, PIECE_UY], d2
    place[at, H_FOOT] = grid.piece[p, H_MAP_M] + grid.piece[p, SLOPE] * foot
    return max(n, at + 1)


@inline_kernel
def _scan_cell(
    grid: SegmentGrid, column: int, row: int, n: int, is_wide: bool, x: float, y: float, r2: float, found: Found
) -> int:
    """The nearest place of each edge that a cell lists, within the radius; pieces of an edge stand together."""
    if not (0 <= column < grid.nx and 0 <= row < grid.ny):
        return n
    cell = row * grid.nx + column
    best, best2, edge = -1, r2, -1
    for k in range(grid.first[cell], grid.first[cell + 1]):
        p = grid.segment[k]
        if grid.edge[p] != edge:
            if best >= 0:
                n = _keep(grid, best, n, is_wide, x, y, found)
            best, best2, edge = -1, r2, grid.edge[p]
        d2 = beside(grid.piece, p, x, y)[3]
        if d2 < best2:
            best, best2 = p, d2
    return _keep(grid, best, n, is_wide, x, y, found) if best >= 0 else n


@inline_kernel
def scan(grid: SegmentGrid, x: float, y: float, radius_m: float, found: Found) -> int:
    """The nearest places within a radius, one for each edge that the grid lists (a road with twins once); how many.

    Shape: scalars. Unit: m.
    """
    at_x, at_y = (x - grid.x0_m) / grid.cell_m, (y - grid.y0_m) / grid.cell_m
    column, row, beyond_m = int(np.floor(at_x)), int(np.floor(at_y)), radius_m - grid.reach_m
    if beyond_m <= 0.0:
        return _scan_cell(grid, column, row, 0, False, x, y, radius_m * radius_m, found)
    step = 1 + int(2.0 * grid.reach_m / grid.cell_m)
    west, east = _steps(beyond_m, (at_x - column) * grid.cell_m, grid.cell_m, step)
    south, north = _steps(beyond_m, (at_y - row) * grid.cell_m, grid.cell_m, step)
    n, is_wide, r2 = 0, west + east + south + north > 0, radius_m * radius_m
    for r in range(-south, north + 1):
        for c in range(-west, east + 1):
            n = _scan_cell(grid, column + step * c, row + step * r, n, is_wide, x, y, r2, found)
    return n


@inline_kernel
def _steps(beyond_m: float, in_m: float, cell_m: float, step: int) -> tuple[int, int]:
    """How many cells to look into on either side, `step` apart: one cell with its margin covers that many.

    By how far beyond the margin one looks, and where in one's cell one stands.
    """
    step_m = step * cell_m
    return max(0, int(np.ceil((beyond_m - in_m) / step_m))), max(0, int(np.ceil((beyond_m - cell_m + in_m) / step_m)))


@inline_kernel
def _add_twins(edges: EdgeNumbers, n: int, found: Found) -> int:
    """The same places in the other direction, where the road is driven both ways."""
    place, m = found.place, n
    for k in range(n):
        twin = edges.mirror[found.edge[k]]
        if twin < 0 or m >= FOUND_MAX:
            continue
        for column in range(FOUND_WIDTH):
            place[m, column] = place[k, column]
        for column in (LATERAL, ALONG, UX, UY):
            place[m, column] = -place[k, column]
        place[m, OFFSET] = max(edges.length_m[found.edge[k]] - place[k, OFFSET], 0.0)
        found.edge[m] = twin
        m += 1
    return m


@inline_kernel
def _add_states(edges: EdgeNumbers, n: int, found: Found) -> int:
    """The same places once more for every state of their edges that depends on what was driven before."""
    m = n
    for k in range(n):
        state = edges.next_same[found.edge[k]]
        while state >= 0 and m < FOUND_MAX:
            found.edge[m] = state
            for column in range(FOUND_WIDTH):
                found.place[m, column] = found.place[k, column]
            state = edges.next_same[state]
            m += 1
    return m


@inline_kernel
def _judge(n: int, row: Floats, edges: EdgeNumbers, rules: Rules, found: Found) -> None:
    """How probable each place is by itself; a closed edge is not."""
    sigma2 = row[SIGMA] * row[SIGMA] + rules.sigma_map_m * rules.sigma_map_m
    for k in range(n):
        edge, place = found.edge[k], found.place
        static = course_log(row, place[k, UX], place[k, UY], rules) + height_log(row, place[k, H_FOOT], rules.tail_dof)
        place[k, STATIC] = static - edges.cost[edge]
        found.log[k] = -inf if edges.closed[edge] else place[k, STATIC] - 0.5 * place[k, D2] / sigma2


@inline_kernel
def _drop_least(n: int, most: int, found: Found) -> None:
    """Make all but the most probable places impossible; of equal ones the first stays."""
    possible = 0
    for k in range(n):
        possible += found.log[k] > -inf
    while possible > most:
        worst, low = -1, inf
        for k in range(n):
            if -inf < found.log[k] <= low:
                worst, low = k, found.log[k]
        found.log[worst] = -inf
        possible -= 1


@inline_kernel
def find_places(grid: SegmentGrid, edges: EdgeNumbers, rules: Rules, trellis: Trellis, q: int, found: Found) -> int:
    """Fill in the places of row q of a trellis, without scores; the last place is the one off the road. How many.

    Shape: scalars. Unit: m. At least one place of the trellis is left for "off road".
    """
    row = trellis.row[q]
    n = scan(grid, row[X], row[Y], row[RADIUS], found)
    n = _add_states(edges, _add_twins(edges, n, found), found)
    _judge(n, row, edges, rules, found)
    _drop_least(n, trellis.edge.shape[1] - 1, found)
    m = 0
    for k in range(n):
        if found.log[k] > -inf:
            trellis.edge[q, m] = found.edge[k]
            for column in range(PLACE_WIDTH):
                trellis.place[q, m, column] = found.place[k, column]
            m += 1
    trellis.edge[q, m] = -1
    for column in range(PLACE_WIDTH):
        trellis.place[q, m, column] = 0.0
    trellis.used[q] = m + 1
    return m + 1


@inline_kernel
def distance_m(trellis: Trellis, p: int, q: int) -> float:
    """Straight distance between the positions of two rows.

    Shape: scalars. Unit: m.
    """
    dx, dy = trellis.row[q, X] - trellis.row[p, X], trellis.row[q, Y] - trellis.row[p, Y]
    return sqrt(dx * dx + dy * dy)
