"""The roads that settings ask for, ready to run. Raises ConfigError where they cannot be had, with what to do."""

import logging
from collections.abc import Callable, Sequence
from math import radians
from typing import Any, Protocol

import orjson

from beidou_svc.config import FleetSettings, Settings
from beidou_svc.errors import ConfigError
from beidou_svc.frames.shift_watch import ShiftWatch
from beidou_svc.frames.stage import DatumStage
from beidou_svc.roads.event_log import EventLog
from beidou_svc.roads.faults import InvalidError
from beidou_svc.roads.fence_desk import FenceChange, FenceDesk
from beidou_svc.roads.fence_documents import read_fences
from beidou_svc.roads.networks import NamedNetwork, Networks, configured_network
from beidou_svc.roads.progress import Progress
from beidou_svc.roads.roads import Active, Roads
from beidou_svc.roads.route_book import RouteBook
from beidou_svc.roads.settings import RoadsSettings
from beidou_svc.roads.stages import ChooseStage, FenceStage, MatchStage, PlaceStage, RoadStages, ShiftStage, Stage
from beidou_svc.roads.store import Kind, Store
from beidou_svc.telemetry.logs import log_event
from gnss.constants import NS_PER_S
from mapping.datums.plane import Plane
from mapping.fences.settings import FenceSettings
from mapping.matching.model import MatchModel
from mapping.matching.state import OnlineRules
from mapping.matching.tables import MatchTables, build_tables
from mapping.network.model import RoadNetwork

logger = logging.getLogger("beidou_svc.roads")


class Register(Protocol):
    """What is known of terminals beforehand, by slot."""

    @property
    def count(self) -> int: ...
    def stated_frame_of(self, slot: int) -> str: ...
    def id_of(self, slot: int) -> str: ...
    def groups_of(self, slot: int) -> Sequence[str]: ...


def build_roads(settings: Settings, register: Register, now_utc_ns: int) -> Roads | None:
    """None where they are switched off."""
    section = settings.roads
    if not section.enabled:
        return None
    datum = DatumStage(settings.frames, settings.frame.tag, register.stated_frame_of)
    datum.meet(register.count, register.id_of)
    store = Store.open(section.data_dir, section.versions_max)
    networks = Networks(store, section.networks_max)
    chosen = networks.chosen(section.network)
    named = configured_network(networks, chosen, datum.target) if chosen else None
    plane = named.network.plane if named else _plane_without_network(settings, datum)
    book = None if named is None else RouteBook(named.network, named.id, store.latest(Kind.ROUTE))
    stops = [] if book is None else book.stop_areas(section.stop_radius_m)
    desk = FenceDesk(store, plane, section.fences_max, book, stops)
    _import_fences(section, desk, book, now_utc_ns)
    stages = build_stages(section, settings.fleet, datum, named, desk, register.groups_of)
    roads = Roads(section, store, networks, plane, desk, stages, EventLog(section.events_max))
    if named is not None and book is not None:
        roads.active = Active(named, book, Progress(book))
        roads.road.network = named.network
        tell_misfits(book)
        _close_edges(roads, named)
    return roads


def build_stages(
    section: RoadsSettings,
    fleet: FleetSettings,
    datum: DatumStage,
    named: NamedNetwork | None,
    desk: FenceDesk,
    groups_of: Callable[[int], Sequence[str]],
) -> RoadStages:
    """The list of stages."""
    stages: list[Stage] = [ChooseStage(round(fleet.computed_hold_s * NS_PER_S)), PlaceStage(datum)]
    if named is not None:
        stages.append(ShiftStage(ShiftWatch(named.network)))
        stages.append(match_stage(section, network_tables(section, named.network)))
    fence = FenceSettings(watermark_s=section.watermark_s, confirm_rows=section.confirm_rows)
    stages.append(FenceStage(desk, fence, groups_of))
    return RoadStages(stages, fleet.terminals_max)


def _plane_without_network(settings: Settings, datum: DatumStage) -> Plane:
    """Where fences are computed while there is no network: around the fleet's place, or the page's."""
    place = settings.frames.where
    if place is not None:
        return Plane(datum.target, place.lat_rad, place.lon_rad)
    lon_deg, lat_deg = settings.page.center
    return Plane(datum.target, radians(lat_deg), radians(lon_deg))


def network_tables(section: RoadsSettings, network: RoadNetwork) -> MatchTables:
    """A network made ready for matching, as the settings say."""
    height_m = section.map_to_ellipsoid_m
    return build_tables(network, model=MatchModel() if height_m is None else MatchModel(map_to_ellipsoid_m=height_m))


def match_stage(section: RoadsSettings, tables: MatchTables) -> MatchStage:
    """The stage that matches, nothing matched yet."""
    return MatchStage(tables, OnlineRules(section.lag_s, section.match_watermark_s, section.match_rows))


def _import_fences(section: RoadsSettings, desk: FenceDesk, book: RouteBook | None, now_utc_ns: int) -> None:
    """Put the fences of the file into the store, as far as it has none of their ids."""
    if section.fences is None:
        return
    try:
        found = read_fences(_fences_in(orjson.loads(section.fences.read_bytes())), desk.fences.plane, book)
    except (OSError, ValueError, InvalidError) as error:
        raise ConfigError(f"roads.fences: {section.fences}: {error}") from error
    new = [FenceChange(drawn.draft.ref, drawn, 0) for drawn in found if drawn.draft.ref not in desk.entries]
    desk.change(new, by=str(section.fences.name), t_utc_ns=now_utc_ns)


def _fences_in(document: Any) -> Any:
    """The fences of a file: the file itself, or its member `fences`, as the simulated city has it."""
    if isinstance(document, dict) and isinstance(document.get("fences"), list):
        return {"type": "FeatureCollection", "features": document["fences"]}
    return document


def _close_edges(roads: Roads, named: NamedNetwork) -> None:
    try:
        edges, lost = roads.networks.closures(named)
        roads.close_edges(edges)
    except ValueError as error:
        log_event(logger, logging.ERROR, "stored closures cannot be used", network=named.id, error=error)
        return
    tell_lost_closures(named.id, lost)


def tell_lost_closures(network_id: str, lost: Sequence[int]) -> None:
    """Edges that were closed, and are not to be found in the network that came after."""
    if lost:
        log_event(logger, logging.ERROR, "closed edges are not there any more", network=network_id, edges=lost)


def tell_misfits(book: RouteBook) -> None:
    """Routes of operators that the network does not have the roads for."""
    for route_id, why in book.misfits.items():
        log_event(logger, logging.ERROR, "a stored route does not fit the network", route=route_id, error=why)
