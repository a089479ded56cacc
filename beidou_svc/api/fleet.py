"""`GET /v1/fleet`: all terminals in columns, as JSON, GeoJSON or Arrow."""

import asyncio
from enum import StrEnum
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response

from beidou_svc.api.access import READER
from beidou_svc.api.answers import JSON, answer, example, to_json
from beidou_svc.api.context import Context, Service
from beidou_svc.api.fields import ALL_FIELDS, Slots, columns_of
from beidou_svc.api.parameters import parse_bbox, parse_liveness, parse_quality
from beidou_svc.api.problems import ProblemError
from beidou_svc.api.road_fields import ROAD_FIELDS, with_all_road_fields
from beidou_svc.fleet.query import Criteria, select
from beidou_svc.utc import utc_text

router = APIRouter(tags=["fleet"])

GEOJSON = "application/geo+json"
ARROW = "application/vnd.apache.arrow.stream"


class Format(StrEnum):
    """Forms of the answer."""

    JSON = "json"
    GEOJSON = "geojson"
    ARROW = "arrow"


_FORMAT_OF_MEDIA = {JSON: Format.JSON, GEOJSON: Format.GEOJSON, ARROW: Format.ARROW, "*/*": Format.JSON}

_EXAMPLE = example(
    {
        "time": "2026-11-22T06:30:00.000Z",
        "frame": {"datum": "CGCS2000", "epoch": 2000.0},
        "n": 2,
        "total": 10_000,
        "columns": {
            "id": ["gz-00001", "gz-00002"],
            "lat_deg": [25.8312345678, 25.8412345678],
            "lon_deg": [114.9312345678, 114.9412345678],
            "fix_quality": [4, 5],
            "sigma_n_m": [0.011, None],
            "liveness": ["online", "stale"],
        },
    },
    "Columns of equal length; null = not known. As GeoJSON a FeatureCollection, as Arrow a stream of the columns.",
)


async def _criteria(
    bbox: Annotated[
        str | None, Query(description="west,south,east,north in degrees", examples=["114.8,25.7,115.1,25.9"])
    ] = None,
    quality: Annotated[str | None, Query(description="wanted fix_quality values", examples=["4,5"])] = None,
    liveness: Annotated[str | None, Query(description="online, stale, offline", examples=["online,stale"])] = None,
    text: Annotated[str, Query(description="id or name contains", max_length=100)] = "",
) -> Criteria:
    return Criteria(parse_bbox(bbox), parse_quality(quality), parse_liveness(liveness), text)


async def _wanted_fields(
    fields: Annotated[
        str | None, Query(description="columns; all if not given", examples=["id,lat_deg,lon_deg"])
    ] = None,
) -> tuple[str, ...]:
    return _parse_fields(fields)


@router.get("/v1/fleet", dependencies=[READER], responses=_EXAMPLE, summary="The fleet now, in columns")
async def get_fleet(
    request: Request,
    service: Service,
    criteria: Annotated[Criteria, Depends(_criteria)],
    fields: Annotated[tuple[str, ...], Depends(_wanted_fields)],
    limit: Annotated[int | None, Query(ge=1, description="at most so many terminals")] = None,
    format: Annotated[Format | None, Query(description="json unless `Accept` asks for another")] = None,
) -> Response:
    """One pass over the columns of the state; the answer is of one instant."""
    service.names.refresh()
    slots = select(service.state, service.names, criteria)
    total = len(slots)
    slots = slots[:limit]
    match format or _accepted(request.headers.get("accept", "*/*")):
        case Format.JSON:
            return await answer(request, _json(service, slots, total, fields))
        case Format.GEOJSON:
            columns = _plain_columns(service, slots, tuple(dict.fromkeys((*fields, "lat_deg", "lon_deg", "h_ell_m"))))
            body = await asyncio.to_thread(_geojson, columns, fields)
            return await answer(request, body, GEOJSON)
        case Format.ARROW:
            from beidou_svc.api.arrow import fleet_to_arrow

            return await answer(request, fleet_to_arrow(service, slots, fields), ARROW)


def _accepted(accept: str) -> Format:
    """The first form of the `Accept` header that is offered."""
    for part in accept.split(","):
        media = part.split(";")[0].strip().lower()
        if media in _FORMAT_OF_MEDIA or media in ("application/*", "text/html"):
            return _FORMAT_OF_MEDIA.get(media, Format.JSON)
    raise ProblemError("not-acceptable", f"Accept: {accept}")


def _parse_fields(text: str | None) -> tuple[str, ...]:
    if text is None:
        return ALL_FIELDS
    fields = tuple(dict.fromkeys(with_all_road_fields(text.split(","))))
    known = (*ALL_FIELDS, *ROAD_FIELDS)
    unknown = sorted(set(fields) - set(known))
    if unknown:
        raise ProblemError("bad-parameter", f"fields: no {', '.join(unknown)}; there are {', '.join(known)}")
    return fields


def _json(service: Context, slots: Slots, total: int, fields: tuple[str, ...]) -> bytes:
    return to_json(
        {
            "time": utc_text(service.clock.utc_ns()),
            "frame": service.frame,
            "n": len(slots),
            "total": total,
            "columns": columns_of(service.state, service.names, slots, fields),
        }
    )


def _plain_columns(service: Context, slots: Slots, fields: tuple[str, ...]) -> dict[str, list[Any]]:
    """Columns of Python values, NaN as None."""
    body = to_json(columns_of(service.state, service.names, slots, fields))
    columns: dict[str, list[Any]] = orjson.loads(body)
    return columns


def _geojson(columns: dict[str, list[Any]], fields: tuple[str, ...]) -> bytes:
    """A FeatureCollection (RFC 7946: longitude first) of the terminals that have a position."""
    shown = [name for name in fields if name not in ("lat_deg", "lon_deg", "h_ell_m")]
    features = []
    for row, (lon, lat, h_ell) in enumerate(
        zip(columns["lon_deg"], columns["lat_deg"], columns["h_ell_m"], strict=True)
    ):
        if lat is None:
            continue
        point = {"type": "Point", "coordinates": [lon, lat] if h_ell is None else [lon, lat, h_ell]}
        properties = {name: columns[name][row] for name in shown}
        features.append({"type": "Feature", "geometry": point, "properties": properties})
    return orjson.dumps({"type": "FeatureCollection", "features": features})
