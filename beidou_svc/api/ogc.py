"""`/ogc`: OGC API Features, Part 1 (core, GeoJSON, OpenAPI) and Part 2 (coordinate reference systems)."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

import numpy as np
import orjson
import shapely
from fastapi import APIRouter, Request, Response
from numpy.typing import NDArray

from beidou_svc.api.access import READER
from beidou_svc.api.answers import answer, answer_json
from beidou_svc.api.context import Context, Service
from beidou_svc.api.problems import ProblemError
from beidou_svc.frames.models_io import read_velocity
from beidou_svc.ogc.crs import Systems
from beidou_svc.ogc.documents import (
    CONFORMANCE,
    GEOJSON,
    OPENAPI,
    SCHEMA,
    collection_document,
    landing,
    link,
    openapi,
    queryables,
)
from beidou_svc.ogc.query import ItemQuery, read_query, select_rows
from beidou_svc.ogc.tables import COLLECTIONS, Collection, FeatureTable
from beidou_svc.utc import utc_text
from gnss.constants import NS_PER_S

router = APIRouter(prefix="/ogc", tags=["ogc"], dependencies=[READER])

Rows = NDArray[np.intp]


@router.get("", summary="OGC API Features: landing page")
@router.get("/", include_in_schema=False)
async def get_landing(request: Request, service: Service) -> Response:
    """What there is."""
    return await answer_json(request, landing(_base(request), service.settings.page.title))


@router.get("/conformance", summary="What it conforms to")
async def get_conformance(request: Request) -> Response:
    """Conformance classes."""
    return await answer_json(request, {"conformsTo": CONFORMANCE})


@router.get("/api", summary="OpenAPI 3.0 of these addresses")
async def get_api(request: Request, service: Service) -> Response:
    """For clients that generate themselves."""
    document = openapi(_base(request), service.settings.page.title)
    return await answer(request, orjson.dumps(document), OPENAPI)


@router.get("/collections", summary="The collections")
async def get_collections(request: Request, service: Service) -> Response:
    """All of them."""
    base, systems = _base(request), _systems(service)
    documents = [collection_document(base, each, each.table(service), systems) for each in COLLECTIONS.values()]
    links = [link(f"{base}/collections", "self", title="This document")]
    return await answer_json(request, {"links": links, "crs": systems.uris, "collections": documents})


@router.get("/collections/{collection_id}", summary="One collection")
async def get_collection(request: Request, service: Service, collection_id: str) -> Response:
    """What is in it, where, and in which systems it can be had."""
    collection = _collection(collection_id)
    document = collection_document(_base(request), collection, collection.table(service), _systems(service))
    return await answer_json(request, document)


@router.get("/collections/{collection_id}/queryables", summary="What may be asked for")
async def get_queryables(request: Request, collection_id: str) -> Response:
    """A JSON schema."""
    document = queryables(_base(request), _collection(collection_id))
    return await answer(request, orjson.dumps(document), SCHEMA)


@router.get("/collections/{collection_id}/items", summary="Features")
async def get_items(request: Request, service: Service, collection_id: str) -> Response:
    """A page of features; parameters as the standard has them, and the queryables by equality."""
    collection, systems = _collection(collection_id), _systems(service)
    query = read_query(dict(request.query_params), collection, systems, _epoch(service))
    table = collection.table(service)
    rows = select_rows(table, query)
    page = rows[query.offset : query.offset + query.limit]
    head = {
        "type": "FeatureCollection",
        "timeStamp": utc_text(service.clock.utc_ns()),
        "numberMatched": len(rows),
        "numberReturned": len(page),
        "links": _page_links(request, collection, query, len(rows)),
    }
    epoch = _epoch(service)
    body = await asyncio.to_thread(_features_json, head, table, page, systems, query.crs, epoch)
    return await _in_system(request, body, query.crs)


@router.get("/collections/{collection_id}/items/{feature_id}", summary="One feature")
async def get_item(request: Request, service: Service, collection_id: str, feature_id: str) -> Response:
    """By its id."""
    collection, systems = _collection(collection_id), _systems(service)
    query = read_query(dict(request.query_params), collection, systems, _epoch(service))
    table = collection.table(service)
    if feature_id not in table.ids:
        raise ProblemError("feature-unknown", f"{collection.title}: there is no {feature_id!r}.")
    rows = np.array([table.ids.index(feature_id)], np.intp)
    (feature,) = features_of(table, rows, systems, query.crs, _epoch(service))
    address = f"{_base(request)}/collections/{collection.id}"
    here = link(f"{address}/items/{quote(feature_id, safe='')}", "self", GEOJSON)
    links = [here, link(address, "collection", title=collection.title)]
    return await _in_system(request, orjson.dumps({**feature, "links": links}), query.crs)


def features_of(table: FeatureTable, rows: Rows, systems: Systems, crs: str, epoch: float) -> list[dict[str, Any]]:
    """Some features, in a coordinate reference system."""
    shapes = table.shapes[rows]
    mapped = systems.to_system(shapely.get_coordinates(shapes), crs, epoch)
    # copies: the table keeps its own
    moved = shapely.set_coordinates(shapes.copy(), np.round(mapped.positions, mapped.decimals))
    geometries = shapely.to_geojson(moved) if len(rows) else []
    return [
        {"type": "Feature", "id": table.ids[row], "geometry": orjson.Fragment(geometry), "properties": properties}
        for row, geometry, properties in zip(rows.tolist(), geometries, table.properties(rows), strict=True)
    ]


def _features_json(
    head: dict[str, Any], table: FeatureTable, rows: Rows, systems: Systems, crs: str, epoch: float
) -> bytes:
    return orjson.dumps({**head, "features": features_of(table, rows, systems, crs, epoch)})


async def _in_system(request: Request, body: bytes, crs: str) -> Response:
    response = await answer(request, body, GEOJSON)
    response.headers["Content-Crs"] = f"<{crs}>"
    return response


def _page_links(request: Request, collection: Collection, query: ItemQuery, total: int) -> list[dict[str, str]]:
    address = f"{_base(request)}/collections/{collection.id}"
    said = dict(request.query_params)
    links = [link(_with(f"{address}/items", said), "self", GEOJSON), link(address, "collection")]
    if query.offset + query.limit < total:
        links.append(
            link(_with(f"{address}/items", {**said, "offset": str(query.offset + query.limit)}), "next", GEOJSON)
        )
    if query.offset:
        before = str(max(query.offset - query.limit, 0))
        links.append(link(_with(f"{address}/items", {**said, "offset": before}), "prev", GEOJSON))
    return links


def _with(address: str, parameters: dict[str, str]) -> str:
    return f"{address}?{urlencode(parameters)}" if parameters else address


def _base(request: Request) -> str:
    return f"{request.base_url}ogc"


def _collection(collection_id: str) -> Collection:
    if collection_id not in COLLECTIONS:
        raise ProblemError("collection-unknown", f"There are {', '.join(COLLECTIONS)}.")
    return COLLECTIONS[collection_id]


def _systems(service: Context) -> Systems:
    settings = service.settings
    frame = settings.frame.tag if service.roads is None else service.roads.plane.frame
    return Systems(frame, settings.frame.epsg, read_velocity(settings.frames))


def _epoch(service: Context) -> float:
    """The day of the answer as a decimal year."""
    now = datetime.fromtimestamp(service.clock.utc_ns() / NS_PER_S, UTC)
    begin = datetime(now.year, 1, 1, tzinfo=UTC)
    return now.year + (now - begin) / (datetime(now.year + 1, 1, 1, tzinfo=UTC) - begin)
