"""Eras of a terminal's clock: a new one begins where the clock was set back, and time begins anew with it."""

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel

ERAS = 256
"""Eras are counted modulo this: what is told apart is less than half of it away."""


@inline_kernel
def eras_between(era: int, other: int) -> int:
    """How much later the other era is; negative: earlier.

    Shape: scalars. Unit: dimensionless. Error: none within half of `ERAS`. Source: none, a rule of ours.
    """
    return (int(other) - int(era) + ERAS // 2) % ERAS - ERAS // 2


class Eras:
    """The era of each of `n` clocks, as far as it was told."""

    def __init__(self, n: int) -> None:
        self._era: NDArray[np.uint8] = np.zeros(n, np.uint8)

    def grow(self, n: int) -> None:
        """Make room for `n` clocks.

        Shape: scalar. Unit: dimensionless. Source: none.
        """
        self._era = np.concatenate([self._era, np.zeros(max(n - len(self._era), 0), np.uint8)])

    def ahead(self, clock: NDArray[np.integer], era: NDArray[np.uint8]) -> NDArray[np.int8]:
        """How much later each row is than the era of its clock.

        Shape: (n,). Unit: dimensionless. Source: none.
        """
        later: NDArray[np.int8] = (era - self._era[clock]).view(np.int8)
        return later

    def enter(self, clock: NDArray[np.integer], era: NDArray[np.uint8]) -> None:
        """These clocks are in these eras now.

        Shape: (n,). Unit: dimensionless. Source: none.
        """
        self._era[clock] = era
