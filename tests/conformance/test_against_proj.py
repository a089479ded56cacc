"""Coordinates against PROJ: geocentric conversion and, below, every Gauss-Krüger zone of CGCS2000."""

import numpy as np
import pyproj
import pytest

from gnss.frames.ellipsoid import CGCS2000, WGS84, Ellipsoid
from gnss.frames.geodetic import ecef_to_geodetic, geodetic_to_ecef
from mapping.datums.frame import CGCS2000_2000, Datum, Frame
from mapping.datums.gauss_kruger import ZONES, geodetic_to_grid, grid_distortion, grid_to_geodetic
from mapping.datums.helmert import TO_ITRF97, transform
from mapping.datums.transform import cross
from mapping.datums.velocity import station_velocity


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


@pytest.mark.parametrize("epsg", sorted(ZONES))
def test_the_zone_table_is_the_epsg_registry(epsg: int) -> None:
    zone = ZONES[epsg]
    parameters = {p["name"]: p["value"] for p in pyproj.CRS(epsg).to_json_dict()["conversion"]["parameters"]}
    assert parameters["Longitude of natural origin"] == zone.central_meridian_deg
    assert parameters["False easting"] == zone.false_easting_m
    assert parameters["Scale factor at natural origin"] == 1
    assert parameters["False northing"] == parameters["Latitude of natural origin"] == 0
    words = pyproj.CRS(epsg).name
    assert words.startswith("CGCS2000 / 3-degree Gauss-Kruger" if zone.width_deg == 3 else "CGCS2000 / Gauss-Kruger")
    assert (f"zone {zone.number}" in words) if zone.prefixed else (f"CM {zone.central_meridian_deg}E" in words)


# last bits of the numbers themselves; zone-prefixed eastings of 4e7 m have bits of 7.5e-9 m
@pytest.mark.parametrize(("epsg", "lat_deg_max"), [(4547, 60), (4509, 60), (4547, 90), (4526, 90)])
@pytest.mark.parametrize("reach_deg", [1.5, 3.5, 6.0, 29.9])
def test_gauss_kruger_both_ways(epsg: int, lat_deg_max: float, reach_deg: float) -> None:
    zone = ZONES[epsg]
    rng = np.random.default_rng(epsg)
    lat_deg = rng.uniform(-lat_deg_max, lat_deg_max, 20_000)
    lon_deg = zone.central_meridian_deg + rng.uniform(-reach_deg, reach_deg, 20_000)
    proj = pyproj.Transformer.from_crs(4490, epsg, always_xy=True)
    easting_m, northing_m = proj.transform(lon_deg, lat_deg)
    grid = geodetic_to_grid(np.radians(lat_deg), np.radians(lon_deg), zone, frame=CGCS2000_2000)
    assert np.abs(grid.easting_m - easting_m).max() <= 7.5e-9
    assert np.abs(grid.northing_m - northing_m).max() <= 7.5e-9
    lat_rad, lon_rad = grid_to_geodetic(easting_m, northing_m, zone)
    metres_per_rad = 6.4e6
    assert np.abs(lat_rad - np.radians(lat_deg)).max() * metres_per_rad <= 1.2e-8
    assert (np.abs(lon_rad - np.radians(lon_deg)) * np.cos(np.radians(lat_deg))).max() * metres_per_rad <= 1.2e-8


def test_scale_and_convergence() -> None:
    rng = np.random.default_rng(3)
    lat_deg, lon_deg = rng.uniform(-80, 80, 500), 114 + rng.uniform(-20, 20, 500)
    theirs = pyproj.Proj(4547).get_factors(lon_deg, lat_deg)
    ours = grid_distortion(np.radians(lat_deg), np.radians(lon_deg), ZONES[4547])
    # PROJ differentiates numerically, hence its 1e-10
    np.testing.assert_allclose(ours.scale, theirs.meridional_scale, rtol=0, atol=2e-10)
    np.testing.assert_allclose(np.degrees(ours.convergence_rad), theirs.meridian_convergence, rtol=0, atol=5e-9)


