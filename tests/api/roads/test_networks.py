"""Networks and routes over HTTP: what there is, what is stored, what is closed, who drives a route."""

from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from beidou_svc.api.context import Context
from beidou_svc.config import Settings
from beidou_svc.errors import ConfigError
from mapping.tiles.mercator import tile_at
from tests.helpers.roads import TOWN, FakeRegister, go, road_context
from tests.helpers.service import client_of


async def test_the_active_network_is_listed_and_checked(client: httpx.AsyncClient) -> None:
    (summary,) = (await client.get("/v1/networks")).json()["networks"]
    assert (summary["id"], summary["active"], summary["counts"]["edges"]) == ("town", True, 6)
    assert summary["bounds"] == [114.9, 25.8, 114.92, 25.81]
    one = (await client.get("/v1/networks/town")).json()
    assert one["check"]["digest"] == one["digest"] == summary["digest"]
    assert (await client.get("/v1/networks/other")).json()["type"] == "urn:beidou-svc:problem:network-unknown"


async def test_a_network_comes_out_as_geojson_and_goes_in_again(client: httpx.AsyncClient) -> None:
    drawn = await client.get("/v1/networks/town.geojson")
    assert drawn.headers["content-type"] == "application/geo+json"
    stored = await client.put("/v1/networks/copy", content=drawn.content)
    assert (stored.status_code, stored.json()["active"], stored.json()["report"]["n"]) == (201, False, 0)
    original = (await client.get("/v1/networks/town")).json()
    for name in ("length_km", "counts", "bounds"):
        assert stored.json()[name] == original[name]


async def test_a_stored_network_is_replaced_only_by_who_has_read_it(client: httpx.AsyncClient) -> None:
    body = orjson.dumps(TOWN)
    assert (await client.put("/v1/networks/copy", content=body)).status_code == 201
    assert (await client.put("/v1/networks/copy", content=body)).status_code == 428
    tag = (await client.get("/v1/networks/copy")).headers["etag"]
    assert (await client.put("/v1/networks/copy", content=body, headers={"If-Match": tag})).status_code == 200
    late = await client.delete("/v1/networks/copy", headers={"If-Match": tag})
    assert (late.status_code, late.json()["current"]["version"], late.json()["current"]["state"]) == (412, 2, "stored")
    late = await client.put("/v1/networks/copy", content=body, headers={"If-Match": tag})
    assert (late.status_code, late.json()["current"]["version"]) == (412, 2)
    assert (await client.delete("/v1/networks/copy", headers={"If-Match": '"2"'})).status_code == 204
    assert (await client.delete("/v1/networks/town", headers={"If-Match": '"1"'})).status_code == 409


@pytest.mark.parametrize("body", [b"{", b'{"type": "FeatureCollection", "features": []}', b"PK\x03\x04broken"])
async def test_what_is_no_network_is_refused(client: httpx.AsyncClient, body: bytes) -> None:
    answer = await client.put("/v1/networks/copy", content=body)
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:beidou-svc:problem:network-invalid")
    assert ".npz" not in answer.json()["detail"]  # nobody sent a file of that name


async def test_tiles_of_a_network(client: httpx.AsyncClient) -> None:
    document = (await client.get("/v1/networks/town/tiles.json")).json()
    assert {layer["id"] for layer in document["vector_layers"]} == {"edge", "lane", "stop"}
    assert document["tiles"] == ["http://127.0.0.1:8080/v1/networks/town/tiles/{z}/{x}/{y}.mvt"]
    assert (await client.get("/v1/networks/town/tiles/14/13421/6980.mvt")).status_code == 204
    x, y = tile_at(114.905, 25.8, 14)
    assert (await client.get(f"/v1/networks/town/tiles/14/{x}/{y}.mvt")).status_code == 200


