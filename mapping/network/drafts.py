"""What an importer hands to the builder: one object of the source each, coordinates already in the network's plane."""

from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import NDArray

from mapping.network.codes import Direction, EdgeFlag, LaneKind, RestrictionKind, RoadClass, Structure

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class RoadDraft:
    """One road of the source: a polyline in driving order of its `FORWARD` direction.

    `node_refs` names every point: the road is cut into edges wherever a named point is also one of another road (or
    twice of this one), unless it `is_whole`. `ends` names only the first and the last point. With neither, ends that
    lie within the builder's `join_m` are one node. `..._back` is for the backward direction; without, it is as forward.
    """

    ref: int
    x_m: Floats
    y_m: Floats
    h_map_m: Floats | None = None
    node_refs: NDArray[np.int64] | None = None
    ends: tuple[int, int] | None = None
    is_whole: bool = False
    road_class: RoadClass = RoadClass.UNKNOWN
    direction: Direction = Direction.BOTH
    limit_mps: float = nan
    limit_back_mps: float | None = None
    lane_count: int = 0
    lane_count_back: int | None = None
    layer: int = 0
    structure: Structure = Structure.GROUND
    flags: EdgeFlag = EdgeFlag.NONE
    flags_back: EdgeFlag | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class LaneDraft:
    """One lane of a road that is whole and one-way: its centre line in driving order, and bounds where known.

    Each line is columns x, y, height as the map states it (or x, y), in metres: (n, 3) or (n, 2).
    """

    ref: int
    centre_m: Floats
    index: int
    width_m: float = nan
    kind: LaneKind = LaneKind.DRIVING
    limit_mps: float = nan
    left_m: Floats | None = None
    right_m: Floats | None = None


@dataclass(frozen=True, slots=True)
class RestrictionDraft:
    """A turn from one road to another over a node, or over other roads in order, that is forbidden or the only one."""

    ref: int
    kind: RestrictionKind
    road_from: int
    road_to: int
    via_node: int | None = None
    via_roads: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class StopDraft:
    """A stop; `road` is what `add_road` gave, where the source says which road serves it."""

    ref: int
    name: str
    x_m: float
    y_m: float
    road: int | None = None


@dataclass(frozen=True, slots=True)
class RouteDraft:
    """A route over roads in order, by their ids in the source; the builder finds the directions and the edges."""

    ref: int
    name: str
    road_refs: tuple[int, ...]
    stop_refs: tuple[int, ...] = ()
    arrive_s: tuple[float, ...] = ()
    depart_s: tuple[float, ...] = ()
    headway_s: float = nan


@dataclass(frozen=True, slots=True)
class JunctionDraft:
    """A junction: nodes by their ids in the source, and roads (as `add_road` gave them) whose ends belong to it."""

    ref: int
    node_refs: tuple[int, ...] = ()
    roads: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class UnitDraft:
    """A road-side unit."""

    ref: int
    name: str
    x_m: float
    y_m: float
