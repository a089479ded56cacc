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
from mapping.fences._copy import copy_line
from mapping.fences._near_lines_kernel import NEAR_LINES
from mapping.fences._prefetch import prefetch
from mapping.fences._ray_kernel import ON_LIMIT, run_distance2, run_parity
from mapping.fences._states_kernel import ASKED, COVERED, state_at

Floats = NDArray[np.float64]
Int32s = NDArray[np.int32]
Uint32s = NDArray[np.uint32]

FULL = -1
SUBS_SHIFT = 2 * SUB_SHIFT
SUBS = SUB_SIDE * SUB_SIDE

LINE_BYTES = 64
AHEAD = 16
"""Points between asking for a record and using it."""

PAGE, SPOT, WORK, PAGE_RECORD, CELL_RECORD, HITS = 0, 1, 2, 3, 4, 5
SCRATCH_ROWS = 6
"""Of each point of a block: its page, its cell and eighth; of those with work: number and records; of each: hits."""


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
def _put_whole(words: Int32s, record: int, fence: Int32s, count: int) -> int:
    """Append the fences that cover all of a cell or page; gives their number, or FULL where there is no room."""
    whole = words[record]
    if count + whole + words[record + 1] + WORDS_PAST > fence.size:
        return FULL
    copy_line(fence, count, words, record + 2)
    for k in range(WORDS_PAST, whole, WORDS_PAST):
        copy_line(fence, count + k, words, record + 2 + k)
    return int(count + whole)


@inline_kernel
def _put_partial(cells: Cells, record: int, sub: int, px: float, py: float, fence: Int32s, count: int) -> int:
    """Append those of the partial fences of a record that cover the point."""
    words = cells.words
    whole, partial = words[record], words[record + 1]
    at, usable = record + 2 + whole, COVERED | ASKED if partial > 0 else 0
    for _ in range(max(partial, 1)):  # once even if there is none: most have one or none, and a guess saves more
        state = state_at(words, at, sub) & usable
        if state & ASKED:
            state = COVERED if holds(cells, at, px, py) else 0
        fence[count] = words[at]
        count += state & COVERED
        at += RUNS_AT + 2 * (words[at + 1] >> 2)
    return count


@leaf_kernel
def _locate(x_m: Floats, y_m: Floats, grid: Grid, page: Uint32s, spot: Uint32s) -> None:
    """Pages of points, one past the last outside the grid; their cells and eighths.

    Apart from the rest, so that the compiler does many points at once.
    """
    per_m = SUB_SIDE / grid.cell_m
    side, pages_x = PAGE_SIDE * SUB_SIDE * 1.0, np.uint32(grid.pages_x)
    columns, rows, nowhere = grid.pages_x * side, grid.pages_y * side, np.uint32(grid.pages_x * grid.pages_y)
    for k in range(page.size):
        fx, fy = (x_m[k] - grid.x0_m) * per_m, (y_m[k] - grid.y0_m) * per_m
        inside = (fx >= 0.0) & (fy >= 0.0) & (fx < columns) & (fy < rows)
        ix, iy = np.uint32(np.int32(fx if inside else 0.0)), np.uint32(np.int32(fy if inside else 0.0))
        cell = (iy >> SUB_SHIFT) % PAGE_SIDE * PAGE_SIDE + (ix >> SUB_SHIFT) % PAGE_SIDE
        spot[k] = (cell << SUBS_SHIFT) + (iy % SUB_SIDE << SUB_SHIFT) + ix % SUB_SIDE
        here = (iy >> (PAGE_SHIFT + SUB_SHIFT)) * pages_x + (ix >> (PAGE_SHIFT + SUB_SHIFT))
        page[k] = here if inside else nowhere


@leaf_kernel
def _find_work(cells: Cells, scratch: NDArray[np.uint32], n: int) -> int:
    """Note which points have a record to be looked at; gives how many."""
    page, spot, work = scratch[PAGE], scratch[SPOT], scratch[WORK]
    page_records, cell_records, count = scratch[PAGE_RECORD], scratch[CELL_RECORD], np.uint64(0)
    for k in range(n):
        number = np.uint32(cells.page_of[page[k]])
        page_record = np.uint32(cells.page_record[number])
        cell_record = np.uint32(cells.cell_record[number * np.uint32(PAGE_CELLS) + (spot[k] >> SUBS_SHIFT)])
        work[count], page_records[count], cell_records[count] = k, page_record, cell_record
        count += np.uint64(1 if (page_record | cell_record) != 0 else 0)
    return int(count)


@leaf_kernel
def _do_work(
    x_m: Floats, y_m: Floats, cells: Cells, scratch: NDArray[np.uint32], n: int, fence: Int32s, count: int
) -> int:
    """Append the fences of the points with work, and note how many each has; gives their number, or FULL."""
    spot, work, hits = scratch[SPOT], scratch[WORK], scratch[HITS]
    page_record, cell_record = scratch[PAGE_RECORD], scratch[CELL_RECORD]
    for j in range(n):
        k, before, ahead = work[j], count, cell_record[min(j + AHEAD, n - 1)]
        prefetch(cells.words, ahead, 0)
        prefetch(cells.words, ahead, LINE_BYTES)
        if page_record[j] != 0:
            count = _put_whole(cells.words, page_record[j], fence, count)
        if count >= 0:
            count = _put_whole(cells.words, cell_record[j], fence, count)
        if count < 0:
            return FULL
        count = _put_partial(cells, cell_record[j], spot[k] % SUBS, x_m[k], y_m[k], fence, count)
        hits[k] = count - before
    return count


@leaf_kernel
def find_fences(
    x_m: Floats, y_m: Floats, cells: Cells, grid: Grid, begin: int, first: Int32s, fence: Int32s,
    scratch: NDArray[np.uint32],
) -> int:  # fmt: skip
    """Fences of the points from `begin` on, up to the block for which there is no room: the row that was reached."""
    total, hits = int(first[begin]), scratch[HITS]
    for block in range(begin, x_m.size, scratch.shape[1]):
        n = min(scratch.shape[1], x_m.size - block)
        x, y = x_m[block : block + n], y_m[block : block + n]
        _locate(x, y, grid, scratch[PAGE][:n], scratch[SPOT][:n])
        hits[:] = 0
        if _do_work(x, y, cells, scratch, _find_work(cells, scratch, n), fence, total) == FULL:
            return block
        for k in range(n):
            total += hits[k]
            first[block + k + 1] = total
    return x_m.size
