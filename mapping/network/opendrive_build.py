"""OpenDRIVE to a road network: lanes side by side that are driven the same way become an edge.

| in the network | in the file |
|---|---|
| `edges.ref` | the road's id where it is a number, else 4e12 + its place in the file |
| `lanes.ref` | road number * 1e6 + section * 1e3 + 500 + lane number |
| an edge flagged `REVERSED` | driven against s |
"""

from collections import defaultdict
from itertools import pairwise
from math import isnan, nan
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mapping.datums.frame import Frame
from mapping.datums.plane import Plane
from mapping.network.build import NetworkBuilder
from mapping.network.codes import Direction, EdgeFlag, LaneChange, LaneKind
from mapping.network.drafts import JunctionDraft, LaneDraft, RoadDraft
from mapping.network.lane_features import LaneImport
from mapping.network.lanelet2_lanelets import without_repeats
from mapping.network.lanelet2_osm import number_of
from mapping.network.opendrive_check import check_joins, check_reference_lines
from mapping.network.opendrive_features import features_of
from mapping.network.opendrive_lanes import SectionLines, section_lines
from mapping.network.opendrive_limits import Stated, lane_limit_mps, stated_of
from mapping.network.opendrive_links import LaneKey, lane_keys, next_lanes
from mapping.network.opendrive_model import OdrMap, OdrRoad
from mapping.network.opendrive_place import Grid, grid_of
from mapping.network.opendrive_types import DRIVABLE, changes_over
from mapping.network.opendrive_xml import parse_opendrive
from mapping.network.report import NetworkReport

Floats = NDArray[np.float64]

CHORD_M: Final = 0.01
ROAD_STEP: Final = 1_000_000
SECTION_STEP: Final = 1_000
LANE_SHIFT: Final = 500


class _Drafting(NamedTuple):
    """What the steps of the building share."""

    source: OdrMap
    grid: Grid
    builder: NetworkBuilder
    lane_of: dict[LaneKey, int]
    road_of: dict[LaneKey, int]


def opendrive_to_network(
    text: bytes,
    frame: Frame,
    *,
    name: str = "",
    plane: Plane | None = None,
    origin: Plane | None = None,
    chord_m: float = CHORD_M,
) -> LaneImport:
    """The network of an OpenDRIVE text.

    Unit: m in `plane` (one around the middle of the map where not given). Frame: the caller states that of the map,
    and the `origin` of one without a geoReference. Error: lines are within `chord_m` of the true ones in the file's
    grid; broken objects are in the report, what is no map raises `MapFormatError`. Source: ASAM OpenDRIVE 1.4 to 1.8.
    """
    report = NetworkReport()
    source = parse_opendrive(text, report)
    ends_m = np.array([(p.x_m, p.y_m) for road in source.roads.values() for p in road.pieces]).reshape(-1, 2)
    grid = grid_of(source.geo_reference, source.offset, ends_m, frame, plane=plane, origin=origin)
    check_reference_lines(source, report)
    builder = NetworkBuilder(name or source.name, grid.plane, road_kind="road", turns_are_stated=True, report=report)
    drafting = _Drafting(source, grid, builder, {}, {})
    runs = _runs(source)
    for (ref, section), keys in _by_section(runs).items():
        _draft_section(drafting, source.roads[ref], section, keys, chord_m)
    _follow(drafting)
    _junctions(drafting)
    network, report = builder.build()
    rows = {key: int(builder.lane_rows[draft]) for key, draft in drafting.lane_of.items()}
    is_against = np.zeros(len(network.lanes), dtype=np.bool_)
    is_against[[row for key, row in rows.items() if key.along < 0 <= row]] = True
    return LaneImport(network, is_against, features_of(source, grid, network, rows), report)


def lane_ref(road: OdrRoad, key: LaneKey) -> int:
    """The number that stands for a lane in `lanes.ref`."""
    return road.number * ROAD_STEP + key.section * SECTION_STEP + LANE_SHIFT + key.lane


def _runs(source: OdrMap) -> list[list[LaneKey]]:
    """Lanes without a gap between them that are driven the same way, from left to right as they are driven."""
    runs: list[list[LaneKey]] = []
    for key in sorted(lane_keys(source), key=lambda k: (k.road, k.section, k.along, -k.lane)):
        last = runs[-1][-1] if runs else None
        if last is not None and last._replace(lane=key.lane) == key and _are_beside(last.lane, key.lane):
            runs[-1].append(key)
        else:
            runs.append([key])
    return [run if run[0].along > 0 else run[::-1] for run in runs]


def _are_beside(left: int, right: int) -> bool:
    """Whether no lane lies between two lane numbers; the centre, 0, is no lane."""
    return left - right == 1 or (left, right) == (1, -1)


def _by_section(runs: list[list[LaneKey]]) -> dict[tuple[str, int], list[list[LaneKey]]]:
    found = defaultdict(list)
    for run in runs:
        found[run[0].road, run[0].section].append(run)
    return found


def _draft_section(drafting: _Drafting, road: OdrRoad, section: int, runs: list[list[LaneKey]], chord_m: float) -> None:
    wanted = sorted({key.lane for run in runs for key in run}, reverse=True)
    lines = section_lines(road, road.sections[section], wanted, chord_m)
    roads = []
    for run in runs:
        number = _draft_run(drafting, road, run, lines)
        if number is not None:
            roads.append((run[0].along, number))
    forward = [number for along, number in roads if along > 0]
    backward = [number for along, number in roads if along < 0]
    if len(forward) == len(backward) == 1:
        drafting.builder.pair(forward[0], backward[0])


