"""Numbers and dates out of fixed-width text."""

import math
from datetime import date

import numpy as np
import pytest

from gnss.rinex._text_kernel import (
    BAD,
    BDT_TAGS,
    BLANK,
    GOOD,
    GPST_TAGS,
    UTC_TAGS,
    read_date,
    read_decimal,
    read_integer,
    read_seconds_ns,
    split_lines,
)
from tests.unit.rinex.texts import DAY_NS, T_2020

DATE = np.array([0, 4, 5, 7, 8, 10, 11, 13, 14, 16, 17, 27], np.int64)


def data(text: str) -> np.ndarray:
    return np.frombuffer(text.encode(), np.uint8)


@pytest.mark.parametrize(
    "text",
    [
        *("  21444545.368", "112691853.523 ", " -1021.149", "0", "-0.001", "+7.5", "5", "1.D+03", "999999999.999"),
        *(".225934199989E-04", " 9.344602003694e-04", "-.386535248253D-11", "-.134150468512E-10"),
        "123456789012345678901234567890",
    ],
)
def test_a_number_is_what_python_reads(text: str) -> None:
    value, verdict = read_decimal(data(text), 0, len(text))
    assert verdict == GOOD
    assert value == float(text.replace("D", "E"))


@pytest.mark.parametrize("text", [".107E-30", "4.9D-24", "-1.5E+25"])
def test_a_number_beyond_the_exact_powers_is_right_to_the_last_place(text: str) -> None:
    value, _ = read_decimal(data(text), 0, len(text))
    expected = float(text.replace("D", "E"))
    assert abs(value - expected) <= math.ulp(expected)
    assert value == read_decimal(data(text.replace("E", "0E").replace("D", "0D")), 0, len(text) + 1)[0]


@pytest.mark.parametrize(
    ("text", "verdict"),
    [("", BLANK), ("     ", BLANK), ("12 34", BAD), ("1.2.3", BAD), ("abc", BAD), ("-", BAD), (".", BAD), ("1E", GOOD)],
)
def test_what_is_no_number(text: str, verdict: int) -> None:
    assert read_decimal(data(text), 0, len(text))[1] == verdict


def test_only_the_field_is_read() -> None:
    assert read_decimal(data("123.456789"), 2, 5) == (3.4, GOOD)


@pytest.mark.parametrize(
    ("text", "expected"),
    [(" 8", (8, GOOD)), ("08", (8, GOOD)), ("  ", (0, BLANK)), ("1 2", (0, BAD)), ("-1", (0, BAD)), ("7 ", (7, GOOD))],
)
def test_whole_numbers(text: str, expected: tuple[int, int]) -> None:
    assert read_integer(data(text), 0, len(text)) == expected


@pytest.mark.parametrize(
    ("text", "ns"),
    [(" 48.9940000", 48_994_000_000), ("00.0000000", 0), ("  0.0000001", 100), (" 59.9999999", 59_999_999_900),
     ("7", 7 * 10**9)],
)  # fmt: skip
def test_seconds_are_exact(text: str, ns: int) -> None:
    assert read_seconds_ns(data(text), 0, len(text)) == (ns, GOOD)


@pytest.mark.parametrize(("tags", "ahead_s"), [(GPST_TAGS, 0), (BDT_TAGS, 14), (UTC_TAGS, 18)])
def test_a_date_is_of_its_clock(tags: int, ahead_s: int) -> None:
    text = data("2020 07 12 01 12  48.994000")
    t_ns, verdict = read_date(text, 0, len(text), DATE, tags)
    assert (t_ns - T_2020, verdict) == ((72 * 60 + 48 + ahead_s) * 10**9 + 994_000_000, GOOD)


def test_a_leap_second_is_an_instant_of_utc_alone() -> None:
    text = data("2016 12 31 23 59  60.500000")
    before = data("2016 12 31 23 59  59.500000")
    assert read_date(text, 0, len(text), DATE, UTC_TAGS)[0] - read_date(before, 0, 27, DATE, UTC_TAGS)[0] == 10**9
    assert read_date(text, 0, len(text), DATE, GPST_TAGS)[1] == BAD


@pytest.mark.parametrize(
    "text", ["2020 02 30 00 00   0.000000", "2020 13 01 00 00   0.000000", "2020 01 01 24 00   0.000000"]
)
def test_a_date_that_does_not_exist(text: str) -> None:
    assert read_date(data(text), 0, len(text), DATE, GPST_TAGS)[1] == BAD


@pytest.mark.parametrize(("year", "full"), [("99", 1999), ("80", 1980), ("20", 2020), ("79", 2079)])
def test_two_digit_years(year: str, full: int) -> None:
    days = (date(full, 7, 12) - date(2020, 7, 12)).days
    columns = np.array([0, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 25], np.int64)
    text = data(f"{year} 07 12 00 00   0.000000")
    assert read_date(text, 0, len(text), columns, GPST_TAGS)[0] == T_2020 + days * DAY_NS


@pytest.mark.parametrize(
    ("text", "lines"),
    [("", []), ("a", ["a"]), ("a\n", ["a"]), ("a\r\nb\r\n", ["a", "b"]), ("\n\nb", ["", "", "b"]), ("\r\n", [""])],
)
def test_lines(text: str, lines: list[str]) -> None:
    t = split_lines(data(text))
    assert [text[a:b] for a, b in zip(t.start.tolist(), t.stop.tolist(), strict=True)] == lines
