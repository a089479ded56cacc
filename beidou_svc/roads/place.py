"""Where one terminal is on the road, as the API tells it."""

from math import degrees, isfinite, isinf
from typing import Any, Final

from beidou_svc.roads.roads import Active, Roads
from beidou_svc.utc import gpst_text
from gnss.batches import NO_TIME
from mapping.network.codes import RoadClass
from mapping.network.model import RoadNetwork

KMH_PER_MPS: Final = 3.6
DEGREE_DECIMALS: Final = 9


def road_place(roads: Roads, slot: int) -> dict[str, Any] | None:
    """None while no network is active, or nothing is known of the terminal."""
    active, columns = roads.active, roads.road.columns
    if active is None or slot >= len(roads.road) or columns.t_gpst_ns[slot] == NO_TIME:
        return None
    edge = int(columns.edge[slot])
    return {
        "network": active.named.id,
        "time": gpst_text(int(columns.t_gpst_ns[slot])),
        "is_off_road": edge < 0,
        **_edge(active.named.network, edge),
        "offset_m": _number(columns.offset_m[slot], 3),
        "lateral_m": _number(columns.lateral_m[slot], 3),
        "lat_deg": _number(degrees(columns.lat_rad[slot]), DEGREE_DECIMALS),
        "lon_deg": _number(degrees(columns.lon_rad[slot]), DEGREE_DECIMALS),
        **_lane(active.named.network, int(columns.lane[slot]), float(columns.lane_p[slot])),
        "confidence": _number(columns.confidence[slot], 4),
        "alternative": _alternative(int(columns.edge_2nd[slot]), float(columns.p_2nd[slot])),
        "routes": _routes(active, slot),
        "inside": [roads.desk.refs[fence] for fence in roads.log.inside(slot)],
    }


def limit_kmh(limit_mps: float) -> float | str | None:
    """A speed limit; "none" where there is none, None where it is not stated."""
    if isinf(limit_mps):
        return "none"
    return round(limit_mps * KMH_PER_MPS, 1) if isfinite(limit_mps) else None


def _edge(network: RoadNetwork, edge: int) -> dict[str, Any]:
    if edge < 0:
        return {"edge": None, "ref": None, "name": None, "class": None, "limit_kmh": None}
    edges = network.edges
    return {
        "edge": edge,
        "ref": str(edges.ref[edge]),
        "name": network.names[edges.name[edge]],
        "class": RoadClass(int(edges.road_class[edge])).label,
        "limit_kmh": limit_kmh(float(edges.limit_mps[edge])),
    }


def _lane(network: RoadNetwork, lane: int, lane_p: float) -> dict[str, Any]:
    if lane < 0:
        return {"lane": None, "lane_index": None, "lane_p": None}
    return {"lane": lane, "lane_index": int(network.lanes.index[lane]), "lane_p": _number(lane_p, 4)}


def _alternative(edge: int, p: float) -> dict[str, Any] | None:
    return None if edge < 0 else {"edge": edge, "p": _number(p, 4)}


def _routes(active: Active, slot: int) -> list[dict[str, Any]]:
    row = active.progress.place_of(slot)
    if row is None:
        return []
    place = int(active.progress.route[slot])
    route, length_m = active.book.routes[place], active.book.length_m(place)
    ratio = round(row.run_m / max(length_m, 1e-9), 5)
    return [{"id": route.id, "name": route.name, "run_m": round(row.run_m, 2), "ratio": ratio}]


def _number(value: float, decimals: int) -> float | None:
    return round(float(value), decimals) if isfinite(value) else None
