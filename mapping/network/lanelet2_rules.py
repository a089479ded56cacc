"""What the tags of Lanelet2 mean: who may drive where, which markings may be crossed, how fast.

The meaning is that of the library `lanelet2` (its generic traffic rules), so that a map says the same to both.
Source: Lanelet2, documentation of its tags, and the rules of the library 1.2.
"""

import re
from enum import IntFlag
from math import inf, isnan, nan
from typing import Final

from mapping.network.codes import LaneKind, RoadClass
from mapping.network.lanelet2_osm import Tags, float_of

VEHICLE: Final = "vehicle"

PARTICIPANTS_OF_SUBTYPE: Final = {
    "": ("vehicle",),
    "road": ("vehicle", "bicycle"),
    "highway": ("vehicle",),
    "play_street": ("pedestrian", "bicycle", "vehicle"),
    "bus_lane": ("vehicle:bus", "vehicle:emergency", "vehicle:taxi"),
    "bicycle_lane": ("bicycle",),
    "emergency_lane": ("vehicle:emergency",),
    "exit": ("pedestrian", "bicycle", "vehicle"),
    "walkway": ("pedestrian",),
    "shared_walkway": ("pedestrian", "bicycle"),
    "crosswalk": ("pedestrian",),
    "stairs": ("pedestrian",),
}
"""Who may use a lanelet that says nothing of participants; a longer name (`vehicle:car`) is one of the shorter's."""

LANE_KINDS: Final = {
    "bus_lane": LaneKind.BUS,
    "bicycle_lane": LaneKind.BICYCLE,
    "emergency_lane": LaneKind.SHOULDER,
    "road_shoulder": LaneKind.SHOULDER,
    "walkway": LaneKind.SIDEWALK,
    "shared_walkway": LaneKind.SIDEWALK,
    "stairs": LaneKind.SIDEWALK,
    "crosswalk": LaneKind.CROSSWALK,
}
ROAD_CLASSES: Final = {
    "highway": RoadClass.MOTORWAY,
    "play_street": RoadClass.LIVING_STREET,
    "bus_lane": RoadClass.BUSWAY,
    "exit": RoadClass.SERVICE,
}


class Crossing(IntFlag):
    """To which side of a line a vehicle may cross it, seen along the line."""

    NONE = 0
    TO_LEFT = 1
    TO_RIGHT = 2
    BOTH = 3


CROSSINGS: Final = {
    "dashed": Crossing.BOTH,
    "dashed_solid": Crossing.TO_RIGHT,
    "solid_dashed": Crossing.TO_LEFT,
}
"""By subtype, for vehicles and bicycles, of the types `line_thin` and `line_thick`; other lines may not be crossed."""
MARKINGS: Final = frozenset({"line_thin", "line_thick"})
KERB: Final = ("curbstone", "low")
"""What pedestrians and bicycles may cross, by type and subtype."""

TRUE: Final = frozenset({"yes", "true", "1"})
FALSE: Final = frozenset({"no", "false", "0"})

SPEED: Final = re.compile(r"\s*([0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?)\s*(.*)")
MPS_OF_UNIT: Final = {
    "": 1 / 3.6,
    "km/h": 1 / 3.6,
    "kmh": 1 / 3.6,
    "kph": 1 / 3.6,
    "m/s": 1.0,
    "mps": 1.0,
    "mph": 0.44704,
}
LIMIT_MPS_MAX: Final = 300.0  # no road has more
NO_LIMIT: Final = frozenset({"none", "unlimited"})
LIMIT_SIGNS: Final = {"de274": 30.0, "de274.1": 30.0, "de274_1": 30.0, "de310": 50.0}
"""Signs that are a speed limit by themselves, km/h; 274.1, the zone of 30 km/h, is unverified."""
NUMBERED_SIGN: Final = re.compile(r"de274(?:[._]1)?-(\d{1,3})")
"""Signs that carry their number: `de274-60`."""


def truth_of(text: str | None) -> bool | None:
    """Yes, no, or neither."""
    return True if text in TRUE else False if text in FALSE else None


