"""Base stations, rovers and their two positions, as the API shows them."""

import httpx
import numpy as np
import pytest

from beidou_svc.api.context import Context
from beidou_svc.api.satellites import code_name
from beidou_svc.fleet.state import set_bases, step
from beidou_svc.positioning.located import BaseBatch, Gauges, Located, SwitchBatch
from gnss.batches import Source
from gnss.frames.geodetic import geodetic_to_ecef
from gnss.nmea.satellites import SatelliteBatch
from gnss.orbits.satellites import satellite_index
from gnss.orbits.table import OrbitStatus, empty_table
from gnss.rtcm.epochs import EpochBatch
from gnss.rtcm.observations import ObservationBatch
from gnss.rtcm.signals import CODE_INDEX
from gnss.rtk.base_choice import BaseHealth, BaseReason
from gnss.rtk.engine import Why
from gnss.status import Status
from tests.helpers.service import T_GPST_NS, fixes

SECOND_NS = 1_000_000_000
ROVER, BASE, OTHER_BASE = 0, 1, 2
PLACE_M = geodetic_to_ecef(np.radians(25.83), np.radians(114.93), 120.0)


def located(**columns: object) -> Located:
    """A step that moved the rover from one base to the other, and solved one epoch of it."""
    rows = fixes(1, source=Source.ENGINE, t_gpst_ns=T_GPST_NS + SECOND_NS, ratio=8.4, baseline_m=4_812.3, sentences=0)
    switches = SwitchBatch.missing(
        2, slot=ROVER, t_gpst_ns=[T_GPST_NS, T_GPST_NS + SECOND_NS], before=[-1, BASE], base=[BASE, OTHER_BASE],
        reason=[BaseReason.NEAREST, BaseReason.FAILED_OVER_SILENT],
    )  # fmt: skip
    bases = BaseBatch.missing(
        2, slot=[BASE, OTHER_BASE], station=[7, 65535], number=[1006, 0], ecef_m=[PLACE_M, [np.nan] * 3],
        t_last_ns=T_GPST_NS, satellites=[41, 0], health=[BaseHealth.SILENT, BaseHealth.HEALTHY],
    )  # fmt: skip
    parts: dict[str, object] = {
        "fixes": rows,
        "why": np.array([Why.SOLVED], np.uint8),
        "base_slot": np.array([OTHER_BASE], np.int32),
        "is_rover": np.array([True]),
        "drop_slot": np.array([BASE], np.int32),
        "drop_status": np.array([Status.FOREIGN_STATION], np.uint8),
        "switches": switches,
        "bases": bases,
        "gauges": Gauges(waiting=3, rovers=1, hurried=2),
        "orbits": None,
    }
    return Located(**{**parts, **columns})  # type: ignore[arg-type]


@pytest.fixture
def computing(service: Context) -> Context:
    """A rover with two positions, a base that went silent and one that took over."""
    positioning = service.pipeline.positioning
    step(service.state, positioning.take(located()), 0)
    positioning.count_drops(service.pipeline.drops)
    set_bases(service.state, positioning.bases.slot, positioning.base_slot)
    return service


async def terminal(client: httpx.AsyncClient, slot: int) -> dict[str, object]:
    found: dict[str, object] = (await client.get(f"/v1/terminals/gz-{slot:05d}")).json()
    return found


async def test_both_positions_of_a_rover_and_its_base(computing: Context, client: httpx.AsyncClient) -> None:
    found = await terminal(client, ROVER)
    engine, receiver, base = found["engine"], found["receiver"], found["base"]
    assert isinstance(engine, dict)
    assert isinstance(receiver, dict)
    assert (engine["source"], engine["ratio"], engine["baseline_m"]) == ("engine", 8.4, 4_812.3)
    assert (receiver["source"], receiver["ratio"]) == ("nmea", None)
    assert (receiver["time"], engine["time"]) == ("2024-05-17T16:53:02.000Z", "2024-05-17T16:53:03.000Z")
    assert found["latest"]["source"] == "engine"  # type: ignore[index]
    assert base == {
        "id": "gz-00002",
        "station": None,
        "reason": "failed_over_silent",
        "since": "2024-05-17T16:53:03.000Z",
        "health": "healthy",
    }
    assert found["counters"]["computed"] == {"4": 1}  # type: ignore[index]


