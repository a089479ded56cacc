"""Lanes of a GeoJSON file: the member `lanes` of the collection, each the middle of a lane of one of its roads.

`{"id": 1, "road": 7, "back": false, "index": 0, "width_m": 3.0, "maxspeed_kmh": 25, "coordinates": [[lon, lat], ...]}`;
`back` says that it belongs to the direction against the road's line, index 0 is the leftmost of its direction. A lane
leads into those that begin where it ends. Roads that have lanes run from junction to junction: they are not cut.
Source: docs/network.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import nan
from typing import Final

import numpy as np

from mapping.network.build import NetworkBuilder
from mapping.network.codes import Direction, EdgeFlag, LaneChange, LaneKind
from mapping.network.drafts import Floats, LaneDraft, RoadDraft
from mapping.network.geojson_positions import is_id, is_number, positions

JOIN_M: Final = 0.5
"""A lane leads into another that begins within this distance of its end."""
INDEX_MAX: Final = 255
Key = tuple[int, bool]
"""A road by its id, and whether against its line."""


@dataclass(frozen=True, slots=True)
class GivenLane:
    """A lane as the file has it."""

    ref: int
    key: Key
    index: int
    width_m: float
    limit_mps: float
    lon_lat_h: Floats


def read_lanes(given: tuple[object, ...], builder: NetworkBuilder) -> list[GivenLane]:
    """The lanes that are ones; the others are reported."""
    found = []
    for row, lane in enumerate(given):
        read = _read_lane(lane, -1 - row)
        if read is None:
            name = lane.get("id", f"#{row}") if isinstance(lane, dict) else f"#{row}"
            builder.fault("lane", str(name), "not an object with the members road, index and coordinates")
        else:
            found.append(read)
    builder.report.read["lanes"] = len(given)
    return found


def _read_lane(lane: object, otherwise: int) -> GivenLane | None:
    if not isinstance(lane, dict):
        return None
    road, index, line = lane.get("road"), lane.get("index"), positions(lane.get("coordinates"))
    if not is_id(road) or not isinstance(index, int) or not 0 <= index <= INDEX_MAX or line is None:
        return None
    ref = int(lane["id"]) if is_id(lane.get("id")) else otherwise
    width_m, limit_kmh = (float(lane[key]) if is_number(lane.get(key)) else nan for key in ("width_m", "maxspeed_kmh"))
    return GivenLane(ref, (int(road), lane.get("back") is True), index, width_m, limit_kmh / 3.6, line)


def add_road_with_lanes(builder: NetworkBuilder, road: RoadDraft) -> dict[Key, int]:
    """Take a road as whole one-way roads, which can have lanes; gives their numbers."""
    ahead = replace(road, is_whole=True, direction=Direction.FORWARD)
    back = replace(
        ahead,
        x_m=road.x_m[::-1].copy(),
        y_m=road.y_m[::-1].copy(),
        h_map_m=None if road.h_map_m is None else road.h_map_m[::-1].copy(),
        node_refs=None if road.node_refs is None else road.node_refs[::-1].copy(),
        limit_mps=road.limit_mps if road.limit_back_mps is None else road.limit_back_mps,
        lane_count=road.lane_count if road.lane_count_back is None else road.lane_count_back,
        flags=road.flags | EdgeFlag.REVERSED,
    )
    numbers: dict[Key, int] = {}
    if road.direction is not Direction.BACKWARD:
        numbers[road.ref, False] = builder.add_road(ahead)
    if road.direction is not Direction.FORWARD:
        numbers[road.ref, True] = builder.add_road(back)
    if len(numbers) == 2:
        builder.pair(numbers[road.ref, False], numbers[road.ref, True])
    return numbers


def add_lanes(builder: NetworkBuilder, lanes: list[GivenLane], lines_m: list[Floats], roads: Mapping[Key, int]) -> None:
    """Take lanes with their lines in the plane, neighbours and followers found.

    Shape: a line (n, 3) a lane. Unit: m.
    """
    numbers: list[tuple[int, GivenLane, Floats]] = []
    for lane, line in zip(lanes, lines_m, strict=True):
        if lane.key not in roads:
            builder.fault("lane", lane.ref, "its road is not in the file, or is not driven that way")
            continue
        draft = LaneDraft(lane.ref, line, lane.index, lane.width_m, LaneKind.DRIVING, lane.limit_mps)
        numbers.append((builder.add_lane(roads[lane.key], draft), lane, line))
    beside = {(lane.key, lane.index): number for number, lane, _ in numbers}
    for number, lane, _ in numbers:
        if (right := beside.get((lane.key, lane.index + 1))) is not None:
            builder.neighbour_lanes(number, right, LaneChange.LEFT | LaneChange.RIGHT)
    _follow(builder, numbers)


def _follow(builder: NetworkBuilder, numbers: list[tuple[int, GivenLane, Floats]]) -> None:
    starts = np.array([line[0, :2] for _, _, line in numbers]).reshape(-1, 2)
    for number, lane, line in numbers:
        for row in np.flatnonzero(np.hypot(*(starts - line[-1, :2]).T) <= JOIN_M).tolist():
            then, other, _ = numbers[row]
            if other.key[0] != lane.key[0]:
                builder.follow_lane(number, then)
