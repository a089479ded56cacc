"""`beidou replay --serve`: API and page over logs instead of sockets, with the time of the logs as the clock."""

import asyncio
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from beidou_svc.app import Service
from beidou_svc.clock import Clock, SystemClock
from beidou_svc.config import Settings
from beidou_svc.fleet.registry import NO_SLOT, Registry, Role, Terminal
from beidou_svc.ingest.ingest import Tick
from beidou_svc.loading import end_without_it
from beidou_svc.parts import build_registry
from beidou_svc.pipeline.build import build_pipeline
from beidou_svc.pipeline.runner import Pipeline
from beidou_svc.replay.feed import Fed
from beidou_svc.replay.ids import Ids
from beidou_svc.replay.log_io import LogError
from beidou_svc.replay.player import Player
from beidou_svc.replay.preview import Bounds
from beidou_svc.replay.replayer import Window
from beidou_svc.replay.run import player_of
from beidou_svc.replay.source import LogSource, close_all
from beidou_svc.running import run_on_own_loop
from beidou_svc.telemetry.logs import install_logging
from beidou_svc.warm import load_kernels
from gnss.batches import NO_TIME, FixBatch, SegmentBatch

_NO_SLOTS = np.empty(0, np.int32)
_NO_BYTES = np.empty(0, np.uint8)


class ReplayClock:
    """The time that is being played; waits are measured by the machine's clock."""

    def __init__(self, machine: Clock, start_unix_ns: int) -> None:
        self._machine = machine
        self.player: Player | None = None
        self._held_ns = start_unix_ns

    def utc_ns(self) -> int:
        """The time of the logs; before they begin and after they end it stands still."""
        now_ns = self.player.now_unix_ns() if self.player is not None else NO_TIME
        self._held_ns = max(self._held_ns, now_ns)
        return self._held_ns

    def mono_ns(self) -> int:
        return self._machine.mono_ns()


class Slots:
    """Slots of logs as slots of a service's register, and back."""

    def __init__(self, ids: Ids, registry: Registry) -> None:
        self._ids, self._registry = ids, registry
        self._theirs: NDArray[np.int32] = _NO_SLOTS
        self._ours: NDArray[np.int32] = _NO_SLOTS

    def refresh(self) -> None:
        """Register terminals that are new. Raises LogError where the service takes no more."""
        new = self._ids.names[len(self._theirs) :]
        if not new:
            return
        slots = [self._registry.slot_of(name) for name in new]
        if NO_SLOT in slots:
            limit = self._registry.terminals_max
            raise LogError(f"the logs name more than {limit:,} terminals; raise fleet.terminals_max")
        self._theirs = np.concatenate([self._theirs, np.array(slots, np.int32)])
        self._ours = np.full(self._registry.count, NO_SLOT, np.int32)
        self._ours[self._theirs] = np.arange(len(self._theirs), dtype=np.int32)

    def to_service(self, slots: NDArray[np.int32]) -> NDArray[np.int32]:
        """Slots of the register."""
        return self._theirs[slots]

    def to_logs(self, slots: NDArray[np.int32]) -> NDArray[np.int32]:
        """And back."""
        return self._ours[slots]


