"""East, north and up point where they should, and the way there is the way back."""

from math import pi, radians

import numpy as np
import pytest

from gnss.frames.enu import ecef_to_enu, enu_to_ecef, r_enu_from_ecef
from gnss.frames.geodetic import geodetic_to_ecef

LAT_RAD, LON_RAD, H_M = radians(25.831), radians(114.935), 110.0


@pytest.mark.parametrize(("step", "axis"), [((0.0, 1e-7, 0.0), 0), ((1e-7, 0.0, 0.0), 1), ((0.0, 0.0, 1.0), 2)])
def test_a_step_in_longitude_latitude_or_height_goes_east_north_or_up(step: tuple[float, ...], axis: int) -> None:
    there_m = geodetic_to_ecef(LAT_RAD + step[0], LON_RAD + step[1], H_M + step[2])
    enu_m = ecef_to_enu(there_m, LAT_RAD, LON_RAD, H_M)
    assert enu_m[axis] > 0.5
    assert np.abs(np.delete(enu_m, axis)).max() < 1e-6


def test_the_axes_at_the_origin_of_longitude() -> None:
    np.testing.assert_allclose(r_enu_from_ecef(0.0, 0.0), [[0, 1, 0], [0, 0, 1], [1, 0, 0]], atol=1e-16)
    np.testing.assert_allclose(r_enu_from_ecef(pi / 2, 0.0), [[0, 1, 0], [-1, 0, 0], [0, 0, 1]], atol=1e-16)


def test_matrices_by_row_are_rotations() -> None:
    rotation = r_enu_from_ecef(np.linspace(-pi / 2, pi / 2, 7)[:, None], np.linspace(-pi, pi, 5))
    assert rotation.shape == (7, 5, 3, 3)
    unit = rotation @ np.swapaxes(rotation, -1, -2)
    np.testing.assert_allclose(unit, np.broadcast_to(np.eye(3), unit.shape), atol=1e-15)
    np.testing.assert_allclose(np.linalg.det(rotation), 1.0, atol=1e-15)


def test_there_and_back() -> None:
    enu_m = np.array([[0.0, 0.0, 0.0], [1234.5, -987.6, 54.3], [-2e7, 1e7, 2e7]])
    r_m = enu_to_ecef(enu_m, LAT_RAD, LON_RAD, H_M)
    np.testing.assert_allclose(ecef_to_enu(r_m, LAT_RAD, LON_RAD, H_M), enu_m, rtol=0, atol=2e-8)


def test_a_matrix_row_with_nan_stays_nan() -> None:
    assert np.isnan(r_enu_from_ecef(np.nan, 0.0)[1:]).any()
    assert np.isnan(ecef_to_enu([[np.nan, 0.0, 0.0]], LAT_RAD, LON_RAD, H_M)).all()
