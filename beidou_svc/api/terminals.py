"""`GET /v1/terminals…`: who there is, all about one of them, and its last minutes."""

from typing import Annotated, Any

import numpy as np
import orjson
from fastapi import APIRouter, Path, Query, Request, Response

from beidou_svc.api.access import READER
from beidou_svc.api.alarms import alarm_of
from beidou_svc.api.answers import answer_json, example, to_json
from beidou_svc.api.context import Context, Service
from beidou_svc.api.fields import ALL_FIELDS, columns_of
from beidou_svc.api.heights import heights_of
from beidou_svc.api.problems import ProblemError
from beidou_svc.api.projection import project
from beidou_svc.api.satellites import satellites_of
from beidou_svc.api.stations import base_in_use, sources_of, station_of
from beidou_svc.fleet import fixed_point as fp
from beidou_svc.fleet.liveness import Liveness
from beidou_svc.fleet.merge import NO_OFFSET, TRUST_DATED
from beidou_svc.fleet.query import Criteria, select
from beidou_svc.fleet.registry import Policy
from beidou_svc.roads.place import road_place
from beidou_svc.utc import utc_text
from gnss.constants import NS_PER_S
from gnss.rtcm.messages import Family
from gnss.status import Status
from gnss.time.scales import gpst_ns_to_unix_ns

router = APIRouter(tags=["terminals"])

TERMINALS_PER_ANSWER_MAX = 10_000

_EXAMPLE_LIST = example(
    {
        "n": 1,
        "total": 10_000,
        "terminals": [
            {
                "id": "gz-00001",
                "name": "gz-00001",
                "slot": 0,
                "liveness": "online",
                "policy": "accepted",
                "first_seen": "2026-11-22T06:30:00.000Z",
                "last_seen": "2026-11-22T06:31:00.000Z",
                "transport": "tcp",
                "peer": "127.0.0.1:50122",
                "sentences": 180,
                "drops": 0,
            }
        ],
    }
)
_EXAMPLE_ONE = example(
    {
        "id": "gz-00001",
        "name": "gz-00001",
        "slot": 0,
        "liveness": "online",
        "policy": "accepted",
        "connection": {
            "transport": "tcp",
            "peer": "127.0.0.1:50122",
            "since": "2026-11-22T06:30:00.000Z",
            "bytes": 12_300,
            "takeovers": 0,
            "duplicate": False,
        },
        "clock_offset_s": 0.031,
        "role": "rover",
        "base": {
            "id": "gz-base-2",
            "station": 2,
            "reason": "failed_over_silent",
            "since": "2026-11-22T06:30:41.000Z",
            "health": "healthy",
        },
        "station": None,
        "latest": {
            "time": "2026-11-22T06:31:00.000Z",
            "lat_deg": 25.8312345678,
            "lon_deg": 114.9312345678,
            "fix_quality": 4,
            "source": "engine",
            "pl_h_m": 0.21,
            "pl_v_m": 0.34,
            "age_corr_s": 0.8,
            "base_id": 7,
            "baseline_m": 4_812.3,
            "ratio": 8.4,
            "projected": {
                "epsg": 4547,
                "easting_m": 593_746.196,
                "northing_m": 2_858_444.927,
                "scale": 1.0001085,
                "convergence_deg": 0.407,
            },
            "heights": {"h_1985_m": 129.403},
        },
        "engine": {"time": "2026-11-22T06:31:00.000Z", "fix_quality": 4, "ratio": 8.4, "baseline_m": 4_812.3},
        "receiver": {"time": "2026-11-22T06:31:00.000Z", "fix_quality": 1, "hdop": 0.8},
        "counters": {
            "sentences": {"GGA": 60, "RMC": 60},
            "drops": {"CHECKSUM": 1},
            "epochs": 60,
            "quality": {"4": 59, "5": 1},
            "computed": {"4": 60},
            "rtcm": {"MSM": 300, "STATION": 6},
        },
        "satellites": [
            {
                "sv": "C21",
                "system": "C",
                "signal": "B1C",
                "el_deg": 40,
                "az_deg": 120,
                "cn0_dbhz": 44,
                "used": True,
            }
        ],
    },
    "`latest` has every field of /v1/fleet, the projected position and the heights that are configured; `engine` what "
    "is computed here, `receiver` what the terminal says of itself, each with the fields of a position, or null.",
)
_EXAMPLE_RECENT = example(
    {
        "n": 2,
        "columns": {
            "t_ms": [1_795_338_000_000, 1_795_338_001_000],
            "fix_quality": [4, 4],
            "speed_mps": [8.31, 8.35],
            "h_ell_m": [118.203, 118.2],
            "sigma_h_m": [0.014, None],
            "lat_deg": [25.8312345, 25.8312412],
            "lon_deg": [114.9312345, 114.9312299],
            "sats_used": [31, 30],
        },
    }
)

