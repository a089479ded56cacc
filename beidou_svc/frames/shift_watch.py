"""Watches which terminals send GCJ-02 although they are tagged as true, by the roads of the active network.

    watch = ShiftWatch(network)
    flags = watch.step(placed)          # rows where a terminal's flag changed
    watch.is_shifted[slot]

Only rows that are a sample's way from the last one are looked up, so a parked fleet costs nothing. Terminals that are
tagged as GCJ-02 are right on the roads when they come here, and so are never flagged.
"""

from math import nan
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gnss.batches import FixBatch
from mapping.datums.frame import Frame
from mapping.datums.gcj02 import gcj02_to_geodetic
from mapping.datums.gcj02_detector import (
    DEFAULT_RULES,
    DetectorRules,
    DetectorState,
    RoadOffsetBatch,
    ShiftFlagBatch,
    step,
)
from mapping.datums.placed import Placed
from mapping.datums.plane import geodetic_to_plane
from mapping.network.grid import LENGTH_M, SegmentGrid, make_grid
from mapping.network.model import RoadNetwork
from mapping.network.nearest_segment import nearest_segment

Floats = NDArray[np.float64]

RADIUS_M: Final = 60.0
"""Roads farther away are no hit at any sigma that is used."""

DENSITY_CELL_M: Final = 500.0
"""Roads are counted in squares of this side; a place has the density of the densest of the nine around it."""

CELLS_A_SIDE_MAX: Final = 2_000
"""Larger networks are counted in larger squares."""

PIECE_M: Final = 100.0
"""Longer segments are counted in pieces."""

SIGMA_M: Final = 5.0
"""Taken for a position that states none."""

EARTH_M: Final = 6.37e6


class RoadDensity:
    """Length of roads over area, in m per m², by place."""

    def __init__(self, network: RoadNetwork) -> None:
        x_m, y_m, length_m = _pieces(make_grid(network), network)
        self._x0_m, self._y0_m = float(x_m.min(initial=np.inf)), float(y_m.min(initial=np.inf))
        extent_m = max(float(np.ptp(v)) if v.size else 0.0 for v in (x_m, y_m))
        self._cell_m = max(DENSITY_CELL_M, extent_m / CELLS_A_SIDE_MAX)
        i, j = self._cell(x_m, y_m)
        cells = np.zeros((int(i.max(initial=0)) + 3, int(j.max(initial=0)) + 3))
        np.add.at(cells, (i + 1, j + 1), length_m)
        windows = np.lib.stride_tricks.sliding_window_view(np.pad(cells, 1), (3, 3))
        self._density: Floats = windows.max(axis=(2, 3)) / self._cell_m**2

    def at(self, x_m: Floats, y_m: Floats) -> Floats:
        """Density at points of the network's plane; 0 outside."""
        i, j = self._cell(x_m, y_m)
        rows, columns = self._density.shape
        inside = (i >= -1) & (i < rows - 1) & (j >= -1) & (j < columns - 1)
        return np.where(inside, self._density[np.where(inside, i + 1, 0), np.where(inside, j + 1, 0)], 0.0)

    def _cell(self, x_m: Floats, y_m: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        far = 1e9
        i, j = ((np.nan_to_num(v, nan=-far, posinf=far, neginf=-far)) for v in (x_m - self._x0_m, y_m - self._y0_m))
        return np.floor(i / self._cell_m).astype(np.int64), np.floor(j / self._cell_m).astype(np.int64)


def _pieces(grid: SegmentGrid, network: RoadNetwork) -> tuple[Floats, Floats, Floats]:
    """Middle and length of pieces of at most `PIECE_M` of all roads, those of two directions once."""
    one_of_two = (network.edges.twin < 0) | (np.arange(len(network.edges)) < network.edges.twin)
    segment = np.flatnonzero(one_of_two[grid.edge])
    pieces = np.ceil(grid.piece[segment, LENGTH_M] / PIECE_M).astype(np.int64)
    of = np.repeat(segment, pieces)
    first = np.repeat(np.cumsum(pieces) - pieces, pieces)
    part = (np.arange(of.size) - first + 0.5) / np.repeat(pieces, pieces)
    x_m, y_m, ux, uy, length_m = grid.piece[of, : LENGTH_M + 1].T
    return x_m + part * length_m * ux, y_m + part * length_m * uy, length_m / np.repeat(pieces, pieces)


class ShiftWatch:
    """The detector of `mapping.datums.gcj02_detector` on the roads of one network."""

    def __init__(self, network: RoadNetwork, rules: DetectorRules = DEFAULT_RULES) -> None:
        self.state = DetectorState.new(0)
        self._network = network
        self._rules = rules
        self._grid = make_grid(network)
        self._density = RoadDensity(network)

    @property
    def is_shifted(self) -> NDArray[np.uint8]:
        """Flag by slot: 1 = sends GCJ-02 although tagged otherwise. Slots that never came are not there."""
        return self.state.is_shifted

    def step(self, placed: Placed) -> ShiftFlagBatch:
        """Take rows in the network's frame; gives the changes of flags."""
        rows = placed.rows_in(self._network.frame, "the watch for GCJ-02")
        if not len(rows):
            return ShiftFlagBatch.empty()
        self.state = self.state.grow(int(rows.slot.max()) + 1)
        samples = rows.take(self._has_moved(rows))
        self.state, flags = step(self.state, self._offsets(samples, placed.frame), self._rules)
        return flags

    def _has_moved(self, rows: FixBatch) -> NDArray[np.bool_]:
        """Rows that may be samples: about far enough from the last one of their terminal, or the first."""
        last = self.state.arrays
        north_m = (rows.lat_rad - last.lat_rad[rows.slot]) * EARTH_M
        east_m = (rows.lon_rad - last.lon_rad[rows.slot]) * EARTH_M * np.cos(rows.lat_rad)
        moved: NDArray[np.bool_] = ~(np.hypot(north_m, east_m) < 0.9 * self._rules.step_m)
        return moved & np.isfinite(rows.lat_rad) & np.isfinite(rows.lon_rad)

    def _offsets(self, rows: FixBatch, frame: Frame) -> RoadOffsetBatch:
        tagged = self._nearest(rows.lat_rad, rows.lon_rad, frame)
        undone = self._nearest(*gcj02_to_geodetic(rows.lat_rad, rows.lon_rad), frame)
        sigma_m = np.fmax(rows.sigma_n_m, rows.sigma_e_m)
        columns: dict[str, Any] = {
            **{name: getattr(rows, name) for name in ("slot", "t_gpst_ns", "lat_rad", "lon_rad")},
            "sigma_m": np.where(np.isnan(sigma_m), SIGMA_M, sigma_m),
            "tagged_m": tagged[0],
            "undone_m": undone[0],
            "road_density": np.maximum(tagged[1], undone[1]),
        }
        return RoadOffsetBatch.missing(len(rows), **columns)

    def _nearest(self, lat_rad: Floats, lon_rad: Floats, frame: Frame) -> tuple[Floats, Floats]:
        """Distance of the nearest road (NaN = none near), and density of roads."""
        x_m, y_m = geodetic_to_plane(lat_rad, lon_rad, self._network.plane, frame=frame)
        found = nearest_segment(self._grid, x_m, y_m, RADIUS_M)
        return np.where(found.segment < 0, nan, np.abs(found.lateral_m)), self._density.at(x_m, y_m)
