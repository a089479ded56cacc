"""The routes of the active network and those that operators drew on it, as documents and as columns for progress."""

from collections.abc import Mapping, Sequence
from math import isnan, nan
from typing import Any, Final, NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from beidou_svc.roads.edge_marks import kept_edges, marks_of, read_marks
from beidou_svc.roads.faults import Fault, InvalidError, faults_of
from beidou_svc.roads.store import Stored
from mapping.fences import routes as fence_routes
from mapping.fences.model import FenceDraft
from mapping.network.features import lon_lat_deg
from mapping.network.model import RoadNetwork, offsets_of
from mapping.network.routes import RouteIndex

ROUTES_MAX: Final = 64
"""Routes that progress is known of: bits of a word."""

ADDED: Final = ("network", "length_m", "origin", "version", "time")


class Call(NamedTuple):
    """A stop of a route: row of the network's stops, metres along the route (NaN = not beside it)."""

    stop: int
    run_m: float


class Route(NamedTuple):
    """A route. `version` 0 = it is the network's own."""

    id: str
    name: str
    edges: NDArray[np.int32]
    calls: tuple[Call, ...]
    is_loop: bool
    headway_s: float
    version: int = 0


class RouteProperties(BaseModel):
    """Properties of a route that is sent, as docs/roads.md has them."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: str = Field("", max_length=200)
    edges: list[int] = Field(min_length=1, max_length=100_000)
    stops: list[Any] = Field(default_factory=list, max_length=10_000)
    is_loop: bool = False
    headway_s: float | None = Field(None, gt=0)


def routes_of(network: RoadNetwork) -> list[Route]:
    """The network's own routes."""
    routes = network.routes
    return [
        Route(
            str(routes.ref[row]),
            network.names[routes.name[row]],
            network.route_edges.of(row),
            _calls(network, row),
            bool(routes.is_loop[row]),
            float(routes.headway_s[row]),
        )
        for row in range(len(routes))
    ]


def _calls(network: RoadNetwork, row: int) -> tuple[Call, ...]:
    rows = slice(int(network.first_route_stop[row]), int(network.first_route_stop[row + 1]))
    calls = network.route_stops.take(rows)
    return tuple(Call(stop, run_m) for stop, run_m in zip(calls.stop.tolist(), calls.run_m.tolist(), strict=True))


def read_route(document: Any, network: RoadNetwork, route_id: str) -> Route:
    """The route that a feature describes. Raises InvalidError."""
    if not isinstance(document, Mapping) or document.get("type") != "Feature":
        raise InvalidError([Fault(0, route_id, "type", "it is no GeoJSON Feature")])
    properties = document.get("properties") or {}
    own = {name: value for name, value in properties.items() if name not in ADDED and value is not None}
    try:
        sent = RouteProperties.model_validate(own)
    except ValidationError as error:
        raise InvalidError(faults_of(error, 0, route_id, "properties")) from None
    edges = np.array(sent.edges, np.int64)
    fault = _gap(network, edges, sent.is_loop)
    if fault:
        raise InvalidError([Fault(0, route_id, "properties.edges", fault)])
    stops = [stop.get("id") if isinstance(stop, Mapping) else stop for stop in sent.stops]
    route = Route(
        route_id, sent.name, edges.astype(np.int32), (), sent.is_loop, nan if sent.headway_s is None else sent.headway_s
    )
    return route._replace(calls=_served(network, route, stops))


def _gap(network: RoadNetwork, edges: NDArray[np.int64], is_loop: bool) -> str:
    """What is wrong with edges that should follow each other."""
    n = network.edge_count
    if edges.min() < 0 or edges.max() >= n:
        return f"the network has the edges 0 to {n - 1}"
    follows = np.append(edges[1:], edges[:1]) if is_loop else edges[1:]
    before = edges if is_loop else edges[:-1]
    for edge, after in zip(before.tolist(), follows.tolist(), strict=True):
        if after not in network.next_edges(edge):
            return f"edge {after} does not follow edge {edge}"
    return ""


def _served(network: RoadNetwork, route: Route, stops: Sequence[Any]) -> tuple[Call, ...]:
    """The calls of a route at stops, by their ids; the route must pass them in this order."""
    row_of = {str(ref): row for row, ref in enumerate(network.stops.ref.tolist())}
    calls: list[Call] = []
    reached_m = 0.0
    for k, stop in enumerate(stops):
        where = f"properties.stops.{k}"
        if str(stop) not in row_of:
            raise InvalidError([Fault(0, route.id, where, f"the network has no stop {stop}")])
        row = row_of[str(stop)]
        passes = [run_m for run_m in _passes(network, route, row) if run_m >= reached_m]
        if not passes:
            raise InvalidError([Fault(0, route.id, where, f"the route does not pass stop {stop} after those before")])
        reached_m = min(passes)
        calls.append(Call(row, reached_m))
    return tuple(calls)


def _passes(network: RoadNetwork, route: Route, stop: int) -> list[float]:
    """Metres along the route wherever it passes a stop, on its side of the road or on the other."""
    edge, offset_m = int(network.stops.edge[stop]), float(network.stops.offset_m[stop])
    if edge < 0:
        return []
    length_m = network.edges.length_m
    runs_m = np.concatenate([[0.0], np.cumsum(length_m[route.edges])])
    twin = int(network.edges.twin[edge])
    return [
        float(runs_m[k]) + (offset_m if on == edge else float(length_m[edge]) - offset_m)
        for k, on in enumerate(route.edges.tolist())
        if on in (edge, twin)
    ]


