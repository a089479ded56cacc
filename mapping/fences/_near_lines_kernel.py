"""Which cells the neighbourhood of lines (a corridor, a circle) lies in, with which of their segments."""

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, kernel
from mapping.fences._cells import PAGE_SHIFT, PAGE_SIDE, RUNS_AT, SLACK_M, Grid, Items
from mapping.fences._cover_kernel import (
    EDGE_BITS,
    cell_key,
    grow,
    index_of,
    put_item,
    put_runs,
)
from mapping.fences._ray_kernel import distance2_to_segment
from mapping.fences._states_kernel import put_lines_states

Floats = NDArray[np.float64]
Int64s = NDArray[np.int64]
Int32s = NDArray[np.int32]

NEAR_LINES = 2
"""Bit of a code: the fence is what is within its radius of its lines."""

WHOLE_BITS = 1


@inline_kernel
def _is_whole(
    x0: float, y0: float, x1: float, y1: float, west_m: float, south_m: float, side_m: float, radius_m: float
) -> bool:
    """Whether all of a square is within the radius of a segment: its corners are."""
    for east in range(2):
        for north in range(2):
            distance2 = distance2_to_segment(x0, y0, x1, y1, west_m + east * side_m, south_m + north * side_m)
            if distance2 > radius_m * radius_m:
                return False
    return True


@inline_kernel
def _square_is_near(
    x0: float, y0: float, x1: float, y1: float, west_m: float, south_m: float, side_m: float, radius_m: float
) -> bool:
    """Whether any of a square may be within the radius of a segment: generously, by the circle around it."""
    half_m = 0.5 * side_m
    reach_m = radius_m + half_m * 1.4142135623730952
    return distance2_to_segment(x0, y0, x1, y1, west_m + half_m, south_m + half_m) <= reach_m * reach_m


@kernel
def _touch_page(
    vertex_m: Floats, k: int, edge: int, px: int, py: int, grid: Grid, radius_m: float, found: Int64s, count: int
) -> tuple[Int64s, int]:
    """Note the cells of a page that are near the segment from vertex k on, and whether it covers them whole."""
    x0, y0, x1, y1 = vertex_m[k, 0], vertex_m[k, 1], vertex_m[k + 1, 0], vertex_m[k + 1, 1]
    reach_m, columns = grid.margin_m + SLACK_M, grid.pages_x * PAGE_SIDE
    side_m = grid.cell_m + 2.0 * reach_m
    far_m = radius_m + reach_m
    west, south = px * PAGE_SIDE, py * PAGE_SIDE
    first_x = max(west, index_of(min(x0, x1) - far_m, grid.x0_m, grid.cell_m, columns))
    last_x = min(west + PAGE_SIDE - 1, index_of(max(x0, x1) + far_m, grid.x0_m, grid.cell_m, columns))
    first_y = max(south, index_of(min(y0, y1) - far_m, grid.y0_m, grid.cell_m, grid.pages_y * PAGE_SIDE))
    last_y = min(south + PAGE_SIDE - 1, index_of(max(y0, y1) + far_m, grid.y0_m, grid.cell_m, grid.pages_y * PAGE_SIDE))
    for iy in range(first_y, last_y + 1):
        for ix in range(first_x, last_x + 1):
            west_m, south_m = grid.x0_m + ix * grid.cell_m - reach_m, grid.y0_m + iy * grid.cell_m - reach_m
            if _square_is_near(x0, y0, x1, y1, west_m, south_m, side_m, radius_m):
                whole = _is_whole(x0, y0, x1, y1, west_m, south_m, side_m, radius_m)
                found = grow(found, count, 1)
                found[count] = (((iy * columns + ix) << WHOLE_BITS) | (0 if whole else 1)) << EDGE_BITS | edge
                count += 1
    return found, count


