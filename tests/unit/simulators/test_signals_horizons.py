"""Horizons: what buildings along a street hide, direction by direction."""

import numpy as np
import pytest

from simulators.chart import Chart
from simulators.signals.horizons import ANTENNA_UP_M, STEP_M, build_horizons
from simulators.signals.kit import AZ_BINS
from tests.unit.simulators.town import network_of, road

BIN_DEG = 360.0 / AZ_BINS


def building(x0_m: float, y0_m: float, x1_m: float, y1_m: float, height_m: float) -> dict[str, object]:
    corners = np.array([(x0_m, y0_m), (x1_m, y0_m), (x1_m, y1_m), (x0_m, y1_m), (x0_m, y0_m)])
    ring = Chart().to_lonlat(corners).tolist()
    geometry = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "geometry": geometry, "properties": {"layer": "building", "height_m": height_m}}


#        north
#   tower       |         | wall, 42 m high, from y = -100 to 100, 20 m east of the street
#   (-60, 60)   | street  |
#               | x = 0   |
STREET = road([(0.0, -100.0), (0.0, 100.0)])
WALL = building(20.0, -100.0, 30.0, 100.0, 42.0)
TOWER = building(-64.0, 56.0, -56.0, 64.0, 82.0)


def elevations_deg(*buildings: dict[str, object], at_m: float = 100.0) -> np.ndarray:
    """The horizon at a distance along the street, by direction."""
    network = network_of(STREET)
    horizons = build_horizons(network, list(buildings), Chart())
    row = horizons.rows(np.array([0], np.int32), np.array([at_m]))[0]
    return np.asarray(np.degrees(np.arcsin(horizons.sine[row])))


def az_deg(k: int) -> float:
    return (k + 0.5) * BIN_DEG


def test_an_open_street_has_a_level_horizon() -> None:
    assert np.all(elevations_deg() == 0.0)


def test_a_wall_rises_where_it_stands_by_its_distance_in_that_direction() -> None:
    el_deg = elevations_deg(WALL)
    for k in range(AZ_BINS):
        away_m = 20.0 / np.sin(np.radians(az_deg(k)))
        north_m = away_m * np.cos(np.radians(az_deg(k))) + 10.0  # the sample stands ten metres along its step
        if 0.0 < away_m < 100.0 and abs(north_m) < 85.0:
            assert el_deg[k] == pytest.approx(np.degrees(np.arctan2(42.0 - ANTENNA_UP_M, away_m)), abs=0.2)
        elif az_deg(k) > 185.0:
            assert el_deg[k] == 0.0


def test_the_higher_of_two_buildings_counts_and_both_directions_of_a_street_see_the_same() -> None:
    el_deg = elevations_deg(WALL, TOWER)
    assert el_deg.max() == elevations_deg(WALL).max()
    toward_tower = int(310.0 / BIN_DEG)
    assert el_deg[toward_tower] > 35.0
    network = network_of(STREET)
    horizons = build_horizons(network, [WALL, TOWER], Chart())
    there, back = network.length_m[0] - np.array([45.0]), np.array([45.0])
    rows = horizons.rows(np.array([0], np.int32), there), horizons.rows(np.array([1], np.int32), back)
    assert np.allclose(horizons.sine[rows[0]], horizons.sine[rows[1]], atol=0.03)


def test_every_place_of_an_edge_has_a_row() -> None:
    network = network_of(STREET)
    horizons = build_horizons(network, [], Chart())
    rows = horizons.rows(np.zeros(4, np.int32), np.array([-1.0, 0.0, STEP_M + 0.1, 1e6]))
    assert rows.tolist() == [0, 0, 1, int(horizons.first[1]) - 1]
