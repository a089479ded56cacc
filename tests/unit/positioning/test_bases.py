"""Bases that come late, stop, jump, come back, or are none: what rovers get then, and what is said of it."""

from typing import Any

import numpy as np
import pytest

from beidou_svc.fleet.registry import Role
from beidou_svc.pipeline.runner import Pipeline
from beidou_svc.positioning.bases import BaseTable
from gnss.constants import NS_PER_MS, NS_PER_S
from gnss.rtcm.encode_stations import encode_positions
from gnss.rtcm.stations import StationBatch
from gnss.rtk.base_choice import BaseHealth, BaseReason
from gnss.rtk.base_codes import BaseCodes, CodeMeans, steady_codes
from gnss.rtk.engine import Why
from gnss.status import Status
from tests.unit.positioning.air import (
    BASE_LATE_NS,
    SETTINGS,
    START_NS,
    Air,
    Known,
    Late,
    Piece,
    feed,
    new_pipeline,
    of,
    on_air,
    pieces,
    run,
    usual,
)
from tests.unit.rtk.still_base import TWO, heard

pytestmark = pytest.mark.compiled

LONG = on_air(seconds=40)
ALONE = on_air(bases=1, rovers=1, seconds=24)
ROVER = 0
QUICK = SETTINGS._replace(base=SETTINGS.base._replace(return_after_ns=4 * NS_PER_S))


def nearest(air: Air, slot: int = ROVER) -> int:
    """Slot of the base next to a rover."""
    return air.rovers + int(np.argmin(np.linalg.norm(air.ecef_m[air.rovers :] - air.ecef_m[slot], axis=1)))


def other(air: Air) -> int:
    return next(slot for slot in range(air.rovers, air.rows) if slot != nearest(air))


def unplugged(air: Air, slot: int, first_s: int, stop_s: int) -> Late:
    """A base that sends nothing for a while."""
    late = usual(air)
    return lambda second, row: None if row == slot and first_s <= second < stop_s else late(second, row)


def slow(air: Air, by_ns: int) -> Late:
    """Bases whose data take so long."""
    late = usual(air)
    return lambda second, row: by_ns if row >= air.rovers else late(second, row)


def switches(pipeline: Pipeline, slot: int) -> list[tuple[int, int, BaseReason]]:
    """Second, new base and reason of every switch that a rover made."""
    return [
        (round((int(s.t_gpst_ns[0]) - LONG.fleet.t_gpst_ns(0)) / NS_PER_S), int(s.base[0]), BaseReason(s.reason[0]))
        for s in pipeline.positioning.recent
        if s.slot[0] == slot
    ]


def test_one_base_unplugged_and_back() -> None:
    pipeline = new_pipeline(LONG.rows, QUICK)
    rows = of(run(pipeline, pieces(LONG, unplugged(LONG, nearest(LONG), 14, 22))), ROVER)
    assert switches(pipeline, ROVER) == [
        (17, other(LONG), BaseReason.FAILED_OVER_SILENT),
        (27, nearest(LONG), BaseReason.RETURNED),
    ]
    users = sum(nearest(LONG, slot) == nearest(LONG) for slot in range(LONG.rovers))
    assert pipeline.positioning.switches[BaseReason.FAILED_OVER_SILENT] == users
    np.testing.assert_allclose(rows.age_corr_s[14:17], [1.0, 2.0, 3.0], atol=1e-6)
    np.testing.assert_allclose(np.delete(rows.age_corr_s, range(14, 17)), 0.0, atol=1e-6)
    assert set(rows.fix_quality[14:17].tolist()) == {4}
    assert set(rows.fix_quality[-5:].tolist()) == {4}
    assert np.abs(LONG.errors_m(rows.take(rows.fix_quality == 4))).max() < 0.05


def test_without_another_base_the_last_data_serve_until_they_are_too_old() -> None:
    settings = SETTINGS._replace(rtk=type(SETTINGS.rtk)(age_corr_s_max=5.0))
    pipeline = new_pipeline(ALONE.rows, settings)
    rows = of(run(pipeline, pieces(ALONE, unplugged(ALONE, 1, 14, 99))), ROVER)
    np.testing.assert_allclose(rows.age_corr_s[14:19], [1.0, 2.0, 3.0, 4.0, 5.0], atol=1e-6)
    assert rows.fix_quality[19:].tolist() == [1] * 5
    assert np.isnan(rows.age_corr_s[19:]).all()
    assert pipeline.positioning.why[Why.STALE] == 5
    assert pipeline.positioning.bases.health.tolist() == [BaseHealth.SILENT]


