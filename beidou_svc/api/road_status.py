"""The roads in numbers: for `/v1/status` and `/metrics`."""

from typing import Any

from beidou_svc.api.context import Context
from beidou_svc.roads.roads import Roads
from mapping.fences.kinds import EventKind, Op


def roads_status(service: Context) -> dict[str, Any]:
    """Totals since the start."""
    roads, hub = service.roads, service.event_hub
    if roads is None or hub is None:
        return {"enabled": False}
    return {
        "enabled": True,
        "network": None if roads.active is None else roads.active.named.id,
        "building": _building(service),
        "fences": len(roads.desk),
        "fences_version": roads.desk.version,
        "rows": row_counts(roads),
        "engine": {name: n for name, n in roads.fence_counts() if n},
        "events": {kind: ops for kind, ops in event_counts(roads).items() if any(ops.values())},
        "alarms": {"standing": len(roads.alarms.standing), "total": roads.alarms.total},
        "events_kept": roads.log.seq - roads.log.kept_from + 1,
        "clients": len(hub.clients),
    }


def _building(service: Context) -> dict[str, Any] | None:
    """The network that is being made ready."""
    attempt = None if service.activation is None else service.activation.under_way
    return None if attempt is None else {"network": attempt.network, "step": attempt.step, "done": attempt.done}


def row_counts(roads: Roads) -> dict[str, int]:
    """Positions, by what came of them."""
    counters = roads.counters
    return {
        "matched": counters.matched,
        "off_road": counters.off_road,
        "with_lane": counters.with_lane,
        "refused": counters.refused,
        "without_frame": roads.refused_frames(),
        "failed_steps": counters.failed,
    }


def event_counts(roads: Roads) -> dict[str, dict[str, int]]:
    """Rows of the event log since the start, by kind and op."""
    counts = roads.log.counts.tolist()
    return {kind.name.lower(): {op.name.lower(): int(counts[kind][op]) for op in Op} for kind in EventKind}
