"""Rovers and base stations on sockets: `python -m tests.bench.rtk_load PORT ROVERS BASES SECONDS SPREAD`.

A hundred rovers under the simulated sky are observed beforehand and stand for all: each speaks on many connections.
Epochs are those of the machine's clock; bases send at once, rovers one after the other over a part of the second. Says
"ready" when all are connected; then, for every line on standard input, sends so many seconds and writes when each rover
sent (CLOCK_MONOTONIC, seconds) to the file that the line names.
"""

import socket
import sys
import time
from typing import Any, NamedTuple

import numpy as np
from numba import types
from numpy.typing import NDArray

from gnss._jit import kernel
from simulators.rtk.bases import build_bases
from simulators.rtk.fleet import RtkFleet
from simulators.rtk.schedule import RtkSchedule
from simulators.rtk.speaker import RtkSpeaker
from simulators.running import city_of
from simulators.scenario import load_scenario

DIFFERENT = 100
NS = 1_000_000_000
SLICE_S = 0.005
LEAD_S = 60.0
"""Time to observe and to connect before the first epoch."""

_FLAGS = np.int32(0x40 | 0x4000)  # MSG_DONTWAIT, MSG_NOSIGNAL
_SIZE: Any = types.int64
_send: Any = types.ExternalFunction("send", _SIZE(types.int32, _SIZE, _SIZE, types.int32))


class Said(NamedTuple):
    """What each row says each second: `text[edge[second, row] : edge[second, row + 1]]`."""

    text: NDArray[np.uint8]
    edge: NDArray[np.int64]


@kernel
def send_some(
    fds: NDArray[np.int32],
    rows: NDArray[np.int32],
    first: int,
    stop: int,
    text: NDArray[np.uint8],
    edge: NDArray[np.int64],
) -> int:
    """Send the text of its row to each of some sockets; returns how many took all of it."""
    whole = 0
    base = np.int64(text.ctypes.data)
    for i in range(first, stop):
        start, length = edge[rows[i]], edge[rows[i] + 1] - edge[rows[i]]
        if _send(fds[i], base + start, length, _FLAGS) == length:
            whole += 1
    return whole


def observe(start_ns: int, bases: int, seconds: int) -> Said:
    """What a hundred rovers and the bases say from a time on; rows are rovers, then bases."""
    plan = load_scenario("rtk")
    schedule = RtkSchedule.of(DIFFERENT, bases, 1.0, 0.0)
    city = city_of(None, 7)
    fleet = RtkFleet(city.network, None, plan, schedule, build_bases(plan.corrections, bases), 7, start_ns)
    speaker = RtkSpeaker(fleet, 7)
    said = [[b""] * schedule.terminals for _ in range(seconds)]
    for slot in range(seconds * schedule.groups):
        epochs = fleet.observe(slot)
        buffer, offset = speaker.speak(slot, epochs)
        for row, a, b in zip(epochs.row.tolist(), offset, offset[1:], strict=False):
            said[schedule.epoch(slot)][row] += buffer[a:b].tobytes()
    lengths = np.array([[len(text) for text in second] for second in said], np.int64)
    edge = np.concatenate([[0], np.cumsum(lengths)])
    rows = lengths.shape[1]
    edges = np.stack([edge[k * rows : (k + 1) * rows + 1] for k in range(seconds)])
    return Said(np.frombuffer(b"".join(text for second in said for text in second), np.uint8), edges)


def connect(port: int, names: list[bytes]) -> list[socket.socket]:
    """A named connection each."""
    sockets = []
    for name in names:
        connection = socket.create_connection(("127.0.0.1", port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(name + b"\n")
        sockets.append(connection)
    return sockets


class Sender:
    """Sends second by second."""

    def __init__(self, sockets: list[socket.socket], rovers: int, said: Said, start_ns: int, spread: float) -> None:
        self._fds = np.array([s.fileno() for s in sockets], np.int32)
        bases = len(sockets) - rovers
        rows = np.concatenate([np.arange(rovers) % DIFFERENT, DIFFERENT + np.arange(bases)])
        self._rows, self._rovers, self._said = rows.astype(np.int32), rovers, said
        self._start_s = time.monotonic() + (start_ns - time.time_ns()) / NS
        self._spread, self._second = spread, 0

    def run(self, seconds: int) -> tuple[NDArray[np.float64], int]:
        """When each rover sent each second, NaN where it had nothing to say (in tunnels); how many sends failed."""
        sent_s = np.empty((seconds, self._rovers))
        failed = sum(self._send_second(sent_s[k]) for k in range(seconds))
        return sent_s, failed

    def _send_second(self, sent_s: NDArray[np.float64]) -> int:
        begin_s, edge = self._start_s + self._second, self._said.edge[self._second]
        time.sleep(max(0.0, begin_s - time.monotonic()))
        total, done, whole = len(self._fds), 0, 0
        whole += send_some(self._fds, self._rows, self._rovers, total, self._said.text, edge)
        while done < self._rovers:
            elapsed_s = time.monotonic() - begin_s
            due = self._rovers if self._spread <= 0 else min(self._rovers, int(elapsed_s / self._spread * self._rovers))
            whole += send_some(self._fds, self._rows, done, due, self._said.text, edge)
            sent_s[done:due] = time.monotonic()
            done = due
            if done < self._rovers:
                time.sleep(SLICE_S)
        sent_s[np.diff(edge)[self._rows[: self._rovers]] == 0] = np.nan
        self._second += 1
        return total - whole


def main() -> None:
    port, rovers, bases, seconds = (int(word) for word in sys.argv[1:5])
    start_ns = (time.time_ns() // NS + round(LEAD_S)) * NS
    said = observe(start_ns, bases, seconds)
    names = [b"rover-%05d" % i for i in range(rovers)] + [b"base-%d" % i for i in range(bases)]
    sockets = connect(port, names)
    sender = Sender(sockets, rovers, said, start_ns, float(sys.argv[5]))
    print(f"ready {start_ns}", flush=True)  # noqa: T201
    for line in sys.stdin:
        count, path = line.split()
        sent_s, failed = sender.run(int(count))
        np.save(path, sent_s)
        print(f"sent {failed}", flush=True)  # noqa: T201
    for connection in sockets:
        connection.close()


if __name__ == "__main__":
    main()
