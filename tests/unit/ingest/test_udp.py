"""UDP: identity by line, port or peer; what is dropped is counted."""

import socket

import pytest

from beidou_svc.fleet.registry import Terminal, hash_token
from beidou_svc.ingest.settings import Identity, Unknown
from tests.unit.ingest.rig import Rig, limits, running, udp

LINE = b"$GPTXT,01,01,02,x*00\r\n"


def send_and_wait(rig: Rig, client: socket.socket, *datagrams: bytes) -> None:
    """Send, then poll until the service has taken them all."""
    before = rig.counted().get("datagrams", 0)
    for datagram in datagrams:
        client.send(datagram)
    rig.until(lambda: rig.counted().get("datagrams", 0) == before + len(datagrams))


def test_a_first_line_names_the_datagram_and_those_that_follow_without() -> None:
    with running(udp()) as rig:
        a, b = rig.udp(), rig.udp()
        send_and_wait(rig, a, b"bus-a\r\n" + LINE)
        send_and_wait(rig, b, b"bus-b\n$B\n", b"$B2\n")
        send_and_wait(rig, a, LINE, b"bus-a\r\n" + LINE)
        assert rig.received == {"bus-a": LINE * 3, "bus-b": b"$B\n$B2\n"}
        assert rig.ingest.status().udp_peers == 2
        assert rig.counted()["bytes"] == len(LINE) * 3 + 14 + 9 + 4


def test_a_name_alone_is_a_greeting() -> None:
    with running(udp()) as rig:
        client = rig.udp()
        send_and_wait(rig, client, b"bus-a", LINE)
        assert rig.received == {"bus-a": LINE}


def test_one_address_may_speak_for_several_terminals_by_naming_each() -> None:
    with running(udp()) as rig:
        relay = rig.udp()
        for name in (b"bus-a", b"bus-b", b"bus-a"):
            send_and_wait(rig, relay, name + b"\n$" + name + b"\n")
        assert rig.received == {"bus-a": b"$bus-a\n$bus-a\n", "bus-b": b"$bus-b\n"}
        rig.tick()
        assert rig.ended == ["bus-a", "bus-b"]
        assert rig.ingest.status().takeovers_recent == ()


@pytest.mark.parametrize(
    ("datagram", "reason"),
    [
        (LINE, "refused_anonymous"),
        (b"", "refused_anonymous"),
        (b"a b c\n" + LINE, "refused_bad_id"),
        (b"n" * 2_000, "refused_bad_id"),
        (b"bus-1 wrong\n" + LINE, "refused_token"),
        (b"bus-1\n" + LINE, "refused_token"),
        (b"other\n" + LINE, "refused_unknown"),
    ],
)
def test_refused_datagrams(datagram: bytes, reason: str) -> None:
    terminals = (Terminal("bus-1", token_hash=hash_token("right")),)
    with running(udp(unknown=Unknown.REFUSE), terminals=terminals) as rig:
        send_and_wait(rig, rig.udp(), datagram)
        assert rig.counted()[reason] == 1
        assert rig.received == {}
        assert rig.ingest.status().udp_peers == 0


def test_a_token_is_shown_once_and_the_address_remembered() -> None:
    terminals = (Terminal("bus-1", token_hash=hash_token("right")),)
    with running(udp(unknown=Unknown.REFUSE), terminals=terminals) as rig:
        send_and_wait(rig, rig.udp(), b"bus-1 right\n" + LINE, LINE)
        send_and_wait(rig, rig.udp(), LINE)
        assert rig.received == {"bus-1": LINE * 2}
        assert rig.counted()["refused_anonymous"] == 1


def test_identity_by_port_and_by_peer() -> None:
    with running(udp(identity=Identity.PORT, terminal="mast")) as rig:
        send_and_wait(rig, rig.udp(), LINE, b"text without a name\n")
        assert rig.received == {"mast": LINE + b"text without a name\n"}
    with running(udp(identity=Identity.PEER, anonymous=True)) as rig:
        client = rig.udp()
        send_and_wait(rig, client, LINE)
        assert rig.received == {f"~udp-127.0.0.1:{client.getsockname()[1]}": LINE}


