"""Matching to lanes: vehicles that drive over lanes are in the lane that is said, as often as is said."""

from pathlib import Path

import numpy as np
import pytest

from mapping.datums.frame import CGCS2000_2000
from mapping.matching.online import match_end, match_step
from mapping.matching.result import MatchBatch
from mapping.matching.state import MatchState
from mapping.matching.tables import build_tables
from mapping.network.lanelet2_io import read_lanelet2
from mapping.network.model import RoadNetwork
from simulators.world import build_world
from simulators.world.lanelet2_io import write_lanelet2
from tests.helpers.lane_drives import RTK_SIGMA_M, LaneDrives, lane_drives
from tests.unit.lanes.lanelet_maps import MapText

LENGTH_M = 1_000.0
NODES = {
    **{"a": (0.0, 7.0), "b": (LENGTH_M, 7.0)},
    **{"d": (0.0, 3.5), "e": (LENGTH_M, 3.5)},
    **{"g": (0.0, 0.0), "h": (LENGTH_M, 0.0)},
}


@pytest.fixture(scope="module")
def scenic(tmp_path_factory: pytest.TempPathFactory) -> RoadNetwork:
    """The scenic route of a simulated city, lane by lane."""
    path: Path = tmp_path_factory.mktemp("scenic") / "scenic.osm"
    write_lanelet2(build_world(7), path)
    return read_lanelet2(path, CGCS2000_2000).network


@pytest.fixture(scope="module")
def two_lanes() -> RoadNetwork:
    """A straight road of two lanes the same way."""
    made = MapText(NODES)
    left, middle, right = (
        made.way(11 + k, ends, subtype=kind)
        for k, (ends, kind) in enumerate((("ab", "solid"), ("de", "dashed"), ("gh", "solid")))
    )
    made.lanelet(1, left, middle)
    made.lanelet(2, middle, right)
    return made.network().network


def matched(network: RoadNetwork, drives: LaneDrives) -> MatchBatch:
    """The final rows, in the order of the drives."""
    tables, state = build_tables(network), MatchState.for_slots(1)
    state, rows = match_step(state, tables, drives.placed)
    rows = MatchBatch.concat([rows.finals(), match_end(state, tables)[1]])
    return rows.take(np.lexsort((rows.t_gpst_ns, rows.slot)))


def test_shuttles_are_in_their_lanes_of_the_scenic_route(scenic: RoadNetwork) -> None:
    drives = lane_drives(scenic, 20, np.random.default_rng(1), length_m=1_500.0)
    rows = matched(scenic, drives)
    assert len(rows) > 2_000
    assert float(np.mean(rows.lane == drives.lane)) > 0.99
    assert np.array_equal(scenic.lanes.edge[rows.lane[rows.lane >= 0]], rows.edge[rows.lane >= 0])


@pytest.mark.compiled
@pytest.mark.parametrize("sigma_m", [RTK_SIGMA_M, 0.5, 1.0, 1.5])
def test_lanes_side_by_side_are_right_as_often_as_is_said(two_lanes: RoadNetwork, sigma_m: float) -> None:
    drives = lane_drives(two_lanes, 160, np.random.default_rng(2), length_m=LENGTH_M, sigma_m=sigma_m)
    rows = matched(two_lanes, drives)
    is_right = rows.lane == drives.lane
    assert (rows.lane >= 0).mean() > 0.99
    assert is_right.mean() == pytest.approx(float(np.nanmean(rows.lane_p)), abs=0.02)
    for low, high in ((0.5, 0.7), (0.7, 0.9), (0.9, 0.99), (0.99, 1.01)):
        said = (rows.lane_p >= low) & (rows.lane_p < high)
        if said.sum() > 1_000:
            assert is_right[said].mean() == pytest.approx(float(rows.lane_p[said].mean()), abs=0.05)


def test_at_rtk_sigma_no_lane_is_taken_for_another(two_lanes: RoadNetwork) -> None:
    drives = lane_drives(two_lanes, 20, np.random.default_rng(3), length_m=LENGTH_M)
    rows = matched(two_lanes, drives)
    assert np.array_equal(rows.lane, drives.lane)
    assert rows.lane_p.min() > 0.9


def test_positions_that_cannot_tell_lanes_name_none(two_lanes: RoadNetwork) -> None:
    drives = lane_drives(two_lanes, 2, np.random.default_rng(4), length_m=LENGTH_M, sigma_m=2.0)
    rows = matched(two_lanes, drives)
    assert (rows.edge >= 0).any()
    assert (rows.lane == -1).all()
    assert np.isnan(rows.lane_p).all()
