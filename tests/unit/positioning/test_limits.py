"""What is bounded is counted when it is full, and a clock that is set back stops nothing."""

from collections.abc import Sequence

import numpy as np
import pytest

from beidou_svc.positioning import running
from beidou_svc.positioning.arrived import Arrived
from beidou_svc.positioning.located import Located
from beidou_svc.positioning.rounds import Backlog
from beidou_svc.positioning.running import Beside, Inline
from beidou_svc.positioning.stage import Positioning
from beidou_svc.positioning.view import SWITCHES_KEPT_MAX, PositioningView
from beidou_svc.positioning.warm import warm
from gnss.batches import FixBatch
from gnss.constants import NS_PER_MS, NS_PER_S
from gnss.rtcm.epochs import EpochBatch
from gnss.rtcm.observations import ObservationBatch
from gnss.rtk._epoch_kernel import solve_jobs
from gnss.rtk.engine import Why
from gnss.status import Status
from tests.unit.positioning.air import SETTINGS, START_NS, Piece, feed, new_pipeline, of, on_air, pieces, run, usual

pytestmark = pytest.mark.compiled

AIR = on_air()
ROVER = 0


def test_more_rovers_than_the_engine_remembers_get_single_points() -> None:
    pipeline = new_pipeline(AIR.rows, SETTINGS._replace(rovers_max=1))
    rows = run(pipeline, pieces(AIR))
    assert 4 in of(rows, 0).fix_quality
    assert set(of(rows, 1).fix_quality.tolist()) == {1}
    assert pipeline.positioning.gauges.rovers == 1
    assert pipeline.positioning.gauges.rovers_refused == len(AIR.bytes_at)


def test_more_bases_than_there_may_be_are_not_used() -> None:
    pipeline = new_pipeline(AIR.rows, SETTINGS._replace(bases_max=1))
    run(pipeline, pieces(AIR))
    assert len(pipeline.positioning.bases) == 1
    assert pipeline.positioning.gauges.bases_refused > 0


def test_more_epochs_than_may_wait_go_on_at_once() -> None:
    late = usual(AIR)
    slow = pieces(AIR, lambda second, row: 200 * NS_PER_MS if row >= AIR.rovers else late(second, row))
    waiting = new_pipeline(AIR.rows)
    hurried = new_pipeline(AIR.rows, SETTINGS._replace(waiting_max=1))
    assert of(run(waiting, slow), ROVER).age_corr_s[5] == pytest.approx(0.0, abs=1e-6)
    assert of(run(hurried, slow), ROVER).age_corr_s[5] == pytest.approx(1.0, abs=1e-6)
    assert waiting.positioning.gauges.hurried == 0
    # the first epochs come before any base is known
    assert hurried.positioning.gauges.hurried == (len(AIR.bytes_at) - 1) * AIR.rovers


def test_a_full_backlog_refuses_epochs_and_counts_them() -> None:
    backlog = Backlog(rows_max=25)
    epochs = EpochBatch.missing(3, slot=[0, 1, 2], t_gpst_ns=1, first=[0, 10, 20], rows=10, t_rx_ns=5)
    backlog.add(Arrived(epochs, ObservationBatch.missing(30), []))
    backlog.add(Arrived(epochs.take(slice(0, 1)), ObservationBatch.missing(10), []))
    (found,) = backlog.complete(10)
    assert found.epochs.slot.tolist() == [0, 1]
    assert backlog.refused == 2
    backlog.add(Arrived(epochs.take(slice(2, 3)), ObservationBatch.missing(30), []))
    assert [r.epochs.slot.tolist() for r in backlog.complete(20)] == [[2]]


def test_rounds_wait_until_they_are_complete_and_late_ones_come_at_once() -> None:
    backlog = Backlog(rows_max=1_000)
    epochs = EpochBatch.missing(4, slot=[3, 1, 0, 1], t_gpst_ns=1, first=range(4), rows=1, t_rx_ns=[7, 7, 5, 9])
    backlog.add(Arrived(epochs, ObservationBatch.missing(4, prn=[30, 10, 0, 11]), []))
    found = [
        (r.t_rx_ns, r.epochs.slot.tolist(), r.observations.prn[r.epochs.first].tolist()) for r in backlog.complete(8)
    ]
    assert found == [(5, [0], [0]), (7, [1, 3], [10, 30])]
    late = EpochBatch.missing(1, slot=[2], t_gpst_ns=1, rows=1, t_rx_ns=[6])
    backlog.add(Arrived(late, ObservationBatch.missing(1, prn=20), []))
    found = [
        (r.t_rx_ns, r.epochs.slot.tolist(), r.observations.prn[r.epochs.first].tolist()) for r in backlog.complete(9)
    ]
    assert found == [(8, [2], [20]), (9, [1], [11])]


def test_late_and_repeated_epochs_are_counted_and_not_solved_again() -> None:
    received = pieces(AIR)
    again = [Piece(p.slot, p.t_rx_ns + 20 * NS_PER_S, p.data) for p in received if p.slot == ROVER]
    pipeline = new_pipeline(AIR.rows)
    rows = run(pipeline, [*received, *again[3:]])
    assert len(of(rows, ROVER)) == len(AIR.bytes_at)
    assert pipeline.drops[ROVER, Status.STALE] == len(again) - 3


