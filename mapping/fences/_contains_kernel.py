"""Which fences each point is in."""

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, leaf_kernel
from mapping.fences._cells import (
    PAGE_CELLS,
    PAGE_SHIFT,
    PAGE_SIDE,
    RUNS_AT,
    SUB_SHIFT,
    SUB_SIDE,
    WORDS_PAST,
    Cells,
    Grid,
)
from mapping.fences._copy import copy_line, fill_line
from mapping.fences._near_lines_kernel import NEAR_LINES
from mapping.fences._prefetch import prefetch
from mapping.fences._ray_kernel import ON_LIMIT, run_distance2, run_parity
from mapping.fences._states_kernel import ASKED, COVERED, state_at

Floats = NDArray[np.float64]
Int32s = NDArray[np.int32]
Uint32s = NDArray[np.uint32]

FULL = -1
ROW_SHIFT = PAGE_SHIFT + SUB_SHIFT
PAGE_SUBS = 1 << ROW_SHIFT
"""Eighths of cells in a row of a page."""

AHEAD = 16
"""Points between asking for a record and using it."""

PAGE, SPOT, WORK, CELL_RECORD = 0, 1, 2, 3
SCRATCH_ROWS = 4
"""Of each point of a block: its page, its cell and eighth; of those with work: number and records, page's over page."""


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
    end = at + RUNS_AT + 2 * (code >> 2)
    if code & NEAR_LINES:
        radius_m = cells.radius_m[cells.words[at]]
        for k in range(at + RUNS_AT, end, 2):
            if run_distance2(cells.vertex_m, cells.words[k], cells.words[k + 1], px, py) <= radius_m * radius_m:
                return True
        return False
    parity = code & 1
    for k in range(at + RUNS_AT, end, 2):
        by_run = run_parity(cells.vertex_m, cells.words[k], cells.words[k + 1], px, py)
        if by_run == ON_LIMIT:
            return True
        parity ^= by_run
    return bool(parity == 1)


@inline_kernel
def _put_whole(words: Int32s, record: int, row: int, point: Int32s, fence: Int32s, count: int) -> int:
    """Append the fences that cover all of a cell or page; gives the number of hits, or FULL where there is no room."""
    whole = words[record]
    if count + whole + words[record + 1] + WORDS_PAST > fence.size:
        return FULL
    copy_line(fence, count, words, record + 2)
    fill_line(point, count, row)
    for k in range(WORDS_PAST, whole, WORDS_PAST):
        copy_line(fence, count + k, words, record + 2 + k)
        fill_line(point, count + k, row)
    return int(count + whole)


@inline_kernel
def _put_partial(
    cells: Cells, record: int, sub: int, px: float, py: float, row: int, point: Int32s, fence: Int32s, count: int
) -> int:
    """Append those of the partial fences of a record that cover the point."""
    words = cells.words
    whole, partial = words[record], words[record + 1]
    at, usable = record + 2 + whole, COVERED | ASKED if partial > 0 else 0
    for _ in range(max(partial, 1)):  # once even if there is none: most have one or none, and a guess saves more
        state = state_at(words, at, sub) & usable
        if state & ASKED:
            state = COVERED if holds(cells, at, px, py) else 0
        point[count], fence[count] = row, words[at]
        count += state & COVERED
        at += RUNS_AT + 2 * (words[at + 1] >> 2)
    return count


@leaf_kernel
def _locate(x_m: Floats, y_m: Floats, grid: Grid, page: Uint32s, spot: Uint32s) -> None:
    """Pages of points, one past the last outside the grid; row and column of their eighths of cells in the page.

    Apart from the rest, so that the compiler does many points at once.
    """
    per_m = SUB_SIDE / grid.cell_m
    side, pages_x = PAGE_SUBS * 1.0, np.uint32(grid.pages_x)
    columns, rows, nowhere = grid.pages_x * side, grid.pages_y * side, np.uint32(grid.pages_x * grid.pages_y)
    for k in range(page.size):
        fx, fy = (x_m[k] - grid.x0_m) * per_m, (y_m[k] - grid.y0_m) * per_m
        inside = (fx >= 0.0) & (fy >= 0.0) & (fx < columns) & (fy < rows)
        ix, iy = np.uint32(np.int32(fx if inside else 0.0)), np.uint32(np.int32(fy if inside else 0.0))
        spot[k] = (iy % PAGE_SUBS << ROW_SHIFT) + ix % PAGE_SUBS
        here = (iy >> ROW_SHIFT) * pages_x + (ix >> ROW_SHIFT)
        page[k] = here if inside else nowhere


