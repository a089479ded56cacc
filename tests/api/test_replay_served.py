"""Logs through the running service: API and clock show the time of the logs, and stand still when they end."""

import asyncio
from pathlib import Path

import httpx
import pytest

from beidou_svc.config import Settings
from beidou_svc.replay.preview import preview
from beidou_svc.replay.replayer import Window
from beidou_svc.replay.serve import Play, play_into, settings_for_replay
from tests.unit.replay.logs import T0_UNIX_S, opened, prefixed, stream

LIMIT_S = 30.0


@pytest.mark.compiled
async def test_a_replay_is_watched_like_a_live_fleet(tmp_path: Path) -> None:
    paths = [tmp_path / "a.log", tmp_path / "fleet.log"]
    paths[0].write_bytes(stream(range(40)))
    paths[1].write_bytes(prefixed(stream(range(20), quality=5), "{iso} gz-7 "))
    begin = preview(paths)
    assert begin.t_unix_ns == T0_UNIX_S * 10**9
    settings = settings_for_replay(Settings(), 0, begin.bounds)
    sources, ids = opened(*paths)
    said: list[str] = []
    over = asyncio.Event()

    def announce(address: str) -> None:
        said.append(address)
        if not address:
            over.set()

    play = Play(Window(), 200.0, begin.t_unix_ns)
    serving = asyncio.create_task(play_into(sources, ids, settings, play, announce, lambda: None))
    try:
        async with asyncio.timeout(LIMIT_S), httpx.AsyncClient(base_url="http://127.0.0.1") as client:
            await over.wait()
            client.base_url = httpx.URL(said[0])
            status = (await client.get("/v1/status")).json()
            fleet = (await client.get("/v1/fleet")).json()["columns"]
            page = (await client.get("/v1/page")).json()
    finally:
        serving.cancel()
        await asyncio.wait([serving])
    assert status["time"].startswith("2026-11-22T06:3")
    assert status["terminals"]["total"] == 2
    assert status["ingest"]["sentences_total"] == 180
    shown = dict(zip(fleet["id"], zip(fleet["time"], fleet["fix_quality"], strict=True), strict=True))
    assert shown == {"a": ("2026-11-22T06:30:39.000Z", 4), "gz-7": ("2026-11-22T06:30:19.000Z", 5)}
    west, south, east, north = page["bounds"]
    assert west < 114.94 < east
    assert south < 25.828 < north
    for source in sources:
        source.reader.close()
