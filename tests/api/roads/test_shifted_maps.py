"""Networks and fences drawn on public maps are shifted back where they say so; other frames are refused."""

from typing import Any

import httpx
import numpy as np
import orjson
import pytest

from mapping.datums.bd09 import gcj02_to_bd09
from mapping.datums.frame import CGCS2000_2000
from mapping.datums.gcj02 import geodetic_to_gcj02
from tests.helpers.roads import SCHOOL, TOWN


def shifted(coordinates: Any, datum: str) -> Any:
    """Positions as a public map has them."""
    if isinstance(coordinates[0], list | tuple):
        return [shifted(each, datum) for each in coordinates]
    lon_rad, lat_rad = np.radians(coordinates)
    lat, lon = geodetic_to_gcj02(lat_rad, lon_rad, frame=CGCS2000_2000)
    if datum == "BD09":
        lat, lon = gcj02_to_bd09(lat, lon)
    return [float(np.degrees(lon)), float(np.degrees(lat))]


def public_town(datum: str) -> dict[str, Any]:
    features = [
        {**each, "geometry": {**each["geometry"], "coordinates": shifted(each["geometry"]["coordinates"], datum)}}
        for each in TOWN["features"]
    ]
    return {**TOWN, "features": features}


@pytest.mark.parametrize(
    ("datum", "member"),
    [
        ("GCJ02", {"frame": "GCJ02"}),
        ("GCJ02", {"crs": {"type": "name", "properties": {"name": "GCJ-02"}}}),
        ("BD09", {"frame": {"datum": "BD09"}}),
        ("BD09", {"crs": "bd-09"}),
    ],
)
async def test_a_network_of_a_public_map_lies_where_it_is(
    client: httpx.AsyncClient, datum: str, member: dict[str, Any]
) -> None:
    stored = await client.put("/v1/networks/public", content=orjson.dumps({**public_town(datum), **member}))
    assert (stored.status_code, stored.json()["frame"]["datum"]) == (201, "CGCS2000")
    (fault,) = stored.json()["report"]["faults"]
    assert datum in fault["what"] and "metres" in fault["done"] and "law" in fault["done"]
    bounds = (await client.get("/v1/networks/town")).json()["bounds"]
    assert np.allclose(stored.json()["bounds"], bounds, atol=2e-8)


@pytest.mark.parametrize("datum", ["GCJ02", "BD09"])
async def test_a_fence_of_a_public_map_lies_where_it_is(client: httpx.AsyncClient, datum: str) -> None:
    place = SCHOOL["geometry"]["coordinates"]
    drawn = {**SCHOOL, "geometry": {"type": "Point", "coordinates": shifted(place, datum)}}
    drawn["properties"] = {**SCHOOL["properties"], "frame": datum}
    stored = (await client.post("/v1/fences", json=drawn)).json()
    assert np.allclose(stored["geometry"]["coordinates"], place, atol=1e-9)
    assert datum in stored["properties"]["source"] and "frame" not in stored["properties"]
    collection = {"type": "FeatureCollection", "crs": datum, "features": [{**drawn, "id": "two"}]}
    (second,) = (await client.post("/v1/fences", json=collection)).json()["features"]
    assert second["geometry"] == stored["geometry"]


async def test_a_fence_in_another_frame_is_refused_with_what_to_do(client: httpx.AsyncClient) -> None:
    drawn = {**SCHOOL, "properties": {**SCHOOL["properties"], "frame": "WGS84@2026.5"}}
    refused = await client.post("/v1/fences", json=drawn)
    (fault,) = refused.json()["errors"]
    assert (refused.status_code, fault["field"]) == (422, "properties.frame")
    assert "transform" in fault["message"] and "CGCS2000@2000.0" in fault["message"]
