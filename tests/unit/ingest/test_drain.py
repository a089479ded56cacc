"""The reading kernel alone, on socket pairs."""

import select
import socket
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beidou_svc.ingest.arena import COUNT, Page
from beidou_svc.ingest.counters import COUNTER_MAX, Counter
from beidou_svc.ingest.drain import ENDED, ENDED_PER_TICK_MAX, GREETINGS, WAITING, drain, new_queue
from beidou_svc.ingest.reading import Bounds
from beidou_svc.ingest.table import State, new_rows, open_row

ROWS = 1_024
BOUNDS = Bounds(bytes_per_ns=1.0, burst_bytes=1e9, read_bytes=64, handshake_bytes=32)


class Bench:
    """A drain with some socket pairs; the far ends send."""

    def __init__(self, pairs: int, state: State = State.STREAM) -> None:
        self.epoll = select.epoll()
        self.rows = new_rows(ROWS)
        self.queue = new_queue(ROWS, 8)
        self.counters = np.zeros(COUNTER_MAX, np.uint64)
        self.bounds = BOUNDS
        self.page = Page(4_096, ROWS)
        self.near: list[socket.socket] = []
        self.far: list[socket.socket] = []
        for slot in range(pairs):
            near, far = socket.socketpair()
            self.near.append(near)
            self.far.append(far)
            open_row(self.rows, near.fileno(), state=state, listener=0, address=(0, 0), port=0, t_ns=0, burst=1e9)
            self.rows[near.fileno()]["slot"] = slot
            self.epoll.register(near.fileno(), select.EPOLLIN | select.EPOLLRDHUP | select.EPOLLET)

    def drain(self, now_ns: int = 1) -> list[tuple[int, bytes]]:
        """One call; what it brought as (slot, bytes)."""
        sink = self.page.sink
        sink.filled[:] = 0
        drain(self.epoll.fileno(), self.rows, self.queue, sink, now_ns, self.bounds, self.counters)
        rows = range(int(sink.filled[COUNT]))
        return [(int(sink.slot[i]), self.page.bytes_at(int(sink.start[i]), int(sink.length[i]))) for i in rows]

    def close(self) -> None:
        for end in self.near + self.far:
            end.close()
        self.epoll.close()


@pytest.fixture
def pairs() -> Iterator[Bench]:
    bench = Bench(3)
    yield bench
    bench.close()


def test_each_socket_is_read_once_per_call(pairs: Bench) -> None:
    pairs.far[1].send(b"b" * 100)
    pairs.far[0].send(b"a")
    assert sorted(pairs.drain()) == [(0, b"a"), (1, b"b" * 64)]
    assert pairs.queue.filled[WAITING] == 1
    assert pairs.drain() == [(1, b"b" * 36)]
    assert pairs.drain() == []
    assert pairs.queue.filled[WAITING] == 0


def test_a_socket_that_is_quiet_costs_no_turn(pairs: Bench) -> None:
    pairs.far[0].send(b"a")
    pairs.drain()
    reads = int(pairs.counters[Counter.READS])
    pairs.drain()
    assert int(pairs.counters[Counter.READS]) == reads == 1


def test_the_end_is_told_after_the_last_bytes(pairs: Bench) -> None:
    pairs.far[2].send(b"last")
    pairs.far[2].close()
    assert pairs.drain() == [(2, b"last")]
    assert pairs.queue.filled[ENDED] == 0
    assert pairs.drain() == []
    assert pairs.queue.ended_row[: pairs.queue.filled[ENDED]].tolist() == [pairs.near[2].fileno()]
    assert pairs.queue.ended_by_reset[0] == 0


def test_many_that_end_at_once_are_told_in_parts_and_nobody_waits_for_them() -> None:
    bench = Bench(ENDED_PER_TICK_MAX + 40)
    last = len(bench.far) - 1
    try:
        for far in bench.far[:last]:
            far.close()
        told: list[list[int]] = []
        for _ in range(3):
            bench.far[last].send(b"alive")
            assert bench.drain() == [(last, b"alive")]
            ends = int(bench.queue.filled[ENDED])
            told.append(bench.queue.ended_row[:ends].tolist())
        assert [len(rows) for rows in told] == [ENDED_PER_TICK_MAX, 39, 0]
        assert sorted(told[0] + told[1]) == sorted(near.fileno() for near in bench.near[:last])
        assert bench.queue.filled[WAITING] == 0
    finally:
        bench.close()


def test_an_exhausted_allowance_leaves_bytes_where_they_are(pairs: Bench) -> None:
    pairs.bounds = BOUNDS._replace(bytes_per_ns=1e-9, burst_bytes=10.0)
    pairs.far[0].send(b"x" * 25)
    assert pairs.drain() == [(0, b"x" * 10)]
    assert pairs.drain() == []
    assert pairs.drain(now_ns=5_000_000_002) == [(0, b"x" * 5)]
    assert pairs.drain(now_ns=100_000_000_000) == [(0, b"x" * 10)]
    assert pairs.counters[Counter.RATE_HELD] == 1


def test_rows_that_did_not_fit_come_first_next_time() -> None:
    bench = Bench(3)
    bench.page = Page(100, ROWS)
    try:
        for far in bench.far:
            far.send(b"z" * 200)
        slots = [[slot for slot, _ in bench.drain()] for _ in range(3)]
        assert slots == [[0, 1], [2, 0], [1, 2]]
        assert bench.counters[Counter.ARENA_FULL] > 0
    finally:
        bench.close()


def test_first_lines_are_taken_whole_and_nothing_behind_them() -> None:
    bench = Bench(1, State.GREETING_LINE)
    try:
        fd = bench.near[0].fileno()
        bench.far[0].send(b"bus")
        assert bench.drain() == []
        assert bench.queue.filled[GREETINGS] == 0
        bench.far[0].send(b"-1\n$GP")
        bench.drain()
        assert bench.queue.filled[GREETINGS] == 1
        greeting = bench.page.bytes_at(int(bench.queue.greeting_start[0]), int(bench.queue.greeting_length[0]))
        assert greeting == b"bus-1\n"
        bench.rows[fd]["state"] = State.STREAM
        assert bench.drain() == [(0, b"$GP")]
    finally:
        bench.close()


def test_a_row_freed_while_it_waits_is_skipped_and_its_number_can_be_used_again(pairs: Bench) -> None:
    fd = pairs.near[0].fileno()
    pairs.far[0].send(b"x" * 200)
    pairs.drain()
    pairs.rows[fd]["state"] = State.FREE
    open_row(pairs.rows, fd, state=State.STREAM, listener=0, address=(0, 0), port=0, t_ns=0, burst=1e9)
    pairs.rows[fd]["slot"] = 7
    pairs.far[0].send(b"y")
    assert pairs.drain() == [(7, b"x" * 64)]
    assert pairs.queue.filled[WAITING] == 1


@settings(max_examples=25)
@given(st.lists(st.tuples(st.integers(0, 2), st.binary(min_size=1, max_size=300)), max_size=30), st.integers(1, 90))
def test_every_byte_comes_once_and_in_order(writes: list[tuple[int, bytes]], read_bytes: int) -> None:
    bench = Bench(3)
    bench.bounds = BOUNDS._replace(read_bytes=read_bytes)
    got = [b"", b"", b""]
    try:
        for slot, data in writes:
            bench.far[slot].send(data)
            for row, piece in bench.drain():
                got[row] += piece
        while bench.queue.filled[WAITING]:
            for row, piece in bench.drain():
                got[row] += piece
    finally:
        bench.close()
    assert got == [b"".join(data for to, data in writes if to == slot) for slot in range(3)]
