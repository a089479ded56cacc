"""A terminal that sends GCJ-02 as if it were true: found by the roads, and told wherever one looks."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from beidou_svc.api.context import Context
from beidou_svc.api.event_hub import EventClient, EventWant
from mapping.datums.plane import plane_to_geodetic
from tests.api.hub_stage import FakeOutlet
from tests.helpers.roads import activate, close, road_context, settings_with
from tests.helpers.service import T_GPST_NS
from tests.unit.datums.city import CITY, HALF_M, PLANE, drive

TRUE, SHIFTED = 0, 1
STEP_ROWS = 10


def street(number: int, x_m: tuple[float, float], y_m: tuple[float, float]) -> dict[str, Any]:
    lat_rad, lon_rad = plane_to_geodetic(np.array(x_m), np.array(y_m), PLANE)
    line = np.degrees(np.column_stack([lon_rad, lat_rad])).tolist()
    geometry = {"type": "LineString", "coordinates": line}
    return {"type": "Feature", "id": number, "properties": {"highway": "residential"}, "geometry": geometry}


def city() -> dict[str, Any]:
    """Streets near the middle of the detector's city, not joined."""
    xs, ys = (v[np.abs(v) < HALF_M].tolist() for v in (CITY.x_m, CITY.y_m))
    streets = [street(k, (x, x), (-HALF_M, HALF_M)) for k, x in enumerate(xs)]
    streets += [street(1_000 + k, (-HALF_M, HALF_M), (y, y)) for k, y in enumerate(ys)]
    return {"type": "FeatureCollection", "name": "city", "features": streets}


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Context]:
    """The city that the detector is tried in."""
    context = road_context(settings_with(city(), tmp_path))
    yield context
    close(context)


def go_round(town: Context) -> None:
    """Both drive round some blocks for ten minutes."""
    assert town.roads is not None
    network = town.roads.active.named.network if town.roads.active else None
    assert network is not None
    rows = [drive(slot, shifted=slot == SHIFTED, seed=slot, network=network) for slot in (TRUE, SHIFTED)]
    for first in range(0, len(rows[0]), STEP_ROWS):
        for each in rows:
            some = each.take(slice(first, first + STEP_ROWS))
            n = len(some)
            town.roads.step(some.replace(t_gpst_ns=some.t_gpst_ns + T_GPST_NS, fix_quality=np.ones(n, np.uint8)))


async def test_who_sends_gcj02_is_told_everywhere(client: httpx.AsyncClient, town: Context) -> None:
    assert town.event_hub is not None
    listener = EventClient(FakeOutlet(), EventWant(), 0)
    town.event_hub.add(listener)
    assert (await client.get("/v1/alarms")).json() == {"n": 0, "alarms": []}
    go_round(town)
    (alarm,) = (await client.get("/v1/alarms")).json()["alarms"]
    assert (alarm["kind"], alarm["terminal"], alarm["standing"]) == ("frame_gcj02", "gz-00001", True)
    assert alarm["evidence"] > 5.0
    assert (await client.get("/v1/terminals/gz-00001")).json()["alarm"] == alarm
    assert (await client.get("/v1/terminals/gz-00000")).json()["alarm"] is None
    status = (await client.get("/v1/status")).json()["roads"]
    assert status["alarms"] == {"standing": 1, "total": 1}
    town.event_hub.flush(10**9)
    assert isinstance(listener.outlet, FakeOutlet)
    assert {"type": "alarms", "version": 1} in listener.outlet.texts()


async def test_an_alarm_lasts_over_another_network(client: httpx.AsyncClient, town: Context) -> None:
    go_round(town)
    document = city()
    await activate(client, town, {**document, "features": document["features"][1:]})
    (alarm,) = (await client.get("/v1/alarms")).json()["alarms"]
    assert alarm["standing"]
