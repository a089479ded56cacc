"""Which fences hold a place, and which may reach into a part of the map: roughly, by boxes in degrees."""

from math import cos, radians
from typing import Final

from mapping.datums.plane import geodetic_to_plane
from mapping.fences.contains import find_containing
from mapping.fences.fence_set import FenceSet
from mapping.fences.model import Area, Circle, FenceDraft

Box = tuple[float, float, float, float]
"""West, south, east, north, degrees."""

M_PER_DEG: Final = 111_000.0
"""A degree of latitude, rounded down (unverified), so that boxes are rather too large."""


def bounds_of(draft: FenceDraft) -> Box:
    """A box that holds a fence; a few metres too large round circles and corridors."""
    shape = draft.shape
    if isinstance(shape, Area):
        positions = [position for polygon in shape.polygons for position in polygon[0]]
        reach_m = 0.0
    elif isinstance(shape, Circle):
        positions, reach_m = [shape.centre], shape.radius_m
    else:
        positions, reach_m = [position for line in shape.lines for position in line], shape.half_width_m
    lats, lons = [position[0] for position in positions], [position[1] for position in positions]
    lat_reach = reach_m / M_PER_DEG
    lon_reach = lat_reach / max(cos(radians(max(map(abs, lats)))), 1e-3)
    return min(lons) - lon_reach, min(lats) - lat_reach, max(lons) + lon_reach, max(lats) + lat_reach


def overlaps(draft: FenceDraft, box: Box) -> bool:
    """Whether a fence may reach into a box, whose west may exceed its east."""
    west, south, east, north = bounds_of(draft)
    if north < box[1] or south > box[3]:
        return False
    if box[0] <= box[2]:
        return west <= box[2] and east >= box[0]
    return west <= box[2] or east >= box[0]


def refs_at(fences: FenceSet, lat_deg: float, lon_deg: float) -> set[str]:
    """Ids of the fences that hold a place, limits included; the place is in the frame of the set."""
    place = geodetic_to_plane(radians(lat_deg), radians(lon_deg), fences.plane, frame=fences.frame)
    return {fences.ref(int(row)) for row in find_containing(fences, place.x_m.ravel(), place.y_m.ravel()).fence}
