"""When a fence is in force: hours of the week in local time of a stated zone, and days that are different.

Times of day are local: 07:00 is 07:00 on the day the clocks change too. Zones are names of the time-zone database
(`Asia/Shanghai`) or fixed offsets (`+08:00`). Source: IANA time-zone database, as Python's `zoneinfo` has it.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
from numpy.typing import NDArray

from mapping.errors import MappingError

Span = tuple[int, int]
"""Minutes of a local day, from (included) to (excluded), 0..1440."""

MINUTES_PER_DAY: Final = 1440
DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
YEARS: Final = (2015, 2045)
"""Offsets of a zone are tabulated for these years; before and after, the nearest offset holds."""

_FIXED = re.compile(r"([+-])(\d\d):(\d\d)$")
_NO_TIME = np.iinfo(np.int64).min


class WindowError(MappingError, ValueError):
    """A time window that is none; the message says why."""


@dataclass(frozen=True, slots=True)
class Window:
    """Open hours: spans of each weekday (Monday first), and days that have spans of their own (none = closed)."""

    zone: str
    weekly: tuple[tuple[Span, ...], ...]
    exceptions: tuple[tuple[date, tuple[Span, ...]], ...] = ()

    def __post_init__(self) -> None:
        if len(self.weekly) != len(DAYS):
            raise WindowError(f"a week has seven days, the window lists {len(self.weekly)}")
        for spans in (*self.weekly, *(spans for _, spans in self.exceptions)):
            for start_min, end_min in spans:
                if not 0 <= start_min < end_min <= MINUTES_PER_DAY:
                    raise WindowError(
                        f"a span of a day ends after it begins; over midnight is two: {start_min, end_min}"
                    )
        zone_of(self.zone)


def zone_of(name: str) -> tzinfo:
    """The zone that a name or a fixed offset means; raises `WindowError` where it means none."""
    fixed = _FIXED.match(name)
    if fixed:
        minutes = int(fixed[2]) * 60 + int(fixed[3])
        if minutes >= MINUTES_PER_DAY:
            raise WindowError(f"no zone is {name} from UTC")
        return timezone(timedelta(minutes=-minutes if fixed[1] == "-" else minutes))
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise WindowError(f'no time zone is called "{name}"; write Asia/Shanghai or +08:00') from error


@lru_cache(maxsize=64)
def zone_table(name: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """From which UTC instants (s since 1970-01-01) which offset (s, east positive) holds in a zone.

    Shape: (changes + 1,), twice; the first row holds from ever. Unit: s. Error: exact for `YEARS`. Source: IANA
    time-zone database.
    """
    zone = zone_of(name)
    week_s = 7 * 86_400
    first, last = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) for year in YEARS)
    since, offsets = [_NO_TIME], [_offset_s(zone, first)]
    for end_s in range(first + week_s, last + week_s, week_s):
        if _offset_s(zone, end_s) != offsets[-1]:
            since.append(_change_s(zone, end_s - week_s, end_s))
            offsets.append(_offset_s(zone, end_s))
    return np.array(since, np.int64), np.array(offsets, np.int64)


def _offset_s(zone: tzinfo, unix_s: int) -> int:
    offset = datetime.fromtimestamp(unix_s, zone).utcoffset()
    return 0 if offset is None else int(offset.total_seconds())


def _change_s(zone: tzinfo, before_s: int, after_s: int) -> int:
    """The first second of the offset that holds at the end of a stretch in which it changes once."""
    final = _offset_s(zone, after_s)
    while after_s - before_s > 1:
        middle_s = (before_s + after_s) // 2
        if _offset_s(zone, middle_s) == final:
            after_s = middle_s
        else:
            before_s = middle_s
    return after_s
