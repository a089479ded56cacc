"""Fence drafts from GeoJSON features and back. Longitude comes first here, as RFC 7946 has it.

| geometry | properties | fence |
|---|---|---|
| Polygon, MultiPolygon | | the inside, holes left out |
| Point | `radius_m` | a circle |
| LineString, MultiLineString | `half_width_m` | a corridor, directed as the line |

Further properties: `name, kinds, groups, speed_limit_kmh, dwell_s, confirm_rows, confirm_s, window, edges, frame`.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from mapping.datums.frame import CGCS2000_2000, Frame
from mapping.fences.check import FenceError
from mapping.fences.kinds import KIND_NAMES, EventKind
from mapping.fences.model import (
    DEFAULT_KINDS,
    Area,
    Circle,
    Corridor,
    FenceDraft,
    Line,
    Position,
    Problem,
    Shape,
)
from mapping.fences.windows import DAYS, MINUTES_PER_DAY, Span, Window, WindowError

KMH_PER_MPS: Final = 3.6

KNOWN: Final = {
    *("name", "kinds", "groups", "speed_limit_kmh", "dwell_s", "confirm_rows", "confirm_s", "window", "edges", "frame"),
    *("radius_m", "half_width_m", "source"),
}


def read_features(features: Iterable[object], frame: Frame = CGCS2000_2000) -> tuple[list[FenceDraft], list[Problem]]:
    """Drafts of the features that are fences, and what is wrong with the others, each with its id and a sentence.

    Unit: degrees, longitude first. Frame: the feature's `frame`, else the one given. Source: RFC 7946.
    """
    drafts, problems, seen = [], [], set[str]()
    for index, feature in enumerate(features):
        ref = _ref(feature)
        try:
            if ref in seen:
                raise FenceError("another fence of the list has the same id")
            drafts.append(draft_of(feature, frame))
            seen.add(ref)
        except FenceError as error:
            problems.append(Problem(index, ref, str(error)))
    return drafts, problems


def _ref(feature: object) -> str:
    ref = feature.get("id") if isinstance(feature, Mapping) else None
    return str(ref) if isinstance(ref, str | int) and not isinstance(ref, bool) else ""


def draft_of(feature: object, frame: Frame = CGCS2000_2000) -> FenceDraft:
    """The draft that a feature describes; raises `FenceError`.

    Unit: degrees, longitude first; `speed_limit_kmh` in km/h. Frame: the feature's, else the one given. Source: RFC
    7946.
    """
    if not isinstance(feature, Mapping) or feature.get("type") != "Feature":
        raise FenceError('it is no GeoJSON Feature (its member "type" must say so)')
    properties = feature.get("properties") or {}
    if not isinstance(properties, Mapping):
        raise FenceError('its member "properties" is no object')
    if unknown := sorted(set(map(str, properties)) - KNOWN):
        raise FenceError(f"it has properties that mean nothing here: {', '.join(unknown)}")
    limit_kmh = _number(properties, "speed_limit_kmh")
    try:
        own_frame = Frame.parse(str(properties["frame"])) if "frame" in properties else frame
        window = _window(properties["window"]) if properties.get("window") is not None else None
    except (ValueError, WindowError) as error:
        raise FenceError(str(error)) from error
    return FenceDraft(
        ref=_ref(feature),
        shape=_shape(feature.get("geometry"), properties),
        name=str(properties.get("name") or ""),
        frame=own_frame,
        kinds=_kinds(properties.get("kinds")),
        groups=frozenset(_texts(properties, "groups")),
        window=window,
        speed_limit_mps=None if limit_kmh is None else limit_kmh / KMH_PER_MPS,
        dwell_s=_number(properties, "dwell_s"),
        confirm_rows=int(_number(properties, "confirm_rows") or 0),
        confirm_s=_number(properties, "confirm_s") or 0.0,
        edges=frozenset(_edges(properties.get("edges"))),
        source=str(properties.get("source") or ""),
    )


def _number(properties: Mapping[str, Any], name: str) -> float | None:
    value = properties.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise FenceError(f'its property "{name}" is no number')
    return float(value)


def _texts(properties: Mapping[str, Any], name: str) -> list[str]:
    value = properties.get(name) or []
    if not isinstance(value, list) or not all(isinstance(text, str) and text for text in value):
        raise FenceError(f'its property "{name}" is no list of names')
    return value


def _edges(value: Any) -> list[int]:
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(edge, int) and edge >= 0 for edge in value):
        raise FenceError('its property "edges" is no list of edge numbers')
    return value


def _kinds(value: Any) -> frozenset[EventKind]:
    if value is None:
        return DEFAULT_KINDS
    if not isinstance(value, list) or not value or not all(isinstance(name, str) for name in value):
        raise FenceError('its property "kinds" is no list of kinds of event')
    if unknown := sorted(set(value) - set(KIND_NAMES)):
        raise FenceError(f"no kind of event is called {', '.join(unknown)}; there are {', '.join(KIND_NAMES)}")
    return frozenset(KIND_NAMES[name] for name in value)


def _shape(geometry: Any, properties: Mapping[str, Any]) -> Shape:
    if not isinstance(geometry, Mapping):
        raise FenceError("it has no geometry")
    kind: Any = geometry.get("type")
    coordinates: Any = geometry.get("coordinates")
    try:
        if kind == "Polygon":
            return Area((tuple(_line(ring) for ring in coordinates),))
        if kind == "MultiPolygon":
            return Area(tuple(tuple(_line(ring) for ring in polygon) for polygon in coordinates))
        if kind == "Point":
            return Circle(_position(coordinates), _width(properties, "radius_m", "a point"))
        if kind in ("LineString", "MultiLineString"):
            lines = [coordinates] if kind == "LineString" else coordinates
            return Corridor(tuple(_line(line) for line in lines), _width(properties, "half_width_m", "a line"))
    except (TypeError, ValueError, IndexError, KeyError) as error:
        if isinstance(error, FenceError):
            raise
        raise FenceError("its coordinates are not those of its type of geometry") from error
    raise FenceError(f"a {kind} is no fence: draw a Polygon, a MultiPolygon, a LineString or a Point")


def _width(properties: Mapping[str, Any], name: str, what: str) -> float:
    value = _number(properties, name)
    if value is None:
        raise FenceError(f'{what} needs the property "{name}" to be a fence')
    return value


def _line(coordinates: Any) -> Line:
    return tuple(_position(position) for position in coordinates)


def _position(coordinates: Any) -> Position:
    if isinstance(coordinates, str) or isinstance(coordinates[0], bool):
        raise ValueError("no position")
    return float(coordinates[1]), float(coordinates[0])


def _window(value: Any) -> Window:
    if not isinstance(value, Mapping) or not isinstance(value.get("zone"), str):
        raise WindowError('its window states no "zone" (Asia/Shanghai, +08:00)')
    weekly: list[list[Span]] = [[] for _ in DAYS]
    for rule in value.get("weekly") or []:
        for day in rule.get("days") or DAYS:
            if day not in DAYS:
                raise WindowError(f"no day of the week is called {day}; there are {', '.join(DAYS)}")
            weekly[DAYS.index(day)].append(_span(rule))
    exceptions = [
        (date.fromisoformat(str(one.get("date"))), tuple(_span(span) for span in one.get("open") or []))
        for one in value.get("exceptions") or []
    ]
    return Window(value["zone"], tuple(tuple(sorted(spans)) for spans in weekly), tuple(sorted(exceptions)))


def _span(rule: Mapping[str, Any]) -> Span:
    return _minutes(rule.get("from", "00:00")), _minutes(rule.get("to", "24:00"))


def _minutes(text: Any) -> int:
    hours, colon, minutes = str(text).partition(":")
    if not (colon and len(minutes) == 2 and hours.isdigit() and minutes.isdigit() and int(minutes) < 60):
        raise WindowError(f'no time of day is "{text}"; write 07:30, or 24:00 for the end of a day')
    if (total := int(hours) * 60 + int(minutes)) > MINUTES_PER_DAY:
        raise WindowError(f'no time of day is "{text}"')
    return total
