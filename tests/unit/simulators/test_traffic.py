"""Vehicles: on the road, within the bounds of acceleration and speed, apart, stopping where they should."""

from collections.abc import Iterator

import numpy as np
import pytest
import shapely

from simulators.chart import Chart
from simulators.network import SCENIC, Network
from simulators.routing import fill_routes
from simulators.traffic import (
    ACCEL_MPS2_MAX,
    BRAKE_MPS2_MAX,
    CYCLE_S,
    DECIDE_S,
    GREEN_S,
    LANE_M,
    advance_rows,
    decide,
    positions,
    sort_by_edge,
)
from simulators.vehicles import PARKED, SHUTTLE, Vehicles, place_vehicles
from tests.unit.simulators.town import grid_town, network_of, road, stop

SEED = 5


def drive(network: Network, vehicles: Vehicles, seconds: float, park_rate_hz: float = 0.0) -> Iterator[float]:
    """Drive and stop after every decision, at the time of it."""
    first = np.zeros(network.length_m.size + 1, dtype=np.int32)
    order = np.zeros(vehicles.edge.size, dtype=np.int32)
    rows = np.arange(vehicles.edge.size, dtype=np.int32)
    fill_routes(network, vehicles)
    for k in range(round(seconds / DECIDE_S)):
        advance_rows(network, vehicles, rows, k * DECIDE_S)
        decide(network, vehicles, first, order, k * DECIDE_S, park_rate_hz)
        yield k * DECIDE_S


def column(network: Network, count: int, edge: int = 0, gap_m: float = 12.0) -> Vehicles:
    """Cars one behind the other on an edge, all in one lane."""
    vehicles = place_vehicles(network, count, 0, 0.0, SEED)
    vehicles.edge[:], vehicles.lane[:], vehicles.eagerness[:] = edge, 0, 1.0
    vehicles.offset_m[:] = gap_m * np.arange(count)[::-1]
    return vehicles


def test_the_same_seed_drives_the_same_way() -> None:
    network = grid_town()
    fleets = [place_vehicles(network, 60, 0, 0.2, SEED) for _ in range(2)]
    for vehicles in fleets:
        for _ in drive(network, vehicles, 20.0, 0.01):
            pass
    for one, other in zip(*fleets, strict=True):
        np.testing.assert_array_equal(one, other)


def test_lazy_rows_arrive_where_eager_rows_do() -> None:
    network = grid_town()
    eager, lazy = (place_vehicles(network, 40, 0, 0.0, SEED) for _ in range(2))
    rows = np.arange(40, dtype=np.int32)
    for vehicles, steps in ((eager, 5), (lazy, 1)):
        fill_routes(network, vehicles)
        vehicles.speed_mps[:], vehicles.accel_mps2[:] = 8.0, 0.0
        for k in range(1, steps + 1):
            advance_rows(network, vehicles, rows, k * 0.2 / steps)
    np.testing.assert_array_equal(eager.edge, lazy.edge)
    np.testing.assert_allclose(eager.offset_m, lazy.offset_m, atol=1e-9)


def test_order_on_an_edge_is_along_the_edge() -> None:
    network = grid_town()
    vehicles = place_vehicles(network, 300, 0, 0.2, SEED)
    first = np.zeros(network.length_m.size + 1, dtype=np.int32)
    order = np.zeros(300, dtype=np.int32)
    sort_by_edge(vehicles, first, order)
    assert sorted(order[: first[-1]]) == np.flatnonzero(vehicles.parking != PARKED).tolist()
    for edge in range(network.length_m.size):
        on_edge = order[first[edge] : first[edge + 1]]
        assert np.all(vehicles.edge[on_edge] == edge)
        assert np.all(np.diff(vehicles.offset_m[on_edge]) >= 0)


@pytest.mark.compiled
def test_acceleration_and_speed_stay_in_bounds(network: Network) -> None:
    vehicles = place_vehicles(network, 2000, 20, 0.2, SEED)
    speed = vehicles.speed_mps.copy()
    for _ in drive(network, vehicles, 150.0, 2e-4):
        change = (vehicles.speed_mps - speed) / DECIDE_S
        assert change.max() <= ACCEL_MPS2_MAX + 1e-9
        assert change.min() >= -BRAKE_MPS2_MAX - 1e-9
        assert np.all(vehicles.speed_mps <= 1.25 * network.limit_mps[vehicles.edge])
        assert np.all((vehicles.offset_m >= 0) & (vehicles.offset_m <= network.length_m[vehicles.edge]))
        speed = vehicles.speed_mps.copy()
    moving = vehicles.speed_mps > 1.0
    assert 0.4 < moving.mean() < 0.95


