"""The whole service on loopback: RTCM 3 of bases and rovers in by TCP, computed positions out, a base unplugged."""

import asyncio
from functools import partial

import httpx
import numpy as np
import pytest

from beidou_svc.app import Service
from beidou_svc.clock import ManualClock
from beidou_svc.config import Settings
from beidou_svc.parts import build_registry
from beidou_svc.pipeline.build import build_pipeline
from gnss.constants import NS_PER_S
from tests.helpers.waiting import until
from tests.unit.positioning.air import START_NS, Air, on_air

pytestmark = pytest.mark.compiled


class Ground:
    """A service, and a connection for each rover and base."""

    def __init__(self, air: Air) -> None:
        self.air, self.clock = air, ManualClock(START_NS)
        listener = {"port": 0, "unknown": "accept"}
        ingest = {"tcp": [listener], "udp": [], "limits": {"connections_max": 50}}
        settings = Settings.model_validate({"http": {"port": 0}, "ingest": ingest, "rtk": {"base_return_s": 3.0}})
        registry = build_registry(settings.fleet)
        self.service = Service(settings, build_pipeline(settings, registry), clock=self.clock, registry=registry)
        self.writers: list[asyncio.StreamWriter] = []

    async def __aenter__(self) -> "Ground":
        self.serving = await self.service.start()
        port = int(self.service.ingest.status().listeners[0].address.rpartition(":")[2])
        for row in range(self.air.rows):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            kind = "rover" if row < self.air.rovers else "base"
            writer.write(f"{kind}-{row}\n".encode())
            self.writers.append(writer)
            await until(lambda: self.service.registry.count == len(self.writers))
        return self

    async def __aexit__(self, *_: object) -> None:
        self.service.stop()
        await self.serving
        for writer in self.writers:
            writer.close()

    def _has(self, received: int) -> bool:
        return self.service.ingest.status().bytes_total >= received

    async def second(self, number: int, *, silent: int = -1) -> None:
        """An epoch of everybody, bases first: all of it is received and solved before this returns."""
        view = self.service.context.pipeline.positioning
        solved = int(view.epochs.sum()) + self.air.rovers
        for rows in (range(self.air.rovers, self.air.rows), range(self.air.rovers)):
            received = self.service.ingest.status().bytes_total
            for row in rows:
                if row != silent:
                    self.writers[row].write(self.air.bytes_at[number][row])
                    received += len(self.air.bytes_at[number][row])
            await until(partial(self._has, received))
            self.clock.advance(0.1)
        self.clock.advance(0.8)
        await until(lambda: int(view.epochs.sum()) >= solved)


async def test_positions_to_the_centimetre_and_a_base_that_is_unplugged() -> None:
    air = on_air(seconds=28)
    async with Ground(air) as ground, httpx.AsyncClient(base_url="") as client:
        nearest = air.rovers + int(np.argmin(np.linalg.norm(air.ecef_m[air.rovers :] - air.ecef_m[0], axis=1)))
        for number in range(28):
            await ground.second(number, silent=nearest if number >= 18 else -1)
        url = ground.service.http_address
        rover = (await client.get(f"{url}v1/terminals/rover-0")).json()
        status = (await client.get(f"{url}v1/status")).json()["rtk"]
    latest, base = rover["latest"], rover["base"]
    assert (latest["source"], latest["fix_quality"], latest["status"]) == ("engine", 4, "OK")
    assert latest["sigma_n_m"] < 0.02
    assert rover["receiver"] is None
    assert (base["id"], base["reason"], base["health"]) == (
        f"base-{2 * air.rovers + 1 - nearest}",
        "failed_over_silent",
        "healthy",
    )
    assert status["switches"]["failed_over_silent"] >= 1
    assert {each["id"]: each["health"] for each in status["bases"]}[f"base-{nearest}"] == "silent"
    assert rover["satellites"][0]["used"] in (True, False)
    assert sum(status["computed"].values()) == 28 * air.rovers
    state = ground.service.context.state
    assert state.columns["fix_quality"][0] == 4
    assert int(state.epoch.t_ns[0]) == air.fleet.t_gpst_ns(0) + 27 * NS_PER_S
