"""Compile, or load, every kernel that the roads use, over a street of one edge."""

import numpy as np

from beidou_svc.config import Settings
from beidou_svc.fleet.road import RoadState
from beidou_svc.frames.stage import DatumStage
from beidou_svc.roads.build import build_stages
from beidou_svc.roads.event_log import EventLog
from beidou_svc.roads.fence_bounds import refs_at
from beidou_svc.roads.fence_desk import FenceChange, FenceDesk
from beidou_svc.roads.network_fences import DrawnFence
from beidou_svc.roads.networks import NamedNetwork
from beidou_svc.roads.progress import Progress
from beidou_svc.roads.route_book import RouteBook
from beidou_svc.roads.store import Store
from beidou_svc.small_city import small_city
from gnss.batches import FixBatch
from mapping.fences.fence_set import compacted
from mapping.fences.kinds import EventKind
from mapping.fences.model import Area, Circle, Corridor, FenceDraft

_T_NS = 1_400_000_000_000_000_000
_KINDS = frozenset(EventKind) - {EventKind.WRONG_WAY, EventKind.WRONG_WAY_END}


def warm() -> None:
    """Run everything once."""
    network = small_city()
    settings = Settings()
    store = Store.open(None)
    book = RouteBook(network, "warm", [])
    desk = FenceDesk(store, network.plane, 10, book, book.stop_areas(25.0))
    desk.change([FenceChange(draft.ref, DrawnFence(draft), 0) for draft in _drafts()], by="warm", t_utc_ns=0)
    named = NamedNetwork("warm", 1, 0, network)
    stages = build_stages(settings.roads, settings.fleet, DatumStage(settings.frames), named, desk, lambda slot: ())
    road, progress, log = RoadState.new(16), Progress(book), EventLog(100)
    for step in range(6):
        carried = stages.step(_fixes(step))
        progress.note(road.fold(carried.matched.take(slice(0, len(carried.fixes)))), road)
        log.add(carried.events, np.zeros(len(carried.events), np.int32))
    desk.change([FenceChange("a", None, None)], by="warm", t_utc_ns=0)
    stages.step(_fixes(2))
    refs_at(desk.fences, 25.80, 114.905)
    compacted(desk.fences)  # which an edit does when it is due
    store.close()


def _drafts() -> list[FenceDraft]:
    ring = ((25.7995, 114.902), (25.7995, 114.904), (25.8005, 114.904), (25.8005, 114.902), (25.7995, 114.902))
    limits = {"kinds": _KINDS, "speed_limit_mps": 5.0, "dwell_s": 1.0}
    corridor = Corridor((((25.80, 114.90), (25.80, 114.91)),), 20.0)
    return [
        FenceDraft("a", Area(((ring,),)), **limits),  # type: ignore[arg-type]
        FenceDraft("b", Circle((25.80, 114.905), 100.0), **limits),  # type: ignore[arg-type]
        FenceDraft("c", corridor, kinds=frozenset({EventKind.DEVIATION, EventKind.WRONG_WAY})),
    ]


def _fixes(step: int) -> FixBatch:
    """Two vehicles that drive; the last step is a late row."""
    at = step if step < 5 else 1.5
    slots = np.array([0, 1])
    batch = FixBatch.missing(
        2,
        slot=slots,
        t_gpst_ns=_T_NS + int(at * 10_000_000_000),
        lat_rad=np.radians(25.80),
        lon_rad=np.radians(114.9005 + 0.001 * at + 0.0001 * slots),
        fix_quality=4,
        speed_mps=10.0,
        course_rad=np.pi / 2,
        sigma_n_m=0.02,
        sigma_e_m=0.02,
    )
    return batch.take(np.arange(2))
