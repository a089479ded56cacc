"""All receivers of a call at one instant: every satellite in view, every signal tracked, a row each."""

from __future__ import annotations

from math import log, pi

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, kernel
from gnss.batches import NO_TIME
from gnss.orbits.table import OrbitTable
from gnss.rtcm.observations import ObservationSink
from simulators.chance import unit
from simulators.signals._clock_kernel import advance_clock
from simulators.signals._dice import normal_pair
from simulators.signals._row_kernel import sizes_of, write_row
from simulators.signals._site_kernel import Ray, Site, ray_of, rough_sin_el, site_of
from simulators.signals._track_kernel import (
    hear,
    keep_signal,
    lose_phase,
    lose_satellite,
    lose_signal,
    slip_rate_hz,
)
from simulators.signals.kit import (
    AZ_BINS,
    CLOCK_JUMPS,
    HIDDEN,
    JAMMED,
    REFLECTED,
    ROWS,
    UNHEARD,
    Air,
    Knobs,
    MakePlan,
    PathSink,
    Places,
    Plan,
    Skies,
    Tracks,
    Units,
)

Longs = NDArray[np.int64]

CODE_CN0_DBHZ_MIN, PHASE_CN0_DBHZ_MIN = 20.0, 28.0
REFLECTED_DB = 12.0
ROUGH = 2e-3
"""How far below the mask a satellite is looked at more closely."""

_NO_TIME = int(NO_TIME)
_S_PER_NS = 1e-9


@inline_kernel
def _lose_all(tracks: Tracks, row: int, counts: Longs) -> None:
    for k in range(tracks.hearing.shape[1]):
        if tracks.hearing[row, k] != UNHEARD:
            lose_satellite(tracks, row, k, counts)


@inline_kernel
def _is_jammed(units: Units, row: int, dt_s: float, knobs: Knobs, counts: Longs) -> bool:
    """Whether interference leaves nothing; it begins by chance and lasts by chance."""
    units.jammed_s[row] -= dt_s
    if units.jammed_s[row] <= 0.0 and knobs.jam_hz > 0.0 and unit(units.chance, row) < knobs.jam_hz * dt_s:
        units.jammed_s[row] = -knobs.jam_s * log(1.0 - unit(units.chance, row))
    if units.jammed_s[row] <= 0.0:
        return False
    counts[JAMMED] += 1
    return True


@inline_kernel
def _loss_db(tracks: Tracks, skies: Skies, units: Units, site: Site, k: int) -> float:
    """What leaves and edges take away from a satellite, going up and down."""
    keep = site.keep * site.keep
    fade = keep * tracks.fade[site.row, k] + np.sqrt(1.0 - keep * keep) * normal_pair(units.chance, site.row)[0]
    tracks.fade[site.row, k] = fade
    return float(max(skies.fade_db[site.kind] + skies.fade_sigma_db[site.kind] * fade, 0.0))


@inline_kernel
def _observe_satellite(
    n: int, site: Site, ray: Ray, hearing: int, k: int, t_ns: int, stated: Longs, table: OrbitTable, plan: Plan,
    makes: MakePlan, skies: Skies, knobs: Knobs, units: Units, tracks: Tracks, out: ObservationSink, paths: PathSink,
    counts: Longs,
) -> int:  # fmt: skip
    """Write the signals of a satellite from row `n` on; returns the row after them."""
    row, chance = site.row, units.chance
    is_reflected = hearing == REFLECTED
    detour_m = float(tracks.detour_m[row, k]) if is_reflected else 0.0
    strength_dbhz = ray.cn0_dbhz + units.cn0_dbhz[row] + makes.cn0_dbhz[site.make]
    strength_dbhz -= _loss_db(tracks, skies, units, site, k) + (REFLECTED_DB if is_reflected else 0.0)
    sizes = sizes_of(site, ray, makes, skies, knobs)
    for j in range(plan.code.shape[1]):
        if makes.tracks[site.make, k, j] == 0:
            continue
        cn0_dbhz = strength_dbhz + plan.cn0_dbhz[k, j]
        if cn0_dbhz < CODE_CN0_DBHZ_MIN:
            lose_signal(tracks, row, k, j, counts)
            continue
        has_data = plan.has_data[k, j] != 0
        slip_hz = slip_rate_hz(skies.slip_hz[site.kind], cn0_dbhz)
        keep_signal(tracks, row, k, j, has_data, slip_hz, site.dt_s, site.keep, knobs, chance, counts)
        if cn0_dbhz < PHASE_CN0_DBHZ_MIN:
            lose_phase(tracks, row, k, j, has_data, knobs, chance, counts)
        has_phase = not is_reflected and tracks.lock_s[row, k, j] >= 0.0
        write_row(
            n, site, ray, sizes, detour_m, cn0_dbhz, has_phase, k, j, t_ns, stated, table, plan, makes, units, tracks,
            out, paths,
        )  # fmt: skip
        n += 1
    return n


