"""Room for terminals: the stages take memory for those that are heard, not for all that there may be."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from beidou_svc.config import FleetSettings
from beidou_svc.roads.build import match_stage, network_tables
from beidou_svc.roads.fence_desk import FenceDesk
from beidou_svc.roads.settings import RoadsSettings
from beidou_svc.roads.stages import Carried, FenceStage, RoadStages, Stage
from beidou_svc.roads.store import Store
from beidou_svc.small_city import small_city
from gnss.batches import FixBatch
from mapping.fences.settings import FenceSettings

RESIDENT = Path("/proc/self/statm")
PAGE_BYTES = 4096
TAKEN_BYTES_MAX = 50_000_000
"""All of it would be 1,100 MB of fences, 590 MB of matching."""


def matching() -> Stage:
    section = RoadsSettings()
    return match_stage(section, network_tables(section, small_city()))


def watching() -> Stage:
    desk = FenceDesk(Store.open(None), small_city().plane, 10, None, [])
    return FenceStage(desk, FenceSettings(), lambda slot: ())


@pytest.mark.skipif(not RESIDENT.is_file(), reason="only Linux tells what memory is taken")
@pytest.mark.parametrize("new", [matching, watching])
def test_room_that_is_not_used_is_not_taken(new: Callable[[], Stage]) -> None:
    stage = new()
    before = resident_bytes()
    stage.grow(FleetSettings().terminals_max)
    assert resident_bytes() - before < TAKEN_BYTES_MAX


class Grown:
    """A stage that notes what room it is asked for, and lets no row through."""

    name = "grown"

    def __init__(self) -> None:
        self.rooms: list[int] = []

    def grow(self, n: int) -> None:
        self.rooms.append(n)

    def step(self, carried: Carried) -> Carried:
        return replace(carried, fixes=FixBatch.empty())


def test_room_is_made_once_for_all_terminals_that_there_may_be() -> None:
    """To make more means to copy all that is known, on the event loop."""
    grown, terminals_max = Grown(), FleetSettings().terminals_max
    stages = RoadStages([grown, matching()], terminals_max)
    for slot in (0, 20_000, terminals_max - 1):
        stages.step(FixBatch.missing(1, slot=[slot]))
    assert grown.rooms == [terminals_max]


def resident_bytes() -> int:
    return int(RESIDENT.read_text().split()[1]) * PAGE_BYTES
