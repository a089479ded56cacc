"""Compile, or load, every kernel that `beidou network` and its parts use, over two streets that meet."""

import numpy as np

from beidou_svc.small_city import small_city
from mapping.network.check import check_network
from mapping.network.grid import make_grid, near_segments
from mapping.network.lrs import Places, places_to_geodetic, plane_to_places, plane_to_places_on
from mapping.network.model import RoadNetwork
from mapping.network.routes import places_to_runs, route_index, runs_to_places


def warm() -> None:
    """Run everything once."""
    network = small_city()
    check_network(network)
    _warm_places(network)


def _warm_places(network: RoadNetwork) -> None:
    grid, at_m = make_grid(network), np.zeros(1)
    near_segments(grid, at_m, at_m, 50.0)
    found = plane_to_places(grid, at_m, at_m)
    plane_to_places_on(network, found.edge, at_m, at_m)
    places_to_geodetic(network, Places(found.edge, found.offset_m, found.lateral_m))
    index, route = route_index(network), np.zeros(1, dtype=np.int32)
    places_to_runs(index, route, runs_to_places(index, route, at_m))
