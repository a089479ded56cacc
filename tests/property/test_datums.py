"""The grid and the ellipsoid are one-to-one, mirror-symmetric, and conformal; frames and planes lead there and back."""

from math import cos, pi, radians

from hypothesis import given
from hypothesis import strategies as st

from gnss.frames.ellipsoid import CGCS2000
from mapping.datums.band_series import (
    DLON_RAD_MAX,
    LAT_RAD_MAX,
    band_project,
    bands_of_cgcs2000,
    is_banded,
    is_banded_back,
)
from mapping.datums.frame import CGCS2000_2000, MOVING, Frame
from mapping.datums.gauss_kruger import ZONES, geodetic_to_grid, grid_to_geodetic
from mapping.datums.krueger import distortion, project, series_of
from mapping.datums.plane import Plane, geodetic_to_plane, plane_to_geodetic
from mapping.datums.transform import cross
from mapping.datums.velocity import Velocity, station_velocity

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


@given(st.floats(-1, 1), st.floats(-1, 1))
def test_the_quick_way_is_the_series(lat_part: float, dlon_part: float) -> None:
    lat_rad, dlon_rad = lat_part * LAT_RAD_MAX, dlon_part * DLON_RAD_MAX
    if not is_banded(lat_rad, dlon_rad):
        assert abs(lat_part) > 1 - 1e-11
        return
    xi, eta = project(lat_rad, dlon_rad, SERIES.e, SERIES.alpha)
    x_m, northing_m = band_project(lat_rad, dlon_rad, bands_of_cgcs2000())
    assert abs(x_m - SERIES.radius_m * eta) < 5e-9
    assert abs(northing_m - SERIES.radius_m * xi) < 1e-8


@given(st.floats(-65.0, 65.0), st.floats(-179.0, 179.0), st.floats(-4e5, 4e5), st.floats(-2e5, 2e5))
def test_planes_lead_there_and_back(lat0_deg: float, lon0_deg: float, x_m: float, y_m: float) -> None:
    plane = Plane(CGCS2000_2000, radians(lat0_deg), radians(lon0_deg))
    points = geodetic_to_plane(*plane_to_geodetic(x_m, y_m, plane), plane, frame=CGCS2000_2000)
    assert abs(float(points.x_m) - x_m) < 3e-8
    assert abs(float(points.y_m) - y_m) < 3e-8


@given(st.floats(-1.2e7, 1.2e7), st.floats(-4.1e5, 4.1e5))
def test_where_the_quick_way_back_ends_nothing_jumps(northing_m: float, x_m: float) -> None:
    """Whichever way is taken, the next nanometre is a nanometre away."""
    plane = Plane(CGCS2000_2000, 0.0, 2.0)
    lat_rad, lon_rad = plane_to_geodetic(x_m, northing_m, plane)
    is_quick = is_banded_back(x_m, northing_m, bands_of_cgcs2000())
    again = geodetic_to_plane(lat_rad, lon_rad, plane, frame=CGCS2000_2000)
    if is_quick or abs(northing_m) < 9.9e6:
        assert abs(float(again.x_m) - x_m) < 5e-8 and abs(float(again.y_m) - northing_m) < 5e-8


epochs = st.floats(1990.0, 2050.0)
moving = st.builds(Frame, st.sampled_from(sorted(MOVING)), epochs)
true_frames = st.one_of(st.just(CGCS2000_2000), moving)
velocities = st.builds(station_velocity, st.floats(-0.06, 0.06), st.floats(-0.06, 0.06), st.floats(-0.01, 0.01))


@given(st.floats(-1.1, 1.1), st.floats(-pi, pi), st.floats(-500, 9_000), true_frames, true_frames, velocities)
def test_frames_lead_there_and_back(
    lat_rad: float, lon_rad: float, h_ell_m: float, a: Frame, b: Frame, velocity: Velocity
) -> None:
    there = cross(lat_rad, lon_rad, h_ell_m, a, b, velocity=velocity)
    lat_back, lon_back, h_back_m = cross(*there, b, a, velocity=velocity)
    assert abs(float(lat_back) - lat_rad) * 6.4e6 < 5e-6
    turned_rad = (float(lon_back) - lon_rad + pi) % (2 * pi) - pi
    assert abs(turned_rad) * cos(lat_rad) * 6.4e6 < 5e-6
    assert abs(float(h_back_m) - h_ell_m) < 5e-6
    # what moves is the ground and some centimetres of realisation
    moved_m = abs(float(there.lat_rad) - lat_rad) * 6.4e6
    assert moved_m < 0.2 + 0.07 * abs((a.epoch or 0) - (b.epoch or 0))
