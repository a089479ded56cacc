"""The live stream without sockets: what goes to whom, when, and how little is kept for those who do not read."""

import numpy as np

from beidou_svc.api.fleet_hub import FleetWant
from beidou_svc.fleet.query import Criteria
from beidou_svc.fleet.state import step
from tests.api.hub_stage import SECOND_NS, WEST_HALF, Stage, rows
from tests.helpers.service import fixes


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
    outlets = [stage.join()[1] for _ in range(5)] + [stage.join(FleetWant(100, WEST_HALF))[1] for _ in range(5)]
    stage.tick()
    stage.move([1, 2])
    stage.tick()
    for group in (outlets[:5], outlets[5:]):
        last = [outlet.sent[-1] for outlet in group]
        assert all(wire.obj is last[0].obj for wire in last)
    assert (stage.hub.counters.frames, stage.hub.counters.frames_encoded) == (20, 4)


def test_each_client_has_its_interval() -> None:
    stage = Stage()
    _, fast = stage.join(FleetWant(20))
    _, slow = stage.join(FleetWant(100))
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
    _, outlet = stage.join(FleetWant(100, WEST_HALF))
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
    _, outlet = stage.join(FleetWant(100, Criteria(qualities=1 << 5)))
    stage.tick()
    stage.move([2], fix_quality=5)
    stage.tick()
    stage.move([2], fix_quality=4)
    stage.tick()
    assert [(rows(frame), frame.gone) for frame in outlet.frames()] == [([], []), ([2], []), ([], [2])]


def test_changes_outside_the_filter_are_no_news() -> None:
    stage = Stage()
    stage.move([9], lon_rad=np.radians(115.0))
    _, outlet = stage.join(FleetWant(100, WEST_HALF))
    stage.tick()
    stage.move([9], lon_rad=np.radians(115.1))
    stage.tick()
    assert len(outlet.frames()) == 1


def test_another_subscription_begins_with_a_full_frame() -> None:
    stage = Stage()
    client, outlet = stage.join()
    stage.tick()
    stage.hub.change(client, FleetWant(100, WEST_HALF))
    stage.tick()
    assert [frame.kind for frame in outlet.frames()] == ["full", "full"]
    assert len(outlet.texts()) == 1


def test_the_hub_says_when_it_is_full_and_closes_with_a_reason() -> None:
    stage = Stage(clients_max=2)
    _, first = stage.join()
    assert not stage.hub.full
    stage.join()
    assert stage.hub.full
    stage.hub.close()
    assert first.dropped == [1001]
    assert len(stage.hub) == 0
