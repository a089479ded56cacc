"""Receive times and ids before sentences, in every form that is documented."""

from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from beidou_svc.replay.prefix import NO_ID, PREFIX_BYTES_MAX, read_prefix
from gnss.batches import NO_TIME

T0_NS = 1_795_329_000_125_000_000
CONTENT = b"$GNGGA,1*00\r\n"


def read(line: bytes) -> tuple[int, str | None, bytes]:
    text = np.frombuffer(line, np.uint8)
    prefix = read_prefix(text, 0, len(text))
    name = None if prefix.id_start == NO_ID else line[prefix.id_start : prefix.id_stop].decode()
    return prefix.t_unix_ns, name, line[prefix.content :]


@pytest.mark.parametrize(
    "prefix",
    [
        "2026-11-22T06:30:00.125Z ",
        "2026-11-22t06:30:00.125z,",
        "2026-11-22 06:30:00.125 ",
        "2026-11-22 06:30:00,125 ",
        "2026-11-22T14:30:00.125+08:00\t",
        "2026-11-22T14:30:00.125+0800 ",
        "2026-11-21T22:00:00.125-08:30 ",
        "[2026-11-22 06:30:00.125] ",
        "[1795329000.125]",
        "1795329000.125|",
        "1795329000125; ",
        "1795329000125000 ",
        "1795329000125000000, ",
    ],
)
@pytest.mark.parametrize("name", [None, "gz-00017", "a.b:c@d_e", "7", "x" * 64])
def test_every_form_gives_time_id_and_content(prefix: str, name: str | None) -> None:
    between = "" if name is None else f"{'' if prefix[-1] in ' ,|;' or prefix[-1] == chr(9) else ' '}{name} "
    assert read(f"{prefix}{between}".encode() + CONTENT) == (T0_NS, name, CONTENT)


@pytest.mark.parametrize(
    "line",
    [
        CONTENT,
        b"",
        b"\r\n",
        b"12:34:56 $GNGGA\n",
        b"2026-13-22T06:30:00Z $GNGGA\n",
        b"2026-02-30T06:30:00Z $GNGGA\n",
        b"2026-11-22T24:30:00Z $GNGGA\n",
        b"2026-11-22 $GNGGA\n",
        b"179532900 0 $GNGGA\n"[:8],
        b"17953290001 $GNGGA\n",
        b"9999999999999999999 $GNGGA\n",
        b"99999999999999999999 $GNGGA\n",
        b"# 2026-11-22T06:30:00Z\n",
        b"1795329000.125x$GNGGA\n",
    ],
)
def test_what_is_no_prefix_is_left_alone(line: bytes) -> None:
    assert read(line) == (NO_TIME, None, line)


@pytest.mark.parametrize(
    "word", [b"connected to receiver", b"ok\r\n", b"x" * 65 + b" $GNGGA", b"-id $GNGGA", b"\xff $G"]
)
def test_a_word_is_an_id_only_where_a_sentence_or_frame_follows(word: bytes) -> None:
    assert read(b"1795329000.125 " + word) == (T0_NS, None, word)


@pytest.mark.parametrize(
    "content", [b"$G", b"!A", b"#BESTNAVA", b"\xd3\x00\x13", b"\xb5\x62", b"\xaa\x44", b"\xba\xce"]
)
def test_an_id_may_stand_before_anything_that_is_decoded(content: bytes) -> None:
    assert read(b"1795329000.125 gz-1 " + content) == (T0_NS, "gz-1", content)


@given(
    st.datetimes(datetime(1970, 1, 2), datetime(2261, 12, 30)),
    st.integers(-23 * 60 - 59, 23 * 60 + 59),
)
def test_date_times_agree_with_the_standard_library(naive: datetime, ahead_min: int) -> None:
    when = naive.replace(tzinfo=timezone(timedelta(minutes=ahead_min)))
    since = when.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    expected_ns = (since.days * 86_400 + since.seconds) * 1_000_000_000 + since.microseconds * 1_000
    assert read(when.isoformat().encode() + b" $")[0] == expected_ns


@given(st.binary(max_size=200))
def test_any_bytes_have_a_prefix_within_its_bound_or_none(line: bytes) -> None:
    t_unix_ns, _, content = read(line)
    assert line.endswith(content)
    assert len(line) - len(content) < PREFIX_BYTES_MAX
    assert t_unix_ns != NO_TIME or content == line
