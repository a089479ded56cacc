"""Where each terminal is on the road, as columns by slot: the latest matched position, and the route that it drives."""

from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from gnss._jit import kernel
from gnss.batches import NO_TIME
from gnss.status import Status
from mapping.matching.result import MatchBatch
from mapping.network.model import RoadNetwork

NO_EDGE: Final = -1
NO_ROUTE: Final = -1

_OK: Final = int(Status.OK)


class RoadColumns(NamedTuple):
    """Columns as in `MatchBatch`, by slot or by row; `t_gpst_ns` of a slot is `NO_TIME` where nothing is known."""

    t_gpst_ns: NDArray[np.int64]
    edge: NDArray[np.int32]
    offset_m: NDArray[np.float64]
    lateral_m: NDArray[np.float64]
    lat_rad: NDArray[np.float64]
    lon_rad: NDArray[np.float64]
    lane: NDArray[np.int32]
    lane_p: NDArray[np.float32]
    confidence: NDArray[np.float32]
    edge_2nd: NDArray[np.int32]
    p_2nd: NDArray[np.float32]


def _blank(n: int) -> RoadColumns:
    i4: Any = [np.full(n, NO_EDGE, np.int32) for _ in range(3)]
    f8: Any = [np.full(n, np.nan) for _ in range(4)]
    f4: Any = [np.full(n, np.nan, np.float32) for _ in range(3)]
    return RoadColumns(
        np.full(n, NO_TIME, np.int64), i4[0], f8[0], f8[1], f8[2], f8[3], i4[1], f4[0], f4[1], i4[2], f4[2]
    )


@kernel
def _fold(
    slot: NDArray[np.int32], status: NDArray[np.uint8], rows: RoadColumns, road: RoadColumns, changed: NDArray[np.int32]
) -> int:
    """Rows at least as new as what is known replace it; gives how many slots stand in `changed`, each once a row."""
    n = 0
    for row in range(slot.size):
        s = slot[row]
        if status[row] != _OK or rows.t_gpst_ns[row] < road.t_gpst_ns[s]:
            continue
        road.t_gpst_ns[s] = rows.t_gpst_ns[row]
        road.edge[s] = rows.edge[row]
        road.offset_m[s] = rows.offset_m[row]
        road.lateral_m[s] = rows.lateral_m[row]
        road.lat_rad[s] = rows.lat_rad[row]
        road.lon_rad[s] = rows.lon_rad[row]
        road.lane[s] = rows.lane[row]
        road.lane_p[s] = rows.lane_p[row]
        road.confidence[s] = rows.confidence[row]
        road.edge_2nd[s] = rows.edge_2nd[row]
        road.p_2nd[s] = rows.p_2nd[row]
        changed[n] = s
        n += 1
    return n


@dataclass(slots=True)
class RoadState:
    """The columns, which are made when the first row is matched, and the network whose rows they name."""

    columns: RoadColumns
    network: RoadNetwork | None = None
    change_seq: NDArray[np.uint64] = field(default_factory=lambda: np.zeros(0, np.uint64))
    """By slot: value of the fleet's `seq` when its place on the road last changed."""

    @classmethod
    def new(cls, n: int = 0) -> Self:
        """Nothing known."""
        return cls(_blank(n))

    def __len__(self) -> int:
        return len(self.columns.t_gpst_ns)

    def grow(self, n: int) -> None:
        """Make room for `n` slots."""
        if n > len(self):
            pairs: list[Any] = list(zip(self.columns, _blank(n - len(self)), strict=True))
            self.columns = RoadColumns._make(np.concatenate(pair) for pair in pairs)
            more = np.zeros(n - len(self.change_seq), np.uint64)
            self.change_seq = np.concatenate([self.change_seq, more])

    def forget(self) -> None:
        """Nothing is known any more: another network."""
        self.columns = _blank(len(self))

    def reopen(self, slots: NDArray[np.int32]) -> None:
        """Whatever comes next of some slots replaces what is known: their clocks were set back."""
        self.columns.t_gpst_ns[slots[slots < len(self)]] = NO_TIME

    def fold(self, matched: MatchBatch) -> NDArray[np.int32]:
        """Take provisional rows in; returns the slots with something new, in order, each once."""
        if not len(matched):
            return np.empty(0, np.int32)
        changed = np.empty(len(matched), np.int32)
        columns: dict[str, NDArray[Any]] = matched.columns()
        rows = RoadColumns(*(np.ascontiguousarray(columns[name]) for name in RoadColumns._fields))
        n = _fold(matched.slot, matched.status, rows, self.columns, changed)
        return np.unique(changed[:n])
