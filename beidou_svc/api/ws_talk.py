"""How a client of a WebSocket is talked to until a hub takes over: whose page it is, its messages, refusals."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, Literal, TypeVar
from urllib.parse import urlsplit

from fastapi import WebSocket
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.websockets import WebSocketDisconnect

from beidou_svc.api.auth import Gate
from beidou_svc.config import Scope

CLOSE_BAD_MESSAGE: Final = 4400
CLOSE_BAD_TOKEN: Final = 4401
CLOSE_FOREIGN_ORIGIN: Final = 4403
CLOSE_NO_SUBSCRIBE: Final = 4408

_REASON_BYTES_MAX = 120
"""A close frame holds 123 bytes of reason."""


class Subscription(BaseModel):
    """What every message of a client says; the first must carry the token, if one is needed."""

    model_config = ConfigDict(extra="forbid", strict=True)

    type: Literal["subscribe"]
    token: str | None = None


S = TypeVar("S", bound=Subscription)


class RefusedError(Exception):
    """The conversation ends here."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


async def talk(websocket: WebSocket, origins: tuple[str, ...], serve: Callable[[], Awaitable[None]]) -> None:
    """Accept a client and serve it until it leaves or is refused, which it is told with the reason."""
    if not _origin_allowed(websocket, origins):
        await websocket.close(CLOSE_FOREIGN_ORIGIN, "this web origin is not allowed")
        return
    await websocket.accept()
    try:
        await serve()
    except WebSocketDisconnect:
        pass
    except RefusedError as refusal:
        await websocket.close(refusal.code, str(refusal).encode()[:_REASON_BYTES_MAX].decode(errors="ignore"))


async def first_message(websocket: WebSocket, form: type[S], gate: Gate, limit_s: float) -> S:
    """The first message of a client, which must come in time, and from one that may read."""
    try:
        message = await asyncio.wait_for(next_message(websocket, form), limit_s)
    except TimeoutError:
        raise RefusedError(CLOSE_NO_SUBSCRIBE, "no subscribe message came in time") from None
    if not gate.allows(message.token, Scope.READ):
        raise RefusedError(CLOSE_BAD_TOKEN, "a token with scope read is needed")
    return message


async def next_message(websocket: WebSocket, form: type[S]) -> S:
    """The next message of a client, which must have a form."""
    event = await websocket.receive()
    if event["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(event.get("code", 1005))
    text = event.get("text")
    if text is None:
        raise RefusedError(CLOSE_BAD_MESSAGE, "a client sends text messages")
    try:
        return form.model_validate_json(text)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in fault["loc"])
        raise RefusedError(CLOSE_BAD_MESSAGE, f"{where}: {fault['msg']}" if where else fault["msg"]) from None


def _origin_allowed(websocket: WebSocket, origins: tuple[str, ...]) -> bool:
    """Browsers name the page that opens a socket: one of another site must not read the fleet unasked."""
    origin = websocket.headers.get("origin")
    if origin is None or origin in origins:
        return True
    return urlsplit(origin).netloc == websocket.headers.get("host")
