"""Room for terminals: the stages take memory for those that are heard, not for all that there may be."""

from collections.abc import Callable
from pathlib import Path

import pytest

from beidou_svc.roads.build import match_stage, network_tables
from beidou_svc.roads.fence_desk import FenceDesk
from beidou_svc.roads.settings import RoadsSettings
from beidou_svc.roads.stages import ROOM_FIRST, FenceStage, Stage
from beidou_svc.roads.store import Store
from beidou_svc.small_city import small_city
from mapping.fences.settings import FenceSettings

RESIDENT = Path("/proc/self/statm")
PAGE_BYTES = 4096
TAKEN_BYTES_MAX = 50_000_000
"""All of it would be 350 MB of fences, 190 MB of matching."""


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
    stage.grow(ROOM_FIRST)
    assert resident_bytes() - before < TAKEN_BYTES_MAX


def resident_bytes() -> int:
    return int(RESIDENT.read_text().split()[1]) * PAGE_BYTES
