"""Where the roads of an OpenDRIVE file do not meet: gaps and kinks within reference lines, gaps between lanes."""

from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

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


def check_joins(ends: Iterable[tuple[LaneKey, Floats, LaneKey, Floats]], report: NetworkReport) -> None:
    """Report lanes that are joined but do not meet, once for each pair of roads: a lane, its end, the next, its start.

    Shape: points (2 or 3,). Unit: m. The reference lines of joined roads need not meet, their lanes must.
    """
    seen = set()
    for key, end_m, then, start_m in ends:
        pair = (key.road, then.road, min(key.section, then.section) if key.road == then.road else 0)
        if pair not in seen and np.hypot(*(start_m - end_m)[:2]) > GAP_M:
            what = f"its lanes do not meet those of road {then.road}: a gap of more than 1 cm"
            report.fault("road", key.road, what, FOUND)
            seen.add(pair)
