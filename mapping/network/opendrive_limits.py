"""What holds for a section of an OpenDRIVE road: speed limits, kind of road, bridge or tunnel."""

from math import isnan, nan
from typing import NamedTuple

from mapping.network.codes import EdgeFlag, RoadClass, Structure
from mapping.network.opendrive_model import OdrLane, OdrRoad, OdrSection, RoadType, Speed
from mapping.network.opendrive_types import PRIVATE, ROAD_CLASSES


class Stated(NamedTuple):
    """Class, flags and structure of a section, and the limit of the road there (NaN = not stated)."""

    road_class: RoadClass
    flags: EdgeFlag
    structure: Structure
    limit_mps: float


def stated_of(road: OdrRoad, section: OdrSection) -> Stated:
    """What the road states where most of a section lies."""
    middle_m = 0.5 * (section.s_m + section.end_m)
    kind = _type_at(road, middle_m)
    inside = (stretch.structure for stretch in road.stretches if stretch.begin_m <= middle_m < stretch.end_m)
    return Stated(
        ROAD_CLASSES.get(kind.kind, RoadClass.UNKNOWN),
        EdgeFlag.PRIVATE if kind.kind == PRIVATE else EdgeFlag(0),
        next(inside, Structure.GROUND),
        kind.limit_mps,
    )


def _type_at(road: OdrRoad, s_m: float) -> RoadType:
    before = [kind for kind in road.types if kind.s_m <= s_m]
    return max(before, key=lambda kind: kind.s_m, default=RoadType(0.0, "", nan))


def lane_limit_mps(lane: OdrLane, section: OdrSection, road_limit_mps: float) -> float:
    """The limit of a lane in a section: its own (where several, the one of the longest part), else the road's.

    Shape: scalar. Unit: m/s, NaN where none is stated.
    """
    own = sorted(lane.speeds)
    if not own:
        return road_limit_mps
    parts = [Speed(0.0, road_limit_mps), *own] if own[0].s_m > 0 else own
    ends_m = [part.s_m for part in parts[1:]] + [section.end_m - section.s_m]
    longest = max(zip(parts, ends_m, strict=True), key=lambda item: item[1] - item[0].s_m)[0]
    return road_limit_mps if isnan(longest.limit_mps) else longest.limit_mps
