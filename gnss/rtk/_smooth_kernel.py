"""A base's codes, steadied by its own phases: what is left of noise and reflections, and what the mean is worth.

Code less phase of a signal is a constant, but for noise, reflections and the ionosphere, which moves the one up and the
other down. Its mean over the last minutes, put back on the phase, is a code of this epoch with the noise of the mean.
Phases of two carriers tell how the ionosphere changes: the mean then moves along with it, and may be longer.
"""

from math import exp, inf, isfinite, nan
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, leaf_kernel
from gnss.batches import NO_TIME
from gnss.orbits.satellites import NO_SATELLITE, satellite_row
from gnss.rtcm.observations import NO_CHANNEL, ObservationSink
from gnss.rtk._apart import apart
from gnss.rtk._side_kernel import phase_m, wave_m
from gnss.rtk._slip_kernel import LOCK_TOLERANCE_S
from gnss.rtk._work import Bytes, Floats, Shorts
from gnss.rtk.signals import Carriers

SIGNALS_MAX: Final = 384
"""Signals of one base whose means are kept; the one unheard for longest makes room."""

WINDOW_S: Final = 100.0
"""Time over which the mean is taken of a satellite with one carrier. The ionosphere moves code less phase by half a
millimetre a second and more, for low satellites: in a longer time by as much as the mean's noise."""

WINDOW_FOLLOWED_S: Final = 300.0
"""The same where two carriers tell what the ionosphere does."""

CORRELATION_S: Final = 60.0
"""Time over which reflections at a base that stands still stay alike (e-folding): more epochs tell little new."""

JUMP_M: Final = 3.0
"""Code less phase this far off its mean is no noise: the phase has slipped, and nobody said so."""

DIVERGENCE_MPS_MAX: Final = 0.02
"""The ionosphere changes the longest wave's range no faster: what two carriers say beyond that is a slip of one."""

DIVERGENCE_M_MIN: Final = 0.05
"""Nor is noise of their phases one, scaled to that wave."""

SPREAD_MIN: Final = 0.15
"""Carriers whose squares of wavelengths differ by less than this part say too little of the ionosphere."""

_NO_TIME = int(NO_TIME)
_S_PER_NS = 1e-9


class Means(Protocol):
    """What is remembered of one base, by signal, `count` of them.

    `satellite`, `code`, `half_cycle` of the phase; `mean_m` of code less phase, `phase_m` and `seen_ns` of the last
    epoch in it and how many `epochs` it has; `variance` of the mean and `alike`, its covariance with the epoch's own
    error, over the variance of a code.
    """

    mean_m: Floats
    phase_m: Floats
    variance: Floats
    alike: Floats
    seen_ns: NDArray[np.int64]
    epochs: NDArray[np.int32]
    count: NDArray[np.int32]
    satellite: Shorts
    code: Bytes
    half_cycle: Bytes


@leaf_kernel
def _find(means: Means, guess: int, satellite: int, code: int) -> int:
    """Row of a signal, -1 = not known. Signals mostly come in the order of last time."""
    n = means.count[0]
    if guess < n and means.satellite[guess] == satellite and means.code[guess] == code:
        return guess
    for k in range(n):
        if means.satellite[k] == satellite and means.code[k] == code:
            return k
    return -1


@leaf_kernel
def _enter(means: Means, satellite: int, code: int) -> int:
    """A row for a new signal, if need be that of the one unheard for longest."""
    k, n = 0, means.count[0]
    if n < SIGNALS_MAX:
        k = n
        means.count[0] = n + 1
    else:
        for j in range(n):
            if means.seen_ns[j] < means.seen_ns[k]:
                k = j
    means.satellite[k], means.code[k] = satellite, code
    means.epochs[k], means.seen_ns[k] = 0, _NO_TIME
    return k


@inline_kernel
def _goes_on(means: Means, k: int, o: ObservationSink, i: int, t_ns: int) -> bool:
    """Whether the phase of row `i` is the one whose mean is kept, as far as the receiver says."""
    if means.epochs[k] == 0 or means.half_cycle[k] != o.half_cycle[i]:
        return False
    gap_s = (t_ns - means.seen_ns[k]) * _S_PER_NS
    return gap_s <= WINDOW_S and not o.lock_s[i] < gap_s - LOCK_TOLERANCE_S


