"""The boundary of the vectorised time functions: whatever integers come in leave as equal int64 columns."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def int64_columns(*values: ArrayLike) -> tuple[NDArray[np.int64], ...]:
    """Broadcast integers against each other as C-contiguous int64 arrays of one shape.

    Shape: any that broadcast. Unit: untouched. Error: floats raise `ValueError` (a float cannot hold a time
    in ns). Source: numpy's broadcasting rule.
    """
    columns = []
    for value in values:
        column = np.asarray(value)
        if column.dtype.kind not in "iu":
            raise ValueError(f"times and days are integers, got dtype {column.dtype}")
        columns.append(column.astype(np.int64, copy=False))
    # not np.ascontiguousarray: it would turn a scalar into an array of one
    return tuple(np.asarray(column, order="C") for column in np.broadcast_arrays(*columns))
