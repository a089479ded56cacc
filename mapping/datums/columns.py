"""The boundary of the vectorised datum functions: pairs of numbers as equal float64 columns."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def float_columns(first: ArrayLike, second: ArrayLike) -> tuple[Floats, Floats]:
    """Broadcast two arrays against each other as C-contiguous float64 arrays.

    Shape: any that broadcast. Unit: untouched. Error: shapes that do not fit raise `ValueError`.
    Source: numpy's broadcasting rule.
    """
    one, other = np.asarray(first, np.float64, order="C"), np.asarray(second, np.float64, order="C")
    if one.shape == other.shape:
        return one, other
    both = np.broadcast_arrays(one, other)
    return np.asarray(both[0], order="C"), np.asarray(both[1], order="C")
