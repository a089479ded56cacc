"""From the socket of a terminal to the screen of an operator: latency under the load of ten thousand terminals.

A hundred probe terminals of our own send beside the simulated fleet; a client of the live stream notes when each of
their positions arrives. Wall time, because latency is what people wait for.
"""

import asyncio
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from beidou_svc.api.client import stream
from gnss.nmea.encode import encode, interleave
from tests.bench.measure import process_cpu_s
from tests.bench.result import Result
from tests.bench.served import Served, beidou, served

NAME = "end_to_end"
TERMINALS = 10_000
PROBES = 100
WARM_S = 25.0
MEASURE_S = 30.0
INTERVAL_MS = 20
DAY_MS = 86_400_000


@dataclass(slots=True)
class Latencies:
    """When each probe last sent which instant, and how long its arrivals took."""

    sent: dict[tuple[str, int], float] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    measuring: bool = False

    def arrived(self, terminal: str, t_ms: int, now_s: float) -> None:
        """A position came out at the other end; only its first arrival counts."""
        started = self.sent.pop((terminal, t_ms), None)
        if started is not None and self.measuring:
            self.seconds.append(now_s - started)


def _epoch(t_ms: int) -> bytes:
    """GGA, RMC and GST of an instant."""
    day, of_day_ms = divmod(t_ms, DAY_MS)
    position = {"time_ns": of_day_ms * 1e6, "lat_deg": 25.83, "lon_deg": 114.93 + (t_ms % 1000) * 1e-6}
    sigmas = {"sigma_n_m": 0.01, "sigma_e_m": 0.01, "sigma_u_m": 0.02}
    texts = [
        encode("GGA", {**position, "fix_quality": 4, "sats_used": 20, "hdop": 0.7, "h_msl_m": 100.0}),
        encode("RMC", {**position, "rmc_status": ord("A"), "speed_kn": 10.0, "course_deg": 90.0, "day": day}),
        encode("GST", {"time_ns": position["time_ns"], **sigmas}),
    ]
    return interleave(texts)[0].tobytes()


async def _probe(port: int, name: str, phase_s: float, latencies: Latencies) -> None:
    """One terminal that sends once a second."""
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"{name}\r\n".encode())
    await asyncio.sleep(phase_s)
    while True:
        t_ms = int(time.time() * 1e3) // 10 * 10
        text = _epoch(t_ms)
        latencies.sent[(name, t_ms)] = time.perf_counter()
        writer.write(text)
        await asyncio.sleep(1)


async def _watch(url: str, latencies: Latencies, want: dict[str, Any]) -> None:
    """The operator: note the arrival of every probe."""
    async for frame in stream(url, interval_ms=INTERVAL_MS, **want):
        now_s = time.perf_counter()
        for row, terminal in enumerate(frame.ids()):
            t_ms = frame.columns["t_ms"][row]
            if terminal.startswith("probe-") and not np.isnan(t_ms):
                latencies.arrived(terminal, frame.t0_ms + int(t_ms), now_s)


@dataclass(frozen=True, slots=True)
class Run:
    """What the load cost the service, and how long its positions took."""

    latency_s: list[float]
    core_percent: float
    ready_s: float
    status: Any

    def latency_ms(self, percent: float) -> float:
        """A percentile."""
        return float(np.percentile(self.latency_s, percent)) * 1e3


async def _measure(service: Served, want: dict[str, Any]) -> Run:
    latencies = Latencies()
    tasks = [asyncio.create_task(_watch(service.stream_url, latencies, want))]
    for i in range(PROBES):
        probe = _probe(service.tcp_port, f"probe-{i:03d}", i / PROBES, latencies)
        tasks.append(asyncio.create_task(probe))
    await asyncio.sleep(WARM_S)
    latencies.measuring = True
    before, began_s = process_cpu_s(service.pid), time.monotonic()
    await asyncio.sleep(MEASURE_S)
    core_percent = 100 * (process_cpu_s(service.pid) - before) / (time.monotonic() - began_s)
    for task in tasks:
        task.cancel()
    for ended in await asyncio.gather(*tasks, return_exceptions=True):
        if not isinstance(ended, asyncio.CancelledError):
            raise RuntimeError("a probe or the watcher ended early") from ended
    return Run(latencies.seconds, core_percent, service.ready_s, await asyncio.to_thread(service.status))


def measure(more_toml: str = "", *, world: Path | None = None, **want: Any) -> Run:
    """Serve with these settings, drive the fleet in a city and watch it; `want` is said to the live stream."""
    with served(more_toml) as service:
        fleet = [str(beidou("beidou-sim")), "fleet", "--port", str(service.tcp_port), "--terminals", str(TERMINALS)]
        fleet += [] if world is None else ["--world", str(world)]
        load = subprocess.Popen(fleet, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            return asyncio.run(_measure(service, want))
        finally:
            load.terminate()
            load.wait()


def run() -> Iterator[Result]:
    """p99 of the latency, and what the service used meanwhile; readiness after `serve`."""
    found = measure()
    note = (
        f"p50 {found.latency_ms(50):.0f} ms; service {found.core_percent:.0f} % of a core; "
        f"frames every {INTERVAL_MS} ms at most"
    )
    yield Result(
        NAME, "socket to WebSocket client, 10,000 x 1 Hz, p99", found.latency_ms(99), "ms", "lower", must=150, reach=60,
        n=len(found.latency_s), note=note,
    )  # fmt: skip
    yield Result(
        NAME, "ready after `beidou serve`", found.ready_s, "s", "lower", must=2, reach=1, n=1, note="wall time"
    )