def test_a_new_source_waits_one_tick_so_that_nothing_is_glued() -> None:
    with running(udp()) as rig:
        a, b = rig.udp(), rig.udp("127.0.0.2")
        send_and_wait(rig, a, b"bus-1\n$A\n")
        a.send(b"$TAIL")
        b.send(b"bus-1\n$B\n")
        rig.until(lambda: len(rig.events) == 4)
        assert rig.events == [("bus-1", b"$A\n"), ("bus-1", b"$TAIL"), ("bus-1", None), ("bus-1", b"$B\n")]
        assert rig.counted()["takeover_other_address"] == 1


def test_rate_limit_drops_datagrams_and_counts_them_per_terminal() -> None:
    bounds = limits(bytes_per_s_max=1_000.0, burst_bytes=2_048.0)
    with running(udp(), bounds=bounds) as rig:
        loud, calm = rig.udp(), rig.udp()
        send_and_wait(rig, loud, b"loud\n$\n", *[b"$" * 1_000] * 5)
        send_and_wait(rig, calm, b"calm\n$\n")
        assert len(rig.received["loud"]) == 2 + 2_000
        assert rig.counted()["udp_rate_dropped"] == 3
        info = rig.ingest.connection_of(rig.registry.find("loud"))
        assert info is not None
        assert (info.dropped, info.transport) == (3, "udp")
        rig.tick(1.0)
        send_and_wait(rig, loud, b"$" * 900)
        assert len(rig.received["loud"]) == 2 + 2_900


def test_strangers_per_tick() -> None:
    with running(udp(), bounds=limits(udp_strangers_per_tick_max=4)) as rig:
        for i in range(10):
            rig.udp().send(b"bus-%d\n$\n" % i)
        rig.until(lambda: rig.counted().get("datagrams") == 10)
        assert rig.counted()["udp_strangers_dropped"] >= 2
        assert len(rig.received) + rig.counted()["udp_strangers_dropped"] == 10


def test_too_long_and_too_many() -> None:
    bounds = limits(datagram_bytes_max=1_000, udp_datagrams_per_tick_max=3, arena_bytes=65_536)
    with running(udp(), bounds=bounds) as rig:
        client = rig.udp()
        send_and_wait(rig, client, b"bus-1\n$\n", b"$" + b"x" * 1_000)
        assert rig.counted()["udp_too_long"] == 1
        for _ in range(8):
            client.send(LINE)
        rig.until(lambda: rig.received["bus-1"] == b"$\n" + LINE * 8)
        assert rig.counted()["udp_capped"] >= 2


def test_peers_are_bounded_and_the_longest_silent_goes_first() -> None:
    with running(udp(), bounds=limits(udp_peers_max=8, udp_strangers_per_tick_max=1)) as rig:
        clients = [rig.udp() for _ in range(40)]
        for i, client in enumerate(clients):
            send_and_wait(rig, client, b"bus-%d\n$\n" % i)
            rig.tick(0.3)
        assert rig.ingest.status().udp_peers == 8
        assert rig.counted()["udp_peers_evicted"] == 32
        rig.tick()
        assert rig.ended == [f"bus-{i}" for i in range(32)]
        send_and_wait(rig, clients[39], b"$still\n")
        assert rig.received["bus-39"] == b"$\n$still\n"


def test_silent_peers_are_forgotten() -> None:
    with running(udp(), bounds=limits(idle_s_max=10.0)) as rig:
        client = rig.udp()
        send_and_wait(rig, client, b"bus-1\n$\n")
        rig.ticks(12, 1.0)
        assert rig.ended == ["bus-1"]
        assert rig.ingest.status().udp_peers == 0
        send_and_wait(rig, client, LINE)
        assert rig.counted()["refused_anonymous"] == 1
