"""Connections that the service makes: to serial servers and receivers that listen themselves."""

import asyncio
import logging
import socket

import stamina

from beidou_svc.ingest.counters import Counter
from beidou_svc.ingest.settings import Outgoing
from beidou_svc.ingest.sockets import address_halves, keep_alive
from beidou_svc.ingest.status import OutgoingInfo
from beidou_svc.ingest.streams import OUTGOING, Streams
from beidou_svc.ingest.table import State
from gnss.constants import NS_PER_S

_log = logging.getLogger(__name__)


class EndedEarly(ConnectionError):
    """The other side accepted the connection and soon gave it up: a reason to wait before the next attempt."""


class Dialer:
    """Keeps one outgoing connection up for as long as its task runs."""

    def __init__(self, target: Outgoing, streams: Streams) -> None:
        self._target = target
        self._streams = streams
        self._attempts = 0
        self._connected = False
        self._last_error = ""

    def info(self) -> OutgoingInfo:
        """State for the status."""
        target = self._target
        address = f"{target.host}:{target.port}"
        return OutgoingInfo(target.terminal, address, self._connected, self._attempts, self._last_error)

    async def run(self) -> None:
        """Connect, wait for the end, connect again; pauses grow with jitter while connections fail or end early."""
        while True:
            async for attempt in stamina.retry_context(
                on=OSError,
                attempts=None,
                timeout=None,
                wait_initial=self._target.retry_s,
                wait_max=self._target.retry_s_max,
                wait_jitter=self._target.retry_s,
            ):
                with attempt:
                    await self._connection()

    async def _connection(self) -> None:
        """One connection from its beginning to its end. Raises OSError if it failed or did not last."""
        self._attempts += 1
        try:
            connection, peer = await self._connect()
        except OSError as error:
            self._streams.count(Counter.OUTGOING_FAILED)
            self._last_error = str(error) or type(error).__name__
            raise
        ended = asyncio.Event()
        began_ns = self._streams.clock.mono_ns()
        self._begin(connection, peer, ended)
        self._connected = True
        try:
            await ended.wait()
        finally:
            self._connected = False
        if self._streams.clock.mono_ns() - began_ns < self._target.retry_s_max * NS_PER_S:
            self._last_error = "the connection ended early"
            raise EndedEarly(self._last_error)

    async def _connect(self) -> tuple[socket.socket, tuple[str, int]]:
        loop = asyncio.get_running_loop()
        target = self._target
        async with asyncio.timeout(target.connect_s_max):
            found = await loop.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
            family, kind, protocol, _, address = found[0]
            connection = socket.socket(family, kind, protocol)
            try:
                connection.setblocking(False)
                keep_alive(connection)
                size = self._streams.limits.receive_buffer_bytes
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, size)
                await loop.sock_connect(connection, address)
            except BaseException:
                connection.close()
                raise
        return connection, (str(address[0]), int(address[1]))

    def _begin(self, connection: socket.socket, peer: tuple[str, int], ended: asyncio.Event) -> None:
        streams = self._streams
        slot, refusal = streams.admit_trusted(self._target.terminal)
        if refusal is not None or connection.fileno() >= streams.fds:
            connection.close()
            streams.count(refusal or Counter.REFUSED_CONNECTIONS)
            raise EndedEarly("no room for the connection")
        fd = connection.fileno()
        try:
            streams.open_connection(fd, OUTGOING, State.STREAM, address_halves(peer[0]), peer[1])
        except OSError:
            connection.close()
            raise
        connection.detach()
        streams.on_end[fd] = ended.set
        streams.name(fd, slot, State.STREAM)
        streams.count(Counter.OUTGOING_CONNECTED)


async def stop_dialling(tasks: list[asyncio.Task[None]]) -> None:
    """End the tasks; connections that are open stay open."""
    for task in tasks:
        task.cancel()
    for outcome in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(outcome, Exception):
            _log.error("an outgoing connection ended with %r", outcome)
