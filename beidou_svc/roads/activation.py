"""Another network while the service runs: made ready beside the ticks, and taken over between two of them.

    activation.ask("city", by="ops", t_utc_ns=now)      # on the event loop; returns at once
    activation.attempt("city")                          # how far it is, or why it failed

The store is read in the thread of edits, tables are made in a thread of their own, whose kernels leave the interpreter
to others. Edits wait while the fences are drawn anew, until the event loop has taken over; ticks do not. What fails
leaves all as it was.
"""

import asyncio
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from beidou_svc.errors import ServiceError
from beidou_svc.frames.shift_watch import ShiftWatch
from beidou_svc.roads.build import match_stage, network_tables, tell_lost_closures, tell_misfits
from beidou_svc.roads.fence_desk import Settled
from beidou_svc.roads.networks import NamedNetwork, frame_fault
from beidou_svc.roads.progress import Progress
from beidou_svc.roads.roads import Active, Roads
from beidou_svc.roads.route_book import RouteBook
from beidou_svc.roads.stages import ShiftStage
from beidou_svc.roads.store import Kind
from beidou_svc.telemetry.logs import log_event
from mapping.datums.distances import line_between
from mapping.datums.plane import Plane
from mapping.matching.tables import MatchTables
from mapping.network.model import RoadNetwork

logger = logging.getLogger("beidou_svc.roads")

PLANE_KEPT_M: Final = 25_000.0
"""Fences stay in the plane that they are in while the network's middle is this near: lengths are true to 8e-6 there."""

WAIT_S: Final = 0.1
SAME_EDGES: Final = (
    "edges.node_from", "edges.node_to", "edges.length_m", "shape.first_point", "shape.points.x_m", "shape.points.y_m",
    "lanes.edge", "lanes.index",
)  # fmt: skip
"""What must be equal of two networks for places on the one to be places on the other."""


@dataclass(slots=True)
class Attempt:
    """One network on its way: `done` of 1, or the reason why it did not become the active one."""

    network: str
    step: str = "waiting"
    done: float = 0.0
    reason: str = ""


class Ready(NamedTuple):
    """All that takes time."""

    named: NamedNetwork
    tables: MatchTables
    watch: ShiftWatch


class Turn(NamedTuple):
    """All that is exchanged between two ticks."""

    ready: Ready
    book: RouteBook
    settled: Settled
    closures: tuple[int, ...]
    plane: Plane | None


