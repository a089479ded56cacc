"""A network as GeoJSON features: one line a road (both directions of it), lanes, stops, routes.

What `geojson_network` reads back: classes, names, limits, lanes and one-way roads are said as OSM says them. Every
road carries its edges by row (`edge`, `edge_back`), so that an answer of the service can be found on the map.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
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
from mapping.network.osm_tags import LINKED
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
        "lanes": list(lane_objects(network)),
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


def _feature(kind: str, coordinates: object, properties: Feature, number: int) -> Feature:
    """One feature; properties that say nothing are left out."""
    said = {key: value for key, value in properties.items() if value is not None and value is not False and value != ""}
    geometry = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "id": number, "geometry": geometry, "properties": said}


def road_features(network: RoadNetwork) -> Iterator[Feature]:
    """A line for each road, drawn along its first edge.

    Unit: degrees, km/h. The feature's id is that of the road in its source; pieces of one road share it.
    """
    coordinates = _lines(network, network.shape)
    for row in np.flatnonzero(is_first_of_pair(network)).tolist():
        yield _feature("LineString", coordinates[row], _road(network, row), int(network.edges.ref[row]))


def _road(network: RoadNetwork, row: int) -> Feature:
    """The properties of a road by its first edge."""
    edges = network.edges
    back = int(edges.twin[row])
    flags, structure = EdgeFlag(int(edges.flags[row])), Structure(int(edges.structure[row]))
    lanes, lanes_back = int(edges.lane_count[row]), int(edges.lane_count[back]) if back >= 0 else 0
    limit, limit_back = (kmh_of(float(edges.limit_mps[edge])) for edge in (row, back))
    road_class = RoadClass(int(edges.road_class[row])).label
    is_split = back >= 0 and lanes != lanes_back
    return {
        "layer": "road",
        "class": f"{road_class}_link" if EdgeFlag.LINK in flags and road_class in LINKED else road_class,
        "name": network.names[edges.name[row]],
        "oneway": back < 0,
        "maxspeed": limit,
        "maxspeed:backward": limit_back if back >= 0 and limit_back != limit else None,
        "lanes": lanes + lanes_back or None,
        "lanes:forward": lanes if is_split else None,
        "lanes:backward": lanes_back if is_split else None,
        "level": int(edges.layer[row]),
        "bridge": structure is Structure.BRIDGE,
        "tunnel": structure is Structure.TUNNEL,
        "access": "private" if EdgeFlag.PRIVATE in flags else None,
        "junction": "roundabout" if EdgeFlag.ROUNDABOUT in flags else None,
        "edge": row,
        "edge_back": back if back >= 0 else None,
    }


def closed_road_features(network: RoadNetwork, closed: Sequence[int]) -> list[Feature]:
    """A line for each road with closed edges, drawn along the one that is closed, of both the first.

    Shape: directed edges to as many features or fewer. Unit: degrees. Frame: the network's. The feature's id is its
    edge; `edges` are those of the road that are closed; `is_whole`: nobody can drive it in either direction.
    """
    features, shape, known = [], network.shape, set(closed)
    for edge in sorted(known):
        back = int(network.edges.twin[edge])
        if back in known and back < edge:
            continue
        points = slice(int(shape.first_point[edge]), int(shape.first_point[edge + 1]))
        line = lon_lat_deg(network, shape.points.x_m[points], shape.points.y_m[points]).tolist()
        properties = {
            "name": network.names[network.edges.name[edge]],
            "class": RoadClass(int(network.edges.road_class[edge])).label,
            "edges": [edge, back] if back in known else [edge],
            "is_whole": back < 0 or back in known,
        }
        features.append(_feature("LineString", line, properties, edge))
    return features


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
            "lane": row,
            "edge": int(lanes.edge[row]),
            "index": int(lanes.index[row]),
        }
        yield _feature("LineString", line, properties, int(lanes.ref[row]))


def lane_objects(network: RoadNetwork) -> Iterator[Feature]:
    """Lanes by the roads that they are of, as `mapping.network.geojson_lanes` reads them.

    Unit: degrees, km/h, m. Lanes of roads that are cut into several edges are not among them: a road's id names all.
    """
    lanes, edges = network.lanes, network.edges
    is_back = (edges.flags & EdgeFlag.REVERSED) > 0
    pieces = Counter(zip(edges.ref.tolist(), is_back.tolist(), strict=True))
    for row, line in enumerate(_lines(network, network.lane_shape)):
        road, back = int(edges.ref[lanes.edge[row]]), bool(is_back[lanes.edge[row]])
        if pieces[road, back] == 1:
            limit, width_m = kmh_of(float(lanes.limit_mps[row])), float(lanes.width_m[row])
            yield {
                "id": int(lanes.ref[row]),
                "road": road,
                "back": back,
                "index": int(lanes.index[row]),
                "width_m": round(width_m, 3) if isfinite(width_m) else None,
                "maxspeed_kmh": limit if isinstance(limit, float) else None,
                "coordinates": line,
            }


def stop_features(network: RoadNetwork) -> Iterator[Feature]:
    """A point for each stop.

    Unit: degrees, m along the edge.
    """
    stops = network.stops
    for row, position in enumerate(lon_lat_deg(network, stops.x_m, stops.y_m).tolist()):
        is_placed = bool(stops.edge[row] >= 0)
        properties = {
            "layer": "stop",
            "name": network.names[stops.name[row]],
            "edge": int(stops.edge[row]) if is_placed else None,
            "offset_m": round(float(stops.offset_m[row]), 3) if is_placed else None,
        }
        yield _feature("Point", position, properties, int(stops.ref[row]))


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
