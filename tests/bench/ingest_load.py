"""A fleet that only sends: many TCP connections, each a terminal, fed by one kernel call a tick. Its own process.

    python -m tests.bench.ingest_load PORT CONNECTIONS WRITES_PER_S EPOCHS_PER_WRITE SENTENCES

Connects, names the terminals, prints `ready`; then, for every line `SECONDS` on standard input, sends for so long and
prints how many writes and sentences it made and how many writes found the socket full.
"""

import socket
import sys
import time
from dataclasses import dataclass

import numpy as np
from numba import types
from numpy.typing import NDArray

from gnss._jit import kernel

_TICK_S = 0.02
_VARIANTS = 16
_FLAGS = np.int32(0x40 | 0x4000)  # MSG_DONTWAIT, MSG_NOSIGNAL
_send = types.ExternalFunction("send", types.int64(types.int32, types.int64, types.int64, types.int32))


@dataclass(frozen=True)
class Load:
    """What is sent."""

    connections: int
    writes_per_s: int
    epochs_per_write: int
    sentences: int

    @property
    def epochs_per_s(self) -> int:
        """Epochs per terminal and second."""
        return self.writes_per_s * self.epochs_per_write // self.connections


@kernel
def send_some(fds: NDArray[np.int32], first: int, n: int, text: NDArray[np.uint8], edges: NDArray[np.int64]) -> int:
    """Write to `n` sockets in turn, beginning with number `first`; returns how many took all of it."""
    whole = 0
    base = np.int64(text.ctypes.data)
    variants = len(edges) - 1
    for i in range(first, first + n):
        k = i % variants
        length = edges[k + 1] - edges[k]
        if _send(fds[i % len(fds)], base + edges[k], length, _FLAGS) == length:
            whole += 1
    return whole


def _sentence(body: str) -> str:
    total = 0
    for character in body.encode():
        total ^= character
    return f"${body}*{total:02X}\r\n"


def epoch_text(t_ms: int, variant: int, sentences: int) -> str:
    """GGA, RMC and GST (the first `sentences` of them) of one instant of 2026-11-22."""
    seconds, ms = divmod(t_ms, 1000)
    clock = f"{seconds // 3600 % 24:02d}{seconds // 60 % 60:02d}{seconds % 60:02d}.{ms // 10:02d}"
    lat, lon = f"2549.{7000000 + 137 * variant:07d},N", f"11456.{4000000 + 211 * variant:07d},E"
    bodies = (
        f"GNGGA,{clock},{lat},{lon},4,27,0.6,118.{variant:03d},M,-9.512,M,1.0,0123",
        f"GNRMC,{clock},A,{lat},{lon},11.{variant:03d},084.4,221126,,,R,V",
        f"GNGST,{clock},0.9,0.011,0.008,41.2,0.010,0.009,0.021",
    )
    return "".join(_sentence(body) for body in bodies[:sentences])


def write_texts(t_ms: int, load: Load) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """What one write holds, in a few variants, back to back with their edges."""
    step_ms = 1000 // load.epochs_per_s
    first_ms = t_ms - t_ms % (step_ms * load.epochs_per_write)
    times_ms = [first_ms + step_ms * i for i in range(load.epochs_per_write)]
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
    """Spreads the writes of a second evenly over its ticks."""

    def __init__(self, sockets: list[socket.socket], load: Load, start_ms: int) -> None:
        self._fds = np.array([s.fileno() for s in sockets], np.int32)
        self._load = load
        self._start_ms = start_ms
        self._sent = 0

    def run(self, seconds: float) -> dict[str, int]:
        """Send for so long, at the rate asked for or as fast as it goes."""
        began, first, whole = time.monotonic(), self._sent, 0
        due = 0
        while (elapsed := time.monotonic() - began) < seconds:
            due = int(elapsed * self._load.writes_per_s)
            n = due - (self._sent - first)
            if n > 0:
                whole += self._send(n)
            time.sleep(max(0.0, _TICK_S - (time.monotonic() - began - elapsed)))
        writes = self._sent - first
        sentences = writes * self._load.epochs_per_write * self._load.sentences
        return {"writes": writes, "sentences": sentences, "full": writes - whole}

    def _send(self, n: int) -> int:
        """`n` writes, never more than one per terminal with the same time."""
        whole = 0
        while n > 0:
            round_number, position = divmod(self._sent, len(self._fds))
            some = min(n, len(self._fds) - position)
            t_ms = self._start_ms + round_number * 1000 * len(self._fds) // self._load.writes_per_s
            text, edges = write_texts(t_ms, self._load)
            whole += int(send_some(self._fds, position, some, text, edges))
            self._sent += some
            n -= some
        return whole


def main() -> None:
    port, *numbers = (int(word) for word in sys.argv[1:])
    load = Load(*numbers)
    sockets = connect(port, load.connections)
    sender = Sender(sockets, load, 12 * 3_600_000)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        sys.stdout.write(f"{sender.run(float(line))}\n".replace("'", '"'))
        sys.stdout.flush()
    for connection in sockets:
        connection.close()


if __name__ == "__main__":
    main()
