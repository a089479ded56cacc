"""The correction service: which base has sent something last, and when bases fail."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulators.chart import METRES_A_DEGREE_LAT, METRES_A_DEGREE_LON_EQUATOR
from simulators.scenario import CorrectionSettings

Floats = NDArray[np.float64]
OUTAGES_MAX = 2_000  # chance outages drawn for one base; later ones do not happen
CHANCE_STAGE = 31


class Corrections:
    """Bases and their outages, worked out ahead for the whole run."""

    def __init__(self, settings: CorrectionSettings, seed: int) -> None:
        """Draw the chance outages of every base."""
        self.id = np.array([base.id for base in settings.bases], dtype=np.int32)
        self._lat_deg = np.array([base.lat_deg for base in settings.bases])
        self._lon_deg = np.array([base.lon_deg for base in settings.bases])
        rng = outage_chance(seed)
        self._outages = [draw_outages(settings, base.id, rng) for base in settings.bases]

    def heard_s(self, t_s: float) -> Floats:
        """Scenario time of the newest correction each base has sent by `t_s`: now, or when its outage began."""
        newest = np.full(self.id.size, t_s)
        for k, outages in enumerate(self._outages):
            at = int(np.searchsorted(outages[:, 0], t_s, side="right")) - 1
            if at >= 0 and t_s < outages[at, 1]:
                newest[k] = outages[at, 0]
        return newest

    def nearest(self, lat_deg: Floats, lon_deg: Floats) -> NDArray[np.int32]:
        """Index of the base nearest to each place."""
        every = np.stack([self.baseline_m(np.full(lat_deg.size, k), lat_deg, lon_deg) for k in range(self.id.size)])
        return np.asarray(np.argmin(every, axis=0), dtype=np.int32)

    def baseline_m(self, base: NDArray[np.int32] | NDArray[np.int64], lat_deg: Floats, lon_deg: Floats) -> Floats:
        """Horizontal distance to a base."""
        north = (lat_deg - self._lat_deg[base]) * METRES_A_DEGREE_LAT
        east = (lon_deg - self._lon_deg[base]) * METRES_A_DEGREE_LON_EQUATOR * np.cos(np.radians(lat_deg))
        return np.asarray(np.hypot(north, east), dtype=np.float64)


def outage_chance(seed: int) -> np.random.Generator:
    """The chance from which outages are drawn, base after base."""
    return np.random.default_rng([seed, CHANCE_STAGE])


def draw_outages(settings: CorrectionSettings, base: int, rng: np.random.Generator) -> Floats:
    """Start and end of every outage of a base, ordered and merged where they overlap, `(k, 2)`."""
    spans = [(outage.start_s, outage.start_s + outage.duration_s) for outage in settings.outages if outage.base == base]
    if settings.outage_every_s > 0:
        starts = np.cumsum(rng.exponential(settings.outage_every_s, OUTAGES_MAX))
        lengths = rng.exponential(settings.outage_length_s, OUTAGES_MAX)
        spans += list(zip(starts.tolist(), (starts + lengths).tolist(), strict=True))
    merged: list[list[float]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    return np.array(merged, dtype=np.float64).reshape(-1, 2)