@pytest.mark.parametrize(("late_ms", "age_s"), [(200, 0.0), (239, 0.0), (241, 1.0), (600, 1.0)])
def test_an_epoch_waits_for_that_of_its_base_but_not_longer_than_is_set(late_ms: int, age_s: float) -> None:
    """Rovers are received after 90 ms and wait for 150."""
    rows = of(run(new_pipeline(ALONE.rows), pieces(ALONE, slow(ALONE, late_ms * NS_PER_MS))), ROVER)
    np.testing.assert_allclose(rows.age_corr_s[2:], age_s, atol=1e-6)


def test_codes_of_a_base_are_steadied_as_they_come() -> None:
    """The same as those of all its epochs at once; an epoch that is late has no part in it."""
    table = BaseTable(SETTINGS, Known({0: Role.BASE}, {0: (4e6, 0.0, 4.9e6)}), 1)
    table.recognise(np.zeros(1, np.int32))
    told = heard(range(20), 5, TWO, np.random.default_rng(4).standard_normal((20, 5, 2)))
    epochs, observations = told.batches()
    order = np.array([*range(12), 7, *range(12, 20)])
    verdicts = table.hear_epochs(epochs.take(order), observations, START_NS)
    assert np.flatnonzero(verdicts != Status.OK).tolist() == [12]
    _, whole = steady_codes(CodeMeans.for_bases(1), epochs, observations, np.zeros(20, np.int32))
    kept = BaseCodes.concat([epoch.codes for epoch in table.latest(0, epochs.t_gpst_ns, 0)[0]])
    assert np.array_equal(kept.share, whole.share)
    assert np.array_equal(kept.correction_m, whole.correction_m)
    assert (kept.share[-10:] < 1.0).all()


def test_late_data_of_a_base_unsolve_nothing() -> None:
    rows = run(new_pipeline(ALONE.rows), pieces(ALONE, slow(ALONE, 600 * NS_PER_MS)))
    assert len(of(rows, ROVER)) == len(ALONE.bytes_at)


def stated(slot: int, station: int, ecef_m: Any, second: int) -> Piece:
    """A message 1005."""
    batch = StationBatch.missing(1, number=1005, station=station, ecef_m=[ecef_m], antenna_up_m=0.0)
    return Piece(slot, START_NS + second * NS_PER_S + BASE_LATE_NS - 1, encode_positions(batch).split()[0])


def test_a_base_that_states_another_place_is_left_until_it_keeps_to_it() -> None:
    moved = LONG.ecef_m[nearest(LONG)] + [3.0, 0.0, 0.0]
    received = [*pieces(LONG), stated(nearest(LONG), nearest(LONG) - LONG.rovers + 1, moved, 15)]
    pipeline = new_pipeline(LONG.rows, QUICK)
    rows = run(pipeline, sorted(received, key=lambda piece: piece.t_rx_ns))
    found = switches(pipeline, ROVER)
    assert found[0] == (15, other(LONG), BaseReason.FAILED_OVER_JUMPED)
    mine = of(rows, ROVER)
    fixed = mine.take(mine.fix_quality == 4)
    assert np.abs(LONG.errors_m(fixed)).max() < 0.05


def test_the_register_makes_bases_and_rovers_whatever_they_send() -> None:
    """The second base says where it stands as loudly as the first; its role says that it is a rover."""
    register = Known({ALONE.rovers: Role.BASE})
    both = on_air(rovers=1, bases=2)
    register = Known({1: Role.BASE, 2: Role.ROVER})
    pipeline = new_pipeline(both.rows, register=register)
    rows = run(pipeline, pieces(both))
    assert pipeline.positioning.bases.slot.tolist() == [1]
    mine = of(rows, 2)
    assert set(mine.fix_quality.tolist()[10:]) == {4}
    assert np.abs(both.errors_m(mine.take(slice(10, None)))).max() < 0.03


def test_a_surveyed_place_wins_over_what_the_base_says() -> None:
    x_m, y_m, z_m = ALONE.ecef_m[1].tolist()
    register = Known({1: Role.BASE}, {1: (x_m + 10.0, y_m, z_m)})
    pipeline = new_pipeline(ALONE.rows, register=register)
    rows = run(pipeline, pieces(ALONE))
    assert pipeline.positioning.bases.number.tolist() == [0]
    off_m = np.linalg.norm(ALONE.errors_m(of(rows, ROVER).take(slice(12, None))), axis=1)
    np.testing.assert_allclose(off_m, 10.0, atol=0.05)
    np.testing.assert_allclose(np.linalg.norm(ALONE.errors_m(of(rows, 1)), axis=1), 10.0, atol=1e-3)


