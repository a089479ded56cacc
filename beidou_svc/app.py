"""The only place where objects are wired: sockets, pipeline, fleet, API; started together and stopped in order."""

import asyncio
import contextlib
import gc
import logging
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from beidou_svc.api.auth import Gate
from beidou_svc.api.context import Context, PipelineView, Rates
from beidou_svc.api.fleet_hub import FleetHub
from beidou_svc.api.server import HttpServer, bind_http, http_address
from beidou_svc.clock import Clock, SystemClock
from beidou_svc.config import Settings
from beidou_svc.config_io import refuse_open_doors
from beidou_svc.errors import StartError
from beidou_svc.fleet.names import Names
from beidou_svc.fleet.registry import Policy, Registry
from beidou_svc.fleet.state import new_state, pass_time, set_bases, set_policy, step, touch_roads
from beidou_svc.frames.models_io import read_heights
from beidou_svc.ingest.ingest import Ingest, Tick
from beidou_svc.loading import Loading, LoadKernels
from beidou_svc.parts import build_basemap, build_event_hub, build_registry, fleet_hub_rules, fleet_rules
from beidou_svc.roads.activation import Activation
from beidou_svc.roads.build import build_roads
from beidou_svc.roads.roads import Roads
from beidou_svc.stop_signals import told_by_signals
from beidou_svc.telemetry.logs import log_event
from gnss.batches import FixBatch, SegmentBatch
from gnss.constants import NS_PER_S

if TYPE_CHECKING:
    from beidou_svc.replay.recording_io import Recorder

logger = logging.getLogger("beidou_svc")

NO_TICK = Tick(np.empty(0, np.uint8), SegmentBatch.empty(), np.empty(0, np.int32))
"""Nothing came."""


class Pipeline(PipelineView, Protocol):
    """Bytes to fixes; see `beidou_svc.pipeline`."""

    barred: NDArray[np.bool_] | None

    @property
    def is_behind(self) -> bool: ...
    def ensure_capacity(self, n: int) -> None: ...
    def tick(
        self, buffer: NDArray[np.uint8], segments: SegmentBatch, ended: NDArray[np.int32], *, now_ns: int
    ) -> FixBatch: ...
    def finish(self) -> FixBatch: ...
    def close(self) -> None: ...


