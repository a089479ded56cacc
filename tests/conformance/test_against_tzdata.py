"""The leap-second table against the IANA time zone database of the machine or of the `tzdata` package."""

import zoneinfo
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from gnss.time.leap import LEAP_SECONDS, LEAP_TABLE_EXPIRES

MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def iana_leap_seconds() -> str:
    for folder in zoneinfo.TZPATH:
        if (path := Path(folder) / "leapseconds").is_file():
            return path.read_text("ascii")
    try:
        return resources.files("tzdata").joinpath("zoneinfo/leapseconds").read_text("ascii")
    except (ModuleNotFoundError, FileNotFoundError):
        pytest.skip("no IANA leap-second file on this machine")


def iso(year: str, month: str, day: str) -> str:
    return f"{int(year):04d}-{MONTHS.index(month) + 1:02d}-{int(day):02d}"


def test_every_leap_second_of_the_iana_list_is_ours() -> None:
    text = iana_leap_seconds()
    rows = [line.split() for line in text.splitlines() if line.startswith("Leap")]
    theirs = [iso(*row[1:4]) for row in rows]
    expires = next(line.split()[1:4] for line in text.splitlines() if line.lstrip("#").startswith("Expires"))
    both_know_until = min(iso(*expires), LEAP_TABLE_EXPIRES)
    # they name the day that the leap second ends, we name the day after it
    ours = [str(np.datetime64(first, "D") - 1) for first, _ in LEAP_SECONDS[1:]]
    assert ours == [day for day in theirs if "1980-01-06" <= day < both_know_until]
    assert all(row[5] == "+" for row in rows), "a negative leap second: `utc_day_length_ns` must learn of it"
