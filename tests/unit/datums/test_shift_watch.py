"""The detector on a real network: who sends GCJ-02 is found by roads, nobody else is."""

import numpy as np
import pytest

from beidou_svc.frames.shift_watch import RoadDensity, ShiftWatch
from beidou_svc.frames.warm import warm
from gnss.batches import FixBatch
from gnss.constants import NS_PER_S
from mapping.datums.frame import CGCS2000_2000, Frame
from mapping.datums.placed import Placed
from mapping.errors import FrameMixedError
from mapping.network.build import NetworkBuilder
from mapping.network.drafts import RoadDraft
from mapping.network.model import RoadNetwork
from tests.unit.datums.city import CITY, HALF_M, PLANE, drive


@pytest.fixture(scope="module")
def network() -> RoadNetwork:
    """Streets of the city near the middle, not joined."""
    builder = NetworkBuilder("city", PLANE)
    ends = np.array([-HALF_M, HALF_M])
    for number, x_m in enumerate(CITY.x_m[np.abs(CITY.x_m) < HALF_M]):
        builder.add_road(RoadDraft(ref=number, x_m=np.full(2, x_m), y_m=ends))
    for number, y_m in enumerate(CITY.y_m[np.abs(CITY.y_m) < HALF_M], start=1_000):
        builder.add_road(RoadDraft(ref=number, x_m=ends, y_m=np.full(2, y_m)))
    return builder.build()[0]


def test_those_who_send_gcj02_are_found_tick_by_tick(network: RoadNetwork) -> None:
    fleet = FixBatch.concat([drive(slot, shifted=slot in (1, 4), seed=slot, network=network) for slot in range(6)])
    watch, flags = ShiftWatch(network), []
    for second in range(0, 600, 10):
        now = (fleet.t_gpst_ns >= second * NS_PER_S) & (fleet.t_gpst_ns < (second + 10) * NS_PER_S)
        flags += [watch.step(Placed(CGCS2000_2000, fleet.take(now)))]
    assert watch.is_shifted.tolist() == [0, 1, 0, 0, 1, 0]
    assert sorted(slot for batch in flags for slot in batch.slot.tolist()) == [1, 4]
    at_once = ShiftWatch(network)
    at_once.step(Placed(CGCS2000_2000, fleet))
    assert at_once.is_shifted.tolist() == watch.is_shifted.tolist()


def test_density_is_length_over_area(network: RoadNetwork) -> None:
    density = RoadDensity(network)
    # both ways of the roads of the densest of nine squares
    found = float(density.at(np.zeros(1), np.zeros(1))[0])
    assert found == pytest.approx(CITY.density, rel=0.5)
    far = density.at(np.array([5e4, np.nan, np.inf]), np.zeros(3))
    assert far.tolist() == [0.0, 0.0, 0.0]


def test_rows_without_position_and_of_other_frames(network: RoadNetwork) -> None:
    watch = ShiftWatch(network)
    assert len(watch.step(Placed(CGCS2000_2000, FixBatch.empty()))) == 0
    assert len(watch.step(Placed(CGCS2000_2000, FixBatch.missing(3, slot=[0, 1, 2], t_gpst_ns=5)))) == 0
    with pytest.raises(FrameMixedError, match="GCJ-02"):
        watch.step(Placed(Frame.parse("WGS84@2026.5"), FixBatch.missing(1)))


def test_warming() -> None:
    warm()
