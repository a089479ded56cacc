"""A time of day without a date, around midnight and leap seconds; dates that are 1 024 weeks old."""

import pytest

from gnss.batches import NO_TIME
from gnss.constants import NS_PER_DAY, NS_PER_HOUR, NS_PER_S
from gnss.time.civil import days_from_civil
from gnss.time.leap import utc_to_gpst
from gnss.time.resolve import resolve_day, resolve_utc_day, unroll_date

DAY = days_from_civil(2026, 11, 22)
LEAP_DAY = days_from_civil(2016, 12, 31)
EVENING_NS = NS_PER_DAY - NS_PER_S
MORNING_NS = NS_PER_S


@pytest.mark.parametrize(
    ("ns_of_day", "reference", "day"),
    [
        (MORNING_NS, (DAY, EVENING_NS), DAY + 1),
        (EVENING_NS, (DAY, MORNING_NS), DAY - 1),
        (EVENING_NS, (DAY, EVENING_NS), DAY),
        (12 * NS_PER_HOUR, (DAY, 0), DAY),  # 12 h either way: the day of the reference
        (0, (DAY, 12 * NS_PER_HOUR), DAY),
        (12 * NS_PER_HOUR + 1, (DAY, 0), DAY - 1),
        (0, (DAY, 12 * NS_PER_HOUR + 1), DAY + 1),
        (NS_PER_DAY + 5, (LEAP_DAY + 1, 0), LEAP_DAY),  # 23:59:60 seen from after the leap second
        (NS_PER_DAY + 5, (LEAP_DAY, EVENING_NS), LEAP_DAY),
        (0, (LEAP_DAY, NS_PER_DAY + 5), LEAP_DAY + 1),
    ],
)
def test_the_nearest_day(ns_of_day: int, reference: tuple[int, int], day: int) -> None:
    assert resolve_utc_day(ns_of_day, utc_to_gpst(*reference)) == day


def test_columns_against_one_reference() -> None:
    reference = utc_to_gpst(DAY, EVENING_NS)
    assert resolve_day([MORNING_NS, EVENING_NS, NO_TIME], reference).tolist() == [DAY + 1, DAY, NO_TIME]
    assert resolve_day(MORNING_NS, NO_TIME).tolist() == NO_TIME


def test_a_date_1024_weeks_back_is_brought_forward() -> None:
    assert unroll_date(DAY - 7_168, DAY, 1) == DAY
    assert unroll_date(DAY - 2 * 7_168, DAY + 1, 1) == DAY
    assert unroll_date(DAY + 7_168, DAY, 1) == DAY


def test_a_date_that_no_roll_over_explains_is_left_alone() -> None:
    for wrong in (DAY - 7_168 + 2, DAY - 400, DAY + 3, days_from_civil(1999, 8, 22) + 1):
        assert unroll_date(wrong, DAY, 1) == wrong
    assert unroll_date(DAY - 1, DAY, 1) == DAY - 1