def test_a_registered_base_without_a_place_is_counted_and_shown_as_a_single_point() -> None:
    silent = on_air(rovers=1, bases=1, scenario=NEVER_PLACED)
    pipeline = new_pipeline(silent.rows, register=Known({1: Role.BASE}))
    rows = run(pipeline, [piece for piece in pieces(silent) if piece.t_rx_ns > START_NS + NS_PER_S])
    assert pipeline.drops[1, Status.BASE_UNPLACED] == len(silent.bytes_at) - 1
    assert pipeline.positioning.bases.health.tolist() == [BaseHealth.UNPLACED]
    assert pipeline.positioning.base_slot[ROVER] == -1
    assert set(of(rows, 1).fix_quality.tolist()) <= {0, 1}
    assert set(of(rows, ROVER).fix_quality.tolist()) <= {0, 1}


NEVER_PLACED = """
driving = false
[signals]
systems = "GC"
signals_max = 2
surroundings = "open"
[rtk]
position_every_s = 1000.0
ephemerides_every_s = 4.0
"""


def test_observations_of_another_station_in_a_bases_stream_are_not_used() -> None:
    """The stream of a base goes over to those of another station, without saying where that one stands."""
    both = on_air(rovers=1, bases=2, scenario=NEVER_PLACED)
    late = usual(both)
    received = pieces(both, lambda second, row: None if row == 2 and second == 0 else late(second, row))
    mixed = [Piece(1, piece.t_rx_ns, piece.data) if piece.slot == 2 else piece for piece in received]
    pipeline = new_pipeline(both.rows)
    rows = run(pipeline, mixed)
    assert pipeline.drops[1, Status.FOREIGN_STATION] == len(both.bytes_at) - 1
    assert pipeline.drops[1].sum() == len(both.bytes_at) - 1
    assert set(of(rows, ROVER).fix_quality.tolist()[12:]) == {4}


def test_who_is_barred_makes_no_base_and_no_ephemeris() -> None:
    pipeline = new_pipeline(ALONE.rows)
    pipeline.barred = np.array([False, True])
    rows = run(pipeline, pieces(ALONE))
    assert len(pipeline.positioning.bases) == 0
    assert set(rows.fix_quality.tolist()) == {0}


def test_messages_make_no_base_where_that_is_not_wanted() -> None:
    pipeline = new_pipeline(ALONE.rows, SETTINGS._replace(auto_bases=False))
    rows = run(pipeline, pieces(ALONE))
    assert len(pipeline.positioning.bases) == 0
    assert set(of(rows, ROVER).fix_quality.tolist()) == {1}


@pytest.mark.parametrize("said", [False, True])
def test_a_stream_that_has_not_shown_what_it_is_is_neither(said: bool) -> None:
    """A base that was not heard when it stated its place streams for ten seconds as a rover would."""
    late = unplugged(LONG, other(LONG), 0, 1)
    roles = {slot: Role.ROVER for slot in range(LONG.rovers)} if said else {}
    pipeline = new_pipeline(LONG.rows, register=Known(roles))
    counts = []
    for second in range(30):
        run_to = pieces(LONG, late, [second])
        feed(pipeline, run_to)
        counts.append(pipeline.positioning.gauges.rovers)
    assert set(counts[:8]) == ({0, LONG.rovers} if said else {0})
    assert max(counts) == counts[-1] == LONG.rovers
    bases = pipeline.positioning.bases.slot
    assert len(bases) == LONG.rows - LONG.rovers
    assert sum(map(pipeline.positioning.rovers_of, bases.tolist())) == LONG.rovers


def test_each_time_gets_the_newest_base_epoch_that_is_not_later() -> None:
    table = BaseTable(SETTINGS, Known({0: Role.BASE}, {0: (4e6, 0.0, 4.9e6)}), 1)
    table.recognise(np.zeros(1, np.int32))
    epochs, observations = heard(range(5), 5, TWO, np.zeros((5, 5, 2))).batches()
    table.hear_epochs(epochs, observations, START_NS)
    t_ns = epochs.t_gpst_ns
    kept, which = table.latest(0, np.array([t_ns[3] + 1, t_ns[0] - 1, t_ns[1], t_ns[3]]), 0)
    assert which.tolist() == [1, -1, 0, 1]
    assert [epoch.t_gpst_ns for epoch in kept] == [t_ns[1], t_ns[3]]
