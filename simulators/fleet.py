"""The fleet from slot to slot: vehicles drive, receivers observe, and what they say comes out as columns."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss.constants import NS_PER_S
from simulators.chart import METRES_A_DEGREE_LAT, METRES_A_DEGREE_LON_EQUATOR
from simulators.corrections import Corrections
from simulators.network import Network
from simulators.receivers import Epochs, build_receivers, empty_epochs, observe, sky_kinds
from simulators.routing import fill_routes
from simulators.scenario import Scenario
from simulators.schedule import Schedule
from simulators.sky import Sky, build_constellation, compute_sky
from simulators.traffic import DECIDE_S, advance_rows, decide, positions
from simulators.vehicles import PARK_MEAN_S, place_vehicles

SKY_EVERY_S = 5  # a satellite moves by 0.04 degrees in this time
COURSE_FROM_MPS = 0.3  # below this a receiver gives no course
SPEED_NOISE_MPS = 0.02
GEOID_SEP_M = -13.0  # of the size that global models give for southern Jiangxi
OBSERVE_STAGE = 41


SPEED_STEP_S = 0.05  # over which velocities are taken from positions


class Whereabouts(NamedTuple):
    """Where all vehicles of a fleet truly are at one instant, and how fast they move; north, east, up in m/s (n, 3)."""

    lat_deg: NDArray[np.float64]
    lon_deg: NDArray[np.float64]
    h_ell_m: NDArray[np.float64]
    v_neu_mps: NDArray[np.float64]


def geoid_sep_m(lat_deg: NDArray[np.float64]) -> NDArray[np.float64]:
    """Height of the geoid above the ellipsoid, metres: a plane that falls by 2 cm a kilometre to the north."""
    return GEOID_SEP_M - 2e-5 * METRES_A_DEGREE_LAT * (lat_deg - 25.83)


class Fleet:
    """Terminals that drive through a city; one seed, one history."""

    def __init__(self, network: Network, scenario: Scenario, schedule: Schedule, seed: int, start_utc_ns: int) -> None:
        """Place vehicles and receivers and let the traffic find its order."""
        self.scenario, self.schedule, self.network = scenario, schedule, network
        self.start_utc_ns = start_utc_ns
        count, vehicles, receivers = schedule.terminals, scenario.fleet, scenario.receivers
        self.vehicles = place_vehicles(network, count, vehicles.shuttles, vehicles.parked_share, seed)
        self.corrections = Corrections(scenario.corrections, seed)
        shares = (receivers.rtk_share, receivers.dgnss_share, receivers.single_share)
        self.receivers = build_receivers(count, shares, receivers.ins_share, len(scenario.corrections.bases), seed)
        self.constellation = build_constellation()
        self._noise = np.random.default_rng([seed, OBSERVE_STAGE])
        self._first = np.zeros(network.length_m.size + 1, dtype=np.int32)
        self._order = np.zeros(count, dtype=np.int32)
        self._everyone = np.arange(count, dtype=np.int32)
        share = vehicles.parked_share
        self._park_rate_hz = share / max(1e-9, 1.0 - share) / PARK_MEAN_S
        self._decisions = 0
        self._sky: tuple[int, Sky] | None = None
        self._still: dict[int, Epochs] = {}
        fill_routes(network, self.vehicles)
        self.receivers.base[:] = self.corrections.nearest(*self._truth(self._everyone)[:2])

    def t_utc_ns(self, slot: int) -> int:
        """Event time of a slot, Unix nanoseconds."""
        return self.start_utc_ns + slot * self.schedule.slot_ns

    def sky(self, slot: int) -> Sky:
        """The sky of the slot, to the last `SKY_EVERY_S`."""
        when = self.sky_number(slot)
        if self._sky is None or self._sky[0] != when:
            self._sky = (when, compute_sky(self.constellation, float(when * SKY_EVERY_S)))
        return self._sky[1]

    def sky_number(self, slot: int) -> int:
        """A number that changes whenever the sky does."""
        return self.t_utc_ns(slot) // (SKY_EVERY_S * NS_PER_S)

    def observe(self, slot: int) -> Epochs:
        """Drive up to a slot and return what its terminals say; slots must be asked for in order."""
        if not self.scenario.driving:
            return self._parade(slot)
        t_s = self.schedule.t_s(slot)
        self._drive(t_s)
        rows = self.schedule.rows(slot)
        advance_rows(self.network, self.vehicles, rows, t_s)
        return self._receive(rows, t_s, slot)

    def whereabouts(self, t_s: float) -> Whereabouts:
        """Drive up to a time, not earlier than any asked for before, and tell where everybody is then.

        Velocities follow from the places of the moments before, to 1 cm/s.
        """
        step_s = min(SPEED_STEP_S, 0.25 * self.schedule.period_s)
        seen = []
        for back in (2, 1, 0):
            at_s = max(0.0, t_s - back * step_s)
            self._drive(at_s)
            advance_rows(self.network, self.vehicles, self._everyone, at_s)
            lat, lon, h_msl = self._truth(self._everyone)
            seen.append(np.stack((lat, lon, h_msl + geoid_sep_m(lat)), axis=1))
        two, one, now = seen
        per_s = (3.0 * now - 4.0 * one + two) / (2.0 * step_s)
        scale = np.ones_like(per_s)
        scale[:, 0] = METRES_A_DEGREE_LAT
        scale[:, 1] = METRES_A_DEGREE_LON_EQUATOR * np.cos(np.radians(now[:, 0]))
        return Whereabouts(now[:, 0], now[:, 1], now[:, 2], per_s * scale)

    def _drive(self, t_s: float) -> None:
        """Let everybody decide at every whole `DECIDE_S` up to now."""
        due = math.floor(t_s / DECIDE_S + 1e-9) + 1
        while self._decisions < due:
            at_s = self._decisions * DECIDE_S
            advance_rows(self.network, self.vehicles, self._everyone, at_s)
            decide(self.network, self.vehicles, self._first, self._order, at_s, self._park_rate_hz)
            self._decisions += 1

    def _truth(self, rows: NDArray[np.int32]) -> tuple[NDArray[np.float64], ...]:
        """True latitude, longitude (deg) and height above sea level (m)."""
        lat, lon, height = np.empty(rows.size), np.empty(rows.size), np.empty(rows.size)
        positions(self.network, self.vehicles, rows, lat, lon, height)
        return lat, lon, height

    def _receive(self, rows: NDArray[np.int32], t_s: float, slot: int) -> Epochs:
        """What the receivers of some rows say."""
        epochs = empty_epochs(rows)
        lat, lon, h_msl = self._truth(rows)
        epochs.true_lat_deg[:], epochs.true_lon_deg[:] = lat, lon
        epochs.true_h_ell_m[:] = h_msl + geoid_sep_m(lat)
        vehicles, network = self.vehicles, self.network
        around = network.around[vehicles.edge[rows]]
        sky_kinds(around, network.vertex_dir_deg[network.first_vertex[vehicles.edge[rows]]], epochs.sky)
        speed = vehicles.speed_mps[rows]
        moving = speed > COURSE_FROM_MPS
        noise = self._noise.standard_normal((2, rows.size))
        epochs.speed_mps[:] = np.abs(speed + SPEED_NOISE_MPS * noise[0])
        course = vehicles.heading_deg[rows] + np.degrees(
            SPEED_NOISE_MPS * noise[1] / np.maximum(speed, COURSE_FROM_MPS)
        )
        epochs.course_deg[:] = np.where(moving, course % 360.0, np.nan)
        baseline = self.corrections.baseline_m(self.receivers.base[rows], lat, lon)
        observe(self.receivers, epochs, t_s, self.corrections.heard_s(t_s), self.sky(slot).hdop, baseline)
        return epochs

    def _parade(self, slot: int) -> Epochs:
        """Standing vehicles with perfect receivers: the same epochs again at the time of the slot."""
        group = slot % self.schedule.groups
        if group not in self._still:
            epochs = self._receive(self.schedule.rows(slot), 0.0, slot)
            self._still[group] = epochs
        return self._still[group]
