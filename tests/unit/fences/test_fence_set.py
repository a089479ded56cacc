"""Versions of a set of fences: edits do what building anew does, and leave earlier versions alone."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from mapping.datums.frame import Frame
from mapping.fences import store
from mapping.fences._cells import PAGE_CELLS
from mapping.fences.check import FenceError
from mapping.fences.contains import find_containing
from mapping.fences.fence_set import WINDOWS_SPARE, FenceSet
from mapping.fences.kinds import EventKind
from mapping.fences.model import Circle, Corridor, FenceDraft, Shape
from mapping.fences.store import Sizes
from mapping.fences.windows import Window
from tests.unit.fences.maps import PLANE, RING, built, degrees_of, drawn


def circle(ref: str, x_m: float, y_m: float, radius_m: float, **asked: object) -> FenceDraft:
    shape: Shape = Circle(degrees_of(np.array([[x_m, y_m]]))[0], radius_m)
    return FenceDraft(ref, shape, **asked)  # type: ignore[arg-type]


def drafts(rng: np.random.Generator, n: int) -> list[FenceDraft]:
    """Circles, corridors and drawn fences, all over a square of 2 km."""
    made = []
    for k in range(n):
        x, y = rng.uniform(-1000.0, 1000.0, 2)
        if k % 3 == 0:
            made.append(circle(f"f{k}", x, y, rng.uniform(5.0, 400.0)))
        elif k % 3 == 1:
            line = np.array([[x, y], [x + 300.0, y + 40.0], [x + 200.0, y - 300.0]])
            made.append(FenceDraft(f"f{k}", Corridor((degrees_of(line),), rng.uniform(2.0, 50.0))))
        else:
            made.append(drawn(f"f{k}", RING, rng.uniform(2.0, 60.0)))
    return made


def hits(fences: FenceSet) -> list[tuple[int, str]]:
    points = np.random.default_rng(9).uniform(-1500.0, 1500.0, (400, 2))
    found = find_containing(fences, points[:, 0], points[:, 1])
    return sorted((int(p), fences.ref(int(f))) for p, f in zip(found.point, found.fence, strict=True))


def test_edits_end_where_building_does() -> None:
    rng = np.random.default_rng(1)
    first, other = drafts(rng, 24), drafts(rng, 24)
    fences = built(*first[:12], cell_m=60.0)
    wanted = {draft.ref: draft for draft in first[:12]}
    for draft in [*first[12:], *other[::2]]:
        fences, wanted[draft.ref] = fences.put(draft), draft
    for ref in ("f3", "f4", "f5"):
        fences = fences.remove(ref)
        del wanted[ref]
    assert fences.version == 1 + 12 + 12 + 3
    assert set(fences.row_of) == set(wanted) and len(fences) == 21
    assert hits(fences) == hits(built(*wanted.values(), cell_m=60.0))
    assert fences.draft("f0") == other[0]


def test_earlier_versions_stay_as_they_were() -> None:
    rng = np.random.default_rng(2)
    versions, seen = [built(*drafts(rng, 9), cell_m=40.0)], []
    for draft in drafts(rng, 18):
        seen.append(hits(versions[-1]))
        versions.append(versions[-1].put(draft))
    versions.append(versions[-1].remove("f7"))
    assert [hits(version) for version in versions[: len(seen)]] == seen


def test_two_futures_of_one_version() -> None:
    base = built(circle("a", 0.0, 0.0, 50.0))
    east, west = base.put(circle("b", 500.0, 0.0, 50.0)), base.put(circle("b", -500.0, 0.0, 50.0))
    for fences, x_m in ((east, 500.0), (west, -500.0)):
        assert find_containing(fences, [x_m, -x_m], [0.0, 0.0]).point.tolist() == [0]


def test_a_fence_beyond_the_grid() -> None:
    fences = built(circle("near", 0.0, 0.0, 50.0)).remove("near").put(circle("near", 10.0, 0.0, 50.0))
    far = fences.put(circle("far", 60_000.0, 0.0, 500.0))
    assert [far.ref(int(row)) for row in find_containing(far, [60_000.0, 0.0], [0.0, 0.0]).fence] == ["far", "near"]
    assert far.version == 4


def test_rows_stay_with_their_fences() -> None:
    fences = built(circle("a", 0.0, 0.0, 50.0), circle("b", 500.0, 0.0, 50.0)).remove("a")
    assert (fences.row_of["b"], fences.ref(0), fences.rows) == (1, "", 2)
    assert fences.put(circle("c", 0.0, 0.0, 5.0)).row_of == {"b": 1, "c": 2}
    with pytest.raises(KeyError):
        fences.remove("a")


def test_what_is_no_fence_is_told_with_its_id() -> None:
    good = circle("good", 0.0, 0.0, 50.0)
    elsewhere = replace(good, ref="frame", frame=Frame.parse("ITRF2020@2026.5"))
    bad = [
        circle("radius", 0.0, 0.0, -1.0),
        elsewhere,
        good,
        circle("limit", 0.0, 0.0, 5.0, kinds=frozenset({EventKind.SPEEDING})),
        circle(" ", 0.0, 0.0, 5.0),
    ]
    fences, problems = FenceSet.build(PLANE, [good, *bad])
    assert list(fences.row_of) == ["good"]
    assert [(problem.index, problem.ref) for problem in problems] == [
        (1, "radius"), (2, "frame"), (3, "good"), (4, "limit"), (5, " "),
    ]  # fmt: skip
    assert "radius must be more than 0" in problems[0].message and "ITRF2020" in problems[1].message
    with pytest.raises(FenceError, match="no speed limit"):
        fences.put(bad[3])


def test_groups_are_bits_that_stay() -> None:
    fences = built(circle("a", 0.0, 0.0, 5.0, groups=frozenset({"taxi", "bus"})))
    later = fences.put(circle("b", 0.0, 0.0, 5.0, groups=frozenset({"apron"})))
    assert later.groups == ("bus", "taxi", "apron")
    assert later.group_mask(["taxi", "nobody"]) == fences.group_mask(["taxi"]) == 2
    many = frozenset(f"g{k:02}" for k in range(62))
    with pytest.raises(FenceError, match="at most 63"):
        fences.put(circle("c", 0.0, 0.0, 5.0, groups=many))


def is_same(one: FenceSet, other: FenceSet) -> bool:
    """Whether two sets have the same words, pages, vertices and rules."""
    ours, theirs = one.store, other.store
    columns: list[tuple[NDArray[np.generic], NDArray[np.generic]]] = [
        (one.cells.page_of, other.cells.page_of),
        (one.rules[: other.rows], other.rules),
    ]
    columns += [
        (ours.words[: ours.n_words], theirs.words[: theirs.n_words]),
        (ours.vertex_m[: ours.n_vertices], theirs.vertex_m[: theirs.n_vertices]),
        (ours.cell_record[: ours.n_pages * PAGE_CELLS], theirs.cell_record[: theirs.n_pages * PAGE_CELLS]),
        (ours.page_record[: ours.n_pages], theirs.page_record[: theirs.n_pages]),
        (ours.edges[: ours.n_edges], theirs.edges[: theirs.n_edges]),
    ]
    return ours.sizes == theirs.sizes and all(np.array_equal(a, b) for a, b in columns)


def form(ref: str, edit: int) -> FenceDraft:
    """A fence in another place, with other hours and bound to other edges at every edit."""
    hours = Window("+08:00", (((edit % 600, 700 + edit % 700),),) * 7)
    shape = drawn(ref, RING, 5.0 + edit % 40) if edit % 3 else circle(ref, 7.0 * (edit % 90), 50.0, 30.0)
    return replace(shape, window=hours, edges=frozenset(range(edit % 9)))


@pytest.mark.compiled
def test_a_set_that_is_edited_for_months_stays_small(monkeypatch: pytest.MonkeyPatch) -> None:
    room = Sizes(words=2000, pages=8, vertices=200, edges=20)
    monkeypatch.setattr(store, "ROOM", room)
    # the wide one makes the grid of all sets the same; the last one has a row and nothing else
    others = [form("still", 4), circle("wide", 0.0, 0.0, 2000.0)]
    fences = built(form("edited", 0), *others, circle("gone", 0.0, 0.0, 300.0), cell_m=40.0).remove("gone")
    compacted, largest, live = 0, 0, 0
    for edit in range(1, 400):
        before, seen = fences, hits(fences)
        fences = fences.put(form("edited", edit))
        largest = max(largest, fences.store.sizes.bytes)
        if fences.store is not before.store:
            anew = built(form("edited", edit), *others, cell_m=40.0)
            assert is_same(fences, anew) and hits(fences) == hits(anew)
            assert hits(before) == seen
            compacted, live = compacted + 1, max(live, anew.store.sizes.bytes)
    assert compacted > 10
    assert largest <= 2 * live + 2 * room.bytes
    assert len(fences.windows) <= fences.windows_max <= 2 * 2 + WINDOWS_SPARE


def test_hours_that_no_fence_has_any_more_are_dropped() -> None:
    fences = built(form("edited", 0), form("still", 5))
    for edit in range(1, 3 * WINDOWS_SPARE):
        fences = fences.put(form("edited", edit))
        assert len(fences.windows) <= fences.windows_max
        for ref in ("edited", "still"):
            rule = fences.rules[fences.row_of[ref]]
            assert fences.windows[rule["window"]] == fences.draft(ref).window
            bound = fences.edges[rule["edge_first"] : rule["edge_first"] + rule["edge_count"]]
            assert set(bound.tolist()) == fences.draft(ref).edges
