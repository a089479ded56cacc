"""Recordings made worse on purpose: the variants of which the rate of wrong fixes is measured.

Each is a function of a recording and of chance. What is done to them is physically possible, and harder than an open
road: streets, single satellites behind trees and lorries, slips that receivers see or do not see, half cycles after
every loss of lock, reflections that pull on code and phase, tunnels, base stations that fall silent.
"""

from collections.abc import Callable
from typing import NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from gnss.constants import NS_PER_S
from gnss.frames.enu import r_enu_from_ecef
from gnss.frames.geodetic import ecef_to_geodetic
from gnss.orbits.satellites import satellite_index
from gnss.rtcm.epochs import EpochBatch
from gnss.rtcm.observations import ObservationBatch
from simulators.signals.degrade import (
    add_half_cycles,
    add_noise,
    add_ramps,
    add_slips,
    cut_out,
    hide_sky,
    lose_epochs,
)
from simulators.signals.kit import AZ_BINS
from simulators.signals.series import kept
from tests.bench.rtk_recordings import Recorded

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Chance = np.random.Generator

OPEN_EL_DEG = 5.0
STREET_SHARE = 0.6
"""Share of the time between walls, of a drive through streets."""
BLOCK_S = (20.0, 60.0)
"""How long a street looks the same."""
MASK_PERIOD_S = 40.0
"""Mean time from one disappearance of a satellite to the next."""
OUTAGE_EVERY_S, OUTAGE_S = 45.0, (2.0, 30.0)
BASE_OUTAGE_EVERY_S, BASE_OUTAGE_S = 60.0, 20.0


class Rows(NamedTuple):
    """Epochs and their observations."""

    epochs: EpochBatch
    observations: ObservationBatch


class Sky(NamedTuple):
    """Directions by observation, rad; NaN where there is no ephemeris."""

    az_rad: Floats
    el_rad: Floats


def sky_of(r: Recorded) -> Sky:
    """Where the satellites of every observation stood, as seen from where the rover was."""
    place = r.truth(r.epochs.t_gpst_ns)
    known = np.isfinite(place[:, 0])
    place = np.where(known[:, None], place, place[known][0])
    lat_rad, lon_rad, _ = ecef_to_geodetic(place)
    turn, o = r_enu_from_ecef(lat_rad, lon_rad), r.observations
    satellite = satellite_index(o.system, o.prn)
    away = np.full((len(o), 3), np.nan)
    for k, (first, rows, t_ns) in enumerate(zip(*_columns(r.epochs), strict=True)):
        own = slice(first, first + rows)
        away[own] = (r.book.table(t_ns).r_ecef_m[satellite[own]] - place[k]) @ turn[k].T
    east, north, up = away.T
    return Sky(np.arctan2(east, north) % (2 * np.pi), np.arctan2(up, np.hypot(east, north)))


def _columns(epochs: EpochBatch) -> tuple[list[int], list[int], list[int]]:
    return epochs.first.tolist(), epochs.rows.tolist(), epochs.t_gpst_ns.tolist()


def _since_s(o: ObservationBatch) -> Floats:
    return np.asarray((o.t_gpst_ns - o.t_gpst_ns[0]) / NS_PER_S)


def _duration_s(epochs: EpochBatch) -> float:
    return float(epochs.t_gpst_ns[-1] - epochs.t_gpst_ns[0]) / NS_PER_S


