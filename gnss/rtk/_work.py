"""Working memory of one rover epoch, used again from epoch to epoch.

Each part is one record of fixed-size arrays: kernels hand it on as one pointer, where a tuple of arrays would be
copied, field by field, into every call. The classes here only tell the reader (and the type checker) what it holds.
"""

from typing import Any, Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from gnss.orbits.satellites import SATELLITE_COUNT
from gnss.rtk.signals import BANDS, CODES

PAIRS_MAX: Final = 192
"""Signals of one epoch that are differenced; more are left out, counted."""

PLACES_MAX: Final = 80
"""Ambiguities of one terminal that are estimated at a time."""

GROUPS_MAX: Final = 64
"""Groups of signals with a receiver clock of their own."""

CANDIDATES_MAX: Final = 6
"""Integer vectors that are weighed against each other."""

POSITION: Final = 3
"""The first entries of the filter are the position of a rover that stands still."""

SIZE: Final = PLACES_MAX + POSITION

VECTOR: Final = 8
"""Numbers that are taken together along a row."""

PADDED: Final = (SIZE // VECTOR + 2) * VECTOR
"""Length of a row that is worked on by whole vectors: one that begins at its last number still ends within."""

Floats = NDArray[np.float64]
Shorts = NDArray[np.int16]
Bytes = NDArray[np.uint8]


class Side(Protocol):
    """One receiver's epoch, less geometry, satellite clock and troposphere; a row a signal.

    `satellite`, `code`; `code_m`, `phase_m` residuals (NaN = none); `wavelength_m`; `e` (n, 3) unit vector to the
    satellite; `sin_el`; `cn0_dbhz`; `lock_s`; `half_cycle`; `row` of the observations; `share` of its variance that is
    left in the code of a base.
    """

    row: NDArray[np.int64]
    satellite: Shorts
    code: Bytes
    code_m: Floats
    phase_m: Floats
    wavelength_m: Floats
    e: Floats
    sin_el: Floats
    cn0_dbhz: Floats
    lock_s: Floats
    half_cycle: Bytes
    share: Floats


class Lookup(Protocol):
    """Rows of the base: by (satellite, code) and, first of its band, by (satellite, band); -1 = none."""

    by_code: Shorts
    by_band: Shorts


class Pairs(Protocol):
    """Single differences rover less base, `count` of them, a row a signal that both have.

    `row` of the rover's side; `satellite`; `place` of its ambiguity, -1 = none; `code_group` of codes that share a
    clock; `key` names the group of signals whose phases compare; `a` (n, 3) derivative of the range; `code_m`,
    `phase_m`; `w_code`, `w_phase` weights, 0 = not used; `wavelength_m`; `shared_m` sigma of the error that the
    signals of a satellite share, as large as it is on each. Scratch: `share`, `tie` (`tie_satellites`), `y`, `w`,
    `v_code`; `kept_place` the places while another filter is tried.
    """

    count: NDArray[np.int32]
    row: Shorts
    satellite: Shorts
    place: Shorts
    code_group: Shorts
    kept_place: Shorts
    key: NDArray[np.int32]
    a: Floats
    code_m: Floats
    phase_m: Floats
    w_code: Floats
    w_phase: Floats
    lock_s: Floats
    half_cycle: Bytes
    wavelength_m: Floats
    shared_m: Floats
    share: Floats
    tie: Floats
    y: Floats
    w: Floats
    v_code: Floats


class Groups(Protocol):
    """Sums over the members of `count` groups: weight, weighted design (3) and weighted observation; `keys` of each.

    `pivot` the place its ambiguities are relative to, `row` where its offset stands in the order (-1 = nowhere); `sums`
    (n, SIZE) its rows of the information, summed.
    """

    count: NDArray[np.int32]
    w: Floats
    a: Floats
    y: Floats
    keys: NDArray[np.int32]
    pivot: Shorts
    row: Shorts
    sums: Floats


class Normal(Protocol):
    """Normal equations of a position.

    `h` (3, 3) lower triangle, `g` (3,), `cost` (1,); what solves them: `c` (3, 3) Cholesky factor, `x` (3,) and `cov`
    (3, 3).
    """

    h: Floats
    g: Floats
    cost: Floats
    c: Floats
    x: Floats
    cov: Floats


class Order(Protocol):
    """The ambiguities as they are factorised.

    `rows` of them; those from `ready` on may become integers, those from `held` on are. By row: `place` (the entry of
    the filter, or -1 - g for the offset of group g), `unit_cyc` of its integers, `fixed` values in that unit, `rhs`. By
    place: `row_of` (-1 = pivot or none), `score`, `group`, `barred`. `found` candidates of the last search and
    `log_odds` of the best. `u` (4, n) scratch.
    """

    found: NDArray[np.int32]
    log_odds: Floats
    rows: NDArray[np.int32]
    ready: NDArray[np.int32]
    held: NDArray[np.int32]

    place: Shorts
    row_of: Shorts
    score: Floats
    group: Shorts
    fixed: Floats
    barred: Bytes
    unit_cyc: Floats
    u: Floats
    rhs: Floats


class Lattice(Protocol):
    """One integer problem.

    `lower` (n, PADDED) L; `d` (n,) its weights; `a_cyc` (n,) float solution, changed along; `back` (n, PADDED) row j is
    what one step of the reduced integer j adds to the original ones; `best` (k, n) integers found, `misfit` (k,)
    theirs, best first; `centre`, `step`, `z`, `partial`: the search's own; `panel` scratch of the factorisation.
    """

    lower: Floats
    d: Floats
    a_cyc: Floats
    back: Floats
    best: Floats
    misfit: Floats
    centre: Floats
    step: Floats
    z: Floats
    partial: Floats
    panel: Floats


class Scratch(Protocol):
    """Small arrays of one epoch: positions, directions up, a column of the filter."""

    x: Floats
    up: Floats
    base_up: Floats
    column: Floats
    x_code: Floats
    cov_code: Floats
    moved: Floats


class Work(NamedTuple):
    """All of it: one record each."""

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
    scratch: Scratch


_SHAPES: Final[dict[type, tuple[tuple[int, ...], dict[str, tuple[int, ...]]]]] = {
    Side: ((PAIRS_MAX,), {"e": (PAIRS_MAX, 3)}),
    Lookup: ((SATELLITE_COUNT * CODES,), {"by_band": (SATELLITE_COUNT * BANDS,)}),
    Pairs: ((PAIRS_MAX,), {"count": (1,), "a": (PAIRS_MAX, 3)}),
    Groups: ((GROUPS_MAX,), {"count": (1,), "a": (GROUPS_MAX, 3), "sums": (GROUPS_MAX, SIZE)}),
    Normal: ((3,), {"h": (3, 3), "cost": (1,), "c": (3, 3), "cov": (3, 3)}),
    Order: ((SIZE,), {"found": (1,), "log_odds": (1,), "rows": (1,), "ready": (1,), "held": (1,), "u": (4, SIZE)}),
    Lattice: (
        (SIZE,),
        {
            "lower": (SIZE, PADDED),
            "back": (SIZE, PADDED),
            "best": (CANDIDATES_MAX, SIZE),
            "misfit": (CANDIDATES_MAX,),
            "partial": (SIZE + 1,),
            "panel": (8, PADDED),
        },
    ),
    Scratch: ((3,), {"up": (4,), "base_up": (4,), "column": (SIZE,), "cov_code": (3, 3)}),
}
"""Usual shape of the arrays of a record, and those that have another."""

_TYPES: Final = {Floats: "f8", Shorts: "i2", Bytes: "u1", NDArray[np.int32]: "i4", NDArray[np.int64]: "i8"}


def record_type(
    kind: type, usual: tuple[int, ...], other: dict[str, tuple[int, ...]] | None = None
) -> np.dtype[np.void]:
    """The record that a class of array annotations describes; `other` shapes than the `usual` one by field."""
    shapes = other or {}
    fields = [(name, _TYPES[how], shapes.get(name, usual)) for name, how in kind.__annotations__.items()]
    padding = np.dtype(fields, align=True).itemsize - np.dtype(fields).itemsize
    if padding:
        # bytes of no field are not copied: equal records would differ in what is left there
        fields.append(("padding", "u1", (padding,)))
    # np.record: fields are attributes in plain Python too, as they are for the compiler
    return np.dtype((np.record, np.dtype(fields, align=True)))


def _new(kind: type) -> Any:
    """A record of zeros."""
    usual, other = _SHAPES[kind]
    return np.zeros(1, record_type(kind, usual, other))[0]


def new_lattice() -> Lattice:
    """Room for one integer problem of up to SIZE ambiguities."""
    lattice: Lattice = _new(Lattice)
    return lattice


def new_work() -> Work:
    """Working memory for one thread."""
    work = Work(*(_new(kind) for kind in Work.__annotations__.values()))
    work.lookup.by_code[:] = -1
    work.lookup.by_band[:] = -1
    return work
