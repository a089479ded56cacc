"""OSM files to a road network: the ways that motor vehicles or buses may drive, turn restrictions, stops and routes."""

import re
from collections.abc import Iterator
from functools import partial
from math import nan
from typing import Final

import numpy as np

from mapping.datums.frame import Frame
from mapping.datums.plane import Plane, PlanePoints, geodetic_to_plane
from mapping.network.build import NetworkBuilder
from mapping.network.codes import Direction, EdgeFlag, RestrictionKind
from mapping.network.drafts import Floats, RestrictionDraft, RoadDraft, RouteDraft, StopDraft
from mapping.network.model import RoadNetwork
from mapping.network.osm_io import Member, OsmFile, OsmRelation, OsmWay
from mapping.network.osm_tags import WayRoad, drivable, read_restriction, read_way
from mapping.network.planes import plane_around
from mapping.network.report import NetworkReport

ROUTES: Final = frozenset({"bus", "trolleybus", "minibus", "share_taxi", "coach"})
INTERVAL: Final = re.compile(r"(?:(\d{1,2}):)?(\d{1,4})(?::\d\d)?")  # [hours:]minutes[:seconds]
RESTRICTED_MAX: Final = 16  # pairs of roads that one restriction may name


def osm_network(
    file: OsmFile, frame: Frame, plane: Plane | None = None, *, name: str = ""
) -> tuple[RoadNetwork, NetworkReport]:
    """The road network of an OSM file.

    Shape: rows by table. Unit: rad in, m in the plane. Frame: `frame`, which the format does not state. Error: objects
    that are broken stand in the report with their ids. Source: OSM's data model and tags.
    """
    ways = [way for way in file.ways if drivable(way.tags) is not None]
    lat_rad, lon_rad = _joined([way.lat_rad for way in ways]), _joined([way.lon_rad for way in ways])
    plane = plane or plane_around(lat_rad, lon_rad, frame)
    builder = NetworkBuilder(name or file.name, plane)
    builder.report.read |= {"ways": len(file.ways), "drivable ways": len(ways)}
    _Importer(file, builder, (ways, geodetic_to_plane(lat_rad, lon_rad, plane, frame=frame))).run()
    return builder.build()


def _joined(parts: list[Floats]) -> Floats:
    return np.concatenate(parts) if parts else np.empty(0)


