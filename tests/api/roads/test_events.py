"""Events over HTTP: newest first, by terminal, fence, kind and time, page by page; and what is taken back."""

from pathlib import Path

import httpx
import pytest

from beidou_svc.api.context import Context
from tests.helpers.roads import SCHOOL, drive, go, road_context, town_settings
from tests.helpers.service import client_of

SPEEDY = {
    **SCHOOL,
    "id": "slow",
    "properties": {"radius_m": 150.0, "kinds": ["speeding"], "speed_limit_kmh": 20.0},
}


@pytest.fixture
async def client(client: httpx.AsyncClient, town: Context) -> httpx.AsyncClient:
    """After a drive through two fences."""
    await client.post("/v1/fences", json={"type": "FeatureCollection", "features": [SCHOOL, SPEEDY]})
    go(town, 80)
    return client


async def kinds(client: httpx.AsyncClient, **parameters: object) -> list[str]:
    answer = await client.get("/v1/events", params=parameters)  # type: ignore[arg-type]
    assert answer.status_code == 200, answer.text
    return [each["kind"] for each in answer.json()["events"]]


async def test_a_drive_through_a_fence_newest_first(client: httpx.AsyncClient) -> None:
    assert await kinds(client, fence="school") == ["exit", "enter"]
    assert await kinds(client, fence="slow") == ["speeding_end", "speeding"]
    (enter,) = (await client.get("/v1/events?kind=enter")).json()["events"]
    assert enter | {"event": None, "p": None, "lat_deg": None, "lon_deg": None, "sigma_m": None} == {
        "seq": enter["seq"], "event": None, "op": "assert", "kind": "enter", "terminal": "gz-00000", "fence": "school",
        "fence_version": 1, "time": enter["time"], "cause_time": enter["cause_time"], "p": None, "lat_deg": None,
        "lon_deg": None, "sigma_m": None, "value": None, "unit": None, "status": "plain", "standing": True,
    }  # fmt: skip
    assert enter["p"] > 0.99
    assert enter["cause_time"] >= enter["time"]


async def test_values_come_with_their_unit(client: httpx.AsyncClient) -> None:
    (speeding,) = (await client.get("/v1/events?kind=speeding")).json()["events"]
    assert (speeding["value"], speeding["unit"]) == (10.0, "m/s")
    (left,) = (await client.get("/v1/events?kind=exit")).json()["events"]
    assert left["unit"] == "s"
    assert 20 < left["value"] < 40


async def test_filters(client: httpx.AsyncClient) -> None:
    assert await kinds(client, terminal="gz-00001") == []
    assert await kinds(client, terminal="nobody") == []
    assert len(await kinds(client, terminal="gz-00000,gz-00001")) == 4
    assert await kinds(client, kind="enter,exit", fence="school,slow") == ["exit", "enter"]
    assert await kinds(client, op="retract") == []
    assert len(await kinds(client, standing="true")) == 4
    entered = (await client.get("/v1/events?kind=enter")).json()["events"][0]["time"]
    assert await kinds(client, to=entered, fence="school") == []
    assert await kinds(client, **{"from": entered, "fence": "school"}) == ["exit", "enter"]
    assert await kinds(client, since=2, fence="school") == ["exit"]


async def test_pages_hold_everything_once(client: httpx.AsyncClient) -> None:
    whole = (await client.get("/v1/events")).json()["events"]
    found, after = [], None
    while True:
        page = (await client.get("/v1/events", params={"limit": 1} | ({"after": after} if after else {}))).json()
        found += page["events"]
        after = page["next"]
        if after is None:
            break
    assert found == whole
    assert [each["seq"] for each in whole] == [4, 3, 2, 1]


@pytest.mark.parametrize("query", ["kind=entering", "from=yesterday", "limit=0", "op=undo", "after=x"])
async def test_what_means_nothing_is_refused(client: httpx.AsyncClient, query: str) -> None:
    answer = await client.get(f"/v1/events?{query}")
    assert (answer.status_code, answer.json()["type"]) == (400, "urn:beidou-svc:problem:bad-parameter")


async def test_late_data_take_an_event_back(tmp_path: Path) -> None:
    """It was seen outside at 38 s; a late position shows that it was outside at 37 s already."""
    town = road_context(town_settings(tmp_path))
    roads = town.roads
    assert roads is not None
    async with client_of(town) as asking:
        await asking.post("/v1/fences", json=SCHOOL)
        for second in range(37):
            roads.step(drive(second))
        for second in range(38, 43):
            roads.step(drive(second, lat_deg=25.803))
        (before,) = (await asking.get("/v1/events?kind=exit")).json()["events"]
        roads.step(drive(37, lat_deg=25.803))
        rows = (await asking.get("/v1/events?kind=exit")).json()["events"]
    assert [(each["op"], each["standing"]) for each in rows] in (
        [("assert", True), ("retract", False), ("assert", False)],
        [("retract", False), ("assert", True), ("assert", False)],
    )
    (standing,) = [each for each in rows if each["standing"]]
    (retracted,) = [each for each in rows if each["op"] == "retract"]
    assert retracted["event"] == before["event"] != standing["event"]
    assert standing["time"] < before["time"]


async def test_the_road_of_a_terminal_says_where_it_is_inside(client: httpx.AsyncClient, town: Context) -> None:
    outside = (await client.get("/v1/terminals/gz-00000")).json()["road"]
    assert outside["inside"] == []
    go(town, 45, slot=1)
    inside = (await client.get("/v1/terminals/gz-00001")).json()["road"]
    assert inside["inside"] == ["school"]
    assert (inside["name"], inside["class"], inside["limit_kmh"]) == ("Main Street", "primary", 50.0)
    assert abs(inside["lat_deg"] - 25.80) < 1e-6
    assert not inside["is_off_road"]


async def test_nothing_is_known_of_a_terminal_that_was_never_matched(client: httpx.AsyncClient) -> None:
    assert (await client.get("/v1/terminals/gz-00001")).json()["road"] is None