@inline_kernel
def _observe_site(
    n: int, site: Site, horizon: int, t_ns: int, stated: Longs, table: OrbitTable, plan: Plan, makes: MakePlan,
    skies: Skies, air: Air, knobs: Knobs, units: Units, tracks: Tracks, out: ObservationSink, paths: PathSink,
    counts: Longs,
) -> int:  # fmt: skip
    """Write everything that a receiver hears from row `n` on; returns the row after it."""
    row = site.row
    for k in range(len(plan.satellite)):
        satellite = plan.satellite[k]
        if not rough_sin_el(table, satellite, site) >= knobs.sin_el_min - ROUGH:
            if tracks.hearing[row, k] != UNHEARD:
                lose_satellite(tracks, row, k, counts)
            continue
        ray = ray_of(table, satellite, site, air)
        if not ray.sin_el >= knobs.sin_el_min:
            if tracks.hearing[row, k] != UNHEARD:
                lose_satellite(tracks, row, k, counts)
            continue
        direction = int(ray.az_rad * (0.5 * AZ_BINS / pi)) % AZ_BINS
        is_clear = ray.sin_el > skies.horizon[horizon, direction]
        hearing = hear(tracks, row, k, is_clear, skies.reflected_share[site.kind], units.chance, counts)
        if hearing != HIDDEN:
            n = _observe_satellite(
                n, site, ray, hearing, k, t_ns, stated, table, plan, makes, skies, knobs, units, tracks, out, paths,
                counts,
            )  # fmt: skip
    return n


@kernel
def observe_places(
    t_ns: int, stated: Longs, places: Places, table: OrbitTable, plan: Plan, makes: MakePlan, skies: Skies, air: Air,
    knobs: Knobs, units: Units, tracks: Tracks, out: ObservationSink, paths: PathSink, rows: NDArray[np.int32],
    counts: Longs,
) -> int:  # fmt: skip
    """Observe with some receivers at `t_ns`, the instant of the table; returns how many rows there are.

    `stated` (7,): the epoch as messages of each system name it; `rows` (n,) is filled with the rows of each receiver.
    """
    n = 0
    for i in range(len(places.row)):
        row = places.row[i]
        dt_s = (t_ns - units.t_ns[row]) * _S_PER_NS if units.t_ns[row] != _NO_TIME else 0.0
        units.t_ns[row] = t_ns
        if advance_clock(units, row, makes.clock_steer_s[units.make[row]], dt_s):
            counts[CLOCK_JUMPS] += 1
        if _is_jammed(units, row, dt_s, knobs, counts):
            _lose_all(tracks, row, counts)
            rows[i] = 0
            continue
        site = site_of(units, places, i, air, dt_s)
        before = n
        n = _observe_site(
            n, site, places.horizon[i], t_ns, stated, table, plan, makes, skies, air, knobs, units, tracks, out, paths,
            counts,
        )  # fmt: skip
        rows[i] = n - before
    counts[ROWS] += n
    return n
