"""Arterials: a warped, uneven grid of avenues and roads, riverside drives, a diagonal, and their bridges."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, Polygon

from simulators.world.model import Name, RoadClass, Street, Structure, stage_rng
from simulators.world.names import Namer
from simulators.world.shapes import lines_of, polygons_of, smooth_open
from simulators.world.site import Site, ring_line

Floats = NDArray[np.float64]

REACH_M = 7200.0
SPACING_M = (420.0, 660.0)
CROSSING_M_MAX = 800.0  # a longer way over water runs along the river and is not built
BRIDGE_GAP_M = 260.0  # no two bridges closer than this
PIECE_M_MIN = 140.0
RIVER_TUNNEL_INDEX = 3  # which crossing of the main river goes below it
GRID_TURNS_DEG = (7.0, -13.0, 34.0)  # north bank, south-west, south-east


@dataclass(frozen=True)
class Warp:
    """Turns the straight grid and bends it with three long waves."""

    turn_rad: float
    amplitude_m: Floats
    wave: Floats
    phase: Floats

    @classmethod
    def from_seed(cls, rng: np.random.Generator, turn_deg: float) -> Warp:
        """Waves of 5 to 9 km and about 100 m."""
        amplitude = rng.uniform(60, 140, (3, 2))
        return cls(
            np.radians(turn_deg), amplitude, 2 * np.pi / rng.uniform(5e3, 9e3, (3, 2)), rng.uniform(0, 6.28, (3, 2))
        )

    def __call__(self, grid_m: Floats) -> Floats:
        """Grid coordinates `(n, 2)` to chart metres `(n, 2)`."""
        across = grid_m[:, ::-1]
        waves = zip(self.amplitude_m, self.wave, self.phase, strict=True)
        x, y = (grid_m + sum(a * np.sin(w * across + p) for a, w, p in waves)).T
        cos, sin = np.cos(self.turn_rad), np.sin(self.turn_rad)
        return np.column_stack((x * cos - y * sin, x * sin + y * cos))


def build_arterials(seed: int, site: Site, namer: Namer) -> list[Street]:
    """All avenues (primary) and roads (secondary) of the surface network, not yet noded."""
    rng = stage_rng(seed, "arterials")
    streets = _riverside_drives(site, namer) + _diagonal(site, namer)
    bridges: list[Street] = []
    for land, turn_deg in zip(_banks(site), GRID_TURNS_DEG, strict=True):
        warp = Warp.from_seed(rng, turn_deg)
        for lengthwise in (True, False):
            for at_m, road_class in _grid_lines(rng):
                line = _grid_line(warp, at_m, lengthwise)
                name = namer.street(road_class)
                streets += _lay(rng, site, land, line, road_class, name)
                bridges += _crossings(site, land, line, road_class, name, bridges)
    return streets + _with_river_tunnel(site, bridges)


def _banks(site: Site) -> list[Polygon]:
    """The three pieces of land that the rivers leave: north, south-west, south-east."""
    lands = sorted(polygons_of(site.outline.difference(site.bank)), key=lambda land: -land.area)[:3]
    north = max(lands, key=lambda land: land.centroid.y)
    return [north, *sorted((land for land in lands if land is not north), key=lambda land: land.centroid.x)]


def _with_river_tunnel(site: Site, bridges: list[Street]) -> list[Street]:
    """Put one crossing of the main river below it."""
    over_main = [street for street in bridges if street.line.intersects(site.main_river)]
    below = over_main[RIVER_TUNNEL_INDEX % len(over_main)] if over_main else None
    return [replace(street, structure=Structure.TUNNEL) if street is below else street for street in bridges]


def _grid_lines(rng: np.random.Generator) -> list[tuple[float, RoadClass]]:
    """Where the parallel lines of one direction lie; every second or third is an avenue."""
    lines, at_m, since_avenue = [], -REACH_M + rng.uniform(0, 300), 0
    while at_m < REACH_M:
        avenue = since_avenue >= 1 and (since_avenue >= 2 or rng.random() < 0.5)
        since_avenue = 0 if avenue else since_avenue + 1
        lines.append((at_m, RoadClass.PRIMARY if avenue else RoadClass.SECONDARY))
        at_m += rng.uniform(*SPACING_M)
    return lines


def _grid_line(warp: Warp, at_m: float, lengthwise: bool) -> LineString:
    """One line of the grid, warped."""
    run = np.arange(-REACH_M, REACH_M, 45.0)
    fixed = np.full_like(run, at_m)
    return LineString(warp(np.column_stack((run, fixed) if lengthwise else (fixed, run))))


def _lay(
    rng: np.random.Generator, site: Site, land: Polygon, line: LineString, road_class: RoadClass, name: Name
) -> list[Street]:
    """One grid line on its land: cut at the hill, or through it where an avenue is worth a tunnel."""
    inside = line.intersection(land)
    if road_class is RoadClass.SECONDARY:
        inside = _thin_out(rng, site, inside)
    below = [
        Street(piece, road_class, name, Structure.TUNNEL)
        for piece in lines_of(inside.intersection(site.hill))
        if road_class is RoadClass.PRIMARY and _passes(piece, site.hill) and piece.length > 500.0
    ]
    pieces = lines_of(inside.difference(site.hill))
    return [Street(piece, road_class, name) for piece in pieces if piece.length >= PIECE_M_MIN] + below


def _crossings(
    site: Site, land: Polygon, line: LineString, road_class: RoadClass, name: Name, built: list[Street]
) -> list[Street]:
    """The pieces of a grid line that leave its land over water, where no bridge stands near yet."""
    bridges: list[Street] = []
    for piece in lines_of(line.intersection(site.outline).intersection(site.bank)):
        ends = shapely.points([piece.coords[0], piece.coords[-1]])
        leaves = int(np.sum(shapely.distance(land, ends) < 0.5)) == 1
        alone = all(piece.distance(other.line) > BRIDGE_GAP_M for other in (*built, *bridges))
        if leaves and alone and _passes(piece, site.bank) and _worth_a_bridge(piece, site, road_class):
            bridges.append(Street(piece, road_class, name, Structure.BRIDGE))
    return bridges


def _passes(piece: LineString, area: shapely.Geometry) -> bool:
    """Whether both ends lie on the edge of the area: a way through, not one that ends inside the outline."""
    ends = shapely.points([piece.coords[0], piece.coords[-1]])
    return bool(np.all(shapely.distance(area.boundary, ends) < 0.5))


def _worth_a_bridge(piece: LineString, site: Site, road_class: RoadClass) -> bool:
    """Avenues bridge both rivers, roads only the narrow one; nobody bridges along a river."""
    if not piece.intersects(site.main_river):
        return bool(piece.length < 420.0)
    return road_class is RoadClass.PRIMARY and bool(piece.length < CROSSING_M_MAX)


def _thin_out(rng: np.random.Generator, site: Site, inside: shapely.Geometry) -> shapely.Geometry:
    """Roads end early outside the ring, and none runs alongside the ring for long."""
    core = site.ring_polygon.buffer(-60.0)
    kept = [piece for piece in lines_of(inside.difference(core)) if rng.random() < 0.5]
    whole = shapely.union_all([*lines_of(inside.intersection(core)), *kept])
    beside = [p for p in lines_of(whole.intersection(ring_line(site).buffer(130.0))) if p.length > 420.0]
    return whole.difference(shapely.union_all(beside)) if beside else whole


def _riverside_drives(site: Site, namer: Namer) -> list[Street]:
    """A drive along every bank, as far as the district reaches."""
    edges = lines_of(site.bank.boundary.intersection(site.outline))
    return [
        Street(piece, RoadClass.SECONDARY, namer.ending("滨江路", "Riverside Drive"))
        for piece in edges
        if piece.length > 600.0
    ]


def _diagonal(site: Site, namer: Namer) -> list[Street]:
    """One avenue that ignores the grid: from the centre to the north-east, slightly bent."""
    start = np.array([site.center.x, site.center.y])
    legs = np.array([(0, 0), (900, 700), (2000, 1300), (3300, 2500)], dtype=np.float64)
    path = smooth_open(start + legs, rounds=4)
    line = LineString(path).intersection(site.outline).difference(site.bank).difference(site.hill)
    name = namer.street(RoadClass.PRIMARY)
    return [Street(piece.simplify(0.3), RoadClass.PRIMARY, name) for piece in lines_of(line) if piece.length > 300.0]
