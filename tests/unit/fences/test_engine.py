"""What is reported of ways drawn on a map."""

from datetime import date
from types import SimpleNamespace

import numpy as np
import pytest

from mapping.datums.frame import Frame
from mapping.datums.placed import Placed
from mapping.errors import FrameMixedError
from mapping.fences.engine import fence_step
from mapping.fences.kinds import EventKind, EventStatus
from mapping.fences.model import Corridor, FenceDraft
from mapping.fences.state import Counter, FenceState
from mapping.fences.windows import Window
from tests.unit.fences.maps import BLOCK, T0_NS, built, degrees_of, drawn, placed, straight, way
from tests.unit.fences.said import run, told

# rules and memories are records, whose fields are attributes only where kernels are compiled
pytestmark = pytest.mark.compiled

THROUGH = """
............
.0.1.2.3.4.5
............
............
"""
KINDS = {kind.name.lower(): kind for kind in EventKind}


def kinds(*names: str) -> frozenset[EventKind]:
    return frozenset(KINDS[name] for name in names)


def test_enter_and_exit_with_their_lineage() -> None:
    points = way(THROUGH)
    events = run(built(drawn("block", BLOCK)), placed(points, speed_mps=20.0, slot=2))
    assert told(events) == [("enter", 2.0), ("exit", 4.0)]
    assert events.slot.tolist() == [2, 2] and events.fence.tolist() == [0, 0]
    assert (events.p > 0.999).all() and (events.status == EventStatus.PLAIN).all()
    assert np.degrees(events.lat_rad) == pytest.approx([lat for lat, _ in degrees_of(points[[2, 4]])])
    assert ((events.cause_t_gpst_ns - T0_NS) // 10**9).tolist() == [2, 4]
    assert events.sigma_m[0] == pytest.approx(0.05) and events.value[1] == 2.0


def test_one_row_off_the_way_is_no_visit() -> None:
    """A jump that the speed does not explain has to be confirmed by a second row."""
    x = [5.0] * 5 + [60.0] + [5.0] * 5
    fences = built(drawn("block", BLOCK))
    assert told(run(fences, placed(straight(x, 20.0), speed_mps=0.0))) == []
    assert told(run(fences, placed(straight(x, 20.0)))) == []
    twice = [5.0] * 5 + [60.0] * 3
    assert told(run(fences, placed(straight(twice, 20.0), speed_mps=0.0))) == [("enter", 5.0)]


def test_a_terminal_first_heard_inside() -> None:
    events = run(built(drawn("block", BLOCK)), placed(straight([60.0] * 4, 20.0)))
    assert told(events) == [("enter", 0.0)] and events.status[0] == EventStatus.FIRST


def test_after_a_silence_nobody_saw_it_go() -> None:
    points = straight([60.0] * 3 + [5.0] * 3, 20.0)
    events = run(built(drawn("block", BLOCK)), placed(points, np.array([0, 1, 2, 900, 901, 902.0])))
    assert told(events) == [("enter", 0.0), ("exit", 900.0)]
    assert events.status.tolist() == [EventStatus.FIRST, EventStatus.FIRST]


def test_confirmation_of_the_fence_counts_rows_and_seconds() -> None:
    points = straight([5.0, 25.0, 45.0, 50.0, 55.0, 60.0, 65.0], 20.0)
    slow = built(drawn("rows", BLOCK, confirm_rows=3), drawn("seconds", BLOCK, confirm_s=4.0))
    events = run(slow, placed(points, speed_mps=20.0))
    assert [(int(f), int(t - T0_NS) // 10**9) for f, t in zip(events.fence, events.cause_t_gpst_ns, strict=True)] == [
        (0, 4), (1, 6),
    ]  # fmt: skip
    assert told(events) == [("enter", 2.0), ("enter", 2.0)]


def test_dwell() -> None:
    fences = built(drawn("block", BLOCK, kinds=kinds("dwell"), dwell_s=5.0))
    points = straight([5.0, 25.0, 45.0, *[60.0] * 9, 100.0, 110.0], 20.0)
    assert told(run(fences, placed(points, speed_mps=10.0))) == [("dwell", 7.0)]


def test_speeding_begins_and_ends() -> None:
    fences = built(drawn("zone", BLOCK, 100.0, kinds=kinds("speeding"), speed_limit_mps=10.0))
    speed = np.array([9.0, 9.0, 10.4, 12.0, 14.0, 13.0, 10.2, 9.0, 9.0, 15.0, 9.0])
    points = np.column_stack([450.0 + np.cumsum(speed), np.full(11, 150.0)])
    events = run(fences, placed(points, speed_mps=speed))
    assert told(events) == [("speeding", 4.0), ("speeding_end", 7.0)]
    assert events.value.tolist() == [14.0, 14.0]


def test_leaving_ends_what_went_on() -> None:
    asked = kinds("speeding", "arrived", "exit")
    fences = built(drawn("zone", BLOCK, kinds=asked, speed_limit_mps=10.0))
    x, speed = [50.0, 50.0, 60.0, 75.0, 95.0, 115.0], [0.0, 0.0, 15.0, 15.0, 20.0, 20.0]
    events = run(fences, placed(straight(x, 20.0), speed_mps=np.array(speed)))
    assert [kind for kind, _ in told(events)] == ["arrived", "speeding", "speeding_end", "departed", "exit"]


def test_passing_a_stop_is_no_arrival() -> None:
    fences = built(drawn("stop", BLOCK, kinds=kinds("arrived")))
    assert told(run(fences, placed(way(THROUGH), speed_mps=20.0))) == []


def test_cross_between_two_rows_and_over_several() -> None:
    gate = built(drawn("gate", BLOCK, 2.0, kinds=kinds("cross", "enter", "exit")))
    fast = straight([-40.0, -20.0, 0.0, 25.0, 50.0], 4.0)
    assert told(run(gate, placed(fast, speed_mps=25.0))) == [("cross", 3.0)]
    beside = straight([-40.0, -20.0, 0.0, 25.0, 50.0], 12.0)
    assert told(run(gate, placed(beside, speed_mps=25.0))) == []
    touched = straight([-40.0, -20.0, 0.0, 9.0, 25.0, 50.0], 4.0)
    unsure = placed(touched, speed_mps=20.0, sigma_n_m=2.0, sigma_e_m=2.0)
    assert [kind for kind, _ in told(run(gate, unsure))] == ["cross"]
    inside = straight([-40.0, -20.0, 0.0, 12.0, 30.0, 50.0], 4.0)
    assert [kind for kind, _ in told(run(gate, placed(inside, speed_mps=20.0)))] == ["enter", "exit"]


def corridor(**asked: object) -> FenceDraft:
    line = degrees_of(np.array([[0.0, 0.0], [1000.0, 0.0]]))
    return FenceDraft("corridor", Corridor((line,), 10.0), **asked)  # type: ignore[arg-type]


def test_deviation_and_return() -> None:
    fences = built(corridor(kinds=kinds("deviation")))
    y = [0.0, 0.0, 5.0, 18.0, 30.0, 30.0, 15.0, 4.0, 0.0, 0.0]
    points = np.column_stack([100.0 + 15.0 * np.arange(10), y])
    events = run(fences, placed(points, speed_mps=20.0))
    assert told(events) == [("deviation", 3.0), ("return", 7.0)]
    assert events.value == pytest.approx([8.0, 4.0], abs=1e-6)


@pytest.mark.parametrize("stated", [True, False])
def test_wrong_way_by_course_or_by_motion(stated: bool) -> None:
    fences = built(corridor(kinds=kinds("wrong_way")))
    x = np.concatenate([100.0 + 10.0 * np.arange(6), 140.0 - 10.0 * np.arange(6), 100.0 + 10.0 * np.arange(6)])
    course = np.repeat([np.pi / 2, -np.pi / 2, np.pi / 2], 6)
    rows = placed(straight(x.tolist()), speed_mps=10.0, course_rad=course if stated else np.nan)
    assert [kind for kind, _ in told(run(fences, rows))] == ["wrong_way", "wrong_way_end"]


def test_a_fence_of_edges_wants_its_edge() -> None:
    fences = built(drawn("block", BLOCK, edges=frozenset({7, 9})))
    rows = placed(way(THROUGH), speed_mps=20.0)
    for edge, expected in ((9, 2), (8, 0), (-1, 2)):
        match = SimpleNamespace(edge=np.full(6, edge, np.int32), offset_m=np.zeros(6))
        _, events = fence_step(FenceState.for_slots(1), fences, rows, match)
        assert len(events) == expected


def test_against_the_direction_of_a_matched_edge() -> None:
    fences = built(drawn("block", BLOCK, 100.0, kinds=kinds("wrong_way"), edges=frozenset({3})))
    rows = placed(straight((450.0 + 10.0 * np.arange(6)).tolist(), 150.0), speed_mps=10.0)
    match = SimpleNamespace(edge=np.full(6, 3, np.int32), offset_m=90.0 - 10.0 * np.arange(6))
    _, events = fence_step(FenceState.for_slots(1), fences, rows, match)
    assert [kind for kind, _ in told(events)] == ["wrong_way"]


def test_groups() -> None:
    fences = built(drawn("all", BLOCK), drawn("bus", BLOCK, groups=frozenset({"bus"})))
    rows = placed(way(THROUGH), speed_mps=20.0)
    for names, expected in ((["bus"], [0, 1, 0, 1]), (["taxi"], [0, 0])):
        masks = np.array([fences.group_mask(names)], np.int64)
        _, events = fence_step(FenceState.for_slots(1), fences, rows, groups=masks)
        assert events.fence.tolist() == expected


def test_a_window_that_opens_and_closes() -> None:
    """T0 is 16:53:02 UTC on a Friday: the window opens at 16:55 and closes at 16:57."""
    friday = ((), (), (), (), ((16 * 60 + 55, 16 * 60 + 57),), (), ())
    fences = built(drawn("block", BLOCK, window=Window("+00:00", friday, ((date(2030, 1, 1), ()),))))
    points = straight([60.0] * 40, 20.0)
    events = run(fences, placed(points, 10.0 * np.arange(40.0)))
    assert told(events) == [("enter", 120.0), ("exit", 240.0)]
    assert events.status.tolist() == [EventStatus.WINDOW, EventStatus.WINDOW]


@pytest.mark.parametrize(("quality", "sigma_m"), [(1, 3.0), (4, 0.05), (5, 0.5)])
def test_an_accuracy_that_is_not_stated_is_that_of_the_quality(quality: int, sigma_m: float) -> None:
    rows = placed(straight([60.0] * 5, 20.0), fix_quality=quality, sigma_n_m=np.nan, sigma_e_m=np.nan)
    events = run(built(drawn("block", BLOCK, 100.0)), placed(straight([450.0] * 5, 150.0), fix_quality=4))
    assert len(events) == 1 and len(rows) == 5
    bare = placed(straight([400.0 + 9.0 * sigma_m] * 5, 150.0), fix_quality=quality, sigma_n_m=np.nan, sigma_e_m=np.nan)
    events = run(built(drawn("block", BLOCK, 100.0)), bare)
    assert events.sigma_m.tolist() == pytest.approx([sigma_m])


def test_rows_of_no_use_are_counted() -> None:
    state, fences = FenceState.for_slots(1), built(drawn("block", BLOCK))
    points = straight([60.0] * 4, 20.0)
    for column, value in (("fix_quality", 0), ("status", 33), ("lat_rad", np.nan)):
        rows = placed(points).rows.replace(**{column: np.full(4, value, getattr(placed(points).rows, column).dtype)})
        state, events = fence_step(state, fences, Placed(fences.frame, rows))
        assert len(events) == 0
    assert state.counters[Counter.UNUSABLE] == state.counters[Counter.ROWS] == 12


def test_wrong_callers() -> None:
    fences, rows = built(drawn("block", BLOCK)), placed(way(THROUGH), slot=5)
    with pytest.raises(ValueError, match="slot 5"):
        fence_step(FenceState.for_slots(5), fences, rows)
    elsewhere = Placed(Frame.parse("ITRF2020@2026.5"), rows.rows)
    with pytest.raises(FrameMixedError):
        fence_step(FenceState.for_slots(9), fences, elsewhere)


def test_a_removed_fence_is_forgotten() -> None:
    state, fences = FenceState.for_slots(1), built(drawn("block", BLOCK))
    state, entered = fence_step(state, fences, placed(straight([5.0, 25.0, 45.0, 60.0], 20.0), speed_mps=20.0))
    state, after = fence_step(
        state, fences.remove("block"), placed(straight([5.0] * 4, 20.0), np.arange(4.0, 8.0), speed_mps=0.0)
    )
    assert told(entered) == [("enter", 2.0)] and len(after) == 0
