"""Heights above what is configured, and refusals of what is not; grids as PROJ reads them."""

import struct
from math import nan
from pathlib import Path

import numpy as np
import pyproj
import pytest

from mapping.datums.geoid_io import Area, read_geoid
from mapping.datums.heights import HeightDatum, HeightModels, convert_height
from mapping.datums.lattice import lattice_values
from mapping.errors import MapFormatError, NotConfiguredError

ELL, EGM, NVD85 = HeightDatum
LAT_RAD, LON_RAD = np.radians(25.831), np.radians(114.935)
AREA = Area(25.0, 114.0, 26.5, 116.0)


def write_gtx(path: Path, values_m: np.ndarray, south_deg: float, west_deg: float, step_deg: float) -> None:
    """NOAA's gtx: south, west, steps as big-endian doubles, rows, columns, then floats from the south-west."""
    head = struct.pack(">4d2i", south_deg, west_deg, step_deg, step_deg, *values_m.shape)
    path.write_bytes(head + values_m.astype(">f4").tobytes())


@pytest.fixture
def gtx(tmp_path: Path) -> Path:
    path = tmp_path / "a geoid.gtx"
    rng = np.random.default_rng(2)
    write_gtx(path, rng.uniform(-20, -5, (13, 17)), 24.0, 113.0, 0.25)
    return path


def test_a_grid_is_what_proj_reads_of_it(gtx: Path) -> None:
    geoid = read_geoid(gtx, AREA)
    rng = np.random.default_rng(3)
    lat_deg, lon_deg = rng.uniform(25.0, 26.5, 500), rng.uniform(114.0, 116.0, 500)
    proj = pyproj.Transformer.from_pipeline(f'+proj=vgridshift +grids="{gtx}" +multiplier=1')
    theirs_m = proj.transform(np.radians(lon_deg), np.radians(lat_deg), np.zeros(500), radians=True)[2]
    ours_m = lattice_values(np.radians(lat_deg), np.radians(lon_deg), geoid)[:, 0]
    np.testing.assert_allclose(ours_m, theirs_m, rtol=0, atol=1e-6)


def test_outside_the_file_there_is_no_height(gtx: Path) -> None:
    geoid = read_geoid(gtx, Area(23.0, 112.0, 26.0, 115.0))
    found = lattice_values(np.radians([23.5, 25.0]), np.radians([112.5, 114.0]), geoid)[:, 0]
    assert np.isnan(found).tolist() == [True, False]


def test_a_step_that_loses_something_is_refused(gtx: Path) -> None:
    with pytest.raises(MapFormatError, match="would lose"):
        read_geoid(gtx, AREA, step_deg=0.4)


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"", "PROJ"), (b"not a grid at all", "PROJ"), (None, "no such file"), ("elsewhere", "no value")],
)
def test_files_that_are_no_grid(tmp_path: Path, content: bytes | str | None, says: str) -> None:
    path = tmp_path / "bad.gtx"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content is not None:
        write_gtx(path, np.zeros((4, 4)), -40.0, 10.0, 1.0)
    with pytest.raises(MapFormatError, match=says):
        read_geoid(path, AREA)


def test_values_that_are_no_undulation(tmp_path: Path) -> None:
    write_gtx(tmp_path / "x.gtx", np.full((40, 40), 900.0), 24.0, 113.0, 0.25)
    with pytest.raises(MapFormatError, match="undulation"):
        read_geoid(tmp_path / "x.gtx", AREA)


def test_an_area_too_large(gtx: Path) -> None:
    with pytest.raises(MapFormatError, match="nodes"):
        read_geoid(gtx, Area(-80, -180, 80, 180), step_deg=0.01)


def test_heights_above_all_three(gtx: Path) -> None:
    models = HeightModels(read_geoid(gtx, AREA), egm_minus_1985_m=0.3)
    undulation_m = float(models.separation_m(EGM, LAT_RAD, LON_RAD))
    assert -20 < undulation_m < -5
    found_m = {target: float(convert_height(110.0, LAT_RAD, LON_RAD, ELL, target, models)) for target in HeightDatum}
    assert found_m == pytest.approx({ELL: 110.0, EGM: 110.0 - undulation_m, NVD85: 110.0 - undulation_m - 0.3})
    for source in HeightDatum:
        for target in HeightDatum:
            there_m = convert_height(110.0, LAT_RAD, LON_RAD, source, target, models)
            assert float(convert_height(there_m, LAT_RAD, LON_RAD, target, source, models)) == pytest.approx(110.0)


def test_a_place_without_a_grid_but_with_a_control_point() -> None:
    models = HeightModels(ell_minus_1985_m=-11.2)
    found_m = convert_height([110.0, nan], LAT_RAD, LON_RAD, ELL, NVD85, models)
    np.testing.assert_allclose(found_m, [121.2, nan])
    with pytest.raises(NotConfiguredError, match="geoid file"):
        convert_height(110.0, LAT_RAD, LON_RAD, ELL, EGM, models)


@pytest.mark.parametrize(("target", "says"), [(EGM, "configure a geoid file"), (NVD85, "configure ell_minus_1985_m")])
def test_what_is_not_configured_is_refused(target: HeightDatum, says: str) -> None:
    for source, other in ((ELL, target), (target, ELL)):
        with pytest.raises(NotConfiguredError, match=says):
            convert_height(110.0, LAT_RAD, LON_RAD, source, other, HeightModels())


def test_a_grid_alone_gives_no_1985(gtx: Path) -> None:
    with pytest.raises(NotConfiguredError, match="egm_minus_1985_m"):
        convert_height(110.0, LAT_RAD, LON_RAD, ELL, NVD85, HeightModels(read_geoid(gtx, AREA)))


def test_the_same_height_needs_nothing() -> None:
    height_m = np.array([1.0, nan])
    found_m = convert_height(height_m, LAT_RAD, LON_RAD, NVD85, NVD85, HeightModels())
    np.testing.assert_array_equal(found_m, height_m)
    assert not np.shares_memory(found_m, height_m)


@pytest.mark.parametrize(
    ("egm_m", "ell_m", "says"),
    [(0.3, -11.0, "exclude"), (0.3, None, "needs a geoid"), (None, nan, "no offset"), (None, 900.0, "no offset")],
)
def test_models_that_contradict_themselves(egm_m: float | None, ell_m: float | None, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        HeightModels(None, egm_m, ell_m)
