"""The grid and the ellipsoid are one-to-one, mirror-symmetric, and conformal."""

from math import cos, pi, radians

from hypothesis import given
from hypothesis import strategies as st

from gnss.frames.ellipsoid import CGCS2000
from mapping.datums.frame import CGCS2000_2000
from mapping.datums.gauss_kruger import ZONES, geodetic_to_grid, grid_to_geodetic
from mapping.datums.krueger import distortion, project, series_of

latitudes = st.floats(-pi / 2, pi / 2)
offsets = st.floats(-pi / 6, pi / 6)
zones = st.sampled_from(sorted(ZONES))
SERIES = series_of(CGCS2000)


@given(latitudes, offsets, zones)
def test_round_trip(lat_rad: float, dlon_rad: float, epsg: int) -> None:
    zone = ZONES[epsg]
    lon0_rad = radians(zone.central_meridian_deg)
    lon_rad = lon0_rad + dlon_rad * (1 - 1e-15)
    back_lat_rad, back_lon_rad = grid_to_geodetic(*geodetic_to_grid(lat_rad, lon_rad, zone, frame=CGCS2000_2000), zone)
    assert abs(float(back_lat_rad) - lat_rad) * CGCS2000.a_m < 2e-8
    assert abs(float(back_lon_rad) - lon_rad) * cos(lat_rad) * CGCS2000.a_m < 2e-8


@given(latitudes, offsets)
def test_east_mirrors_west_and_north_mirrors_south(lat_rad: float, dlon_rad: float) -> None:
    xi, eta = project(lat_rad, dlon_rad, SERIES.e, SERIES.alpha)
    assert project(lat_rad, -dlon_rad, SERIES.e, SERIES.alpha) == (xi, -eta)
    assert project(-lat_rad, dlon_rad, SERIES.e, SERIES.alpha) == (-xi, eta)


@given(st.floats(-1.5, 1.5), offsets)
def test_nothing_shrinks_away_from_the_central_meridian(lat_rad: float, dlon_rad: float) -> None:
    on_meridian, straight = distortion(lat_rad, 0.0, SERIES.e, SERIES.alpha)
    off_meridian, _ = distortion(lat_rad, dlon_rad, SERIES.e, SERIES.alpha)
    assert straight == 0.0
    assert abs(on_meridian * SERIES.radius_m / SERIES.a_m - 1.0) < 1e-14
    assert off_meridian >= on_meridian * (1.0 - 1e-14)
