"""The worked example of Ganzhou: half a lane in 26 years, and what the realisations themselves add."""

from math import radians

import numpy as np
import pytest

from gnss.frames.enu import r_enu_from_ecef
from mapping.datums.cgcs2000 import GANZHOU_VELOCITY_ENU_MPA, from_cgcs2000, to_cgcs2000, velocity_to_ecef
from mapping.datums.frame import CGCS2000_2000, Datum, Frame
from mapping.datums.helmert import TO_ITRF97, transform, transform_back
from mapping.errors import FrameMixedError

LAT_RAD, LON_RAD = radians(25.831), radians(114.935)
GANZHOU_M = np.array([-2_421_866.6675, 5_209_130.4723, 2_762_269.7171])
VELOCITY_MPA = velocity_to_ecef(GANZHOU_VELOCITY_ENU_MPA, LAT_RAD, LON_RAD)
STILL = np.zeros(3)


def enu_m(difference_m: np.ndarray) -> np.ndarray:
    result: np.ndarray = r_enu_from_ecef(LAT_RAD, LON_RAD) @ difference_m
    return result


def test_the_velocity_of_ganzhou_in_ecef() -> None:
    np.testing.assert_allclose(VELOCITY_MPA * 1e3, [-33.849, -10.452, -9.901], rtol=0, atol=1e-3)


def test_the_worked_example() -> None:
    found_m = to_cgcs2000(GANZHOU_M, Frame.parse("ITRF2020@2026.5"), VELOCITY_MPA)
    np.testing.assert_allclose(found_m, [-2_421_865.77231, 5_209_130.76498, 2_762_269.95407], rtol=0, atol=6e-5)
    np.testing.assert_allclose(enu_m(found_m - GANZHOU_M), [-0.935, 0.262, 0.002], rtol=0, atol=1e-3)


@pytest.mark.parametrize(
    ("epoch", "east_m", "north_m"), [(2024.0, -0.847, 0.235), (2026.5, -0.935, 0.262), (2030.0, -1.058, 0.301)]
)
def test_it_grows_by_37_mm_a_year(epoch: float, east_m: float, north_m: float) -> None:
    moved_m = to_cgcs2000(GANZHOU_M, Frame(Datum.ITRF2020, epoch), VELOCITY_MPA) - GANZHOU_M
    assert enu_m(moved_m)[:2] == pytest.approx([east_m, north_m], abs=1e-3)


@pytest.mark.parametrize(
    ("datum", "expected_mm"), [(Datum.ITRF2020, [-5.0, -29.4, 2.5]), (Datum.ITRF2014, [-6.0, -27.5, 4.8])]
)
def test_what_the_realisations_add_at_2000(datum: Datum, expected_mm: list[float]) -> None:
    moved_m = to_cgcs2000(GANZHOU_M, Frame(datum, 2000.0), STILL) - GANZHOU_M
    np.testing.assert_allclose(enu_m(moved_m) * 1e3, expected_mm, rtol=0, atol=0.06)


def test_the_scale_that_proj_drops_is_kept() -> None:
    """ITRF2014 to ITRF97 at 2026.9: the height part is -25.3 mm, not the -48.8 mm of PROJ's broken file."""
    moved_m = transform(GANZHOU_M, TO_ITRF97[Datum.ITRF2014], 2026.9) - GANZHOU_M
    np.testing.assert_allclose(enu_m(moved_m) * 1e3, [12.2, -101.6, -25.3], rtol=0, atol=0.06)


@pytest.mark.parametrize(
    "text", ["ITRF2020@2026.5", "ITRF2014@2020.0", "ITRF97@1999.0", "WGS84@2026.89", "BDCS@2025.0", "CGCS2000@2000.0"]
)
def test_there_and_back(text: str) -> None:
    frame = Frame.parse(text)
    rows_m = np.stack([GANZHOU_M, GANZHOU_M * [-1, 1, -1], [np.nan] * 3])
    there_m = to_cgcs2000(rows_m, frame, VELOCITY_MPA)
    np.testing.assert_allclose(from_cgcs2000(there_m, frame, VELOCITY_MPA), rows_m, rtol=0, atol=2e-9)
    assert np.isnan(there_m[2]).all()


def test_the_inverse_is_exact_where_changed_signs_are_not() -> None:
    far_m = np.array([4e7, -3e7, 2e7])
    parameters = TO_ITRF97[Datum.ITRF2014]
    np.testing.assert_allclose(
        transform_back(transform(far_m, parameters, 2026.9), parameters, 2026.9), far_m, atol=2e-8
    )


def test_cgcs2000_itself_is_copied_not_shared() -> None:
    found_m = to_cgcs2000(GANZHOU_M, CGCS2000_2000, VELOCITY_MPA)
    np.testing.assert_array_equal(found_m, GANZHOU_M)
    assert not np.shares_memory(found_m, GANZHOU_M)


@pytest.mark.parametrize("datum", ["GCJ02", "BD09"])
def test_shifted_coordinates_are_refused(datum: str) -> None:
    for convert in (to_cgcs2000, from_cgcs2000):
        with pytest.raises(FrameMixedError, match=datum):
            convert(GANZHOU_M, Frame.parse(datum), VELOCITY_MPA)


def test_velocities_by_row() -> None:
    rotated = velocity_to_ecef([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]], np.array([0.0, 0.0]), np.array([0.0, np.pi / 2]))
    np.testing.assert_allclose(rotated, [[1.0, 0.0, 0.0], [-1.0, 0.0, 0.0]], atol=1e-15)
