"""Dense satellite numbers, accuracy indices, lines of sight."""

import numpy as np
import pytest

from gnss.batches import SYSTEMS
from gnss.constants import GPS_OMEGA_E_RADPS, SPEED_OF_LIGHT_MPS
from gnss.orbits import satellites
from gnss.orbits.accuracy import accuracy_m
from gnss.orbits.satellites import NO_SATELLITE, is_beidou_geo, satellite_index, satellite_name, satellite_row
from gnss.orbits.table import line_of_sight, satellite_at, transmission_offset
from tests.unit.orbits import vectors as v


def test_names_are_those_of_the_table_of_systems() -> None:
    names = ("GPS", "GLONASS", "GALILEO", "BEIDOU", "QZSS", "NAVIC", "SBAS")
    letters = "".join(SYSTEMS[getattr(satellites, name)] for name in names)
    assert letters == SYSTEMS


@pytest.mark.parametrize(
    ("name", "prn", "index"), [("G01", 1, 1), ("R24", 24, 88), ("C63", 63, 255), ("J01", 1, 257), ("S20", 120, 385)]
)
def test_an_index_and_back(name: str, prn: int, index: int) -> None:
    system = SYSTEMS.index(name[0])
    assert satellite_index(system, prn) == satellite_row(system, prn) == index
    assert satellite_name(index) == name


@pytest.mark.parametrize(("system", "prn"), [(0, 0), (0, 64), (7, 1), (-1, 5), (6, 119), (6, 183), (3, 255)])
def test_numbers_without_a_row(system: int, prn: int) -> None:
    assert satellite_index(system, prn) == satellite_row(system, prn) == NO_SATELLITE


def test_indices_of_arrays() -> None:
    system, prn = np.array([0, 3, 6], np.uint8), np.array([5, 60, 131], np.uint8)
    assert satellite_index(system, prn).tolist() == [5, 252, 396]


def test_geostationary_beidou_satellites() -> None:
    geo = [p for p in range(1, 64) if is_beidou_geo(satellite_row(3, p))]
    assert geo == [1, 2, 3, 4, 5, 59, 60, 61, 62, 63]
    assert not any(is_beidou_geo(s) for s in range(448) if s // 64 != 3)


@pytest.mark.parametrize(
    ("system", "index", "expected_m"),
    [
        ("G", 0, 2.4), ("C", 2, 4.85), ("G", 15, None), ("E", 49, 0.49), ("E", 77, 1.08), ("E", 107, 3.12),
        ("E", 255, None), ("R", 3, 4.0), ("R", 15, None),
    ],
)  # fmt: skip
def test_stated_accuracies(system: str, index: int, expected_m: float | None) -> None:
    got_m = accuracy_m(SYSTEMS.index(system), index)
    np.testing.assert_allclose(got_m, np.nan if expected_m is None else expected_m, rtol=1e-12)


def test_a_line_of_sight_turns_with_the_earth_while_the_signal_travels() -> None:
    """Against the travel time iterated to its end."""
    rng = np.random.default_rng(5)
    for _ in range(50):
        satellite, receiver = rng.normal(size=3), rng.normal(size=3)
        satellite *= rng.uniform(2.5e7, 4.3e7) / np.linalg.norm(satellite)
        receiver *= 6.37e6 / np.linalg.norm(receiver)
        turned, travel_s = satellite, 0.0
        for _ in range(10):
            turn_rad = GPS_OMEGA_E_RADPS * travel_s
            c, s = np.cos(turn_rad), np.sin(turn_rad)
            turned = np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]]) @ satellite
            travel_s = float(np.linalg.norm(turned - receiver)) / SPEED_OF_LIGHT_MPS
        range_m, *direction = line_of_sight(*satellite.tolist(), *receiver.tolist())
        assert abs(range_m - travel_s * SPEED_OF_LIGHT_MPS) < 1e-6
        np.testing.assert_allclose(direction, (turned - receiver) / range_m, rtol=0, atol=1e-12)


def test_the_printed_pseudorange_end_to_end() -> None:
    """facts: gnss_facts §10, C12's B1I pseudorange: P - range + c·clock (without relativity) is 107782.4 m.

    Printed is the range to where the satellite was when the receiver's clock, 0.36 ms fast, is believed.
    """
    table = v.book().table(v.PRINTED[0].week_gpst_ns + 318_931 * 1_000_000_000)
    s, pr_m, receiver_clock_m = v.number_of("C12"), 26571254.3977, 107782.4
    x_m, y_m, z_m, clock_s = satellite_at(table, s, transmission_offset(table, s, 0.0, pr_m - receiver_clock_m))
    range_m = line_of_sight(x_m, y_m, z_m, 1762489.6191, -5027633.8438, -3496008.8438)[0]
    np.testing.assert_allclose(range_m, 26399858.028, rtol=0, atol=0.01)
    np.testing.assert_allclose(pr_m - range_m + clock_s * SPEED_OF_LIGHT_MPS, receiver_clock_m, rtol=0, atol=0.4)
