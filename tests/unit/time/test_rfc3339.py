"""Date-times as text: the examples of RFC 3339, every digit, leap seconds, and what is refused."""

from datetime import UTC, datetime

import numpy as np
import pytest

from gnss.batches import NO_TIME
from gnss.time.rfc3339 import format_rfc3339, parse_rfc3339
from gnss.time.scales import gpst_ns_to_unix_ns

SAME_INSTANT = [
    ("1985-04-12T23:20:50.52Z", b"1985-04-12T23:20:50.52Z"),
    ("1996-12-19T16:39:57-08:00", b"1996-12-20T00:39:57Z"),
    ("1990-12-31T23:59:60Z", b"1990-12-31T23:59:60Z"),
    ("1990-12-31T15:59:60-08:00", b"1990-12-31T23:59:60Z"),
    ("1937-01-01T12:00:27.87+00:20", b"1937-01-01T11:40:27.87Z"),
    ("2026-11-22 14:30:00.123456789+08:00", b"2026-11-22T06:30:00.123456789Z"),
    ("2026-11-22t06:30:00.000z", b"2026-11-22T06:30:00.000Z"),
    ("2017-01-01T07:59:60.999999999+08:00", b"2016-12-31T23:59:60.999999999Z"),
]

REFUSED = [
    "",
    "2026-11-22",
    "2026-11-22T06:30:00",
    "2026-11-22T06:30:00.Z",
    "2026-11-22T06:30:00.1234567890Z",
    "2026-11-22T24:00:00Z",
    "2026-11-22T06:60:00Z",
    "2026-11-22T06:30:61Z",
    "2026-02-29T06:30:00Z",
    "2026-13-01T06:30:00Z",
    "2026-11-22T23:59:60Z",  # no leap second then
    "2016-12-31T22:59:60Z",  # not the last minute of the day
    "2026-11-22T06:30:00+8:00",
    "2026-11-22T06:30:00+24:00",
    "2026-11-22T06:30:00+08:00Z",
    "2026-11-22T06:30:00Z ",
    "2026/11/22T06:30:00Z",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "２０２６-11-22T06:30:00Z",
    "-026-11-22T06:30:00Z",
]


@pytest.mark.parametrize(("text", "expected"), SAME_INSTANT)
def test_text_comes_back_with_the_digits_it_had(text: str, expected: bytes) -> None:
    parsed = parse_rfc3339(text)
    assert parsed.ok
    assert format_rfc3339(parsed.t_gpst_ns, parsed.digits) == expected


def test_a_column_of_good_and_bad_text_keeps_its_rows_apart() -> None:
    parsed = parse_rfc3339([*REFUSED, "2026-11-22T06:30:00Z"])
    assert parsed.ok.tolist() == [False] * len(REFUSED) + [True]
    assert (parsed.t_gpst_ns[:-1] == NO_TIME).all()
    assert (parsed.digits == 0).all()


def test_bytes_and_str_columns_give_the_same() -> None:
    texts = [text for text, _ in SAME_INSTANT]
    as_bytes = np.array([text.encode() for text in texts])
    np.testing.assert_array_equal(parse_rfc3339(as_bytes).t_gpst_ns, parse_rfc3339(texts).t_gpst_ns)
    assert parse_rfc3339(as_bytes[:0]).ok.size == 0


def test_instants_agree_with_datetime() -> None:
    text = "2026-11-22T06:30:00.123456Z"
    expected = datetime(2026, 11, 22, 6, 30, 0, 123_456, tzinfo=UTC)
    unix_ns = int(gpst_ns_to_unix_ns(parse_rfc3339(text).t_gpst_ns))
    assert unix_ns == round(expected.timestamp() * 1e6) * 1_000


def test_digits_are_cut_off_not_rounded() -> None:
    time = parse_rfc3339("2026-12-31T23:59:59.999999999Z").t_gpst_ns
    texts = format_rfc3339(np.full(3, time), [0, 3, 9])
    assert texts.tolist() == [b"2026-12-31T23:59:59Z", b"2026-12-31T23:59:59.999Z", b"2026-12-31T23:59:59.999999999Z"]


def test_a_missing_time_is_an_empty_text() -> None:
    assert format_rfc3339([NO_TIME, 0], 0).tolist() == [b"", b"1980-01-06T00:00:00Z"]
    assert format_rfc3339(np.empty(0, dtype=np.int64)).shape == (0,)


@pytest.mark.parametrize("digits", [-1, 10])
def test_impossible_digits_are_the_callers_mistake(digits: int) -> None:
    with pytest.raises(ValueError, match="digits"):
        format_rfc3339(0, digits)


def test_other_dtypes_are_the_callers_mistake() -> None:
    with pytest.raises(ValueError, match="str or bytes"):
        parse_rfc3339(["2026-11-22T06:30:00Z", None])  # type: ignore[arg-type]