async def test_a_closed_edge_is_matched_no_more(client: httpx.AsyncClient, town: Context) -> None:
    go(town, 20)
    edge = (await client.get("/v1/terminals/gz-00000")).json()["road"]["edge"]
    closed = await client.put("/v1/networks/town/closures", json={"edges": [edge]})
    assert closed.json() == {"edges": [edge]} == (await client.get("/v1/networks/town/closures")).json()
    (road,) = (await client.get("/v1/networks/town/closures.geojson")).json()["features"]
    line, properties = road["geometry"]["coordinates"], road["properties"]
    assert (properties["edges"], properties["name"], properties.get("is_whole")) == ([edge], "Main Street", None)
    assert line[0][0] < line[-1][0]  # drawn as it was driven, to the east
    go(town, 20, slot=1)
    other = (await client.get("/v1/terminals/gz-00001")).json()["road"]
    assert other["edge"] != edge
    assert town.roads is not None and town.roads.active is not None
    back = int(town.roads.active.named.network.edges.twin[edge])
    await client.put("/v1/networks/town/closures", json={"edges": [back, edge]})
    (road,) = (await client.get("/v1/networks/town/closures.geojson")).json()["features"]
    assert (set(road["properties"]["edges"]), road["properties"]["is_whole"]) == ({edge, back}, True)
    await client.put("/v1/networks/town/closures", json={"edges": []})
    assert (await client.get("/v1/networks/town")).json()["closures"] == []
    assert (await client.put("/v1/networks/town/closures", json={"edges": [99]})).status_code == 400
    untold = await client.put("/v1/networks/town/closures", content=b'{"edges": []}')
    assert "Content-Type: application/json" in untold.json()["detail"]


async def test_routes_and_who_drives_them(client: httpx.AsyncClient, town: Context) -> None:
    (route,) = (await client.get("/v1/routes")).json()["features"]
    assert (route["id"], route["properties"]["name"], route["properties"]["origin"]) == ("1", "Line 1", "network")
    assert [stop["name"] for stop in route["properties"]["stops"]] == ["West", "East"]
    nobody = (await client.get("/v1/routes/1/progress")).json()
    assert nobody["n"] == 0
    go(town, 40)
    (vehicle,) = (await client.get("/v1/routes/1/progress")).json()["terminals"]
    assert vehicle["id"] == "gz-00000"
    assert abs(vehicle["run_m"] - 0.0044 / 0.02 * nobody["length_m"]) < 3.0
    assert (vehicle["stop_before"]["name"], vehicle["stop_next"]["name"]) == ("West", "East")
    ahead = vehicle["stop_next"]["distance_m"]
    assert abs(vehicle["stop_next"]["eta_s"] - ahead / 10.0) < 0.05 * ahead / 10.0
    place = (await client.get("/v1/terminals/gz-00000")).json()["road"]["routes"]
    assert [each["id"] for each in place] == ["1"]


async def test_an_operator_draws_a_route(client: httpx.AsyncClient, town: Context) -> None:
    edges = (await client.get("/v1/routes/1")).json()["properties"]["edges"]
    drawn: dict[str, Any] = {"type": "Feature", "properties": {"name": "Short", "edges": edges[:1], "stops": ["91"]}}
    made = await client.put("/v1/routes/short", json=drawn)
    assert (made.status_code, made.json()["properties"]["origin"]) == (201, "operator")
    assert made.json()["properties"]["stops"][0]["name"] == "West"
    assert len(made.json()["geometry"]["coordinates"]) == 2
    again = await client.put("/v1/routes/short", json=made.json(), headers={"If-Match": made.headers["etag"]})
    assert (again.status_code, again.json()["properties"]["version"]) == (200, 2)
    assert (await client.put("/v1/routes/short", json=drawn)).status_code == 428
    assert (await client.put("/v1/routes/1", json=drawn)).status_code == 409
    go(town, 20)
    on_line = (await client.get("/v1/routes/1/progress")).json()["terminals"]
    assert (await client.get("/v1/routes/short/progress")).status_code == 200
    another = {**drawn, "properties": {**drawn["properties"], "name": "Another"}}
    assert (await client.put("/v1/routes/another", json=another)).status_code == 201
    assert (await client.get("/v1/routes/1/progress")).json()["terminals"] == on_line != []
    assert (await client.delete("/v1/routes/short", headers={"If-Match": '"2"'})).status_code == 204
    assert (await client.get("/v1/routes/short")).status_code == 404


