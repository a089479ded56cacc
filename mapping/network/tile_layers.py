"""A network as layers of vector tiles for the page: edges, lanes, stops, each object with its row as id.

Source: docs/network.md (layers and fields).
"""

from math import isfinite
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from mapping.network.check import is_first_of_pair
from mapping.network.codes import LaneKind, RoadClass
from mapping.network.features import lon_lat_deg
from mapping.network.model import RoadNetwork
from mapping.network.tables import Ints, Lines
from mapping.tiles.features import BaseMap, LayerColumns, Objects, Value
from mapping.tiles.mercator import lonlat_to_world
from mapping.tiles.report import make_report
from mapping.tiles.schema import GeometryKind, LayerRule
from mapping.tiles.tileset import TileSet

EDGE_FIELDS: Final[dict[str, type]] = {
    **{"class": str, "name": str, "ref": str, "oneway": bool},
    **{"limit_kmh": float, "lanes": float, "edge_back": float, "structure": str},
}
LANE_FIELDS: Final[dict[str, type]] = {"kind": str, "edge": float, "index": float, "limit_kmh": float, "width_m": float}
STOP_FIELDS: Final[dict[str, type]] = {"name": str, "ref": str, "edge": float}
ZOOM_MIN: Final = {
    **{"motorway": 5, "trunk": 6, "primary": 8, "secondary": 9, "scenic": 10, "tertiary": 11},
    **{"unclassified": 12, "residential": 12, "living_street": 12},
}
EDGE_ZOOM_MIN: Final = 13
LANE_ZOOM_MIN: Final = 14
STOP_ZOOM_MIN: Final = 12
EDGES: Final = LayerRule("edge", GeometryKind.LINE, EDGE_FIELDS, "class", ZOOM_MIN, EDGE_ZOOM_MIN, "roads by edge")
LANES: Final = LayerRule("lane", GeometryKind.LINE, LANE_FIELDS, "", {}, LANE_ZOOM_MIN, "centre lines of lanes")
STOPS: Final = LayerRule("stop", GeometryKind.POINT, STOP_FIELDS, "", {}, STOP_ZOOM_MIN, "stops")
Column = list[Value | None]


def network_tiles(network: RoadNetwork) -> TileSet:
    """Vector tiles of a network.

    Shape: a feature a road (id = its first edge), lane and stop. Unit: degrees in the tiles' picture. Frame: the
    network's. Error: none.
    """
    layers = (_edges(network), _lanes(network), _stops(network))
    count = sum(layer.geometry.size for layer in layers)
    x_m, y_m = network.shape.points.x_m, network.shape.points.y_m
    bounds = None
    if x_m.size:
        positions = lon_lat_deg(network, x_m, y_m)
        low, high = positions.min(axis=0), positions.max(axis=0)
        bounds = (float(low[0]), float(low[1]), float(high[0]), float(high[1]))
    return TileSet(BaseMap(layers, make_report(count, count, []), bounds), network.frame, network.name)


def _edges(network: RoadNetwork) -> LayerColumns:
    edges = network.edges
    rows = np.flatnonzero(is_first_of_pair(network)).astype(np.int32)
    labels = [RoadClass(c).label for c in edges.road_class[rows].tolist()]
    twin = edges.twin[rows]
    lanes = edges.lane_count[rows] + np.where(twin >= 0, edges.lane_count[twin], 0)
    columns: dict[str, Column] = {
        "class": list(labels),
        "name": [network.names[name] or None for name in edges.name[rows].tolist()],
        "ref": [str(ref) for ref in edges.ref[rows].tolist()],
        "oneway": [bool(t < 0) for t in twin.tolist()],
        "limit_kmh": [_kmh(limit) for limit in edges.limit_mps[rows].tolist()],
        "lanes": [float(n) if n else None for n in lanes.tolist()],
        "edge_back": [float(t) if t >= 0 else None for t in twin.tolist()],
        "structure": [("", "bridge", "tunnel")[s] or None for s in edges.structure[rows].tolist()],
    }
    zooms = [ZOOM_MIN.get(label, EDGE_ZOOM_MIN) for label in labels]
    return _layer(EDGES, _world_lines(network, network.shape)[rows], rows, np.array(zooms, dtype=np.uint8), columns)


def _lanes(network: RoadNetwork) -> LayerColumns:
    lanes = network.lanes
    columns: dict[str, Column] = {
        "kind": [LaneKind(kind).name.lower() for kind in lanes.kind.tolist()],
        "edge": [float(edge) for edge in lanes.edge.tolist()],
        "index": [float(index) for index in lanes.index.tolist()],
        "limit_kmh": [_kmh(limit) for limit in lanes.limit_mps.tolist()],
        "width_m": [round(w, 2) if isfinite(w) else None for w in lanes.width_m.tolist()],
    }
    rows = np.arange(len(lanes), dtype=np.int32)
    zooms = np.full(rows.size, LANE_ZOOM_MIN, dtype=np.uint8)
    return _layer(LANES, _world_lines(network, network.lane_shape), rows, zooms, columns)


def _stops(network: RoadNetwork) -> LayerColumns:
    stops = network.stops
    columns: dict[str, Column] = {
        "name": [network.names[name] or None for name in stops.name.tolist()],
        "ref": [str(ref) for ref in stops.ref.tolist()],
        "edge": [float(edge) if edge >= 0 else None for edge in stops.edge.tolist()],
    }
    geometry = shapely.points(lonlat_to_world(lon_lat_deg(network, stops.x_m, stops.y_m)))
    rows = np.arange(len(stops), dtype=np.int32)
    return _layer(STOPS, geometry, rows, np.full(rows.size, STOP_ZOOM_MIN, dtype=np.uint8), columns)


def _kmh(limit_mps: float) -> float | None:
    return round(limit_mps * 3.6, 1) if isfinite(limit_mps) else None


def _world_lines(network: RoadNetwork, lines: Lines) -> NDArray[Any]:
    """Lines on the unit square of Web Mercator."""
    of_line = np.repeat(np.arange(len(lines)), np.diff(lines.first_point))
    world = lonlat_to_world(lon_lat_deg(network, lines.points.x_m, lines.points.y_m))
    made: NDArray[Any] = shapely.linestrings(world, indices=of_line)
    return made


def _layer(
    rule: LayerRule, geometry: Objects, rows: Ints, zoom_min: NDArray[np.uint8], columns: dict[str, Column]
) -> LayerColumns:
    """Objects with their properties as indices into the values that occur."""
    numbers: dict[tuple[type, Value], int] = {}
    tags = np.full((rows.size, len(rule.fields)), -1, dtype=np.int32)
    for at, name in enumerate(rule.fields):
        for row, value in enumerate(columns[name]):
            if value is not None:
                tags[row, at] = numbers.setdefault((type(value), value), len(numbers))
    return LayerColumns(rule, geometry, rows.astype(np.int64), zoom_min, tags, tuple(v for _, v in numbers))
