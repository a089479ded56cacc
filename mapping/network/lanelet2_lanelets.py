"""Lanelets of a file, and what lies before, behind and beside each.

Which lanelet follows which is not written in the file: it is so where both bounds of one end at the nodes where both
bounds of the other begin. Neighbours share a bound. Source: `lanelet2_core` 1.2, `geometry::follows` and `leftOf`.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mapping.datums.plane import Plane
from mapping.network.lanelet2_lines import centre_line, reversals
from mapping.network.lanelet2_osm import OsmFile, Relation, Tags
from mapping.network.lanelet2_place import PlacedNodes
from mapping.network.lanelet2_rules import VEHICLE, can_use, is_one_way, truth_of
from mapping.network.report import NetworkReport

Floats = NDArray[np.float64]


class Bound(NamedTuple):
    """A way, as it is drawn or turned round."""

    way: int
    is_reversed: bool

    def reversed(self) -> "Bound":
        """The same way from its other end."""
        return Bound(self.way, not self.is_reversed)


@dataclass(frozen=True, slots=True)
class Lanelet:
    """A lanelet: its bounds as they run in its own direction, and the ids of what belongs to it."""

    ref: int
    left: Bound
    right: Bound
    tags: Tags
    centre_way: int | None
    rules: tuple[int, ...]


class Lane(NamedTuple):
    """A lanelet in one of the directions in which it is driven; bounds are left and right in that direction."""

    ref: int
    is_backward: bool
    left: Bound
    right: Bound


class Ways:
    """The ways of a file with the nodes that have a place: ids and points, from either end."""

    def __init__(self, file: OsmFile, placed: PlacedNodes, report: NetworkReport) -> None:
        self._file, self._placed, self._report = file, placed, report
        self._known: dict[int, tuple[list[int], Floats]] = {}

    @property
    def plane(self) -> Plane:
        """Where the points are measured."""
        return self._placed.plane

    def has(self, way: int) -> bool:
        """Whether there is such a line with at least one point."""
        return way in self._file.ways and len(self._of(way)[0]) > 0

    def is_area(self, way: int) -> bool:
        """Whether a way is tagged as an area and hence is no line."""
        return truth_of(self.tags(way).get("area")) is True

    def tags(self, way: int) -> Tags:
        """The tags of a way; none of one that is missing."""
        return self._file.ways[way].tags if way in self._file.ways else {}

    def nodes(self, bound: Bound) -> list[int]:
        """Ids of the nodes in order."""
        refs = self._of(bound.way)[0]
        return refs[::-1] if bound.is_reversed else refs

    def points_m(self, bound: Bound) -> Floats:
        """Points in order.

        Shape: (n, 3), x, y and height. Unit: m; the height is NaN where the map states none.
        """
        points = self._of(bound.way)[1]
        return np.ascontiguousarray(points[::-1]) if bound.is_reversed else points

    def _of(self, way: int) -> tuple[list[int], Floats]:
        known = self._known.get(way)
        if known is None:
            known = self._known[way] = self._read(way)
        return known

    def _read(self, way: int) -> tuple[list[int], Floats]:
        rows = self._placed.row_by_ref
        stated = self._file.ways[way].nodes
        refs = [ref for ref in stated if ref in rows and self._placed.is_placed[rows[ref]]]
        if len(refs) < len(stated):
            self._report.fault("way", way, "has nodes that are missing or nowhere", "left those nodes out")
        return refs, self._placed.xyh_m[[rows[ref] for ref in refs]].reshape(-1, 3)


def read_lanelets(file: OsmFile, ways: Ways, report: NetworkReport) -> dict[int, Lanelet]:
    """The lanelets of a file by id, bounds aligned; broken ones go to the report."""
    found = {}
    for ref, relation in file.relations.items():
        if relation.tags.get("type") != "lanelet":
            continue
        report.read["lanelet"] += 1
        borders = [_border(relation, side, ways, report) for side in ("left", "right")]
        if borders[0] is None or borders[1] is None:
            continue
        if borders[0] == borders[1]:
            report.fault("lanelet", ref, "has the same way left and right")
            continue
        centre = relation.refs("centerline", "way")
        rules = tuple(relation.refs("regulatory_element", "relation"))
        left, right = _aligned(borders[0], borders[1], ways)
        found[ref] = Lanelet(ref, left, right, relation.tags, centre[0] if len(centre) == 1 else None, rules)
    return found


def _border(relation: Relation, side: str, ways: Ways, report: NetworkReport) -> int | None:
    refs = relation.refs(side, "way")
    if len(refs) != 1:
        report.fault("lanelet", relation.ref, f"has {len(refs)} {side} borders")
    elif not ways.has(refs[0]):
        report.fault("lanelet", relation.ref, f"its {side} border is missing or has no points")
    elif ways.is_area(refs[0]):
        report.fault("lanelet", relation.ref, f"its {side} border is an area")
    else:
        return refs[0]
    return None


def _aligned(left: int, right: int, ways: Ways) -> tuple[Bound, Bound]:
    """Both borders in the direction in which the left one is left."""
    lines_m = [np.nan_to_num(ways.points_m(Bound(way, False))) for way in (left, right)]
    if lines_m[0].shape[0] <= 1 and lines_m[1].shape[0] <= 1:
        return Bound(left, False), Bound(right, False)
    turn_left, turn_right = reversals(lines_m[0], lines_m[1])
    return Bound(left, turn_left), Bound(right, turn_right)


def lanes_of(lanelets: dict[int, Lanelet], participant: str = VEHICLE) -> list[Lane]:
    """The lanelets that a participant may use, each in every direction in which it may, forward ones first."""
    usable = [lanelet for lanelet in lanelets.values() if can_use(lanelet.tags, participant)]
    forward = [Lane(lanelet.ref, False, lanelet.left, lanelet.right) for lanelet in usable]
    return forward + [
        Lane(lanelet.ref, True, lanelet.right.reversed(), lanelet.left.reversed())
        for lanelet in usable
        if not is_one_way(lanelet.tags, participant)
    ]


def following(lanes: list[Lane], ways: Ways) -> list[list[int]]:
    """For every lane the rows of those that begin where it ends, in order."""
    starts: dict[tuple[int, int], list[int]] = defaultdict(list)
    for row, lane in enumerate(lanes):
        starts[ways.nodes(lane.left)[0], ways.nodes(lane.right)[0]].append(row)
    return [starts.get((ways.nodes(lane.left)[-1], ways.nodes(lane.right)[-1]), []) for lane in lanes]


def left_neighbours(lanes: list[Lane]) -> list[list[int]]:
    """For every lane the rows of those of its direction whose right bound is its left one."""
    by_right: dict[Bound, list[int]] = defaultdict(list)
    for row, lane in enumerate(lanes):
        by_right[lane.right].append(row)
    return [[other for other in by_right.get(lane.left, []) if other != row] for row, lane in enumerate(lanes)]


def centre_of(lanelet: Lanelet, ways: Ways, report: NetworkReport) -> Floats:
    """The centre line of a lanelet in its own direction: the one the map gives, else the computed one.

    Shape: (n, 3). Unit: m.
    """
    if lanelet.centre_way is not None and ways.has(lanelet.centre_way):
        centre_m = ways.points_m(Bound(lanelet.centre_way, False))
        if centre_m.shape[0] > 1:
            return _along(centre_m, lanelet, ways, report)
    return middle_line(lanelet.left, lanelet.right, ways)


def middle_line(left: Bound, right: Bound, ways: Ways) -> Floats:
    """The computed line between two bounds.

    Shape: (n, 3), without repeated points. Unit: m.
    """
    begins_closed = ways.nodes(left)[0] == ways.nodes(right)[0]
    return without_repeats(centre_line(ways.points_m(left), ways.points_m(right), begins_closed))


def without_repeats(line_m: Floats) -> Floats:
    """A line without points that are where the one before is.

    Shape: (n, 2 or 3). Unit: m.
    """
    moved = np.any(line_m[1:, :2] != line_m[:-1, :2], axis=1)
    kept: Floats = line_m[np.concatenate([[True], moved])]
    return kept


def _along(centre_m: Floats, lanelet: Lanelet, ways: Ways, report: NetworkReport) -> Floats:
    """A given centre line in the direction of its lanelet."""
    left_m, right_m = ways.points_m(lanelet.left), ways.points_m(lanelet.right)
    begin_m, end_m = 0.5 * (left_m[0] + right_m[0])[:2], 0.5 * (left_m[-1] + right_m[-1])[:2]
    as_drawn_m = np.hypot(*(centre_m[0, :2] - begin_m)) + np.hypot(*(centre_m[-1, :2] - end_m))
    turned_m = np.hypot(*(centre_m[-1, :2] - begin_m)) + np.hypot(*(centre_m[0, :2] - end_m))
    if turned_m < as_drawn_m:
        report.fault("lanelet", lanelet.ref, "its centre line runs against it", "turned it round")
        centre_m = np.ascontiguousarray(centre_m[::-1])
    return without_repeats(centre_m)
