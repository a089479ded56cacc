"""Moscow days: three hours ahead, a leap second at three in the morning, and a weekday that may be
unknown."""

import pytest

from gnss.batches import NO_TIME
from gnss.constants import NS_PER_DAY, NS_PER_HOUR, NS_PER_MS, NS_PER_S
from gnss.time.civil import days_from_civil, weekday_from_days
from gnss.time.glonass import WEEKDAY_UNKNOWN, glonasst_to_gpst, gpst_to_glonasst, resolve_glonasst
from gnss.time.leap import utc_to_gpst
from gnss.time.scales import glonasst_to_gpst_ns, gpst_ns_to_glonasst

DAY = days_from_civil(2026, 11, 22)
LEAP_DAY = days_from_civil(2017, 1, 1)


def test_moscow_is_three_hours_ahead_of_utc() -> None:
    assert glonasst_to_gpst(DAY, 3 * NS_PER_HOUR) == utc_to_gpst(DAY, 0)
    assert gpst_to_glonasst(utc_to_gpst(DAY, 21 * NS_PER_HOUR)) == (DAY + 1, 0)
    assert gpst_to_glonasst(utc_to_gpst(DAY, 21 * NS_PER_HOUR) - 1) == (DAY, NS_PER_DAY - 1)


def test_the_day_of_a_leap_second_counts_to_the_legal_end_of_df034() -> None:
    last_ms = 86_400_999 * NS_PER_MS
    t_ns = glonasst_to_gpst(LEAP_DAY, last_ms)
    assert gpst_to_glonasst(t_ns) == (LEAP_DAY, last_ms)
    assert t_ns + NS_PER_MS == glonasst_to_gpst(LEAP_DAY + 1, 0)
    # 02:59:60 in Moscow is 23:59:60 UTC
    assert glonasst_to_gpst(LEAP_DAY, 3 * NS_PER_HOUR) == utc_to_gpst(LEAP_DAY - 1, NS_PER_DAY)
    assert glonasst_to_gpst(LEAP_DAY, 3 * NS_PER_HOUR + NS_PER_S) == utc_to_gpst(LEAP_DAY, 0)


@pytest.mark.parametrize("days_off", [-3, -1, 0, 2, 3])
def test_a_weekday_reaches_three_days_either_way(days_off: int) -> None:
    truth = glonasst_to_gpst(DAY, 5 * NS_PER_HOUR)
    reference = glonasst_to_gpst(DAY + days_off, 5 * NS_PER_HOUR)
    assert resolve_glonasst(weekday_from_days(DAY), 5 * NS_PER_HOUR, reference) == truth


@pytest.mark.parametrize("hours_off", [-11, 0, 11])
@pytest.mark.parametrize("ns_of_day", [0, 5 * NS_PER_HOUR, NS_PER_DAY - 1])
def test_without_a_weekday_the_nearest_day_is_taken(ns_of_day: int, hours_off: int) -> None:
    truth = glonasst_to_gpst(DAY, ns_of_day)
    assert resolve_glonasst(WEEKDAY_UNKNOWN, ns_of_day, truth + hours_off * NS_PER_HOUR) == truth


def test_columns_keep_missing_times() -> None:
    times = [glonasst_to_gpst(LEAP_DAY, 86_400 * NS_PER_S), NO_TIME]
    day, ns_of_day = gpst_ns_to_glonasst(times)
    assert day.tolist() == [LEAP_DAY, NO_TIME]
    assert ns_of_day.tolist() == [86_400 * NS_PER_S, NO_TIME]
    assert glonasst_to_gpst_ns(day, ns_of_day).tolist() == times
