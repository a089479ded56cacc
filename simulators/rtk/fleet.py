"""Rovers that drive through the city and bases that stand above it, under one sky."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss.frames.enu import r_enu_from_ecef
from gnss.frames.geodetic import geodetic_to_ecef
from gnss.time.scales import unix_ns_to_gpst_ns
from simulators.chart import CENTER_LAT_DEG, CENTER_LON_DEG
from simulators.fleet import Fleet
from simulators.network import CANYON, MOTORWAY, TUNNEL, Network
from simulators.receivers import sky_kinds
from simulators.rtk.bases import Bases
from simulators.rtk.schedule import RtkSchedule
from simulators.scenario import Scenario
from simulators.schedule import Schedule
from simulators.signals.horizons import Horizons
from simulators.signals.kit import Places
from simulators.signals.makes import MAKES
from simulators.signals.observer import Observed, Observer
from simulators.signals.orbits import EXACT, OrbitErrors, SimulatedOrbits
from simulators.signals.skies import EVERYWHERE, KINDS, SKY_TREES
from simulators.signals.units import build_units
from simulators.sky import SKY_OPEN, SKY_TUNNEL

Floats = NDArray[np.float64]

CHANCE_STAGE = 83
ROVER_ANTENNA_M = 1.6
"""Antennas of rovers above the road."""


class RtkEpochs(NamedTuple):
    """What the receivers of a slot heard: `row` of each that sends, silent or not."""

    row: NDArray[np.int32]
    observed: Observed


class RtkFleet:
    """Rovers (the first rows) and bases (the last); one seed, one history. Slots are asked for in order."""

    def __init__(
        self,
        network: Network,
        horizons: Horizons | None,
        scenario: Scenario,
        schedule: RtkSchedule,
        bases: Bases,
        seed: int,
        start_utc_ns: int,
    ) -> None:
        """Place rovers and bases; `horizons`: what buildings hide, or by the kind of street."""
        self.scenario, self.schedule, self.bases, self.start_utc_ns = scenario, schedule, bases, start_utc_ns
        rovers = schedule.rovers
        period = Schedule(rovers, schedule.period_ns, 1)
        self.fleet = Fleet(network, scenario, period, seed, start_utc_ns)
        self._network, self._horizons = network, horizons
        self._has_trees = _trees(network, scenario.signals.trees_share, seed)
        settings = scenario.rtk
        makes = [MAKES[name] for name in (settings.rover_make, settings.other_make, settings.base_make)]
        is_other = np.random.default_rng([seed, CHANCE_STAGE]).random(rovers) < settings.other_share
        make = np.concatenate((is_other.astype(np.int32), np.full(len(bases.id), 2, np.int32)))
        station = np.concatenate((np.zeros(rovers, np.uint16), bases.id))
        start = self.t_gpst_ns(0)
        errors = OrbitErrors() if settings.orbit_errors else EXACT
        self.orbits = SimulatedOrbits(seed, start, scenario.signals.systems, errors)
        origin = float(np.radians(CENTER_LAT_DEG)), float(np.radians(CENTER_LON_DEG))
        units = build_units(make, makes, seed, station)
        sine = None if horizons is None else horizons.sine
        self.observer = Observer(self.orbits, makes, units, scenario.signals, start, origin, sine)
        self._places: tuple[int, Places] | None = None

    def t_utc_ns(self, slot: int) -> int:
        """Epoch of a slot, Unix ns."""
        return self.start_utc_ns + self.schedule.epoch(slot) * self.schedule.period_ns

    def t_gpst_ns(self, slot: int) -> int:
        """Epoch of a slot, GPST ns since 1980-01-06."""
        return int(unix_ns_to_gpst_ns(self.t_utc_ns(slot)))

    def observe(self, slot: int) -> RtkEpochs:
        """What those who send in a slot heard at its epoch."""
        rows = self.schedule.rows(slot)
        return RtkEpochs(rows, self.observer.observe(self.t_gpst_ns(slot), self.places(slot).take(rows)))

    def places(self, slot: int) -> Places:
        """Where everybody is at the epoch of a slot."""
        epoch = self.schedule.epoch(slot)
        if self._places is None or self._places[0] != epoch:
            t_s = self.schedule.epoch_s(slot) if self.scenario.driving else 0.0
            self._places = (epoch, self._all_places(t_s))
        return self._places[1]

    def _all_places(self, t_s: float) -> Places:
        """Rovers where they have driven to, bases where they stand."""
        at = self.fleet.whereabouts(t_s)
        lat, lon = np.radians(at.lat_deg), np.radians(at.lon_deg)
        r = geodetic_to_ecef(lat, lon, at.h_ell_m + ROVER_ANTENNA_M)
        enu = at.v_neu_mps[:, (1, 0, 2)]
        v = np.einsum("nij,ni->nj", r_enu_from_ecef(lat, lon), enu)
        kind, horizon = self._surroundings()
        bases = len(self.bases.id)
        return Places(
            np.arange(self.schedule.terminals, dtype=np.int32),
            np.concatenate((r, self.bases.r_ecef_m)),
            np.concatenate((v, np.zeros((bases, 3)))),
            np.concatenate((kind, np.full(bases, SKY_OPEN, np.int32))),
            np.concatenate((horizon, np.full(bases, SKY_OPEN, np.int32))),
        )

    def _surroundings(self) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Kind of surroundings and horizon of every rover."""
        edge, network = self.fleet.vehicles.edge, self._network
        kind = np.empty(len(edge), dtype=np.int32)
        if self.scenario.signals.surroundings in EVERYWHERE:
            kind[:] = EVERYWHERE[self.scenario.signals.surroundings]
            return kind, kind
        sky_kinds(network.around[edge], network.vertex_dir_deg[network.first_vertex[edge]], kind)
        kind[self._has_trees[edge] & (kind != SKY_TUNNEL)] = SKY_TREES
        if self._horizons is None:
            return kind, kind
        own = KINDS + self._horizons.rows(edge, self.fleet.vehicles.offset_m)
        return kind, np.where(kind == SKY_TUNNEL, kind, own).astype(np.int32)


def _trees(network: Network, share: float, seed: int) -> NDArray[np.bool_]:
    """Which edges run under trees, both directions of a street alike."""
    rng = np.random.default_rng([seed, CHANCE_STAGE, 1])
    drawn = rng.random(len(network.twin))
    both = np.where(network.twin >= 0, np.minimum(np.arange(len(drawn)), network.twin), np.arange(len(drawn)))
    may = (network.road_class != MOTORWAY) & (network.around != TUNNEL) & (network.around != CANYON)
    return np.asarray((drawn[both] < share) & may)
