"""`GET /v1/fleet` in its three forms."""

import gzip
import io
import json
from typing import Any

import httpx
import numpy as np
import pyarrow as pa
import pytest

from beidou_svc.api.context import Context
from beidou_svc.api.fields import ALL_FIELDS
from beidou_svc.fleet.state import step
from tests.helpers.service import T_GPST_NS, fixes

LAT_DEG, LON_DEG = 25.80, 114.90
FIRST_ROW = {
    "id": "gz-00000",
    "name": "Shuttle 0",
    "slot": 0,
    "time": "2024-05-17T16:53:02.000Z",
    "position_time": "2024-05-17T16:53:02.000Z",
    "lat_deg": LAT_DEG,
    "lon_deg": LON_DEG,
    "h_ell_m": 118.25,
    "h_msl_m": None,
    "geoid_sep_m": None,
    "fix_quality": 4,
    "sigma_n_m": 0.012,
    "sigma_e_m": 0.009,
    "sigma_u_m": 0.0213,
    "pl_h_m": None,
    "pl_v_m": None,
    "hdop": None,
    "pdop": None,
    "vdop": None,
    "sats_used": 31,
    "age_corr_s": 1.0,
    "base_id": 7,
    "baseline_m": None,
    "ratio": None,
    "speed_mps": 8.25,
    "course_deg": 45.5,
    "heading_deg": None,
    "source": "nmea",
    "status": "OK",
    "liveness": "online",
    "role": "rover",
    "base": None,
}


async def fleet(client: httpx.AsyncClient, **parameters: Any) -> dict[str, Any]:
    answer = await client.get("/v1/fleet", params=parameters)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_all_fields_are_there_with_null_for_what_is_missing(client: httpx.AsyncClient) -> None:
    found = await fleet(client)
    assert (found["n"], found["total"]) == (4, 4)
    assert found["frame"] == {"datum": "CGCS2000", "epoch": 2000.0}
    assert list(found["columns"]) == list(ALL_FIELDS)
    rows = [dict(zip(found["columns"], row, strict=True)) for row in zip(*found["columns"].values(), strict=True)]
    assert rows[0] == FIRST_ROW
    unheard = rows[3]
    assert unheard["liveness"] == "offline"
    assert [unheard[name] for name in ("time", "lat_deg", "sats_used", "base_id")] == [None] * 4


async def test_filters_and_chosen_fields(client: httpx.AsyncClient) -> None:
    found = await fleet(client, quality="4,5", fields="id,fix_quality")
    assert found["columns"] == {"id": ["gz-00000", "gz-00001"], "fix_quality": [4, 5]}
    found = await fleet(client, bbox="114.8,25.79,115,25.80005", fields="id")
    assert found["columns"] == {"id": ["gz-00000"]}
    found = await fleet(client, liveness="offline,stale", fields="id")
    assert found["columns"] == {"id": ["gz-00003"]}
    found = await fleet(client, text="shuttle 2", fields="slot")
    assert found["columns"] == {"slot": [2]}


async def test_a_limit_cuts_and_the_total_still_counts_all(client: httpx.AsyncClient) -> None:
    found = await fleet(client, limit=2, fields="slot")
    assert (found["n"], found["total"], found["columns"]) == (2, 4, {"slot": [0, 1]})


async def test_no_digit_of_a_position_is_lost(service: Context, client: httpx.AsyncClient) -> None:
    lat_deg = np.array([25.831234567891, -0.000000000123, 89.999999999999])
    later = fixes(3, t_gpst_ns=T_GPST_NS + 10**9, lat_rad=np.radians(lat_deg), lon_rad=np.radians(-lat_deg))
    step(service.state, later, 0)
    columns = (await fleet(client, fields="lat_deg,lon_deg", limit=3))["columns"]
    assert np.allclose(columns["lat_deg"], lat_deg, rtol=0, atol=1e-11)
    assert np.allclose(columns["lon_deg"], -lat_deg, rtol=0, atol=1e-11)


async def test_geojson_puts_longitude_first_and_leaves_out_who_has_no_position(client: httpx.AsyncClient) -> None:
    answer = await client.get(
        "/v1/fleet", params={"fields": "id,fix_quality"}, headers={"Accept": "application/geo+json"}
    )
    assert answer.headers["content-type"] == "application/geo+json"
    collection = answer.json()
    assert collection["type"] == "FeatureCollection"
    assert len(collection["features"]) == 3
    assert collection["features"][0] == {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [LON_DEG, LAT_DEG, 118.25]},
        "properties": {"id": "gz-00000", "fix_quality": 4},
    }


async def test_arrow_holds_the_same_columns(client: httpx.AsyncClient) -> None:
    expected = (await fleet(client))["columns"]
    answer = await client.get("/v1/fleet", params={"format": "arrow"})
    table = pa.ipc.open_stream(io.BytesIO(answer.content)).read_all()
    assert table.schema.metadata == {b"datum": b"CGCS2000", b"epoch": b"2000.0"}
    assert str(table.schema.field("time").type) == "timestamp[ns, tz=UTC]"
    for name in set(ALL_FIELDS) - {"time", "position_time"}:
        assert table.column(name).to_pylist() == expected[name], name
    assert table.column("time")[3].as_py() is None
    assert table.column("time")[0].as_py().isoformat() == "2024-05-17T16:53:02+00:00"


async def test_an_empty_selection_is_an_answer_in_every_form(client: httpx.AsyncClient) -> None:
    assert (await fleet(client, text="nobody"))["columns"]["time"] == []
    for form in ("geojson", "arrow"):
        assert (await client.get("/v1/fleet", params={"text": "nobody", "format": form})).status_code == 200


async def test_gzip_where_the_client_takes_it(client: httpx.AsyncClient) -> None:
    async with client.stream("GET", "/v1/fleet", headers={"Accept-Encoding": "gzip"}) as answer:
        raw = b"".join([part async for part in answer.aiter_raw()])
    assert answer.headers["content-encoding"] == "gzip"
    assert json.loads(gzip.decompress(raw))["n"] == 4
    plain = await client.get("/v1/fleet", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers


@pytest.mark.parametrize(
    ("parameters", "detail"),
    [
        ({"bbox": "1,2,3"}, "bbox: four numbers"),
        ({"bbox": "1,2,3,x"}, "bbox: could not convert"),
        ({"bbox": "0,9,1,8"}, "bbox: latitudes"),
        ({"bbox": "0,0,190,1"}, "bbox: longitudes"),
        ({"bbox": "nan,0,1,1"}, "bbox: longitudes"),
        ({"quality": "9"}, "quality: '9'"),
        ({"quality": "4,"}, "quality: '4,'"),
        ({"liveness": "asleep"}, "liveness: 'asleep'"),
        ({"fields": "id,colour"}, "fields: no colour"),
        ({"limit": "0"}, "limit:"),
        ({"format": "xml"}, "format:"),
    ],
)
async def test_a_wrong_parameter_is_named(client: httpx.AsyncClient, parameters: dict[str, str], detail: str) -> None:
    answer = await client.get("/v1/fleet", params=parameters)
    assert answer.status_code == 400
    problem = answer.json()
    assert problem["type"] == "urn:beidou-svc:problem:bad-parameter"
    assert problem["detail"].startswith(detail)


async def test_a_form_that_is_not_offered(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/fleet", headers={"Accept": "image/png"})
    assert answer.status_code == 406
    assert answer.json()["type"].endswith(":not-acceptable")
