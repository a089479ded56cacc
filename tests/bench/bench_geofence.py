"""Points in fences against shapely, and the whole fence engine.

The set of fences is seeded: polygons of 46 edges with radii about 1.7 km over a square of 100 km; of 10,000 of them a
point is in about nine.
"""

import gc
import math
from collections.abc import Iterator

import numpy as np
import shapely
from numpy.typing import NDArray

from gnss.batches import FixBatch
from mapping.datums.frame import CGCS2000_2000
from mapping.datums.placed import Placed
from mapping.datums.plane import Plane, plane_to_geodetic
from mapping.fences.check import to_shapely
from mapping.fences.contains import find_containing
from mapping.fences.engine import fence_step
from mapping.fences.fence_set import FenceSet
from mapping.fences.model import Area, FenceDraft
from mapping.fences.state import FenceState
from tests.bench.measure import REPEATS, cpu_s_of, elapsed
from tests.bench.result import Result

NAME = "geofence"

PLANE = Plane(CGCS2000_2000, math.radians(25.831), math.radians(114.935))
HALF_M = 50_000.0
HITS_A_FENCE = 9e-4
EDGES = 46
POINTS = 10_000
HARD_POINTS = 10_000_000
TARGETS = {100: (100e6, 188e6), 1_000: (30e6, 44e6), 10_000: (1e6, 2e6)}
TERMINALS = 10_000
SECONDS = 60
T0_NS = 1_400_000_000_000_000_000

Floats = NDArray[np.float64]


def ring(rng: np.random.Generator, middle_m: Floats, radius_m: float) -> tuple[tuple[float, float], ...]:
    """A wobbly closed ring around a point, in degrees."""
    turn = 2.0 * np.pi * np.arange(EDGES) / EDGES
    wobble = 1.0 + 0.25 * np.sin(3.0 * turn + rng.uniform(0.0, 6.28)) + rng.normal(0.0, 0.05, EDGES)
    x, y = middle_m[:, None] + radius_m * wobble * np.stack([np.cos(turn), np.sin(turn)])
    degrees = np.degrees(np.column_stack(plane_to_geodetic(x, y, PLANE)))
    return tuple((float(lat), float(lon)) for lat, lon in np.vstack([degrees, degrees[:1]]))


def fence_set(n: int, seed: int = 1) -> FenceSet:
    """The seeded set of `n` fences."""
    rng = np.random.default_rng(seed)
    radius_m = math.sqrt(HITS_A_FENCE * (2.0 * HALF_M) ** 2 / math.pi / 1.2)
    drafts = [
        FenceDraft(
            f"fence-{k}",
            Area(((ring(rng, rng.uniform(-HALF_M, HALF_M, 2), radius_m * math.exp(rng.normal(0.0, 0.3))),),)),
        )
        for k in range(n)
    ]
    fences, problems = FenceSet.build(PLANE, drafts)
    assert len(fences) + len(problems) == n
    return fences


def polygons(fences: FenceSet) -> list[shapely.Geometry]:
    """The fences in the plane as shapely has them."""
    pairs = zip(fences.drafts, fences.shapes, strict=True)
    return [to_shapely(d.shape, s) for d, s in pairs if d is not None and s is not None and isinstance(d.shape, Area)]


def contains(n: int) -> Iterator[Result]:
    """Containment of the same points, ours and shapely's, which must agree."""
    fences, rng = fence_set(n), np.random.default_rng(5)
    x, y = rng.uniform(-HALF_M, HALF_M, (2, POINTS))
    tree, points = shapely.STRtree(polygons(fences)), shapely.points(x, y)
    hits = find_containing(fences, x, y)
    theirs = tree.query(points, predicate="covered_by")
    assert sorted(zip(hits.point.tolist(), hits.fence.tolist(), strict=True)) == sorted(
        zip(*theirs.tolist(), strict=True)
    )
    ours_s, peer_s = cpu_s_of(lambda: find_containing(fences, x, y), lambda: tree.query(points, predicate="covered_by"))
    must, reach = TARGETS[n]
    note = f"{len(hits.fence) / POINTS:.2g} hits a point"
    yield Result(
        NAME, f"{n} fences", POINTS / ours_s, "points/s", "higher", "shapely STRtree", POINTS / peer_s, must, reach,
        POINTS, note,
    )  # fmt: skip