async def test_a_base_says_what_it_is(computing: Context, client: httpx.AsyncClient) -> None:
    found = await terminal(client, BASE)
    assert (found["role"], found["base"]) == ("base", None)
    assert found["station"] == {
        "station": 7,
        "health": "silent",
        "satellites": 41,
        "rovers": 0,
        "last_epoch": "2024-05-17T16:53:02.000Z",
        "position_from": "1006",
        "lat_deg": 25.83,
        "lon_deg": 114.93,
        "h_ell_m": 120.0,
    }
    assert found["counters"]["drops"] == {"FOREIGN_STATION": 1}  # type: ignore[index]
    other = (await terminal(client, OTHER_BASE))["station"]
    assert isinstance(other, dict)
    assert (other["position_from"], other["station"], other["lat_deg"], other["rovers"]) == ("register", None, None, 1)


async def test_the_fleet_names_roles_and_bases(computing: Context, client: httpx.AsyncClient) -> None:
    columns = (await client.get("/v1/fleet", params={"fields": "id,role,base"})).json()["columns"]
    assert columns["role"] == ["rover", "base", "base", "rover"]
    assert columns["base"] == ["gz-00002", None, None, None]


async def test_the_status_counts_switches_and_lists_bases(computing: Context, client: httpx.AsyncClient) -> None:
    found = (await client.get("/v1/status")).json()["rtk"]
    assert (found["enabled"], found["rovers"], found["waiting"]) == (True, 1, 3)
    assert (found["computed"], found["unsolved"], found["limits"]["hurried"]) == ({"4": 1}, {}, 2)
    assert found["switches"] == {"failed_over_silent": 1}
    assert [(base["id"], base["health"]) for base in found["bases"]] == [
        ("gz-00001", "silent"),
        ("gz-00002", "healthy"),
    ]
    assert found["switches_recent"] == [
        {
            "time": "2024-05-17T16:53:03.000Z",
            "terminal": "gz-00000",
            "before": "gz-00001",
            "base": "gz-00002",
            "reason": "failed_over_silent",
        }
    ]


async def test_observations_stand_in_where_no_sentence_lists_satellites(
    service: Context, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    positioning = service.pipeline.positioning
    observations = ObservationBatch.missing(
        3, system=[0, 3, 3], prn=[7, 21, 22], signal=[CODE_INDEX["1C"], CODE_INDEX["2I"], CODE_INDEX["5P"]],
        cn0_dbhz=[45.25, 38.0, 0.0],
    )  # fmt: skip
    epochs = EpochBatch.missing(1, slot=ROVER, t_gpst_ns=T_GPST_NS, rows=3)
    positioning.sky.note(epochs.take(np.arange(1)), observations.take(np.arange(3)))
    orbits = empty_table(T_GPST_NS)
    overhead = satellite_index(0, 7)
    orbits.r_ecef_m[overhead] = 4.0 * PLACE_M
    orbits.status[overhead] = OrbitStatus.USABLE
    positioning.orbits = orbits
    monkeypatch.setattr(type(service.pipeline), "satellites", lambda *_: EMPTY)
    satellites = (await terminal(client, ROVER))["satellites"]
    assert isinstance(satellites, list)
    assert [(s["sv"], s["signal"], s["cn0_dbhz"], s["used"]) for s in satellites] == [
        ("G07", "L1 (1C)", 45.25, True),
        ("C21", "B1I", 38.0, False),
        ("C22", "B2a", None, False),
    ]
    assert satellites[0]["el_deg"] == pytest.approx(90.0, abs=0.3)
    assert satellites[1]["el_deg"] is None


@pytest.mark.parametrize(
    ("system", "code", "name"),
    [("C", "7I", "B2I"), ("C", "7D", "B2b"), ("C", "6I", "B3I"), ("E", "5Q", "E5a (5Q)"), ("S", "7X", None)],
)
def test_codes_have_the_names_of_their_bands(system: str, code: str, name: str | None) -> None:
    assert code_name(system, code) == name


async def test_metrics_of_positioning(computing: Context, client: httpx.AsyncClient) -> None:
    text = (await client.get("/metrics")).text
    for line in (
        'beidou_rtk_epochs_total{fix_quality="4"} 1.0',
        'beidou_rtk_switches_total{reason="failed_over_silent"} 1.0',
        'beidou_rtk_bases{health="silent"} 1.0',
        "beidou_rtk_waiting 3.0",
        'beidou_drops_total{reason="FOREIGN_STATION"} 1.0',
    ):
        assert line in text.splitlines()


EMPTY = SatelliteBatch.empty()
