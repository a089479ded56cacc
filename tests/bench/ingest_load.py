"""A fleet that only sends: many TCP connections, each a terminal, written to by one kernel call a tick.

    python -m tests.bench.ingest_load PORT CONNECTIONS EPOCHS_PER_WRITE SENTENCES STEP_MS

Connects, names the terminals, prints `ready`; then, for every line `SECONDS WRITES_PER_S` on standard input, sends for
so long (0 writes a second = as many as it can) and prints what it sent.
"""

import json
import socket
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache, reduce
from operator import xor
from typing import Any

import numpy as np
from numba import types
from numpy.typing import NDArray

from gnss._jit import kernel

_TICK_S = 0.02
_VARIANTS = 16
_FLAGS = np.int32(0x40 | 0x4000)  # MSG_DONTWAIT, MSG_NOSIGNAL
_BURST = 1_000
_SIZE: Any = types.int64
_send: Any = types.ExternalFunction("send", _SIZE(types.int32, _SIZE, _SIZE, types.int32))


@dataclass(frozen=True)
class Load:
    """What each write holds: so many epochs, `step_ms` apart, of so many sentences."""

    epochs: int
    sentences: int
    step_ms: int


@kernel
def send_some(fds: NDArray[np.int32], first: int, n: int, text: NDArray[np.uint8], edges: NDArray[np.int64]) -> int:
    """Write to `n` sockets in turn, beginning with number `first`; returns how many took all of it."""
    whole = 0
    base = np.int64(text.ctypes.data)
    variants = len(edges) - 1
    for i in range(first, first + n):
        k = i % variants
        length = edges[k + 1] - edges[k]
        if _send(fds[i], base + edges[k], length, _FLAGS) == length:
            whole += 1
    return whole


def _sentence(body: str) -> str:
    return f"${body}*{reduce(xor, body.encode()):02X}\r\n"


def epoch_text(t_ms: int, variant: int, sentences: int) -> str:
    """GGA, RMC and GST (the first `sentences` of them) of one instant (UTC since 1970)."""
    t = datetime.fromtimestamp(t_ms / 1_000, UTC)
    clock = t.strftime("%H%M%S.") + f"{t.microsecond // 10_000:02d}"
    lat, lon = f"2549.{7000000 + 137 * variant:07d},N", f"11456.{4000000 + 211 * variant:07d},E"
    bodies = (
        f"GNGGA,{clock},{lat},{lon},4,27,0.6,118.{variant:03d},M,-9.512,M,1.0,0123",
        f"GNRMC,{clock},A,{lat},{lon},11.{variant:03d},084.4,{t:%d%m%y},,,R,V",
        f"GNGST,{clock},0.9,0.011,0.008,41.2,0.010,0.009,0.021",
    )
    return "".join(_sentence(body) for body in bodies[:sentences])


@lru_cache(maxsize=4)
def write_texts(first_ms: int, load: Load) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """What one write holds, in a few variants, back to back with their edges."""
    times_ms = [first_ms + load.step_ms * i for i in range(load.epochs)]
    texts = ["".join(epoch_text(t, k, load.sentences) for t in times_ms).encode() for k in range(_VARIANTS)]
    edges = np.cumsum([0, *map(len, texts)]).astype(np.int64)
    return np.frombuffer(b"".join(texts), np.uint8), edges


def connect(port: int, n: int) -> list[socket.socket]:
    """Connections of `n` terminals, each named."""
    sockets = []
    for i in range(n):
        connection = socket.create_connection(("127.0.0.1", port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(b"bench-%05d\n" % i)
        sockets.append(connection)
    return sockets


class Sender:
    """Writes to all terminals in turn; a round of them all is one instant of the fleet."""

    def __init__(self, sockets: list[socket.socket], load: Load) -> None:
        self._fds = np.array([s.fileno() for s in sockets], np.int32)
        self._load = load
        self._start_ms = time.time_ns() // 1_000_000_000 * 1_000
        self._sent = 0

    def run(self, seconds: float, writes_per_s: int) -> dict[str, int]:
        """Send for so long, spread evenly, or as fast as it goes."""
        began, first, whole = time.monotonic(), self._sent, 0
        while (elapsed := time.monotonic() - began) < seconds:
            due = int(elapsed * writes_per_s) - (self._sent - first) if writes_per_s else _BURST
            whole += self._send(due)
            if writes_per_s:
                time.sleep(max(0.0, _TICK_S - (time.monotonic() - began - elapsed)))
        return {"writes": whole, "sentences": whole * self._load.epochs * self._load.sentences,
                "full": self._sent - first - whole}  # fmt: skip

    def _send(self, n: int) -> int:
        """`n` writes; returns how many were taken whole."""
        whole = 0
        while n > 0:
            number, position = divmod(self._sent, len(self._fds))
            some = min(n, len(self._fds) - position)
            t_ms = self._start_ms + number * self._load.step_ms * self._load.epochs
            whole += int(send_some(self._fds, position, some, *write_texts(t_ms, self._load)))
            self._sent += some
            n -= some
        return whole


def main() -> None:
    port, connections, *numbers = (int(word) for word in sys.argv[1:])
    sockets = connect(port, connections)
    sender = Sender(sockets, Load(*numbers))
    print("ready", flush=True)  # noqa: T201
    for line in sys.stdin:
        seconds, writes_per_s = line.split()
        print(json.dumps(sender.run(float(seconds), int(writes_per_s))), flush=True)  # noqa: T201
    for connection in sockets:
        connection.close()


if __name__ == "__main__":
    main()
