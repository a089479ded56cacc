"""Nodes of a Lanelet2 map onto the plane of the network, whichever way the map says where they are.

| what a node has | where it is |
|---|---|
| latitude and longitude | there |
| empty ones (or 0, 0), `local_x`, `local_y` and a real `mgrs_code` | in that square of the grid |
| empty ones (or 0, 0), `local_x` and `local_y` | in the plane whose origin the caller states: no file does |
| neither | nowhere: reported |

An empty latitude is never 0: Null Island has no roads.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from mapping.datums.frame import Frame
from mapping.datums.plane import Plane, geodetic_to_plane, plane_to_geodetic
from mapping.errors import MapFormatError
from mapping.network.lanelet2_mgrs import parse_square, square_to_geodetic
from mapping.network.lanelet2_osm import OsmNodes
from mapping.network.planes import plane_around
from mapping.network.report import NetworkReport

Floats = NDArray[np.float64]

NO_ORIGIN: Final = (
    "the nodes have local_x and local_y but neither latitude and longitude nor a real mgrs_code:"
    " state the origin of the map (latitude and longitude of its 0, 0)"
)


class PlacedNodes:
    """Plane coordinates of nodes, (n, 3): x, y, height as the map states it (NaN = not stated); NaN = nowhere."""

    def __init__(self, nodes: OsmNodes, plane: Plane, xyh_m: Floats) -> None:
        self.plane = plane
        self.xyh_m = xyh_m
        self.row_by_ref = nodes.row_by_ref
        self.is_placed = np.isfinite(xyh_m[:, 0]) & np.isfinite(xyh_m[:, 1])


def place_nodes(
    nodes: OsmNodes, frame: Frame, report: NetworkReport, *, plane: Plane | None = None, origin: Plane | None = None
) -> PlacedNodes:
    """Plane coordinates of all nodes.

    Shape: (n, 3). Unit: degrees and m to m. Frame: that of the map, as the caller states it; `plane` (one around the
    middle of the map where not given) and `origin`, the plane whose 0, 0 is the map's local one, must be in it.
    Error: 5e-9 m from latitudes and longitudes; nodes that say nowhere are NaN and reported. A map that says nowhere
    at all raises `MapFormatError`. Source: Lanelet2's and Autoware's format descriptions.
    """
    lat_rad, lon_rad = _stated(nodes)
    _from_squares(nodes, lat_rad, lon_rad)
    is_local = np.isnan(lat_rad) & np.isfinite(nodes.local_x_m) & np.isfinite(nodes.local_y_m)
    if origin is None and is_local.any() and is_local.sum() == np.isnan(lat_rad).sum() and not _any(lat_rad):
        raise MapFormatError(NO_ORIGIN)
    if origin is not None:
        _from_origin(nodes, is_local, origin, lat_rad, lon_rad)
    if plane is None:
        plane = origin if origin is not None and not _any(lat_rad[~is_local]) else plane_around(lat_rad, lon_rad, frame)
    x_m, y_m = geodetic_to_plane(lat_rad, lon_rad, plane, frame=frame)
    is_local &= np.isfinite(lat_rad)
    if origin == plane:
        x_m[is_local], y_m[is_local] = nodes.local_x_m[is_local], nodes.local_y_m[is_local]
    placed = PlacedNodes(nodes, plane, np.stack([x_m, y_m, nodes.h_map_m], axis=1))
    if not placed.is_placed.all():
        for ref, row in nodes.row_by_ref.items():
            if not placed.is_placed[row]:
                report.fault("node", ref, "says neither a latitude and longitude nor a place in a known grid")
    return placed


def _any(lat_rad: Floats) -> bool:
    return bool(np.isfinite(lat_rad).any())


def _stated(nodes: OsmNodes) -> tuple[Floats, Floats]:
    """Latitudes and longitudes as stated, NaN where they are empty, impossible, or 0, 0 beside local coordinates."""
    lat_deg, lon_deg = nodes.lat_deg.copy(), nodes.lon_deg.copy()
    is_null = (lat_deg == 0) & (lon_deg == 0) & np.isfinite(nodes.local_x_m)
    with np.errstate(invalid="ignore"):
        is_wrong = ~((np.abs(lat_deg) < 90) & (np.abs(lon_deg) <= 180)) | is_null
    lat_deg[is_wrong] = lon_deg[is_wrong] = np.nan
    return np.radians(lat_deg), np.radians(lon_deg)


def _from_squares(nodes: OsmNodes, lat_rad: Floats, lon_rad: Floats) -> None:
    """Fill in what only a square of the grid tells."""
    rows_by_code: dict[str, list[int]] = {}
    for ref, code in nodes.mgrs_code.items():
        row = nodes.row_by_ref[ref]
        if np.isnan(lat_rad[row]) and np.isfinite(nodes.local_x_m[row] + nodes.local_y_m[row]):
            rows_by_code.setdefault(code[:5], []).append(row)
    for code, rows in rows_by_code.items():
        square = parse_square(code)
        if square is not None:
            local = nodes.local_x_m[rows], nodes.local_y_m[rows]
            lat_rad[rows], lon_rad[rows] = square_to_geodetic(square, *local)


def _from_origin(nodes: OsmNodes, is_local: NDArray[np.bool_], origin: Plane, lat_rad: Floats, lon_rad: Floats) -> None:
    """Fill in what is measured from the origin that the caller states."""
    lat_rad[is_local], lon_rad[is_local] = plane_to_geodetic(
        nodes.local_x_m[is_local], nodes.local_y_m[is_local], origin
    )