@leaf_kernel
def _keep_in_pages(cells: Cells, page: Uint32s, work: Uint32s, n: int) -> int:
    """Note which points are in a page that has fences, and its number in place of where it lies; gives how many.

    Most of a city is in no fence: its points go no further.
    """
    count = np.uint64(0)
    for k in range(n):
        number = np.uint32(cells.page_of[page[k]])
        work[count], page[count] = k, number
        count += np.uint64(1 if number != 0 else 0)
    return int(count)


@leaf_kernel
def _find_work(cells: Cells, scratch: NDArray[np.uint32], n: int) -> int:
    """Note which points have a record to be looked at, and the records; gives how many."""
    page, spot, work, cell_records = scratch[PAGE], scratch[SPOT], scratch[WORK], scratch[CELL_RECORD]
    count = np.uint64(0)
    for j in range(_keep_in_pages(cells, page, work, n)):
        number, k = page[j], work[j]
        page_record = np.uint32(cells.page_record[number])
        cell = (spot[k] >> (ROW_SHIFT + SUB_SHIFT) << PAGE_SHIFT) + (spot[k] >> SUB_SHIFT) % PAGE_SIDE
        cell_record = np.uint32(cells.cell_record[number * np.uint32(PAGE_CELLS) + cell])
        work[count], page[count], cell_records[count] = k, page_record, cell_record
        count += np.uint64(1 if (page_record | cell_record) != 0 else 0)
    return int(count)


@leaf_kernel
def _do_work(
    x_m: Floats, y_m: Floats, begin: int, cells: Cells, scratch: NDArray[np.uint32], n: int, point: Int32s,
    fence: Int32s, count: int,
) -> int:  # fmt: skip
    """Append the hits of the points with work, of a block that begins at row `begin`: their number, or FULL."""
    page_record, spot, work, cell_record = scratch[PAGE], scratch[SPOT], scratch[WORK], scratch[CELL_RECORD]
    for j in range(n):
        k, ahead = work[j], cell_record[min(j + AHEAD, n - 1)]
        row = begin + k
        prefetch(cells.words, ahead, 0)
        if page_record[j] != 0:
            count = _put_whole(cells.words, page_record[j], row, point, fence, count)
        if count >= 0:
            count = _put_whole(cells.words, cell_record[j], row, point, fence, count)
        if count < 0:
            return FULL
        sub = (spot[k] >> ROW_SHIFT) % SUB_SIDE * SUB_SIDE + spot[k] % SUB_SIDE
        count = _put_partial(cells, cell_record[j], sub, x_m[row], y_m[row], row, point, fence, count)
    return count


@leaf_kernel
def find_hits(
    x_m: Floats, y_m: Floats, begin: int, point: Int32s, fence: Int32s, count: int, scratch: NDArray[np.uint32],
    page_of: Int32s, page_record: Int32s, cell_record: Int32s, words: Int32s, vertex_m: Floats, radius_m: Floats,
    x0_m: float, y0_m: float, cell_m: float, pages_x: int, pages_y: int, margin_m: float,
) -> tuple[int, int]:  # fmt: skip
    """Append the hits of the points from `begin` on, up to the block for which there is no room.

    Gives the row that was reached and the number of hits. Takes the fields of `Cells` and of `Grid` one by one: as
    tuples they would cost each call 1.6 us, a twentieth of it for ten thousand points among a hundred fences.
    """
    cells = Cells(page_of, page_record, cell_record, words, vertex_m, radius_m)
    grid = Grid(x0_m, y0_m, cell_m, pages_x, pages_y, margin_m)
    for block in range(begin, x_m.size, scratch.shape[1]):
        end = min(block + scratch.shape[1], x_m.size)
        n = end - block
        _locate(x_m[block:end], y_m[block:end], grid, scratch[PAGE][:n], scratch[SPOT][:n])
        found = _do_work(x_m, y_m, block, cells, scratch, _find_work(cells, scratch, n), point, fence, count)
        if found == FULL:
            return block, count
        count = found
    return x_m.size, count
