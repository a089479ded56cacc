"""The ASGI application: all routes over one context."""

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from beidou_svc import __version__
from beidou_svc.api import (
    alarms,
    docs_page,
    event_stream,
    events,
    fences,
    fleet,
    fleet_stream,
    networks,
    ogc,
    page,
    routes,
    status,
    terminals,
)
from beidou_svc.api.context import Context
from beidou_svc.api.problems import install_problems
from beidou_svc.api.security_headers import SecurityHeaders

_DESCRIPTION = """\
Positions of a fleet with their quality: fix class, sigma, correction age, base.
Coordinates are in the frame that each answer states. Errors are RFC 9457 problem documents.
The live stream (`WS /v1/stream`) is described in docs/stream.md.
"""

_ASKED = (fleet, terminals, networks, routes, fences, events, alarms, ogc, status)
_PARTS = (*_ASKED, fleet_stream, event_stream, docs_page, page)


def create_api(service: Context) -> FastAPI:
    """The application. The caller keeps the context up to date and flushes the hub."""
    app = FastAPI(title="BeiDou service", version=__version__, description=_DESCRIPTION, docs_url=None, redoc_url=None)
    app.state.context = service
    install_problems(app)
    app.add_middleware(SecurityHeaders)
    if service.settings.http.origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(service.settings.http.origins),
            allow_methods=["GET", "POST", "PUT", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "If-Match", "If-None-Match"],
            expose_headers=["ETag", "Location"],
        )
    for part in _PARTS:
        app.include_router(part.router)
    return app
