"""The HTTP server: uvicorn, started and stopped by the service instead of by itself."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import uvicorn

from beidou_svc.api.application import create_api
from beidou_svc.api.context import Context
from beidou_svc.api.ws_protocol import PushProtocol
from beidou_svc.errors import StartError

HEADER_BYTES_MAX = 16_384


class HttpServer(uvicorn.Server):
    """uvicorn without signal handlers (the service stops it, in its turn) that says when it is up."""

    def __init__(self, service: Context) -> None:
        super().__init__(_uvicorn_config(service))
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are for the service."""
        yield


def bind_http(host: str, port: int) -> socket.socket:
    """A bound socket. Raises StartError that says what to do if the port cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
    except OSError as error:
        sock.close()
        raise StartError(f"http {host}:{port}: {error.strerror or error}; choose another with http.port") from error
    return sock


def http_address(sock: socket.socket) -> str:
    """The address of a bound socket for people."""
    host, port = sock.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def _uvicorn_config(service: Context) -> uvicorn.Config:
    http, stream = service.settings.http, service.settings.stream
    return uvicorn.Config(
        create_api(service),
        http="auto",
        ws=PushProtocol,
        ws_per_message_deflate=False,
        ws_max_size=stream.message_bytes_max,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        limit_concurrency=http.connections_max,
        timeout_keep_alive=round(http.keep_alive_s),
        timeout_graceful_shutdown=round(http.stop_s_max),
        h11_max_incomplete_event_size=HEADER_BYTES_MAX,
    )
