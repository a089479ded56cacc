"""Columns in the one form that kernels are compiled for: a kernel that meets another form is compiled anew."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def frozen_column(array: NDArray[Any], dtype: Any = None) -> NDArray[Any]:
    """A C-contiguous, read-only view of an array, which itself stays as it is; of one with gaps or of another `dtype`
    than that given, a copy.

    Shape: as given. Unit: untouched. Source: the type of the columns of `gnss.batch.Batch`.
    """
    view: NDArray[Any] = np.ascontiguousarray(array, dtype).view()
    view.flags.writeable = False
    return view
