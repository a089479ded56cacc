"""A pipeline that makes fixes instead of decoding them, and sockets that are not there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
import numpy as np
from numpy.typing import NDArray

from beidou_svc.api.application import create_api
from beidou_svc.api.auth import Gate
from beidou_svc.api.context import Context, Rates
from beidou_svc.api.fleet_hub import FleetHub, FleetHubRules
from beidou_svc.clock import Clock, ManualClock
from beidou_svc.config import Settings
from beidou_svc.fleet.names import Names
from beidou_svc.fleet.state import FleetRules, new_state
from beidou_svc.ingest.counters import Counter
from beidou_svc.ingest.status import ConnectionInfo, IngestStatus
from beidou_svc.positioning.view import PositioningView
from gnss.batches import FixBatch, SegmentBatch
from gnss.nmea.satellites import SatelliteBatch
from gnss.rtcm.decode import FAMILY_MAX
from gnss.status import STATUS_MAX, Status

T_GPST_NS = 1_400_000_000_000_000_000
"""2024-05-17T16:53:02Z, the first instant of the fakes."""


def fixes(n: int, *, first_slot: int = 0, **columns: Any) -> FixBatch:
    """`n` good rows of as many terminals, on a grid around Ganzhou; any column may be given."""
    slot = np.arange(first_slot, first_slot + n)
    known: dict[str, Any] = {
        "slot": slot,
        "t_gpst_ns": T_GPST_NS,
        "lat_rad": np.radians(25.80 + 0.0001 * (slot % 100)),
        "lon_rad": np.radians(114.90 + 0.0001 * (slot // 100)),
        "h_ell_m": 118.25,
        "fix_quality": 4,
        "sigma_n_m": 0.012,
        "sigma_e_m": 0.009,
        "speed_mps": 8.25,
        "course_rad": np.radians(45.5),
        "age_corr_s": 1.0,
        "sats_used": 31,
        "sentences": 3,
        "source": 1,
    }
    batch = FixBatch.missing(n, **{**known, **columns})
    return FixBatch.of(**{name: np.array(array) for name, array in batch.columns().items()})


@dataclass
class FakePipeline:
    """Yields the batches it was given, one a tick."""

    batches: list[FixBatch] = field(default_factory=list)
    drops: NDArray[np.uint64] = field(default_factory=lambda: np.zeros((64, STATUS_MAX), np.uint64))
    sentences: NDArray[np.uint64] = field(default_factory=lambda: np.zeros((64, 2), np.uint64))
    epochs: NDArray[np.uint64] = field(default_factory=lambda: np.zeros((64, 9), np.uint64))
    families: NDArray[np.uint64] = field(default_factory=lambda: np.zeros((64, FAMILY_MAX), np.uint64))
    unknown: Mapping[str, int] = field(default_factory=dict)
    kind_names: Sequence[str] = ("GGA", "RMC")
    positioning: PositioningView = field(default_factory=lambda: PositioningView(64))
    barred: NDArray[np.bool_] | None = None
    is_behind: bool = False

    def ensure_capacity(self, n: int) -> None:
        self.positioning.grow(n)
        for name in ("drops", "sentences", "epochs", "families"):
            old: NDArray[np.uint64] = getattr(self, name)
            if n > len(old):
                grown = np.zeros((n, old.shape[1]), np.uint64)
                grown[: len(old)] = old
                setattr(self, name, grown)

    def tick(
        self, buffer: NDArray[np.uint8], segments: SegmentBatch, ended: NDArray[np.int32], *, now_ns: int
    ) -> FixBatch:
        batch = self.batches.pop(0) if self.batches else FixBatch.empty()
        self.count(batch)
        return batch

    def finish(self) -> FixBatch:
        return FixBatch.empty()

    def close(self) -> None:
        return None

    def count(self, batch: FixBatch) -> None:
        """Note the rows in the counters as if they had been decoded."""
        if len(batch):
            self.ensure_capacity(int(batch.slot.max()) + 1)
            self.sentences[batch.slot] += np.uint64(1)
            self.epochs[batch.slot, batch.fix_quality] += np.uint64(1)
            self.drops[batch.slot[0], Status.CHECKSUM] += np.uint64(1)

    def satellites(self, slot: int) -> SatelliteBatch:
        return SatelliteBatch.missing(
            2,
            system=[3, 0],
            prn=[21, 7],
            signal=[3, 1],
            el_deg=[40, 65],
            az_deg=[120, 300],
            cn0_dbhz=[44, np.nan],
            used=[1, 0],
        )


class FakeIngest:
    """No sockets; every terminal is said to be connected."""

    def status(self) -> IngestStatus:
        counters = {counter.name.lower(): 0 for counter in Counter}
        return IngestStatus(1, 0, 0, 1_000, 10, counters, {"connections_max": 20_000.0}, (), (), (), ())

    def connection_of(self, slot: int) -> ConnectionInfo | None:
        return ConnectionInfo("tcp", f"127.0.0.1:{50_000 + slot}", 0, 0, 100, 10, 0, 0, False)


@dataclass
class FakeNames:
    """A registry with so many terminals."""

    count: int

    def id_of(self, slot: int) -> str:
        return f"gz-{slot:05d}"

    def name_of(self, slot: int) -> str:
        return f"Shuttle {slot}"


def new_context(terminals: int = 0, settings: Settings | None = None, clock: Clock | None = None) -> Context:
    """A service of fakes with so many terminals, none of them heard."""
    settings, clock = settings or Settings(), clock or ManualClock()
    state = new_state(FleetRules(terminals_max=settings.fleet.terminals_max))
    state.ensure_capacity(terminals)
    names = Names(FakeNames(terminals))
    return Context(
        settings=settings,
        clock=clock,
        boot="b007",
        t_start_ns=clock.utc_ns(),
        gate=Gate(settings.auth.tokens),
        state=state,
        names=names,
        fleet_hub=FleetHub(state, names, FleetHubRules(clients_max=settings.stream.clients_max), "b007"),
        pipeline=FakePipeline(),
        ingest=FakeIngest(),
        rates=Rates(),
        ready=True,
    )


def client_of(service: Context) -> httpx.AsyncClient:
    """A client of any context."""
    transport = httpx.ASGITransport(create_api(service), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080")
