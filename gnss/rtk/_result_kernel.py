"""The row of results of an epoch."""

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from gnss._jit import leaf_kernel
from gnss.rtk._jobs import Results
from gnss.rtk._work import Work

Floats = NDArray[np.float64]


@leaf_kernel
def _satellites(w: Work) -> int:
    """Different satellites among the pairs used."""
    count, last = 0, -1
    for i in range(w.pairs.count[0]):
        if (w.pairs.w_code[i] > 0.0 or w.pairs.w_phase[i] > 0.0) and w.pairs.satellite[i] != last:
            count += 1
            last = w.pairs.satellite[i]
    return count


@leaf_kernel
def write(r: Results, j: int, quality: int, scale: float, base_x: Floats, w: Work) -> None:
    """The row of results of an epoch."""
    r.quality[j], r.satellites[j] = quality, _satellites(w)
    k, square = 0, 0.0
    for a in range(3):
        r.x_ecef_m[j, a] = w.scratch.x[a] + w.normal.x[a]
        square += (r.x_ecef_m[j, a] - base_x[a]) ** 2
        for b in range(a + 1):
            r.cov_m2[j, k] = w.normal.cov[a, b] * scale
            k += 1
    r.baseline_m[j] = sqrt(square)
