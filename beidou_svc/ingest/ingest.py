"""The ingest as the application sees it: start it, ask it every tick for what came, stop it without losing anything."""

import asyncio
import secrets
import socket
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from beidou_svc.clock import Clock
from beidou_svc.fleet.registry import Registry
from beidou_svc.ingest.arena import Arena, Page
from beidou_svc.ingest.counters import Counter, counters_by_name
from beidou_svc.ingest.drain import ENDED, GREETINGS, KNOCKS, WAITING, drain, new_queue
from beidou_svc.ingest.expiry import Terms, find_expired
from beidou_svc.ingest.outgoing import Dialer, stop_dialling
from beidou_svc.ingest.reading import Bounds
from beidou_svc.ingest.sessions import NO_ROW
from beidou_svc.ingest.settings import IngestSettings, Limits
from beidou_svc.ingest.sockets import kernel_drops, raise_file_limit
from beidou_svc.ingest.status import ConnectionInfo, IngestStatus, ListenerInfo, TakeoverInfo
from beidou_svc.ingest.streams import OUTGOING, Streams
from beidou_svc.ingest.table import State
from beidou_svc.ingest.tcp import TcpPorts
from beidou_svc.ingest.udp import UdpPorts
from gnss.batches import SegmentBatch
from gnss.constants import NS_PER_S

_SWEEP_NS = NS_PER_S // 4
_SWEEP_CLOSES_MAX = 128
_FDS_OTHER_MAX = 65_536
_UNLIMITED = 1e18
_SEED_MAX = 2**31 - 4


class Tick(NamedTuple):
    """What came since the last tick. Valid until the tick after next.

    `ended` are the slots whose stream ended with the tick before: settle them first. Bytes of such a slot in `segments`
    are already those of a stream that took its place.
    """

    buffer: NDArray[np.uint8]
    segments: SegmentBatch
    ended: NDArray[np.int32]


