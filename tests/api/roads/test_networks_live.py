"""Another network while the service runs: how far it is, what is carried over, and what stays where it fails.

New town: the roads of the old one are numbered otherwise, and there is one more with a stop and a route.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from beidou_svc.api.context import Context
from beidou_svc.config import Settings
from beidou_svc.roads.reading import BYTES_AT_ONCE_MAX
from mapping.fences.model import Corridor
from tests.helpers.roads import SCHOOL, TOWN, activate, close, drive, go, road_context, settled, town_settings
from tests.helpers.service import client_of

SOUTH: dict[str, Any] = {
    "type": "Feature", "id": 7, "properties": {"highway": "primary", "name": "South Street"},
    "geometry": {"type": "LineString", "coordinates": [(114.90, 25.79), (114.91, 25.79), (114.91, 25.80)]},
}  # fmt: skip
STOP: dict[str, Any] = {
    "type": "Feature", "id": 93, "properties": {"layer": "stop", "name": "South"},
    "geometry": {"type": "Point", "coordinates": [114.905, 25.78995]},
}  # fmt: skip
NEW_TOWN: dict[str, Any] = {
    **TOWN,
    "features": [SOUTH, *TOWN["features"], STOP],
    "routes": [*TOWN["routes"], {"id": 2, "name": "Line 2", "roads": [7], "stops": [93]}],
}


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Context]:
    """A service that keeps what it is sent."""
    context = road_context(town_settings(tmp_path, data_dir=str(tmp_path / "data")))
    yield context
    close(context)


async def road_of(client: httpx.AsyncClient, terminal: str = "gz-00000") -> Any:
    return (await client.get(f"/v1/terminals/{terminal}")).json()["road"]


async def corridor(client: httpx.AsyncClient, name: str, **what: Any) -> httpx.Response:
    properties = {"corridor": {"half_width_m": 20.0, **what}}
    return await client.put(f"/v1/fences/{name}", json={"type": "Feature", "properties": properties})


async def test_a_stored_network_becomes_active_while_terminals_drive(client: httpx.AsyncClient, town: Context) -> None:
    go(town, 20)
    assert (await road_of(client))["network"] == "town"
    await activate(client, town, NEW_TOWN)
    by_id = {each["id"]: each for each in (await client.get("/v1/networks")).json()["networks"]}
    assert (by_id["new"]["state"], by_id["new"]["active"], by_id["new"]["done"]) == ("active", True, 1.0)
    assert "town" not in by_id  # it came from a file and is not stored
    assert await road_of(client) is None
    go(town, 20)
    assert (await road_of(client))["network"] == "new"
    assert [each["id"] for each in (await client.get("/v1/routes")).json()["features"]] == ["1", "2"]
    assert (await client.get("/v1/routes/1/progress")).json()["n"] == 1
    go(town, 40, slot=1, lat_deg=25.79)
    assert (await client.get("/v1/routes/2/progress")).json()["n"] == 1


async def test_where_edges_stay_the_same_places_stay(client: httpx.AsyncClient, town: Context) -> None:
    go(town, 20)
    before = await road_of(client)
    faster = orjson.loads(orjson.dumps(TOWN))
    faster["features"][0]["properties"]["maxspeed"] = 80
    await activate(client, town, faster)
    after = await road_of(client)
    assert after == {**before, "network": "new", "limit_kmh": 80.0}
    assert [each["id"] for each in before["routes"]] == ["1"]


async def test_all_clients_are_told_that_places_are_others(client: httpx.AsyncClient, town: Context) -> None:
    go(town, 20)
    await activate(client, town, NEW_TOWN)
    assert town.roads is not None
    assert 0 in town.roads.take(drive(30).take(slice(0, 0)), 1)
    assert 0 not in town.roads.take(drive(30).take(slice(0, 0)), 2)


async def test_a_network_that_fails_leaves_the_old_one_and_says_why(client: httpx.AsyncClient, town: Context) -> None:
    frame = {"datum": "WGS84", "epoch": 2020.0}
    await activate(client, town, {**TOWN, "frame": frame}, "other")
    said = (await client.get("/v1/networks/other")).json()
    assert (said["state"], said["active"]) == ("failed", False)
    assert "frames.target" in said["reason"]
    go(town, 20)
    assert (await road_of(client))["network"] == "town"
    assert (await client.post("/v1/networks/none/activate")).status_code == 404


async def test_fences_along_edges_follow_the_network(client: httpx.AsyncClient, town: Context) -> None:
    go(town, 20)
    edge = (await road_of(client))["edge"]
    assert (await corridor(client, "edges", edges=[edge], both_ways=False)).status_code == 201
    assert (await corridor(client, "route", route="1")).status_code == 201
    bound = {**SCHOOL, "properties": {"radius_m": 150.0, "edges": [edge]}}
    assert (await client.put("/v1/fences/school", json=bound)).status_code == 201
    before = {name: (await client.get(f"/v1/fences/{name}")).json() for name in ("edges", "route", "school")}
    await activate(client, town, NEW_TOWN)
    go(town, 20, slot=1)
    now = (await road_of(client, "gz-00001"))["edge"]
    assert now != edge
    after = {name: (await client.get(f"/v1/fences/{name}")).json() for name in before}
    assert after["edges"]["properties"]["corridor"]["edges"] == after["school"]["properties"]["edges"] == [now]
    assert [after[name]["geometry"] for name in before] == [before[name]["geometry"] for name in before]
    assert not any("problem" in each["properties"] for each in after.values())


async def test_a_width_in_whole_metres_is_the_number_that_kernels_know(
    client: httpx.AsyncClient, town: Context
) -> None:
    body = b'{"type": "Feature", "properties": {"corridor": {"route": "1", "half_width_m": 20}}}'
    assert (await client.put("/v1/fences/line", content=body)).status_code == 201
    assert town.roads is not None
    shape = town.roads.desk.entries["line"].draft.shape
    assert isinstance(shape, Corridor)
    assert isinstance(shape.half_width_m, float)  # an int compiles them anew, for half a minute


async def test_what_the_new_network_lacks_is_told_and_stays_on_the_ground(
    client: httpx.AsyncClient, town: Context
) -> None:
    assert (await corridor(client, "line", route="1")).status_code == 201
    before = (await client.get("/v1/fences/line")).json()
    await activate(client, town, {**NEW_TOWN, "features": [SOUTH, STOP], "routes": NEW_TOWN["routes"][1:]})
    after = (await client.get("/v1/fences/line")).json()
    assert after["geometry"] == before["geometry"]
    assert "'new' has no route '1'" in after["properties"]["problem"]


async def test_closed_edges_stay_closed_by_their_place(client: httpx.AsyncClient, town: Context) -> None:
    assert (await client.put("/v1/networks/new", content=orjson.dumps(TOWN))).status_code == 201
    await client.post("/v1/networks/new/activate")
    await settled(town)
    go(town, 20)
    edge = (await road_of(client))["edge"]
    assert (await client.put("/v1/networks/new/closures", json={"edges": [edge]})).status_code == 200
    replaced = await client.put("/v1/networks/new", content=orjson.dumps(NEW_TOWN), headers={"If-Match": '"1"'})
    assert (replaced.status_code, replaced.json()["state"]) == (200, "building")
    await settled(town)
    (closed,) = (await client.get("/v1/networks/new/closures")).json()["edges"]
    assert closed != edge


async def test_a_route_that_is_drawn_has_stops_and_fences_at_once(client: httpx.AsyncClient, town: Context) -> None:
    await activate(client, town, {**NEW_TOWN, "routes": []})
    assert town.roads is not None
    assert not [ref for ref in town.roads.desk.fences.row_of if ref.startswith("stop:")]
    roads = (await client.get("/v1/networks/new.geojson")).json()["features"]
    edges = [each["properties"]["edge"] for each in roads if each["id"] == 7]
    drawn = {"type": "Feature", "properties": {"name": "South", "edges": edges, "stops": ["93"]}}
    assert (await client.put("/v1/routes/south", json=drawn)).status_code == 201
    assert "stop:93" in town.roads.desk.fences.row_of
    assert (await corridor(client, "line", route="south")).status_code == 201
    assert (await client.delete("/v1/routes/south", headers={"If-Match": '"1"'})).status_code == 204
    assert "stop:93" not in town.roads.desk.fences.row_of
    assert "no route 'south'" in (await client.get("/v1/fences/line")).json()["properties"]["problem"]


@pytest.mark.parametrize(
    ("what", "field", "words"),
    [
        ({"edges": [2, 99]}, "properties.corridor.edges", "no edge 99"),
        ({"route": "7"}, "properties.corridor.route", "no route '7'"),
        ({}, "properties.corridor", "route"),
        ({"route": "1", "edges": [1]}, "properties.corridor", "one of them"),
    ],
)
async def test_a_corridor_along_what_is_not_there_is_refused_by_name(
    client: httpx.AsyncClient, what: dict[str, Any], field: str, words: str
) -> None:
    answer = await corridor(client, "line", **what)
    (fault,) = answer.json()["errors"]
    assert (answer.status_code, fault["field"]) == (422, field)
    assert words in fault["message"]


async def test_what_is_active_and_what_follows_it_are_so_after_a_restart(tmp_path: Path) -> None:
    settings = Settings.model_validate({"roads": {"data_dir": str(tmp_path / "data")}})
    first = road_context(settings)
    async with client_of(first) as asking:
        await activate(asking, first, TOWN)
        assert (await corridor(asking, "line", route="1")).status_code == 201
        await activate(asking, first, NEW_TOWN, "newer")
    close(first)
    again = road_context(settings)
    async with client_of(again) as asking:
        (active,) = [each for each in (await asking.get("/v1/networks")).json()["networks"] if each["active"]]
        assert active["id"] == "newer"
        assert "problem" not in (await asking.get("/v1/fences/line")).json()["properties"]
    close(again)


async def test_a_network_far_away_takes_its_fences_along(tmp_path: Path) -> None:
    context = road_context(Settings.model_validate({"roads": {"data_dir": str(tmp_path)}, "page": {"center": [9, 47]}}))
    assert context.roads is not None
    async with client_of(context) as asking:
        near = {**SCHOOL, "geometry": {"type": "Point", "coordinates": [9.0, 47.0]}}
        assert (await asking.put("/v1/fences/school", json=near)).status_code == 201
        await activate(asking, context, TOWN)
        assert context.roads.desk.fences.plane == context.roads.plane
        assert "problem" in (await asking.get("/v1/fences/school")).json()["properties"]
        made = await asking.put("/v1/fences/school", json=SCHOOL, headers={"If-Match": '"1"'})
        assert made.status_code == 200
        go(context, 60)
        events = (await asking.get("/v1/events")).json()["events"]
    assert [each["kind"] for each in events if each["fence"] == "school"] == ["enter"]
    close(context)


async def test_a_large_map_is_read_in_a_process_of_its_own(client: httpx.AsyncClient) -> None:
    padding = b" " * BYTES_AT_ONCE_MAX
    stored = await client.put("/v1/networks/large", content=orjson.dumps(TOWN) + padding)
    assert (stored.status_code, stored.json()["counts"]["edges"], stored.json()["report"]["n"]) == (201, 6, 0)
    refused = await client.put("/v1/networks/broken", content=b"{" + padding)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "features")
