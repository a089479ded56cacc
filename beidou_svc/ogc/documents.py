"""The documents of OGC API Features that say what there is. Source: OGC 17-069r4 (Part 1), OGC 18-058r1 (Part 2)."""

from typing import Any, Final

import shapely

from beidou_svc import __version__
from beidou_svc.ogc.crs import CRS84, Systems
from beidou_svc.ogc.query import LIMIT_DEFAULT, LIMIT_MAX
from beidou_svc.ogc.tables import COLLECTIONS, Collection, FeatureTable
from mapping.datums.frame import Datum

JSON: Final = "application/json"
GEOJSON: Final = "application/geo+json"
OPENAPI: Final = "application/vnd.oai.openapi+json;version=3.0"
SCHEMA: Final = "application/schema+json"

CONFORMANCE: Final = (
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
)


def link(href: str, rel: str, kind: str = JSON, title: str = "") -> dict[str, str]:
    """A link."""
    return {"href": href, "rel": rel, "type": kind, **({"title": title} if title else {})}


def landing(base: str, title: str) -> dict[str, Any]:
    """The landing page."""
    return {
        "title": title,
        "description": "Terminals, fences and roads of a BeiDou service.",
        "links": [
            link(base, "self", title="This document"),
            link(f"{base}/api", "service-desc", OPENAPI, "The API"),
            link(f"{base}/conformance", "conformance", title="What it conforms to"),
            link(f"{base}/collections", "data", title="The collections"),
        ],
    }


def collection_document(base: str, collection: Collection, table: FeatureTable, systems: Systems) -> dict[str, Any]:
    """One collection."""
    address = f"{base}/collections/{collection.id}"
    extent: dict[str, Any] = {"spatial": {"bbox": [_bounds(table)], "crs": CRS84}}
    if collection.is_moving:
        extent["temporal"] = {"interval": [[None, None]]}
    epoch = systems.frame.epoch
    return {
        "id": collection.id,
        "title": collection.title,
        "description": f"{collection.description} {systems.told()}",
        "itemType": "feature",
        "extent": extent,
        "crs": list(systems.uris),
        "storageCrs": systems.storage,
        **({"storageCrsCoordinateEpoch": epoch} if epoch is not None and systems.frame.datum is Datum.WGS84 else {}),
        "links": [
            link(address, "self", title="This document"),
            link(f"{address}/items", "items", GEOJSON, collection.title),
            link(f"{address}/queryables", "http://www.opengis.net/def/rel/ogc/1.0/queryables", SCHEMA),
        ],
    }


def _bounds(table: FeatureTable) -> list[float]:
    if not len(table.ids):
        return [-180.0, -90.0, 180.0, 90.0]
    bounds: list[float] = [float(value) for value in shapely.total_bounds(table.shapes)]
    return bounds


def queryables(base: str, collection: Collection) -> dict[str, Any]:
    """What may be asked for by equality, as a JSON schema."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{base}/collections/{collection.id}/queryables",
        "type": "object",
        "title": collection.title,
        "properties": {name: {"type": kind} for name, kind in collection.queryables.items()},
        "additionalProperties": False,
    }


def openapi(base: str, title: str) -> dict[str, Any]:
    """OpenAPI 3.0 of these addresses."""
    paths: dict[str, Any] = {
        "/": _get("Landing page", "getLandingPage", JSON),
        "/conformance": _get("Conformance classes", "getConformanceDeclaration", JSON),
        "/collections": _get("Collections", "getCollections", JSON),
    }
    for name, collection in COLLECTIONS.items():
        paths[f"/collections/{name}"] = _get(collection.title, f"describe_{name}", JSON)
        equal = [_parameter(each, {"type": kind}) for each, kind in collection.queryables.items()]
        items = _get(collection.title, f"get_{name}", GEOJSON, [*_ITEM_PARAMETERS, *equal])
        paths[f"/collections/{name}/items"] = items
        feature_id = _parameter("featureId", {"type": "string"}) | {"in": "path", "required": True}
        paths[f"/collections/{name}/items/{{featureId}}"] = _get(
            "One feature", f"get_one_of_{name}", GEOJSON, [feature_id, _CRS]
        )
    return {
        "openapi": "3.0.3",
        "info": {"title": title, "version": __version__},
        "servers": [{"url": base}],
        "paths": paths,
    }


def _parameter(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema, "style": "form", "explode": False}


_CRS: Final = _parameter("crs", {"type": "string", "format": "uri"})
_ITEM_PARAMETERS: Final = (
    _parameter(
        "bbox",
        {
            "type": "array",
            "items": {"type": "number"},
            "oneOf": [{"minItems": 4, "maxItems": 4}, {"minItems": 6, "maxItems": 6}],
        },
    ),
    _parameter("bbox-crs", {"type": "string", "format": "uri"}),
    _CRS,
    _parameter("datetime", {"type": "string"}),
    _parameter("limit", {"type": "integer", "minimum": 1, "maximum": LIMIT_MAX, "default": LIMIT_DEFAULT}),
    _parameter("offset", {"type": "integer", "minimum": 0, "default": 0}),
)


def _get(summary: str, operation: str, kind: str, parameters: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    content = {kind: {"schema": {"type": "object"}}}
    problem = {"description": "An error", "content": {"application/problem+json": {"schema": {"type": "object"}}}}
    responses = {"200": {"description": summary, "content": content}, "default": problem}
    return {
        "get": {"summary": summary, "operationId": operation, "parameters": parameters or [], "responses": responses}
    }
