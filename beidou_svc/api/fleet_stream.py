"""`WS /v1/stream`: the conversation with one client, up to where the hub takes over."""

import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, WebSocket
from pydantic import Field

from beidou_svc import __version__
from beidou_svc.api.context import Context, context_of
from beidou_svc.api.fleet_hub import FleetClient, FleetWant
from beidou_svc.api.parameters import checked_bbox, quality_bits
from beidou_svc.api.ws_protocol import outlet_of
from beidou_svc.api.ws_reader import CLOSE_TRY_LATER
from beidou_svc.api.ws_talk import (
    CLOSE_BAD_MESSAGE,
    RefusedError,
    Subscription,
    first_message,
    next_message,
    talk,
)
from beidou_svc.fleet.query import ALL_QUALITIES, Criteria

Degrees = Annotated[float, Field(ge=-180, le=180)]

router = APIRouter()


class SubscribeFleet(Subscription):
    """The part of the fleet, and how often."""

    interval_ms: int | None = Field(None, ge=20, le=10_000)
    bbox: Annotated[list[Degrees], Field(min_length=4, max_length=4)] | None = None
    quality: Annotated[list[Annotated[int, Field(ge=0, le=8)]], Field(min_length=1, max_length=9)] | None = None
    columns: Annotated[list[Literal["road"]], Field(max_length=1)] | None = None
    resume: Annotated[str, Field(max_length=100)] | None = None


@router.websocket("/v1/stream")
async def stream(websocket: WebSocket) -> None:
    """Serve one client."""
    service = context_of(websocket)
    await talk(websocket, service.settings.http.origins, lambda: _serve(websocket, service))


async def _serve(websocket: WebSocket, service: Context) -> None:
    if service.fleet_hub.full:
        service.fleet_hub.counters.refused_clients += 1
        raise RefusedError(CLOSE_TRY_LATER, "stream.clients_max reached")
    first = await first_message(websocket, SubscribeFleet, service.gate, service.settings.stream.hello_s_max)
    client = await _begin(websocket, service, first)
    try:
        while True:
            message = await next_message(websocket, SubscribeFleet)
            service.fleet_hub.change(client, _want(message, service), message.resume)
    finally:
        service.fleet_hub.remove(client)


async def _begin(websocket: WebSocket, service: Context, first: SubscribeFleet) -> FleetClient:
    want = _want(first, service)
    hello: dict[str, Any] = {
        "type": "hello",
        "server": __version__,
        "boot": service.boot,
        "interval_ms": want.interval_ms,
        "frame": service.frame,
    }
    await websocket.send_text(json.dumps(hello))
    outlet = outlet_of(websocket)
    outlet.hold_little(service.settings.stream.send_buffer_bytes)
    client = FleetClient(outlet, want)
    service.fleet_hub.add(client, first.resume)
    return client


def _want(message: SubscribeFleet, service: Context) -> FleetWant:
    try:
        bbox = checked_bbox(message.bbox) if message.bbox is not None else None
    except ValueError as error:
        raise RefusedError(CLOSE_BAD_MESSAGE, f"bbox: {error}") from None
    qualities = ALL_QUALITIES if message.quality is None else quality_bits(message.quality)
    interval_ms = message.interval_ms or service.settings.stream.interval_ms
    tick_ms = service.settings.fleet.tick_ms
    criteria = Criteria(bbox=bbox, qualities=qualities)
    return FleetWant(max(interval_ms // tick_ms, 1) * tick_ms, criteria, "road" in (message.columns or ()))
