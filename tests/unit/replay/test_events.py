"""Events follow from rows: an ASCII history of two terminals and what is read off it."""

import numpy as np

from beidou_svc.replay.events import NO_QUALITY, EventBatch, EventKind, find_events
from gnss.batches import NO_TIME, FixBatch
from gnss.status import Status

S = 10**9


def rows(*histories: str) -> FixBatch:
    """One history a terminal: the n-th character is the fix quality at second n; `.` = nothing, `?` = no date."""
    cells = [(slot, t, c) for slot, history in enumerate(histories) for t, c in enumerate(history) if c != "."]
    return FixBatch.missing(
        len(cells),
        slot=[slot for slot, _, _ in cells],
        t_gpst_ns=[NO_TIME if c == "?" else t * S for _, t, c in cells],
        fix_quality=[0 if c == "?" else int(c) for _, _, c in cells],
        status=[Status.NO_DATE if c == "?" else Status.OK for _, _, c in cells],
    )


def told(events: EventBatch) -> list[str]:
    names = {int(kind): kind.name for kind in EventKind}
    columns = (events.t_gpst_ns, events.slot, events.kind, events.quality_before, events.fix_quality)
    return [
        f"{t // S} {slot} {names[kind]} {'-' if before == NO_QUALITY else before}>{quality}"
        for t, slot, kind, before, quality in zip(*(column.tolist() for column in columns), strict=True)
    ]


def test_a_history_is_told_in_order_of_time() -> None:
    events = find_events(rows("4455..5", "..?1............1"), gap_s=10)
    assert told(events) == [
        "0 0 FIRST ->4",
        "2 0 QUALITY 4>5",
        "3 1 FIRST ->1",
        "6 0 LAST ->5",
        "16 1 GAP 1>1",
        "16 1 LAST ->1",
    ]
    assert events.gap_s[~np.isnan(events.gap_s)].tolist() == [13.0]


def test_a_pause_of_just_the_limit_is_none() -> None:
    assert told(find_events(rows("4..4"), gap_s=3)) == ["0 0 FIRST ->4", "3 0 LAST ->4"]


def test_a_single_row_comes_and_goes() -> None:
    assert told(find_events(rows("2"))) == ["0 0 FIRST ->2", "0 0 LAST ->2"]


def test_no_rows_no_events() -> None:
    assert len(find_events(FixBatch.empty())) == 0
    assert len(find_events(rows("??"))) == 0
