"""A clock that was hours ahead and is set right: on the roads and at the fences its terminal begins anew at once."""

from pathlib import Path

import numpy as np
import pytest

from beidou_svc.api.context import Context
from beidou_svc.roads.clocks import Clocks
from gnss.batches import FixBatch, Source
from gnss.constants import NS_PER_S
from tests.helpers.roads import SCHOOL, drive, road_context, town_settings
from tests.helpers.service import T_GPST_NS, client_of, fixes

pytestmark = pytest.mark.compiled

AHEAD_S = 8 * 3_600


def ahead(second: int) -> FixBatch:
    """A position of a clock that is hours ahead."""
    return drive(second, t_gpst_ns=T_GPST_NS + (second + AHEAD_S) * NS_PER_S)


def taken(context: Context, *rows: FixBatch) -> list[int]:
    """Seconds that places on the road are of, after each flush."""
    roads = context.roads
    assert roads is not None
    found = []
    for k, row in enumerate(rows):
        roads.take(row, (k + 1) * NS_PER_S)
        found.append(int(roads.road.columns.t_gpst_ns[0] - T_GPST_NS) // NS_PER_S)
    return found


def test_the_place_on_the_road_is_that_of_the_new_era(tmp_path: Path) -> None:
    town = road_context(town_settings(tmp_path))
    rows = [*(ahead(k) for k in range(3)), drive(3, clock_era=1), drive(4, clock_era=1)]
    assert taken(town, *rows) == [AHEAD_S, AHEAD_S + 1, AHEAD_S + 2, 3, 4]


def test_rows_of_both_eras_in_one_step_and_some_of_the_old_one_behind(tmp_path: Path) -> None:
    town = road_context(town_settings(tmp_path))
    both = FixBatch.concat([ahead(0), ahead(1), drive(2, clock_era=1), drive(3, clock_era=1)])
    assert taken(town, both, ahead(4), drive(5, clock_era=1)) == [3, 3, 5]


async def test_who_is_inside_of_a_fence_is_what_the_new_era_says(tmp_path: Path) -> None:
    town = road_context(town_settings(tmp_path))
    roads = town.roads
    assert roads is not None
    async with client_of(town) as asking:
        await asking.post("/v1/fences", json=SCHOOL)
        inside = []
        for k in range(40):
            wrong = k < 35
            row = ahead(k) if wrong else drive(k, lat_deg=25.803, clock_era=1)
            roads.take(row, (k + 1) * NS_PER_S)
            inside.append(len(roads.log.inside(0)))
    assert inside[34] == 1
    assert inside[35:] == [0] * 5


def test_an_era_of_the_receiver_is_none_of_what_is_computed() -> None:
    clocks = Clocks()
    rows = fixes(4, clock_era=[0, 1, 0, 0], source=[Source.NMEA, Source.NMEA, Source.ENGINE, Source.NMEA])
    parts = [(p.begun.tolist(), len(p.fixes)) for p in clocks.parts(rows.replace(slot=np.zeros(4, np.int32)))]
    assert parts == [([], 3), ([0], 1)]
    (again,) = clocks.parts(rows.replace(slot=np.zeros(4, np.int32)))
    assert len(again.fixes) == 2
