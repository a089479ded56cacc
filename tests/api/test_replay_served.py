"""Logs through the running service: API and clock show the time of the logs, and stand still when they end."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

from beidou_svc.config import Settings
from beidou_svc.replay.preview import preview
from beidou_svc.replay.replayer import Window
from beidou_svc.replay.serve import Play, play_into, settings_for_replay
from beidou_svc.replay.source import close_all
from tests.unit.replay.logs import T0_UNIX_S, opened, prefixed, stream

LIMIT_S = 30.0


async def seen_at_the_end(paths: list[Path], settings: Settings, play: Play) -> dict[str, Any]:
    """What the API answers when the logs have ended, by path."""
    sources, ids = opened(*paths)
    said: list[str] = []
    over = asyncio.Event()

    def announce(address: str) -> None:
        said.append(address)
        if not address:
            over.set()

    serving = asyncio.create_task(play_into(sources, ids, settings, play, announce, lambda: None))
    try:
        async with asyncio.timeout(LIMIT_S):
            await over.wait()
        async with httpx.AsyncClient(base_url=said[0]) as client:
            return {path: (await client.get(path)).json() for path in ("/v1/status", "/v1/fleet", "/v1/page")}
    finally:
        serving.cancel()
        await asyncio.wait([serving])
        close_all(sources)


@pytest.mark.compiled
async def test_a_replay_is_watched_like_a_live_fleet(tmp_path: Path) -> None:
    paths = [tmp_path / "a.log", tmp_path / "fleet.log"]
    paths[0].write_bytes(stream(range(40)))
    paths[1].write_bytes(prefixed(stream(range(20), quality=5), "{iso} gz-7 "))
    begin = preview(paths)
    assert begin.t_unix_ns == T0_UNIX_S * 10**9
    settings = settings_for_replay(Settings(), 0, begin.bounds)
    seen = await seen_at_the_end(paths, settings, Play(Window(), 200.0, begin.t_unix_ns))
    status, fleet = seen["/v1/status"], seen["/v1/fleet"]["columns"]
    assert status["time"].startswith("2026-11-22T06:3")
    assert status["terminals"]["total"] == 2
    assert status["ingest"]["sentences_total"] == 180
    shown = dict(zip(fleet["id"], zip(fleet["time"], fleet["fix_quality"], strict=True), strict=True))
    assert shown == {"a": ("2026-11-22T06:30:39.000Z", 4), "gz-7": ("2026-11-22T06:30:19.000Z", 5)}
    west, south, east, north = seen["/v1/page"]["bounds"]
    assert west < 114.94 < east
    assert south < 25.828 < north
