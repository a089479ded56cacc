"""Along a route: metres from its start to places on edges, and back. A route may drive an edge more than once."""

from math import inf, nan
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss._jit import kernel
from mapping.network.lrs import Places
from mapping.network.model import RoadNetwork, offsets_of
from mapping.network.tables import Floats, Ints


class RouteIndex(NamedTuple):
    """Routes as kernels take them.

    | name | dtype | shape | unit | meaning |
    |---|---|---|---|---|
    | first | i4 | R + 1 | | offsets of each route's edges |
    | edge | i4 | | | edges in driving order |
    | run_m | f8 | | m | along the route to the start of each edge |
    | length_m | f8 | R | m | of each route |
    | first_use | i4 | E + 1 | | offsets of the uses of each edge by routes |
    | use | i4 | | | rows of `edge`, ascending |
    """

    first: Ints
    edge: Ints
    run_m: Floats
    length_m: Floats
    first_use: Ints
    use: Ints


def route_index(network: RoadNetwork) -> RouteIndex:
    """The index of a network's routes.

    Shape: see `RouteIndex`. Unit: m.
    """
    first, edge = network.route_edges.first, network.route_edges.value
    length_m = network.edges.length_m[edge]
    total_m = np.concatenate([[0.0], np.cumsum(length_m)])
    counts = np.diff(first)
    run_m = total_m[:-1] - np.repeat(total_m[first[:-1]], counts)
    use = np.argsort(edge, kind="stable").astype(np.int32)
    first_use = offsets_of(np.bincount(edge, minlength=network.edge_count))
    return RouteIndex(first, edge, run_m, total_m[first[1:]] - total_m[first[:-1]], first_use, use)


@kernel
def _runs(index: RouteIndex, route: Ints, edge: Ints, offset_m: Floats, near_run_m: Floats, out: Floats) -> None:
    for row in range(route.size):
        out[row] = nan
        if not (0 <= route[row] < index.first.size - 1 and 0 <= edge[row] < index.first_use.size - 1):
            continue
        best_m = inf
        for k in range(index.first_use[edge[row]], index.first_use[edge[row] + 1]):
            at = index.use[k]
            if index.first[route[row]] <= at < index.first[route[row] + 1]:
                run_m = index.run_m[at] + offset_m[row]
                apart_m = abs(run_m - near_run_m[row]) if near_run_m[row] == near_run_m[row] else run_m
                if apart_m < best_m:
                    best_m, out[row] = apart_m, run_m


def places_to_runs(
    index: RouteIndex, route: Ints, places: Places, near_run_m: Floats | None = None
) -> NDArray[np.float64]:
    """Metres along a route of places on its edges.

    Shape: (n,). Unit: m. Error: NaN for places on other edges. Where the route drives the edge more than once, the
    pass nearest to `near_run_m` is taken, without one (NaN) the first.
    """
    near = np.full(route.size, nan) if near_run_m is None else near_run_m
    out = np.empty(route.size)
    _runs(index, route, places.edge, places.offset_m, near, out)
    return out


@kernel
def _places(index: RouteIndex, route: Ints, run_m: Floats, edge: Ints, offset_m: Floats) -> None:
    for row in range(route.size):
        edge[row], offset_m[row] = -1, nan
        if not 0 <= route[row] < index.first.size - 1:
            continue
        low, high = index.first[route[row]], index.first[route[row] + 1]
        if high == low or not 0.0 <= run_m[row] <= index.length_m[route[row]]:
            continue
        while high - low > 1:
            middle = (low + high) // 2
            if index.run_m[middle] <= run_m[row]:
                low = middle
            else:
                high = middle
        edge[row], offset_m[row] = index.edge[low], run_m[row] - index.run_m[low]


def runs_to_places(index: RouteIndex, route: Ints, run_m: Floats) -> Places:
    """Places on the line of a route, from metres along it.

    Shape: (n,). Unit: m. Error: edge -1 for NaN and beyond the ends of the route.
    """
    edge, offset_m = np.empty(route.size, dtype=np.int32), np.empty(route.size)
    _places(index, route, run_m, edge, offset_m)
    return Places(edge, offset_m, np.zeros(route.size))
