"""The fleet as columns by slot, and the one step that folds fixes into it.

state, changed = step(state, fixes, now_ns)        every tick
state, changed = pass_time(state, now_ns)          every second: liveness
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from beidou_svc.fleet.liveness import LivenessRules, judge_slots
from beidou_svc.fleet.merge import NO_OFFSET, Heard, Key, Winners
from beidou_svc.fleet.recent import Measured, Recent
from beidou_svc.fleet.road import RoadState
from beidou_svc.fleet.side import Side, contiguous, filled, incoming_of, prefixed
from beidou_svc.fleet.sources import Sources
from gnss.batches import NO_TIME, FixBatch

CAPACITY_MIN = 64

NO_BASE_SLOT = -1
"""No base station."""


@dataclass(frozen=True, slots=True)
class FleetRules:
    """Settings of the fleet. Times in ns."""

    terminals_max: int = 20_000
    liveness: LivenessRules = field(default_factory=lambda: LivenessRules(10_000_000_000, 60_000_000_000))
    offset_window_ns: int = 300_000_000_000
    recent_s: int = 300
    hold_ns: int = 2_000_000_000


@dataclass(slots=True)
class FleetState:
    """Columns by slot, valid up to `count`. `columns` has those of FixBatch as shown; the rest is bookkeeping.

    | name | unit | meaning |
    |---|---|---|
    | epoch, position | | keys of the epoch and of the position shown (`merge.Key`) |
    | sources | | of terminals whose positions are computed here: that, and what their receivers say |
    | heard | | receive times, clock offset, rows that came too late |
    | liveness | | a `Liveness` |
    | policy | | 0 accepted, 1 quarantined (from the registry) |
    | is_base | | 1: a base station |
    | base | | slot of the base station in use, -1 = none |
    | road | | where each is on the road; it may have fewer slots than the fleet |
    | change_seq | | value of `seq` when something shown last changed |
    """

    rules: FleetRules
    shown: Side
    sources: Sources
    heard: Heard
    winners: Winners
    liveness: NDArray[np.uint8]
    policy: NDArray[np.uint8]
    is_base: NDArray[np.uint8]
    base: NDArray[np.int32]
    change_seq: NDArray[np.uint64]
    recent: Recent
    road: RoadState = field(default_factory=RoadState.new)
    count: int = 0
    seq: int = 0

    @property
    def columns(self) -> dict[str, NDArray[Any]]:
        """What is shown."""
        return self.shown.columns

    @property
    def epoch(self) -> Key:
        """Key of the epoch shown."""
        return self.shown.epoch

    @property
    def position(self) -> Key:
        """Key of the position shown."""
        return self.shown.position

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


def touch_roads(state: FleetState, slots: NDArray[np.int32]) -> None:
    """Mark slots whose place on the road has changed: only clients that ask for roads get them again."""
    if len(slots):
        state.seq += 1
        state.road.change_seq[slots] = state.seq


def new_state(rules: FleetRules) -> FleetState:
    """An empty fleet."""
    capacity = min(CAPACITY_MIN, rules.terminals_max)
    sources = Sources()
    sources.grow(capacity)
    return FleetState(
        rules=rules,
        shown=Side.new(capacity),
        sources=sources,
        heard=_new_heard(capacity),
        winners=_new_winners(capacity),
        liveness=np.zeros(capacity, np.uint8),
        policy=np.zeros(capacity, np.uint8),
        is_base=np.zeros(capacity, np.uint8),
        base=np.full(capacity, NO_BASE_SLOT, np.int32),
        change_seq=np.zeros(capacity, np.uint64),
        recent=Recent(rules.terminals_max, rules.recent_s),
    )


def step(state: FleetState, fixes: FixBatch, now_ns: int) -> tuple[FleetState, NDArray[np.int32]]:
    """Fold fixes in (any order, any repetition); returns the slots of which something shown has changed."""
    if not len(fixes):
        return state, np.empty(0, np.int32)
    state.ensure_capacity(max(int(fixes.slot.max()) + 1, state.count))
    slots = _fold(state, fixes)
    columns = contiguous(fixes)
    state.recent.note(incoming_of(columns), _measured(columns))
    state.touch(slots)
    _judge(state, columns["slot"], now_ns)
    return state, slots


def _fold(state: FleetState, fixes: FixBatch) -> NDArray[np.int32]:
    """Fold rows into what is shown, by way of the two sources where a terminal has both."""
    heard, winners, window_ns = state.heard, state.winners, state.rules.offset_window_ns
    concerned = state.sources.concerns(fixes)
    if concerned is None:
        return state.shown.fold(fixes, heard, winners, window_ns)
    doubled, others = fixes.take(concerned), fixes.take(~concerned)
    slots = state.sources.fold(state.shown, doubled, heard, winners, window_ns, state.rules.hold_ns)
    if not len(others):
        return slots
    return np.concatenate([slots, state.shown.fold(others, heard, winners, window_ns)])


def pass_time(state: FleetState, now_ns: int) -> tuple[FleetState, NDArray[np.int32]]:
    """Judge the liveness of every slot; returns those that changed."""
    return state, _judge(state, np.arange(state.count, dtype=np.int32), now_ns)


def set_policy(state: FleetState, policy: NDArray[np.uint8]) -> None:
    """Take over the registry's verdict on each slot (a prefix of the slots)."""
    n = min(len(policy), state.count)
    changed = np.flatnonzero(state.policy[:n] != policy[:n]).astype(np.int32)
    state.policy[changed] = policy[changed]
    state.touch(changed)


