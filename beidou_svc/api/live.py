"""`WS /v1/stream`: the conversation with one client, up to where the hub takes over."""

import asyncio
import json
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from fastapi import APIRouter, WebSocket
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.websockets import WebSocketDisconnect

from beidou_svc import __version__
from beidou_svc.api.context import Context, context_of
from beidou_svc.api.hub import CLOSE_TRY_LATER, Client, Want
from beidou_svc.api.parameters import checked_bbox, quality_bits
from beidou_svc.api.ws_protocol import outlet_of
from beidou_svc.config import Scope
from beidou_svc.fleet.query import ALL_QUALITIES, Criteria

CLOSE_BAD_MESSAGE = 4400
CLOSE_BAD_TOKEN = 4401
CLOSE_FOREIGN_ORIGIN = 4403
CLOSE_NO_SUBSCRIBE = 4408

_REASON_BYTES_MAX = 120
"""A close frame holds 123 bytes of reason."""

Degrees = Annotated[float, Field(ge=-180, le=180)]

router = APIRouter()


class Subscribe(BaseModel):
    """The first message of a client."""

    model_config = ConfigDict(extra="forbid", strict=True)

    type: Literal["subscribe"]
    token: str | None = None
    interval_ms: int | None = Field(None, ge=20, le=10_000)
    bbox: Annotated[list[Degrees], Field(min_length=4, max_length=4)] | None = None
    quality: Annotated[list[Annotated[int, Field(ge=0, le=8)]], Field(min_length=1, max_length=9)] | None = None
    resume: Annotated[str, Field(max_length=100)] | None = None


class _Refused(Exception):
    """The conversation ends here."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


@router.websocket("/v1/stream")
async def stream(websocket: WebSocket) -> None:
    """Serve one client."""
    service = context_of(websocket)
    if not _origin_allowed(websocket, service.settings.http.origins):
        await websocket.close(CLOSE_FOREIGN_ORIGIN, "this web origin is not allowed")
        return
    await websocket.accept()
    client: Client | None = None
    try:
        if service.hub.full:
            service.hub.counters.refused_clients += 1
            raise _Refused(CLOSE_TRY_LATER, "stream.clients_max reached")
        first = await _first_message(websocket, service.settings.stream.hello_s_max)
        client = await _begin(websocket, service, first)
        while True:
            message = await _next_message(websocket)
            service.hub.change(client, _want(message, service), message.resume)
    except WebSocketDisconnect:
        pass
    except _Refused as refusal:
        await websocket.close(refusal.code, str(refusal).encode()[:_REASON_BYTES_MAX].decode(errors="ignore"))
    finally:
        if client is not None:
            service.hub.remove(client)


async def _begin(websocket: WebSocket, service: Context, first: Subscribe) -> Client:
    if not service.gate.allows(first.token, Scope.READ):
        raise _Refused(CLOSE_BAD_TOKEN, "a token with scope read is needed")
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
    client = Client(outlet, want)
    service.hub.add(client, first.resume)
    return client


def _want(message: Subscribe, service: Context) -> Want:
    try:
        bbox = checked_bbox(message.bbox) if message.bbox is not None else None
    except ValueError as error:
        raise _Refused(CLOSE_BAD_MESSAGE, f"bbox: {error}") from None
    qualities = ALL_QUALITIES if message.quality is None else quality_bits(message.quality)
    interval_ms = message.interval_ms or service.settings.stream.interval_ms
    tick_ms = service.settings.fleet.tick_ms
    return Want(max(interval_ms // tick_ms, 1) * tick_ms, Criteria(bbox=bbox, qualities=qualities))


async def _first_message(websocket: WebSocket, limit_s: float) -> Subscribe:
    try:
        return await asyncio.wait_for(_next_message(websocket), limit_s)
    except TimeoutError:
        raise _Refused(CLOSE_NO_SUBSCRIBE, "no subscribe message came in time") from None


async def _next_message(websocket: WebSocket) -> Subscribe:
    event = await websocket.receive()
    if event["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(event.get("code", 1005))
    text = event.get("text")
    if text is None:
        raise _Refused(CLOSE_BAD_MESSAGE, "a client sends text messages")
    try:
        return Subscribe.model_validate_json(text)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in fault["loc"])
        raise _Refused(CLOSE_BAD_MESSAGE, f"{where}: {fault['msg']}" if where else fault["msg"]) from None


def _origin_allowed(websocket: WebSocket, origins: tuple[str, ...]) -> bool:
    """Browsers name the page that opens a socket: one of another site must not read the fleet unasked."""
    origin = websocket.headers.get("origin")
    if origin is None or origin in origins:
        return True
    return urlsplit(origin).netloc == websocket.headers.get("host")