class Ingest:
    """All sockets that positions come in by."""

    def __init__(self, settings: IngestSettings, registry: Registry, clock: Clock, *, seed: int | None = None) -> None:
        limits = settings.limits
        self._settings = settings
        self._clock = clock
        self._registry = registry
        self.connections_max = raise_file_limit(limits.connections_max)
        self.streams = Streams(limits, registry, clock, self.connections_max + _FDS_OTHER_MAX)
        self.streams.sessions.ensure_capacity(registry.capacity)
        self.tcp = TcpPorts(settings.tcp, settings.identity_pattern, self.streams, self.connections_max)
        udp_seed = secrets.randbelow(_SEED_MAX) + 2 if seed is None else seed
        self.udp = UdpPorts(settings.udp, len(settings.tcp), self.streams, udp_seed)
        self.streams.reserve(port.terminal for port in (*settings.tcp, *settings.udp) if port.terminal is not None)
        self.streams.reserve(target.terminal for target in settings.outgoing)
        self._dialers = [Dialer(target, self.streams) for target in settings.outgoing]
        self._tasks: list[asyncio.Task[None]] = []
        per_udp_port = limits.udp_datagrams_per_tick_max + limits.udp_strangers_per_tick_max
        segments_max = self.connections_max + len(settings.udp) * per_udp_port
        self._arena = Arena(limits.arena_bytes, segments_max)
        self._queue = new_queue(self.streams.fds, limits.handshakes_per_tick_max)
        self._ended = self.streams.take_ended()
        self._bounds = _bounds(limits)
        self._terms = _terms(limits)
        self._t_sweep_ns = clock.mono_ns()
        self._sweep_rows = np.zeros(_SWEEP_CLOSES_MAX, np.int32)
        self._sweep_why = np.zeros(_SWEEP_CLOSES_MAX, np.uint8)

    async def start(self) -> None:
        """Open the ports and begin to connect. Raises OSError, naming the port, if one cannot be bound."""
        try:
            self.tcp.open()
            self.udp.open()
        except OSError:
            self.close()
            raise
        self._tasks = [asyncio.create_task(dialer.run()) for dialer in self._dialers]

    def poll(self) -> Tick:
        """Take what has come. To be called every tick; never blocks."""
        now_ns = self._clock.mono_ns()
        page = self._arena.turn()
        self.udp.deliver_held(page)
        self._read(page, now_ns)
        self.udp.receive(page, self._bounds, now_ns)
        if self._queue.filled[KNOCKS]:
            self.tcp.accept(now_ns)
        if now_ns >= self._t_sweep_ns:
            self._sweep(now_ns)
        return self._tick(page)

    def _tick(self, page: Page) -> Tick:
        """The page, with the ends that became known while the page before it was filled."""
        ended, self._ended = self._ended, self.streams.take_ended()
        return Tick(page.sink.buffer, page.segments(self._clock.utc_ns()), ended)

    def _read(self, page: Page, now_ns: int) -> None:
        """Drain the TCP sockets, then deal with the few that need more than their bytes copied."""
        streams, queue = self.streams, self._queue
        drain(streams.epoll.fileno(), streams.rows, queue, page.sink, now_ns, self._bounds, streams.counters)
        self._end_drained(int(queue.filled[ENDED]))
        for i in range(int(queue.filled[GREETINGS])):
            line = page.bytes_at(int(queue.greeting_start[i]), int(queue.greeting_length[i]))
            self.tcp.greet(int(queue.greeting_row[i]), line)

    def _end_drained(self, n: int) -> None:
        for i in range(n):
            row = int(self._queue.ended_row[i])
            if self.streams.rows[row]["state"] != State.STREAM:
                reason = Counter.HANDSHAKE_ENDED
            elif self._queue.ended_by_reset[i]:
                reason = Counter.ENDED_BY_RESET
            else:
                reason = Counter.ENDED_BY_PEER
            self.streams.end(row, reason)

    def _sweep(self, now_ns: int) -> None:
        """Close what has outlived its time; a sweep that finds too many goes on in the next tick."""
        streams = self.streams
        more = False
        for first, end in ((0, streams.fd_top), (streams.fds, self.udp.peers.row_top)):
            found = find_expired(streams.rows, first, end, now_ns, self._terms, self._sweep_rows, self._sweep_why)
            more |= found == _SWEEP_CLOSES_MAX
            for row, why in zip(self._sweep_rows[:found].tolist(), self._sweep_why[:found].tolist(), strict=True):
                streams.end(row, Counter(why), reset=True)
        self.udp.peers.reclaim()
        streams.sessions.forget(now_ns)
        self._t_sweep_ns = now_ns if more else now_ns + _SWEEP_NS

    async def stop(self) -> None:
        """Take no more connections. What was received is still to be had from `last_ticks`."""
        await stop_dialling(self._tasks)
        self._tasks.clear()
        self.tcp.accept_rest()
        self.tcp.close()

    def last_ticks(self) -> Iterator[Tick]:
        """After `stop`: everything that the kernel still holds, in as many ticks as it takes (at most `stop_s_max`).

        Limits on rates no longer hold. The last tick only ends all streams.
        """
        now_ns = self._clock.mono_ns()
        deadline_ns = now_ns + round(self._settings.limits.stop_s_max * NS_PER_S)
        self.streams.rows["allowance_bytes"] = _UNLIMITED
        bounds = self._bounds._replace(burst_bytes=_UNLIMITED)
        self._bounds = bounds
        while True:
            page = self._arena.turn()
            now_ns = self._clock.mono_ns()
            self.udp.deliver_held(page)
            self._read(page, now_ns)
            udp_left = self.udp.receive(page, bounds, now_ns)
            if now_ns > deadline_ns or not (self._queue.filled[WAITING] or udp_left):
                break
            yield self._tick(page)
        self.streams.count(Counter.STOP_LEFT, int(self._queue.filled[WAITING]))
        self.close()
        yield self._tick(page)
        yield self._tick(self._arena.turn())

    def close(self) -> None:
        """Close every socket at once."""
        self.tcp.close()
        self.udp.close()
        self.streams.end_all()
        self.streams.epoll.close()

    def connection_of(self, slot: int) -> ConnectionInfo | None:
        """The stream that speaks for a terminal now; None = there is none."""
        streams = self.streams
        row = streams.sessions.row_of(slot)
        if row == NO_ROW:
            return None
        r = streams.rows[row]
        utc_minus_mono_ns = self._clock.utc_ns() - self._clock.mono_ns()
        transport = "udp" if row >= streams.fds else "tcp"
        return ConnectionInfo(
            transport=f"{transport}-out" if r["listener"] == OUTGOING else transport,
            peer=streams.peer_of(row),
            since_utc_ns=utc_minus_mono_ns + int(r["t_open_ns"]),
            last_utc_ns=utc_minus_mono_ns + int(r["t_read_ns"]),
            bytes=int(r["bytes"]),
            reads=int(r["reads"]),
            dropped=int(r["dropped"]),
            takeovers=int(streams.sessions.takeovers[slot]),
            duplicate=slot in streams.sessions.duplicates,
        )

    def status(self) -> IngestStatus:
        """Everything worth showing, as values that no longer change."""
        streams = self.streams
        limits = {
            name: float(value)
            for name, value in self._settings.limits.model_dump().items()
            if isinstance(value, int | float)
        }
        name = self._registry.id_of
        return IngestStatus(
            connections=streams.connections,
            handshakes=len(streams.greeting),
            udp_peers=self.udp.peers.count,
            bytes_total=int(streams.counters[Counter.BYTES]),
            reads_total=int(streams.counters[Counter.READS]),
            counters=counters_by_name(streams.counters),
            limits=limits | {"connections_max": float(self.connections_max)},
            listeners=tuple(self._listeners()),
            outgoing=tuple(dialer.info() for dialer in self._dialers),
            takeovers_recent=tuple(
                TakeoverInfo(t.t_utc_ns, name(t.slot), t.reason.name.lower(), t.old_peer, t.new_peer)
                for t in streams.sessions.recent
            ),
            duplicates=tuple(name(slot) for slot in streams.sessions.duplicates),
        )

    def _listeners(self) -> Iterator[ListenerInfo]:
        for settings, tcp in zip(self.tcp.listeners, self.tcp.sockets, strict=False):
            yield ListenerInfo("tcp", _bound(tcp), settings.identity, 0)
        for settings, udp in zip(self.udp.listeners, self.udp.sockets, strict=False):
            yield ListenerInfo("udp", _bound(udp), settings.identity, kernel_drops(udp))


def _bounds(limits: Limits) -> Bounds:
    return Bounds(
        bytes_per_ns=limits.bytes_per_s_max / NS_PER_S,
        burst_bytes=limits.burst_bytes,
        read_bytes=limits.read_bytes_max,
        handshake_bytes=limits.handshake_bytes_max,
    )


def _terms(limits: Limits) -> Terms:
    return Terms(
        handshake_ns=round(limits.handshake_s_max * NS_PER_S),
        idle_ns=round(limits.idle_s_max * NS_PER_S),
        partial_ns=round(limits.record_s_max * NS_PER_S),
    )


def _bound(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
