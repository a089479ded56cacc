"""Enough rows of a stream to draw it: every k-th row, k doubling when there are too many, so memory is bounded."""

import numpy as np
from numpy.typing import NDArray

from gnss.batches import FixBatch

POINTS_MAX = 200_000
"""Rows kept at most; when there are more, every second one goes."""


class Sample:
    """Every `stride`-th row of what was added, in order."""

    def __init__(self) -> None:
        self.stride = 1
        self._seen = 0
        self._parts: list[tuple[NDArray[np.int64], FixBatch]] = []
        self._rows = 0

    def add(self, fixes: FixBatch) -> None:
        """Take account of more rows."""
        number = np.arange(self._seen, self._seen + len(fixes))
        self._seen += len(fixes)
        self._keep(number, fixes)
        while self._rows > POINTS_MAX:
            self.stride *= 2
            parts, self._parts, self._rows = self._parts, [], 0
            for numbers, rows in parts:
                self._keep(numbers, rows)

    def _keep(self, number: NDArray[np.int64], fixes: FixBatch) -> None:
        wanted = number % self.stride == 0
        self._parts.append((number[wanted], fixes.take(wanted)))
        self._rows += int(wanted.sum())

    def rows(self) -> FixBatch:
        """What was kept."""
        return FixBatch.concat([fixes for _, fixes in self._parts])
