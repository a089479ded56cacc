"""UDP ports: datagrams of known peers go straight into the arena, the others are judged one by one."""

import socket
from dataclasses import dataclass

import numpy as np

from beidou_svc.ingest.arena import Page, add_segment
from beidou_svc.ingest.counters import Counter
from beidou_svc.ingest.datagrams import Port, allow_datagram, first_line_length, hash_bytes, new_mailroom, receive
from beidou_svc.ingest.identity import Claim, claim_from_line, peer_id
from beidou_svc.ingest.peers import NO_PEER, Peers
from beidou_svc.ingest.reading import Bounds, is_data
from beidou_svc.ingest.settings import Identity, Limits, UdpListener
from beidou_svc.ingest.sockets import bind_udp
from beidou_svc.ingest.streams import Streams
from beidou_svc.ingest.table import State

_HELD_DATAGRAMS_MAX = 4
"""Memory for datagrams held back, in datagrams of the greatest length."""


@dataclass(frozen=True, slots=True)
class _Stranger:
    """A datagram whose sender is to be found out."""

    port: Port
    data: bytes
    start: int
    address: tuple[int, int, int]

    def begins_with_data(self) -> bool:
        """Whether it leaves out the name."""
        return not self.port.by_line or not self.data or bool(is_data(self.data[0]))


class UdpPorts:
    """All UDP sockets. `listener` in a row is an index into `listeners` plus `first_listener`."""

    def __init__(self, listeners: tuple[UdpListener, ...], first_listener: int, streams: Streams, seed: int) -> None:
        self.listeners = listeners
        self.sockets: list[socket.socket] = []
        self.peers = Peers(streams, seed)
        self._streams = streams
        self._ports = [_port(first_listener + i, port, streams.limits, seed) for i, port in enumerate(listeners)]
        self._room = new_mailroom(self.peers.places, streams.limits.udp_strangers_per_tick_max)
        self._held: list[tuple[int, bytes]] = []
        self._held_bytes = 0

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
        if not self.sockets:
            return False
        before = self._left_behind()
        for index, udp in enumerate(self.sockets):
            self._receive_port(index, udp, page, bounds, now_ns)
        return self._left_behind() > before or bool(self._held)

    def _left_behind(self) -> int:
        counters = self._streams.counters
        return int(counters[Counter.UDP_CAPPED]) + int(counters[Counter.ARENA_FULL])

    def _receive_port(self, index: int, udp: socket.socket, page: Page, bounds: Bounds, now_ns: int) -> None:
        streams, room, port = self._streams, self._room, self._ports[index]
        receive(udp.fileno(), port, streams.rows, room, page.sink, now_ns, bounds, streams.counters)
        for i in range(int(room.filled[0])):
            start = int(room.stranger_start[i])
            data = page.bytes_at(start, int(room.stranger_length[i]))
            address = (int(room.stranger_high[i]), int(room.stranger_low[i]), int(room.stranger_port[i]))
            stranger = _Stranger(port, data, start, address)
            row = self.peers.find(port.listener, *address)
            if row != NO_PEER:
                streams.rows[row]["queued"] = 0
            if row == NO_PEER or not stranger.begins_with_data():
                row = self._judge(stranger, self.listeners[index], row)
            if row != NO_PEER:
                self._deliver(stranger, row, page, bounds, now_ns)

    def _judge(self, stranger: _Stranger, listener: UdpListener, row: int) -> int:
        """Row of the peer once it may speak for the terminal that it names, else `NO_PEER`."""
        streams = self._streams
        claim, line = self._claim(stranger, listener)
        if isinstance(claim, Counter):
            streams.count(claim)
            return NO_PEER
        trusted = listener.terminal is not None
        slot, refusal = streams.admit_trusted(claim.terminal) if trusted else streams.admit(claim, listener.unknown)
        if refusal is not None:
            streams.count(refusal)
            return NO_PEER
        if row == NO_PEER:
            row = self.peers.add(stranger.port.listener, *stranger.address)
        if streams.rows[row]["slot"] != slot:
            streams.unname(row)
            streams.name(row, slot, State.PEER)
        streams.rows[row]["greeting_hash"] = hash_bytes(np.frombuffer(line, np.uint8)) if line else 0
        return row

    def _claim(self, stranger: _Stranger, listener: UdpListener) -> tuple[Claim | Counter, bytes]:
        """Whom a datagram names (or why it is refused), and its first line if that is the name."""
        if listener.terminal is not None:
            return Claim(listener.terminal), b""
        if stranger.begins_with_data():
            return (Claim(peer_id("udp", *stranger.address)) if listener.anonymous else Counter.REFUSED_ANONYMOUS), b""
        line = self._first_line(stranger.data)
        claim = claim_from_line(line) if len(line) <= self._streams.limits.handshake_bytes_max else None
        return claim or Counter.REFUSED_BAD_ID, line

    def _first_line(self, data: bytes) -> bytes:
        """A datagram's first line; all of it if it has no line feed where a name may end."""
        length = first_line_length(np.frombuffer(data, np.uint8), self._streams.limits.handshake_bytes_max)
        return data[:length] if length else data

    def _deliver(self, stranger: _Stranger, row: int, page: Page, bounds: Bounds, now_ns: int) -> None:
        streams = self._streams
        line = 0 if stranger.begins_with_data() else len(self._first_line(stranger.data))
        size = len(stranger.data)
        if not allow_datagram(streams.rows, row, size, now_ns, bounds, streams.counters) or size == line:
            return
        slot = int(streams.rows[row]["slot"])
        if slot in streams.ended:
            self._hold(slot, stranger.data[line:])
        else:
            add_segment(page.sink, slot, stranger.start + line, size - line)

    def _hold(self, slot: int, payload: bytes) -> None:
        """Keep the first bytes of a stream that replaced another in this very tick for the next one."""
        if self._held_bytes + len(payload) > self._streams.limits.datagram_bytes_max * _HELD_DATAGRAMS_MAX:
            self._streams.count(Counter.UDP_STRANGERS_DROPPED)
            return
        self._held.append((slot, payload))
        self._held_bytes += len(payload)


def _port(number: int, listener: UdpListener, limits: Limits, seed: int) -> Port:
    return Port(
        listener=number,
        by_line=listener.identity is Identity.LINE,
        datagrams=limits.udp_datagrams_per_tick_max,
        datagram_bytes=limits.datagram_bytes_max,
        seed=seed,
    )
