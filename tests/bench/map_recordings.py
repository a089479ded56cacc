"""Drives whose roads are known: real ones with hand-corrected routes (Hof), simulated ones with exact truth."""

import csv
import json
import os
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer

from gnss.batches import FixBatch
from gnss.constants import NS_PER_S
from gnss.time.scales import unix_ns_to_gpst_ns
from mapping.datums.frame import CGCS2000_2000
from mapping.datums.placed import Placed
from mapping.datums.plane import Plane, geodetic_to_plane
from mapping.network.build import NetworkBuilder
from mapping.network.codes import Direction, EdgeFlag, RoadClass
from mapping.network.drafts import RoadDraft
from mapping.network.model import RoadNetwork

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

ROOT = Path(__file__).resolve().parents[2]
DATA_DIR = Path(os.environ.get("BEIDOU_TEST_DATA", ROOT.parent / "shared" / "data")) / "map"
FRAME = CGCS2000_2000

COURSE_NOISE_RAD = np.radians(3.0)
SPEED_NOISE_MPS = 0.3
SIM_SIGMA_M = float(np.hypot(4.0, 1.5))
"""What the simulated positions are off by: 4 m correlated and 1.5 m white, each axis."""

T0_GPST_NS = 1_400_000_000 * NS_PER_S


@dataclass(frozen=True, slots=True)
class Drive:
    """Positions of one drive in order of time, and the directed edges it took, in order."""

    name: str
    placed: Placed
    way: Ints


@dataclass(frozen=True, slots=True)
class Simulated:
    """All simulated drives: positions (slot = drive) with sigma, course and speed, and the true edge and offset."""

    placed: Placed
    edge: Ints
    offset_m: Floats
    way_of: tuple[Ints, ...]

    def drive(self, slot: int) -> NDArray[np.intp]:
        """The rows of one drive."""
        return np.flatnonzero(self.placed.rows.slot == slot)


def has_maps() -> bool:
    """Whether the recordings are here."""
    return (DATA_DIR / "hof_fcd").is_dir() and (DATA_DIR / "liechtenstein_sim").is_dir()


def plane_of(lat_deg: Floats, lon_deg: Floats) -> Plane:
    """A plane in the middle of some points."""
    middle = np.radians([0.5 * (c.min() + c.max()) for c in (lat_deg, lon_deg)])
    return Plane(FRAME, float(middle[0]), float(middle[1]))


@cache
def hof_network() -> RoadNetwork:
    """The roads that the drives of Hof use, both ways; node ids are those of the truth."""
    tree = ET.parse(DATA_DIR / "hof_fcd" / "fcd_net.osm").getroot()
    place = {int(n.get("id", "")): (float(n.get("lat", "")), float(n.get("lon", ""))) for n in tree.iter("node")}
    lat, lon = (np.array(column) for column in zip(*place.values(), strict=True))
    plane = plane_of(lat, lon)
    builder = NetworkBuilder("Hof", plane)
    for way in tree.iter("way"):
        refs = np.array([int(nd.get("ref", "")) for nd in way.iter("nd")])
        at = np.radians([place[int(ref)] for ref in refs])
        x, y = geodetic_to_plane(at[:, 0], at[:, 1], plane, frame=FRAME)
        road_class = RoadClass.RESIDENTIAL  # as all of its ways are tagged
        builder.add_road(RoadDraft(ref=int(way.get("id", "")), x_m=x, y_m=y, node_refs=refs, road_class=road_class))
    return builder.build()[0]


@cache
def hof_node_places() -> dict[int, tuple[float, float]]:
    """Where the nodes of the truth are in the plane, m."""
    with (DATA_DIR / "hof_fcd" / "nodes.csv").open(encoding="utf-8") as file:
        rows = [(int(r["node"]), float(r["lat"]), float(r["lon"])) for r in csv.DictReader(file)]
    at = np.radians([row[1:] for row in rows])
    x, y = geodetic_to_plane(at[:, 0], at[:, 1], hof_network().plane, frame=FRAME)
    return {row[0]: (float(a), float(b)) for row, a, b in zip(rows, x, y, strict=True)}


@cache
def hof_edge_nodes() -> list[NDArray[np.int64]]:
    """The nodes of the source that each edge passes, found again by their places."""
    network = hof_network()
    by_place = {(round(x, 2), round(y, 2)): node for node, (x, y) in hof_node_places().items()}
    found = []
    for edge in range(network.edge_count):
        line = network.shape.line(edge)
        found.append(np.array([_near(by_place, a, b) for a, b in zip(line.x_m, line.y_m, strict=True)]))
    return found


def _near(by_place: dict[tuple[float, float], int], x: float, y: float) -> int:
    """The node at a place; coordinates of the two files differ by rounding."""
    for dx in (0, -0.01, 0.01):
        for dy in (0, -0.01, 0.01):
            node = by_place.get((round(round(x, 2) + dx, 2), round(round(y, 2) + dy, 2)))
            if node is not None:
                return node
    raise KeyError(f"no node at {x}, {y}")


