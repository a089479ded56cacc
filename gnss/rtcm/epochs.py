"""Messages of one terminal, station and instant gathered into an epoch, whatever system they speak of.

An epoch ends with the message that says that no more follow, or with the first one of another instant. Some stations
say "no more" with every message: once a closed instant goes on, that flag of the terminal is not believed any more.
"""

from dataclasses import dataclass, field
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, leaf_kernel
from gnss.batch import Batch, column
from gnss.batches import NO_TIME
from gnss.rtcm._kit import NO_STATION
from gnss.rtcm.decode import RtcmDecoded
from gnss.rtcm.messages import Family
from gnss.rtcm.observations import ObservationBatch
from gnss.status import Status
from gnss.time._watch_kernel import ERA, LEAPT, SET_BACK, WATCH_COUNT, WATCH_TIMES, judge_instant, note_instant
from gnss.time.leap import receive_time_to_gpst

_OK, _NO_DATE, _DUPLICATE = int(Status.OK), int(Status.NO_DATE), int(Status.DUPLICATE)
_DATE_SUSPECT, _CLOCK_SET = int(Status.DATE_SUSPECT), int(Status.CLOCK_SET)
_NO_TIME = int(NO_TIME)
_NONE = -1


@dataclass(frozen=True, slots=True)
class EpochBatch(Batch):
    """One row per epoch of a terminal; its observations are `rows` rows from `first` on of the batch beside it.

    | name | dtype | shape | unit | meaning |
    |---|---|---|---|---|
    | slot | i4 | | | terminal |
    | station | u2 | | | reference station id as sent |
    | t_gpst_ns | i8 | | ns | instant, GPST since 1980-01-06; `NO_TIME` = no date known |
    | first | i8 | | | its first observation |
    | rows | i4 | | | how many observations it has |
    | t_rx_ns | i8 | | ns | when it was known to be complete, UTC since 1970-01-01; `NO_TIME` = not recorded |
    | clock_era | u1 | | | how often the terminal's clock had been set back before, modulo 256 |
    | status | u1 | | | OK, NO_DATE, DATE_SUSPECT (far ahead), CLOCK_SET, or DUPLICATE (see below) |

    DUPLICATE is the rest of an instant that had been closed too early; with CLOCK_SET a clock was set back, which is
    believed from the next epoch on.
    """

    slot: NDArray[np.int32] = column("i4")
    station: NDArray[np.uint16] = column("u2", missing=NO_STATION)
    t_gpst_ns: NDArray[np.int64] = column("i8", missing=NO_TIME)
    first: NDArray[np.int64] = column("i8")
    rows: NDArray[np.int32] = column("i4")
    t_rx_ns: NDArray[np.int64] = column("i8", missing=NO_TIME)
    clock_era: NDArray[np.uint8] = column("u1")
    status: NDArray[np.uint8] = column("u1")


class _Memory(NamedTuple):
    """By terminal: number of its open epoch in this call, instant and station of its last, whether its flag is
    believed, what is remembered of its clock."""

    open: NDArray[np.int64]
    t_gpst_ns: NDArray[np.int64]
    station: NDArray[np.uint16]
    is_believed: NDArray[np.uint8]
    watch: NDArray[np.int64]


