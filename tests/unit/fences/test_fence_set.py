"""Versions of a set of fences: edits do what building anew does, and leave earlier versions alone."""

from dataclasses import replace

import numpy as np
import pytest

from mapping.datums.frame import Frame
from mapping.fences.check import FenceError
from mapping.fences.contains import find_containing
from mapping.fences.fence_set import FenceSet
from mapping.fences.kinds import EventKind
from mapping.fences.model import Circle, Corridor, FenceDraft, Shape
from tests.unit.fences.maps import PLANE, degrees_of, drawn
from tests.unit.fences.test_contains import RING, built


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
    point, fence = find_containing(fences, points[:, 0], points[:, 1]).pairs()
    return sorted((int(p), fences.ref(int(f))) for p, f in zip(point, fence, strict=True))


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
        assert find_containing(fences, [x_m, -x_m], [0.0, 0.0]).pairs()[0].tolist() == [0]


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
