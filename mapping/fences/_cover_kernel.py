"""Which cells a polygon lies in, with which of its edges: what is put into the grid for it."""

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, kernel
from mapping.fences._cells import PAGE_CELLS, PAGE_SHIFT, PAGE_SIDE, RUNS_AT, SLACK_M, Grid, Items, grown
from mapping.fences._orient_kernel import side_of
from mapping.fences._ray_kernel import EDGE_SHIFT, FIRST_ENDS, LAST_ENDS, run_parity_beside
from mapping.fences._states_kernel import put_area_states, span_in_row

Floats = NDArray[np.float64]
Int64s = NDArray[np.int64]
Int32s = NDArray[np.int32]

EDGE_BITS = 20
EDGE_MASK = (1 << EDGE_BITS) - 1
COLUMN_BITS = 32
grow = kernel(grown)


@inline_kernel
def cell_key(ix: int, iy: int, pages_x: int) -> int:
    """Number of a cell: its page, then its place in the page."""
    page = (iy >> PAGE_SHIFT) * pages_x + (ix >> PAGE_SHIFT)
    return page * PAGE_CELLS + ((iy & (PAGE_SIDE - 1)) << PAGE_SHIFT) + (ix & (PAGE_SIDE - 1))


@inline_kernel
def index_of(at_m: float, from_m: float, cell_m: float, count: int) -> int:
    """Row or column of a coordinate, the nearest one where it is outside."""
    return int(min(max(np.floor((at_m - from_m) / cell_m), 0.0), count - 1.0))


@kernel
def _touch(vertex_m: Floats, k: int, edge: int, grid: Grid, found: Int64s, count: int) -> tuple[Int64s, int]:
    """Note the cells that come near the edge from vertex k on: row, column and edge in one number."""
    x0, y0, x1, y1 = vertex_m[k, 0], vertex_m[k, 1], vertex_m[k + 1, 0], vertex_m[k + 1, 1]
    columns, rows = grid.pages_x * PAGE_SIDE, grid.pages_y * PAGE_SIDE
    reach_m = grid.margin_m + SLACK_M
    first = index_of(min(y0, y1) - reach_m, grid.y0_m, grid.cell_m, rows)
    last = index_of(max(y0, y1) + reach_m, grid.y0_m, grid.cell_m, rows)
    for iy in range(first, last + 1):
        low_m = grid.y0_m + iy * grid.cell_m - reach_m
        west_m, east_m = span_in_row(x0, y0, x1, y1, low_m, low_m + grid.cell_m + 2.0 * reach_m)
        from_x = index_of(west_m - reach_m, grid.x0_m, grid.cell_m, columns)
        to_x = index_of(east_m + reach_m, grid.x0_m, grid.cell_m, columns)
        found = grow(found, count, to_x - from_x + 1)
        for ix in range(from_x, to_x + 1):
            found[count] = ((iy * columns + ix) << EDGE_BITS) | edge
            count += 1
    return found, count


@kernel
def _column_left_of(x0: float, y0: float, x1: float, y1: float, y_m: float, grid: Grid) -> int:
    """How many centres of cells of the row at height y are west of the edge."""
    columns = grid.pages_x * PAGE_SIDE
    upward = y1 > y_m
    guess_m = x0 + (y_m - y0) * (x1 - x0) / (y1 - y0)
    column = index_of(guess_m + 0.5 * grid.cell_m, grid.x0_m, grid.cell_m, columns + 1)
    while column < columns:
        side = side_of(x0, y0, x1, y1, grid.x0_m + (column + 0.5) * grid.cell_m, y_m)
        if not ((side > 0.0 and upward) or (side < 0.0 and not upward)):
            break
        column += 1
    while column > 0:
        side = side_of(x0, y0, x1, y1, grid.x0_m + (column - 0.5) * grid.cell_m, y_m)
        if (side > 0.0 and upward) or (side < 0.0 and not upward):
            break
        column -= 1
    return column


