"""A weighted least-squares problem of a few unknowns and a clock for each group, and room to solve it.

An observation is y = a·x + clock of its group + noise. Of ranges, x is a step of the position in m and what the model
of the ionosphere lacks; of range rates, x is the velocity in m/s and the one clock its drift.
"""

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from gnss.batches import SYSTEM_COUNT

SATELLITES_MAX = 128
"""Satellites of an epoch; those beyond are not used."""

AXES = 3
"""Unknowns of space."""

UNKNOWNS_MAX = 6
"""Three of space, and three of the ionosphere: in the zenith, its slope to the north and to the east."""


class Problem(NamedTuple):
    """Observations, groups and solution.

    `a` (n, 6), `y`, `weight` (n,): observations and 1 / variance, 0 = not used; `group` (n,): whose clock. `residual`
    (n,): after the solution. Of groups, (7,): `members` in use, sums of their weights `total`, `clock`; weighted means
    `mean` (7, 6) of a and `mean_y` of y. `prior` (6,): 1 / variance of what is known of the unknowns beforehand, about
    0. `normal` (6, 6): Cholesky's factor, `inverse` (6, 6) of the normal matrix, `x` (6,) the solution.
    """

    a: NDArray[np.float64]
    y: NDArray[np.float64]
    weight: NDArray[np.float64]
    group: NDArray[np.int64]
    residual: NDArray[np.float64]
    members: NDArray[np.int64]
    total: NDArray[np.float64]
    clock: NDArray[np.float64]
    mean: NDArray[np.float64]
    mean_y: NDArray[np.float64]
    prior: NDArray[np.float64]
    normal: NDArray[np.float64]
    inverse: NDArray[np.float64]
    x: NDArray[np.float64]

    @classmethod
    def empty(cls) -> Self:
        """Room for `SATELLITES_MAX` observations."""
        n, groups, m = SATELLITES_MAX, SYSTEM_COUNT, UNKNOWNS_MAX
        y, weight, residual = (np.zeros(n) for _ in range(3))
        total, clock, mean_y = (np.zeros(groups) for _ in range(3))
        group, members = np.zeros(n, np.int64), np.zeros(groups, np.int64)
        matrices = np.zeros((2, m, m))
        return cls(
            np.zeros((n, m)), y, weight, group, residual, members, total, clock, np.zeros((groups, m)), mean_y,
            np.zeros(m), matrices[0], matrices[1], np.zeros(m),
        )  # fmt: skip
