"""Lanelets to a road network: neighbours of one direction become an edge, every lanelet a lane of it."""

from collections.abc import Mapping
from math import isnan, nan
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mapping.datums.frame import Frame
from mapping.datums.plane import Plane
from mapping.network.build import NetworkBuilder
from mapping.network.codes import Direction, EdgeFlag, LaneChange, LaneKind, RoadClass
from mapping.network.drafts import LaneDraft, RoadDraft
from mapping.network.lane_features import LaneImport
from mapping.network.lanelet2_features import LaneLine, features_of
from mapping.network.lanelet2_lanelets import (
    Lane,
    Lanelet,
    Ways,
    centre_of,
    following,
    lanes_of,
    left_neighbours,
    middle_line,
    read_lanelets,
    without_repeats,
)
from mapping.network.lanelet2_limits import AssumedLimits, Limit, limit_of
from mapping.network.lanelet2_osm import OsmFile, parse_lanelet2
from mapping.network.lanelet2_place import place_nodes
from mapping.network.lanelet2_rules import (
    LANE_KINDS,
    ROAD_CLASSES,
    VEHICLE,
    Crossing,
    crossing_of,
    reversed_crossing,
)
from mapping.network.report import NetworkReport

Floats = NDArray[np.float64]


class _Map(NamedTuple):
    """What the steps of the building share."""

    file: OsmFile
    ways: Ways
    lanelets: Mapping[int, Lanelet]
    lanes: list[Lane]
    centres_m: Mapping[int, Floats]
    limits: Mapping[int, Limit]
    builder: NetworkBuilder
    participant: str


def lanelet2_to_network(
    text: bytes,
    frame: Frame,
    *,
    name: str = "",
    plane: Plane | None = None,
    origin: Plane | None = None,
    participant: str = VEHICLE,
    assumed_limits: AssumedLimits | None = None,
) -> LaneImport:
    """The network of a Lanelet2 text, for one kind of road user.

    Unit: m in `plane` (one around the middle of the map where not given). Frame: the caller states that of the map,
    and the `origin` of one whose nodes have local coordinates only. Error: broken objects are in the report, what is
    no map raises `MapFormatError`. Limits are those that the map states; `assumed_limits` (by location and subtype)
    fill in, and mark, the others. Source: Lanelet2's format description.
    """
    report = NetworkReport()
    file = parse_lanelet2(text, report)
    placed = place_nodes(file.nodes, frame, report, plane=plane, origin=origin)
    ways = Ways(file, placed, report)
    lanelets = read_lanelets(file, ways, report)
    lanes = lanes_of(lanelets, participant)
    builder = NetworkBuilder(name, placed.plane, road_kind="lanelet", turns_are_stated=True, report=report)
    centres_m = _centres(lanelets, lanes, ways, report)
    lanes = [lane for lane in lanes if lane.ref in centres_m]
    limits = {
        ref: limit_of(
            lanelets[ref], file.relations, ways, report, assumed=assumed_limits or {}, participant=participant
        )
        for ref in centres_m
    }
    _count_others(file, lanelets, centres_m, report, participant)
    return _build(_Map(file, ways, lanelets, lanes, centres_m, limits, builder, participant))


def _centres(lanelets: dict[int, Lanelet], lanes: list[Lane], ways: Ways, report: NetworkReport) -> dict[int, Floats]:
    """Centre lines of the lanelets in use; one that has no length is reported."""
    found = {}
    for ref in dict.fromkeys(lane.ref for lane in lanes):
        centre_m = centre_of(lanelets[ref], ways, report)
        if centre_m.shape[0] < 2:
            report.fault("lanelet", ref, "has no length")
        else:
            found[ref] = centre_m
    return found