@kernel
def _crossings(vertex_m: Floats, k: int, grid: Grid, found: Int64s, count: int) -> tuple[Int64s, int]:
    """Note where the edge from vertex k on crosses the middle of each row: row and column in one number."""
    x0, y0, x1, y1 = vertex_m[k, 0], vertex_m[k, 1], vertex_m[k + 1, 0], vertex_m[k + 1, 1]
    rows = grid.pages_y * PAGE_SIDE
    first = index_of(min(y0, y1) - grid.cell_m, grid.y0_m, grid.cell_m, rows)
    last = index_of(max(y0, y1), grid.y0_m, grid.cell_m, rows)
    for iy in range(first, last + 1):
        y_m = grid.y0_m + (iy + 0.5) * grid.cell_m
        if (y0 > y_m) != (y1 > y_m):
            found = grow(found, count, 1)
            found[count] = (iy << COLUMN_BITS) | _column_left_of(x0, y0, x1, y1, y_m, grid)
            count += 1
    return found, count


@kernel
def _walk(vertex_m: Floats, rings: Int32s, grid: Grid) -> tuple[Int64s, Int64s]:
    """Touched cells by edge, and crossings of the rows' middles, both sorted."""
    touched, n_touched = np.empty(256, np.int64), 0
    crossed, n_crossed = np.empty(256, np.int64), 0
    for ring in range(rings.size - 1):
        for k in range(int(rings[ring]), int(rings[ring + 1]) - 1):
            touched, n_touched = _touch(vertex_m, k, k - int(rings[0]), grid, touched, n_touched)
            crossed, n_crossed = _crossings(vertex_m, k, grid, crossed, n_crossed)
    return np.sort(touched[:n_touched]), np.sort(crossed[:n_crossed])


@kernel
def put_runs(touched: Int64s, first: int, last: int, base: int, words: Int32s, n_words: int) -> tuple[Int32s, int]:
    """Append the runs of consecutive edges of one cell: first vertex, edge code without ends."""
    words = grow(words, n_words, 2 * (last - first))
    k = first
    while k < last:
        edge = touched[k] & EDGE_MASK
        length = 1
        while k + length < last and (touched[k + length] & EDGE_MASK) == edge + length:
            length += 1
        words[n_words], words[n_words + 1] = base + edge, length << EDGE_SHIFT
        n_words += 2
        k += length
    return words, n_words


@kernel
def _settle_runs(vertex_m: Floats, words: Int32s, first: int, last: int, east_m: float, px: float, py: float) -> int:
    """Complete the runs of a cell by their ends; gives the parity that they account for at a point."""
    parity = 0
    for k in range(first, last, 2):
        start, length = words[k], words[k + 1] >> EDGE_SHIFT
        if vertex_m[start, 0] > east_m:
            words[k + 1] |= FIRST_ENDS
        if vertex_m[start + length, 0] > east_m:
            words[k + 1] |= LAST_ENDS
        parity ^= run_parity_beside(vertex_m, start, words[k + 1], px, py)
    return parity


