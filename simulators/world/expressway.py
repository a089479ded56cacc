"""The ring expressway: two carriageways above the streets, with a diamond of ramps where an avenue passes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, Point

from simulators.world.model import Name, RoadClass, Street, Structure
from simulators.world.noding import cut_line, insert_node, node_at
from simulators.world.shapes import left_normals, smooth_open
from simulators.world.site import Site, ring_line

Floats = NDArray[np.float64]

HALF_GAP_M = 13.0  # from the middle to each carriageway
RAMP_REACH_M = 300.0  # along the ring, from the avenue to where the ramp leaves
RAMP_SIDE_M = 75.0  # from the middle of the ring to the ramp's foot on the avenue
RAMP_LEAVES_M = ((40.0, 5.0), (80.0, 12.0), (130.0, 24.0))  # along the carriageway and beside it
INTERCHANGE_GAP_M = 900.0
NAME = Name("环城快速路", "Ring Expressway")
RAMP_NAME = Name("环城快速路匝道", "Ring Expressway Ramp")


def build_expressway(site: Site, surface: list[Street]) -> list[Street]:
    """Carriageways, cut at their ramps, and the ramps; splits avenues in `surface` where ramps end."""
    middle = ring_line(site)
    interchanges = _interchanges(middle, surface)
    streets: list[Street] = []
    for side in (-1.0, 1.0):  # right of the counter-clockwise middle first: the outer carriageway
        carriageway = _carriageway(middle, side)
        cuts: list[float] = []
        for crossing in interchanges:
            for sign in (-1.0, 1.0):
                ramp, at_m = _ramp(middle, carriageway, crossing, side, sign, surface)
                if _stays_beside(ramp.line, carriageway, sign):
                    streets.append(ramp)
                    cuts.append(at_m)
        streets += _cut_up(site, carriageway, cuts)
    return streets


def _carriageway(middle: LineString, side: float) -> LineString:
    """One carriageway in its own direction: the outer one counter-clockwise, the inner one clockwise."""
    points = np.asarray(middle.coords)
    normal = left_normals(np.vstack((points[-2], points, points[1])))[1:-1]
    normal[-1] = normal[0]
    moved = points + side * HALF_GAP_M * normal
    return LineString(moved if side < 0 else moved[::-1])


def _interchanges(middle: LineString, surface: Sequence[Street]) -> list[float]:
    """Distances along the ring where it passes over an avenue on the ground, not too close to each other."""
    chosen: list[float] = []
    for street in surface:
        if street.road_class is not RoadClass.PRIMARY or street.structure is not Structure.GROUND:
            continue
        hit = street.line.intersection(middle)
        for point in shapely.get_parts(hit):
            at_m = middle.project(point)
            gaps = [abs((at_m - other + middle.length / 2) % middle.length - middle.length / 2) for other in chosen]
            if isinstance(point, Point) and min(gaps, default=np.inf) > INTERCHANGE_GAP_M:
                chosen.append(at_m)
    return sorted(chosen)


def _ramp(
    middle: LineString, carriageway: LineString, crossing_m: float, side: float, sign: float, surface: list[Street]
) -> tuple[Street, float]:
    """The ramp before (`sign` -1, leaving) or after (+1, joining) an avenue, and where on the carriageway it is."""
    reach = crossing_m + (sign if side < 0 else -sign) * RAMP_REACH_M
    on_ring = middle.interpolate(reach % middle.length)
    at_m = carriageway.project(on_ring)
    nose = node_at(carriageway, at_m)
    foot = insert_node(surface, _foot(middle, crossing_m, side), _is_ground_avenue)
    beside = [_beside(middle, carriageway, at_m - sign * along_m, out_m) for along_m, out_m in RAMP_LEAVES_M]
    last = 0.35 * beside[-1] + 0.65 * np.asarray(foot)
    points = smooth_open(np.vstack((nose, *beside, last, foot)), rounds=3)
    line = LineString(points if sign < 0 else points[::-1])
    return Street(line, RoadClass.MOTORWAY, RAMP_NAME, Structure.BRIDGE, maxspeed_kmh=40, lanes=1), at_m


def _beside(middle: LineString, carriageway: LineString, at_m: float, out_m: float) -> Floats:
    """A point beside a carriageway, on the side away from the other one."""
    on_it = np.asarray(carriageway.interpolate(at_m % carriageway.length).coords)[0]
    between = np.asarray(middle.interpolate(middle.project(Point(on_it))).coords)[0]
    outward: Floats = on_it + (on_it - between) * (out_m / HALF_GAP_M)
    return outward


def _stays_beside(ramp: LineString, carriageway: LineString, sign: float) -> bool:
    """Whether a ramp meets its carriageway at the nose only: the avenue may have led its foot to the wrong side."""
    nose = Point(ramp.coords[0 if sign < 0 else -1])
    return not ramp.difference(nose.buffer(1.0)).intersects(carriageway)


def _is_ground_avenue(street: Street) -> bool:
    """Where a ramp may end."""
    return street.road_class is RoadClass.PRIMARY and street.structure is Structure.GROUND


def _foot(middle: LineString, crossing_m: float, side: float) -> Point:
    """A point beside the ring at the crossing, where the avenue is looked for."""
    around = np.array(
        [middle.interpolate((crossing_m + step) % middle.length).coords[0] for step in (-20.0, 0.0, 20.0)]
    )
    return Point(around[1] + side * RAMP_SIDE_M * left_normals(around)[1])


def _cut_up(site: Site, carriageway: LineString, cuts_m: Sequence[float]) -> list[Street]:
    """A carriageway in pieces from ramp to ramp, also cut at the mouths of the tunnel."""
    mouths = shapely.get_parts(site.hill.boundary.intersection(carriageway))
    marks = [carriageway.project(point) for point in mouths]
    clear = [mark for mark in marks if min((abs(mark - cut) for cut in cuts_m), default=np.inf) > 60.0]
    pieces = cut_line(carriageway, [*cuts_m, *clear])
    if len(pieces) > 1:  # the ring closes over its start
        pieces[0] = LineString([*pieces.pop().coords[:-1], *pieces[0].coords])
    return [Street(piece, RoadClass.MOTORWAY, NAME, _structure(site, piece)) for piece in pieces]


def _structure(site: Site, piece: LineString) -> Structure:
    """Below the hill, and on stilts everywhere else."""
    middle = piece.interpolate(0.5, normalized=True)
    return Structure.TUNNEL if site.hill.contains(middle) else Structure.BRIDGE
