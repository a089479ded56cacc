"""Small Lanelet2 maps, written as text.

a---------b---------c        two lanelets side by side, driven from left to right, each followed by another;
|   1     |    3    |        their nodes are named by letters, their bounds by the nodes
d---------e---------f
|   2     |    4    |
g---------h---------i
"""

from collections.abc import Mapping
from math import degrees
from xml.sax.saxutils import quoteattr

import numpy as np
from numpy.typing import NDArray

from mapping.datums.frame import Frame
from mapping.datums.plane import Plane, plane_to_geodetic
from mapping.network.lane_features import LaneImport
from mapping.network.lanelet2_build import lanelet2_to_network

FRAME = Frame.parse("WGS84@2026.9")
PLANE = Plane(FRAME, 0.4508, 2.006)  # near Ganzhou

NODES = {
    **{"a": (0.0, 7.0), "b": (50.0, 7.0), "c": (100.0, 7.0)},
    **{"d": (0.0, 3.5), "e": (50.0, 3.5), "f": (100.0, 3.5)},
    **{"g": (0.0, 0.0), "h": (50.0, 0.0), "i": (100.0, 0.0)},
}
ROAD = {"type": "lanelet", "subtype": "road", "location": "urban", "one_way": "yes"}
Tags = Mapping[str, str]


class MapText:
    """Collects nodes, ways and relations; `text` is the file."""

    def __init__(self, nodes: Mapping[str, tuple[float, float]] = NODES, heights: Mapping[str, float] = {}) -> None:
        self.parts: list[str] = []
        self.ids = {name: 1 + i for i, name in enumerate(nodes)}
        for name, (x_m, y_m) in nodes.items():
            lat_rad, lon_rad = plane_to_geodetic(x_m, y_m, PLANE)
            tags = {"ele": str(heights[name])} if name in heights else {}
            self.node(self.ids[name], repr(degrees(float(lat_rad))), repr(degrees(float(lon_rad))), tags)

    def node(self, ref: int, lat: str, lon: str, tags: Tags) -> None:
        self.parts.append(f'<node id="{ref}" lat="{lat}" lon="{lon}">{self.tags(tags)}</node>')

    def way(self, ref: int, nodes: str, **tags: str) -> int:
        refs = "".join(f'<nd ref="{self.ids.get(name, 999)}"/>' for name in nodes)
        self.parts.append(f'<way id="{ref}">{refs}{self.tags({"type": "line_thin", **tags})}</way>')
        return ref

    def relation(self, ref: int, members: list[tuple[str, str, int]], tags: Tags) -> None:
        found = "".join(f'<member type="{kind}" role="{role}" ref="{to}"/>' for kind, role, to in members)
        self.parts.append(f'<relation id="{ref}">{found}{self.tags(tags)}</relation>')

    def lanelet(self, ref: int, left: int, right: int, *rules: int, **tags: str) -> None:
        members = [("way", "left", left), ("way", "right", right)]
        members += [("relation", "regulatory_element", rule) for rule in rules]
        self.relation(ref, members, {**ROAD, **{key.replace("__", ":"): value for key, value in tags.items()}})

    @staticmethod
    def tags(tags: Tags) -> str:
        return "".join(f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in tags.items())

    @property
    def text(self) -> bytes:
        return f"<?xml version='1.0'?><osm generator='test'>{''.join(self.parts)}</osm>".encode()

    def network(self, participant: str = "vehicle") -> LaneImport:
        return lanelet2_to_network(self.text, FRAME, plane=PLANE, participant=participant)


def two_by_two(middle: str = "dashed", **tags: str) -> MapText:
    """The map above; the line between the lanes is as asked for, the one of 1 and 2 is stored from right to left."""
    made = MapText()
    made.way(11, "ab", subtype="solid")
    made.way(12, "ed", subtype=middle)
    made.way(13, "gh", subtype="solid")
    made.way(14, "bc", subtype="solid")
    made.way(15, "ef", subtype=middle)
    made.way(16, "ih", subtype="solid")
    made.lanelet(1, 11, 12, **tags)
    made.lanelet(2, 12, 13, **tags)
    made.lanelet(3, 14, 15, **tags)
    made.lanelet(4, 15, 16, **tags)
    return made


def refs_of(found: LaneImport, rows: NDArray[np.int32]) -> list[int]:
    """Lanelet ids of rows of `Lanes`."""
    return [int(ref) for ref in found.network.lanes.ref[rows]]


def row_of(found: LaneImport, ref: int) -> int:
    """The row of a lanelet that is driven one way."""
    rows = [row for row, known in enumerate(found.network.lanes.ref.tolist()) if known == ref]
    assert len(rows) == 1
    return rows[0]
