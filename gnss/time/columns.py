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
    shape = np.broadcast_shapes(*(column.shape for column in columns))
    # neither np.ascontiguousarray, which would turn a scalar into an array of one, nor np.broadcast_arrays, whose
    # results numba may not look at without a warning
    return tuple(
        np.asarray(column, order="C") if column.shape == shape else np.broadcast_to(column, shape).copy()
        for column in columns
    )
