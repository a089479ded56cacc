"""Where nodes are: latitude and longitude, a square of the military grid, or a stated origin; never 0, 0 by default."""

import numpy as np
import pytest

from mapping.errors import MapFormatError
from mapping.network.lane_features import LaneImport
from mapping.network.lanelet2_build import lanelet2_to_network
from mapping.network.lanelet2_mgrs import parse_square, square_to_geodetic
from tests.unit.lanes.lanelet_maps import FRAME, NODES, PLANE, MapText

# south-west corners as the MGRS libraries of JavaScript and R have them: latitude, longitude in degrees
CORNERS = [
    ("33UXP", 0.0, 0.0, 47.84556125140087, 16.33659097483748),
    ("33UXP", 5004.0, 44996.0, 48.2494747750754, 16.4144942785798),
    ("24XWT", 78300.0, 90800.0, 83.6273817605432, -32.6687891809823),
]


@pytest.mark.parametrize(("code", "x_m", "y_m", "lat_deg", "lon_deg"), CORNERS)
def test_squares_are_where_others_have_them(code: str, x_m: float, y_m: float, lat_deg: float, lon_deg: float) -> None:
    square = parse_square(code)
    assert square is not None
    lat_rad, lon_rad = square_to_geodetic(square, np.array([x_m]), np.array([y_m]))
    np.testing.assert_allclose(np.degrees([lat_rad[0], lon_rad[0]]), [lat_deg, lon_deg], atol=2e-8)


@pytest.mark.parametrize("code", ["99XXX-10000", "99XXX0", "", "54", "54IUE", "54SIE", "1AAA", "60CZZ"])
def test_what_is_no_square(code: str) -> None:
    assert parse_square(code) is None


def autoware(code: str = "", lat_lon: str = "", place: float = 0.0) -> bytes:
    made = MapText({})
    made.ids = {name: 1 + i for i, name in enumerate(NODES)}
    for name, (x_m, y_m) in NODES.items():
        tags = {"local_x": str(place + x_m), "local_y": str(place + y_m), "ele": "19.5"}
        made.node(made.ids[name], lat_lon, lat_lon, tags | ({"mgrs_code": code} if code else {}))
    made.way(11, "ab")
    made.way(12, "de")
    made.lanelet(1, 11, 12)
    return made.text


def first_point(found: LaneImport) -> tuple[float, float, float]:
    points = found.network.lane_shape.points
    return float(points.x_m[0]), float(points.y_m[0]), float(points.h_map_m[0])


@pytest.mark.parametrize("lat_lon", ["", "0", "0.0", "nan"])
@pytest.mark.parametrize("code", ["", "99XXX-10000"])
def test_local_coordinates_alone_need_an_origin(lat_lon: str, code: str) -> None:
    with pytest.raises(MapFormatError, match="state the origin"):
        lanelet2_to_network(autoware(code, lat_lon), FRAME)
    found = lanelet2_to_network(autoware(code, lat_lon), FRAME, origin=PLANE)
    assert found.network.plane == PLANE
    assert first_point(found) == (0.0, 5.25, 19.5)


def test_an_origin_serves_another_plane_too() -> None:
    from mapping.datums.plane import Plane, plane_to_geodetic

    other = Plane(FRAME, PLANE.lat0_rad + 1e-3, PLANE.lon0_rad)
    found = lanelet2_to_network(autoware(), FRAME, origin=PLANE, plane=other)
    x_m, y_m, _ = first_point(found)
    lat_lon_rad = plane_to_geodetic(x_m, y_m, other)
    np.testing.assert_allclose(lat_lon_rad, plane_to_geodetic(0.0, 5.25, PLANE), rtol=0, atol=1e-14)


def test_a_square_of_the_grid_is_enough() -> None:
    found = lanelet2_to_network(autoware("33UXP", place=5000.0), FRAME)
    assert np.degrees(found.network.plane.lat0_rad) == pytest.approx(47.9, abs=1e-9)
    assert found.report.fault_count == 0


def test_nodes_that_are_nowhere_are_named() -> None:
    made = MapText()
    made.ids["z"] = 50
    made.node(50, "", "", {})
    made.way(11, "azb")
    made.way(12, "de")
    made.lanelet(1, 11, 12)
    found = made.network()
    assert [(f.object_kind, f.ref) for f in found.report.faults] == [("node", 50), ("way", 11)]
    assert len(found.network.lanes) == 1
