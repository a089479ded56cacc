"""Live events without sockets: what each client gets, what the slow ones miss, and that nothing queues."""

import json
from pathlib import Path

import pytest

from beidou_svc.api.context import Context
from beidou_svc.api.event_hub import INTERVAL_NS, STALL_NS_MAX, EventClient, EventHub, EventWant
from beidou_svc.roads.fence_desk import FenceChange
from beidou_svc.roads.fence_documents import read_fence
from tests.api.hub_stage import FakeOutlet
from tests.helpers.roads import SCHOOL, go, road_context, town_settings


@pytest.fixture
def town(tmp_path: Path) -> Context:
    context = road_context(town_settings(tmp_path, events_max=100), terminals=100)
    roads = context.roads
    assert roads is not None
    draft = read_fence(SCHOOL, roads.plane, None)
    roads.desk.change([FenceChange("school", draft, 0)], by="t", t_utc_ns=0)
    return context


class Desk:
    """A hub and its clock."""

    def __init__(self, town: Context) -> None:
        assert town.event_hub is not None
        self.hub: EventHub = town.event_hub
        self.now_ns = INTERVAL_NS

    def join(self, want: EventWant | None = None, seq: int | None = None) -> tuple[EventClient, FakeOutlet]:
        outlet = FakeOutlet()
        client = EventClient(outlet, want or EventWant(), self.hub.log.seq if seq is None else seq)
        self.hub.add(client)
        return client, outlet

    def flush(self, times: int = 1) -> None:
        for _ in range(times):
            self.now_ns += INTERVAL_NS
            self.hub.flush(self.now_ns)


def kinds(outlet: FakeOutlet) -> list[object]:
    return [
        event["kind"]
        for message in outlet.texts()
        if message["type"] == "events"
        for event in message["events"]  # type: ignore[attr-defined]
    ]


def test_who_joins_gets_what_happens_from_then_on(town: Context) -> None:
    desk = Desk(town)
    go(town, 45)
    _, outlet = desk.join()
    desk.flush()
    assert outlet.texts() == []
    go(town, 80, slot=1)
    desk.flush()
    assert kinds(outlet) == ["enter", "exit"]
    assert outlet.texts()[-1]["seq"] == desk.hub.log.seq


def test_who_says_what_it_knows_gets_the_rest_oldest_first(town: Context) -> None:
    desk = Desk(town)
    go(town, 80)
    _, outlet = desk.join(seq=0)
    _, later = desk.join(seq=1)
    desk.flush()
    assert kinds(outlet) == ["enter", "exit"]
    assert kinds(later) == ["exit"]


def test_only_what_is_wanted(town: Context) -> None:
    desk = Desk(town)
    _, exits = desk.join(EventWant(kinds=frozenset({"exit"})))
    _, other = desk.join(EventWant(terminals=frozenset({"gz-00001"})))
    _, depot = desk.join(EventWant(fences=frozenset({"depot"})))
    go(town, 80)
    desk.flush()
    assert (kinds(exits), kinds(other), kinds(depot)) == (["exit"], [], [])
    go(town, 80, slot=1)
    desk.flush()
    assert kinds(other) == ["enter", "exit"]


def test_a_client_that_takes_nothing_costs_nothing_and_is_told_what_it_missed(town: Context) -> None:
    desk = Desk(town)
    client, outlet = desk.join()
    outlet.writable = False
    for first in range(0, 80, 10):
        go(town, 80, slots=range(first, first + 10))
        desk.flush()
    assert outlet.sent == []
    outlet.writable = True
    desk.flush(2)
    gap, events = outlet.texts()
    assert gap == {"type": "gap", "from_seq": 1, "to_seq": desk.hub.log.kept_from - 1}
    assert len(events["events"]) == 100  # type: ignore[arg-type]
    assert client.seq == desk.hub.log.seq == 160


def test_who_does_not_read_for_long_is_sent_away(town: Context) -> None:
    desk = Desk(town)
    _, outlet = desk.join()
    outlet.writable = False
    go(town, 45)
    desk.flush()
    desk.now_ns += STALL_NS_MAX
    desk.flush()
    assert (outlet.dropped, desk.hub.clients, desk.hub.dropped) == ([1013], [], 1)


def test_an_edit_of_the_fences_is_told(town: Context) -> None:
    desk = Desk(town)
    _, outlet = desk.join()
    desk.hub.desk.change([FenceChange("school", None, None)], by="t", t_utc_ns=0)
    desk.flush()
    assert outlet.texts() == [{"type": "fences", "version": desk.hub.desk.version}]
    desk.flush()
    assert len(outlet.sent) == 1


def test_at_the_end_everybody_is_sent_away(town: Context) -> None:
    desk = Desk(town)
    _, outlet = desk.join()
    desk.hub.close()
    assert outlet.dropped == [1001]


def test_messages_are_json(town: Context) -> None:
    desk = Desk(town)
    _, outlet = desk.join()
    go(town, 80)
    desk.flush()
    assert json.dumps(outlet.texts())


def test_everybody_is_told_of_another_network(town: Context) -> None:
    desk = Desk(town)
    _, outlet = desk.join()
    desk.hub.desk.adopt(desk.hub.desk.settle(None, []))
    desk.flush(3)
    assert [message["type"] for message in outlet.texts()] == ["network", "fences"]
