"""A fleet, a hub and clients for the tests of the live stream without sockets."""

import json
from dataclasses import dataclass, field
from typing import Any

from beidou_svc.api.client import Frame, decode_frame
from beidou_svc.api.fleet_hub import FleetClient, FleetHub, FleetHubRules, FleetWant
from beidou_svc.fleet.names import Names
from beidou_svc.fleet.query import Criteria
from beidou_svc.fleet.state import FleetRules, FleetState, new_state, step
from tests.helpers.service import T_GPST_NS, FakeNames, fixes

MS = 1_000_000
SECOND_NS = 1_000_000_000
WEST_HALF = Criteria(bbox=(114.0, 25.0, 114.905, 26.0))
EVERYBODY = FleetWant(100)


@dataclass
class FakeOutlet:
    """Takes frames as long as it is told to."""

    writable: bool = True
    sent: list[memoryview] = field(default_factory=list)
    dropped: list[int] = field(default_factory=list)

    def push(self, wire: memoryview) -> bool:
        if self.writable:
            self.sent.append(wire)
        return self.writable

    def drop(self, code: int, reason: str) -> None:
        self.dropped.append(code)
        self.writable = False

    def frames(self) -> list[Frame]:
        """Binary messages, decoded."""
        return [decode_frame(message_of(wire), {}) for wire in self.sent if wire[0] == 0x82]

    def texts(self) -> list[dict[str, object]]:
        """Text messages, decoded."""
        return [json.loads(message_of(wire)) for wire in self.sent if wire[0] == 0x81]


class Stage:
    """A fleet, a hub and a clock moved by hand."""

    def __init__(self, terminals: int = 10, **rules: int) -> None:
        self.registry = FakeNames(terminals)
        self.state: FleetState = new_state(FleetRules(terminals_max=20_000))
        self.hub = FleetHub(self.state, Names(self.registry), FleetHubRules(**rules), "b007")
        self.now_ns = SECOND_NS
        self.second = 0
        step(self.state, fixes(terminals), 0)

    def join(self, want: FleetWant = EVERYBODY, resume: str | None = None) -> tuple[FleetClient, FakeOutlet]:
        outlet = FakeOutlet()
        client = FleetClient(outlet, want)
        self.hub.add(client, resume)
        return client, outlet

    def move(self, slots: list[int], **columns: Any) -> None:
        """New positions of some terminals."""
        self.second += 1
        batch = fixes(len(slots), slot=slots, t_gpst_ns=T_GPST_NS + self.second * SECOND_NS, **columns)
        step(self.state, batch, 0)

    def tick(self, milliseconds: int = 100) -> None:
        self.now_ns += milliseconds * MS
        self.hub.flush(self.now_ns, 0)


def rows(frame: Frame) -> list[int]:
    found: list[int] = frame.columns["slot"].tolist()
    return found


def message_of(wire: memoryview) -> bytes:
    """The payload of one unmasked final WebSocket frame, RFC 6455 section 5.2."""
    raw = bytes(wire)
    length, start = raw[1], 2
    if length == 126:
        length, start = int.from_bytes(raw[2:4], "big"), 4
    elif length == 127:
        length, start = int.from_bytes(raw[2:10], "big"), 10
    assert len(raw) == start + length
    return raw[start:]
