"""The log of events: a ring whose rows have numbers, and what is taken back no longer stands."""

import numpy as np
import pytest

from beidou_svc.roads.event_log import EventLog, EventQuery
from mapping.fences.kinds import Op
from tests.unit.roads.event_rows import ENTER, EXIT, batch


def add(log: EventLog, *rows: tuple[int, Op, int, int, int, int]) -> None:
    log.add(batch(*rows), np.ones(len(rows), np.int32))


def seqs(log: EventLog, query: EventQuery | None = None, **part: int) -> list[int]:
    found: list[int] = log.rows(query or EventQuery(), limit=part.pop("limit", 100), **part).tolist()
    return found


def test_newest_first_and_from_there_on() -> None:
    log = EventLog(10)
    add(log, *((n, Op.ASSERT, ENTER, n, 0, n) for n in range(5)))
    assert seqs(log) == [5, 4, 3, 2, 1]
    assert seqs(log, before=4) == [3, 2, 1]
    assert seqs(log, since=3) == [5, 4]
    assert seqs(log, limit=2) == [5, 4]
    assert log.after(2, 2).tolist() == [3, 4]
    assert log.after(5, 2).tolist() == []


def test_the_oldest_make_room() -> None:
    log = EventLog(4)
    for n in range(11):
        add(log, (n, Op.ASSERT, ENTER, 0, 0, n))
    assert (log.seq, log.kept_from) == (11, 8)
    assert seqs(log) == [11, 10, 9, 8]
    assert log.read(np.array([8, 11]))["event_id"].tolist() == [7, 10]
    assert log.after(0, 100).tolist() == [8, 9, 10, 11]


def test_more_rows_than_there_is_room_for_leave_the_last_ones() -> None:
    log = EventLog(4)
    add(log, *((n, Op.ASSERT, ENTER, 0, 0, n) for n in range(11)))
    assert (log.seq, seqs(log)) == (11, [11, 10, 9, 8])
    assert log.read(log.after(0, 9))["event_id"].tolist() == [7, 8, 9, 10]


def test_what_is_taken_back_stands_no_more() -> None:
    log = EventLog(10)
    add(log, (7, Op.ASSERT, ENTER, 0, 0, 1), (8, Op.ASSERT, EXIT, 0, 0, 2))
    add(log, (7, Op.RETRACT, ENTER, 0, 0, 1))
    assert log.read(np.arange(1, 4))["standing"].tolist() == [False, True, False]
    add(log, (7, Op.ASSERT, ENTER, 0, 0, 1))
    assert seqs(log, EventQuery(only_standing=True)) == [4, 2]


def test_an_id_that_was_overwritten_is_forgotten() -> None:
    log = EventLog(2)
    add(log, (7, Op.ASSERT, ENTER, 0, 0, 1))
    add(log, (8, Op.ASSERT, ENTER, 0, 0, 1), (9, Op.ASSERT, ENTER, 0, 0, 1))
    add(log, (7, Op.RETRACT, ENTER, 0, 0, 1))
    assert log.read(np.array([3, 4]))["standing"].tolist() == [True, False]
    assert len(log._asserted) == 1


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (EventQuery(slots=frozenset({1})), [2]),
        (EventQuery(slots=frozenset()), []),
        (EventQuery(fences=frozenset({0, 3})), [4, 1]),
        (EventQuery(kinds=frozenset({EXIT})), [3, 2]),
        (EventQuery(op=int(Op.RETRACT)), [4]),
        (EventQuery(from_gpst_ns=20, to_gpst_ns=40), [3, 2]),
    ],
)
def test_questions(query: EventQuery, expected: list[int]) -> None:
    log = EventLog(10)
    add(
        log,
        (1, Op.ASSERT, ENTER, 0, 0, 10),
        (2, Op.ASSERT, EXIT, 1, 1, 20),
        (3, Op.ASSERT, EXIT, 2, 2, 30),
        (1, Op.RETRACT, ENTER, 0, 3, 40),
    )
    assert seqs(log, query) == expected


def test_who_entered_and_did_not_leave_is_inside() -> None:
    log = EventLog(10)
    add(log, (1, Op.ASSERT, ENTER, 5, 0, 10), (2, Op.ASSERT, ENTER, 5, 1, 10), (3, Op.ASSERT, EXIT, 5, 0, 20))
    assert log.inside(5) == [1]
    add(log, (3, Op.RETRACT, EXIT, 5, 0, 20))
    assert log.inside(5) == [0, 1]
    assert log.inside(6) == []


def test_rows_are_counted_by_kind_and_op() -> None:
    log = EventLog(2)
    add(log, *((n, Op.ASSERT, ENTER, 0, 0, n) for n in range(5)))
    add(log, (1, Op.RETRACT, ENTER, 0, 0, 1))
    assert log.counts[ENTER].tolist() == [0, 5, 1]
