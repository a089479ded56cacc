"""`WS /v1/stream` over a real socket on loopback, through the server that `beidou serve` uses."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Awaitable
from typing import Any

import pytest
import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from beidou_svc.api.application import create_api
from beidou_svc.api.client import decode_frame, stream
from beidou_svc.api.context import Context
from beidou_svc.api.ws_protocol import PushProtocol
from beidou_svc.config import AuthSettings, HttpSettings, Scope, Settings, StreamSettings, Token
from beidou_svc.fleet.registry import hash_token
from beidou_svc.fleet.state import step
from tests.helpers.service import T_GPST_NS, fixes, new_context
from tests.helpers.waiting import until

LIMIT_S = 20.0
"""A test that hangs fails; nothing here depends on how fast it is."""
TOKEN = Token(name="t", scope=Scope.READ, hash=hash_token("secret"))


class Running:
    """A server with a hub that is flushed by hand."""

    def __init__(self, context: Context, port: int) -> None:
        self.context = context
        self.url = f"ws://127.0.0.1:{port}/v1/stream"
        self.second = 0
        self.mono_ns = 10**9

    def move(self, n: int) -> None:
        """New positions of the first terminals."""
        self.second += 1
        step(self.context.state, fixes(n, t_gpst_ns=T_GPST_NS + self.second * 10**9), 0)

    def flush(self, seconds: float = 1.0) -> None:
        self.mono_ns += round(seconds * 1e9)
        self.context.fleet_hub.flush(self.mono_ns, 0)

    async def joined(self, clients: int = 1) -> None:
        await until(lambda: len(self.context.fleet_hub) == clients)


@contextlib.asynccontextmanager
async def running(terminals: int = 5, **sections: Any) -> AsyncIterator[Running]:
    context = new_context(terminals, Settings(**sections))
    step(context.state, fixes(terminals), 0)
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen()
        server = uvicorn.Server(
            uvicorn.Config(
                create_api(context), ws=PushProtocol, ws_per_message_deflate=False, lifespan="off", log_config=None
            )
        )
        server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign, assignment]
        serving = asyncio.create_task(server.serve(sockets=[sock]))
        try:
            yield Running(context, sock.getsockname()[1])
        finally:
            context.fleet_hub.close()
            server.should_exit = True
            await serving


async def subscribe(socket_: ClientConnection, **fields: Any) -> dict[str, Any]:
    """Subscribe and return the hello."""
    await socket_.send(json.dumps({"type": "subscribe", **fields}))
    hello: dict[str, Any] = json.loads(await socket_.recv())
    return hello


async def refusal(exchange: Awaitable[Any]) -> tuple[int, str]:
    with pytest.raises(ConnectionClosed) as caught:
        await exchange
    assert caught.value.rcvd is not None
    return caught.value.rcvd.code, caught.value.rcvd.reason


async def test_hello_names_then_frames() -> None:
    async with running() as server, connect(server.url, compression=None) as client:
        hello = await subscribe(client, interval_ms=50)
        assert hello == {
            "type": "hello",
            "server": hello["server"],
            "boot": "b007",
            "interval_ms": 40,
            "frame": {"datum": "CGCS2000", "epoch": 2000.0},
        }
        await server.joined()
        server.flush()
        names = json.loads(await client.recv())
        assert names["id"] == [f"gz-{slot:05d}" for slot in range(5)]
        full = decode_frame(await client.recv(decode=False), {})
        server.move(2)
        server.flush()
        delta = decode_frame(await client.recv(decode=False), {})
        assert (full.kind, delta.kind, delta.columns["slot"].tolist()) == ("full", "delta", [0, 1])


async def test_another_subscribe_replaces_the_filter() -> None:
    async with running() as server, connect(server.url, compression=None) as client:
        await subscribe(client)
        await server.joined()
        await client.send(json.dumps({"type": "subscribe", "quality": [5]}))
        await until(
            lambda: next(iter(server.context.fleet_hub._groups.values())).clients[0].want.criteria.qualities == 32
        )
        server.flush()
        await client.recv()
        frame = decode_frame(await client.recv(decode=False), {})
        assert (frame.kind, len(frame.columns["slot"])) == ("full", 0)


@pytest.mark.parametrize(
    "text",
    [
        "no json",
        "[]",
        '{"type": "hello"}',
        '{"type": "subscribe", "intervall": 5}',
        '{"type": "subscribe", "interval_ms": 5}',
        '{"type": "subscribe", "interval_ms": "100"}',
        '{"type": "subscribe", "bbox": [1, 2, 3]}',
        '{"type": "subscribe", "bbox": [0, 9, 1, 8]}',
        '{"type": "subscribe", "bbox": [0, 0, 1, 1e999]}',
        '{"type": "subscribe", "quality": [9]}',
        '{"type": "subscribe", "quality": []}',
        '{"type": "subscribe", "resume": "' + "x" * 200 + '"}',
    ],
)
async def test_a_message_that_is_not_valid_is_refused_with_a_reason(text: str) -> None:
    async with running() as server, connect(server.url) as client:
        await client.send(text)
        code, reason = await refusal(client.recv())
    assert code == 4400
    assert reason


async def test_a_binary_message_is_refused() -> None:
    async with running() as server, connect(server.url) as client:
        await client.send(b"\x00")
        assert (await refusal(client.recv()))[0] == 4400


async def test_a_second_message_that_is_not_valid_ends_the_stream_too() -> None:
    async with running() as server, connect(server.url) as client:
        await subscribe(client)
        await client.send("{}")
        assert (await refusal(client.recv()))[0] == 4400
        await server.joined(0)


async def test_who_does_not_subscribe_is_closed() -> None:
    async with running(stream=StreamSettings(hello_s_max=0.01)) as server, connect(server.url) as client:
        assert (await refusal(client.recv()))[0] == 4408


async def test_a_token_is_needed_where_tokens_are_configured() -> None:
    async with running(auth=AuthSettings(tokens=(TOKEN,))) as server:
        for fields in ({}, {"token": "wrong"}):
            async with connect(server.url) as client:
                assert (await refusal(subscribe(client, **fields)))[0] == 4401
        async with connect(server.url) as client:
            assert (await subscribe(client, token="secret"))["type"] == "hello"


async def test_a_page_of_another_origin_is_turned_away() -> None:
    async with running(http=HttpSettings(origins=("https://maps.example.org",))) as server:
        with pytest.raises(InvalidStatus) as caught:
            async with connect(server.url, origin="https://elsewhere.example.org"):  # type: ignore[arg-type]
                pass
        assert caught.value.response.status_code == 403
        host = server.url.split("/")[2]
        for origin in ("https://maps.example.org", f"http://{host}"):
            async with connect(server.url, origin=origin) as client:  # type: ignore[arg-type]
                assert (await subscribe(client))["type"] == "hello"


async def test_more_clients_than_allowed_are_told_to_try_later() -> None:
    async with running(stream=StreamSettings(clients_max=1)) as server, connect(server.url) as first:
        await subscribe(first)
        await server.joined()
        async with connect(server.url) as second:
            assert (await refusal(subscribe(second)))[0] == 1013
        assert server.context.fleet_hub.counters.refused_clients == 1


async def test_a_client_that_leaves_is_forgotten() -> None:
    async with running() as server:
        async with connect(server.url) as client:
            await subscribe(client)
            await server.joined()
        await server.joined(0)


async def test_a_client_that_stops_reading_is_dropped_and_holds_little_memory() -> None:
    async with running(terminals=10_000, stream=StreamSettings(send_buffer_bytes=65_536)) as server:
        loop = asyncio.get_running_loop()
        with socket.socket() as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            sock.setblocking(False)
            await loop.sock_connect(sock, ("127.0.0.1", int(server.url.split(":")[2].split("/")[0])))
            async with asyncio.timeout(LIMIT_S):
                await deaf_client(sock, loop)
                await server.joined()
            outlet = next(iter(server.context.fleet_hub._groups.values())).clients[0].outlet
            for _ in range(30):
                server.move(10_000)
                server.flush(seconds=0.5)
                await asyncio.sleep(0)
            await server.joined(0)
            counters = server.context.fleet_hub.counters
            assert counters.dropped_clients == 1
            # names, then at most the one frame that did not fit
            assert counters.frames <= 1
            assert outlet.writable is False


async def deaf_client(sock: socket.socket, loop: asyncio.AbstractEventLoop) -> None:
    """Shake hands, subscribe, and never read again."""
    await loop.sock_sendall(
        sock,
        b"GET /v1/stream HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    )
    await loop.sock_recv(sock, 1_024)
    text = b'{"type":"subscribe"}'
    await loop.sock_sendall(sock, bytes((0x81, 0x80 | len(text))) + b"\0\0\0\0" + text)


async def test_the_service_says_good_bye() -> None:
    async with running() as server, connect(server.url) as client:
        await subscribe(client)
        await server.joined()
        server.context.fleet_hub.close()
        assert (await refusal(client.recv()))[0] == 1001


async def test_the_python_client_resumes_after_a_break() -> None:
    async with running() as server:
        frames = stream(server.url, interval_ms=20)
        first = asyncio.ensure_future(anext(frames))
        await server.joined()
        server.flush()
        assert (await first).ids() == [f"gz-{slot:05d}" for slot in range(5)]
        second = asyncio.ensure_future(anext(frames))
        server.context.fleet_hub.close()
        server.move(2)
        await until(lambda: len(server.context.fleet_hub) == 1)
        server.flush()
        frame = await second
        assert (frame.kind, frame.ids()) == ("delta", ["gz-00000", "gz-00001"])
        await frames.aclose()  # type: ignore[attr-defined]


async def test_the_python_client_gives_up_where_it_is_refused() -> None:
    async with running(auth=AuthSettings(tokens=(TOKEN,))) as server:
        with pytest.raises(ConnectionError, match="4401"):
            await anext(stream(server.url, token="wrong"))