def hard_points(fences: FenceSet, n: int, rng: np.random.Generator) -> Floats:
    """Random points, points on vertices, on edges, at the height of vertices, and all of these nudged: (n, 2)."""
    vertices = fences.store.vertex_m[: fences.store.n_vertices]
    chosen = rng.integers(0, len(vertices) - 1, n)
    points = rng.uniform(-HALF_M, HALF_M, (n, 2))
    kind = rng.integers(0, 4, n)[:, None]
    along = vertices[chosen] + rng.uniform(0.0, 1.0, (n, 1)) * (vertices[chosen + 1] - vertices[chosen])
    points = np.where(kind == 1, vertices[chosen], np.where(kind == 2, along, points))
    points[:, 1] = np.where(kind[:, 0] == 3, vertices[chosen, 1], points[:, 1])
    nudge = rng.integers(-1, 2, (n, 2))
    return np.where(nudge == 0, points, np.nextafter(points, np.where(nudge > 0, np.inf, -np.inf)))


def agreement() -> Iterator[Result]:
    """How many of many hard points shapely places otherwise."""
    fences, rng, other = fence_set(1_000), np.random.default_rng(6), 0
    tree, done = shapely.STRtree(polygons(fences)), 0
    while done < HARD_POINTS:
        points = hard_points(fences, min(1_000_000, HARD_POINTS - done), rng)
        hits = find_containing(fences, points[:, 0], points[:, 1])
        theirs = tree.query(shapely.points(points), predicate="covered_by")
        ours = np.sort(hits.point.astype(np.int64) * 1_000 + hits.fence)
        other += len(np.setxor1d(ours, theirs[0] * 1_000 + theirs[1], assume_unique=True))
        done += len(points)
    yield Result(NAME, "hard points placed otherwise", other, "", "lower", must=0, reach=0, n=HARD_POINTS)


def edits() -> Iterator[Result]:
    """One fence of ten thousand exchanged for another form of itself."""
    fences, others = fence_set(10_000), fence_set(65, seed=2)
    warm, *drafts = [draft for draft in others.drafts if draft is not None]
    fences = fences.put(warm)
    gc.collect()  # what building left behind is not the edits' doing
    with elapsed() as taken:
        for draft in drafts:
            fences = fences.put(draft)
    edit_ms = 1e3 * taken.cpu_s / len(drafts)
    yield Result(NAME, "edit of one of 10 k", edit_ms, "ms", "lower", must=1.0, n=len(drafts))


def drives() -> Iterator[Placed]:
    """A second of the whole fleet at a time: vehicles that drive over the square, RTK float."""
    rng = np.random.default_rng(3)
    x, y = rng.uniform(-HALF_M, HALF_M, (2, TERMINALS))
    turn, speed = rng.uniform(0.0, 6.28, TERMINALS), rng.uniform(5.0, 20.0, TERMINALS)
    for second in range(SECONDS):
        turn += rng.normal(0.0, 0.05, TERMINALS)
        x, y = x + speed * np.cos(turn), y + speed * np.sin(turn)
        noise = rng.normal(0.0, 0.3, (2, TERMINALS))
        lat_rad, lon_rad = plane_to_geodetic(x + noise[0], y + noise[1], PLANE)
        rows = FixBatch.missing(
            TERMINALS, slot=np.arange(TERMINALS), t_gpst_ns=T0_NS + second * 10**9, lat_rad=lat_rad, lon_rad=lon_rad,
            fix_quality=5, sigma_n_m=0.4, sigma_e_m=0.5, speed_mps=speed, course_rad=np.pi / 2 - turn,
        )  # fmt: skip
        yield Placed(CGCS2000_2000, rows)


def engine() -> Iterator[Result]:
    """The fleet's seconds through the engine, states and uncertainty included."""
    fences, batches, rates = fence_set(1_000), list(drives()), []
    for _ in range(REPEATS):
        state, events = FenceState.for_slots(TERMINALS), 0
        with elapsed() as taken:
            for batch in batches:
                state, said = fence_step(state, fences, batch)
                events += len(said)
        rates.append(SECONDS * TERMINALS / taken.cpu_s)
    yield Result(
        NAME, "whole engine, 1 k fences", float(np.median(rates)), "rows/s", "higher", must=1e6, reach=3e6,
        n=SECONDS * TERMINALS, note=f"{events} events",
    )  # fmt: skip


def run() -> Iterator[Result]:
    """Containment, agreement, edits, engine."""
    for n in TARGETS:
        yield from contains(n)
    yield from agreement()
    yield from edits()
    yield from engine()
