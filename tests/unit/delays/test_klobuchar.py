"""Klobuchar's models against printed delays (gnss_facts §8)."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from gnss.delays.klobuchar import klobuchar_bds, klobuchar_gps

Model = Callable[..., NDArray[np.float64]]

GPS_1 = [0.1583e-7, -0.7451e-8, -0.5960e-7, 0.1192e-6, 0.1290e6, -0.2130e6, 0.6554e5, 0.3277e6]
GPS_2 = [0.3820e-7, 0.1490e-7, -0.1790e-6, 0, 0.1430e6, 0, -0.3280e6, 0.1130e6]
GPS_3 = [1.304e-8, 0, -5.96e-8, 5.96e-8, 1.106e5, -65540, -2.621e5, 3.932e5]
GPS_4 = [0.2e-7, -0.8e-8, -0.5e-7, 0.1e-6, 0.2e6, 0.2e6, -0.1e6, -0.1e7]
BDS = [3.3528e-8, 6.7055e-8, -1.0133e-6, 1.6093e-6, 1.1878e5, 3.2768e4, 7.8643e5, -7.8643e5]


@pytest.mark.parametrize(
    ("parameters", "tow_s", "lat_rad", "lon_rad", "az_rad", "el_rad", "delay_m", "error_m"),
    [
        (GPS_1, 479_820, np.radians(-35.3), np.radians(149.1), 0, np.radians(15), 7.2024, 1e-3),
        (GPS_2, 593_100, np.radians(40), np.radians(260), np.radians(210), np.radians(20), 23.7841, 1e-3),
        (GPS_3, 345_600, 0.70605, -0.076233, 2.62049, 0.2939, 3.4929, 1e-3),
        (GPS_4, 176_400, np.radians(35), np.radians(140), np.radians(60), np.radians(75), 6.73590532099, 1e-10),
    ],
)
def test_printed_gps_delays(
    parameters: list[float], tow_s: float, lat_rad: float, lon_rad: float, az_rad: float, el_rad: float,
    delay_m: float, error_m: float,
) -> None:  # fmt: skip
    got_m = klobuchar_gps(parameters, tow_s, lat_rad, lon_rad, az_rad, el_rad)
    np.testing.assert_allclose(got_m, delay_m, rtol=0, atol=error_m)


@pytest.mark.parametrize(
    ("sow_s", "az_deg", "el_deg", "delay_m"),
    [(14_400, 120, 45, 12.618682), (14_400, 300, 15, 19.281176), (64_800, 120, 45, 2.013910)],
)
def test_printed_beidou_delays(sow_s: float, az_deg: float, el_deg: float, delay_m: float) -> None:
    lat_rad, lon_rad, az_rad, el_rad = np.radians((25.831, 114.935, az_deg, el_deg))
    got_m = klobuchar_bds(BDS, sow_s, lat_rad, lon_rad, az_rad, el_rad)
    np.testing.assert_allclose(got_m, delay_m, rtol=0, atol=2e-6)


@pytest.mark.parametrize("model", [klobuchar_gps, klobuchar_bds])
def test_delays_of_arrays_are_those_of_their_rows(model: Model) -> None:
    rng = np.random.default_rng(2)
    shape = (4, 5)
    columns = (
        rng.uniform(0, 604_800, shape), rng.uniform(-1.5, 1.5, shape), rng.uniform(-3, 3, shape),
        rng.uniform(0, 6, shape), rng.uniform(0, 1.5, shape),
    )  # fmt: skip
    delay_m = model(BDS, *columns)
    assert delay_m.shape == shape and (delay_m > 1.4).all() and (delay_m < 500).all()
    assert delay_m[2, 3] == model(BDS, *(column[2, 3] for column in columns))
    assert np.array_equal(model(BDS, 0.0, *columns[1:]), model(BDS, np.zeros(shape), *columns[1:]))


@pytest.mark.parametrize("model", [klobuchar_gps, klobuchar_bds])
def test_poles_and_zenith_have_delays(model: Model) -> None:
    for lat_rad in (np.pi / 2, -np.pi / 2, 0.0):
        assert np.isfinite(model(BDS, 1000.0, lat_rad, 0.0, 0.0, np.array([0.0, 0.3, np.pi / 2]))).all()


def test_eight_parameters_are_asked_for() -> None:
    with pytest.raises(ValueError, match="8 parameters"):
        klobuchar_gps([0.0] * 7, 0, 0, 0, 0, 1)
