"""Recorded positions: the same rows give the same matches and events, bit for bit, and the same that live gave."""

from pathlib import Path

import numpy as np
import pytest

from beidou_svc.config import Settings
from beidou_svc.fleet.registry import Registry
from beidou_svc.roads import recorded
from beidou_svc.roads.fence_desk import FenceChange
from beidou_svc.roads.fence_documents import read_fence
from beidou_svc.roads.recorded import RecordedRoads, RoadTables, standing
from gnss.batches import FixBatch
from mapping.fences.kinds import EventKind
from tests.helpers.roads import SCHOOL, drive, road_context, town_settings


def rows(vehicles: int = 3, seconds: int = 90) -> FixBatch:
    """Vehicles one after the other, each a little later than the one before."""
    drives = [(slot, second) for slot in range(vehicles) for second in range(seconds)]
    return FixBatch.concat([drive(second, slot=slot, lon0_deg=114.9005 - 0.0003 * slot) for slot, second in drives])


def with_fences(folder: Path) -> Settings:
    import orjson

    path = folder / "fences.geojson"
    path.write_bytes(orjson.dumps({"type": "FeatureCollection", "features": [SCHOOL]}))
    return town_settings(folder, fences=str(path))


def tables(settings: Settings, fixes: FixBatch) -> RoadTables:
    ids = [f"gz-{slot:05d}" for slot in range(int(fixes.slot.max()) + 1)]
    return RecordedRoads(settings, Registry()).tables(ids, fixes)


def test_every_vehicle_enters_and_leaves_once(tmp_path: Path) -> None:
    found = tables(with_fences(tmp_path), rows())
    mine = found.events.take(np.array([found.fences[row] == "school" for row in found.events.fence.tolist()]))
    kinds = [EventKind(kind).name for kind in mine.kind.tolist()]
    assert kinds == ["ENTER"] * 3 + ["EXIT"] * 3
    assert mine.slot.tolist() == [0, 1, 2, 0, 1, 2]
    assert len(found.matches) == 270
    assert (found.matches.edge >= 0).mean() > 0.9


def test_the_order_of_the_rows_makes_no_difference(tmp_path: Path) -> None:
    settings, fixes = with_fences(tmp_path), rows()
    first = tables(settings, fixes)
    shuffled = tables(settings, fixes.take(np.random.default_rng(5).permutation(len(fixes))))
    assert first.matches.equals(shuffled.matches)
    assert first.events.equals(shuffled.events)


@pytest.mark.parametrize("rows_a_step", [1, 7, 1000])
def test_nor_does_the_size_of_a_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows_a_step: int) -> None:
    settings, fixes = with_fences(tmp_path), rows(2)
    first = tables(settings, fixes)
    monkeypatch.setattr(recorded, "ROWS_A_STEP", rows_a_step)
    other = tables(settings, fixes)
    assert first.matches.equals(other.matches)
    assert first.events.equals(other.events)


def test_live_with_open_epochs_late_and_doubled_rows_ends_in_the_same_events(tmp_path: Path) -> None:
    """Live an epoch is shown while it is open, comes again when closed, and some come seconds late."""
    fixes = rows(2)
    expected = tables(with_fences(tmp_path), fixes).events
    context = road_context(town_settings(tmp_path))
    roads = context.roads
    assert roads is not None
    draft = read_fence(SCHOOL, roads.plane, None)
    roads.desk.change([FenceChange("school", draft, 0)], by="t", t_utc_ns=0)
    rng = np.random.default_rng(7)
    arrival = np.argsort(fixes.t_gpst_ns + rng.uniform(0, 1.9e9, len(fixes)), kind="stable")
    bare = fixes.replace(speed_mps=np.full(len(fixes), np.nan), sentences=np.ones(len(fixes), np.uint32))
    for row in arrival.tolist():
        one = np.array([row])
        for step in (bare.take(one), fixes.take(one), fixes.take(one)):
            roads.step(step)
    log = roads.log.read(roads.log.after(0, 10_000))
    stands = log["standing"] & (np.array([roads.desk.refs[row] == "school" for row in log["fence"].tolist()]))
    order = np.lexsort((log["kind"], log["slot"], log["t_gpst_ns"]))
    kept = [row for row in order.tolist() if stands[row]]
    schools = expected.take(expected.kind <= int(EventKind.EXIT))
    for name in ("kind", "slot", "t_gpst_ns", "cause_t_gpst_ns", "p", "lat_rad", "lon_rad"):
        assert log[name][kept].tolist() == getattr(schools, name).tolist(), name


def test_what_was_taken_back_does_not_stand(tmp_path: Path) -> None:
    from mapping.fences.kinds import Op
    from tests.unit.roads.event_rows import ENTER, batch

    rows_ = batch((1, Op.ASSERT, ENTER, 0, 0, 5), (2, Op.ASSERT, ENTER, 0, 0, 3), (1, Op.RETRACT, ENTER, 0, 0, 5))
    assert standing(rows_).event_id.tolist() == [2]
