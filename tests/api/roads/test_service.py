"""The whole service with a network and a fence: sentences in by TCP, events, road and stream out; GDAL as a client."""

import asyncio
import json
import shutil
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from websockets.asyncio.client import connect

from beidou_svc.api.client import decode_frame
from beidou_svc.app import Service
from beidou_svc.clock import ManualClock
from beidou_svc.config import Settings
from beidou_svc.roads.roads import Roads
from tests.api.whole_service import running, settings
from tests.helpers.frames import sentence
from tests.helpers.roads import SCHOOL, town_settings
from tests.helpers.waiting import until

SECONDS = 75


def town(folder: Path) -> Settings:
    return settings(roads=town_settings(folder, step_ms=0).model_dump()["roads"])


def drive(first: int = 0, last: int = SECONDS) -> bytes:
    """East along Main Street at 10 m/s, an epoch a second, from 2027-01-15T08:00:00Z on."""
    lines = []
    for second in range(first, last):
        clock = f"08{second // 60:02d}{second % 60:02d}.00"
        minutes = (114.9005 + second * 1e-4 - 114) * 60
        where = f"2548.0000000,N,114{minutes:010.7f},E"
        lines += [
            sentence(f"GNRMC,{clock},A,{where},19.44,90.0,150127,,,R"),
            sentence(f"GNGGA,{clock},{where},4,31,0.6,120.123,M,-12.300,M,1.0,0007"),
        ]
    return b"".join(lines)


async def send(port: int, data: bytes) -> asyncio.StreamWriter:
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"shuttle-1\r\n" + data)
    await writer.drain()
    return writer


async def texts(socket: Any, n: int) -> list[dict[str, Any]]:
    async with asyncio.timeout(30):
        return [json.loads(await socket.recv()) for _ in range(n)]


async def test_from_a_sentence_to_an_event(tmp_path: Path) -> None:
    async with running(town(tmp_path)) as (service, port), httpx.AsyncClient(base_url=service.http_address) as client:
        assert (await client.post("/v1/fences", json=SCHOOL)).status_code == 201
        async with connect(f"ws{service.http_address[4:]}v1/events/stream") as socket:
            await socket.send(json.dumps({"type": "subscribe", "fences": ["school"]}))
            (hello,) = await texts(socket, 1)
            assert hello == {"type": "hello", "boot": service.context.boot, "seq": 0, "kept_from_seq": 1}
            writer = await send(port, drive(0, 45))
            await until(lambda: _roads(service).log.inside(0) != [])
            writer.write(drive(45))
            await until(lambda: _roads(service).log.inside(0) == [])
            assert await _kinds_until_exit(socket, service) == ["enter", "exit"]
        rows = (await client.get("/v1/events?fence=school")).json()["events"]
        assert [each["kind"] for each in rows] == ["exit", "enter"]
        await _check_road(service, client, rows[0]["terminal"])
        writer.close()


async def _check_road(service: Service, client: httpx.AsyncClient, terminal: str) -> None:
    """The road of a terminal, as the API and the live stream have it."""
    road = (await client.get(f"/v1/terminals/{terminal}")).json()["road"]
    assert road["name"] == "Main Street"
    assert (await client.get("/v1/routes/1/progress")).json()["terminals"][0]["id"] == terminal
    async with connect(f"ws{service.http_address[4:]}v1/stream") as socket:
        await socket.send(json.dumps({"type": "subscribe", "columns": ["road"]}))
        frame = await _first_frame(socket)
    assert abs(frame.columns["matched_lat_deg"][0] - 25.80) < 1e-6
    assert frame.columns["road_flags"].tolist() == [1]
    assert frame.columns["edge"][0] == road["edge"]


def _roads(service: Service) -> Roads:
    assert service.context.roads is not None
    return service.context.roads


async def _kinds_until_exit(socket: Any, service: Service) -> list[str]:
    clock, seen = service.context.clock, list[str]()
    assert isinstance(clock, ManualClock)
    while "exit" not in seen:
        clock.advance(1.0)
        (message,) = await texts(socket, 1)
        seen += [event["kind"] for event in message["events"]]
    return seen


async def _first_frame(socket: Any) -> Any:
    async with asyncio.timeout(30):
        while True:
            message = await socket.recv()
            if isinstance(message, bytes):
                return decode_frame(message, {0: "x"})


async def test_a_conversation_that_is_none_is_ended_with_a_reason(tmp_path: Path) -> None:
    async with running(town(tmp_path)) as (service, _):
        address = service.http_address.replace("http", "ws")
        for message in ('{"type": "subscribe", "kinds": ["entering"]}', '{"type": "hello"}', "x"):
            async with connect(f"{address}v1/events/stream") as socket:
                await socket.send(message)
                await until(lambda: socket.close_code is not None)
                assert socket.close_code == 4400, message


@pytest.mark.skipif(shutil.which("ogrinfo") is None, reason="GDAL is not installed (Debian: gdal-bin)")
async def test_gdal_reads_the_features(tmp_path: Path) -> None:
    async with running(town(tmp_path)) as (service, port), httpx.AsyncClient(base_url=service.http_address) as client:
        await client.post("/v1/fences", json=SCHOOL)
        writer = await send(port, drive())
        await until(lambda: service.context.state.count == 1)
        source = f"OAPIF:{service.http_address}ogc"
        layers = await tool("ogrinfo", source)
        assert [line.split()[1] for line in layers.splitlines() if line[:1].isdigit()] == [
            "terminals", "fences", "roads", "routes", "stops",
        ]  # fmt: skip
        for layer, n in (("terminals", 1), ("fences", 1), ("roads", 3), ("routes", 1), ("stops", 2)):
            assert f"Feature Count: {n}" in await tool("ogrinfo", "-so", source, layer)
        west = await tool("ogrinfo", "-al", "-spat", "114.9015", "25.799", "114.9025", "25.801", source, "stops")
        assert "West" in west
        assert "East" not in west
        out = tmp_path / "roads.geojson"
        await tool("ogr2ogr", "-f", "GeoJSON", str(out), source, "roads")
        lengths = [len(each["geometry"]["coordinates"]) for each in json.loads(out.read_bytes())["features"]]
        assert np.sum(lengths) == 6
        writer.close()


async def tool(*command: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()
    return said.decode()
