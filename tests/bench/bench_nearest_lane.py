"""The nearest lane of points on and beside the roads of a Lanelet2 map, against the library's `findNearest`."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mapping.datums.frame import Frame
from mapping.datums.plane import plane_to_geodetic
from mapping.network.lanelet2_io import read_lanelet2
from mapping.network.nearest_lane import build_lane_index, nearest_lanes
from tests.bench.measure import cpu_s_of
from tests.bench.result import Result
from tests.conftest import DATA_DIR

NAME = "nearest_lane"

MAP = DATA_DIR / "map" / "lanelet2" / "fzi_karlsruhe.osm"
FRAME = Frame.parse("WGS84@2026.9")
POINTS = 200_000
PEER_POINTS = 2_000
BESIDE_M = (("on the road", 1.5), ("within 10 m", 7.0))
"""How far points are moved from a centre line, east and north, standard deviation."""


def points_near(network: Any, sigma_m: float, n: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Random points beside the centre lines, each line by its length; all within reach of a lane."""
    rng = np.random.default_rng(3)
    points = network.lane_shape.points
    begins = np.flatnonzero(np.diff(points.run_m, append=0.0) > 0)
    length_m = points.run_m[begins + 1] - points.run_m[begins]
    rows = rng.choice(begins, n, p=length_m / length_m.sum())
    part = rng.uniform(0.0, 1.0, n)
    moved = np.clip(rng.normal(0.0, sigma_m, (2, n)), -10.0, 10.0)
    x_m = points.x_m[rows] + part * (points.x_m[rows + 1] - points.x_m[rows]) + moved[0]
    y_m = points.y_m[rows] + part * (points.y_m[rows + 1] - points.y_m[rows]) + moved[1]
    return x_m, y_m


def peer_of(network: Any, x_m: NDArray[np.float64], y_m: NDArray[np.float64]) -> Any:
    """The library's search for the same points; None where it is not installed."""
    try:
        import lanelet2
    except ImportError:
        return None
    projector = lanelet2.projection.UtmProjector(lanelet2.io.Origin(49.0, 8.42))
    layer = lanelet2.io.load(str(MAP), projector).laneletLayer
    lat_rad, lon_rad = plane_to_geodetic(x_m, y_m, network.plane)
    points = []
    for lat_deg, lon_deg in zip(np.degrees(lat_rad), np.degrees(lon_rad), strict=True):
        point = projector.forward(lanelet2.core.GPSPoint(float(lat_deg), float(lon_deg), 0.0))
        points.append(lanelet2.core.BasicPoint2d(point.x, point.y))
    find = lanelet2.geometry.findNearest

    def search() -> list[Any]:
        return [find(layer, point, 1)[0] for point in points]

    return search


def run() -> Iterator[Result]:
    """Queries a second, ours in one call, the library's one by one."""
    if not MAP.is_file():
        return
    network = read_lanelet2(MAP, FRAME).network
    index = build_lane_index(network)
    for where, sigma_m in BESIDE_M:
        x_m, y_m = points_near(network, sigma_m, POINTS)
        search = peer_of(network, x_m[:PEER_POINTS], y_m[:PEER_POINTS])
        ours_s, *peer_s = cpu_s_of(lambda: nearest_lanes(index, x_m, y_m), *([search] if search else []))  # noqa: B023
        yield Result(
            *(NAME, where, POINTS / ours_s, "queries/s", "higher", "lanelet2 findNearest" if search else ""),
            *(PEER_POINTS / peer_s[0] if search else None, 5e6, 10e6),
            n=POINTS,
            note="FZI Karlsruhe, 388 lanes; the peer has all 371 lanelets, those of pedestrians too",
        )
