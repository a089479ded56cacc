"""OGC API Features as QGIS and GDAL ask it: documents, pages, areas and systems, against pyproj."""

from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pyproj
import pytest
import shapely

from beidou_svc.api.context import Context
from beidou_svc.config import Settings
from tests.helpers.roads import SCHOOL, go, road_context, town_settings
from tests.helpers.service import client_of

EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"


async def items(client: httpx.AsyncClient, collection: str, **parameters: Any) -> dict[str, Any]:
    answer = await client.get(f"/ogc/collections/{collection}/items", params=parameters)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_from_the_landing_page_everything_is_linked(client: httpx.AsyncClient) -> None:
    for address in ("/ogc", "/ogc/"):
        landing = (await client.get(address)).json()
        assert {link["rel"] for link in landing["links"]} == {"self", "service-desc", "conformance", "data"}
    for link in landing["links"]:
        answer = await client.get(link["href"].removeprefix("http://127.0.0.1:8080"))
        assert answer.headers["content-type"].startswith(link["type"].partition(";")[0])
    declared = (await client.get("/ogc/conformance")).json()["conformsTo"]
    assert [each.rpartition("/")[2] for each in declared] == ["core", "geojson", "oas30", "crs"]


async def test_the_collections_say_their_systems_and_their_frame(client: httpx.AsyncClient) -> None:
    collections = (await client.get("/ogc/collections")).json()["collections"]
    assert [each["id"] for each in collections] == ["terminals", "fences", "roads", "routes", "stops"]
    for each in collections:
        assert each["crs"][0] == CRS84
        assert each["storageCrs"] == f"{EPSG}4490"
        assert "CGCS2000@2000.0" in each["description"]
        assert each["extent"]["spatial"]["bbox"][0][0] >= -180
        assert (await client.get(f"/ogc/collections/{each['id']}")).json() == each
        assert (await client.get(f"/ogc/collections/{each['id']}/queryables")).json()["type"] == "object"
    assert (await client.get("/ogc/collections/houses")).json()["type"] == "urn:beidou-svc:problem:collection-unknown"


async def test_the_api_document_has_every_collection(client: httpx.AsyncClient) -> None:
    document = (await client.get("/ogc/api")).json()
    assert document["openapi"].startswith("3.0.")
    for name in ("terminals", "fences", "roads", "routes", "stops"):
        parameters = {each["name"] for each in document["paths"][f"/collections/{name}/items"]["get"]["parameters"]}
        assert {"bbox", "bbox-crs", "crs", "datetime", "limit"} <= parameters


async def test_features_of_every_collection(client: httpx.AsyncClient, town: Context) -> None:
    await client.post("/v1/fences", json=SCHOOL)
    await client.post("/v1/fences", json={**SCHOOL, "id": "later", "properties": {"radius_m": 10}})
    kinds = {"fences": "Polygon", "roads": "LineString", "routes": "LineString", "stops": "Point"}
    for name, kind in kinds.items():
        found = await items(client, name)
        assert found["numberMatched"] == found["numberReturned"] == len(found["features"]) > 0
        for feature in found["features"]:
            assert feature["geometry"]["type"] == kind
            one = await client.get(f"/ogc/collections/{name}/items/{feature['id']}")
            assert {key: value for key, value in one.json().items() if key != "links"} == feature
    assert (await items(client, "terminals"))["features"] == []


async def test_a_circle_is_a_polygon_of_its_size(client: httpx.AsyncClient) -> None:
    await client.post("/v1/fences", json=SCHOOL)
    (feature,) = (await items(client, "fences", crs=f"{EPSG}4547"))["features"]
    outline = shapely.from_geojson(shapely.to_geojson(shapely.Polygon(feature["geometry"]["coordinates"][0])))
    assert abs(outline.area - np.pi * 150.0**2) < 0.005 * np.pi * 150.0**2
    assert feature["properties"]["radius_m"] == 150.0


async def test_pages_follow_their_links_and_hold_everything_once(client: httpx.AsyncClient) -> None:
    whole = (await items(client, "roads"))["features"]
    found: list[Any] = []
    address: str | None = "/ogc/collections/roads/items?limit=2"
    while address is not None:
        page = (await client.get(address)).json()
        found += page["features"]
        links = {link["rel"]: link["href"] for link in page["links"]}
        address = links["next"].removeprefix("http://127.0.0.1:8080") if "next" in links else None
    assert found == whole
    assert len({feature["id"] for feature in found}) == len(found) == 3


