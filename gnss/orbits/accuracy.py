"""What the accuracy indices of ephemerides stand for.

Source: docs/sources.md, gnss_facts §5 (URA up to 48 m); the rest as RTKLIB has it.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gnss.orbits.satellites import GALILEO, GLONASS

URA_M = (2.4, 3.4, 4.85, 6.85, 9.65, 13.65, 24.0, 48.0, 96.0, 192.0, 384.0, 768.0, 1536.0, 3072.0, 6144.0)
"""By URA index of GPS, BeiDou, QZSS and NavIC; 15 says nothing."""

GLONASS_FT_M = (1.0, 2.0, 2.5, 4.0, 5.0, 7.0, 10.0, 12.0, 14.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0)
"""By FT of GLONASS (from memory, unverified); 15 says nothing."""

SISA_PIECES = ((0, 0.0, 0.01), (50, 0.5, 0.02), (75, 1.0, 0.04), (100, 2.0, 0.16))
"""Galileo's SISA: from this index on it is this and so much more for each step, in m."""

SISA_LAST = 125
"""Greater indices, 255 above all, say that no accuracy is promised."""


def _table(values_m: tuple[float, ...]) -> NDArray[np.float64]:
    return np.array([*values_m, *[np.nan] * (256 - len(values_m))])


def _sisa() -> tuple[float, ...]:
    pieces = {index: next(p for p in reversed(SISA_PIECES) if p[0] <= index) for index in range(SISA_LAST + 1)}
    return tuple(start_m + (index - first) * step_m for index, (first, start_m, step_m) in pieces.items())


_URA, _FT, _SISA = _table(URA_M), _table(GLONASS_FT_M), _table(_sisa())


def accuracy_m(system: ArrayLike, index: ArrayLike) -> NDArray[np.float64]:
    """Standard deviation of the range that an ephemeris promises.

    Shape: the broadcast shape. Unit: m; `system` is an index into `SYSTEMS`, `index` 0..255 as sent. Error: exact; NaN
    where nothing is promised.
    """
    systems, indices = np.broadcast_arrays(np.asarray(system), np.asarray(index))
    return np.where(systems == GALILEO, _SISA[indices], np.where(systems == GLONASS, _FT[indices], _URA[indices]))
