"""All fences in force, as one immutable value with a version; an edit gives the next version in less than a ms.

    fences, problems = FenceSet.build(plane, drafts)
    fences = fences.put(draft)          # a new fence, or a new form of the one with this id
    fences = fences.remove("depot-1")

Versions share what did not change. Edits come from one thread at a time (`mapping.fences.store`). Once in hundreds of
edits the next version is a compact one, which takes an eighth of a second of ten thousand fences.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mapping.datums.frame import Frame
from mapping.datums.plane import Plane
from mapping.fences._cells import Cells, Grid
from mapping.fences._shared import Column, Names
from mapping.fences.check import FenceError, PlaneShape, plane_shape
from mapping.fences.model import FenceDraft, Problem
from mapping.fences.rules import (
    NO_WINDOW,
    RULES_TYPE,
    Rules,
    compact_rules,
    copy_rules,
    group_bits_of,
    put_rules,
    window_table,
)
from mapping.fences.store import Store, grid_of
from mapping.fences.windows import Window

MARGIN_M: Final = 25.0
"""Limits are known to cells this far away, so that a position's distance from them is found in its own cell."""

WINDOWS_SPARE: Final = 64
"""When there are this many windows more than twice those there were, those that no fence has are dropped."""


@dataclass(frozen=True, slots=True)
class FenceSet:
    """Fences by row. A row is a fence for as long as the fence exists; rows of removed ones stay empty.

    `drafts` and `shapes` have None where a fence was removed, `firsts` the first of the vertices in the store.
    `radius_m` is NaN for polygons.
    """

    version: int
    plane: Plane
    drafts: Column[FenceDraft | None]
    shapes: Column[PlaneShape | None]
    firsts: Column[int]
    row_of: Names
    groups: tuple[str, ...]
    windows: tuple[Window, ...]
    windows_max: int
    window_table: NDArray[np.int64]
    rules: Rules
    cells: Cells
    grid: Grid
    store: Store

    def __len__(self) -> int:
        return len(self.row_of)

    @property
    def frame(self) -> Frame:
        """The frame of the fences."""
        return self.plane.frame

    @property
    def rows(self) -> int:
        """Rows, those of removed fences included."""
        return len(self.drafts)

    @property
    def edges(self) -> NDArray[np.int32]:
        """Edges of the network that fences are bound to, by `edge_first` and `edge_count` of the rules."""
        return self.store.edges

    def draft(self, ref: str) -> FenceDraft:
        """The draft of a fence; raises `KeyError`."""
        draft = self.drafts[self.row_of[ref]]
        assert draft is not None
        return draft

    def ref(self, row: int) -> str:
        """The id of the fence in a row, empty where it was removed."""
        draft = self.drafts[row]
        return "" if draft is None else draft.ref

    def group_mask(self, names: Iterable[str]) -> int:
        """Groups as bits, for the terminals' side; groups that no fence names have no bit."""
        return sum(1 << self.groups.index(name) for name in set(names) if name in self.groups)

    @classmethod
    def build(
        cls, plane: Plane, drafts: Iterable[FenceDraft], *, margin_m: float = MARGIN_M, cell_m: float | None = None
    ) -> tuple["FenceSet", list[Problem]]:
        """Version 1 of all drafts that are fences, and what is wrong with the others.

        Unit: m. Frame: that of the plane; drafts in another are refused, each with a sentence.
        """
        good: list[tuple[FenceDraft, PlaneShape]] = []
        problems, seen, groups = [], set[str](), tuple[str, ...]()
        for index, draft in enumerate(drafts):
            try:
                if draft.ref in seen:
                    raise FenceError("another fence has the same id")
                more, shape = group_bits_of(groups, [draft]), plane_shape(draft, plane)
                good.append((draft, shape))
                seen.add(draft.ref)
                groups = more
            except FenceError as error:
                problems.append(Problem(index, draft.ref, str(error)))
        return _filled(plane, 1, list(good), groups, grid_of([shape for _, shape in good], margin_m, cell_m)), problems

    def put(self, draft: FenceDraft) -> "FenceSet":
        """The next version: with a new fence, or with this form of the fence that has its id; raises `FenceError`.

        Frame: that of the set.
        """
        shape = plane_shape(draft, self.plane)
        if not self._has_room_for(shape):
            return self._anew(draft, shape)
        row = self.row_of.get(draft.ref, self.rows)
        page_of = self.cells.page_of.copy()
        if row < self.rows:
            self._take_out(row, page_of)
        first = self.store.add_vertices(shape)
        self.store.edit(page_of, row, shape, first, take_out=False)
        radius_m = np.zeros(max(self.rows, row + 1))
        radius_m[: self.rows], radius_m[row] = self.cells.radius_m, shape.radius_m
        return _compact_if_due(
            replace(
                self._with_rules(draft, row),
                version=self.version + 1,
                drafts=self.drafts.put(row, draft),
                shapes=self.shapes.put(row, shape),
                firsts=self.firsts.put(row, first),
                row_of=self.row_of.put(draft.ref, row),
                cells=self.store.cells(page_of, radius_m),
            )
        )

    def _with_rules(self, draft: FenceDraft, row: int) -> "FenceSet":
        """The set with what a draft asks for in a row."""
        groups = group_bits_of(self.groups, [draft])
        known = draft.window is None or draft.window in self.windows
        windows = self.windows if known or draft.window is None else (*self.windows, draft.window)
        rules = copy_rules(self.rules, max(self.rows, row + 1))
        window = NO_WINDOW if draft.window is None else windows.index(draft.window)
        put_rules(rules, row, draft, _bits(groups), window, self.store.add_edges(sorted(draft.edges)))
        table = self.window_table if known else window_table(windows)
        return replace(self, groups=groups, windows=windows, window_table=table, rules=rules)

    def remove(self, ref: str) -> "FenceSet":
        """The next version, without a fence; raises `KeyError`."""
        row = self.row_of[ref]
        page_of = self.cells.page_of.copy()
        self._take_out(row, page_of)
        rules = copy_rules(self.rules, self.rows)
        rules[row]["kinds"] = 0
        return _compact_if_due(
            replace(
                self,
                version=self.version + 1,
                drafts=self.drafts.put(row, None),
                shapes=self.shapes.put(row, None),
                row_of=self.row_of.without(ref),
                rules=rules,
                cells=self.store.cells(page_of, self.cells.radius_m),
            )
        )

    def _take_out(self, row: int, page_of: NDArray[np.int32]) -> None:
        shape = self.shapes[row]
        assert shape is not None
        self.store.edit(page_of, row, shape, self.firsts[row], take_out=True)

    def _has_room_for(self, shape: PlaneShape) -> bool:
        """Whether the grid reaches as far as the fence."""
        grid, (west, south, east, north) = self.grid, shape.bounds_m
        page_m, reach_m = grid.cell_m * 16, grid.margin_m + 1.0
        return (
            west - reach_m > grid.x0_m
            and south - reach_m > grid.y0_m
            and east + reach_m < grid.x0_m + page_m * grid.pages_x
            and north + reach_m < grid.y0_m + page_m * grid.pages_y
        )

    def _anew(self, draft: FenceDraft, shape: PlaneShape) -> "FenceSet":
        """The next version on a larger grid: the one edit that takes as long as building all."""
        rows: list[tuple[FenceDraft, PlaneShape] | None] = [
            None if old is None or its is None else (old, its)
            for old, its in zip(self.drafts, self.shapes, strict=True)
        ]
        row = self.row_of.get(draft.ref, len(rows))
        rows[row : row + 1] = [(draft, shape)]
        shapes = [entry[1] for entry in rows if entry]
        return _filled(self.plane, self.version + 1, rows, self.groups, grid_of(shapes, self.grid.margin_m, None))


