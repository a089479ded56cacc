"""One crossing for all frames: the worked vectors, ways there and back, and what is refused with which words."""

from itertools import permutations
from math import nan, radians

import numpy as np
import pytest

from gnss.frames.ellipsoid import CGCS2000
from gnss.frames.enu import r_enu_from_ecef
from gnss.frames.geodetic import ecef_to_geodetic, geodetic_to_ecef
from mapping.datums.bd09 import gcj02_to_bd09
from mapping.datums.cgcs2000 import GANZHOU_VELOCITY_ENU_MPA
from mapping.datums.frame import CGCS2000_2000, Frame
from mapping.datums.gauss_kruger import ZONES, geodetic_to_grid
from mapping.datums.gcj02 import geodetic_to_gcj02
from mapping.datums.transform import Geodetic, cross
from mapping.datums.velocity import grid_velocity, station_velocity
from mapping.errors import FrameMixedError, NotConfiguredError

LAT_RAD, LON_RAD = radians(25.831), radians(114.935)
HERE = (LAT_RAD, LON_RAD, 110.0)
VELOCITY = station_velocity(*GANZHOU_VELOCITY_ENU_MPA)
NOW = Frame.parse("ITRF2020@2026.5")
TRUE = ["CGCS2000@2000.0", "WGS84@2026.89", "BDCS@2024.0", "ITRF97@2010.5", "ITRF2014@2020.0", "ITRF2020@2026.5"]


def enu_m(moved: Geodetic) -> np.ndarray:
    """East, north, up from HERE, on one ellipsoid."""
    difference_m = geodetic_to_ecef(*moved, CGCS2000) - geodetic_to_ecef(*HERE, CGCS2000)
    result: np.ndarray = r_enu_from_ecef(LAT_RAD, LON_RAD) @ difference_m
    return result


def test_the_worked_vector() -> None:
    moved = cross(*HERE, NOW, CGCS2000_2000, velocity=VELOCITY)
    r_m = geodetic_to_ecef(*moved, CGCS2000)
    np.testing.assert_allclose(r_m, [-2_421_865.77231, 5_209_130.76498, 2_762_269.95407], rtol=0, atol=1e-3)
    assert np.degrees(moved.lat_rad) == pytest.approx(25.8310023658, abs=2e-10)
    assert np.degrees(moved.lon_rad) == pytest.approx(114.9349906728, abs=2e-10)
    assert float(moved.h_ell_m) == pytest.approx(110.0025, abs=1e-4)
    grid = geodetic_to_grid(moved.lat_rad, moved.lon_rad, ZONES[4547], frame=CGCS2000_2000)
    assert (float(grid.easting_m), float(grid.northing_m)) == pytest.approx((593745.2587, 2858445.1822), abs=1e-4)


@pytest.mark.parametrize(
    ("velocity_mmpa", "epoch", "east_m", "north_m"),
    [
        ((35.1, -11.0), 2024.0, -0.847, 0.235),
        ((35.1, -11.0), 2026.5, -0.935, 0.262),
        ((35.1, -11.0), 2030.0, -1.058, 0.301),
        ((33.8, -10.6), 2026.5, -0.901, 0.252),
        ((26.8, -9.1), 2026.5, -0.715, 0.212),
    ],
)
def test_by_epoch_and_velocity(velocity_mmpa: tuple[float, float], epoch: float, east_m: float, north_m: float) -> None:
    velocity = station_velocity(velocity_mmpa[0] / 1e3, velocity_mmpa[1] / 1e3)
    moved = cross(*HERE, Frame(NOW.datum, epoch), CGCS2000_2000, velocity=velocity)
    assert enu_m(moved)[:2] == pytest.approx([east_m, north_m], abs=1.1e-3)


@pytest.mark.parametrize(
    ("text", "expected_mm"), [("ITRF2020@2000.0", [-5.0, -29.4, 2.5]), ("ITRF2014@2000.0", [-6.0, -27.5, 4.8])]
)
def test_equal_epochs_need_no_velocity(text: str, expected_mm: list[float]) -> None:
    np.testing.assert_allclose(enu_m(cross(*HERE, Frame.parse(text), CGCS2000_2000)) * 1e3, expected_mm, atol=0.06)


def test_a_missing_height_is_worth_a_tenth_of_a_millimetre_a_km() -> None:
    high, low = (cross(LAT_RAD, LON_RAD, h_m, NOW, CGCS2000_2000, velocity=VELOCITY) for h_m in (5_000.0, nan))
    assert abs(float(high.lat_rad - low.lat_rad)) < 1.5e-10
    assert np.isnan(low.h_ell_m)
    assert float(high.h_ell_m) == pytest.approx(5_000.0025, abs=2e-4)


@pytest.mark.parametrize(("source", "target"), list(permutations(TRUE, 2)))
def test_there_and_back_between_all_true_frames(source: str, target: str) -> None:
    a, b = Frame.parse(source), Frame.parse(target)
    rng = np.random.default_rng(8)
    lat_rad, lon_rad, h_m = rng.uniform(-1.1, 1.1, 200), rng.uniform(-3.1, 3.1, 200), rng.uniform(-100, 9_000, 200)
    there = cross(lat_rad, lon_rad, h_m, a, b, velocity=VELOCITY)
    back = cross(*there, b, a, velocity=VELOCITY)
    assert np.abs(back.lat_rad - lat_rad).max() * 6.4e6 < 4e-7
    assert (np.abs(back.lon_rad - lon_rad) * np.cos(lat_rad)).max() * 6.4e6 < 4e-7
    assert np.abs(back.h_ell_m - h_m).max() < 4e-7