@kernel
def _put_partial(
    vertex_m: Floats, base: int, fence: int, touched: Int64s, span: tuple[int, int], ix: int, iy: int, parity: int,
    grid: Grid, words: Int32s, n_words: int,
) -> tuple[Int32s, int]:  # fmt: skip
    """Append the words of a cell that the limit comes near, `parity` being that of its centre."""
    words = grow(words, n_words, RUNS_AT)
    start = n_words
    words, n_words = put_runs(touched, span[0], span[1], base, words, n_words + RUNS_AT)
    east_m = grid.x0_m + (ix + 1) * grid.cell_m + grid.margin_m + SLACK_M
    px, py = grid.x0_m + (ix + 0.5) * grid.cell_m, grid.y0_m + (iy + 0.5) * grid.cell_m
    by_runs = _settle_runs(vertex_m, words, start + RUNS_AT, n_words, east_m, px, py)
    words[start] = fence
    words[start + 1] = (((n_words - start - RUNS_AT) // 2) << 2) | (parity ^ by_runs)
    west_m, south_m = grid.x0_m + ix * grid.cell_m, grid.y0_m + iy * grid.cell_m
    put_area_states(vertex_m, words, start, n_words, west_m, south_m, grid.cell_m)
    return words, n_words


@kernel
def touched_pages(touched: Int64s, shift: int, grid: Grid) -> tuple[NDArray[np.bool_], int, int]:
    """Which pages of the bounding box have a touched cell, and the south-west page of that box."""
    columns = grid.pages_x * PAGE_SIDE
    west, east, south, north = grid.pages_x, -1, grid.pages_y, -1
    for k in range(touched.size):
        cell = touched[k] >> shift
        px, py = (cell % columns) >> PAGE_SHIFT, (cell // columns) >> PAGE_SHIFT
        west, east, south, north = min(west, px), max(east, px), min(south, py), max(north, py)
    pages = np.zeros((max(0, north - south + 1), max(0, east - west + 1)), np.bool_)
    for k in range(touched.size):
        cell = touched[k] >> shift
        pages[((cell // columns) >> PAGE_SHIFT) - south, ((cell % columns) >> PAGE_SHIFT) - west] = True
    return pages, west, south


@kernel
def put_item(items: Items, count: int, key: int, start: int) -> Items:
    """Append one item; `start` -1 = the whole cell (or page)."""
    keys, starts = grow(items.key, count, 1), grow(items.start, count, 1)
    keys[count], starts[count] = key, start
    return Items(keys, starts, items.words)


@kernel
def cover_area(vertex_m: Floats, rings: Int32s, fence: int, grid: Grid) -> Items:
    """Items of a polygon: its rings, closed, are the vertices between consecutive `rings`."""
    touched, crossed = _walk(vertex_m, rings, grid)
    pages, west, south = touched_pages(touched, EDGE_BITS, grid)
    items = Items(np.empty(64, np.int64), np.empty(64, np.int64), np.empty(256, np.int32))
    n_items, n_words, cursor, crossing = 0, 0, 0, 0
    for iy in range(south * PAGE_SIDE, (south + pages.shape[0]) * PAGE_SIDE):
        while crossing < crossed.size and (crossed[crossing] >> COLUMN_BITS) < iy:
            crossing += 1
        row_end = crossing
        while row_end < crossed.size and (crossed[row_end] >> COLUMN_BITS) == iy:
            row_end += 1
        items, n_items, n_words, cursor = _cover_row(
            vertex_m, rings[0], fence, touched, cursor, crossed[crossing:row_end], pages, west, south, iy, grid,
            items, n_items, n_words,
        )  # fmt: skip
    return Items(items.key[:n_items], items.start[:n_items], items.words[:n_words])


@kernel
def _cover_row(
    vertex_m: Floats, base: int, fence: int, touched: Int64s, cursor: int, crossed: Int64s,
    pages: NDArray[np.bool_], west: int, south: int, iy: int, grid: Grid, items: Items, n_items: int, n_words: int,
) -> tuple[Items, int, int, int]:  # fmt: skip
    """Items of one row of cells; of pages that no edge touches, one item in their first row."""
    columns, passed = grid.pages_x * PAGE_SIDE, 0
    for page in range(pages.shape[1]):
        here = pages[(iy >> PAGE_SHIFT) - south, page]
        first = (west + page) << PAGE_SHIFT
        if not here and iy & (PAGE_SIDE - 1):
            continue
        for ix in range(first, first + (PAGE_SIDE if here else 1)):
            while passed < crossed.size and (crossed[passed] & ((1 << COLUMN_BITS) - 1)) <= ix:
                passed += 1
            parity, cell, span = (crossed.size - passed) & 1, iy * columns + ix, cursor
            while cursor < touched.size and (touched[cursor] >> EDGE_BITS) == cell:
                cursor += 1
            if cursor > span:
                items = put_item(items, n_items, cell_key(ix, iy, grid.pages_x), n_words)
                words, n_words = _put_partial(
                    vertex_m, base, fence, touched, (span, cursor), ix, iy, parity, grid, items.words, n_words
                )
                items, n_items = Items(items.key, items.start, words), n_items + 1
            elif parity:
                key = cell_key(ix, iy, grid.pages_x)
                items, n_items = put_item(items, n_items, key if here else ~(key // PAGE_CELLS), -1), n_items + 1
    return items, n_items, n_words, cursor
