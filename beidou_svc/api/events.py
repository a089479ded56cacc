"""`GET /v1/events`: what happened at the fences, newest first."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from beidou_svc.api.access import READER
from beidou_svc.api.answers import answer_json, example
from beidou_svc.api.context import Context, Service
from beidou_svc.api.problems import ProblemError
from beidou_svc.api.roads_kit import roads_of
from beidou_svc.clock import FOREVER
from beidou_svc.roads.event_json import events_to_show
from beidou_svc.roads.event_log import EventQuery
from beidou_svc.utc import parse_gpst
from gnss.batches import NO_TIME
from mapping.fences.kinds import KIND_NAMES, Op

router = APIRouter(tags=["events"])

EVENTS_PER_ANSWER_MAX = 5_000

_EXAMPLE = example(
    {
        "n": 1,
        "next": None,
        "seq": 1_843,
        "kept_from_seq": 1,
        "events": [
            {
                "seq": 1_843,
                "event": "9c1f6a0d5b2e7f31",
                "op": "assert",
                "kind": "enter",
                "terminal": "gz-00001",
                "fence": "school",
                "fence_version": 3,
                "time": "2026-11-22T06:30:00.000Z",
                "cause_time": "2026-11-22T06:30:01.000Z",
                "p": 0.9987,
                "lat_deg": 25.831,
                "lon_deg": 114.931,
                "sigma_m": 1.2,
                "value": None,
                "unit": None,
                "status": "plain",
                "standing": True,
            }
        ],
    }
)

Ids = Annotated[str | None, Query(max_length=10_000)]
Time = Annotated[str | None, Query(description="RFC 3339", examples=["2026-11-22T06:30:00Z"])]


async def _query(
    service: Service,
    terminal: Ids = None,
    fence: Ids = None,
    kind: Annotated[str | None, Query(examples=["enter,exit"])] = None,
    from_: Annotated[str | None, Query(alias="from", description="RFC 3339, included")] = None,
    to: Time = None,
    op: Annotated[str | None, Query(pattern="^(assert|retract)$")] = None,
    standing: bool = False,
) -> EventQuery:
    service.names.refresh()
    return EventQuery(
        slots=_slots(service, terminal),
        fences=_fences(roads_of(service).desk.refs, fence),
        kinds=_kinds(kind),
        op=None if op is None else int(Op[op.upper()]),
        only_standing=standing,
        from_gpst_ns=_time(from_, "from", NO_TIME),
        to_gpst_ns=_time(to, "to", FOREVER),
    )


@router.get("/v1/events", dependencies=[READER], responses=_EXAMPLE, summary="What happened at the fences")
async def get_events(
    request: Request,
    service: Service,
    query: Annotated[EventQuery, Depends(_query)],
    limit: Annotated[int, Query(ge=1, le=EVENTS_PER_ANSWER_MAX)] = 100,
    after: Annotated[int | None, Query(ge=1, description="`next` of the answer before")] = None,
    since: Annotated[int, Query(ge=0, description="only greater `seq`")] = 0,
) -> Response:
    """Newest first; `next` is where the following page begins."""
    roads = roads_of(service)
    seqs = roads.log.rows(query, before=after, since=since, limit=limit + 1)
    page = seqs[:limit]
    events = events_to_show(roads.log, page, service.names.ids, roads.desk.refs)
    more = str(int(page[-1])) if len(seqs) > limit else None
    head = {"n": len(page), "next": more, "seq": roads.log.seq, "kept_from_seq": roads.log.kept_from}
    return await answer_json(request, {**head, "events": events})


def _slots(service: Context, text: str | None) -> frozenset[int] | None:
    if text is None:
        return None
    slots = [service.names.slot_of(terminal) for terminal in text.split(",")]
    return frozenset(slot for slot in slots if slot is not None)


def _fences(refs: list[str], text: str | None) -> frozenset[int] | None:
    """The rows that the fences have or had."""
    if text is None:
        return None
    wanted = frozenset(text.split(","))
    return frozenset(row for row, ref in enumerate(refs) if ref in wanted)


def _kinds(text: str | None) -> frozenset[int] | None:
    if text is None:
        return None
    names = text.split(",")
    unknown = sorted(set(names) - set(KIND_NAMES))
    if unknown:
        raise ProblemError("bad-parameter", f"kind: no {', '.join(unknown)}; there are {', '.join(KIND_NAMES)}")
    return frozenset(int(KIND_NAMES[name]) for name in names)


def _time(text: str | None, name: str, missing: int) -> int:
    if text is None:
        return missing
    try:
        return parse_gpst(text)
    except ValueError as error:
        raise ProblemError("bad-parameter", f"{name}: {error}") from None
