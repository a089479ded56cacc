"""What a list of errors comes to: shares, quantiles, whether sigma and protection levels hold."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tests.bench.rtk_errors import FIXED, FLOAT, Errors

Floats = NDArray[np.float64]

ALERT_H_M, ALERT_V_M = 0.5, 1.0
"""An epoch is available where both protection levels are below these."""

NORMAL_PCT = (68.3, 95.4, 99.7)
"""What 1, 2 and 3 sigma of a normal error should hold."""


class Score(NamedTuple):
    """Of `epochs` that had a base: shares in %, errors in m, seconds until a right fix (median of runs, NaN = never).

    `wrong` counts fixed epochs that are off, `wrong_pct` is their share of the fixed ones, `longest` the most of them
    in a row. `h50`..`v95` are of all epochs with a position.
    """

    epochs: int
    solved_pct: float
    fixed: int
    fixed_pct: float
    float_pct: float
    wrong: int
    wrong_pct: float
    longest: int
    first_fix_s: float
    h50_m: float
    h95_m: float
    v50_m: float
    v95_m: float
    available_pct: float


class Calibration(NamedTuple):
    """Of the epochs of one class: share of the errors within 1, 2, 3 sigma, per axis; `exceeded` protection levels."""

    epochs: int
    h_pct: tuple[float, float, float]
    v_pct: tuple[float, float, float]
    exceeded: int

    @property
    def risk(self) -> float:
        """Share of the epochs whose error exceeds a protection level."""
        return self.exceeded / self.epochs if self.epochs else float("nan")


def pct(part: float, whole: float) -> float:
    """NaN of nothing."""
    return 100.0 * part / whole if whole else float("nan")


def quantile(values: Floats, share: float) -> float:
    """NaN of nothing."""
    return float(np.quantile(values, share)) if len(values) else float("nan")


def first_fix_s(e: Errors) -> float:
    """Median over the runs of the time until the first fix that is right; NaN where half of them have none."""
    right, firsts = (e.quality == FIXED) & ~e.wrong, []
    for run in np.unique(e.run):
        since_s = e.since_s[right & (e.run == run)]
        firsts.append(float(since_s[0]) if len(since_s) else np.inf)
    middle = float(np.median(firsts)) if firsts else np.inf
    return middle if np.isfinite(middle) else float("nan")


def longest_wrong(e: Errors) -> int:
    """The most epochs in a row that are wrong, of any run."""
    before, row, longest = -1, 0, 0
    for run, wrong in zip(e.run.tolist(), e.wrong.tolist(), strict=True):
        row = row + 1 if wrong and run == before else int(wrong)
        before, longest = run, max(longest, row)
    return longest


def score(e: Errors) -> Score:
    """All epochs together."""
    n, solved, fixed = len(e), e.quality > 0, int(np.count_nonzero(e.quality == FIXED))
    wrong, h_m, v_m = int(np.count_nonzero(e.wrong)), e.h_m[solved], e.v_m[solved]
    available = solved & (e.pl_h_m < ALERT_H_M) & (e.pl_v_m < ALERT_V_M)
    return Score(
        n, pct(int(solved.sum()), n), fixed, pct(fixed, n), pct(int(np.count_nonzero(e.quality == FLOAT)), n),
        wrong, pct(wrong, fixed), longest_wrong(e), first_fix_s(e),
        quantile(h_m, 0.5), quantile(h_m, 0.95), quantile(v_m, 0.5), quantile(v_m, 0.95), pct(int(available.sum()), n),
    )  # fmt: skip


def _within(error_in_sigmas: Floats) -> tuple[float, float, float]:
    n = error_in_sigmas.size
    one, two, three = (pct(int(np.count_nonzero(error_in_sigmas <= k)), n) for k in (1, 2, 3))
    return one, two, three


def calibration(e: Errors, quality: int) -> Calibration:
    """Of the epochs of one fix quality."""
    own = e.take(e.quality == quality)
    in_sigmas = np.abs(own.enu_m) / own.sigma_m
    return Calibration(len(own), _within(in_sigmas[:, :2]), _within(in_sigmas[:, 2]), int(own.misleading.sum()))
