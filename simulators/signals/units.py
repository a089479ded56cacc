"""Receivers and what they track, as they are before their first epoch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gnss.batches import NO_TIME
from simulators.chance import seed_states
from simulators.signals.kit import NO_LOCK, Places, Plan, Tracks, Units
from simulators.signals.makes import Make
from simulators.sky import SKY_OPEN

CHANCE_STAGE = 79
ANTENNA_DB = 1.0
STEERED_S, STEERED_SPS = 1e-8, 2e-10
FREE_S, FREE_SPS = 4e-4, 3e-7


def build_units(make: ArrayLike, makes: Sequence[Make], seed: int, station: ArrayLike = 0) -> Units:
    """Receivers of some makes, (n,) indices into `makes`; `station` is the id that their messages name."""
    which = np.atleast_1d(np.asarray(make, np.int32))
    n = len(which)
    rng = np.random.default_rng([seed, CHANCE_STAGE])
    is_free = np.array([m.clock_steer_s == 0.0 for m in makes])[which]
    salt = rng.integers(0, 2**64, n, dtype=np.uint64)
    return Units(
        make=which,
        station=np.broadcast_to(np.asarray(station, np.uint16), n).copy(),
        t_ns=np.full(n, NO_TIME, np.int64),
        bias_s=np.where(is_free, FREE_S * rng.uniform(-1.0, 1.0, n), STEERED_S * rng.standard_normal(n)),
        drift_sps=np.where(is_free, FREE_SPS, STEERED_SPS) * rng.standard_normal(n),
        cn0_dbhz=ANTENNA_DB * rng.standard_normal(n),
        jammed_s=np.zeros(n),
        salt=salt,
        chance=seed_states(seed, CHANCE_STAGE, n),
    )


def empty_tracks(units: int, plan: Plan) -> Tracks:
    """Nothing tracked yet."""
    by_satellite, by_signal = (units, plan.code.shape[0]), (units, *plan.code.shape)
    return Tracks(
        hearing=np.zeros(by_satellite, np.uint8),
        fade=np.zeros(by_satellite, np.float32),
        detour_m=np.zeros(by_satellite, np.float32),
        lock_s=np.full(by_signal, NO_LOCK, np.float32),
        n_cyc=np.zeros(by_signal, np.int32),
        half=np.zeros(by_signal, np.uint8),
        code_mp=np.zeros(by_signal, np.float32),
        phase_mp=np.zeros(by_signal, np.float32),
    )


def places_of(
    r_ecef_m: ArrayLike, v_ecef_mps: ArrayLike = 0.0, kind: ArrayLike = SKY_OPEN, rows: NDArray[np.int32] | None = None
) -> Places:
    """Places (n, 3) of receivers 0..n-1, or of some `rows`, with the horizons of their kinds of surroundings."""
    r = np.array(np.atleast_2d(np.asarray(r_ecef_m, np.float64)))
    n = len(r)
    kinds = np.broadcast_to(np.asarray(kind, np.int32), n).copy()
    v = np.broadcast_to(np.asarray(v_ecef_mps, np.float64), r.shape).copy()
    return Places(np.arange(n, dtype=np.int32) if rows is None else rows, r, v, kinds, kinds.copy())
