"""`GET /v1/status`, `/healthz`, `/readyz`, `/metrics`."""

from typing import Any

import numpy as np
from fastapi import APIRouter, Request, Response

from beidou_svc import __version__
from beidou_svc.api.access import READER
from beidou_svc.api.answers import answer_json, example
from beidou_svc.api.context import Context, Service
from beidou_svc.api.problems import ProblemError
from beidou_svc.api.road_status import roads_status
from beidou_svc.api.stations import stations_of, switches_of
from beidou_svc.fleet.liveness import Liveness
from beidou_svc.fleet.registry import Policy
from beidou_svc.ingest.status import TakeoverInfo
from beidou_svc.utc import utc_text
from gnss.constants import NS_PER_S
from gnss.rtk.base_choice import BaseReason
from gnss.rtk.engine import Why
from gnss.status import Status

router = APIRouter(tags=["service"])

_EXAMPLE = example(
    {
        "version": __version__,
        "boot": "6f1c20a9",
        "time": "2026-11-22T06:30:00.000Z",
        "uptime_s": 12.5,
        "ready": True,
        "frame": {"datum": "CGCS2000", "epoch": 2000.0},
        "terminals": {"total": 10_000, "online": 9_990, "stale": 5, "offline": 5, "quarantined": 0},
        "quality": {"0": 1, "1": 20, "4": 9_000, "5": 979},
        "ingest": {
            "connections": 10_000,
            "bytes_total": 18_500_000,
            "sentences_total": 300_000,
            "epochs_total": 100_000,
            "bytes_per_s": 1_850_000.0,
            "sentences_per_s": 30_000.0,
            "drops": {"CHECKSUM": 3},
            "limits": {"connections_max": 20_000},
        },
        "rtk": {
            "enabled": True,
            "rovers": 10_000,
            "waiting": 12,
            "held_ticks": 0,
            "computed": {"1": 40, "4": 590_000, "5": 4_000},
            "unsolved": {"STALE": 3},
            "switches": {"failed_over_silent": 2_000, "returned": 1_990},
            "limits": {"hurried": 0},
            "bases": [{"id": "gz-base-1", "station": 1, "health": "healthy", "satellites": 41, "rovers": 2_000}],
            "switches_recent": [],
        },
        "roads": {
            "enabled": True,
            "network": "city",
            "building": None,
            "fences": 4,
            "fences_version": 5,
            "rows": {"matched": 590_000, "off_road": 12_000, "with_lane": 80_000, "refused": 3, "failed_steps": 0},
            "engine": {"rows": 602_000, "late": 0, "revised": 12},
            "events": {"enter": {"assert": 60, "retract": 1}},
            "alarms": {"standing": 1, "total": 3},
            "events_kept": 76,
            "clients": 1,
        },
        "stream": {"clients": 2, "frames_total": 100, "bytes_total": 17_000_000, "dropped_clients": 0},
    }
)


@router.get("/v1/status", dependencies=[READER], responses=_EXAMPLE, summary="The service in numbers")
async def get_status(request: Request, service: Service) -> Response:
    """Totals since the start and rates of the last second."""
    now_ns = service.clock.utc_ns()
    return await answer_json(
        request,
        {
            "version": __version__,
            "boot": service.boot,
            "time": utc_text(now_ns),
            "uptime_s": round((now_ns - service.t_start_ns) / NS_PER_S, 3),
            "ready": service.ready,
            "frame": service.frame,
            "terminals": terminal_counts(service),
            "quality": quality_counts(service),
            "ingest": _ingest(service),
            "rtk": _rtk(service),
            "roads": roads_status(service),
            "stream": stream_counts(service),
        },
    )


@router.get("/healthz", summary="Alive", responses=example({"status": "ok"}))
async def healthz(request: Request) -> Response:
    """Answers as long as the process does its work."""
    return await answer_json(request, {"status": "ok"})


@router.get("/readyz", summary="Ready to serve", responses=example({"status": "ready"}))
async def readyz(request: Request, service: Service) -> Response:
    """Kernels loaded, listeners bound, not stopping."""
    if not service.ready:
        raise ProblemError("not-ready", "The service is starting or stopping.")
    return await answer_json(request, {"status": "ready"})


@router.get("/metrics", dependencies=[READER], summary="Prometheus metrics", include_in_schema=True)
async def metrics(service: Service) -> Response:
    """Text format; no label ever names a terminal."""
    from beidou_svc.telemetry.metrics import METRICS_TYPE, metrics_text

    return Response(metrics_text(service), media_type=METRICS_TYPE)


