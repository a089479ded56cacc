"""Selecting terminals in one pass."""

from typing import Any

import numpy as np
import pytest

from beidou_svc.fleet.names import Names, pick
from beidou_svc.fleet.query import Criteria, match, select
from beidou_svc.fleet.state import FleetRules, FleetState, new_state, step
from tests.helpers.service import FakeNames, fixes

NO_TEXT = Names(FakeNames(0))


def state_at(places_deg: list[tuple[float, float]], **columns: Any) -> FleetState:
    state = new_state(FleetRules(terminals_max=100))
    lat, lon = np.radians(np.array(places_deg, np.float64).T)
    step(state, fixes(len(places_deg), lat_rad=lat, lon_rad=lon, **columns), 0)
    return state


def slots(state: FleetState, criteria: Criteria) -> list[int]:
    found: list[int] = select(state, NO_TEXT, criteria).tolist()
    return found


def test_a_box_holds_its_edges() -> None:
    state = state_at([(25.0, 114.0), (25.5, 114.5), (26.0, 115.0), (26.1, 114.5)])
    assert slots(state, Criteria(bbox=(113.9, 24.9, 115.1, 26.05))) == [0, 1, 2]


def test_a_box_may_span_the_antimeridian() -> None:
    state = state_at([(0.0, 179.5), (0.0, -179.5), (0.0, 0.0)])
    assert slots(state, Criteria(bbox=(179.0, -1.0, -179.0, 1.0))) == [0, 1]


def test_without_a_box_terminals_without_a_position_count_too() -> None:
    state = state_at([(25.0, 114.0)])
    state.ensure_capacity(3)
    assert slots(state, Criteria()) == [0, 1, 2]
    assert slots(state, Criteria(bbox=(-180, -90, 180, 90))) == [0]


def test_qualities_are_a_set_of_bits() -> None:
    state = state_at([(25.0, 114.0)] * 4, fix_quality=[1, 4, 5, 8])
    assert slots(state, Criteria(qualities=1 << 4 | 1 << 8)) == [1, 3]


def test_liveness_is_a_set_of_bits() -> None:
    state = state_at([(25.0, 114.0)] * 3)
    state.liveness[:3] = [0, 1, 2]
    assert slots(state, Criteria(liveness=0b110)) == [1, 2]


@pytest.mark.parametrize(("text", "found"), [("GZ-00002", [2]), ("shuttle 1", [1]), ("gz", [0, 1, 2, 3]), ("x", [])])
def test_text_is_found_in_id_and_name_whatever_its_case(text: str, found: list[int]) -> None:
    state = state_at([(25.0, 114.0)] * 4)
    names = Names(FakeNames(4))
    names.refresh()
    assert select(state, names, Criteria(text=text)).tolist() == found


def test_a_slot_that_has_no_name_yet_does_not_match_a_text() -> None:
    state = state_at([(25.0, 114.0)] * 2)
    names = Names(FakeNames(1))
    names.refresh()
    assert select(state, names, Criteria(text="gz")).tolist() == [0]


def test_an_empty_fleet_has_no_matches() -> None:
    assert match(new_state(FleetRules()), Criteria()).tolist() == []


@pytest.mark.parametrize("rows", [[], [2], [0, 3], [0, 1, 2, 3]])
def test_names_are_picked_by_row(rows: list[int]) -> None:
    values = ["a", "b", "c", "d"]
    assert pick(values, np.array(rows, np.int32)) == [values[row] for row in rows]
