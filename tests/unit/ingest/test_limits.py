"""Each limit: what happens when it is reached, and which counter says so."""

import pytest

from tests.unit.ingest.rig import limits, running, tcp, was_reset

LINE = b"$GPTXT,01,01,02,x*00\r\n"


def test_connections() -> None:
    with running(tcp(), bounds=limits(connections_max=2)) as rig:
        for name in (b"a\n", b"b\n", b"c\n"):
            rig.connect(name + LINE)
        rig.until(lambda: len(rig.received) == 2 and "refused_connections" in rig.counted())
        assert was_reset(rig.clients[2])
        rig.clients[0].close()
        rig.until(lambda: "a" in rig.ended)
        rig.connect(b"d\n" + LINE)
        rig.until(lambda: "d" in rig.received)


def test_connections_per_address_except_from_trusted_networks() -> None:
    bounds = limits(connections_per_address_max=2, trusted_networks=("127.0.1.0/24",))
    with running(tcp(), bounds=bounds) as rig:
        for i in range(3):
            rig.connect(b"a%d\n" % i)
        for i in range(3):
            rig.connect(b"b%d\n" % i, source="127.0.1.7")
        rig.until(lambda: rig.registry.count == 5 and "refused_per_address" in rig.counted())
        assert rig.counted()["refused_per_address"] == 1
        rig.clients[0].close()
        rig.until(lambda: rig.ended == ["a0"])
        rig.connect(b"a2\n")
        rig.until(lambda: rig.registry.find("a2") >= 0)


def test_accept_rate() -> None:
    with running(tcp(), bounds=limits(accept_per_s_max=40.0)) as rig:
        for i in range(30):
            rig.connect(b"a%d\n" % i)
        rig.ticks(1)
        assert rig.counted()["accepted"] == 10
        assert rig.counted()["accept_held"] == 1
        rig.ticks(25)
        assert rig.counted()["accepted"] == 30


def test_accepts_of_one_tick() -> None:
    with running(tcp(), tcp(), bounds=limits(accepts_per_tick_max=4)) as rig:
        for i in range(6):
            rig.connect(b"a%d\n" % i, index=i % 2)
        rig.ticks(1)
        assert rig.counted()["accepted"] == 4
        assert rig.counted()["accept_held"] == 1
        rig.until(lambda: rig.registry.count == 6)


def test_time_to_name_the_terminal() -> None:
    with running(tcp(), bounds=limits(handshake_s_max=10.0)) as rig:
        silent = rig.connect()
        rig.until(lambda: rig.ingest.status().handshakes == 1)
        for _ in range(18):
            silent.sendall(b"x")
            rig.tick(0.5)
        assert rig.ingest.status().handshakes == 1
        rig.ticks(4, 0.5)
        assert rig.counted() == {"accepted": 1, "handshake_time": 1}
        assert was_reset(silent)


def test_unnamed_connections_make_room_for_new_ones_oldest_first() -> None:
    with running(tcp(), bounds=limits(handshakes_max=3, handshake_grace_s=1.0)) as rig:
        named = rig.connect(b"bus-1\n")
        rig.until(lambda: rig.registry.count == 1)
        silent = [rig.connect() for _ in range(5)]
        rig.until(lambda: rig.counted().get("handshakes_held", 0) > 0)
        rig.ticks(10)
        assert rig.counted().get("handshake_evicted", 0) == 0
        rig.ticks(60)
        assert rig.counted()["handshake_evicted"] == 2
        assert was_reset(silent[0])
        assert was_reset(silent[1])
        silent[4].sendall(b"bus-2\n" + LINE)
        named.sendall(LINE)
        rig.until(lambda: set(rig.received) == {"bus-1", "bus-2"})


@pytest.mark.parametrize("stall_s", [0.0, 5.0])
def test_a_rush_of_terminals_that_name_themselves_loses_none(stall_s: float) -> None:
    with running(tcp(), bounds=limits(handshakes_max=8, handshakes_per_tick_max=2, handshake_s_max=60.0)) as rig:
        for i in range(50):
            rig.connect(b"a%d\n" % i + LINE)
        rig.until(lambda: rig.counted().get("handshakes_held", 0) > 0)
        rig.until(lambda: len(rig.received) == 50, seconds=stall_s / 10)
        assert rig.counted().get("handshake_evicted", 0) == 0


