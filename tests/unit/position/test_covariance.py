"""Whether the covariance of a position tells the truth: noise and ionosphere drawn as it believes them to be."""

import numpy as np
import pytest

from gnss.constants import L1_HZ
from gnss.delays.angles import look_angles
from gnss.delays.klobuchar import TYPICAL, klobuchar_gps
from gnss.frames.enu import ecef_to_enu
from gnss.frames.geodetic import geodetic_to_ecef
from gnss.position._atmosphere_kernel import IONO_SCALE_RAD, pierce_angle_rad
from gnss.position.options import SppOptions
from gnss.position.spp import solve_spp
from tests.unit.position import world as w

DRAWS = 400


def ionosphere(satellites: tuple[int, ...]) -> tuple[np.ndarray, float]:
    """What a metre in the zenith and of slope north and east adds to each pseudorange, and the zenith delay."""
    tow_s = w.T_GPST_NS / 1e9 % 604_800
    zenith_m = float(klobuchar_gps(TYPICAL, tow_s, w.PLACE[0], w.PLACE[1], 0.0, np.pi / 2))
    rows = []
    for s in satellites:
        az_rad, el_rad = look_angles(w.geometric(s, w.T_GPST_NS, w.R_ECEF_M)[2], w.PLACE[0], w.PLACE[1])
        on_l1_m = float(klobuchar_gps(TYPICAL, tow_s, w.PLACE[0], w.PLACE[1], az_rad, el_rad))
        code = w.SIGNALS[{0: "G", 1: "R", 2: "E", 3: "C", 4: "J"}[s // 64]]
        slant = on_l1_m / zenith_m * (L1_HZ / w.frequency_hz(s, code)) ** 2
        away_rad = pierce_angle_rad(float(el_rad))
        rows.append([slant, slant * away_rad * np.cos(az_rad), slant * away_rad * np.sin(az_rad)])
    return np.array(rows), zenith_m


@pytest.mark.compiled
@pytest.mark.parametrize("letters", ["G", "GREC"])
def test_the_share_of_errors_within_one_two_and_three_sigma(letters: str) -> None:
    rng = np.random.default_rng(4)
    satellites = w.in_view(letters)
    options = SppOptions(klobuchar_gps=TYPICAL)
    epoch, rows = w.observe(w.Receiver(), satellites)
    sigma_m = solve_spp(epoch, rows, w.book(), options).satellites.sigma_m
    basis, zenith_m = ionosphere(satellites)
    iono_m = options.iono_ratio * zenith_m * np.array([1.0, 1.0 / IONO_SCALE_RAD, 1.0 / IONO_SCALE_RAD])
    parts = []
    for _ in range(DRAWS):
        air_m = basis @ (iono_m * rng.normal(size=3))
        parts.append((epoch, rows.replace(pr_m=rows.pr_m + sigma_m * rng.normal(size=len(rows)) + air_m)))
    fixes = solve_spp(*w.joined(parts), w.book(), options).fixes
    error_m = ecef_to_enu(geodetic_to_ecef(fixes.lat_rad, fixes.lon_rad, fixes.h_ell_m), *w.PLACE)
    sigmas = np.stack([fixes.sigma_e_m, fixes.sigma_n_m, fixes.sigma_u_m], axis=1)
    shares = [(np.abs(error_m) < k * sigmas).mean() for k in (1, 2, 3)]
    np.testing.assert_allclose(shares, (0.683, 0.954, 0.997), rtol=0, atol=0.03)
    drawn = np.asarray(np.corrcoef(error_m, rowvar=False)).tolist()
    assert abs(drawn[0][1] - float(np.mean(fixes.cov_ne_m2 / (sigmas[:, 0] * sigmas[:, 1])))) < 0.12
    assert abs(drawn[0][2] - float(np.mean(fixes.cov_eu_m2 / (sigmas[:, 0] * sigmas[:, 2])))) < 0.12
    assert abs(drawn[1][2] - float(np.mean(fixes.cov_nu_m2 / (sigmas[:, 1] * sigmas[:, 2])))) < 0.12


def test_dilution_of_precision() -> None:
    """Against the textbook's: a clock for each constellation, every satellite of one weight."""
    satellites = w.in_view("GRE")
    fix = solve_spp(*w.observe(w.Receiver(), satellites), w.book()).fixes
    lines = np.array([w.geometric(s, w.T_GPST_NS, w.R_ECEF_M)[2] for s in satellites])
    enu = ecef_to_enu(lines + w.R_ECEF_M, *w.PLACE)
    clocks = np.array([[s // 64 == g for g in (0, 1, 2)] for s in satellites], float)
    design = np.hstack([-enu / np.linalg.norm(enu, axis=1)[:, None], clocks])
    q = np.diag(np.linalg.inv(design.T @ design))
    np.testing.assert_allclose(fix.hdop[0], np.sqrt(q[0] + q[1]), rtol=1e-6)
    np.testing.assert_allclose(fix.vdop[0], np.sqrt(q[2]), rtol=1e-6)
    np.testing.assert_allclose(fix.pdop[0], np.sqrt(q[:3].sum()), rtol=1e-6)


def test_a_noisy_epoch_knows_it() -> None:
    satellites = w.in_view("GREC")
    epoch, rows = w.observe(w.Receiver(), satellites)
    calm = solve_spp(epoch, rows, w.book()).fixes
    noise_m = np.random.default_rng(6).normal(size=len(rows)) * 6.0
    noisy = solve_spp(epoch, rows.replace(pr_m=rows.pr_m + noise_m), w.book(), SppOptions(exclusions_max=0)).fixes
    assert noisy.sigma_e_m[0] > 1.5 * calm.sigma_e_m[0]
