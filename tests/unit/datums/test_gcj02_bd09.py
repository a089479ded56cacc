"""Public test points of the shifted map coordinates, their exact inverses, and shifting twice."""

from math import cos, nan, radians

import numpy as np
import pytest

from mapping.datums.bd09 import bd09_to_gcj02, gcj02_to_bd09
from mapping.datums.frame import CGCS2000_2000, Frame
from mapping.datums.gcj02 import gcj02_to_geodetic, geodetic_to_gcj02
from mapping.errors import FrameMixedError

WGS84_NOW = Frame.parse("WGS84@2026.9")
EARTH_M_PER_RAD = 6_378_137.0

# true, GCJ-02, BD-09: latitude, longitude in degrees
CHAINS = [
    ((31.1774276, 121.5272106), (31.17530398364597, 121.531541859215), (31.18132860687447, 121.53801568643858)),
    ((22.543847, 113.912316), (22.54079613169477, 113.9171764808363), (22.54666743775111, 113.92368472926734)),
    ((39.911954, 116.377817), (39.91334545536069, 116.38404722455657), (39.91957555096587, 116.39045471310828)),
    ((25.831, 114.935), (25.82781828688768, 114.93972742518936), (25.83399077336714, 114.94620903116879)),
]
Point = tuple[float, float]


def degrees_of(columns: tuple[np.ndarray, np.ndarray]) -> Point:
    return float(np.degrees(columns[0])), float(np.degrees(columns[1]))


def rad(point: Point) -> Point:
    return radians(point[0]), radians(point[1])


@pytest.mark.parametrize(("true", "gcj02", "bd09"), CHAINS)
def test_public_points_there(true: Point, gcj02: Point, bd09: Point) -> None:
    assert degrees_of(geodetic_to_gcj02(*rad(true), frame=WGS84_NOW)) == pytest.approx(gcj02, abs=1e-9)
    assert degrees_of(gcj02_to_bd09(*rad(gcj02))) == pytest.approx(bd09, abs=1e-9)


@pytest.mark.parametrize(("true", "gcj02", "bd09"), CHAINS)
def test_public_points_back(true: Point, gcj02: Point, bd09: Point) -> None:
    assert degrees_of(bd09_to_gcj02(*rad(bd09))) == pytest.approx(gcj02, abs=1e-12)
    assert degrees_of(gcj02_to_geodetic(*rad(gcj02))) == pytest.approx(true, abs=1e-12)


def test_the_example_of_coordtransform() -> None:
    found = degrees_of(geodetic_to_gcj02(*rad((39.915, 116.404)), frame=WGS84_NOW))
    assert found == pytest.approx((39.91640428150164, 116.41024449916938), abs=1e-9)
    assert degrees_of(gcj02_to_bd09(*rad((39.915, 116.404)))) == pytest.approx((39.92133699351021, 116.41036949371029))


def test_the_shift_of_ganzhou_in_metres() -> None:
    lat_rad, lon_rad = rad((25.831, 114.935))
    shifted_lat, shifted_lon = geodetic_to_gcj02(lat_rad, lon_rad, frame=CGCS2000_2000)
    north_m = float(shifted_lat - lat_rad) * 6_347_000.0
    east_m = float(shifted_lon - lon_rad) * cos(lat_rad) * 6_382_200.0
    assert (east_m, north_m) == pytest.approx((473.7, -352.5), abs=0.3)


def test_inverses_over_all_of_china() -> None:
    rng = np.random.default_rng(4)
    lat_rad, lon_rad = np.radians(rng.uniform(3, 54, 20_000)), np.radians(rng.uniform(73, 136, 20_000))
    gcj02 = geodetic_to_gcj02(lat_rad, lon_rad, frame=WGS84_NOW)
    for truth, back in (
        ((lat_rad, lon_rad), gcj02_to_geodetic(*gcj02)),
        (gcj02, bd09_to_gcj02(*gcj02_to_bd09(*gcj02))),
    ):
        assert np.abs(back[0] - truth[0]).max() * EARTH_M_PER_RAD < 1e-8
        assert np.abs(back[1] - truth[1]).max() * EARTH_M_PER_RAD < 1e-8


def test_nothing_is_shifted_outside_china() -> None:
    lat_rad, lon_rad = np.radians([0.5, 48.0, -33.0, 30.0]), np.radians([110.0, 9.0, 151.0, 140.0])
    for columns in (geodetic_to_gcj02(lat_rad, lon_rad, frame=WGS84_NOW), gcj02_to_geodetic(lat_rad, lon_rad)):
        np.testing.assert_allclose(columns, [lat_rad, lon_rad], rtol=0, atol=1e-15)


@pytest.mark.parametrize("datum", ["GCJ02", "BD09"])
def test_what_is_shifted_already_is_refused(datum: str) -> None:
    with pytest.raises(FrameMixedError, match="already"):
        geodetic_to_gcj02(0.45, 2.0, frame=Frame.parse(datum))


def test_nan_rows_stay_nan_and_shapes_stay() -> None:
    lat_rad = np.array([[0.45, nan], [0.6, 0.5]])
    for columns in (geodetic_to_gcj02(lat_rad, 2.0, frame=WGS84_NOW), gcj02_to_bd09(lat_rad, 2.0)):
        assert np.isnan(columns[0]).tolist() == [[False, True], [False, False]]
    assert np.isnan(bd09_to_gcj02(lat_rad, 2.0)[0]).sum() == 1
    assert gcj02_to_geodetic([], [])[0].shape == (0,)
