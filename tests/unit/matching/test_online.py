"""Online matching: what is given back, when it is final, and that order and chunking do not matter."""

import numpy as np
import pytest

from gnss.batches import NO_TIME, FixBatch
from gnss.constants import NS_PER_S
from gnss.status import Status
from mapping.datums.frame import Datum, Frame
from mapping.datums.placed import Placed
from mapping.errors import FrameMixedError
from mapping.matching.online import match_end, match_step
from mapping.matching.result import MatchBatch
from mapping.matching.state import MatchState, OnlineRules
from mapping.matching.tables import MatchTables
from mapping.matching.trace import match_trace
from tests.unit.matching.ascii_roads import RoadMap, placed, road_map

GRID = """
A-----B-----C
|     |     |
|     |     |
D-----E-----F
|     |     |
|     |     |
G-----H-----I
"""


@pytest.fixture(scope="module")
def town() -> RoadMap:
    return road_map(GRID, step_m=20.0)


@pytest.fixture(scope="module")
def tables(town: RoadMap) -> MatchTables:
    return town.tables()


def fleet(town: RoadMap, seed: int = 0) -> Placed:
    """Four terminals that drive about, with noise, in order of time."""
    rng = np.random.default_rng(seed)
    parts = []
    for slot, nodes in enumerate(("ABEHI", "CFEDG", "GHEBC", "IFCBA")):
        xy = town.path(nodes, speed_mps=8.0)
        parts.append(placed(xy + rng.normal(0.0, 3.0, xy.shape), sigma_m=3.0, slot=slot))
    rows = Placed.concat(parts)
    return rows.take(np.lexsort((rows.rows.slot, rows.rows.t_gpst_ns)))


def finals(tables: MatchTables, parts: list[Placed], rules: OnlineRules | None = None) -> MatchBatch:
    """All final rows, by terminal and time."""
    state, found = MatchState.for_slots(1, rules), []
    for part in parts:
        state, rows = match_step(state, tables, part)
        found.append(rows.finals())
    state, rest = match_end(state, tables)
    everything = MatchBatch.concat([*found, rest])
    return everything.take(np.lexsort((everything.t_gpst_ns, everything.slot)))


def test_every_row_is_told_at_once_and_once_more(town: RoadMap, tables: MatchTables) -> None:
    fixes = fleet(town)
    state, rows = match_step(MatchState.for_slots(1), tables, fixes)
    assert (rows.slot[: len(fixes)] == fixes.rows.slot).all()
    assert (rows.t_gpst_ns[: len(fixes)] == fixes.rows.t_gpst_ns).all()
    assert not rows.is_final[: len(fixes)].any()
    assert rows.is_final[len(fixes) :].all()
    _, rest = match_end(state, tables)
    told = {(int(s), int(t)) for b in (rows.finals(), rest) for s, t in zip(b.slot, b.t_gpst_ns, strict=True)}
    assert len(told) == len(rows.finals()) + len(rest) == len(fixes)


def test_a_row_is_final_when_the_delay_has_passed(town: RoadMap, tables: MatchTables) -> None:
    fixes = placed(town.path("ABC"))
    state, rows = match_step(
        MatchState.for_slots(1, OnlineRules(lag_s=3.0, watermark_s=2.0)), tables, fixes.take(slice(0, 6))
    )
    assert not rows.is_final.any()
    _, rows = match_step(state, tables, fixes.take(slice(6, 7)))
    assert rows.finals().t_gpst_ns.tolist() == [fixes.rows.t_gpst_ns[0]]


@pytest.mark.parametrize("seed", range(6))
def test_chunks_do_not_matter(town: RoadMap, tables: MatchTables, seed: int) -> None:
    fixes = fleet(town)
    cuts = np.sort(np.random.default_rng(seed).integers(0, len(fixes), 7))
    parts = [Placed(fixes.frame, rows) for rows in fixes.rows.split(cuts.tolist())]
    assert finals(tables, parts).equals(finals(tables, [fixes]))


@pytest.mark.parametrize("seed", range(6))
def test_order_within_the_watermark_does_not_matter(town: RoadMap, tables: MatchTables, seed: int) -> None:
    fixes = fleet(town)
    rng = np.random.default_rng(seed)
    arrival_s = fixes.rows.t_gpst_ns / NS_PER_S + rng.uniform(0.0, 1.99, len(fixes))
    shuffled = fixes.take(np.argsort(arrival_s))
    rules = OnlineRules(lag_s=4.0, watermark_s=2.0)
    assert finals(tables, [shuffled], rules).equals(finals(tables, [fixes], rules))


def test_other_terminals_do_not_matter(town: RoadMap, tables: MatchTables) -> None:
    """So shards of the fleet may be matched by several threads, each with a state of its own."""
    fixes = fleet(town)
    alone = [finals(tables, [fixes.take(fixes.rows.slot == slot)]) for slot in range(4)]
    assert MatchBatch.concat(alone).equals(finals(tables, [fixes]))


def test_what_comes_too_late_is_said(town: RoadMap, tables: MatchTables) -> None:
    fixes = placed(town.path("ABC"))
    state, _ = match_step(MatchState.for_slots(1), tables, fixes.take(np.array([0, 1, 9])))
    state, rows = match_step(state, tables, fixes.take(np.array([2])))
    assert rows.status.tolist()[0] == Status.STALE
    assert rows.edge.tolist()[0] == -1
    assert state.stale.tolist() == [1]


