"""Rovers and bases on air for the tests of positioning: their bytes by the second, and where they are."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from numpy.typing import NDArray

from beidou_svc.fleet.registry import Role, Vector
from beidou_svc.pipeline.runner import Pipeline
from beidou_svc.positioning.running import Inline
from beidou_svc.positioning.settings import PositioningSettings
from beidou_svc.positioning.stage import Positioning
from gnss.batches import NO_TIME, FixBatch, SegmentBatch
from gnss.constants import NS_PER_MS, NS_PER_S
from gnss.frames.enu import r_enu_from_ecef
from gnss.frames.geodetic import geodetic_to_ecef
from simulators.rtk.bases import build_bases
from simulators.rtk.fleet import RtkFleet
from simulators.rtk.schedule import RtkSchedule
from simulators.rtk.speaker import RtkSpeaker
from simulators.scenario import parse_scenario
from tests.unit.simulators.town import grid_town

START_NS = 1_795_338_000 * NS_PER_S
"""Unix ns of the first epoch."""

BASE_LATE_NS, ROVER_LATE_NS = 40 * NS_PER_MS, 90 * NS_PER_MS
"""Usual time from an epoch to its receipt."""

SCENARIO = """
driving = false
[signals]
systems = "GC"
signals_max = 2
surroundings = "open"
trees_share = 0.0
multipath_ratio = 0.3
[rtk]
orbit_errors = false
position_every_s = 2.0
"""

SETTLED = 10
"""Epochs after which rovers are fixed."""

SETTINGS = PositioningSettings()


@dataclass(frozen=True)
class Air:
    """`bytes_at[second][row]`: rovers are the first rows, then the bases; `ecef_m` (rows, 3) where they stand."""

    fleet: RtkFleet
    bytes_at: tuple[tuple[bytes, ...], ...]
    ecef_m: NDArray[np.float64]
    rovers: int

    @property
    def rows(self) -> int:
        """Rovers and bases."""
        return len(self.ecef_m)

    def errors_m(self, fixes: FixBatch) -> NDArray[np.float64]:
        """How far rows are from the truth (n, 3): east, north, up."""
        x_m = geodetic_to_ecef(fixes.lat_rad, fixes.lon_rad, fixes.h_ell_m) - self.ecef_m[fixes.slot]
        enu: NDArray[np.float64] = np.einsum("nij,nj->ni", r_enu_from_ecef(fixes.lat_rad, fixes.lon_rad), x_m)
        return enu


@cache
def on_air(rovers: int = 2, bases: int = 2, seconds: int = 16, seed: int = 3, scenario: str = SCENARIO) -> Air:
    """A fleet that rests, and what it sends."""
    plan = parse_scenario(scenario, "test.toml")
    schedule = RtkSchedule.of(rovers, bases, 1.0, 0.0)
    fleet = RtkFleet(grid_town(), None, plan, schedule, build_bases(plan.corrections, bases), seed, START_NS)
    speaker = RtkSpeaker(fleet, seed)
    said = [[b""] * schedule.terminals for _ in range(seconds)]
    for slot in range(seconds * schedule.groups):
        epochs = fleet.observe(slot)
        buffer, offset = speaker.speak(slot, epochs)
        for row, a, b in zip(epochs.row.tolist(), offset, offset[1:], strict=False):
            said[schedule.epoch(slot)][row] += buffer[a:b].tobytes()
    return Air(fleet, tuple(tuple(second) for second in said), fleet.places(0).r_ecef_m, rovers)


@dataclass(frozen=True)
class Piece:
    """Bytes of a terminal, and when they were received (Unix ns)."""

    slot: int
    t_rx_ns: int
    data: bytes


Late = Callable[[int, int], int | None]
"""By second and row, how long its bytes take (ns); None = they never arrive."""


def usual(air: Air) -> Late:
    """Bases before rovers, both a while after the epoch."""
    return lambda second, row: ROVER_LATE_NS if row < air.rovers else BASE_LATE_NS


def pieces(air: Air, late: Late | None = None, seconds: Iterable[int] | None = None) -> list[Piece]:
    """What is received, in order of time."""
    late = late or usual(air)
    found = []
    for second in range(len(air.bytes_at)) if seconds is None else seconds:
        for row, data in enumerate(air.bytes_at[second]):
            after_ns = late(second, row)
            if data and after_ns is not None:
                found.append(Piece(row, START_NS + second * NS_PER_S + after_ns, data))
    return sorted(found, key=lambda piece: (piece.t_rx_ns, piece.slot))


@dataclass(frozen=True)
class Known:
    """A register."""

    roles: dict[int, Role] = field(default_factory=dict)
    places: dict[int, Vector] = field(default_factory=dict)

    def role_of(self, slot: int) -> Role:
        return self.roles.get(slot, Role.UNSAID)

    def place_of(self, slot: int) -> Vector | None:
        return self.places.get(slot)


def new_pipeline(
    rows: int,
    settings: PositioningSettings = SETTINGS,
    register: Known | None = None,
    reference_gpst_ns: int = NO_TIME,
) -> Pipeline:
    """A pipeline whose positioning runs in this thread."""
    runner = Inline(Positioning(settings, rows, register))
    return Pipeline(capacity=rows, reference_gpst_ns=reference_gpst_ns, positioning=runner)


def feed(pipeline: Pipeline, received: Sequence[Piece], now_ns: int | None = None) -> FixBatch:
    """All pieces in one tick."""
    buffer = np.frombuffer(b"".join(piece.data for piece in received), np.uint8)
    lengths = np.array([len(piece.data) for piece in received], np.int64)
    segments = SegmentBatch.missing(
        len(received), slot=[piece.slot for piece in received], start=np.cumsum(lengths) - lengths, length=lengths,
        t_rx_ns=[piece.t_rx_ns for piece in received],
    )  # fmt: skip
    return pipeline.tick(buffer, segments, np.empty(0, np.int32), now_ns=now_ns)


def run(pipeline: Pipeline, received: Sequence[Piece], at_once: int = 1 << 30) -> FixBatch:
    """Feed pieces, so many in a tick, and finish; rows by terminal and time."""
    parts = [feed(pipeline, received[a : a + at_once]) for a in range(0, len(received), at_once)]
    rows = FixBatch.concat([*parts, pipeline.finish()])
    return rows.take(np.lexsort((rows.t_gpst_ns, rows.slot)))


def of(fixes: FixBatch, slot: int) -> FixBatch:
    """The rows of a terminal."""
    return fixes.take(fixes.slot == slot)