def test_ways_close() -> None:
    """Over a third frame the same is reached: velocities belong to one realisation, not to whichever is at hand."""
    straight = cross(*HERE, NOW, CGCS2000_2000, velocity=VELOCITY)
    for text in TRUE:
        over = cross(
            *cross(*HERE, NOW, Frame.parse(text), velocity=VELOCITY),
            Frame.parse(text),
            CGCS2000_2000,
            velocity=VELOCITY,
        )
        np.testing.assert_allclose(enu_m(over), enu_m(straight), rtol=0, atol=1e-7)


def test_the_same_frame_is_the_same_bits_in_other_arrays() -> None:
    lat_rad = np.array([0.45, nan])
    found = cross(lat_rad, 2.0, nan, NOW, NOW)
    np.testing.assert_array_equal(found.lat_rad, lat_rad)
    assert not np.shares_memory(found.lat_rad, lat_rad)


@pytest.mark.parametrize(
    ("source", "target"), [("WGS84@2026.5", "CGCS2000@2000.0"), ("CGCS2000@2000.0", "ITRF2014@2026.5")]
)
def test_no_ballpark(source: str, target: str) -> None:
    with pytest.raises(
        NotConfiguredError, match=r"configure the velocity of a station .* or a velocity grid"
    ) as caught:
        cross(*HERE, Frame.parse(source), Frame.parse(target))
    assert f"{source} to {target}" in str(caught.value)


def test_shifted_frames_name_what_they_shift() -> None:
    wgs84 = Frame.parse("WGS84@2026.5")
    gcj02 = geodetic_to_gcj02(LAT_RAD, LON_RAD, frame=wgs84)
    found = cross(*gcj02, 110.0, Frame.parse("GCJ02"), CGCS2000_2000, velocity=VELOCITY, shift_of=wgs84)
    expected = cross(*HERE, wgs84, CGCS2000_2000, velocity=VELOCITY)
    np.testing.assert_allclose(enu_m(found), enu_m(expected), rtol=0, atol=2e-8)
    # taken as a shift of the target itself, nothing moves and no velocity is needed
    still = cross(*gcj02_to_bd09(*gcj02), 110.0, Frame.parse("BD09"), CGCS2000_2000, shift_of=CGCS2000_2000)
    np.testing.assert_allclose(enu_m(still), 0, rtol=0, atol=3e-8)


def test_into_shifted_frames() -> None:
    wgs84 = Frame.parse("WGS84@2026.5")
    for text, expected in (
        ("GCJ02", (25.82781828688768, 114.93972742518936)),
        ("BD09", (25.83399077336714, 114.94620903116879)),
    ):
        found = cross(*HERE, wgs84, Frame.parse(text), shift_of=wgs84)
        assert tuple(np.degrees(found[:2])) == pytest.approx(expected, abs=1e-9)
        assert float(found.h_ell_m) == pytest.approx(110.0, abs=1e-8)
        back = cross(*found, Frame.parse(text), wgs84, shift_of=wgs84)
        np.testing.assert_allclose(enu_m(back), 0, rtol=0, atol=1e-3)


@pytest.mark.parametrize(("source", "target"), [("GCJ02", "CGCS2000@2000.0"), ("CGCS2000@2000.0", "BD09")])
def test_a_shift_of_what_is_asked(source: str, target: str) -> None:
    for shift_of in (None, Frame.parse("GCJ02")):
        with pytest.raises(NotConfiguredError, match="shift_of"):
            cross(*HERE, Frame.parse(source), Frame.parse(target), velocity=VELOCITY, shift_of=shift_of)


def test_rows_outside_a_velocity_grid_are_refused_row_by_row() -> None:
    lat_rad, lon_rad = np.radians([25.0, 26.0]), np.radians([114.0, 115.0])
    grid = grid_velocity(lat_rad, lon_rad, np.broadcast_to(GANZHOU_VELOCITY_ENU_MPA, (2, 2, 3)))
    found = cross([LAT_RAD, radians(24.9), LAT_RAD], [LON_RAD, LON_RAD, 2.2], 0.0, NOW, CGCS2000_2000, velocity=grid)
    assert np.isnan(found.lat_rad).tolist() == [False, True, True]
    same = cross(LAT_RAD, LON_RAD, 0.0, NOW, CGCS2000_2000, velocity=VELOCITY)
    assert found.lat_rad[0] == pytest.approx(float(same.lat_rad), abs=1e-15)


def test_bad_rows_harm_no_other_and_shapes_stay() -> None:
    lat_rad = np.array([[LAT_RAD], [nan], [np.inf]])
    found = cross(lat_rad, np.full(2, LON_RAD), 0.0, NOW, CGCS2000_2000, velocity=VELOCITY)
    assert found.lat_rad.shape == (3, 2)
    assert np.isnan(found.lat_rad).any(axis=1).tolist() == [False, True, True]
    assert cross([], [], [], NOW, CGCS2000_2000, velocity=VELOCITY).lat_rad.shape == (0,)


def test_geodetic_is_on_the_ellipsoid_of_the_frame() -> None:
    """WGS84 and ITRF2020 at one epoch are one frame on two ellipsoids: the same ECEF, 0.1 mm apart in latitude."""
    at_wgs84 = Frame.parse("WGS84@2026.5")
    there = cross(*HERE, at_wgs84, NOW)
    lat_rad, lon_rad, h_m = ecef_to_geodetic(geodetic_to_ecef(*HERE), CGCS2000)
    np.testing.assert_allclose(there, (lat_rad, lon_rad, h_m), rtol=0, atol=1e-8)


def test_the_way_back_from_a_shifted_target_is_no_crossing() -> None:
    from mapping.datums.crossing import prepare_crossing

    with pytest.raises(FrameMixedError, match="display"):
        prepare_crossing(CGCS2000_2000, Frame.parse("GCJ02"), shift_of=CGCS2000_2000)
