"""Valhalla on the same roads and positions: tiles made of our network, matching by `trace_attributes`."""

import importlib.util
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from gnss.constants import NS_PER_S
from mapping.datums.placed import Placed
from mapping.datums.plane import geodetic_to_plane, plane_to_geodetic
from mapping.network.model import RoadNetwork
from tests.bench.map_recordings import FRAME, Floats, liechtenstein_network
from tests.bench.map_runs import Matched
from tests.bench.map_scores import Driven, RouteScore, route_score

GPS_ACCURACY_M = 5
SEARCH_RADIUS_M = 50
SHAPE_SCALE = 1e-6
LIMITS = {"max_distance": 1_000_000.0, "max_shape": 100_000}


def valhalla() -> "Valhalla | None":
    """Valhalla over Liechtenstein, where its wheel is installed."""
    if importlib.util.find_spec("valhalla") is None or importlib.util.find_spec("osmium") is None:
        sys.stderr.write("map_match: without pyvalhalla-weekly and osmium there is no peer\n")
        return None
    return _made()


@cache
def _made() -> "Valhalla":
    return Valhalla(liechtenstein_network()[0])


class Valhalla:
    """Tiles of a network in a folder of their own, and an actor on them."""

    def __init__(self, network: RoadNetwork) -> None:
        from valhalla import Actor, get_config

        self._folder = tempfile.TemporaryDirectory()
        folder = Path(self._folder.name)
        self._network = network
        write_osm(network, folder / "roads.osm.pbf")
        (folder / "tiles").mkdir()
        config = get_config(tile_extract="", tile_dir=str(folder / "tiles"), verbose=False)
        config["service_limits"]["trace"].update(LIMITS)
        (folder / "config.json").write_text(json.dumps(config), "utf-8")
        program = Path(importlib.import_module("valhalla").__file__ or "").parent / "bin" / "valhalla_build_tiles"
        command = [str(program), "-c", str(folder / "config.json"), str(folder / "roads.osm.pbf")]
        subprocess.run(command, check=True, capture_output=True, cwd=folder)
        self._actor: Any = Actor(str(folder / "config.json"))

    def body(self, placed: Placed) -> str:
        """The request for one drive."""
        lat, lon = np.degrees(placed.rows.lat_rad).tolist(), np.degrees(placed.rows.lon_rad).tolist()
        seconds = (placed.rows.t_gpst_ns // NS_PER_S).tolist()
        shape = [{"lat": a, "lon": b, "time": t} for a, b, t in zip(lat, lon, seconds, strict=True)]
        options = {"gps_accuracy": GPS_ACCURACY_M, "search_radius": SEARCH_RADIUS_M}
        wanted = ["edge.way_id", "edge.begin_shape_index", "edge.end_shape_index", "shape"]
        asked = {"shape": shape, "costing": "auto", "shape_match": "map_snap", "trace_options": options}
        return json.dumps(asked | {"filters": {"attributes": wanted, "action": "include"}})

    def match(self, bodies: Sequence[str]) -> list[str]:
        """What it answers, request by request; empty where it fails."""
        return [self._answer(body) for body in bodies]

    def _answer(self, body: str) -> str:
        try:
            return str(self._actor.trace_attributes(body))
        except RuntimeError:
            return ""

    def scores(self, drives: Sequence[Matched]) -> list[RouteScore]:
        """How right it is on drives."""
        answers = self.match([self.body(drive.placed) for drive in drives])
        return [
            route_score(drive.true, self._route(json.loads(answer)) if answer else [])
            for drive, answer in zip(drives, answers, strict=True)
        ]

    def _route(self, answer: dict[str, Any]) -> list[Driven]:
        """Its edges as stretches of ours: each is a piece of its way, driven one way or the other."""
        points = np.radians(_decoded(answer["shape"]))
        x, y = geodetic_to_plane(points[:, 0], points[:, 1], self._network.plane, frame=FRAME)
        ends = [(e["way_id"] - 1, e["begin_shape_index"], e["end_shape_index"]) for e in answer["edges"]]
        return [self._stretch(edge, np.column_stack([x, y])[[a, b]]) for edge, a, b in ends]

    def _stretch(self, edge: int, ends: Floats) -> Driven:
        start_m, end_m = (self._run(edge, place) for place in ends)
        if end_m >= start_m:
            return edge, start_m, end_m
        length_m = float(self._network.edges.length_m[edge])
        twin = int(self._network.edges.twin[edge])
        return (twin, length_m - start_m, length_m - end_m) if twin >= 0 else (edge, end_m, start_m)

    def _run(self, edge: int, place: Floats) -> float:
        """How far along an edge the place on it is."""
        line = self._network.shape.line(edge)
        a = np.column_stack([line.x_m, line.y_m])
        d = np.diff(a, axis=0)
        t = np.clip(((place - a[:-1]) * d).sum(axis=1) / (d * d).sum(axis=1), 0.0, 1.0)
        k = int(np.argmin(np.hypot(*(place - a[:-1] - t[:, None] * d).T)))
        return float(line.run_m[k] + t[k] * np.hypot(*d[k]))


def write_osm(network: RoadNetwork, path: Path) -> None:
    """The network as OSM: a way for each road, whose id is the first of its edges, counted from 1."""
    import osmium

    edges, points = network.edges, network.shape.points
    lat, lon = (np.degrees(c) for c in plane_to_geodetic(points.x_m, points.y_m, network.plane))
    roads = [e for e in range(len(edges)) if edges.twin[e] < 0 or edges.twin[e] > e]
    writer = osmium.SimpleWriter(str(path))
    ways, number = [], len(network.nodes) + 1
    places: dict[int, tuple[float, float]] = {}
    for e in roads:
        first, last = int(network.shape.first_point[e]), int(network.shape.first_point[e + 1]) - 1
        refs = [int(edges.node_from[e]) + 1, *range(number, number + last - first - 1), int(edges.node_to[e]) + 1]
        number += last - first - 1
        places |= {ref: (float(lon[k]), float(lat[k])) for ref, k in zip(refs, range(first, last + 1), strict=True)}
        tags = {"highway": "tertiary", "maxspeed": str(max(5, round(3.6 * float(edges.limit_mps[e]))))}
        tags |= {} if edges.twin[e] >= 0 else {"oneway": "yes"}
        ways.append(osmium.osm.mutable.Way(id=e + 1, version=1, nodes=refs, tags=tags))
    for ref in sorted(places):
        writer.add_node(osmium.osm.mutable.Node(id=ref, version=1, location=places[ref]))
    for way in ways:
        writer.add_way(way)
    writer.close()


def _decoded(shape: str) -> Floats:
    """(lat, lon) in degrees of an encoded polyline of six digits."""
    values, value, shift = [], 0, 0
    for char in shape:
        bits = ord(char) - 63
        value |= (bits & 31) << shift
        shift += 5
        if bits < 32:
            values.append(~(value >> 1) if value & 1 else value >> 1)
            value = shift = 0
    return np.cumsum(np.array(values).reshape(-1, 2), axis=0) * SHAPE_SCALE
