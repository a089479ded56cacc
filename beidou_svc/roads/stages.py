"""The stages between position and event, in order: choose, datum, shift, match, fence.

Live and in replay they are the same.

    carried = stages.step(fixes)        # .matched: a row for each row of .placed, then decisions; .events

Each stage keeps its state as a value by slot. A stage that has nothing to do (no network, no fence) costs nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from beidou_svc.frames.shift_watch import ShiftWatch
from beidou_svc.frames.stage import DatumStage
from beidou_svc.roads.choosing import Choice, choose_rows
from beidou_svc.roads.fence_desk import FenceDesk
from gnss.batches import FixBatch
from mapping.datums.gcj02_detector import ShiftFlagBatch
from mapping.datums.placed import Placed
from mapping.fences.engine import ALL_GROUPS, fence_step
from mapping.fences.events import EventBatch
from mapping.fences.settings import FenceSettings
from mapping.fences.state import FenceState
from mapping.matching.online import match_end, match_step
from mapping.matching.result import MatchBatch
from mapping.matching.state import MatchState, OnlineRules
from mapping.matching.tables import MatchTables


@dataclass(frozen=True, slots=True)
class Carried:
    """What goes from stage to stage: rows, and what was made of them so far."""

    fixes: FixBatch
    placed: Placed | None = None
    matched: MatchBatch = field(default_factory=MatchBatch.empty)
    events: EventBatch = field(default_factory=EventBatch.empty)
    shifts: ShiftFlagBatch = field(default_factory=ShiftFlagBatch.empty)


class Stage(Protocol):
    """One stage."""

    name: str

    def grow(self, n: int) -> None:
        """Make room for `n` slots."""

    def step(self, carried: Carried) -> Carried:
        """Do its part."""
        ...


class ChooseStage:
    """Leaves out rows that say nothing new, and those of a source that does not lead."""

    name = "choose"

    def __init__(self, hold_ns: int) -> None:
        self.state = Choice.for_slots(0)
        self._hold_ns = hold_ns

    def grow(self, n: int) -> None:
        self.state.grow(n)

    def forget(self, slots: NDArray[np.int32]) -> None:
        """What some terminals said last does not lead any more."""
        self.state.forget(slots)

    def step(self, carried: Carried) -> Carried:
        return replace(carried, fixes=choose_rows(self.state, carried.fixes, self._hold_ns))


class PlaceStage:
    """All rows into the frame of the map."""

    name = "datum"

    def __init__(self, datum: DatumStage) -> None:
        self.datum = datum

    def grow(self, n: int) -> None:
        return None

    def step(self, carried: Carried) -> Carried:
        return replace(carried, placed=self.datum.place(carried.fixes))


class ShiftStage:
    """Who sends GCJ-02 although tagged otherwise; positions stay as they are."""

    name = "shift"

    def __init__(self, watch: ShiftWatch) -> None:
        self.watch = watch

    def grow(self, n: int) -> None:
        return None

    def step(self, carried: Carried) -> Carried:
        assert carried.placed is not None
        return replace(carried, shifts=self.watch.step(carried.placed))

    def renew(self, watch: ShiftWatch) -> None:
        """The roads of another network; what was found out so far counts."""
        watch.state, self.watch = self.watch.state, watch


class MatchStage:
    """Where on the road each row is."""

    name = "match"

    def __init__(self, tables: MatchTables, rules: OnlineRules) -> None:
        self.tables = tables
        self.state = MatchState.for_slots(0, rules)

    def grow(self, n: int) -> None:
        # growing writes all of it; what begins empty is not taken before it is used
        self.state = self.state.grown(n) if len(self.state) else MatchState.for_slots(n, self.state.rules)

    def step(self, carried: Carried) -> Carried:
        assert carried.placed is not None
        self.state, matched = match_step(self.state, self.tables, carried.placed)
        return replace(carried, matched=matched)

    def renew(self, tables: MatchTables, *, keeps_state: bool) -> None:
        """Another network; what was matched so far counts only where the edges are the same."""
        self.tables = tables
        if not keeps_state:
            self.state = MatchState.for_slots(len(self.state), self.state.rules)

    def forget(self, slots: NDArray[np.int32]) -> None:
        """Begin anew with some terminals."""
        self.state.forget(slots)

    def finish(self) -> MatchBatch:
        """Decide all that waits."""
        self.state, matched = match_end(self.state, self.tables)
        return matched


class FenceStage:
    """What happens at the fences."""

    name = "fence"

    def __init__(self, desk: FenceDesk, settings: FenceSettings, groups_of: Callable[[int], Sequence[str]]) -> None:
        """`groups_of`: the groups that a terminal is in."""
        self.desk = desk
        self.state = FenceState.for_slots(0)
        self._settings = settings
        self._groups_of = groups_of
        self._masks: NDArray[np.int64] = np.empty(0, np.int64)
        self._names: tuple[str, ...] = ()
        self._met = 0

    def grow(self, n: int) -> None:
        if len(self.state):
            self.state.grow(n)
        else:
            self.state = FenceState.for_slots(n)

    def step(self, carried: Carried) -> Carried:
        fences = self.desk.fences
        if not len(fences):
            return carried
        assert carried.placed is not None
        n = len(carried.placed)
        self._meet(fences.groups, int(carried.fixes.slot.max()) + 1)
        matched = carried.matched.take(slice(0, n)) if len(carried.matched) else None
        self.state, events = fence_step(
            self.state, fences, carried.placed, matched, settings=self._settings, groups=self._masks
        )
        return replace(carried, events=events)

    def forget(self, slots: NDArray[np.int32] | None = None) -> None:
        """Who is inside of what is found out anew, for some terminals or for all."""
        if slots is not None:
            self.state.forget(slots)
            return
        self.state = FenceState(FenceState.for_slots(len(self.state)).memory, self.state.counters)

    def _meet(self, names: tuple[str, ...], slots: int) -> None:
        """Groups of terminals that are new, of all of them where there are new groups."""
        if names != self._names or len(self._masks) < len(self.state):
            self._names, self._met = names, 0
            self._masks = np.full(len(self.state), ALL_GROUPS, np.int64)
        if not names:
            return
        for slot in range(self._met, slots):
            self._masks[slot] = self.desk.fences.group_mask(self._groups_of(slot))
        self._met = max(self._met, slots)


@dataclass(slots=True)
class RoadStages:
    """The stages that there are, in order."""

    stages: list[Stage]
    room_first: int
    """Slots to make room for at first: as many as there may be. Memory that is not used is not taken; to grow later
    would copy all that is known, which takes 1.5 s for 16,384 terminals."""
    room: int = 0

    @property
    def is_idle(self) -> bool:
        """Whether nobody matches and nothing is watched."""
        return not any(
            isinstance(stage, MatchStage) or (isinstance(stage, FenceStage) and len(stage.desk.fences))
            for stage in self.stages
        )

    def stage(self, name: str) -> Stage | None:
        """A stage by its name."""
        return next((stage for stage in self.stages if stage.name == name), None)

    def insert(self, stage: Stage, after: str) -> None:
        """Another stage behind one by name."""
        place = next(k for k, each in enumerate(self.stages) if each.name == after)
        stage.grow(self.room)
        self.stages.insert(place + 1, stage)

    def step(self, fixes: FixBatch) -> Carried:
        """Rows through all stages."""
        carried = Carried(fixes)
        if not len(fixes) or self.is_idle:
            return carried
        self._make_room(int(fixes.slot.max()) + 1)
        for stage in self.stages:
            carried = stage.step(carried)
            if not len(carried.fixes):
                break
        return carried

    def forget(self, slots: NDArray[np.int32]) -> None:
        """Begin anew with some terminals: their clocks were set back."""
        for stage in self.stages:
            if isinstance(stage, ChooseStage | MatchStage | FenceStage):
                stage.forget(slots[slots < self.room])

    def _make_room(self, n: int) -> None:
        if n > self.room:
            self.room = max(n, 2 * self.room, self.room_first)
            for stage in self.stages:
                stage.grow(self.room)