def can_use(tags: Tags, participant: str = VEHICLE) -> bool:
    """Whether a participant may use a lanelet with these tags: by `participant:...` where stated, else by subtype."""
    if any(key.startswith("participant") for key in tags):
        return [truth_of(tags[key]) for key in _names(f"participant:{participant}", tags)][:1] == [True]
    allowed = PARTICIPANTS_OF_SUBTYPE.get(tags.get("subtype", ""), ())
    return any(participant.startswith(name) for name in allowed)


def is_one_way(tags: Tags, participant: str = VEHICLE) -> bool:
    """Whether a lanelet is used in its own direction only: stated by `one_way`, else so for all but pedestrians."""
    stated = truth_of(tags.get("one_way"))
    if stated is not None:
        return stated
    if any(key.startswith("one_way") for key in tags):
        return [truth_of(tags[key]) for key in _names(f"one_way:{participant}", tags)][:1] != [False]
    return participant != "pedestrian"


def crossing_to(to_left: bool, to_right: bool) -> Crossing:
    """The sides to which a line may be crossed."""
    return (Crossing.TO_LEFT if to_left else Crossing.NONE) | (Crossing.TO_RIGHT if to_right else Crossing.NONE)


def crossing_of(tags: Tags, participant: str = VEHICLE) -> Crossing:
    """To which sides one may cross a line with these tags: as it says itself, else by its marking."""
    if "lane_change" in tags:
        return Crossing.BOTH if truth_of(tags["lane_change"]) else Crossing.NONE
    if "lane_change:left" in tags or "lane_change:right" in tags:
        to_left, to_right = (truth_of(tags.get(f"lane_change:{side}")) is True for side in ("left", "right"))
        return crossing_to(to_left, to_right)
    kind, subtype = tags.get("type", ""), tags.get("subtype", "")
    if kind in MARKINGS and participant != "pedestrian":
        return CROSSINGS.get(subtype, Crossing.NONE)
    return Crossing.BOTH if (kind, subtype) == KERB and not participant.startswith(VEHICLE) else Crossing.NONE


def reversed_crossing(crossing: Crossing) -> Crossing:
    """The same line seen from its other end."""
    return crossing_to(Crossing.TO_RIGHT in crossing, Crossing.TO_LEFT in crossing)


def speed_mps(text: str) -> float:
    """The speed that a tag states: a number of km/h, or with a unit.

    Shape: scalar. Unit: m/s; infinite for "none", NaN for what is no speed. Source: Lanelet2's description of tags.
    """
    if text.strip().lower() in NO_LIMIT:
        return inf
    match = SPEED.fullmatch(text)
    factor = MPS_OF_UNIT.get(match[2].strip().lower()) if match else None
    mps = float(match[1]) * factor if match and factor is not None else nan
    return mps if mps <= LIMIT_MPS_MAX else nan


def sign_limit_mps(sign: str) -> float:
    """The speed limit that a traffic sign stands for: `de274-60`, `de274` (30 km/h), or a speed written out.

    Shape: scalar. Unit: m/s, NaN for a sign that is none. Source: the signs of Lanelet2's German rules.
    """
    numbered = NUMBERED_SIGN.fullmatch(sign)
    if numbered:
        return float_of(numbered[1]) / 3.6
    return LIMIT_SIGNS[sign] / 3.6 if sign in LIMIT_SIGNS else speed_mps(sign)


def own_limit_mps(tags: Tags, participant: str = VEHICLE) -> float:
    """The speed limit in a lanelet's own tags, that of the participant before the general one.

    Shape: scalar. Unit: m/s, NaN where none is stated.
    """
    stated = [speed_mps(tags[key]) for key in _names(f"speed_limit:{participant}", tags, shortest="speed_limit")]
    return next((limit_mps for limit_mps in stated if not isnan(limit_mps)), nan)


def _names(longest: str, tags: Tags, shortest: str = "") -> list[str]:
    """The keys of the tags that are the name itself or a part of it up to a colon, the longest first."""
    parts = longest.split(":")
    names = [":".join(parts[:n]) for n in range(len(parts), 0, -1)]
    return [name for name in names if name in tags and len(name) >= len(shortest)]
