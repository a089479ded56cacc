"""uvicorn's WebSocket protocol with one more door: frames that are built once and handed to many sockets as they are.

The ASGI way serialises and copies a message for every client. Here the live stream asks the connection whether it is
writable and writes shared memory to it, as the ASGI extension `beidou.push`. At most one frame waits in user space.
"""

import asyncio
import socket
from typing import Any, Protocol

from starlette.websockets import WebSocket
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

EXTENSION = "beidou.push"
CLOSE_S_MAX = 1.0
"""Time that a dropped client gets to take the close frame."""


class Outlet(Protocol):
    """Where frames of one client go."""

    @property
    def writable(self) -> bool:
        """Whether all that was pushed has left for the kernel."""
        ...

    def push(self, wire: memoryview) -> bool:
        """Write a whole WebSocket frame; False = not now, or never again."""
        ...

    def drop(self, code: int, reason: str) -> None:
        """End the connection now, whether the client reads or not."""
        ...


class PushProtocol(WebSocketsSansIOProtocol):
    """The connection of one client as uvicorn runs it, with an outlet for the application."""

    def handle_connect(self, event: Any) -> None:
        super().handle_connect(event)
        if self.handshake_complete:  # refused
            return
        extensions: dict[str, Any] = self.scope["extensions"]
        extensions[EXTENSION] = ConnectionOutlet(self)


class ConnectionOutlet:
    """Outlet of a connection of this server."""

    def __init__(self, protocol: PushProtocol) -> None:
        self._protocol = protocol

    @property
    def open(self) -> bool:
        """Whether frames can still be sent."""
        protocol = self._protocol
        if protocol.close_sent or protocol.disconnected:
            return False
        return protocol.handshake_complete and not protocol.transport.is_closing()

    @property
    def writable(self) -> bool:
        """Whether all that was pushed has left for the kernel."""
        return self.open and self._protocol.transport.get_write_buffer_size() == 0

    def hold_little(self, send_buffer_bytes: int) -> None:
        """Bound what waits for a slow client: nothing here beyond one frame, so much in the kernel."""
        self._protocol.transport.set_write_buffer_limits(high=0)
        sock: socket.socket = self._protocol.transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_buffer_bytes)

    def push(self, wire: memoryview) -> bool:
        """Write a whole WebSocket frame; False = not now, or never again."""
        if not self.writable:
            return False
        self._protocol.transport.write(wire)
        return True

    def drop(self, code: int, reason: str) -> None:
        """Say why, and end the connection a moment later, whether the client reads or not."""
        protocol = self._protocol
        if self.open:
            protocol.conn.send_close(code, reason)
            protocol.transport.write(b"".join(protocol.conn.data_to_send()))
            protocol.close_sent = True
            protocol.stop_keepalive()
        asyncio.get_running_loop().call_later(CLOSE_S_MAX, protocol.transport.abort)


def outlet_of(websocket: WebSocket) -> ConnectionOutlet:
    """The outlet of an accepted WebSocket. Served by anything but `PushProtocol`, there is none: RuntimeError."""
    outlet = websocket.scope.get("extensions", {}).get(EXTENSION)
    if not isinstance(outlet, ConnectionOutlet):
        raise RuntimeError("the live stream needs the server that `beidou serve` starts (uvicorn with PushProtocol)")
    return outlet
