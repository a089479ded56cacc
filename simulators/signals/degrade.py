"""Good recordings made worse: skies hidden, epochs lost, outages, slips, half cycles, reflections, noise.

Pure functions of epochs and their observations (rows side by side) and of chance; each tells what it did.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss.constants import NS_PER_S, SPEED_OF_LIGHT_MPS
from gnss.rtcm.epochs import EpochBatch
from gnss.rtcm.observations import NO_CHANNEL, ObservationBatch
from gnss.rtcm.signals import carrier_hz
from simulators.signals.deeds import Deed, DeedBatch
from simulators.signals.kit import AZ_BINS
from simulators.signals.series import broken, carried, kept, series_of, steps_s

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

SLIP_CYC_MAX = 20
PHASE_RAMP_CYC_MAX = 0.25
"""A reflection weaker than the direct signal moves a phase by less than this."""


class Degraded(NamedTuple):
    """What is left, and what was done."""

    epochs: EpochBatch
    observations: ObservationBatch
    deeds: DeedBatch


def hide_sky(
    epochs: EpochBatch, o: ObservationBatch, az_rad: Floats, el_rad: Floats, horizon: NDArray[np.float32]
) -> Degraded:
    """Remove what a horizon (AZ_BINS,), sines of elevations from north over east, hides; angles by row.

    Rows whose direction is NaN stay.
    """
    direction = np.nan_to_num(az_rad * (AZ_BINS / (2.0 * np.pi))).astype(np.int64) % AZ_BINS
    hidden = np.sin(el_rad) <= horizon[direction]
    deeds = _spans(o, hidden, Deed.HIDDEN)
    return Degraded(*kept(epochs, o, ~hidden), deeds)


def lose_epochs(epochs: EpochBatch, o: ObservationBatch, rng: np.random.Generator, share: float) -> Degraded:
    """Lose whole epochs by chance; lock times do not suffer, as the receiver tracked on."""
    lost = rng.random(len(epochs)) < share
    gone = np.repeat(lost, epochs.rows)
    left = epochs.take(~lost)
    rows = left.rows.astype(np.int64)
    deeds = DeedBatch.missing(
        int(lost.sum()), deed=Deed.LOST_EPOCH, slot=epochs.slot[lost], from_gpst_ns=epochs.t_gpst_ns[lost],
        to_gpst_ns=epochs.t_gpst_ns[lost], rows=epochs.rows[lost],
    )  # fmt: skip
    return Degraded(left.replace(first=np.cumsum(rows) - rows), o.take(~gone), deeds)


def cut_out(epochs: EpochBatch, o: ObservationBatch, spans_s: Sequence[tuple[float, float]]) -> Degraded:
    """Remove everything in some spans, (begin, duration) in s after the first epoch: tunnels, interference."""
    if not len(epochs):
        return Degraded(epochs, o, DeedBatch.empty())
    begins = int(epochs.t_gpst_ns.min()) + np.array([round(a * NS_PER_S) for a, _ in spans_s], np.int64)
    ends = begins + np.array([round(d * NS_PER_S) for _, d in spans_s], np.int64)
    inside = (o.t_gpst_ns >= begins[:, None]) & (o.t_gpst_ns < ends[:, None])
    deeds = DeedBatch.missing(
        len(begins), deed=Deed.OUTAGE, from_gpst_ns=begins, to_gpst_ns=ends, rows=inside.sum(axis=1)
    )
    return Degraded(*kept(epochs, o, np.asarray(~inside.any(axis=0))), deeds)


def add_slips(
    epochs: EpochBatch, o: ObservationBatch, rng: np.random.Generator, per_h: float, silent_share: float = 0.1
) -> Degraded:
    """Let phases slip by whole cycles, so often an hour and signal; the receiver does not notice a share of them."""
    series = series_of(o)
    slips = (rng.random(len(o)) < per_h / 3600.0 * steps_s(o, series)) & np.isfinite(o.cp_cyc)
    size = rng.integers(1, SLIP_CYC_MAX + 1, len(o)) * rng.choice((-1.0, 1.0), len(o))
    silent = rng.random(len(o)) < silent_share
    moved = o.replace(cp_cyc=o.cp_cyc + carried(np.where(slips, size, 0.0), series))
    at = np.flatnonzero(slips)
    deed = np.where(silent[at], Deed.SILENT_SLIP, Deed.SLIP)
    return Degraded(epochs, broken(moved, slips & ~silent, series), _points(o, at, deed, size[at]))


def add_half_cycles(
    epochs: EpochBatch, o: ObservationBatch, rng: np.random.Generator, resolve_s: float = 6.0, share: float = 0.5
) -> Degraded:
    """Leave the half cycle of phases open until they were tracked for `resolve_s`; a share of them is off by it."""
    series = series_of(o)
    is_open = (o.lock_s < resolve_s) & np.isfinite(o.cp_cyc)
    ordered = is_open[series.order]
    begins = np.zeros(len(o), np.bool_)
    begins[series.order] = ordered & (series.is_first | np.concatenate(([True], ~ordered[:-1]))[: len(o)])
    off = rng.random(len(o)) < share
    place = np.zeros(len(o), np.int64)
    place[series.order] = np.maximum.accumulate(np.where(begins[series.order], np.arange(len(o)), 0))
    is_off = is_open & off[series.order[place]] if len(o) else is_open
    changed = o.replace(cp_cyc=o.cp_cyc + 0.5 * is_off, half_cycle=np.where(is_open, 1, o.half_cycle).astype(np.uint8))
    at = np.flatnonzero(begins)
    return Degraded(epochs, changed, _points(o, at, Deed.HALF_CYCLE, 0.5 * is_off[at]))


def add_ramps(
    epochs: EpochBatch, o: ObservationBatch, rng: np.random.Generator, per_h: float, size_m: float, duration_s: float
) -> Degraded:
    """Let reflections pull on satellites, so often an hour and terminal: codes by up to about `size_m`, phases too.

    A ramp goes up and down again within about `duration_s`.
    """
    pr_m, cp_cyc = o.pr_m.copy(), o.cp_cyc.copy()
    deeds = []
    for slot in np.unique(epochs.slot):
        own = np.flatnonzero(o.slot == slot)
        t = o.t_gpst_ns[own]
        if not len(own):
            continue
        hours = (int(t.max()) - int(t.min())) / NS_PER_S / 3600.0
        for _ in range(rng.poisson(per_h * hours)):
            chosen = own[rng.integers(len(own))]
            length_s, height_m = duration_s * rng.uniform(0.5, 1.5), size_m * rng.uniform(0.3, 1.0)
            same = own[(o.system[own] == o.system[chosen]) & (o.prn[own] == o.prn[chosen])]
            at_s = (o.t_gpst_ns[same] - o.t_gpst_ns[chosen]) / NS_PER_S
            shape = np.maximum(0.0, 1.0 - np.abs(2.0 * at_s / length_s))
            pr_m[same] += height_m * shape
            cp_cyc[same] += PHASE_RAMP_CYC_MAX * rng.uniform(-1.0, 1.0) * shape
            span_ns = round(0.5 * length_s * NS_PER_S)
            deeds.append(_points(o, np.array([chosen]), Deed.RAMP, height_m, span_ns, int((shape > 0.0).sum())))
    return Degraded(epochs, o.replace(pr_m=pr_m, cp_cyc=cp_cyc), DeedBatch.concat(deeds))


def add_noise(
    epochs: EpochBatch,
    o: ObservationBatch,
    rng: np.random.Generator,
    code_m: float,
    phase_m: float,
    cn0_db: float = 0.0,
) -> Degraded:
    """Add white noise to codes and phases, and take so much off the strength."""
    channel = np.where(o.channel == NO_CHANNEL, 0, o.channel).astype(np.int8)
    wave_m = SPEED_OF_LIGHT_MPS / carrier_hz(o.system, o.signal, channel)
    noisy = o.replace(
        pr_m=o.pr_m + code_m * rng.standard_normal(len(o)),
        cp_cyc=o.cp_cyc + phase_m * rng.standard_normal(len(o)) / wave_m,
        cn0_dbhz=(o.cn0_dbhz - cn0_db).astype(np.float32),
    )
    deeds = DeedBatch.missing(1, deed=Deed.NOISE, amount=code_m, rows=len(o))
    return Degraded(epochs, noisy, deeds)


def _points(
    o: ObservationBatch, rows: NDArray[np.intp], deed: object, amount: object, span_ns: int = 0, changed: int = 1
) -> DeedBatch:
    """Deeds that happen at some rows, or from `span_ns` before to `span_ns` after."""
    return DeedBatch.missing(
        len(rows), deed=deed, slot=o.slot[rows], system=o.system[rows], prn=o.prn[rows], signal=o.signal[rows],
        from_gpst_ns=o.t_gpst_ns[rows] - span_ns, to_gpst_ns=o.t_gpst_ns[rows] + span_ns, amount=amount, rows=changed,
    )  # fmt: skip


def _spans(o: ObservationBatch, done: Bools, deed: Deed) -> DeedBatch:
    """A deed for each run of rows of a series to which something was done."""
    series = series_of(o)
    ordered = done[series.order]
    begins = ordered & (series.is_first | np.concatenate(([True], ~ordered[:-1]))[: len(ordered)])
    run = np.cumsum(begins) - 1
    counts = np.bincount(run[ordered], minlength=int(begins.sum()))
    first = series.order[begins]
    last = series.order[np.flatnonzero(begins) + np.maximum(counts, 1) - 1]
    return _points(o, first, deed, np.nan).replace(to_gpst_ns=o.t_gpst_ns[last], rows=counts.astype(np.int32))
