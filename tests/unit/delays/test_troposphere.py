"""Saastamoinen and Niell against printed delays (gnss_facts §9), and angles."""

import numpy as np
import pytest

from gnss.delays.angles import Horizon, azimuth_elevation, horizon_components, look_angles
from gnss.delays.troposphere import niell_at, niell_mapping, saastamoinen_zenith_m, troposphere
from gnss.frames.enu import r_enu_from_ecef

DAY = 16.25
"""2007-01-16 06:00."""


@pytest.mark.parametrize(
    ("lat_deg", "h_ell_m", "el_deg", "delay_m", "error_m"),
    [(35, 100, 75, 2.44799870144, 1e-10), (25.831, 110, 30, 4.726482, 1e-6)],
)
def test_printed_zenith_delays(lat_deg: float, h_ell_m: float, el_deg: float, delay_m: float, error_m: float) -> None:
    zenith_m = sum(saastamoinen_zenith_m(np.radians(lat_deg), h_ell_m, 0.5))
    np.testing.assert_allclose(zenith_m / np.sin(np.radians(el_deg)), delay_m, rtol=0, atol=error_m)


def test_printed_parts_of_the_zenith_delay() -> None:
    parts_m = saastamoinen_zenith_m(np.radians(25.831), 110.0, 0.5)
    np.testing.assert_allclose(parts_m, (2.280869, 0.082372), rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    ("el_deg", "dry", "wet"),
    [(75, 1.035184526466435, 1.035233787448654), (3, 14.6432717117482, 16.455045694559484)],
)
def test_printed_mapping(el_deg: float, dry: float, wet: float) -> None:
    got = niell_mapping(niell_at(np.radians(35.0), 100.0, DAY), np.sin(np.radians(el_deg)))
    np.testing.assert_allclose(got, (dry, wet), rtol=1e-12)


def test_the_mapping_is_one_in_the_zenith_and_the_south_has_the_other_season() -> None:
    for lat_deg in (-90, -80, -75, -50, 0, 10, 15, 44.9, 75, 90):
        np.testing.assert_allclose(niell_mapping(niell_at(np.radians(lat_deg), 0.0, 100.0), 1.0), 1.0, rtol=1e-14)
    north = niell_at(np.radians(40.0), 0.0, 28.0)
    south = niell_at(np.radians(-40.0), 0.0, 28.0 + 365.25 / 2)
    np.testing.assert_allclose(north, south, rtol=1e-12)


def test_slant_delays_of_arrays() -> None:
    lat_rad, el_rad = np.radians([[-60.0], [10.0], [35.0]]), np.radians([[5.0, 30.0, 90.0]])
    delay_m = troposphere(lat_rad, 100.0, DAY, el_rad)
    assert delay_m.shape == (3, 3)
    dry_m, wet_m = saastamoinen_zenith_m(float(lat_rad[2, 0]), 100.0, 0.5)
    dry, wet = niell_mapping(niell_at(float(lat_rad[2, 0]), 100.0, DAY), float(np.sin(el_rad[0, 1])))
    assert delay_m[2, 1] == dry * dry_m + wet * wet_m
    assert troposphere(0.5, 100.0, DAY, 0.7).shape == ()


def test_heights_that_no_terminal_has_do_not_break_the_formula() -> None:
    assert np.isfinite(troposphere(0.5, [-6.4e6, 4.5e4, 1e9], DAY, 0.5)).all()


def test_angles_of_a_direction() -> None:
    lat_rad, lon_rad = 0.4, 2.0
    enu = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, 0.0, 2.0]])
    ecef = enu @ r_enu_from_ecef(lat_rad, lon_rad)
    az_rad, el_rad = look_angles(ecef, lat_rad, lon_rad)
    np.testing.assert_allclose(np.exp(1j * az_rad[:3]), [1, 1j, -1j], rtol=0, atol=1e-14)
    np.testing.assert_allclose(el_rad, [0, np.pi / 4, 0, np.pi / 2], rtol=0, atol=1e-14)
    horizon = Horizon(np.sin(lat_rad), np.cos(lat_rad), np.sin(lon_rad), np.cos(lon_rad))
    for row in range(4):
        components = horizon_components(horizon, *ecef[row].tolist())
        np.testing.assert_allclose(components, enu[row], rtol=0, atol=1e-14)
        if row < 3:
            angles_rad = azimuth_elevation(*components)
            np.testing.assert_allclose(
                np.exp(1j * np.array(angles_rad)), np.exp(1j * np.array([az_rad[row], el_rad[row]]))
            )
