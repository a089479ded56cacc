"""Where the roads of an OpenDRIVE file do not meet: gaps and kinks within reference lines and between roads."""

from typing import Final

import numpy as np

from mapping.network.opendrive_model import Link, OdrMap, OdrRoad
from mapping.network.opendrive_planview import Shape, gaps_of, piece_poses
from mapping.network.report import NetworkReport

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


def check_joins(source: OdrMap, report: NetworkReport) -> None:
    """Report roads that are joined but do not meet; each pair once."""
    seen = set()
    for road in source.roads.values():
        for end, link in (("start", road.predecessor), ("end", road.successor)):
            if link is None or link.kind != "road" or link.ref not in source.roads:
                continue
            pair = frozenset({(road.ref, end), (link.ref, link.contact)})
            if pair not in seen and _apart(road, end, source.roads[link.ref], link) > GAP_M:
                report.fault("road", road.ref, f"does not meet road {link.ref}: a gap of more than 1 cm", FOUND)
            seen.add(pair)


def _apart(road: OdrRoad, end: str, other: OdrRoad, link: Link) -> float:
    """Distance between the ends of two reference lines, those moved by their lane offsets included where nearer."""
    a, b = _ends(road, end), _ends(other, link.contact)
    return min(float(np.hypot(*(p - q))) for p, q in zip(a, b, strict=True))


def _ends(road: OdrRoad, end: str) -> list[np.ndarray]:
    piece = road.pieces[0] if end == "start" else road.pieces[-1]
    s_m = piece.s_m if end == "start" else piece.s_m + piece.length_m
    poses = piece_poses(piece, np.array([s_m - piece.s_m]))
    point = np.array([poses.x_m[0], poses.y_m[0]])
    offset_m = float(road.lane_offset.at(np.array([s_m]))[0])
    normal = np.array([-np.sin(poses.hdg_rad[0]), np.cos(poses.hdg_rad[0])])
    return [point, point + offset_m * normal]