@dataclass(slots=True)
class RtcmEpochState:
    """What the assembler remembers between calls: the last instant of each terminal, observations of open epochs."""

    t_gpst_ns: NDArray[np.int64]
    station: NDArray[np.uint16]
    is_believed: NDArray[np.uint8]
    watch: NDArray[np.int64]
    epochs: EpochBatch = field(default_factory=EpochBatch.empty)
    observations: ObservationBatch = field(default_factory=ObservationBatch.empty)

    @classmethod
    def for_slots(cls, n: int) -> Self:
        """State of `n` terminals that sent nothing."""
        watch = np.zeros((n, WATCH_COUNT), np.int64)
        watch[:, WATCH_TIMES] = NO_TIME
        return cls(np.full(n, NO_TIME, np.int64), np.full(n, NO_STATION, np.uint16), np.ones(n, np.uint8), watch)

    def grow(self, n: int) -> None:
        """Make room for `n` terminals."""
        more = n - len(self.t_gpst_ns)
        if more > 0:
            fresh = self.for_slots(more)
            for name in _BY_TERMINAL:
                setattr(self, name, np.concatenate([getattr(self, name), getattr(fresh, name)]))

    def copy(self) -> Self:
        """An independent copy."""
        columns = {name: getattr(self, name).copy() for name in _BY_TERMINAL}
        return type(self)(**columns, epochs=self.epochs, observations=self.observations)


_BY_TERMINAL = _Memory._fields[1:]


class _Found(NamedTuple):
    """Epochs of a call by number: terminal, station, instant, when complete, era, verdict, whether closed; the epoch of
    each message."""

    slot: NDArray[np.int32]
    station: NDArray[np.uint16]
    t_gpst_ns: NDArray[np.int64]
    t_rx_ns: NDArray[np.int64]
    clock_era: NDArray[np.uint8]
    status: NDArray[np.uint8]
    is_closed: NDArray[np.uint8]
    of_message: NDArray[np.int64]


@inline_kernel
def _judge(watch: NDArray[np.int64], slot: int, t_gpst_ns: int, t_rx_ns: int) -> int:
    """Status of an epoch that begins."""
    if t_gpst_ns == _NO_TIME:
        return _NO_DATE
    rx_gpst_ns = receive_time_to_gpst(t_rx_ns)
    verdict = judge_instant(watch, slot, t_gpst_ns, t_rx_ns, rx_gpst_ns)
    note_instant(watch, slot, verdict, t_gpst_ns, t_rx_ns, rx_gpst_ns)
    if verdict == LEAPT:
        return _DATE_SUSPECT
    return _CLOCK_SET if verdict == SET_BACK else _OK


@inline_kernel
def _begin(found: _Found, memory: _Memory, n: int, slot: int, station: int, t_gpst_ns: int, t_rx_ns: int) -> None:
    """Note the epoch `n`; one that goes on after it was closed is a duplicate."""
    found.slot[n], found.station[n], found.t_gpst_ns[n] = slot, station, t_gpst_ns
    found.clock_era[n] = memory.watch[slot, ERA]
    found.is_closed[n] = 0
    if t_gpst_ns != _NO_TIME and t_gpst_ns == memory.t_gpst_ns[slot] and station == memory.station[slot]:
        memory.is_believed[slot] = 0
        found.status[n] = _DUPLICATE
    else:
        found.status[n] = _judge(memory.watch, slot, t_gpst_ns, t_rx_ns)


@inline_kernel
def _close(found: _Found, memory: _Memory, slot: int) -> None:
    found.is_closed[memory.open[slot]] = 1
    memory.open[slot] = _NONE


@leaf_kernel
def _group(
    slot: NDArray[np.int32],
    station: NDArray[np.uint16],
    t_gpst_ns: NDArray[np.int64],
    t_rx_ns: NDArray[np.int64],
    more: NDArray[np.uint8],
    memory: _Memory,
    found: _Found,
    n: int,
) -> int:
    """Number the epochs of messages, the first being `n`; returns how many there are then."""
    for i in range(len(slot)):
        s = slot[i]
        same = t_gpst_ns[i] == memory.t_gpst_ns[s] and station[i] == memory.station[s]
        if memory.open[s] != _NONE and not same:
            found.t_rx_ns[memory.open[s]] = t_rx_ns[i]
            _close(found, memory, s)
        if memory.open[s] == _NONE:
            _begin(found, memory, n, s, station[i], t_gpst_ns[i], t_rx_ns[i])
            memory.open[s] = n
            n += 1
        found.of_message[i] = memory.open[s]
        found.t_rx_ns[memory.open[s]] = t_rx_ns[i]
        memory.t_gpst_ns[s], memory.station[s] = t_gpst_ns[i], station[i]
        if more[i] == 0 and memory.is_believed[s]:
            _close(found, memory, s)
    return n


