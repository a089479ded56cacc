"""Folding fixes into the fleet: which row is shown, what stays when the fix is lost, what is counted."""

from typing import Any

import numpy as np
import pytest

from beidou_svc.fleet.liveness import Liveness
from beidou_svc.fleet.state import FleetRules, FleetState, new_state, set_policy, step
from gnss.batches import NO_TIME, FixBatch
from gnss.status import Status
from tests.helpers.service import T_GPST_NS, fixes

SECOND_NS = 1_000_000_000
T_RX_NS = 1_716_051_164_000_000_000


def state_of(*batches: FixBatch, terminals_max: int = 1_000) -> FleetState:
    state = new_state(FleetRules(terminals_max=terminals_max))
    for batch in batches:
        step(state, batch, T_RX_NS)
    return state


def test_a_row_becomes_the_state_of_its_slot_to_the_last_bit() -> None:
    row = fixes(1, first_slot=3, t_rx_ns=T_RX_NS, hdop=0.7, base_id=17)
    state = state_of(row)
    assert state.count == 4
    for name, column in row.columns().items():
        if name != "slot":
            assert np.array_equal(state.columns[name][3], column[0], equal_nan=column.dtype.kind == "f"), name


def test_an_older_row_is_counted_and_moves_nothing() -> None:
    state = state_of(fixes(1, lat_rad=0.5), fixes(1, lat_rad=0.4, t_gpst_ns=T_GPST_NS - 1))
    assert state.columns["lat_rad"][0] == 0.5
    assert state.heard.stale[0] == 1


def test_a_clock_that_was_set_back_moves_a_terminal_to_its_new_time_at_once() -> None:
    """Eight hours ahead until now: place, track and liveness are those of the new era, in whatever order rows come."""
    hours_ns = 8 * 3_600 * SECOND_NS
    before = fixes(1, lat_rad=0.4, t_gpst_ns=T_GPST_NS + hours_ns, t_rx_ns=T_RX_NS)
    after = fixes(1, lat_rad=0.5, t_gpst_ns=T_GPST_NS + SECOND_NS, t_rx_ns=T_RX_NS + SECOND_NS, clock_era=1)
    for order in ((before, after), (after, before), (after, before, after)):
        state = state_of(*order)
        assert state.columns["lat_rad"][0] == 0.5
        assert state.position.t_ns[0] == T_GPST_NS + SECOND_NS
        assert len(state.recent.read(0, 300)) == 1
        assert state.liveness[0] == Liveness.ONLINE


def test_eras_go_round() -> None:
    state = state_of(fixes(1, lat_rad=0.4, clock_era=127), fixes(1, lat_rad=0.5, clock_era=250))
    step(state, fixes(1, lat_rad=0.6, t_gpst_ns=T_GPST_NS - SECOND_NS, clock_era=2), T_RX_NS)
    step(state, fixes(1, lat_rad=0.7, t_gpst_ns=T_GPST_NS + SECOND_NS, clock_era=250), T_RX_NS)
    assert state.columns["lat_rad"][0] == 0.6


def test_an_equal_time_replaces_unless_it_was_made_of_fewer_sentences() -> None:
    state = state_of(
        fixes(1, sentences=0b1, hdop=1.0), fixes(1, sentences=0b11, hdop=2.0), fixes(1, sentences=0b1, hdop=3.0)
    )
    assert state.columns["hdop"][0] == 2.0
    assert state.heard.stale[0] == 0


