"""Where sets of fences keep vertices and records: appended to by each edit, shared by all versions.

Earlier versions go on reading what they read. Edits come from one thread at a time; reading needs no care. What edits
left behind is dropped by writing what is in use into another store, when that is due (`Store.is_due`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mapping.fences._cells import PAGE_CELLS, PAGE_SIDE, Cells, Grid, Items, grown
from mapping.fences._compact_kernel import move_records, move_vertices
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
ROOM_EDGES: Final = 2**10
"""A store has room for this much when it is new, and so much more than twice what it began with is never in it."""


class Sizes(NamedTuple):
    """What is used of a store."""

    words: int
    pages: int
    vertices: int
    edges: int

    @property
    def bytes(self) -> int:
        """Of all of it."""
        return 4 * self.words + 4 * (1 + PAGE_CELLS) * self.pages + 16 * self.vertices + 4 * self.edges


ROOM: Final = Sizes(ROOM_WORDS, ROOM_PAGES, ROOM_VERTICES, ROOM_EDGES)


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
    begun: Sizes

    @classmethod
    def of(cls, grid: Grid, room: Sizes = ROOM) -> "Store":
        """An empty store: page 0 and record 0."""
        return cls(
            grid,
            np.empty((room.vertices, 2)),
            0,
            np.empty(room.edges, np.int32),
            0,
            np.zeros(room.pages, np.int32),
            np.zeros(room.pages * PAGE_CELLS, np.int32),
            1,
            np.zeros(room.words, np.int32),
            2,
            Sizes(2, 1, 0, 0),
        )

    @property
    def sizes(self) -> Sizes:
        """What is used now."""
        return Sizes(self.n_words, self.n_pages, self.n_vertices, self.n_edges)

    @property
    def is_due(self) -> bool:
        """Whether more was appended than there was at first, and than there is always room for: compact it."""
        return self.sizes.bytes > 2 * self.begun.bytes + ROOM.bytes

    def compacted(
        self, page_of: NDArray[np.int32], firsts: NDArray[np.int64], counts: NDArray[np.int64]
    ) -> tuple["Store", NDArray[np.int32], NDArray[np.int64]]:
        """Another store of what one version has in use, but its edges; with its pages and where its vertices begin.

        Shape: a page number of every page of the grid; where the vertices of each fence begin and how many they are.
        """
        room = Sizes(*(now + more for now, more in zip(self.sizes, ROOM, strict=True)))
        store, pages, now = Store.of(self.grid, room), np.zeros_like(page_of), np.cumsum(counts) - counts
        move_vertices(self.vertex_m, firsts, counts, store.vertex_m)
        store.n_vertices = int(counts.sum())
        store.n_words, store.n_pages = move_records(self.book(page_of), now - firsts, store.book(pages))
        return store, pages, now

    def begin(self) -> None:
        """What is used now is what there was at first."""
        self.begun = self.sizes

    def add_vertices(self, shape: PlaneShape) -> int:
        """Append the vertices of a fence; gives where they begin."""
        n, first = len(shape.vertex_m), self.n_vertices
        self.vertex_m = grown(self.vertex_m, first, n)
        self.vertex_m[first : first + n] = shape.vertex_m
        self.n_vertices += n
        return first

    def add_edges(self, edges: Sequence[int] | NDArray[np.int32]) -> int:
        """Append the road edges that a fence is bound to; gives where they begin.

        Shape: (edges,).
        """
        self.edges = grown(self.edges, self.n_edges, len(edges))
        self.edges[self.n_edges : self.n_edges + len(edges)] = edges
        first, self.n_edges = self.n_edges, self.n_edges + len(edges)
        return first

    def items_of(self, shape: PlaneShape, first: int, fence: int) -> Items:
        """The cells in which a fence lies whose vertices begin at `first`."""
        rings = (shape.rings + first).astype(np.int32)
        if np.isnan(shape.radius_m):
            return cover_area(self.vertex_m, rings, fence, self.grid)
        return cover_lines(self.vertex_m, rings, shape.radius_m, fence, self.grid)

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

    def write(self, page_of: NDArray[np.int32], shapes: list[tuple[int, PlaneShape, int]]) -> None:
        """Put many fences into the empty grid: row, shape and first vertex of each.

        Shape: a page number of every page of the grid; it is changed.
        """
        parts = [self.items_of(shape, first, fence) for fence, shape, first in shapes]
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

    def edit(self, page_of: NDArray[np.int32], fence: int, shape: PlaneShape, first: int, *, take_out: bool) -> None:
        """Put one fence into the records of its cells, or take it out of them.

        Shape: a page number of every page of the grid; it is changed.
        """
        items = self.items_of(shape, first, fence)
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
