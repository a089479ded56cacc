"""Who drives: the state of all vehicles in columns, and where they are when the simulation begins."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulators.chance import seed_states
from simulators.network import CLASS_WEIGHT, SCENIC, TUNNEL, Network

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

ROUTE_EDGES = 4  # how many edges ahead a driver knows the way
CAR, SHUTTLE = 0, 1
DRIVING, STOPPING, PARKED = 0, 1, 2
PARK_MEAN_S = 900.0
SHUTTLE_SHARE_MAX = 0.1
CHANCE_STAGE = 11


class Vehicles(NamedTuple):
    """State of all vehicles (structure of arrays; kernels change it in place).

    name        | dtype   | shape | unit  | meaning
    t_s         | float64 | n     | s     | scenario time of the row's motion
    edge        | int32   | n     |       | directed edge
    offset_m    | float64 | n     | m     | along the edge
    speed_mps   | float64 | n     | m/s   |
    accel_mps2  | float64 | n     | m/s2  | last decided on, held until the next
    heading_deg | float64 | n     | deg   | clockwise from north, turns at a limited rate
    lateral_m   | float64 | n     | m     | right of the line of the edge
    route       | int32   | n, 4  |       | the next edges
    lane        | int32   | n     |       | preferred lane; modulo the lanes of the edge
    role        | uint8   | n     |       | CAR or SHUTTLE
    parking     | uint8   | n     |       | DRIVING, STOPPING or PARKED
    eagerness   | float64 | n     |       | factor on the speed limit
    timer_s     | float64 | n     | s     | left of a parking spell or of a halt at a stop
    waited_s    | float64 | n     | s     | standing behind somebody on the next edge
    stop        | int32   | n     |       | next stop of a shuttle, index into `stop_m`
    chance      | uint64  | n     |       | random state
    """

    t_s: Floats
    edge: Ints
    offset_m: Floats
    speed_mps: Floats
    accel_mps2: Floats
    heading_deg: Floats
    lateral_m: Floats
    route: Ints
    lane: Ints
    role: NDArray[np.uint8]
    parking: NDArray[np.uint8]
    eagerness: Floats
    timer_s: Floats
    waited_s: Floats
    stop: Ints
    chance: NDArray[np.uint64]


def place_vehicles(network: Network, count: int, shuttles: int, parked_share: float, seed: int) -> Vehicles:
    """Vehicles spread over the network: shuttles on the scenic route, cars where their class of road draws them."""
    rng = np.random.default_rng([seed, CHANCE_STAGE])
    role = np.zeros(count, dtype=np.uint8)
    role[: min(shuttles, int(count * SHUTTLE_SHARE_MAX)) if (network.road_class == SCENIC).any() else 0] = SHUTTLE
    edge = _draw_edges(rng, network, role)
    parking = np.where((role == CAR) & _may_park(network)[edge] & (rng.random(count) < parked_share), PARKED, DRIVING)
    vehicles = Vehicles(
        t_s=np.zeros(count),
        edge=edge,
        offset_m=rng.random(count) * network.length_m[edge],
        speed_mps=np.zeros(count),
        accel_mps2=np.zeros(count),
        heading_deg=network.vertex_dir_deg[network.first_vertex[edge]].copy(),
        lateral_m=np.zeros(count),
        route=np.zeros((count, ROUTE_EDGES), dtype=np.int32),
        lane=rng.integers(0, 6, count).astype(np.int32),
        role=role,
        parking=parking.astype(np.uint8),
        eagerness=np.where(role == SHUTTLE, 0.9, np.clip(rng.normal(0.97, 0.05, count), 0.8, 1.08)),
        timer_s=np.where(parking == PARKED, rng.exponential(PARK_MEAN_S, count), 0.0),
        waited_s=np.zeros(count),
        stop=network.first_stop[edge].copy(),
        chance=seed_states(seed, CHANCE_STAGE, count),
    )
    _pass_stops(network, vehicles)
    return vehicles


def _draw_edges(rng: np.random.Generator, network: Network, role: NDArray[np.uint8]) -> Ints:
    """An edge for each vehicle, by length, lanes and draw of the class."""
    scenic = network.road_class == SCENIC
    draw = network.length_m * np.where(scenic, 0.0, CLASS_WEIGHT[network.road_class] * network.lanes)
    edges = rng.choice(draw.size, role.size, p=draw / draw.sum()) if draw.sum() > 0 else np.zeros(role.size, dtype=int)
    shuttles = np.flatnonzero(role == SHUTTLE)
    if shuttles.size:
        along = np.where(scenic, network.length_m, 0.0)
        edges[shuttles] = rng.choice(along.size, shuttles.size, p=along / along.sum())
    return np.ascontiguousarray(edges, dtype=np.int32)


def _may_park(network: Network) -> NDArray[np.bool_]:
    """Edges with a kerb: not the expressway, a bridge or a tunnel."""
    class_allows = (network.road_class > 0) & (network.road_class < SCENIC)
    return np.asarray(class_allows & ~network.raised & (network.around != TUNNEL))


def _pass_stops(network: Network, vehicles: Vehicles) -> None:
    """Let shuttles forget the stops that lie behind them."""
    for row in np.flatnonzero(vehicles.role == SHUTTLE):
        edge = vehicles.edge[row]
        stops = network.stop_m[network.first_stop[edge] : network.first_stop[edge + 1]]
        vehicles.stop[row] += int(np.searchsorted(stops, vehicles.offset_m[row]))
