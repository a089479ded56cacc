"""`/v1/fences`: fences as GeoJSON, in and out, each change against the version that was read."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Request, Response

from beidou_svc.api.access import OPERATOR, READER, Author
from beidou_svc.api.answers import answer_json, example
from beidou_svc.api.context import Context, Service
from beidou_svc.api.parameters import parse_bbox, parse_place
from beidou_svc.api.problems import ProblemError
from beidou_svc.api.roads_kit import (
    answer_document,
    expected_version,
    fence_problem,
    read_json,
    roads_of,
)
from beidou_svc.errors import ServiceError
from beidou_svc.roads.fence_bounds import overlaps, refs_at
from beidou_svc.roads.fence_desk import Entry, FenceChange
from beidou_svc.roads.fence_documents import (
    feature_to_show,
    from_body,
    read_fence,
    read_fences,
    versions_to_show,
)
from beidou_svc.roads.network_fences import DrawnFence
from beidou_svc.roads.roads import Roads
from beidou_svc.roads.route_book import RouteBook
from beidou_svc.roads.store import Kind, Stored
from mapping.errors import MappingError
from mapping.fences.model import FenceDraft

router = APIRouter(tags=["fences"])

FenceId = Annotated[str, Path(description="Id of the fence", max_length=200, examples=["depot"])]

_FEATURE = {
    "type": "Feature",
    "id": "school",
    "geometry": {"type": "Point", "coordinates": [114.93, 25.83]},
    "properties": {
        "name": "School",
        "radius_m": 150.0,
        "kinds": ["enter", "exit", "speeding"],
        "speed_limit_kmh": 30.0,
        "version": 3,
        "time": "2026-11-22T06:30:00.000Z",
        "shape": "circle",
    },
}
_EXAMPLE = example(_FEATURE)
_EXAMPLE_LIST = example({"type": "FeatureCollection", "version": 12, "features": [_FEATURE]})
_BODY: dict[str, Any] = {"requestBody": {"required": True, "content": {"application/geo+json": {"example": _FEATURE}}}}


@router.get("/v1/fences", dependencies=[READER], responses=_EXAMPLE_LIST, summary="All fences")
async def list_fences(
    request: Request,
    service: Service,
    bbox: Annotated[str | None, Query(description="west,south,east,north in degrees")] = None,
    at: Annotated[str | None, Query(description="longitude,latitude in degrees: fences that hold it")] = None,
    group: Annotated[str | None, Query(description="fences for this group of terminals", max_length=200)] = None,
) -> Response:
    """A FeatureCollection, in order of the ids."""
    roads = roads_of(service)
    box, place = parse_bbox(bbox), parse_place(at)
    entries = sorted(roads.desk.entries.items())
    here = None if place is None else refs_at(roads.desk.fences, *place)
    features = [
        _entry(entry)
        for ref, entry in entries
        if (box is None or overlaps(entry.draft, box)) and (here is None or ref in here) and _is_for(entry.draft, group)
    ]
    return await answer_document(request, _collection(service, features), f"s{roads.desk.version}")


@router.post("/v1/fences", dependencies=[OPERATOR], openapi_extra=_BODY, status_code=201, summary="New fences")
async def post_fences(request: Request, service: Service, author: Author) -> Response:
    """A Feature or a FeatureCollection; all are stored, or none."""
    roads = roads_of(service)
    document = await read_json(request, roads.settings.body_bytes_max)
    drawn = await _checked(roads, document)
    taken = [each.draft.ref for each in drawn if each.draft.ref in roads.desk.entries]
    if taken:
        raise ProblemError("exists", f"There is a fence {taken[0]!r} already.", ids=taken)
    stored = await _change(service, roads, [FenceChange(each.draft.ref, each, 0) for each in drawn], author)
    features = [_shown(each) for each in stored]
    if isinstance(document, dict) and document.get("type") == "FeatureCollection":
        return await answer_document(
            request, _collection(service, features), f"s{roads.desk.version}", status=201, location="/v1/fences"
        )
    return await answer_document(
        request, features[0], stored[0].version, status=201, location=f"/v1/fences/{quote(stored[0].id, safe='')}"
    )


@router.post("/v1/fences/check", dependencies=[READER], openapi_extra=_BODY, status_code=204, summary="Is it a fence?")
async def check_fences(request: Request, service: Service) -> Response:
    """204, or what is wrong with it; nothing is stored."""
    roads = roads_of(service)
    await _checked(roads, await read_json(request, roads.settings.body_bytes_max))
    return Response(status_code=204)


@router.get("/v1/fences/{fence_id}", dependencies=[READER], responses=_EXAMPLE, summary="One fence")
async def get_fence(request: Request, service: Service, fence_id: FenceId) -> Response:
    """The Feature, its version as ETag."""
    entry = roads_of(service).desk.entries.get(fence_id)
    if entry is None:
        raise ProblemError("fence-unknown", f"No fence has the id {fence_id!r}.")
    if not entry.drawn.follows_network and request.headers.get("if-none-match") == f'"{entry.version}"':
        return Response(status_code=304, headers={"ETag": f'"{entry.version}"'})
    return await answer_document(request, _entry(entry), entry.version)


@router.put("/v1/fences/{fence_id}", dependencies=[OPERATOR], openapi_extra=_BODY, responses=_EXAMPLE)
async def put_fence(request: Request, service: Service, fence_id: FenceId, author: Author) -> Response:
    """A new version (`If-Match` needed), or a new fence."""
    roads = roads_of(service)
    document = await read_json(request, roads.settings.body_bytes_max)
    entry = roads.desk.entries.get(fence_id)
    expected = expected_version(request, None if entry is None else entry.version)
    try:
        drawn = read_fence(document, roads.plane, _book(roads), fence_id=fence_id)
    except ServiceError as error:
        raise fence_problem(error, "fence") from None
    (stored,) = await _change(service, roads, [FenceChange(fence_id, drawn, expected)], author)
    return await answer_document(request, _shown(stored), stored.version, status=201 if expected == 0 else 200)


@router.delete("/v1/fences/{fence_id}", dependencies=[OPERATOR], status_code=204, summary="Remove a fence")
async def delete_fence(request: Request, service: Service, fence_id: FenceId, author: Author) -> Response:
    """`If-Match` needed."""
    roads = roads_of(service)
    entry = roads.desk.entries.get(fence_id)
    if entry is None:
        raise ProblemError("fence-unknown", f"No fence has the id {fence_id!r}.")
    change = FenceChange(fence_id, None, expected_version(request, entry.version))
    await _change(service, roads, [change], author)
    return Response(status_code=204)


@router.get("/v1/fences/{fence_id}/versions", dependencies=[READER], summary="What it was before")
async def get_versions(request: Request, service: Service, fence_id: FenceId) -> Response:
    """The versions that are kept, newest first, also of a fence that was removed."""
    roads = roads_of(service)
    versions = await roads.run(roads.store.versions, Kind.FENCE, fence_id)
    if not versions:
        raise ProblemError("fence-unknown", f"No fence ever had the id {fence_id!r}.")
    return await answer_json(request, {"n": len(versions), "versions": versions_to_show(versions)})


async def _checked(roads: Roads, document: Any) -> list[DrawnFence]:
    try:
        return await roads.run(lambda: read_fences(document, roads.plane, _book(roads)))
    except ServiceError as error:
        raise fence_problem(error, "fence") from None


async def _change(service: Context, roads: Roads, changes: list[FenceChange], author: str) -> list[Stored]:
    """On disk and in force when it returns."""
    try:
        return await roads.run(roads.desk.change, changes, by=author, t_utc_ns=service.clock.utc_ns())
    except (ServiceError, MappingError) as error:
        raise fence_problem(error, "fence", _shown) from None


def _shown(stored: Stored) -> dict[str, Any]:
    return feature_to_show(from_body(stored.body), stored.version, stored.t_utc_ns)


def _entry(entry: Entry) -> dict[str, Any]:
    return feature_to_show(entry.drawn, entry.version, entry.t_utc_ns, entry.active)


def _collection(service: Context, features: list[dict[str, Any]]) -> dict[str, Any]:
    version = roads_of(service).desk.version
    frame = roads_of(service).plane.frame
    head = {"version": version, "frame": {"datum": str(frame.datum), "epoch": frame.epoch}}
    return {"type": "FeatureCollection", **head, "features": features}


def _is_for(draft: FenceDraft, group: str | None) -> bool:
    return group is None or not draft.groups or group in draft.groups


def _book(roads: Roads) -> RouteBook | None:
    return None if roads.active is None else roads.active.book
