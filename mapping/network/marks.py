"""Marks by which an edge is found again in another network: where it begins, is half way, and ends, and how long it is.

Numbers of edges mean something in one network only. What is drawn along edges keeps their marks, and finds them in the
network that comes after: the same piece of road in the same direction, whatever its number is there.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from mapping.datums.plane import geodetic_to_plane
from mapping.network.features import lon_lat_deg
from mapping.network.lrs import Places, places_to_plane
from mapping.network.model import RoadNetwork
from mapping.network.tables import Floats, Ints

MARK_COLUMNS: Final = 7
"""Longitude and latitude (degrees) of start, middle and end, length (m)."""

APART_M_MAX: Final = 1.0
"""Points of two maps of one road are this near."""

LENGTH_RATIO_MAX: Final = 0.01
NO_EDGE: Final = -1


def edge_marks(network: RoadNetwork, edges: Sequence[int]) -> Floats:
    """The marks of some edges.

    Shape: (n,) to (n, 7). Unit: degrees, longitude first; m. Frame: the network's. Error: 1 mm.
    """
    at = np.asarray(edges, np.int32)
    length_m = network.edges.length_m[at]
    points = [lon_lat_deg(network, *_points_m(network, at, share)) for share in (0.0, 0.5, 1.0)]
    return np.column_stack([*points, length_m.round(3)])


def _points_m(network: RoadNetwork, edges: Ints, share: float) -> tuple[Floats, Floats]:
    offset_m = network.edges.length_m[edges] * share
    spots = places_to_plane(network, Places(edges, offset_m, np.zeros(len(edges))))
    return spots.x_m, spots.y_m


def find_edges(network: RoadNetwork, edges: Sequence[int], marks: Floats) -> Ints:
    """The edges of a network that have these marks; `edges` are their numbers where they were marked.

    Shape: (n,) and (n, 7) to (n,). Unit: degrees, longitude first; m. Frame: marks must be in the network's. Error: -1
    where there is no such edge; an edge that kept its number is found by it, of several alike the nearest counts.
    """
    wanted, own = np.asarray(edges, np.int64), _in_plane(network, marks)
    found = np.full(len(wanted), NO_EDGE, np.int32)
    inside = np.flatnonzero((wanted >= 0) & (wanted < network.edge_count))
    kept = inside[_is_alike(own[inside], _all_in_plane(network, wanted[inside].astype(np.int32)))]
    found[kept] = wanted[kept]
    rest = np.flatnonzero(found == NO_EDGE)
    if len(rest) and network.edge_count:
        found[rest] = _by_place(network, own[rest])
    return found


def _by_place(network: RoadNetwork, own: Floats) -> Ints:
    """The nearest edge that is alike, by the points half way."""
    every = _all_in_plane(network, np.arange(network.edge_count, dtype=np.int32))
    tree = shapely.STRtree(shapely.points(every[:, 2:4]))
    row, edge = tree.query(shapely.points(own[:, 2:4]), predicate="dwithin", distance=APART_M_MAX)
    alike = _is_alike(own[row], every[edge])
    row, edge = row[alike], edge[alike]
    apart_m = np.abs(own[row, :6] - every[edge, :6]).sum(axis=1)
    # the last that is written stays: the nearest
    order = np.argsort(-apart_m, kind="stable")
    found = np.full(len(own), NO_EDGE, np.int32)
    found[row[order]] = edge[order]
    return found


def _is_alike(a: Floats, b: Floats) -> NDArray[np.bool_]:
    apart_m = np.abs(a[:, :6] - b[:, :6]).max(axis=1, initial=0.0)
    length_m = np.abs(a[:, 6] - b[:, 6])
    alike: NDArray[np.bool_] = (apart_m <= APART_M_MAX) & (length_m <= APART_M_MAX + LENGTH_RATIO_MAX * b[:, 6])
    return alike


def _in_plane(network: RoadNetwork, marks: Floats) -> Floats:
    """Marks with metres of the plane instead of degrees."""
    table = np.asarray(marks, np.float64).reshape(-1, MARK_COLUMNS)
    points = [
        np.column_stack(
            geodetic_to_plane(
                np.radians(table[:, k + 1]), np.radians(table[:, k]), network.plane, frame=network.plane.frame
            )
        )
        for k in (0, 2, 4)
    ]
    return np.column_stack([*points, table[:, 6]])


def _all_in_plane(network: RoadNetwork, edges: Ints) -> Floats:
    points = [np.column_stack(_points_m(network, edges, share)) for share in (0.0, 0.5, 1.0)]
    return np.column_stack([*points, network.edges.length_m[edges]])
