"""The last minutes of a terminal."""

from typing import Any

import numpy as np
import pytest

from beidou_svc.fleet.recent import Recent
from beidou_svc.fleet.state import FleetRules, new_state, step
from gnss.batches import NO_TIME, FixBatch
from gnss.status import Status
from tests.helpers.service import T_GPST_NS, fixes

SECOND_NS = 1_000_000_000
T_UNIX_S = (T_GPST_NS // SECOND_NS) + 315_964_800 - 18
"""Unix time of the first instant: 18 leap seconds lay between GPST and UTC in 2024."""


def recent_after(*batches: FixBatch, window_s: int = 300) -> Recent:
    state = new_state(FleetRules(terminals_max=10, recent_s=window_s))
    for batch in batches:
        step(state, batch, 0)
    return state.recent


def at(seconds: float, **columns: Any) -> FixBatch:
    return fixes(1, t_gpst_ns=T_GPST_NS + round(seconds * SECOND_NS), **columns)


def test_one_row_a_second_is_kept_the_last_of_it() -> None:
    cells = recent_after(at(0.0), at(0.4), at(0.8, speed_mps=3.0), at(1.2)).read(0, 300)
    assert (cells["t_s"] - T_UNIX_S).tolist() == [0, 1]
    assert cells["t_ms"].tolist() == [800, 200]
    assert cells["speed"].tolist() == [300, 825]


def test_late_rows_find_their_place_and_the_oldest_leave() -> None:
    recent = recent_after(at(0), at(2), at(1), at(12), at(3), window_s=10)
    assert (recent.read(0, 300)["t_s"] - T_UNIX_S).tolist() == [3, 12]
    assert (recent.read(0, 5)["t_s"] - T_UNIX_S).tolist() == [12]


def test_a_row_older_than_the_window_does_not_come_back() -> None:
    recent = recent_after(at(12), at(2), window_s=10)
    assert (recent.read(0, 300)["t_s"] - T_UNIX_S).tolist() == [12]


def test_the_better_version_of_an_instant_stays_whatever_comes_first() -> None:
    poor, rich = at(0, sentences=1, sats_used=255), at(0, sentences=3, sats_used=20)
    for order in ((poor, rich), (rich, poor)):
        assert recent_after(*order).read(0, 300)["sats_used"].tolist() == [20]


@pytest.mark.parametrize(
    "columns",
    [
        {"fix_quality": 0},
        {"lat_rad": np.nan},
        {"status": Status.RANGE},
        {"status": Status.DATE_SUSPECT},
    ],
)
def test_rows_without_a_dated_position_leave_no_trace(columns: dict[str, Any]) -> None:
    assert len(recent_after(at(0, **columns)).read(0, 300)) == 0


def test_rows_without_a_time_leave_no_trace() -> None:
    assert len(recent_after(fixes(1, t_gpst_ns=NO_TIME)).read(0, 300)) == 0


def test_values_are_kept_to_their_steps() -> None:
    cells = recent_after(
        at(0, lat_rad=np.radians(25.8312345), h_ell_m=-12.3456, sigma_n_m=0.003, sigma_e_m=0.004)
    ).read(0, 1)
    cell = cells[0]
    assert (cell["lat"], cell["h_ell"], cell["sigma_h"]) == (258_312_345, -12_346, 5)
