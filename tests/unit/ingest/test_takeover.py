"""One terminal, two connections: the newer wins, the older is closed, nothing is glued, flapping is noticed."""

from beidou_svc.fleet.registry import Terminal, hash_token
from tests.unit.ingest.rig import limits, running, tcp, udp, was_reset

LINE = b"$GPTXT,01,01,02,x*00\r\n"


def test_a_terminal_whose_cable_was_pulled_is_back_at_once() -> None:
    with running(tcp()) as rig:
        old = rig.connect(b"bus-1\n" + LINE)
        rig.until(lambda: "bus-1" in rig.received)
        rig.ticks(20, 1.0)
        rig.connect(b"bus-1\n" + LINE)
        rig.until(lambda: rig.received["bus-1"] == LINE * 2)
        assert was_reset(old)
        status = rig.ingest.status()
        (takeover,) = status.takeovers_recent
        assert (takeover.terminal, takeover.reason) == ("bus-1", "takeover_silent")
        assert takeover.new_peer == f"127.0.0.1:{rig.clients[1].getsockname()[1]}"
        assert status.connections == 1
        assert status.duplicates == ()
        info = rig.ingest.connection_of(0)
        assert info is not None
        assert info.takeovers == 1


def test_the_end_of_the_old_stream_is_told_between_its_last_bytes_and_the_new() -> None:
    with running(tcp()) as rig:
        old = rig.connect(b"bus-1\n")
        rig.until(lambda: rig.registry.count == 1)
        old.sendall(b"$LAST")
        rig.connect(b"bus-1\n$NEW")
        rig.until(lambda: len(rig.events) == 3)
        assert rig.events == [("bus-1", b"$LAST"), ("bus-1", None), ("bus-1", b"$NEW")]


def test_only_an_authenticated_connection_takes_over() -> None:
    with running(tcp(), terminals=(Terminal("bus-1", token_hash=hash_token("right")),)) as rig:
        rig.connect(b"bus-1 right\n")
        rig.until(lambda: rig.ingest.connection_of(0) is not None)
        rig.connect(b"bus-1 wrong\n" + LINE)
        rig.until(lambda: "refused_token" in rig.counted())
        rig.clients[0].sendall(LINE)
        rig.until(lambda: rig.received == {"bus-1": LINE})
        assert rig.ingest.status().takeovers_recent == ()


def test_two_live_sources_raise_one_alarm_that_ends_with_them() -> None:
    with running(tcp(), bounds=limits(duplicate_takeovers=3, duplicate_window_s=60.0)) as rig:
        for source in (2, 3, 2, 3):
            assert rig.ingest.status().duplicates == ()
            rig.received.clear()
            rig.connect(b"bus-1\n" + LINE, source=f"127.0.0.{source}")
            rig.until(lambda: "bus-1" in rig.received)
            rig.tick(1.0)
        assert rig.ingest.status().duplicates == ("bus-1",)
        assert rig.counted()["duplicate_alarm"] == 1
        assert rig.counted()["takeover_other_address"] == 3
        info = rig.ingest.connection_of(0)
        assert info is not None
        assert info.duplicate
        rig.ticks(62, 1.0)
        assert rig.ingest.status().duplicates == ()
        assert rig.counted()["duplicate_alarm"] == 1


def test_the_list_of_takeovers_is_bounded() -> None:
    with running(tcp(), bounds=limits(takeovers_recent_max=4)) as rig:
        for i in range(10):
            rig.received.clear()
            rig.connect(b"bus-1\n$%d\n" % i)
            rig.until(lambda: "bus-1" in rig.received)
        assert len(rig.ingest.status().takeovers_recent) == 4
        assert rig.counted()["takeover_same_address"] == 9
        assert rig.ingest.status().connections == 1


def test_tcp_takes_over_from_udp_and_back() -> None:
    with running(tcp(), udp()) as rig:
        sender = rig.udp()
        sender.send(b"bus-1\n$U1\n")
        rig.until(lambda: rig.received.get("bus-1") == b"$U1\n")
        rig.connect(b"bus-1\n$T1\n")
        rig.until(lambda: rig.received["bus-1"] == b"$U1\n$T1\n")
        assert rig.ended == ["bus-1"]
        sender.send(b"bus-1\n$U2\n")
        rig.until(lambda: rig.received["bus-1"] == b"$U1\n$T1\n$U2\n")
        assert rig.ended == ["bus-1", "bus-1"]
        assert was_reset(rig.clients[1])
