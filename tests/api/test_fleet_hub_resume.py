"""Clients of the live stream that come back: what they need not be told again, and what they must be."""

import numpy as np

from beidou_svc.api.fleet_hub import FleetWant
from beidou_svc.fleet.query import Criteria
from tests.api.hub_stage import EVERYBODY, WEST_HALF, FakeOutlet, Stage, rows


def leave_and_come_back(stage: Stage, want: FleetWant) -> FakeOutlet:
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
    again = leave_and_come_back(Stage(), FleetWant(100))
    (frame,) = again.frames()
    assert (frame.kind, rows(frame), again.texts()) == ("delta", [3, 4], [])


def test_who_comes_back_with_a_filter_is_told_who_left_meanwhile() -> None:
    again = leave_and_come_back(Stage(), FleetWant(100, WEST_HALF))
    (frame,) = again.frames()
    assert (frame.kind, rows(frame), frame.gone) == ("delta", [3], [4])


def test_what_was_learnt_through_a_filter_is_not_taken_for_the_whole() -> None:
    stage = Stage()
    stage.move([7], lon_rad=np.radians(115.0))
    _, outlet = stage.join(FleetWant(100, WEST_HALF))
    stage.tick()
    _, again = stage.join(EVERYBODY, outlet.frames()[-1].resume)
    stage.tick()
    (frame,) = again.frames()
    assert (frame.kind, rows(frame)) == ("full", list(range(10)))


def test_a_resume_that_means_nothing_here_begins_anew() -> None:
    for resume in (
        "other:1:1",
        "b007",
        "b007:x:1",
        "b007:999999:1",
        "b007:1:999",
        "b007:-1:0",
        "",
        "b007:1:1",
        "b007:1:1:x",
    ):
        stage = Stage()
        _, outlet = stage.join(resume=resume)
        stage.tick()
        assert outlet.frames()[0].kind == "full", resume
        assert len(outlet.texts()) == 1, resume


def test_what_left_filters_knew_is_bounded() -> None:
    stage = Stage()
    for i in range(200):
        client, _ = stage.join(FleetWant(100, Criteria(bbox=(114.0, 25.0, 114.0 + i / 100, 26.0))))
        stage.tick()
        stage.hub.remove(client)
    assert len(stage.hub._left) == 64
