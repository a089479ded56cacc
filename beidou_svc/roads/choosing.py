"""Which rows go on to the roads: those with a position that says something new, and of two sources the one that leads.

The pipeline shows an epoch that is still open and brings it again when it is closed, mostly unchanged: once is enough.
Of a terminal that has computed positions, what its receiver says counts only where it is not worse, or where nothing
was computed within `hold_ns`: as the fleet decides (`beidou_svc.fleet.sources`).
"""

from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from beidou_svc.fleet.quality import STATED, row_rank
from gnss._jit import inline_kernel, kernel
from gnss.batches import NO_TIME, FixBatch, Source
from gnss.columns import frozen_column
from gnss.status import Status

_OK: Final = int(Status.OK)
_ENGINE: Final = int(Source.ENGINE)
SOURCES: Final = 2
"""The receiver's rows and computed ones are remembered apart."""

Floats = NDArray[np.float64]


class Said(NamedTuple):
    """What the last row of each slot and source said: (2 slots,) each; `engine_t_ns`, `engine_rank` (slots,)."""

    t_ns: NDArray[np.int64]
    lat_rad: Floats
    lon_rad: Floats
    h_ell_m: Floats
    sigma_n_m: Floats
    sigma_e_m: Floats
    speed_mps: Floats
    course_rad: Floats
    fix_quality: NDArray[np.uint8]
    engine_t_ns: NDArray[np.int64]
    engine_rank: NDArray[np.int32]


class Rows(NamedTuple):
    """The columns of fixes that decide."""

    slot: NDArray[np.int32]
    t_gpst_ns: NDArray[np.int64]
    lat_rad: Floats
    lon_rad: Floats
    h_ell_m: Floats
    sigma_n_m: Floats
    sigma_e_m: Floats
    speed_mps: Floats
    course_rad: Floats
    fix_quality: NDArray[np.uint8]
    source: NDArray[np.uint8]
    status: NDArray[np.uint8]


@dataclass(slots=True)
class Choice:
    """The memory of the choice."""

    said: Said

    @classmethod
    def for_slots(cls, n: int) -> Self:
        """Nothing was said yet."""
        f8: Any = [np.full(SOURCES * n, np.nan) for _ in range(7)]
        said = (np.full(SOURCES * n, NO_TIME, np.int64), *f8, np.zeros(SOURCES * n, np.uint8))
        return cls(Said._make((*said, np.full(n, NO_TIME, np.int64), np.zeros(n, np.int32))))

    def __len__(self) -> int:
        return len(self.said.engine_t_ns)

    def grow(self, n: int) -> None:
        """Make room for `n` slots."""
        if n > len(self):
            more = Choice.for_slots(n - len(self)).said
            pairs: list[Any] = list(zip(self.said, more, strict=True))
            self.said = Said._make(np.concatenate(pair) for pair in pairs)

    def forget(self, slots: NDArray[np.int32]) -> None:
        """No computed position of some slots leads any more."""
        self.said.engine_t_ns[slots] = NO_TIME


@inline_kernel
def _differs(a: float, b: float) -> bool:
    return not (a == b or (np.isnan(a) and np.isnan(b)))


@inline_kernel
def _is_new(rows: Rows, i: int, said: Said, k: int) -> bool:
    if rows.t_gpst_ns[i] != said.t_ns[k] or rows.fix_quality[i] != said.fix_quality[k]:
        return True
    if _differs(rows.lat_rad[i], said.lat_rad[k]) or _differs(rows.lon_rad[i], said.lon_rad[k]):
        return True
    if _differs(rows.speed_mps[i], said.speed_mps[k]) or _differs(rows.course_rad[i], said.course_rad[k]):
        return True
    if _differs(rows.sigma_n_m[i], said.sigma_n_m[k]) or _differs(rows.sigma_e_m[i], said.sigma_e_m[k]):
        return True
    return _differs(rows.h_ell_m[i], said.h_ell_m[k])


@inline_kernel
def _note(rows: Rows, i: int, said: Said, k: int) -> None:
    said.t_ns[k], said.fix_quality[k] = rows.t_gpst_ns[i], rows.fix_quality[i]
    said.lat_rad[k], said.lon_rad[k], said.h_ell_m[k] = rows.lat_rad[i], rows.lon_rad[i], rows.h_ell_m[i]
    said.sigma_n_m[k], said.sigma_e_m[k] = rows.sigma_n_m[i], rows.sigma_e_m[i]
    said.speed_mps[k], said.course_rad[k] = rows.speed_mps[i], rows.course_rad[i]


@inline_kernel
def _is_led(rows: Rows, i: int, said: Said, hold_ns: int) -> bool:
    """Whether a better computed position stands for this row of the receiver."""
    slot, t_ns = rows.slot[i], rows.t_gpst_ns[i]
    engine_t_ns = said.engine_t_ns[slot]
    if engine_t_ns == NO_TIME or t_ns > engine_t_ns + hold_ns or engine_t_ns > t_ns + hold_ns:
        return False
    return bool(said.engine_rank[slot] > row_rank(rows.fix_quality[i], rows.source[i]))


@kernel
def _choose(rows: Rows, said: Said, hold_ns: int, is_chosen: NDArray[np.bool_]) -> int:
    n = 0
    for i in range(rows.slot.size):
        is_chosen[i] = False
        computed = rows.source[i] == _ENGINE
        usable = rows.status[i] == _OK and rows.fix_quality[i] > 0 and rows.t_gpst_ns[i] != NO_TIME
        usable = usable and np.isfinite(rows.lat_rad[i]) and np.isfinite(rows.lon_rad[i])
        if not usable or (computed and rows.fix_quality[i] == STATED):
            continue
        k = SOURCES * rows.slot[i] + computed
        if not _is_new(rows, i, said, k):
            continue
        _note(rows, i, said, k)
        if computed:
            if rows.t_gpst_ns[i] >= said.engine_t_ns[rows.slot[i]]:
                said.engine_t_ns[rows.slot[i]] = rows.t_gpst_ns[i]
                said.engine_rank[rows.slot[i]] = row_rank(rows.fix_quality[i], rows.source[i])
        elif _is_led(rows, i, said, hold_ns):
            continue
        is_chosen[i] = True
        n += 1
    return n


def choose_rows(choice: Choice, fixes: FixBatch, hold_ns: int) -> FixBatch:
    """The rows that go on, in their order; the memory is changed in place and must have room for all slots."""
    columns = fixes.columns()
    rows = Rows(*(frozen_column(columns[name]) for name in Rows._fields))
    is_chosen = np.empty(len(fixes), np.bool_)
    n = _choose(rows, choice.said, hold_ns, is_chosen)
    return fixes if n == len(fixes) else fixes.take(is_chosen)
