"""One trap of map matching a test, on a map drawn for it."""

from itertools import pairwise

import numpy as np
import pytest

from mapping.datums.placed import Placed
from mapping.matching.model import MatchModel
from mapping.matching.online import match_end, match_step
from mapping.matching.result import MatchBatch
from mapping.matching.state import MatchState
from mapping.matching.tables import MatchTables
from mapping.matching.trace import match_trace
from tests.unit.matching.ascii_roads import Floats, RoadMap, placed, road_map


def online(tables: MatchTables, fixes: Placed) -> MatchBatch:
    """The final rows."""
    state, rows = match_step(MatchState.for_slots(1), tables, fixes)
    _, rest = match_end(state, tables)
    return MatchBatch.concat([rows.finals(), rest])


def noisy(xy: Floats, sigma_m: float, seed: int = 1) -> Floats:
    """Places with white noise."""
    return xy + np.random.default_rng(seed).normal(0.0, sigma_m, xy.shape)


def agree(map_: RoadMap, fixes: Placed, wanted: list[str], tables: MatchTables | None = None) -> None:
    """Both ways of matching find these edges."""
    tables = map_.tables() if tables is None else tables
    trace = match_trace(tables, fixes)
    assert map_.roads(trace.rows) == wanted
    assert map_.roads(online(tables, fixes)) == wanted


CROSS = """
        C
        |
A-------B-------D
        |
        E
"""


def test_straight_on_over_a_crossing() -> None:
    m = road_map(CROSS)
    agree(m, placed(noisy(m.path("ABD"), 2.0)), ["AB", "BD"])


def test_a_turn() -> None:
    m = road_map(CROSS)
    agree(m, placed(noisy(m.path("ABC"), 2.0)), ["AB", "BC"])


def test_the_way_between_sparse_rows_is_found() -> None:
    m = road_map("""
A----B----C----D
     |    |
     E----F
""", step_m=20.0)  # fmt: skip
    xy = m.path("ABEFCD", speed_mps=10.0)[[0, 6, 15, 24, 36]]
    t_s = np.array([0, 6, 15, 24, 36])
    fixes = placed(xy)
    t_ns = fixes.rows.t_gpst_ns[0] + t_s * 1_000_000_000
    trace = match_trace(m.tables(), Placed(fixes.frame, fixes.rows.replace(t_gpst_ns=t_ns)))
    assert [m.names[int(e)] for e in trace.way] == ["AB", "BE", "EF", "FC", "CD"]
    assert trace.is_joined.tolist() == [False, True, True, True, True]


def test_a_one_way_road_is_not_driven_against_its_direction() -> None:
    m = road_map("""
A------->B
|        |
C--------D
""", step_m=4.0)  # fmt: skip
    xy = m.path("DC", speed_mps=6.0) + np.array([0.0, 2.0])
    agree(m, placed(xy, sigma_m=3.0), ["DC"])


def test_a_forbidden_turn_is_not_taken() -> None:
    m = road_map(CROSS, no=["ABC"])
    trace = match_trace(m.tables(), placed(m.path("ABC")))
    joined = [m.names[int(e)] for e, is_joined in zip(trace.way, trace.is_joined, strict=True) if is_joined]
    pairs = list(pairwise(joined))
    assert ("AB", "BC") not in pairs


def test_turning_round_on_the_road() -> None:
    m = road_map("A------------------------------B")
    out = m.path("AB")[:20]
    agree(m, placed(noisy(np.concatenate([out, out[::-1]]), 1.0)), ["AB", "BA"])


def test_parallel_carriageways_are_told_apart_by_the_course() -> None:
    m = road_map("""
A------------->B
C<-------------D
""", step_m=10.0)  # fmt: skip
    xy = m.path("DC") + np.array([0.0, 5.0])
    agree(m, placed(xy, sigma_m=5.0, courses=True), ["DC"])
    agree(m, placed(m.path("AB") - np.array([0.0, 5.0]), sigma_m=5.0, courses=True), ["AB"])


def test_a_parallel_road_is_not_taken_for_a_steady_error() -> None:
    """Positions stay 9 m beside their road, towards a parallel one: where they came from tells the road."""
    m = road_map("""
A-----B------------------------C
      |
      D------------------------E
""", step_m=10.0)  # fmt: skip
    xy = m.path("ABC") - np.array([0.0, 9.0])
    agree(m, placed(noisy(xy, 0.5), sigma_m=5.0), ["AB", "BC"])


STACKED = """
          C
          |
          |
A---------+---------B
          |
          |
          D
"""


