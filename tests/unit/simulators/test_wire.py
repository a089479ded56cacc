"""Connections against a listener on loopback: identities first, a new one after each break, no needless FIN."""

import socket
from collections.abc import Iterator

import numpy as np
import pytest

from simulators.errors import LinkError
from simulators.link import Breaks, Writes
from simulators.wire import BACKOFF_S, REFUSED_S, Wire

NOBODY = np.empty(0, dtype=np.int32)
POLLS_MAX = 200_000


class Service:
    """A listener that keeps what each connection said."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.listener.settimeout(5.0)
        self.port = self.listener.getsockname()[1]
        self.open: list[socket.socket] = []

    def accept(self) -> socket.socket:
        """The next connection."""
        connection, _ = self.listener.accept()
        connection.settimeout(5.0)
        self.open.append(connection)
        return connection

    def close(self) -> None:
        for sock in (*self.open, self.listener):
            sock.close()


@pytest.fixture
def service() -> Iterator[Service]:
    service = Service()
    yield service
    service.close()


def connect(wire: Wire, count: int, now_s: float) -> None:
    """Poll until some terminals are connected; handshakes on loopback end at once."""
    for _ in range(POLLS_MAX):
        wire.poll(now_s)
        if wire.connected >= count:
            return
    raise AssertionError(f"{wire.connected} of {count} connected: {wire.reasons}")


def say(wire: Wire, row: int, text: bytes) -> None:
    one = np.array([row], dtype=np.int32)
    size = np.array([len(text)], dtype=np.int64)
    wire.send(Writes(one, np.zeros(1, dtype=np.int64), size, np.frombuffer(text, np.uint8)))


def line_of(connection: socket.socket) -> bytes:
    """One line, or what came before the end."""
    text = b""
    while not text.endswith(b"\n"):
        part = connection.recv(1)
        if not part:
            break
        text += part
    return text


@pytest.fixture
def wire(service: Service) -> Iterator[Wire]:
    wire = Wire("127.0.0.1", service.port, [b"gz-00001\r\n", b"gz-00002 secret\r\n"])
    yield wire
    wire.close()


def test_every_terminal_says_who_it_is_before_anything_else(wire: Wire, service: Service) -> None:
    connect(wire, 2, 0.0)
    said = []
    for row in range(2):
        say(wire, row, f"${row}\r\n".encode())
    for connection in (service.accept(), service.accept()):
        said.append((line_of(connection), line_of(connection)))
    assert sorted(said) == [(b"gz-00001\r\n", b"$0\r\n"), (b"gz-00002 secret\r\n", b"$1\r\n")]


def test_a_connection_that_the_service_ends_is_opened_again_after_a_pause(wire: Wire, service: Service) -> None:
    connect(wire, 2, 0.0)
    first = service.accept()
    row = int(line_of(first) == b"gz-00002 secret\r\n")
    first.sendall(b"unknown terminal")
    first.close()
    for _ in range(POLLS_MAX):
        say(wire, row, b"$\r\n")
        wire.poll(1.0)
        if wire.connected == 1:
            break
    assert wire.stats["broken"] == 1
    assert "unknown terminal" in wire.reasons
    wire.poll(1.0 + BACKOFF_S[0] / 2)
    assert wire.connected == 1
    connect(wire, 2, 1.0 + 2 * BACKOFF_S[0])
    service.accept()
    assert line_of(service.accept()).startswith(b"gz-0000")
    assert wire.stats["reconnects"] == 1


def test_a_pulled_cable_leaves_a_half_open_connection_without_fin(wire: Wire, service: Service) -> None:
    connect(wire, 2, 0.0)
    old = {line_of(connection): connection for connection in (service.accept(), service.accept())}[b"gz-00001\r\n"]
    one = np.array([0], dtype=np.int32)
    wire.apply(Breaks(one, NOBODY, NOBODY), 1.0)
    assert wire.connected == 1
    wire.apply(Breaks(NOBODY, one, NOBODY), 2.0)
    connect(wire, 2, 2.0)
    new = service.accept()
    assert line_of(new) == b"gz-00001\r\n"
    old.setblocking(False)
    with pytest.raises(BlockingIOError):  # neither data nor an end: nobody told the service
        old.recv(1)
    assert wire.stats["half_open"] == 1


def test_a_storm_closes_and_reopens(wire: Wire, service: Service) -> None:
    connect(wire, 2, 0.0)
    before = [service.accept(), service.accept()]
    wire.apply(Breaks(NOBODY, NOBODY, np.arange(2, dtype=np.int32)), 1.0)
    connect(wire, 2, 1.0)
    assert sorted(line_of(connection) for connection in before) == sorted(wire.identities)
    assert all(connection.recv(1) == b"" for connection in before)
    assert sorted(line_of(service.accept()) for _ in range(2)) == sorted(wire.identities)


def test_a_service_that_is_not_there_is_asked_by_one_terminal_at_a_time_and_less_and_less_often() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    wire = Wire("127.0.0.1", port, [b"gz-00001\r\n"] * 500)
    attempts, now_s = 0, 0.0
    times: list[float] = []
    while len(times) < 7 and now_s < 60.0:
        for _ in range(3):
            wire.poll(now_s)
        assert wire.counts["connect_failures"] <= attempts + 1
        if wire.counts["connect_failures"] > attempts:
            attempts = wire.counts["connect_failures"]
            times.append(now_s)
        now_s += 0.01
    pauses = np.diff(times)
    assert np.all(np.diff(pauses) > -1e-9)
    assert pauses[-1] == pytest.approx(REFUSED_S[1], abs=0.02)
    assert wire.reasons["ECONNREFUSED"] == attempts
    wire.close()


def test_an_unknown_host_and_too_many_sockets_are_clear_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulators.wire.resource.getrlimit", lambda _: (100, 1000))
    with pytest.raises(LinkError, match=r"need 5256 open files, this machine allows 1000: raise `ulimit -Hn`"):
        Wire("127.0.0.1", 9, [b""] * 5000)

    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr("simulators.wire.socket.getaddrinfo", unknown)
    with pytest.raises(LinkError, match="cannot find host 'nowhere'"):
        Wire("nowhere", 9, [b""])
