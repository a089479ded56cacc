"""GraphML of roads, as osmnx writes it: nodes with x and y, directed edges with OSM's tags and a line as WKT.

Source: the GraphML primer (keys, data, edgedefault); osmnx's attributes (x, y, geometry, osmid, highway, oneway,
lanes, maxspeed, reversed).
"""

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import shapely

from mapping.datums.frame import Frame
from mapping.datums.plane import Plane, geodetic_to_plane
from mapping.errors import MapFormatError
from mapping.network.build import NetworkBuilder
from mapping.network.codes import Direction, EdgeFlag
from mapping.network.drafts import Floats, RoadDraft
from mapping.network.loose_tags import loose_way
from mapping.network.model import RoadNetwork
from mapping.network.planes import plane_around
from mapping.network.report import NetworkReport
from mapping.network.text_io import read_map_text
from mapping.network.xml_text import scan_xml

LON_LAT_DEG_MAX: Final = (180.0, 90.0)
Texts = dict[str, str]


@dataclass(slots=True)
class GraphEdge:
    """An edge as the file has it."""

    source: str
    target: str
    data: Texts = field(default_factory=dict)


@dataclass(slots=True)
class Graph:
    """Nodes and edges as the file has them, and whether edges without a word are directed."""

    nodes: dict[str, Texts] = field(default_factory=dict)
    edges: list[GraphEdge] = field(default_factory=list)
    is_directed: bool = True