@leaf_kernel
def _divergence(
    o: ObservationSink, rows: tuple[int, int], guess: int, satellite: int, t_ns: int, carriers: Carriers, means: Means
) -> float:
    """Change of the ionospheric delay since the last epoch, over the square of the wavelength; NaN = not known.

    By the phases of the longest and of the shortest wave that were tracked since the same epoch.
    """
    short, long, of_short, of_long = -1, -1, inf, 0.0
    for i in range(rows[0], rows[1]):
        k = _find(means, guess, satellite, int(o.signal[i]))
        guess = k + 1
        wavelength_m = wave_m(o, i, NO_CHANNEL, carriers)
        if k < 0 or not _goes_on(means, k, o, i, t_ns):
            continue
        change_m = phase_m(o.cp_cyc[i], wavelength_m) - means.phase_m[k]
        if not isfinite(change_m):
            continue
        if wavelength_m < of_short:
            short, of_short, short_m = k, wavelength_m, change_m
        if wavelength_m > of_long:
            long, of_long, long_m = k, wavelength_m, change_m
    if short < 0 or means.seen_ns[short] != means.seen_ns[long]:
        return nan
    spread_m2 = of_long * of_long - of_short * of_short
    if spread_m2 < SPREAD_MIN * of_long * of_long:
        return nan
    change = (short_m - long_m) / spread_m2
    gap_s = (t_ns - means.seen_ns[long]) * _S_PER_NS
    return change if abs(change) * of_long * of_long <= DIVERGENCE_M_MIN + DIVERGENCE_MPS_MAX * gap_s else nan


@leaf_kernel
def _fold(means: Means, k: int, difference_m: float, gap_s: float, window_s: float) -> None:
    """Take one epoch into the mean, and into what the mean is worth where errors are alike over `CORRELATION_S`."""
    gain = max(1.0 / (means.epochs[k] + 1), min(gap_s / window_s, 1.0))
    keep, alike = 1.0 - gain, means.alike[k] * exp(-gap_s / CORRELATION_S)
    means.mean_m[k] += gain * (difference_m - means.mean_m[k])
    means.variance[k] = keep * keep * means.variance[k] + 2.0 * gain * keep * alike + gain * gain
    means.alike[k] = keep * alike + gain
    means.epochs[k] += 1


@leaf_kernel
def _steady_satellite(
    o: ObservationSink, rows: tuple[int, int], guess: int, satellite: int, t_ns: int, carriers: Carriers, means: Means,
    correction_m: Floats, share: Floats,
) -> int:  # fmt: skip
    """All signals of one satellite; returns the row of the means where the next one's are likely to stand."""
    change = _divergence(o, rows, guess, satellite, t_ns, carriers, means)
    for i in range(rows[0], rows[1]):
        code, wavelength_m = int(o.signal[i]), wave_m(o, i, NO_CHANNEL, carriers)
        k = _find(means, guess, satellite, code)
        if k < 0:
            k = _enter(means, satellite, code)
        guess = k + 1
        if means.epochs[k] > 0 and t_ns <= means.seen_ns[k]:
            continue
        now_m = phase_m(o.cp_cyc[i], wavelength_m)
        difference_m = o.pr_m[i] - now_m
        if not isfinite(difference_m) or o.status[i] != 0:
            means.epochs[k] = 0
            continue
        goes_on = _goes_on(means, k, o, i, t_ns)
        if goes_on and isfinite(change):
            means.mean_m[k] += 2.0 * change * wavelength_m * wavelength_m
        if goes_on and abs(difference_m - means.mean_m[k]) <= JUMP_M:
            gap_s = (t_ns - means.seen_ns[k]) * _S_PER_NS
            _fold(means, k, difference_m, gap_s, WINDOW_FOLLOWED_S if isfinite(change) else WINDOW_S)
        else:
            means.mean_m[k], means.variance[k], means.alike[k], means.epochs[k] = difference_m, 1.0, 1.0, 1
        means.phase_m[k], means.half_cycle[k], means.seen_ns[k] = now_m, o.half_cycle[i], t_ns
        correction_m[i], share[i] = means.mean_m[k] - difference_m, means.variance[k]
    return guess


@leaf_kernel
def steady_epoch(
    o: ObservationSink, rows: tuple[int, int], t_ns: int, carriers: Carriers, means: Means, correction_m: Floats,
    share: Floats,
) -> None:  # fmt: skip
    """One epoch of a base: what its codes are off their steady ones, and the part of their variance that is left.

    Signals in an epoch that is not later than their last one leave the means alone, and get nothing from them.
    """
    apart()
    guess, i = 0, rows[0]
    while i < rows[1]:
        end = i + 1
        while end < rows[1] and o.system[end] == o.system[i] and o.prn[end] == o.prn[i]:
            end += 1
        satellite = satellite_row(int(o.system[i]), int(o.prn[i]))
        if satellite != NO_SATELLITE:
            guess = _steady_satellite(o, (i, end), guess, satellite, t_ns, carriers, means, correction_m, share)
        i = end


@leaf_kernel
def steady_epochs(
    o: ObservationSink, base: NDArray[np.int32], first: NDArray[np.int64], rows: NDArray[np.int32],
    t_ns: NDArray[np.int64], carriers: Carriers, memory: NDArray[np.void], correction_m: Floats, share: Floats,
) -> None:  # fmt: skip
    """Epochs in the order given, each of the base whose number stands in `base`."""
    for e in range(len(base)):
        own = (first[e], first[e] + rows[e])
        steady_epoch(o, own, t_ns[e], carriers, memory[base[e]], correction_m, share)
