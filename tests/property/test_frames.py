"""Geodetic <-> ECEF is one-to-one to less than a micrometre, from 10 km deep to beyond the GNSS orbits."""

from math import cos, pi

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gnss.frames.ellipsoid import CGCS2000, WGS84, Ellipsoid
from gnss.frames.enu import ecef_to_enu
from gnss.frames.geodetic import ecef_to_geodetic, geodetic_to_ecef

latitudes = st.floats(-pi / 2, pi / 2) | st.sampled_from([pi / 2, -pi / 2, 0.0, pi / 2 - 1e-12, 1e-300])
longitudes = st.floats(-pi, pi)
heights = st.floats(-10_000.0, 100_000_000.0)
ellipsoids = st.sampled_from([WGS84, CGCS2000])


@given(latitudes, longitudes, heights, ellipsoids)
def test_round_trip(lat_rad: float, lon_rad: float, h_ell_m: float, model: Ellipsoid) -> None:
    r_m = geodetic_to_ecef(lat_rad, lon_rad, h_ell_m, model)
    back_lat_rad, back_lon_rad, back_h_m = ecef_to_geodetic(r_m, model)
    radius_m = model.a_m + h_ell_m
    assert abs(back_lat_rad - lat_rad) * radius_m < 1e-6
    # longitude means nothing on the axis: compare it as a distance
    turn = abs(back_lon_rad - lon_rad) % (2 * pi)
    assert min(turn, 2 * pi - turn) * cos(lat_rad) * radius_m < 1e-6
    assert abs(back_h_m - h_ell_m) < 1e-6


@given(latitudes, longitudes, latitudes, longitudes, heights)
def test_enu_keeps_distances(lat_rad: float, lon_rad: float, to_lat: float, to_lon: float, h_m: float) -> None:
    origin_m, target_m = geodetic_to_ecef(lat_rad, lon_rad, 0.0), geodetic_to_ecef(to_lat, to_lon, h_m)
    enu_m = ecef_to_enu(target_m, lat_rad, lon_rad, 0.0)
    assert abs(np.linalg.norm(enu_m) - np.linalg.norm(target_m - origin_m)) < 1e-6


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=3, max_size=3))
def test_any_three_numbers_give_a_position_or_nan(r_m: list[float]) -> None:
    lat_rad, lon_rad, h_ell_m = ecef_to_geodetic(r_m)
    if np.isnan(lat_rad):
        assert np.isnan(lon_rad) and np.isnan(h_ell_m)
    else:
        assert -pi / 2 <= lat_rad <= pi / 2 and -pi <= lon_rad <= pi
