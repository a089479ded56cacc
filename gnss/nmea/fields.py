"""The alphabet of sentence tables: what a field holds, its unit, its range, and how it is written.

A sentence is a tuple of these. Numbers become float64 cells; a missing value is NaN. Nothing here runs per sentence:
`gnss.nmea.catalogue` turns the tables into the plan that the decode and encode kernels follow.
"""

from dataclasses import dataclass
from enum import IntEnum


class Op(IntEnum):
    """How a field is read. The cells it fills are NaN where the field is empty."""

    SKIP = 0
    WHOLE = 1
    INTEGER = 2
    NUMBER = 3
    SIGNED = 4
    ANGLE = 5
    TIME = 6
    HEMISPHERE = 7
    CHARACTER = 8
    HEX = 9
    DATE = 10
    TEXT = 11
    DATE_TIME = 12
    WORD = 13
    FREE_TEXT = 14


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a sentence: `name` ends in its unit.

    `low..high` is the range outside of which the sentence is refused.
    """

    name: str
    op: Op
    low: float = -1e300
    high: float = 1e300
    decimals: int = -1
    width: int = 0
    letters: str = ""
    words: tuple[str, ...] = ()

    @property
    def cells(self) -> int:
        """How many cells the field fills."""
        return {Op.SKIP: 0, Op.HEMISPHERE: 0, Op.DATE_TIME: 2}.get(self.op, 1)


def number(name: str, low: float = -1e300, high: float = 1e300, *, decimals: int = 1, width: int = 0) -> Field:
    """Decimal number, sign allowed. One written without decimals is mostly read without them."""
    return Field(name, Op.NUMBER if decimals else Op.WHOLE, low, high, decimals=decimals, width=width)


def integer(name: str, low: float = 0, high: float = 2**31, *, width: int = 0) -> Field:
    """Digits only (a decimal part of zeros is tolerated)."""
    return Field(name, Op.INTEGER, low, high, decimals=0, width=width)


def time_of_day(name: str = "time_ns", *, decimals: int = 2) -> Field:
    """hhmmss[.sss…], UTC -> nanoseconds of the day; the 60th second of a leap second is accepted at 23:59 only."""
    return Field(name, Op.TIME, decimals=decimals)


def latitude(name: str = "lat_deg", *, decimals: int = 8) -> tuple[Field, Field]:
    """ddmm.mmm… and N or S -> degrees, north positive."""
    return Field(name, Op.ANGLE, 0, 90, decimals=decimals, width=2), Field("", Op.HEMISPHERE, letters="NS")


def longitude(name: str = "lon_deg", *, decimals: int = 8) -> tuple[Field, Field]:
    """dddmm.mmm… and E or W -> degrees, east positive."""
    return Field(name, Op.ANGLE, 0, 180, decimals=decimals, width=3), Field("", Op.HEMISPHERE, letters="EW")


def signed(name: str, low: float, high: float, letters: str, *, decimals: int = 1) -> tuple[Field, Field]:
    """A number and a letter that gives its sign: first letter positive."""
    return Field(name, Op.SIGNED, low, high, decimals=decimals), Field("", Op.HEMISPHERE, letters=letters)


def character(name: str, letters: str = "") -> Field:
    """One character out of `letters` (any if empty) -> its code."""
    return Field(name, Op.CHARACTER, letters=letters)


def unit(letter: str) -> Field:
    """A literal that only says the unit: written, not read."""
    return Field("", Op.SKIP, letters=letter)


def skip() -> Field:
    """A field that nobody needs."""
    return Field("", Op.SKIP)


def hexadecimal(name: str) -> Field:
    """A hexadecimal number."""
    return Field(name, Op.HEX)


def date(name: str = "day") -> Field:
    """ddmmyy -> days since 1970-01-01; years 69..99 are 19yy, 00..68 are 20yy (sources: nmea §2)."""
    return Field(name, Op.DATE)


def text(name: str) -> Field:
    """Free text -> where it stands: `start * TEXT_SPAN + length` in the buffer that was decoded."""
    return Field(name, Op.TEXT)


def free_text(name: str) -> Field:
    """Text whose commas are its own -> where it stands, as `text`.

    Fields that a sentence has more than its table belong to it. So where other fields follow it, none of them may be
    left out with its comma.
    """
    return Field(name, Op.FREE_TEXT)


def date_time(day: str = "day", time: str = "time_ns") -> Field:
    """yyyymmddhhmmss.ss, UTC -> two cells: days since 1970-01-01 and nanoseconds of the day."""
    return Field(f"{day} {time}", Op.DATE_TIME, decimals=2)


def word(name: str, *words: str) -> Field:
    """One word out of a vocabulary -> its index; an unknown word is index -1."""
    return Field(name, Op.WORD, words=words)


TEXT_SPAN = 4096
"""Multiplier of a text cell; longer than any sentence, so that start and length share one exact float64."""

FIELDS_MAX = 128
"""Most fields of one sentence."""
