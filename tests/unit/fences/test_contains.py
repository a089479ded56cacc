"""Which fences points are in: drawn fences, limits, holes, and shapely as the judge of random ones."""

import math

import numpy as np
import pytest
import shapely

from mapping.fences.check import to_shapely
from mapping.fences.contains import find_containing
from mapping.fences.fence_set import FenceSet
from mapping.fences.model import Area, Circle, Corridor, FenceDraft
from tests.unit.fences.maps import RING, Floats, area_of, built, degrees_of, drawn, drawn_shape, squares


def covers(fences: FenceSet, points_m: Floats) -> list[list[int]]:
    hits = find_containing(fences, points_m[:, 0], points_m[:, 1])
    return [sorted(hits.fence[hits.point == row].tolist()) for row in range(len(points_m))]


def judged(fences: FenceSet, points_m: Floats) -> list[list[int]]:
    """What shapely says, of the polygons as they are in the plane."""
    shapes = []
    for draft, shape in zip(fences.drafts, fences.shapes, strict=True):
        assert draft is not None and shape is not None and isinstance(draft.shape, Area)
        shapes.append(to_shapely(draft.shape, shape))
    points = shapely.points(points_m)
    inside = np.array([shapely.covers(shape, points) for shape in shapes])
    return [np.flatnonzero(column).tolist() for column in inside.T]


@pytest.mark.parametrize("cell_m", [7.0, 20.0, 100.0, None])
def test_the_squares_of_a_map_are_inside(cell_m: float | None) -> None:
    fences = built(drawn("ring", RING), cell_m=cell_m)
    marks = squares(RING)
    middles = np.array([(x + 0.5, y + 0.5) for _, x, y in marks]) * 10.0
    assert covers(fences, middles) == [[0] if character == "#" else [] for character, _, _ in marks]


@pytest.mark.parametrize("cell_m", [10.0, 33.0])
def test_edges_vertices_and_rims_of_holes_are_inside(cell_m: float) -> None:
    fences = built(drawn("ring", RING), cell_m=cell_m)
    vertices = fences.store.vertex_m[: fences.store.n_vertices]
    assert all(covers(fences, vertices))
    nudged = np.concatenate([np.nextafter(vertices, np.inf), np.nextafter(vertices, -np.inf)])
    assert covers(fences, nudged) == judged(fences, nudged)


def blob(rng: np.random.Generator, spread_m: float, radius_m: float, n: int) -> shapely.Geometry:
    turn = np.sort(rng.uniform(0.0, 2.0 * np.pi, n))
    radius = radius_m * rng.uniform(0.3, 1.0, n)
    middle = rng.uniform(-spread_m, spread_m, 2)
    return shapely.make_valid(shapely.Polygon(middle + np.column_stack([radius * np.cos(turn), radius * np.sin(turn)])))


@pytest.mark.parametrize("margin_m", [0.0, 25.0])
@pytest.mark.parametrize("seed", range(3))
def test_random_polygons_as_shapely_has_them(seed: int, margin_m: float) -> None:
    rng = np.random.default_rng(seed)
    shapes = [blob(rng, 300.0, 10.0 ** rng.uniform(0.5, 2.7), int(rng.integers(3, 30))) for _ in range(12)]
    shapes = [shape for shape in shapes if shape.geom_type in ("Polygon", "MultiPolygon")]
    drafts = [FenceDraft(f"f{k}", area_of(shape)) for k, shape in enumerate(shapes)]
    fences = built(*drafts, margin_m=margin_m)
    vertices = fences.store.vertex_m[: fences.store.n_vertices]
    between = vertices[:-1] + rng.uniform(0.0, 1.0, (len(vertices) - 1, 1)) * np.diff(vertices, axis=0)
    level = np.column_stack([rng.uniform(-600.0, 600.0, len(vertices)), vertices[:, 1]])
    points = np.concatenate([rng.uniform(-700.0, 700.0, (300, 2)), vertices, between, level])
    assert covers(fences, points) == judged(fences, points)


def test_two_polygons_of_one_fence() -> None:
    text = """
    ##..##
    ##..##
    """
    assert drawn_shape(text).geom_type == "MultiPolygon"
    fences = built(drawn("both", text))
    assert covers(fences, np.array([[5.0, 5.0], [30.0, 5.0], [55.0, 15.0], [19.9, 19.9]])) == [[0], [], [0], [0]]


def test_circles_and_corridors_by_distance() -> None:
    line = np.array([[0.0, 0.0], [1000.0, 0.0], [1000.0, 500.0]])
    fences = built(
        FenceDraft("circle", Circle(degrees_of(np.array([[200.0, 300.0]]))[0], 150.0)),
        FenceDraft("corridor", Corridor((degrees_of(line),), 30.0)),
        FenceDraft("wide", Circle(degrees_of(np.array([[0.0, 0.0]]))[0], 20_000.0)),
        cell_m=50.0,
    )
    rng = np.random.default_rng(3)
    points = np.concatenate([rng.uniform(-300.0, 1300.0, (400, 2)), rng.uniform(-25_000.0, 25_000.0, (200, 2))])
    to_circle = np.hypot(points[:, 0] - 200.0, points[:, 1] - 300.0)
    to_line = shapely.distance(shapely.LineString(line), shapely.points(points))
    inside = [to_circle <= 150.0, to_line <= 30.0, np.hypot(*points.T) <= 20_000.0]
    assert covers(fences, points) == [np.flatnonzero(column).tolist() for column in np.array(inside).T]


def test_a_large_fence_keeps_whole_pages() -> None:
    """What covers 16 by 16 cells is listed once."""
    side = np.array([[-20_000.0, -20_000.0], [20_000.0, -20_000.0], [20_000.0, 20_000.0], [-20_000.0, 20_000.0]])
    fences = built(FenceDraft("large", area_of(shapely.Polygon(side))), cell_m=100.0)
    assert (fences.cells.page_record != 0).sum() > 100
    points = np.random.default_rng(1).uniform(-22_000.0, 22_000.0, (500, 2))
    assert covers(fences, points) == judged(fences, points)


def test_points_nowhere_are_in_nothing() -> None:
    fences = built(drawn("ring", RING))
    points = np.array([[math.nan, 5.0], [15.0, math.nan], [1e9, 15.0], [15.0, -1e12], [math.inf, 15.0]])
    assert covers(fences, points) == [[]] * 5
    assert covers(built(), np.array([[0.0, 0.0]])) == [[]]


def test_more_hits_than_room_was_made_for() -> None:
    fences = built(*(drawn(f"f{k}", RING) for k in range(40)))
    points = np.tile([[15.0, 15.0]], (300, 1))
    assert covers(fences, points) == [list(range(40))] * 300