def _count_others(
    file: OsmFile,
    lanelets: Mapping[int, Lanelet],
    used: Mapping[int, Floats],
    report: NetworkReport,
    participant: str,
) -> None:
    """Note what the network has no place for: lanelets of others by subtype, areas, objects of unknown kinds."""
    for ref, lanelet in lanelets.items():
        if ref not in used:
            subtype = lanelet.tags.get("subtype", "without subtype")
            report.fault("lanelet", ref, f"{subtype}: not for {participant}", "not a lane of the network")
    for ref, relation in file.relations.items():
        kind = relation.tags.get("type", "")
        if kind == "multipolygon":
            report.read["area"] += 1
            report.fault("area", ref, f"{relation.tags.get('subtype', 'without subtype')}", "not a lane of the network")
        elif kind == "regulatory_element":
            report.read["regulatory_element"] += 1
        elif kind != "lanelet":
            report.fault("relation", ref, f"of type {kind!r}", "ignored")


def _build(source: _Map) -> LaneImport:
    lefts = _sole_left(left_neighbours(source.lanes), source)
    builder, groups = source.builder, _groups(lefts)
    road_of, draft_of = {}, {}
    for group in groups:
        road = builder.add_road(_road(source, [source.lanes[row] for row in group]))
        for index, row in enumerate(group):
            road_of[row] = road
            draft_of[row] = builder.add_lane(road, _lane(source, source.lanes[row], index))
    _relate(source, lefts, road_of, draft_of)
    _pair(source, groups, road_of)
    network, report = builder.build()
    row_of = {row: int(builder.lane_rows[draft]) for row, draft in draft_of.items()}
    is_against = np.zeros(len(network.lanes), dtype=np.bool_)
    lines = []
    for row, lane in enumerate(source.lanes):
        if row_of[row] >= 0:
            is_against[row_of[row]] = lane.is_backward
            lines.append(LaneLine(row_of[row], lane.ref, network.lane_shape.line(row_of[row])))
    features = features_of(source.file, source.lanelets, source.ways, lines, report)
    return LaneImport(network, is_against, features, report)


def _sole_left(neighbours: list[list[int]], source: _Map) -> list[int]:
    """The one left neighbour of each lane, -1 for none; where a bound has several lanes on one side, none is."""
    claims = np.bincount([row for rows in neighbours for row in rows], minlength=len(neighbours))
    lefts = [-1] * len(neighbours)
    for row, found in enumerate(neighbours):
        if len(found) == 1 and claims[found[0]] == 1:
            lefts[row] = found[0]
        elif found:
            ref = source.lanes[row].ref
            source.builder.fault("lanelet", ref, "a bound has several lanelets on one side", "took none as neighbour")
    return lefts


def _groups(lefts: list[int]) -> list[list[int]]:
    """Lanes side by side, from left to right, in the order of their leftmost ones."""
    rights = {left: row for row, left in enumerate(lefts) if left >= 0}
    groups, seen = [], set()
    starts = [row for row, left in enumerate(lefts) if left < 0]
    for start in [*starts, *range(len(lefts))]:  # the second part only where neighbours run in a circle
        group = []
        row: int | None = start
        while row is not None and row not in seen:
            seen.add(row)
            group.append(row)
            row = rights.get(row)
        if group:
            groups.append(group)
    return groups


def _road(source: _Map, lanes: list[Lane]) -> RoadDraft:
    """The edge of lanes side by side: the line midway between the outermost bounds."""
    first, last = lanes[0], lanes[-1]
    line_m = _centre(source, first) if len(lanes) == 1 else middle_line(first.left, last.right, source.ways)
    limits = [source.limits[lane.ref] for lane in lanes]
    known = [limit.limit_mps for limit in limits if not isnan(limit.limit_mps)]
    tags = [source.lanelets[lane.ref].tags for lane in lanes]
    return RoadDraft(
        ref=min(lane.ref for lane in lanes),
        x_m=line_m[:, 0].copy(),
        y_m=line_m[:, 1].copy(),
        h_map_m=line_m[:, 2].copy(),
        is_whole=True,
        road_class=ROAD_CLASSES.get(tags[0].get("subtype", ""), RoadClass.UNKNOWN),
        direction=Direction.FORWARD,
        limit_mps=max(known, default=nan),
        lane_count=len(lanes),
        flags=_flags(lanes, tags, limits),
        name=next((tag["name"] for tag in tags if tag.get("name")), ""),
    )


