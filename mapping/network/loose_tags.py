"""Properties of roads that are no OSM ways but speak about like ones: GeoJSON, GraphML."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from mapping.network.codes import CLASS_BY_LABEL, EdgeFlag, RoadClass
from mapping.network.osm_tags import HIGHWAYS, HIGHWAYS_IF_SAID, LINKED, Fault, WayRoad, read_way

CLASS_KEYS: Final = ("class", "highway", "fclass", "road_class")
NAME_KEYS: Final = ("name", "name_en", "ref")
LIMIT_KEYS: Final = ("maxspeed_kmh", "maxspeed", "speed_limit")
COPIED: Final[tuple[str, ...]] = (
    "lanes",
    "layer",
    "junction",
    "lanes:forward",
    "lanes:backward",
    "maxspeed:forward",
    "maxspeed:backward",
)
YES: Final = frozenset({"yes", "true", "t", "1", "viaduct"})
ONEWAY: Final = {"true": "yes", "yes": "yes", "1": "yes", "f": "yes", "t": "-1", "-1": "-1", "reverse": "-1"}
"""Some files write `F` for along the line, `T` for against it, `B` for both."""


def loose_way(given: Mapping[str, object], fault: Fault) -> WayRoad:
    """What properties say about a road; a class that is not known is `UNKNOWN`, a road that says nothing two-way."""
    texts = {key: _text(value) for key, value in given.items() if value not in (None, "")}
    label = next((texts[key] for key in CLASS_KEYS if key in texts), "")
    tags = {key: texts[key] for key in COPIED if key in texts}
    tags["highway"] = "road"
    tags["oneway"] = _oneway(texts, fault)
    tags["name"] = next((texts[key] for key in NAME_KEYS if key in texts), "")
    if (limit := next((texts[key] for key in LIMIT_KEYS if key in texts), "0")) != "0":
        tags["maxspeed"] = limit
    for key in ("bridge", "tunnel"):
        if texts.get(key, "no").lower() in YES:
            tags[key] = "yes"
    way = read_way(tags, fault)
    if way is None:  # a plain road is always drivable
        raise AssertionError(tags)
    road_class, flags = road_class_of(label)
    if texts.get("access") == "private":
        flags |= EdgeFlag.PRIVATE
    return replace(way, road_class=road_class, flags=way.flags | flags)


def road_class_of(label: str) -> tuple[RoadClass, EdgeFlag]:
    """Class and flags of a label, OSM's or ours."""
    base = label.removesuffix("_link")
    if base != label and base in LINKED:
        return HIGHWAYS[base], EdgeFlag.LINK
    known = CLASS_BY_LABEL | HIGHWAYS | HIGHWAYS_IF_SAID
    return known.get(label, RoadClass.UNKNOWN), EdgeFlag.NONE


def _oneway(texts: Mapping[str, str], fault: Fault) -> str:
    stated = texts.get("oneway", "no").lower()
    if stated in ("no", "false", "0", "b"):
        return "yes" if texts.get("junction") in ("roundabout", "circular") and "oneway" not in texts else "no"
    if stated not in ONEWAY:
        fault(f"its oneway={stated} is not known", "kept, as driven both ways")
    return ONEWAY.get(stated, "no")


def _text(value: object) -> str:
    """A value as OSM would write it: whole numbers without a point."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
