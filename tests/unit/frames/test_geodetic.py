"""Known points, the axis, the geocentre, and rows that have no answer."""

from math import nan, pi, radians

import numpy as np
import pytest

from gnss.frames.ellipsoid import CGCS2000, WGS84, Ellipsoid
from gnss.frames.geodetic import curvature_radii, ecef_to_geodetic, geodetic_to_ecef

GANZHOU = (radians(25.831), radians(114.935), 110.0)
GANZHOU_ECEF_M = (-2_421_866.6675, 5_209_130.4723, 2_762_269.7171)


def test_ganzhou_in_cgcs2000() -> None:
    np.testing.assert_allclose(geodetic_to_ecef(*GANZHOU, CGCS2000), GANZHOU_ECEF_M, rtol=0, atol=1e-4)
    lat_rad, lon_rad, h_ell_m = ecef_to_geodetic(GANZHOU_ECEF_M, CGCS2000)
    assert lat_rad == pytest.approx(GANZHOU[0], abs=2e-11)
    assert lon_rad == pytest.approx(GANZHOU[1], abs=2e-11)
    assert h_ell_m == pytest.approx(110.0, abs=1e-4)


def test_the_two_ellipsoids_differ_by_a_tenth_of_a_millimetre() -> None:
    assert WGS84.b_m - CGCS2000.b_m == pytest.approx(0.0001048, abs=1e-6)
    difference_m = np.linalg.norm(geodetic_to_ecef(*GANZHOU, WGS84) - geodetic_to_ecef(*GANZHOU, CGCS2000))
    assert 0.0 < difference_m < 1.1e-4


@pytest.mark.parametrize("sign", [1, -1])
def test_the_poles(sign: int) -> None:
    lat_rad, lon_rad, h_ell_m = ecef_to_geodetic([0.0, 0.0, sign * (WGS84.b_m + 250.0)])
    assert (float(lat_rad), float(lon_rad)) == (sign * pi / 2, 0.0)
    assert h_ell_m == pytest.approx(250.0, abs=1e-8)


@pytest.mark.parametrize(
    ("r_m", "expected"),
    [
        ([WGS84.a_m, 0.0, 0.0], (0.0, 0.0)),
        ([0.0, WGS84.a_m, 0.0], (0.0, pi / 2)),
        ([-WGS84.a_m, 0.0, 0.0], (0.0, pi)),
        ([0.0, -WGS84.a_m, 0.0], (0.0, -pi / 2)),
    ],
)
def test_the_equator(r_m: list[float], expected: tuple[float, float]) -> None:
    lat_rad, lon_rad, h_ell_m = ecef_to_geodetic(r_m)
    assert (float(lat_rad), float(lon_rad)) == expected
    assert abs(h_ell_m) < 2e-9


def test_rows_without_an_answer_are_nan_and_harm_no_other() -> None:
    rows = [[nan, 1.0, 1.0], [np.inf, 0.0, 0.0], [0.0, 0.0, 0.0], [4e4, 0.0, 1e3], list(GANZHOU_ECEF_M)]
    for column in ecef_to_geodetic(rows):
        assert np.isnan(column).tolist() == [True, True, True, True, False]
    assert np.isnan(geodetic_to_ecef(nan, 0.0, 0.0)).all()


def test_shapes_are_kept() -> None:
    r_m = geodetic_to_ecef(np.zeros((4, 1)), np.zeros(3), 0.0)
    assert r_m.shape == (4, 3, 3)
    assert ecef_to_geodetic(r_m)[0].shape == (4, 3)
    assert ecef_to_geodetic(np.empty((0, 3)))[0].shape == (0,)


@pytest.mark.parametrize("shape", [(), (2,), (3, 4)])
def test_a_transposed_array_is_not_guessed(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="shape"):
        ecef_to_geodetic(np.ones(shape))


def test_curvature_at_the_equator_and_the_pole() -> None:
    meridian_m, prime_vertical_m = curvature_radii(0.0, WGS84.a_m, WGS84.e2)
    assert prime_vertical_m == WGS84.a_m
    assert meridian_m == pytest.approx(WGS84.b_m**2 / WGS84.a_m, abs=1e-8)
    polar_m = WGS84.a_m**2 / WGS84.b_m
    assert curvature_radii(pi / 2, WGS84.a_m, WGS84.e2) == pytest.approx((polar_m, polar_m), abs=1e-8)


@pytest.mark.parametrize("numbers", [(0.0, 298.0), (-1.0, 298.0), (6e6, 0.5), (nan, 298.0)])
def test_what_is_no_ellipsoid(numbers: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="ellipsoid"):
        Ellipsoid(*numbers)
