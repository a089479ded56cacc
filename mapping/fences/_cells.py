"""The grid of cells that fences are kept in, as kernels see it.

A cell knows the fences that cover it whole, and of those whose limit comes near it the edges that do. 16 by 16 cells
are a page; a fence that covers a whole page is listed once for the page. Page 0 and record 0 are empty.

A record in `words`: number of whole fences, number of partial ones, the whole ones, then per partial one
`fence, code, four words of states, (first vertex, edge code) ...`; both kinds sorted by fence. The states say of each
of 8 by 8 parts of the cell whether the edges need be looked at (`_states_kernel`). The code has the number of runs of
consecutive edges times 4, 2 if the fence is the neighbourhood of its lines (`radius_m`) and not their inside, and the
parity of the cell. An edge code has the number of edges times 4, 2 if the run's last vertex and 1 if its first one
counts as the end of what is not listed (`_ray_kernel`).
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Int32s = NDArray[np.int32]
Floats = NDArray[np.float64]

PAGE_SIDE = 16  # cells
PAGE_SHIFT = 4
PAGE_CELLS = PAGE_SIDE * PAGE_SIDE
SUB_SIDE = 8  # parts of a cell
SUB_SHIFT = 3

STATES_AT = 2
RUNS_AT = 6
"""Words of a partial fence before its states and before its runs."""

SLACK_M = 1e-6
"""Cells reach this much further than they are, so that rounding never puts a point beyond its cell."""

WORDS_PAST = 16
"""Words that are always there after the last one used: lists are copied 16 words at a time."""


class Grid(NamedTuple):
    """Where the cells are: south-west corner, side of a cell, pages east and north, and how far limits reach."""

    x0_m: float
    y0_m: float
    cell_m: float
    pages_x: int
    pages_y: int
    margin_m: float


class Cells(NamedTuple):
    """Pages of the grid, of each page its record and the records of its cells; records, vertices, radii of fences."""

    page_of: Int32s
    page_record: Int32s
    cell_record: Int32s
    words: Int32s
    vertex_m: Floats
    radius_m: Floats


class Items(NamedTuple):
    """Which cells a fence lies in: keys (a cell, or ~page for a whole page), where its words are (-1 = whole)."""

    key: NDArray[np.int64]
    start: NDArray[np.int64]
    words: Int32s


def grown(array: NDArray[Any], used: int, needed: int) -> NDArray[Any]:
    """The array itself, or a longer copy of what is used of it."""
    if used + needed <= len(array):
        return array
    longer = np.empty((max(2 * len(array), used + needed + 1024), *array.shape[1:]), array.dtype)
    longer[:used] = array[:used]
    return longer
