"""The plane of a network: metres from its origin, true on its meridian, never of another frame."""

from math import cos, nan, radians

import numpy as np
import pyproj
import pytest

from mapping.datums.frame import CGCS2000_2000, Frame
from mapping.datums.gauss_kruger import ZONES, geodetic_to_grid
from mapping.datums.plane import (
    Plane,
    from_plane_point,
    geodetic_to_plane,
    plane_numbers,
    plane_to_geodetic,
    to_plane_point,
)
from mapping.errors import FrameMixedError

LAT0_RAD, LON0_RAD = radians(25.831), radians(114.935)
GANZHOU = Plane(CGCS2000_2000, LAT0_RAD, LON0_RAD)


def test_the_origin_is_nought() -> None:
    x_m, y_m = geodetic_to_plane(LAT0_RAD, LON0_RAD, GANZHOU, frame=CGCS2000_2000)
    assert abs(float(x_m)) < 1e-9
    assert abs(float(y_m)) < 5e-9


def test_it_is_the_grid_of_its_meridian() -> None:
    plane = Plane(CGCS2000_2000, radians(25.0), radians(114.0))
    lat_rad, lon_rad = np.radians([25.831, 25.0, 26.0]), np.radians([114.935, 114.0, 115.0])
    x_m, y_m = geodetic_to_plane(lat_rad, lon_rad, plane, frame=CGCS2000_2000)
    grid = geodetic_to_grid(lat_rad, lon_rad, ZONES[4547], frame=CGCS2000_2000)
    np.testing.assert_allclose(x_m, grid.easting_m - 500_000, rtol=0, atol=2e-8)
    np.testing.assert_allclose(y_m, grid.northing_m - 2_766_054.1691, rtol=0, atol=6e-5)


def test_east_is_x_and_north_is_y() -> None:
    x_m, y_m = geodetic_to_plane(LAT0_RAD + 1e-4, LON0_RAD, GANZHOU, frame=CGCS2000_2000)
    assert abs(float(x_m)) < 1e-9 and float(y_m) > 600
    x_m, y_m = geodetic_to_plane(LAT0_RAD, LON0_RAD + 1e-4, GANZHOU, frame=CGCS2000_2000)
    assert float(x_m) > 500 and abs(float(y_m)) < 0.02


@pytest.mark.parametrize("lat0_deg", [-86.0, -41.3, 0.0, 25.8, 47.1, 65.9, 70.0])
def test_there_and_back(lat0_deg: float) -> None:
    plane = Plane(CGCS2000_2000, radians(lat0_deg), radians(-9.5))
    rng = np.random.default_rng(4)
    x_m, y_m = rng.uniform(-9e5, 9e5, 5_000), rng.uniform(-1e5, 1e5, 5_000)
    lat_rad, lon_rad = plane_to_geodetic(x_m, y_m, plane)
    again = geodetic_to_plane(lat_rad, lon_rad, plane, frame=CGCS2000_2000)
    lost = np.hypot(again.x_m - x_m, again.y_m - y_m)
    inside = np.isfinite(lost)
    assert inside.mean() > (0.9 if abs(lat0_deg) < 80 else 0.1)
    assert lost[inside].max() < 3e-8


def test_lengths_are_true_to_8e_minus_6_within_25_km() -> None:
    rng = np.random.default_rng(1)
    x_m, y_m, turn_rad = rng.uniform(-25_000, 25_000, 500), rng.uniform(-25_000, 25_000, 500), rng.uniform(0, 7, 500)
    lat_rad, lon_rad = plane_to_geodetic(
        [x_m, x_m + 100 * np.sin(turn_rad)], [y_m, y_m + 100 * np.cos(turn_rad)], GANZHOU
    )
    geod = pyproj.Geod(a=6378137.0, rf=298.257222101)
    _, _, length_m = geod.inv(*np.degrees([lon_rad[0], lat_rad[0], lon_rad[1], lat_rad[1]]))
    excess = 100 / length_m - 1
    assert excess.min() > -1e-9 and excess.max() < 8e-6


def test_frames_are_not_mixed() -> None:
    with pytest.raises(FrameMixedError, match=r"a plane needs .*CGCS2000@2000\.0.*ITRF2020@2026\.5"):
        geodetic_to_plane(LAT0_RAD, LON0_RAD, GANZHOU, frame=Frame.parse("ITRF2020@2026.5"))
    with pytest.raises(FrameMixedError, match="GCJ02"):
        Plane(Frame.parse("GCJ02"), LAT0_RAD, LON0_RAD)


def test_a_plane_of_any_true_frame() -> None:
    frame = Frame.parse("WGS84@2026.5")
    x_m, _ = geodetic_to_plane(LAT0_RAD, LON0_RAD, Plane(frame, LAT0_RAD, LON0_RAD), frame=frame)
    assert abs(float(x_m)) < 1e-9


@pytest.mark.parametrize(("lat0_rad", "lon0_rad"), [(nan, 2.0), (1.6, 2.0), (0.4, nan), (25.8, 114.9), (0.4, 7.0)])
def test_what_is_no_origin(lat0_rad: float, lon0_rad: float) -> None:
    with pytest.raises(ValueError, match="no origin"):
        Plane(CGCS2000_2000, lat0_rad, lon0_rad)


def test_rows_that_no_plane_reaches_are_nan_and_harm_no_other() -> None:
    lat_rad = np.array([nan, LAT0_RAD, 1.6, LAT0_RAD, LAT0_RAD])
    lon_rad = np.array([LON0_RAD, LON0_RAD + 0.53, LON0_RAD, nan, LON0_RAD])
    for column in geodetic_to_plane(lat_rad, lon_rad, GANZHOU, frame=CGCS2000_2000):
        assert np.isnan(column).tolist() == [True, True, True, True, False]
    for column in plane_to_geodetic([nan, 4e6, 0.0, 1.0], [0.0, 0.0, 9e6, nan], GANZHOU):
        assert np.isnan(column).tolist() == [True, True, True, True]


def test_points_in_kernels_are_those_of_columns() -> None:
    numbers = plane_numbers(GANZHOU)
    for lat_rad, lon_rad in ((LAT0_RAD + 0.01, LON0_RAD - 0.02), (LAT0_RAD, LON0_RAD + 0.3), (-1.2, LON0_RAD)):
        x_m, y_m = to_plane_point(lat_rad, lon_rad, numbers)
        columns = geodetic_to_plane(lat_rad, lon_rad, GANZHOU, frame=CGCS2000_2000)
        assert (x_m, y_m) == (float(columns.x_m), float(columns.y_m))
        back = from_plane_point(x_m, y_m, numbers)
        assert back == tuple(float(column) for column in plane_to_geodetic(x_m, y_m, GANZHOU))
        assert abs(back[0] - lat_rad) < 5e-15 and abs(back[1] - lon_rad) * cos(lat_rad) < 5e-15


def test_shapes_are_kept() -> None:
    points = geodetic_to_plane(np.full((3, 1), LAT0_RAD), np.full(4, LON0_RAD), GANZHOU, frame=CGCS2000_2000)
    assert points.x_m.shape == points.y_m.shape == (3, 4)
    assert plane_to_geodetic([], [], GANZHOU)[0].shape == (0,)