@pytest.mark.parametrize("code", [4326, 4490, 3857, 4547])
async def test_systems_agree_with_proj_axes_included(client: httpx.AsyncClient, code: int) -> None:
    plain = (await items(client, "roads"))["features"]
    answer = await client.get("/ogc/collections/roads/items", params={"crs": f"{EPSG}{code}"})
    assert answer.headers["content-crs"] == f"<{EPSG}{code}>"
    # the numbers are CGCS2000 whatever they are called: compared without a change of datum, in the axes of the system
    source = "EPSG:4490" if code in (4490, 4547) else "EPSG:4326"
    transformer = pyproj.Transformer.from_crs(source, f"EPSG:{code}")
    for here, there in zip(plain, answer.json()["features"], strict=True):
        lon_deg, lat_deg = np.array(here["geometry"]["coordinates"]).T
        expected = np.column_stack(transformer.transform(lat_deg, lon_deg))
        worst = np.abs(np.array(there["geometry"]["coordinates"]) - expected).max()
        assert worst < (2e-9 if code in (4326, 4490) else 2e-4)


@pytest.mark.parametrize("code", [0, 4326, 4490, 3857, 4547])
async def test_a_box_means_the_same_in_every_system(client: httpx.AsyncClient, code: int) -> None:
    """A box round the stop in the west, which only Main Street reaches."""
    west, south, east, north = 114.9015, 25.7990, 114.9025, 25.8010
    parameters = {"bbox": f"{west},{south},{east},{north}"}
    if code:
        transformer = pyproj.Transformer.from_crs("EPSG:4490" if code == 4547 else "EPSG:4326", f"EPSG:{code}")
        first, second = transformer.transform([south, north], [west, east])
        bbox = f"{first[0]},{second[0]},{first[1]},{second[1]}"
        parameters = {"bbox": bbox, "bbox-crs": f"{EPSG}{code}"}
    assert [each["properties"]["name"] for each in (await items(client, "roads", **parameters))["features"]] == [
        "Main Street"
    ]
    assert [each["properties"]["name"] for each in (await items(client, "stops", **parameters))["features"]] == ["West"]


async def test_a_box_over_the_antimeridian_and_one_with_heights(client: httpx.AsyncClient) -> None:
    assert (await items(client, "stops", bbox="170,-10,115,30"))["numberMatched"] == 2
    assert (await items(client, "stops", bbox="116,-10,114,30"))["numberMatched"] == 0
    assert (await items(client, "stops", bbox="114,25,-10,115,26,500"))["numberMatched"] == 2


async def test_terminals_by_time_area_and_property(client: httpx.AsyncClient, town: Context) -> None:
    go(town, 3)
    (feature,) = (await items(client, "terminals"))["features"]
    assert feature["properties"]["road"] == "Main Street"
    at = feature["properties"]["position_time"]
    for datetime_, n in (
        (at, 1),
        (f"../{at}", 1),
        (f"{at}/..", 1),
        ("2030-01-01T00:00:00Z/..", 0),
        ("../2001-01-01", 0),
    ):
        assert (await items(client, "terminals", datetime=datetime_))["numberMatched"] == n, datetime_
    assert (await items(client, "terminals", fix_quality="4"))["numberMatched"] == 1
    assert (await items(client, "terminals", fix_quality="5"))["numberMatched"] == 0
    assert (await items(client, "roads", **{"class": "primary"}))["numberMatched"] == 2


@pytest.mark.parametrize(
    "query",
    [
        "limit=0", "limit=x", "offset=-1", "bbox=1,2,3", "bbox=1,2,3,x", "bbox=3,30,2,20", "datetime=now",
        "datetime=2026-01-02/2026-01-01", "crs=http://www.opengis.net/def/crs/EPSG/0/27700", "colour=red",
        "bbox=1,2,3,4&bbox-crs=EPSG:1", "f=html",
    ],
)  # fmt: skip
async def test_what_means_nothing_is_refused(client: httpx.AsyncClient, query: str) -> None:
    answer = await client.get(f"/ogc/collections/stops/items?{query}")
    assert answer.status_code in (400, 406), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert (await client.get("/ogc/collections/stops/items/nowhere")).status_code == 404


async def test_with_a_velocity_the_labels_of_wgs84_are_true(tmp_path: Path) -> None:
    """33 mm a year east and 11 south (station values, unverified) since 2000: the clock of the fakes shows 2027."""
    base = town_settings(tmp_path).model_dump()
    velocity = {"east_mmpa": 33.0, "north_mmpa": -11.0, "datum": "ITRF2020"}
    moving = road_context(Settings.model_validate({**base, "frames": {**base["frames"], "velocity": velocity}}))
    async with client_of(moving) as asking:
        true = (await items(asking, "stops", crs=f"{EPSG}4490"))["features"][0]["geometry"]["coordinates"]
        label = (await items(asking, "stops"))["features"][0]["geometry"]["coordinates"]
        assert "moved" in (await asking.get("/ogc/collections/stops")).json()["description"]
    east_m = (label[0] - true[1]) * 111_320 * np.cos(np.radians(25.8))
    north_m = (label[1] - true[0]) * 110_800
    assert 0.7 < east_m < 1.1
    assert -0.5 < north_m < -0.1


async def test_with_roads_off_the_fleet_is_still_there(service: Context) -> None:
    async with client_of(service) as asking:
        assert (await items(asking, "terminals"))["numberMatched"] == 3
        assert (await items(asking, "roads"))["numberMatched"] == 0
