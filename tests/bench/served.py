"""The whole service as a process of its own on free loopback ports, as `beidou serve` starts it."""

import json
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

READY_S_MAX = 60.0
POLL_S = 0.01


@dataclass(frozen=True, slots=True)
class Served:
    """A running service."""

    pid: int
    http_port: int
    tcp_port: int
    ready_s: float

    @property
    def stream_url(self) -> str:
        """Address of the live stream."""
        return f"ws://127.0.0.1:{self.http_port}/v1/stream"

    def status(self) -> Any:
        """What `/v1/status` says."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.http_port}/v1/status", timeout=10) as answer:
            return json.load(answer)


def free_port() -> int:
    """A TCP port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def beidou(command: str) -> Path:
    """Path of a console script of this environment."""
    return Path(sys.executable).with_name(command)


@contextmanager
def served(more_toml: str = "") -> Iterator[Served]:
    """Start the service, wait until it is ready, stop it at the end. `more_toml` is appended to its settings."""
    http_port, tcp_port = free_port(), free_port()
    settings = f"[http]\nport = {http_port}\n[ingest]\nudp = []\n[[ingest.tcp]]\nport = {tcp_port}\n{more_toml}"
    with TemporaryDirectory() as folder:
        config = Path(folder) / "beidou.toml"
        config.write_text(settings, "utf-8")
        started = time.perf_counter()
        process = subprocess.Popen([beidou("beidou"), "serve", "--config", config], stderr=subprocess.DEVNULL)
        try:
            while not _is_ready(http_port):
                if process.poll() is not None or time.perf_counter() - started > READY_S_MAX:
                    raise RuntimeError(f"beidou serve did not become ready (exit code {process.poll()})")
                time.sleep(POLL_S)
            yield Served(process.pid, http_port, tcp_port, time.perf_counter() - started)
        finally:
            process.terminate()
            process.wait()
