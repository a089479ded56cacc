"""What the engine's kernels work on apart from the terminals' memories.

Scratch and settings are records, handed on as one pointer; a tuple of arrays is copied, field by field, into every
call, so that `Chart` goes only to those that look at the map.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from mapping.fences._cells import Cells, Grid
from mapping.fences._memory import EVENT_FLOATS, EVENT_INTS, LOG_INTS, PAIRS_MAX

Floats = NDArray[np.float64]
Int64s = NDArray[np.int64]

NEAR_MAX: Final = 128
"""Fences that are looked at for one position."""

MADE_MAX: Final = 1024
"""Events of one terminal that one pass over its rows may make."""

COUNTERS_MAX: Final = 16
QUALITIES: Final = 256


class Near(Protocol):
    """The fences near a position.

    `dx, dy` is the direction of the nearest segment of a corridor, `nx, ny` that from the nearest limit to the
    position; both 0, 0 where there is none.
    """

    fence: Int64s
    inside: Int64s
    z: Floats
    sigma_m: Floats
    dx: Floats
    dy: Floats
    nx: Floats
    ny: Floats


class Made(Protocol):
    """Events of one pass, fences that a terminal was with before a row, fences on its way; whose turn it is."""

    i: Int64s
    f: Floats
    had: Int64s
    passed: Int64s
    passed_z: Floats
    passed_sigma_m: Floats
    slot: Int64s
    groups: Int64s
    count: Int64s
    counters: Int64s


class Its(Protocol):
    """The settings."""

    watermark_ns: int
    gap_ns: int
    confirm_rows: int
    wrong_way_rows: int
    z_across: float
    z_moving: float
    z_unsure: float
    z_resting: float
    moving_mps: float
    resting_mps: float
    speeding_margin_mps: float
    arrived_mps: float
    wrong_way_mps: float
    sigma_m_min: float
    sigma_m: Floats


class Work(NamedTuple):
    """Scratch of one thread, and the settings."""

    near: Near
    along: Near
    made: Made
    its: Its


class Chart(NamedTuple):
    """The fences on the ground."""

    cells: Cells
    grid: Grid


class Sheet(NamedTuple):
    """What is asked of the fences: `RULES_TYPE` records by row, time windows, edges they are bound to."""

    rules: Any
    windows: Int64s
    edges: NDArray[np.int32]
    wants_cross: bool
    by_group: bool


class Out(NamedTuple):
    """Events on their way out."""

    i: Int64s
    f: Floats


class Rows(NamedTuple):
    """Rows as they go into a ring, and the records of the cells they are in, noted shortly before they are used."""

    slot: NDArray[np.int32]
    i: Int64s
    f: Floats
    record: NDArray[np.int32]


def _record(fields: Sequence[tuple[str, str, tuple[int, ...]]]) -> Any:
    """A record of zeros, whose fields are attributes in plain Python too."""
    return np.zeros(1, np.dtype((np.record, np.dtype(list(fields)))))[0]


def new_near() -> Near:
    """Room for `NEAR_MAX` fences."""
    kinds = {name: "i8" if name in ("fence", "inside") else "f8" for name in Near.__annotations__}
    near: Near = _record([(name, kind, (NEAR_MAX,)) for name, kind in kinds.items()])
    return near


def new_made() -> Made:
    """Room for `MADE_MAX` events."""
    made: Made = _record(
        [
            ("i", "i8", (MADE_MAX, LOG_INTS)),
            ("f", "f8", (MADE_MAX, EVENT_FLOATS)),
            ("had", "i8", (PAIRS_MAX,)),
            ("passed", "i8", (NEAR_MAX,)),
            ("passed_z", "f8", (NEAR_MAX,)),
            ("passed_sigma_m", "f8", (NEAR_MAX,)),
            *((name, "i8", (1,)) for name in ("slot", "groups", "count")),
            ("counters", "i8", (COUNTERS_MAX,)),
        ]
    )
    return made


def new_its() -> Its:
    """Settings, not yet set."""
    scalars = [(name, kind) for name, kind in Its.__annotations__.items() if name != "sigma_m"]
    fields: list[tuple[str, str, tuple[int, ...]]] = [
        (name, "i8" if kind is int else "f8", ()) for name, kind in scalars
    ]
    its: Its = _record([*fields, ("sigma_m", "f8", (QUALITIES,))])
    return its


def new_out(n: int) -> Out:
    """Room for `n` events."""
    return Out(np.empty((n, EVENT_INTS), np.int64), np.empty((n, EVENT_FLOATS)))
