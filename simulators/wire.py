"""Connections of a fleet: one TCP socket a terminal, opened in bounded waves, reopened when it breaks."""

from __future__ import annotations

import errno
import heapq
import resource
import select
import socket
import struct
from collections import Counter, deque
from collections.abc import Sequence

import numpy as np

from simulators.errors import LinkError
from simulators.link import Breaks, Writes
from simulators.wire_send import (
    BROKEN,
    DROPPED_WRITES,
    KEPT_WRITES,
    PENDING_BYTES_MAX,
    SENT_BYTES,
    SENT_WRITES,
    STATS,
    UNCONNECTED_WRITES,
    flush_rows,
    send_rows,
)

CONNECTING_MAX = 256  # handshakes under way at once
HALF_OPEN_MAX = 4_000  # pulled cables whose old socket is kept; the oldest is then reset
CONNECT_TIMEOUT_S = 5.0
BACKOFF_S = (0.2, 20.0)  # of one terminal whose connections break: from the first retry to the slowest
REFUSED_S = (0.1, 1.0)  # nobody knocks again for so long after a refusal: from the first to the longest
SETTLED_S = 10.0  # a connection that lasted this long was a good one: the next failure starts with the first pause
FILES_SPARE = 256
REASON_BYTES_MAX = 200
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close with RST


