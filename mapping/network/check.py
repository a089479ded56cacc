"""What an operator wants to know of a network before vehicles are matched to it: extent, completeness, and mistakes."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from mapping.network.check_shape import crossings, dead_ends, duplicates, gaps, overlaps, spikes
from mapping.network.codes import EdgeFlag, RoadClass
from mapping.network.components import strong_components
from mapping.network.model import RoadNetwork
from mapping.network.tables import Floats, Ints

SPEED_MPS_MIN: Final = 5.0 / 3.6
SPEED_MPS_MAX: Final = 140.0 / 3.6
LANED_SHARE_MAX: Final = 0.5
"""Of its edges; a map of which more have lanes is one of lanes."""
LENGTH_M_MIN: Final = 0.2
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class ClassRow:
    """Roads of one class: kilometres (both directions of a road once), edges, kilometres without limit and lanes."""

    road_class: str
    road_km: float
    edges: int
    no_limit_km: float
    no_lanes_km: float


@dataclass(frozen=True, slots=True)
class Finding:
    """One kind of mistake: its name, what it means, whether it harms, and the edges (or nodes) that have it."""

    name: str
    meaning: str
    is_error: bool
    edges: Ints
    refs: NDArray[np.int64]
    x_m: Floats
    y_m: Floats


@dataclass(frozen=True, slots=True)
class NetworkCheck:
    """The whole check; lengths count both directions of a road once."""

    name: str
    frame: str
    nodes: int
    edges: int
    lanes: int
    stops: int
    routes: int
    road_km: float
    lane_km: float
    hull_km2: float
    box_km: tuple[float, float]
    far_m: float
    components: int
    main_share: float
    classes: tuple[ClassRow, ...]
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> int:
        """How many things are wrong that harm."""
        return sum(finding.edges.size for finding in self.findings if finding.is_error)


def is_first_of_pair(network: RoadNetwork) -> Flags:
    """Edges that stand for their road: one-way ones, and of two twins the first.

    Shape: (E,).
    """
    twin = network.edges.twin
    return (twin < 0) | (twin > np.arange(twin.size))


def check_network(network: RoadNetwork) -> NetworkCheck:
    """Check a network.

    Shape: a row a class and a finding. Unit: km, m. Frame: the network's plane. Error: none.
    """
    edges, points = network.edges, network.shape.points
    once = is_first_of_pair(network)
    component = strong_components(network)
    box_km = (float(np.ptp(points.x_m)) / 1e3, float(np.ptp(points.y_m)) / 1e3) if len(points) else (0.0, 0.0)
    lane_m = network.lane_shape.points.run_m[network.lane_shape.first_point[1:] - 1] if len(network.lanes) else 0.0
    return NetworkCheck(
        name=network.name,
        frame=str(network.frame),
        nodes=len(network.nodes),
        edges=len(edges),
        lanes=len(network.lanes),
        stops=len(network.stops),
        routes=len(network.routes),
        road_km=float(edges.length_m[once].sum()) / 1e3,
        lane_km=float(np.sum(lane_m)) / 1e3,
        hull_km2=hull_m2(points.x_m, points.y_m) / 1e6,
        box_km=box_km,
        far_m=float(np.abs(points.x_m).max()) if len(points) else 0.0,
        components=int(component.max()) + 1 if component.size else 0,
        main_share=float(edges.length_m[component == 0].sum() / edges.length_m.sum()) if component.size else 0.0,
        classes=tuple(_classes(network, once)),
        findings=tuple(_findings(network, once, component)),
    )


def hull_m2(x_m: Floats, y_m: Floats) -> float:
    """Area of the convex hull of points.

    Shape: (n,), twice. Unit: m to m². Error: 0 for fewer than three points.
    """
    return float(shapely.MultiPoint(np.column_stack((x_m, y_m))).convex_hull.area) if x_m.size else 0.0


def _classes(network: RoadNetwork, once: Flags) -> list[ClassRow]:
    """Lengths by class, in order of rank."""
    edges = network.edges
    km = np.where(once, edges.length_m, 0.0) / 1e3
    rows = []
    for road_class in RoadClass:
        mine = edges.road_class == road_class
        if mine.any():
            no_limit, no_lanes = mine & np.isnan(edges.limit_mps), mine & (edges.lane_count == 0)
            sums = [float(km[which].sum()) for which in (mine, no_limit, no_lanes)]
            rows.append(ClassRow(road_class.label, sums[0], int(mine.sum()), sums[1], sums[2]))
    return rows


def _findings(network: RoadNetwork, once: Flags, component: Ints) -> list[Finding]:
    """Everything that is wrong or worth a look, the harmful first."""
    edges = network.edges
    limit = edges.limit_mps
    stuck = (np.diff(network.first_next) == 0) & (edges.length_m > 0)
    entered = np.bincount(network.turns.next_edge, minlength=len(edges)) > 0
    odd_limit = np.isfinite(limit) & ((limit < SPEED_MPS_MIN) | (limit > SPEED_MPS_MAX))
    apart = (component != 0) & once
    # where a map has lanes, the ways through a junction lie over each other, and roads end beside each other
    is_flat = bool(np.count_nonzero(np.diff(network.first_lane)) <= LANED_SHARE_MAX * len(edges))
    found = (
        ("gap", "ends a few metres beside a road without meeting it", is_flat, gaps(network)),
        ("overlap", "runs on top of another road of its level", is_flat, overlaps(network)),
        ("crossing", "crosses a road of its level without a node", is_flat, crossings(network)),
        ("duplicate", "is the same as another", True, duplicates(network)),
        ("stuck", "has no way on", True, _rows(stuck)),
        ("not entered", "has no way onto it", True, _rows(~entered)),
        ("odd limit", "has a speed limit below 5 or above 140 km/h", True, _rows(odd_limit)),
        ("spike", "turns back on itself within its line", True, spikes(network)),
        ("route gap", "does not follow the edge before it on a route", True, _route_gaps(network)),
        ("not reachable", "cannot be driven to and from the main network", False, _rows(apart)),
        ("short", "is shorter than 0.2 m", False, _rows((edges.length_m < LENGTH_M_MIN) & once)),
        ("dead end", "ends where no other road is", False, dead_ends(network)),
        ("no limit", "has no speed limit", False, _rows(np.isnan(limit) & once)),
        ("assumed limit", "has the limit of a zone", False, _rows((edges.flags & EdgeFlag.ASSUMED_LIMIT > 0) & once)),
    )
    return [_finding(network, *one) for one in found]


def _rows(which: Flags) -> Ints:
    return np.flatnonzero(which).astype(np.int32)


def _route_gaps(network: RoadNetwork) -> Ints:
    """Edges of routes that do not begin where the one before ends."""
    first, edge = network.route_edges.first, network.route_edges.value
    is_start = np.zeros(edge.size + 1, dtype=np.bool_)
    is_start[first] = True
    before = np.arange(-1, edge.size - 1)
    apart = network.edges.node_from[edge] != network.edges.node_to[edge[before]] if edge.size else np.empty(0, bool)
    return edge[apart & ~is_start[:-1]]


def _finding(network: RoadNetwork, name: str, meaning: str, is_error: bool, edges: Ints) -> Finding:
    """Name the edges by their ids and a point of each: where it ends."""
    last = network.shape.first_point[edges + 1] - 1
    points = network.shape.points
    return Finding(name, meaning, is_error, edges, network.edges.ref[edges], points.x_m[last], points.y_m[last])