def terminal_counts(service: Context) -> dict[str, int]:
    """Terminals by liveness."""
    n = service.state.count
    by_liveness = np.bincount(service.state.liveness[:n], minlength=len(Liveness)).tolist()
    quarantined = int((service.state.policy[:n] == Policy.QUARANTINED).sum())
    counts = {member.name.lower(): by_liveness[member] for member in reversed(Liveness)}
    return {"total": n, **counts, "quarantined": quarantined}


def quality_counts(service: Context) -> dict[str, int]:
    """Terminals that are not offline, by fix quality."""
    n = service.state.count
    heard = service.state.liveness[:n] != Liveness.OFFLINE
    counts = np.bincount(service.state.columns["fix_quality"][:n][heard], minlength=9).tolist()
    return {str(quality): count for quality, count in enumerate(counts) if count}


def drop_counts(service: Context) -> dict[str, int]:
    """What was dropped, by reason, over all terminals."""
    totals = service.pipeline.drops.sum(axis=0)
    totals[Status.STALE] += service.state.heard.stale.sum()
    return {Status(code).name: int(n) for code, n in enumerate(totals) if n}


def computed_counts(service: Context) -> dict[str, int]:
    """Epochs computed here since the start, by fix quality."""
    totals = service.pipeline.positioning.epochs.sum(axis=0).tolist()
    return {str(quality): n for quality, n in enumerate(totals) if n}


def unsolved_counts(service: Context) -> dict[str, int]:
    """Why RTK had no position, in how many epochs."""
    totals = service.pipeline.positioning.why.tolist()
    return {why.name: totals[why] for why in Why if why != Why.SOLVED}


def switch_counts(service: Context) -> dict[str, int]:
    """Rovers that got another base, by the reason."""
    totals = service.pipeline.positioning.switches.tolist()
    return {reason.name.lower(): totals[reason] for reason in BaseReason}


def rtk_limits(service: Context) -> dict[str, int]:
    """How often a limit of positioning was reached."""
    gauges = service.pipeline.positioning.gauges._asdict()
    return {name: n for name, n in gauges.items() if name not in ("waiting", "rovers")}


def _rtk(service: Context) -> dict[str, Any]:
    gauges = service.pipeline.positioning.gauges
    return {
        "enabled": service.settings.rtk.enabled,
        "rovers": gauges.rovers,
        "waiting": gauges.waiting,
        "held_ticks": service.held_ticks,
        "computed": computed_counts(service),
        "unsolved": {name: n for name, n in unsolved_counts(service).items() if n},
        "switches": {name: n for name, n in switch_counts(service).items() if n},
        "limits": rtk_limits(service),
        "bases": stations_of(service),
        "switches_recent": switches_of(service),
    }


def stream_counts(service: Context) -> dict[str, int]:
    """The live stream in numbers."""
    counters = service.fleet_hub.counters
    return {
        "clients": len(service.fleet_hub),
        "frames_total": counters.frames,
        "frames_encoded_total": counters.frames_encoded,
        "bytes_total": counters.bytes,
        "dropped_clients": counters.dropped_clients,
        "refused_clients": counters.refused_clients,
    }


def _ingest(service: Context) -> dict[str, Any]:
    status = service.ingest.status()
    return {
        "connections": status.connections,
        "udp_peers": status.udp_peers,
        "bytes_total": status.bytes_total,
        "sentences_total": int(service.pipeline.sentences.sum()),
        "epochs_total": int(service.pipeline.epochs.sum()),
        "bytes_per_s": round(service.rates.bytes_per_s, 1),
        "sentences_per_s": round(service.rates.sentences_per_s, 1),
        "drops": drop_counts(service),
        "unknown_sentences": dict(service.pipeline.unknown),
        "counters": {name: n for name, n in status.counters.items() if n},
        "limits": status.limits,
        "listeners": [{"transport": each.transport, "address": each.address} for each in status.listeners],
        "outgoing": [
            {"terminal": each.terminal, "address": each.address, "connected": each.connected}
            for each in status.outgoing
        ],
        "takeovers_recent": [_takeover(each) for each in status.takeovers_recent],
        "duplicates": list(status.duplicates),
    }


def _takeover(takeover: TakeoverInfo) -> dict[str, Any]:
    return {
        "time": utc_text(takeover.t_utc_ns),
        "terminal": takeover.terminal,
        "reason": takeover.reason,
        "old_peer": takeover.old_peer,
        "new_peer": takeover.new_peer,
    }