class LogFeed:
    """Plays logs into a service."""

    def __init__(self, service: Service, pipeline: Pipeline, player: Player, clock: ReplayClock, ids: Ids) -> None:
        self._service, self._pipeline, self._player, self._clock = service, pipeline, player, clock
        self._slots = Slots(ids, service.registry)

    async def run(self, until_unix_ns: int, on_page: Callable[[], None]) -> None:
        """Play to the end of the logs or of the window; then the clock stands still."""
        self._clock.player = self._player
        for item in self._player.play():
            if isinstance(item, float):
                await asyncio.sleep(item)
            else:
                self._take(item)
                # the service's own tick and its clients must have their turn while much is fed
                await asyncio.sleep(0)
            on_page()
            if self._player.now_unix_ns() > until_unix_ns:
                break
        self._clock.utc_ns()
        self._clock.player = None

    def _take(self, fed: Fed) -> None:
        self._slots.refresh()
        if len(fed.segments):
            segments = fed.segments
            t_rx_ns = np.where(segments.t_rx_ns == NO_TIME, self._clock.utc_ns(), segments.t_rx_ns)
            segments = segments.replace(slot=self._slots.to_service(segments.slot), t_rx_ns=t_rx_ns)
            self._service.take(Tick(fed.buffer, segments, _NO_SLOTS))
            for fixes in self._heard():
                self._player.heard(fixes.replace(slot=self._slots.to_logs(fixes.slot)))
        if len(fed.ended):
            self._service.take(Tick(_NO_BYTES, SegmentBatch.empty(), self._slots.to_service(fed.ended)))

    def _heard(self) -> Iterator[FixBatch]:
        """Epochs of the last tick, solved or not."""
        if self._pipeline.last_push is not None:
            yield self._pipeline.last_push.fixes
        yield self._pipeline.observed()


def settings_for_replay(base: Settings, port: int | None, bounds: Bounds | None) -> Settings:
    """The given settings without any input from outside; the page opens where the logs are."""
    values: dict[str, Any] = base.model_dump()
    values["ingest"] |= {"tcp": (), "udp": (), "outgoing": ()}
    values["page"] |= {"title": "Replay", **({} if bounds is None else {"bounds": bounds})}
    if port is not None:
        values["http"] |= {"port": port}
    return Settings.model_validate(values)


@dataclass(frozen=True, slots=True)
class Play:
    """What to play and how fast; `start_unix_ns` is what the clock shows until the player has begun."""

    window: Window
    speed: float
    start_unix_ns: int | None
    reference_gpst_ns: int = NO_TIME
    bases: Collection[str] = ()


def _registry(settings: Settings, ids: Ids, bases: Collection[str]) -> Registry:
    """The register of the settings, or, where bases are named, the terminals of the logs with their roles."""
    if not bases:
        return build_registry(settings.fleet)
    roles = [Terminal(name, role=Role.BASE if name in bases else Role.ROVER) for name in ids.names]
    return Registry(roles, terminals_max=settings.fleet.terminals_max)


def serve_logs(
    sources: Sequence[LogSource],
    ids: Ids,
    settings: Settings,
    play: Play,
    announce: Callable[[str], None],
    on_page: Callable[[], None],
) -> None:
    """Serve until told to stop; the logs are played once. Raises ServiceError where the service cannot start."""
    install_logging(settings.log)
    try:
        run_on_own_loop(play_into(sources, ids, settings, play, announce, on_page))
    finally:
        close_all(sources)
    end_without_it()


async def play_into(
    sources: Sequence[LogSource],
    ids: Ids,
    settings: Settings,
    play: Play,
    announce: Callable[[str], None],
    on_page: Callable[[], None],
) -> None:
    """Run a service and play logs into it; `announce` is told its address, and "" when the logs have ended."""
    machine = SystemClock()
    clock = ReplayClock(machine, machine.utc_ns() if play.start_unix_ns is None else play.start_unix_ns)
    registry = _registry(settings, ids, play.bases)
    pipeline = build_pipeline(settings, registry, play.reference_gpst_ns)
    service = Service(settings, pipeline, clock=clock, registry=registry, load_kernels=load_kernels)
    serving = await service.start()
    if not serving.done():
        announce(service.http_address)
        player = player_of(sources, play.window, play.speed, machine)
        feed = LogFeed(service, pipeline, player, clock, ids)
        playing = asyncio.create_task(feed.run(play.window.until_unix_ns, on_page))
        await asyncio.wait([serving, playing], return_when=asyncio.FIRST_COMPLETED)
        player.stop()
        await _finish(playing, serving, service, announce)
    await serving


async def _finish(
    playing: asyncio.Task[None], serving: asyncio.Task[None], service: Service, announce: Callable[[str], None]
) -> None:
    """Serve on after the end of the logs; stop where playing them failed."""
    try:
        await playing
    except LogError:
        service.stop()
        await serving
        raise
    if not serving.done():
        announce("")
        await asyncio.wait([serving])
