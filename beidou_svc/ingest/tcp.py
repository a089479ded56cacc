"""TCP ports: accepting connections within the limits, and learning from first lines who is speaking."""

import errno
import re
import socket
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address

from beidou_svc.ingest.counters import Counter
from beidou_svc.ingest.identity import Claim, claim_from_line, claim_from_sentence, peer_id
from beidou_svc.ingest.reading import is_data
from beidou_svc.ingest.settings import Identity, Listener
from beidou_svc.ingest.sockets import address_halves, close_fd, listen_tcp
from beidou_svc.ingest.streams import Streams
from beidou_svc.ingest.table import State
from gnss.constants import NS_PER_S

_ACCEPT_BURST_S = 0.25
_TRUSTED_KNOWN_MAX = 65_536
_WAIT_FOR_ROOM = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)

_STATES = {
    Identity.LINE: State.GREETING_LINE,
    Identity.SENTENCE: State.GREETING_SENTENCE,
    Identity.PORT: State.STREAM,
    Identity.PEER: State.STREAM,
}


def _is_in(host: str, networks: Iterable[IPv4Network | IPv6Network]) -> bool:
    address = ip_address(host.partition("%")[0])
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return any((mapped or address) in network for network in networks)


class TcpPorts:
    """All listening TCP sockets. `listener` in a row is an index into `listeners`."""

    def __init__(self, listeners: tuple[Listener, ...], pattern: str, streams: Streams, connections_max: int) -> None:
        self.listeners = listeners
        self.sockets: list[socket.socket] = []
        self._pattern = re.compile(pattern)
        self._streams = streams
        self._connections_max = connections_max
        self._accepts = max(1.0, streams.limits.accept_per_s_max * _ACCEPT_BURST_S)
        self._t_accepts_ns = streams.clock.mono_ns()
        self._trusted: dict[str, bool] = {}

    def open(self) -> None:
        """Bind all ports; raises OSError."""
        for listener in self.listeners:
            listening = listen_tcp(listener.host, listener.port, self._streams.limits)
            self.sockets.append(listening)
            self._streams.watch_listener(listening.fileno())

    def close(self) -> None:
        """Stop listening."""
        for listening in self.sockets:
            self._streams.forget_listener(listening.fileno())
            listening.close()
        self.sockets.clear()

    def accept(self, now_ns: int) -> None:
        """Accept what waits, as far as the accept rate allows and one tick may."""
        limits = self._streams.limits
        rate, left = limits.accept_per_s_max, limits.accepts_per_tick_max
        refill = (now_ns - self._t_accepts_ns) * rate / NS_PER_S
        self._accepts = min(self._accepts + refill, max(1.0, rate * _ACCEPT_BURST_S))
        self._t_accepts_ns = now_ns
        for index, listening in enumerate(self.sockets):
            accepted = self._accept_some(index, listening, min(int(self._accepts), left))
            self._accepts -= accepted
            left -= accepted

    def accept_rest(self) -> None:
        """Accept everything that the kernel has completed already, whatever the rate: the last act before closing."""
        for index, listening in enumerate(self.sockets):
            self._accept_some(index, listening, self._streams.limits.listen_backlog)

    def _accept_some(self, index: int, listening: socket.socket, most: int) -> int:
        for done in range(most):
            if not self._has_room():
                self._streams.count(Counter.HANDSHAKES_HELD)
                return done
            try:
                connection, peer = listening.accept()
            except BlockingIOError:
                return done
            except OSError as error:
                self._streams.count(Counter.ACCEPT_FAILED)
                if error.errno in _WAIT_FOR_ROOM:
                    return done
                continue
            self._begin(index, connection, peer[0], peer[1])
        if most:
            self._streams.count(Counter.ACCEPT_HELD)
        return most

    def _is_crowded(self) -> bool:
        return len(self._streams.greeting) >= self._streams.limits.handshakes_max

    def _has_room(self) -> bool:
        """Whether one more may be unnamed for a while: there is a place, or the oldest one had time to speak up.

        One that is queued has spoken and was not heard yet: the fault is ours.
        """
        if not self._is_crowded():
            return True
        streams = self._streams
        oldest = streams.rows[next(iter(streams.greeting))]
        age_ns = streams.clock.mono_ns() - int(oldest["t_open_ns"])
        return not oldest["queued"] and age_ns >= streams.limits.handshake_grace_s * NS_PER_S

    def _begin(self, index: int, connection: socket.socket, host: str, port: int) -> None:
        streams = self._streams
        fd = connection.detach()
        streams.count(Counter.ACCEPTED)
        address = address_halves(host)
        refusal = self._refusal(fd, address, host)
        if refusal is not None:
            streams.count(refusal)
            close_fd(fd, reset=True)
            return
        listener = self.listeners[index]
        state = _STATES[listener.identity]
        if state is not State.STREAM and self._is_crowded():
            streams.end(next(iter(streams.greeting)), Counter.HANDSHAKE_EVICTED, reset=True)
        try:
            streams.open_connection(fd, index, state, address, port)
        except OSError:
            streams.count(Counter.ACCEPT_FAILED)
            close_fd(fd, reset=True)
            return
        if listener.terminal is not None:
            self._settle(fd, streams.admit_trusted(listener.terminal))
        elif listener.identity is Identity.PEER:
            self._settle(fd, streams.admit(Claim(peer_id("tcp", *address, port)), listener.unknown))

    def _refusal(self, fd: int, address: tuple[int, int], host: str) -> Counter | None:
        streams = self._streams
        if streams.connections >= self._connections_max or fd >= streams.fds:
            return Counter.REFUSED_CONNECTIONS
        limit = streams.limits.connections_per_address_max
        if streams.by_address.get(address, 0) >= limit and not self._is_trusted(host):
            return Counter.REFUSED_PER_ADDRESS
        return None

    def _is_trusted(self, host: str) -> bool:
        trusted = self._trusted.get(host)
        if trusted is None:
            trusted = _is_in(host, self._streams.limits.trusted_networks)
            if len(self._trusted) >= _TRUSTED_KNOWN_MAX:
                self._trusted.clear()
            self._trusted[host] = trusted
        return trusted

    def _settle(self, row: int, verdict: tuple[int, Counter | None]) -> None:
        slot, refusal = verdict
        if refusal is None:
            self._streams.name(row, slot, State.STREAM)
        else:
            self._streams.end(row, refusal, reset=True)

    def greet(self, row: int, line: bytes) -> None:
        """Judge what an unnamed connection sent first: a complete line, or the beginning of something else."""
        streams = self._streams
        listener = self.listeners[int(streams.rows[row]["listener"])]
        judge = self._judge_sentence if listener.identity is Identity.SENTENCE else self._judge_line
        judge(row, line, listener)

    def _judge_line(self, row: int, line: bytes, listener: Listener) -> None:
        streams = self._streams
        if is_data(line[0]):
            self._settle(row, self._anonymous(row, listener))
        elif not line.endswith(b"\n"):
            streams.end(row, Counter.HANDSHAKE_LENGTH, reset=True)
        else:
            claim = claim_from_line(line)
            bad = (-1, Counter.REFUSED_BAD_ID)
            self._settle(row, bad if claim is None else streams.admit(claim, listener.unknown))

    def _anonymous(self, row: int, listener: Listener) -> tuple[int, Counter | None]:
        if not listener.anonymous:
            return -1, Counter.REFUSED_ANONYMOUS
        r = self._streams.rows[row]
        name = peer_id("tcp", int(r["address_high"]), int(r["address_low"]), int(r["port"]))
        return self._streams.admit(Claim(name), listener.unknown)

    def _judge_sentence(self, row: int, line: bytes, listener: Listener) -> None:
        streams = self._streams
        claim = claim_from_sentence(line, self._pattern)
        if claim is not None:
            self._settle(row, streams.admit(claim, listener.unknown))
        elif not line.endswith(b"\n") or streams.rows[row]["bytes"] >= streams.limits.handshake_bytes_max:
            streams.end(row, Counter.HANDSHAKE_LENGTH, reset=True)
        else:
            streams.count(Counter.HANDSHAKE_SKIPPED)
