"""A network as GeoJSON features: one line a road (both directions of it), lanes, stops, routes.

What `geojson_network` reads back: classes, names, limits, lanes and one-way roads are said as OSM says them. Every
road carries its edges by row (`edge`, `edge_back`), so that an answer of the service can be found on the map.
"""

from collections.abc import Iterator
from itertools import pairwise
from math import isfinite, isinf
from typing import Any, Final

import numpy as np
import orjson
from numpy.typing import NDArray

from mapping.datums.plane import plane_to_geodetic
from mapping.network.check import is_first_of_pair
from mapping.network.codes import EdgeFlag, LaneKind, RoadClass, Structure
from mapping.network.model import RoadNetwork
from mapping.network.tables import Floats, Lines

DIGITS: Final = 8  # of a degree: 1 mm
Feature = dict[str, Any]


def network_geojson(network: RoadNetwork) -> bytes:
    """A network as a GeoJSON FeatureCollection, with its frame and its routes as further members.

    Unit: degrees, longitude first. Frame: the network's, in the member `frame`. Source: RFC 7946.
    """
    frame = network.frame
    collection = {
        "type": "FeatureCollection",
        "name": network.name,
        "frame": {
            "datum": str(frame.datum),
            "epoch": frame.epoch,
            "axes": "longitude, latitude (CRS84 order), degrees",
        },
        "features": [*road_features(network), *lane_features(network), *stop_features(network)],
        "routes": list(route_objects(network)),
    }
    return orjson.dumps(collection)


def lon_lat_deg(network: RoadNetwork, x_m: Floats, y_m: Floats) -> Floats:
    """Rows longitude, latitude of points of the plane, rounded to a millimetre.

    Shape: (n,) twice to (n, 2). Unit: m to degrees. Frame: the network's. Error: 1 mm.
    """
    lat_rad, lon_rad = plane_to_geodetic(x_m, y_m, network.plane)
    positions_rad: Floats = np.column_stack((lon_rad, lat_rad))
    rounded: Floats = np.degrees(positions_rad).round(DIGITS)
    return rounded


def kmh_of(limit_mps: float) -> str | float | None:
    """A limit as OSM writes it: km/h, `none`, or nothing where it is not stated.

    Shape: scalar. Unit: m/s to km/h.
    """
    if isinf(limit_mps):
        return "none"
    return round(limit_mps * 3.6, 3) if isfinite(limit_mps) else None


def _lines(network: RoadNetwork, lines: Lines) -> list[list[list[float]]]:
    """Coordinates of every line."""
    rows: list[list[float]] = lon_lat_deg(network, lines.points.x_m, lines.points.y_m).tolist()
    bounds = lines.first_point.tolist()
    return [rows[a:b] for a, b in pairwise(bounds)]


def _feature(kind: str, coordinates: object, properties: Feature, number: int | None = None) -> Feature:
    """One feature; properties that say nothing are left out."""
    said = {key: value for key, value in properties.items() if value not in (None, "", False)}
    feature = {"type": "Feature", "geometry": {"type": kind, "coordinates": coordinates}, "properties": said}
    return feature if number is None else {**feature, "id": number}


def road_features(network: RoadNetwork) -> Iterator[Feature]:
    """A line for each road, drawn along its first edge.

    Unit: degrees, km/h. The feature's id is that of the road in its source; pieces of one road share it.
    """
    edges = network.edges
    coordinates = _lines(network, network.shape)
    for row in np.flatnonzero(is_first_of_pair(network)).tolist():
        back = int(edges.twin[row])
        flags = EdgeFlag(int(edges.flags[row]))
        limit, limit_back = kmh_of(float(edges.limit_mps[row])), kmh_of(float(edges.limit_mps[back]))
        lanes = int(edges.lane_count[row])
        properties = {
            "layer": "road",
            "class": RoadClass(int(edges.road_class[row])).label,
            "name": network.names[edges.name[row]],
            "oneway": back < 0,
            "maxspeed": limit,
            "maxspeed:backward": limit_back if back >= 0 and limit_back != limit else None,
            "lanes": lanes if back < 0 else lanes + int(edges.lane_count[back]),
            "level": int(edges.layer[row]),
            "bridge": edges.structure[row] == Structure.BRIDGE,
            "tunnel": edges.structure[row] == Structure.TUNNEL,
            "access": "private" if EdgeFlag.PRIVATE in flags else None,
            "junction": "roundabout" if EdgeFlag.ROUNDABOUT in flags else None,
            "edge_back": back if back >= 0 else None,
        }
        # level 0 and edge 0 say something
        properties = {
            key: value for key, value in properties.items() if value not in (None, "", False) or key == "level"
        }
        feature = _feature("LineString", coordinates[row], {}, int(edges.ref[row]))
        feature["properties"] = {**properties, "edge": row}
        yield _plain(feature)


def _plain(feature: Feature) -> Feature:
    """numpy's truth values as JSON's."""
    properties = feature["properties"]
    feature["properties"] = {key: bool(v) if isinstance(v, np.bool_) else v for key, v in properties.items()}
    return feature


def lane_features(network: RoadNetwork) -> Iterator[Feature]:
    """The centre line of each lane.

    Unit: degrees, km/h, m.
    """
    lanes = network.lanes
    for row, line in enumerate(_lines(network, network.lane_shape)):
        properties = {
            "layer": "lane",
            "kind": LaneKind(int(lanes.kind[row])).name.lower(),
            "maxspeed": kmh_of(float(lanes.limit_mps[row])),
            "width_m": round(float(lanes.width_m[row]), 2) if isfinite(lanes.width_m[row]) else None,
        }
        feature = _feature("LineString", line, properties, int(lanes.ref[row]))
        feature["properties"] |= {"lane": row, "edge": int(lanes.edge[row]), "index": int(lanes.index[row])}
        yield feature


def stop_features(network: RoadNetwork) -> Iterator[Feature]:
    """A point for each stop.

    Unit: degrees, m along the edge.
    """
    stops = network.stops
    for row, position in enumerate(lon_lat_deg(network, stops.x_m, stops.y_m).tolist()):
        feature = _feature(
            "Point", position, {"layer": "stop", "name": network.names[stops.name[row]]}, int(stops.ref[row])
        )
        if stops.edge[row] >= 0:
            feature["properties"] |= {"edge": int(stops.edge[row]), "offset_m": round(float(stops.offset_m[row]), 3)}
        yield feature


def route_objects(network: RoadNetwork) -> Iterator[Feature]:
    """Routes by the roads that they drive and the stops at which they call.

    Unit: s between two vehicles.
    """
    routes, edges = network.routes, network.edges
    for row in range(len(routes)):
        refs = edges.ref[network.route_edges.of(row)]
        calls = network.route_stops.take(
            slice(int(network.first_route_stop[row]), int(network.first_route_stop[row + 1]))
        )
        headway_s = float(routes.headway_s[row])
        yield {
            "id": int(routes.ref[row]),
            "name": network.names[routes.name[row]],
            "roads": _without_repeats(refs),
            "stops": network.stops.ref[calls.stop].tolist(),
            "headway_s": headway_s if isfinite(headway_s) else None,
        }


def _without_repeats(refs: NDArray[np.int64]) -> list[int]:
    """Ids of roads in order, each once for its pieces that follow each other."""
    kept = np.ones(refs.size, dtype=np.bool_)
    kept[1:] = refs[1:] != refs[:-1]
    return [int(ref) for ref in refs[kept]]
