"""The lanes of the scenic route as a Lanelet2 map (OSM XML): borders that neighbours share, lanelets, stops, limits."""

from __future__ import annotations

from pathlib import Path
from xml.etree.ElementTree import Element, ElementTree, SubElement, indent

import numpy as np
from shapely import LineString

from simulators.chart import Chart
from simulators.world.model import Lane, RoadClass, World

DIGITS = 9  # of a degree: 0.1 mm
FIRST_ID = 1


class _Writer:
    """Gives every point and border one id, however many lanelets use it."""

    def __init__(self, chart: Chart) -> None:
        self._chart = chart
        self.root = Element("osm", version="0.6", generator="beidou-sim")
        self._last_id = FIRST_ID - 1
        self._nodes: dict[tuple[float, float], str] = {}
        self._ways: dict[tuple[str, ...], str] = {}

    def new_id(self) -> str:
        """An id that nothing else has."""
        self._last_id += 1
        return str(self._last_id)

    def node(self, x_m: float, y_m: float) -> str:
        """The id of a point, written when it is first seen."""
        key = round(x_m, 3), round(y_m, 3)
        if key not in self._nodes:
            lon_deg, lat_deg = self._chart.to_lonlat(np.array([key]))[0]
            self._nodes[key] = ref = self.new_id()
            lat, lon = f"{lat_deg:.{DIGITS}f}", f"{lon_deg:.{DIGITS}f}"
            SubElement(self.root, "node", id=ref, visible="true", version="1", lat=lat, lon=lon)
        return self._nodes[key]

    def way(self, line: LineString, subtype: str) -> str:
        """The id of a border; the middle line is one border, whichever way it was drawn."""
        refs = tuple(self.node(x_m, y_m) for x_m, y_m in line.coords)
        for known in (refs, refs[::-1]):
            if known in self._ways:
                return self._ways[known]
        self._ways[refs] = ref = self.new_id()
        way = SubElement(self.root, "way", id=ref, visible="true", version="1")
        for node in refs:
            SubElement(way, "nd", ref=node)
        _tag(way, type="line_thin", subtype=subtype)
        return ref

    def lanelet(self, lane: Lane, name: str, is_tunnel: bool) -> None:
        """One lanelet."""
        left, right = self.way(lane.left, "dashed"), self.way(lane.right, "solid")
        relation = SubElement(self.root, "relation", id=self.new_id(), visible="true", version="1")
        SubElement(relation, "member", type="way", role="left", ref=left)
        SubElement(relation, "member", type="way", role="right", ref=right)
        _tag(relation, type="lanelet", subtype="road", location="urban", one_way="yes", name=name)
        _tag(relation, speed_limit=str(lane.limit_kmh), road_ref=str(lane.road))
        if is_tunnel:
            _tag(relation, tunnel="yes", layer="-1")


def _tag(parent: Element, **tags: str) -> None:
    for key, value in tags.items():
        SubElement(parent, "tag", k=key, v=value)


def write_lanelet2(world: World, path: Path, chart: Chart | None = None) -> int:
    """Write the lanes of a city; says how many there were."""
    writer = _Writer(chart or Chart())
    for lane in world.lanes:
        street = world.streets[lane.road]
        assert street.road_class is RoadClass.SCENIC
        writer.lanelet(lane, street.name.zh, street.structure == "tunnel")
    indent(writer.root)
    # nodes, then ways, then relations: readers expect them in this order
    writer.root[:] = sorted(writer.root, key=lambda element: ("node", "way", "relation").index(element.tag))
    ElementTree(writer.root).write(path, encoding="utf-8", xml_declaration=True)
    return len(world.lanes)