def to_body(route: Route, network: RoadNetwork) -> bytes:
    """A route as it is stored, with the marks of its edges."""
    stop_refs = network.stops.ref.tolist()
    properties = {
        "name": route.name,
        "edges": route.edges.tolist(),
        "stops": [str(stop_refs[call.stop]) for call in route.calls],
        "is_loop": route.is_loop,
        "headway_s": None if isnan(route.headway_s) else route.headway_s,
    }
    marks = marks_of(network, route.edges.tolist())
    return orjson.dumps({"type": "Feature", "id": route.id, "properties": properties, "marks": marks})


def from_body(stored: Stored, network: RoadNetwork) -> Route:
    """And back, on a network that may number its edges otherwise. Raises InvalidError."""
    document = orjson.loads(stored.body)
    edges = document["properties"]["edges"]
    found = kept_edges(network, edges, read_marks(document.get("marks")))
    lost = [edge for edge, at in zip(edges, found, strict=True) if at < 0]
    if lost:
        named = ", ".join(map(str, lost[:5]))
        raise InvalidError([Fault(0, stored.id, "properties.edges", f"the network has no edge {named} of it")])
    document["properties"]["edges"] = found
    return read_route(document, network, stored.id)._replace(version=stored.version)


class RouteBook:
    """All routes, by place: the network's own first. Immutable."""

    def __init__(self, network: RoadNetwork, network_id: str, stored: Sequence[Stored]) -> None:
        """Stored routes that do not fit the network are left out: `misfits` says why."""
        self.network = network
        self.network_id = network_id
        self.misfits: dict[str, str] = {}
        routes = {route.id: route for route in routes_of(network)}
        for document in stored:
            try:
                routes[document.id] = from_body(document, network)
            except InvalidError as error:
                self.misfits[document.id] = str(error)
        self.routes = tuple(routes.values())
        self.place_of = {route.id: place for place, route in enumerate(self.routes)}
        self.index = _index(network, self.routes)
        self.mask_of_edge = _masks(network, self.routes)

    def length_m(self, place: int) -> float:
        """Length of a route."""
        return float(self.index.length_m[place])

    def stop_areas(self, radius_m: float) -> list[FenceDraft]:
        """The fences of the stops that routes call at."""
        calls = [
            fence_routes.Call(place, call.stop, call.run_m)
            for place, route in enumerate(self.routes)
            for call in route.calls
        ]
        return fence_routes.stop_areas(self.network, self.index, calls, radius_m)

    def feature(self, place: int) -> dict[str, Any]:
        """A route as the API gives it."""
        route, network = self.routes[place], self.network
        return {
            "type": "Feature",
            "id": route.id,
            "geometry": {"type": "LineString", "coordinates": self._line(route)},
            "properties": {
                "name": route.name,
                "network": self.network_id,
                "length_m": round(self.length_m(place), 3),
                "is_loop": route.is_loop,
                "headway_s": None if isnan(route.headway_s) else route.headway_s,
                "edges": route.edges.tolist(),
                "stops": [self.stop(call) | self._position(network, call.stop) for call in route.calls],
                "origin": "operator" if route.version else "network",
                "version": route.version or 1,
            },
        }

    def stop(self, call: Call) -> dict[str, Any]:
        """A stop on a route."""
        stops = self.network.stops
        return {
            "id": str(stops.ref[call.stop]),
            "name": self.network.names[stops.name[call.stop]],
            "run_m": None if isnan(call.run_m) else round(call.run_m, 3),
        }

    def _position(self, network: RoadNetwork, stop: int) -> dict[str, float]:
        rows = slice(stop, stop + 1)
        ((lon_deg, lat_deg),) = lon_lat_deg(network, network.stops.x_m[rows], network.stops.y_m[rows]).tolist()
        return {"lon_deg": lon_deg, "lat_deg": lat_deg}

    def _line(self, route: Route) -> list[list[float]]:
        shape = self.network.shape
        rows = [
            np.arange(int(shape.first_point[edge]) + (k > 0), int(shape.first_point[edge + 1]))
            for k, edge in enumerate(route.edges.tolist())
        ]
        if not rows:
            return []
        points = np.concatenate(rows)
        line: list[list[float]] = lon_lat_deg(self.network, shape.points.x_m[points], shape.points.y_m[points]).tolist()
        return line


def _index(network: RoadNetwork, routes: Sequence[Route]) -> RouteIndex:
    """As `mapping.network.routes.route_index`, of these routes."""
    first = offsets_of(np.array([len(route.edges) for route in routes], np.int64))
    edge = np.concatenate([np.empty(0, np.int32), *(route.edges for route in routes)]).astype(np.int32)
    total_m = np.concatenate([[0.0], np.cumsum(network.edges.length_m[edge])])
    run_m = total_m[:-1] - np.repeat(total_m[first[:-1]], np.diff(first))
    use = np.argsort(edge, kind="stable").astype(np.int32)
    first_use = offsets_of(np.bincount(edge, minlength=network.edge_count))
    return RouteIndex(first, edge, run_m, total_m[first[1:]] - total_m[first[:-1]], first_use, use)


def _masks(network: RoadNetwork, routes: Sequence[Route]) -> NDArray[np.uint64]:
    """By edge: which routes drive it, as bits."""
    masks = np.zeros(network.edge_count, np.uint64)
    for place, route in enumerate(routes[:ROUTES_MAX]):
        masks[route.edges] |= np.uint64(1) << np.uint64(place)
    return masks
