"""Online, stale, offline: in event time, with the terminal's own clock taken into account."""

import numpy as np

from beidou_svc.fleet.liveness import Liveness
from beidou_svc.fleet.state import FleetRules, new_state, pass_time, step
from gnss.batches import NO_TIME
from gnss.status import Status
from gnss.time.scales import unix_ns_to_gpst_ns
from tests.helpers.service import fixes

SECOND_NS = 1_000_000_000
T_RX_NS = 1_716_051_164_000_000_000
HOUR_NS = 3_600 * SECOND_NS


def gpst(t_unix_ns: int) -> int:
    return int(unix_ns_to_gpst_ns(t_unix_ns))


def verdicts(ages_s: list[float], clock_error_ns: int = 0) -> list[int]:
    """Liveness of a terminal so many seconds after it was last heard."""
    state = new_state(FleetRules())
    step(state, fixes(1, t_gpst_ns=gpst(T_RX_NS + clock_error_ns), t_rx_ns=T_RX_NS), T_RX_NS)
    found = []
    for age_s in ages_s:
        pass_time(state, T_RX_NS + round(age_s * SECOND_NS))
        found.append(int(state.liveness[0]))
    return found


def test_age_passes_the_two_limits() -> None:
    assert verdicts([0, 9.9, 10, 59.9, 60, 9_999]) == [2, 2, 1, 1, 0, 0]


def test_a_clock_eight_hours_wrong_is_as_alive_as_any() -> None:
    assert verdicts([0, 9.9, 10, 60], clock_error_ns=8 * HOUR_NS) == [2, 2, 1, 0]
    assert verdicts([0, 9.9, 10, 60], clock_error_ns=-8 * HOUR_NS) == [2, 2, 1, 0]


def test_data_that_come_late_do_not_make_a_terminal_younger() -> None:
    state = new_state(FleetRules())
    step(state, fixes(1, t_gpst_ns=gpst(T_RX_NS), t_rx_ns=T_RX_NS), T_RX_NS)
    now_ns = T_RX_NS + 30 * SECOND_NS
    step(state, fixes(1, t_gpst_ns=gpst(T_RX_NS + SECOND_NS), t_rx_ns=now_ns), now_ns)
    assert state.liveness[0] == Liveness.STALE
    step(state, fixes(1, t_gpst_ns=gpst(now_ns), t_rx_ns=now_ns), now_ns)
    assert state.liveness[0] == Liveness.ONLINE


def test_a_clock_that_was_set_is_forgotten_after_two_windows() -> None:
    """Ahead by an hour at first: then it seems an hour too late, until the old offset has left both windows."""
    state = new_state(FleetRules(offset_window_ns=300 * SECOND_NS))
    step(state, fixes(1, t_gpst_ns=gpst(T_RX_NS + HOUR_NS), t_rx_ns=T_RX_NS), T_RX_NS)
    assert state.liveness[0] == Liveness.ONLINE
    later_ns = T_RX_NS + 2 * HOUR_NS
    step(state, fixes(1, t_gpst_ns=gpst(later_ns), t_rx_ns=later_ns), later_ns)
    assert state.liveness[0] == Liveness.ONLINE


def test_an_undated_terminal_lives_by_its_receive_times() -> None:
    state = new_state(FleetRules())
    step(state, fixes(1, t_gpst_ns=NO_TIME, t_rx_ns=T_RX_NS, status=Status.NO_DATE), T_RX_NS)
    assert state.liveness[0] == Liveness.ONLINE
    pass_time(state, T_RX_NS + 10 * SECOND_NS)
    assert state.liveness[0] == Liveness.STALE


def test_a_terminal_never_heard_is_offline() -> None:
    state = new_state(FleetRules())
    state.ensure_capacity(2)
    pass_time(state, T_RX_NS)
    assert state.liveness[:2].tolist() == [0, 0]


def test_the_passing_of_time_is_a_change_that_is_told_once() -> None:
    state = new_state(FleetRules())
    step(state, fixes(3, t_gpst_ns=gpst(T_RX_NS), t_rx_ns=T_RX_NS), T_RX_NS)
    _, changed = pass_time(state, T_RX_NS + 10 * SECOND_NS)
    seq = state.seq
    assert changed.tolist() == [0, 1, 2]
    assert np.all(state.change_seq[:3] == seq)
    _, changed = pass_time(state, T_RX_NS + 11 * SECOND_NS)
    assert (len(changed), state.seq) == (0, seq)
