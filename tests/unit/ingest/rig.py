"""An ingest under test: real sockets on loopback, time by hand, everything it yields collected by terminal."""

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from beidou_svc.clock import ManualClock
from beidou_svc.fleet.registry import Registry, Terminal
from beidou_svc.ingest.ingest import Ingest, Tick
from beidou_svc.ingest.settings import IngestSettings, Limits, Listener, UdpListener, Unknown

TICKS_MAX = 5_000
"""Polls that a test waits for the kernel to move bytes between two of its own sockets."""


@dataclass
class Rig:
    """The ingest and what came out of it."""

    ingest: Ingest
    clock: ManualClock
    registry: Registry
    received: dict[str, bytes] = field(default_factory=dict)
    ended: list[str] = field(default_factory=list)
    events: list[tuple[str, bytes | None]] = field(default_factory=list)
    """Pieces of data by terminal, and None where its stream was said to have ended."""
    clients: list[socket.socket] = field(default_factory=list)

    def tick(self, seconds: float = 0.02) -> Tick:
        """Move time and poll once."""
        self.clock.advance(seconds)
        tick = self.ingest.poll()
        self.collect(tick)
        return tick

    def collect(self, tick: Tick) -> None:
        """Note what a tick brought."""
        for slot in tick.ended:
            self.ended.append(self.registry.id_of(int(slot)))
            self.events.append((self.ended[-1], None))
        rows = zip(tick.segments.slot, tick.segments.start, tick.segments.length, strict=True)
        for slot, start, length in rows:
            terminal = self.registry.id_of(int(slot))
            data = tick.buffer[start : start + length].tobytes()
            self.received[terminal] = self.received.get(terminal, b"") + data
            self.events.append((terminal, data))

    def until(self, condition: Callable[[], bool], seconds: float = 0.0) -> None:
        """Poll until something is so; time moves by `seconds` a poll."""
        for _ in range(TICKS_MAX):
            if condition():
                return
            self.tick(seconds)
        raise AssertionError(f"still not so after {TICKS_MAX} polls; counted {self.counted()}")

    def ticks(self, n: int, seconds: float = 0.02) -> None:
        """Poll `n` times."""
        for _ in range(n):
            self.tick(seconds)

    def counted(self) -> dict[str, int]:
        """Counters that are not 0."""
        return {name: n for name, n in self.ingest.status().counters.items() if n}

    def port(self, index: int = 0) -> int:
        """Port of a listener, TCP first."""
        return int(self.ingest.status().listeners[index].address.rpartition(":")[2])

    def connect(self, first: bytes = b"", index: int = 0, source: str = "127.0.0.1") -> socket.socket:
        """A client that connects and sends something at once."""
        client = socket.create_connection(("127.0.0.1", self.port(index)), source_address=(source, 0))
        self.clients.append(client)
        if first:
            client.sendall(first)
        return client

    def udp(self, source: str = "127.0.0.1") -> socket.socket:
        """A client that sends datagrams to the first UDP port."""
        client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.clients.append(client)
        client.bind((source, 0))
        client.connect(("127.0.0.1", self.port(len(self.ingest.tcp.listeners))))
        return client

    def stop(self) -> None:
        """Shut down and collect the last ticks."""
        asyncio.run(self.ingest.stop())
        for tick in self.ingest.last_ticks():
            self.collect(tick)


def tcp(**changes: Any) -> Listener:
    """A TCP port that takes everyone, unless changed."""
    return Listener(**({"port": 0, "unknown": Unknown.ACCEPT} | changes))


def udp(**changes: Any) -> UdpListener:
    """A UDP port that takes everyone, unless changed."""
    return UdpListener(**({"port": 0, "unknown": Unknown.ACCEPT} | changes))


def limits(**changes: Any) -> Limits:
    """Limits that let a test through, unless changed."""
    return Limits(**({"connections_max": 1_000, "accept_per_s_max": 100_000.0} | changes))


@contextmanager
def running(
    *listeners: Listener, bounds: Limits | None = None, terminals: tuple[Terminal, ...] = (), terminals_max: int = 5_000
) -> Iterator[Rig]:
    """A started ingest; closed afterwards with all its clients."""
    settings = IngestSettings(
        tcp=tuple(port for port in listeners if not isinstance(port, UdpListener)),
        udp=tuple(port for port in listeners if isinstance(port, UdpListener)),
        limits=bounds or limits(),
    )
    clock = ManualClock()
    registry = Registry(terminals, terminals_max=terminals_max)
    ingest = Ingest(settings, registry, clock, seed=12_345)
    asyncio.run(ingest.start())
    rig = Rig(ingest, clock, registry)
    try:
        yield rig
    finally:
        ingest.close()
        for client in rig.clients:
            client.close()


def was_reset(client: socket.socket) -> bool:
    """Whether the service closed the connection hard."""
    client.settimeout(5)
    try:
        return client.recv(1) == b""
    except ConnectionResetError:
        return True
