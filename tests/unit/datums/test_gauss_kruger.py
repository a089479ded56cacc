"""Known points of Ganzhou, the choice of the zone, and rows that no grid reaches."""

from math import nan, radians

import numpy as np
import pytest

from gnss.frames.ellipsoid import CGCS2000
from gnss.frames.geodetic import curvature_radii
from mapping.datums.frame import CGCS2000_2000, Frame
from mapping.datums.gauss_kruger import (
    ZONES,
    geodetic_to_grid,
    grid_distortion,
    grid_to_geodetic,
    select_zone,
    zone_of_epsg,
)
from mapping.errors import FrameMixedError

# longitude, latitude in degrees; EPSG; easting, northing in m (EPSG registry through PROJ)
POINTS = [
    (114.935, 25.831, 4547, 593746.1958, 2858444.9268),
    (114.935, 25.831, 4526, 38593746.1958, 2858444.9268),
    (114.0, 25.0, 4547, 500000.0, 2766054.1691),
    (115.0, 26.0, 4547, 600120.8665, 2877217.6116),
    (116.03, 25.88, 4548, 402784.4692, 2863899.3385),
    (116.03, 25.88, 4547, 703471.5357, 2865113.8874),
]


@pytest.mark.parametrize(("lon_deg", "lat_deg", "epsg", "easting_m", "northing_m"), POINTS)
def test_known_points(lon_deg: float, lat_deg: float, epsg: int, easting_m: float, northing_m: float) -> None:
    zone = zone_of_epsg(epsg)
    grid = geodetic_to_grid(radians(lat_deg), radians(lon_deg), zone, frame=CGCS2000_2000)
    assert float(grid.easting_m) == pytest.approx(easting_m, abs=5.1e-5)
    assert float(grid.northing_m) == pytest.approx(northing_m, abs=5.1e-5)
    lat_rad, lon_rad = grid_to_geodetic(*grid, zone)
    assert (float(lat_rad), float(lon_rad)) == pytest.approx((radians(lat_deg), radians(lon_deg)), abs=2e-15)


def test_what_the_grid_does_to_lengths_and_north_at_ganzhou() -> None:
    scale, convergence_rad = grid_distortion(radians(25.831), radians(114.935), ZONES[4547])
    assert float(scale) == pytest.approx(1.0001085, abs=5e-8)
    assert float(np.degrees(convergence_rad)) == pytest.approx(0.407, abs=5e-4)


def test_scale_is_the_length_of_a_short_step() -> None:
    """A step of 1e-6 rad north, measured on the grid, is scale times its length on the ellipsoid, turned left."""
    lat_rad, lon_rad, step_rad = radians(25.831), radians(116.9), 1e-6
    here, there = (geodetic_to_grid(lat_rad + s, lon_rad, ZONES[4547], frame=CGCS2000_2000) for s in (0.0, step_rad))
    east_m, north_m = float(there.easting_m - here.easting_m), float(there.northing_m - here.northing_m)
    meridian_m, _ = curvature_radii(lat_rad, CGCS2000.a_m, CGCS2000.e2)
    scale, convergence_rad = grid_distortion(lat_rad + step_rad / 2, lon_rad, ZONES[4547])
    assert np.hypot(east_m, north_m) / (meridian_m * step_rad) == pytest.approx(float(scale), abs=1e-8)
    assert np.arctan2(-east_m, north_m) == pytest.approx(float(convergence_rad), abs=1e-8)


@pytest.mark.parametrize(
    ("lon_deg", "width_deg", "prefixed", "epsg"),
    [
        (114.935, 3, False, 4547),
        (114.935, 3, True, 4526),
        (116.03, 3, False, 4548),
        (115.5, 3, False, 4548),
        (115.4999999, 3, False, 4547),
        (112.5, 3, False, 4547),
        (114.935, 6, False, 4509),
        (113.99, 6, True, 4497),
        (73.6, 3, False, 4534),
        (135.0, 3, True, 4533),
    ],
)
def test_the_zone_of_a_longitude(lon_deg: float, width_deg: int, prefixed: bool, epsg: int) -> None:
    assert select_zone(radians(lon_deg), width_deg, prefixed).epsg == epsg


@pytest.mark.parametrize(
    ("lon_deg", "width_deg"), [(0.0, 3), (-114.0, 3), (73.4, 3), (136.6, 3), (150.0, 6), (114.0, 4)]
)
def test_no_zone_there(lon_deg: float, width_deg: int) -> None:
    with pytest.raises(ValueError, match=r"no .*-degree Gauss"):
        select_zone(radians(lon_deg), width_deg)


@pytest.mark.parametrize("epsg", [4490, 4555, 32650])
def test_codes_that_are_no_zone(epsg: int) -> None:
    with pytest.raises(ValueError, match=r"4491\.\.4554"):
        zone_of_epsg(epsg)


def test_another_frame_is_refused() -> None:
    with pytest.raises(FrameMixedError, match=r"WGS84@2026\.5"):
        geodetic_to_grid(0.4, 2.0, ZONES[4547], frame=Frame.parse("WGS84@2026.5"))


def test_rows_that_no_grid_reaches_are_nan_and_harm_no_other() -> None:
    lat_rad = np.array([nan, 0.45, radians(91), 0.45])
    lon_rad = np.array([2.0, radians(114 + 31), 2.0, 2.0])
    for column in geodetic_to_grid(lat_rad, lon_rad, ZONES[4547], frame=CGCS2000_2000):
        assert np.isnan(column).tolist() == [True, True, True, False]
    for column in grid_distortion(lat_rad, lon_rad, ZONES[4547]):
        assert np.isnan(column).tolist() == [True, True, True, False]
    # an easting with the prefix of a zone, given to the zone without
    for column in grid_to_geodetic([38593746.2, 593746.2, nan], 2858444.9, ZONES[4547]):
        assert np.isnan(column).tolist() == [True, False, True]


def test_shapes_are_kept() -> None:
    grid = geodetic_to_grid(np.full((3, 1), 0.45), np.full(4, 2.0), ZONES[4547], frame=CGCS2000_2000)
    assert grid.easting_m.shape == grid.northing_m.shape == (3, 4)
    assert geodetic_to_grid([], [], ZONES[4547], frame=CGCS2000_2000).easting_m.shape == (0,)
