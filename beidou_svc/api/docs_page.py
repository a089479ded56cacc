"""`/docs`: Swagger UI from files of an installed package. Nothing is fetched from outside."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from fastapi import APIRouter, Response
from fastapi.responses import FileResponse

from beidou_svc.api.problems import ProblemError

router = APIRouter(include_in_schema=False)

_POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'"
_FILES = {"swagger-ui-bundle.js": "text/javascript", "swagger-ui.css": "text/css"}
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>BeiDou service: API</title>
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""
_START = """SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  presets: [SwaggerUIBundle.presets.apis],
  validatorUrl: null,
});
"""


@router.get("/docs")
async def docs() -> Response:
    """The page."""
    return Response(_PAGE, media_type="text/html", headers={"Content-Security-Policy": _POLICY})


@router.get("/docs/start.js")
async def start() -> Response:
    """Its script; apart, so that the policy need not allow inline scripts."""
    return Response(_START, media_type="text/javascript")


@router.get("/docs/{name}")
async def docs_file(name: str) -> Response:
    """A file of Swagger UI."""
    if name not in _FILES:
        raise ProblemError("not-found", f"There is no /docs/{name}.")
    return FileResponse(_folder() / name, media_type=_FILES[name], headers={"Cache-Control": "public, max-age=86400"})


@cache
def _folder() -> Path:
    """Where the package with the files lies; it is not imported."""
    spec = find_spec("fastapi_offline")
    if spec is None or spec.origin is None:
        raise ProblemError(
            "not-found", "The package fastapi-offline, which holds the files of this page, is not installed."
        )
    return Path(spec.origin).parent / "static"
