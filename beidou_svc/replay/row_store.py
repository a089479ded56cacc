"""Rows gathered into one table as they come, without keeping the parts and joining them in the end."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnss.batches import FixBatch

ROWS_FIRST = 1 << 18
"""Rows reserved at first: memory that is not written to costs nothing."""

GROWTH = 2


class RowStore:
    """A `FixBatch` that grows at its end."""

    def __init__(self) -> None:
        self.rows = 0
        self._columns = _reserve(ROWS_FIRST)

    def add(self, fixes: FixBatch) -> None:
        """Append rows."""
        stop = self.rows + len(fixes)
        if stop > len(self._columns["slot"]):
            self._grow(max(stop, GROWTH * len(self._columns["slot"])))
        for name, column in fixes.columns().items():
            self._columns[name][self.rows : stop] = column
        self.rows = stop

    def _grow(self, capacity: int) -> None:
        for name, larger in _reserve(capacity).items():
            larger[: self.rows] = self._columns[name][: self.rows]
            self._columns[name] = larger

    def table(self) -> FixBatch:
        """All rows; they must not be added to any more."""
        return FixBatch.of(**{name: column[: self.rows] for name, column in self._columns.items()})


def _reserve(rows: int) -> dict[str, NDArray[Any]]:
    return {name: np.empty((rows, *spec.row_shape), spec.dtype) for name, spec in FixBatch.specs().items()}
