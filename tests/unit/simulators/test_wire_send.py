"""The sending kernel on socket pairs: everything arrives in order, a full socket costs bounded memory."""

import socket
from collections.abc import Iterator

import numpy as np
import pytest

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


class Rig:
    """Some socket pairs and the state that the kernel keeps of them."""

    def __init__(self, count: int) -> None:
        self.pairs = [socket.socketpair() for _ in range(count)]
        for ours, theirs in self.pairs:
            ours.setblocking(False)
            ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
            theirs.setblocking(False)
        self.fd = np.array([ours.fileno() for ours, _ in self.pairs], dtype=np.int32)
        self.pending = np.zeros((count, PENDING_BYTES_MAX), dtype=np.uint8)
        self.pending_length = np.zeros(count, dtype=np.int32)
        self.broken = np.zeros(count, dtype=np.bool_)
        self.stats = np.zeros(STATS, dtype=np.int64)

    def send(self, texts: dict[int, bytes]) -> None:
        """Send one text a row."""
        length = np.array([len(text) for text in texts.values()], dtype=np.int64)
        buffer = np.frombuffer(b"".join(texts.values()) or b"\0", dtype=np.uint8)
        row = np.array(list(texts), dtype=np.int32)
        start = np.cumsum(length) - length
        send_rows(self.fd, row, start, length, buffer, self.pending, self.pending_length, self.broken, self.stats)

    def flush(self) -> int:
        return int(flush_rows(self.fd, self.pending, self.pending_length, self.broken, self.stats))

    def received(self, row: int) -> bytes:
        """Everything that has arrived so far."""
        parts: list[bytes] = []
        while True:
            try:
                part = self.pairs[row][1].recv(65536)
            except BlockingIOError:
                return b"".join(parts)
            if not part:
                return b"".join(parts)
            parts.append(part)


@pytest.fixture
def rig() -> Iterator[Rig]:
    rig = Rig(3)
    yield rig
    for pair in rig.pairs:
        for sock in pair:
            sock.close()


def test_each_socket_gets_its_own_text(rig: Rig) -> None:
    rig.send({2: b"two", 0: b"zero", 1: b""})
    rig.send({2: b" more"})
    assert [rig.received(row) for row in range(3)] == [b"zero", b"", b"two more"]
    assert (rig.stats[SENT_WRITES], rig.stats[SENT_BYTES]) == (3, 12)


def test_a_full_socket_keeps_whole_writes_up_to_a_bound_and_loses_no_order(rig: Rig) -> None:
    lines = [f"{k:06d}\n".encode() * 100 for k in range(400)]
    received = b""
    for line in lines:
        rig.send({0: line})
    assert rig.pending_length[0] <= PENDING_BYTES_MAX
    assert rig.stats[KEPT_WRITES] > 0
    assert rig.stats[DROPPED_WRITES] > 0
    received = rig.received(0)
    while rig.flush():
        received += rig.received(0)
    received += rig.received(0)
    whole = received.split(b"\n")
    assert whole.pop() == b""
    order = [int(line) for line in whole]
    assert order == sorted(order)
    assert all(order.count(k) == 100 for k in set(order))  # a write is there as a whole or not at all
    assert len(set(order)) == rig.stats[SENT_WRITES] + rig.stats[KEPT_WRITES]
    assert len(lines) == len(set(order)) + rig.stats[DROPPED_WRITES]


def test_a_slow_socket_does_not_hold_up_the_others(rig: Rig) -> None:
    heard = b""
    for _ in range(200):
        rig.send({0: b"x" * 900, 1: b"y"})
        heard += rig.received(1)
    assert rig.pending_length[0] > 0
    assert heard == b"y" * 200


def test_a_peer_that_left_is_reported_once(rig: Rig) -> None:
    rig.pairs[1][1].close()
    rig.send({0: b"a", 1: b"b", 2: b"c"})
    assert rig.broken.tolist() == [False, True, False]
    rig.send({1: b"again"})
    assert (rig.stats[BROKEN], rig.stats[UNCONNECTED_WRITES]) == (1, 1)
    assert rig.received(2) == b"c"


def test_nothing_is_sent_where_nobody_is_connected(rig: Rig) -> None:
    rig.fd[0] = -1
    rig.send({0: b"lost", 1: b"kept"})
    assert rig.stats[UNCONNECTED_WRITES] == 1
    assert rig.received(1) == b"kept"


def test_a_write_too_large_to_keep_breaks_the_stream_instead_of_tearing_it(rig: Rig) -> None:
    rig.send({0: b"z" * (PENDING_BYTES_MAX * 40)})
    assert rig.broken[0]
    assert rig.stats[BROKEN] == 1