class Service:
    """The running service. `run` returns when it was told to stop and everything received has been used."""

    def __init__(
        self,
        settings: Settings,
        pipeline: Pipeline,
        *,
        clock: Clock,
        registry: Registry | None = None,
        load_kernels: LoadKernels | None = None,
    ) -> None:
        refuse_open_doors(settings)
        self.settings = settings
        self._clock = clock
        self._pipeline = pipeline
        self._registry = registry or build_registry(settings.fleet)
        self.ingest = Ingest(settings.ingest, self._registry, clock)
        self.context = self._context()
        self.http_address = ""
        self.ready = asyncio.Event()
        self._stop = asyncio.Event()
        self._recorder: Recorder | None = None
        roads = self.context.roads
        self._loading = Loading(load_kernels, roads_can_wait=roads is None or roads.stages.is_idle)
        self._t_second_ns = 0
        self._second_bytes = 0
        self._second_sentences = 0

    def _context(self) -> Context:
        settings, boot = self.settings, secrets.token_hex(8)
        state = new_state(fleet_rules(settings.fleet))
        names = Names(self._registry)
        roads = build_roads(settings, self._registry, self._clock.utc_ns())
        if roads is not None:
            state.road = roads.road
        return Context(
            settings=settings,
            clock=self._clock,
            boot=boot,
            t_start_ns=self._clock.utc_ns(),
            gate=Gate(settings.auth.tokens),
            state=state,
            names=names,
            fleet_hub=FleetHub(state, names, fleet_hub_rules(settings), boot),
            pipeline=self._pipeline,
            ingest=self.ingest,
            rates=Rates(),
            heights=read_heights(settings.frames),
            basemap=build_basemap(settings),
            roads=roads,
            activation=None if roads is None else Activation(roads),
            event_hub=None if roads is None else build_event_hub(settings, roads, names),
        )

    @property
    def registry(self) -> Registry:
        """Which terminals there are."""
        return self._registry

    def record_to(self, path: Path) -> None:
        """Write everything that is received into a recording. Raises ServiceError where that cannot be begun."""
        from beidou_svc.replay.recording_io import Recorder

        self._recorder = Recorder(path, self._registry.id_of)

    def forget_recording(self) -> None:
        """Remove the recording of a service that could not start: the next start may use its name."""
        if self._recorder is not None:
            self._recorder.discard()

    def stop(self) -> None:
        """Begin to stop; `run` then returns."""
        self._stop.set()

    async def start(self) -> asyncio.Task[None]:
        """Run in a task, which is returned when the service is ready, or has ended before."""
        serving, ready = asyncio.create_task(self.run()), asyncio.create_task(self.ready.wait())
        await asyncio.wait([serving, ready], return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        return serving

    async def run(self) -> None:
        """Serve until `stop`, SIGTERM or SIGINT. Raises StartError if a port cannot be bound."""
        http = bind_http(self.settings.http.host, self.settings.http.port)
        self.http_address = http_address(http)
        server = HttpServer(self.context)
        try:
            await self.ingest.start()
        except OSError as error:
            http.close()
            raise StartError(f"ingest: {error}") from error
        with told_by_signals(self.stop):
            serving = asyncio.create_task(server.serve(sockets=[http]))
            await asyncio.wait([serving, asyncio.create_task(server.up.wait())], return_when=asyncio.FIRST_COMPLETED)
            # terminals wait in the kernel's backlog meanwhile; the first tick must not
            if not await self._loading.first(self._stop):
                await self._give_up(server, serving)
                return
            ticking = asyncio.create_task(self._tick_until_stopped())
            self.context.ready = server.started
            self.ready.set()
            log_event(logger, logging.INFO, "ready", http=self.http_address, ingest=self._ingest_addresses())
            gc.freeze()
            gc.enable()
            loading = asyncio.create_task(self._load_the_rest())
            await asyncio.wait([serving, ticking], return_when=asyncio.FIRST_COMPLETED)
            loading.cancel()
            await self._wind_down(server, serving, ticking)

    async def _load_the_rest(self) -> None:
        """What nobody waits for yet: the base map, and the roads where there is nothing on them."""
        if self.context.basemap is not None:
            await self.context.basemap.load()
        await self._loading.rest()

    async def _give_up(self, server: HttpServer, serving: asyncio.Task[None]) -> None:
        """Stop before anything was received: what is being loaded is left behind."""
        await self.ingest.stop()
        self.ingest.close()
        self._pipeline.close()
        self.forget_recording()
        await self._close_http(server, serving)
        log_event(logger, logging.INFO, "stopped before it was ready")

    async def _close_http(self, server: HttpServer, serving: asyncio.Task[None]) -> None:
        server.should_exit = True
        await serving
        if self.context.basemap is not None:
            self.context.basemap.close()
        if self.context.activation is not None:
            self.context.activation.close()

    async def _wind_down(self, server: HttpServer, serving: asyncio.Task[None], ticking: asyncio.Task[None]) -> None:
        """No new connections; use up what was received; say good-bye to the live clients; then close HTTP."""
        self.context.ready = False
        self._stop.set()
        await ticking
        await self.ingest.stop()
        for tick in self.ingest.last_ticks():
            self.take(tick)
        self._fold(self._pipeline.finish())
        if self.context.roads is not None:
            self._on_roads(self.context.roads, self.context.roads.flush)
        self._pipeline.close()
        if self._recorder is not None:
            self._recorder.close()
        self.context.fleet_hub.close()
        if self.context.event_hub is not None:
            self.context.event_hub.close()
        await self._close_http(server, serving)
        log_event(logger, logging.INFO, "stopped", terminals=self.context.state.count)

    async def _tick_until_stopped(self) -> None:
        period_s = self.settings.fleet.tick_ms / 1_000
        loop = asyncio.get_running_loop()
        due_s = loop.time()
        while not self._stop.is_set():
            self._tick_safely()
            # a late tick is not made up for: its bytes are in the next one
            due_s = max(due_s + period_s, loop.time())
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), due_s - loop.time())

    def _tick_safely(self) -> None:
        try:
            if self._pipeline.is_behind:
                # what is not read waits with the senders
                self.context.held_ticks += 1
                self.take(NO_TICK)
            else:
                self.take(self.ingest.poll())
            now_ns = self._clock.mono_ns()
            if now_ns - self._t_second_ns >= NS_PER_S:
                self._every_second(now_ns)
            self.context.fleet_hub.flush(now_ns, self._clock.utc_ns())
            if self.context.event_hub is not None:
                self.context.event_hub.flush(now_ns)
        except Exception:
            self.context.failed_ticks += 1
            logger.exception("a tick failed; the service goes on")

    def take(self, tick: Tick) -> None:
        """Decode what came and fold it into the fleet."""
        state, count = self.context.state, self._registry.count
        if count > state.count:
            self._pipeline.ensure_capacity(count)
            state.ensure_capacity(count)
            set_policy(state, self._registry.policy)
            self._pipeline.barred = self._registry.policy == Policy.QUARANTINED
        if self._recorder is not None:
            self._recorder.note(tick.buffer, tick.segments)
        now_ns = self._clock.utc_ns()
        self._fold(self._pipeline.tick(tick.buffer, tick.segments, tick.ended, now_ns=now_ns), now_ns)

    def _fold(self, fixes: FixBatch, now_ns: int | None = None) -> None:
        """Positions into the fleet and onto the roads."""
        step(self.context.state, fixes, self._clock.utc_ns() if now_ns is None else now_ns)
        roads = self.context.roads
        if roads is not None:
            self._on_roads(roads, lambda: roads.take(fixes, self._clock.mono_ns()))

    def _on_roads(self, roads: Roads, work: Callable[[], NDArray[np.int32]]) -> None:
        """A step of the roads; the fleet goes on without it where it fails."""
        try:
            touch_roads(self.context.state, work())
        except Exception:
            roads.counters.failed += 1
            logger.exception("a step of the roads failed; the service goes on")

    def _every_second(self, now_ns: int) -> None:
        context = self.context
        pass_time(context.state, self._clock.utc_ns())
        set_policy(context.state, self._registry.policy)
        self._pipeline.barred = self._registry.policy == Policy.QUARANTINED
        positioning = self._pipeline.positioning
        set_bases(context.state, positioning.bases.slot, positioning.base_slot)
        elapsed_s = (now_ns - self._t_second_ns) / NS_PER_S
        total_bytes, total_sentences = self.ingest.status().bytes_total, int(self._pipeline.sentences.sum())
        if self._t_second_ns:
            context.rates.bytes_per_s = (total_bytes - self._second_bytes) / elapsed_s
            context.rates.sentences_per_s = (total_sentences - self._second_sentences) / elapsed_s
        self._t_second_ns, self._second_bytes, self._second_sentences = now_ns, total_bytes, total_sentences

    def _ingest_addresses(self) -> str:
        return ",".join(f"{each.transport}:{each.address}" for each in self.ingest.status().listeners)


def build_service(settings: Settings) -> Service:
    """The service as `beidou serve` runs it. To be called inside the event loop."""
    from beidou_svc.pipeline.build import build_pipeline
    from beidou_svc.warm import load_kernels

    registry = build_registry(settings.fleet)
    pipeline = build_pipeline(settings, registry)
    return Service(settings, pipeline, clock=SystemClock(), registry=registry, load_kernels=load_kernels)
