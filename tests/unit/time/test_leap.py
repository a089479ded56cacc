"""Every leap second since 1980, one nanosecond at a time, and what happens when the table runs out."""

import numpy as np
import pytest

from gnss.constants import NS_PER_DAY, NS_PER_S
from gnss.time.civil import days_from_civil
from gnss.time.leap import (
    LEAP_SECONDS,
    LEAP_TABLE_EXPIRES,
    gpst_minus_utc_s,
    gpst_to_utc,
    leap_table_expired,
    utc_day_length_ns,
    utc_to_gpst,
)
from gnss.time.scales import gpst_ns_to_utc, leap_table_expired_at, utc_to_gpst_ns


def day_number(iso: str) -> int:
    year, month, day = iso.split("-")
    return days_from_civil(int(year), int(month), int(day))


LEAP_DAYS = [day_number(first) - 1 for first, _ in LEAP_SECONDS[1:]]


def test_gpst_starts_with_utc() -> None:
    assert utc_to_gpst(day_number("1980-01-06"), 0) == 0
    assert gpst_to_utc(0) == (day_number("1980-01-06"), 0)


@pytest.mark.parametrize("day", LEAP_DAYS)
def test_a_leap_second_is_a_second_of_its_own(day: int) -> None:
    """23:59:59.999999999, 23:59:60.0, 23:59:60.999999999 and 00:00:00 follow each other without gap or
    overlap."""
    assert utc_day_length_ns(day) == NS_PER_DAY + NS_PER_S
    labels = [(day, NS_PER_DAY - 1), (day, NS_PER_DAY), (day, NS_PER_DAY + NS_PER_S - 1), (day + 1, 0)]
    times = [utc_to_gpst(*label) for label in labels]
    assert np.diff(times).tolist() == [1, NS_PER_S - 1, 1]
    assert [gpst_to_utc(t) for t in times] == labels


def test_days_without_a_leap_second_are_86400_s() -> None:
    days = set(range(day_number("1980-01-06"), day_number("2030-01-01"))) - set(LEAP_DAYS)
    assert {utc_day_length_ns(day) for day in days} == {NS_PER_DAY}


def test_sixty_on_an_ordinary_day_is_the_next_midnight() -> None:
    day = day_number("2026-11-22")
    assert utc_to_gpst(day, NS_PER_DAY) == utc_to_gpst(day + 1, 0)


@pytest.mark.parametrize(
    ("date", "offset_s"), [("1999-08-22", 13), ("2006-01-01", 14), ("2016-12-31", 17), ("2017-01-01", 18)]
)
def test_known_offsets(date: str, offset_s: int) -> None:
    assert gpst_minus_utc_s(day_number(date)) == offset_s


def test_before_gpst_began_nothing_is_added() -> None:
    assert utc_to_gpst(day_number("1970-01-01"), 0) == -day_number("1980-01-06") * NS_PER_DAY
    assert gpst_to_utc(-1) == (day_number("1980-01-05"), NS_PER_DAY - 1)


def test_after_expiry_the_last_value_is_carried_on_and_said_to_be() -> None:
    expiry = utc_to_gpst(day_number(LEAP_TABLE_EXPIRES), 0)
    assert not leap_table_expired(expiry - 1)
    assert leap_table_expired(expiry)
    assert gpst_minus_utc_s(day_number("2090-01-01")) == LEAP_SECONDS[-1][1]
    assert leap_table_expired_at([expiry - 1, expiry]).tolist() == [False, True]


def test_columns_equal_scalars_in_any_shape() -> None:
    day = np.array([LEAP_DAYS[-1], LEAP_DAYS[-1], LEAP_DAYS[0], 20_000], dtype=np.int32).reshape(2, 2)
    ns_of_day = np.array([NS_PER_DAY - 1, NS_PER_DAY, NS_PER_DAY + 5, 0]).reshape(2, 2)
    times = utc_to_gpst_ns(day, ns_of_day)
    assert times.ravel().tolist() == [
        utc_to_gpst(int(d), int(n)) for d, n in zip(day.flat, ns_of_day.flat, strict=True)
    ]
    back_day, back_ns = gpst_ns_to_utc(times)
    np.testing.assert_array_equal(back_day, day)
    np.testing.assert_array_equal(back_ns, ns_of_day)
    assert utc_to_gpst_ns(20_000, ns_of_day[::-1, ::-1]).shape == (2, 2)


def test_float_times_are_refused() -> None:
    with pytest.raises(ValueError, match="integers"):
        utc_to_gpst_ns(20_000, 1.5)
