"""Which fences each point is in."""

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, leaf_kernel
from mapping.fences._cells import PAGE_CELLS, PAGE_SHIFT, PAGE_SIDE, Cells, Grid
from mapping.fences._near_lines_kernel import NEAR_LINES
from mapping.fences._ray_kernel import ON_LIMIT, run_distance2, run_parity

Floats = NDArray[np.float64]
Int32s = NDArray[np.int32]

OUTSIDE = -1


@inline_kernel
def place_of(x_m: float, y_m: float, cells: Cells, grid: Grid) -> tuple[int, int]:
    """The records of page and cell at a point: 0 = empty; both 0 outside the grid and for NaN."""
    per_m = 1.0 / grid.cell_m
    fx, fy = (x_m - grid.x0_m) * per_m, (y_m - grid.y0_m) * per_m
    if not (fx >= 0.0 and fy >= 0.0 and fx < grid.pages_x * PAGE_SIDE and fy < grid.pages_y * PAGE_SIDE):
        return 0, 0
    ix, iy = int(fx), int(fy)
    page = cells.page_of[(iy >> PAGE_SHIFT) * grid.pages_x + (ix >> PAGE_SHIFT)]
    cell = page * PAGE_CELLS + ((iy & (PAGE_SIDE - 1)) << PAGE_SHIFT) + (ix & (PAGE_SIDE - 1))
    return cells.page_record[page], cells.cell_record[cell]


@leaf_kernel
def holds(cells: Cells, at: int, px: float, py: float) -> bool:
    """Whether the partial fence whose words begin at `at` covers a point of its cell."""
    code = cells.words[at + 1]
    end = at + 2 + 2 * (code >> 2)
    if code & NEAR_LINES:
        radius_m = cells.radius_m[cells.words[at]]
        for k in range(at + 2, end, 2):
            if run_distance2(cells.vertex_m, cells.words[k], cells.words[k + 1], px, py) <= radius_m * radius_m:
                return True
        return False
    parity = code & 1
    for k in range(at + 2, end, 2):
        by_run = run_parity(cells.vertex_m, cells.words[k], cells.words[k + 1], px, py)
        if by_run == ON_LIMIT:
            return True
        parity ^= by_run
    return bool(parity == 1)


@leaf_kernel
def _put_record(cells: Cells, record: int, px: float, py: float, fence: Int32s, count: int) -> int:
    """Append the fences of a record that cover the point; gives their number, or OUTSIDE where there is no room."""
    words = cells.words
    whole, partial = words[record], words[record + 1]
    if count + whole + partial > fence.size:
        return OUTSIDE
    at = record + 2
    for k in range(at, at + whole):
        fence[count] = words[k]
        count += 1
    at += whole
    for _ in range(partial):
        if holds(cells, at, px, py):
            fence[count] = words[at]
            count += 1
        at += 2 + 2 * (words[at + 1] >> 2)
    return count


@leaf_kernel
def _locate(x_m: Floats, y_m: Floats, begin: int, page_of: Int32s, grid: Grid, place: Int32s) -> None:
    """Places of the cells of `place.size` points from `begin` on: page times 256 plus the cell; 0 outside the grid.

    Apart from the rest, so that the compiler does many points at once.
    """
    per_m = 1.0 / grid.cell_m
    columns, rows, pages_x = grid.pages_x * PAGE_SIDE * 1.0, grid.pages_y * PAGE_SIDE * 1.0, np.int32(grid.pages_x)
    for k in range(place.size):
        fx, fy = (x_m[begin + k] - grid.x0_m) * per_m, (y_m[begin + k] - grid.y0_m) * per_m
        inside = (fx >= 0.0) & (fy >= 0.0) & (fx < columns) & (fy < rows)
        ix, iy = np.int32(fx if inside else 0.0), np.int32(fy if inside else 0.0)
        page = page_of[(iy >> PAGE_SHIFT) * pages_x + (ix >> PAGE_SHIFT)] if inside else np.int32(0)
        place[k] = page * PAGE_CELLS + ((iy & (PAGE_SIDE - 1)) << PAGE_SHIFT) + (ix & (PAGE_SIDE - 1))


@leaf_kernel
def find_fences(
    x_m: Floats, y_m: Floats, cells: Cells, grid: Grid, begin: int, first: Int32s, fence: Int32s, places: Int32s
) -> int:
    """Fences of the points from `begin` on, up to where room for them ends: the row that was reached."""
    count = first[begin]
    for block in range(begin, x_m.size, places.size):
        n = min(places.size, x_m.size - block)
        _locate(x_m, y_m, block, cells.page_of, grid, places[:n])
        for k in range(n):
            page_record, cell_record = cells.page_record[places[k] // PAGE_CELLS], cells.cell_record[places[k]]
            if (page_record | cell_record) != 0:
                x, y, reached = x_m[block + k], y_m[block + k], count
                if page_record != 0:
                    reached = _put_record(cells, page_record, x, y, fence, reached)
                if cell_record != 0 and reached >= 0:
                    reached = _put_record(cells, cell_record, x, y, fence, reached)
                if reached < 0:
                    return block + k
                count = reached
            first[block + k + 1] = count
    return x_m.size
