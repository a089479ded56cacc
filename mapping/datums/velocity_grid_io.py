"""Velocity grids as text: a header that names the columns, then a node a line, comma or blank between.

    lat_deg, lon_deg, east_mmpa, north_mmpa, up_mmpa
    25.0, 114.0, 34.1, -10.9, 0.0

The nodes form a full lattice of equal steps, in any order. `nan` marks a node without velocity. `#` starts a comment.
"""

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mapping.datums.frame import Datum
from mapping.datums.velocity import Velocity, grid_velocity
from mapping.errors import MapFormatError

Floats = NDArray[np.float64]

COLUMNS: Final = ("lat_deg", "lon_deg", "east_mmpa", "north_mmpa", "up_mmpa")
NODES_MAX: Final = 4_000_000


def read_velocity_grid(path: Path, datum: Datum = Datum.ITRF2020) -> Velocity:
    """The velocity grid of a file.

    Shape: a node a row. Unit: degrees, mm a year. Frame: east, north, up in `datum`. Error: anything not of this
    form raises `MapFormatError` with the line or the node; a missing file raises `OSError`. Source: the file.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        return parse_velocity_grid(text, datum, path.name)
    except (UnicodeDecodeError, ValueError) as error:
        raise MapFormatError(f"{path}: {error}") from error


def parse_velocity_grid(text: str, datum: Datum = Datum.ITRF2020, name: str = "grid") -> Velocity:
    """The velocity grid of a text.

    Shape: a node a row. Unit: degrees, mm a year. Frame: as `read_velocity_grid`. Error: anything that is not of the
    form raises `ValueError` with the line or the node. Source: the text.
    """
    nodes = _nodes(text)
    lat_deg, row = np.unique(nodes[:, 0], return_inverse=True)
    lon_deg, column = np.unique(nodes[:, 1], return_inverse=True)
    if np.abs(lat_deg).max() > 90.0 or np.abs(lon_deg).max() > 360.0:
        raise ValueError("a node that is not on the Earth; latitude comes first, in degrees")
    if lat_deg.size * lon_deg.size != len(nodes) or np.unique(row * lon_deg.size + column).size != len(nodes):
        raise ValueError(
            f"{len(nodes)} nodes do not fill {lat_deg.size} latitudes times {lon_deg.size} longitudes once each"
        )
    velocity_mpa = np.empty((lat_deg.size, lon_deg.size, 3))
    velocity_mpa[row, column] = nodes[:, 2:] * 1e-3
    return grid_velocity(np.radians(lat_deg), np.radians(lon_deg), velocity_mpa, datum, name)


def _nodes(text: str) -> Floats:
    """Rows of numbers below the header."""
    head, nodes = False, []
    for number, line in enumerate(text.splitlines(), 1):
        words = line.partition("#")[0].replace(",", " ").split()
        if not words:
            continue
        if not head:
            if tuple(word.lower() for word in words) != COLUMNS:
                raise ValueError(f"line {number}: the first line must be `{', '.join(COLUMNS)}`")
            head = True
            continue
        nodes.append(_node(words, number))
        if len(nodes) > NODES_MAX:
            raise ValueError(f"more than {NODES_MAX} nodes")
    if not nodes:
        raise ValueError("no nodes")
    return np.array(nodes)


def _node(words: list[str], number: int) -> list[float]:
    try:
        node = [float(word) for word in words]
    except ValueError as error:
        raise ValueError(f"line {number}: {error}") from error
    if len(node) != len(COLUMNS) or not np.isfinite(node[:2]).all() or np.isinf(node[2:]).any():
        raise ValueError(f"line {number}: not {len(COLUMNS)} numbers")
    return node
