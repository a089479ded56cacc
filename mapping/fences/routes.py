"""Fences out of a road network: corridors along edges, and the areas in which the stops of routes are served.

A corridor along edges has a line for each of them, so that every edge has its own right direction; two-way roads have
both, unless one direction is asked for.
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from mapping.fences.check import FenceError
from mapping.fences.kinds import EventKind
from mapping.fences.model import Circle, Corridor, FenceDraft, Line
from mapping.network.features import lon_lat_deg
from mapping.network.model import RoadNetwork
from mapping.network.routes import RouteIndex

STOP_PREFIX: Final = "stop:"
"""Ids of the fences of stops begin with it."""


class Call(NamedTuple):
    """A route (row of the index) halts at a stop (row of the network's stops), `run_m` metres from its start."""

    route: int
    stop: int
    run_m: float


def corridor_along(
    network: RoadNetwork, edges: Sequence[int], half_width_m: float, *, both_ways: bool = True
) -> Corridor:
    """The corridor along some edges, in order; each once.

    Shape: any number of edges. Unit: m. Frame: the network's. Error: 1 mm; an edge that does not exist raises
    `FenceError`, which names it.
    """
    unknown = [edge for edge in edges if not 0 <= edge < network.edge_count]
    if unknown:
        raise FenceError(_unknown_text(network, unknown))
    return Corridor(tuple(_line(network, edge) for edge in directed(network, edges, both_ways)), half_width_m)


def _unknown_text(network: RoadNetwork, unknown: Sequence[int]) -> str:
    named = ", ".join(str(edge) for edge in unknown[:5]) + (", ..." if len(unknown) > 5 else "")
    there = f"it has 0 to {network.edge_count - 1}" if network.edge_count else "it has none"
    return f"the network has no edge {named}: {there}"


def directed(network: RoadNetwork, edges: Iterable[int], both_ways: bool) -> list[int]:
    """Edges in order, each once, each followed by its twin where both ways are wanted and there is one.

    Shape: any number of edges.
    """
    found: dict[int, None] = {}
    for edge in edges:
        found[edge] = None
        twin = int(network.edges.twin[edge])
        if both_ways and twin >= 0:
            found[twin] = None
    return list(found)


def _line(network: RoadNetwork, edge: int) -> Line:
    points = network.shape.line(edge)
    return tuple((lat_deg, lon_deg) for lon_deg, lat_deg in lon_lat_deg(network, points.x_m, points.y_m).tolist())


def stop_areas(network: RoadNetwork, index: RouteIndex, calls: Iterable[Call], radius_m: float) -> list[FenceDraft]:
    """A circle round each stop that a route calls at, for those who are matched to an edge from which it is served.

    Shape: any number of calls to one draft a stop. Unit: m. Frame: the network's. Error: stops that lie beside none of
    the edges of their routes have no area; a radius of 0 gives none.
    """
    edges_of: dict[int, set[int]] = {}
    for call in calls if radius_m > 0 else ():
        edges_of.setdefault(call.stop, set()).update(_edges_near(index, call, radius_m))
    return [_area(network, stop, edges, radius_m) for stop, edges in sorted(edges_of.items()) if edges]


def _edges_near(index: RouteIndex, call: Call, radius_m: float) -> set[int]:
    """The edges of a route within a distance of a point of it."""
    rows = range(int(index.first[call.route]), int(index.first[call.route + 1]))
    ends = [*index.run_m[rows.start + 1 : rows.stop].tolist(), float(index.length_m[call.route])]
    return {
        int(index.edge[row])
        for row, end_m in zip(rows, ends, strict=True)
        if index.run_m[row] <= call.run_m + radius_m and end_m >= call.run_m - radius_m
    }


def _area(network: RoadNetwork, stop: int, edges: set[int], radius_m: float) -> FenceDraft:
    rows = slice(stop, stop + 1)
    ((lon_deg, lat_deg),) = lon_lat_deg(network, network.stops.x_m[rows], network.stops.y_m[rows]).tolist()
    return FenceDraft(
        ref=f"{STOP_PREFIX}{network.stops.ref[stop]}",
        shape=Circle((lat_deg, lon_deg), radius_m),
        name=network.names[network.stops.name[stop]],
        frame=network.frame,
        kinds=frozenset({EventKind.ARRIVED}),
        edges=frozenset(edges),
        source="stop",
    )