def test_of_two_rows_of_one_instant_the_better_one_is_used(town: RoadMap, tables: MatchTables) -> None:
    xy = town.path("ABC")[:8]
    good, bad = placed(xy, sigma_m=1.0), placed(xy + np.array([0.0, 9.0]), sigma_m=5.0)
    both = Placed.concat([bad, good])
    order = np.arange(16).reshape(2, 8).T.ravel()
    one, other = both.take(order), both.take(order[::-1].reshape(8, 2)[::-1].ravel())
    found = finals(tables, [one])
    assert found.equals(finals(tables, [other]))
    assert found.lateral_m == pytest.approx(0.0, abs=1e-6)


def test_rows_without_position_or_date_are_said(town: RoadMap, tables: MatchTables) -> None:
    fixes = placed(town.path("ABC")[:3])
    lat = fixes.rows.lat_rad.copy()
    lat[0] = np.nan
    t_ns = fixes.rows.t_gpst_ns.copy()
    t_ns[1] = NO_TIME
    _, rows = match_step(
        MatchState.for_slots(1), tables, Placed(fixes.frame, fixes.rows.replace(lat_rad=lat, t_gpst_ns=t_ns))
    )
    assert rows.status.tolist() == [Status.NO_POSITION, Status.NO_DATE, Status.OK]
    assert not rows.is_off_road[:2].any()


def test_another_frame_is_refused(town: RoadMap, tables: MatchTables) -> None:
    other = Placed(Frame(Datum.ITRF2020, 2026.5), placed(town.path("ABC")).rows)
    with pytest.raises(FrameMixedError):
        match_step(MatchState.for_slots(1), tables, other)


def test_more_rows_than_there_is_room_for_are_decided_earlier(town: RoadMap, tables: MatchTables) -> None:
    xy = town.path("ABC", speed_mps=10.0, dt_s=0.1)
    fixes = placed(xy, dt_s=0.1)
    state, rows = match_step(MatchState.for_slots(1), tables, fixes)
    _, rest = match_end(state, tables)
    assert state.crowded[0] > 0
    done = MatchBatch.concat([rows.finals(), rest])
    assert len(done) == len(fixes)
    assert town.roads(done) == ["AB", "BC"]


def test_states_grow_and_copy_as_values(town: RoadMap, tables: MatchTables) -> None:
    fixes = fleet(town)
    state, _ = match_step(MatchState.for_slots(4), tables, fixes.take(slice(0, 20)))
    before = state.copy()
    assert before.equals(state)
    state, _ = match_step(state, tables, fixes.take(slice(20, 40)))
    assert not before.equals(state)
    again, _ = match_step(before, tables, fixes.take(slice(20, 40)))
    assert again.equals(state)
    grown = state.grown(9)
    assert len(grown) == 9
    assert grown.block[: len(state.block)].tobytes() == state.block.tobytes()


def test_a_forgotten_terminal_begins_anew(town: RoadMap, tables: MatchTables) -> None:
    fixes = placed(town.path("ABC"))
    state, _ = match_step(MatchState.for_slots(1), tables, fixes)
    state.forget(np.array([0], np.int32))
    _, rows = match_step(state, tables, fixes)
    assert (rows.status == 0).all()


def test_places_on_the_road_are_where_the_road_is(town: RoadMap, tables: MatchTables) -> None:
    xy = town.path("ABC") + np.array([0.0, 7.0])
    rows = match_trace(tables, placed(xy, sigma_m=4.0)).rows
    on_road = placed(town.path("ABC")).rows
    off_m = np.hypot((rows.lat_rad - on_road.lat_rad) * 6.37e6, (rows.lon_rad - on_road.lon_rad) * 5.73e6)
    assert off_m.max() < 1e-3
    assert rows.lateral_m == pytest.approx(7.0, abs=1e-6)


def test_a_closed_edge_is_on_no_way_and_opens_again(town: RoadMap, tables: MatchTables) -> None:
    sparse = placed(town.path("ABC", speed_mps=12.0)).take(np.array([0, 4, 19]))
    assert [town.names[int(e)] for e in match_trace(tables, sparse).way] == ["AB", "BC"]
    closed = tables.with_closed([town.edges["BC"]])
    assert closed.closed.tolist() == [town.edges["BC"]]
    way = [town.names[int(e)] for e in match_trace(closed, sparse).way]
    assert way[:2] == ["AB", "BE"]
    assert "BC" not in way
    assert [town.names[int(e)] for e in match_trace(closed.with_closed([]), sparse).way] == ["AB", "BC"]
    with pytest.raises(ValueError, match="edges are"):
        tables.with_closed([99])


def test_closing_gives_the_table_of_a_network_without_the_edge(town: RoadMap, tables: MatchTables) -> None:
    edge = town.edges["EF"]
    ways, roads = tables.with_closed([edge]).paths.ways, tables.paths.roads
    for source in range(town.network.edge_count):
        row = ways.entry[ways.first[source] : ways.first[source + 1]]
        assert edge not in row[:, 0]
    assert roads.closed.sum() == 0


def test_no_rows_at_all(tables: MatchTables) -> None:
    _, rows = match_step(MatchState.for_slots(0), tables, Placed(tables.network.frame, FixBatch.empty()))
    assert len(rows) == 0


@pytest.mark.parametrize("n", [0, 1, 2])
def test_very_short_traces(town: RoadMap, tables: MatchTables, n: int) -> None:
    trace = match_trace(tables, placed(town.path("ABC")[:n]))
    assert len(trace.rows) == n
    assert [town.names[int(edge)] for edge in trace.way] == ["AB"] * min(n, 1)
