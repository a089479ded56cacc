"""GeoJSON to a road network: lines are roads, points with the kind of a stop are stops, and routes name their roads.

A road is a LineString or MultiLineString; where the file has layers (the simulated city does) only `road` is one. Its
properties are read as in `mapping.network.loose_tags`. A stop is a Point of the layer `stop`, of the layer `place` and
kind `stop`, or with `highway` = `bus_stop`; a road-side unit a Point of the layer `rsu`. Routes stand in the member
`routes` of the collection: `{"id": 1, "name": "...", "roads": [ids], "stops": [ids], "headway_s": 600}`; lanes in
`lanes`.
Source: RFC 7946; docs/network.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from math import nan
from typing import Any, Final

import numpy as np

from mapping.datums.frame import CGCS2000_2000, Frame
from mapping.datums.plane import Plane, geodetic_to_plane
from mapping.errors import MapFormatError
from mapping.network.build import NetworkBuilder
from mapping.network.drafts import Floats, RoadDraft, RouteDraft, StopDraft, UnitDraft
from mapping.network.geojson_io import FeatureCollection
from mapping.network.geojson_lanes import Key, add_lanes, add_road_with_lanes, read_lanes
from mapping.network.geojson_positions import ID_MAX, is_id, is_number, positions
from mapping.network.loose_tags import loose_way
from mapping.network.model import RoadNetwork
from mapping.network.noding import Noded, node_lines
from mapping.network.osm_tags import WayRoad
from mapping.network.planes import plane_around
from mapping.network.report import NetworkReport
from mapping.network.unshift import WARNING, is_shifted, unshifted_collection

JOIN_M: Final = 0.1
LINES: Final = ("LineString", "MultiLineString")


@dataclass(slots=True)
class _Line:
    ref: int
    lon_lat_h: Floats
    way: WayRoad


@dataclass(slots=True)
class _Found:
    """What the features are, positions still in degrees."""

    lines: list[_Line] = field(default_factory=list)
    stops: list[tuple[int, str, float, float]] = field(default_factory=list)
    units: list[tuple[int, str, float, float]] = field(default_factory=list)


def geojson_network(
    collection: FeatureCollection, frame: Frame, plane: Plane | None = None, *, name: str = "", join_m: float = JOIN_M
) -> tuple[RoadNetwork, NetworkReport]:
    """The road network of a GeoJSON file.

    Shape: rows by table. Unit: degrees in, m in the plane. Frame: that of the file where it states one, else `frame`;
    GCJ-02 and BD-09 are shifted back to `frame`, which the report says. Error: features that are broken stand in the
    report by their id, or `#` and their place in the file. A file that contradicts a shifted `frame`, or has no road on
    the Earth, raises `MapFormatError`.
    """
    report = NetworkReport()
    stated = _stated(collection, frame)
    if is_shifted(stated):
        frame = CGCS2000_2000 if is_shifted(frame) else frame
        collection = unshifted_collection(collection, stated, frame)
        report.fault("map", collection.name or "all", f"its coordinates are {stated}", WARNING)
    frame = collection.frame or frame
    found = _sift(collection.features, report)
    lon_lat_h = _on_the_earth(found.lines)
    lat_rad, lon_rad = np.radians(lon_lat_h[:, 1]), np.radians(lon_lat_h[:, 0])
    plane = plane or plane_around(lat_rad, lon_rad, frame)
    builder = NetworkBuilder(name or collection.name, plane, road_kind="feature", report=report)
    lanes = read_lanes(collection.lanes, builder)
    xy_m = geodetic_to_plane(lat_rad, lon_rad, plane, frame=frame)
    roads = _add_roads(builder, found.lines, xy_m, join_m, {lane.key[0] for lane in lanes})
    add_lanes(builder, lanes, [_line_in_plane(lane.lon_lat_h, plane) for lane in lanes], roads)
    for ref, called, lat_deg, lon_deg in found.stops:
        builder.add_stop(StopDraft(ref, called, *_in_plane(lat_deg, lon_deg, plane)))
    for ref, called, lat_deg, lon_deg in found.units:
        builder.add_unit(UnitDraft(ref, called, *_in_plane(lat_deg, lon_deg, plane)))
    for row, route in enumerate(collection.routes):
        _add_route(builder, row, route)
    return builder.build()


def _stated(collection: FeatureCollection, frame: Frame) -> Frame:
    """The frame of the file: its own word, else that of the caller, who cannot make shifted what says it is true."""
    stated = collection.frame or frame
    if is_shifted(frame) and not is_shifted(stated):
        raise MapFormatError(f"it states itself that it is in {stated}: what is in {frame} says so there, or nothing")
    return stated


def _on_the_earth(lines: list[_Line]) -> Floats:
    """The positions of all lines; some of them must be on the Earth."""
    lon_lat_h = np.concatenate([line.lon_lat_h for line in lines]) if lines else np.empty((0, 3))
    if len(lon_lat_h) and np.isnan(lon_lat_h[:, 0]).all():
        raise MapFormatError("no road of it is on the Earth: GeoJSON has longitude, then latitude, in degrees")
    return lon_lat_h


def _in_plane(lat_deg: float, lon_deg: float, plane: Plane) -> tuple[float, float]:
    x_m, y_m = geodetic_to_plane(np.radians(lat_deg), np.radians(lon_deg), plane, frame=plane.frame)
    return float(x_m), float(y_m)


def _sift(features: list[object], report: NetworkReport) -> _Found:
    """Roads, stops and units among the features."""
    found = _Found()
    for row, feature in enumerate(features):
        kind, properties, coordinates = _parts(feature)
        ref = _ref(feature, row)
        fault = partial(report.fault, "feature", ref if ref is not None else f"#{row}")
        number = -1 - row if ref is None else ref
        layer = properties.get("layer")
        if kind in LINES and (layer in (None, "road") or _is_level(layer)):
            report.read["roads"] += 1
            level = layer if _is_level(layer) else properties.get("level")
            way = loose_way({**properties, "layer": level}, fault)
            parts = [coordinates] if kind == "LineString" else coordinates
            for part in parts if isinstance(parts, list) else [None]:
                line = positions(part)
                if line is None:
                    fault("a line of it is not a list of two positions or more")
                else:
                    found.lines.append(_Line(number, line, way))
        elif kind == "Point" and (row_of := _point_kind(properties, found)) is not None:
            position = positions([coordinates, coordinates])
            if position is None:
                fault("its position is none")
            else:
                row_of.append((number, _name(properties), float(position[0, 1]), float(position[0, 0])))
        elif kind is None:
            fault("not a GeoJSON feature with a geometry")
    report.read["stops"] = len(found.stops)
    return found


def _is_level(layer: object) -> bool:
    """Whether `layer` is OSM's, a number that says what lies above what, and not the name of a layer of the file."""
    return is_number(layer) or (isinstance(layer, str) and layer.lstrip("-").isdecimal())


