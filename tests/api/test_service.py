"""The whole service on loopback: sentences in by TCP, the fleet out by HTTP and WebSocket, and a clean end."""

import asyncio
import json
import socket
import threading
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from beidou_svc.api.client import decode_frame
from beidou_svc.app import Service
from beidou_svc.clock import ManualClock
from beidou_svc.errors import ConfigError, StartError
from beidou_svc.pipeline.runner import Pipeline
from beidou_svc.running import run_service
from tests.api.whole_service import EPOCH, running, settings
from tests.helpers.frames import sentence
from tests.helpers.waiting import until

LIMIT_S = 30.0
# the clock of the service stands at 2027-01-15T08:00:00Z


async def test_from_a_sentence_to_every_way_out() -> None:
    async with running(settings()) as (service, port):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"gz-00001\r\n" + b"".join(sentence(body) for body in EPOCH))
        await until(lambda: service.context.state.count == 1 and service.context.state.columns["sigma_n_m"][0] == 0.011)
        async with httpx.AsyncClient(base_url=service.http_address) as client:
            assert (await client.get("/readyz")).status_code == 200
            latest = (await client.get("/v1/terminals/gz-00001")).json()["latest"]
        async with connect(f"ws{service.http_address[4:]}v1/stream", compression=None) as stream:
            await stream.send('{"type": "subscribe", "interval_ms": 20}')
            hello = json.loads(await stream.recv())
            names = json.loads(await stream.recv())
            frame = decode_frame(await stream.recv(decode=False), {0: names["id"][0]})
        writer.close()
    assert (latest["lat_deg"], latest["lon_deg"]) == (25.83, 114.93)
    assert (latest["h_msl_m"], latest["geoid_sep_m"], latest["h_ell_m"]) == (120.123, -12.3, 107.823)
    assert (latest["fix_quality"], latest["sats_used"], latest["age_corr_s"], latest["base_id"]) == (4, 31, 1.0, 7)
    assert (latest["sigma_n_m"], latest["sigma_e_m"], latest["sigma_u_m"]) == (0.011, 0.009, 0.021)
    assert latest["time"] == "2027-01-15T08:00:00.000Z"
    assert hello["boot"] == service.context.boot
    assert frame.ids() == ["gz-00001"]
    assert frame.columns["lat_deg"][0] == pytest.approx(25.83, abs=1e-9)
    assert frame.t0_ms == 1_800_000_000_000


async def test_a_stop_does_not_wait_for_kernels_that_are_being_compiled() -> None:
    begun, released = threading.Event(), threading.Event()

    def load(*, roads: bool) -> None:
        begun.set()
        released.wait()

    service = Service(settings(), Pipeline(capacity=64), clock=ManualClock(), load_kernels=load)
    serving = asyncio.create_task(service.run())
    try:
        await until(begun.is_set)
        service.stop()
        async with asyncio.timeout(LIMIT_S):
            await serving
        assert not service.ready.is_set()
        with pytest.raises(OSError, match="refused"):
            socket.create_connection(("127.0.0.1", httpx.URL(service.http_address).port or 0))
    finally:
        released.set()


async def test_a_stop_uses_what_was_received_and_says_good_bye() -> None:
    async with running(settings()) as (service, port):
        async with connect(f"ws{service.http_address[4:]}v1/stream", compression=None) as stream:
            await stream.send('{"type": "subscribe"}')
            await stream.recv()
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"gz-00001\r\n" + b"".join(sentence(body) for body in EPOCH))
            await writer.drain()
            service.stop()
            with pytest.raises(ConnectionClosed) as closed:
                async with asyncio.timeout(LIMIT_S):
                    for _ in iter(int, 1):
                        await stream.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1001
        writer.close()
    assert service.context.ready is False
    assert service.context.state.columns["fix_quality"][0] == 4
    assert service.context.pipeline.epochs[0, 4] == 1


async def test_a_tick_that_fails_is_counted_and_the_next_one_works(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(settings()) as (service, port):

        def fail(*_: object) -> None:
            raise RuntimeError("a bug")

        monkeypatch.setattr(service.context.fleet_hub, "flush", fail)
        await until(lambda: service.context.failed_ticks >= 2)
        monkeypatch.undo()
        failed = service.context.failed_ticks
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"gz-00001\r\n" + sentence(EPOCH[0]))
        await until(lambda: service.context.state.count == 1)
        assert service.context.failed_ticks == failed
        writer.close()


async def test_a_port_that_is_taken_says_which_and_what_to_do() -> None:
    async with running(settings()) as (service, port):
        http_port = int(service.http_address.rstrip("/").rpartition(":")[2])
        with pytest.raises(StartError, match=r"http 127\.0\.0\.1:\d+: .*choose another with http\.port"):
            await Service(settings(http={"port": http_port}), Pipeline(capacity=64), clock=ManualClock()).run()
        taken = settings(ingest={"tcp": [{"port": port}], "udp": []})
        with pytest.raises(StartError, match=f"ingest: .*{port}"):
            await Service(taken, Pipeline(capacity=64), clock=ManualClock()).run()


def test_a_start_that_fails_leaves_no_recording(tmp_path: Path) -> None:
    """The next start, on another port, may use the same name."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])
        with pytest.raises(StartError, match="choose another with http\\.port"):
            run_service(settings(http={"port": port}), tmp_path / "r.log")
    assert list(tmp_path.iterdir()) == []


async def test_files_that_are_missing_are_named_before_anything_starts(tmp_path: Path) -> None:
    for section, key in (("basemap", "file"), ("fleet", "terminals_file")):
        with pytest.raises(ConfigError, match=rf"{section}\.{key}: .*absent"):
            Service(settings(**{section: {key: tmp_path / "absent"}}), Pipeline(capacity=64), clock=ManualClock())


async def test_registered_terminals_are_known_before_they_speak(tmp_path: Path) -> None:
    file = tmp_path / "terminals.csv"
    file.write_text("id,name,policy\ngz-1,First,accepted\ngz-2,Second,quarantined\n")
    async with running(settings(fleet={"terminals_file": file})) as (service, _):
        await until(lambda: service.context.state.count == 2)
        async with httpx.AsyncClient(base_url=service.http_address) as client:
            rows = (await client.get("/v1/terminals")).json()["terminals"]
    assert [(row["id"], row["name"], row["policy"], row["liveness"]) for row in rows] == [
        ("gz-1", "First", "accepted", "offline"),
        ("gz-2", "Second", "quarantined", "offline"),
    ]
