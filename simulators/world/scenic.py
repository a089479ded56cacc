"""The riverside scenic route: a path between water and drive, its stops, and the links to the drive."""

from __future__ import annotations

import numpy as np
import shapely
from shapely import LineString, Point

from simulators.world.model import Name, Place, RoadClass, Street, Structure
from simulators.world.names import Namer
from simulators.world.noding import cut_line, insert_node, node_at
from simulators.world.shapes import lines_of
from simulators.world.site import BANK_M, Site

FROM_WATER_M = 32.0
EDGE_OF_TOWN_M = 900.0
TUNNEL_M = 170.0
TUNNEL_AT = 0.43  # of the route
PLAZA_AT, PLAZA_M = 0.62, 240.0
PLAZA_KMH = 15
LINK_EVERY_M = 780.0
STOP_EVERY_M = 520.0
NAME = Name("江湾观光绿道", "River Bend Greenway")


def build_scenic(site: Site, surface: list[Street], namer: Namer) -> tuple[list[Street], list[Place]]:
    """The route with its links, and its stops; splits riverside drives in `surface` where links end."""
    route = _route(site)
    links_m = np.linspace(0.0, route.length, max(2, round(route.length / LINK_EVERY_M)) + 1)
    streets = _pieces(route, [float(at_m) for at_m in links_m[1:-1]])
    streets += [_link(route, float(at_m), surface) for at_m in links_m]
    return streets, _stops(route, namer)


def _pieces(route: LineString, links_m: list[float]) -> list[Street]:
    """The route cut where links meet it, at the ends of its tunnel, and around the plaza with its lower limit."""
    tunnel_m = _between_links(links_m, TUNNEL_AT * route.length, TUNNEL_M)
    plaza_m = _between_links(links_m, PLAZA_AT * route.length, PLAZA_M)
    streets, at_m = [], 0.0
    for piece in cut_line(route, [*links_m, *tunnel_m, *plaza_m]):
        middle_m = at_m + piece.length / 2
        at_m += piece.length
        structure = Structure.TUNNEL if tunnel_m[0] < middle_m < tunnel_m[1] else Structure.GROUND
        limit_kmh = PLAZA_KMH if plaza_m[0] < middle_m < plaza_m[1] else None
        streets.append(Street(piece, RoadClass.SCENIC, NAME, structure=structure, maxspeed_kmh=limit_kmh))
    return streets


def _between_links(links_m: list[float], near_m: float, length_m: float) -> tuple[float, float]:
    """A stretch of a length in the middle between two links of the route."""
    after = min(max(int(np.searchsorted(links_m, near_m)), 1), len(links_m) - 1)
    middle_m = (links_m[after - 1] + links_m[after]) / 2
    return middle_m - length_m / 2, middle_m + length_m / 2


def _route(site: Site) -> LineString:
    """The longest run along one bank inside the district."""
    path = site.bank.buffer(FROM_WATER_M - BANK_M, quad_segs=12).boundary
    runs = lines_of(path.intersection(site.outline.buffer(-EDGE_OF_TOWN_M)))
    longest = max(runs, key=lambda run: run.length).simplify(0.4)
    return LineString(np.round(np.asarray(longest.coords), 2))


def _link(route: LineString, at_m: float, surface: list[Street]) -> Street:
    """A short way up from the route to the nearest drive."""
    start = node_at(route, at_m)
    drives = [street.line for street in surface if _is_drive(street)]
    nearest = drives[int(np.argmin(shapely.distance(drives, Point(start))))]
    foot = insert_node(surface, nearest.interpolate(nearest.project(Point(start))), _is_drive)
    return Street(LineString([start, foot]), RoadClass.SERVICE, Name())


def _is_drive(street: Street) -> bool:
    """Whether a street is one of the riverside drives."""
    return street.name.en.endswith("Riverside Drive")


def _stops(route: LineString, namer: Namer) -> list[Place]:
    """Stops at about equal distances, none at the very ends."""
    count = max(2, round(route.length / STOP_EVERY_M))
    at_m = (np.arange(count) + 0.5) * route.length / count
    return [Place(route.interpolate(float(at)), "stop", namer.ending("站", "Stop")) for at in at_m]
