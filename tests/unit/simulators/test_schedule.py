"""Slots: every terminal once a period, spread evenly, at any rate that is offered."""

import numpy as np
import pytest

from gnss.constants import NS_PER_S
from simulators.errors import ScenarioError
from simulators.scenario import RATES_HZ
from simulators.schedule import Schedule


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("terminals", [1, 7, 10_000])
def test_every_terminal_has_one_slot_a_period(rate_hz: float, terminals: int) -> None:
    schedule = Schedule.at_rate(terminals, rate_hz)
    assert schedule.slot_ns * schedule.groups == round(NS_PER_S / rate_hz)
    assert schedule.slot_ns % 10_000_000 == 0  # sentences show hundredths of a second
    rows = [schedule.rows(slot) for slot in range(schedule.groups)]
    assert sorted(np.concatenate(rows)) == list(range(terminals))
    sizes = [row.size for row in rows]
    assert max(sizes) - min(sizes) <= 1
    np.testing.assert_array_equal(schedule.rows(3), schedule.rows(3 + schedule.groups))


def test_not_staggered_means_all_at_once() -> None:
    schedule = Schedule.at_rate(100, 1.0, staggered=False)
    assert schedule.rows(5).size == 100
    assert schedule.t_s(5) == 5.0
    assert schedule.epoch(5) == 5


def test_a_rate_that_is_not_offered_is_refused_with_the_list() -> None:
    with pytest.raises(ScenarioError, match=r"3 Hz is not possible.*0.1, 0.2, 0.5, 1, 2, 5, 10, 20"):
        Schedule.at_rate(10, 3.0)
