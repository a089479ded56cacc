"""The road in the live stream: columns for those who ask, and again when a place on the road has changed."""

from pathlib import Path

import numpy as np
import pytest

from beidou_svc.api.fleet_frame_road import FLAG_KNOWN, FLAG_OFF_ROAD
from beidou_svc.api.fleet_hub import FleetClient, FleetWant
from beidou_svc.fleet.state import step, touch_roads
from tests.api.hub_stage import FakeOutlet
from tests.helpers.roads import drive, go, road_context, town_settings

SECOND_NS = 10**9
PLAIN, WITH_ROAD = FleetWant(100), FleetWant(100, with_road=True)


def test_only_who_asks_gets_the_columns(tmp_path: Path) -> None:
    town = road_context(town_settings(tmp_path), terminals=3)
    go(town, 3)
    go(town, 3, slot=1, lat_deg=25.805)
    outlets = [FakeOutlet(), FakeOutlet()]
    for outlet, want in zip(outlets, (PLAIN, WITH_ROAD), strict=True):
        town.fleet_hub.add(FleetClient(outlet, want))
    town.fleet_hub.flush(SECOND_NS, 0)
    plain, road = (outlet.frames()[0].columns for outlet in outlets)
    assert set(road) - set(plain) == {
        "edge", "offset_m", "matched_lat_deg", "matched_lon_deg", "lane", "lateral_m", "lane_p", "road_p", "road_flags",
    }  # fmt: skip
    assert road["road_flags"].tolist() == [FLAG_KNOWN, FLAG_KNOWN + FLAG_OFF_ROAD, 0]
    assert road["matched_lat_deg"][0] == pytest.approx(25.80, abs=1e-6)
    assert road["offset_m"][0] == pytest.approx(70.2, abs=1.0)
    assert np.isnan(road["edge"][1])
    assert np.isnan(road["matched_lat_deg"][2])
    for name in plain:
        assert np.array_equal(plain[name], road[name], equal_nan=True)


def test_a_new_place_on_the_road_is_sent_to_those_who_ask_alone(tmp_path: Path) -> None:
    town = road_context(town_settings(tmp_path), terminals=2)
    roads = town.roads
    assert roads is not None
    outlets = [FakeOutlet(), FakeOutlet()]
    for outlet, want in zip(outlets, (PLAIN, WITH_ROAD), strict=True):
        town.fleet_hub.add(FleetClient(outlet, want))
    step(town.state, drive(0), 0)
    town.fleet_hub.flush(SECOND_NS, 0)
    touch_roads(town.state, roads.take(drive(0), SECOND_NS))
    town.fleet_hub.flush(2 * SECOND_NS, 0)
    assert [len(outlet.frames()) for outlet in outlets] == [1, 2]
    assert outlets[1].frames()[1].columns["slot"].tolist() == [0]


def test_positions_wait_for_each_other_and_not_for_long(tmp_path: Path) -> None:
    roads = road_context(town_settings(tmp_path, step_ms=100)).roads
    assert roads is not None
    t_ns = 10 * SECOND_NS
    assert roads.take(drive(0), t_ns).tolist() == [0]
    assert roads.take(drive(1), t_ns + 50_000_000).tolist() == []
    assert roads.counters.matched == 1
    assert roads.take(drive(2, slot=1), t_ns + 100_000_000).tolist() == [0, 1]
    assert roads.counters.matched == 3
    roads.take(drive(3), t_ns + 110_000_000)
    assert roads.flush().tolist() == [0]


def test_with_nothing_to_do_nothing_is_kept() -> None:
    from beidou_svc.config import Settings

    roads = road_context(Settings()).roads
    assert roads is not None
    for second in range(5):
        assert not len(roads.take(drive(second), second * SECOND_NS))
    assert roads._waiting == []
    assert roads.stages.room == 0
