"""`GET /v1/alarms`: terminals whose positions are not in the frame that they are said to be in."""

from typing import Any

from fastapi import APIRouter, Request, Response

from beidou_svc.api.access import READER
from beidou_svc.api.answers import answer_json, example
from beidou_svc.api.context import Context, Service
from beidou_svc.roads.frame_alarms import FrameAlarm
from beidou_svc.utc import gpst_text

router = APIRouter(tags=["events"])

KIND = "frame_gcj02"
MESSAGE = (
    "It keeps to the roads only once GCJ-02 is undone: set its frame to GCJ02 in the terminals file, or make the "
    "terminal send true positions."
)
_ALARM = {
    "kind": KIND,
    "terminal": "gz-00001",
    "time": "2026-11-22T06:30:00.000Z",
    "end": None,
    "standing": True,
    "evidence": 14.2,
    "message": MESSAGE,
}


@router.get("/v1/alarms", dependencies=[READER], responses=example({"n": 1, "alarms": [_ALARM]}), summary="Alarms")
async def list_alarms(request: Request, service: Service) -> Response:
    """Those that stand, newest first, then those that are over."""
    service.names.refresh()
    alarms = [] if service.roads is None else service.roads.alarms.newest_first()
    shown = [_shown(service, alarm) for alarm in alarms]
    return await answer_json(request, {"n": len(shown), "alarms": shown})


def alarm_of(service: Context, slot: int) -> dict[str, Any] | None:
    """The alarm that stands of a terminal."""
    alarm = None if service.roads is None else service.roads.alarms.standing.get(slot)
    return None if alarm is None else _shown(service, alarm)


def _shown(service: Context, alarm: FrameAlarm) -> dict[str, Any]:
    return {
        "kind": KIND,
        "terminal": service.names.ids[alarm.slot],
        "time": gpst_text(alarm.t_gpst_ns),
        "end": None if alarm.t_end_ns is None else gpst_text(alarm.t_end_ns),
        "standing": alarm.t_end_ns is None,
        "evidence": round(alarm.evidence, 2),
        "message": MESSAGE,
    }
