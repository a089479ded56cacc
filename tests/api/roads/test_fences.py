"""Fences over HTTP: in and out as GeoJSON, every change against the version that was read, faults by name."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from beidou_svc.api.context import Context
from beidou_svc.config import Settings
from tests.helpers.roads import SCHOOL, go, road_context, town_settings
from tests.helpers.service import client_of

BOW_TIE = {"type": "Polygon", "coordinates": [[[114.9, 25], [115, 26], [115, 25], [114.9, 26], [114.9, 25]]]}


def changed(**properties: Any) -> dict[str, Any]:
    return {**SCHOOL, "properties": {**SCHOOL["properties"], **properties}}


async def test_a_fence_is_made_read_changed_and_removed(client: httpx.AsyncClient) -> None:
    made = await client.post("/v1/fences", json=SCHOOL)
    assert (made.status_code, made.headers["location"], made.headers["etag"]) == (201, "/v1/fences/school", '"1"')
    read = await client.get("/v1/fences/school")
    assert read.json() == made.json()
    assert read.json()["properties"] | {"time": None} == {
        "name": "School", "radius_m": 150.0, "version": 1, "shape": "circle", "time": None,
    }  # fmt: skip
    put = await client.put("/v1/fences/school", json=changed(radius_m=90), headers={"If-Match": '"1"'})
    assert (put.status_code, put.headers["etag"]) == (200, '"2"')
    gone = await client.delete("/v1/fences/school", headers={"If-Match": put.headers["etag"]})
    assert gone.status_code == 204
    assert (await client.get("/v1/fences/school")).status_code == 404
    versions = (await client.get("/v1/fences/school/versions")).json()["versions"]
    assert [(each["version"], each["deleted"]) for each in versions] == [(3, True), (2, False), (1, False)]


async def test_what_is_read_can_be_sent_back(client: httpx.AsyncClient) -> None:
    feature = (await client.post("/v1/fences", json=SCHOOL)).json()
    again = await client.put("/v1/fences/school", json=feature, headers={"If-Match": '"1"'})
    assert again.json()["geometry"] == feature["geometry"]
    assert again.json()["properties"]["version"] == 2


async def test_who_has_not_read_the_fence_may_not_change_it(client: httpx.AsyncClient) -> None:
    await client.post("/v1/fences", json=SCHOOL)
    blind = await client.put("/v1/fences/school", json=SCHOOL)
    assert (blind.status_code, blind.json()["type"]) == (428, "urn:beidou-svc:problem:if-match-needed")
    assert (await client.delete("/v1/fences/school")).status_code == 428


async def test_of_two_who_edit_the_slower_one_is_told_and_nothing_is_lost(client: httpx.AsyncClient) -> None:
    await client.post("/v1/fences", json=SCHOOL)
    headers = {"If-Match": '"1"'}
    await client.put("/v1/fences/school", json=changed(name="faster"), headers=headers)
    slower = await client.put("/v1/fences/school", json=changed(name="slower"), headers=headers)
    assert slower.status_code == 412
    assert slower.json()["current"]["properties"]["name"] == "faster"
    assert (await client.get("/v1/fences/school")).json()["properties"]["name"] == "faster"
    late = await client.put("/v1/fences/school", json=SCHOOL, headers={"If-None-Match": "*"})
    assert late.status_code == 412


async def test_a_tag_that_never_was_matches_nothing(client: httpx.AsyncClient) -> None:
    await client.post("/v1/fences", json=SCHOOL)
    for tag in ('"s1"', 'W/"1"', '"99"', "x"):
        answer = await client.put("/v1/fences/school", json=SCHOOL, headers={"If-Match": tag})
        assert answer.status_code == 412, tag
    unknown = await client.put("/v1/fences/other", json={**SCHOOL, "id": "other"}, headers={"If-Match": '"1"'})
    assert unknown.status_code == 412


async def test_a_version_without_its_quotes_is_taken_as_it_is_meant(client: httpx.AsyncClient) -> None:
    await client.post("/v1/fences", json=SCHOOL)
    assert (await client.put("/v1/fences/school", json=SCHOOL, headers={"If-Match": "1"})).status_code == 200
    stale = await client.put("/v1/fences/school", json=SCHOOL, headers={"If-Match": "1"})
    assert (stale.status_code, "about version 1" in stale.json()["detail"]) == (412, True)
    never = await client.put("/v1/fences/school", json=SCHOOL, headers={"If-Match": "x"})
    assert "about an ETag that it never had" in never.json()["detail"]


@pytest.mark.parametrize("at", [[25.83, 114.93], [25.83, 34.93]])
async def test_latitude_before_longitude_is_said_to_be_the_wrong_way_round(
    client: httpx.AsyncClient, at: list[float]
) -> None:
    turned = {**SCHOOL, "geometry": {"type": "Point", "coordinates": at}, "properties": {"radius_m": 10}}
    answer = await client.post("/v1/fences", json=turned)
    assert (answer.status_code, "longitude first" in answer.json()["detail"]) == (422, True)


async def test_put_makes_a_fence_where_there_was_none(client: httpx.AsyncClient) -> None:
    made = await client.put("/v1/fences/new", json={**SCHOOL, "id": None})
    assert (made.status_code, made.json()["id"]) == (201, "new")
    assert (await client.put("/v1/fences/new2", json=SCHOOL)).json()["errors"][0]["field"] == "id"


async def test_a_fence_without_an_id_gets_one(client: httpx.AsyncClient) -> None:
    made = await client.post("/v1/fences", json={**SCHOOL, "id": None})
    assert made.json()["id"].startswith("fence-")
    assert (await client.get(made.headers["location"])).json() == made.json()


async def test_an_id_that_is_taken_is_a_conflict(client: httpx.AsyncClient) -> None:
    await client.post("/v1/fences", json=SCHOOL)
    assert (await client.post("/v1/fences", json=SCHOOL)).status_code == 409


async def test_of_a_collection_all_are_stored_or_none(client: httpx.AsyncClient) -> None:
    bad = {**changed(kinds=["speeding"]), "id": "bad"}
    refused = await client.post("/v1/fences", json={"type": "FeatureCollection", "features": [SCHOOL, bad]})
    assert refused.status_code == 422
    assert refused.json()["errors"] == [
        {"index": 1, "id": "bad", "field": "properties.speed_limit_kmh",
         "message": "it wants speeding reported and states no speed limit"}
    ]  # fmt: skip
    assert (await client.get("/v1/fences")).json()["features"] == []
    both = {"type": "FeatureCollection", "features": [SCHOOL, {**SCHOOL, "id": "b"}]}
    stored = await client.post("/v1/fences", json=both)
    assert (stored.status_code, len(stored.json()["features"])) == (201, 2)
    assert [each["id"] for each in (await client.get("/v1/fences")).json()["features"]] == ["b", "school"]


@pytest.mark.parametrize(
    ("feature", "field"),
    [
        (changed(radius_m=None), "properties.radius_m"),
        (changed(radius_m=-1), "properties.radius_m"),
        (changed(kinds=["entering"]), "properties.kinds.0"),
        (changed(colour="red"), "properties.colour"),
        (changed(window={"zone": "Mars/Olympus"}), "properties.window"),
        (changed(window={"weekly": []}), "properties.window.zone"),
        (changed(frame="WGS84@2020"), "properties.frame"),
        (changed(edges=[10_000]), "properties.edges"),
        ({**SCHOOL, "geometry": None}, "geometry"),
        ({**SCHOOL, "geometry": BOW_TIE}, "geometry"),
        ({**SCHOOL, "id": "a/b"}, "id"),
        ({"type": "Point"}, "type"),
        ([1, 2], "type"),
    ],
)  # fmt: skip
async def test_every_fault_is_named(client: httpx.AsyncClient, feature: Any, field: str) -> None:
    answer = await client.post("/v1/fences/check", json=feature)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert [fault["field"] for fault in answer.json()["errors"]] == [field]
    assert (await client.post("/v1/fences", json=feature)).json()["errors"] == answer.json()["errors"]


async def test_what_is_no_json_is_a_bad_request(client: httpx.AsyncClient) -> None:
    assert (await client.post("/v1/fences", content=b"{")).status_code == 400


async def test_a_body_that_is_too_long_is_refused(tmp_path: Path) -> None:
    town = road_context(town_settings(tmp_path, body_bytes_max=2_000))
    async with client_of(town) as asking:
        assert (await asking.post("/v1/fences", content=b" " * 2_001)).status_code == 413


async def test_there_is_a_limit_of_fences(tmp_path: Path) -> None:
    town = road_context(town_settings(tmp_path, fences_max=1))
    async with client_of(town) as asking:
        assert (await asking.post("/v1/fences", json=SCHOOL)).status_code == 201
        second = await asking.post("/v1/fences", json={**SCHOOL, "id": "b"})
    assert (second.status_code, second.json()["type"]) == (409, "urn:beidou-svc:problem:too-many")


async def test_too_many_groups_are_refused_before_anything_is_stored(client: httpx.AsyncClient) -> None:
    many = changed(groups=[f"g{n}" for n in range(70)])
    assert (await client.post("/v1/fences", json=many)).status_code == 422
    assert (await client.get("/v1/fences/school/versions")).status_code == 404


async def test_a_part_of_the_map_or_one_group_can_be_asked_for(client: httpx.AsyncClient) -> None:
    await client.post("/v1/fences", json=changed(groups=["bus"]))
    far = {"type": "Point", "coordinates": [115.1, 25.8]}
    await client.post("/v1/fences", json={**SCHOOL, "id": "far", "geometry": far})

    async def ids(**parameters: str) -> list[str]:
        return [each["id"] for each in (await client.get("/v1/fences", params=parameters)).json()["features"]]

    assert await ids(bbox="114.9,25.79,114.91,25.81") == ["school"]
    assert await ids(bbox="114.9066,25.79,114.9067,25.81") == []
    assert await ids(at="114.9062,25.8002") == ["school"]  # 122 m from its middle
    assert await ids(at="114.9062,25.8010") == []  # 164 m, within its box
    assert await ids(at="114.9062,25.8002", group="taxi") == []
    assert await ids(group="taxi") == ["far"]
    assert await ids(group="bus") == ["far", "school"]


async def test_an_edit_is_in_force_from_the_next_position_on(client: httpx.AsyncClient, town: Context) -> None:
    await client.post("/v1/fences", json=SCHOOL)
    go(town, 40)
    events = (await client.get("/v1/events", params={"fence": "school", "kind": "enter"})).json()["events"]
    assert [(each["terminal"], each["fence_version"]) for each in events] == [("gz-00000", 1)]


async def test_fences_and_versions_are_there_again_after_a_restart(tmp_path: Path) -> None:
    settings = town_settings(tmp_path, data_dir=str(tmp_path / "data"))
    first = road_context(settings)
    async with client_of(first) as asking:
        await asking.post("/v1/fences", json=SCHOOL)
        await asking.put("/v1/fences/school", json=changed(name="b"), headers={"If-Match": '"1"'})
    assert first.roads is not None
    first.roads.close()
    again = road_context(settings)
    assert again.roads is not None
    async with client_of(again) as asking:
        assert (await asking.get("/v1/fences/school")).headers["etag"] == '"2"'
        go(again, 40)
        assert (await asking.get("/v1/events?fence=school")).json()["n"] >= 1
    again.roads.close()


async def test_scopes_are_asked_for(tmp_path: Path) -> None:
    from beidou_svc.fleet.registry import hash_token

    base = town_settings(tmp_path).model_dump()
    tokens = [{"name": scope, "scope": scope, "hash": hash_token(scope)} for scope in ("read", "operate")]
    town = road_context(Settings.model_validate({**base, "auth": {"tokens": tokens}}))
    async with client_of(town) as asking:
        reading = {"Authorization": "Bearer read"}
        assert (await asking.get("/v1/fences")).status_code == 401
        assert (await asking.get("/v1/fences", headers=reading)).status_code == 200
        assert (await asking.post("/v1/fences", json=SCHOOL, headers=reading)).status_code == 403
        operating = {"Authorization": "Bearer operate"}
        assert (await asking.post("/v1/fences", json=SCHOOL, headers=operating)).status_code == 201
        versions = await asking.get("/v1/fences/school/versions", headers=reading)
        assert versions.json()["versions"][0]["by"] == "operate"


async def test_switched_off_there_is_nothing(tmp_path: Path) -> None:
    from tests.helpers.service import new_context

    async with client_of(new_context()) as asking:
        answer = await asking.get("/v1/fences")
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:beidou-svc:problem:roads-off")


@pytest.mark.parametrize("at", ["114.9", "25.80,114.905", "114.9,north", "nan,25.8", ""])
async def test_a_place_that_is_none_is_told(client: httpx.AsyncClient, at: str) -> None:
    answer = await client.get("/v1/fences", params={"at": at})
    assert (answer.status_code, answer.json()["type"]) == (400, "urn:beidou-svc:problem:bad-parameter")
    assert "longitude" in answer.json()["detail"]
