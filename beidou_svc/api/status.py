"""`GET /v1/status`, `/healthz`, `/readyz`, `/metrics`."""

from typing import Any

import numpy as np
from fastapi import APIRouter, Request, Response

from beidou_svc import __version__
from beidou_svc.api.access import READER
from beidou_svc.api.answers import answer_json, example, utc_text
from beidou_svc.api.context import Context, Service
from beidou_svc.api.problems import ProblemError
from beidou_svc.fleet.liveness import Liveness
from beidou_svc.fleet.registry import Policy
from beidou_svc.ingest.status import TakeoverInfo
from gnss.constants import NS_PER_S
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


def stream_counts(service: Context) -> dict[str, int]:
    """The live stream in numbers."""
    counters = service.hub.counters
    return {
        "clients": len(service.hub),
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
