"""`WS /v1/events/stream`: events as they happen, as text messages."""

import json
from typing import Annotated

from fastapi import APIRouter, WebSocket
from pydantic import Field

from beidou_svc.api.context import Context, context_of
from beidou_svc.api.event_hub import EventClient, EventHub, EventWant
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
from mapping.fences.kinds import KIND_NAMES

router = APIRouter()

CLOSE_NOTHING_HERE = 4404
NAMES_MAX = 1_000

Name = Annotated[str, Field(max_length=200)]
Names = Annotated[list[Name], Field(max_length=NAMES_MAX)]


class SubscribeEvents(Subscription):
    """The events that a client wants, and those after which row."""

    terminals: Names | None = None
    fences: Names | None = None
    kinds: Names | None = None
    since: int | None = Field(None, ge=0)


@router.websocket("/v1/events/stream")
async def event_stream(websocket: WebSocket) -> None:
    """Serve one client."""
    service = context_of(websocket)
    await talk(websocket, service.settings.http.origins, lambda: _serve(websocket, service))


async def _serve(websocket: WebSocket, service: Context) -> None:
    hub = _open_hub(service.event_hub)
    first = await first_message(websocket, SubscribeEvents, service.gate, service.settings.stream.hello_s_max)
    client = await _begin(websocket, service, hub, first)
    try:
        while True:
            client.want = _want(await next_message(websocket, SubscribeEvents))
    finally:
        hub.remove(client)


def _open_hub(hub: EventHub | None) -> EventHub:
    if hub is None:
        raise RefusedError(CLOSE_NOTHING_HERE, "roads are switched off")
    if hub.full:
        hub.refused += 1
        raise RefusedError(CLOSE_TRY_LATER, "roads.event_clients_max reached")
    return hub


async def _begin(websocket: WebSocket, service: Context, hub: EventHub, first: SubscribeEvents) -> EventClient:
    want, seq = _want(first), hub.log.seq
    hello = {"type": "hello", "boot": service.boot, "seq": seq, "kept_from_seq": hub.log.kept_from}
    await websocket.send_text(json.dumps(hello))
    outlet = outlet_of(websocket)
    outlet.hold_little(service.settings.stream.send_buffer_bytes)
    client = EventClient(outlet, want, seq if first.since is None else min(first.since, seq))
    hub.add(client)
    return client


def _want(message: SubscribeEvents) -> EventWant:
    unknown = sorted(set(message.kinds or ()) - set(KIND_NAMES))
    if unknown:
        raise RefusedError(CLOSE_BAD_MESSAGE, f"kinds: no {', '.join(unknown)}")
    return EventWant(
        frozenset(message.terminals or ()), frozenset(message.fences or ()), frozenset(message.kinds or ())
    )