TerminalId = Annotated[str, Path(description="Id of the terminal", max_length=200, examples=["gz-00001"])]


@router.get(
    "/v1/terminals", dependencies=[READER], responses=_EXAMPLE_LIST, summary="Terminals, in order of appearance"
)
async def list_terminals(
    request: Request,
    service: Service,
    text: Annotated[str, Query(description="id or name contains", max_length=100)] = "",
    limit: Annotated[int, Query(ge=1, le=TERMINALS_PER_ANSWER_MAX)] = 1_000,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> Response:
    """A page of the list."""
    service.names.refresh()
    slots = select(service.state, service.names, Criteria(text=text))
    rows = [_summary(service, slot) for slot in slots[offset : offset + limit].tolist()]
    return await answer_json(request, {"n": len(rows), "total": len(slots), "terminals": rows})


@router.get(
    "/v1/terminals/{terminal_id}", dependencies=[READER], responses=_EXAMPLE_ONE, summary="All about one terminal"
)
async def get_terminal(request: Request, service: Service, terminal_id: TerminalId) -> Response:
    """Latest epoch with the projected position and other heights, counters by reason, satellites."""
    slot = _slot(service, terminal_id)
    fields = orjson.loads(to_json(columns_of(service.state, service.names, np.array([slot], np.int32), ALL_FIELDS)))
    latest = {name: values[0] for name, values in fields.items()}
    frame = service.settings.frame
    latest["projected"] = project(frame.epsg, frame.tag, latest["lat_deg"], latest["lon_deg"])
    latest["heights"] = heights_of(service.heights, latest["lat_deg"], latest["lon_deg"], latest["h_ell_m"])
    summary = {name: latest[name] for name in ("id", "name", "slot", "liveness")}
    return await answer_json(
        request,
        {
            **summary,
            "policy": _policy(service, slot),
            "connection": _connection(service, slot),
            "clock_offset_s": _clock_offset_s(service, slot),
            "role": latest["role"],
            "base": base_in_use(service, slot),
            "station": station_of(service, slot),
            "latest": latest,
            "road": None if service.roads is None else road_place(service.roads, slot),
            "alarm": alarm_of(service, slot),
            **sources_of(service.state, slot),
            "counters": _counters(service, slot),
            "satellites": satellites_of(service, slot),
        },
    )


@router.get(
    "/v1/terminals/{terminal_id}/recent", dependencies=[READER], responses=_EXAMPLE_RECENT, summary="The last minutes"
)
async def get_recent(
    request: Request,
    service: Service,
    terminal_id: TerminalId,
    seconds: Annotated[int, Query(ge=1, le=3_600, description="how far back from its newest position")] = 300,
) -> Response:
    """One row a second at most, oldest first. Positions are rounded to 1e-7 degrees."""
    cells = service.state.recent.read(_slot(service, terminal_id), seconds)
    columns = {
        "t_ms": cells["t_s"].astype(np.int64) * 1_000 + cells["t_ms"],
        "fix_quality": np.ascontiguousarray(cells["fix_quality"]),
        "speed_mps": _scaled(cells["speed"], fp.U2_MISSING, 2),
        "h_ell_m": _scaled(cells["h_ell"], fp.I4_MISSING, 3),
        "sigma_h_m": _scaled(cells["sigma_h"], fp.U2_MISSING, 3),
        "lat_deg": _scaled(cells["lat"], fp.I4_MISSING, 7),
        "lon_deg": _scaled(cells["lon"], fp.I4_MISSING, 7),
        "sats_used": [None if sats == fp.U1_MISSING else sats for sats in cells["sats_used"].tolist()],
    }
    return await answer_json(request, {"n": len(cells), "columns": columns})


def _slot(service: Context, terminal_id: str) -> int:
    service.names.refresh()
    slot = service.names.slot_of(terminal_id)
    if slot is None or slot >= service.state.count:
        raise ProblemError("terminal-unknown", f"No terminal has the id {terminal_id!r}.")
    return slot


def _summary(service: Context, slot: int) -> dict[str, Any]:
    state, connection = service.state, service.ingest.connection_of(slot)
    return {
        "id": service.names.ids[slot],
        "name": service.names.names[slot],
        "slot": slot,
        "liveness": Liveness(state.liveness[slot]).name.lower(),
        "policy": _policy(service, slot),
        "first_seen": utc_text(state.heard.t_first_rx_ns[slot]),
        "last_seen": utc_text(state.heard.t_last_rx_ns[slot]),
        "transport": connection.transport if connection else None,
        "peer": connection.peer if connection else None,
        "sentences": int(service.pipeline.sentences[slot].sum()),
        "drops": int(service.pipeline.drops[slot].sum() + state.heard.stale[slot]),
    }


def _policy(service: Context, slot: int) -> str:
    return Policy(service.state.policy[slot]).name.lower()


def _connection(service: Context, slot: int) -> dict[str, Any] | None:
    connection = service.ingest.connection_of(slot)
    if connection is None:
        return None
    return {
        "transport": connection.transport,
        "peer": connection.peer,
        "since": utc_text(connection.since_utc_ns),
        "bytes": connection.bytes,
        "takeovers": connection.takeovers,
        "duplicate": connection.duplicate,
    }


def _clock_offset_s(service: Context, slot: int) -> float | None:
    """Receive time minus time of the fix at its smallest: what the clock differs, and the way takes at least."""
    heard, epoch = service.state.heard, service.state.epoch
    offset_ns = min(int(heard.offset_now_ns[slot]), int(heard.offset_before_ns[slot]))
    if offset_ns == NO_OFFSET or epoch.trust[slot] != TRUST_DATED:
        return None
    t_gpst_ns = int(epoch.t_ns[slot])
    return round((offset_ns + t_gpst_ns - int(gpst_ns_to_unix_ns(t_gpst_ns))) / NS_PER_S, 6)


def _counters(service: Context, slot: int) -> dict[str, Any]:
    pipeline = service.pipeline
    drops = {Status(code).name: int(n) for code, n in enumerate(pipeline.drops[slot]) if n}
    stale = int(service.state.heard.stale[slot])
    if stale:
        drops[Status.STALE.name] = drops.get(Status.STALE.name, 0) + stale
    sentences = dict(zip(pipeline.kind_names, pipeline.sentences[slot].tolist(), strict=False))
    quality = pipeline.epochs[slot].tolist()
    return {
        "sentences": {name: n for name, n in sentences.items() if n},
        "drops": drops,
        "epochs": sum(quality),
        "quality": {str(value): n for value, n in enumerate(quality) if n},
        "computed": {str(value): n for value, n in enumerate(pipeline.positioning.epochs[slot].tolist()) if n},
        "rtcm": {Family(code).name: int(n) for code, n in enumerate(pipeline.families[slot]) if n},
    }


def _scaled(steps: Any, missing: int, decimals: int) -> Any:
    values = np.round(steps / 10.0**decimals, decimals)
    values[steps == missing] = np.nan
    return values
