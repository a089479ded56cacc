"""Columns in the one form that kernels are compiled for: a kernel that meets another form is compiled anew."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def frozen_column(array: NDArray[Any]) -> NDArray[Any]:
    """A C-contiguous, read-only view of an array, which itself stays as it is; of one with gaps, a copy.

    Shape: as given. Unit: untouched. Source: the type of the columns of `gnss.batch.Batch`.
    """
    view: NDArray[Any] = np.ascontiguousarray(array).view()
    view.flags.writeable = False
    return view