def _placed(drafting: _Drafting, line_m: Floats, along: int) -> Floats:
    """A line in the network's plane and in driving order."""
    line_m = line_m if along > 0 else line_m[::-1]
    return without_repeats(drafting.grid.points_m(*line_m.T))


def _draft_run(drafting: _Drafting, road: OdrRoad, run: list[LaneKey], lines: SectionLines) -> int | None:
    """Draft one edge and its lanes; lanes of no width anywhere are left out."""
    keys = [key for key in run if lines.width_m[key.lane].max() > 0]
    for key in run:
        if key not in keys:
            drafting.builder.fault("road", road.ref, f"lane {key.lane} of section {key.section} has no width")
    if not keys:
        return None
    along, section = keys[0].along, road.sections[keys[0].section]
    first, last = (lines.left_m, lines.right_m) if along > 0 else (lines.right_m, lines.left_m)
    middle_m = _placed(drafting, 0.5 * (first[keys[0].lane] + last[keys[-1].lane]), along)
    if len(middle_m) < 2 or not np.isfinite(middle_m[:, :2]).all():
        drafting.builder.fault("road", road.ref, f"section {keys[0].section} has points that are nowhere")
        return None
    stated = stated_of(road, section)
    limits = [lane_limit_mps(section.lanes[key.lane], section, stated.limit_mps) for key in keys]
    kinds = [DRIVABLE[section.lanes[key.lane].kind] for key in keys]
    number = drafting.builder.add_road(_road(road, along, middle_m, stated, limits, kinds))
    for index, (key, limit_mps, kind) in enumerate(zip(keys, limits, kinds, strict=True)):
        _draft_lane(drafting, road, number, key, LaneDraft(0, middle_m, index, nan, kind, limit_mps), lines)
    _neighbours(drafting, road, keys)
    return number


def _road(
    road: OdrRoad, along: int, middle_m: Floats, stated: Stated, limits: list[float], kinds: list[LaneKind]
) -> RoadDraft:
    flags = stated.flags | (EdgeFlag.REVERSED if along < 0 else EdgeFlag(0))
    return RoadDraft(
        ref=road.number,
        x_m=middle_m[:, 0].copy(),
        y_m=middle_m[:, 1].copy(),
        h_map_m=middle_m[:, 2].copy(),
        is_whole=True,
        road_class=stated.road_class,
        direction=Direction.FORWARD,
        limit_mps=max((limit for limit in limits if not isnan(limit)), default=nan),
        lane_count=len(limits),
        structure=stated.structure,
        flags=flags | (EdgeFlag.BUS if set(kinds) == {LaneKind.BUS} else EdgeFlag(0)),
        name=road.name,
    )


def _draft_lane(
    drafting: _Drafting, road: OdrRoad, number: int, key: LaneKey, draft: LaneDraft, lines: SectionLines
) -> None:
    left, right = (lines.left_m, lines.right_m) if key.along > 0 else (lines.right_m, lines.left_m)
    width_m = np.trapezoid(lines.width_m[key.lane], lines.s_m) / (lines.s_m[-1] - lines.s_m[0])
    lane = LaneDraft(
        ref=lane_ref(road, key),
        centre_m=_placed(drafting, lines.centre_m[key.lane], key.along),
        index=draft.index,
        width_m=float(width_m),
        kind=draft.kind,
        limit_mps=draft.limit_mps,
        left_m=_placed(drafting, left[key.lane], key.along),
        right_m=_placed(drafting, right[key.lane], key.along),
    )
    drafting.lane_of[key] = drafting.builder.add_lane(number, lane)
    drafting.road_of[key] = number


def _neighbours(drafting: _Drafting, road: OdrRoad, keys: list[LaneKey]) -> None:
    """Lanes side by side, and whether the mark between them lets one over on any part of the section."""
    for left, right in pairwise(keys):
        lanes = road.sections[left.section].lanes
        # the mark between two lanes belongs to the one nearer to the centre, or to the centre itself
        inner = min((left.lane, right.lane), key=abs) if left.lane * right.lane > 0 else 0
        marks = lanes[inner].marks if inner in lanes else ()
        found = [changes_over(mark.kind, mark.lane_change, inner) for mark in marks] or [changes_over("", "", inner)]
        up, down = any(change[0] for change in found), any(change[1] for change in found)
        to_left, to_right = (up, down) if left.along > 0 else (down, up)
        change = LaneChange.LEFT if to_left else LaneChange.NONE
        change |= LaneChange.RIGHT if to_right else LaneChange.NONE
        drafting.builder.neighbour_lanes(drafting.lane_of[left], drafting.lane_of[right], change)


def _follow(drafting: _Drafting) -> None:
    roads, joins = set(), []
    for key, lane in drafting.lane_of.items():
        for then in next_lanes(drafting.source, key, drafting.builder.report):
            if then in drafting.lane_of:
                drafting.builder.follow_lane(lane, drafting.lane_of[then])
                roads.add((drafting.road_of[key], drafting.road_of[then]))
                drafts = [drafting.builder.lanes[number][1] for number in (lane, drafting.lane_of[then])]
                joins.append((key, drafts[0], then, drafts[1]))
    check_joins(joins, drafting.builder.report)
    for road, next_road in sorted(roads):
        drafting.builder.follow(road, next_road)


def _junctions(drafting: _Drafting) -> None:
    """Junctions of the file, each of the roads that lead through it."""
    roads = defaultdict(set)
    for key, road in drafting.road_of.items():
        roads[drafting.source.roads[key.road].junction].add(road)
    for index, ref in enumerate(drafting.source.junctions):
        number = number_of(ref)
        draft = JunctionDraft(-1 - index if number is None else number, roads=tuple(sorted(roads[ref])))
        drafting.builder.add_junction(draft)
