"""Which rows go on: each epoch once, only with a position, and of two sources the one that leads."""

from typing import Any

import numpy as np
import pytest

from beidou_svc.fleet.quality import STATED
from beidou_svc.roads.choosing import Choice, choose_rows
from gnss.batches import NO_TIME, FixBatch, Source
from gnss.status import Status
from tests.helpers.service import T_GPST_NS, fixes

HOLD_NS = 2_000_000_000
NMEA, ENGINE = int(Source.NMEA), int(Source.ENGINE)


def row(second: float, quality: int = 1, source: int = NMEA, **columns: Any) -> FixBatch:
    t_ns = T_GPST_NS + round(second * 1e9)
    return fixes(1, t_gpst_ns=t_ns, fix_quality=quality, source=source, **columns)


def chosen(*rows: FixBatch, cut: bool = True) -> list[float]:
    """Seconds of the rows that go on, one step a row or all at once."""
    choice = Choice.for_slots(4)
    steps = rows if cut else (FixBatch.concat(rows),)
    passed = [choose_rows(choice, step, HOLD_NS) for step in steps]
    t_ns = np.concatenate([each.t_gpst_ns for each in passed])
    return [round(float(t - T_GPST_NS) / 1e9, 3) for t in t_ns]


def test_an_epoch_that_comes_again_unchanged_goes_on_once() -> None:
    assert chosen(row(0), row(0), row(1), row(1)) == [0, 1]
    assert chosen(row(0), row(0), row(1), row(1), cut=False) == [0, 1]


def test_an_epoch_that_became_more_complete_goes_on_again() -> None:
    bare = row(0, speed_mps=np.nan, course_rad=np.nan)
    assert chosen(bare, bare, row(0), row(0)) == [0, 0]


@pytest.mark.parametrize(
    "columns",
    [
        {"lat_rad": np.nan},
        {"t_gpst_ns": NO_TIME},
        {"fix_quality": 0},
        {"status": int(Status.NO_POSITION)},
        {"source": ENGINE, "fix_quality": STATED},
    ],
)
def test_what_is_no_position_of_a_vehicle_does_not_go_on(columns: dict[str, Any]) -> None:
    assert not len(choose_rows(Choice.for_slots(1), fixes(1, **columns), HOLD_NS))


@pytest.mark.parametrize("cut", [True, False])
def test_a_receiver_that_is_worse_than_what_is_computed_waits(cut: bool) -> None:
    rows = [row(0), row(0, 4, ENGINE), row(1), row(1, 4, ENGINE), row(2), row(4.5)]
    assert chosen(*rows, cut=cut) == [0, 0, 1, 4.5]


def test_a_receiver_that_is_better_goes_on() -> None:
    assert chosen(row(0, 1, ENGINE), row(0, 4), row(1, 1, ENGINE), row(1, 4)) == [0, 0, 1, 1]


def test_terminals_do_not_know_of_each_other() -> None:
    choice = Choice.for_slots(2)
    choose_rows(choice, row(0, 4, ENGINE), HOLD_NS)
    other = fixes(1, first_slot=1, t_gpst_ns=T_GPST_NS, fix_quality=1)
    assert len(choose_rows(choice, other, HOLD_NS)) == 1


def test_the_memory_grows_and_keeps_what_it_knows() -> None:
    choice = Choice.for_slots(1)
    choose_rows(choice, row(0), HOLD_NS)
    choice.grow(3)
    assert not len(choose_rows(choice, row(0), HOLD_NS))
    assert len(choose_rows(choice, fixes(1, first_slot=2), HOLD_NS)) == 1
