"""From ten thousand sockets to fleet state: processor time of the serving process, beside asyncio + pynmeagps + dicts.

Sender and service are processes of their own. The peer has fewer terminals, because it could not keep up with all of
them; its figures are per write and, where a share of a core is asked for, scaled to the same number of writes.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.bench.measure import process_rss_bytes
from tests.bench.result import Result

NAME = "ingest_tcp"
TERMINALS = 10_000
PEER_TERMINALS = 500
PEER_S = 8.0
CONNECT_ATTEMPTS_MAX = 60
SETTLE_ATTEMPTS_MAX = 60
SETTLE_S = 0.5
"""A round trip of the last bytes: several ticks."""


@dataclass(frozen=True)
class Case:
    """One load."""

    writes_per_s: int
    epochs: int
    sentences: int
    step_ms: int
    seconds: float


FLEET_1_HZ = Case(TERMINALS, epochs=1, sentences=3, step_ms=1_000, seconds=20)
FASTEST = Case(0, epochs=1, sentences=2, step_ms=100, seconds=60)
FLEET_10_HZ = Case(TERMINALS * 2, epochs=5, sentences=3, step_ms=100, seconds=20)


class Child:
    """A process that answers every line with one line of JSON."""

    def __init__(self, module: str, *arguments: object) -> None:
        command = [sys.executable, "-m", f"tests.bench.{module}", *map(str, arguments)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.greeting = self._read().strip()

    @property
    def rss_bytes(self) -> int:
        """Its resident memory."""
        return process_rss_bytes(self._process.pid)

    def ask(self, line: str = "") -> Any:
        """Send a line, wait for the answer."""
        assert self._process.stdin
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return json.loads(self._read())

    def _read(self) -> str:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self._process.args!r} ended with {self._process.wait()}")
        return line

    def close(self) -> None:
        """End it by closing its input."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


def wait_for(service: Child, terminals: int) -> None:
    """Wait until the service has all terminals."""
    for _ in range(CONNECT_ATTEMPTS_MAX):
        time.sleep(SETTLE_S)
        mark = service.ask()
        if mark["connections"] == terminals:
            return
    raise RuntimeError(f"not all terminals were taken: {mark}")


def settled(service: Child, sentences: int) -> Any:
    """What the service has done once it has seen so many sentences, or no longer sees any more."""
    seen = -1
    for _ in range(SETTLE_ATTEMPTS_MAX):
        time.sleep(SETTLE_S)
        mark = service.ask()
        if mark["sentences"] >= sentences or mark["sentences"] == seen:
            break
        seen = mark["sentences"]
    return mark


@contextmanager
def connected(server: str, terminals: int, case: Case) -> Iterator[tuple[Child, Child, float]]:
    """A server, a sender whose terminals are all connected, and the server's memory per idle connection in bytes."""
    service = Child(server)
    before = service.rss_bytes
    sender = Child("ingest_load", service.greeting, terminals, case.epochs, case.sentences, case.step_ms)
    try:
        wait_for(service, terminals)
        yield service, sender, (service.rss_bytes - before) / terminals
    finally:
        sender.close()
        service.close()


@dataclass(frozen=True)
class Run:
    """What a load cost."""

    us_per_write: float
    core_percent: float
    writes_per_s: float
    lost: int
    sentences: int
    idle_bytes: float


def run_case(server: str, terminals: int, case: Case, writes_per_s: int, seconds: float) -> Run:
    """Warm up for two seconds, then measure."""
    with connected(server, terminals, case) as (service, sender, idle_bytes):
        warmed_up = sender.ask(f"2 {writes_per_s}")
        before = settled(service, warmed_up["sentences"])
        sent = sender.ask(f"{seconds} {writes_per_s}")
        after = settled(service, warmed_up["sentences"] + sent["sentences"])
    cpu_s = after["cpu_s"] - before["cpu_s"]
    return Run(
        us_per_write=1e6 * cpu_s / sent["writes"],
        core_percent=100 * cpu_s / seconds,
        writes_per_s=sent["writes"] / seconds,
        lost=sent["sentences"] - (after["sentences"] - before["sentences"]),
        sentences=sent["sentences"],
        idle_bytes=idle_bytes,
    )


def pair(case: Case) -> tuple[Run, Run]:
    """Ours and the peer's."""
    peer_rate = (case.writes_per_s or TERMINALS) * PEER_TERMINALS // TERMINALS
    ours = run_case("ingest_service", TERMINALS, case, case.writes_per_s, case.seconds)
    return ours, run_case("ingest_peer", PEER_TERMINALS, case, peer_rate, PEER_S)


def note(ours: Run) -> str:
    """Rate and loss."""
    return f"{ours.writes_per_s:,.0f} writes/s; lost {ours.lost:,} of {ours.sentences:,} sentences"


def run() -> Iterator[Result]:
    """Three loads and the memory of an idle connection."""
    peer_name = "asyncio + pynmeagps + dicts"
    for case, metric, must, reach in (
        (FLEET_1_HZ, "10,000 terminals at 1 Hz, 3 sentences a write", 12, 8),
        (FLEET_10_HZ, "10,000 terminals at 10 Hz, 5 epochs of 3 sentences a write", 30, 15),
    ):
        ours, peer = pair(case)
        peer_percent = peer.us_per_write * case.writes_per_s / 1e4
        yield Result(
            NAME, metric, ours.core_percent, "%", "lower", peer_name, peer_percent, must, reach, TERMINALS, note(ours)
        )
    ours, peer = pair(FASTEST)
    yield Result(
        NAME, "10,000 sockets at full speed, 2 sentences a write", ours.us_per_write, "µs", "lower", peer_name,
        peer.us_per_write, 9, 5, ours.sentences // 2, note(ours),
    )  # fmt: skip
    yield Result(
        NAME, "memory of an idle connection", ours.idle_bytes / 1e3, "kB", "lower", peer_name, peer.idle_bytes / 1e3,
        20, 8, TERMINALS,
    )  # fmt: skip
