"""Working memory of one rover epoch, used again from epoch to epoch."""

from typing import Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from gnss.orbits.satellites import SATELLITE_COUNT
from gnss.rtk._lattice_kernel import Lattice
from gnss.rtk.signals import BANDS, CODES

PAIRS_MAX: Final = 192
"""Signals of one epoch that are differenced; more are left out, counted."""

PLACES_MAX: Final = 80
"""Ambiguities of one terminal that are estimated at a time."""

GROUPS_MAX: Final = 64
"""Groups of signals with a receiver clock of their own."""

CANDIDATES_MAX: Final = 4
"""Integer vectors that are weighed against each other."""

POSITION: Final = 3
"""The first entries of the filter are the position of a rover that stands still."""

SIZE: Final = PLACES_MAX + POSITION

Floats = NDArray[np.float64]


class Side(NamedTuple):
    """One receiver's epoch, less geometry, satellite clock and troposphere; a row a signal.

    `satellite`, `code`; `code_m`, `phase_m` residuals (NaN = none); `wavelength_m`; `e` (n, 3) unit vector to the
    satellite; `sin_el`; `cn0_dbhz`; `lock_s`; `half_cycle`.
    """

    satellite: NDArray[np.int16]
    code: NDArray[np.uint8]
    code_m: Floats
    phase_m: Floats
    wavelength_m: Floats
    e: Floats
    sin_el: Floats
    cn0_dbhz: Floats
    lock_s: Floats
    half_cycle: NDArray[np.uint8]

    @classmethod
    def sized(cls, n: int) -> Self:
        """Room for `n` rows."""
        columns = [np.zeros(n) for _ in range(6)]
        return cls(np.zeros(n, np.int16), np.zeros(n, np.uint8), columns[0], columns[1], columns[2],
                   np.zeros((n, 3)), columns[3], columns[4], columns[5], np.zeros(n, np.uint8))  # fmt: skip


class Lookup(NamedTuple):
    """Rows of the base: by (satellite, code) and, first of its band, by (satellite, band); -1 = none."""

    by_code: NDArray[np.int16]
    by_band: NDArray[np.int16]

    @classmethod
    def fresh(cls) -> Self:
        """Nothing known."""
        return cls(np.full(SATELLITE_COUNT * CODES, -1, np.int16), np.full(SATELLITE_COUNT * BANDS, -1, np.int16))


class Pairs(NamedTuple):
    """Single differences rover less base, a row a signal both have.

    `row` of the rover's side; `place` of its ambiguity, -1 = none; `group` of signals that share a phase clock,
    `code_group` a code clock; `a` (n, 3) derivative of the range; `code_m`, `phase_m`; `w_code`, `w_phase` weights, 0 =
    not used; `wavelength_m`; `common_m2` variance that all signals of the satellite share. Scratch: `share`, `tie`
    (`tie_satellites`), `y`, `w`, `v_code`; `one` (all zero) the group of all; `kept_place` the
    places while another filter is tried.
    """

    row: NDArray[np.int16]
    base_row: NDArray[np.int16]
    place: NDArray[np.int16]
    group: NDArray[np.int16]
    code_group: NDArray[np.int16]
    key: NDArray[np.int32]
    a: Floats
    code_m: Floats
    phase_m: Floats
    w_code: Floats
    w_phase: Floats
    lock_s: Floats
    half_cycle: NDArray[np.uint8]
    wavelength_m: Floats
    common_m2: Floats
    share: Floats
    tie: Floats
    y: Floats
    w: Floats
    v_code: Floats
    one: NDArray[np.int16]
    kept_place: NDArray[np.int16]

    @classmethod
    def sized(cls, n: int) -> Self:
        """Room for `n` pairs."""
        shorts = [np.zeros(n, np.int16) for _ in range(5)]
        columns = [np.zeros(n) for _ in range(12)]
        return cls(shorts[0], shorts[1], shorts[2], shorts[3], shorts[4], np.zeros(n, np.int32), np.zeros((n, 3)),
                   columns[0], columns[1], columns[2], columns[3], columns[4], np.zeros(n, np.uint8), columns[5],
                   columns[9], columns[10], columns[11], columns[6], columns[7], columns[8], np.zeros(n, np.int16), np.zeros(n, np.int16))  # fmt: skip


class Groups(NamedTuple):
    """Sums over the members of a group: weight, weighted design (3) and weighted observation; `keys` of each; `head` a mark of
    each; `pivot` the place its ambiguities are relative to, `row` where its offset stands in the order (-1 = nowhere);
    `sums` (n, SIZE) its rows of the information, summed."""

    w: Floats
    a: Floats
    y: Floats
    keys: NDArray[np.int32]
    head: NDArray[np.int16]
    pivot: NDArray[np.int16]
    row: NDArray[np.int16]
    sums: Floats

    @classmethod
    def sized(cls, n: int) -> Self:
        """Room for `n` groups."""
        return cls(np.zeros(n), np.zeros((n, 3)), np.zeros(n), np.zeros(n, np.int32), np.zeros(n, np.int16),
                   np.zeros(n, np.int16), np.zeros(n, np.int16), np.zeros((n, SIZE)))  # fmt: skip


class Normal(NamedTuple):
    """Normal equations of a position: `h` (3, 3) lower triangle, `g` (3,), `cost` (1,); `x` (3,), `cov` (3, 3)."""

    h: Floats
    g: Floats
    cost: Floats
    x: Floats
    cov: Floats

    @classmethod
    def fresh(cls) -> Self:
        """All zero."""
        return cls(np.zeros((3, 3)), np.zeros(3), np.zeros(1), np.zeros(3), np.zeros((3, 3)))


class Order(NamedTuple):
    """The ambiguities as they are factorised: `place` of each, `row_of` the way back (-1 = pivot or none).

    `score` by place; `group` by place (compact); `float_cyc` by row; `u` (3, n) scratch.
    """

    place: NDArray[np.int16]
    row_of: NDArray[np.int16]
    score: Floats
    group: NDArray[np.int16]
    fixed: Floats
    barred: NDArray[np.uint8]
    u: Floats
    rhs: Floats

    @classmethod
    def sized(cls) -> Self:
        """Room for all places."""
        n = SIZE
        return cls(np.zeros(n, np.int16), np.zeros(n, np.int16), np.zeros(n), np.zeros(n, np.int16), np.zeros(n),
                   np.zeros(n, np.uint8), np.zeros((4, n)), np.zeros(n))  # fmt: skip


class Work(NamedTuple):
    """All of it."""

    rover: Side
    base: Side
    lookup: Lookup
    pairs: Pairs
    groups: Groups
    code_groups: Groups
    place_groups: Groups
    normal: Normal
    order: Order
    full: Lattice
    part: Lattice


def new_work() -> Work:
    """Working memory for one thread."""
    return Work(
        Side.sized(PAIRS_MAX), Side.sized(PAIRS_MAX), Lookup.fresh(), Pairs.sized(PAIRS_MAX), Groups.sized(GROUPS_MAX),
        Groups.sized(GROUPS_MAX), Groups.sized(GROUPS_MAX), Normal.fresh(), Order.sized(), Lattice.sized(SIZE, 1),
        Lattice.sized(SIZE, CANDIDATES_MAX),
    )  # fmt: skip