_KEPT = ("slot", "station", "t_gpst_ns", "t_rx_ns", "clock_era", "status")


def _found_from(still_open: EpochBatch, messages: int) -> _Found:
    """Room for the epochs of so many messages, behind those still open."""
    n = len(still_open) + messages
    found = _Found(
        np.empty(n, np.int32), np.empty(n, np.uint16), np.empty(n, np.int64), np.empty(n, np.int64),
        np.empty(n, np.uint8), np.empty(n, np.uint8), np.zeros(n, np.uint8), np.empty(messages, np.int64),
    )  # fmt: skip
    for name in _KEPT:
        getattr(found, name)[: len(still_open)] = getattr(still_open, name)
    return found


def _epochs(found: _Found, chosen: NDArray[np.int64], counts: NDArray[np.int64]) -> EpochBatch:
    rows = counts[chosen]
    columns = {name: getattr(found, name)[chosen] for name in _KEPT}
    return EpochBatch.missing(len(chosen), first=np.cumsum(rows) - rows, rows=rows, **columns)


def assemble_epochs(
    state: RtcmEpochState, decoded: RtcmDecoded, *, ended: NDArray[np.int32] | None = None
) -> tuple[EpochBatch, ObservationBatch]:
    """Closed epochs and their observations, those of an epoch side by side; `state` keeps the open ones.

    `ended` are terminals that send no more: their open epochs are closed. What comes out of a terminal depends on its
    bytes alone, not on how they are cut.

    Shape: (epochs,) and (observations,). Unit: as the tables of the batches say. Error: none. Source: RTCM 10403.3, the
    multiple-message bit of MSM and legacy observations.
    """
    m = decoded.messages
    kept = m.of_family(Family.MSM, Family.LEGACY)
    kept = kept[np.isin(m.status[kept], (_OK, _NO_DATE))]
    still_open = state.epochs
    memory = _Memory(np.full(len(state.t_gpst_ns), _NONE), *(getattr(state, name) for name in _BY_TERMINAL))
    memory.open[still_open.slot] = np.arange(len(still_open))
    found = _found_from(still_open, len(kept))
    k = m.take(kept)
    n = _group(k.slot, k.station, k.t_gpst_ns, k.t_rx_ns, k.more, memory, found, len(still_open))
    if ended is not None:
        numbers = memory.open[ended]
        found.is_closed[numbers[numbers != _NONE]] = 1
    epoch_of_row = np.concatenate(
        [np.repeat(np.arange(len(still_open)), still_open.rows), np.repeat(found.of_message, m.rows[kept])]
    )
    rows = ObservationBatch.concat([state.observations, decoded.observations])
    counts = np.bincount(epoch_of_row, minlength=n)
    closed, state.observations = _parted(rows, epoch_of_row, found.is_closed[:n])
    state.epochs = _epochs(found, np.flatnonzero(found.is_closed[:n] == 0), counts)
    return _epochs(found, np.flatnonzero(found.is_closed[:n]), counts), closed


def _parted(
    rows: ObservationBatch, epoch_of_row: NDArray[np.int64], is_closed: NDArray[np.uint8]
) -> tuple[ObservationBatch, ObservationBatch]:
    """Observations of closed epochs and of open ones, those of an epoch side by side."""
    if is_closed.all() and (epoch_of_row[1:] >= epoch_of_row[:-1]).all():
        # as they came: nearly always, and copying is a tenth of gathering
        return rows.copy(), ObservationBatch.empty()
    order = np.argsort(epoch_of_row, kind="stable")
    closed_rows = is_closed[epoch_of_row[order]].astype(bool)
    return rows.take(order[closed_rows]), rows.take(order[~closed_rows])
