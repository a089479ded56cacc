"""Horizons along the streets of a city: what its buildings hide of the sky, every few metres of every edge."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from simulators.chart import Chart
from simulators.network import Network
from simulators.signals._horizon_kernel import raise_horizons
from simulators.signals.kit import AZ_BINS

Floats = NDArray[np.float64]

STEP_M = 20.0
REACH_M = 150.0
"""Farther away even a tower of 66 m hides no more than 24 degrees, and other buildings stand in between."""

ANTENNA_UP_M = 2.0


class Horizons(NamedTuple):
    """Horizons of the network: edge e has rows first[e] .. first[e + 1], one every `STEP_M` along it.

    `sine` (H, AZ_BINS): sine of the elevation up to which walls stand.
    """

    first: NDArray[np.int64]
    sine: NDArray[np.float32]

    def rows(self, edge: NDArray[np.int32], offset_m: Floats) -> NDArray[np.int64]:
        """The row for each place on the network."""
        step = (offset_m / STEP_M).astype(np.int64)
        return np.asarray(np.minimum(self.first[edge] + np.maximum(step, 0), self.first[edge + 1] - 1))


def build_horizons(network: Network, features: Sequence[dict[str, Any]], chart: Chart) -> Horizons:
    """The horizons of a network among the buildings of a city file."""
    counts = np.ceil(np.maximum(network.length_m, 1.0) / STEP_M).astype(np.int64)
    first = np.concatenate(([0], np.cumsum(counts)))
    x_m, y_m = _sample_places(network, counts, chart)
    sine = np.zeros((len(x_m), AZ_BINS), np.float32)
    rings, heights = _buildings(features, chart)
    if rings:
        tree = shapely.STRtree([shapely.Polygon(ring) for ring in rings])
        place, building = tree.query(shapely.points(x_m, y_m), predicate="dwithin", distance=REACH_M)
        corners = np.vstack(rings)
        corner_first = np.concatenate(([0], np.cumsum([len(ring) for ring in rings])))
        up_m = heights - ANTENNA_UP_M
        columns = (np.ascontiguousarray(corners[:, 0]), np.ascontiguousarray(corners[:, 1]))
        raise_horizons(sine, place, building, x_m, y_m, corner_first, *columns, up_m)
    return Horizons(first, sine)


def _sample_places(network: Network, counts: NDArray[np.int64], chart: Chart) -> tuple[Floats, Floats]:
    """The middle of every step of every edge, chart metres."""
    lonlat = np.column_stack((network.vertex_lon_deg, network.vertex_lat_deg))
    plane = chart.to_plane(lonlat)
    parts = []
    for edge, count in enumerate(counts):
        own = slice(network.first_vertex[edge], network.first_vertex[edge + 1])
        at = np.minimum((np.arange(count) + 0.5) * STEP_M, network.length_m[edge])
        run = network.vertex_run_m[own]
        parts.append(np.column_stack([np.interp(at, run, plane[own, axis]) for axis in range(2)]))
    places = np.vstack(parts)
    return np.ascontiguousarray(places[:, 0]), np.ascontiguousarray(places[:, 1])


def _buildings(features: Sequence[dict[str, Any]], chart: Chart) -> tuple[list[Floats], Floats]:
    """Outer rings in chart metres, and heights above the ground."""
    rings, heights = [], []
    for feature in features:
        if feature["properties"].get("layer") == "building":
            rings.append(chart.to_plane(np.asarray(feature["geometry"]["coordinates"][0], dtype=np.float64)))
            heights.append(float(feature["properties"]["height_m"]))
    return rings, np.array(heights)
