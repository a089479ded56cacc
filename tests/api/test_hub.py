"""The live stream without sockets: what goes to whom, when, and how little is kept for those who do not read."""

import json
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from beidou_svc.api.client import Frame, decode_frame
from beidou_svc.api.hub import Client, Hub, HubRules, Want
from beidou_svc.fleet.names import Names
from beidou_svc.fleet.query import Criteria
from beidou_svc.fleet.state import FleetRules, FleetState, new_state, step
from tests.api.test_frame import message_of
from tests.helpers.service import T_GPST_NS, FakeNames, fixes

MS = 1_000_000
SECOND_NS = 1_000_000_000
WEST_HALF = Criteria(bbox=(114.0, 25.0, 114.905, 26.0))
EVERYBODY = Want(100)


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
        self.hub = Hub(self.state, Names(self.registry), HubRules(**rules), "b007")
        self.now_ns = SECOND_NS
        self.second = 0
        step(self.state, fixes(terminals), 0)

    def join(self, want: Want = EVERYBODY, resume: str | None = None) -> tuple[Client, FakeOutlet]:
        outlet = FakeOutlet()
        client = Client(outlet, want)
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


def test_first_everything_then_only_what_changed() -> None:
    stage = Stage()
    _, outlet = stage.join()
    stage.tick()
    stage.move([3, 4])
    stage.tick()
    first, second = outlet.frames()
    assert (first.kind, rows(first)) == ("full", list(range(10)))
    assert (second.kind, rows(second), second.gone) == ("delta", [3, 4], [])


def test_names_come_before_the_first_frame_that_mentions_them() -> None:
    stage = Stage(terminals=2)
    _, outlet = stage.join()
    stage.tick()
    stage.registry.count = 5
    step(stage.state, fixes(3, first_slot=2), 0)
    stage.tick()
    assert [wire[0] for wire in outlet.sent] == [0x81, 0x82, 0x81, 0x82]
    first, second = outlet.texts()
    assert first == {
        "type": "terminals",
        "slot": [0, 1],
        "id": ["gz-00000", "gz-00001"],
        "name": ["Shuttle 0", "Shuttle 1"],
    }
    assert second["slot"] == [2, 3, 4]


def test_many_names_come_in_several_messages() -> None:
    stage = Stage(terminals=9_000)
    _, outlet = stage.join()
    stage.tick()
    assert [len(text["slot"]) for text in outlet.texts()] == [4_096, 4_096, 808]  # type: ignore[arg-type]


def test_nothing_changed_nothing_sent_but_a_heartbeat() -> None:
    stage = Stage(heartbeat_ns=SECOND_NS)
    _, outlet = stage.join()
    stage.tick()
    for _ in range(12):
        stage.tick()
    _, beat = outlet.frames()
    assert (beat.kind, rows(beat), beat.gone) == ("delta", [], [])


def test_a_slow_client_gets_the_latest_and_never_a_queue() -> None:
    stage = Stage()
    _, outlet = stage.join()
    stage.tick()
    outlet.writable = False
    for slot in (1, 2, 3, 2):
        stage.move([slot], speed_mps=float(stage.second))
        stage.tick()
    assert len(outlet.frames()) == 1
    outlet.writable = True
    stage.tick()
    _, caught_up = outlet.frames()
    assert rows(caught_up) == [1, 2, 3]
    assert caught_up.columns["speed_mps"].tolist() == [0.0, 3.0, 2.0]


def test_a_client_that_does_not_read_is_dropped_after_the_limit_and_counted() -> None:
    stage = Stage(stall_ns_max=SECOND_NS)
    _, stuck = stage.join()
    _, well = stage.join()
    stage.tick()
    stuck.writable = False
    for _ in range(11):
        stage.move([1])
        stage.tick()
    assert stuck.dropped == []
    stage.tick(milliseconds=200)
    assert stuck.dropped == [1013]
    assert (len(stage.hub), stage.hub.counters.dropped_clients) == (1, 1)
    assert well.dropped == []
    assert len(well.frames()) == 12


def test_a_client_that_reads_now_and_then_is_kept() -> None:
    stage = Stage(stall_ns_max=SECOND_NS)
    _, outlet = stage.join()
    for turn in range(40):
        outlet.writable = turn % 8 == 0
        stage.move([1])
        stage.tick()
    assert outlet.dropped == []


