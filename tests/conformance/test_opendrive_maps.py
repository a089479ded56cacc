"""Every recorded OpenDRIVE map: lines on its own formulas, lanes that lead on, nothing lost without a word."""

from pathlib import Path

import numpy as np
import pytest

from mapping.datums.frame import Frame
from mapping.datums.plane import Plane
from mapping.network.model import RoadNetwork
from mapping.network.opendrive_io import read_opendrive
from mapping.network.opendrive_links import lane_keys
from mapping.network.opendrive_planview import Geometry, Shape, piece_poses
from mapping.network.opendrive_xml import parse_opendrive
from mapping.network.report import NetworkReport
from mapping.network.tables import Points

pytestmark = pytest.mark.compiled

FRAME = Frame.parse("WGS84@2026.9")
ORIGIN = Plane(FRAME, np.radians(25.831), np.radians(114.935))
NAMES = ("e6mini.xodr", "fabriksgatan.xodr", "multi_intersections.xodr", "soderleden.xodr")
STEPS = 2_000
TOLERANCE_M = 1e-6


@pytest.fixture(params=NAMES)
def path(request: pytest.FixtureRequest, data_dir: Path) -> Path:
    found: Path = data_dir / "map" / "opendrive" / request.param
    if not found.is_file():
        pytest.skip(f"no {found}")
    return found


def summed(piece: Geometry) -> tuple[float, float]:
    """The end of a piece by Simpson's rule over its rates: cosine and sine of the heading, or the cubic's slopes."""
    at = np.linspace(0.0, piece.length_m, 2 * STEPS + 1)
    if piece.shape is Shape.PARAM_POLY3:
        _, bu, cu, du, _, bv, cv, dv, is_normalized = piece.parameters
        scale = 1.0 / piece.length_m if is_normalized else 1.0
        p = at * scale
        rate_u, rate_v = (scale * (b + p * (2 * c + p * 3 * d)) for b, c, d in ((bu, cu, du), (bv, cv, dv)))
    else:
        begin, end = {Shape.LINE: (0.0, 0.0), Shape.ARC: piece.parameters * 2}.get(piece.shape, piece.parameters)
        turn = begin * at + 0.5 * (end - begin) / piece.length_m * at**2
        rate_u, rate_v = np.cos(turn), np.sin(turn)
    weight = np.ones(at.size)
    weight[1:-1:2], weight[2:-1:2] = 4.0, 2.0
    u, v = (piece.length_m / (6.0 * STEPS) * float(weight @ rate) for rate in (rate_u, rate_v))
    cos_hdg, sin_hdg = np.cos(piece.hdg_rad), np.sin(piece.hdg_rad)
    return piece.x_m + u * cos_hdg - v * sin_hdg, piece.y_m + u * sin_hdg + v * cos_hdg


def test_reference_lines_are_the_sums_of_their_rates(path: Path) -> None:
    source = parse_opendrive(path.read_bytes(), NetworkReport())
    worst_m = 0.0
    for road in source.roads.values():
        for piece in road.pieces:
            end = piece_poses(piece, np.array([piece.length_m]))
            x_m, y_m = summed(piece)
            worst_m = max(worst_m, float(np.hypot(end.x_m[0] - x_m, end.y_m[0] - y_m)))
    assert worst_m < TOLERANCE_M


def test_every_driven_lane_becomes_one_and_the_map_holds_together(path: Path) -> None:
    source = parse_opendrive(path.read_bytes(), NetworkReport())
    found = read_opendrive(path, FRAME, origin=ORIGIN)
    network = found.network
    assert len(network.lanes) == len(lane_keys(source)) - sum("no width" in fault.what for fault in found.report.faults)
    assert found.report.read["road"] == len(source.roads)
    ends, starts = (np.stack([p.x_m, p.y_m], axis=1) for p in (last_points(network), first_points(network)))
    for lane in range(len(network.lanes)):
        for then in network.lane_next.of(lane):
            # a lane that merges ends beside the middle of the next one, within its width
            assert np.hypot(*(starts[then] - ends[lane])) < float(network.lanes.width_m[then])
            edges = network.lanes.edge[[lane, then]]
            assert edges[1] in network.next_edges(int(edges[0]))


def first_points(network: RoadNetwork) -> Points:
    return network.lane_shape.points.take(network.lane_shape.first_point[:-1])


def last_points(network: RoadNetwork) -> Points:
    return network.lane_shape.points.take(network.lane_shape.first_point[1:] - 1)
