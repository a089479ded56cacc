"""Rovers and bases into the pipeline, positions out: right to the centimetre, the same however they are cut."""

import numpy as np
import pytest

from beidou_svc.pipeline.runner import Pipeline
from beidou_svc.positioning import solving
from beidou_svc.positioning.running import Beside
from beidou_svc.positioning.stage import Positioning
from gnss.batches import Source
from gnss.constants import NS_PER_MS, NS_PER_S
from gnss.rtk.base_choice import BaseReason
from tests.unit.positioning.air import SETTINGS, SETTLED, START_NS, Piece, feed, new_pipeline, of, on_air, pieces, run

pytestmark = pytest.mark.compiled

AIR = on_air()
ROVER, BASE, OTHER_BASE = 0, AIR.rovers, AIR.rovers + 1


def test_rovers_are_fixed_to_the_centimetre_by_their_nearest_base() -> None:
    pipeline = new_pipeline(AIR.rows)
    rows = run(pipeline, pieces(AIR))
    for slot in range(AIR.rovers):
        mine = of(rows, slot)
        assert len(mine) == len(AIR.bytes_at)
        settled = mine.take(slice(SETTLED, None))
        assert settled.fix_quality.tolist() == [4] * len(settled)
        assert np.abs(AIR.errors_m(settled)).max() < 0.03
        assert set(mine.source.tolist()) == {Source.ENGINE}
        np.testing.assert_allclose(settled.age_corr_s, 0.0, atol=1e-6)
        nearest = int(np.argmin(np.linalg.norm(AIR.ecef_m[AIR.rovers :] - AIR.ecef_m[slot], axis=1)))
        assert pipeline.positioning.base_slot[slot] == AIR.rovers + nearest
        assert set(settled.base_id.tolist()) == {nearest + 1}
        assert pipeline.positioning.reason[slot] == BaseReason.NEAREST
        np.testing.assert_allclose(
            settled.baseline_m, np.linalg.norm(AIR.ecef_m[slot] - AIR.ecef_m[AIR.rovers + nearest]), atol=0.05
        )


def test_bases_are_rows_where_they_are_said_to_stand() -> None:
    rows = run(new_pipeline(AIR.rows), pieces(AIR))
    for slot in (BASE, OTHER_BASE):
        mine = of(rows, slot)
        assert set(mine.fix_quality.tolist()) == {7}
        assert np.abs(AIR.errors_m(mine)).max() < 1e-3


def test_rows_say_when_their_epoch_was_received() -> None:
    rows = of(run(new_pipeline(AIR.rows), pieces(AIR)), ROVER)
    late_ns = rows.t_rx_ns - (START_NS + np.arange(len(rows)) * NS_PER_S)
    assert set(late_ns.tolist()) == {90 * NS_PER_MS}


def cut(received: list[Piece], size: int) -> list[Piece]:
    """Each piece in parts of so many bytes, all received at its time."""
    return [
        Piece(piece.slot, piece.t_rx_ns, piece.data[a : a + size])
        for piece in received
        for a in range(0, len(piece.data), size)
    ]


@pytest.mark.parametrize(("size", "at_once"), [(1 << 20, 1), (1 << 20, 3), (100, 7), (1_023, 40), (333, 1 << 30)])
def test_the_same_at_every_cutting(size: int, at_once: int) -> None:
    whole = run(new_pipeline(AIR.rows), pieces(AIR))
    assert run(new_pipeline(AIR.rows), cut(pieces(AIR), size), at_once).equals(whole)


def test_the_same_without_receive_times_one_log_after_the_other() -> None:
    """As logs without receive times are: positions do not depend on which is read first, or by how much at once."""
    untimed = [Piece(piece.slot, np.iinfo(np.int64).min, piece.data) for piece in pieces(AIR)]
    one_by_one = sorted(untimed, key=lambda piece: piece.slot)
    found = []
    for order in (one_by_one, sorted(untimed, key=lambda piece: -piece.slot)):
        for at_once in (5, 1 << 30):
            pipeline = new_pipeline(AIR.rows, reference_gpst_ns=AIR.fleet.t_gpst_ns(0))
            found.append(run(pipeline, order, at_once))
    assert all(rows.equals(found[0]) for rows in found)
    assert set(of(found[0], ROVER).fix_quality.tolist()[SETTLED:]) == {4}


def test_a_thread_beside_finds_the_same() -> None:
    whole = run(new_pipeline(AIR.rows), pieces(AIR))
    runner = Beside(Positioning(SETTINGS, AIR.rows), interval_ns=40 * NS_PER_MS, ticks_max=25)
    pipeline = Pipeline(capacity=AIR.rows, positioning=runner)
    pipeline.ensure_capacity(AIR.rows)
    received = pieces(AIR)
    parts = [feed(pipeline, [piece], now_ns=piece.t_rx_ns) for piece in received]
    rows = type(whole).concat([*parts, pipeline.finish()])
    pipeline.close()
    assert rows.take(np.lexsort((rows.t_gpst_ns, rows.slot))).equals(whole)
    assert runner.failed == 0


def test_threads_that_share_the_rovers_find_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solving, "SHARED_MIN", 2)
    shared = run(new_pipeline(AIR.rows, SETTINGS._replace(threads=3)), pieces(AIR))
    assert shared.equals(run(new_pipeline(AIR.rows), pieces(AIR)))