class _Reader:
    """Takes the events of the XML."""

    def __init__(self) -> None:
        self.graph = Graph()
        self._names: Texts = {}
        self._data: Texts | None = None
        self._key: str | None = None
        self._text: list[str] = []

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == "key":
            self._names[attributes.get("id", "")] = attributes.get("attr.name", "")
        elif name == "graph":
            self.graph.is_directed = attributes.get("edgedefault") != "undirected"
        elif name == "node":
            self._data = self.graph.nodes.setdefault(attributes.get("id", ""), {})
        elif name == "edge":
            edge = GraphEdge(attributes.get("source", ""), attributes.get("target", ""))
            self.graph.edges.append(edge)
            self._data = edge.data
        elif name == "data":
            self._key, self._text = attributes.get("key", ""), []

    def end(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        if name == "data" and self._key is not None:
            if self._data is not None:
                self._data[self._names.get(self._key, self._key)] = "".join(self._text)
            self._key = None
        elif name in ("node", "edge"):
            self._data = None

    def text(self, text: str) -> None:
        if self._key is not None:
            self._text.append(text)


def read_graphml(path: Path) -> Graph:
    """Read a GraphML file, plain or gzipped; one that is none raises `MapFormatError`."""
    reader = _Reader()
    try:
        scan_xml(read_map_text(path), reader.start, reader.end, reader.text)
    except MapFormatError as error:
        raise MapFormatError(f"{path}: {error}") from error
    if not reader.graph.nodes or not reader.graph.edges:
        raise MapFormatError(f"{path}: no GraphML with nodes and edges")
    return reader.graph


def graphml_network(
    graph: Graph, name: str, frame: Frame, plane: Plane | None = None
) -> tuple[RoadNetwork, NetworkReport]:
    """The road network of a graph: every directed edge is one, and those that are each other's way back are twins.

    Shape: rows by table. Unit: degrees in, m in the plane. Frame: `frame`, which the format does not state. Error:
    edges without nodes or with a broken line stand in the report by their nodes.
    """
    importer = _Importer(graph, name, frame, plane)
    importer.run()
    return importer.builder.build()


class _Importer:
    def __init__(self, graph: Graph, name: str, frame: Frame, plane: Plane | None) -> None:
        self._graph = graph
        rows = [(_number(data, "y"), _number(data, "x")) for data in graph.nodes.values()]
        lat_lon_deg = np.array(rows, dtype=np.float64).reshape(-1, 2)
        lat_lon_deg[(np.abs(lat_lon_deg) > [90.0, 180.0]).any(axis=1)] = np.nan
        lat_rad, lon_rad = np.radians(lat_lon_deg).T
        self._plane = plane or plane_around(lat_rad, lon_rad, frame)
        x_m, y_m = geodetic_to_plane(lat_rad, lon_rad, self._plane, frame=frame)
        self._at = dict(zip(graph.nodes, zip(x_m.tolist(), y_m.tolist(), strict=True), strict=True))
        self._ref = {node: _int(node, -1 - row) for row, node in enumerate(graph.nodes)}
        self.builder = NetworkBuilder(name, self._plane, road_kind="edge")

    def run(self) -> None:
        read = self.builder.report.read
        read["nodes"], read["edges"] = len(self._graph.nodes), len(self._graph.edges)
        waiting: dict[tuple[str, str, str], list[int]] = {}
        for edge in self._graph.edges:
            road = self._road(edge)
            if road is None:
                continue
            number = self.builder.add_road(road)
            osmid = edge.data.get("osmid", "")
            back = waiting.get((edge.target, edge.source, osmid))
            if self._graph.is_directed and back:
                self.builder.pair(back.pop(), number)
            else:
                waiting.setdefault((edge.source, edge.target, osmid), []).append(number)

    def _road(self, edge: GraphEdge) -> RoadDraft | None:
        name = f"{edge.source} to {edge.target}"
        fault = partial(self.builder.fault, "edge", name)
        if edge.source not in self._at or edge.target not in self._at:
            fault("names a node that is not in the file")
            return None
        line = self._line(edge)
        if line is None:
            fault("its geometry is no line")
            return None
        way = loose_way({key: _first(value) for key, value in edge.data.items()}, fault)
        is_reversed = edge.data.get("reversed") == "True"
        direction = Direction.FORWARD if self._graph.is_directed else way.direction
        return RoadDraft(
            ref=_int(_first(edge.data.get("osmid", "")), -1 - len(self.builder.roads)),
            x_m=line[0],
            y_m=line[1],
            ends=(self._ref[edge.source], self._ref[edge.target]),
            is_whole=True,
            road_class=way.road_class,
            direction=direction,
            limit_mps=way.limit_mps,
            lane_count=way.lane_count,
            layer=way.layer,
            structure=way.structure,
            flags=replace_flag(way.flags, is_reversed),
            name=way.name,
        )

    def _line(self, edge: GraphEdge) -> tuple[Floats, Floats] | None:
        """Points of an edge: its line where it has one, from node to node where not."""
        text = edge.data.get("geometry")
        if text is None:
            ends = (self._at[edge.source], self._at[edge.target])
            return np.array([ends[0][0], ends[1][0]]), np.array([ends[0][1], ends[1][1]])
        line = shapely.from_wkt(text, on_invalid="ignore")
        if line is None or line.geom_type != "LineString" or line.is_empty:
            return None
        lon_lat_deg = shapely.get_coordinates(line)
        if not (np.abs(lon_lat_deg) <= LON_LAT_DEG_MAX).all():
            return None
        lat_rad, lon_rad = np.radians(lon_lat_deg[:, 1]), np.radians(lon_lat_deg[:, 0])
        x_m, y_m = geodetic_to_plane(lat_rad, lon_rad, self._plane, frame=self._plane.frame)
        return x_m, y_m


def replace_flag(flags: EdgeFlag, is_reversed: bool) -> EdgeFlag:
    """The flags of an edge with that of the direction of its source."""
    return flags | EdgeFlag.REVERSED if is_reversed else flags


def _number(data: Texts, key: str) -> float:
    try:
        return float(data[key])
    except (KeyError, ValueError):
        return float("nan")


def _int(text: str, otherwise: int) -> int:
    try:
        number = int(text)
    except ValueError:
        return otherwise
    return number if abs(number) < 2**62 else otherwise


def _first(text: str) -> str:
    """Of a list that osmnx merged (`['2', '3']`) the first value."""
    if not text.startswith("["):
        return text
    try:
        values = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return text
    return str(values[0]) if isinstance(values, list) and values else text
