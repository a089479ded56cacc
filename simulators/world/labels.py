"""Labels of the map: the city, its quarters, parks, waters, bridges and the hill."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from shapely import Point

from simulators.world.blocks import Block, Use
from simulators.world.model import Area, Name, Place, Street, Structure, stage_rng
from simulators.world.names import Namer
from simulators.world.site import MAIN_NAME, TRIBUTARY_NAME, Site

CITY = Name("赣江新城", "Ganjiang New City")
QUARTER_GAP_M = 1250.0
QUARTERS_MAX = 18
PARKS_MAX = 40
CAMPUS_GAP_M, CAMPUSES_MAX = 700.0, 6
LABELLED = {"park": "park", "hill": "hill", "island": "island"}


def build_places(
    seed: int, site: Site, streets: Sequence[Street], blocks: Sequence[Block], areas: Sequence[Area], namer: Namer
) -> list[Place]:
    """All labels except the stops of the scenic route."""
    places = [Place(site.center, "city", CITY)]
    places += _quarters(stage_rng(seed, "places"), blocks, namer)
    places += [
        Place(site.main_river.intersection(site.outline).representative_point(), "water", MAIN_NAME),
        Place(site.tributary.intersection(site.outline).representative_point(), "water", TRIBUTARY_NAME),
    ]
    named = sorted((a for a in areas if a.kind in LABELLED and a.name.zh), key=lambda area: -area.polygon.area)
    places += [Place(a.polygon.representative_point(), LABELLED[a.kind], a.name) for a in named[:PARKS_MAX]]
    places += [
        Place(b.polygon.representative_point(), "campus", namer.ending("学院", "College")) for b in _campuses(blocks)
    ]
    return places + _crossings(site, streets)


def _campuses(blocks: Sequence[Block]) -> list[Block]:
    """The largest campuses, one label for those that lie together."""
    chosen: list[Block] = []
    for block in sorted((b for b in blocks if b.use is Use.CAMPUS), key=lambda block: -block.polygon.area):
        apart = all(block.polygon.distance(other.polygon) > CAMPUS_GAP_M for other in chosen)
        if apart and len(chosen) < CAMPUSES_MAX:
            chosen.append(block)
    return chosen


def _quarters(rng: np.random.Generator, blocks: Sequence[Block], namer: Namer) -> list[Place]:
    """Names of quarters, spread so that none lies close to another."""
    lived_in = [b for b in blocks if b.use in (Use.HOMES, Use.MIXED, Use.OLD_TOWN, Use.VILLAS, Use.WORKS)]
    chosen: list[Place] = []
    for k in rng.permutation(len(lived_in)):
        point = lived_in[k].polygon.representative_point()
        if len(chosen) < QUARTERS_MAX and all(point.distance(other.point) > QUARTER_GAP_M for other in chosen):
            chosen.append(Place(point, "district", namer.stem()))
    return chosen


def _crossings(site: Site, streets: Sequence[Street]) -> list[Place]:
    """Bridges and tunnels of the main river, named after their street."""
    places = []
    for street in streets:
        if street.structure is Structure.GROUND or not street.line.intersects(site.main_river) or street.is_oneway:
            continue
        zh, en = ("大桥", "Bridge") if street.structure is Structure.BRIDGE else ("隧道", "Tunnel")
        stem_zh, stem_en = street.name.zh.removesuffix("大道"), street.name.en.removesuffix(" Avenue")
        middle = Point(street.line.interpolate(0.5, normalized=True))
        places.append(Place(middle, "bridge", Name(stem_zh + zh, f"{stem_en} {en}")))
    return places
