"""What a receiver tracks: satellites found and hidden, signals acquired, slipped, resolved and lost."""

from __future__ import annotations

from math import log, sqrt

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel
from simulators.chance import unit
from simulators.signals._dice import normal_pair
from simulators.signals.kit import (
    ACQUIRED,
    DIRECT,
    HALF_RESOLVED,
    HIDDEN,
    HIDDEN_SATELLITES,
    LOST,
    LOST_PHASES,
    NO_LOCK,
    OFF_BY_HALF,
    REFLECTED,
    REFLECTIONS,
    SILENT_SLIPS,
    SLIPS,
    UNHEARD,
    UNRESOLVED,
    Knobs,
    Tracks,
)

Longs = NDArray[np.int64]
State = NDArray[np.uint64]

PULL_IN_S = 1.5
"""A phase is tracked at most so long after the code."""

AMBIGUITY_CYC_MAX = 60
SLIP_CYC_MEAN = 6.0
DETOUR_M_MIN, DETOUR_M_MEAN = 4.0, 18.0
"""Of a reflection, against the direct way."""

WEAK_CN0_DBHZ = 32.0
WEAK_SLIP_HZ = 0.01
"""A signal this weak slips so often, and ten times as often with every 5 dB less."""


@inline_kernel
def lose_satellite(tracks: Tracks, row: int, k: int, counts: Longs) -> None:
    """Track nothing of a satellite any more."""
    tracks.hearing[row, k] = UNHEARD
    for j in range(tracks.lock_s.shape[2]):
        if tracks.lock_s[row, k, j] != NO_LOCK:
            tracks.lock_s[row, k, j] = NO_LOCK
            counts[LOST] += 1


@inline_kernel
def hear(tracks: Tracks, row: int, k: int, is_clear: bool, reflected_share: float, chance: State, counts: Longs) -> int:
    """How a satellite above the mask is heard; whether a hidden one is reflected is settled when it is first hidden."""
    before = tracks.hearing[row, k]
    if is_clear:
        if before != DIRECT:
            tracks.fade[row, k] = normal_pair(chance, row)[0]
        now = DIRECT
    elif before in (REFLECTED, HIDDEN):
        now = before
    else:
        counts[HIDDEN_SATELLITES] += 1
        now = HIDDEN
        if unit(chance, row) < reflected_share:
            counts[REFLECTIONS] += 1
            now = REFLECTED
            tracks.detour_m[row, k] = DETOUR_M_MIN - DETOUR_M_MEAN * log(1.0 - unit(chance, row))
    if before not in (now, UNHEARD):
        lose_satellite(tracks, row, k, counts)
    tracks.hearing[row, k] = now
    return int(now)


@inline_kernel
def lose_signal(tracks: Tracks, row: int, k: int, j: int, counts: Longs) -> None:
    """A signal became too weak."""
    if tracks.lock_s[row, k, j] != NO_LOCK:
        tracks.lock_s[row, k, j] = NO_LOCK
        counts[LOST] += 1


@inline_kernel
def _doubt(tracks: Tracks, row: int, k: int, j: int, has_data: bool, knobs: Knobs, chance: State) -> None:
    """Forget the half cycle of a phase that carries data."""
    tracks.half[row, k, j] = 0
    if has_data and knobs.half_cycle_s > 0.0:
        is_off = unit(chance, row) < knobs.half_cycle_share
        tracks.half[row, k, j] = UNRESOLVED + (OFF_BY_HALF if is_off else 0)


@inline_kernel
def _pull_in(tracks: Tracks, row: int, k: int, j: int, has_data: bool, knobs: Knobs, chance: State) -> None:
    """Begin to track a phase, with another ambiguity."""
    tracks.lock_s[row, k, j] = -PULL_IN_S * unit(chance, row)
    tracks.n_cyc[row, k, j] = int((2.0 * unit(chance, row) - 1.0) * AMBIGUITY_CYC_MAX)
    _doubt(tracks, row, k, j, has_data, knobs, chance)


@inline_kernel
def lose_phase(
    tracks: Tracks, row: int, k: int, j: int, has_data: bool, knobs: Knobs, chance: State, counts: Longs
) -> None:
    """A signal became too weak for its phase, not for its code."""
    if tracks.lock_s[row, k, j] >= 0.0:
        counts[LOST_PHASES] += 1
        _pull_in(tracks, row, k, j, has_data, knobs, chance)


@inline_kernel
def _slip(tracks: Tracks, row: int, k: int, j: int, has_data: bool, knobs: Knobs, chance: State, counts: Longs) -> None:
    """A phase jumps by whole cycles; mostly the receiver notices."""
    size = 1 - int(SLIP_CYC_MEAN * log(1.0 - unit(chance, row)))
    tracks.n_cyc[row, k, j] += size if unit(chance, row) < 0.5 else -size
    if unit(chance, row) < knobs.silent_slip_share:
        counts[SILENT_SLIPS] += 1
        return
    counts[SLIPS] += 1
    tracks.lock_s[row, k, j] = 0.0
    _doubt(tracks, row, k, j, has_data, knobs, chance)


@inline_kernel
def slip_rate_hz(base_hz: float, cn0_dbhz: float) -> float:
    """How often a phase slips."""
    if cn0_dbhz >= WEAK_CN0_DBHZ:
        return base_hz
    return float(base_hz + WEAK_SLIP_HZ * 10.0 ** ((WEAK_CN0_DBHZ - cn0_dbhz) / 5.0))


@inline_kernel
def keep_signal(
    tracks: Tracks, row: int, k: int, j: int, has_data: bool, slip_hz: float, dt_s: float, keep: float, knobs: Knobs,
    chance: State, counts: Longs,
) -> None:  # fmt: skip
    """Acquire a signal or go on tracking it for `dt_s`; `keep` is what remains of its multipath."""
    if tracks.lock_s[row, k, j] == NO_LOCK:
        counts[ACQUIRED] += 1
        tracks.code_mp[row, k, j], tracks.phase_mp[row, k, j] = normal_pair(chance, row)
        _pull_in(tracks, row, k, j, has_data, knobs, chance)
        return
    renew = sqrt(1.0 - keep * keep)
    code, phase = normal_pair(chance, row)
    tracks.code_mp[row, k, j] = keep * tracks.code_mp[row, k, j] + renew * code
    tracks.phase_mp[row, k, j] = keep * tracks.phase_mp[row, k, j] + renew * phase
    tracks.lock_s[row, k, j] += dt_s
    lock_s = tracks.lock_s[row, k, j]
    if lock_s < 0.0:
        return
    if tracks.half[row, k, j] and lock_s >= knobs.half_cycle_s:
        counts[HALF_RESOLVED] += 1
        tracks.half[row, k, j] = 0
    if unit(chance, row) < slip_hz * knobs.slip_ratio * dt_s:
        _slip(tracks, row, k, j, has_data, knobs, chance, counts)