@pytest.mark.parametrize(
    ("properties", "field"),
    [
        ({"edges": []}, "properties.edges"),
        ({"edges": [99]}, "properties.edges"),
        ({"edges": [0, 0]}, "properties.edges"),
        ({"edges": [0], "stops": ["nowhere"]}, "properties.stops.0"),
        ({"edges": [4], "stops": ["91"]}, "properties.stops.0"),
        ({"edges": [0], "colour": 1}, "properties.colour"),
    ],
)
async def test_what_is_no_route_is_refused_by_name(
    client: httpx.AsyncClient, properties: dict[str, Any], field: str
) -> None:
    answer = await client.put("/v1/routes/new", json={"type": "Feature", "properties": properties})
    assert answer.status_code == 422, answer.text
    assert [fault["field"] for fault in answer.json()["errors"]] == [field]


async def test_fields_of_the_fleet_and_of_status(client: httpx.AsyncClient, town: Context) -> None:
    go(town, 5)
    columns = (await client.get("/v1/fleet?fields=id,road.*")).json()["columns"]
    assert columns["road"] == ["Main Street", None]
    assert columns["off_road"] == [False, None]
    assert abs(columns["matched_lat_deg"][0] - 25.80) < 1e-6
    assert "edge" not in (await client.get("/v1/fleet")).json()["columns"]
    arrow = await client.get("/v1/fleet?fields=id,road.*&format=arrow")
    assert arrow.status_code == 200
    status = (await client.get("/v1/status")).json()["roads"]
    assert (status["network"], status["rows"]["matched"]) == ("town", 5)
    assert "beidou_road_rows_total" in (await client.get("/metrics")).text


@pytest.mark.parametrize(
    ("roads", "words"),
    [
        ({"network": "nowhere.npz"}, "no stored network of this id"),
        ({"fences": "nowhere.geojson"}, "roads.fences"),
    ],
)
def test_a_start_that_cannot_be_says_what_to_do(tmp_path: Path, roads: dict[str, str], words: str) -> None:
    from beidou_svc.roads.build import build_roads

    with pytest.raises(ConfigError, match=words):
        build_roads(Settings.model_validate({"roads": roads}), FakeRegister(), 0)


def test_a_network_in_another_frame_is_refused(tmp_path: Path) -> None:
    from beidou_svc.roads.build import build_roads

    path = tmp_path / "town.geojson"
    frame = {"datum": "WGS84", "epoch": 2020.0}
    path.write_bytes(orjson.dumps({**TOWN, "frame": frame}))
    with pytest.raises(ConfigError, match=r"frames\.target"):
        build_roads(Settings.model_validate({"roads": {"network": str(path)}}), FakeRegister(), 0)


async def test_a_stored_network_becomes_the_active_one(tmp_path: Path) -> None:
    folder = str(tmp_path / "data")
    first = road_context(Settings.model_validate({"roads": {"data_dir": folder}}))
    assert first.roads is not None
    async with client_of(first) as asking:
        assert (await asking.get("/v1/routes")).json()["features"] == []
        assert (await asking.put("/v1/networks/city", content=orjson.dumps(TOWN))).status_code == 201
    first.roads.close()
    again = road_context(Settings.model_validate({"roads": {"data_dir": folder, "network": "city"}}))
    assert again.roads is not None
    async with client_of(again) as asking:
        (summary,) = (await asking.get("/v1/networks")).json()["networks"]
    assert (summary["id"], summary["active"]) == ("city", True)
    again.roads.close()
