"""Where sets of fences keep vertices and records: appended to by each edit, shared by all versions.

Earlier versions go on reading what they read. Edits come from one thread at a time; reading needs no care.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mapping.fences._cells import PAGE_CELLS, PAGE_SIDE, Cells, Grid, Items, grown
from mapping.fences._cover_kernel import cover_area
from mapping.fences._near_lines_kernel import cover_lines
from mapping.fences._records_kernel import Book, merge_one, write_all
from mapping.fences.check import PlaneShape

CELL_M_MIN: Final = 20.0
CELL_PER_EDGE: Final = 0.7
"""Side of a cell as a part of the median edge: a cell then has two or three edges of a fence."""

PAGES_MAX: Final = 2**18
ITEMS_MAX: Final = 2.0**23
"""Cells of all fences together: beyond, cells are made larger."""

REACH_M: Final = 5_000.0
"""The grid goes this much beyond the first fences, and a quarter of their extent, before it is made anew."""

ROOM_WORDS: Final = 2**20
ROOM_VERTICES: Final = 2**17
ROOM_PAGES: Final = 2**10


@dataclass(slots=True)
class Store:
    """The grid, and arrays that are longer than what is used of them."""

    grid: Grid
    vertex_m: NDArray[np.float64]
    n_vertices: int
    edges: NDArray[np.int32]
    n_edges: int
    page_record: NDArray[np.int32]
    cell_record: NDArray[np.int32]
    n_pages: int
    words: NDArray[np.int32]
    n_words: int

    @classmethod
    def of(cls, grid: Grid) -> "Store":
        """An empty store: page 0 and record 0."""
        return cls(
            grid,
            np.empty((ROOM_VERTICES, 2)),
            0,
            np.empty(1024, np.int32),
            0,
            np.zeros(ROOM_PAGES, np.int32),
            np.zeros(ROOM_PAGES * PAGE_CELLS, np.int32),
            1,
            np.zeros(ROOM_WORDS, np.int32),
            2,
        )

    def add_vertices(self, shape: PlaneShape) -> NDArray[np.int32]:
        """Append the vertices of a fence; gives where its rings are.

        Shape: (rings + 1,).
        """
        n = len(shape.vertex_m)
        self.vertex_m = grown(self.vertex_m, self.n_vertices, n)
        self.vertex_m[self.n_vertices : self.n_vertices + n] = shape.vertex_m
        rings = (shape.rings + self.n_vertices).astype(np.int32)
        self.n_vertices += n
        return rings

    def add_edges(self, edges: list[int]) -> int:
        """Append the road edges that a fence is bound to; gives where they begin."""
        self.edges = grown(self.edges, self.n_edges, len(edges))
        self.edges[self.n_edges : self.n_edges + len(edges)] = edges
        first, self.n_edges = self.n_edges, self.n_edges + len(edges)
        return first

    def items_of(self, rings: NDArray[np.int32], radius_m: float, fence: int) -> Items:
        """The cells in which a fence lies.

        Shape: (rings + 1,). Unit: m.
        """
        if np.isnan(radius_m):
            return cover_area(self.vertex_m, rings, fence, self.grid)
        return cover_lines(self.vertex_m, rings, radius_m, fence, self.grid)

    def book(self, page_of: NDArray[np.int32]) -> Book:
        """What an edit writes into.

        Shape: a page number of every page of the grid; it is changed.
        """
        return Book(page_of, self.page_record, self.cell_record, self.words, self.n_words, self.n_pages, self.n_pages)

    def keep(self, book: Book) -> None:
        """Take over what an edit wrote."""
        self.page_record, self.cell_record, self.n_pages = book.page_record, book.cell_record, book.n_pages
        self.words, self.n_words = book.words, book.n_words

    def cells(self, page_of: NDArray[np.int32], radius_m: NDArray[np.float64]) -> Cells:
        """The grid as one version of the set reads it.

        Shape: a page number of every page, a radius of every fence. Unit: m.
        """
        return Cells(page_of, self.page_record, self.cell_record, self.words, self.vertex_m, radius_m)

    def write(self, page_of: NDArray[np.int32], shapes: list[tuple[int, NDArray[np.int32], float]]) -> None:
        """Put many fences into the empty grid: row, rings and radius of each.

        Shape: a page number of every page of the grid; it is changed. Unit: m.
        """
        parts = [self.items_of(rings, radius_m, fence) for fence, rings, radius_m in shapes]
        if not parts:
            return
        bases = np.cumsum([0, *(len(part.words) for part in parts)])
        starts = [
            np.where(part.start < 0, part.start, part.start + base)
            for part, base in zip(parts, bases[:-1], strict=True)
        ]
        items = Items(
            np.concatenate([part.key for part in parts]),
            np.concatenate(starts),
            np.concatenate([part.words for part in parts]),
        )
        fences = [np.full(len(part.key), fence, np.int32) for part, (fence, _, _) in zip(parts, shapes, strict=True)]
        order = np.argsort(items.key, kind="stable")
        self.keep(write_all(self.book(page_of), order, np.concatenate(fences), items))

    def edit(
        self, page_of: NDArray[np.int32], fence: int, rings: NDArray[np.int32], radius_m: float, *, take_out: bool
    ) -> None:
        """Put one fence into the records of its cells, or take it out of them.

        Shape: a page number of every page of the grid (it is changed), (rings + 1,). Unit: m.
        """
        items = self.items_of(rings, radius_m, fence)
        self.keep(merge_one(self.book(page_of), fence, items, take_out))


def grid_of(shapes: list[PlaneShape], margin_m: float, cell_m: float | None) -> Grid:
    """A grid for these fences: cells about as wide as their edges are long, so that a cell has few of them.

    Unit: m.
    """
    bounds = np.array([shape.bounds_m for shape in shapes] or [(-50_000.0, -50_000.0, 50_000.0, 50_000.0)])
    low, high = bounds[:, :2].min(axis=0), bounds[:, 2:].max(axis=0)
    reach_m = np.maximum(REACH_M, 0.25 * (high - low)) + margin_m
    low, high = low - reach_m, high + reach_m
    side_m = cell_m or max(CELL_PER_EDGE * _typical_edge_m(shapes), 2.0 * margin_m, CELL_M_MIN)
    areas_m2 = np.prod(bounds[:, 2:] - bounds[:, :2] + 2.0 * side_m, axis=1).sum()
    side_m = max(side_m, float(np.sqrt(areas_m2 / ITEMS_MAX)))
    side_m = max(side_m, float(np.sqrt(np.prod(high - low) / PAGES_MAX)) / PAGE_SIDE)
    pages = np.ceil((high - low) / (side_m * PAGE_SIDE)).astype(int)
    return Grid(float(low[0]), float(low[1]), side_m, int(pages[0]), int(pages[1]), margin_m)


def _typical_edge_m(shapes: list[PlaneShape]) -> float:
    """The median length of the edges of polygons, 100 m where there are none."""
    lengths = [np.hypot(*np.diff(shape.vertex_m, axis=0).T) for shape in shapes[:2000] if np.isnan(shape.radius_m)]
    return float(np.median(np.concatenate(lengths))) if lengths else 100.0
