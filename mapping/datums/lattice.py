"""Values on a regular lattice of latitude and longitude, with bilinear interpolation: what a grid file becomes."""

from math import floor, nan, pi
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gnss._jit import inline_kernel, kernel
from mapping.datums.columns import float_columns

Floats = NDArray[np.float64]

EDGE: Final = 1e-9
"""Parts of a step by which a point may lie outside the edge and still be on it: last bits of a degree."""


class Lattice(NamedTuple):
    """Nodes from the south-west corner: values (rows north, columns east, layers), NaN where there are none.

    Steps in rad, so that node (i, j) is at lat0_rad + i lat_step_rad, lon0_rad + j lon_step_rad.
    """

    lat0_rad: float
    lon0_rad: float
    lat_step_rad: float
    lon_step_rad: float
    values: Floats


class Cell(NamedTuple):
    """Where in a lattice a point is: south-west node, and how far north and east of it in steps; row -1 = outside."""

    row: int
    column: int
    north: float
    east: float


@inline_kernel
def find_cell(lat_rad: float, lon_rad: float, lattice: Lattice) -> Cell:
    """The cell of one point.

    Shape: scalars. Unit: rad. Error: NaN is outside; points on the outer edge are inside. Source: arithmetic.
    """
    rows, columns, _ = lattice.values.shape
    north = (lat_rad - lattice.lat0_rad) / lattice.lat_step_rad
    turned_rad = lon_rad - lattice.lon0_rad
    if turned_rad < -EDGE * lattice.lon_step_rad:
        turned_rad += 2.0 * pi
    elif turned_rad > 2.0 * pi + EDGE * lattice.lon_step_rad:
        turned_rad -= 2.0 * pi
    east = turned_rad / lattice.lon_step_rad
    if not (-EDGE <= north <= rows - 1 + EDGE and -EDGE <= east <= columns - 1 + EDGE):
        return Cell(-1, -1, nan, nan)
    row = min(max(floor(north), 0), rows - 2)
    column = min(max(floor(east), 0), columns - 2)
    return Cell(row, column, north - row, east - column)


@inline_kernel
def value_in_cell(cell: Cell, lattice: Lattice, layer: int) -> float:
    """Bilinear value of one layer in a cell that is not outside.

    Shape: scalars. Unit: the layer's. Error: NaN where a node that has a weight is. Source: bilinear interpolation.
    """
    v = lattice.values
    south_west, south_east = v[cell.row, cell.column, layer], v[cell.row, cell.column + 1, layer]
    north_west, north_east = v[cell.row + 1, cell.column, layer], v[cell.row + 1, cell.column + 1, layer]
    south = south_west + cell.east * (south_east - south_west)
    north = north_west + cell.east * (north_east - north_west)
    value: float = south + cell.north * (north - south)
    return value


@kernel
def _value_rows(lat_rad: Floats, lon_rad: Floats, lattice: Lattice, out: Floats) -> None:
    for row in range(lat_rad.size):
        cell = find_cell(lat_rad[row], lon_rad[row], lattice)
        for layer in range(out.shape[1]):
            out[row, layer] = value_in_cell(cell, lattice, layer) if cell.row >= 0 else nan


def lattice_values(lat_rad: ArrayLike, lon_rad: ArrayLike, lattice: Lattice) -> Floats:
    """Bilinear values of all layers at points.

    Shape: the broadcast shape + (layers,). Unit: rad to the layers'. Error: exact at the nodes; NaN outside, for NaN,
    and beside a node without value. Source: bilinear interpolation.
    """
    lat, lon = float_columns(lat_rad, lon_rad)
    layers = lattice.values.shape[2]
    out = np.empty((lat.size, layers))
    _value_rows(lat.ravel(), lon.ravel(), lattice, out)
    return out.reshape(*lat.shape, layers)


def lattice_of(lat_rad: Floats, lon_rad: Floats, values: Floats) -> Lattice:
    """A lattice from the latitudes of its rows, the longitudes of its columns and its values.

    Shape: (rows,), (columns,), (rows, columns, layers). Unit: rad. Error: fewer than two rows or columns, or steps that
    are not equal and upward, raise `ValueError`. Source: arithmetic.
    """
    if values.ndim != 3 or values.shape[:2] != (lat_rad.size, lon_rad.size):
        raise ValueError(f"values of shape {values.shape} do not fit {lat_rad.size} rows and {lon_rad.size} columns")
    lat_step_rad, lon_step_rad = _step(lat_rad, "latitude"), _step(lon_rad, "longitude")
    shared = np.ascontiguousarray(values, dtype=np.float64)
    shared.flags.writeable = False
    return Lattice(float(lat_rad[0]), float(lon_rad[0]), lat_step_rad, lon_step_rad, shared)


def _step(axis_rad: Floats, what: str) -> float:
    if axis_rad.size < 2 or not np.isfinite(axis_rad).all():
        raise ValueError(f"a grid needs two values of {what} at least")
    step_rad = float(axis_rad[-1] - axis_rad[0]) / (axis_rad.size - 1)
    if not (step_rad > 0 and np.allclose(np.diff(axis_rad), step_rad, rtol=1e-4, atol=0)):
        raise ValueError(f"the steps in {what} are not all of one size, upward")
    return step_rad


def uniform_lattice(values: tuple[float, ...]) -> Lattice:
    """A lattice that has the same values everywhere on the Earth.

    Shape: (layers,). Unit: the layers'. Error: none. Source: arithmetic.
    """
    everywhere = np.broadcast_to(np.array(values, dtype=np.float64), (2, 2, len(values)))
    return lattice_of(np.array([-pi / 2, pi / 2]), np.array([-pi, pi]), everywhere)
