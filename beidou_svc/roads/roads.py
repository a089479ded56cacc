"""All that the service has of roads: store, active network, fences, stages, events (`build` puts it together)."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final, ParamSpec, TypeVar

import numpy as np
from numpy.typing import NDArray

from beidou_svc.fleet.road import RoadState
from beidou_svc.roads.clocks import Clocks
from beidou_svc.roads.event_log import EventLog
from beidou_svc.roads.fence_desk import FenceDesk
from beidou_svc.roads.frame_alarms import FrameAlarms
from beidou_svc.roads.networks import NamedNetwork, Networks, summary_of
from beidou_svc.roads.progress import Progress
from beidou_svc.roads.route_book import RouteBook
from beidou_svc.roads.settings import RoadsSettings
from beidou_svc.roads.stages import Carried, FenceStage, MatchStage, PlaceStage, RoadStages, ShiftStage
from beidou_svc.roads.store import Kind, Store
from beidou_svc.utc import utc_text
from gnss.batches import FixBatch
from gnss.constants import NS_PER_MS
from mapping.datums.plane import Plane
from mapping.fences.state import Counter
from mapping.network.model import RoadNetwork
from mapping.tiles.tileset import TileSet

ROWS_WAITING_MAX: Final = 20_000
"""Rows that wait for a step; more are not waited for."""

Slots = NDArray[np.int32]
NO_SLOTS: Slots = np.empty(0, np.int32)

_P = ParamSpec("_P")
_T = TypeVar("_T")


@dataclass(slots=True)
class Active:
    """The network that positions are matched to, and what follows from it."""

    named: NamedNetwork
    book: RouteBook
    progress: Progress


@dataclass(slots=True)
class RoadCounters:
    """Since the start. Rows that were matched, by what came of them."""

    matched: int = 0
    off_road: int = 0
    with_lane: int = 0
    refused: int = 0
    failed: int = 0


@dataclass(slots=True)
class Roads:
    """The parts, and the step that a tick makes. Edits run in `worker`, one after the other."""

    settings: RoadsSettings
    store: Store
    networks: Networks
    plane: Plane
    desk: FenceDesk
    stages: RoadStages
    log: EventLog
    active: Active | None = None
    road: RoadState = field(default_factory=RoadState.new)
    counters: RoadCounters = field(default_factory=RoadCounters)
    alarms: FrameAlarms = field(default_factory=FrameAlarms)
    closures: tuple[int, ...] = ()
    worker: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "roads"))
    kept: dict[str, tuple[str, Any]] = field(default_factory=dict)
    """What was made of the network's content (by its digest) for those who show it."""
    changed: Slots = field(default_factory=lambda: NO_SLOTS)
    """The slots with a new place since the last step."""
    _clocks: Clocks = field(default_factory=Clocks)
    _is_renewed: bool = False
    _waiting: list[FixBatch] = field(default_factory=list)
    _t_step_ns: int = 0
    _tiles: dict[str, TileSet] = field(default_factory=dict)

    def take(self, fixes: FixBatch, mono_ns: int) -> Slots:
        """What a tick brought, kept until enough has come or `step_ms` is over; the slots with a new place."""
        slots = self._taken(fixes, mono_ns)
        if self._is_renewed:
            self._is_renewed, slots = False, np.arange(len(self.road), dtype=np.int32)
        return slots

    def _taken(self, fixes: FixBatch, mono_ns: int) -> Slots:
        if self.stages.is_idle:
            self._waiting.clear()
            return NO_SLOTS
        if len(fixes):
            self._waiting.append(fixes)
        rows = sum(len(each) for each in self._waiting)
        if not rows or (mono_ns - self._t_step_ns < self.settings.step_ms * NS_PER_MS and rows < ROWS_WAITING_MAX):
            return NO_SLOTS
        self._t_step_ns = mono_ns
        return self.flush()

    def flush(self) -> Slots:
        """Take what waits to the roads now."""
        waiting, self._waiting = self._waiting, []
        changed = []
        for begun, fixes in self._clocks.parts(FixBatch.concat(waiting)):
            self.changed = NO_SLOTS
            if len(begun):
                self._begin_anew(begun)
            self.step(fixes)
            changed.append(self.changed)
        self.changed = changed[0] if len(changed) == 1 else np.unique(np.concatenate(changed))
        return self.changed

    def _begin_anew(self, slots: Slots) -> None:
        """The clocks of some terminals were set back."""
        self.stages.forget(slots)
        self.road.reopen(slots)
        self.log.begin_anew(slots)

    def step(self, fixes: FixBatch) -> Carried:
        """Rows through the stages; places and events are kept."""
        carried = self.stages.step(fixes)
        if len(carried.matched):
            self._note_matched(carried)
        if len(carried.shifts):
            self.alarms.note(carried.shifts)
        if len(carried.events):
            versions = np.array([self.desk.version_of(row) for row in carried.events.fence.tolist()], np.int32)
            self.log.add(carried.events, versions)
        return carried

    def _note_matched(self, carried: Carried) -> None:
        assert self.active is not None
        matched = carried.matched.take(slice(0, len(carried.fixes)))
        self.road.grow(self.stages.room)
        changed = self.road.fold(matched)
        self.active.progress.note(changed, self.road)
        self.changed = changed
        ok = matched.status == 0
        self.counters.matched += int(np.count_nonzero(ok & (matched.edge >= 0)))
        self.counters.off_road += int(np.count_nonzero(ok & (matched.edge < 0)))
        self.counters.with_lane += int(np.count_nonzero(matched.lane >= 0))
        self.counters.refused += int(np.count_nonzero(~ok))

    async def run(self, work: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """Do something slow beside the event loop: whatever reads or changes the store."""
        return await asyncio.get_running_loop().run_in_executor(self.worker, lambda: work(*args, **kwargs))

    def load_routes(self) -> RouteBook | None:
        """What the store has of routes on the active network; fences that follow them are drawn anew. In `worker`."""
        if self.active is None:
            return None
        named = self.active.named
        book = RouteBook(named.network, named.id, self.store.latest(Kind.ROUTE))
        self.desk.adopt(self.desk.settle(book, book.stop_areas(self.settings.stop_radius_m)))
        return book

    def adopt_routes(self, book: RouteBook | None) -> None:
        """Between two ticks: these are the routes from now on, if it is still the network they were read for."""
        if book is not None and self.active is not None and book.network is self.active.named.network:
            self.active = Active(self.active.named, book, self.active.progress.onto(book))

    def move(self, plane: Plane) -> None:
        """Fences are computed elsewhere from now on; who is inside of them is found out anew."""
        self.plane = plane
        stage = self.stages.stage("fence")
        if isinstance(stage, FenceStage):
            stage.forget()

    def renew_places(self, network: RoadNetwork, *, keeps: bool) -> None:
        """Places are those of another network; all clients are told, also that nothing is known yet."""
        self.road.network = network
        if not keeps:
            self.road.forget()
        self._is_renewed = True

    def close_edges(self, edges: Sequence[int]) -> None:
        """Close these edges of the active network and no others, from the next row on. Raises ValueError."""
        stage = self.match_stage
        if stage is not None:
            stage.tables = stage.tables.with_closed(edges)
            self.closures = tuple(int(edge) for edge in stage.tables.closed)
            self.desk.networks_seen += 1

    @property
    def shift_stage(self) -> ShiftStage | None:
        """The stage that looks for GCJ-02, where there is a network."""
        stage = self.stages.stage("shift")
        return stage if isinstance(stage, ShiftStage) else None

    @property
    def match_stage(self) -> MatchStage | None:
        """The stage that matches, where there is a network."""
        stage = self.stages.stage("match")
        return stage if isinstance(stage, MatchStage) else None

    def refused_frames(self) -> int:
        """Rows without a way into the frame of the map."""
        return sum(stage.datum.refused_total for stage in self.stages.stages if isinstance(stage, PlaceStage))

    def fence_counts(self) -> Iterator[tuple[str, int]]:
        """What the fence engine counts, by name."""
        for stage in self.stages.stages:
            if isinstance(stage, FenceStage):
                yield from ((each.name.lower(), int(stage.state.counters[each])) for each in Counter)

    def network_of(self, network_id: str) -> NamedNetwork | None:
        """A network by its id, as it is stored, or else the active one. To be run in `worker`."""
        active = None if self.active is None or self.active.named.id != network_id else self.active.named
        stored = self.store.get(Kind.NETWORK, network_id)
        if stored is None or (active is not None and active[1:3] == (stored.version, stored.t_utc_ns)):
            return active
        return self.networks.find(network_id)

    def tiles_of(self, network_id: str) -> TileSet | None:
        """Its vector tiles. To be run in `worker`."""
        named = self.network_of(network_id)
        if named is None:
            return None
        from mapping.network.tile_layers import network_tiles

        key = named.network.content_digest
        if key not in self._tiles:
            # one set at a time: the page shows one network
            self._tiles = {key: network_tiles(named.network)}
        return self._tiles[key]

    def summary(self, named: NamedNetwork) -> dict[str, Any]:
        """What a list says of a network."""
        head = {"id": named.id, "version": named.version, "time": utc_text(named.t_utc_ns)}
        return {**head, **summary_of(named.network)}

    def is_active(self, network_id: str) -> bool:
        """Whether positions are matched to this network."""
        return self.active is not None and self.active.named.id == network_id

    def close(self) -> None:
        """Finish what is under way and give the file back."""
        self.worker.shutdown(wait=True)
        self.store.close()
