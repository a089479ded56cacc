"""Which eighths of a cell, 8 by 8, a partial fence covers, leaves free, or has to be asked about.

Most points of a cell that a limit comes near are not near it themselves: of them two bits say all. The bits of an
eighth are in word `row >> 1` of the four, at `2 * ((row & 1) * 8 + column)`: rows from the south, columns from the
west.
"""

from math import floor, sqrt

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, kernel, leaf_kernel
from mapping.fences._cells import RUNS_AT, SLACK_M, STATES_AT, SUB_SIDE, Int32s
from mapping.fences._ray_kernel import EDGE_SHIFT, FIRST_ENDS, LAST_ENDS, run_distance2

Floats = NDArray[np.float64]

COVERED, ASKED = 1, 2
ALL = (1 << SUB_SIDE) - 1


@inline_kernel
def state_at(words: Int32s, at: int, sub: int) -> int:
    """Bits COVERED and ASKED of the partial fence whose words begin at `at`, for an eighth: row times 8 plus column."""
    return int(words[at + STATES_AT + (sub >> 4)] >> (2 * (sub & 15))) & 3


@inline_kernel
def span_in_row(x0: float, y0: float, x1: float, y1: float, low_m: float, high_m: float) -> tuple[float, float]:
    """Least and greatest x of the part of an edge between two heights."""
    if y0 > y1:
        x0, y0, x1, y1 = x1, y1, x0, y0
    xa, xb = x0, x1
    if y0 < low_m:
        xa = x0 + (x1 - x0) * min(1.0, (low_m - y0) / (y1 - y0))
    if y1 > high_m:
        xb = x0 + (x1 - x0) * max(0.0, (high_m - y0) / (y1 - y0))
    return min(xa, xb), max(xa, xb)


@inline_kernel
def _columns(count: float) -> int:
    """So many columns from the west on, as bits."""
    return (1 << int(min(max(count, 0.0), SUB_SIDE))) - 1


@inline_kernel
def _row_of_edge(
    x0: float, y0: float, x1: float, y1: float, west_m: float, south_m: float, side_m: float
) -> tuple[int, int]:
    """Columns of a row that an edge comes to, and those whose rays to the east cross it."""
    asked, crossed = 0, 0
    low_m, high_m, middle_m = south_m - SLACK_M, south_m + side_m + SLACK_M, south_m + 0.5 * side_m
    if max(y0, y1) >= low_m and min(y0, y1) <= high_m:
        first_m, last_m = span_in_row(x0, y0, x1, y1, low_m, high_m)
        first, last = floor((first_m - SLACK_M - west_m) / side_m), floor((last_m + SLACK_M - west_m) / side_m)
        asked = _columns(last + 1.0) & ~_columns(first * 1.0)
    if (y0 > middle_m) != (y1 > middle_m):
        x_m = x0 + (middle_m - y0) / (y1 - y0) * (x1 - x0)
        crossed = _columns(floor((x_m - west_m) / side_m) * 1.0)
    return asked, crossed


@leaf_kernel
def _row_of_run(
    vertex_m: Floats, first: int, edge_code: int, west_m: float, south_m: float, side_m: float
) -> tuple[int, int]:
    """Columns of a row that a run of edges comes to, and those whose parity it changes."""
    asked, inside, last = 0, 0, first + (edge_code >> EDGE_SHIFT)
    middle_m = south_m + 0.5 * side_m
    if edge_code & FIRST_ENDS and vertex_m[first, 1] > middle_m:
        inside ^= ALL
    if edge_code & LAST_ENDS and vertex_m[last, 1] > middle_m:
        inside ^= ALL
    for k in range(first, last):
        near, crossed = _row_of_edge(
            vertex_m[k, 0], vertex_m[k, 1], vertex_m[k + 1, 0], vertex_m[k + 1, 1], west_m, south_m, side_m
        )
        asked, inside = asked | near, inside ^ crossed
    return asked, inside


@inline_kernel
def _spread(columns: int) -> int:
    """Eight bits as every other one of sixteen."""
    columns = (columns | (columns << 4)) & 0x0F0F
    columns = (columns | (columns << 2)) & 0x3333
    return (columns | (columns << 1)) & 0x5555


@inline_kernel
def _put_row(words: Int32s, start: int, row: int, asked: int, inside: int) -> None:
    """Write the bits of a row of eighths; rows are written from the south on."""
    bits = (_spread(asked) << 1) | _spread(inside & ~asked)
    if row & 1:
        bits = (bits << 16) | (int(words[start + STATES_AT + (row >> 1)]) & 0xFFFF)
    words[start + STATES_AT + (row >> 1)] = (bits ^ 0x80000000) - 0x80000000


@kernel
def put_area_states(
    vertex_m: Floats, words: Int32s, start: int, end: int, west_m: float, south_m: float, cell_m: float
) -> None:
    """Write the states of a polygon in the cell with this corner, its code and runs being written."""
    side_m, parity = cell_m / SUB_SIDE, words[start + 1] & 1
    for row in range(SUB_SIDE):
        asked, inside = 0, (ALL if parity else 0)
        for k in range(start + RUNS_AT, end, 2):
            near, changed = _row_of_run(
                vertex_m, words[k], words[k + 1], west_m, south_m + row * side_m, side_m
            )  # fmt: skip
            asked, inside = asked | near, inside ^ changed
        _put_row(words, start, row, asked, inside)


@kernel
def put_lines_states(
    vertex_m: Floats, words: Int32s, start: int, end: int, west_m: float, south_m: float, cell_m: float, radius_m: float
) -> None:
    """Write the states of the neighbourhood of lines: by the circles around the eighths."""
    side_m = cell_m / SUB_SIDE
    around_m = side_m * sqrt(0.5) + SLACK_M
    for row in range(SUB_SIDE):
        asked, inside, y_m = 0, 0, south_m + (row + 0.5) * side_m
        for column in range(SUB_SIDE):
            least, x_m = np.inf, west_m + (column + 0.5) * side_m
            for k in range(start + RUNS_AT, end, 2):
                least = min(least, run_distance2(vertex_m, words[k], words[k + 1], x_m, y_m))
            distance_m = sqrt(least)
            if distance_m <= radius_m - around_m:
                inside |= 1 << column
            elif distance_m <= radius_m + around_m:
                asked |= 1 << column
        _put_row(words, start, row, asked, inside)
