"""Connections that the service makes to serial servers."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable

import pytest
import stamina

from beidou_svc.clock import ManualClock
from beidou_svc.fleet.registry import Registry
from beidou_svc.ingest.ingest import Ingest
from beidou_svc.ingest.settings import IngestSettings, Outgoing
from tests.unit.ingest.rig import Rig, limits

LINE = b"$GPTXT,01,01,02,x*00\r\n"
TURNS_MAX = 2_000


async def until(rig: Rig, condition: Callable[[], bool]) -> None:
    """Poll and let the loop run until something is so."""
    for _ in range(TURNS_MAX):
        if condition():
            return
        rig.tick(0.0)
        await asyncio.sleep(0)
    raise AssertionError(f"still not so; counted {rig.counted()}")


@pytest.fixture
def server() -> socket.socket:
    """A serial server that has not begun to listen."""
    return socket.socket(socket.AF_INET, socket.SOCK_STREAM)


@pytest.fixture
async def rig(server: socket.socket) -> AsyncIterator[Rig]:
    """An ingest that dials the server, without pauses between attempts."""
    server.bind(("127.0.0.1", 0))
    server.setblocking(False)
    target = Outgoing(host="127.0.0.1", port=server.getsockname()[1], terminal="mast")
    clock, registry = ManualClock(), Registry()
    ingest = Ingest(IngestSettings(outgoing=(target,), limits=limits()), registry, clock, seed=1)
    with stamina.set_testing(True, attempts=1_000_000):
        await ingest.start()
        rig = Rig(ingest, clock, registry)
        yield rig
        await ingest.stop()
        ingest.close()
        for client in rig.clients:
            client.close()
        server.close()


def accepted(rig: Rig, server: socket.socket) -> bool:
    """Accept one connection if there is one."""
    try:
        rig.clients.append(server.accept()[0])
    except BlockingIOError:
        return False
    return True


async def test_it_keeps_trying_until_the_server_listens(rig: Rig, server: socket.socket) -> None:
    await until(rig, lambda: rig.counted().get("outgoing_failed", 0) >= 3)
    (info,) = rig.ingest.status().outgoing
    assert not info.connected
    assert "Connect call failed" in info.last_error
    server.listen()
    await until(rig, lambda: accepted(rig, server))
    rig.clients[0].sendall(LINE)
    await until(rig, lambda: rig.received == {"mast": LINE})
    assert rig.ingest.status().outgoing[0].connected
    connection = rig.ingest.connection_of(0)
    assert connection is not None
    assert connection.transport == "tcp-out"


async def test_it_comes_back_when_the_connection_ends(rig: Rig, server: socket.socket) -> None:
    server.listen()
    await until(rig, lambda: accepted(rig, server))
    rig.clients[0].sendall(b"$TAIL")
    rig.clients[0].close()
    await until(rig, lambda: rig.ended == ["mast"])
    await until(rig, lambda: accepted(rig, server))
    assert rig.received == {"mast": b"$TAIL"}
    rig.clients[1].sendall(LINE)
    await until(rig, lambda: rig.received == {"mast": b"$TAIL" + LINE})
    assert rig.counted()["outgoing_connected"] == 2
    assert rig.ingest.status().outgoing[0].last_error == "the connection ended early"


async def test_a_connection_that_lasted_is_replaced_without_complaint(rig: Rig, server: socket.socket) -> None:
    server.listen()
    await until(rig, lambda: accepted(rig, server))
    await until(rig, lambda: rig.counted().get("outgoing_connected") == 1)
    rig.clock.advance(120.0)
    rig.clients[0].close()
    await until(rig, lambda: accepted(rig, server))
    assert rig.ingest.status().outgoing[0].last_error == ""


async def test_a_stop_ends_the_dialling_but_not_what_was_received(rig: Rig, server: socket.socket) -> None:
    server.listen()
    await until(rig, lambda: accepted(rig, server))
    await until(rig, lambda: rig.ingest.status().outgoing[0].connected)
    rig.clients[0].sendall(LINE)
    await rig.ingest.stop()
    for tick in rig.ingest.last_ticks():
        rig.collect(tick)
    assert rig.received == {"mast": LINE}
    assert rig.ended == ["mast"]
