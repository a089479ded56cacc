"""100 clients of the live stream, each sent 10,000 vehicles ten times a second: what that costs the service.

Every vehicle changes in every frame, which is the worst case: a fleet at 1 Hz changes a tenth of that. The clients are
a process of their own. The peer sends the same bytes by FastAPI's `send_bytes`, without compression too. Where the
machine is too busy for the clients to take every frame, the figures are scaled up to ten frames a second, and the note
says so.
"""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from tests.bench.bench_fleet_frame import VEHICLES
from tests.bench.measure import process_cpu_s, process_rss_bytes
from tests.bench.result import Result

NAME = "ws_fanout"

CLIENTS = 100
SECONDS = 10.0
FRAMES_PER_S = 10.0
FRAME_BYTES = 321_000
"""About the length of a frame of all vehicles; frames are counted by bytes."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One way of sending."""

    cpu_percent: float
    frames_per_s: float
    rss_bytes: int


def measure(way: str, path: str, clients: int) -> Measured:
    """Processor share of a server with so many clients."""
    command = [sys.executable, "-m", "tests.bench.fanout_server", way]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin and server.stdout
        port = int(server.stdout.readline())
        arguments = [str(port), path, str(clients), str(SECONDS)]
        command = [sys.executable, "-m", "tests.bench.fanout_clients", *arguments]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as reading:
            assert reading.stdout
            reading.stdout.readline()
            before_s = process_cpu_s(server.pid)
            received_bytes = int(reading.stdout.readline())
            used_s = process_cpu_s(server.pid) - before_s
        rss_bytes = process_rss_bytes(server.pid)
        server.stdin.close()
    frames_per_s = received_bytes / FRAME_BYTES / SECONDS / clients
    if frames_per_s < FRAMES_PER_S / 10:
        raise RuntimeError(f"{way}: the clients got {frames_per_s:.2f} frames/s, which measures nothing")
    return Measured(100 * used_s / SECONDS * FRAMES_PER_S / frames_per_s, frames_per_s, rss_bytes)


def run() -> Iterator[Result]:
    """The service's way, and the plain way, one after the other."""
    alone = measure("push", "/v1/stream", 1)
    ours = measure("push", "/v1/stream", CLIENTS)
    peer = measure("plain", "/plain", CLIENTS)
    yield Result(
        NAME,
        "100 clients x 10,000 vehicles x 10 Hz",
        ours.cpu_percent,
        "%",
        "lower",
        peer="FastAPI send_bytes",
        peer_value=peer.cpu_percent,
        must=10.0,
        reach=5.0,
        n=VEHICLES,
        note=f"of a core; {ours.frames_per_s:.1f} frames/s a client, peer {peer.frames_per_s:.1f}",
    )
    yield Result(NAME, "the same with one client", alone.cpu_percent, "%", "lower", n=VEHICLES)
    each_kb = max(ours.rss_bytes - alone.rss_bytes, 0) / (CLIENTS - 1) / 1e3
    yield Result(NAME, "memory of a client that reads", each_kb, "kB", "lower", n=CLIENTS)