def street_horizon(rng: Chance) -> NDArray[np.float32]:
    """Sines of elevations that the houses on both sides of a street hide, of different heights, its ends open."""
    axis_rad, half_width_m = rng.uniform(0, np.pi), rng.uniform(8, 20)
    az_rad = (np.arange(AZ_BINS) + 0.5) * 2 * np.pi / AZ_BINS
    height_m = np.repeat(rng.uniform(8, 35, AZ_BINS // 4), 4)
    away_m = half_width_m / np.maximum(np.abs(np.sin(az_rad - axis_rad)), 0.05)
    return np.asarray(np.sin(np.arctan2(height_m, away_m)), np.float32)


def streets(r: Recorded, rows: Rows, sky: Sky, rng: Chance) -> Rows:
    """A drive through streets and open places, each for `BLOCK_S`."""
    since_s, hidden = _since_s(rows.observations), np.zeros(len(rows.observations), np.bool_)
    begin_s, end_s = 0.0, float(since_s[-1])
    open_sky = np.full(AZ_BINS, np.sin(np.radians(OPEN_EL_DEG)), np.float32)
    while begin_s <= end_s:
        length_s = rng.uniform(*BLOCK_S)
        own = (since_s >= begin_s) & (since_s < begin_s + length_s)
        horizon = street_horizon(rng) if rng.random() < STREET_SHARE else open_sky
        direction = np.nan_to_num(sky.az_rad[own] * (AZ_BINS / (2 * np.pi))).astype(np.int64) % AZ_BINS
        hidden[own] = np.sin(sky.el_rad[own]) <= horizon[direction]
        begin_s += length_s
    return Rows(*kept(*rows, ~hidden))


def one_street(r: Recorded, rows: Rows, sky: Sky, rng: Chance) -> Rows:
    """All the time in one street."""
    return Rows(*hide_sky(*rows, *sky, street_horizon(rng))[:2])


def masked(rows: Rows, rng: Chance, share: float) -> Rows:
    """Each satellite hidden such a share of the time, on its own."""
    o = rows.observations
    since_s, satellite, hidden = _since_s(o), satellite_index(o.system, o.prn), np.zeros(len(o), np.bool_)
    for number in np.unique(satellite):
        own = np.flatnonzero(satellite == number)
        begin_s, end_s, is_hidden = 0.0, float(since_s[own[-1]]), rng.random() < share
        while begin_s <= end_s:
            length_s = 1.0 + rng.exponential(MASK_PERIOD_S * (share if is_hidden else 1.0 - share))
            if is_hidden:
                hidden[own[(since_s[own] >= begin_s) & (since_s[own] < begin_s + length_s)]] = True
            begin_s, is_hidden = begin_s + length_s, not is_hidden
    return Rows(*kept(*rows, ~hidden))


def tunnels(rows: Rows, rng: Chance) -> Rows:
    """Nothing at all for a while, again and again."""
    begins = np.arange(10.0, _duration_s(rows.epochs), OUTAGE_EVERY_S)
    return Rows(*cut_out(*rows, [(float(begin), rng.uniform(*OUTAGE_S)) for begin in begins])[:2])


def slipping(rows: Rows, rng: Chance, per_h: float, silent_share: float) -> Rows:
    """Slips of whole cycles, so many an hour and signal."""
    return Rows(*add_slips(*rows, rng, per_h, silent_share)[:2])


def halved(rows: Rows, rng: Chance) -> Rows:
    """Half cycles open for 6 s after every loss of lock."""
    return Rows(*add_half_cycles(*rows, rng)[:2])


def pulled(rows: Rows, rng: Chance, per_h: float, size_m: float, duration_s: float) -> Rows:
    """Reflections on codes and phases, so many an hour."""
    return Rows(*add_ramps(*rows, rng, per_h, size_m, duration_s)[:2])


def everything(r: Recorded, rows: Rows, sky: Sky, rng: Chance) -> Rows:
    """A drive through streets with all that comes with it."""
    rows = pulled(slipping(streets(r, rows, sky, rng), rng, 30.0, 0.1), rng, 120.0, 5.0, 30.0)
    return halved(masked(rows, rng, 0.15), rng)


Worsen = Callable[[Recorded, Rows, Sky, Chance], Rows]
VARIANTS: dict[str, tuple[str, Worsen]] = {
    "streets": ("streets and open places in turn, 20 s to 60 s each", streets),
    "one street": ("all the time in one street, walls of 8 m to 35 m", one_street),
    "masks 35 %": ("each satellite hidden 35 % of the time, on its own", lambda r, a, s, g: masked(a, g, 0.35)),
    "masks 60 %": ("each satellite hidden 60 % of the time", lambda r, a, s, g: masked(a, g, 0.6)),
    "slips": ("30 slips an hour and signal, the receiver misses a tenth", lambda r, a, s, g: slipping(a, g, 30, 0.1)),
    "many slips": ("200 slips an hour and signal", lambda r, a, s, g: slipping(a, g, 200, 0.1)),
    "silent slips": ("6 slips an hour and signal, all missed", lambda r, a, s, g: slipping(a, g, 6, 1.0)),
    "half cycles": (
        "60 losses of lock an hour and signal, half cycles open for 6 s",
        lambda r, a, s, g: halved(slipping(a, g, 60, 0.0), g),
    ),
    "streets, half cycles": (
        "streets, and half cycles open for 6 s after each",
        lambda r, a, s, g: halved(streets(r, a, s, g), g),
    ),
    "outages": ("nothing for 2 s to 30 s, every 45 s", lambda r, a, s, g: tunnels(a, g)),
    "lost epochs": ("30 % of the epochs lost", lambda r, a, s, g: Rows(*lose_epochs(*a, g, 0.3)[:2])),
    "reflections": (
        "120 an hour pull codes by up to 5 m, phases by up to a quarter cycle, for 30 s",
        lambda r, a, s, g: pulled(a, g, 120, 5.0, 30.0),
    ),
    "strong reflections": ("600 an hour, up to 15 m, 40 s", lambda r, a, s, g: pulled(a, g, 600, 15.0, 40.0)),
    "noise": (
        "1 m on codes, 4 mm on phases, 4 dB weaker",
        lambda r, a, s, g: Rows(*add_noise(*a, g, 1.0, 0.004, 4.0)[:2]),
    ),
    "everything": ("streets, masks 15 %, slips, half cycles and reflections together", everything),
}


def worse(r: Recorded, sky: Sky, variant: str, seed: int) -> Rows:
    """One variant of a recording."""
    rng = np.random.default_rng([seed, crc32(variant.encode())])
    return VARIANTS[variant][1](r, Rows(r.epochs, r.observations), sky, rng)


def base_silent(r: Recorded, seed: int) -> Rows:
    """The base's epochs without those of 20 s in every minute."""
    base, rng = r.base, np.random.default_rng(seed)
    begin_s = float(r.epochs.t_gpst_ns[0] - base.epochs.t_gpst_ns[0]) / NS_PER_S
    spans = np.arange(rng.uniform(5.0, 25.0), _duration_s(r.epochs), BASE_OUTAGE_EVERY_S)
    return Rows(*cut_out(base.epochs, base.observations, [(begin_s + float(t), BASE_OUTAGE_S) for t in spans])[:2])