class Activation:
    """Makes networks active, one after the other; of those that were asked for meanwhile the last counts."""

    def __init__(self, roads: Roads) -> None:
        self._roads = roads
        self._attempts: dict[str, Attempt] = {}
        self._asked: tuple[Attempt, str, int] | None = None
        self._task: asyncio.Task[None] | None = None
        self._builder = ThreadPoolExecutor(1, "network")
        self._closing = threading.Event()

    def ask(self, network_id: str, *, by: str, t_utc_ns: int) -> Attempt:
        """Begin with a stored network, or as soon as the one under way is done. On the event loop."""
        if self._asked is not None:
            self._attempts.pop(self._asked[0].network, None)
        attempt = self._attempts[network_id] = Attempt(network_id)
        self._asked = attempt, by, t_utc_ns
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._go_on())
        return attempt

    def attempt(self, network_id: str) -> Attempt | None:
        """What is known of a network on its way, or that failed; None once it is the active one."""
        return self._attempts.get(network_id)

    def forget(self, network_id: str) -> None:
        """The network is no more."""
        self._attempts.pop(network_id, None)

    @property
    def under_way(self) -> Attempt | None:
        """The attempt that is being worked at."""
        return next((each for each in self._attempts.values() if not each.reason), None)

    async def settled(self) -> None:
        """Wait until nothing is under way."""
        while self._task is not None and not self._task.done():
            await asyncio.wait([self._task])

    def close(self) -> None:
        """Nothing more is taken over, what is being made is finished and thrown away; then the roads are closed."""
        self._closing.set()
        if self._task is not None:
            self._task.cancel()
        self._builder.shutdown(wait=True)
        self._roads.close()

    async def _go_on(self) -> None:
        while self._asked is not None:
            (attempt, by, t_utc_ns), self._asked = self._asked, None
            try:
                await self._activate(attempt, by, t_utc_ns)
                self._attempts.pop(attempt.network, None)
            except ServiceError as error:
                attempt.reason = str(error)
            except Exception as error:
                attempt.reason = f"{type(error).__name__}: {error}"
                logger.exception("a network could not be made the active one")
            if attempt.reason:
                log_event(logger, logging.ERROR, "network not active", network=attempt.network, error=attempt.reason)

    async def _activate(self, attempt: Attempt, by: str, t_utc_ns: int) -> None:
        roads, loop = self._roads, asyncio.get_running_loop()
        attempt.step, attempt.done = "reading", 0.05
        named = await roads.run(roads.networks.find, attempt.network)
        if named is None:
            raise ServiceError(f"there is no stored network {attempt.network!r}")
        fault = frame_fault(named.network, roads.plane.frame, attempt.network)
        if fault:
            raise ServiceError(fault)
        attempt.step, attempt.done = "tables", 0.1
        tables = await loop.run_in_executor(self._builder, network_tables, roads.settings, named.network)
        watch = await loop.run_in_executor(self._builder, ShiftWatch, named.network)
        attempt.step, attempt.done = "fences", 0.9
        await roads.run(self._take_over, Ready(named, tables, watch), loop, by, t_utc_ns)
        log_event(logger, logging.INFO, "network active", network=named.id, version=named.version)

    def _take_over(self, ready: Ready, loop: asyncio.AbstractEventLoop, by: str, t_utc_ns: int) -> None:
        """In the thread of edits: none comes between what is drawn anew here and its use."""
        turn = self._turn(ready)
        self._roads.networks.choose(ready.named.id, self._roads.settings.network, by=by, t_utc_ns=t_utc_ns)
        done, failed = threading.Event(), list[Exception]()
        loop.call_soon_threadsafe(_told, lambda: exchange(self._roads, turn), done, failed)
        while not done.wait(WAIT_S):
            if self._closing.is_set():
                raise ServiceError("the service stops")
        if failed:
            raise failed[0]

    def _turn(self, ready: Ready) -> Turn:
        roads, named = self._roads, ready.named
        book = RouteBook(named.network, named.id, roads.store.latest(Kind.ROUTE))
        tell_misfits(book)
        closures, lost = roads.networks.closures(named)
        tell_lost_closures(named.id, lost)
        tables = ready.tables.with_closed(closures)
        plane = None if _is_near(roads.plane, named.network.plane) else named.network.plane
        settled = roads.desk.settle(book, book.stop_areas(roads.settings.stop_radius_m), plane)
        return Turn(Ready(named, tables, ready.watch), book, settled, tuple(closures), plane)


def exchange(roads: Roads, turn: Turn) -> None:
    """Between two ticks: from the next row on the other network is matched to."""
    named, tables, watch = turn.ready
    before = None if roads.active is None else roads.active.named.network
    keeps_state = before is not None and same_edges(before, named.network)
    stage = roads.match_stage
    if stage is None:
        roads.stages.insert(match_stage(roads.settings, tables), after="datum")
        roads.stages.insert(ShiftStage(watch), after="datum")
    else:
        stage.renew(tables, keeps_state=keeps_state)
    if roads.shift_stage is not None:
        roads.shift_stage.renew(watch)
    if turn.plane is not None:
        roads.move(turn.plane)
    roads.desk.adopt(turn.settled)
    progress = Progress(turn.book) if roads.active is None else roads.active.progress.onto(turn.book)
    roads.active = Active(named, turn.book, progress)
    roads.closures = turn.closures
    roads.renew_places(named.network, keeps=keeps_state)


def same_edges(a: RoadNetwork, b: RoadNetwork) -> bool:
    """Whether a place on an edge or lane of the one is the same place on that of the other, by number."""
    ours, theirs = a.arrays(), b.arrays()
    return a.plane == b.plane and all(np.array_equal(ours[name], theirs[name]) for name in SAME_EDGES)


def _is_near(a: Plane, b: Plane) -> bool:
    return float(line_between(a.lat0_rad, a.lon0_rad, b.lat0_rad, b.lon0_rad).length_m) <= PLANE_KEPT_M


def _told(work: Callable[[], None], done: threading.Event, failed: list[Exception]) -> None:
    """Work of the event loop that another thread waits for."""
    try:
        work()
    except Exception as error:
        failed.append(error)
    done.set()
