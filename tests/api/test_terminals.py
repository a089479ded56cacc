"""`GET /v1/terminals…`."""

from typing import Any

import httpx
import pytest
from pyproj import Transformer

from beidou_svc.api.context import Context
from beidou_svc.fleet.state import step
from gnss.batches import Source
from mapping.datums.heights import HeightModels
from tests.helpers.service import T_GPST_NS, fixes


async def test_the_list_is_paged(client: httpx.AsyncClient) -> None:
    found = (await client.get("/v1/terminals", params={"limit": 2, "offset": 1})).json()
    assert (found["n"], found["total"]) == (2, 4)
    assert [row["id"] for row in found["terminals"]] == ["gz-00001", "gz-00002"]
    assert found["terminals"][0] == {
        "id": "gz-00001",
        "name": "Shuttle 1",
        "slot": 1,
        "liveness": "online",
        "policy": "accepted",
        "first_seen": "2027-01-15T08:00:00.000Z",
        "last_seen": "2027-01-15T08:00:00.000Z",
        "transport": "tcp",
        "peer": "127.0.0.1:50001",
        "sentences": 2,
        "drops": 0,
    }


async def test_the_list_is_searched(client: httpx.AsyncClient) -> None:
    found = (await client.get("/v1/terminals", params={"text": "SHUTTLE 3"})).json()
    assert [row["id"] for row in found["terminals"]] == ["gz-00003"]
    assert found["terminals"][0]["first_seen"] is None


async def test_all_about_one(client: httpx.AsyncClient) -> None:
    found = (await client.get("/v1/terminals/gz-00000")).json()
    assert found["connection"]["peer"] == "127.0.0.1:50000"
    assert found["counters"] == {
        "sentences": {"GGA": 1, "RMC": 1},
        "drops": {"CHECKSUM": 1},
        "epochs": 1,
        "quality": {"4": 1},
        "computed": {},
        "rtcm": {},
    }
    assert (found["role"], found["base"], found["station"], found["engine"]) == ("rover", None, None, None)
    assert found["receiver"]["lat_deg"] == found["latest"]["lat_deg"]
    assert found["satellites"][0] == {
        "sv": "C21",
        "system": "C",
        "signal": "B1C",
        "el_deg": 40.0,
        "az_deg": 120.0,
        "cn0_dbhz": 44.0,
        "used": True,
    }
    assert found["satellites"][1]["cn0_dbhz"] is None
    projected = found["latest"]["projected"]
    assert projected["epsg"] == 4547
    northing_m, easting_m = Transformer.from_crs(4490, 4547).transform(25.80, 114.90)
    assert projected["easting_m"] == pytest.approx(easting_m, abs=1e-4)
    assert projected["northing_m"] == pytest.approx(northing_m, abs=1e-4)


async def test_the_heights_that_are_configured_are_told(service: Context, client: httpx.AsyncClient) -> None:
    assert (await client.get("/v1/terminals/gz-00000")).json()["latest"]["heights"] == {}
    service.heights = HeightModels(ell_minus_1985_m=-11.2)
    assert (await client.get("/v1/terminals/gz-00000")).json()["latest"]["heights"] == {"h_1985_m": 129.45}
    assert (await client.get("/v1/terminals/gz-00003")).json()["latest"]["heights"] == {}


async def test_what_is_computed_here_says_how_well(service: Context, client: httpx.AsyncClient) -> None:
    computed: dict[str, Any] = {
        "source": Source.ENGINE,
        "pl_h_m": 0.21,
        "pl_v_m": 0.34,
        "baseline_m": 4812.3,
        "ratio": 8.4,
    }
    step(service.state, fixes(1, t_gpst_ns=T_GPST_NS + 10**9, **computed), 0)
    latest = (await client.get("/v1/terminals/gz-00000")).json()["latest"]
    assert {name: latest[name] for name in computed} == {**computed, "source": "engine"}


async def test_the_clock_offset_is_the_smallest_lag(service: Context, client: httpx.AsyncClient) -> None:
    t_unix_ns = T_GPST_NS + 315_964_800 * 10**9 - 18 * 10**9
    for lag_ns in (80_000_000, 31_000_000, 95_000_000):
        row = fixes(1, first_slot=3, t_gpst_ns=T_GPST_NS + lag_ns, t_rx_ns=t_unix_ns + 2 * lag_ns)
        step(service.state, row, service.clock.utc_ns())
    assert (await client.get("/v1/terminals/gz-00003")).json()["clock_offset_s"] == 0.031
    assert (await client.get("/v1/terminals/gz-00000")).json()["clock_offset_s"] is not None


async def test_a_terminal_never_heard_is_described_all_the_same(client: httpx.AsyncClient) -> None:
    found = (await client.get("/v1/terminals/gz-00003")).json()
    assert found["liveness"] == "offline"
    assert found["clock_offset_s"] is None
    assert found["latest"]["projected"] is None


async def test_rows_that_came_too_late_are_counted(service: Context, client: httpx.AsyncClient) -> None:
    step(service.state, fixes(1, t_gpst_ns=T_GPST_NS - 10**9), 0)
    assert (await client.get("/v1/terminals/gz-00000")).json()["counters"]["drops"]["STALE"] == 1
    assert (await client.get("/v1/status")).json()["ingest"]["drops"]["STALE"] == 1


async def test_recent_minutes_are_oldest_first(service: Context, client: httpx.AsyncClient) -> None:
    for second in (2, 1):
        row = fixes(
            1, t_gpst_ns=T_GPST_NS + second * 10**9, sigma_n_m=float("nan"), sats_used=255, speed_mps=float(second)
        )
        step(service.state, row, 0)
    found = (await client.get("/v1/terminals/gz-00000/recent", params={"seconds": 2})).json()
    assert found["n"] == 2
    t_ms = found["columns"].pop("t_ms")
    assert t_ms[1] - t_ms[0] == 1_000
    assert t_ms[0] == 1_715_964_783_000
    assert found["columns"]["speed_mps"] == [1.0, 2.0]
    assert found["columns"]["sigma_h_m"] == [None, None]
    assert found["columns"]["sats_used"] == [None, None]
    assert found["columns"]["lat_deg"] == [25.8, 25.8]


async def test_recent_minutes_of_a_terminal_never_heard_are_empty(client: httpx.AsyncClient) -> None:
    found = (await client.get("/v1/terminals/gz-00003/recent")).json()
    assert found["n"] == 0
    assert all(values == [] for values in found["columns"].values())


@pytest.mark.parametrize("path", ["/v1/terminals/nobody", "/v1/terminals/nobody/recent"])
async def test_an_unknown_terminal_is_a_problem_with_a_way_out(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert answer.status_code == 404
    problem = answer.json()
    assert problem["type"].endswith(":terminal-unknown")
    assert "/v1/terminals?text=" in problem["hint"]
    assert problem["instance"] == path
