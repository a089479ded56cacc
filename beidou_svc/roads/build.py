"""The roads that settings ask for, ready to run. Raises ConfigError where they cannot be had, with what to do."""

import logging
from collections.abc import Callable, Sequence
from math import radians
from typing import Any, Protocol

import orjson

from beidou_svc.config import Settings
from beidou_svc.errors import ConfigError
from beidou_svc.frames.stage import DatumStage
from beidou_svc.roads.event_log import EventLog
from beidou_svc.roads.faults import InvalidError
from beidou_svc.roads.fence_desk import STOP_PREFIX, FenceChange, FenceDesk
from beidou_svc.roads.fence_documents import read_fences
from beidou_svc.roads.networks import NamedNetwork, Networks, configured_network
from beidou_svc.roads.progress import Progress
from beidou_svc.roads.roads import Active, Roads
from beidou_svc.roads.route_book import RouteBook
from beidou_svc.roads.settings import RoadsSettings
from beidou_svc.roads.stages import ChooseStage, FenceStage, MatchStage, PlaceStage, RoadStages, Stage
from beidou_svc.roads.store import Kind, Store
from beidou_svc.telemetry.logs import log_event
from gnss.constants import NS_PER_S
from mapping.datums.plane import Plane
from mapping.fences.kinds import EventKind
from mapping.fences.model import Circle, FenceDraft
from mapping.fences.settings import FenceSettings
from mapping.matching.model import MatchModel
from mapping.matching.state import OnlineRules
from mapping.matching.tables import build_tables
from mapping.network.features import lon_lat_deg
from mapping.network.model import RoadNetwork

logger = logging.getLogger("beidou_svc.roads")


class Register(Protocol):
    """What is known of terminals beforehand, by slot."""

    @property
    def count(self) -> int: ...
    def stated_frame_of(self, slot: int) -> str: ...
    def groups_of(self, slot: int) -> Sequence[str]: ...


def build_roads(settings: Settings, register: Register, now_utc_ns: int) -> Roads | None:
    """None where they are switched off."""
    section = settings.roads
    if not section.enabled:
        return None
    datum = DatumStage(settings.frames, settings.frame.tag, register.stated_frame_of)
    datum.meet(register.count)
    store = Store.open(section.data_dir, section.versions_max)
    networks = Networks(store, section.networks_max)
    named = configured_network(networks, section.network, datum.target) if section.network else None
    plane = named.network.plane if named else _plane_without_network(settings, datum)
    book = None if named is None else RouteBook(named.network, named.id, store.latest(Kind.ROUTE))
    fixed = [] if book is None else stop_fences(book, section.stop_radius_m)
    desk = FenceDesk(store, plane, section.fences_max, fixed)
    _import_fences(section, desk, named, now_utc_ns)
    stages = build_stages(section, settings.fleet.computed_hold_s, datum, named, desk, register.groups_of)
    roads = Roads(section, store, networks, plane, desk, stages, EventLog(section.events_max))
    if named is not None and book is not None:
        roads.active = Active(named, book, Progress(book))
        roads.road.network = named.network
        _tell_misfits(book)
        _close_edges(roads, named)
    return roads


def build_stages(
    section: RoadsSettings,
    hold_s: float,
    datum: DatumStage,
    named: NamedNetwork | None,
    desk: FenceDesk,
    groups_of: Callable[[int], Sequence[str]],
) -> RoadStages:
    """The list of stages."""
    stages: list[Stage] = [ChooseStage(round(hold_s * NS_PER_S)), PlaceStage(datum)]
    if named is not None:
        height_m = section.map_to_ellipsoid_m
        model = MatchModel() if height_m is None else MatchModel(map_to_ellipsoid_m=height_m)
        rules = OnlineRules(section.lag_s, section.match_watermark_s, section.match_rows)
        stages.append(MatchStage(build_tables(named.network, model=model), rules))
    fence = FenceSettings(watermark_s=section.watermark_s, confirm_rows=section.confirm_rows)
    stages.append(FenceStage(desk, fence, groups_of))
    return RoadStages(stages)


def _plane_without_network(settings: Settings, datum: DatumStage) -> Plane:
    """Where fences are computed while there is no network: around the fleet's place, or the page's."""
    place = settings.frames.where
    if place is not None:
        return Plane(datum.target, place.lat_rad, place.lon_rad)
    lon_deg, lat_deg = settings.page.center
    return Plane(datum.target, radians(lat_deg), radians(lon_deg))


def stop_fences(book: RouteBook, radius_m: float) -> list[FenceDraft]:
    """A circle round each stop that a route calls at, for those who stand on an edge that serves it."""
    if not radius_m:
        return []
    network = book.network
    edges_of: dict[int, set[int]] = {}
    for place, route in enumerate(book.routes):
        for call in route.calls:
            edges_of.setdefault(call.stop, set()).update(_edges_near(book, place, call.run_m, radius_m))
    return [_stop_fence(network, stop, edges, radius_m) for stop, edges in sorted(edges_of.items()) if edges]


def _edges_near(book: RouteBook, place: int, run_m: float, radius_m: float) -> set[int]:
    """The edges of a route within a distance of a point of it."""
    index = book.index
    rows = range(int(index.first[place]), int(index.first[place + 1]))
    ends = [*index.run_m[rows.start + 1 : rows.stop].tolist(), book.length_m(place)]
    return {
        int(index.edge[row])
        for row, end_m in zip(rows, ends, strict=True)
        if index.run_m[row] <= run_m + radius_m and end_m >= run_m - radius_m
    }


def _stop_fence(network: RoadNetwork, stop: int, edges: set[int], radius_m: float) -> FenceDraft:
    rows = slice(stop, stop + 1)
    ((lon_deg, lat_deg),) = lon_lat_deg(network, network.stops.x_m[rows], network.stops.y_m[rows]).tolist()
    return FenceDraft(
        ref=f"{STOP_PREFIX}{network.stops.ref[stop]}",
        shape=Circle((lat_deg, lon_deg), radius_m),
        name=network.names[network.stops.name[stop]],
        frame=network.frame,
        kinds=frozenset({EventKind.ARRIVED}),
        edges=frozenset(edges),
        source="stop",
    )


def _import_fences(section: RoadsSettings, desk: FenceDesk, named: NamedNetwork | None, now_utc_ns: int) -> None:
    """Put the fences of the file into the store, as far as it has none of their ids."""
    if section.fences is None:
        return
    edge_count = named.network.edge_count if named else 0
    try:
        drafts = read_fences(_fences_in(orjson.loads(section.fences.read_bytes())), desk.fences.plane, edge_count)
    except (OSError, ValueError, InvalidError) as error:
        raise ConfigError(f"roads.fences: {section.fences}: {error}") from error
    new = [FenceChange(draft.ref, draft, 0) for draft in drafts if draft.ref not in desk.entries]
    desk.change(new, by=str(section.fences.name), t_utc_ns=now_utc_ns)


def _fences_in(document: Any) -> Any:
    """The fences of a file: the file itself, or its member `fences`, as the simulated city has it."""
    if isinstance(document, dict) and isinstance(document.get("fences"), list):
        return {"type": "FeatureCollection", "features": document["fences"]}
    return document


def _close_edges(roads: Roads, named: NamedNetwork) -> None:
    try:
        roads.close_edges(roads.networks.closures(named.id))
    except ValueError as error:
        log_event(logger, logging.ERROR, "stored closures cannot be used", network=named.id, error=error)


def _tell_misfits(book: RouteBook) -> None:
    for route_id, why in book.misfits.items():
        log_event(logger, logging.ERROR, "a stored route does not fit the network", route=route_id, error=why)
