"""The streams that are open: naming them, ending them, and the columns they live in."""

import os
import select
from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from beidou_svc.clock import Clock
from beidou_svc.fleet.registry import NO_SLOT, Policy, Registry
from beidou_svc.ingest.counters import COUNTER_MAX, Counter
from beidou_svc.ingest.identity import Claim, peer_text
from beidou_svc.ingest.sessions import NO_ROW, Rules, Sessions, Takeover
from beidou_svc.ingest.settings import Limits, Unknown
from beidou_svc.ingest.sockets import close_fd
from beidou_svc.ingest.table import State, new_rows, open_row
from gnss.constants import NS_PER_S

_EVENTS = select.EPOLLIN | select.EPOLLRDHUP | select.EPOLLET
OUTGOING = -1
"""`listener` of a connection that the service made itself."""

Address = tuple[int, int]


class Streams:
    """Rows of connections and UDP peers, and who speaks for which terminal."""

    def __init__(self, limits: Limits, registry: Registry, clock: Clock, fds: int) -> None:
        self.limits = limits
        self.registry = registry
        self.clock = clock
        self.counters: NDArray[np.uint64] = np.zeros(COUNTER_MAX, np.uint64)
        self.fds = fds
        self.rows = new_rows(fds + limits.udp_peers_max)
        self.epoll = select.epoll()
        self.connections = 0
        self.fd_top = 0
        self.by_address: dict[Address, int] = {}
        self.greeting: dict[int, None] = {}
        self.ended: dict[int, None] = {}
        self.on_end: dict[int, Callable[[], None]] = {}
        self._reserved: set[str] = set()
        rules = Rules(
            live_ns=round(limits.live_s * NS_PER_S),
            window_ns=round(limits.duplicate_window_s * NS_PER_S),
            takeovers=limits.duplicate_takeovers,
            recent_max=limits.takeovers_recent_max,
        )
        self.sessions = Sessions(rules, self.counters)

    def count(self, counter: Counter, n: int = 1) -> None:
        """Add to a counter."""
        self.counters[counter] += np.uint64(n)

    def open_connection(self, fd: int, listener: int, state: State, address: Address, port: int) -> None:
        """Take over a TCP socket; from now on the drain reads it. Raises OSError if epoll has no room for it."""
        self.epoll.register(fd, _EVENTS)
        open_row(
            self.rows, fd, state=state, listener=listener, address=address, port=port,
            t_ns=self.clock.mono_ns(), burst=self.limits.burst_bytes,
        )  # fmt: skip
        self.connections += 1
        self.fd_top = max(self.fd_top, fd + 1)
        self.by_address[address] = self.by_address.get(address, 0) + 1
        if state is not State.STREAM:
            self.greeting[fd] = None

    def watch_listener(self, fd: int) -> None:
        """Let the drain tell when a listening socket has connections to accept."""
        self.rows[fd]["state"] = State.LISTENER
        self.epoll.register(fd, select.EPOLLIN)

    def forget_listener(self, fd: int) -> None:
        """To be called before a listening socket is closed."""
        self.epoll.unregister(fd)
        self.rows[fd]["state"] = State.FREE

    def end_all(self) -> None:
        """End every stream."""
        for row in np.flatnonzero(~np.isin(self.rows["state"], (State.FREE, State.LISTENER))).tolist():
            self.end(row)

    def reserve(self, terminals: Iterable[str]) -> None:
        """Terminals that the configuration ties to a port: nobody else may claim them without their token."""
        self._reserved.update(terminals)

    def admit(self, claim: Claim, unknown: Unknown) -> tuple[int, Counter | None]:
        """Slot of a terminal that may speak, or the reason why it may not."""
        slot = self.registry.find(claim.terminal)
        if claim.terminal in self._reserved and not self.registry.has_token(slot):
            return NO_SLOT, Counter.REFUSED_TOKEN
        if slot == NO_SLOT or not self.registry.is_registered(slot):
            if unknown is Unknown.REFUSE:
                return NO_SLOT, Counter.REFUSED_UNKNOWN
            policy = Policy.ACCEPTED if unknown is Unknown.ACCEPT else Policy.QUARANTINED
            return self._slot(claim.terminal, policy)
        if not self.registry.verify(slot, claim.token):
            return NO_SLOT, Counter.REFUSED_TOKEN
        return slot, None

    def admit_trusted(self, terminal: str) -> tuple[int, Counter | None]:
        """Slot of a terminal that the configuration itself names."""
        return self._slot(terminal, Policy.ACCEPTED)

    def _slot(self, terminal: str, policy: Policy) -> tuple[int, Counter | None]:
        slot = self.registry.slot_of(terminal, policy)
        return (slot, None) if slot != NO_SLOT else (NO_SLOT, Counter.REFUSED_REGISTRY_FULL)

    def name(self, row: int, slot: int, state: State) -> None:
        """Let a row speak for a terminal from now on, in place of any other."""
        self.sessions.ensure_capacity(self.registry.capacity)
        old = self.sessions.row_of(slot)
        if old not in (NO_ROW, row):
            self._take_over(old, row, slot)
        self.greeting.pop(row, None)
        self.rows[row]["state"] = state
        self.sessions.bind(slot, row, self.rows)

    def _take_over(self, old: int, new: int, slot: int) -> None:
        now_ns = self.clock.mono_ns()
        reason = self.sessions.classify(old, new, self.rows, now_ns)
        takeover = Takeover(self.clock.utc_ns(), slot, reason, self.peer_of(old), self.peer_of(new))
        self.end(old, reset=True)
        self.sessions.note(takeover, now_ns)

    def peer_of(self, row: int) -> str:
        """Address and port of the other side."""
        r = self.rows[row]
        return peer_text(int(r["address_high"]), int(r["address_low"]), int(r["port"]))

    def unname(self, row: int) -> None:
        """The row no longer speaks for its terminal."""
        slot = int(self.rows[row]["slot"])
        if slot != NO_SLOT:
            self.ended[slot] = None
            self.sessions.release(slot, row, self.rows)
            self.rows[row]["slot"] = NO_SLOT

    def end(self, row: int, counter: Counter | None = None, *, reset: bool = False) -> None:
        """End a stream: the decoder hears of it, the row is free, the socket closed."""
        if counter is not None:
            self.count(counter)
        self.unname(row)
        r = self.rows[row]
        r["state"] = State.FREE
        if row < self.fds:
            self._close(row, (int(r["address_high"]), int(r["address_low"])), reset)

    def _close(self, fd: int, address: Address, reset: bool) -> None:
        self.connections -= 1
        self.greeting.pop(fd, None)
        left = self.by_address[address] - 1
        if left:
            self.by_address[address] = left
        else:
            del self.by_address[address]
        if reset:
            close_fd(fd, reset=True)
        else:
            os.close(fd)
        notify = self.on_end.pop(fd, None)
        if notify is not None:
            notify()

    def take_ended(self) -> NDArray[np.int32]:
        """Slots whose stream ended since this was asked last."""
        ended = np.fromiter(self.ended, np.int32, len(self.ended))
        self.ended.clear()
        return ended
