"""The fields of `/v1/fleet` that say where a terminal is on the road."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from beidou_svc.fleet.road import NO_EDGE, RoadColumns, RoadState
from beidou_svc.utc import gpst_text
from gnss.batches import NO_TIME
from mapping.network.model import RoadNetwork

Slots = NDArray[np.int32]
_DEGREES: Final = 180.0 / np.pi
_DEGREE_DECIMALS: Final = 9
_LENGTH_DECIMALS: Final = 3
_P_DECIMALS: Final = 4


def _numbers(values: NDArray[Any], decimals: int) -> list[Any]:
    rounded = np.round(values.astype(np.float64), decimals)
    boxed = rounded.astype(object)
    boxed[np.isnan(rounded)] = None
    listed: list[Any] = boxed.tolist()
    return listed


def _rows(values: NDArray[np.int32]) -> list[Any]:
    return [None if value == NO_EDGE else value for value in values.tolist()]


def _times(t_ns: NDArray[np.int64]) -> list[Any]:
    return [gpst_text(t) for t in t_ns.tolist()]


def _off_road(road: RoadColumns, slots: Slots) -> list[Any]:
    pairs = zip(road.t_gpst_ns[slots].tolist(), road.edge[slots].tolist(), strict=True)
    return [None if t_ns == NO_TIME else edge < 0 for t_ns, edge in pairs]


_FIELDS: Final[dict[str, Callable[[RoadColumns, Slots], list[Any]]]] = {
    "edge": lambda road, slots: _rows(road.edge[slots]),
    "offset_m": lambda road, slots: _numbers(road.offset_m[slots], _LENGTH_DECIMALS),
    "lateral_m": lambda road, slots: _numbers(road.lateral_m[slots], _LENGTH_DECIMALS),
    "lane": lambda road, slots: _rows(road.lane[slots]),
    "lane_p": lambda road, slots: _numbers(road.lane_p[slots], _P_DECIMALS),
    "road_p": lambda road, slots: _numbers(road.confidence[slots], _P_DECIMALS),
    "off_road": _off_road,
    "matched_lat_deg": lambda road, slots: _numbers(road.lat_rad[slots] * _DEGREES, _DEGREE_DECIMALS),
    "matched_lon_deg": lambda road, slots: _numbers(road.lon_rad[slots] * _DEGREES, _DEGREE_DECIMALS),
    "matched_time": lambda road, slots: _times(road.t_gpst_ns[slots]),
}
ROAD_FIELDS: Final = (*_FIELDS, "road")
"""Not among the fields that are given unasked: `road.*` asks for all of them."""


def road_column(field: str, state: RoadState, slots: Slots) -> list[Any]:
    """One field of some slots; null where nothing is known."""
    known = slots < len(state)
    values: list[Any] = [None] * len(slots)
    if known.all():
        return _column(field, state.columns, state.network, slots)
    some = _column(field, state.columns, state.network, slots[known])
    for row, value in zip(np.flatnonzero(known).tolist(), some, strict=True):
        values[row] = value
    return values


def _column(field: str, road: RoadColumns, network: RoadNetwork | None, slots: Slots) -> list[Any]:
    if field != "road":
        return _FIELDS[field](road, slots)
    if network is None:
        return [None] * len(slots)
    return [_name(network, edge) for edge in road.edge[slots].tolist()]


def _name(network: RoadNetwork, edge: int) -> str | None:
    return network.names[network.edges.name[edge]] if edge >= 0 else None


def with_all_road_fields(fields: Sequence[str]) -> list[str]:
    """`road.*` spelled out."""
    return [name for field in fields for name in (ROAD_FIELDS if field == "road.*" else (field,))]
