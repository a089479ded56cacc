"""Blocks: what the arterials enclose, given a use by where it lies, and split by lesser streets until small enough."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, Polygon
from shapely.ops import split

from simulators.world.model import RoadClass, Street, stage_rng
from simulators.world.names import Namer, numbered
from simulators.world.shapes import lines_of, polygons_of
from simulators.world.site import Site

Floats = NDArray[np.float64]

SPLIT_DEPTH_MAX = 9
AREA_MIN_M2 = 3e3
TERTIARY_FROM_M2 = 130e3
BLOCK_SIDE_M_MIN = 75.0


class Use(StrEnum):
    """What a block is for."""

    TOWERS = "towers"
    MIXED = "mixed"
    HOMES = "homes"
    OLD_TOWN = "old_town"
    VILLAS = "villas"
    WORKS = "works"
    CAMPUS = "campus"
    PARK = "park"
    FIELDS = "fields"


BLOCK_AREA_M2: dict[Use, float] = {
    Use.TOWERS: 24e3,
    Use.MIXED: 44e3,
    Use.HOMES: 70e3,
    Use.OLD_TOWN: 34e3,
    Use.VILLAS: 60e3,
    Use.WORKS: 110e3,
    Use.CAMPUS: 120e3,
    Use.PARK: np.inf,
    Use.FIELDS: np.inf,
}


@dataclass(frozen=True)
class Block:
    """An area between streets and its use."""

    polygon: Polygon
    use: Use


def build_blocks(seed: int, site: Site, arterials: Sequence[Street], namer: Namer) -> tuple[list[Block], list[Street]]:
    """Blocks of the whole district and the lesser streets that part them."""
    rng = stage_rng(seed, "blocks")
    lines = [street.line for street in arterials] + [site.outline.exterior]
    faces = shapely.get_parts(shapely.polygonize([shapely.union_all(lines, grid_size=0.01)]))
    blocks: list[Block] = []
    streets: list[Street] = []
    for face in sorted(polygons_of(faces), key=lambda face: (face.centroid.x, face.centroid.y)):
        for land in polygons_of(face.difference(site.bank).difference(site.hill)):
            if land.area < AREA_MIN_M2:
                continue
            use = _use_of(rng, site, land)
            parts, cuts = _split(rng, land, use)
            blocks += [Block(part, use) for part in parts]
            streets += _named(cuts, use, namer)
    return blocks, streets


def _use_of(rng: np.random.Generator, site: Site, face: Polygon) -> Use:
    """Towers in the middle, homes around, works and fields outside; a park here and there."""
    middle = face.representative_point()
    distance = middle.distance(site.center)
    chance = rng.random()
    if distance < 950:
        return Use.PARK if chance < 0.08 else Use.TOWERS
    if site.ring_polygon.contains(middle):
        if middle.x > site.tributary.centroid.x + 200 and middle.y < -1200 and chance < 0.75:
            return Use.OLD_TOWN
        if distance < 2100:
            return _pick(chance, ((0.09, Use.PARK), (0.58, Use.MIXED), (0.65, Use.CAMPUS), (1.0, Use.HOMES)))
        return _pick(chance, ((0.08, Use.PARK), (0.25, Use.MIXED), (0.32, Use.CAMPUS), (1.0, Use.HOMES)))
    if middle.x < -3300:
        return _pick(chance, ((0.68, Use.WORKS), (0.8, Use.FIELDS), (1.0, Use.HOMES)))
    return _pick(chance, ((0.34, Use.FIELDS), (0.62, Use.VILLAS), (0.72, Use.WORKS), (1.0, Use.HOMES)))


def _pick(chance: float, table: tuple[tuple[float, Use], ...]) -> Use:
    """The first use whose cumulative share is above the chance."""
    return next(use for share, use in table if chance <= share)


def _split(rng: np.random.Generator, face: Polygon, use: Use) -> tuple[list[Polygon], list[tuple[LineString, float]]]:
    """Cut an area across its long side until the parts are as small as its use wants; cuts with the area they cut."""
    todo, done, cuts = [(face, 0)], [], []
    while todo:
        part, depth = todo.pop()
        line = None if depth >= SPLIT_DEPTH_MAX else _cut(rng, part, BLOCK_AREA_M2[use])
        halves = polygons_of(split(part, line)) if line is not None else []
        if len(halves) < 2 or min(half.area for half in halves) < 2500.0:
            done.append(part)
            continue
        assert line is not None
        cuts += [(piece, float(part.area)) for piece in lines_of(line.intersection(part))]
        todo += [(half, depth + 1) for half in halves]
    return done, cuts


def _cut(rng: np.random.Generator, part: Polygon, target_m2: float) -> LineString | None:
    """A line across the long side of the smallest rectangle around an area, near its middle."""
    if part.area < 1.7 * target_m2:
        return None
    corners = np.asarray(part.minimum_rotated_rectangle.exterior.coords)[:4]
    sides = np.roll(corners, -1, axis=0) - corners
    longest = int(np.argmax(np.hypot(sides[:, 0], sides[:, 1])))
    along, across = sides[longest], sides[(longest + 1) % 4]
    if np.hypot(*along) < 2 * BLOCK_SIDE_M_MIN:
        return None
    foot = corners[longest] + along * rng.uniform(0.40, 0.60)
    tilt = along * rng.normal(0.0, 0.02)
    return LineString([foot - 0.05 * across - tilt, foot + 1.05 * across + tilt])


def _named(cuts: Sequence[tuple[LineString, float]], use: Use, namer: Namer) -> list[Street]:
    """Streets on the cuts, numbered within their area: the first cuts of a large area carry more."""
    if use in (Use.PARK, Use.FIELDS) or not cuts:
        return []
    stem = namer.stem()
    streets = []
    for number, (line, area_m2) in enumerate(cuts, start=1):
        road_class = RoadClass.TERTIARY if area_m2 > TERTIARY_FROM_M2 else RoadClass.RESIDENTIAL
        streets.append(Street(line, road_class, numbered(stem, number, road_class)))
    return streets
