"""Routes over edges, stops on the edges that serve them, and the calls of routes at stops."""

from dataclasses import replace
from math import inf, isnan, nan
from typing import TYPE_CHECKING

import numpy as np

from mapping.network._routes import RouteFinder, lists_from, runs_of_stops
from mapping.network._serve import place_stops
from mapping.network.codes import EdgeFlag
from mapping.network.drafts import RouteDraft
from mapping.network.grid import make_grid
from mapping.network.model import RoadNetwork
from mapping.network.names import NamePool
from mapping.network.tables import Ints, Lists, Routes, RouteStops, Stops

if TYPE_CHECKING:
    from mapping.network.build import NetworkBuilder

Call = tuple[int, float, float, float]


def with_routes_and_stops(
    builder: "NetworkBuilder", network: RoadNetwork, draft_of_edge: Ints, pool: NamePool
) -> RoadNetwork:
    """The network with its routes and stops."""
    if not builder.routes and not builder.stops:
        return network
    finder = _finder(builder, network)
    kept, edges_of = [], []
    for given in builder.routes:
        route, edges = finder.find(given, builder.report)
        if edges:
            kept.append(route)
            edges_of.append(edges)
        else:
            builder.report.fault("route", route.ref, "none of its roads is in the network")
    stops = _stops(builder, network, draft_of_edge, (kept, edges_of), pool)
    network = replace(network, stops=stops)
    calls = [_calls(builder, network, route, edges) for route, edges in zip(kept, edges_of, strict=True)]
    first, value = lists_from(edges_of)
    return replace(
        network,
        routes=_routes(network, kept, edges_of, pool),
        route_edges=Lists(first, value),
        first_route_stop=lists_from([[0] * len(c) for c in calls])[0],
        route_stops=_call_table([call for some in calls for call in some]),
    )


def _finder(builder: "NetworkBuilder", network: RoadNetwork) -> RouteFinder:
    wanted = {ref for route in builder.routes for ref in route.road_refs}
    edges = network.edges
    rows = np.flatnonzero(np.isin(edges.ref, np.array(sorted(wanted), dtype=np.int64)))
    chains: dict[int, tuple[list[int], list[int]]] = {}
    for row in rows.tolist():
        ahead, back = chains.setdefault(int(edges.ref[row]), ([], []))
        if edges.flags[row] & EdgeFlag.REVERSED:
            back.insert(0, row)
        else:
            ahead.append(row)
    return RouteFinder(edges.node_from, edges.node_to, chains)


def _stops(
    builder: "NetworkBuilder",
    network: RoadNetwork,
    draft_of_edge: Ints,
    routes: tuple[list[RouteDraft], list[list[int]]],
    pool: NamePool,
) -> Stops:
    """Stops on the roads they name, else on those of the routes that call there, else on any."""
    edges_by_stop: dict[int, set[int]] = {}
    for route, edges in zip(*routes, strict=True):
        for ref in route.stop_refs:
            edges_by_stop.setdefault(ref, set()).update(edges)
    served: list[Ints | None] = []
    for stop in builder.stops:
        if stop.road is not None:
            served.append(np.flatnonzero(draft_of_edge == stop.road).astype(np.int32))
        else:
            calling = edges_by_stop.get(stop.ref)
            served.append(None if calling is None else np.array(sorted(calling), dtype=np.int32))
    names = pool.numbers(stop.name for stop in builder.stops)
    grid = make_grid(network, reach_m=builder.stop_to_road_m_max)
    return place_stops(builder.stops, names, served, grid, builder.drives_on_right, builder.report)


def _calls(builder: "NetworkBuilder", network: RoadNetwork, route: RouteDraft, edges: list[int]) -> list[Call]:
    """The calls of one route: stop, run, arrival and departure."""
    rows = {int(ref): row for row, ref in enumerate(network.stops.ref.tolist())}
    known = [(i, rows[ref]) for i, ref in enumerate(route.stop_refs) if ref in rows]
    for ref in route.stop_refs:
        if ref not in rows:
            builder.report.fault("route", route.ref, "calls at a stop that is not in the file", "kept, without it")
    stop = np.array([row for _, row in known], dtype=np.int32)
    stops = network.stops
    runs = runs_of_stops(edges, network.shape, stops.x_m[stop], stops.y_m[stop], builder.drives_on_right)
    for row, run_m in zip(stop.tolist(), runs.tolist(), strict=True):
        if isnan(run_m):
            builder.report.fault(
                "stop", int(stops.ref[row]), "is not beside a route that calls there", "kept, without run"
            )
    times = [(_at(route.arrive_s, i), _at(route.depart_s, i)) for i, _ in known]
    calls = [(row, run, *time) for (_, row), run, time in zip(known, runs.tolist(), times, strict=True)]
    placed = [call[1] for call in calls if not isnan(call[1])]
    if placed != sorted(placed):
        builder.report.fault("route", route.ref, "its stops are not in the order of driving", "kept, sorted")
        calls.sort(key=lambda call: inf if isnan(call[1]) else call[1])
    return calls


def _at(values: tuple[float, ...], i: int) -> float:
    return values[i] if i < len(values) else nan


def _call_table(calls: list[Call]) -> RouteStops:
    return RouteStops.of(
        stop=np.array([c[0] for c in calls], dtype=np.int32),
        run_m=np.array([c[1] for c in calls], dtype=np.float64),
        arrive_s=np.array([c[2] for c in calls], dtype=np.float32),
        depart_s=np.array([c[3] for c in calls], dtype=np.float32),
    )


def _routes(network: RoadNetwork, kept: list[RouteDraft], edges_of: list[list[int]], pool: NamePool) -> Routes:
    edges = network.edges
    return Routes.of(
        ref=np.array([route.ref for route in kept], dtype=np.int64),
        name=pool.numbers(route.name for route in kept),
        is_loop=np.array([edges.node_from[e[0]] == edges.node_to[e[-1]] for e in edges_of], dtype=np.bool_),
        length_m=np.array([edges.length_m[e].sum() for e in edges_of], dtype=np.float64),
        headway_s=np.array([route.headway_s for route in kept], dtype=np.float32),
    )