@kernel
def _touch(
    vertex_m: Floats, k: int, edge: int, grid: Grid, radius_m: float, whole: NDArray[np.bool_], found: Int64s,
    count: int,
) -> tuple[Int64s, int]:  # fmt: skip
    """Note pages that the segment from vertex k on covers whole, and of others the cells near it."""
    x0, y0, x1, y1 = vertex_m[k, 0], vertex_m[k, 1], vertex_m[k + 1, 0], vertex_m[k + 1, 1]
    page_m, reach_m = grid.cell_m * PAGE_SIDE, grid.margin_m + SLACK_M
    far_m = radius_m + reach_m
    west = index_of(min(x0, x1) - far_m, grid.x0_m, page_m, grid.pages_x)
    east = index_of(max(x0, x1) + far_m, grid.x0_m, page_m, grid.pages_x)
    south = index_of(min(y0, y1) - far_m, grid.y0_m, page_m, grid.pages_y)
    north = index_of(max(y0, y1) + far_m, grid.y0_m, page_m, grid.pages_y)
    for py in range(south, north + 1):
        for px in range(west, east + 1):
            west_m, south_m = grid.x0_m + px * page_m - reach_m, grid.y0_m + py * page_m - reach_m
            side_m = page_m + 2.0 * reach_m
            if not _square_is_near(x0, y0, x1, y1, west_m, south_m, side_m, radius_m):
                continue
            if _is_whole(x0, y0, x1, y1, west_m, south_m, side_m, radius_m):
                whole[py, px] = True
            else:
                found, count = _touch_page(vertex_m, k, edge, px, py, grid, radius_m, found, count)
    return found, count


@kernel
def _put_cell(
    vertex_m: Floats, radius_m: float, touched: Int64s, first: int, last: int, base: int, fence: int, cell: int,
    grid: Grid, items: Items, n_items: int, n_words: int,
) -> tuple[Items, int]:  # fmt: skip
    """Append the item of one cell; gives the words used."""
    columns = grid.pages_x * PAGE_SIDE
    key = cell_key(cell % columns, cell // columns, grid.pages_x)
    if not (touched[first] >> EDGE_BITS) & 1:
        return put_item(items, n_items, key, -1), n_words
    items = put_item(items, n_items, key, n_words)
    words = grow(items.words, n_words, RUNS_AT)
    start = n_words
    words, n_words = put_runs(touched, first, last, base, words, n_words + RUNS_AT)
    words[start], words[start + 1] = fence, (((n_words - start - RUNS_AT) // 2) << 2) | NEAR_LINES
    west_m, south_m = grid.x0_m + cell % columns * grid.cell_m, grid.y0_m + cell // columns * grid.cell_m
    put_lines_states(vertex_m, words, start, n_words, west_m, south_m, grid.cell_m, radius_m)
    return Items(items.key, items.start, words), n_words


@kernel
def cover_lines(vertex_m: Floats, rings: Int32s, radius_m: float, fence: int, grid: Grid) -> Items:
    """Items of the neighbourhood of lines; a circle is a line of two equal points."""
    whole = np.zeros((grid.pages_y, grid.pages_x), np.bool_)
    found, count = np.empty(256, np.int64), 0
    for line in range(rings.size - 1):
        for k in range(int(rings[line]), int(rings[line + 1]) - 1):
            found, count = _touch(vertex_m, k, k - int(rings[0]), grid, radius_m, whole, found, count)
    touched = np.sort(found[:count])
    items = Items(np.empty(64, np.int64), np.empty(64, np.int64), np.empty(256, np.int32))
    n_items, n_words, first, columns = 0, 0, 0, grid.pages_x * PAGE_SIDE
    for page in np.flatnonzero(whole.ravel()):
        items, n_items = put_item(items, n_items, int(~page), -1), n_items + 1
    while first < touched.size:
        cell, last = touched[first] >> (EDGE_BITS + WHOLE_BITS), first + 1
        while last < touched.size and (touched[last] >> (EDGE_BITS + WHOLE_BITS)) == cell:
            last += 1
        if not whole[(cell // columns) >> PAGE_SHIFT, (cell % columns) >> PAGE_SHIFT]:
            items, n_words = _put_cell(
                vertex_m, radius_m, touched, first, last, rings[0], fence, cell, grid, items, n_items, n_words
            )
            n_items += 1
        first = last
    return Items(items.key[:n_items], items.start[:n_items], items.words[:n_words])
