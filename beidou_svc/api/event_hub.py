"""The live events without sockets: who wants what, and how far each client has come in the log.

Nothing is queued: of a client is remembered the number of the last row that it was given. Whoever is too slow for the
log is told which rows it missed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import orjson

from beidou_svc.api.fleet_frame import wire_text
from beidou_svc.api.ws_reader import Reader, awake
from beidou_svc.fleet.names import Names
from beidou_svc.roads.event_json import events_to_show
from beidou_svc.roads.event_log import EventLog
from beidou_svc.roads.fence_desk import FenceDesk
from beidou_svc.roads.frame_alarms import FrameAlarms
from gnss.constants import NS_PER_MS, NS_PER_S

INTERVAL_NS: Final = 100 * NS_PER_MS
ROWS_PER_MESSAGE_MAX: Final = 1_000
STALL_NS_MAX: Final = 30 * NS_PER_S


@dataclass(frozen=True, slots=True)
class EventWant:
    """A subscription; empty = everything. Names, because terminals and fences may come later."""

    terminals: frozenset[str] = frozenset()
    fences: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()


@dataclass(slots=True, eq=False)
class EventClient(Reader):
    """One client. `seq` is the last row that it was given or passed over.

    `version` of the fences, `networks` seen by them and version of the `alarms` are those that it was told.
    """

    want: EventWant
    seq: int
    version: int = -1
    networks: int = 0
    alarms: int = 0


@dataclass(slots=True)
class EventHub:
    """All clients. `flush` is called every tick; nothing here waits."""

    log: EventLog
    desk: FenceDesk
    names: Names
    clients_max: int
    alarms: FrameAlarms = field(default_factory=FrameAlarms)
    clients: list[EventClient] = field(default_factory=list)
    sent: int = 0
    refused: int = 0
    dropped: int = 0
    _t_due_ns: int = 0

    @property
    def full(self) -> bool:
        """Whether no more clients are taken."""
        return len(self.clients) >= self.clients_max

    def add(self, client: EventClient) -> None:
        """Begin to serve a client."""
        client.version, client.networks = self.desk.version, self.desk.networks_seen
        client.alarms = self.alarms.version
        self.clients.append(client)

    def remove(self, client: EventClient) -> None:
        """Stop serving it."""
        if client in self.clients:
            self.clients.remove(client)

    def close(self) -> None:
        """Send everybody away because the service stops."""
        for client in self.clients:
            client.drop_stopping()
        self.clients.clear()

    def flush(self, mono_ns: int) -> None:
        """Give everybody who can take it what is new."""
        if not self.clients or mono_ns < self._t_due_ns:
            return
        self._t_due_ns = mono_ns + INTERVAL_NS
        clients, dropped = awake(self.clients, mono_ns, STALL_NS_MAX)
        self.dropped += dropped
        for client in clients:
            if self._is_behind(client):
                self._serve(client)

    def _is_behind(self, client: EventClient) -> bool:
        told = client.version, client.networks, client.alarms
        return client.seq < self.log.seq or told != (self.desk.version, self.desk.networks_seen, self.alarms.version)

    def _serve(self, client: EventClient) -> None:
        """One message, so that the next sees whether there is room."""
        if client.networks != self.desk.networks_seen:
            networks = self.desk.networks_seen
            if self._push(client, {"type": "network", "changes": networks}):
                client.networks = networks
        elif client.alarms != self.alarms.version:
            version = self.alarms.version
            if self._push(client, {"type": "alarms", "version": version}):
                client.alarms = version
        elif client.version != self.desk.version:
            version = self.desk.version
            if self._push(client, {"type": "fences", "version": version}):
                client.version = version
        elif client.seq + 1 < self.log.kept_from:
            gap = {"type": "gap", "from_seq": client.seq + 1, "to_seq": self.log.kept_from - 1}
            if self._push(client, gap):
                client.seq = self.log.kept_from - 1
        else:
            self._send_rows(client)

    def _send_rows(self, client: EventClient) -> None:
        seqs = self.log.after(client.seq, ROWS_PER_MESSAGE_MAX)
        self.names.refresh()
        events = [
            each for each in events_to_show(self.log, seqs, self.names.ids, self.desk.refs) if _wants(client, each)
        ]
        last = int(seqs[-1])
        if not events or self._push(client, {"type": "events", "seq": last, "events": events}):
            client.seq = last
            self.sent += len(events)

    def _push(self, client: EventClient, message: dict[str, object]) -> bool:
        return client.outlet.push(wire_text(orjson.dumps(message)))


def _wants(client: EventClient, event: dict[str, object]) -> bool:
    want = client.want
    pairs: Sequence[tuple[frozenset[str], object]] = (
        (want.terminals, event["terminal"]),
        (want.fences, event["fence"]),
        (want.kinds, event["kind"]),
    )
    return all(not wanted or value in wanted for wanted, value in pairs)
