"""The live stream without sockets: who wants what, and which shared frames go out when.

Nothing is queued. Of a client is remembered only up to which change (`seq`) it knows the fleet; whenever it can take
bytes, its next frame holds everything changed since. Clients that know and want the same get the same memory.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import orjson
from numpy.typing import NDArray

from beidou_svc.api.fleet_frame import encode_frame, wire_text
from beidou_svc.api.ws_reader import Reader, awake
from beidou_svc.fleet.names import Names
from beidou_svc.fleet.query import EVERYTHING, Criteria, match
from beidou_svc.fleet.state import FleetState
from gnss.constants import NS_PER_MS, NS_PER_S

NAMES_PER_MESSAGE_MAX = 4_096
FILTERS_REMEMBERED_MAX = 64
"""What filtered clients that left knew, kept for their return."""

_NO_SLOTS = np.empty(0, np.int32)
Known = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class FleetWant:
    """A subscription."""

    interval_ms: int
    criteria: Criteria = EVERYTHING
    with_road: bool = False


@dataclass(slots=True, eq=False)
class FleetClient(Reader):
    """What one client wants and knows. `seq` < 0: nothing; `known` are the slots it shows, where it has a filter."""

    want: FleetWant
    seq: int = -1
    known: Known | None = None
    named: int = 0
    t_frame_ns: int = 0


@dataclass(slots=True)
class FleetHubCounters:
    """Since the start."""

    frames: int = 0
    frames_encoded: int = 0
    bytes: int = 0
    dropped_clients: int = 0
    refused_clients: int = 0


@dataclass(frozen=True, slots=True)
class FleetHubRules:
    """Limits and times of the stream."""

    clients_max: int = 500
    stall_ns_max: int = 10 * NS_PER_S
    heartbeat_ns: int = 5 * NS_PER_S


@dataclass(slots=True)
class _Group:
    """Clients with one interval."""

    clients: list[FleetClient] = field(default_factory=list)
    t_due_ns: int = 0


class FleetHub:
    """All clients of the live stream. `flush` is called every tick; nothing here waits."""

    def __init__(self, state: FleetState, names: Names, rules: FleetHubRules, boot: str) -> None:
        self._state = state
        self._names = names
        self._rules = rules
        self._boot = boot
        self._groups: dict[int, _Group] = defaultdict(_Group)
        self._left: dict[tuple[Criteria, int], Known] = {}
        self.counters = FleetHubCounters()

    def __len__(self) -> int:
        return sum(len(group.clients) for group in self._groups.values())

    @property
    def full(self) -> bool:
        """Whether no more clients are taken."""
        return len(self) >= self._rules.clients_max

    def add(self, client: FleetClient, resume: str | None = None) -> None:
        """Begin to serve a client, from where it left off if that is still known."""
        self._restore(client, resume)
        self._groups[client.want.interval_ms].clients.append(client)

    def change(self, client: FleetClient, want: FleetWant, resume: str | None = None) -> None:
        """Give a client another subscription; its next frame is a full one unless it resumes."""
        self._take_out(client)
        client.want, client.seq, client.known = want, -1, None
        self.add(client, resume)

    def remove(self, client: FleetClient) -> None:
        """Stop serving a client, remembering what it knew."""
        self._take_out(client)
        if client.known is not None:
            self._left[client.want.criteria, client.seq] = client.known
            if len(self._left) > FILTERS_REMEMBERED_MAX:
                del self._left[next(iter(self._left))]

    def close(self) -> None:
        """Send everybody away because the service stops."""
        for group in self._groups.values():
            for client in group.clients:
                client.drop_stopping()
        self._groups.clear()

    def flush(self, mono_ns: int, utc_ns: int) -> None:
        """Send what is due to whoever can take it, and drop who has not read for too long."""
        ready: dict[tuple[Criteria, int, bool], list[FleetClient]] = defaultdict(list)
        for interval_ms, group in self._groups.items():
            if mono_ns >= group.t_due_ns and group.clients:
                group.t_due_ns = _next_due_ns(group.t_due_ns, interval_ms * NS_PER_MS, mono_ns)
                clients, dropped = awake(group.clients, mono_ns, self._rules.stall_ns_max)
                self.counters.dropped_clients += dropped
                for client in clients:
                    ready[client.want.criteria, client.seq, client.want.with_road].append(client)
        if not ready:
            return
        self._names.refresh()
        self._send_names(client for clients in ready.values() for client in clients)
        for (criteria, seq, _), clients in ready.items():
            self._send_frame(criteria, seq, clients, mono_ns, utc_ns)

    def _send_names(self, clients: Iterable[FleetClient]) -> None:
        """Name the slots that a client has not heard of, as far as it can take the messages."""
        names = self._names
        messages: dict[int, memoryview] = {}
        for client in clients:
            while client.named < self._state.count:
                first, last = client.named, min(client.named + NAMES_PER_MESSAGE_MAX, self._state.count)
                if first not in messages:
                    columns = {
                        "slot": list(range(first, last)),
                        "id": names.ids[first:last],
                        "name": names.names[first:last],
                    }
                    messages[first] = wire_text(orjson.dumps({"type": "terminals", **columns}))
                if not self._push(client, messages[first]):
                    break
                client.named = last

    def _send_frame(self, criteria: Criteria, seq: int, clients: list[FleetClient], mono_ns: int, utc_ns: int) -> None:
        state = self._state
        slots, gone, known = self._difference(criteria, seq, clients[0].known, clients[0].want.with_road)
        is_full = seq < 0
        nothing_new = not is_full and not len(slots) and not len(gone)
        wire: memoryview | None = None
        for client in clients:
            if client.named < state.count:
                continue
            if nothing_new and mono_ns - client.t_frame_ns < self._rules.heartbeat_ns:
                continue
            if wire is None:
                resume = f"{self._boot}:{state.seq}:{state.count}:{_tag(criteria)}"
                with_road = client.want.with_road
                wire = encode_frame(state, slots, gone, full=is_full, resume=resume, now_ns=utc_ns, with_road=with_road)
                self.counters.frames_encoded += 1
            if self._push(client, wire):
                client.seq, client.known, client.t_frame_ns = state.seq, known, mono_ns
                self.counters.frames += 1

    def _difference(
        self, criteria: Criteria, seq: int, known: Known | None, with_road: bool
    ) -> tuple[NDArray[np.int32], NDArray[np.int32], Known | None]:
        """Slots to send, slots that are gone, and what a client then knows."""
        state = self._state
        changed = state.change_seq[: state.count].astype(np.int64) > seq
        if with_road:
            on_road = state.road.change_seq[: state.count].astype(np.int64) > seq
            changed[: len(on_road)] |= on_road
        if criteria == EVERYTHING:
            return np.flatnonzero(changed).astype(np.int32), _NO_SLOTS, None
        matches = match(state, criteria)
        if known is None:
            return np.flatnonzero(matches).astype(np.int32), _NO_SLOTS, matches
        before = np.zeros(len(matches), np.bool_)
        before[: len(known)] = known
        wanted = matches & (changed | ~before)
        return np.flatnonzero(wanted).astype(np.int32), np.flatnonzero(before & ~matches).astype(np.int32), matches

    def _push(self, client: FleetClient, wire: memoryview) -> bool:
        sent = client.outlet.push(wire)
        self.counters.bytes += len(wire) if sent else 0
        return sent

    def _restore(self, client: FleetClient, resume: str | None) -> None:
        boot, _, rest = (resume or "").partition(":")
        numbers = rest.split(":")
        if boot != self._boot or len(numbers) != 3 or not all(part.isdecimal() for part in numbers):
            return
        seq, named, tag = map(int, numbers)
        if seq > self._state.seq or named > self._state.count:
            return
        known = self._left.get((client.want.criteria, seq))
        if tag == _tag(client.want.criteria) and (known is not None or client.want.criteria == EVERYTHING):
            client.seq, client.known, client.named = seq, known, named

    def _take_out(self, client: FleetClient) -> None:
        group = self._groups.get(client.want.interval_ms)
        if group is not None and client in group.clients:
            group.clients.remove(client)
            if not group.clients:
                del self._groups[client.want.interval_ms]


def _tag(criteria: Criteria) -> int:
    """Tells filters apart within a run of the service: what one let through says nothing of what another would have."""
    return hash(criteria) & 0xFFFFFFFF


def _next_due_ns(t_due_ns: int, interval_ns: int, now_ns: int) -> int:
    """Counted from when it was due, so that the delay of a tick does not add up, unless a whole turn was missed."""
    next_ns = t_due_ns + interval_ns
    return next_ns if next_ns > now_ns else now_ns + interval_ns
