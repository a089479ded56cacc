"""What the routes are given: the parts of the running service, by the names they are used under."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Protocol

import numpy as np
from fastapi import Depends, Request
from fastapi.requests import HTTPConnection
from numpy.typing import NDArray

from beidou_svc.api.auth import Gate
from beidou_svc.api.basemap import BaseMap
from beidou_svc.api.event_hub import EventHub
from beidou_svc.api.fleet_hub import FleetHub
from beidou_svc.clock import Clock
from beidou_svc.config import Settings
from beidou_svc.fleet.names import Names
from beidou_svc.fleet.state import FleetState
from beidou_svc.ingest.status import ConnectionInfo, IngestStatus
from beidou_svc.positioning.view import PositioningView
from beidou_svc.roads.activation import Activation
from beidou_svc.roads.roads import Roads
from gnss.nmea.satellites import SatelliteBatch
from mapping.datums.heights import HeightModels


class PipelineView(Protocol):
    """What the API shows of the pipeline. Arrays are by slot and cumulative."""

    @property
    def drops(self) -> NDArray[np.uint64]: ...
    @property
    def sentences(self) -> NDArray[np.uint64]: ...
    @property
    def epochs(self) -> NDArray[np.uint64]: ...
    @property
    def unknown(self) -> Mapping[str, int]: ...
    @property
    def kind_names(self) -> Sequence[str]: ...
    @property
    def families(self) -> NDArray[np.uint64]: ...
    @property
    def positioning(self) -> PositioningView: ...
    def satellites(self, slot: int) -> SatelliteBatch: ...


class IngestView(Protocol):
    """What the API shows of the sockets."""

    def status(self) -> IngestStatus: ...
    def connection_of(self, slot: int) -> ConnectionInfo | None: ...


@dataclass(slots=True)
class Rates:
    """Measured once a second."""

    bytes_per_s: float = 0.0
    sentences_per_s: float = 0.0


@dataclass(slots=True)
class Context:
    """The running service as the routes see it."""

    settings: Settings
    clock: Clock
    boot: str
    t_start_ns: int
    gate: Gate
    state: FleetState
    names: Names
    fleet_hub: FleetHub
    pipeline: PipelineView
    ingest: IngestView
    rates: Rates
    heights: HeightModels = field(default_factory=HeightModels)
    basemap: BaseMap | None = None
    roads: Roads | None = None
    activation: Activation | None = None
    event_hub: EventHub | None = None
    ready: bool = False
    failed_ticks: int = 0
    held_ticks: int = 0

    @property
    def frame(self) -> dict[str, Any]:
        """The reference frame as every answer states it."""
        return {"datum": str(self.settings.frame.datum), "epoch": self.settings.frame.epoch}


def context_of(connection: HTTPConnection) -> Context:
    """The context that `create_api` put into the application."""
    context: Context = connection.app.state.context
    return context


async def _of_request(request: Request) -> Context:
    return context_of(request)


Service = Annotated[Context, Depends(_of_request)]
"""Parameter of a route."""
