"""The city as one GeoJSON file, and the text of it as bytes that are the same for the same seed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import orjson
from shapely import LineString, Point, Polygon

from simulators.chart import Chart
from simulators.world.model import Area, Building, Lane, Name, Place, Route, Street, Structure, World, Zone

ROAD_DIGITS = 8  # 1 mm
AREA_DIGITS = 7  # 1 cm
Feature = dict[str, Any]


def write_world(world: World, path: Path, chart: Chart | None = None) -> None:
    """Write a city to a GeoJSON file."""
    path.write_bytes(encode_world(world, chart or Chart()))


def encode_world(world: World, chart: Chart) -> bytes:
    """A city as a GeoJSON FeatureCollection: CRS84 axes, CGCS2000 at epoch 2000.0, said so in the file."""
    features = [_area(area, "water", chart) for area in world.water]
    features += [_area(area, "green", chart) for area in world.green]
    features += [_building(building, chart) for building in world.buildings]
    features += [_road(number, street, chart) for number, street in enumerate(world.streets)]
    # a stop is called by routes: its number comes after those of the roads
    features += [_place(len(world.streets) + k, place, chart) for k, place in enumerate(world.places)]
    outline = _lonlat(np.asarray(world.outline.exterior.coords), chart, AREA_DIGITS)
    collection = {
        "type": "FeatureCollection",
        "name": "Ganzhou-like new city district (invented)",
        "frame": {"datum": "CGCS2000", "epoch": 2000.0, "axes": "longitude, latitude (CRS84 order), degrees"},
        "seed": world.seed,
        "area_km2": round(world.area_km2, 3),
        "road_km": round(world.road_km, 3),
        "bbox": [*np.min(outline, axis=0).tolist(), *np.max(outline, axis=0).tolist()],
        "routes": [_route(k, route, len(world.streets)) for k, route in enumerate(world.routes)],
        "lanes": [_lane(k, lane, chart) for k, lane in enumerate(world.lanes)],
        "fences": [_zone(k, zone, chart) for k, zone in enumerate(world.zones)],
        "features": features,
    }
    return orjson.dumps(collection)


def _lonlat(plane_m: np.ndarray[Any, np.dtype[np.float64]], chart: Chart, digits: int) -> list[list[float]]:
    """Chart metres to rounded longitude, latitude."""
    rounded: list[list[float]] = np.round(chart.to_lonlat(plane_m), digits).tolist()
    return rounded


def _feature(kind: str, coordinates: object, layer: str, properties: Feature) -> Feature:
    """One feature; properties that are empty or false are left out."""
    said = {key: value for key, value in properties.items() if value not in ("", False, None)}
    geometry = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "geometry": geometry, "properties": {"layer": layer, **said}}


def _names(name: Name) -> Feature:
    """Both names."""
    return {"name": name.zh, "name_en": name.en}


def _polygon(polygon: Polygon, chart: Chart) -> list[list[list[float]]]:
    """The rings of a polygon, outer one counter-clockwise."""
    from shapely.geometry.polygon import orient

    turned = orient(polygon)
    rings = [turned.exterior, *turned.interiors]
    return [_lonlat(np.asarray(ring.coords), chart, AREA_DIGITS) for ring in rings]


def _area(area: Area, layer: str, chart: Chart) -> Feature:
    """Water or green."""
    return _feature("Polygon", _polygon(area.polygon, chart), layer, {"kind": area.kind, **_names(area.name)})


def _building(building: Building, chart: Chart) -> Feature:
    """One footprint."""
    return _feature("Polygon", _polygon(building.polygon, chart), "building", {"height_m": building.height_m})


def _road(number: int, street: Street, chart: Chart) -> Feature:
    """One edge of the network, from junction to junction."""
    properties = {
        "class": street.road_class.value,
        **_names(street.name),
        "oneway": street.is_oneway,
        "maxspeed_kmh": street.speed_limit_kmh,
        "lanes": street.lane_count,
        "tunnel": street.structure is Structure.TUNNEL,
        "bridge": street.structure is Structure.BRIDGE,
        "level": street.level,
        "canyon": street.canyon,
    }
    line: LineString = street.line
    feature = _feature("LineString", _lonlat(np.asarray(line.coords), chart, ROAD_DIGITS), "road", properties)
    return {**feature, "id": number}


def _place(number: int, place: Place, chart: Chart) -> Feature:
    """One label; stops have a number, by which routes call them."""
    point: Point = place.point
    position = _lonlat(np.asarray(point.coords), chart, AREA_DIGITS)[0]
    feature = _feature("Point", position, "place", {"kind": place.kind, **_names(place.name)})
    return {**feature, "id": number} if place.kind == "stop" else feature


def _route(number: int, route: Route, first_stop: int) -> Feature:
    """A line of shuttles, by the numbers of its roads and stops."""
    stops = [first_stop + stop for stop in route.stops]
    return {
        "id": number,
        **_names(route.name),
        "roads": list(route.roads),
        "stops": stops,
        "headway_s": route.headway_s,
    }


def _lane(number: int, lane: Lane, chart: Chart) -> Feature:
    """The middle of a lane in driving direction, and the road that it belongs to."""
    return {
        "id": number,
        "road": lane.road,
        "back": lane.is_back,
        "index": lane.index,
        "width_m": lane.width_m,
        "maxspeed_kmh": lane.limit_kmh,
        "coordinates": _lonlat(np.asarray(lane.line.coords), chart, ROAD_DIGITS),
    }


def _zone(number: int, zone: Zone, chart: Chart) -> Feature:
    """A fence as the service takes it: an area, or a corridor along a line."""
    wanted = {
        "name": f"{zone.name.zh} {zone.name.en}",
        "kinds": list(zone.kinds),
        "half_width_m": zone.half_width_m,
        "speed_limit_kmh": zone.speed_limit_kmh,
        "dwell_s": zone.dwell_s,
        "groups": list(zone.groups) or None,
    }
    geometry: dict[str, object]
    if isinstance(zone.shape, Polygon):
        geometry = {"type": "Polygon", "coordinates": _polygon(zone.shape, chart)}
    else:
        geometry = {
            "type": "LineString",
            "coordinates": _lonlat(np.asarray(zone.shape.coords), chart, ROAD_DIGITS),
        }
    said = {key: value for key, value in wanted.items() if value is not None}
    return {"type": "Feature", "id": f"zone-{number + 1}", "geometry": geometry, "properties": said}
