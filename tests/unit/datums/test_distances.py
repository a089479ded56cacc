"""Lengths and directions against PROJ's geodesics, to the errors that the functions state."""

from math import nan, pi, radians

import numpy as np
import pyproj
import pytest

from mapping.datums.distances import NEAR_RAD, line_between, line_near, plane_length, speed_between
from mapping.datums.frame import CGCS2000_2000
from mapping.datums.plane import Plane, plane_to_geodetic

GEOD = pyproj.Geod(a=6378137.0, rf=298.257222101)


def ends(length_m: float, lat_deg_max: float, n: int = 2_000) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(int(length_m))
    lat_deg, lon_deg = rng.uniform(-lat_deg_max, lat_deg_max, n), rng.uniform(-180, 180, n)
    turn_deg, lengths_m = rng.uniform(-180, 180, n), np.full(n, length_m)
    lon_b_deg, lat_b_deg, _ = GEOD.fwd(lon_deg, lat_deg, turn_deg, lengths_m)
    return lat_deg, lon_deg, lat_b_deg, lon_b_deg


@pytest.mark.parametrize(
    ("length_m", "error_m"), [(0.1, 1e-8), (10.0, 1e-8), (1_000.0, 1e-6), (10_000.0, 1e-3), (18_000.0, 5e-3)]
)
def test_short_lines(length_m: float, error_m: float) -> None:
    points = ends(length_m, 60)
    line = line_between(*np.radians(points))
    assert np.abs(line.length_m - length_m).max() < error_m


def test_directions() -> None:
    lat_a, lon_a, lat_b, lon_b = ends(500.0, 60)
    forth_deg, back_deg, _ = GEOD.inv(lon_a, lat_a, lon_b, lat_b)
    line = line_between(*np.radians([lat_a, lon_a, lat_b, lon_b]))
    assert line.azimuth_rad.min() >= 0 and line.azimuth_rad.max() < 2 * pi
    # the direction at the middle is the mean of the directions at the ends
    turned_deg = (back_deg + 180 - forth_deg + 180) % 360 - 180
    expected_rad = np.radians(forth_deg + turned_deg / 2)
    apart_rad = (line.azimuth_rad - expected_rad + pi) % (2 * pi) - pi
    assert np.abs(apart_rad).max() < 1e-9


@pytest.mark.parametrize("length_m", [30_000.0, 1e6, 1.9e7])
def test_long_lines_are_projs(length_m: float) -> None:
    line = line_between(*np.radians(ends(length_m, 89, 200)))
    assert np.abs(line.length_m - length_m).max() < 1e-6


def test_across_the_date_line_and_at_the_pole() -> None:
    lat_rad = np.radians([25.0, 89.9999])
    line = line_between(lat_rad, np.radians([179.9999, 0.0]), lat_rad, np.radians([-179.9999, 180.0]))
    _, _, expected_m = GEOD.inv([179.9999, 0.0], [25.0, 89.9999], [-179.9999, 180.0], [25.0, 89.9999])
    np.testing.assert_allclose(line.length_m, expected_m, rtol=0, atol=1e-6)


def test_missing_rows_and_the_reach_of_the_kernel() -> None:
    line = line_between([0.4, nan, 0.4], 2.0, [0.4, 0.4, 0.4], [2.0, 2.0, nan])
    assert np.isnan(line.length_m).tolist() == [False, True, True]
    assert line.length_m[0] == 0.0
    assert np.isnan(line_near(0.4, 2.0, 0.4 + 1.1 * NEAR_RAD, 2.0)).all()
    assert line_between(np.full((2, 1), 0.4), 2.0, 0.4, [2.0, 2.1, 2.2]).azimuth_rad.shape == (2, 3)


@pytest.mark.parametrize(("x_m_max", "error"), [(25_000, 1e-8), (100_000, 2e-8)])
def test_lengths_of_a_plane(x_m_max: float, error: float) -> None:
    plane = Plane(CGCS2000_2000, radians(25.831), radians(114.935))
    rng = np.random.default_rng(9)
    n = 1_000
    x_a, y_a = rng.uniform(-x_m_max, x_m_max, n), rng.uniform(-50_000, 50_000, n)
    turn_rad, length_m = rng.uniform(0, 2 * pi, n), rng.uniform(50, 20_000, n)
    x_b, y_b = x_a + length_m * np.sin(turn_rad), y_a + length_m * np.cos(turn_rad)
    (lat_a, lat_b), (lon_a, lon_b) = (np.degrees(c) for c in plane_to_geodetic([x_a, x_b], [y_a, y_b], plane))
    _, _, true_m = GEOD.inv(lon_a, lat_a, lon_b, lat_b)
    assert (np.abs(plane_length(x_a, y_a, x_b, y_b, plane) - true_m) / true_m).max() < error
    if x_m_max == 100_000:
        assert (np.abs(length_m - true_m) / true_m).max() > 1e-4  # what it corrects


def test_speeds() -> None:
    line = line_between(0.45, 2.0, [0.45, 0.45001, 0.45001], 2.0)
    speed_mps = speed_between(line, 0, [1_000_000_000, 2_000_000_000, 0])
    np.testing.assert_allclose(speed_mps, [0.0, line.length_m[1] / 2, nan])
