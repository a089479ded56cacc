"""The fleet as columns by slot, and the one step that folds fixes into it.

state, changed = step(state, fixes, now_ns)        every tick
state, changed = pass_time(state, now_ns)          every second: liveness
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from beidou_svc.fleet.liveness import LivenessRules, judge_slots
from beidou_svc.fleet.merge import NO_OFFSET, Heard, Incoming, Key, Winners, copy_won, merge_rows
from beidou_svc.fleet.recent import Measured, Recent
from gnss.batches import NO_TIME, FixBatch
from gnss.status import Status

POSITION_COLUMNS = (
    "lat_rad",
    "lon_rad",
    "h_ell_m",
    "h_msl_m",
    "geoid_sep_m",
    "sigma_n_m",
    "sigma_e_m",
    "sigma_u_m",
    "cov_ne_m2",
    "cov_nu_m2",
    "cov_eu_m2",
    "pl_h_m",
    "pl_v_m",
)
"""What stays from the last epoch that had a position; all other columns are those of the last epoch."""

EPOCH_COLUMNS = tuple(name for name in FixBatch.specs() if name not in (*POSITION_COLUMNS, "slot"))

CAPACITY_MIN = 64


@dataclass(frozen=True, slots=True)
class FleetRules:
    """Settings of the fleet. Times in ns."""

    terminals_max: int = 20_000
    liveness: LivenessRules = field(default_factory=lambda: LivenessRules(10_000_000_000, 60_000_000_000))
    offset_window_ns: int = 300_000_000_000
    recent_s: int = 300


@dataclass(slots=True)
class FleetState:
    """Columns by slot, valid up to `count`. `columns` has those of FixBatch; the rest is bookkeeping.

    | name | unit | meaning |
    |---|---|---|
    | epoch, position | | keys of the epoch and of the position shown (`merge.Key`) |
    | heard | | receive times, clock offset, rows that came too late |
    | liveness | | a `Liveness` |
    | policy | | 0 accepted, 1 quarantined (from the registry) |
    | change_seq | | value of `seq` when something shown last changed |
    """

    rules: FleetRules
    columns: dict[str, NDArray[Any]]
    epoch: Key
    position: Key
    heard: Heard
    winners: Winners
    liveness: NDArray[np.uint8]
    policy: NDArray[np.uint8]
    change_seq: NDArray[np.uint64]
    recent: Recent
    count: int = 0
    seq: int = 0

    @property
    def capacity(self) -> int:
        """Slots that the arrays hold; grows by doubling."""
        return len(self.liveness)

    def ensure_capacity(self, n: int) -> None:
        """Make room for slots below `n` and show them. `n` above `terminals_max` raises `ValueError`."""
        if n > self.rules.terminals_max:
            raise ValueError(f"slot {n - 1} is beyond terminals_max = {self.rules.terminals_max}")
        if n > self.capacity:
            _grow(self, min(max(n, 2 * self.capacity), self.rules.terminals_max))
        if n > self.count:
            self.seq += 1
            self.change_seq[self.count : n] = self.seq
            self.count = n

    def touch(self, slots: NDArray[np.int32]) -> None:
        """Mark slots as changed."""
        if len(slots):
            self.seq += 1
            self.change_seq[slots] = self.seq


def new_state(rules: FleetRules) -> FleetState:
    """An empty fleet."""
    capacity = min(CAPACITY_MIN, rules.terminals_max)
    columns = {name: _filled(spec.missing, spec.dtype, capacity, spec.row_shape) for name, spec in _column_specs()}
    return FleetState(
        rules=rules,
        columns=columns,
        epoch=_new_key(capacity),
        position=_new_key(capacity),
        heard=_new_heard(capacity),
        winners=_new_winners(capacity),
        liveness=np.zeros(capacity, np.uint8),
        policy=np.zeros(capacity, np.uint8),
        change_seq=np.zeros(capacity, np.uint64),
        recent=Recent(rules.terminals_max, rules.recent_s),
    )


def step(state: FleetState, fixes: FixBatch, now_ns: int) -> tuple[FleetState, NDArray[np.int32]]:
    """Fold fixes in (any order, any repetition); returns the slots of which something shown has changed."""
    if not len(fixes):
        return state, np.empty(0, np.int32)
    state.ensure_capacity(max(int(fixes.slot.max()) + 1, state.count))
    columns = _contiguous(fixes)
    incoming = Incoming(*(columns[name] for name in Incoming._fields))
    winners = state.winners
    n = merge_rows(incoming, state.epoch, state.position, state.heard, winners, state.rules.offset_window_ns)
    slots = winners.slots[:n].copy()
    _copy(state, columns, EPOCH_COLUMNS, winners.epoch_row, slots)
    _copy(state, columns, POSITION_COLUMNS, winners.position_row, slots)
    _drop_quality_without_position(state, incoming, slots)
    winners.epoch_row[slots] = -1
    winners.position_row[slots] = -1
    state.recent.note(incoming, _measured(columns))
    state.touch(slots)
    _judge(state, incoming.slot, now_ns)
    return state, slots


def pass_time(state: FleetState, now_ns: int) -> tuple[FleetState, NDArray[np.int32]]:
    """Judge the liveness of every slot; returns those that changed."""
    return state, _judge(state, np.arange(state.count, dtype=np.int32), now_ns)


def set_policy(state: FleetState, policy: NDArray[np.uint8]) -> None:
    """Take over the registry's verdict on each slot (a prefix of the slots)."""
    n = min(len(policy), state.count)
    changed = np.flatnonzero(state.policy[:n] != policy[:n]).astype(np.int32)
    state.policy[changed] = policy[changed]
    state.touch(changed)


