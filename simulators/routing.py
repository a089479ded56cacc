"""Which way next: each driver draws the edge after the last one it knows."""

from __future__ import annotations

from gnss._jit import inline_kernel, kernel
from simulators.chance import unit
from simulators.network import SCENIC, Network
from simulators.vehicles import ROUTE_EDGES, SHUTTLE, Vehicles


@inline_kernel
def draw_next(network: Network, vehicles: Vehicles, row: int, edge: int) -> int:
    """An edge to follow `edge`: by weight; shuttles stay on the scenic route and turn back at its ends."""
    first, last = network.first_next[edge], network.first_next[edge + 1]
    is_shuttle = vehicles.role[row] == SHUTTLE
    total = 0.0
    for k in range(first, last):
        if not is_shuttle or network.road_class[network.next_edge[k]] == SCENIC:
            total += network.next_weight[k]
    if total == 0.0:  # only a shuttle at the end of its route
        return int(network.twin[edge])
    left = unit(vehicles.chance, row) * total
    chosen = -1
    for k in range(first, last):
        if not is_shuttle or network.road_class[network.next_edge[k]] == SCENIC:
            chosen = network.next_edge[k]
            left -= network.next_weight[k]
            if left < 0.0:
                break
    return int(chosen)


@inline_kernel
def fill_route(network: Network, vehicles: Vehicles, row: int) -> None:
    """Draw the whole known way of one driver anew."""
    edge = vehicles.edge[row]
    for k in range(ROUTE_EDGES):
        edge = draw_next(network, vehicles, row, edge)
        vehicles.route[row, k] = edge


@kernel
def fill_routes(network: Network, vehicles: Vehicles) -> None:
    """Draw the known way of every driver, for the start."""
    for row in range(vehicles.edge.size):
        fill_route(network, vehicles, row)


@inline_kernel
def enter_next(network: Network, vehicles: Vehicles, row: int) -> None:
    """Move a driver to the first edge of its way and draw one more."""
    edge = vehicles.route[row, 0]
    vehicles.edge[row] = edge
    for k in range(ROUTE_EDGES - 1):
        vehicles.route[row, k] = vehicles.route[row, k + 1]
    vehicles.route[row, ROUTE_EDGES - 1] = draw_next(network, vehicles, row, vehicles.route[row, ROUTE_EDGES - 2])
    vehicles.stop[row] = network.first_stop[edge]


@inline_kernel
def turn_mps(network: Network, edge: int, following: int) -> float:
    """The speed of the turn from one edge to the next."""
    for k in range(network.first_next[edge], network.first_next[edge + 1]):
        if network.next_edge[k] == following:
            return float(network.next_turn_mps[k])
    return 2.0
