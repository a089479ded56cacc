"""Server-side RTK for ten thousand terminals: MSM7 on sockets in, computed positions in the fleet's live stream out.

The service is a process of its own, as `beidou serve` starts it. Latency is wall time from the send of an epoch to its
computed position in a frame of the stream: scan, decode, wait for the base, solution, fleet, frame.
"""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from beidou_svc.api.client import stream
from tests.bench.measure import process_cpu_s, process_rss_bytes
from tests.bench.result import Result
from tests.bench.served import Served, served

NAME = "rtk_service"
TERMINALS = 10_000
BASES = 5
WARM_S, MEASURE_S = 45, 30
"""Integers are found in the first seconds, which cost more than those after."""

SPREAD = 0.6
"""Part of a second over which the rovers send the epoch that they share."""

INTERVAL_MS = 20
SETTLE_S = 3.0
RTK_FIXED = 4
LIMITS = 'unknown = "accept"\n[ingest.limits]\nconnections_max = 15000\naccept_per_s_max = 20000.0\n'


@dataclass(slots=True)
class Seen:
    """Frames as they arrived: when, whose, of which time (Unix ms), of which quality."""

    at_s: list[float] = field(default_factory=list)
    rows: list[tuple[NDArray[np.int32], NDArray[np.float64], NDArray[np.uint8]]] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=dict)


async def _watch(url: str, seen: Seen) -> None:
    async for frame in stream(url, interval_ms=INTERVAL_MS):
        seen.at_s.append(time.monotonic())
        columns = frame.columns
        seen.rows.append(
            (
                columns["slot"].astype(np.int32),
                frame.t0_ms + np.asarray(columns["t_ms"], np.float64),
                columns["fix_quality"],
            )
        )
        seen.names = frame.id_by_slot


class Load:
    """The rovers and bases, as a process of their own."""

    def __init__(self, port: int, terminals: int) -> None:
        numbers = (port, terminals, BASES, WARM_S + MEASURE_S, SPREAD)
        command = [sys.executable, "-m", "tests.bench.rtk_load", *map(str, numbers)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.start_ms = int(self._read().split()[1]) // 1_000_000

    def _read(self) -> str:
        assert self._process.stdout
        return self._process.stdout.readline()

    def begin(self, seconds: int, path: Path) -> None:
        """Send so many seconds."""
        assert self._process.stdin
        self._process.stdin.write(f"{seconds} {path}\n")
        self._process.stdin.flush()

    def wait(self) -> int:
        """Sends that failed, when all is sent."""
        return int(self._read().split()[1])

    def close(self) -> None:
        """End it by closing its input."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()


@dataclass(frozen=True, slots=True)
class Run:
    """What a load cost, and how it went."""

    latency_s: NDArray[np.float64]
    core_percent: float
    lost: int
    sent: int
    fixed_percent: float
    rss_bytes: int
    held: int


async def _measure(service: Served, load: Load, folder: Path) -> Run:
    seen = Seen()
    watching = asyncio.create_task(_watch(service.stream_url, seen))
    load.begin(WARM_S, folder / "warm.npy")
    failed = await asyncio.to_thread(load.wait)
    before_s, began_s = process_cpu_s(service.pid), time.monotonic()
    load.begin(MEASURE_S, folder / "sent.npy")
    failed += await asyncio.to_thread(load.wait)
    core_percent = 100 * (process_cpu_s(service.pid) - before_s) / (time.monotonic() - began_s)
    await asyncio.sleep(SETTLE_S)
    watching.cancel()
    (ended,) = await asyncio.gather(watching, return_exceptions=True)
    if not isinstance(ended, asyncio.CancelledError):
        raise RuntimeError("the watcher ended early") from ended
    status = await asyncio.to_thread(service.status)
    sent_s = np.load(folder / "sent.npy")
    first_ms = load.start_ms + 1_000 * WARM_S
    latency_s, fixed = _latencies(seen, sent_s, first_ms)
    total = sum(int(np.count_nonzero(~np.isnan(np.load(folder / name)))) for name in ("warm.npy", "sent.npy"))
    lost = failed + total - sum(status["rtk"]["computed"].values())
    return Run(
        latency_s, core_percent, lost, total, 100 * fixed, process_rss_bytes(service.pid), status["rtk"]["held_ticks"]
    )


def _latencies(seen: Seen, sent_s: NDArray[np.float64], first_ms: int) -> tuple[NDArray[np.float64], float]:
    """From each send to the first frame with that epoch, NaN = in none; and the share of fixed ones."""
    rover = {slot: int(name[6:]) for slot, name in seen.names.items() if name.startswith("rover-")}
    index = np.full(max(rover) + 1, -1, np.int64)
    index[list(rover)] = list(rover.values())
    arrived_s = np.full(sent_s.shape, np.nan)
    fixed = n = 0
    for at_s, (slot, t_ms, quality) in zip(seen.at_s, seen.rows, strict=True):
        second = np.rint(np.nan_to_num((t_ms - first_ms) / 1_000, nan=-1.0)).astype(np.int64)
        who = index[np.minimum(slot, len(index) - 1)]
        rows = np.flatnonzero((slot < len(index)) & (who >= 0) & (second >= 0) & (second < len(sent_s)))
        rows = rows[np.isnan(arrived_s[second[rows], who[rows]])]
        arrived_s[second[rows], who[rows]] = at_s
        fixed += int(np.count_nonzero(quality[rows] == RTK_FIXED))
        n += len(rows)
    return (arrived_s - sent_s).ravel(), fixed / max(n, 1)


def measure(terminals: int) -> Run:
    """Serve, load, watch."""
    with served(LIMITS) as service, TemporaryDirectory() as folder:
        load = Load(service.tcp_port, terminals)
        try:
            return asyncio.run(_measure(service, load, Path(folder)))
        finally:
            load.close()


def run() -> Iterator[Result]:
    """Share of a core, latency and loss."""
    found = measure(TERMINALS)
    seen = found.latency_s[~np.isnan(found.latency_s)]
    p50, p99 = (float(np.percentile(seen, q)) * 1e3 for q in (50, 99))
    note = (
        f"p50 {p50:.0f} ms; lost {found.lost:,} of {found.sent:,} epochs; {found.fixed_percent:.1f} % fixed; "
        f"{found.rss_bytes / 1e9:.2f} GB; {found.held} held ticks"
    )
    yield Result(
        NAME, "10,000 x 1 Hz MSM7, 5 bases: socket to live stream, p99", p99, "ms", "lower", must=250, n=len(seen),
        note=note,
    )  # fmt: skip
    yield Result(
        NAME, "10,000 x 1 Hz MSM7, 5 bases: the service's process", found.core_percent, "% of a core", "lower",
        must=100, n=found.sent, note=f"{found.core_percent * 10 / TERMINALS * 1e3:.0f} µs an epoch, all included",
    )  # fmt: skip


if __name__ == "__main__":
    for result in run():
        print(result)  # noqa: T201