def test_clients_that_know_and_want_the_same_share_memory() -> None:
    stage = Stage()
    outlets = [stage.join()[1] for _ in range(5)] + [stage.join(Want(100, WEST_HALF))[1] for _ in range(5)]
    stage.tick()
    stage.move([1, 2])
    stage.tick()
    for group in (outlets[:5], outlets[5:]):
        last = [outlet.sent[-1] for outlet in group]
        assert all(wire.obj is last[0].obj for wire in last)
    assert (stage.hub.counters.frames, stage.hub.counters.frames_encoded) == (20, 4)


def test_each_client_has_its_interval() -> None:
    stage = Stage()
    _, fast = stage.join(Want(20))
    _, slow = stage.join(Want(100))
    for _ in range(10):
        stage.move([1])
        stage.tick(milliseconds=20)
    assert (len(fast.frames()), len(slow.frames())) == (10, 2)


def test_a_delay_does_not_add_up() -> None:
    stage = Stage()
    _, outlet = stage.join()
    for _ in range(10):
        stage.move([1])
        stage.tick(milliseconds=110)
    assert len(outlet.frames()) == 10


def test_a_filter_shows_who_is_inside_and_says_who_left() -> None:
    stage = Stage()
    _, outlet = stage.join(Want(100, WEST_HALF))
    stage.tick()
    inside = rows(outlet.frames()[-1])
    assert inside == list(range(10))
    stage.move([3, 5], lon_rad=np.radians(115.0))
    stage.tick()
    assert (rows(outlet.frames()[-1]), outlet.frames()[-1].gone) == ([], [3, 5])
    stage.move([3, 4])
    stage.tick()
    assert (rows(outlet.frames()[-1]), outlet.frames()[-1].gone) == ([3, 4], [])


def test_a_filter_of_qualities() -> None:
    stage = Stage()
    _, outlet = stage.join(Want(100, Criteria(qualities=1 << 5)))
    stage.tick()
    stage.move([2], fix_quality=5)
    stage.tick()
    stage.move([2], fix_quality=4)
    stage.tick()
    assert [(rows(frame), frame.gone) for frame in outlet.frames()] == [([], []), ([2], []), ([], [2])]


def test_changes_outside_the_filter_are_no_news() -> None:
    stage = Stage()
    stage.move([9], lon_rad=np.radians(115.0))
    _, outlet = stage.join(Want(100, WEST_HALF))
    stage.tick()
    stage.move([9], lon_rad=np.radians(115.1))
    stage.tick()
    assert len(outlet.frames()) == 1


def test_another_subscription_begins_with_a_full_frame() -> None:
    stage = Stage()
    client, outlet = stage.join()
    stage.tick()
    stage.hub.change(client, Want(100, WEST_HALF))
    stage.tick()
    assert [frame.kind for frame in outlet.frames()] == ["full", "full"]
    assert len(outlet.texts()) == 1


def leave_and_come_back(stage: Stage, want: Want) -> FakeOutlet:
    client, outlet = stage.join(want)
    stage.tick()
    resume = outlet.frames()[-1].resume
    stage.hub.remove(client)
    stage.move([3])
    stage.move([4], lon_rad=np.radians(115.0))
    _, again = stage.join(want, resume)
    stage.tick()
    return again


def test_who_comes_back_gets_what_changed_meanwhile() -> None:
    again = leave_and_come_back(Stage(), Want(100))
    (frame,) = again.frames()
    assert (frame.kind, rows(frame), again.texts()) == ("delta", [3, 4], [])


def test_who_comes_back_with_a_filter_is_told_who_left_meanwhile() -> None:
    again = leave_and_come_back(Stage(), Want(100, WEST_HALF))
    (frame,) = again.frames()
    assert (frame.kind, rows(frame), frame.gone) == ("delta", [3], [4])


def test_a_resume_that_means_nothing_here_begins_anew() -> None:
    for resume in ("other:1:1", "b007", "b007:x:1", "b007:999999:1", "b007:1:999", "b007:-1:0", "", "b007:1:1:1"):
        stage = Stage()
        _, outlet = stage.join(resume=resume)
        stage.tick()
        assert outlet.frames()[0].kind == "full", resume
        assert len(outlet.texts()) == 1, resume


def test_what_left_filters_knew_is_bounded() -> None:
    stage = Stage()
    for i in range(200):
        client, _ = stage.join(Want(100, Criteria(bbox=(114.0, 25.0, 114.0 + i / 100, 26.0))))
        stage.tick()
        stage.hub.remove(client)
    assert len(stage.hub._left) == 64


def test_the_hub_says_when_it_is_full_and_closes_with_a_reason() -> None:
    stage = Stage(clients_max=2)
    _, first = stage.join()
    assert not stage.hub.full
    stage.join()
    assert stage.hub.full
    stage.hub.close()
    assert first.dropped == [1001]
    assert len(stage.hub) == 0
