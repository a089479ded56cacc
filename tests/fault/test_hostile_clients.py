"""Hostile clients against the ingest: while they try, one well-behaved terminal is heard every second, whole."""

import resource
import socket
import struct
import tracemalloc
from collections.abc import Callable

import numpy as np
import pytest

from beidou_svc.fleet.registry import Terminal, hash_token
from tests.helpers.frames import sentence
from tests.unit.ingest.rig import Rig, limits, running, tcp, udp

RESET = struct.pack("ii", 1, 0)


class Witness:
    """A terminal that sends one sentence at a time and checks that it arrived."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self._client = rig.connect(b"witness right\n")
        self._sent = b""
        rig.until(lambda: rig.registry.find("witness") >= 0 and rig.ingest.connection_of(self._slot()) is not None)

    def _slot(self) -> int:
        return self._rig.registry.find("witness")

    def speak(self, ticks_max: int = 60) -> None:
        """Send a sentence; it must be there within so many ticks."""
        data = sentence(f"GPTXT,01,01,02,{len(self._sent)}")
        self._client.sendall(data)
        self._sent += data
        for _ in range(ticks_max):
            self._rig.tick()
            if self._rig.received.get("witness", b"") == self._sent:
                return
        raise AssertionError(f"the witness was not heard within {ticks_max} ticks; {self._rig.counted()}")


def siege(attack: Callable[[Rig, int], None], *, rounds: int, **changes: object) -> Rig:
    """Let clients attack, round by round, while the witness speaks."""
    terminals = (Terminal("witness", token_hash=hash_token("right")),)
    with running(tcp(), udp(), bounds=limits(**changes), terminals=terminals) as rig:
        witness = Witness(rig)
        for number in range(rounds):
            attack(rig, number)
            witness.speak()
        assert "witness" not in rig.ended
    return rig


def test_an_endless_line() -> None:
    def attack(rig: Rig, number: int) -> None:
        if number == 0:
            client = rig.connect(b"endless\n$GPTXT,")
            client.setblocking(False)
        try:
            rig.clients[-1].send(b"x" * 100_000)
        except (BlockingIOError, ConnectionError):
            return

    rig = siege(attack, rounds=50, bytes_per_s_max=10_000.0, burst_bytes=20_000.0, record_s_max=0.5)
    assert rig.counted()["rate_held"] >= 1
    assert rig.counted()["slow_record"] == 1
    assert len(rig.received["endless"]) < 20_000 + 10_000 * 50 * 60 * 0.02


def test_one_byte_a_second_without_ever_naming_itself_or_ending_a_line() -> None:
    def attack(rig: Rig, number: int) -> None:
        if number == 0:
            for first in [b"", b"drip-a\n", b"drip-b\n"]:
                rig.connect(first)
        for client in rig.clients[1:4]:
            try:
                client.send(b"x")
            except ConnectionError:
                continue
        rig.clock.advance(1.0)

    rig = siege(attack, rounds=40)
    assert sorted(rig.ended) == ["drip-a", "drip-b"]
    assert (rig.counted()["handshake_time"], rig.counted()["slow_record"]) == (1, 2)


def test_connect_and_say_nothing() -> None:
    def attack(rig: Rig, number: int) -> None:
        for _ in range(50):
            rig.connect()
        rig.ticks(55)

    rig = siege(attack, rounds=8, handshakes_max=64)
    assert rig.counted()["handshake_evicted"] > 200
    assert rig.ingest.status().handshakes <= 64


def test_wrong_identities_and_tokens() -> None:
    lines = [b"witness\n", b"witness wrong\n", b"witness " + b"x" * 400 + b"\n", b"\xff\xfe\n", b"$GPGGA\n", b"\n"]

    def attack(rig: Rig, number: int) -> None:
        for line in lines:
            rig.connect(line + b"$FORGED*00\r\n")
        rig.udp().send(lines[number % len(lines)] + b"$FORGED*00\r\n")

    rig = siege(attack, rounds=12)
    assert b"FORGED" not in rig.received["witness"]
    assert rig.counted()["refused_token"] >= 24
    assert rig.counted()["refused_bad_id"] >= 24
    assert rig.ingest.status().takeovers_recent == ()


def test_a_storm_of_resets() -> None:
    def attack(rig: Rig, number: int) -> None:
        storm = [rig.connect(b"storm-%d\n$GPTXT" % i) for i in range(60)]
        if number % 2:
            rig.tick()
        for client in storm:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            client.close()

    rig = siege(attack, rounds=10)
    assert rig.counted()["accepted"] == 601
    assert set(rig.received) <= {"witness"} | {f"storm-{i}" for i in range(60)}


def test_half_open_connections_of_one_terminal_never_pile_up() -> None:
    def attack(rig: Rig, number: int) -> None:
        for _ in range(5):
            rig.connect(b"flaky\n$GPTXT*00\r\n")
        rig.ticks(4)
        rig.clock.advance(10.0)

    rig = siege(attack, rounds=10)
    assert (rig.counted()["takeover_silent"], rig.counted()["takeover_same_address"]) == (9, 40)


def test_a_flood_of_datagrams_from_strangers() -> None:
    def attack(rig: Rig, number: int) -> None:
        for i in range(30):
            sender = rig.udp()
            for j in range(10):
                sender.send(b"ghost-%d-%d-%d\n$GPTXT*00\r\n" % (number, i, j))

    rig = siege(attack, rounds=5, udp_peers_max=16, udp_strangers_per_tick_max=32)
    assert rig.counted()["udp_strangers_dropped"] > 0
    assert rig.ingest.status().udp_peers <= 16


@pytest.mark.parametrize("seed", range(4))
def test_random_bytes_at_random_moments(seed: int) -> None:
    rng = np.random.default_rng(seed)

    def attack(rig: Rig, number: int) -> None:
        for _ in range(rng.integers(1, 8)):
            rig.connect(rng.bytes(int(rng.integers(0, 900))))
        victims = rig.clients[1:]
        for i in rng.integers(0, len(victims), 10):
            try:
                victims[i].send(rng.bytes(int(rng.integers(1, 600))))
            except OSError:
                continue
            if rng.random() < 0.3:
                victims[i].close()
        rig.udp().send(rng.bytes(int(rng.integers(0, 600))))
        rig.clock.advance(float(rng.random()))

    siege(attack, rounds=40)


def test_as_many_connections_as_the_machine_allows() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    n = min(20_000, (hard - 1_000) // 2)
    bounds = limits(connections_max=n // 2, connections_per_address_max=n // 4, trusted_networks=())
    terminals = (Terminal("witness", token_hash=hash_token("right")),)
    try:
        with running(tcp(), bounds=bounds, terminals=terminals, terminals_max=2 * n) as rig:
            witness = Witness(rig)
            witness.speak()
            tracemalloc.start()
            for i in range(n):
                rig.connect(b"horde-%d\n" % i, source=f"127.0.1.{i % 8}")
                if i % 500 == 499:
                    rig.ticks(10)
            witness.speak()
            used, _ = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            assert rig.ingest.status().connections == n // 2
            assert rig.counted()["refused_connections"] == n - (n // 2 - 1)
            assert used / n < 8_000
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
