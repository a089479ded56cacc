"""Roads drawn in characters: capital letters are nodes, ten metres apart a character; ways name the nodes they pass.

    CROSS = '''
        A
        |
    B---C---D
    '''
    network = build(CROSS, {"BCD": {}, "AC": {"direction": Direction.FORWARD}})
    edge(network, "BC")

Lines between letters are for the reader. Way number one is the first of the table, and so on; nodes are numbered by
their letters (A = 65).
"""

from math import radians
from typing import Any
from xml.sax.saxutils import quoteattr

import numpy as np

from mapping.datums.frame import CGCS2000_2000
from mapping.datums.plane import Plane, plane_to_geodetic
from mapping.network.build import NetworkBuilder
from mapping.network.drafts import RestrictionDraft, RoadDraft
from mapping.network.model import RoadNetwork
from mapping.network.report import NetworkReport

Ways = dict[str, dict[str, Any]]
"""Attributes of roads by the letters of the nodes that they pass."""

PLANE = Plane(CGCS2000_2000, radians(25.8), radians(114.9))
CELL_M = 10.0

CROSS = """
        A
        |
    B---C---D
        |
        E
"""


def places(drawing: str) -> dict[str, tuple[float, float]]:
    """Where the letters are: the last line is at y = 0."""
    rows = [row for row in drawing.split("\n") if row.strip()]
    return {
        letter: (column * CELL_M, (len(rows) - 1 - row) * CELL_M)
        for row, line in enumerate(rows)
        for column, letter in enumerate(line)
        if letter.isupper()
    }


def line(drawing: str, way: str) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Points of a way."""
    at = places(drawing)
    x_m, y_m = np.array([at[letter] for letter in way]).T
    return x_m.copy(), y_m.copy()


def builder_of(drawing: str, ways: Ways) -> NetworkBuilder:
    """A builder with the ways of a drawing."""
    builder = NetworkBuilder("drawn", PLANE)
    for number, (way, attributes) in enumerate(ways.items(), start=1):
        x_m, y_m = line(drawing, way)
        refs = np.array([ord(letter) for letter in way])
        builder.add_road(RoadDraft(**{"ref": number, "x_m": x_m, "y_m": y_m, "node_refs": refs, **attributes}))
    return builder


def build(drawing: str, ways: Ways, *restrictions: RestrictionDraft) -> RoadNetwork:
    """The network of a drawing."""
    return build_reported(drawing, ways, *restrictions)[0]


def build_reported(drawing: str, ways: Ways, *restrictions: RestrictionDraft) -> tuple[RoadNetwork, NetworkReport]:
    """The network of a drawing, and the report."""
    builder = builder_of(drawing, ways)
    for restriction in restrictions:
        builder.restrict(restriction)
    return builder.build()


def edge(network: RoadNetwork, name: str) -> int:
    """The edge from the first letter's node to the last's; there has to be exactly one."""
    refs = network.nodes.ref
    start, end = (int(np.flatnonzero(refs == ord(letter))[0]) for letter in (name[0], name[-1]))
    (found,) = np.flatnonzero((network.edges.node_from == start) & (network.edges.node_to == end))
    return int(found)


def label(network: RoadNetwork, number: int) -> str:
    """The letters of an edge's nodes."""
    ends = network.edges.node_from[number], network.edges.node_to[number]
    return "".join(chr(network.nodes.ref[node]) for node in ends)


def labels(network: RoadNetwork, numbers: Any) -> set[str]:
    """The letters of some edges."""
    return {label(network, int(number)) for number in numbers}


def after(network: RoadNetwork, name: str) -> set[str]:
    """Which edges may follow one, turning back left out."""
    number = edge(network, name)
    return labels(network, (n for n in network.next_edges(number) if n != network.edges.twin[number]))


def osm_xml(
    drawing: str, ways: dict[str, dict[str, str]], relations: str = "", nodes: dict[str, dict[str, str]] | None = None
) -> bytes:
    """An OSM file of a drawing: tags by way, tags by node; a lower-case letter of a way is a node that is missing."""
    parts = ['<?xml version="1.0" encoding="UTF-8"?><osm version="0.6">']
    for letter, (x_m, y_m) in sorted(places(drawing).items()):
        lat_rad, lon_rad = plane_to_geodetic(x_m, y_m, PLANE)
        position = f'lat="{np.degrees(lat_rad):.9f}" lon="{np.degrees(lon_rad):.9f}"'
        parts.append(f'<node id="{ord(letter)}" version="1" {position}>{_tags((nodes or {}).get(letter, {}))}</node>')
    for number, (way, tags) in enumerate(ways.items(), start=1):
        refs = "".join(f'<nd ref="{ord(letter)}"/>' for letter in way)
        parts.append(f'<way id="{number}" version="1">{refs}{_tags(tags)}</way>')
    return "\n".join([*parts, relations, "</osm>"]).encode()


def relation(number: int, tags: dict[str, str], *members: tuple[str, int | str, str]) -> str:
    """A relation as XML; members are (node or way, number or letter, role)."""
    rows = [
        f'<member type="{kind}" ref="{ord(ref) if isinstance(ref, str) else ref}" role="{role}"/>'
        for kind, ref, role in members
    ]
    return f'<relation id="{number}" version="1">{"".join(rows)}{_tags(tags)}</relation>'


def _tags(tags: dict[str, str]) -> str:
    return "".join(f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in tags.items())


Feature = dict[str, Any]


def lon_lat(x_m: float, y_m: float) -> list[float]:
    lat_rad, lon_rad = plane_to_geodetic(x_m, y_m, PLANE)
    return [float(np.degrees(lon_rad)), float(np.degrees(lat_rad))]


def road(drawing: str, way: str, number: int | None = None, **properties: object) -> Feature:
    at = places(drawing)
    coordinates = [lon_lat(*at[letter]) for letter in way]
    feature = {
        "type": "Feature",
        "geometry": {"type": "LineString", "coordinates": coordinates},
        "properties": properties,
    }
    return feature if number is None else {**feature, "id": number}
