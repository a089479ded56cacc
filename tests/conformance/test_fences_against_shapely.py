"""Containment against shapely's `covers`: counties of a province, and points made to be hard."""

import math
from pathlib import Path

import numpy as np
import orjson
import pytest
import shapely

from mapping.datums.frame import CGCS2000_2000
from mapping.datums.plane import Plane
from mapping.fences.check import to_shapely
from mapping.fences.contains import find_containing
from mapping.fences.fence_set import FenceSet
from mapping.fences.geojson import draft_of
from mapping.fences.model import Area

pytestmark = pytest.mark.compiled

PLANE = Plane(CGCS2000_2000, math.radians(26.0), math.radians(115.5))
POINTS = 10_000


def counties(folder: Path) -> FenceSet:
    """Ganzhou's counties as fences; their frame (GCJ-02 in truth) does not matter here."""
    drafts = []
    for path in sorted(folder.glob("3607*.geojson")):
        geometry = orjson.loads(path.read_bytes())
        drafts.append(draft_of({"type": "Feature", "id": path.stem, "geometry": geometry}))
    fences, problems = FenceSet.build(PLANE, drafts)
    assert len(fences) > 5, problems
    return fences


def test_counties_of_ganzhou(data_dir: Path) -> None:
    fences = counties(data_dir / "map" / "fences" / "jiangxi")
    rng = np.random.default_rng(11)
    vertices = fences.store.vertex_m[: fences.store.n_vertices]
    chosen = rng.integers(0, len(vertices) - 1, POINTS)
    on_edges = vertices[chosen] + rng.uniform(0.0, 1.0, (POINTS, 1)) * (vertices[chosen + 1] - vertices[chosen])
    level = np.column_stack([rng.uniform(vertices[:, 0].min(), vertices[:, 0].max(), POINTS), vertices[chosen, 1]])
    spread = rng.uniform(vertices.min(axis=0), vertices.max(axis=0), (POINTS, 2))
    nudged = np.nextafter(vertices, rng.choice([-np.inf, np.inf], vertices.shape))
    points = np.concatenate([spread, on_edges, level, vertices, nudged])
    hits = find_containing(fences, points[:, 0], points[:, 1])
    made = shapely.points(points)
    for number, (draft, shape) in enumerate(zip(fences.drafts, fences.shapes, strict=True)):
        assert draft is not None and shape is not None and isinstance(draft.shape, Area)
        expected = shapely.covers(to_shapely(draft.shape, shape), made)
        assert np.array_equal(np.bincount(hits.point[hits.fence == number], minlength=len(points)) == 1, expected), (
            draft.ref
        )
