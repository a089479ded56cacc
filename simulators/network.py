"""The road network to drive on: directed edges in columns, read from the GeoJSON of a simulated city."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray

from simulators.chart import Chart
from simulators.errors import WorldError

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

ROAD_CLASSES = ("motorway", "primary", "secondary", "tertiary", "residential", "service", "scenic")
CLASS_WEIGHT = np.array([5.0, 4.0, 2.5, 1.2, 0.5, 0.25, 0.02])  # how much traffic a class draws at a junction
SCENIC = ROAD_CLASSES.index("scenic")
MOTORWAY = ROAD_CLASSES.index("motorway")
OPEN, BUILT, CANYON, TUNNEL = range(4)  # what is around an edge
LATERAL_ACCEL_MPS2 = 2.2  # what a driver accepts in a bend
TURN_RADIUS_M = 13.0
U_TURN_MPS = 2.2
U_TURN_DEG = 150.0
SIGNAL_ARMS_MIN = 4
SIGNAL_CLASS_MAX = ROAD_CLASSES.index("tertiary")
STOP_REACH_M = 60.0


class Network(NamedTuple):
    """Directed edges (structure of arrays, a named tuple so that kernels can take it whole).

    name            | dtype   | shape  | unit   | meaning
    first_vertex    | int32   | E+1    |        | edge e owns vertices first_vertex[e] .. first_vertex[e+1]
    vertex_lat_deg  | float64 | V      | deg    | CGCS2000, in driving direction
    vertex_lon_deg  | float64 | V      | deg    |
    vertex_run_m    | float64 | V      | m      | distance from the start of the edge
    vertex_dir_deg  | float64 | V      | deg    | direction of the segment that starts here
    node_from, node_to | int32 | E     |        | junctions
    length_m        | float64 | E      | m      |
    limit_mps       | float64 | E      | m/s    | the lower of the sign and the sharpest bend
    lanes           | int32   | E      |        | lanes of this direction
    oneway          | bool    | E      |        |
    road_class      | uint8   | E      |        | index into ROAD_CLASSES
    around          | uint8   | E      |        | OPEN, BUILT, CANYON or TUNNEL
    raised          | bool    | E      |        | bridge
    twin            | int32   | E      |        | the other direction, -1 if none
    signal_phase    | int8    | E      |        | green phase 0 or 1 at the end of the edge, -1 without signals
    signal_shift_s  | float64 | E      | s      | shift of the cycle at the end of the edge
    first_next      | int32   | E+1    |        | edge e may be followed by next_edge[first_next[e]:first_next[e+1]]
    next_edge, next_weight, next_turn_mps | S | | m/s   | successor, its draw, the speed of the turn
    first_stop      | int32   | E+1    |        | shuttle stops on the edge, ordered along it
    stop_m          | float64 | P      | m      | where along the edge
    """

    first_vertex: Ints
    vertex_lat_deg: Floats
    vertex_lon_deg: Floats
    vertex_run_m: Floats
    vertex_dir_deg: Floats
    node_from: Ints
    node_to: Ints
    length_m: Floats
    limit_mps: Floats
    lanes: Ints
    oneway: NDArray[np.bool_]
    road_class: NDArray[np.uint8]
    around: NDArray[np.uint8]
    raised: NDArray[np.bool_]
    twin: Ints
    signal_phase: NDArray[np.int8]
    signal_shift_s: Floats
    first_next: Ints
    next_edge: Ints
    next_weight: Floats
    next_turn_mps: Floats
    first_stop: Ints
    stop_m: Floats


class _Edges(NamedTuple):
    """Directed edges before the columns: geometry in degrees and metres, and the properties of the road."""

    lonlat: list[Floats]
    plane: list[Floats]
    properties: list[dict[str, Any]]
    twin: list[int]


def read_network(path: Path, chart: Chart | None = None) -> Network:
    """The network of a city file.

    Raises `WorldError` when the file is not a GeoJSON city or holds no roads.
    """
    try:
        return build_network(orjson.loads(path.read_bytes())["features"], chart or Chart())
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        what = f"{type(error).__name__}: {error}"
        raise WorldError(f"{path} is not a city file ({what}); make one with: beidou-sim world --out {path}") from error


def build_network(features: Sequence[dict[str, Any]], chart: Chart) -> Network:
    """The network of GeoJSON features with `layer` road and place."""
    edges = _directed(features, chart)
    if not edges.plane:
        raise WorldError("the city has no roads")
    nodes, twin = _nodes(edges.lonlat), np.array(edges.twin, dtype=np.int32)
    road_class = np.array([ROAD_CLASSES.index(p["class"]) for p in edges.properties], dtype=np.uint8)
    directions = [_directions(line) for line in edges.plane]
    arrival = np.array([direction[-1] for direction in directions])
    departure = np.array([direction[0] for direction in directions])
    phase, shift = _signals(nodes, arrival, road_class)
    first_next, next_edge, next_weight, next_turn = _successors(nodes, arrival, departure, road_class, twin)
    first_stop, stop_m = _stops(features, edges, road_class, chart)
    return Network(
        **_geometry(edges, directions),
        **_rules(edges),
        node_from=nodes[:, 0].copy(),
        node_to=nodes[:, 1].copy(),
        road_class=road_class,
        twin=twin,
        signal_phase=phase,
        signal_shift_s=shift,
        first_next=first_next,
        next_edge=next_edge,
        next_weight=next_weight,
        next_turn_mps=next_turn,
        first_stop=first_stop,
        stop_m=stop_m,
    )


def _geometry(edges: _Edges, directions: Sequence[Floats]) -> dict[str, Any]:
    """The columns of the lines."""
    runs = [np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T)))) for line in edges.plane]
    lonlat = np.vstack(edges.lonlat)
    return {
        "first_vertex": _offsets(np.array([len(line) for line in edges.plane])),
        "vertex_lat_deg": np.ascontiguousarray(lonlat[:, 1]),
        "vertex_lon_deg": np.ascontiguousarray(lonlat[:, 0]),
        "vertex_run_m": np.concatenate(runs),
        "vertex_dir_deg": np.concatenate(directions),
        "length_m": np.array([run[-1] for run in runs]),
    }


def _rules(edges: _Edges) -> dict[str, Any]:
    """The columns of what holds on an edge: limits, lanes, surroundings."""
    signed = np.array([float(p["maxspeed_kmh"]) / 3.6 for p in edges.properties])
    bends = np.array([_bend_mps(line) for line in edges.plane])
    oneway = np.array([bool(p.get("oneway")) for p in edges.properties])
    lanes = np.array([int(p.get("lanes", 2)) for p in edges.properties])
    return {
        "limit_mps": np.minimum(signed, bends),
        "lanes": np.maximum(1, np.where(oneway, lanes, lanes // 2)).astype(np.int32),
        "oneway": oneway,
        "around": np.array([_around(p) for p in edges.properties], dtype=np.uint8),
        "raised": np.array([bool(p.get("bridge")) for p in edges.properties]),
    }


def _directed(features: Sequence[dict[str, Any]], chart: Chart) -> _Edges:
    """Every road once for each direction that may be driven."""
    edges = _Edges([], [], [], [])
    for feature in features:
        if feature["properties"].get("layer") != "road":
            continue
        lonlat = np.asarray(feature["geometry"]["coordinates"], dtype=np.float64)
        plane = chart.to_plane(lonlat)
        here = len(edges.plane)
        both = not feature["properties"].get("oneway")
        for step, twin in ((1, here + 1 if both else -1), (-1, here))[: 1 + both]:
            edges.lonlat.append(lonlat[::step])
            edges.plane.append(plane[::step])
            edges.properties.append(feature["properties"])
            edges.twin.append(twin)
    return edges


def _offsets(counts: NDArray[np.int64]) -> Ints:
    """Where each group starts."""
    return np.concatenate(([0], np.cumsum(counts))).astype(np.int32)


def _directions(line: Floats) -> Floats:
    """Direction of the segment at each vertex, degrees clockwise from north; the last repeats."""
    step = np.diff(line, axis=0)
    direction = np.degrees(np.arctan2(step[:, 0], step[:, 1])) % 360.0
    return np.append(direction, direction[-1])


def _nodes(lonlat: Sequence[Floats]) -> Ints:
    """Junction numbers of both ends, `(E, 2)`; ends with equal coordinates are one junction."""
    ends = np.array([(line[0], line[-1]) for line in lonlat]).reshape(-1, 2)
    _, inverse = np.unique(ends, axis=0, return_inverse=True)
    return inverse.reshape(-1, 2).astype(np.int32)


def _bend_mps(line: Floats) -> float:
    """The speed at which the sharpest bend of a line is comfortable."""
    if len(line) < 3:
        return float("inf")
    before, after = line[1:-1] - line[:-2], line[2:] - line[1:-1]
    cross = before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]
    angle = np.abs(np.arctan2(cross, np.sum(before * after, axis=1)))
    reach = np.maximum(0.5 * (np.hypot(*before.T) + np.hypot(*after.T)), 8.0)
    radius = reach / np.maximum(angle, 1e-9)
    return max(4.0, float(np.sqrt(LATERAL_ACCEL_MPS2 * radius.min())))


def _around(properties: dict[str, Any]) -> int:
    """What surrounds an edge."""
    if properties.get("tunnel"):
        return TUNNEL
    if properties.get("canyon"):
        return CANYON
    is_open = properties.get("bridge") or properties["class"] in ("motorway", "scenic")
    return OPEN if is_open else BUILT


def _signals(nodes: Ints, arrival_deg: Floats, road_class: NDArray[np.uint8]) -> tuple[NDArray[np.int8], Floats]:
    """Two-phase signals where four or more arms of a through road meet: crossing directions take turns."""
    phase = np.full(len(nodes), -1, dtype=np.int8)
    shift = np.zeros(len(nodes))
    major = road_class <= SIGNAL_CLASS_MAX
    arms = np.bincount(nodes[:, 1], weights=major & (road_class != MOTORWAY), minlength=nodes.max() + 1)
    for node in np.flatnonzero(arms >= SIGNAL_ARMS_MIN):
        edges = np.flatnonzero(nodes[:, 1] == node)
        axis = arrival_deg[edges[np.argmin(road_class[edges])]]
        turned = np.abs((arrival_deg[edges] - axis + 90.0) % 180.0 - 90.0)
        phase[edges] = turned > 45.0
        shift[edges] = (node * 37) % 90
    return phase, shift


def _successors(
    nodes: Ints, arrival_deg: Floats, departure_deg: Floats, road_class: NDArray[np.uint8], twin: Ints
) -> tuple[Ints, Ints, Floats, Floats]:
    """What may follow each edge, how likely, and how fast the turn is; turning back only where nothing else is left."""
    order = np.argsort(nodes[:, 0], kind="stable")
    starts = np.searchsorted(nodes[order, 0], np.arange(nodes.max() + 2))
    following, weights, turns, counts = [], [], [], []
    for edge, node in enumerate(nodes[:, 1]):
        leaving = order[starts[node] : starts[node + 1]]
        angle = np.abs((departure_deg[leaving] - arrival_deg[edge] + 180.0) % 360.0 - 180.0)
        onward = (leaving != twin[edge]) & (angle < U_TURN_DEG)
        if onward.any():
            leaving, angle = leaving[onward], angle[onward]
        following.append(leaving)
        weights.append(
            CLASS_WEIGHT[road_class[leaving]] * np.where(angle < 35.0, 3.0, np.where(angle < 115.0, 1.0, 0.1))
        )
        radius = TURN_RADIUS_M / np.maximum(np.sin(np.radians(np.minimum(angle, 90.0))), 1e-3) ** 2
        turns.append(np.where(angle > U_TURN_DEG, U_TURN_MPS, np.sqrt(LATERAL_ACCEL_MPS2 * radius)))
        counts.append(len(leaving))
    first = _offsets(np.array(counts))
    return first, np.concatenate(following).astype(np.int32), np.concatenate(weights), np.concatenate(turns)


def _stops(
    features: Sequence[dict[str, Any]], edges: _Edges, road_class: NDArray[np.uint8], chart: Chart
) -> tuple[Ints, Floats]:
    """Shuttle stops on the scenic edges near them, for both directions."""
    points = [f["geometry"]["coordinates"] for f in features if f["properties"].get("kind") == "stop"]
    found: list[list[float]] = [[] for _ in edges.plane]
    scenic = np.flatnonzero(road_class == SCENIC)
    if points and scenic.size:
        lines = np.array([shapely.LineString(edges.plane[edge]) for edge in scenic])
        for stop in shapely.points(chart.to_plane(np.asarray(points, dtype=np.float64))):
            gap = shapely.distance(lines, stop)
            for k in np.flatnonzero(gap <= min(gap.min() + 1e-6, STOP_REACH_M)):
                found[scenic[k]].append(float(lines[k].project(stop)))
    stops = np.array([at for per_edge in found for at in sorted(per_edge)], dtype=np.float64)
    return _offsets(np.array([len(per_edge) for per_edge in found])), stops
