"""Where the roads of an OpenDRIVE file do not meet: gaps and kinks within reference lines, gaps between lanes."""

from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mapping.network.drafts import LaneDraft
from mapping.network.opendrive_links import LaneKey
from mapping.network.opendrive_model import OdrMap, OdrRoad
from mapping.network.opendrive_planview import Shape, gaps_of, piece_poses
from mapping.network.report import NetworkReport

Floats = NDArray[np.float64]

GAP_M: Final = 0.01  # smaller ones are roundings of an editor
KINK_RAD: Final = 0.01
LENGTH_M: Final = 0.01
FOUND: Final = "kept as it is"


def check_reference_lines(source: OdrMap, report: NetworkReport) -> None:
    """Report gaps and kinks between the pieces of a road, and a length that is not that of the pieces."""
    for road in source.roads.values():
        for gap in gaps_of(road.pieces):
            if not gap.apart_m <= GAP_M:
                report.fault("road", road.ref, "the reference line has a gap of more than 1 cm", FOUND)
            elif not abs(gap.turn_rad) <= KINK_RAD:
                report.fault("road", road.ref, "the reference line has a kink of more than 0.01 rad", FOUND)
        last = road.pieces[-1]
        if abs(last.s_m + last.length_m - road.length_m) > LENGTH_M:
            report.fault("road", road.ref, "its length is not that of its reference line", FOUND)
        _check_cubics(road, report)


def _check_cubics(road: OdrRoad, report: NetworkReport) -> None:
    """A cubic whose parameter should be its length, and is not, puts everything along the road in a wrong place."""
    for piece in road.pieces:
        if piece.shape is Shape.PARAM_POLY3 and not piece.parameters[8]:
            poses = piece_poses(piece, np.linspace(0.0, piece.length_m, 257))
            length_m = float(np.hypot(np.diff(poses.x_m), np.diff(poses.y_m)).sum())
            if abs(length_m - piece.length_m) > max(LENGTH_M, 1e-3 * piece.length_m):
                report.fault("road", road.ref, "a cubic is not as long as it says", FOUND)


def check_joins(joins: Iterable[tuple[LaneKey, LaneDraft, LaneKey, LaneDraft]], report: NetworkReport) -> None:
    """Report lanes that are joined but do not meet, once for each pair of roads.

    Reference lines of joined roads need not meet, their lanes must: the middle of one at the other, within its width,
    for a lane that merges into another narrows to nothing beside it.
    """
    seen = set()
    for key, lane, then, next_lane in joins:
        pair = (key.road, then.road, min(key.section, then.section) if key.road == then.road else 0)
        if pair not in seen and _apart(_across(lane, -1), _across(next_lane, 0)) > GAP_M:
            what = f"its lanes do not meet those of road {then.road}: a gap of more than 1 cm"
            report.fault("road", key.road, what, FOUND)
            seen.add(pair)


def _across(lane: LaneDraft, end: int) -> Floats:
    """Left and right corner of a lane where it begins (0) or ends (-1).

    Shape: (2, 2). Unit: m.
    """
    left_m, right_m = lane.left_m, lane.right_m
    sides = (lane.centre_m, lane.centre_m) if left_m is None or right_m is None else (left_m, right_m)
    return np.stack([side[end, :2] for side in sides])


def _apart(a_m: Floats, b_m: Floats) -> float:
    """Distance of the middle of one cross line from the other, the smaller of both ways."""
    return min(_from(a_m.mean(axis=0), b_m), _from(b_m.mean(axis=0), a_m))


def _from(point_m: Floats, line_m: Floats) -> float:
    along = line_m[1] - line_m[0]
    part = np.clip((point_m - line_m[0]) @ along / max(float(along @ along), 1e-30), 0.0, 1.0)
    return float(np.hypot(*(point_m - line_m[0] - part * along)))