def test_proj_itself_would_mix_frames_in_silence() -> None:
    """Why `Frame` exists: PROJ takes WGS 84 of today for CGCS2000 without a word, 0.9 m off in Ganzhou."""
    proj = pyproj.Transformer.from_crs(4326, 4490, always_xy=True)
    assert proj.transform(114.935, 25.831) == (114.935, 25.831)


@pytest.mark.parametrize("epoch", [2000.0, 2015.0, 2026.9])
@pytest.mark.parametrize("datum", [Datum.ITRF2014, Datum.ITRF2020])
def test_helmert_of_fourteen_parameters(datum: Datum, epoch: float) -> None:
    """PROJ's operation with the parameters written out, for its own file of ITRF2014 is wrong."""
    h = TO_ITRF97[datum]
    (x, y, z), (dx, dy, dz) = np.array(h.translation_mm) / 1e3, np.array(h.translation_rate_mm) / 1e3
    operation = (
        f"+proj=helmert +x={x} +y={y} +z={z} +s={h.scale_ppb / 1e3} +rz={h.rotation_mas[2] / 1e3}"
        f" +dx={dx} +dy={dy} +dz={dz} +ds={h.scale_rate_ppb / 1e3} +drz={h.rotation_rate_mas[2] / 1e3}"
        f" +t_epoch={h.epoch} +convention=position_vector"
    )
    rng = np.random.default_rng(5)
    r_m = rng.normal(size=(100, 3)) * 6.4e6
    x_y_z_t = pyproj.Transformer.from_pipeline(operation).transform(
        r_m[:, 0], r_m[:, 1], r_m[:, 2], np.full(r_m.shape[0], epoch)
    )
    np.testing.assert_allclose(transform(r_m, h, epoch), np.stack(x_y_z_t[:3], axis=-1), rtol=0, atol=1e-8)


@pytest.mark.parametrize("epoch", [2024.0, 2026.5, 2030.0])
def test_the_whole_crossing(epoch: float) -> None:
    """Motion and fourteen parameters, written out for PROJ at one place; its own 4326 to 4490 would do nothing."""
    lat_rad, lon_rad = np.radians([25.831, 114.935])
    east, north = -np.array([0.0351, -0.0110]) * (epoch - 2000.0)
    x_m, y_m, z_m = (
        -np.sin(lon_rad) * east - np.sin(lat_rad) * np.cos(lon_rad) * north,
        np.cos(lon_rad) * east - np.sin(lat_rad) * np.sin(lon_rad) * north,
        np.cos(lat_rad) * north,
    )
    proj = pyproj.Transformer.from_pipeline(
        f"+proj=pipeline +step +proj=cart +ellps=GRS80 +step +proj=helmert +x={x_m} +y={y_m} +z={z_m}"
        " +step +proj=helmert +x=0.0065 +y=-0.0039 +z=-0.0779 +s=0.00398 +rz=0.00036 +dx=0.0001 +dy=-0.0006"
        " +dz=-0.0031 +ds=0.00012 +drz=0.00002 +t_epoch=2015.0 +convention=position_vector"
        " +step +inv +proj=cart +ellps=GRS80"
    )
    lon, lat, h_m, _ = proj.transform(lon_rad, lat_rad, 110.0, 2000.0, radians=True)
    frame = Frame(Datum.ITRF2020, epoch)
    ours = cross(lat_rad, lon_rad, 110.0, frame, CGCS2000_2000, velocity=station_velocity(0.0351, -0.0110))
    assert float(ours.lat_rad) == pytest.approx(lat, abs=2e-15)
    assert float(ours.lon_rad) == pytest.approx(lon, abs=2e-15)
    assert float(ours.h_ell_m) == pytest.approx(h_m, abs=1e-8)