def _judge(state: FleetState, slots: NDArray[np.int32], now_ns: int) -> NDArray[np.int32]:
    changed = np.empty(len(slots), np.int32)
    n = judge_slots(slots, state.epoch, state.heard, state.rules.liveness, now_ns, state.liveness, changed)
    state.touch(changed[:n])
    return changed[:n]


def _copy(
    state: FleetState,
    columns: dict[str, NDArray[Any]],
    names: tuple[str, ...],
    row: NDArray[np.int32],
    slots: NDArray[np.int32],
) -> None:
    copy_won(tuple((state.columns[name], columns[name]) for name in names), row, slots, len(slots))


def _drop_quality_without_position(state: FleetState, incoming: Incoming, slots: NDArray[np.int32]) -> None:
    """An epoch that names a quality but has no position to show is an epoch without a fix."""
    rows = state.winners.epoch_row[slots]
    slots, rows = slots[rows >= 0], rows[rows >= 0]
    finite = np.isfinite(incoming.lat_rad[rows]) & np.isfinite(incoming.lon_rad[rows])
    state.columns["fix_quality"][slots[~finite | (incoming.status[rows] == Status.NO_POSITION)]] = 0


def _measured(columns: dict[str, NDArray[Any]]) -> Measured:
    sigma_h_m = np.hypot(columns["sigma_n_m"], columns["sigma_e_m"])
    return Measured(columns["h_ell_m"], sigma_h_m, columns["speed_mps"], columns["sats_used"])


def _contiguous(fixes: FixBatch) -> dict[str, NDArray[Any]]:
    """The columns as the kernels were compiled for: C-contiguous and read-only."""
    columns = fixes.columns()
    for name, array in columns.items():
        if not array.flags.c_contiguous or array.flags.writeable:
            columns[name] = np.ascontiguousarray(array).view()
            columns[name].flags.writeable = False
    return columns


def _column_specs() -> list[tuple[str, Any]]:
    return [(name, spec) for name, spec in FixBatch.specs().items() if name != "slot"]


def _filled(missing: Any, dtype: str, n: int, row_shape: tuple[int, ...] = ()) -> NDArray[Any]:
    return np.full((n, *row_shape), missing, dtype)


def _new_key(n: int) -> Key:
    return Key(np.zeros(n, np.uint8), _filled(NO_TIME, "i8", n), np.zeros(n, np.uint8), _filled(NO_TIME, "i8", n))


def _new_heard(n: int) -> Heard:
    times = {name: _filled(NO_TIME, "i8", n) for name in ("t_first_rx_ns", "t_last_rx_ns", "t_undated_rx_ns")}
    return Heard(
        **times,
        offset_window=np.full(n, -1, np.int64),
        offset_now_ns=_filled(NO_OFFSET, "i8", n),
        offset_before_ns=_filled(NO_OFFSET, "i8", n),
        stale=np.zeros(n, np.uint64),
    )


def _new_winners(n: int) -> Winners:
    return Winners(np.full(n, -1, np.int32), np.full(n, -1, np.int32), np.zeros(n, np.int32))


def _grow(state: FleetState, capacity: int) -> None:
    """Exchange every array by a longer one that begins with the same values."""
    larger = {name: _filled(spec.missing, spec.dtype, capacity, spec.row_shape) for name, spec in _column_specs()}
    for name, array in state.columns.items():
        larger[name][: len(array)] = array
    state.columns = larger
    state.epoch = Key(*_prefixed(state.epoch, _new_key(capacity)))
    state.position = Key(*_prefixed(state.position, _new_key(capacity)))
    state.heard = Heard(*_prefixed(state.heard, _new_heard(capacity)))
    state.winners = _new_winners(capacity)
    zeros = (np.zeros(capacity, array.dtype) for array in (state.liveness, state.policy, state.change_seq))
    state.liveness, state.policy, state.change_seq = _prefixed(
        (state.liveness, state.policy, state.change_seq), tuple(zeros)
    )


def _prefixed(old: tuple[NDArray[Any], ...], new: tuple[NDArray[Any], ...]) -> tuple[NDArray[Any], ...]:
    for before, after in zip(old, new, strict=True):
        after[: len(before)] = before
    return new
