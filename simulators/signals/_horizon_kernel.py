"""How high walls stand around a place, direction by direction."""

from __future__ import annotations

from math import atan2, ceil, cos, floor, pi, sin, sqrt

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, kernel
from simulators.signals.kit import AZ_BINS

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]

_BIN_RAD = 2.0 * pi / AZ_BINS
NEAREST_M = 1.0


@inline_kernel
def _raise_by_wall(
    horizon: NDArray[np.float32], place: int, ax_m: float, ay_m: float, bx_m: float, by_m: float, up_m: float
) -> None:
    """Raise a horizon by one wall from a to b, seen from the origin: in every direction that it takes up."""
    first, turn = atan2(ax_m, ay_m), atan2(bx_m, by_m) - atan2(ax_m, ay_m)
    turn -= 2.0 * pi * floor(turn / (2.0 * pi) + 0.5)
    low, high = (first, first + turn) if turn > 0.0 else (first + turn, first)
    wx_m, wy_m = bx_m - ax_m, by_m - ay_m
    for k in range(ceil(low / _BIN_RAD - 0.5), floor(high / _BIN_RAD - 0.5) + 1):
        az_rad = (k + 0.5) * _BIN_RAD
        across = sin(az_rad) * wy_m - cos(az_rad) * wx_m
        if abs(across) < 1e-9:
            continue
        away_m = max((ax_m * wy_m - ay_m * wx_m) / across, NEAREST_M)
        sine = up_m / sqrt(up_m * up_m + away_m * away_m)
        horizon[place, k % AZ_BINS] = max(horizon[place, k % AZ_BINS], sine)


@kernel
def raise_horizons(
    horizon: NDArray[np.float32], place: Longs, building: Longs, x_m: Floats, y_m: Floats, first: Longs,
    corner_x_m: Floats, corner_y_m: Floats, up_m: Floats,
) -> None:  # fmt: skip
    """Raise the horizons (P, AZ_BINS), sines of elevations, of places by the buildings near them.

    Pairs `place`, `building`; building b has the corners first[b] .. first[b + 1], the last as the first, and stands
    `up_m[b]` above the antennas.
    """
    for i in range(len(place)):
        p, b = place[i], building[i]
        if up_m[b] <= 0.0:
            continue
        for c in range(first[b], first[b + 1] - 1):
            _raise_by_wall(
                horizon, p, corner_x_m[c] - x_m[p], corner_y_m[c] - y_m[p],
                corner_x_m[c + 1] - x_m[p], corner_y_m[c + 1] - y_m[p], up_m[b],
            )  # fmt: skip
