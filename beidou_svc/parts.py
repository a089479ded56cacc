"""The parts of the service as its settings ask for them."""

from beidou_svc.api.basemap import BaseMap
from beidou_svc.api.event_hub import EventHub
from beidou_svc.api.fleet_hub import FleetHubRules
from beidou_svc.config import FleetSettings, Settings
from beidou_svc.errors import ConfigError
from beidou_svc.fleet.liveness import LivenessRules
from beidou_svc.fleet.names import Names
from beidou_svc.fleet.registry import Registry, Terminal
from beidou_svc.fleet.registry_io import read_terminals
from beidou_svc.fleet.state import FleetRules
from beidou_svc.roads.roads import Roads
from gnss.constants import NS_PER_S


def fleet_rules(settings: FleetSettings) -> FleetRules:
    """Rules of the fleet."""
    return FleetRules(
        terminals_max=settings.terminals_max,
        liveness=LivenessRules(round(settings.stale_after_s * NS_PER_S), round(settings.offline_after_s * NS_PER_S)),
        offset_window_ns=round(settings.offset_window_s * NS_PER_S),
        recent_s=settings.recent_s,
        hold_ns=round(settings.computed_hold_s * NS_PER_S),
    )


def fleet_hub_rules(settings: Settings) -> FleetHubRules:
    """Rules of the live stream."""
    stream = settings.stream
    return FleetHubRules(stream.clients_max, round(stream.stall_s_max * NS_PER_S), round(stream.heartbeat_s * NS_PER_S))


def build_registry(settings: FleetSettings) -> Registry:
    """The register, with the terminals of its file. Raises ConfigError where that cannot be read."""
    terminals = _terminals(settings)
    if len(terminals) > settings.terminals_max:
        n, n_max = len(terminals), settings.terminals_max
        raise ConfigError(f"fleet.terminals_file: {n:,} terminals, more than fleet.terminals_max = {n_max:,}")
    return Registry(terminals, terminals_max=settings.terminals_max)


def _terminals(settings: FleetSettings) -> list[Terminal]:
    if settings.terminals_file is None:
        return []
    try:
        return read_terminals(settings.terminals_file)
    except (OSError, ValueError) as error:
        raise ConfigError(f"fleet.terminals_file: {error}") from error


def build_basemap(settings: Settings) -> BaseMap | None:
    """The base map, if there is one. Raises ConfigError where its file is not there."""
    path = settings.basemap.file
    if path is None:
        return None
    if not path.is_file():
        raise ConfigError(f"basemap.file: there is no file {path}")
    return BaseMap(path, settings.frame.tag)


def build_event_hub(settings: Settings, roads: Roads, names: Names) -> EventHub:
    """The live events."""
    return EventHub(roads.log, roads.desk, names, settings.roads.event_clients_max, roads.alarms)
