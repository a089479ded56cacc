"""Eight numbers at once are the same numbers as one by one, or refused."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from gnss._jit import leaf_kernel
from gnss._simd import PAD_BYTES
from gnss.nmea._lanes import LANES, LONG, SHORT, parse_lanes, parse_short_lanes
from gnss.nmea.tokens import parse_number

ANY = (np.full(LANES, -math.inf), np.full(LANES, math.inf))
FIELDS = st.lists(
    st.one_of(
        st.text("0123456789.-+ ,x", max_size=10).map(lambda text: text.replace(",", "")),
        st.integers(-999, 99_999).map(str),
        st.decimals(-99, 9_999, places=2).map(str),
    ),
    min_size=LANES,
    max_size=LANES,
)


@leaf_kernel
def _long(
    buffer: NDArray[np.uint8], found: NDArray[np.int64], n: int, low: Any, high: Any, cells: NDArray[np.float64]
) -> np.uint64:
    bits: np.uint64 = parse_lanes(buffer, found, 1, n, low, high, 0, cells, 0)
    return bits


@leaf_kernel
def _short(
    buffer: NDArray[np.uint8], found: NDArray[np.int64], n: int, low: Any, high: Any, cells: NDArray[np.float64]
) -> np.uint64:
    bits: np.uint64 = parse_short_lanes(buffer, found, 1, n, low, high, 0, cells, 0)
    return bits


def read(
    fields: list[str], width: int = LONG, n: int = LANES, limits: Any = ANY
) -> tuple[list[float], list[bool], list[bool]]:
    """(values, which are refused, which have a point)."""
    text = "GNXYZ,1," + ",".join(fields)
    buffer = np.frombuffer(text.encode() + b"7." * PAD_BYTES, np.uint8)
    ends = np.cumsum([len(field) + 1 for field in text.split(",")]) - 1
    cells = np.zeros(LANES)
    kernel: Any = _long if width == LONG else _short
    bits = int(kernel(buffer, ends, n, *limits, cells))
    flags = [bool(bits >> k & 1) for k in range(2 * LANES)]
    return cells.tolist(), flags[:LANES], flags[LANES:]


def alone(field: str) -> float:
    buffer = np.frombuffer(field.encode() + b"7." * PAD_BYTES, np.uint8)
    return float(parse_number(buffer, 0, len(field)))


@pytest.mark.parametrize("width", [LONG, SHORT])
@given(fields=FIELDS)
def test_the_same_as_one_by_one(width: int, fields: list[str]) -> None:
    for field, value, refused, pointed in zip(fields, *read(fields, width), strict=True):
        if field == "" or refused:
            assert math.isnan(value) and not pointed
        else:
            assert math.copysign(1, value) == math.copysign(1, alone(field))
            assert value == alone(field) and pointed == ("." in field)


@pytest.mark.parametrize("width", [LONG, SHORT])
def test_plain_numbers_are_not_refused(width: int) -> None:
    fields = ["0", "-1", "12.5", "007", "-.5", "9999", "0.01", ""]
    assert read(fields, width)[0][:-1] == [0, -1, 12.5, 7, -0.5, 9999, 0.01]
    assert not any(read(fields, width)[1])


def test_a_longer_number_is_refused() -> None:
    assert (
        read(["12345678", "123456789", "-1234567", "-12345678", "1.", "-", ".", "-."])[1]
        == [False, True] * 2 + [True] * 4
    )
    assert read(["1234", "12345", "-123", "-1234", "1.5", "1.", "", ""], SHORT)[1][:6] == [False, True] * 3


def test_a_value_out_of_range_is_refused() -> None:
    limits = (np.full(LANES, -1.0), np.full(LANES, 1.0))
    values, refused, _ = read(["-1", "1", "1.01", "-1.1", "0", "", "0.5", "2"], limits=limits)
    assert refused == [False, False, True, True, False, False, False, True]
    assert [k for k in range(LANES) if math.isnan(values[k])] == [2, 3, 5, 7]


@pytest.mark.parametrize("n", [-3, 0, 3, 8, 20])
def test_fields_beyond_the_last_are_not_there(n: int) -> None:
    values, refused, _ = read(["1", "x", "3", "4", "y", "6", "7", "8"], n=n)
    assert [not math.isnan(value) for value in values] == [k < n and k not in (1, 4) for k in range(LANES)]
    assert refused == [k < n and k in (1, 4) for k in range(LANES)]
