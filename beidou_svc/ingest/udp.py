"""UDP ports: datagrams of known peers go straight into the arena, the others are judged one by one."""

import socket
from dataclasses import dataclass

import numpy as np

from beidou_svc.ingest.arena import Page, add_segment
from beidou_svc.ingest.counters import Counter
from beidou_svc.ingest.datagrams import (
    Port,
    add_peer,
    find_peer,
    first_line_length,
    hash_bytes,
    index_peers,
    new_mailroom,
    receive,
)
from beidou_svc.ingest.identity import Claim, claim_from_line, peer_id
from beidou_svc.ingest.reading import Bounds, is_data
from beidou_svc.ingest.settings import Identity, UdpListener
from beidou_svc.ingest.sockets import bind_udp
from beidou_svc.ingest.streams import Streams
from beidou_svc.ingest.table import State, open_row

_HELD_DATAGRAMS_MAX = 4
"""Memory for datagrams held back, in datagrams of the greatest length."""


@dataclass(frozen=True, slots=True)
class _Stranger:
    """A datagram whose sender is to be found out."""

    listener: int
    data: bytes
    start: int
    high: int
    low: int
    port: int


class UdpPorts:
    """All UDP sockets. `listener` in a row is an index into `listeners` plus `first_listener`."""

    def __init__(self, listeners: tuple[UdpListener, ...], first_listener: int, streams: Streams, seed: int) -> None:
        self.listeners = listeners
        self.sockets: list[socket.socket] = []
        self._first_listener = first_listener
        self._streams = streams
        self._seed = seed
        limits = streams.limits
        self._room = new_mailroom(limits.udp_peers_max, limits.udp_strangers_per_tick_max)
        self._free: list[int] = []
        self._next_row = streams.fds
        self._stale = 0
        self._held: list[tuple[int, bytes]] = []
        self._held_bytes = 0

    @property
    def peers(self) -> int:
        """Peers known now."""
        return self._next_row - self._streams.fds - len(self._free)

    @property
    def row_top(self) -> int:
        """End of the rows that have been used."""
        return self._next_row

    def open(self) -> None:
        """Bind all ports; raises OSError."""
        for listener in self.listeners:
            self.sockets.append(bind_udp(listener.host, listener.port, self._streams.limits.arena_bytes))

    def close(self) -> None:
        """Stop receiving."""
        for udp in self.sockets:
            udp.close()
        self.sockets.clear()

    def deliver_held(self, page: Page) -> None:
        """Put what the last tick held back at the beginning of a page."""
        for slot, data in self._held:
            page.copy_in(slot, data)
        self._held.clear()
        self._held_bytes = 0

    def receive(self, page: Page, bounds: Bounds, now_ns: int) -> bool:
        """Read all ports into the page. Returns whether something was left for the next tick."""
        before = int(self._streams.counters[Counter.UDP_CAPPED] + self._streams.counters[Counter.ARENA_FULL])
        for index in range(len(self.sockets)):
            self._receive_port(index, page, bounds, now_ns)
        after = int(self._streams.counters[Counter.UDP_CAPPED] + self._streams.counters[Counter.ARENA_FULL])
        return after > before or bool(self._held)

    def _receive_port(self, index: int, page: Page, bounds: Bounds, now_ns: int) -> None:
        streams, room = self._streams, self._room
        limits = streams.limits
        number = self._first_listener + index
        port = Port(
            listener=number,
            by_line=self.listeners[index].identity is Identity.LINE,
            datagrams=limits.udp_datagrams_per_tick_max,
            datagram_bytes=limits.datagram_bytes_max,
            seed=self._seed,
        )
        receive(
            self.sockets[index].fileno(), port, streams.rows, room, page.sink, now_ns, bounds, streams.counters
        )  # fmt: skip
        for i in range(int(room.filled[0])):
            start, length = int(room.stranger_start[i]), int(room.stranger_length[i])
            data = page.bytes_at(start, length)
            high, low = int(room.stranger_high[i]), int(room.stranger_low[i])
            stranger = _Stranger(number, data, start, high, low, int(room.stranger_port[i]))
            self._judge(stranger, self.listeners[index], page)

    def _judge(self, stranger: _Stranger, listener: UdpListener, page: Page) -> None:
        streams = self._streams
        claim, line = self._claim(stranger, listener)
        if isinstance(claim, Counter):
            streams.count(claim)
            return
        trusted = listener.terminal is not None
        slot, refusal = streams.admit_trusted(claim.terminal) if trusted else streams.admit(claim, listener.unknown)
        if refusal is not None:
            streams.count(refusal)
            return
        row = self._row_of(stranger)
        if streams.rows[row]["slot"] != slot:
            streams.unname(row)
            streams.name(row, slot, State.PEER)
        payload = len(stranger.data) - len(line)
        r = streams.rows[row]
        r["greeting_hash"] = hash_bytes(np.frombuffer(line, np.uint8)) if line else 0
        r["t_read_ns"] = streams.clock.mono_ns()
        r["bytes"] += np.uint64(len(stranger.data))
        if payload and slot in streams.ended:
            self._hold(slot, stranger.data[len(line) :])
        elif payload:
            add_segment(page.sink, slot, stranger.start + len(line), payload)

    def _hold(self, slot: int, payload: bytes) -> None:
        """Keep the first bytes of a stream that replaced another in this very tick for the next one."""
        if self._held_bytes + len(payload) > self._streams.limits.datagram_bytes_max * _HELD_DATAGRAMS_MAX:
            self._streams.count(Counter.UDP_STRANGERS_DROPPED)
            return
        self._held.append((slot, payload))
        self._held_bytes += len(payload)

    def _claim(self, stranger: _Stranger, listener: UdpListener) -> tuple[Claim | Counter, bytes]:
        """Whom a datagram names (or why it is refused), and its first line if that is the name."""
        if listener.terminal is not None:
            return Claim(listener.terminal), b""
        if listener.identity is Identity.PEER or not stranger.data or is_data(stranger.data[0]):
            if not listener.anonymous:
                return Counter.REFUSED_ANONYMOUS, b""
            return Claim(peer_id("udp", stranger.high, stranger.low, stranger.port)), b""
        most = self._streams.limits.handshake_bytes_max
        length = first_line_length(np.frombuffer(stranger.data, np.uint8), most)
        line = stranger.data[:length] if length else stranger.data
        claim = claim_from_line(line) if len(line) <= most else None
        return claim or Counter.REFUSED_BAD_ID, line

    def _row_of(self, stranger: _Stranger) -> int:
        """The peer's row, a new one if it has none."""
        streams = self._streams
        address = (np.uint64(stranger.high), np.uint64(stranger.low), stranger.port)
        row = find_peer(self._room.places, streams.rows, address, stranger.listener, self._seed)
        if row >= 0:
            return int(row)
        row = self._new_row()
        open_row(
            streams.rows, row, state=State.PEER, listener=stranger.listener, address=(stranger.high, stranger.low),
            port=stranger.port, t_ns=streams.clock.mono_ns(), burst=streams.limits.burst_bytes,
        )  # fmt: skip
        add_peer(self._room.places, streams.rows, row, self._seed)
        return row

    def _new_row(self) -> int:
        streams = self._streams
        full = self._next_row == len(streams.rows)
        if full and not self._free:
            self.reclaim()
        if full and not self._free:
            peers = streams.rows[streams.fds :]
            oldest = streams.fds + int(np.argmin(peers["t_read_ns"]))
            streams.end(oldest, Counter.UDP_PEERS_EVICTED)
            self.reclaim()
        if self._free:
            return self._free.pop()
        self._next_row += 1
        return self._next_row - 1

    def reclaim(self) -> None:
        """Make the rows of peers that were ended available again, and clear the index of them now and then."""
        used = self._streams.rows["state"][self._streams.fds : self._next_row] == State.PEER
        free = (np.flatnonzero(~used) + self._streams.fds).tolist()
        self._stale += max(0, len(free) - len(self._free))
        self._free = free
        if self._stale > len(self._room.places) // 4:
            index_peers(self._room.places, self._streams.rows, self._streams.fds, self._seed)
            self._stale = 0
