"""Logs become pieces of terminals' streams: every form, any size of block, damage and all."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from beidou_svc.replay.feed import feed
from beidou_svc.replay.forms import RECORDING_HEAD, Form, sniff
from beidou_svc.replay.source import FILL_BYTES_MIN, LogSource
from tests.unit.replay.logs import T0_UNIX_S, content_by_terminal, kept, opened, prefixed, stream

DATA = stream(range(60))
BINARY = bytes(range(256)) * 8


def record(t_unix_ns: int | str, name: str, payload: bytes) -> bytes:
    return f"@{t_unix_ns} {len(payload)} {name}\n".encode() + payload + b"\n"


def read(path: Path, page_bytes: int) -> tuple[dict[str, bytes], list[tuple[int, int]], LogSource]:
    """Content by terminal, (length, receive time) of every stretch of one receive time, and the log."""
    sources, ids = opened(path)
    feds = [kept(fed) for fed in feed(sources, page_bytes)]
    stretches: list[tuple[int, int]] = []
    for fed in feds:
        for length, t_ns in zip(fed.segments.length.tolist(), fed.segments.t_rx_ns.tolist(), strict=True):
            if stretches and stretches[-1][1] == t_ns:
                stretches[-1] = stretches[-1][0] + length, t_ns
            else:
                stretches.append((length, t_ns))
    return content_by_terminal(feds, ids), stretches, sources[0]


def written(folder: Path, data: bytes) -> Path:
    path = folder / "gz-9.log"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("page_bytes", [FILL_BYTES_MIN, FILL_BYTES_MIN + 1, 5_003, 1 << 20])
@pytest.mark.parametrize("form", ["{iso} ", "{s},", "[{ms}] ", "{ms}|gz-9|"])
def test_prefixes_come_off_and_time_the_lines(tmp_path: Path, form: str, page_bytes: int) -> None:
    content, stretches, source = read(written(tmp_path, prefixed(DATA, form)), page_bytes)
    lines = DATA.splitlines(keepends=True)
    assert source.form is Form.LINES
    assert content == {"gz-9": DATA}
    expected = [(len(line), T0_UNIX_S * 10**9 + i * 250_000_000) for i, line in enumerate(lines)]
    assert stretches == expected
    assert source.problems() == source.notes() == []


@pytest.mark.parametrize("page_bytes", [FILL_BYTES_MIN, 9_999])
def test_lines_of_many_terminals(tmp_path: Path, page_bytes: int) -> None:
    lines = DATA.splitlines(keepends=True)
    log = b"".join(b"%d gz-%d %s" % (T0_UNIX_S + i, i % 7, line) for i, line in enumerate(lines))
    content, _, _ = read(written(tmp_path, log), page_bytes)
    assert content == {f"gz-{k}": b"".join(lines[k::7]) for k in range(7)}


def test_a_line_without_prefix_stays_with_the_line_before(tmp_path: Path) -> None:
    a, b, c = stream([0]), b"\xd3\x00\x13" + bytes(range(14, 120)) + b"\n", stream([1])
    log = b"1795329000 gz-1 " + a.replace(b"\r\n", b"\r\n1795329000 gz-1 ")[:-16] + b + b"1795329001 gz-2 $GP\r\n"
    log += b"1795329002 gz-1 " + c.replace(b"\r\n", b"\r\n1795329002 gz-1 ")[:-16]
    content, _, source = read(written(tmp_path, log), FILL_BYTES_MIN)
    assert content == {"gz-1": a + b + c, "gz-2": b"$GP\r\n"}
    assert "1 lines without a receive time" in source.notes()[0]


def test_a_timed_log_with_and_without_ids(tmp_path: Path) -> None:
    log = b"1795329000 $GPA\n1795329001 gz-1 $GPB\n1795329002 $GPC\n"
    content, _, _ = read(written(tmp_path, log), FILL_BYTES_MIN)
    assert content == {"gz-9": b"$GPA\n$GPC\n", "gz-1": b"$GPB\n"}


@pytest.mark.parametrize("page_bytes", [FILL_BYTES_MIN, 4_099, 1 << 20])
def test_a_recording_holds_any_bytes(tmp_path: Path, page_bytes: int) -> None:
    parts = [(BINARY[: 3 * i], f"t-{i % 3}", 10**18 + i) for i in range(300)]
    log = RECORDING_HEAD + b"".join(record(t, name, payload) for payload, name, t in parts) + record("-", "t-0", b"@\n")
    content, _, source = read(written(tmp_path, log), page_bytes)
    expected = {f"t-{k}": b"".join(p for p, name, _ in parts if name == f"t-{k}") for k in range(3)}
    expected["t-0"] += b"@\n"
    assert source.form is Form.RECORDING
    assert content == expected
    assert source.problems() == []


def test_a_cut_recording_says_what_is_missing(tmp_path: Path) -> None:
    log = RECORDING_HEAD + record(1, "a", BINARY)[:-301]
    content, _, source = read(written(tmp_path, log), FILL_BYTES_MIN)
    assert content == {"a": BINARY[:-300]}
    assert "300 bytes of it are missing" in source.problems()[0]


def test_damage_in_a_recording_costs_the_record_that_is_hit(tmp_path: Path) -> None:
    good = [record(i, "a", b"$GP%02d\r\n" % i) for i in range(20)]
    bad = good.copy()
    bad[7] = bad[7].replace(b"@", b"%")
    content, _, source = read(written(tmp_path, RECORDING_HEAD + b"".join(bad)), FILL_BYTES_MIN)
    assert content == {"a": b"".join(b"$GP%02d\r\n" % i for i in range(20) if i != 7)}
    assert "bytes stand where a record should begin" in source.problems()[0]


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (DATA, Form.STREAM),
        (b"# a comment\n# 2026-11-22T06:30:00Z another\n" + DATA, Form.STREAM),
        (BINARY, Form.STREAM),
        (b"", Form.STREAM),
        (b"# recorded by hand\n" + prefixed(DATA, "{iso} "), Form.LINES),
        (RECORDING_HEAD, Form.RECORDING),
    ],
)
def test_the_form_is_found_out(head: bytes, expected: Form) -> None:
    assert sniff(head) is expected


@given(st.binary(max_size=6_000), st.sampled_from([b"\x00", RECORDING_HEAD, prefixed(stream([0]), "{s} gz-1 ")]))
def test_any_bytes_are_read_to_the_end_the_same_at_any_size(
    tmp_path_factory: pytest.TempPathFactory, noise: bytes, head: bytes
) -> None:
    path = written(tmp_path_factory.mktemp("noise"), head + noise + b"\n" + prefixed(stream([1]), "{s} gz-1 "))
    whole, times, _ = read(path, 1 << 16)
    assert read(path, FILL_BYTES_MIN)[:2] == (whole, times)


def test_no_room_is_the_callers_mistake(tmp_path: Path) -> None:
    sources, _ = opened(written(tmp_path, DATA))
    from beidou_svc.replay.source import Page

    page = Page(FILL_BYTES_MIN)
    page.used_bytes = page.size_bytes
    with pytest.raises(ValueError, match="no room"):
        sources[0].fill(page, FILL_BYTES_MIN)
    sources[0].reader.close()
    assert np.all(page.buffer == 0)
