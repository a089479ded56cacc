"""Several logs are merged by receive time, the same whatever the size of pages."""

import random
from pathlib import Path

import pytest

from beidou_svc.clock import FOREVER
from beidou_svc.replay.feed import TimedFeed, feed
from beidou_svc.replay.source import FILL_BYTES_MIN
from tests.unit.replay.logs import content_by_terminal, kept, opened, stream


def timed_log(path: Path, times_s: list[int], name: str) -> Path:
    """A line a time; each line says which log and which number it is."""
    lines = (f"{t} shared $P{name},{i}*00\n" for i, t in enumerate(times_s))
    path.write_text("".join(lines))
    return path


def merged(paths: list[Path], page_bytes: int) -> bytes:
    sources, ids = opened(*paths)
    return content_by_terminal([kept(fed) for fed in feed(sources, page_bytes)], ids)["shared"]


@pytest.mark.parametrize("seed", range(4))
def test_merging_is_a_stable_sort_by_time_and_log(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    logs = [sorted(rng.choices(range(10**9, 10**9 + 300), k=rng.randint(1, 900))) for _ in range(4)]
    paths = [timed_log(tmp_path / f"{i}.log", times, f"L{i}") for i, times in enumerate(logs)]
    rows = [(t, log, i) for log, times in enumerate(logs) for i, t in enumerate(times)]
    expected = b"".join(b"$PL%d,%d*00\n" % (log, i) for _, log, i in sorted(rows))
    for page_bytes in (1, 30_000, 1 << 20):
        assert merged(paths, page_bytes) == expected


def test_a_time_that_goes_back_keeps_its_place(tmp_path: Path) -> None:
    a = timed_log(tmp_path / "a.log", [10**9, 10**9 + 50, 10**9 + 20, 10**9 + 60], "A")
    b = timed_log(tmp_path / "b.log", [10**9 + 30, 10**9 + 55], "B")
    assert merged([a, b], 1).split() == [b"$PA,0*00", b"$PB,0*00", b"$PA,1*00", b"$PA,2*00", b"$PB,1*00", b"$PA,3*00"]


def test_nothing_is_taken_before_its_time_or_after_the_end(tmp_path: Path) -> None:
    path = timed_log(tmp_path / "a.log", [10**9, 10**9 + 1, 10**9 + 2, 10**9 + 3], "A")
    sources, _ = opened(path)
    timed = TimedFeed(sources, 1 << 16, end_unix_ns=(10**9 + 2) * 10**9)
    taken = []
    for until_s in (10**9 - 1, 10**9, 10**9 + 1, 10**9 + 9):
        taken.append(len(timed.take(until_s * 10**9).segments))
        timed.advance()
    assert taken == [0, 1, 1, 1]
    assert timed.ended
    assert timed.next_unix_ns == (10**9 + 3) * 10**9
    sources[0].reader.close()


def test_small_logs_share_a_page_and_end_with_it(tmp_path: Path) -> None:
    paths = [tmp_path / f"gz-{i}.log" for i in range(40)]
    for i, path in enumerate(paths):
        path.write_bytes(stream([i]))
    sources, ids = opened(*paths)
    feds = [kept(fed) for fed in feed(sources, 1 << 16)]
    assert len(feds) == 1
    assert feds[0].ended.tolist() == list(range(40))
    assert content_by_terminal(feds, ids) == {f"gz-{i}": stream([i]) for i in range(40)}


def test_a_terminal_that_is_over_is_not_read_on(tmp_path: Path) -> None:
    path = tmp_path / "gz-1.log"
    path.write_bytes(stream(range(200)))
    sources, _ = opened(path)
    feds = list(feed(sources, FILL_BYTES_MIN, is_over=lambda slot: sources[slot].unpacked_bytes > FILL_BYTES_MIN))
    assert sum(int(fed.segments.length.sum()) for fed in feds) == 2 * FILL_BYTES_MIN
    assert TimedFeed([], 1).next_unix_ns == FOREVER
    sources[0].reader.close()
