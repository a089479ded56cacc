"""What the browser needs: the page's settings, the base map, and the built page itself."""

from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from fastapi import Path as PathParameter

from beidou_svc.api.answers import answer_json, example
from beidou_svc.api.basemap import BaseMap
from beidou_svc.api.context import Context, Service
from beidou_svc.api.problems import ProblemError
from beidou_svc.api.static_files import find_asset, serve_asset

router = APIRouter(tags=["page"])

DIST = Path(__file__).resolve().parent.parent / "web" / "dist"
MVT = "application/vnd.mapbox-vector-tile"
ZOOM_MAX = 22

_TILE_CACHE = {"Cache-Control": "public, max-age=3600"}
_EXAMPLE = example(
    {
        "title": "BeiDou fleet",
        "center": [114.93, 25.83],
        "zoom": 12,
        "bounds": [114.88, 25.78, 114.99, 25.87],
        "basemap": "/v1/tiles.json",
        "auth": "none",
        "epsg": 4547,
        "demo": True,
    }
)

Zoom = Annotated[int, PathParameter(ge=0, le=ZOOM_MAX)]
Column = Annotated[int, PathParameter(ge=0, lt=1 << ZOOM_MAX)]


@router.get("/v1/page", responses=_EXAMPLE, summary="What the page needs before it can draw")
async def get_page(request: Request, service: Service) -> Response:
    """Never needs a token."""
    page, basemap = service.settings.page, service.basemap
    return await answer_json(
        request,
        {
            "title": page.title,
            "center": page.center,
            "zoom": page.zoom,
            "bounds": page.bounds or await _bounds_of(basemap),
            "basemap": "/v1/tiles.json" if basemap else service.settings.basemap.style_url,
            "auth": "none" if service.gate.open else "token",
            "epsg": service.settings.frame.epsg,
            "demo": page.demo,
        },
    )


@router.get("/v1/tiles.json", summary="The base map as TileJSON 3")
async def get_tilejson(request: Request, service: Service) -> Response:
    """Needs no token: the base map is part of the page."""
    address = f"{request.base_url}v1/tiles/{{z}}/{{x}}/{{y}}.mvt"
    return await answer_json(request, await _basemap(service).tilejson(address))


@router.get("/v1/tiles/{z}/{x}/{y}.mvt", summary="One vector tile", response_class=Response)
async def get_tile(service: Service, z: Zoom, x: Column, y: Column) -> Response:
    """A Mapbox vector tile; 204 where there is nothing to draw."""
    body = await _basemap(service).tile(z, x, y)
    if not body:
        return Response(status_code=204, headers=_TILE_CACHE)
    return Response(body, media_type=MVT, headers={**_TILE_CACHE, "Content-Encoding": "gzip"})


@router.get("/{path:path}", include_in_schema=False)
async def get_asset(request: Request, service: Service, path: str) -> Response:
    """A file of the built page; addresses without a dot are the page itself."""
    if not (DIST / "index.html").is_file():
        raise ProblemError("page-not-built", "beidou_svc/web/dist is missing; API and live stream work without it.")
    asset = find_asset(DIST, path or "index.html")
    if asset is None:
        raise ProblemError("not-found", f"There is no /{path}.")
    return serve_asset(request, asset, DIST, service.settings.basemap.outside_origins)


def _basemap(service: Context) -> BaseMap:
    if service.basemap is None:
        raise ProblemError("no-basemap", "This service was given no base map.")
    return service.basemap


async def _bounds_of(basemap: BaseMap | None) -> Any:
    """Edges of the base map; a map that cannot be used has none, and the page opens all the same."""
    if basemap is None:
        return None
    try:
        return (await basemap.tilejson("")).get("bounds")
    except ProblemError:
        return None