def _flags(lanes: list[Lane], tags: list[dict[str, str]], limits: list[Limit]) -> EdgeFlag:
    flags = EdgeFlag.REVERSED if all(lane.is_backward for lane in lanes) else EdgeFlag(0)
    if any(tag.get("location") == "private" for tag in tags):
        flags |= EdgeFlag.PRIVATE
    if any(limit.is_assumed for limit in limits):
        flags |= EdgeFlag.ASSUMED_LIMIT
    if all(tag.get("subtype") == "bus_lane" for tag in tags):
        flags |= EdgeFlag.BUS
    return flags


def _centre(source: _Map, lane: Lane) -> Floats:
    centre_m = source.centres_m[lane.ref]
    return np.ascontiguousarray(centre_m[::-1]) if lane.is_backward else centre_m


def _lane(source: _Map, lane: Lane, index: int) -> LaneDraft:
    centre_m = _centre(source, lane)
    left_m, right_m = (without_repeats(source.ways.points_m(bound)) for bound in (lane.left, lane.right))
    subtype = source.lanelets[lane.ref].tags.get("subtype", "")
    return LaneDraft(
        ref=lane.ref,
        centre_m=centre_m,
        index=index,
        width_m=_mean_width(left_m, right_m, centre_m),
        kind=LANE_KINDS.get(subtype, LaneKind.DRIVING),
        limit_mps=source.limits[lane.ref].limit_mps,
        left_m=left_m if len(left_m) > 1 else None,
        right_m=right_m if len(right_m) > 1 else None,
    )


def _mean_width(left_m: Floats, right_m: Floats, centre_m: Floats) -> float:
    """Area between the bounds by the length of the centre line."""
    ring_m = np.concatenate([right_m[:, :2], left_m[::-1, :2]])
    x_m, y_m = (ring_m - ring_m[0]).T
    area_m2 = 0.5 * np.sum(x_m * np.roll(y_m, -1) - np.roll(x_m, -1) * y_m)
    length_m = np.hypot(*np.diff(centre_m[:, :2], axis=0).T).sum()
    return abs(float(area_m2 / length_m))


def _relate(source: _Map, lefts: list[int], road_of: dict[int, int], draft_of: dict[int, int]) -> None:
    """Tell the builder which lanes and roads follow each other, and which lanes are neighbours."""
    roads = set()
    for row, nexts in enumerate(following(source.lanes, source.ways)):
        for then in nexts:
            source.builder.follow_lane(draft_of[row], draft_of[then])
            roads.add((road_of[row], road_of[then]))
    for road, then in sorted(roads):
        source.builder.follow(road, then)
    for row, left in enumerate(lefts):
        if left >= 0:
            bound = source.lanes[row].left
            crossing = crossing_of(source.ways.tags(bound.way), source.participant)
            crossing = reversed_crossing(crossing) if bound.is_reversed else crossing
            change = LaneChange.RIGHT if Crossing.TO_RIGHT in crossing else LaneChange.NONE
            change |= LaneChange.LEFT if Crossing.TO_LEFT in crossing else LaneChange.NONE
            source.builder.neighbour_lanes(draft_of[left], draft_of[row], change)


def _pair(source: _Map, groups: list[list[int]], road_of: dict[int, int]) -> None:
    """Roads whose leftmost lanes share a bound from its two ends, and lanelets driven both ways, are twins."""
    by_left = {source.lanes[group[0]].left: road_of[group[0]] for group in groups}
    by_lanelet = {(source.lanes[group[0]].ref, source.lanes[group[0]].is_backward): group for group in groups}
    done: set[int] = set()
    for group in groups:
        lane, road = source.lanes[group[0]], road_of[group[0]]
        last = source.lanes[group[-1]]
        same = by_lanelet.get((last.ref, not last.is_backward))
        opposite = (
            road_of[same[0]] if same is not None and len(same) == len(group) else by_left.get(lane.left.reversed())
        )
        if opposite is not None and opposite != road and not {road, opposite} & done:
            source.builder.pair(road, opposite)
            done |= {road, opposite}
