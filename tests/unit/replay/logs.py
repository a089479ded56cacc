"""Small logs for the tests: sentences of a terminal that drives east, as bytes."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from beidou_svc.replay.feed import Fed
from beidou_svc.replay.ids import Ids, terminal_ids_of
from beidou_svc.replay.source import LogSource, open_sources
from tests.helpers.frames import sentence

T0_UNIX_S = 1_795_329_000
"""2026-11-22T06:30:00Z."""


def epoch(second: int, quality: int = 4, offset: int = 0, date: str = "221126") -> bytes:
    """GGA, RMC and GST of the second after T0, or after the same time of another day."""
    clock = f"{6 + second // 3600:02d}{30 + second % 3600 // 60:02d}{second % 60:02d}.00"
    where = f"2549.{7_000_000 + 137 * second:07d},N,11456.{4_000_000 + 211 * second + offset:07d},E"
    return b"".join(
        sentence(body)
        for body in (
            f"GNGGA,{clock},{where},{quality},27,0.6,118.042,M,-9.512,M,1.0,0123",
            f"GNRMC,{clock},A,{where},11.500,084.4,{date},,,R,V",
            f"GNGST,{clock},0.9,0.011,0.008,41.2,0.010,0.009,0.021",
        )
    )


def stream(seconds: Sequence[int], quality: int = 4, offset: int = 0) -> bytes:
    """Epochs one after the other."""
    return b"".join(epoch(second, quality, offset) for second in seconds)


def prefixed(data: bytes, form: str) -> bytes:
    """Every line behind a prefix: `{s}`, `{ms}`, `{iso}` stand for the line's number in seconds after T0."""
    lines = []
    for number, line in enumerate(data.splitlines(keepends=True)):
        t_s = T0_UNIX_S + number / 4
        iso = datetime.fromtimestamp(t_s, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        lines.append(form.format(s=f"{t_s:.3f}", ms=round(t_s * 1000), iso=iso).encode() + line)
    return b"".join(lines)


def opened(*paths: Path) -> tuple[list[LogSource], Ids]:
    """Logs that must open."""
    ids = Ids()
    sources, problems = open_sources(list(paths), terminal_ids_of(paths), ids)
    assert not problems
    return sources, ids


def content_by_terminal(feds: Sequence[Fed], ids: Ids) -> dict[str, bytes]:
    """The bytes each terminal was given, in order."""
    content: dict[str, bytes] = dict.fromkeys(ids.names, b"")
    for fed in feds:
        s = fed.segments
        for slot, start, length in zip(s.slot.tolist(), s.start.tolist(), s.length.tolist(), strict=True):
            content[ids.names[slot]] += fed.buffer[start : start + length].tobytes()
    return content


def kept(fed: Fed) -> Fed:
    """A copy that outlives the page."""
    rows = np.arange(len(fed.segments))
    return fed._replace(buffer=np.array(fed.buffer), segments=fed.segments.take(rows))