@pytest.mark.compiled
def test_vehicles_stay_on_the_road(network: Network) -> None:
    vehicles = place_vehicles(network, 1500, 20, 0.2, SEED)
    for _ in drive(network, vehicles, 60.0, 2e-4):
        pass
    rows = np.arange(1500, dtype=np.int32)
    vertices = [slice(network.first_vertex[e], network.first_vertex[e + 1]) for e in vehicles.edge]
    chart = Chart()
    lines = [
        shapely.LineString(chart.to_plane(np.column_stack((network.vertex_lon_deg[v], network.vertex_lat_deg[v]))))
        for v in vertices
    ]
    for lateral_m in (None, 0.0):
        if lateral_m is not None:
            vehicles.lateral_m[:] = lateral_m
        lat, lon, height = np.empty(1500), np.empty(1500), np.empty(1500)
        positions(network, vehicles, rows, lat, lon, height)
        off_m = shapely.distance(lines, shapely.points(chart.to_plane(np.column_stack((lon, lat)))))
        assert np.all(off_m <= np.abs(vehicles.lateral_m) + 0.01)
        assert np.all((height > 70.0) & (height < 150.0))
    assert np.all(np.abs(vehicles.lateral_m) <= (network.lanes[vehicles.edge] + 0.5) * LANE_M)


def test_nobody_drives_into_the_car_ahead() -> None:
    network = network_of(road([(0, 0), (900, 0)], "primary", maxspeed_kmh=60))
    vehicles = column(network, 6)
    vehicles.eagerness[0] = 0.3  # the first one dawdles
    closest = np.inf
    for _ in drive(network, vehicles, 40.0):
        on_edge = vehicles.edge == 0
        if on_edge.all():
            closest = min(closest, float(np.min(vehicles.offset_m[:-1] - vehicles.offset_m[1:])))
    assert 5.0 < closest < 12.0  # never closer than a vehicle is long


def test_a_red_signal_holds_and_a_green_one_lets_go() -> None:
    network = grid_town(3)
    edge = int(np.flatnonzero(network.signal_phase == 0)[0])
    network.signal_shift_s[:] = 0.0
    vehicles = column(network, 1, edge)
    vehicles.offset_m[0] = network.length_m[edge] - 70.0
    left_at_s = None
    for t_s in drive(network, vehicles, CYCLE_S + 20.0):
        if t_s == 0.0:
            network.signal_shift_s[:] = GREEN_S  # red from now on, for the rest of the cycle
        if left_at_s is None and vehicles.edge[0] != edge:
            left_at_s = t_s
    assert left_at_s is not None
    assert left_at_s >= CYCLE_S - GREEN_S


def test_shuttles_keep_to_the_scenic_route_and_halt_at_every_stop() -> None:
    network = network_of(
        road([(0, 0), (200, 0)], "scenic", maxspeed_kmh=25),
        road([(200, 0), (400, 0)], "scenic", maxspeed_kmh=25),
        road([(200, 0), (200, 300)], "primary"),
        stop(300, 0),
    )
    vehicles = place_vehicles(network, 10, 1, 0.0, SEED)
    assert vehicles.role.tolist() == [SHUTTLE] + [0] * 9
    vehicles.edge[0], vehicles.offset_m[0], vehicles.stop[0] = 0, 20.0, 0
    halted: set[tuple[int, float]] = set()
    for _ in drive(network, vehicles, 200.0):
        assert network.road_class[vehicles.edge[0]] == SCENIC
        if vehicles.speed_mps[0] < 0.05 and vehicles.timer_s[0] > 1.0:
            halted.add((int(vehicles.edge[0]), round(float(vehicles.offset_m[0]), -1)))
    assert {edge for edge, _ in halted} == {2, 3}
    assert all(abs(offset_m - 100.0) <= 10.0 for _, offset_m in halted)


def test_parked_cars_stand_beside_the_lanes_and_leave_again() -> None:
    network = grid_town()
    vehicles = place_vehicles(network, 50, 0, 0.5, SEED)
    parked = vehicles.parking == PARKED
    assert 10 < parked.sum() < 40
    vehicles.timer_s[parked] = 4.0
    edge = vehicles.edge.copy()
    for t_s in drive(network, vehicles, 30.0):
        if t_s < 3.5:
            np.testing.assert_array_equal(vehicles.edge[parked], edge[parked])
    assert np.sum(vehicles.parking == PARKED) == 0
