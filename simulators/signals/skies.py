"""What surroundings do to signals: how much of the sky they hide, and how rough they are on what is left."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulators.signals.kit import AZ_BINS, Skies
from simulators.sky import CANYON_BINS, SKY_BUILT, SKY_CANYON, SKY_KINDS, SKY_OPEN, SKY_TUNNEL

Floats = NDArray[np.float64]

SKY_TREES = SKY_KINDS
KINDS = SKY_KINDS + 1
ALONG_DEG, ALONG_EL_DEG, ACROSS_EL_DEG = 24.0, 15.0, 52.0
"""A canyon is open within so many degrees of its direction, down to the first elevation; across it, walls end at the
second."""

HIDDEN = 2.0
"""Sine of the elevation of a horizon that hides everything."""


class Surroundings(NamedTuple):
    """Of one kind of surroundings.

    `multipath_ratio` on codes and (to at most 3) phases; `slip_hz` of each phase; `fade_db` mean and `fade_sigma_db` of
    what leaves take away; `reflected_share` of the hidden satellites that are heard by a reflection.
    """

    multipath_ratio: float
    slip_hz: float
    fade_db: float
    fade_sigma_db: float
    reflected_share: float


_OPEN = Surroundings(1.0, 2e-5, 0.0, 0.5, 0.0)
_BUILT = Surroundings(1.8, 2e-4, 0.0, 1.5, 0.05)
_CANYON = Surroundings(3.5, 4e-3, 1.0, 2.5, 0.30)
_TREES = Surroundings(2.0, 3e-3, 6.0, 4.0, 0.0)
_TUNNEL = Surroundings(1.0, 0.0, 0.0, 0.0, 0.0)
BY_KIND: dict[int, Surroundings] = {
    SKY_OPEN: _OPEN,
    SKY_BUILT: _BUILT,
    **{SKY_CANYON + k: _CANYON for k in range(CANYON_BINS)},
    SKY_TUNNEL: _TUNNEL,
    SKY_TREES: _TREES,
}


def build_skies(horizons: NDArray[np.float32] | None = None, reflected_ratio: float = 1.0) -> Skies:
    """The surroundings, and behind the horizons of their kinds some of real places (H, AZ_BINS)."""
    own = np.stack([_horizon(kind) for kind in range(KINDS)]).astype(np.float32)
    columns = [np.array([BY_KIND[kind][k] for kind in range(KINDS)]) for k in range(len(Surroundings._fields))]
    columns[-1] = np.minimum(columns[-1] * reflected_ratio, 1.0)
    return Skies(own if horizons is None else np.concatenate((own, horizons)), *columns)


def _horizon(kind: int) -> Floats:
    """The horizon of a kind of surroundings."""
    if kind == SKY_TUNNEL:
        return np.full(AZ_BINS, HIDDEN)
    if SKY_CANYON <= kind < SKY_TUNNEL:
        along_deg = (kind - SKY_CANYON) * 180.0 / CANYON_BINS
        az_deg = (np.arange(AZ_BINS) + 0.5) * 360.0 / AZ_BINS
        off_deg = np.abs((az_deg - along_deg + 90.0) % 180.0 - 90.0)
        return np.asarray(np.sin(np.radians(np.where(off_deg < ALONG_DEG, ALONG_EL_DEG, ACROSS_EL_DEG))))
    el_deg = {SKY_OPEN: 0.0, SKY_BUILT: 18.0, SKY_TREES: 10.0}[kind]
    return np.full(AZ_BINS, np.sin(np.radians(el_deg)))