def _parts(feature: object) -> tuple[str | None, dict[str, Any], Any]:
    """Type, properties and coordinates; no type where the feature is none."""
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        return None, {}, None
    properties, geometry = feature.get("properties"), feature.get("geometry")
    if not isinstance(geometry, dict) or not isinstance(geometry.get("type"), str):
        return None, {}, None
    return geometry["type"], properties if isinstance(properties, dict) else {}, geometry.get("coordinates")


def _ref(feature: object, row: int) -> int | None:
    """The number that a feature is called by, if any."""
    if not isinstance(feature, dict):
        return None
    properties = feature.get("properties")
    given = [feature.get("id")]
    if isinstance(properties, dict):
        given += [properties.get(key) for key in ("id", "osm_id", "osmid", "ref_id")]
    for value in given:
        if is_id(value):
            return value
        if isinstance(value, str) and value.lstrip("-").isdecimal() and len(value) < len(str(ID_MAX)):
            return int(value)
    return None


def _point_kind(properties: dict[str, Any], found: _Found) -> list[tuple[int, str, float, float]] | None:
    layer, kind = properties.get("layer"), properties.get("kind")
    if layer == "stop" or (layer == "place" and kind == "stop") or properties.get("highway") == "bus_stop":
        return found.stops
    return found.units if layer == "rsu" else None


def _name(properties: dict[str, Any]) -> str:
    return next((str(properties[key]) for key in ("name", "name_en") if properties.get(key)), "")


def _add_roads(
    builder: NetworkBuilder, lines: list[_Line], xy_m: tuple[Floats, Floats], join_m: float, laned: set[int]
) -> dict[Key, int]:
    """Take the roads; gives the numbers of those that have lanes."""
    columns = np.column_stack((*xy_m, np.concatenate([line.lon_lat_h[:, 2] for line in lines] or [np.empty(0)])))
    layer = np.array([line.way.layer for line in lines], dtype=np.int32)
    ends = np.cumsum([len(line.lon_lat_h) for line in lines])
    noded = node_lines(np.split(columns, ends[:-1]) if lines else [], layer, join_m)
    numbers: dict[Key, int] = {}
    for row, line in enumerate(lines):
        road = _draft(line, noded, row)
        if line.ref in laned:
            numbers |= add_road_with_lanes(builder, road)
        else:
            builder.add_road(road)
    return numbers


def _draft(line: _Line, noded: Noded, row: int) -> RoadDraft:
    way = line.way
    return RoadDraft(
        ref=line.ref,
        x_m=noded.x_m[row],
        y_m=noded.y_m[row],
        h_map_m=noded.h_map_m[row],
        node_refs=noded.node[row],
        road_class=way.road_class,
        direction=way.direction,
        limit_mps=way.limit_mps,
        limit_back_mps=way.limit_back_mps,
        lane_count=way.lane_count,
        lane_count_back=way.lane_count_back,
        layer=way.layer,
        structure=way.structure,
        flags=way.flags,
        name=way.name,
    )


def _line_in_plane(lon_lat_h: Floats, plane: Plane) -> Floats:
    lat_rad, lon_rad = np.radians(lon_lat_h[:, 1]), np.radians(lon_lat_h[:, 0])
    return np.column_stack((*geodetic_to_plane(lat_rad, lon_rad, plane, frame=plane.frame), lon_lat_h[:, 2]))


def _add_route(builder: NetworkBuilder, row: int, route: object) -> None:
    """Take one of the routes that the collection names."""
    builder.report.read["routes"] += 1
    if not isinstance(route, dict):
        builder.fault("route", f"#{row}", "not an object with the members id, name and roads")
        return
    given = route.get("id")
    ref = given if is_id(given) else -1 - row
    roads, stops = tuple(_ints(route.get("roads"))), tuple(_ints(route.get("stops")))
    if not roads:
        builder.fault("route", ref, "names no roads")
        return
    headway = route.get("headway_s")
    headway_s = float(headway) if isinstance(headway, int | float) else nan
    builder.add_route(RouteDraft(ref, _name(route), roads, stops, headway_s=headway_s))


def _ints(values: object) -> Iterator[int]:
    if isinstance(values, list):
        yield from (v for v in values if is_id(v))
