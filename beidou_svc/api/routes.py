"""`/v1/routes`: the routes of the active network, those that operators add, and who drives them."""

from math import isfinite
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Path, Request, Response

from beidou_svc.api.access import OPERATOR, READER, Author
from beidou_svc.api.answers import answer_json, example
from beidou_svc.api.context import Context, Service
from beidou_svc.api.problems import ProblemError
from beidou_svc.api.roads_kit import active_of, answer_document, expected_version, fence_problem, read_json, roads_of
from beidou_svc.errors import ServiceError
from beidou_svc.roads.progress import AT_STOP_M, ProgressRow
from beidou_svc.roads.roads import Active
from beidou_svc.roads.route_book import Call, RouteBook, read_route, to_body
from beidou_svc.roads.store import Kind, Stored, Write
from beidou_svc.utc import gpst_text, utc_text

router = APIRouter(tags=["routes"])

RouteId = Annotated[str, Path(description="Id of the route", max_length=200, examples=["1"])]
MEAN_MPS_MIN = 0.3
"""Slower on average, no time of arrival is told."""
AT_STOP_MPS_MAX = 1.0

_FEATURE = {
    "type": "Feature",
    "id": "1",
    "geometry": {"type": "LineString", "coordinates": [[114.93, 25.83], [114.94, 25.84]]},
    "properties": {
        "name": "Scenic line",
        "network": "city",
        "length_m": 8_120.4,
        "is_loop": True,
        "headway_s": 600.0,
        "edges": [12, 14, 15],
        "stops": [{"id": "901", "name": "North gate", "run_m": 0.0, "lon_deg": 114.93, "lat_deg": 25.83}],
        "origin": "network",
        "version": 1,
    },
}
_PROGRESS = example(
    {
        "route": "1",
        "name": "Scenic line",
        "time": "2026-11-22T06:30:00.000Z",
        "length_m": 8_120.4,
        "n": 1,
        "terminals": [
            {
                "id": "shuttle-1",
                "time": "2026-11-22T06:29:59.000Z",
                "run_m": 1_204.2,
                "ratio": 0.148,
                "lateral_m": -0.3,
                "speed_mps": 5.1,
                "lap": 0,
                "stop_before": {"id": "901", "name": "North gate", "run_m": 0.0},
                "stop_next": {"id": "902", "name": "Lake", "run_m": 1_500.0, "distance_m": 295.8, "eta_s": 58.0},
                "at_stop": None,
            }
        ],
    }
)


@router.get("/v1/routes", dependencies=[READER], summary="The routes")
async def list_routes(request: Request, service: Service) -> Response:
    """A FeatureCollection of their lines; empty where there is no network."""
    active = roads_of(service).active
    features = [] if active is None else [active.book.feature(place) for place in range(len(active.book.routes))]
    return await answer_document(request, {"type": "FeatureCollection", "features": features}, len(features))


@router.get("/v1/routes/{route_id}", dependencies=[READER], responses=example(_FEATURE), summary="One route")
async def get_route(request: Request, service: Service, route_id: RouteId) -> Response:
    """Its line, edges and stops."""
    book = active_of(service).book
    place = _place(book, route_id)
    return await answer_document(request, book.feature(place), book.routes[place].version or 1)


@router.put("/v1/routes/{route_id}", dependencies=[OPERATOR], responses=example(_FEATURE), summary="Draw a route")
async def put_route(request: Request, service: Service, route_id: RouteId, author: Author) -> Response:
    """Edges in order, and stops. Progress on the other routes, and on this one where it is as long, goes on."""
    roads, active = roads_of(service), active_of(service)
    document = await read_json(request, roads.settings.body_bytes_max)
    version = _own_version(active.book, route_id)
    expected = expected_version(request, version)
    network = active.named.network
    try:
        route = await roads.run(read_route, document, network, route_id)
        write = Write(Kind.ROUTE, route_id, to_body(route, network), expected)
        (stored,) = await _write(service, write, author)
    except ServiceError as error:
        raise fence_problem(error, "route", _shown) from None
    book = active_of(service).book
    feature = book.feature(_place(book, route_id))
    return await answer_document(request, feature, stored.version, status=201 if expected == 0 else 200)


