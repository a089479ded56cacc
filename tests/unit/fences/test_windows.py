"""Time windows: hours of the week in local time, special days, and zones whose clocks change."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from gnss.time.scales import unix_ns_to_gpst_ns
from mapping.fences._window_kernel import is_open
from mapping.fences.rules import window_table
from mapping.fences.windows import Window, WindowError, zone_table

NIGHT = ((22 * 60, 24 * 60),)
SCHOOL = Window("Asia/Shanghai", (((420, 570), (960, 1080)),) * 5 + ((), ()))
BERLIN = Window("Europe/Berlin", (((120, 240),),) * 7)
FIXED = Window("-03:30", (NIGHT, *((),) * 6), ((date(2026, 10, 6), ((0, 60),)), (date(2026, 10, 12), ())))
TABLE = window_table((SCHOOL, BERLIN, FIXED))


def opened(window: int, moment: datetime) -> bool:
    unix_ns = round(moment.timestamp()) * 1_000_000_000
    return bool(is_open(window, int(unix_ns_to_gpst_ns(np.int64(unix_ns))), TABLE))


def test_hours_of_the_week() -> None:
    zone = ZoneInfo("Asia/Shanghai")
    assert opened(0, datetime(2026, 11, 26, 7, 0, tzinfo=zone))  # a Thursday
    assert not opened(0, datetime(2026, 11, 26, 6, 59, 59, tzinfo=zone))
    assert opened(0, datetime(2026, 11, 26, 17, 59, 59, tzinfo=zone))
    assert not opened(0, datetime(2026, 11, 26, 18, 0, tzinfo=zone))
    assert not opened(0, datetime(2026, 11, 28, 8, 0, tzinfo=zone))  # a Saturday


@pytest.mark.parametrize("day", [date(2026, 3, 28), date(2026, 3, 30), date(2026, 10, 24), date(2026, 10, 26)])
def test_local_hours_on_both_sides_of_a_change_of_clocks(day: date) -> None:
    zone = ZoneInfo("Europe/Berlin")
    for hour in range(24):
        assert opened(1, datetime(day.year, day.month, day.day, hour, 30, tzinfo=zone)) == (hour in (2, 3))


def test_special_days_have_hours_of_their_own() -> None:
    at = [datetime(2026, 10, day, hour, 0, tzinfo=UTC) for day, hour in ((6, 2), (6, 3), (6, 4), (6, 5), (13, 2))]
    # in UTC-03:30: Monday 22:30, Monday 23:30, the special Tuesday 00:30 and 01:30, the special Monday 22:30
    assert [opened(2, moment) for moment in at] == [True, True, True, False, False]


def test_offsets_of_a_zone_are_those_of_the_database() -> None:
    since_s, offset_s = zone_table("Europe/Berlin")
    zone = ZoneInfo("Europe/Berlin")
    for moment in since_s[1:]:
        for instant in (int(moment) - 1, int(moment)):
            row = int(np.searchsorted(since_s, instant, side="right")) - 1
            offset = datetime.fromtimestamp(instant, zone).utcoffset()
            assert offset is not None and offset_s[row] == offset.total_seconds()
    assert zone_table("Asia/Shanghai")[1].tolist() == [8 * 3600]


@pytest.mark.parametrize("zone", ["Europe/Nowhere", "", "+25:00", "../etc/passwd"])
def test_what_is_no_zone(zone: str) -> None:
    with pytest.raises(WindowError):
        Window(zone, ((),) * 7)


def test_what_is_no_week() -> None:
    with pytest.raises(WindowError, match="seven days"):
        Window("+08:00", ((),) * 6)
