"""Which clock is believed: leaps ahead, clocks that were wrong and are set right, and rows that only come late."""

import pytest

from gnss.batches import FixBatch
from gnss.decoder import StreamDecoder
from gnss.status import Status
from gnss.time._watch_kernel import BEHIND_S_MIN, BEHINDS_MIN, LEAPS_MAX
from tests.helpers.decoding import push_pieces
from tests.unit.nmea.dated import gga, rmc, unix_ns


def received(decoder: StreamDecoder, *rows: tuple[bytes, str]) -> list[Status]:
    """Status of the closed rows of pieces that come one after the other."""
    status: list[int] = []
    for k, (data, time) in enumerate(rows):
        push = push_pieces(decoder, [data], t_rx_ns=unix_ns(f"2021-03-23T{time}"), final=k == len(rows) - 1)
        status += push.fixes.status[: push.closed].tolist()
    return [Status(each) for each in status]


def at(hour: int, second: int) -> str:
    return f"{hour:02}39{second:02}.00"


@pytest.mark.parametrize("wild", [rmc("133902.00", "240321"), rmc("173902.00", "230321"), gga("173902.00")])
def test_one_leap_ahead_does_not_outdate_what_follows(wild: bytes) -> None:
    """A day, or four hours: less than a date has to be off to be suspect by itself."""
    after = [(rmc(at(13, k), "230321"), f"13:39:{k:02}") for k in range(3, 8)]
    status = received(StreamDecoder(1), (rmc(at(13, 1), "230321"), "13:39:01"), (wild, "13:39:02"), *after)
    assert status == [Status.OK, Status.DATE_SUSPECT, *[Status.OK] * 5]


def test_a_clock_that_is_set_ahead_is_believed_after_a_while() -> None:
    """Or the service's own clock was set back: nobody stays suspect for ever."""
    late = [(rmc(at(14, k), "230321"), f"13:39:{k:02}") for k in range(2, 2 + LEAPS_MAX + 3)]
    status = received(StreamDecoder(1), (rmc(at(13, 1), "230321"), "13:39:01"), *late)
    assert status == [Status.OK, *[Status.DATE_SUSPECT] * LEAPS_MAX, *[Status.OK] * 3]


def test_a_clock_that_always_is_ahead_and_one_that_catches_up_are_believed() -> None:
    ahead = [(rmc(at(21, k), "230321"), f"13:39:{k:02}") for k in range(4)]
    assert received(StreamDecoder(1), *ahead) == [Status.OK] * 4
    woken = [(rmc(at(9, 1), "230321"), "13:39:01"), (rmc(at(13, 2), "230321"), "13:39:02")]
    assert received(StreamDecoder(1), *woken) == [Status.OK] * 2


Rows = list[tuple[bytes, str]]

LATE = [Status.STALE] * BEHINDS_MIN


def said(hour: int, minute: int, seconds: range, ahead_s: int = 0) -> Rows:
    """RMC of a clock at an hour and minute, received at 13:39."""
    return [(rmc(f"{hour:02}{minute:02}{k + ahead_s:02}.00", "230321"), f"13:39:{k:02}") for k in seconds]


def test_a_clock_that_was_hours_ahead_and_is_set_right_is_believed_after_a_few_epochs() -> None:
    """Local time for UTC, until somebody sets it right: the change is a status, and nothing is late any more."""
    decoder = StreamDecoder(1)
    status = received(decoder, *said(21, 39, range(3)), *said(13, 39, range(3, 12)))
    assert status == [*[Status.OK] * 3, *LATE, Status.CLOCK_SET, *[Status.OK] * 5]
    assert decoder.counters.drops[0, Status.CLOCK_SET] == 1


def test_a_leap_that_was_believed_and_ends_is_set_back_too() -> None:
    rows = [*said(13, 39, range(2)), *said(17, 39, range(2, 4 + LEAPS_MAX)), *said(13, 39, range(4 + LEAPS_MAX, 42))]
    status = received(StreamDecoder(1), *rows)
    assert status[2 + LEAPS_MAX :] == [*[Status.OK] * 2, *LATE, Status.CLOCK_SET, *[Status.OK] * 4]


def test_a_clock_that_is_set_to_the_wrong_past_is_believed_after_a_while() -> None:
    """Nobody can tell it from stored rows at first; these come faster than they were made, or end."""
    back = said(13, 30, range(2, 2 + BEHIND_S_MIN + 4))
    status = received(StreamDecoder(1), *said(13, 39, range(2)), *back)
    assert status == [*[Status.OK] * 2, *[Status.STALE] * BEHIND_S_MIN, Status.CLOCK_SET, *[Status.OK] * 3]


@pytest.mark.parametrize("ahead_hours", [0, 8])
def test_stored_rows_stay_late_however_many_they_are(ahead_hours: int) -> None:
    hour = 13 + ahead_hours
    stored = [(b"".join(rmc(f"{hour - 2:02}{minute:02}{k:02}.00", "230321") for k in range(60)), "13:39:05")
              for minute in range(10)]  # fmt: skip
    status = received(StreamDecoder(1), *said(hour, 39, range(5)), *stored, *said(hour, 39, range(6, 9)))
    assert status == [*[Status.OK] * 5, *[Status.STALE] * 600, *[Status.OK] * 3]


def test_what_is_less_than_a_minute_behind_is_late() -> None:
    rows = [(rmc("133959.00", "230321"), "13:39:02"), *said(13, 39, range(3, 50))]
    assert received(StreamDecoder(1), *rows) == [Status.OK, *[Status.STALE] * 47]


def test_eras_of_a_clock_do_not_depend_on_how_the_stream_is_cut() -> None:
    rows = [*said(21, 39, range(3)), *said(13, 39, range(3, 12))]

    def fixes(size: int) -> FixBatch:
        decoder, parts = StreamDecoder(1), []
        for data, time in rows:
            for k in range(0, len(data), size):
                push = push_pieces(decoder, [data[k : k + size]], t_rx_ns=unix_ns(f"2021-03-23T{time}"))
                parts.append(push.fixes.take(slice(0, push.closed)))
        return FixBatch.concat(parts)

    whole = fixes(1_000)
    assert whole.clock_era.tolist() == [0] * 7 + [1] * 4
    assert fixes(1).equals(whole)