@pytest.mark.parametrize(
    "lost",
    [
        {"lat_rad": np.nan, "lon_rad": np.nan, "fix_quality": 0, "status": Status.NO_POSITION},
        {"lat_rad": 0.1, "lon_rad": 0.1, "fix_quality": 0},
        {"lat_rad": np.nan, "lon_rad": np.nan, "fix_quality": 4},
        {"lat_rad": 0.1, "lon_rad": 0.1, "fix_quality": 4, "status": Status.NO_POSITION},
    ],
)
def test_a_lost_fix_keeps_the_last_position_with_its_time(lost: dict[str, Any]) -> None:
    state = state_of(fixes(1, lat_rad=0.5), fixes(1, t_gpst_ns=T_GPST_NS + SECOND_NS, **lost))
    assert state.columns["lat_rad"][0] == 0.5
    assert state.columns["sigma_n_m"][0] == 0.012
    assert state.columns["fix_quality"][0] == 0
    assert state.position.t_ns[0] == T_GPST_NS
    assert state.epoch.t_ns[0] == T_GPST_NS + SECOND_NS


def test_an_undated_row_is_shown_only_until_a_dated_one_comes() -> None:
    undated = fixes(1, lat_rad=0.5, t_gpst_ns=NO_TIME, t_rx_ns=T_RX_NS, status=Status.NO_DATE)
    state = state_of(undated)
    assert state.columns["lat_rad"][0] == 0.5
    step(state, fixes(1, lat_rad=0.6, t_rx_ns=T_RX_NS - SECOND_NS), T_RX_NS)
    step(state, undated, T_RX_NS)
    assert state.columns["lat_rad"][0] == 0.6
    assert state.columns["status"][0] == Status.OK


def test_a_date_that_is_suspect_cannot_freeze_a_terminal_in_the_future() -> None:
    far = fixes(1, t_gpst_ns=T_GPST_NS + 10**18, t_rx_ns=T_RX_NS, status=Status.DATE_SUSPECT)
    state = state_of(far, fixes(1, lat_rad=0.6, t_rx_ns=T_RX_NS))
    assert state.columns["lat_rad"][0] == 0.6


def test_a_row_with_any_other_verdict_only_proves_that_the_terminal_speaks() -> None:
    state = state_of(fixes(1, status=Status.RANGE, t_rx_ns=T_RX_NS))
    assert np.isnan(state.columns["lat_rad"][0])
    assert state.heard.t_last_rx_ns[0] == T_RX_NS
    assert state.liveness[0] == Liveness.ONLINE


def test_change_numbers_name_exactly_the_slots_that_changed() -> None:
    state = state_of(fixes(5))
    seq = state.seq
    step(state, fixes(2, first_slot=2, t_gpst_ns=T_GPST_NS + SECOND_NS), T_RX_NS)
    step(state, fixes(1, t_gpst_ns=T_GPST_NS - SECOND_NS), T_RX_NS)
    assert np.flatnonzero(state.change_seq[:5] > seq).tolist() == [2, 3]


def test_growing_keeps_everything() -> None:
    state = state_of(fixes(50))
    before = {name: column[:50].copy() for name, column in state.columns.items()}
    step(state, fixes(1, first_slot=700), T_RX_NS)
    assert state.count == 701
    for name, column in before.items():
        assert np.array_equal(state.columns[name][:50], column, equal_nan=column.dtype.kind == "f"), name
    assert np.isnan(state.columns["lat_rad"][699])


def test_a_slot_beyond_the_limit_is_an_error_of_the_caller() -> None:
    with pytest.raises(ValueError, match="terminals_max = 10"):
        state_of(fixes(11), terminals_max=10)


def test_a_broadcast_column_is_taken_as_it_is() -> None:
    whole = fixes(3)
    repeated = whole.replace(hdop=np.broadcast_to(np.float64(0.5), 3))
    assert state_of(repeated).columns["hdop"][:3].tolist() == [0.5, 0.5, 0.5]


def test_a_verdict_of_the_registry_is_a_change() -> None:
    state = state_of(fixes(3))
    seq = state.seq
    set_policy(state, np.array([0, 1, 0, 0], np.uint8))
    assert state.policy[:3].tolist() == [0, 1, 0]
    assert np.flatnonzero(state.change_seq[:3] > seq).tolist() == [1]
