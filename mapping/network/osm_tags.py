"""What the tags of an OSM way say about driving on it.

Source: OSM's documentation of the keys `highway`, `oneway`, `access`, `lanes`, `maxspeed`, `layer`, `junction`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from math import nan
from typing import Final

from mapping.network.codes import Direction, EdgeFlag, RoadClass, Structure
from mapping.network.speeds import Limit, parse_limit, parse_zone

Tags = Mapping[str, str]
Fault = Callable[[str, str], None]
"""Takes what is wrong, and what was done with it."""

HIGHWAYS: Final = {
    "motorway": RoadClass.MOTORWAY,
    "trunk": RoadClass.TRUNK,
    "primary": RoadClass.PRIMARY,
    "secondary": RoadClass.SECONDARY,
    "tertiary": RoadClass.TERTIARY,
    "unclassified": RoadClass.UNCLASSIFIED,
    "road": RoadClass.UNKNOWN,
    "residential": RoadClass.RESIDENTIAL,
    "living_street": RoadClass.LIVING_STREET,
    "service": RoadClass.SERVICE,
    "busway": RoadClass.BUSWAY,
    "bus_guideway": RoadClass.BUSWAY,
}
LINKED: Final = ("motorway", "trunk", "primary", "secondary", "tertiary")
HIGHWAYS_IF_SAID: Final = {
    "track": RoadClass.TRACK,
    "pedestrian": RoadClass.SERVICE,
    "footway": RoadClass.SERVICE,
    "cycleway": RoadClass.SERVICE,
    "path": RoadClass.SERVICE,
}
"""Ways that are roads only where a tag says that motor vehicles or buses may use them."""

ACCESS_KEYS: Final = ("motorcar", "motor_vehicle", "vehicle", "access")  # the most special first
BUS_KEYS: Final = ("bus", "psv")
YES: Final = frozenset({"yes", "designated", "official", "permissive"})
NO: Final = frozenset({"no", "emergency", "bicycle", "military", "psv", "bus"})
PRIVATE: Final = frozenset({"private", "permit", "residents", "employees", "agricultural", "forestry"})

ONEWAY_KEYS: Final = ("oneway:motorcar", "oneway:motor_vehicle", "oneway:vehicle", "oneway")
ONEWAYS: Final = {
    **dict.fromkeys(("yes", "true", "1"), Direction.FORWARD),
    **dict.fromkeys(("-1", "reverse"), Direction.BACKWARD),
    **dict.fromkeys(("no", "false", "0", "reversible", "alternating"), Direction.BOTH),
}
ROUNDABOUTS: Final = frozenset({"roundabout", "circular", "mini_roundabout"})
LIMIT_KEYS: Final = ("maxspeed", "maxspeed:type", "source:maxspeed", "zone:maxspeed", "zone:traffic")
LANES_MAX: Final = 32
LAYER_MAX: Final = 99
KEPT_WITHOUT: Final = "kept, without"


@dataclass(frozen=True, slots=True)
class WayRoad:
    """How a way may be driven; `is_bus_return` says that buses may drive against the direction of all others."""

    road_class: RoadClass
    direction: Direction
    flags: EdgeFlag
    structure: Structure
    layer: int
    name: str
    lane_count: int
    lane_count_back: int
    limit_mps: float
    limit_back_mps: float
    is_bus_return: bool = False


def read_way(tags: Tags, fault: Fault) -> WayRoad | None:
    """What the tags say, or None where no motor vehicle may drive; values that say nothing go to `fault`."""
    found = drivable(tags)
    if found is None:
        return None
    road_class, flags = found
    direction = _direction(tags, road_class, fault)
    structure = _structure(tags)
    ahead, back = _limits(tags, fault)
    if any(limit.is_assumed for limit in (ahead, back) if limit):
        flags |= EdgeFlag.ASSUMED_LIMIT
    if tags.get("junction") in ROUNDABOUTS:
        flags |= EdgeFlag.ROUNDABOUT
    lanes, lanes_back = _lanes(tags, direction, fault)
    is_bus_return = direction is not Direction.BOTH and any(tags.get(f"oneway:{key}") == "no" for key in BUS_KEYS)
    road = WayRoad(
        road_class,
        direction,
        flags,
        structure,
        _layer(tags, structure, fault),
        tags.get("name") or tags.get("ref", ""),
        lanes,
        lanes_back,
        ahead.mps if ahead else nan,
        back.mps if back else nan,
    )
    return replace(road, is_bus_return=is_bus_return)


def drivable(tags: Tags) -> tuple[RoadClass, EdgeFlag] | None:
    """Class and flags of a way on which motor vehicles, or at least buses, may drive; None for all others."""
    highway = tags.get("highway", "")
    base = highway.removesuffix("_link")
    is_link = highway != base
    if (is_link and base not in LINKED) or tags.get("area") == "yes":
        return None
    link = EdgeFlag.LINK if is_link else EdgeFlag.NONE
    if base in HIGHWAYS:
        use = _use_of_road(tags, HIGHWAYS[base])
        return None if use is None else (HIGHWAYS[base], link | use)
    if base in HIGHWAYS_IF_SAID:
        use = _use_of_path(tags)
        return None if use is None else (HIGHWAYS_IF_SAID[base], use)
    return None


def _use_of_road(tags: Tags, road_class: RoadClass) -> EdgeFlag | None:
    """Who may drive on a road, unless nobody may."""
    access = next((tags[key] for key in ACCESS_KEYS if key in tags), "")
    if access in NO or (road_class is RoadClass.BUSWAY and access not in YES):
        return EdgeFlag.BUS if _is_for_buses(tags) or road_class is RoadClass.BUSWAY else None
    return EdgeFlag.PRIVATE if access in PRIVATE else EdgeFlag.NONE


def _use_of_path(tags: Tags) -> EdgeFlag | None:
    """Who may drive on a way that is no road, unless nobody may: only what its tags say in so many words."""
    said = next((tags[key] for key in ACCESS_KEYS[:2] if key in tags), "")
    if said in YES:
        return EdgeFlag.NONE
    return EdgeFlag.BUS if _is_for_buses(tags) else None


def _is_for_buses(tags: Tags) -> bool:
    return next((tags[key] for key in BUS_KEYS if key in tags), "") in YES


def _direction(tags: Tags, road_class: RoadClass, fault: Fault) -> Direction:
    """The direction that is stated, else what follows from the kind of road."""
    stated = next((tags[key] for key in ONEWAY_KEYS if key in tags), None)
    if stated is not None:
        if stated in ONEWAYS:
            return ONEWAYS[stated]
        fault(f"its oneway={stated} is not known", "kept, as if it were not there")
    if tags.get("junction") in ROUNDABOUTS:
        return Direction.FORWARD
    is_motorway = road_class is RoadClass.MOTORWAY and not tags.get("highway", "").endswith("_link")
    return Direction.FORWARD if is_motorway else Direction.BOTH


def _structure(tags: Tags) -> Structure:
    if tags.get("tunnel", "no") != "no":
        return Structure.TUNNEL
    return Structure.BRIDGE if tags.get("bridge", "no") != "no" else Structure.GROUND


def _layer(tags: Tags, structure: Structure, fault: Fault) -> int:
    """The layer that is stated, else that of a bridge or tunnel."""
    stated = tags.get("layer")
    if stated is not None:
        try:
            layer = float(stated)
        except ValueError:
            layer = nan
        if abs(layer) <= LAYER_MAX:
            return int(layer)
        fault(f"its layer={stated} is no layer", KEPT_WITHOUT)
    return {Structure.BRIDGE: 1, Structure.TUNNEL: -1}.get(structure, 0)


def _limits(tags: Tags, fault: Fault) -> tuple[Limit | None, Limit | None]:
    """The limits of both directions."""
    both: Limit | None = None
    for key in LIMIT_KEYS:
        if key in tags and both is None:
            both = parse_limit(tags[key]) if key == "maxspeed" else parse_zone(tags[key])
            if both is None and key == "maxspeed":
                fault(f"its maxspeed={tags[key]} is no limit", KEPT_WITHOUT)
    sides = []
    for side in ("forward", "backward"):
        text = tags.get(f"maxspeed:{side}")
        stated = parse_limit(text) if text is not None else None
        if text is not None and stated is None:
            fault(f"its maxspeed:{side}={text} is no limit", KEPT_WITHOUT)
        sides.append(stated or both)
    return sides[0], sides[1]


def _lanes(tags: Tags, direction: Direction, fault: Fault) -> tuple[int, int]:
    """Lanes forward and backward, 0 where nothing says how many."""
    ahead, back = (_side_lanes(tags, side, fault) for side in ("forward", "backward"))
    total = _number(tags, "lanes", fault)
    if direction is not Direction.BOTH:
        side = ahead if direction is Direction.FORWARD else back
        one = side or total or _turn_lanes(tags.get("turn:lanes"))
        return one, one
    if total and not ahead and not back:
        half = max(total // 2, 1)
        return half, half
    return ahead or max(total - back, 0), back or max(total - ahead, 0)


def _side_lanes(tags: Tags, side: str, fault: Fault) -> int:
    return _number(tags, f"lanes:{side}", fault) or _turn_lanes(tags.get(f"turn:lanes:{side}"))


def _turn_lanes(text: str | None) -> int:
    return min(text.count("|") + 1, LANES_MAX) if text else 0


def _number(tags: Tags, key: str, fault: Fault) -> int:
    """A count of lanes, 0 where there is none; of several numbers the first."""
    if key not in tags:
        return 0
    text = tags[key].partition(";")[0].strip()
    try:
        number = int(float(text))
    except (ValueError, OverflowError):
        number = 0
    if not 0 < number <= LANES_MAX:
        fault(f"its {key}={tags[key]} is no count of lanes", KEPT_WITHOUT)
        return 0
    return number


RESTRICTIONS: Final = frozenset(
    {
        *("no_left_turn", "no_right_turn", "no_straight_on", "no_u_turn", "no_entry", "no_exit"),
        *("only_left_turn", "only_right_turn", "only_straight_on", "only_u_turn"),
    }
)
RESTRICTION_KEYS: Final = ("restriction:motorcar", "restriction:motor_vehicle", "restriction")
EXCEPTED: Final = frozenset({"motorcar", "motor_vehicle", "vehicle"})


def read_restriction(tags: Tags, fault: Fault) -> str | None:
    """The value of a restriction that holds for motor cars at all times, or None; what else it is goes to `fault`."""
    value = next((tags[key] for key in RESTRICTION_KEYS if key in tags), None)
    if value is None:
        others = list(_other_restrictions(tags))
        fault(f"holds at some times or for some vehicles only ({', '.join(others) or 'no restriction'})", "left out")
    elif value not in RESTRICTIONS:
        fault(f"restriction={value} is not known", "left out")
    elif not EXCEPTED.isdisjoint(part.strip() for part in tags.get("except", "").split(";")):
        fault("does not hold for motor cars", "left out")
    else:
        return value
    return None


def _other_restrictions(tags: Tags) -> Iterator[str]:
    return (key for key in sorted(tags) if key.startswith("restriction:"))