def test_roads_that_cross_at_different_levels_do_not_meet() -> None:
    m = road_map(STACKED)
    agree(m, placed(noisy(m.path("AB"), 3.0), sigma_m=3.0), ["AB"])
    agree(m, placed(noisy(m.path("CD"), 3.0), sigma_m=3.0), ["CD"])


def test_an_outlier_does_not_break_a_trace() -> None:
    m = road_map(CROSS)
    xy = m.path("ABD")
    xy[6] += [5.0, 60.0]
    xy[11] += [300.0, -800.0]
    rows = online(m.tables(), placed(xy, sigma_m=3.0))
    good = np.delete(rows.edge, [6, 11])
    assert {m.names[int(e)] for e in good} == {"AB", "BD"}
    assert rows.is_off_road[11]


def test_a_tunnel_is_bridged() -> None:
    m = road_map("""
A----B----------------------------C----D
     |                            |
     E                            F
""", step_m=10.0, tunnels=["BC"])  # fmt: skip
    xy = m.path("ABCD", speed_mps=10.0)
    keep = np.r_[0:5, 34:39]
    fixes = placed(xy).take(keep)
    trace = match_trace(m.tables(), fixes)
    assert [m.names[int(e)] for e in trace.way] == ["AB", "BC", "CD"]
    assert trace.is_joined.tolist() == [False, True, True]


def test_a_long_silence_begins_a_new_trace() -> None:
    m = road_map(CROSS)
    xy = m.path("ABD")
    first, second = placed(xy[:5]), placed(xy[10:], t0_s=1000.0)
    trace = match_trace(m.tables(), Placed.concat([first, second]))
    assert trace.is_joined.tolist() == [False, False]


def test_a_vehicle_that_parks_beside_the_road_leaves_it() -> None:
    m = road_map("A------------------------------B")
    way = m.path("AB")[:10]
    aside = way[-1] + np.column_stack([np.zeros(6), -np.arange(1, 7) * 4.0])
    parked = np.repeat(aside[-1:], 60, axis=0)
    rows = online(m.tables(), placed(noisy(np.concatenate([way, aside, parked]), 0.05), sigma_m=0.05))
    assert not rows.is_off_road[:8].any()
    assert rows.is_off_road[-50:].all()


def test_a_vehicle_that_parks_on_the_road_stays_on_it() -> None:
    m = road_map("A------------------------------B")
    way = m.path("AB")[:10]
    rng = np.random.default_rng(2)
    drift = np.cumsum(rng.normal(0.0, 0.3, (120, 2)), axis=0)
    parked = way[-1] + np.clip(drift, -4.0, 4.0)
    rows = online(m.tables(), placed(np.concatenate([way, parked]), sigma_m=3.0))
    assert not rows.is_off_road.any()
    assert {m.names[int(e)] for e in rows.edge} == {"AB"}


def test_nothing_is_near() -> None:
    m = road_map(CROSS)
    rows = online(m.tables(), placed(m.path("ABD") + np.array([0.0, 5_000.0])))
    assert rows.is_off_road.all()
    assert (rows.edge == -1).all()
    assert np.isnan(rows.offset_m).all()


def test_stacked_roads_are_told_apart_by_height() -> None:
    model = MatchModel(map_to_ellipsoid_m=0.0)
    m = road_map("""
A-----------------B
C-----------------D
""", step_m=4.0, heights_m={"A": 10.0, "B": 10.0, "C": 22.0, "D": 22.0})  # fmt: skip
    xy = m.path("AB", speed_mps=5.0) + np.array([0.0, -2.0])
    for height, wanted in ((10.0, "AB"), (22.0, "CD")):
        fixes = placed(xy, sigma_m=3.0, h_ell_m=height, sigma_u_m=3.0)
        assert m.roads(match_trace(m.tables(model), fixes).rows) == [wanted]


def test_a_fork_is_told_by_the_error_known_from_before() -> None:
    """Positions lie 5 m to the right all along; at a fork to the right the left road is still the right one."""
    m = road_map("""
A-----------B-----------C
             \\
              \\
               \\
                \\
                 D
""", step_m=10.0)  # fmt: skip
    rows = online(m.tables(), placed(noisy(m.path("ABC") - np.array([0.0, 5.0]), 0.5), sigma_m=5.0))
    assert m.roads(rows) == ["AB", "BC"]


@pytest.mark.parametrize("places", [3, 12])
def test_few_places_are_enough_for_a_simple_road(places: int) -> None:
    m = road_map(CROSS)
    trace = match_trace(m.tables(), placed(m.path("ABD"), courses=True), places=places)
    assert m.roads(trace.rows) == ["AB", "BD"]
