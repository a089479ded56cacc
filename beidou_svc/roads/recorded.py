"""Roads over recorded positions: the stages of the live service over rows in order of time; what is final of it."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from beidou_svc.config import Settings
from beidou_svc.errors import ConfigError
from beidou_svc.fleet.registry import NO_SLOT, Registry
from beidou_svc.roads.build import build_roads
from gnss.batches import NO_TIME, FixBatch
from mapping.fences.events import EventBatch
from mapping.fences.kinds import Op
from mapping.matching.result import MatchBatch

ROWS_A_STEP = 1 << 16


class RoadTables(NamedTuple):
    """Final decisions in order of terminal and time; standing events in order of time; the ids of their fences."""

    matches: MatchBatch
    events: EventBatch
    fences: Sequence[str]


class _NamedRegister:
    """The register for terminals that are numbered otherwise; their ids are known at the end of a replay."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self.ids: Sequence[str] = ()

    @property
    def count(self) -> int:
        return 0

    def stated_frame_of(self, slot: int) -> str:
        known = self._registry.find(self.ids[slot])
        return "" if known == NO_SLOT else self._registry.stated_frame_of(known)

    def id_of(self, slot: int) -> str:
        return self.ids[slot]

    def groups_of(self, slot: int) -> Sequence[str]:
        known = self._registry.find(self.ids[slot])
        return () if known == NO_SLOT else self._registry.groups_of(known)


class RecordedRoads:
    """Made before a replay, so that wrong settings are told then; used once, at its end. Raises ConfigError."""

    def __init__(self, settings: Settings, registry: Registry) -> None:
        # a replay reads files and leaves the service's store alone
        section = settings.roads.model_copy(update={"data_dir": None})
        self._register = _NamedRegister(registry)
        roads = build_roads(settings.model_copy(update={"roads": section}), self._register, 0)
        if roads is None:
            raise ConfigError("roads.enabled = false, and a network or fences are asked for")
        self._roads = roads

    def tables(self, ids: Sequence[str], fixes: FixBatch) -> RoadTables:
        """What the stages make of rows, whose slots are places in `ids`. The same rows give the same tables."""
        self._register.ids = ids
        stages, desk = self._roads.stages, self._roads.desk
        dated = fixes.take(fixes.t_gpst_ns != NO_TIME)
        rows = dated.take(np.lexsort((dated.slot, dated.t_gpst_ns)))
        finals, events = [], []
        for first in range(0, len(rows), ROWS_A_STEP):
            carried = stages.step(rows.take(slice(first, first + ROWS_A_STEP)))
            finals.append(carried.matched.finals())
            events.append(carried.events)
        stage = self._roads.match_stage
        if stage is not None:
            finals.append(stage.finish())
        self._roads.close()
        return RoadTables(_in_order(MatchBatch.concat(finals)), standing(EventBatch.concat(events)), list(desk.refs))


def standing(events: EventBatch) -> EventBatch:
    """What was asserted and not taken back, in order of time, terminal, fence and kind."""
    # the last row of an id says whether it stands
    _, last_from_end = np.unique(events.event_id[::-1], return_index=True)
    last = events.take(len(events) - 1 - last_from_end)
    kept = last.take(last.op == Op.ASSERT)
    return kept.take(np.lexsort((kept.kind, kept.fence, kept.slot, kept.t_gpst_ns)))


def _in_order(matches: MatchBatch) -> MatchBatch:
    order: NDArray[np.intp] = np.lexsort((matches.t_gpst_ns, matches.slot))
    return matches.take(order)
