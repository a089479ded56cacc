"""Civil dates and day numbers: kernels on the proleptic Gregorian calendar.

`days_from_civil(year, month, day) -> int64`, `civil_from_days(day) -> (year, month, day)`,
`is_valid_civil(year, month, day) -> bool`, `days_in_month(year, month) -> int64`,
`weekday_from_days(day) -> int64` (0 = Sunday, as GNSS weeks count). All scalar, all callable from kernels.

A day number counts days since 1970-01-01. Years are counted from 1 March inside, which puts the leap day last
and makes the lengths of the months a linear pattern (153 days in every five months).
"""

from gnss._jit import kernel

DAYS_PER_ERA = 146_097
"""Days of 400 Gregorian years: the calendar repeats."""

DAY_OF_ERA_EPOCH = 719_468
"""Days from 0000-03-01 to 1970-01-01."""

THURSDAY = 4
"""Weekday of day number 0 (1970-01-01), Sunday being 0."""


@kernel
def days_from_civil(year: int, month: int, day: int) -> int:
    """Day number of a civil date.

    Shape: scalars. Unit: days since 1970-01-01. Error: exact for dates that `is_valid_civil` accepts; other
    months and days give a meaningless number. Source: the Gregorian calendar rule (ISO 8601), checked against
    `datetime`.
    """
    year_from_march = year - 1 if month <= 2 else year
    month_from_march = month + 9 if month <= 2 else month - 3
    era = year_from_march // 400
    year_of_era = year_from_march - era * 400
    day_of_year = (153 * month_from_march + 2) // 5 + day - 1
    day_of_era = year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year
    return era * DAYS_PER_ERA + day_of_era - DAY_OF_ERA_EPOCH


@kernel
def civil_from_days(day: int) -> tuple[int, int, int]:
    """Civil date of a day number: the inverse of `days_from_civil`.

    Shape: scalars. Unit: days since 1970-01-01 to (year, month 1..12, day 1..31). Error: exact.
    Source: the Gregorian calendar rule (ISO 8601), checked against `datetime`.
    """
    shifted = day + DAY_OF_ERA_EPOCH
    era = shifted // DAYS_PER_ERA
    day_of_era = shifted - era * DAYS_PER_ERA
    # take out the leap days before dividing by 365: one each 1 461 days, none at 36 524, one again at 146 096
    year_of_era = (day_of_era - day_of_era // 1_460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    month_from_march = (5 * day_of_year + 2) // 153
    day_of_month = day_of_year - (153 * month_from_march + 2) // 5 + 1
    month = month_from_march + 3 if month_from_march < 10 else month_from_march - 9
    year = year_of_era + era * 400 + (1 if month <= 2 else 0)
    return year, month, day_of_month


@kernel
def is_leap_year(year: int) -> bool:
    """Whether the year has a 29 February.

    Shape: scalar. Unit: year. Error: exact. Source: the Gregorian calendar rule (ISO 8601).
    """
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


@kernel
def days_in_month(year: int, month: int) -> int:
    """Length of a month.

    Shape: scalars. Unit: days. Error: exact for months 1..12. Source: the Gregorian calendar rule (ISO 8601).
    """
    if month == 2:
        return 29 if is_leap_year(year) else 28
    return 30 if month in (4, 6, 9, 11) else 31


@kernel
def is_valid_civil(year: int, month: int, day: int) -> bool:
    """Whether the date exists.

    Shape: scalars. Unit: year, month, day. Error: exact. Source: the Gregorian calendar rule (ISO 8601).
    """
    return 1 <= month <= 12 and 1 <= day <= days_in_month(year, month)


@kernel
def weekday_from_days(day: int) -> int:
    """Day of the week, 0 = Sunday as in the GPS, BDS and GLONASS (RTCM DF416) weeks.

    Shape: scalar. Unit: days since 1970-01-01 to 0..6. Error: exact. Source: 1970-01-01 was a Thursday.
    """
    return (day + THURSDAY) % 7
