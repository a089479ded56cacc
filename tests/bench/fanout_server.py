"""The live stream alone, for `bench_ws_fanout`: every vehicle moves at every tick; subscribers are sent all of it.

    python -m tests.bench.fanout_server push|plain

`push` is the service's own way. `plain` is what FastAPI and uvicorn do by themselves: the same bytes, sent to each
client by `send_bytes`. The port is printed; the process ends when its standard input does.
"""

import asyncio
import contextlib
import sys
from collections.abc import Awaitable, Callable

import numpy as np
import uvicorn
import uvloop
from fastapi import FastAPI, WebSocket

from beidou_svc.api.context import Context
from beidou_svc.api.fleet_frame import encode_frame
from beidou_svc.api.server import HttpServer, bind_http
from beidou_svc.clock import SystemClock
from beidou_svc.fleet.state import step
from tests.bench.bench_fleet_frame import VEHICLES, moving_fixes
from tests.helpers.service import new_context

INTERVAL_S = 0.1
WIRE_HEADER_BYTES = 10


def move_all(service: Context) -> None:
    """A cheap stand-in for new fixes: what decoding and folding in cost is measured elsewhere."""
    service.state.columns["lat_rad"][:VEHICLES] += 1e-9
    service.state.touch(np.arange(VEHICLES, dtype=np.int32))


def pushed(service: Context) -> Callable[[], Awaitable[None]]:
    async def turn() -> None:
        move_all(service)
        service.fleet_hub.flush(service.clock.mono_ns(), service.clock.utc_ns())

    return turn


def plain(service: Context, app: FastAPI) -> Callable[[], Awaitable[None]]:
    clients: set[WebSocket] = set()

    @app.websocket("/plain")
    async def subscribe(client: WebSocket) -> None:
        await client.accept()
        clients.add(client)
        with contextlib.suppress(Exception):
            while (await client.receive())["type"] != "websocket.disconnect":
                pass
        clients.discard(client)

    async def turn() -> None:
        move_all(service)
        slots, nobody = np.arange(VEHICLES, dtype=np.int32), np.empty(0, np.int32)
        wire = encode_frame(service.state, slots, nobody, full=True, resume="b:1:1", now_ns=0)
        message = bytes(wire[WIRE_HEADER_BYTES:])
        await asyncio.gather(*(client.send_bytes(message) for client in clients), return_exceptions=True)

    return turn


async def main(way: str) -> None:
    service = new_context(VEHICLES, clock=SystemClock())
    step(service.state, moving_fixes(0), 0)
    server = HttpServer(service)
    turn = pushed(service)
    if way == "plain":
        app = FastAPI()
        server.config = uvicorn.Config(
            app, ws="websockets-sansio", ws_per_message_deflate=False, lifespan="off", log_config=None
        )
        turn = plain(service, app)
    sock = bind_http("127.0.0.1", 0)
    serving = asyncio.create_task(server.serve(sockets=[sock]))
    sys.stdout.write(f"{sock.getsockname()[1]}\n")
    sys.stdout.flush()
    ended = asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    due_s = asyncio.get_running_loop().time()
    while not ended.done():
        await turn()
        due_s += INTERVAL_S
        await asyncio.sleep(max(0.0, due_s - asyncio.get_running_loop().time()))
    service.fleet_hub.close()
    server.should_exit = True
    await serving


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1]))