def allow_files(count: int) -> None:
    """Raise the limit of open files so that `count` sockets fit; `LinkError` says what to do when it cannot."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count + FILES_SPARE
    if soft >= wanted:
        return
    if hard != resource.RLIM_INFINITY and hard < wanted:
        raise LinkError(f"{count} connections need {wanted} open files, this machine allows {hard}: raise `ulimit -Hn`")
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


class Wire:
    """The sockets of a fleet; time is an argument of every call, in seconds of any steady clock."""

    def __init__(self, host: str, port: int, identities: Sequence[bytes]) -> None:
        """Prepare for `len(identities)` terminals; `identities` are the first lines they send."""
        count = len(identities)
        allow_files(count)
        self.identities = identities
        self.fd = np.full(count, -1, dtype=np.int32)
        self.counts: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()
        self._address = _resolve(host, port)
        self._sockets: list[socket.socket | None] = [None] * count
        self._pending = np.zeros((count, PENDING_BYTES_MAX), dtype=np.uint8)
        self._pending_length = np.zeros(count, dtype=np.int32)
        self._broken = np.zeros(count, dtype=np.bool_)
        self._stats = np.zeros(STATS, dtype=np.int64)
        self._wanted: list[tuple[float, int]] = [(0.0, row) for row in range(count)]
        self._opened_s = np.zeros(count)
        self._tries = np.zeros(count, dtype=np.int32)
        self._connecting: dict[int, tuple[int, float]] = {}
        self._half_open: deque[socket.socket] = deque()
        self._answers, self._shut_until_s, self._shut_for_s = False, 0.0, REFUSED_S[0]
        self._epoll = select.epoll()

    @property
    def connected(self) -> int:
        """Terminals with a usable connection."""
        return int(np.sum(self.fd >= 0))

    @property
    def stats(self) -> dict[str, int]:
        """What has been sent and what not, since the start."""
        s = self._stats
        named = {
            "writes": s[SENT_WRITES] + s[KEPT_WRITES],
            "bytes": s[SENT_BYTES],
            "dropped_writes": s[DROPPED_WRITES],
            "unconnected_writes": s[UNCONNECTED_WRITES],
            "broken": s[BROKEN],
        }
        return {name: int(value) for name, value in named.items()} | dict(self.counts)

    def send(self, writes: Writes) -> None:
        """Send to many terminals at once; never blocks."""
        length = np.ascontiguousarray(writes.length, dtype=np.int64)
        start = np.ascontiguousarray(writes.start, dtype=np.int64)
        send_rows(
            self.fd, writes.row, start, length, writes.buffer,
            self._pending, self._pending_length, self._broken, self._stats,
        )  # fmt: skip

    def flush(self) -> int:
        """Try to send what sockets still owe; returns how many still do."""
        return int(flush_rows(self.fd, self._pending, self._pending_length, self._broken, self._stats))

    def poll(self, now_s: float) -> None:
        """Reopen what broke, start handshakes, finish those that are ready."""
        for row in np.flatnonzero(self._broken):
            if now_s - self._opened_s[row] > SETTLED_S:
                self._tries[row] = 0
            self._take_reason(int(row))
            self._close(int(row))
            self._retry(int(row), now_s)
        self._broken[:] = False
        self._finish(now_s)
        while self._wanted and self._wanted[0][0] <= now_s and self._may_knock(now_s):
            self._open(heapq.heappop(self._wanted)[1], now_s)

    def _may_knock(self, now_s: float) -> bool:
        """Whether another handshake may start: one at a time until the service has answered."""
        return now_s >= self._shut_until_s and len(self._connecting) < (CONNECTING_MAX if self._answers else 1)

    def apply(self, breaks: Breaks, now_s: float) -> None:
        """Pull cables (the old socket stays half-open), plug them in again, drop and reopen connections."""
        for row in breaks.pulled:
            sock = self._sockets[row]
            if sock is not None and self.fd[row] >= 0:
                self._half_open.append(sock)
                self._forget(int(row))
                self.counts["half_open"] += 1
        while len(self._half_open) > HALF_OPEN_MAX:
            _reset(self._half_open.popleft())
            self.counts["half_open_reset"] += 1
        for row in breaks.dropped:
            if self.fd[row] >= 0:
                self._close(int(row))
                self._want(int(row), now_s)
        for row in breaks.reopened:
            if self._sockets[row] is None:
                self._want(int(row), now_s)

    def close(self) -> None:
        """Close everything."""
        for row in range(len(self._sockets)):
            self._close(row)
        while self._half_open:
            self._half_open.popleft().close()
        self._epoll.close()

    def _want(self, row: int, at_s: float) -> None:
        """Ask for a new connection at a time."""
        heapq.heappush(self._wanted, (at_s, row))
        self.counts["reconnects"] += 1

    def _retry(self, row: int, now_s: float) -> None:
        """Ask for a new connection after a pause that doubles with every failure, spread by the terminal's number."""
        first, slowest = BACKOFF_S
        pause = min(slowest, first * 2.0 ** int(self._tries[row])) * (0.75 + 0.5 * (row * 0.618034 % 1.0))
        self._tries[row] += 1
        self._want(row, now_s + pause)

    def _open(self, row: int, now_s: float) -> None:
        """Start a handshake, unless the terminal has a socket already."""
        if self._sockets[row] is not None:
            return
        family, address = self._address
        sock = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        code = sock.connect_ex(address)
        self._sockets[row] = sock
        if code == 0:
            self._ready(row, now_s)
        elif code == errno.EINPROGRESS:
            self._connecting[sock.fileno()] = (row, now_s + CONNECT_TIMEOUT_S)
            self._epoll.register(sock.fileno(), select.EPOLLOUT)
        else:
            self._fail(row, errno.errorcode.get(code, str(code)), now_s)

    def _finish(self, now_s: float) -> None:
        """Handshakes that ended, well or badly, or took too long."""
        for fd, _ in self._epoll.poll(0, CONNECTING_MAX) if self._connecting else ():
            row, _ = self._connecting.pop(fd)
            self._epoll.unregister(fd)
            sock = self._sockets[row]
            code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) if sock is not None else errno.ENOTCONN
            if code == 0:
                self._ready(row, now_s)
            else:
                self._fail(row, errno.errorcode.get(code, str(code)), now_s)
        late = [(fd, row) for fd, (row, until_s) in self._connecting.items() if until_s <= now_s]
        for fd, row in late:
            del self._connecting[fd]
            self._epoll.unregister(fd)
            self._fail(row, "ETIMEDOUT", now_s)

    def _ready(self, row: int, now_s: float) -> None:
        """Say who is calling; from now on the terminal may send."""
        sock = self._sockets[row]
        if sock is None:
            return
        try:
            sock.send(self.identities[row])
        except OSError:
            self._broken[row] = True
            return
        self.fd[row] = sock.fileno()
        self._opened_s[row] = now_s
        self._answers, self._shut_for_s = True, REFUSED_S[0]
        self.counts["connects"] += 1

    def _fail(self, row: int, reason: str, now_s: float) -> None:
        """A handshake failed: try again later. A refusal holds for everybody: the service is not there."""
        self.counts["connect_failures"] += 1
        self.reasons[reason] += 1
        self._close(row)
        if reason != "ECONNREFUSED":
            self._retry(row, now_s)
            return
        heapq.heappush(self._wanted, (now_s, row))
        self._answers = False
        self._shut_until_s = now_s + self._shut_for_s
        self._shut_for_s = min(2.0 * self._shut_for_s, REFUSED_S[1])

    def _take_reason(self, row: int) -> None:
        """What the service said before it hung up."""
        sock = self._sockets[row]
        if sock is None:
            return
        try:
            said = sock.recv(REASON_BYTES_MAX).decode("utf-8", "replace").strip()
        except OSError as error:
            said = errno.errorcode.get(error.errno or 0, "closed")
        self.reasons[said or "closed by the service"] += 1

    def _forget(self, row: int) -> None:
        """A terminal has no socket now."""
        self.fd[row] = -1
        self._sockets[row] = None
        self._pending_length[row] = 0

    def _close(self, row: int) -> None:
        """Close the socket of a terminal, if it has one."""
        sock = self._sockets[row]
        if sock is not None:
            if self._connecting.pop(sock.fileno(), None) is not None:
                self._epoll.unregister(sock.fileno())
            sock.close()
        self._forget(row)


def _resolve(host: str, port: int) -> tuple[socket.AddressFamily, tuple[str, int] | tuple[str, int, int, int]]:
    """The first TCP address of a host."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        raise LinkError(f"cannot find host {host!r}: {error.strerror}") from error
    family, _, _, _, address = found[0]
    return family, (str(address[0]), int(address[1]))


def _reset(sock: socket.socket) -> None:
    """Close a socket with a reset."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    sock.close()
