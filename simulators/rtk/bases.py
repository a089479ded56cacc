"""Base stations: those of the scenario, and more of them in a ring around the district where more are wanted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss.frames.geodetic import geodetic_to_ecef
from simulators.chart import Chart
from simulators.corrections import draw_outages, outage_chance
from simulators.errors import ScenarioError
from simulators.fleet import geoid_sep_m
from simulators.scenario import BaseStation, CorrectionSettings, Outage
from simulators.traffic import terrain_m

Floats = NDArray[np.float64]

RING_M = 4_500.0
MAST_M = 18.0
"""Antennas of bases above the ground."""

BASES_MAX = 200


class Bases(NamedTuple):
    """Base stations: `id` as messages name them, and where they stand (CGCS2000)."""

    id: NDArray[np.uint16]
    lat_deg: Floats
    lon_deg: Floats
    h_ell_m: Floats

    @property
    def r_ecef_m(self) -> Floats:
        """Antenna reference points (n, 3)."""
        return geodetic_to_ecef(np.radians(self.lat_deg), np.radians(self.lon_deg), self.h_ell_m)


def build_bases(settings: CorrectionSettings, count: int | None = None) -> Bases:
    """The bases of a scenario, or so many of them."""
    wanted = len(settings.bases) if count is None else count
    stations = [*settings.bases[:wanted], *_ring(settings.bases, wanted - len(settings.bases))]
    lat = np.array([base.lat_deg for base in stations])
    lon = np.array([base.lon_deg for base in stations])
    ground_m = np.array([terrain_m(*place) for place in zip(lat.tolist(), lon.tolist(), strict=True)])
    number = np.array([base.id for base in stations], dtype=np.uint16)
    return Bases(number, lat, lon, ground_m.reshape(lat.shape) + MAST_M + geoid_sep_m(lat))


def _ring(known: Sequence[BaseStation], count: int) -> list[BaseStation]:
    """More bases, with the next free ids."""
    if count <= 0:
        return []
    angle = 2.0 * np.pi * np.arange(count) / count
    lonlat = Chart().to_lonlat(RING_M * np.column_stack((np.sin(angle), np.cos(angle))))
    first = max((base.id for base in known), default=0) + 1
    return [BaseStation(id=first + k, lat_deg=lat, lon_deg=lon) for k, (lon, lat) in enumerate(lonlat.tolist())]


def outages_of(
    bases: Bases, settings: CorrectionSettings, asked: Sequence[str], rovers: int, seed: int
) -> list[tuple[int, float, float]]:
    """(row, when, how long) of the outages of the scenario, by plan and by chance, and of those asked for.

    These are `ID:START_S:DURATION_S`; raises `ScenarioError` for a base that is not there.
    """
    row_of = {int(number): rovers + k for k, number in enumerate(bases.id)}
    chance = outage_chance(seed)
    outages = []
    for number, row in row_of.items():
        drawn = draw_outages(settings, number, chance)
        outages += [(row, float(begin_s), float(end_s - begin_s)) for begin_s, end_s in drawn]
    for outage in (_parse(text) for text in asked):
        if outage.base not in row_of:
            raise ScenarioError(f"outage of base {outage.base}, but the bases are {sorted(row_of)}")
        outages.append((row_of[outage.base], outage.start_s, outage.duration_s))
    return outages


def _parse(text: str) -> Outage:
    try:
        base, start_s, duration_s = text.split(":")
        return Outage(base=int(base), start_s=float(start_s), duration_s=float(duration_s))
    except ValueError as error:
        raise ScenarioError(f"an outage is ID:START_S:DURATION_S such as 2:60:45, not {text!r}") from error
