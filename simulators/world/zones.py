"""What an operator watches in the city: the scenic line, its corridor, a slow plaza, a school, the old town."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from shapely import LineString, Point, Polygon

from simulators.world.blocks import Block, Use
from simulators.world.model import Name, Place, RoadClass, Route, Street, Zone
from simulators.world.scenic import NAME as SCENIC_NAME
from simulators.world.scenic import PLAZA_KMH
from simulators.world.shapes import as_polygon
from simulators.world.site import Site

HEADWAY_S = 600.0
CORRIDOR_M = 8.0
PLAZA_REACH_M = 12.0
SCHOOL_KMH = 30.0
SCHOOL_REACH_M = 45.0
SCHOOL_ROADS = (RoadClass.TERTIARY, RoadClass.SECONDARY)
SCHOOL_FROM_CENTRE_M = 900.0
OLD_TOWN_M = 650.0
DWELL_S = 60.0


def scenic_routes(chain: Sequence[tuple[int, bool]], places: Sequence[Place]) -> list[Route]:
    """The shuttle line: along the whole route and back, calling at every stop."""
    if not chain:
        return []
    there = [road for road, _ in chain]
    stops = [k for k, place in enumerate(places) if place.kind == "stop"]
    back = tuple(reversed(there))
    return [
        Route(_called(SCENIC_NAME, "上行", "out"), tuple(there), tuple(stops), HEADWAY_S),
        Route(_called(SCENIC_NAME, "下行", "back"), back, tuple(reversed(stops)), HEADWAY_S),
    ]


def _called(name: Name, zh: str, en: str) -> Name:
    return Name(f"{name.zh}{zh}", f"{name.en}, {en}")


def build_zones(
    site: Site, streets: Sequence[Street], chain: Sequence[tuple[int, bool]], blocks: Sequence[Block]
) -> list[Zone]:
    """Zones of a city, some of them always busy."""
    old_town = as_polygon(site.center.buffer(OLD_TOWN_M, quad_segs=12).intersection(site.outline))
    return [
        *_scenic_zones(streets, chain),
        Zone(_school(site, streets, blocks), Name("滨江小学", "Riverside School"), ("enter", "exit", "speeding"),
             speed_limit_kmh=SCHOOL_KMH),
        Zone(old_town, Name("老城区", "Old Town"), ("enter", "exit", "dwell"), dwell_s=DWELL_S),
    ]  # fmt: skip


def _scenic_zones(streets: Sequence[Street], chain: Sequence[tuple[int, bool]]) -> list[Zone]:
    lines = [np.asarray(streets[k].line.coords)[:: -1 if is_turned else 1] for k, is_turned in chain]
    if not lines:
        return []
    route = LineString(np.vstack([lines[0], *(line[1:] for line in lines[1:])]))
    plaza = shapely.union_all([streets[k].line for k, _ in chain if streets[k].speed_limit_kmh == PLAZA_KMH])
    return [
        Zone(route, _called(SCENIC_NAME, "走廊", "corridor"), ("deviation",), half_width_m=CORRIDOR_M,
             groups=("shuttles",)),
        Zone(as_polygon(plaza.buffer(PLAZA_REACH_M)), Name("观景广场", "Lookout Plaza"), ("enter", "exit", "speeding"),
             speed_limit_kmh=float(PLAZA_KMH)),
    ]  # fmt: skip


def _school(site: Site, streets: Sequence[Street], blocks: Sequence[Block]) -> Polygon:
    """A block off the centre, with the busy street beside it."""
    at = Point(site.center.x - SCHOOL_FROM_CENTRE_M, site.center.y)
    built = [block.polygon for block in blocks if block.use not in (Use.FIELDS, Use.PARK)]
    roads = [street.line for street in streets if street.road_class in SCHOOL_ROADS]
    block = built[int(np.argmin(shapely.distance(built, at)))]
    road = roads[int(np.argmin(shapely.distance(roads, block.centroid)))]
    beside = road.intersection(block.buffer(SCHOOL_REACH_M))
    return as_polygon(shapely.union(block, beside.buffer(SCHOOL_REACH_M / 2)).convex_hull)