@cache
def hof_drives() -> tuple[Drive, ...]:
    """The real drives; `way` holds node numbers here, as the truth does."""
    truth = json.loads((DATA_DIR / "hof_fcd" / "truth_nodes_dev.json").read_text("utf-8"))
    rows: dict[str, list[tuple[int, float, float]]] = {}
    with (DATA_DIR / "hof_fcd" / "points_dev.csv").open(encoding="utf-8") as file:
        for r in csv.DictReader(file):
            t_ns = int(datetime.fromisoformat(r["time"]).timestamp()) * NS_PER_S
            rows.setdefault(r["id"], []).append((t_ns, float(r["lat"]), float(r["lon"])))
    return tuple(_hof_drive(name, rows[name], nodes) for name, nodes in truth.items() if name in rows)


def _hof_drive(name: str, rows: list[tuple[int, float, float]], nodes: list[int]) -> Drive:
    t_ns = np.array([row[0] for row in rows], np.int64)
    at = np.radians([row[1:] for row in rows])
    fixes = FixBatch.missing(len(rows), t_gpst_ns=unix_ns_to_gpst_ns(t_ns), lat_rad=at[:, 0], lon_rad=at[:, 1])
    return Drive(name, Placed(FRAME, fixes), np.array(nodes, np.int32))


@cache
def liechtenstein_network() -> tuple[RoadNetwork, Ints]:
    """The roads of the simulated drives, and our edge for each of theirs."""
    z = np.load(DATA_DIR / "liechtenstein_sim" / "network.npz")
    lat_deg, lon_deg = _to_degrees(z["pts"])
    plane = plane_of(lat_deg, lon_deg)
    x, y = geodetic_to_plane(np.radians(lat_deg), np.radians(lon_deg), plane, frame=FRAME)
    builder, rev = NetworkBuilder("Liechtenstein", plane), z["rev"]
    for e in range(len(rev)):
        if 0 <= rev[e] < e:
            continue
        part = slice(int(z["ptr"][e]), int(z["ptr"][e + 1]))
        direction = Direction.BOTH if rev[e] >= 0 else Direction.FORWARD
        ends = int(z["fr"][e]), int(z["to"][e])
        limit = float(z["speed"][e])
        builder.add_road(RoadDraft(
            ref=e, x_m=x[part], y_m=y[part], ends=ends, is_whole=True, direction=direction, limit_mps=limit
        ))  # fmt: skip
    network, _ = builder.build()
    return network, _ours(network, rev)


def _ours(network: RoadNetwork, rev: Ints) -> Ints:
    ours = np.full(rev.size, -1, np.int32)
    back = network.edges.flags & EdgeFlag.REVERSED != 0
    theirs = np.where(back, rev[network.edges.ref], network.edges.ref)
    ours[theirs] = np.arange(len(theirs), dtype=np.int32)
    return ours


def _to_degrees(utm32_m: Floats) -> tuple[Floats, Floats]:
    lon, lat = Transformer.from_crs(32632, 4326, always_xy=True).transform(utm32_m[:, 0], utm32_m[:, 1])
    return lat, lon


@cache
def liechtenstein_drives() -> Simulated:
    """The simulated drives, 1 Hz, with sigma as it is, a course of 3° and a speed of 0.3 m/s."""
    network, ours = liechtenstein_network()
    z = np.load(DATA_DIR / "liechtenstein_sim" / "tracks.npz")
    track, edge, offset = z["track"], ours[z["edge"]], z["offset"]
    lat_deg, lon_deg = _to_degrees(z["obs_xy"])
    first = np.searchsorted(track, np.arange(track.max() + 2))
    second = np.arange(len(track)) - first[track]
    rng = np.random.default_rng(4)
    lat, lon = np.radians(lat_deg), np.radians(lon_deg)
    course = _courses(network, edge, offset) + (lon - network.plane.lon0_rad) * np.sin(lat)
    step = np.hypot(*np.diff(z["true_xy"], axis=0, append=z["true_xy"][-1:]).T)
    step[first[1:] - 1] = step[first[1:] - 2]
    fixes = FixBatch.missing(
        len(track), slot=track, t_gpst_ns=T0_GPST_NS + second * NS_PER_S, lat_rad=lat, lon_rad=lon,
        sigma_n_m=SIM_SIGMA_M, sigma_e_m=SIM_SIGMA_M, cov_ne_m2=0.0,
        course_rad=course + rng.normal(0.0, COURSE_NOISE_RAD, len(track)),
        speed_mps=np.maximum(step + rng.normal(0.0, SPEED_NOISE_MPS, len(track)), 0.0),
    )  # fmt: skip
    ways = tuple(_runs(edge[first[k] : first[k + 1]]) for k in range(track.max() + 1))
    return Simulated(Placed(FRAME, fixes), edge, offset, ways)


def _courses(network: RoadNetwork, edge: Ints, offset_m: Floats) -> Floats:
    """Direction of edges at offsets, clockwise from the plane's north."""
    first, points = network.shape.first_point, network.shape.points
    key = np.repeat(np.arange(len(first) - 1) * 1e7, np.diff(first)) + points.run_m
    at = np.searchsorted(key, edge * 1e7 + offset_m, "right") - 1
    at = np.clip(at, first[edge], first[edge + 1] - 2)
    course_rad: Floats = np.arctan2(points.x_m[at + 1] - points.x_m[at], points.y_m[at + 1] - points.y_m[at])
    return course_rad


def _runs(edge: Ints) -> Ints:
    """Edges without their repetitions in a row."""
    runs: Ints = edge[np.concatenate([[True], edge[1:] != edge[:-1]])]
    return runs
