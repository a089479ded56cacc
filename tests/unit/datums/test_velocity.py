"""Velocities of stations and grids: interpolation, edges, files with mistakes in them."""

from math import nan, pi, radians
from pathlib import Path

import numpy as np
import pytest

from mapping.datums.frame import Datum
from mapping.datums.lattice import lattice_of, lattice_values
from mapping.datums.velocity import grid_velocity, station_velocity, velocity_at
from mapping.datums.velocity_grid_io import COLUMNS, parse_velocity_grid, read_velocity_grid
from mapping.errors import MapFormatError

HEADER = ",".join(COLUMNS) + "\n"
GOOD = HEADER + "25,114,30,-10,0\n25,115,32,-10,0\n26,114,34,-12,1\n26,115,36,-12,nan\n"


def test_a_station_is_everywhere() -> None:
    velocity = station_velocity(0.0351, -0.011)
    for lat_rad, lon_rad in ((0.45, 2.0), (pi / 2, -pi), (-pi / 2, pi), (0.1, 5.0)):
        np.testing.assert_allclose(velocity_at(lat_rad, lon_rad, velocity), [0.0351, -0.011, 0.0], atol=1e-17)


def test_between_the_nodes_of_a_grid() -> None:
    velocity = parse_velocity_grid(GOOD)
    lat_deg, lon_deg = np.array([25.0, 25.5, 26.0, 25.25]), np.array([114.0, 114.5, 114.0, 114.75])
    found_mmpa = velocity_at(np.radians(lat_deg), np.radians(lon_deg), velocity) * 1e3
    np.testing.assert_allclose(found_mmpa[:, 0], [30, 33, 34, 32.5], atol=1e-9)
    np.testing.assert_allclose(found_mmpa[:, 1], [-10, -11, -12, -10.5], atol=1e-9)


def test_outside_and_beside_a_missing_node_there_is_none() -> None:
    velocity = parse_velocity_grid(GOOD)
    lat_deg, lon_deg = (
        np.array([24.99, 26.01, 25.5, 25.5, nan, 25.5]),
        np.array([114.5, 114.5, 113.9, 115.1, 114.5, 114.5]),
    )
    found = velocity_at(np.radians(lat_deg), np.radians(lon_deg), velocity)
    assert np.isnan(found[:5]).all()
    assert np.isnan(found[5]).tolist() == [False, False, True]


def test_the_order_of_the_nodes_and_the_form_of_the_file_do_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "grid.txt"
    lines = GOOD.splitlines()
    path.write_text(
        "\ufeff# velocities\n" + lines[0].upper() + "\n\n" + "\n".join(reversed(lines[1:])).replace(",", "  "), "utf-8"
    )
    ours, expected = read_velocity_grid(path, Datum.ITRF2014), parse_velocity_grid(GOOD)
    np.testing.assert_array_equal(ours.lattice.values, expected.lattice.values)
    assert (ours.datum, ours.is_uniform, ours.text) == (Datum.ITRF2014, False, "grid.txt")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no nodes"),
        (HEADER, "no nodes"),
        ("lat,lon,ve,vn,vu\n25,114,1,1,0\n", "line 1: the first line must be"),
        (GOOD + "27,114,1,1\n", "line 6: not 5 numbers"),
        (GOOD + "27,114,1,x,0\n", "line 6: could not convert"),
        (GOOD + "nan,114,1,1,0\n", "line 6: not 5 numbers"),
        (GOOD + "27,114,inf,1,0\n", "line 6: not 5 numbers"),
        (GOOD + "27,114,1,1,0\n", "5 nodes do not fill 3 latitudes times 2 longitudes"),
        (GOOD + "25,114,1,1,0\n", "5 nodes do not fill 2 latitudes"),
        (GOOD.replace("114", "600"), "not on the Earth"),
        (HEADER + "25,114,1,1,0\n25,115,1,1,0\n", "two values of latitude"),
        (GOOD + "28,114,1,1,0\n28,115,1,1,0\n", "steps in latitude"),
        (GOOD.replace("30,", "30000,"), "is it in mm a year"),
    ],
)
def test_files_that_are_none_say_where(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(MapFormatError, match=says) as caught:
        read_velocity_grid(path)
    assert "bad.csv" in str(caught.value)


def test_a_file_of_bytes_and_no_file(tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(MapFormatError):
        read_velocity_grid(path)
    with pytest.raises(OSError, match="none"):
        read_velocity_grid(tmp_path / "none.csv")


@pytest.mark.parametrize("mpa", [nan, np.inf, 35.1])
def test_what_is_no_velocity(mpa: float) -> None:
    with pytest.raises(ValueError, match="velocity"):
        station_velocity(mpa, 0.0)


def test_velocities_belong_to_a_realisation() -> None:
    with pytest.raises(ValueError, match="ITRF2014, ITRF2020, ITRF97"):
        station_velocity(0.03, 0.0, datum=Datum.CGCS2000)
    with pytest.raises(ValueError, match="shape"):
        grid_velocity(np.radians([1.0, 2.0]), np.radians([1.0, 2.0]), np.zeros((2, 2, 2)))


def test_lattices_over_the_date_line_and_their_edges() -> None:
    lattice = lattice_of(
        np.radians([-1.0, 0.0, 1.0]), np.radians([179.0, 180.0, 181.0]), np.arange(9.0).reshape(3, 3, 1)
    )
    found = lattice_values(np.radians([-1.0, 1.0, 0.0, 0.5]), np.radians([179.0, -179.0, -179.5, 178.9]), lattice)[:, 0]
    np.testing.assert_allclose(found, [0.0, 8.0, 4.5, nan], atol=1e-9)
    with pytest.raises(ValueError, match="do not fit"):
        lattice_of(np.radians([1.0, 2.0]), np.radians([1.0, 2.0]), np.zeros((3, 2, 1)))
    assert lattice_values(radians(0.0), radians(180.0), lattice).shape == (1,)
