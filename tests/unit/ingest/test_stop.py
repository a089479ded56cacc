"""Shutting down loses nothing that was received."""

import asyncio

from tests.unit.ingest.rig import limits, running, tcp, udp

LINE = b"$GPTXT,01,01,02,x*00\r\n"


def test_what_the_kernel_holds_is_drained_whatever_the_limits() -> None:
    bounds = limits(bytes_per_s_max=100.0, burst_bytes=2_048.0, read_bytes_max=512, arena_bytes=131_072)
    with running(tcp(), udp(), bounds=bounds) as rig:
        clients = [rig.connect(b"t%d\n" % i) for i in range(20)]
        sender = rig.udp()
        sender.send(b"u\n" + LINE)
        rig.until(lambda: rig.registry.count == 21)
        rig.received.clear()
        for client in clients:
            client.sendall(LINE * 400)
        for _ in range(5):
            sender.send(LINE)
        rig.stop()
        assert rig.received == {f"t{i}": LINE * 400 for i in range(20)} | {"u": LINE * 5}
        assert sorted(rig.ended) == sorted(rig.received)
        assert rig.counted().get("stop_left", 0) == 0


def test_terminals_that_were_just_connecting_are_heard_too() -> None:
    with running(tcp(), bounds=limits(accept_per_s_max=0.001)) as rig:
        for i in range(5):
            rig.connect(b"t%d\n" % i + LINE)
        rig.stop()
        assert rig.received == {f"t{i}": LINE for i in range(5)}


def test_unnamed_and_closing_connections_end_quietly() -> None:
    with running(tcp()) as rig:
        rig.connect()
        rig.connect(b"half a na")
        rig.connect(b"t\n" + LINE).close()
        rig.until(lambda: rig.ingest.status().connections >= 2)
        rig.stop()
        assert rig.received == {"t": LINE}
        assert rig.ingest.status().connections == 0


def test_after_the_time_allowed_what_is_left_is_counted() -> None:
    with running(tcp(), bounds=limits(read_bytes_max=512, stop_s_max=5.0)) as rig:
        rig.connect(b"t\n" + LINE * 1_000)
        rig.until(lambda: rig.registry.count == 1)
        asyncio.run(rig.ingest.stop())
        ticks = 0
        for tick in rig.ingest.last_ticks():
            rig.collect(tick)
            rig.clock.advance(1.0)
            ticks += 1
        assert ticks < 12
        assert rig.counted()["stop_left"] == 1
        assert rig.ended == ["t"]