def test_first_lines_per_tick() -> None:
    with running(tcp(), bounds=limits(handshakes_per_tick_max=4)) as rig:
        for i in range(10):
            rig.connect(b"a%d\n" % i)
        rig.until(lambda: rig.ingest.status().connections == 10)
        counts = []
        for _ in range(4):
            rig.tick()
            counts.append(rig.registry.count)
        assert counts == [4, 8, 10, 10]


def test_bytes_per_second_hold_the_sender_back_and_lose_nothing() -> None:
    sent = b"".join(b"%07d\n" % i for i in range(4_096))
    bounds = limits(bytes_per_s_max=1_000.0, burst_bytes=4_096.0)
    with running(tcp(), bounds=bounds) as rig:
        rig.connect(b"loud\n" + sent)
        rig.connect(b"calm\n" + LINE)
        rig.until(lambda: rig.received.get("calm") == LINE and len(rig.received.get("loud", b"")) >= 4_096)
        rig.ticks(50)
        assert len(rig.received["loud"]) == pytest.approx(4_096 + 1_000, abs=100)
        assert rig.counted()["rate_held"] == 1
        rig.until(lambda: len(rig.received["loud"]) == len(sent), seconds=0.5)
        assert rig.received["loud"] == sent


def test_reconnecting_does_not_refill_the_allowance() -> None:
    bounds = limits(bytes_per_s_max=1_000.0, burst_bytes=4_096.0)
    with running(tcp(), bounds=bounds) as rig:
        rig.connect(b"loud\n" + b"x" * 4_096).close()
        rig.until(lambda: rig.ended == ["loud"], seconds=0.01)
        rig.connect(b"loud\n" + b"y" * 4_096)
        rig.ticks(50)
        assert rig.received["loud"].count(b"y") < 1_500


def test_share_per_tick_leaves_room_for_others() -> None:
    with running(tcp(), bounds=limits(read_bytes_max=512)) as rig:
        rig.connect(b"loud\n" + b"x" * 20_000)
        rig.connect(b"calm\n" + LINE)
        rig.until(lambda: "calm" in rig.received)
        assert len(rig.received["loud"]) <= 3 * 512


def test_a_full_arena_leaves_bytes_in_the_kernel() -> None:
    bounds = limits(arena_bytes=65_536, read_bytes_max=32_768, datagram_bytes_max=512)
    with running(tcp(), bounds=bounds) as rig:
        clients = [rig.connect(b"a%d\n" % i) for i in range(6)]
        rig.until(lambda: rig.registry.count == 6)
        for client in clients:
            client.sendall(b"x" * 30_000)
        rig.until(lambda: sum(map(len, rig.received.values())) == 180_000)
        assert rig.counted()["arena_full"] > 0
        assert {len(data) for data in rig.received.values()} == {30_000}


def test_idle_time() -> None:
    with running(tcp(), bounds=limits(idle_s_max=60.0)) as rig:
        idle, busy = rig.connect(b"idle\n" + LINE), rig.connect(b"busy\n" + LINE)
        rig.until(lambda: len(rig.received) == 2)
        for _ in range(13):
            busy.sendall(LINE)
            rig.tick(5.0)
        rig.tick()
        assert rig.ended == ["idle"]
        assert rig.counted()["idle"] == 1
        assert was_reset(idle)


@pytest.mark.parametrize("trickle", [b"x", b"$"])
def test_bytes_without_a_complete_line(trickle: bytes) -> None:
    with running(tcp(), bounds=limits(record_s_max=30.0)) as rig:
        slow = rig.connect(b"slow\n" + LINE)
        rig.until(lambda: "slow" in rig.received)
        for second in range(32):
            assert rig.ended == [], f"closed after {second} s"
            slow.sendall(trickle)
            rig.tick(1.0)
        rig.tick()
        assert rig.ended == ["slow"]
        assert rig.counted()["slow_record"] == 1


def test_silence_after_half_a_line_is_not_slowness() -> None:
    with running(tcp(), bounds=limits(record_s_max=30.0)) as rig:
        rig.connect(b"bus\n" + LINE + b"$GP")
        rig.until(lambda: "bus" in rig.received)
        rig.ticks(100, 1.0)
        assert rig.ended == []


def test_lines_ended_by_a_carriage_return_alone_are_lines() -> None:
    with running(tcp(), bounds=limits(record_s_max=3.0)) as rig:
        client = rig.connect(b"bus\n")
        for _ in range(10):
            client.sendall(b"$GPTXT\r")
            rig.tick(1.0)
        assert rig.ended == []