def _filled(
    plane: Plane,
    version: int,
    rows: Sequence[tuple[FenceDraft, PlaneShape] | None],
    groups: tuple[str, ...],
    grid: Grid,
) -> FenceSet:
    """A set with these fences in these rows, written into a new store."""
    store, page_of = Store.of(grid), np.zeros(grid.pages_x * grid.pages_y + 1, np.int32)
    drafts = Column(entry and entry[0] for entry in rows)
    shapes = Column(entry and entry[1] for entry in rows)
    firsts = _write(shapes, page_of, store)
    radius_m = np.array([np.nan if shape is None else shape.radius_m for shape in shapes], np.float64)
    known = group_bits_of(groups, [draft for draft in drafts if draft])
    windows = tuple(dict.fromkeys(draft.window for draft in drafts if draft and draft.window))
    rules = _rules_of(drafts, _bits(known), windows, store)
    store.begin()
    return FenceSet(
        version, plane, drafts, shapes, firsts, Names({draft.ref: row for row, draft in enumerate(drafts) if draft}),
        known, windows, 2 * len(windows) + WINDOWS_SPARE, window_table(windows), rules, store.cells(page_of, radius_m),
        grid, store,
    )  # fmt: skip


def _write(shapes: Sequence[PlaneShape | None], page_of: NDArray[np.int32], store: Store) -> Column[int]:
    """Put all shapes into an empty store; gives where their vertices begin."""
    firsts = Column(0 if shape is None else store.add_vertices(shape) for shape in shapes)
    numbered = enumerate(zip(shapes, firsts, strict=True))
    store.write(page_of, [(row, shape, first) for row, (shape, first) in numbered if shape])
    return firsts


def _compact_if_due(fences: FenceSet) -> FenceSet:
    """The same version, compact if edits left more behind than is in use."""
    is_due = fences.store.is_due or len(fences.windows) > fences.windows_max
    return compacted(fences) if is_due else fences


def compacted(fences: FenceSet) -> FenceSet:
    """The same version, in a store of its own without what edits left behind."""
    counts = np.array([0 if shape is None else len(shape.vertex_m) for shape in fences.shapes], np.int64)
    store, page_of, firsts = fences.store.compacted(
        fences.cells.page_of, np.array(tuple(fences.firsts), np.int64), counts
    )
    windows = tuple(dict.fromkeys(draft.window for draft in fences.drafts if draft and draft.window))
    rules, edges = compact_rules(
        fences.rules, fences.edges, [windows.index(w) if w in windows else NO_WINDOW for w in fences.windows]
    )
    store.add_edges(edges)
    store.begin()
    return replace(
        fences,
        firsts=Column(firsts.tolist()),
        windows=windows,
        windows_max=2 * len(windows) + WINDOWS_SPARE,
        window_table=window_table(windows),
        rules=rules,
        cells=store.cells(page_of, fences.cells.radius_m),
        store=store,
    )


def _rules_of(
    drafts: Sequence[FenceDraft | None], bits: dict[str, int], windows: tuple[Window, ...], store: Store
) -> Rules:
    """What is asked of each fence."""
    rules, numbers = np.zeros(len(drafts), RULES_TYPE), {window: number for number, window in enumerate(windows)}
    for row, draft in enumerate(drafts):
        if draft:
            window = NO_WINDOW if draft.window is None else numbers[draft.window]
            put_rules(rules, row, draft, bits, window, store.add_edges(sorted(draft.edges)))
    return rules


def _bits(groups: tuple[str, ...]) -> dict[str, int]:
    return {name: bit for bit, name in enumerate(groups)}