def set_bases(state: FleetState, bases: NDArray[np.int32], base_of: NDArray[np.int32]) -> None:
    """Take over which slots are base stations, and which of them each slot uses (a prefix of the slots), -1 = none."""
    n = min(len(base_of), state.count)
    is_base = np.zeros(state.count, np.uint8)
    is_base[bases[bases < state.count]] = 1
    is_other = is_base != state.is_base[: state.count]
    is_other[:n] |= base_of[:n] != state.base[:n]
    state.is_base[: state.count] = is_base
    state.base[:n] = base_of[:n]
    state.touch(np.flatnonzero(is_other).astype(np.int32))


def _judge(state: FleetState, slots: NDArray[np.int32], now_ns: int) -> NDArray[np.int32]:
    changed = np.empty(len(slots), np.int32)
    n = judge_slots(slots, state.epoch, state.heard, state.rules.liveness, now_ns, state.liveness, changed)
    state.touch(changed[:n])
    return changed[:n]


def _measured(columns: dict[str, NDArray[Any]]) -> Measured:
    sigma_h_m = np.hypot(columns["sigma_n_m"], columns["sigma_e_m"])
    return Measured(columns["h_ell_m"], sigma_h_m, columns["speed_mps"], columns["sats_used"], columns["source"])


def _new_heard(n: int) -> Heard:
    times = {name: filled(NO_TIME, "i8", n) for name in ("t_first_rx_ns", "t_last_rx_ns", "t_undated_rx_ns")}
    return Heard(
        **times,
        offset_era=np.zeros(n, np.uint8),
        offset_window=np.full(n, -1, np.int64),
        offset_now_ns=filled(NO_OFFSET, "i8", n),
        offset_before_ns=filled(NO_OFFSET, "i8", n),
        stale=np.zeros(n, np.uint64),
    )


def _new_winners(n: int) -> Winners:
    return Winners(np.full(n, -1, np.int32), np.full(n, -1, np.int32), np.zeros(n, np.int32))


def _grow(state: FleetState, capacity: int) -> None:
    """Exchange every array by a longer one that begins with the same values."""
    state.shown.grow(capacity)
    state.sources.grow(capacity)
    state.heard = Heard(*prefixed(state.heard, _new_heard(capacity)))
    state.winners = _new_winners(capacity)
    for name in ("liveness", "policy", "is_base", "change_seq"):
        array: NDArray[Any] = getattr(state, name)
        setattr(state, name, np.concatenate([array, np.zeros(capacity - len(array), array.dtype)]))
    state.base = np.concatenate([state.base, np.full(capacity - len(state.base), NO_BASE_SLOT, np.int32)])