class _Importer:
    def __init__(self, file: OsmFile, builder: NetworkBuilder, drivable: tuple[list[OsmWay], PlanePoints]) -> None:
        self._file = file
        self._builder = builder
        self._plane = builder.plane
        self._ways, self._xy_m = drivable
        self._stops: set[int] = set()

    def run(self) -> None:
        self._add_roads()
        routes = [r for r in self._file.relations if r.tags.get("type") == "route" and r.tags.get("route") in ROUTES]
        self._builder.report.read["routes"] = len(routes)
        for route in routes:
            self._add_route(route)
        self._add_stops()
        restrictions = [r for r in self._file.relations if r.tags.get("type") == "restriction"]
        self._builder.report.read["restrictions"] = len(restrictions)
        for restriction in restrictions:
            self._add_restriction(restriction)

    def _add_roads(self) -> None:
        x_m, y_m = self._xy_m
        end = 0
        for way in self._ways:
            begin, end = end, end + way.node_refs.size
            fault = partial(self._builder.fault, "way", way.ref)
            road = read_way(way.tags, fault)
            if road is not None:
                self._add_road(way, road, x_m[begin:end], y_m[begin:end])

    def _add_road(self, way: OsmWay, road: WayRoad, x_m: Floats, y_m: Floats) -> None:
        ahead = back = road.flags
        if road.is_bus_return and road.direction is Direction.FORWARD:
            back |= EdgeFlag.BUS
        elif road.is_bus_return:
            ahead |= EdgeFlag.BUS
        self._builder.add_road(_draft(way, road, x_m, y_m, (ahead, back)))

    def _add_route(self, relation: OsmRelation) -> None:
        ways = [m.ref for m in relation.members if m.kind == "w" and _is_driven(m)]
        called = [m for m in relation.members if m.role.startswith("platform")]
        if not called:
            called = [m for m in relation.members if m.role.startswith(("stop", "forward_stop"))]
        stops = tuple(m.ref for m in called if self._add_called_stop(m))
        tags = relation.tags
        name = tags.get("name") or tags.get("ref", "")
        draft = RouteDraft(relation.ref, name, tuple(ways), stops, headway_s=_interval_s(tags.get("interval", "")))
        self._builder.add_route(draft)

    def _add_called_stop(self, member: Member) -> bool:
        """Take the stop at which a route calls; gives whether the file has it."""
        if member.kind == "n" and member.ref in self._file.stops:
            stop = self._file.stops[member.ref]
            self._add_stop(member.ref, stop.tags.get("name", ""), stop.lat_rad, stop.lon_rad)
        elif member.kind == "w" and member.ref in self._file.platforms:
            way = self._file.platforms[member.ref]
            if not np.isfinite(way.lat_rad).any():
                return False
            middle_rad = float(np.nanmean(way.lat_rad)), float(np.nanmean(way.lon_rad))
            self._add_stop(way.ref, way.tags.get("name", ""), *middle_rad)
        else:
            return False
        return True

    def _add_stop(self, ref: int, name: str, lat_rad: float, lon_rad: float) -> None:
        if ref not in self._stops:
            self._stops.add(ref)
            x_m, y_m = geodetic_to_plane(lat_rad, lon_rad, self._plane, frame=self._plane.frame)
            self._builder.add_stop(StopDraft(ref, name, float(x_m), float(y_m)))

    def _add_stops(self) -> None:
        """The bus stops that no route calls at."""
        for stop in self._file.stops.values():
            tags = stop.tags
            if tags.get("highway") == "bus_stop" or (tags.get("public_transport") == "platform" and "bus" in tags):
                self._add_stop(stop.ref, tags.get("name", ""), stop.lat_rad, stop.lon_rad)
        self._builder.report.read["stops"] = len(self._stops)

    def _add_restriction(self, relation: OsmRelation) -> None:
        fault = partial(self._builder.fault, "restriction", relation.ref)
        value = read_restriction(relation.tags, fault)
        if value is None:
            return
        kind = RestrictionKind.NO if value.startswith("no_") else RestrictionKind.ONLY
        drafts = list(_restrictions(relation, kind))
        if not 0 < len(drafts) <= RESTRICTED_MAX:
            fault("its members are not one road from, something between, and one road to", "left out")
            return
        for draft in drafts:
            self._builder.restrict(draft)


def _draft(way: OsmWay, road: WayRoad, x_m: Floats, y_m: Floats, flags: tuple[EdgeFlag, EdgeFlag]) -> RoadDraft:
    return RoadDraft(
        ref=way.ref,
        x_m=x_m,
        y_m=y_m,
        node_refs=way.node_refs,
        road_class=road.road_class,
        direction=Direction.BOTH if road.is_bus_return else road.direction,
        limit_mps=road.limit_mps,
        limit_back_mps=road.limit_back_mps,
        lane_count=road.lane_count,
        lane_count_back=road.lane_count_back,
        layer=road.layer,
        structure=road.structure,
        flags=flags[0],
        flags_back=flags[1],
        name=road.name,
    )


def _is_driven(member: Member) -> bool:
    """Whether a way of a route is driven on the way out; older routes name both ways in one relation."""
    return not member.role.startswith(("platform", "stop", "backward", "forward_stop"))


def _interval_s(text: str) -> float:
    """The time between two vehicles in seconds, NaN where the text is none."""
    match = INTERVAL.fullmatch(text.strip())
    return nan if match is None else 3600.0 * int(match[1] or 0) + 60.0 * int(match[2])


def _restrictions(relation: OsmRelation, kind: RestrictionKind) -> Iterator[RestrictionDraft]:
    """A draft for every pair of a road from and a road to."""
    roads_from = [m.ref for m in relation.members if m.role == "from" and m.kind == "w"]
    roads_to = [m.ref for m in relation.members if m.role == "to" and m.kind == "w"]
    nodes = [m.ref for m in relation.members if m.role == "via" and m.kind == "n"]
    roads = tuple(m.ref for m in relation.members if m.role == "via" and m.kind == "w")
    if (len(nodes) == 1) == bool(roads) or len(nodes) > 1:
        return
    for road_from in roads_from:
        for road_to in roads_to:
            yield RestrictionDraft(relation.ref, kind, road_from, road_to, nodes[0] if nodes else None, roads)
