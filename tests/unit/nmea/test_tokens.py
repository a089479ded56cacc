"""Numbers, angles and times out of characters: exactly what Python reads there, or nothing."""

import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from gnss._simd import PAD_BYTES
from gnss.nmea.tokens import (
    POW10,
    find_point,
    parse_angle,
    parse_digits,
    parse_long,
    parse_number,
    parse_time_of_day,
)


def padded(text: str) -> NDArray[np.uint8]:
    """The characters, with bytes behind them that a careless parser would read too."""
    return np.frombuffer(text.encode("latin-1") + b"7." * (PAD_BYTES // 2), np.uint8)


def number(text: str) -> float:
    return float(parse_number(padded(text), 0, len(text)))


def angle(text: str) -> float:
    buffer = padded(text)
    return float(parse_angle(buffer, 0, int(find_point(buffer, 0, len(text))), len(text)))


def test_powers_of_ten_are_exact() -> None:
    assert [float(p) for p in POW10] == [float(10**k) for k in range(len(POW10))]


@given(st.integers(0, 10**15 - 1), st.integers(0, 9), st.booleans())
def test_numbers_are_the_nearest_float64(digits: int, decimals: int, negative: bool) -> None:
    text = f"{'-' if negative else ''}{Decimal(digits).scaleb(-decimals):f}"
    assert number(text) == float(text)
    assert float(parse_long(padded(text), 0, len(text))) == float(text)


@pytest.mark.parametrize(
    ("text", "value"), [("0", 0), ("007", 7), ("1.", 1), (".5", 0.5), ("-.5", -0.5), ("+3.25", 3.25), ("-0", 0)]
)
def test_odd_numbers(text: str, value: float) -> None:
    assert number(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "-",
        "+",
        ".",
        "-.",
        "1-",
        "1.2.3",
        "1..2",
        "--1",
        "+-1",
        "1e5",
        "0x1",
        "1 2",
        "\xb2",
        "1,",
        "nan",
        "inf",
        ":",
        "/",
        "1" * 19,
    ],
)
def test_what_is_no_number(text: str) -> None:
    assert math.isnan(number(text))


@given(st.text("0123456789.-+ eNaA", max_size=20))
def test_no_number_that_python_does_not_read(text: str) -> None:
    value = number(text) if text else math.nan
    if not math.isnan(value):
        assert value == pytest.approx(float(text), rel=1e-15)


@given(st.integers(0, 10**18 - 1))
def test_digits(value: int) -> None:
    assert int(parse_digits(padded(str(value)), 0, len(str(value)))) == value


@given(st.integers(0, 179), st.integers(0, 59), st.integers(0, 10**8 - 1), st.integers(1, 8))
def test_angles(degrees: int, minutes: int, part: int, decimals: int) -> None:
    text = f"{degrees:03}{minutes:02}.{part:08}"[: 6 + decimals]
    exact = degrees + Decimal(text[3:]) / 60
    assert angle(text) == pytest.approx(float(exact), rel=0, abs=3e-14)


@pytest.mark.parametrize(
    "text", ["", ".5", "12.5", "1260.0", "123456789.0", "4134.5.6", "41-34.5", "4134.1234567890123"]
)
def test_what_is_no_angle(text: str) -> None:
    assert math.isnan(angle(text))


@given(st.integers(0, 86_399), st.integers(0, 10**9 - 1), st.integers(0, 9))
def test_times(second: int, ns: int, decimals: int) -> None:
    digits = f"{ns:09}"[:decimals]
    clock = f"{second // 3600:02}{second // 60 % 60:02}{second % 60:02}"
    text = f"{clock}.{digits}" if decimals else clock
    wanted = second * 10**9 + int(digits.ljust(9, "0"))
    assert int(parse_time_of_day(padded(text), 0, len(text))) == wanted


@pytest.mark.parametrize(
    "text", ["", "1339", "13390", "133901,5", "133901.1234567890", "-33901", "13:39:01", "240000", "136000", "133960"]
)
def test_what_is_no_time(text: str) -> None:
    assert math.isnan(float(parse_time_of_day(padded(text), 0, len(text))))