@router.delete("/v1/routes/{route_id}", dependencies=[OPERATOR], status_code=204, summary="Remove a route")
async def delete_route(request: Request, service: Service, route_id: RouteId, author: Author) -> Response:
    """Only those that operators drew."""
    book = active_of(service).book
    _place(book, route_id)
    expected = expected_version(request, _own_version(book, route_id))
    try:
        await _write(service, Write(Kind.ROUTE, route_id, None, expected), author)
    except ServiceError as error:
        raise fence_problem(error, "route", _shown) from None
    return Response(status_code=204)


@router.get("/v1/routes/{route_id}/progress", dependencies=[READER], responses=_PROGRESS, summary="Who drives it")
async def get_progress(request: Request, service: Service, route_id: RouteId) -> Response:
    """The terminals on a route, foremost first."""
    active = active_of(service)
    book = active.book
    place = _place(book, route_id)
    service.names.refresh()
    rows = [_progress(service, active, place, row) for row in active.progress.on_route(place)]
    head = {"route": route_id, "name": book.routes[place].name, "time": utc_text(service.clock.utc_ns())}
    length_m = round(book.length_m(place), 3)
    return await answer_json(request, {**head, "length_m": length_m, "n": len(rows), "terminals": rows})


async def _write(service: Context, write: Write, author: str) -> list[Stored]:
    roads = roads_of(service)
    stored = await roads.run(roads.store.write, [write], by=author, t_utc_ns=service.clock.utc_ns())
    roads.adopt_routes(await roads.run(roads.load_routes))
    return stored


def _shown(stored: Stored) -> Any:
    document = orjson.loads(stored.body)
    document.pop("marks", None)
    return {**document, "version": stored.version}


def _place(book: RouteBook, route_id: str) -> int:
    place = book.place_of.get(route_id)
    if place is None:
        raise ProblemError("route-unknown", f"No route has the id {route_id!r}.")
    return place


def _own_version(book: RouteBook, route_id: str) -> int | None:
    """The version of a route that may be changed, None where there is none."""
    place = book.place_of.get(route_id)
    if place is None:
        return None
    if not book.routes[place].version:
        raise ProblemError("in-use", f"Route {route_id!r} belongs to the network; store another network to change it.")
    return book.routes[place].version


def _progress(service: Context, active: Active, place: int, row: ProgressRow) -> dict[str, Any]:
    book, state = active.book, service.state
    roads = roads_of(service)
    speed_mps = float(state.columns["speed_mps"][row.slot])
    return {
        "id": service.names.ids[row.slot],
        "time": gpst_text(row.t_gpst_ns),
        "run_m": round(row.run_m, 2),
        "ratio": round(row.run_m / max(book.length_m(place), 1e-9), 5),
        "lateral_m": round(float(roads.road.columns.lateral_m[row.slot]), 2),
        "speed_mps": speed_mps if isfinite(speed_mps) else None,
        "lap": row.lap,
        **_stops(book, place, row, speed_mps),
    }


def _stops(book: RouteBook, place: int, row: ProgressRow, speed_mps: float) -> dict[str, Any]:
    """The stops around a terminal; of a loop the first follows the last."""
    route = book.routes[place]
    calls = [call for call in route.calls if isfinite(call.run_m)]
    before = [call for call in calls if call.run_m <= row.run_m]
    after = [call for call in calls if call.run_m > row.run_m]
    if route.is_loop and calls:
        before, after = before or calls[-1:], after or calls[:1]
    near = [call for call in calls if abs(call.run_m - row.run_m) <= AT_STOP_M]
    stands = near and not speed_mps > AT_STOP_MPS_MAX
    return {
        "stop_before": book.stop(before[-1]) if before else None,
        "stop_next": _next_stop(book, place, after[0], row) if after else None,
        "at_stop": book.stop(near[0]) if stands else None,
    }


def _next_stop(book: RouteBook, place: int, call: Call, row: ProgressRow) -> dict[str, Any]:
    distance_m = call.run_m - row.run_m
    if distance_m < 0:
        distance_m += book.length_m(place)
    eta_s = round(distance_m / row.mean_mps, 1) if row.mean_mps > MEAN_MPS_MIN else None
    return {**book.stop(call), "distance_m": round(distance_m, 2), "eta_s": eta_s}