def test_half_a_frame_costs_its_epoch_a_system_at_most() -> None:
    received = pieces(AIR)
    mine = [piece for piece in received if piece.slot == ROVER]
    hurt = {id(piece) for piece in mine[3::5]}
    cut = [Piece(p.slot, p.t_rx_ns, p.data[: len(p.data) // 2]) if id(p) in hurt else p for p in received]
    pipeline = new_pipeline(AIR.rows)
    rows = of(run(pipeline, cut), ROVER)
    assert pipeline.drops[ROVER].sum() > 0
    assert len(rows) >= len(mine) - len(hurt)
    fixed = rows.take(rows.fix_quality == 4)
    assert len(fixed) > 3
    assert np.abs(AIR.errors_m(fixed)).max() < 0.05


def test_a_clock_set_back_by_an_hour_stops_nothing() -> None:
    hour_ns = 3_600 * NS_PER_S
    half = len(AIR.bytes_at) // 2
    late = usual(AIR)
    slow = pieces(AIR, lambda second, row: 400 * NS_PER_MS if row >= AIR.rovers else late(second, row))
    pipeline = new_pipeline(AIR.rows)
    count = 0
    for piece in slow:
        back_ns = hour_ns if piece.t_rx_ns > START_NS + half * NS_PER_S else 0
        moved = Piece(piece.slot, piece.t_rx_ns - back_ns, piece.data)
        count += len(feed(pipeline, [moved], now_ns=moved.t_rx_ns))
    assert count + len(pipeline.finish()) == AIR.rows * len(AIR.bytes_at)


def test_the_kernel_of_the_engine_is_compiled_for_one_form_of_arrays() -> None:
    """In service nothing may wait for a compiler: what the warm-up compiled is all that is ever asked for."""
    warm()
    before = len(solve_jobs.nopython_signatures)  # type: ignore[attr-defined]
    assert before == 1
    run(new_pipeline(AIR.rows), pieces(AIR))
    run(new_pipeline(AIR.rows), pieces(AIR), at_once=1)
    late = usual(AIR)
    run(
        new_pipeline(AIR.rows),
        pieces(AIR, lambda second, row: 200 * NS_PER_MS if row >= AIR.rovers else late(second, row)),
    )
    assert len(solve_jobs.nopython_signatures) == before  # type: ignore[attr-defined]


def test_a_runner_that_is_behind_says_so_and_loses_nothing() -> None:
    positioning = Positioning(SETTINGS, AIR.rows)
    runner = Beside(positioning, interval_ns=10**18, ticks_max=3)
    whole = new_pipeline(AIR.rows)
    pipeline = type(whole)(capacity=AIR.rows, positioning=runner)
    behind, parts = [], []
    for piece in pieces(AIR):
        parts.append(feed(pipeline, [piece], now_ns=piece.t_rx_ns))
        behind.append(pipeline.is_behind)
    assert behind[:5] == [False, False, False, True, True]
    rows = FixBatch.concat([*parts, pipeline.finish()])
    pipeline.close()
    assert rows.take(np.lexsort((rows.t_gpst_ns, rows.slot))).equals(run(whole, pieces(AIR)))


def test_a_step_takes_no_more_than_it_may_and_nothing_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "STEP_ROWS", 1)
    positioning = Positioning(SETTINGS, AIR.rows)
    runner = Beside(positioning, interval_ns=10**18, ticks_max=10_000)
    whole = new_pipeline(AIR.rows)
    pipeline = type(whole)(capacity=AIR.rows, positioning=runner)
    steps: list[int] = []
    step = positioning.step

    def counted(arrived: Sequence[Arrived], complete_ns: int) -> Located:
        steps.append(len(arrived))
        return step(arrived, complete_ns)

    monkeypatch.setattr(positioning, "step", counted)
    parts = [feed(pipeline, [piece], now_ns=piece.t_rx_ns) for piece in pieces(AIR)]
    rows = FixBatch.concat([*parts, pipeline.finish()])
    pipeline.close()
    assert max(steps) == 1
    assert rows.take(np.lexsort((rows.t_gpst_ns, rows.slot))).equals(run(whole, pieces(AIR)))


def test_a_step_that_fails_is_counted_and_the_next_one_works(monkeypatch: pytest.MonkeyPatch) -> None:
    positioning = Positioning(SETTINGS, AIR.rows)
    runner = Beside(positioning, interval_ns=0, ticks_max=3)
    monkeypatch.setattr(positioning, "step", lambda *_: 1 // 0)
    runner.submit([], START_NS)
    assert runner.collect(wait=True) == []
    assert runner.failed == 1
    monkeypatch.undo()
    runner.submit([], START_NS + NS_PER_S)
    assert len(runner.collect(wait=True)) == 1
    runner.close()


def test_nothing_is_kept_where_nothing_comes() -> None:
    inline = Inline(Positioning(SETTINGS, 1))
    inline.submit([], START_NS)
    (located,) = inline.collect()
    view = PositioningView(1)
    assert len(view.take(located)) == 0
    assert view.orbits is None
    assert view.recent.maxlen == SWITCHES_KEPT_MAX
    assert int(view.why[Why.SOLVED]) == 0
