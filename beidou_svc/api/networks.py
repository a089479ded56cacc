"""`/v1/networks`: road networks: which there are, what is in them, their tiles, and new ones."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from beidou_svc.api.access import OPERATOR, READER, Author
from beidou_svc.api.answers import answer, answer_json, example, to_json
from beidou_svc.api.context import Context, Service
from beidou_svc.api.page import MVT, Column, Zoom
from beidou_svc.api.problems import ProblemError
from beidou_svc.api.roads_kit import (
    GEOJSON,
    active_of,
    answer_document,
    expected_version,
    fence_problem,
    read_body,
    roads_of,
)
from beidou_svc.errors import ServiceError
from beidou_svc.roads.activation import Activation
from beidou_svc.roads.networks import NamedNetwork, check_of, shown
from beidou_svc.roads.reading import read_apart
from beidou_svc.roads.roads import Roads
from mapping.errors import TileRangeError
from mapping.network.features import closed_road_features, network_geojson

router = APIRouter(tags=["networks"])

NetworkId = Annotated[str, Path(description="Id of the network", pattern=r"^[\w.~-]{1,100}$", examples=["city"])]

_SUMMARY = {
    "id": "city",
    "version": 1,
    "time": "2026-11-22T06:30:00.000Z",
    "name": "city",
    "digest": "6f1c20a9",
    "frame": {"datum": "CGCS2000", "epoch": 2000.0},
    "bounds": [114.88, 25.78, 114.99, 25.87],
    "counts": {"nodes": 4_100, "edges": 9_800, "lanes": 220, "stops": 12, "routes": 2},
    "length_km": 412.8,
    "length_km_by_class": {"primary": 31.2, "residential": 240.1},
    "active": True,
    "closures": [],
    "state": "active",
    "step": None,
    "done": 1.0,
    "reason": None,
}
_TILE_CACHE = {"Cache-Control": "public, max-age=600"}
EDGES_CLOSED_MAX = 100_000


class Closures(BaseModel):
    """Edges that nobody can drive."""

    model_config = ConfigDict(extra="forbid", strict=True)

    edges: list[Annotated[int, Field(ge=0)]] = Field(max_length=EDGES_CLOSED_MAX)


@router.get(
    "/v1/networks",
    dependencies=[READER],
    responses=example({"n": 1, "networks": [_SUMMARY]}),
    summary="The road networks",
)
async def list_networks(request: Request, service: Service) -> Response:
    """The active one first, then the stored ones."""
    roads = roads_of(service)
    stored = await roads.run(roads.networks.summaries)
    found = [_with_state(service, summary) for summary in stored]
    if roads.active is not None and not any(each["active"] for each in found):
        found.insert(0, _with_state(service, await roads.run(roads.summary, roads.active.named)))
    return await answer_json(request, {"n": len(found), "networks": found})


@router.get("/v1/networks/{network_id}.geojson", dependencies=[READER], summary="All of a network as GeoJSON")
async def get_geojson(request: Request, service: Service, network_id: NetworkId) -> Response:
    """Roads, lanes, stops; what `PUT` takes."""
    roads = roads_of(service)
    named = await _found(roads, network_id)
    return await answer(request, await roads.run(network_geojson, named.network), GEOJSON)


@router.get(
    "/v1/networks/{network_id}", dependencies=[READER], responses=example(_SUMMARY), summary="One network, checked"
)
async def get_network(request: Request, service: Service, network_id: NetworkId) -> Response:
    """The summary, and what is wrong with it."""
    roads = roads_of(service)
    named = await _found(roads, network_id)
    summary = await roads.run(roads.summary, named)
    document = {**_with_state(service, summary), "check": await roads.run(check_of, named.network)}
    return await answer_document(request, document, named.version, "application/json")


@router.put(
    "/v1/networks/{network_id}", dependencies=[OPERATOR], responses=example(_SUMMARY), summary="Store a network"
)
async def put_network(request: Request, service: Service, network_id: NetworkId, author: Author) -> Response:
    """GeoJSON, or a file of `beidou network import`. The active one is replaced by it as by `activate`."""
    roads = roads_of(service)
    body = await read_body(request, roads.settings.body_bytes_max)
    there = {summary["id"]: summary["version"] for summary in await roads.run(roads.networks.summaries)}
    expected = expected_version(request, there.get(network_id))
    try:
        network, report = await read_apart(roads, body, network_id)
        now_ns = service.clock.utc_ns()
        summary = await roads.run(roads.networks.put, network_id, network, expected, by=author, t_utc_ns=now_ns)
    except ServiceError as error:
        raise fence_problem(error, "network", lambda stored: _with_state(service, shown(stored))) from None
    if roads.is_active(network_id) or (roads.active is None and roads.settings.network == network_id):
        _activation(service).ask(network_id, by=author, t_utc_ns=now_ns)
    document = {**_with_state(service, summary), "report": report}
    status = 201 if expected == 0 else 200
    return await answer_document(request, document, summary["version"], "application/json", status)


@router.post(
    "/v1/networks/{network_id}/activate", dependencies=[OPERATOR], status_code=202, responses=example(_SUMMARY),
    summary="Match positions to it",
)  # fmt: skip
async def activate_network(request: Request, service: Service, network_id: NetworkId, author: Author) -> Response:
    """It is made ready beside the work of the service, and then takes over; `state` of the network says how far it is.

    What fails leaves the active one as it is. It stays the active one at the next start, until `roads.network` changes.
    """
    roads = roads_of(service)
    summaries = await roads.run(roads.networks.summaries)
    summary = next((each for each in summaries if each["id"] == network_id), None)
    if summary is None:
        raise ProblemError("network-unknown", f"No stored network has the id {network_id!r}.")
    _activation(service).ask(network_id, by=author, t_utc_ns=service.clock.utc_ns())
    document = _with_state(service, summary)
    return await answer_document(request, document, summary["version"], "application/json", 202)


@router.delete("/v1/networks/{network_id}", dependencies=[OPERATOR], status_code=204, summary="Delete a network")
async def delete_network(request: Request, service: Service, network_id: NetworkId, author: Author) -> Response:
    """`If-Match` needed. The active one stays."""
    roads = roads_of(service)
    if roads.is_active(network_id):
        raise ProblemError("in-use", "Positions are matched to this network.")
    named = await _found(roads, network_id)
    expected = expected_version(request, named.version)
    try:
        await roads.run(roads.networks.remove, network_id, expected, by=author, t_utc_ns=service.clock.utc_ns())
    except ServiceError as error:
        raise fence_problem(error, "network", lambda stored: _with_state(service, shown(stored))) from None
    _activation(service).forget(network_id)
    return Response(status_code=204)


@router.get("/v1/networks/{network_id}/closures", dependencies=[READER], summary="Edges that are closed")
async def get_closures(request: Request, service: Service, network_id: NetworkId) -> Response:
    """Of the active network."""
    roads = roads_of(service)
    _require_active(service, network_id)
    return await answer_json(request, {"edges": list(roads.closures)})


@router.get(
    "/v1/networks/{network_id}/closures.geojson", dependencies=[READER], summary="Roads with closed edges, as lines"
)
async def get_closed_roads(request: Request, service: Service, network_id: NetworkId) -> Response:
    """Of the active network: a Feature a road."""
    roads = roads_of(service)
    _require_active(service, network_id)
    features = await roads.run(closed_road_features, active_of(service).named.network, roads.closures)
    return await answer(request, to_json({"type": "FeatureCollection", "features": features}), GEOJSON)


@router.put("/v1/networks/{network_id}/closures", dependencies=[OPERATOR], summary="Close edges, open all others")
async def put_closures(
    request: Request, service: Service, network_id: NetworkId, closures: Closures, author: Author
) -> Response:
    """In force from the next position on."""
    roads = roads_of(service)
    _require_active(service, network_id)
    edges = sorted(set(closures.edges))
    named = active_of(service).named
    count = named.network.edge_count
    if edges and edges[-1] >= count:
        raise ProblemError("bad-parameter", f"edges: the network has the edges 0 to {count - 1}")
    try:
        await roads.run(roads.networks.close_edges, named, edges, by=author, t_utc_ns=service.clock.utc_ns())
    except ServiceError as error:
        raise fence_problem(error, "network") from None
    await roads.run(roads.close_edges, edges)
    return await answer_json(request, {"edges": list(roads.closures)})


@router.get("/v1/networks/{network_id}/tiles.json", summary="A network as TileJSON 3")
async def get_network_tilejson(request: Request, service: Service, network_id: NetworkId) -> Response:
    """Needs no token, as the base map."""
    roads = roads_of(service)
    tiles = await roads.run(roads.tiles_of, network_id)
    if tiles is None:
        raise ProblemError("network-unknown", f"No network has the id {network_id!r}.")
    address = f"{request.base_url}v1/networks/{network_id}/tiles/{{z}}/{{x}}/{{y}}.mvt"
    return await answer_json(request, tiles.tilejson(address))


@router.get(
    "/v1/networks/{network_id}/tiles/{z}/{x}/{y}.mvt", summary="One vector tile of a network", response_class=Response
)
async def get_network_tile(service: Service, network_id: NetworkId, z: Zoom, x: Column, y: Column) -> Response:
    """204 where there is nothing to draw."""
    roads = roads_of(service)
    try:
        body = await roads.run(_tile, roads, network_id, z, x, y)
    except TileRangeError as error:
        raise ProblemError("bad-parameter", str(error)) from error
    if body is None:
        raise ProblemError("network-unknown", f"No network has the id {network_id!r}.")
    if not body:
        return Response(status_code=204, headers=_TILE_CACHE)
    return Response(body, media_type=MVT, headers={**_TILE_CACHE, "Content-Encoding": "gzip"})


def _tile(roads: Roads, network_id: str, z: int, x: int, y: int) -> bytes | None:
    tiles = roads.tiles_of(network_id)
    return None if tiles is None else tiles.tile(z, x, y)


async def _found(roads: Roads, network_id: str) -> NamedNetwork:
    named = await roads.run(roads.network_of, network_id)
    if named is None:
        raise ProblemError("network-unknown", f"No network has the id {network_id!r}.")
    return named


def _with_state(service: Context, summary: dict[str, Any]) -> dict[str, Any]:
    """A summary with what the network is at now."""
    roads = roads_of(service)
    active = roads.is_active(summary["id"])
    closures = list(roads.closures) if active else []
    attempt = _activation(service).attempt(summary["id"])
    if attempt is None:
        said = {"state": "active" if active else "stored", "step": None, "done": float(active), "reason": None}
    elif attempt.reason:
        said = {"state": "failed", "step": attempt.step, "done": attempt.done, "reason": attempt.reason}
    else:
        said = {"state": "building", "step": attempt.step, "done": attempt.done, "reason": None}
    return {**summary, "active": active, "closures": closures, **said}


def _activation(service: Context) -> Activation:
    assert service.activation is not None
    return service.activation


def _require_active(service: Context, network_id: str) -> None:
    if not roads_of(service).is_active(network_id):
        raise ProblemError("network-unknown", f"Positions are not matched to {network_id!r}.")
