"""Day numbers against the standard library, and the dates that do not exist."""

from datetime import date, timedelta

import pytest

from gnss.time.civil import civil_from_days, days_from_civil, is_valid_civil, weekday_from_days

EPOCH = date(1970, 1, 1)


def test_every_day_of_four_centuries_agrees_with_datetime() -> None:
    first, last = (date(1800, 1, 1) - EPOCH).days, (date(2200, 12, 31) - EPOCH).days
    for day in range(first, last + 1):
        expected = EPOCH + timedelta(days=day)
        assert civil_from_days(day) == (expected.year, expected.month, expected.day)
        assert days_from_civil(expected.year, expected.month, expected.day) == day


def test_the_first_and_last_day_of_datetime() -> None:
    for edge in (date.min, date.max):
        assert civil_from_days((edge - EPOCH).days) == (edge.year, edge.month, edge.day)


@pytest.mark.parametrize(
    ("civil", "weekday"), [((1980, 1, 6), 0), ((1970, 1, 1), 4), ((2006, 1, 1), 0), ((1969, 12, 31), 3)]
)
def test_weeks_begin_on_sunday(civil: tuple[int, int, int], weekday: int) -> None:
    assert weekday_from_days(days_from_civil(*civil)) == weekday


@pytest.mark.parametrize("civil", [(2000, 2, 29), (2024, 2, 29), (2026, 12, 31), (1970, 1, 1), (2026, 4, 30)])
def test_dates_that_exist(civil: tuple[int, int, int]) -> None:
    assert is_valid_civil(*civil)


@pytest.mark.parametrize(
    "civil",
    [
        (1900, 2, 29),
        (2026, 2, 29),
        (2026, 4, 31),
        (2026, 0, 1),
        (2026, 13, 1),
        (2026, 1, 0),
        (2026, 1, 32),
        (2026, 1, -5),
    ],
)
def test_dates_that_do_not(civil: tuple[int, int, int]) -> None:
    assert not is_valid_civil(*civil)
