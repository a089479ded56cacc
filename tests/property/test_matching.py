"""Matching of any fleet: chunks, order within the watermark and other terminals never change the final rows."""

from functools import cache

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gnss.constants import NS_PER_S
from mapping.datums.placed import Placed
from mapping.matching.online import match_end, match_step
from mapping.matching.result import MatchBatch
from mapping.matching.state import MatchState, OnlineRules
from mapping.matching.tables import MatchTables
from tests.unit.matching.ascii_roads import RoadMap, placed, road_map

RULES = OnlineRules(lag_s=3.0, watermark_s=2.0, rows=10, places=6)
TERMINALS = 3


@cache
def town() -> tuple[RoadMap, MatchTables]:
    m = road_map("""
A-----B-->--C
|     |     |
D-----E-----F
|     |    /
G-----H---I
""", step_m=15.0)  # fmt: skip
    return m, m.tables()


def wandering(seed: int, rows: int) -> Placed:
    """Terminals that wander over the town and off it, with gaps and outliers, in order of time."""
    rng, parts = np.random.default_rng(seed), []
    for slot in range(TERMINALS):
        xy = np.cumsum(rng.normal(0.0, 8.0, (rows, 2)), axis=0) + rng.uniform([0.0, -60.0], [180.0, 0.0])
        xy[rng.random(rows) < 0.05] += 400.0
        fixes = placed(xy, sigma_m=float(rng.uniform(0.5, 8.0)), slot=slot, courses=bool(rng.random() < 0.5))
        parts.append(fixes.take(np.flatnonzero(rng.random(rows) > 0.1)))
    everything = Placed.concat(parts)
    return everything.take(np.lexsort((everything.rows.slot, everything.rows.t_gpst_ns)))


def finals(parts: list[Placed]) -> MatchBatch:
    """All final rows by terminal and time."""
    _, tables = town()
    state, found = MatchState.for_slots(TERMINALS, RULES), []
    for part in parts:
        state, rows = match_step(state, tables, part)
        found.append(rows.finals())
    found.append(match_end(state, tables)[1])
    everything = MatchBatch.concat(found)
    return everything.take(np.lexsort((everything.t_gpst_ns, everything.slot)))


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), cuts=st.lists(st.integers(0, 90), max_size=8))
def test_any_chunking(seed: int, cuts: list[int]) -> None:
    fixes = wandering(seed, 30)
    at = sorted(min(cut, len(fixes)) for cut in cuts)
    parts = [Placed(fixes.frame, rows) for rows in fixes.rows.split(at)]
    assert finals(parts).equals(finals([fixes]))


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), delays=st.integers(0, 10_000), cut=st.integers(0, 90))
def test_any_order_within_the_watermark(seed: int, delays: int, cut: int) -> None:
    fixes = wandering(seed, 30)
    late_s = np.random.default_rng(delays).uniform(0.0, RULES.watermark_s - 0.01, len(fixes))
    shuffled = fixes.take(np.argsort((fixes.rows.t_gpst_ns - fixes.rows.t_gpst_ns[0]) / NS_PER_S + late_s))
    at = min(cut, len(fixes))
    parts = [shuffled.take(slice(0, at)), shuffled.take(slice(at, None))]
    assert finals(parts).equals(finals([fixes]))


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), shards=st.integers(2, 3))
def test_any_number_of_shards(seed: int, shards: int) -> None:
    fixes = wandering(seed, 30)
    parts = [finals([fixes.take(np.flatnonzero(fixes.rows.slot % shards == k))]) for k in range(shards)]
    joined = MatchBatch.concat(parts)
    assert joined.take(np.lexsort((joined.t_gpst_ns, joined.slot))).equals(finals([fixes]))


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_what_is_told_makes_sense(seed: int) -> None:
    fixes, (m, _) = wandering(seed, 30), town()
    rows = finals([fixes])
    on_road = rows.edge >= 0
    assert len(rows) == len(fixes)
    assert (on_road != rows.is_off_road).all()
    assert ((rows.confidence >= 0.0) & (rows.confidence <= 1.0 + 1e-6)).all()
    assert (rows.confidence + rows.p_2nd <= 1.0 + 1e-5).all()
    assert (rows.edge_2nd[on_road] != rows.edge[on_road]).all()
    length_m = m.network.edges.length_m[rows.edge[on_road]]
    assert ((rows.offset_m[on_road] >= 0.0) & (rows.offset_m[on_road] <= length_m + 1e-6)).all()
